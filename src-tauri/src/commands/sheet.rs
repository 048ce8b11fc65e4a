//! Filling in the sheet.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{AnswerService, RecordReading, RemovePart, UsePart, WriteField};
use doorstep_schemas::view::JobView;

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn record_reading(core: Core<'_>, input: RecordReading) -> Result<JobView, Failure> {
    core.actions.record_reading(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn write_field(core: Core<'_>, input: WriteField) -> Result<JobView, Failure> {
    core.actions.write_field(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn use_part(core: Core<'_>, input: UsePart) -> Result<JobView, Failure> {
    core.actions.use_part(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn remove_part(core: Core<'_>, input: RemovePart) -> Result<JobView, Failure> {
    core.actions.remove_part(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn answer_service(core: Core<'_>, input: AnswerService) -> Result<JobView, Failure> {
    core.actions.answer_service(&input).map_err(Told::told)
}

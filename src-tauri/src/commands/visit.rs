//! The visit's taps, and its end.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{EnterLate, Finish, OneJob, ShowCard, TapNode};
use doorstep_schemas::view::{CardCode, JobView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn tap_node(core: Core<'_>, input: TapNode) -> Result<JobView, Failure> {
    core.actions.tap_node(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn show_card(core: Core<'_>, input: ShowCard) -> Result<JobView, Failure> {
    core.actions.show_card(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn finish(core: Core<'_>, input: Finish) -> Result<JobView, Failure> {
    core.actions.finish(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn enter_late(core: Core<'_>, input: EnterLate) -> Result<JobView, Failure> {
    core.actions.enter_late(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn card_code(core: Core<'_>, input: OneJob) -> Result<Option<CardCode>, Failure> {
    core.actions.card_code(input.job).map_err(Told::told)
}

//! Facts that people add, and the owner's answer to them.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{AnswerSheet, NoteFact};
use doorstep_schemas::view::{FactNoted, JobView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn note_fact(core: Core<'_>, input: NoteFact) -> Result<FactNoted, Failure> {
    let added = core.actions.note_fact(&input).map_err(Told::told)?;
    Ok(FactNoted { id: added.id, job: added.job })
}

#[tauri::command]
#[specta::specta]
pub async fn answer_sheet(core: Core<'_>, input: AnswerSheet) -> Result<JobView, Failure> {
    core.actions.answer_sheet(input.job, input.kind, &input.note).map_err(Told::told)
}

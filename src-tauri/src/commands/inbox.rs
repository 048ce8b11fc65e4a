//! What an owner decides on others' work, and jobs that are erased for good.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{EraseJob, InboxDecision};
use doorstep_schemas::view::InboxRunView;

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn inbox(core: Core<'_>) -> Result<Vec<InboxRunView>, Failure> {
    core.actions.inbox().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn decide_inbox(core: Core<'_>, input: InboxDecision) -> Result<Vec<InboxRunView>, Failure> {
    core.actions.decide_inbox(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn erase_job(core: Core<'_>, input: EraseJob) -> Result<(), Failure> {
    core.actions.erase_job(&input).map_err(Told::told)
}

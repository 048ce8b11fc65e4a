//! Taking, assigning and adopting orders.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Assign, HearCall, OneJob, TakeOrder};
use doorstep_schemas::view::{CallView, JobView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn take_order(core: Core<'_>, input: TakeOrder) -> Result<JobView, Failure> {
    core.actions.take_order(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn assign(core: Core<'_>, input: Assign) -> Result<JobView, Failure> {
    core.actions.assign(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn take_walk_in(core: Core<'_>, input: TakeOrder) -> Result<JobView, Failure> {
    core.actions.take_walk_in(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn adopt_walk_in(core: Core<'_>, input: OneJob) -> Result<JobView, Failure> {
    core.actions.adopt_walk_in(input.job).map_err(Told::told)
}

/// What is known of the caller while the order is typed.
#[tauri::command]
#[specta::specta]
pub async fn hear_call(core: Core<'_>, input: HearCall) -> Result<CallView, Failure> {
    core.actions.hear_call(&input).map_err(Told::told)
}

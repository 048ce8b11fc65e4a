//! Taking and assigning orders.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Assign, TakeOrder};
use doorstep_schemas::view::JobView;

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

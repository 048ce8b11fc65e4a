//! The visit's taps, and its end.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Finish, ShowCard, TapNode};
use doorstep_schemas::view::JobView;

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

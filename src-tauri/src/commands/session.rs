//! Who uses this device, and how they want it.

use std::sync::Arc;

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Enrol, Preferences};
use doorstep_schemas::view::{SessionView, StartView};
use tauri::State;

use super::Core;
use crate::failure::Told;
use crate::opening::Opening;

/// Whether the data folder is open: the one question that is answered while it is not.
#[tauri::command]
#[specta::specta]
pub async fn opening(opening: State<'_, Arc<Opening>>) -> Result<StartView, Failure> {
    Ok(opening.view())
}

#[tauri::command]
#[specta::specta]
pub async fn open_again(opening: State<'_, Arc<Opening>>) -> Result<StartView, Failure> {
    Ok(opening.again())
}

#[tauri::command]
#[specta::specta]
pub async fn session(core: Core<'_>) -> Result<SessionView, Failure> {
    core.session().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn enrol(core: Core<'_>, input: Enrol) -> Result<SessionView, Failure> {
    core.enrol(&input).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn set_preferences(core: Core<'_>, input: Preferences) -> Result<SessionView, Failure> {
    core.set_preferences(&input).map_err(Told::told)
}

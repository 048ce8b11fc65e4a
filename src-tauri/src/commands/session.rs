//! Who uses this device, and how they want it.

use std::sync::Arc;

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Enrol, OpenSample, Preferences};
use doorstep_schemas::view::{SessionView, StartView};
use tauri::State;

use super::Core;
use super::storage::aside;
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

/// Makes a sample outlet on this device and goes on in it.
#[tauri::command]
#[specta::specta]
pub async fn open_sample(core: Core<'_>, input: OpenSample) -> Result<SessionView, Failure> {
    aside(&core, move |core| core.open_sample(&input).map_err(Told::told)).await
}

/// Erases the sample outlet.
#[tauri::command]
#[specta::specta]
pub async fn leave_sample(core: Core<'_>) -> Result<SessionView, Failure> {
    aside(&core, |core| core.leave_sample().map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_preferences(core: Core<'_>, input: Preferences) -> Result<SessionView, Failure> {
    core.set_preferences(&input).map_err(Told::told)
}

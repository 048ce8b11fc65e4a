//! Who uses this device, and how they want it.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{Enrol, Preferences};
use doorstep_schemas::view::SessionView;

use super::Core;
use crate::failure::Told;

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

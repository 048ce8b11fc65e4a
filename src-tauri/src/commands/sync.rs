//! Where the work is.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::NetworkNote;
use doorstep_schemas::view::SyncView;

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn sync_status(core: Core<'_>) -> Result<SyncView, Failure> {
    core.sync_view().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn sync_now(core: Core<'_>) -> Result<SyncView, Failure> {
    core.sync_now().await.map_err(Told::told)
}

/// Exchanges, comparing all that is here with what the relay holds.
#[tauri::command]
#[specta::specta]
pub async fn compare_now(core: Core<'_>) -> Result<SyncView, Failure> {
    core.compare_now().await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn tell_network(core: Core<'_>, input: NetworkNote) -> Result<(), Failure> {
    core.tell_network(input);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn photos_anyway(core: Core<'_>) -> Result<SyncView, Failure> {
    core.photos_anyway();
    core.sync_view().map_err(Told::told)
}

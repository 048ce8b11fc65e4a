//! Where the work is.

use doorstep_schemas::code::Failure;
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

//! The data folder: room, damage, rebuilding, keys.

use std::sync::Arc;

use doorstep::app::Doorstep;
use doorstep::tasks::TaskRun;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::event::Task;
use doorstep_schemas::input::{CancelTask, EraseDevice, RecoverFolder};
use doorstep_schemas::view::{KeyView, RecoveredView, RecoveryPage, SessionView, StorageView};

use tauri::State;

use super::Core;
use super::bundles::{Outside, written};
use crate::failure::Told;

/// Long work on a thread of its own, once at a time, told to the screen as it goes on.
pub async fn long<T: Send + 'static>(
    core: &Arc<Doorstep>,
    task: Task,
    work: impl FnOnce(&Doorstep, &mut TaskRun) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let mut run = core.tasks.begin(task).map_err(Told::told)?;
    let core = Arc::clone(core);
    let done = tokio::task::spawn_blocking(move || work(&core, &mut run));
    done.await.map_err(|error| Failure::new(ErrorCode::Internal, format!("the work stopped: {error}")))?
}

/// Work that takes a while, on a thread of its own; nobody follows it.
pub async fn aside<T: Send + 'static>(
    core: &Arc<Doorstep>,
    work: impl FnOnce(&Doorstep) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let core = Arc::clone(core);
    let done = tokio::task::spawn_blocking(move || work(&core));
    done.await.map_err(|error| Failure::new(ErrorCode::Internal, format!("the work stopped: {error}")))?
}

#[tauri::command]
#[specta::specta]
pub async fn storage(core: Core<'_>) -> Result<StorageView, Failure> {
    core.actions.storage().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn check_store(core: Core<'_>) -> Result<StorageView, Failure> {
    long(&core, Task::Check, |core, run| core.actions.check(run).map_err(Told::told)).await
}

/// Removes full pictures from this device that the relay has.
#[tauri::command]
#[specta::specta]
pub async fn free_photos(core: Core<'_>) -> Result<StorageView, Failure> {
    long(&core, Task::FreePhotos, |core, run| core.actions.free_photos(run).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn rebuild_store(core: Core<'_>) -> Result<StorageView, Failure> {
    long(&core, Task::Rebuild, |core, run| {
        core.actions.rebuild(run).map_err(Told::told)?;
        core.actions.storage().map_err(Told::told)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn cancel_task(core: Core<'_>, input: CancelTask) -> Result<(), Failure> {
    core.tasks.cancel(input.task);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn key_view(core: Core<'_>) -> Result<KeyView, Failure> {
    core.key_view().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn rotate_key(core: Core<'_>) -> Result<KeyView, Failure> {
    long(&core, Task::RotateKey, |core, run| core.rotate_key(run).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn make_recovery_key(core: Core<'_>) -> Result<RecoveryPage, Failure> {
    core.actions.make_recovery_key().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn recover_folder(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: RecoverFolder,
) -> Result<RecoveredView, Failure> {
    let folder = outside.0.clone();
    long(&core, Task::Import, move |core, run| {
        // What is brought over is sealed, so it may lie beside the data meanwhile.
        std::fs::create_dir_all(&folder).map_err(|error| written(&error))?;
        let file = tempfile::NamedTempFile::new_in(&folder).map_err(|error| written(&error))?;
        core.actions.recover_folder(&input, file.path(), run).map_err(Told::told)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn erase_device(core: Core<'_>, input: EraseDevice) -> Result<SessionView, Failure> {
    let core = Arc::clone(&core);
    let done = tokio::task::spawn_blocking(move || {
        core.erase(&input).map_err(Told::told)?;
        core.session().map_err(Told::told)
    });
    done.await.map_err(|error| Failure::new(ErrorCode::Internal, format!("the work stopped: {error}")))?
}

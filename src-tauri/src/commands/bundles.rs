//! Files that people carry: bundles, and what is stuck.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::event::Task;
use doorstep_schemas::input::{ExportBundle, ExportStuck, ImportBundle, MakeClaimPack, OneJob};
use doorstep_schemas::view::{BundleMade, BundleSize, BundleTaken, ClaimPackMade, FileMade, JobView, SyncView};
use tauri::State;

use super::Core;
use super::storage::long;
use crate::failure::Told;

/// Where files for people are put.
pub struct Outside(pub PathBuf);

impl Outside {
    /// Where the system names no place: beside the data folder, not in it, so that it stays when the folder is erased.
    pub fn beside(folder: &Path) -> Self {
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push("-files");
        Self(folder.with_file_name(name))
    }
}

pub(super) fn written(error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::FileFailed,
    };
    Failure::new(code, format!("the file can't be written: {error}"))
}

#[tauri::command]
#[specta::specta]
pub async fn bundle_size(core: Core<'_>, input: ExportBundle) -> Result<BundleSize, Failure> {
    core.actions.bundle_size(&input.what).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn export_bundle(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: ExportBundle,
) -> Result<BundleMade, Failure> {
    let folder = outside.0.clone();
    long(&core, Task::Export, move |core, run| {
        std::fs::create_dir_all(&folder).map_err(|error| written(&error))?;
        let path = folder.join(core.actions.bundle_name());
        core.actions.export_bundle(&input, &path, run).map_err(Told::told)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn import_bundle(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: ImportBundle,
) -> Result<BundleTaken, Failure> {
    let folder = outside.0.clone();
    long(&core, Task::Import, move |core, run| {
        let bytes = STANDARD
            .decode(&input.base64)
            .map_err(|error| Failure::new(ErrorCode::BundleUnreadable, format!("the file is not base64: {error}")))?;
        // It is sealed, so it may lie beside the data for as long as it is read.
        std::fs::create_dir_all(&folder).map_err(|error| written(&error))?;
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(|error| written(&error))?;
        file.write_all(&bytes).and_then(|()| file.flush()).map_err(|error| written(&error))?;
        core.actions.import_bundle(file.path(), run).map_err(Told::told)
    })
    .await
}

/// 理赔包: one file that a third party checks offline. What the relay can add is fetched first; without it the file says
/// what it doesn't prove.
#[tauri::command]
#[specta::specta]
pub async fn make_claim_pack(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: MakeClaimPack,
) -> Result<ClaimPackMade, Failure> {
    let receipts = core.claim_receipts(&input).await.map_err(Told::told)?;
    let folder = outside.0.clone();
    long(&core, Task::Export, move |core, run| {
        std::fs::create_dir_all(&folder).map_err(|error| written(&error))?;
        let path = folder.join(core.actions.claim_name(input.job));
        core.actions.make_claim_pack(&input, &receipts, &path, run).map_err(Told::told)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn retry_stuck(core: Core<'_>) -> Result<SyncView, Failure> {
    core.actions.retry_stuck().map_err(Told::told)?;
    core.sync_view().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn export_stuck(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: ExportStuck,
) -> Result<FileMade, Failure> {
    let bytes = core.actions.export_stuck(input.job).map_err(Told::told)?;
    let name = core.actions.stuck_name();
    let path = outside.0.join(name);
    std::fs::create_dir_all(&outside.0).map_err(|error| written(&error))?;
    doorstep::store::files::write_whole(&path, &bytes).map_err(|error| written(&error))?;
    let kilobytes = u32::try_from(bytes.len().div_ceil(1000)).unwrap_or(u32::MAX);
    Ok(FileMade { path: path.display().to_string(), kilobytes })
}

#[tauri::command]
#[specta::specta]
pub async fn refound_job(core: Core<'_>, input: OneJob) -> Result<JobView, Failure> {
    core.actions.refound(input.job).map_err(Told::told)
}

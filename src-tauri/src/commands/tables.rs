//! Tables: orders brought in, taken back, handed out; the lists of the desk handed out.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::export::Exported;
use doorstep_schemas::code::Failure;
use doorstep_schemas::event::Task;
use doorstep_schemas::input::{ExportOrders, ExportTable, ImportOrders, ReadImport, UndoImport};
use doorstep_schemas::view::{ImportDone, ImportPlan, ImportUndone, ImportView, TableMade};
use tauri::State;

use super::Core;
use super::bundles::{Outside, written};
use super::storage::{aside, long};
use crate::failure::Told;

/// What a file would bring; reading one of many rows takes a while, and nothing else waits for it.
#[tauri::command]
#[specta::specta]
pub async fn read_import(core: Core<'_>, input: ReadImport) -> Result<ImportPlan, Failure> {
    aside(&core, move |core| core.actions.read_import(&input).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn import_orders(core: Core<'_>, input: ImportOrders) -> Result<ImportDone, Failure> {
    long(&core, Task::Orders, move |core, run| core.actions.import_orders(&input, run).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn undo_import(core: Core<'_>, input: UndoImport) -> Result<ImportUndone, Failure> {
    long(&core, Task::Orders, move |core, run| core.actions.undo_import(&input, run).map_err(Told::told)).await
}

/// Imports of this device, the newest first.
#[tauri::command]
#[specta::specta]
pub async fn imports(core: Core<'_>) -> Result<Vec<ImportView>, Failure> {
    core.actions.imports().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn export_orders(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: ExportOrders,
) -> Result<TableMade, Failure> {
    let folder = outside.0.clone();
    long(&core, Task::Export, move |core, run| {
        put(core.actions.export_orders(&input, run).map_err(Told::told)?, &folder, input.bytes)
    })
    .await
}

/// A list of the desk as a file.
#[tauri::command]
#[specta::specta]
pub async fn export_table(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: ExportTable,
) -> Result<TableMade, Failure> {
    let folder = outside.0.clone();
    aside(&core, move |core| put(core.actions.export_table(&input).map_err(Told::told)?, &folder, input.bytes)).await
}

/// Writes a table where files for people are put, and hands its bytes back where they are asked for.
fn put(made: Exported, folder: &Path, bytes: bool) -> Result<TableMade, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| written(&error))?;
    let path = folder.join(&made.name);
    doorstep::store::files::write_whole(&path, &made.bytes).map_err(|error| written(&error))?;
    Ok(TableMade {
        name: made.name,
        path: path.display().to_string(),
        kilobytes: u32::try_from(made.bytes.len().div_ceil(1_000)).unwrap_or(u32::MAX),
        rows: u32::try_from(made.rows).unwrap_or(u32::MAX),
        mime: made.mime.to_owned(),
        base64: bytes.then(|| STANDARD.encode(&made.bytes)),
    })
}

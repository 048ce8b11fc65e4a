//! Rule sets at the owner's desk: read, compared, published, taken back, as files and as forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{ExportSet, JobsBySet, OneSetKind, PublishSet, ReviseSet, SetFile, TakeBackSet};
use doorstep_schemas::view::{JobsBySetView, RuleSetsView, SetCompared, SetDrafted, SetForm, TableMade};
use tauri::State;

use super::Core;
use super::bundles::{Outside, written};
use super::storage::aside;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn rule_sets(core: Core<'_>) -> Result<RuleSetsView, Failure> {
    core.actions.rule_sets().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn compare_set(core: Core<'_>, input: SetFile) -> Result<SetCompared, Failure> {
    aside(&core, move |core| core.actions.compare_set(&input).map_err(Told::told)).await
}

/// A portion of the open jobs that a set would change.
#[tauri::command]
#[specta::specta]
pub async fn jobs_by_set(core: Core<'_>, input: JobsBySet) -> Result<JobsBySetView, Failure> {
    aside(&core, move |core| core.actions.jobs_by_set(&input).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn publish_set(core: Core<'_>, input: PublishSet) -> Result<(), Failure> {
    core.actions.publish_set(&input).map(drop).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn take_back_set(core: Core<'_>, input: TakeBackSet) -> Result<(), Failure> {
    core.actions.take_back_set(&input).map_err(Told::told)
}

/// A version's file, written where files for people are put.
#[tauri::command]
#[specta::specta]
pub async fn export_set(core: Core<'_>, outside: State<'_, Outside>, input: ExportSet) -> Result<TableMade, Failure> {
    let (name, bytes) = core.actions.export_set(&input).map_err(Told::told)?;
    let folder = outside.0.clone();
    std::fs::create_dir_all(&folder).map_err(|error| written(&error))?;
    let path = folder.join(&name);
    doorstep::store::files::write_whole(&path, &bytes).map_err(|error| written(&error))?;
    Ok(TableMade {
        name,
        path: path.display().to_string(),
        kilobytes: u32::try_from(bytes.len().div_ceil(1_000)).unwrap_or(u32::MAX),
        rows: 1,
        mime: "application/json".to_owned(),
        base64: input.bytes.then(|| STANDARD.encode(&bytes)),
    })
}

/// The set in force as a form.
#[tauri::command]
#[specta::specta]
pub async fn set_form(core: Core<'_>, input: OneSetKind) -> Result<SetForm, Failure> {
    core.actions.set_form(&input).map_err(Told::told)
}

/// The file that follows from a form.
#[tauri::command]
#[specta::specta]
pub async fn revise_set(core: Core<'_>, input: ReviseSet) -> Result<SetDrafted, Failure> {
    aside(&core, move |core| core.actions.revise_set(&input).map_err(Told::told)).await
}

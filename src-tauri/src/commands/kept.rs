//! Half-typed fields and small choices.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{PutDraft, RememberChoice};
use doorstep_schemas::view::KeptView;

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn kept(core: Core<'_>) -> Result<KeptView, Failure> {
    core.actions.kept().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn put_draft(core: Core<'_>, input: PutDraft) -> Result<(), Failure> {
    core.actions.put_draft(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn remember(core: Core<'_>, input: RememberChoice) -> Result<(), Failure> {
    core.actions.remember_choice(&input.key, &input.value).map_err(Told::told)
}

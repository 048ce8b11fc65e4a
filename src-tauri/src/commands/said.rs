//! Texts in and out: a pasted dispatch, the maker's reply, messages and the proof for the customer.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{AskTexts, PastedText};
use doorstep_schemas::view::{JobTexts, PastedOrder};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn read_pasted(core: Core<'_>, input: PastedText) -> Result<PastedOrder, Failure> {
    Ok(core.actions.read_pasted(&input.text))
}

#[tauri::command]
#[specta::specta]
pub async fn job_texts(core: Core<'_>, input: AskTexts) -> Result<JobTexts, Failure> {
    core.actions.job_texts(&input).map_err(Told::told)
}

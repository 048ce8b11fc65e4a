//! 凭证: a job's papers, typeset on the device.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::app::Doorstep;
use doorstep_paper::{PaperForm, Press, PressError};
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::input::MakePaper;
use doorstep_schemas::paper::Paper;
use doorstep_schemas::view::PaperMade;
use tauri::State;

use super::Core;
use super::bundles::{Outside, written};
use crate::failure::Told;

/// The font is read once, when somebody wants a paper.
static PRESS: OnceLock<Press> = OnceLock::new();

pub(super) fn press() -> Result<&'static Press, PressError> {
    if let Some(press) = PRESS.get() {
        return Ok(press);
    }
    let made = Press::new()?;
    Ok(PRESS.get_or_init(|| made))
}

/// Sets one of a job's papers and writes it where files for people are put. It is handed back as well, to be looked at,
/// shared and printed.
#[tauri::command]
#[specta::specta]
pub async fn make_paper(core: Core<'_>, outside: State<'_, Outside>, input: MakePaper) -> Result<PaperMade, Failure> {
    let (core, folder) = (Arc::clone(&core), outside.0.clone());
    let set = tauri::async_runtime::spawn_blocking(move || set(&core, &folder, &input));
    set.await.map_err(|error| Failure::new(ErrorCode::Internal, error.to_string()))?
}

fn set(core: &Doorstep, folder: &Path, input: &MakePaper) -> Result<PaperMade, Failure> {
    let paper = core.actions.proof(input).map_err(Told::told)?;
    let mut made = print(&paper, input.form, folder, &core.actions.proof_name(input))?;
    if made.base64.is_none() {
        let bytes = std::fs::read(&made.path).map_err(|error| written(&error))?;
        made.base64 = Some(STANDARD.encode(bytes));
    }
    Ok(made)
}

/// Sets a paper and writes it into a folder, under its name with the form's ending.
pub(super) fn print(paper: &Paper, form: PaperForm, folder: &Path, name: &str) -> Result<PaperMade, Failure> {
    let printed = press().and_then(|press| press.print(paper, form, &|| false)).map_err(Told::told)?;
    std::fs::create_dir_all(folder).map_err(|error| written(&error))?;
    let picture = printed.mime == "image/png";
    let narrow = if matches!(form, PaperForm::Roll80 | PaperForm::Roll80Dots) { "-80mm" } else { "" };
    let ending = if picture { "png" } else { "pdf" };
    let path = folder.join(format!("{name}{narrow}.{ending}"));
    doorstep::store::files::write_whole(&path, &printed.bytes).map_err(|error| written(&error))?;
    Ok(PaperMade {
        path: path.display().to_string(),
        mime: printed.mime.to_owned(),
        kilobytes: u32::try_from(printed.bytes.len().div_ceil(1_000)).unwrap_or(u32::MAX),
        base64: picture.then(|| STANDARD.encode(&printed.bytes)),
        missing: printed.missing,
    })
}

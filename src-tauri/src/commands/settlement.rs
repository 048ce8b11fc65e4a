//! 结算: makers' money, wages and price sets, at the owner's desk.

use std::path::Path;
use std::sync::Arc;

use doorstep::actions::statement::{Made, StatementError};
use doorstep::app::Doorstep;
use doorstep_paper::PaperForm;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::input::{
    ClaimLines, ClaimProposed, MakeStatement, MakeWageSheet, NoteWage, OneJob, ReadAnswer, Settle, SettlementOf,
    TakeAnswer, UndoDesk, WagesOf,
};
use doorstep_schemas::view::{
    AnswerPlan, DeskDone, FileMade, PriceBooksView, SettlementRow, SettlementView, WagesView,
};
use tauri::State;

use super::Core;
use super::bundles::{Outside, written};
use super::paper::press;
use super::storage::aside;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn settlement(core: Core<'_>, input: SettlementOf) -> Result<SettlementView, Failure> {
    core.actions.settlement(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn job_claim(core: Core<'_>, input: OneJob) -> Result<Option<SettlementRow>, Failure> {
    core.actions.job_claim(input.job).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn settle(core: Core<'_>, input: Settle) -> Result<DeskDone, Failure> {
    core.actions.settle(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn claim_lines(core: Core<'_>, input: ClaimLines) -> Result<DeskDone, Failure> {
    core.actions.claim_lines(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn claim_proposed(core: Core<'_>, input: ClaimProposed) -> Result<DeskDone, Failure> {
    core.actions.claim_proposed(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn undo_desk(core: Core<'_>, input: UndoDesk) -> Result<(), Failure> {
    core.actions.undo_desk(&input.action).map_err(Told::told)
}

/// What a maker's answer would change; nothing else waits for a file of many rows.
#[tauri::command]
#[specta::specta]
pub async fn read_answer(core: Core<'_>, input: ReadAnswer) -> Result<AnswerPlan, Failure> {
    aside(&core, move |core| core.actions.read_answer(&input).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn take_answer(core: Core<'_>, input: TakeAnswer) -> Result<DeskDone, Failure> {
    aside(&core, move |core| core.actions.take_answer(&input).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn make_statement(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: MakeStatement,
) -> Result<FileMade, Failure> {
    let name = core.actions.statement_name("结算", &input.maker, &input.month);
    file(&core, &outside, name, move |core| core.actions.statement(&input)).await
}

#[tauri::command]
#[specta::specta]
pub async fn wages(core: Core<'_>, input: WagesOf) -> Result<WagesView, Failure> {
    core.actions.wages(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn note_wage(core: Core<'_>, input: NoteWage) -> Result<DeskDone, Failure> {
    core.actions.note_wage(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn make_wage_sheet(
    core: Core<'_>,
    outside: State<'_, Outside>,
    input: MakeWageSheet,
) -> Result<FileMade, Failure> {
    let whose = core.actions.member_name(input.member).map_err(Told::told)?;
    let name = core.actions.statement_name("工资", &whose, &input.month);
    file(&core, &outside, name, move |core| core.actions.wage_sheet(&input)).await
}

#[tauri::command]
#[specta::specta]
pub async fn price_books(core: Core<'_>) -> Result<PriceBooksView, Failure> {
    core.actions.price_books().map_err(Told::told)
}

/// Makes a file and writes it where files for people are put; a paper is typeset first, away from whoever waits.
async fn file(
    core: &Arc<Doorstep>,
    outside: &Outside,
    name: String,
    make: impl FnOnce(&Doorstep) -> Result<Made, StatementError> + Send + 'static,
) -> Result<FileMade, Failure> {
    let (core, folder) = (Arc::clone(core), outside.0.clone());
    let put = tauri::async_runtime::spawn_blocking(move || put(&folder, &name, make(&core).map_err(Told::told)?));
    put.await.map_err(|error| Failure::new(ErrorCode::Internal, error.to_string()))?
}

fn put(folder: &Path, name: &str, made: Made) -> Result<FileMade, Failure> {
    let (bytes, ending) = match made {
        Made::Sheet(bytes) => (bytes, "xlsx"),
        Made::Paper(paper) => {
            let printed =
                press().and_then(|press| press.print(&paper, PaperForm::A4, &|| false)).map_err(Told::told)?;
            (printed.bytes, "pdf")
        }
    };
    std::fs::create_dir_all(folder).map_err(|error| written(&error))?;
    let path = folder.join(format!("{name}.{ending}"));
    doorstep::store::files::write_whole(&path, &bytes).map_err(|error| written(&error))?;
    let kilobytes = u32::try_from(bytes.len().div_ceil(1_000)).unwrap_or(u32::MAX);
    Ok(FileMade { path: path.display().to_string(), kilobytes })
}

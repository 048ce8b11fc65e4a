//! 日清: the owner's evening.

use std::path::Path;
use std::sync::Arc;

use doorstep::app::Doorstep;
use doorstep_paper::PaperForm;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::input::{DrawSample, OneDay, OneJob, PrintDay};
use doorstep_schemas::view::{DayReview, PaperMade, SinceApprovalView};
use tauri::State;

use super::Core;
use super::bundles::Outside;
use super::paper::print;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn day_review(core: Core<'_>, input: OneDay) -> Result<DayReview, Failure> {
    core.actions.day_review(input.at.map(|at| at.0)).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn draw_sample(core: Core<'_>, input: DrawSample) -> Result<DayReview, Failure> {
    core.actions.draw_sample(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn since_approval(core: Core<'_>, input: OneJob) -> Result<Option<SinceApprovalView>, Failure> {
    core.actions.since_approval(input.job).map_err(Told::told)
}

/// Sets the day's review as a PDF and writes it where files for people are put.
#[tauri::command]
#[specta::specta]
pub async fn print_day(core: Core<'_>, outside: State<'_, Outside>, input: PrintDay) -> Result<PaperMade, Failure> {
    let (core, folder) = (Arc::clone(&core), outside.0.clone());
    let set = tauri::async_runtime::spawn_blocking(move || set(&core, &folder, &input));
    set.await.map_err(|error| Failure::new(ErrorCode::Internal, error.to_string()))?
}

fn set(core: &Doorstep, folder: &Path, input: &PrintDay) -> Result<PaperMade, Failure> {
    let (paper, name) = core.actions.day_paper(input).map_err(Told::told)?;
    print(&paper, PaperForm::A4, folder, &name)
}

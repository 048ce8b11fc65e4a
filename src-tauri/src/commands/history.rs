//! What was done to a job, put right: picking between values, undoing; and units on their way to the bench and back.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{OneJob, Resolve, Undo};
use doorstep_schemas::view::{BenchPage, BenchQueue, ConflictView, JobView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn conflicts(core: Core<'_>, input: OneJob) -> Result<Vec<ConflictView>, Failure> {
    core.actions.conflicts(input.job).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn resolve(core: Core<'_>, input: Resolve) -> Result<JobView, Failure> {
    core.actions.resolve(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn undo(core: Core<'_>, input: Undo) -> Result<JobView, Failure> {
    core.actions.undo(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn bench(core: Core<'_>, input: OneJob) -> Result<BenchPage, Failure> {
    core.actions.bench(input.job).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn bench_queue(core: Core<'_>) -> Result<BenchQueue, Failure> {
    core.actions.bench_queue().map_err(Told::told)
}

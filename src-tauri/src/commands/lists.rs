//! What the lists and the job's page show.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{FindJobs, ListJobs, OneDay, OneJob, OrdersOfDay, Suggest};
use doorstep_schemas::view::{BoardView, FoundJobs, JobList, JobView, PickLists, SuggestView, TodayView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn pick_lists(core: Core<'_>) -> Result<PickLists, Failure> {
    Ok(core.actions.pick_lists())
}

#[tauri::command]
#[specta::specta]
pub async fn today(core: Core<'_>) -> Result<TodayView, Failure> {
    let chip = core.sync_chip().map_err(Told::told)?;
    core.actions.today(chip).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn orders(core: Core<'_>, input: OrdersOfDay) -> Result<JobList, Failure> {
    core.actions.orders_page(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn job(core: Core<'_>, input: OneJob) -> Result<JobView, Failure> {
    core.actions.job(input.job).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn board(core: Core<'_>, input: OneDay) -> Result<BoardView, Failure> {
    core.actions.board(input.at.map(|at| at.0)).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn suggest(core: Core<'_>, input: Suggest) -> Result<SuggestView, Failure> {
    core.actions.suggest(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn list_jobs(core: Core<'_>, input: ListJobs) -> Result<JobList, Failure> {
    core.actions.list_jobs(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn find_jobs(core: Core<'_>, input: FindJobs) -> Result<FoundJobs, Failure> {
    core.actions.find_jobs(&input).map_err(Told::told)
}

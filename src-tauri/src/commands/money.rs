//! What a job costs, what a member earned and holds, what waits for the owner's word.

use doorstep_schemas::code::Failure;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{Ask, NoteOnDesk, NoteOnOrder, OneJob, OneMonth, SayDigits};
use doorstep_schemas::view::{FactNoted, FeesView, MineView, MonthView, OwnersTurns, SpokenDigits};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn fees(core: Core<'_>, input: OneJob) -> Result<FeesView, Failure> {
    core.actions.fees(input.job).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn mine(core: Core<'_>) -> Result<MineView, Failure> {
    core.actions.mine().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn month_earned(core: Core<'_>, input: OneMonth) -> Result<MonthView, Failure> {
    core.actions.month_earned(&input.month).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn ask_owner(core: Core<'_>, input: Ask) -> Result<ShortId, Failure> {
    core.actions.ask(&input.fact).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn owners_turns(core: Core<'_>) -> Result<OwnersTurns, Failure> {
    core.actions.owners_turns().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn note_on_order(core: Core<'_>, input: NoteOnOrder) -> Result<FactNoted, Failure> {
    let added = core.actions.note_on_order(input.job, &input.fact).map_err(Told::told)?;
    Ok(FactNoted { id: added.id, job: added.job })
}

/// Six digits for a price above guide, to be said over the phone.
#[tauri::command]
#[specta::specta]
pub async fn say_digits(core: Core<'_>, input: SayDigits) -> Result<SpokenDigits, Failure> {
    core.actions.say_digits(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn note_on_desk(core: Core<'_>, input: NoteOnDesk) -> Result<ShortId, Failure> {
    core.actions.desk_notes(&input.fact).map_err(Told::told)
}

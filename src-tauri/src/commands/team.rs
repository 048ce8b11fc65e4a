//! People and devices of the outlet.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{AddMember, Invite, NoteOnRoster, RemoveKit, SetDeviceStatus, SetMember};
use doorstep_schemas::view::{InviteView, RelayView, RosterNoted, RosterView, TeamView};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn team(core: Core<'_>) -> Result<TeamView, Failure> {
    core.actions.team().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn add_member(core: Core<'_>, input: AddMember) -> Result<TeamView, Failure> {
    core.add_member(&input).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn set_member(core: Core<'_>, input: SetMember) -> Result<TeamView, Failure> {
    core.set_member(&input).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn invite(core: Core<'_>, input: Invite) -> Result<InviteView, Failure> {
    core.invite(input.member).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn set_device_status(core: Core<'_>, input: SetDeviceStatus) -> Result<TeamView, Failure> {
    core.set_device_status(input.device, input.status).await.map_err(Told::told)
}

/// The relay's addresses and how it is, asked now.
#[tauri::command]
#[specta::specta]
pub async fn relay(core: Core<'_>) -> Result<RelayView, Failure> {
    core.relay(false).await.map_err(Told::told)
}

/// Asks the relay for a backup that is tried at once.
#[tauri::command]
#[specta::specta]
pub async fn drill_relay(core: Core<'_>) -> Result<RelayView, Failure> {
    core.relay(true).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn roster(core: Core<'_>) -> Result<RosterView, Failure> {
    core.actions.roster().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn note_on_roster(core: Core<'_>, input: NoteOnRoster) -> Result<RosterNoted, Failure> {
    let id = core.actions.note_on_roster(&input.fact).map_err(Told::told)?;
    Ok(RosterNoted { id, roster: core.actions.roster().map_err(Told::told)? })
}

#[tauri::command]
#[specta::specta]
pub async fn remove_kit(core: Core<'_>, input: RemoveKit) -> Result<RosterView, Failure> {
    core.actions.remove_kit(input.kit).map_err(Told::told)?;
    core.actions.roster().map_err(Told::told)
}

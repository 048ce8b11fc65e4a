//! People and devices of the outlet.

use doorstep_schemas::code::Failure;
use doorstep_schemas::input::{AddMember, Invite, SetDeviceStatus};
use doorstep_schemas::view::{InviteView, TeamView};

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
pub async fn invite(core: Core<'_>, input: Invite) -> Result<InviteView, Failure> {
    core.invite(input.member).await.map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn set_device_status(core: Core<'_>, input: SetDeviceStatus) -> Result<TeamView, Failure> {
    core.set_device_status(input.device, input.status).await.map_err(Told::told)
}

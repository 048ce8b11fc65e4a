//! What the desk sees and does about parts.

use doorstep_schemas::code::Failure;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{MoveStock, PartArrived, PartTerms, PublishParts, ReadParts, SayOldParts};
use doorstep_schemas::view::{PartsDesk, PartsPlan, PartsPublished};

use super::Core;
use super::storage::aside;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn parts_desk(core: Core<'_>) -> Result<PartsDesk, Failure> {
    core.actions.parts_desk().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn move_parts(core: Core<'_>, input: MoveStock) -> Result<ShortId, Failure> {
    core.actions.move_parts(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn part_arrived(core: Core<'_>, input: PartArrived) -> Result<(), Failure> {
    core.actions.part_arrived(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn set_part_terms(core: Core<'_>, input: PartTerms) -> Result<(), Failure> {
    core.actions.set_part_terms(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn say_old_parts(core: Core<'_>, input: SayOldParts) -> Result<(), Failure> {
    core.actions.say_old_parts(&input).map_err(Told::told)
}

/// What a file would change of the parts list; nothing else waits for one of many rows.
#[tauri::command]
#[specta::specta]
pub async fn read_parts(core: Core<'_>, input: ReadParts) -> Result<PartsPlan, Failure> {
    aside(&core, move |core| core.actions.read_parts(&input).map_err(Told::told)).await
}

#[tauri::command]
#[specta::specta]
pub async fn publish_parts(core: Core<'_>, input: PublishParts) -> Result<PartsPublished, Failure> {
    aside(&core, move |core| core.actions.publish_parts(&input).map_err(Told::told)).await
}

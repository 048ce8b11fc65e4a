//! Photos in, and photos brought here to be seen.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::JobError;
use doorstep::actions::photos::PhotoError;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::input::{AddPhoto, FetchPhoto};
use doorstep_schemas::view::JobView;

use super::Core;
use crate::failure::Told;

/// On Android a raw body never reaches a command, so a picture comes as base64 everywhere.
#[tauri::command]
#[specta::specta]
pub async fn add_photo(core: Core<'_>, input: AddPhoto) -> Result<JobView, Failure> {
    let file = STANDARD
        .decode(&input.base64)
        .map_err(|error| Failure::new(ErrorCode::PhotoNotAPicture, format!("the picture is not base64: {error}")))?;
    let core = Arc::clone(&core);
    let added = tokio::task::spawn_blocking(move || {
        core.actions.add_photo(input.job, input.appliance, input.stage, &file).map_err(Told::told)
    });
    added.await.map_err(|error| Failure::new(ErrorCode::Internal, format!("taking the picture in stopped: {error}")))?
}

/// Brings a photo's bytes here; nothing to do when they are.
#[tauri::command]
#[specta::specta]
pub async fn fetch_photo(core: Core<'_>, input: FetchPhoto) -> Result<(), Failure> {
    match core.actions.photo_bytes(&input.photo) {
        Ok(_) => return Ok(()),
        Err(hidden @ PhotoError::Job(JobError::LeaseEnded)) => return Err(hidden.told()),
        Err(_) => {}
    }
    match core.fetch_photo(&input.photo).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(ErrorCode::PhotoNotFound, "no sheet here names this photo")),
        Err(fault) => Err(fault.told()),
    }
}

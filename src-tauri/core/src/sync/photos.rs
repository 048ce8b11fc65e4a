//! Photo bytes, up and down: after the text, thumbnails before originals.

use doorstep_schemas::blob;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::BlobHash;

use super::blobs;
use super::fault::Fault;
use super::line::Line;
use super::ways::Ways;
use crate::actions::Actions;
use crate::store::photos::PhotoJob;

/// Sends one photo whole, however many requests that takes.
pub async fn send(line: &Line, actions: &Actions, photo: &PhotoJob) -> Result<(), Fault> {
    let files = actions.shelf.store().photo_files();
    let bytes = match files.read(&photo.hash) {
        Ok(bytes) => bytes,
        // Its row says so now; the others go on.
        Err(_) if actions.shelf.store().photo_damaged(&photo.hash)? => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let sent = |offset: usize| {
        actions.shelf.store().note_photo_sent(&photo.hash, offset as u64, offset == bytes.len())?;
        moved(actions, photo, offset);
        Ok(())
    };
    blobs::send(line, &photo.hash, &photo.doc, &bytes, sent).await
}

/// Fetches one photo.
pub async fn fetch(line: &Line, actions: &Actions, photo: &PhotoJob) -> Result<(), Fault> {
    let bytes = blobs::fetch(line, &photo.hash, blob::MAX_BLOB, |here| moved(actions, photo, here)).await?;
    let files = {
        let mut store = actions.shelf.store();
        store.room_for_photo(bytes.len() as u64)?;
        store.photo_files()
    };
    files.write(&photo.hash, &bytes, actions.nature.as_ref())?;
    actions.shelf.store().note_photo_here(&photo.hash)?;
    if let Some(job) = photo.doc.job() {
        actions.changed(job);
    }
    Ok(())
}

fn moved(actions: &Actions, photo: &PhotoJob, done: usize) {
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let event = CoreEvent::PhotoMoved { photo: photo.hash, done: small(done as u64), total: small(photo.bytes) };
    // Nobody may be watching.
    let _ = actions.events.send(event);
}

/// Brings one photo that a person wants to see.
pub async fn fetch_named(ways: &Ways, actions: &Actions, hash: &BlobHash) -> Result<bool, Fault> {
    let photo = {
        let store = actions.shelf.store();
        if store.chosen()?.no_network {
            return Err(Fault::NoNetwork);
        }
        store.photo_named(hash)?
    };
    let Some(photo) = photo else { return Ok(false) };
    let (line, _) = ways.line(actions).await?;
    fetch(&line, actions, &photo).await?;
    Ok(true)
}

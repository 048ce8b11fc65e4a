//! Photo bytes, up and down: after the text, thumbnails before originals.

use std::time::Duration;

use doorstep_schemas::blob;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::BlobHash;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::blobs::Upload;
use super::fault::Fault;
use super::line::Line;
use super::runner::{Command, Shared};
use super::ways::Ways;
use super::{blobs, rule_sets};
use crate::actions::Actions;
use crate::store::StoreError;
use crate::store::photos::PhotoJob;

/// After something failed for the moment, when no exchange brings it back before.
const PAUSE: Duration = Duration::from_secs(20);

/// Bytes of a photo after which what has come is kept, should the app end meanwhile.
const KEEP: usize = 256 * 1024;
/// Less than this is not worth a file when the line breaks.
const KEEP_LEAST: usize = 16 * 1024;

/// How long nothing is tried: not before the relay's own word, and then until something is due.
struct Rest {
    least: Duration,
    most: Duration,
}

impl Rest {
    /// Nothing is left to move.
    const DONE: Self = Self { least: Duration::ZERO, most: Duration::from_secs(600) };

    /// Something failed for the moment: the next exchange or a pause brings it back.
    fn after(fault: &Fault) -> Self {
        let least = Duration::from_millis(fault.retry_after_ms().and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0));
        Self { least, most: PAUSE }
    }
}

/// Moves what there is to move, whenever there may be something.
pub(super) async fn keep_moving(shared: Shared, commands: mpsc::WeakUnboundedSender<Command>) {
    while let Some(sender) = commands.upgrade() {
        drop(sender);
        let rest = if shared.network_on() { move_photos(&shared, &commands).await } else { Rest::DONE };
        sleep(rest.least).await;
        tokio::select! { () = shared.photos_due.notified() => {}, () = sleep(rest.most) => {} }
    }
}

/// Moves rule sets, then photos, until none is left or one fails for the moment.
async fn move_photos(shared: &Shared, commands: &mpsc::WeakUnboundedSender<Command>) -> Rest {
    let Ok(line) = shared.line().await else { return Rest::DONE };
    let sets = tokio::select! {
        outcome = rule_sets::move_all(&line, &shared.actions) => outcome,
        () = shared.network_off() => Err(Fault::NoNetwork),
    };
    match sets {
        Ok(true) => shared.set(|_| ()),
        Ok(false) => {}
        Err(fault) => {
            tracing::info!(code = fault.code().wire(), "rule sets did not move");
            return Rest::after(&fault);
        }
    }
    let asked = tokio::select! {
        outcome = settle_doubt(&line, &shared.actions) => outcome,
        () = shared.network_off() => Err(Fault::NoNetwork),
    };
    if let Err(fault) = asked {
        tracing::info!(code = fault.code().wire(), "the relay did not say which photos it lacks");
        return Rest::after(&fault);
    }
    let mut sent = false;
    loop {
        let next = match next_photo(shared) {
            Ok(Some(next)) => next,
            Ok(None) => {
                if sent && let Some(commands) = commands.upgrade() {
                    let _ = commands.send(Command::PhotosSent);
                }
                shared.purse.photos_done();
                if shared.moving_photos() {
                    shared.set(|now| now.moving_photos = false);
                }
                return Rest::DONE;
            }
            Err(error) => {
                tracing::error!(%error, "the next photo can't be found");
                return Rest { least: PAUSE, ..Rest::DONE };
            }
        };
        let (photo, up) = next;
        shared.set(|now| now.moving_photos = true);
        let outcome = tokio::select! {
            outcome = async { if up { send(&line, shared, &photo).await } else { fetch(&line, &shared.actions, &photo).await } } => outcome,
            () = shared.network_off() => Err(Fault::NoNetwork),
        };
        match outcome {
            Ok(()) => {
                sent |= up;
                if let Some(job) = photo.doc.job() {
                    shared.tell(CoreEvent::JobsChanged { jobs: vec![job] });
                }
            }
            Err(fault) => {
                tracing::info!(code = fault.code().wire(), up, "a photo did not move");
                if fault.code() == ErrorCode::QuotaUsed {
                    let now = shared.clock();
                    if shared.actions.shelf.store().note_photos_over_quota(now).is_ok() {
                        continue;
                    }
                }
                if let Some(code) = blobs::final_refusal(&fault) {
                    let _ = shared.actions.shelf.store().note_photo_refused(&photo.hash, code.wire());
                    continue;
                }
                shared.set(|now| now.moving_photos = false);
                return Rest::after(&fault);
            }
        }
    }
}

/// The relay's log is another one: photos that the old one took may be lacking. Asked many at a time, after the text,
/// which says whose they are.
async fn settle_doubt(line: &Line, actions: &Actions) -> Result<(), Fault> {
    loop {
        let photos = {
            let store = actions.shelf.store();
            if store.enrolment()?.is_none() || store.held()?.changes > 0 {
                return Ok(());
            }
            store.photos_in_doubt(u32::try_from(blob::MOST_ASKED).unwrap_or(u32::MAX))?
        };
        if photos.is_empty() {
            return Ok(());
        }
        let missing = blobs::missing(line, photos.iter().map(|photo| photo.hash).collect()).await?;
        let mut store = actions.shelf.store();
        for photo in photos {
            let held = !missing.contains(&photo.hash);
            store.note_photo_sent(&photo.hash, if held { photo.bytes } else { 0 }, held)?;
        }
    }
}

/// The next photo to move and whether it goes up; text goes first.
fn next_photo(shared: &Shared) -> Result<Option<(PhotoJob, bool)>, StoreError> {
    let mut store = shared.actions.shelf.store();
    let full = shared.purse.full_pictures(store.chosen()?.wifi_only);
    if store.held()?.changes == 0
        && let Some(photo) = store.photo_to_send(full)?
    {
        return Ok(Some((photo, true)));
    }
    let owner = match store.enrolment()? {
        Some(enrolment) => store.is_owner(enrolment.member)?,
        None => return Ok(None),
    };
    if store.look_for_room() {
        // What others photographed waits for room; own work needs it first.
        return Ok(None);
    }
    Ok(store.photo_to_fetch(owner && full)?.map(|photo| (photo, false)))
}

/// Sends one photo whole, however many requests that takes.
async fn send(line: &Line, shared: &Shared, photo: &PhotoJob) -> Result<(), Fault> {
    let actions = &shared.actions;
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
    let upload = Upload { hash: &photo.hash, doc: &photo.doc, bytes: &bytes, begun: photo.sent > 0 };
    blobs::send(line, upload, Some(&shared.text), sent).await
}

/// Fetches one photo, on from where the last line broke.
async fn fetch(line: &Line, actions: &Actions, photo: &PhotoJob) -> Result<(), Fault> {
    let (files, nature) = (actions.shelf.store().photo_files(), actions.nature.as_ref());
    let mut bytes = files.begun(&photo.hash);
    let mut kept = bytes.len();
    // What came is kept while there is room for it; without it the photo is fetched from its beginning.
    let keep = |here: &[u8]| {
        let room = actions.shelf.store().room_for_photo(here.len() as u64).is_ok();
        room && files.keep_begun(&photo.hash, here, nature).is_ok()
    };
    let came = |here: &[u8]| {
        moved(actions, photo, here.len());
        if here.len() >= kept + KEEP && keep(here) {
            kept = here.len();
        }
    };
    if let Err(fault) = blobs::fetch(line, &photo.hash, blob::MAX_BLOB, &mut bytes, came).await {
        match blobs::final_refusal(&fault) {
            Some(_) => files.drop_begun(&photo.hash)?,
            None if bytes.len() > KEEP_LEAST => drop(keep(&bytes)),
            None => {}
        }
        return Err(fault);
    }
    actions.shelf.store().room_for_photo(bytes.len() as u64)?;
    files.write(&photo.hash, &bytes, nature)?;
    files.drop_begun(&photo.hash)?;
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

#[cfg(test)]
mod tests {
    use doorstep_schemas::code::ErrorCode;

    use super::*;

    #[test]
    fn a_relay_that_asks_for_patience_is_not_asked_before() {
        let refused = |retry_after_ms| Fault::Refused {
            status: 429,
            code: ErrorCode::TooManyTries,
            detail: String::new(),
            retry_after_ms,
            farewell: None,
        };
        assert_eq!(Rest::after(&refused(Some(90_000))).least, Duration::from_secs(90));
        assert_eq!(Rest::after(&refused(None)).least, Duration::ZERO);
        assert_eq!(Rest::after(&refused(Some(-1))).least, Duration::ZERO);
    }
}

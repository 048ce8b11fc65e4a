//! The loop that moves rule sets and photos beside the exchanges.

use std::sync::PoisonError;
use std::time::Duration;

use doorstep_schemas::event::CoreEvent;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::fault::Fault;
use super::runner::{Command, Shared};
use super::{blobs, photos, rule_sets};
use crate::store::StoreError;

const PHOTO_PAUSE: Duration = Duration::from_secs(20);

pub(super) async fn photo_loop(shared: Shared, commands: mpsc::WeakUnboundedSender<Command>) {
    while let Some(sender) = commands.upgrade() {
        drop(sender);
        let rest = if shared.network_on() { move_photos(&shared, &commands).await } else { false };
        if rest {
            // Something failed for the moment: the next exchange or this pause brings it back.
            tokio::select! { () = shared.photos_due.notified() => {}, () = sleep(PHOTO_PAUSE) => {} }
        } else {
            tokio::select! { () = shared.photos_due.notified() => {}, () = sleep(Duration::from_secs(600)) => {} }
        }
    }
}

/// Moves rule sets, then photos, until none is left. Returns whether one failed and should be tried again soon.
async fn move_photos(shared: &Shared, commands: &mpsc::WeakUnboundedSender<Command>) -> bool {
    let Ok(line) = shared.line().await else { return false };
    let sets = tokio::select! {
        outcome = rule_sets::move_all(&line, &shared.actions) => outcome,
        () = shared.network_off() => Err(Fault::NoNetwork),
    };
    match sets {
        Ok(true) => shared.set(|_| ()),
        Ok(false) => {}
        Err(fault) => {
            tracing::info!(code = fault.code().wire(), "rule sets did not move");
            return true;
        }
    }
    let mut sent = false;
    loop {
        let next = match next_photo(shared) {
            Ok(Some(next)) => next,
            Ok(None) => {
                if sent && let Some(commands) = commands.upgrade() {
                    let _ = commands.send(Command::PhotosSent);
                }
                if shared.now.lock().unwrap_or_else(PoisonError::into_inner).moving_photos {
                    shared.set(|now| now.moving_photos = false);
                }
                return false;
            }
            Err(error) => {
                tracing::error!(%error, "the next photo can't be found");
                return true;
            }
        };
        let (photo, up) = next;
        shared.set(|now| now.moving_photos = true);
        let outcome = tokio::select! {
            outcome = async { if up { photos::send(&line, &shared.actions, &photo).await } else { photos::fetch(&line, &shared.actions, &photo).await } } => outcome,
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
                if let Some(code) = blobs::final_refusal(&fault) {
                    let _ = shared.actions.shelf.store().note_photo_refused(&photo.hash, code.wire());
                    continue;
                }
                shared.set(|now| now.moving_photos = false);
                return true;
            }
        }
    }
}

/// The next photo to move and whether it goes up; text goes first.
fn next_photo(shared: &Shared) -> Result<Option<(crate::store::photos::PhotoJob, bool)>, StoreError> {
    let mut store = shared.actions.shelf.store();
    if store.held()?.changes == 0
        && let Some(photo) = store.photo_to_send()?
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
    Ok(store.photo_to_fetch(owner)?.map(|photo| (photo, false)))
}

//! Where the work is: on this device, on the relay, on the owner's device. Never more than was confirmed.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::view::{Millis, StuckPiece, SyncChip, SyncState, SyncView, WaitingJob};

use super::runner::Now;
use crate::store::{Store, StoreError};

/// The chip at the top of every screen.
pub fn chip(store: &Store, now: &Now) -> Result<SyncChip, StoreError> {
    if store.is_sample() {
        return Ok(SyncChip { state: SyncState::Sample, changes: 0, photos: 0, bytes: 0, stuck: 0, error: None });
    }
    let unsent = store.unsent()?;
    let shown = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    // What waits for an owner's decision is where it should be.
    let held_up = store.stuck()?.into_iter().filter(|piece| piece.code != ErrorCode::InInbox).count();
    let stuck = u32::try_from(held_up).unwrap_or(u32::MAX);
    let state = if store.chosen()?.no_network {
        SyncState::Offline
    } else if now.exchanging || now.moving_photos {
        SyncState::Working
    } else {
        match now.error {
            Some(ErrorCode::RelayUnreachable | ErrorCode::RelayTimeout | ErrorCode::NoNetwork) => SyncState::Offline,
            Some(_) => SyncState::Failed,
            None if stuck > 0 => SyncState::Failed,
            None if unsent.changes + unsent.photos > 0 || store.unsent_sets()? > 0 => SyncState::Waiting,
            None => SyncState::Synced,
        }
    };
    Ok(SyncChip {
        state,
        changes: shown(unsent.changes),
        photos: shown(unsent.photos),
        bytes: shown(unsent.bytes.saturating_add(unsent.bytes_with_thumbs)),
        stuck,
        error: if state == SyncState::Failed { now.error } else { None },
    })
}

/// The sync screen.
pub fn view(store: &Store, now: &Now, photos_wait: impl Fn(bool) -> bool, clock: i64) -> Result<SyncView, StoreError> {
    let counts = store.counts()?;
    let photos = store.photo_counts()?;
    let customer = |job: Option<doorstep_schemas::ids::JobId>| -> Result<String, StoreError> {
        match job {
            Some(job) => Ok(store.job_row(job)?.map(|row| row.card.customer).unwrap_or_default()),
            None => Ok(String::new()),
        }
    };
    let mut waiting = Vec::new();
    for unsent in store.unsent_jobs()? {
        waiting.push(WaitingJob {
            job: unsent.job,
            customer: customer(unsent.job)?,
            changes: unsent.changes,
            bytes: unsent.bytes,
            photos: unsent.photos,
            photo_bytes: unsent.photo_bytes,
        });
    }
    let me = store.enrolment()?.map(|enrolment| enrolment.member);
    let owner = me.map(|me| store.is_owner(me)).transpose()?.unwrap_or(false);
    let mut stuck = Vec::new();
    for piece in store.stuck()? {
        let job = piece.doc.job();
        stuck.push(StuckPiece {
            remedies: piece.remedies(owner),
            by: piece.by,
            job,
            customer: customer(job)?,
            code: piece.code,
            ours: piece.ours,
            at: Millis(piece.at_ms),
            changes: piece.changes,
            reason: piece.reason,
        });
    }
    let chosen = store.chosen()?;
    Ok(SyncView {
        chip: chip(store, now)?,
        on_device: counts.on_device,
        on_relay: counts.on_relay,
        on_owner: counts.on_owner,
        backed_up: counts.backed_up,
        photos: photos.photos,
        photos_on_relay: photos.on_relay,
        photo_bytes: photos.bytes,
        photo_bytes_on_relay: photos.bytes_on_relay,
        waiting,
        carried: store.carried()?,
        incomplete: store.waiting()?,
        stuck,
        refused_sets: store.refused_sets().to_vec(),
        attempts: store.attempts()?,
        last_success: store.last_success()?.map(Millis),
        next_attempt: if chosen.no_network { None } else { now.next.map(Millis) },
        relay: store.enrolment()?.map(|e| e.relay).unwrap_or_default(),
        way: now.way,
        no_network: chosen.no_network,
        photos_wait: photos_wait(chosen.wifi_only),
        clock_offset_ms: store.clock_offset()?.map(Millis),
        now: Millis(clock),
    })
}

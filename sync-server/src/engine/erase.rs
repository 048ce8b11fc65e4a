//! A job's content goes for good, by a customer's wish or by law: bodies and blobs, not the log's running hash.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::wire::{Erased, Outcome, Piece, PieceResult, kind};

use super::intake::{self, Carrier, at_rest, refused};
use crate::storage::{Ledger, NewEntry, StorageError};

/// Erases a job by an owner's word. `remove` takes away the bytes of the blobs that nothing names any more: before the
/// commit, because a word that was not confirmed is said again, and files that nothing names would stay.
pub fn erase(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    erased: Erased,
    remove: &dyn Fn(&BlobHash) -> Result<(), StorageError>,
) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    if !carrier.caller.is_owner() {
        return Ok(refused(ErrorCode::NotAllowed));
    }
    if let Some(log_seq) = ledger.erased(outlet, erased.job)? {
        return Ok(intake::held(Outcome::Known, log_seq));
    }
    let body = at_rest(&Piece { kind: kind::ERASED, erased: Some(erased), ..Piece::default() });
    carrier.room.counts(body.len());
    let placed = ledger.append(
        outlet,
        &NewEntry {
            kind: kind::ERASED,
            doc: None,
            author: Some(carrier.caller.device),
            carrier: Some(carrier.caller.device),
            actor: carrier.actor,
            stretch: None,
            member: None,
            at_ms: carrier.now_ms,
            body,
        },
    )?;
    ledger.erase_job(outlet, erased.job, placed.seq)?.iter().try_for_each(remove)?;
    Ok(intake::held(Outcome::Accepted, placed.seq))
}

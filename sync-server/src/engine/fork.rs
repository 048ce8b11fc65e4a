//! A log that was put back to an older copy without a word.
//!
//! `restore` draws a new epoch, so every device notices. Files that are merely copied back bear the old one, and a
//! device whose cursor is older than the copy would go on as if nothing had happened, with work that it believes to be
//! here. The first device that remembers more than the log holds is the proof: from then on all are told.

use doorstep_schemas::ids::OutletId;
use doorstep_schemas::wire::Cursor;

use super::scan::{self, Place};
use crate::storage::{Ledger, Outlet, StorageError};

/// Whether the cursor is of this very log, and of entries that it does not hold. `place`: where it stands here.
pub(super) fn is_ahead(outlet: &Outlet, cursor: Option<&Cursor>, place: Option<Place>) -> bool {
    place.is_none() && cursor.is_some_and(|cursor| cursor.epoch == outlet.epoch)
}

/// Gives the log a new epoch, unless somebody was faster: from now on every cursor is another log's.
pub fn begin_anew(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    cursor: &Cursor,
    epoch: [u8; 8],
) -> Result<bool, StorageError> {
    let mut row = ledger.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
    let anew = is_ahead(&row, Some(cursor), scan::place_of(ledger, &row, cursor)?);
    if anew {
        row.epoch = epoch;
        ledger.put_outlet(&row)?;
    }
    Ok(anew)
}

//! Walking a log from its first entry: whether every digest and the running hash are what they should be.

use doorstep_schemas::ids::OutletId;
use doorstep_schemas::log;

use super::intake::from_rest;
use crate::storage::{Shelf, StorageError};

const BATCH: usize = 512;

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("entry {0} is missing")]
    Missing(u64),
    #[error("the body of entry {0} is not what was written")]
    Body(u64),
    #[error("the running hash breaks at entry {0}")]
    Hash(u64),
    #[error("the log ends at {found}, its head says {head}")]
    Head { found: u64, head: u64 },
}

/// Entries that were walked, and the first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub entries: u64,
    pub finding: Option<Finding>,
}

pub fn audit(shelf: &dyn Shelf, outlet: OutletId) -> Result<Audit, StorageError> {
    let row = shelf.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
    let mut hash = log::GENESIS;
    let mut seq = 0;
    loop {
        let entries = shelf.entries_after(outlet, seq, BATCH)?;
        if entries.is_empty() {
            let whole = seq == row.head && hash == row.hash;
            let finding = (!whole).then_some(Finding::Head { found: seq, head: row.head });
            return Ok(Audit { entries: seq, finding });
        }
        for entry in entries {
            let broken = |finding| Ok(Audit { entries: seq, finding: Some(finding) });
            if entry.seq != seq + 1 {
                return broken(Finding::Missing(seq + 1));
            }
            let body = shelf.body(outlet, entry.seq)?.unwrap_or_default();
            if log::digest(&body) != entry.digest || from_rest(&body).is_err() {
                return broken(Finding::Body(entry.seq));
            }
            hash = log::running_hash(&hash, entry.seq, entry.kind, entry.doc.as_ref(), &entry.digest);
            if hash != entry.hash {
                return broken(Finding::Hash(entry.seq));
            }
            seq = entry.seq;
        }
    }
}

//! Walking a log from its first entry: whether every digest and the running hash are what they should be, and whether
//! what is kept of runs and documents is what their entries say.

use std::collections::HashMap;

use doorstep_schemas::admission::Run;
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, DocId, OutletId};
use doorstep_schemas::log;
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Piece, Segment, kind};

use super::intake::from_rest;
use crate::storage::{EntryHead, RunRow, Shelf, StorageError};

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
    #[error("the segment of entry {0} does not follow what its run had before")]
    Segment(u64),
    #[error("what is kept of a run in {0} is not what its entries say")]
    Run(DocId),
    #[error("runs are kept that no entry speaks of")]
    Runs,
    #[error("the operations counted for {0} are not those of its entries")]
    Operations(DocId),
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
    let mut told = Told::default();
    loop {
        let entries = shelf.entries_after(outlet, seq, BATCH)?;
        if entries.is_empty() {
            let whole = seq == row.head && hash == row.hash;
            let finding = (!whole).then_some(Finding::Head { found: seq, head: row.head });
            let finding = match finding {
                None => told.compare(shelf, outlet)?,
                found => found,
            };
            return Ok(Audit { entries: seq, finding });
        }
        for entry in entries {
            let broken = |finding| Ok(Audit { entries: seq, finding: Some(finding) });
            if entry.seq != seq + 1 {
                return broken(Finding::Missing(seq + 1));
            }
            let body = shelf.body(outlet, entry.seq)?.unwrap_or_default();
            let erased = body.is_empty() && is_erased(shelf, outlet, &entry)?;
            let piece = match erased {
                true => Some(Piece::default()),
                false => from_rest(&body).ok().filter(|_| log::digest(&body) == entry.digest),
            };
            let Some(piece) = piece else { return broken(Finding::Body(entry.seq)) };
            hash = log::running_hash(&hash, entry.seq, entry.kind, entry.doc.as_ref(), &entry.digest);
            if hash != entry.hash {
                return broken(Finding::Hash(entry.seq));
            }
            if let (Some(doc), Some(segment)) = (piece.doc, piece.segment)
                && told.follow(doc, &segment, entry.seq).is_none()
            {
                return broken(Finding::Segment(entry.seq));
            }
            seq = entry.seq;
        }
    }
}

/// Whether an entry's body is gone by an owner's word: its digest stays, and the running hash over it.
fn is_erased(shelf: &dyn Shelf, outlet: OutletId, entry: &EntryHead) -> Result<bool, StorageError> {
    match entry.doc.as_ref().and_then(DocId::job).filter(|_| entry.kind == kind::SEGMENT) {
        Some(job) => Ok(shelf.erased(outlet, job)?.is_some()),
        None => Ok(false),
    }
}

/// What the entries so far say of runs and documents.
#[derive(Default)]
struct Told {
    runs: HashMap<(DocId, Actor), RunRow>,
    ops: HashMap<DocId, u64>,
}

impl Told {
    /// `None`: the segment does not go on where its run stood.
    fn follow(&mut self, doc: DocId, segment: &Segment, log_seq: u64) -> Option<()> {
        let fresh = RunRow { run: Run::default(), log_seq };
        let row = self.runs.entry((doc.clone(), segment.actor)).or_insert(fresh);
        let ops = self.ops.entry(doc).or_default();
        for change in segment::unpack(segment.codec, &segment.body, segment.actor, segment.from_seq).ok()? {
            let Run { seq, chain, .. } = row.run;
            if change.seq != seq + 1 {
                return None;
            }
            row.run = Run {
                seq: change.seq,
                hash: change.hash,
                chain: chain.then(&change.hash),
                next_op: change.start_op + change.ops,
            };
            *ops += change.ops;
        }
        row.log_seq = log_seq;
        Some(())
    }

    fn compare(self, shelf: &dyn Shelf, outlet: OutletId) -> Result<Option<Finding>, StorageError> {
        let runs = self.runs.len() as u64;
        for ((doc, actor), row) in self.runs {
            if shelf.run(outlet, &doc, actor)? != Some(row) {
                return Ok(Some(Finding::Run(doc)));
            }
        }
        for (doc, ops) in self.ops {
            let kept = shelf.document_ops(outlet, &doc)?;
            // A document's births are its readers' own, whoever sent them.
            let without_births = ops.saturating_sub(birth::ops(doc.kind()));
            if kept != Some(ops) && kept != Some(without_births) {
                return Ok(Some(Finding::Operations(doc)));
            }
        }
        Ok((shelf.totals(outlet)?.runs != runs).then_some(Finding::Runs))
    }
}

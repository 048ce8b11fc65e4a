//! A closed job in one piece: every change of its order and its sheet, in the order in which they were adopted, with
//! what this device knows of each, and the newest signature of each run.
//!
//! Stripped like a segment, and further: a segment must be readable after any cut, a closed job is whole. So whoever
//! wrote a change is an index, its parents are the heads that the document had, its first operation is the next one
//! of the document, and a picture's hash is written once. Sequence numbers, hashes, chains and the births follow from
//! the rest. `main` is what zstd shortens; `content` is what nothing shortens: hashes, actors, signatures.

pub mod body;
mod read;
pub mod volume;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::Run;
use crate::birth;
use crate::change::{Change, MalformedChange};
use crate::ids::{Actor, ChangeHash, DocKind};
use crate::leb::{self, LebError, Reader};
use crate::segment::{SegmentError, Unpacked};
use crate::signature::{Chain, Signature};

pub use read::unpack;
pub use write::pack;

/// The layout that this version writes.
pub const FORMAT: u8 = 1;

/// Most changes in one job, and its largest size before compression. A job beyond that stays as it is.
pub const MAX_CHANGES: usize = 10_000;
pub const MAX_PLAIN: usize = 4 * 1024 * 1024;
/// Most operations: run lengths claim many in few bytes, and each costs the reader time.
const MAX_OPS: u64 = 131_072;
/// Actors that one job refers to.
const MAX_ACTORS: usize = 1_024;

/// One change, and what is known of it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedChange {
    /// Of the order or of the sheet.
    pub kind: DocKind,
    pub change: Unpacked,
    /// When it was made (ours) or taken by the relay (others'), milliseconds since 1970.
    pub noted_ms: i64,
    /// The relay's log entry that holds it.
    pub log_seq: u64,
    pub mine: bool,
}

/// One run: how far it is, and its newest signature with the hashes that this reaches beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedRun {
    pub kind: DocKind,
    pub actor: Actor,
    pub run: Run,
    pub signature: Signature,
    pub tail: Vec<u8>,
}

/// See the module. Runs stand in the order of their first changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    pub changes: Vec<ClosedChange>,
    pub runs: Vec<ClosedRun>,
}

/// Why a job could not be packed, or bytes are no packed job.
#[derive(Debug, thiserror::Error)]
pub enum ClosedError {
    #[error("a job of layout {0}, which this version does not know")]
    UnknownFormat(u8),
    #[error("more than {MAX_PLAIN} bytes, {MAX_CHANGES} changes, {MAX_OPS} operations or {MAX_ACTORS} actors")]
    TooLarge,
    #[error("a run with a hole, of another kind of document, or without its signature")]
    NotWhole,
    #[error("its streams do not fit together")]
    Inconsistent,
    #[error("written with births that this version does not know")]
    UnknownBirth,
    #[error(transparent)]
    Leb(#[from] LebError),
    #[error(transparent)]
    Cells(#[from] SegmentError),
    #[error(transparent)]
    Change(#[from] MalformedChange),
}

/// One body of both parts, `main` as it was compressed, under the layout's number.
pub fn join(main: &[u8], content: &[u8]) -> Vec<u8> {
    let mut body = vec![FORMAT];
    leb::put_prefixed(&mut body, main);
    body.extend_from_slice(content);
    body
}

/// The parts of a body.
pub fn split(body: &[u8]) -> Result<(&[u8], &[u8]), ClosedError> {
    let mut reader = Reader::new(body);
    match reader.byte()? {
        FORMAT => Ok((reader.prefixed()?, reader.rest())),
        other => Err(ClosedError::UnknownFormat(other)),
    }
}

const DEPS_HEADS: u8 = 1;
const OP_NEXT: u8 = 2;
const ACTORS_SAME: u8 = 4;
const SHAPE_SAME: u8 = 8;
const HAS_EXTRA: u8 = 16;
/// Each column ends where its operations do, so that no lengths are kept.
const COLUMNS_FIT: u8 = 32;
const MINE: u8 = 64;
const OF_SHEET: u8 = 128;

/// The signature reaches the run's last change and no further.
const TO_THE_END: u8 = 1;
const HAS_BEACON: u8 = 2;

/// How many numbers and texts stand in streams of their own, before the columns.
const STREAMS: usize = 15;

/// What the next change of a document is predicted from.
struct Papers {
    heads: BTreeSet<ChangeHash>,
    next_op: u64,
    runs: BTreeMap<Actor, Run>,
    /// The actors that an author's last change referred to.
    others: BTreeMap<Actor, Vec<usize>>,
}

impl Papers {
    /// As so many births leave a document.
    fn born(kind: DocKind, births: usize) -> Result<Self, ClosedError> {
        let known = birth::births(kind).get(..births).ok_or(ClosedError::UnknownBirth)?;
        let (mut heads, mut ops) = (BTreeSet::new(), 0);
        for birth in known {
            let change = Change::parse(birth.bytes)?;
            // Each birth builds on the one before, alone.
            heads = BTreeSet::from([change.hash]);
            ops += change.ops;
        }
        Ok(Self { heads, next_op: ops + 1, runs: BTreeMap::new(), others: BTreeMap::new() })
    }

    fn run(&self, actor: Actor) -> Run {
        self.runs.get(&actor).copied().unwrap_or_default()
    }

    /// Goes on to the document with this change in it.
    fn take(&mut self, change: &Unpacked) {
        change.deps.iter().for_each(|dep| {
            self.heads.remove(dep);
        });
        self.heads.insert(change.hash);
        let next_op = change.start_op.saturating_add(change.ops);
        self.next_op = self.next_op.max(next_op);
        let before = self.run(change.actor);
        let chain: Chain = before.chain.then(&change.hash);
        self.runs.insert(change.actor, Run { seq: change.seq, hash: change.hash, chain, next_op });
    }
}

/// The order's and the sheet's state, while a job is written or read.
struct Both {
    order: Papers,
    sheet: Papers,
}

impl Both {
    fn born(order: usize, sheet: usize) -> Result<Self, ClosedError> {
        Ok(Self { order: Papers::born(DocKind::Order, order)?, sheet: Papers::born(DocKind::Sheet, sheet)? })
    }

    fn of(&mut self, kind: DocKind) -> Result<&mut Papers, ClosedError> {
        match kind {
            DocKind::Order => Ok(&mut self.order),
            DocKind::Sheet => Ok(&mut self.sheet),
            _ => Err(ClosedError::NotWhole),
        }
    }
}

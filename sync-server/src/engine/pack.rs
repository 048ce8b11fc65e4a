//! Jobs in one piece: what a new device, or one that was away for long, is given in place of hundreds of entries.
//!
//! The relay can't know whether a job is over: it opens no document. It packs what has been quiet, and the device judges.
//! A pack is made of the log and is never the only copy. It is given at the place of the job's first segment, so that a
//! cursor is never past something that was not given.

use std::collections::HashMap;

use doorstep_schemas::admission::Run;
use doorstep_schemas::closed::{Closed, ClosedChange, ClosedRun, body};
use doorstep_schemas::ids::{DocId, DocKind, JobId, OutletId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment::{self, MAX_PIECE_CHANGES, MAX_PIECE_OPS, MAX_PIECE_PLAIN, Unpacked};
use doorstep_schemas::wire::{Pack, PackedGrant, PacksFrom, Piece, Segment, UpHeader, kind};

use super::intake::from_rest;
use super::scan::Place;
use super::standing::Sight;
use crate::storage::{EntryHead, Ledger, Outlet, PackHead, Shelf, StorageError, Turn};

/// A job is packed when nothing came to it for so long.
pub const QUIET_DAYS: u32 = 14;
/// Segments that are read in one go.
const BATCH: usize = 256;
/// Entries that are looked at for one portion.
const LOOKED_AT: usize = 4_096;
/// A larger pack is none: its job comes as entries.
const MOST_BYTES: usize = 256 * 1024;

/// So many days in milliseconds.
pub fn days_ms(days: u32) -> i64 {
    i64::from(days) * 24 * 3_600 * 1_000
}

/// A portion of packs on its way into the cache.
#[derive(Debug)]
pub struct Portion {
    outlet: OutletId,
    packs: Vec<(JobId, u64, Vec<u8>)>,
    until: u64,
    walked: u64,
    moved: bool,
    /// Nothing more is quiet.
    pub done: bool,
}

impl Portion {
    /// Whether it gets on in the log.
    pub fn moved(&self) -> bool {
        self.moved
    }
}

/// Goes on through the log to the next jobs to which nothing came after `quiet_ms`, `most` of them, and puts them together.
pub fn gather(shelf: &dyn Shelf, outlet: &Outlet, quiet_ms: i64, most: usize) -> Result<Portion, StorageError> {
    let walked = shelf.newest_turn(outlet.id)?.map_or(0, |turn| turn.walked);
    let mut portion =
        Portion { outlet: outlet.id, packs: Vec::new(), until: outlet.head, walked, moved: false, done: false };
    let end = walked + LOOKED_AT as u64;
    while portion.packs.len() < most && portion.walked < end {
        let entries = shelf.entries_after(outlet.id, portion.walked, BATCH)?;
        portion.done = entries.is_empty();
        for entry in entries {
            portion.done = entry.at_ms > quiet_ms;
            if portion.done || portion.packs.len() == most {
                break;
            }
            if let Some(job) = job_of_segment(&entry)
                && shelf.last_segment(outlet.id, job)? == Some(entry.seq)
                && let Some((first, pack)) = make(shelf, outlet.id, job, outlet.head)?
            {
                portion.packs.push((job, first, pack));
            }
            portion.walked = entry.seq;
            portion.moved = true;
        }
        if portion.done {
            break;
        }
    }
    Ok(portion)
}

/// Keeps a portion under a turn's name. A job that was erased meanwhile stays out.
pub fn keep(ledger: &mut dyn Ledger, portion: &Portion, name: [u8; 8]) -> Result<(), StorageError> {
    let Portion { outlet, packs, until, walked, .. } = portion;
    let before = ledger.newest_turn(*outlet)?;
    let turn = match before {
        Some(before) if packs.is_empty() => Turn { walked: *walked, ..before },
        before => {
            let number = before.map_or(0, |turn| turn.number) + 1;
            Turn { number, name, until: *until, walked: *walked }
        }
    };
    for (job, first, pack) in packs {
        if ledger.erased(*outlet, *job)?.is_none() {
            ledger.put_pack(*outlet, *job, PackHead { first: *first, until: *until, turn: turn.number }, pack)?;
        }
    }
    ledger.put_turn(*outlet, &turn)
}

fn job_of_segment(entry: &EntryHead) -> Option<JobId> {
    let doc = entry.doc.as_ref().filter(|_| entry.kind == kind::SEGMENT)?;
    doc.job().filter(|_| matches!(doc.kind(), DocKind::Order | DocKind::Sheet))
}

/// A job's first segment, and its pack as it goes over the wire; `None` for one that is left to its entries.
fn make(shelf: &dyn Shelf, outlet: OutletId, job: JobId, until: u64) -> Result<Option<(u64, Vec<u8>)>, StorageError> {
    let Some((first, closed)) = put_together(shelf, outlet, job, until)? else { return Ok(None) };
    let body = match body::encode(&closed) {
        Ok(body) if body.len() <= MOST_BYTES => body,
        Ok(_) => return Ok(None),
        Err(error) => {
            tracing::warn!(%job, %error, "a job can't be packed; it comes as entries");
            return Ok(None);
        }
    };
    let grants = shelf.grants_on(outlet, job)?.into_iter().filter_map(|(member, now)| {
        let seq = now.log_seq.filter(|seq| *seq <= until)?;
        Some(PackedGrant { seq, member, access: now.access })
    });
    let pack = Pack { body, grants: grants.collect() };
    Ok(Some((first, minicbor::to_vec(&pack).expect("writing to memory can't fail"))))
}

fn put_together(
    shelf: &dyn Shelf,
    outlet: OutletId,
    job: JobId,
    until: u64,
) -> Result<Option<(u64, Closed)>, StorageError> {
    let (mut closed, mut first, mut read) = (Closed::default(), None, 0);
    loop {
        let entries = shelf.job_segments(outlet, job, until.saturating_add(1), read, BATCH)?;
        for entry in &entries {
            let body = shelf.body(outlet, entry.seq)?.ok_or(StorageError::Corrupt { what: "log" })?;
            let Some(Piece { doc: Some(doc), segment: Some(segment), .. }) = readable(&body)? else { return Ok(None) };
            let Ok(changes) = segment::unpack(segment.codec, &segment.body, segment.actor, segment.from_seq) else {
                return Ok(None);
            };
            first = first.or(Some(entry.seq));
            add(&mut closed, entry, &doc, segment, changes);
        }
        read += entries.len() as u64;
        if entries.len() < BATCH {
            break;
        }
    }
    Ok(first.filter(|_| goes_by_pieces(&closed)).map(|first| (first, closed)))
}

/// An erased entry has no body: such a job has no pack.
fn readable(body: &[u8]) -> Result<Option<Piece>, StorageError> {
    if body.is_empty() { Ok(None) } else { from_rest(body).map(Some) }
}

fn add(closed: &mut Closed, entry: &EntryHead, doc: &DocId, segment: Segment, changes: Vec<Unpacked>) {
    let (kind, Segment { actor, signature, tail, .. }) = (doc.kind(), segment);
    let place = closed.runs.iter().position(|run| (run.kind, run.actor) == (kind, actor));
    let place = place.unwrap_or_else(|| {
        closed.runs.push(ClosedRun {
            kind,
            actor,
            run: Run::default(),
            signature: signature.clone(),
            tail: Vec::new(),
        });
        closed.runs.len() - 1
    });
    let kept = &mut closed.runs[place];
    (kept.signature, kept.tail) = (signature, tail);
    for change in changes {
        kept.run = Run {
            seq: change.seq,
            hash: change.hash,
            chain: kept.run.chain.then(&change.hash),
            next_op: change.start_op.saturating_add(change.ops),
        };
        closed.changes.push(ClosedChange { kind, change, noted_ms: entry.at_ms, log_seq: entry.seq, mine: false });
    }
}

/// Whether each run can also go as one piece: a device that takes no pack of it takes it apart.
fn goes_by_pieces(closed: &Closed) -> bool {
    closed.runs.iter().all(|run| {
        let of_run = || closed.changes.iter().filter(|c| (c.kind, c.change.actor) == (run.kind, run.actor));
        of_run().count() <= MAX_PIECE_CHANGES
            && of_run().map(|c| c.change.ops).sum::<u64>() <= MAX_PIECE_OPS
            && of_run().map(|c| c.change.bytes.len()).sum::<usize>() <= MAX_PIECE_PLAIN
    })
}

/// The packs of one answer: those that exist, that the device may read, and that it is given or was.
pub struct Packs<'a> {
    shelf: &'a dyn Shelf,
    outlet: OutletId,
    sight: &'a Sight,
    turn: u64,
    pub from: PacksFrom,
    /// Looked up once each.
    known: HashMap<JobId, Option<PackHead>>,
}

/// What a pack is to an entry.
#[derive(Debug)]
pub enum Holds {
    No,
    /// The pack is given here, in the entry's place.
    Here(Box<Piece>),
    /// It was given before.
    Before,
}

impl<'a> Packs<'a> {
    /// `None`: the device reads none, or there are none behind its place.
    pub fn of(
        shelf: &'a dyn Shelf,
        outlet: &Outlet,
        sight: &'a Sight,
        up: &UpHeader,
        place: Place,
    ) -> Result<Option<Self>, StorageError> {
        if up.packs.is_none() || !sight.may_be_shown_whole() {
            return Ok(None);
        }
        let Some(newest) = shelf.newest_turn(outlet.id)?.filter(|turn| turn.until > place.seq) else {
            return Ok(None);
        };
        // Packs of the place where it began, as long as they are known; else those behind where it stands.
        let begun = match up.packs_from.filter(|from| from.seq <= place.seq) {
            Some(from) => shelf.turn_named(outlet.id, from.turn)?.map(|turn| (turn.number, from)),
            None => None,
        };
        let anew = || (newest.number, PacksFrom { turn: newest.name, seq: place.seq });
        let (turn, from) = begun.unwrap_or_else(anew);
        Ok(Some(Self { shelf, outlet: outlet.id, sight, turn, from, known: HashMap::new() }))
    }

    fn head(&mut self, job: JobId) -> Result<Option<PackHead>, StorageError> {
        if let Some(known) = self.known.get(&job) {
            return Ok(*known);
        }
        let head = self.shelf.pack(self.outlet, job)?.filter(|head| {
            let given = head.turn <= self.turn && head.first > self.from.seq;
            (given || planted::on(Bug::PackNotGiven)) && self.sight.shows_whole(head)
        });
        self.known.insert(job, head);
        Ok(head)
    }

    /// Whether an entry lies in a pack of which the device may read all.
    pub fn hold(&mut self, entry: &EntryHead) -> Result<Holds, StorageError> {
        let job = match entry.kind {
            kind::SEGMENT => job_of_segment(entry),
            kind::GRANT => {
                let body = self.shelf.body(self.outlet, entry.seq)?.ok_or(StorageError::Corrupt { what: "log" })?;
                from_rest(&body)?.grant.map(|grant| grant.job)
            }
            _ => None,
        };
        let Some(job) = job else { return Ok(Holds::No) };
        Ok(match self.head(job)? {
            Some(head) if head.first == entry.seq => Holds::Here(Box::new(self.piece(job)?)),
            Some(head) if (head.first..=head.until).contains(&entry.seq) => Holds::Before,
            _ => Holds::No,
        })
    }

    /// The pack of a job as a piece.
    fn piece(&self, job: JobId) -> Result<Piece, StorageError> {
        let corrupt = StorageError::Corrupt { what: "pack" };
        let body = self.shelf.pack_body(self.outlet, job)?.ok_or(StorageError::Corrupt { what: "packs" })?;
        let pack: Pack = minicbor::decode(&body).ok().ok_or(corrupt)?;
        Ok(Piece { kind: kind::PACK, doc: Some(DocId::Order(job)), pack: Some(pack), ..Piece::default() })
    }
}

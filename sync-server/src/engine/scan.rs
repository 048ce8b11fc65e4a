//! Entries on their way down: from a cursor to the head, within a budget, only what the device may read.
//!
//! Where a job is given to a member, or a member becomes an owner, everything older comes in parts of that entry, so
//! that a device need not start again from the beginning and a cut costs one part.

use doorstep_schemas::compare::RunWanted;
use doorstep_schemas::frame;
use doorstep_schemas::ids::{Actor, DeviceId, OutletId};
use doorstep_schemas::log;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment;
use doorstep_schemas::terse;
use doorstep_schemas::wire::{Cursor, Entry, Piece, Trailer, kind};

use super::intake::from_rest;
use super::pack::{Holds, Packs};
use super::parcel::Packing;
use super::standing::{Opening, Sight};
use crate::storage::{EntryHead, Outlet, Shelf, StorageError};

/// Rows looked at in one go.
const BATCH: usize = 256;

/// A place in the log: everything up to `seq`, and of `seq` itself only `part` parts when `part` > 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub seq: u64,
    pub part: u64,
}

/// Where a cursor stands in this log; `None` when it is of another log, or of this one before it was restored.
pub fn place_of(shelf: &dyn Shelf, outlet: &Outlet, cursor: &Cursor) -> Result<Option<Place>, StorageError> {
    if planted::on(Bug::EpochIgnored) {
        return Ok(Some(Place { seq: cursor.seq.min(outlet.head), part: cursor.part }));
    }
    if cursor.epoch != outlet.epoch || cursor.seq > outlet.head {
        return Ok(None);
    }
    let hash = match cursor.seq {
        0 => Some(log::GENESIS),
        seq => shelf.entry(outlet.id, seq)?.map(|entry| entry.hash),
    };
    let known = hash.is_some_and(|hash| log::short(&hash) == cursor.hash);
    Ok(known.then_some(Place { seq: cursor.seq, part: cursor.part }))
}

/// The device that reads.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub sight: &'a Sight,
    pub device: DeviceId,
    /// Its start of the app: what this very start brought is not sent back.
    pub actor: Option<Actor>,
    /// A request of that start may have come late: its grants are sent back, as only the log says what stands of them.
    pub strayed: bool,
    /// The newest sample that it knows; none: it reads no parcels.
    pub sample: Option<u8>,
}

impl Reader<'_> {
    fn brought(&self, entry: &EntryHead) -> bool {
        (entry.kind == kind::SEGMENT || entry.kind == kind::GRANT && !self.strayed)
            && entry.carrier == Some(self.device)
            && self.actor.is_some()
            && entry.actor == self.actor
    }
}

/// Frames of the entries from `from` on, and the trailer that goes after them.
pub fn scan(
    shelf: &dyn Shelf,
    outlet: &Outlet,
    reader: Reader<'_>,
    mut packs: Option<Packs<'_>>,
    from: Place,
    budget: usize,
) -> Result<(Vec<u8>, Trailer), StorageError> {
    let mut tray = Tray { shelf, outlet: outlet.id, frames: Vec::new(), packing: packing(reader.sample), budget };
    let (place, more) = fill(&mut tray, reader, packs.as_mut(), from)?;
    tray.seal();
    Ok((tray.frames, Trailer { more, ..standing_at(shelf, outlet, place)? }))
}

/// The trailer of an answer that ends at a place.
pub fn standing_at(shelf: &dyn Shelf, outlet: &Outlet, place: Place) -> Result<Trailer, StorageError> {
    let hash = match place.seq {
        0 => log::GENESIS,
        seq => shelf.entry(outlet.id, seq)?.ok_or(StorageError::Corrupt { what: "log" })?.hash,
    };
    let cursor = Cursor { epoch: outlet.epoch, seq: place.seq, hash: log::short(&hash), part: place.part };
    Ok(Trailer { cursor, more: false })
}

/// Parcels of the newest sample that both sides know.
fn packing(sample: Option<u8>) -> Option<Packing> {
    let sample = sample.map(|known| known.min(terse::NEWEST)).filter(|sample| *sample > 0);
    sample.map(Packing::new)
}

fn fill(
    tray: &mut Tray<'_>,
    reader: Reader<'_>,
    mut packs: Option<&mut Packs<'_>>,
    from: Place,
) -> Result<(Place, bool), StorageError> {
    let mut place = from;
    if place.part > 0 {
        if let Some(entry) = tray.shelf.entry(tray.outlet, place.seq)?
            && let Some(opening) = reader.sight.opening(&entry)
            && let Some(stopped) = tray.open(&entry, opening, place.part)?
        {
            return Ok((Place { part: stopped, ..place }, true));
        }
        place.part = 0;
    }
    loop {
        let entries = tray.shelf.entries_after(tray.outlet, place.seq, BATCH)?;
        if entries.is_empty() {
            return Ok((place, false));
        }
        for entry in entries {
            if let Some(opening) = reader.sight.opening(&entry) {
                match tray.open(&entry, opening, 0)? {
                    None => {}
                    Some(0) => return Ok((place, true)),
                    Some(part) => return Ok((Place { seq: entry.seq, part }, true)),
                }
            } else {
                let fits = match packs.as_mut().map_or(Ok(Holds::No), |packs| packs.hold(&entry))? {
                    Holds::Before => true,
                    Holds::Here(piece) => tray.put_whole(&entry, piece),
                    Holds::No => {
                        !reader.sight.shows(&entry) || reader.brought(&entry) || tray.put(&entry, &entry, 0)?
                    }
                };
                if !fits {
                    return Ok((place, true));
                }
            }
            place = Place { seq: entry.seq, part: 0 };
        }
    }
}

/// Frames that are collected until the budget is spent.
struct Tray<'a> {
    shelf: &'a dyn Shelf,
    outlet: OutletId,
    frames: Vec<u8>,
    packing: Option<Packing>,
    budget: usize,
}

impl Tray<'_> {
    /// What is on it, with what waits for its parcel.
    fn filled(&self) -> usize {
        self.frames.len() + self.packing.as_ref().map_or(0, Packing::weight)
    }

    fn seal(&mut self) {
        if let Some(packing) = &mut self.packing {
            packing.put(&mut self.frames);
        }
    }

    /// Puts `entry` at the place of `at`; says whether there was room. The first always has room, or a small budget
    /// would never get anywhere.
    fn put(&mut self, entry: &EntryHead, at: &EntryHead, part: u64) -> Result<bool, StorageError> {
        let before = self.filled();
        if before > 0 && before >= self.budget {
            return Ok(false);
        }
        let body = self.shelf.body(self.outlet, entry.seq)?.ok_or(StorageError::Corrupt { what: "log" })?;
        if body.is_empty() && entry.seq == at.seq {
            // Erased: the cursor passes it.
            return Ok(true);
        }
        if before > 0 && before + body.len() > self.budget {
            return Ok(false);
        }
        // Among what is handed over a stub keeps an erased entry's place in the count of parts.
        let piece = if body.is_empty() { Piece::default() } else { from_rest(&body)? };
        let hash = log::short(&at.hash);
        let entry = Entry { seq: at.seq, hash, part, at_ms: entry.at_ms, piece };
        let alone = match &mut self.packing {
            Some(packing) => packing.take(entry),
            None => Some(entry),
        };
        if alone.is_some() || self.packing.as_ref().is_some_and(Packing::is_full) {
            self.seal();
        }
        if let Some(alone) = alone {
            frame::put(&mut self.frames, &alone);
        }
        Ok(true)
    }

    /// Puts a job in one piece at the place of its first entry; says whether there was room.
    fn put_whole(&mut self, at: &EntryHead, piece: Box<Piece>) -> bool {
        let (before, length) = (self.filled(), piece.pack.as_ref().map_or(0, |pack| pack.body.len()));
        if before > 0 && before + length > self.budget {
            return false;
        }
        self.seal();
        let (seq, hash, at_ms) = (at.seq, log::short(&at.hash), at.at_ms);
        frame::put(&mut self.frames, &Entry { seq, hash, part: 0, at_ms, piece: *piece });
        true
    }

    /// Puts what is behind a place of each run, as long as there is room; how many runs were put to their ends.
    fn put_runs(&mut self, wanted: &[RunWanted]) -> Result<usize, StorageError> {
        for (told, run) in wanted.iter().enumerate() {
            let mut after = run.after;
            loop {
                let entries = self.shelf.run_entries(self.outlet, &run.doc, run.actor, after, BATCH)?;
                let last_batch = entries.len() < BATCH;
                for entry in &entries {
                    if !self.put(entry, entry, 0)? {
                        return Ok(told);
                    }
                    after = after.max(self.end_of(entry.seq)?);
                }
                if last_batch {
                    break;
                }
            }
        }
        Ok(wanted.len())
    }

    /// The last change that an entry holds.
    fn end_of(&self, seq: u64) -> Result<u64, StorageError> {
        let corrupt = StorageError::Corrupt { what: "segment" };
        let body = self.shelf.body(self.outlet, seq)?.ok_or(StorageError::Corrupt { what: "log" })?;
        let Some(kept) = from_rest(&body)?.segment else { return Err(corrupt) };
        let Ok(changes) = segment::decode(kept.codec, &kept.body, kept.actor, kept.from_seq) else {
            return Err(corrupt);
        };
        Ok(kept.from_seq + (changes.len() as u64).saturating_sub(1))
    }

    /// Puts the opening entry and what it hands over, from behind the first `done` parts on. Returns the number of
    /// parts received when the budget ends in the middle, `None` when the entry is whole.
    fn open(&mut self, at: &EntryHead, opening: Opening, done: u64) -> Result<Option<u64>, StorageError> {
        let mut done = done;
        if done == 0 {
            let alone = planted::on(Bug::GrantNotExpanded) || self.handed_over(at, opening, 0, 1)?.is_empty();
            if !self.put(at, at, u64::from(!alone))? {
                return Ok(Some(0));
            }
            if alone {
                return Ok(None);
            }
            done = 1;
        }
        loop {
            // One more than is put, to know which is the last.
            let mut ahead = self.handed_over(at, opening, done - 1, BATCH + 1)?;
            let last_batch = ahead.len() <= BATCH;
            ahead.truncate(BATCH);
            let count = ahead.len();
            for (i, entry) in ahead.iter().enumerate() {
                let part = if last_batch && i + 1 == count { 0 } else { done + 1 };
                if !self.put(entry, at, part)? {
                    return Ok(Some(done));
                }
                done += 1;
            }
            if last_batch {
                return Ok(None);
            }
        }
    }

    fn handed_over(
        &self,
        at: &EntryHead,
        opening: Opening,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        match opening {
            Opening::Job(job) => self.shelf.job_segments(self.outlet, job, at.seq, skip, limit),
            // The log has no holes: skipping n entries is starting after number n.
            Opening::Outlet => {
                let mut older = self.shelf.entries_after(self.outlet, skip, limit)?;
                older.retain(|entry| entry.seq < at.seq);
                Ok(older)
            }
        }
    }
}

/// Frames of what runs hold behind a place, and how many of them are told to their ends, from the first.
pub fn runs(
    shelf: &dyn Shelf,
    outlet: OutletId,
    wanted: &[RunWanted],
    sample: Option<u8>,
    budget: usize,
) -> Result<(Vec<u8>, usize), StorageError> {
    let mut tray = Tray { shelf, outlet, frames: Vec::new(), packing: packing(sample), budget };
    let told = tray.put_runs(wanted)?;
    tray.seal();
    Ok((tray.frames, told))
}

/// The place before the first entry.
pub fn beginning(outlet: &Outlet) -> Cursor {
    Cursor { epoch: outlet.epoch, seq: 0, hash: log::short(&log::GENESIS), part: 0 }
}

/// The last entry up to the head that `sight` shows, and whether one after `after` came from another device.
pub fn news(
    shelf: &dyn Shelf,
    outlet: &Outlet,
    sight: &Sight,
    device: DeviceId,
    after: u64,
) -> Result<(u64, bool), StorageError> {
    let mut last = 0;
    let mut before = outlet.head + 1;
    loop {
        let entries = shelf.entries_before(outlet.id, before, BATCH)?;
        for entry in &entries {
            if last > 0 && entry.seq <= after {
                return Ok((last, false));
            }
            if sight.shows(entry) || sight.opening(entry).is_some() {
                last = last.max(entry.seq);
                if entry.seq > after && entry.carrier != Some(device) {
                    return Ok((last, true));
                }
            }
        }
        match entries.last() {
            Some(oldest) => before = oldest.seq,
            None => return Ok((last, false)),
        }
    }
}

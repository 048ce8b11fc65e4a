//! One exchange after its pieces are in: what is noted of the visit, and what is answered.

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::compare;
use doorstep_schemas::frame;
use doorstep_schemas::log;
use doorstep_schemas::nearby;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::signature::Beacon;
use doorstep_schemas::terse;
use doorstep_schemas::wire::{self, DeviceHeld, DownHeader, Held, PieceResult, RunHeld, Status, Trailer, UpHeader};
use ed25519_dalek::SigningKey;

use super::fork;
use super::inbox;
use super::pack::Packs;
use super::scan::{self, Place, Reader};
use super::standing::{self, Caller, NotServed, Sight};
use super::team;
use crate::storage::{Device, Ledger, Outlet, Shelf, StorageError};

/// Bytes of entries in an answer when the device names no budget, and the most that it may name.
pub(super) const BUDGET: u64 = 256 * 1024;
pub(super) const MOST_BUDGET: u64 = 4 * 1024 * 1024;
/// Runs that one request may ask about.
const MOST_ASKED: usize = 4_096;
/// A visit that tells nothing new is written down this seldom, so that idle phones cost no disk sync.
const SEEN_EVERY_MS: i64 = 60_000;
/// Waiting devices that one answer names.
const MOST_PENDING: usize = 32;
/// Counts beyond this can't be shown to anybody.
const MOST_HELD: u64 = 1 << 53;

fn sane(held: Held) -> Held {
    Held {
        changes: held.changes.min(MOST_HELD),
        photos: held.photos.min(MOST_HELD),
        photo_bytes: held.photo_bytes.min(MOST_HELD),
    }
}

fn outlet_of(shelf: &dyn Shelf, caller: &Caller) -> Result<Outlet, StorageError> {
    shelf.outlet(caller.outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })
}

/// What is held for certain: of an entry that came in part, nothing.
fn fetched(place: Place) -> u64 {
    if place.part > 0 { place.seq.saturating_sub(1) } else { place.seq }
}

fn presented(shelf: &dyn Shelf, outlet: &Outlet, up: &UpHeader) -> Result<Option<Place>, StorageError> {
    match &up.cursor {
        Some(cursor) => scan::place_of(shelf, outlet, cursor),
        None => Ok(None),
    }
}

/// A caller's word of where it stands, beside what is known of it.
struct Word {
    outlet: Outlet,
    device: Option<Device>,
    place: Option<Place>,
    remembers_more: bool,
}

impl Word {
    fn of(shelf: &dyn Shelf, caller: &Caller, up: &UpHeader) -> Result<Self, StorageError> {
        let outlet = outlet_of(shelf, caller)?;
        let place = presented(shelf, &outlet, up)?;
        let remembers_more = fork::is_ahead(&outlet, up.cursor.as_ref(), place);
        let device = shelf.device(caller.outlet, caller.device)?;
        Ok(Self { outlet, device, place, remembers_more })
    }

    fn seq(&self) -> u64 {
        self.place.map_or(0, fetched)
    }

    /// Whether it says something that is not written down yet.
    fn is_news(&self, caller: &Caller, up: &UpHeader, now_ms: i64) -> bool {
        let Some(device) = &self.device else { return false };
        let recently = (0..SEEN_EVERY_MS).contains(&now_ms.saturating_sub(device.seen_ms));
        let owner_moves =
            caller.is_owner() && self.seq() > self.outlet.owner_seq || inbox::is_unseen(&self.outlet, caller, up);
        !recently || device.cursor_seq != self.seq() || device.held != sane(up.held) || owner_moves
    }
}

/// What a visit changed for others, and what it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visit {
    /// The owner's devices hold more of the log.
    pub owner_moved: bool,
    /// The device holds more or less than it last said.
    pub held_moved: bool,
    /// The device remembers more of this log than there is.
    pub remembers_more: bool,
}

/// Whether a visit is to be noted before it is answered.
pub fn is_worth_noting(shelf: &dyn Shelf, caller: &Caller, up: &UpHeader, now_ms: i64) -> Result<bool, StorageError> {
    let word = Word::of(shelf, caller, up)?;
    Ok(word.remembers_more || word.is_news(caller, up, now_ms))
}

/// Writes down where the device stands and what it still holds, as far as that is news.
pub fn note(ledger: &mut dyn Ledger, caller: &Caller, up: &UpHeader, now_ms: i64) -> Result<Visit, StorageError> {
    let word = Word::of(ledger, caller, up)?;
    let remembers_more = word.remembers_more;
    if !word.is_news(caller, up, now_ms) {
        return Ok(Visit { remembers_more, ..Visit::default() });
    }
    let (seq, held) = (word.seq(), sane(up.held));
    ledger.note_visit(caller.outlet, caller.device, seq, now_ms, held)?;
    let raises = caller.is_owner() || planted::on(Bug::ReceiptByAnyone);
    let owner_moved = raises && seq > word.outlet.owner_seq;
    if owner_moved {
        ledger.raise_owner_seq(caller.outlet, seq)?;
    }
    // Whoever waits for the receipt of what they left in the inbox hears of it like of any other.
    let owner_moved = inbox::note_seen(ledger, caller, up)? || owner_moved;
    let held_moved = word.device.is_none_or(|device| device.held != held);
    Ok(Visit { owner_moved, held_moved, remembers_more })
}

/// The whole body of the answer.
pub fn answer(
    shelf: &dyn Shelf,
    caller: &Caller,
    up: &UpHeader,
    results: Vec<PieceResult>,
    now_ms: i64,
    key: &SigningKey,
) -> Result<Vec<u8>, NotServed> {
    let caller = standing::again_to_bring(shelf, caller)?;
    let outlet = outlet_of(shelf, &caller)?;
    let sight = Sight::of(shelf, caller.outlet, &caller.member)?;
    let place = presented(shelf, &outlet, up)?;
    let (inbox, more_inbox) = inbox::news(shelf, &caller, up)?;
    let hash = log::short(&outlet.hash);
    let from = place.unwrap_or_default();
    let restarted = up.cursor.is_some() && place.is_none();
    // One that compares is spared what it holds already; who has left stays where they stand.
    let scans = caller.left().is_none() && !(restarted && up.compares.is_some());
    let packs = if scans { Packs::of(shelf, &outlet, &sight, up, from)? } else { None };
    let header = DownHeader {
        protocol: PROTOCOL,
        epoch: outlet.epoch,
        beacon: Beacon::sign(outlet.id, outlet.epoch, now_ms, outlet.head, hash, key),
        results,
        owner_seq: outlet.owner_seq,
        backed_up_to: outlet.backed_up_to,
        runs: runs(shelf, &caller, &sight, up)?,
        restarted,
        sample: Some(terse::NEWEST),
        devices: if caller.is_owner() { others(shelf, &caller)? } else { Vec::new() },
        addresses: addresses(&outlet, up),
        pending: if caller.is_owner() { pending(shelf, &caller)? } else { None },
        inbox,
        inbox_seen: Some(outlet.inbox_seen).filter(|mark| *mark > 0),
        compares: up.compares.map(|_| compare::FORM),
        decided: inbox::decided(shelf, &caller, up)?,
        farewell: caller.left().map(|gone| gone.word(key)),
        packs_from: packs.as_ref().map(|packs| packs.from),
    };
    let budget = usize::try_from(up.budget.unwrap_or(BUDGET).min(MOST_BUDGET)).unwrap_or(usize::MAX);
    let (actor, strayed, sample) = (up.actor, up.strayed == Some(true), up.sample);
    let reader = Reader { sight: &sight, device: caller.device, actor, strayed, sample };
    let (entries, mut trailer) = match caller.left() {
        None if scans => scan::scan(shelf, &outlet, reader, packs, from, budget)?,
        None => (Vec::new(), Trailer { cursor: scan::beginning(&outlet), more: true }),
        Some(_) => (Vec::new(), scan::standing_at(shelf, &outlet, from)?),
    };
    trailer.more |= more_inbox;
    let mut body = Vec::with_capacity(entries.len() + 512);
    frame::put(&mut body, &header);
    body.extend_from_slice(&entries);
    frame::put(&mut body, &trailer);
    Ok(body)
}

/// How far the runs that were asked about are held: those in documents the device may read, and its member's own.
fn runs(shelf: &dyn Shelf, caller: &Caller, sight: &Sight, up: &UpHeader) -> Result<Vec<RunHeld>, StorageError> {
    let mut found = Vec::new();
    for asked in up.ask.iter().take(MOST_ASKED) {
        let own = asked.actor.device() == caller.device
            || shelf
                .device(caller.outlet, asked.actor.device())?
                .is_some_and(|device| device.member == caller.member.id);
        if !own && (caller.left().is_some() || !sight.reads(&asked.doc)) {
            continue;
        }
        if let Some(row) = shelf.run(caller.outlet, &asked.doc, asked.actor)? {
            let (doc, actor) = (asked.doc.clone(), asked.actor);
            found.push(RunHeld { doc, actor, seq: row.run.seq, log_seq: row.log_seq });
        }
    }
    Ok(found)
}

/// Where the relay can be reached, for a device that knows it otherwise.
fn addresses(outlet: &Outlet, up: &UpHeader) -> Option<Vec<String>> {
    let known = up.addresses.unwrap_or(0);
    (nearby::addresses_tag(&outlet.addresses) != known).then(|| outlet.addresses.clone())
}

/// Devices that wait for an owner's word.
fn pending(shelf: &dyn Shelf, caller: &Caller) -> Result<Option<Vec<wire::Device>>, StorageError> {
    let waits = |device: &Device| device.pending && device.status == Status::Active;
    let devices = shelf.devices(caller.outlet)?.into_iter().filter(waits).take(MOST_PENDING);
    let named: Vec<_> = devices.map(|device| team::word(&device)).collect();
    Ok(Some(named).filter(|named| !named.is_empty()))
}

fn others(shelf: &dyn Shelf, caller: &Caller) -> Result<Vec<DeviceHeld>, StorageError> {
    let seen = |device: &Device| device.id != caller.device && device.seen_ms > 0;
    let devices = shelf.devices(caller.outlet)?.into_iter().filter(seen);
    Ok(devices.map(|d| DeviceHeld { device: d.id, seen_ms: d.seen_ms, held: d.held }).collect())
}

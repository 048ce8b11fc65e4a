//! A town's jobs out of a relay's log, in one piece or entry by entry: what a device holds and shows is the same.

use doorstep::store::StoreError;
use doorstep_relay::engine::intake::{self, Carrier};
use doorstep_relay::engine::pack::Packs;
use doorstep_relay::engine::quota::Room;
use doorstep_relay::engine::scan::{self, Place, Reader};
use doorstep_relay::engine::standing::{Caller, Sight};
use doorstep_relay::engine::team;
use doorstep_relay::packing;
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::{self, Device, StorageError};
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{DeviceId, DocId, JobId, OutletId};
use doorstep_schemas::wire::{self, Cursor, Entry, Held, Outcome, PACKS, Piece, UpHeader, kind};

use super::played::{Core, core};
use super::{jobs, town};
use crate::town::{Pens, Town};

/// A log with these pieces in it, put together as far as it goes.
fn log(town: &Town, pieces: &[Piece], names: &[wire::Device]) -> (Memory, OutletId) {
    let (log, outlet) = (Memory::new(), town.enrolment(town.owner()).outlet);
    let (members, names, pieces) = (town.members.clone(), names.to_vec(), pieces.to_vec());
    let owner = town.owner();
    let filled = storage::write(&log, move |ledger| {
        team::found_outlet(ledger, outlet, "城关网点".to_owned(), [9; 8], 0)?;
        for member in &members {
            let role = member.role();
            team::put_member(ledger, outlet, member.id, role.name, role.roles, role.status, 0)?;
        }
        for name in &names {
            team::put_device(ledger, outlet, &at_the_relay(name), 0)?;
        }
        let device = names.iter().find(|name| name.member == owner).map_or(DeviceId([0; 8]), |name| name.device);
        let member = ledger.member(outlet, owner)?.ok_or(StorageError::Corrupt { what: "owner" })?;
        let key = ledger.device(outlet, device)?.ok_or(StorageError::Corrupt { what: "device" })?.key;
        let caller = Caller { outlet, device, key, member };
        let room = Room::endless(device);
        for (at_ms, piece) in (1..).zip(pieces) {
            let carrier = Carrier { caller: &caller, actor: None, now_ms: at_ms, room: &room };
            let taken = intake::take(ledger, carrier, piece)?;
            assert!(matches!(taken.outcome, Outcome::Accepted | Outcome::Known), "{taken:?}");
        }
        Ok(())
    });
    filled.wait().unwrap();
    while !packing::portion(&log, outlet, i64::MAX).unwrap() {}
    (log, outlet)
}

fn at_the_relay(device: &wire::Device) -> Device {
    let wire::Device { device: id, member, key, name, status } = device.clone();
    let token_hash = id.0.repeat(4).try_into().unwrap();
    let (cursor_seq, seen_ms, status_ms, held, pending) = (0, 0, 0, Held::default(), false);
    Device { id, member, key, name, status, status_ms, token_hash, cursor_seq, seen_ms, held, pending }
}

/// What an owner's device that stands at a place is sent.
fn sent((log, outlet): &(Memory, OutletId), town: &Town, packs: bool, after: u64) -> (Vec<Entry>, Cursor) {
    let up = UpHeader {
        protocol: PROTOCOL,
        cursor: None,
        actor: None,
        held: Held::default(),
        ask: Vec::new(),
        budget: None,
        sample: None,
        addresses: None,
        inbox: None,
        compares: None,
        packs: packs.then_some(PACKS),
        packs_from: None,
        decided: None,
        strayed: None,
    };
    let place = Place { seq: after, part: 0 };
    storage::look(log, |shelf| {
        let row = shelf.outlet(*outlet)?.unwrap();
        let owner = shelf.member(*outlet, town.owner())?.unwrap();
        let sight = Sight::of(shelf, *outlet, &owner)?;
        let packs = Packs::of(shelf, &row, &sight, &up, place)?;
        let reader = Reader { sight: &sight, device: DeviceId([0; 8]), actor: None, strayed: false, sample: None };
        let (frames, trailer) = scan::scan(shelf, &row, reader, packs, place, usize::MAX)?;
        let mut bytes = FrameReader::default();
        bytes.push(&frames);
        let mut entries = Vec::new();
        while let Some(item) = bytes.next_frame().unwrap() {
            entries.push(frame::read::<Entry>(item).unwrap());
        }
        Ok((entries, trailer.cursor))
    })
    .unwrap()
}

/// All that a person or another device can see of a job.
fn seen(core: &Core, job: JobId) -> impl PartialEq + std::fmt::Debug {
    let mut store = core.actions.shelf.store();
    let heads = [DocId::Order(job), DocId::Sheet(job)].map(|doc| store.heads(&doc).unwrap());
    let mut runs = store.whole_job(job).unwrap().runs;
    runs.sort_by_key(|run| (run.kind, run.actor));
    let row = store.job_row(job).unwrap();
    let mut history: Vec<_> = store.history(job).unwrap().into_iter().map(|row| (row.made_ms, row.action)).collect();
    // Of changes that do not know each other the history tells first which came first.
    history.sort();
    (heads, runs, row, history)
}

#[test]
fn jobs_in_one_piece_are_what_their_entries_are() {
    let town = town(15);
    let all: Vec<_> = jobs(&town, 60, 10).into_iter().step_by(25).collect();
    let pens = Pens::new(&town);
    // As they lie in a log: among each other.
    let mut pieces: Vec<(i64, usize, Piece)> = Vec::new();
    for (order, course) in &all {
        for (at_ms, piece) in pens.write(order, course).unwrap().pieces {
            let after = pieces.last().filter(|last| last.2.doc.as_ref().and_then(DocId::job) == Some(order.job));
            pieces.push((after.map_or(at_ms, |last| last.0.max(at_ms)), pieces.len(), piece));
        }
    }
    pieces.sort_by_key(|(at_ms, place, _)| (*at_ms, *place));
    let pieces: Vec<Piece> = pieces.into_iter().map(|(_, _, piece)| piece).collect();
    let names: Vec<_> = pens.devices().into_iter().filter_map(|piece| piece.device).collect();
    let log = log(&town, &pieces, &names);
    let by_entries = core(&town);
    let (entries, cursor) = sent(&log, &town, false, 0);
    by_entries.actions.shelf.store().absorb(&entries, Some(&cursor), 0).unwrap();

    for part in [0, 3, 2] {
        let whole = core(&town);
        let first = entries.len().checked_div(part).unwrap_or(0);
        whole.actions.shelf.store().absorb(&entries[..first], None, 0).unwrap();
        let after = if first == 0 { 0 } else { entries[first - 1].seq };
        let (rest, end) = sent(&log, &town, true, after);
        let packs = rest.iter().filter(|entry| entry.piece.kind == kind::PACK).count();
        assert!(packs * 4 > all.len(), "{packs} of {}", all.len());
        // In portions, as they come.
        for portion in rest.chunks(7) {
            whole.actions.shelf.store().absorb(portion, None, 0).unwrap();
        }
        assert_eq!(end, cursor);
        let mut at_rest = 0;
        for (order, _) in &all {
            assert_eq!(seen(&whole, order.job), seen(&by_entries, order.job), "{}", order.job);
            at_rest += usize::from(whole.actions.shelf.store().packed_bytes(order.job).unwrap().is_some());
        }
        println!("{packs} came in one piece, {at_rest} of them stay so");
        assert!(at_rest * 10 >= packs * 8, "{at_rest} of {packs}");
        let counts = |core: &Core| core.actions.shelf.store().tallies();
        for core in [&whole, &by_entries] {
            while core.actions.shelf.store().sum_up(1_000).unwrap() {}
        }
        assert_eq!(counts(&whole).unwrap(), counts(&by_entries).unwrap(), "the same to whoever compares");
        // What comes again as entries is known.
        let again = whole.actions.shelf.store().absorb(&entries, Some(&cursor), 0).unwrap();
        assert_eq!(again.received, 0);
    }
}

#[test]
fn a_pack_that_can_not_be_read_leaves_nothing_and_one_that_nobody_vouches_for_waits_like_its_pieces() {
    let town = town(15);
    let all: Vec<_> = jobs(&town, 20, 10).into_iter().step_by(40).collect();
    let pens = Pens::new(&town);
    let pieces: Vec<Piece> = all
        .iter()
        .flat_map(|(order, course)| pens.write(order, course).unwrap().pieces)
        .map(|(_, piece)| piece)
        .collect();
    let names: Vec<_> = pens.devices().into_iter().filter_map(|piece| piece.device).collect();
    let log = log(&town, &pieces, &names);
    let (entries, cursor) = sent(&log, &town, true, 0);
    let first = entries.iter().position(|entry| entry.piece.kind == kind::PACK).unwrap();

    let there = core(&town);
    let mut spoilt = entries.clone();
    spoilt[first].piece.pack.as_mut().unwrap().body.truncate(40);
    let error = there.actions.shelf.store().absorb(&spoilt, Some(&cursor), 0).unwrap_err();
    assert!(matches!(error, StoreError::PackCame { place, .. } if place == first), "{error}");
    assert_eq!(there.actions.shelf.store().cursor().unwrap(), None);
    assert!(all.iter().all(|(order, _)| there.actions.shelf.store().job_row(order.job).unwrap().is_none()));

    // Another job's pack under this name: no signature covers it, and nothing of it counts.
    let second = entries.iter().rposition(|entry| entry.piece.kind == kind::PACK).unwrap();
    let mut swapped = entries.clone();
    swapped[first].piece.pack = entries[second].piece.pack.clone();
    let swapped_job = entries[first].piece.doc.as_ref().and_then(DocId::job).unwrap();
    there.actions.shelf.store().absorb(&swapped, None, 0).unwrap();
    assert!(there.actions.shelf.store().job_row(swapped_job).unwrap().is_none());

    // Before the devices are known nobody can judge; with them all of it is there.
    let (known, jobs): (Vec<Entry>, Vec<Entry>) =
        entries.iter().cloned().partition(|entry| matches!(entry.piece.kind, kind::DEVICE | kind::ROLE));
    let late = core(&town);
    late.actions.shelf.store().absorb(&jobs, None, 0).unwrap();
    late.actions.shelf.store().absorb(&known, None, 0).unwrap();
    let at_once = core(&town);
    at_once.actions.shelf.store().absorb(&entries, None, 0).unwrap();
    for (order, _) in &all {
        assert_eq!(seen(&late, order.job), seen(&at_once, order.job));
    }
}

//! What the town's closed jobs take once they are packed.

use std::time::{Duration, Instant};

use doorstep::store::packing::PACK_AFTER_MS;
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::closed;
use doorstep_schemas::signature::Beacon;
use doorstep_schemas::wire::{DownHeader, Outcome, PieceResult};
use rusqlite::Connection;

use super::played::core;
use super::{jobs, town};
use crate::town::play;

/// Bytes of a pack, on average. The row and the indexes of a job come on top.
const MOST_BYTES: usize = 2_000;

#[test]
fn closed_jobs_of_the_town_are_packed_small_and_open_as_they_were() {
    let town = town(15);
    let core = core(&town);
    let played: Vec<_> = jobs(&town, 60, 10).into_iter().step_by(20).collect();
    let mut names = Vec::new();
    for (order, course) in &played {
        names.extend(play(&town, &core.actions, &core.clock, order, course).ok());
    }
    everything_arrived(&core.actions);
    let at = core.clock_ms() + 2 * PACK_AFTER_MS;
    let before: Vec<_> = names.iter().map(|job| core.actions.shelf.store().whole_job(*job).unwrap()).collect();
    let (mut packing, mut most) = (Duration::ZERO, Duration::ZERO);
    loop {
        let began = Instant::now();
        let portion = core.actions.shelf.store().pack_some(at, 1).unwrap();
        if portion.looked_at == 0 {
            break;
        }
        packing += began.elapsed();
        most = most.max(began.elapsed());
    }
    let (mut bytes, mut packed, mut content, mut changes, mut opening) = (0, 0, 0, 0, Duration::ZERO);
    for (job, whole) in names.iter().zip(&before) {
        let mut store = core.actions.shelf.store();
        let Some(size) = store.packed_bytes(*job).unwrap() else { continue };
        assert_eq!(store.whole_job(*job).unwrap(), *whole);
        let (_, apart) = closed::pack(whole).unwrap();
        (bytes, packed, content) = (bytes + size, packed + 1, content + apart.len());
        changes += whole.changes.len();
        store.recover();
        let began = Instant::now();
        store.job_facts(*job).unwrap().unwrap();
        opening += began.elapsed();
    }
    assert!(packed * 10 >= names.len() * 9, "{packed} of {}", names.len());
    let each = |sum: usize| sum / packed;
    let count = u32::try_from(packed).unwrap();
    let pages = pages(&core);
    println!(
        "{packed} packed: {} bytes each ({} of them hashes, actors and signatures), {} in pages, {} changes; packed in \
         {:?} (most {most:?}), facts read in {:?}",
        each(bytes),
        each(content),
        each(pages),
        each(changes),
        packing / count,
        opening / count,
    );
    assert!(each(bytes) <= MOST_BYTES, "{}", each(bytes));
}

/// Bytes of the table's pages.
fn pages(core: &super::played::Core) -> usize {
    let db = Connection::open(doorstep::store::database(core.folder.path())).unwrap();
    doorstep::store::unlock(&db, &[7; 32]).unwrap();
    let sum: i64 = db.query_row("SELECT sum(pgsize) FROM dbstat WHERE name = 'pack'", [], |row| row.get(0)).unwrap();
    usize::try_from(sum).unwrap()
}

/// The relay took all of it, and an owner's device fetched it.
fn everything_arrived(actions: &doorstep::actions::Actions) {
    let mut store = actions.shelf.store();
    let outgoing = store.outgoing(usize::MAX).unwrap();
    let seqs = 1_000_000..1_000_000 + outgoing.pieces.len() as u64;
    let taken =
        |seq| PieceResult { outcome: Outcome::Accepted, log_seq: Some(seq), want_from: None, code: None, inbox: None };
    let header = DownHeader {
        sample: None,
        protocol: PROTOCOL,
        epoch: [5; 8],
        beacon: Beacon { time_ms: 1_800_000_000_000, seq: seqs.end, hash: [1; 8], bytes: [0; 64] },
        results: seqs.clone().map(taken).collect(),
        owner_seq: seqs.end,
        backed_up_to: 0,
        runs: Vec::new(),
        restarted: false,
        devices: Vec::new(),
        addresses: None,
        pending: None,
        inbox: None,
        inbox_seen: None,
        farewell: None,
        compares: None,
        packs_from: None,
        decided: None,
    };
    store.note_answer(&header, 1_800_000_000_000).unwrap();
    store.settle(&outgoing.pieces, &header, 1_800_000_000_000).unwrap();
    while let Some(photo) = store.photo_to_send(true).unwrap() {
        store.note_photo_sent(&photo.hash, photo.bytes, true).unwrap();
    }
}

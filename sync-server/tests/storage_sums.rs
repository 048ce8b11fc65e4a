//! What every shelf promises of its lists and sums, and what a database promises of a crash between two jobs.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::fs;
use std::path::Path;

use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{
    self, Confirms, DayUse, Member, NewEntry, Outlet, Quota, RunRow, Shelf, Storage, StorageError, Totals,
};
use doorstep_schemas::admission::Run;
use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, JobId, MemberId, OutletId, ShortId};
use doorstep_schemas::wire::{RoleKind, Status, kind};

const SHOP: OutletId = OutletId(ulid::Ulid(1));
const OTHER_SHOP: OutletId = OutletId(ulid::Ulid(2));

fn on_both(promise: impl Fn(&dyn Storage)) {
    promise(&Memory::new());
    let folder = tempfile::tempdir().unwrap();
    promise(&Sqlite::open(folder.path()).unwrap());
}

fn shop(id: OutletId) -> Outlet {
    Outlet::new(id, "城关网点".into(), [4; 8], 5)
}

fn person(n: u8) -> Member {
    let roles = vec![RoleKind::Owner, RoleKind::Repairer];
    Member {
        id: who(n),
        name: format!("师傅{n}"),
        roles,
        status: Status::Left,
        status_ms: 7,
        owner_since: Some(u64::from(n)),
    }
}

fn who(n: u8) -> MemberId {
    ShortId::mint([n; 5])
}

fn sheet(n: u8) -> DocId {
    DocId::Sheet(JobId::from_bytes([n; 16]))
}

fn entry(size: usize) -> NewEntry {
    NewEntry {
        kind: kind::SEGMENT,
        doc: Some(sheet(1)),
        author: None,
        carrier: None,
        actor: Some(Actor([1; 16])),
        stretch: None,
        member: None,
        at_ms: 1,
        body: vec![7; size],
    }
}

#[test]
fn people_come_in_the_order_of_their_names_and_an_outlet_is_as_it_was_last_written() {
    on_both(|storage| {
        let last = Outlet {
            backed_up_to: 9,
            owner_seq: 8,
            addresses: vec!["https://shop.example".into(), "https://10.0.0.2:8470".into()],
            confirms: Confirms::All,
            ..shop(SHOP)
        };
        let kept = last.clone();
        let written = storage::write(storage, move |ledger| {
            for outlet in [shop(SHOP), shop(OTHER_SHOP), kept] {
                ledger.put_outlet(&outlet)?;
            }
            for n in [3, 1, 2] {
                ledger.put_member(SHOP, &person(n))?;
            }
            ledger.put_member(OTHER_SHOP, &person(4))
        });
        written.wait().unwrap();
        let members = storage::look(storage, |shelf| shelf.members(SHOP)).unwrap();
        assert_eq!(members, [1, 2, 3].map(person));
        assert_eq!(storage::look(storage, |shelf| shelf.outlet(SHOP)).unwrap(), Some(last));
        assert_eq!(storage::look(storage, |shelf| shelf.member(OTHER_SHOP, who(1))).unwrap(), None);
    });
}

#[test]
fn photos_are_listed_once_each_and_everything_is_summed_by_outlet() {
    on_both(|storage| {
        let written = storage::write(storage, |ledger| {
            ledger.put_outlet(&shop(SHOP))?;
            ledger.put_outlet(&shop(OTHER_SHOP))?;
            ledger.append(SHOP, &entry(100))?;
            ledger.append(SHOP, &entry(20))?;
            ledger.append(OTHER_SHOP, &entry(3))?;
            ledger.put_document_ops(SHOP, &sheet(1), 4)?;
            let row = RunRow { run: Run::default(), log_seq: 1 };
            ledger.put_run(SHOP, &sheet(1), Actor([1; 16]), &row)?;
            ledger.put_run(SHOP, &sheet(1), Actor([2; 16]), &row)?;
            for (hash, doc) in [(3, 1), (1, 1), (2, 1), (1, 2)] {
                ledger.attach_blob(SHOP, &BlobHash([hash; 32]), 1_000 + u64::from(hash), &sheet(doc), 1)?;
            }
            ledger.attach_blob(OTHER_SHOP, &BlobHash([9; 32]), 7, &sheet(1), 1)
        });
        written.wait().unwrap();
        let totals = Totals { bytes: 120, documents: 1, runs: 2, blobs: 3, blob_bytes: 3_006 };
        assert_eq!(storage::look(storage, |shelf| shelf.totals(SHOP)).unwrap(), totals);
        let listed = |after: Option<u8>, most| {
            let after = after.map(|n| BlobHash([n; 32]));
            let found = storage::look(storage, |shelf| shelf.blobs_after(SHOP, after, most)).unwrap();
            found.into_iter().map(|(hash, size)| (hash.0[0], size)).collect::<Vec<_>>()
        };
        assert_eq!(listed(None, 9), [(1, 1_001), (2, 1_002), (3, 1_003)]);
        assert_eq!(listed(Some(1), 1), [(2, 1_002)]);
        assert_eq!(listed(Some(3), 9), []);
    });
}

#[test]
fn the_key_of_photos_is_drawn_once_and_is_not_the_relays_own() {
    on_both(|storage| {
        assert_eq!(storage.blob_key([1; 32]).unwrap(), [1; 32]);
        assert_eq!(storage.identity([2; 32]).unwrap(), [2; 32]);
        assert_eq!(storage.blob_key([3; 32]).unwrap(), [1; 32]);
    });
}

/// The files as a crash at this moment would leave them.
fn crashed(folder: &Path) -> (tempfile::TempDir, Sqlite) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["relay.key", "relay.db", "relay.db-wal"] {
        fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let opened = Sqlite::open(copy.path()).unwrap();
    (copy, opened)
}

#[test]
fn after_a_crash_between_two_jobs_every_job_that_was_told_is_there_whole_and_no_other_half() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Sqlite::open(folder.path()).unwrap();
    storage::write(&storage, |ledger| ledger.put_outlet(&shop(SHOP))).wait().unwrap();
    for told in 1..=12u64 {
        let placed = storage::write(&storage, |ledger| {
            let placed = ledger.append(SHOP, &entry(3_000))?;
            ledger.put_run(SHOP, &sheet(1), Actor([1; 16]), &RunRow { run: Run::default(), log_seq: placed.seq })?;
            ledger.put_document_ops(SHOP, &sheet(1), placed.seq)?;
            Ok(placed.seq)
        });
        assert_eq!(placed.wait().unwrap(), told);
        let (_copy, left) = crashed(folder.path());
        let look = |shelf: &dyn Shelf| {
            let run = shelf.run(SHOP, &sheet(1), Actor([1; 16]))?.map(|row| row.log_seq);
            let entries = shelf.entries_after(SHOP, 0, 99)?.len() as u64;
            Ok((shelf.outlet(SHOP)?.map(|outlet| outlet.head), run, shelf.document_ops(SHOP, &sheet(1))?, entries))
        };
        assert_eq!(storage::look(&left, look).unwrap(), (Some(told), Some(told), Some(told), told));
        let goes_on = storage::write(&left, |ledger| ledger.append(SHOP, &entry(1)));
        assert_eq!(goes_on.wait().unwrap().seq, told + 1);
    }
}

#[test]
fn what_a_device_brings_adds_up_by_day_and_is_forgotten_after_weeks() {
    on_both(|storage| {
        let (li, zhao) = (DeviceId([1; 8]), DeviceId([2; 8]));
        let brought = |entries| DayUse { entries, bytes: 10 * entries, photo_bytes: 100 * entries };
        let add = |outlet, day, device, entries| {
            let more = brought(entries);
            storage::write(storage, move |ledger| ledger.add_use(outlet, day, device, more)).wait().unwrap();
        };
        let uses = |outlet, day| storage::look(storage, |shelf| shelf.uses(outlet, day)).unwrap();
        add(SHOP, 100, li, 1);
        add(SHOP, 100, li, 2);
        add(SHOP, 100, zhao, 5);
        add(SHOP, 101, zhao, 7);
        add(OTHER_SHOP, 100, li, 9);
        assert_eq!(uses(SHOP, 100), [(li, brought(3)), (zhao, brought(5))]);
        assert_eq!((uses(SHOP, 101), uses(OTHER_SHOP, 100)), (vec![(zhao, brought(7))], vec![(li, brought(9))]));
        let use_of = |day, device| storage::look(storage, |shelf| shelf.use_of(SHOP, day, device)).unwrap();
        assert_eq!(use_of(100, li), (brought(3), brought(8)));
        assert_eq!(use_of(102, li), Default::default());
        let failed = storage::write(storage, move |ledger| {
            ledger.add_use(SHOP, 100, li, brought(50))?;
            ledger.put_quota(SHOP, Quota { device: brought(1), ..Quota::default() })?;
            Err::<(), _>(StorageError::Corrupt { what: "test" })
        });
        assert!(failed.wait().is_err());
        assert_eq!(uses(SHOP, 100)[0], (li, brought(3)), "a job that fails counts nothing");
        add(SHOP, 136, li, 1);
        assert!(uses(SHOP, 100).is_empty());
        assert_eq!((uses(SHOP, 101).len(), uses(OTHER_SHOP, 100).len()), (1, 1));

        let quota = |outlet| storage::look(storage, |shelf| shelf.quota(outlet)).unwrap();
        assert_eq!(quota(SHOP), Quota::default());
        let set = Quota { device: brought(3), outlet: brought(4) };
        storage::write(storage, move |ledger| ledger.put_quota(SHOP, set)).wait().unwrap();
        assert_eq!((quota(SHOP), quota(OTHER_SHOP)), (set, Quota::default()));
    });
}

//! One contract for every shelf: each promise is held by memory and by SQLite.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{
    self, Device, GrantNow, InboxRow, InboxUse, Invite, Ledger, Member, NewEntry, Outlet, RunRow, Shelf, Storage,
    StorageError, Stretch,
};
use doorstep_schemas::admission::Run;
use doorstep_schemas::compare;
use doorstep_schemas::ids::{
    Actor, BlobHash, ChangeHash, DeviceId, DocId, JobId, MemberId, OutletId, PublicKey, ShortId,
};
use doorstep_schemas::log;
use doorstep_schemas::signature::Chain;
use doorstep_schemas::wire::{Access, Grant, Held, InboxState, RoleKind, Status, kind};

const SHOP: OutletId = OutletId(ulid::Ulid(1));
const OTHER_SHOP: OutletId = OutletId(ulid::Ulid(2));

fn job(n: u8) -> JobId {
    JobId::from_bytes([n; 16])
}

fn li() -> MemberId {
    ShortId::mint([2; 5])
}

fn outlet(id: OutletId) -> Outlet {
    Outlet::new(id, "城关网点".into(), [4; 8], 5)
}

fn segment(doc: DocId, actor: Actor, from_seq: u64, to_seq: u64) -> NewEntry {
    NewEntry {
        kind: kind::SEGMENT,
        doc: Some(doc),
        author: Some(actor.device()),
        carrier: Some(actor.device()),
        actor: Some(actor),
        stretch: Some(Stretch { from_seq, to_seq }),
        member: None,
        at_ms: 77,
        body: vec![from_seq as u8; 40],
    }
}

fn grant_entry() -> NewEntry {
    NewEntry {
        kind: kind::GRANT,
        doc: None,
        stretch: None,
        actor: None,
        member: Some(li()),
        ..segment(DocId::Roster, Actor([1; 16]), 1, 1)
    }
}

fn phone(seed: u8) -> Device {
    Device {
        id: DeviceId([seed; 8]),
        member: li(),
        key: PublicKey([seed; 32]),
        name: "手机".into(),
        status: Status::Active,
        token_hash: [seed; 32],
        cursor_seq: 0,
        seen_ms: 0,
        held: Held::default(),
        pending: false,
        status_ms: 5,
    }
}

fn open_shop(storage: &dyn Storage) {
    let opened = storage::write(storage, |ledger| {
        for id in [SHOP, OTHER_SHOP] {
            ledger.put_outlet(&outlet(id))?;
            let roles = vec![RoleKind::Technician, RoleKind::Repairer];
            let member = Member {
                id: li(),
                name: "李师傅".into(),
                roles,
                status: Status::Active,
                owner_since: None,
                status_ms: 7,
            };
            ledger.put_member(id, &member)?;
        }
        Ok(())
    });
    opened.wait().unwrap();
}

fn put<T: Send + 'static>(
    storage: &dyn Storage,
    job: impl FnOnce(&mut dyn Ledger) -> Result<T, StorageError> + Send + 'static,
) -> T {
    storage::write(storage, job).wait().unwrap()
}

fn see<T>(storage: &dyn Storage, of: impl FnOnce(&dyn Shelf) -> Result<T, StorageError>) -> T {
    storage::look(storage, of).unwrap()
}

fn entries_follow_one_another_and_are_bound_by_the_hash(storage: &dyn Storage) {
    let actor = Actor([1; 16]);
    let placed = put(storage, move |ledger| {
        let first = ledger.append(SHOP, &segment(DocId::Sheet(job(1)), actor, 1, 3))?;
        let second = ledger.append(SHOP, &grant_entry())?;
        let elsewhere = ledger.append(OTHER_SHOP, &grant_entry())?;
        Ok([first, second, elsewhere])
    });
    assert_eq!(placed.map(|placed| placed.seq), [1, 2, 1]);
    let row = see(storage, |shelf| shelf.outlet(SHOP)).unwrap();
    assert_eq!((row.head, row.hash), (2, placed[1].hash));
    let entries = see(storage, |shelf| shelf.entries_after(SHOP, 0, 10));
    let digest = log::digest(&[1; 40]);
    let hash = log::running_hash(&log::GENESIS, 1, kind::SEGMENT, Some(&DocId::Sheet(job(1))), &digest);
    assert_eq!((entries[0].digest, entries[0].hash), (digest, hash));
    assert_eq!((entries[0].author, entries[0].actor, entries[0].at_ms), (Some(actor.device()), Some(actor), 77));
    assert_eq!(entries[1].member, Some(li()));
    let seqs = |entries: Vec<storage::EntryHead>| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(see(storage, |shelf| shelf.entries_after(SHOP, 1, 10))), [2]);
    assert_eq!(seqs(see(storage, |shelf| shelf.entries_after(SHOP, u64::MAX, 10))), [0; 0]);
    put(storage, |ledger| ledger.append(SHOP, &grant_entry()));
    assert_eq!(seqs(see(storage, |shelf| shelf.entries_after(SHOP, 0, 10))), [1, 2, 3], "as many as were asked for");
    assert_eq!(seqs(see(storage, |shelf| shelf.entries_after(SHOP, 0, 2))), [1, 2]);
    assert_eq!(seqs(see(storage, |shelf| shelf.entries_before(SHOP, 3, 1))), [2]);
    assert_eq!(see(storage, |shelf| shelf.body(SHOP, 1)), Some(vec![1; 40]));
    assert_eq!(see(storage, |shelf| shelf.body(SHOP, 9)), None);
    assert_eq!(see(storage, |shelf| shelf.entry(SHOP, 2)).unwrap(), entries[1]);
}

fn a_job_that_fails_leaves_nothing_and_takes_nobody_with_it(storage: &dyn Storage) {
    let pending = [false, true, false].map(|fails| {
        storage::write(storage, move |ledger| {
            let placed = ledger.append(SHOP, &grant_entry())?;
            ledger.put_document_ops(SHOP, &DocId::Order(job(1)), placed.seq)?;
            if fails { Err(StorageError::Corrupt { what: "test" }) } else { Ok(placed.seq) }
        })
    });
    let seqs = pending.map(|pending| pending.wait().ok());
    assert_eq!(seqs, [Some(1), None, Some(2)]);
    let panicked = storage::write(storage, |ledger| -> Result<(), StorageError> {
        ledger.append(SHOP, &grant_entry())?;
        panic!("a job that panics on purpose")
    });
    assert!(matches!(panicked.wait(), Err(StorageError::JobPanicked)));
    assert_eq!(see(storage, |shelf| shelf.outlet(SHOP)).unwrap().head, 2);
    assert_eq!(see(storage, |shelf| shelf.document_ops(SHOP, &DocId::Order(job(1)))), Some(2));
    assert_eq!(see(storage, |shelf| shelf.entries_after(SHOP, 0, 9)).len(), 2);
}

fn many_at_once_each_learn_their_own_place(storage: &Arc<dyn Storage>) {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let storage = storage.clone();
            std::thread::spawn(move || {
                (0..25)
                    .map(|_| put(&*storage, |ledger| Ok(ledger.append(SHOP, &grant_entry())?.seq)))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let mut seqs: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
    let audit = see(&**storage, |shelf| {
        let mut hash = log::GENESIS;
        for entry in shelf.entries_after(SHOP, 0, 300)? {
            hash = log::running_hash(&hash, entry.seq, entry.kind, None, &entry.digest);
            assert_eq!(hash, entry.hash);
        }
        Ok(hash == shelf.outlet(SHOP)?.unwrap().hash)
    });
    assert!(audit);
}

fn runs_remember_how_far_they_came_and_which_entry_holds_what(storage: &dyn Storage) {
    let (actor, doc) = (Actor([3; 16]), DocId::Sheet(job(1)));
    let run = Run { seq: 9, hash: ChangeHash([5; 32]), chain: Chain([6; 32]), next_op: 40 };
    let kept = doc.clone();
    put(storage, move |ledger| {
        for (from, to) in [(1, 4), (5, 5), (6, 9)] {
            ledger.append(SHOP, &segment(kept.clone(), actor, from, to))?;
        }
        ledger.append(SHOP, &segment(kept.clone(), Actor([4; 16]), 1, 100))?;
        ledger.put_run(SHOP, &kept, actor, &RunRow { run, log_seq: 1 })?;
        ledger.put_run(SHOP, &kept, actor, &RunRow { run, log_seq: 3 })
    });
    assert_eq!(see(storage, |shelf| shelf.run(SHOP, &doc, actor)), Some(RunRow { run, log_seq: 3 }));
    assert_eq!(see(storage, |shelf| shelf.run(OTHER_SHOP, &doc, actor)), None);
    let covering = |seq| see(storage, |shelf| shelf.entry_covering(SHOP, &doc, actor, seq));
    assert_eq!([1, 4, 5, 6, 9, 10, 0].map(covering), [Some(1), Some(1), Some(2), Some(3), Some(3), None, None]);
}

fn grants_are_the_latest_and_a_jobs_history_comes_in_order(storage: &dyn Storage) {
    let grant = |access, since| GrantNow { access, since, had_write: since == 4, log_seq: Some(since) };
    put(storage, move |ledger| {
        ledger.put_grant(
            SHOP,
            job(1),
            li(),
            GrantNow { access: Access::Write, since: 2, had_write: true, log_seq: None },
        )?;
        ledger.put_grant(SHOP, job(1), li(), grant(Access::Read, 3))?;
        ledger.put_grant(SHOP, job(2), li(), grant(Access::None, 4))?;
        for (doc, seq) in [(DocId::Order(job(1)), 1), (DocId::Sheet(job(2)), 2), (DocId::Sheet(job(1)), 3)] {
            ledger.append(SHOP, &segment(doc.clone(), Actor([1; 16]), seq, seq))?;
            ledger.put_document_ops(SHOP, &doc, 10)?;
        }
        ledger.append(SHOP, &grant_entry()).map(drop)
    });
    assert_eq!(see(storage, |shelf| shelf.grant(SHOP, job(1), li())), Some(grant(Access::Read, 3)));
    assert_eq!(see(storage, |shelf| shelf.grants_of(SHOP, li())).len(), 2);
    assert!(see(storage, |shelf| shelf.grants_of(OTHER_SHOP, li())).is_empty());
    let history = |before, skip, limit| {
        let entries = see(storage, |shelf| shelf.job_segments(SHOP, job(1), before, skip, limit));
        entries.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(history(5, 0, 10), [1, 3]);
    assert_eq!(history(3, 0, 10), [1]);
    assert_eq!(history(5, 1, 10), [3]);
    assert_eq!(history(5, 0, 1), [1]);
    assert_eq!(history(5, u64::MAX, 1), [0; 0]);
    let used = |outlet, n| see(storage, |shelf| shelf.job_is_used(outlet, job(n)));
    assert_eq!([used(SHOP, 1), used(SHOP, 2), used(SHOP, 3), used(OTHER_SHOP, 1)], [true, true, false, false]);
}

fn what_is_held_is_summed_up_with_every_run_and_grant(storage: &dyn Storage) {
    let run = |seq, hash| Run { seq, hash: ChangeHash([hash; 32]), chain: Chain([6; 32]), next_op: 40 };
    let (actor, doc, paper) = (Actor([3; 16]), DocId::Sheet(job(1)), DocId::Roster);
    let (kept, roster) = (doc.clone(), paper.clone());
    put(storage, move |ledger| {
        ledger.put_run(SHOP, &kept, actor, &RunRow { run: run(4, 1), log_seq: 1 })?;
        ledger.put_run(SHOP, &kept, actor, &RunRow { run: run(9, 2), log_seq: 3 })?;
        ledger.put_run(SHOP, &DocId::Order(job(1)), actor, &RunRow { run: run(1, 3), log_seq: 2 })?;
        ledger.put_run(SHOP, &roster, actor, &RunRow { run: run(1, 3), log_seq: 2 })?;
        ledger.put_grant(
            SHOP,
            job(1),
            li(),
            GrantNow { access: Access::Write, since: 2, log_seq: None, had_write: false },
        )?;
        ledger.put_grant(
            SHOP,
            job(2),
            li(),
            GrantNow { access: Access::Write, since: 2, log_seq: Some(2), had_write: false },
        )?;
        ledger.put_grant(
            SHOP,
            job(2),
            li(),
            GrantNow { access: Access::None, since: 2, log_seq: Some(5), had_write: false },
        )
    });
    let failed = storage::write(storage, move |ledger| -> Result<(), StorageError> {
        ledger.put_run(SHOP, &DocId::Catalogue, actor, &RunRow { run: run(1, 3), log_seq: 2 })?;
        Err(StorageError::Corrupt { what: "test" })
    });
    assert!(failed.wait().is_err());
    let all = see(storage, |shelf| shelf.tallies(SHOP, 0..=(1 << 63) - 1));
    let of = |doc: &DocId, seq, hash| compare::of_run(doc, actor, seq, &ChangeHash([hash; 32]));
    let given = compare::of_grant(&Grant { job: job(2), member: li(), access: Access::None });
    let mut expected = vec![
        (DocId::Order(job(1)), of(&doc, 9, 2) ^ of(&DocId::Order(job(1)), 1, 3)),
        (DocId::Order(job(2)), given),
        (paper.clone(), of(&paper, 1, 3)),
    ];
    expected.sort_by_key(|(subject, _)| compare::place(subject));
    let found: Vec<_> = all.into_iter().map(|tally| (tally.subject, tally.digest)).collect();
    assert_eq!(found, expected);
    let place = compare::place(&paper);
    assert_eq!(see(storage, |shelf| shelf.tallies(SHOP, place..=place)).len(), 1);
    assert!(see(storage, |shelf| shelf.tallies(OTHER_SHOP, 0..=(1 << 63) - 1)).is_empty());
    let runs = see(storage, |shelf| shelf.runs_of(SHOP, &doc, 9));
    assert_eq!(runs, [(actor, RunRow { run: run(9, 2), log_seq: 3 })]);
    assert_eq!(see(storage, |shelf| shelf.grants_on(SHOP, job(2))).len(), 1);
    assert!(see(storage, |shelf| shelf.runs_of(SHOP, &doc, 0)).is_empty());
}

fn a_run_is_told_from_any_of_its_changes_on(storage: &dyn Storage) {
    let (actor, doc) = (Actor([3; 16]), DocId::Sheet(job(1)));
    let kept = doc.clone();
    put(storage, move |ledger| {
        for (from, to) in [(1, 4), (5, 5), (6, 9)] {
            ledger.append(SHOP, &segment(kept.clone(), actor, from, to))?;
        }
        ledger.append(SHOP, &segment(kept.clone(), Actor([4; 16]), 1, 100)).map(drop)
    });
    let behind = |after, limit| -> Vec<u64> {
        let entries = see(storage, |shelf| shelf.run_entries(SHOP, &doc, actor, after, limit));
        entries.iter().map(|entry| entry.seq).collect()
    };
    assert_eq!(
        [behind(0, 9), behind(4, 9), behind(7, 9), behind(9, 9), behind(0, 1)],
        [vec![1, 2, 3], vec![2, 3], vec![3], vec![], vec![1]]
    );
}

fn a_code_is_taken_once_even_by_many_and_never_when_it_is_old(storage: &Arc<dyn Storage>) {
    let invite = |n, expires_ms| Invite { code_hash: [n; 32], outlet: SHOP, member: li(), expires_ms };
    put(&**storage, move |ledger| {
        ledger.put_invite(&invite(1, 1_000))?;
        ledger.put_invite(&invite(2, 1_000))
    });
    let winners = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let taken = put(&**storage, |ledger| ledger.take_invite(&[1; 32], 999));
                winners.fetch_add(usize::from(taken == Some(invite(1, 1_000))), Ordering::SeqCst);
            });
        }
    });
    assert_eq!(winners.load(Ordering::SeqCst), 1);
    assert_eq!(put(&**storage, |ledger| ledger.take_invite(&[2; 32], 1_000)), None, "old");
    assert_eq!(put(&**storage, |ledger| ledger.take_invite(&[3; 32], 0)), None, "wrong");
}

fn people_devices_and_visits_are_kept_as_they_were_written(storage: &dyn Storage) {
    let held = Held { changes: 1, photos: 2, photo_bytes: 3 };
    put(storage, move |ledger| {
        ledger.put_device(SHOP, &phone(8))?;
        ledger.put_device(OTHER_SHOP, &phone(9))?;
        ledger.note_visit(SHOP, DeviceId([8; 8]), 17, 1_234, held)?;
        ledger.raise_owner_seq(SHOP, 17)?;
        ledger.raise_owner_seq(SHOP, 5)
    });
    let expected = Device { cursor_seq: 17, seen_ms: 1_234, held, ..phone(8) };
    assert_eq!(see(storage, |shelf| shelf.device(SHOP, DeviceId([8; 8]))), Some(expected.clone()));
    assert_eq!(see(storage, |shelf| shelf.devices(SHOP)), [expected]);
    assert_eq!(see(storage, |shelf| shelf.whose_token(&[9; 32])).unwrap().outlet, OTHER_SHOP);
    assert_eq!(see(storage, |shelf| shelf.whose_token(&[7; 32])), None);
    assert_eq!(see(storage, |shelf| shelf.outlet(SHOP)).unwrap().owner_seq, 17);
    let member = see(storage, |shelf| shelf.member(SHOP, li())).unwrap();
    assert_eq!((member.name.as_str(), member.roles.len()), ("李师傅", 2));
    assert_eq!(see(storage, |shelf| shelf.outlets()).len(), 2);
}

fn a_blob_belongs_to_each_document_that_it_was_attached_to(storage: &dyn Storage) {
    let hash = BlobHash([1; 32]);
    put(storage, move |ledger| {
        ledger.attach_blob(SHOP, &hash, 100, &DocId::Sheet(job(1)), 5)?;
        ledger.attach_blob(SHOP, &hash, 100, &DocId::Sheet(job(2)), 6)?;
        ledger.attach_blob(SHOP, &hash, 100, &DocId::Sheet(job(1)), 7)
    });
    let blob = see(storage, |shelf| shelf.blob(SHOP, &hash)).unwrap();
    assert_eq!((blob.size, blob.docs), (100, vec![DocId::Sheet(job(1)), DocId::Sheet(job(2))]));
    assert_eq!(see(storage, |shelf| shelf.blob(OTHER_SHOP, &hash)), None);
    // Since when it is there for a document: the first time counts.
    let since = |outlet, doc| see(storage, |shelf| shelf.attached(outlet, &hash, &doc));
    assert_eq!(since(SHOP, DocId::Sheet(job(1))), Some((100, 5)));
    assert_eq!(since(SHOP, DocId::Sheet(job(2))), Some((100, 6)));
    assert_eq!((since(SHOP, DocId::Sheet(job(3))), since(OTHER_SHOP, DocId::Sheet(job(1)))), (None, None));
}

fn inbox_row(n: u64, doc: DocId, state: InboxState) -> InboxRow {
    let run = Run { seq: n * 10, hash: ChangeHash([5; 32]), chain: Chain([6; 32]), next_op: 40 };
    let (actor, from_seq, body) = (Actor([3; 16]), n * 10 - 9, vec![7; 100]);
    InboxRow {
        mark: n,
        doc,
        actor,
        from_seq,
        run,
        ops: 12,
        member: li(),
        at_ms: 9,
        state,
        reason: Some("重拍".into()),
        body,
    }
}

fn the_inbox_keeps_each_item_with_its_newest_word(storage: &dyn Storage) {
    let doc = DocId::Sheet(job(1));
    let (first, second) =
        (inbox_row(1, doc.clone(), InboxState::Waiting), inbox_row(2, doc.clone(), InboxState::Declined));
    let admitted = InboxRow { mark: 4, state: InboxState::Admitted, body: Vec::new(), ..first.clone() };
    let rows = [first, second.clone(), inbox_row(3, DocId::Sheet(job(2)), InboxState::Waiting), admitted.clone()];
    put(storage, move |ledger| {
        let mut outlet = ledger.outlet(SHOP)?.unwrap();
        (outlet.inbox, outlet.inbox_seen) = (4, 2);
        ledger.put_outlet(&outlet)?;
        rows.iter().try_for_each(|row| ledger.put_inbox(SHOP, row))
    });
    assert_eq!(see(storage, |shelf| shelf.inbox_of(SHOP, &doc, Actor([3; 16]))), [second]);
    let marks = |outlet, after, limit| {
        let rows = see(storage, |shelf| shelf.inbox_after(outlet, after, limit));
        rows.into_iter().map(|row| row.mark).collect::<Vec<_>>()
    };
    assert_eq!(marks(SHOP, 0, 9), [2, 3, 4], "an item's newest word takes the place of its older ones");
    assert_eq!((marks(SHOP, 2, 1), marks(OTHER_SHOP, 0, 9)), (vec![3], vec![]));
    assert_eq!(see(storage, |shelf| shelf.inbox_after(SHOP, 3, 9)), [admitted]);
    let used = |doc: Option<&DocId>| see(storage, |shelf| shelf.inbox_use(SHOP, Some(li()), doc));
    assert_eq!(used(None), InboxUse { items: 2, bytes: 200, ops: 24 });
    assert_eq!(used(Some(&doc)), InboxUse { items: 1, bytes: 100, ops: 12 });
    let row = see(storage, |shelf| shelf.outlet(SHOP)).unwrap();
    assert_eq!((row.inbox, row.inbox_seen), (4, 2));
}

fn an_erased_job_keeps_its_places_in_the_log_and_nothing_else(storage: &dyn Storage) {
    let (gone, stays) = (DocId::Sheet(job(1)), DocId::Sheet(job(2)));
    let (alone, shared, other) = (BlobHash([1; 32]), BlobHash([2; 32]), BlobHash([3; 32]));
    let docs = [gone.clone(), stays.clone()];
    let left = put(storage, move |ledger| {
        for doc in &docs {
            ledger.append(SHOP, &segment(doc.clone(), Actor([3; 16]), 1, 4))?;
            let run = Run { seq: 4, ..Run::default() };
            ledger.put_run(SHOP, doc, Actor([3; 16]), &RunRow { run, log_seq: 1 })?;
            ledger.put_document_ops(SHOP, doc, 10)?;
            ledger.attach_blob(SHOP, &shared, 100, doc, 5)?;
        }
        ledger.attach_blob(SHOP, &alone, 100, &docs[0], 5)?;
        ledger.attach_blob(SHOP, &other, 100, &docs[1], 5)?;
        ledger.put_inbox(SHOP, &inbox_row(1, docs[0].clone(), InboxState::Waiting))?;
        ledger.erase_job(SHOP, job(1), 9)
    });
    assert_eq!(left, [alone]);
    let body = |seq| see(storage, |shelf| shelf.body(SHOP, seq)).unwrap();
    assert_eq!((body(1), body(2)), (Vec::new(), vec![1; 40]));
    assert!(see(storage, |shelf| shelf.inbox_after(SHOP, 0, 9)).is_empty());
    assert_eq!(see(storage, |shelf| shelf.erased(SHOP, job(1))), Some(9));
    assert_eq!(see(storage, |shelf| shelf.erased(SHOP, job(2))), None);
    assert_eq!(see(storage, |shelf| shelf.blob(SHOP, &alone)), None);
    assert_eq!(see(storage, |shelf| shelf.attached(SHOP, &shared, &gone)), None);
    assert_eq!(see(storage, |shelf| shelf.blob(SHOP, &shared)).unwrap().docs, *std::slice::from_ref(&stays));
    let kept =
        |doc: &DocId| see(storage, |shelf| Ok((shelf.run(SHOP, doc, Actor([3; 16]))?, shelf.document_ops(SHOP, doc)?)));
    assert_eq!(kept(&gone), (None, None));
    assert!(kept(&stays).0.is_some());
}

fn the_relays_key_is_drawn_once(storage: &dyn Storage) {
    assert_eq!(storage.identity([1; 32]).unwrap(), [1; 32]);
    assert_eq!(storage.identity([2; 32]).unwrap(), [1; 32]);
}

macro_rules! contract {
    ($($promise:ident),+ ; shared: $($shared:ident),+) => {
        mod memory {
            use super::*;
            $(#[test] fn $promise() { let s = Memory::new(); open_shop(&s); super::$promise(&s); })+
            $(#[test] fn $shared() { let s: Arc<dyn Storage> = Arc::new(Memory::new()); open_shop(&*s); super::$shared(&s); })+
        }
        mod sqlite {
            use super::*;
            $(#[test] fn $promise() {
                let folder = tempfile::tempdir().unwrap();
                let s = Sqlite::open(folder.path()).unwrap();
                open_shop(&s);
                super::$promise(&s);
            })+
            $(#[test] fn $shared() {
                let folder = tempfile::tempdir().unwrap();
                let s: Arc<dyn Storage> = Arc::new(Sqlite::open(folder.path()).unwrap());
                open_shop(&*s);
                super::$shared(&s);
            })+
        }
    };
}

contract!(
    entries_follow_one_another_and_are_bound_by_the_hash,
    a_job_that_fails_leaves_nothing_and_takes_nobody_with_it,
    runs_remember_how_far_they_came_and_which_entry_holds_what,
    the_inbox_keeps_each_item_with_its_newest_word,
    an_erased_job_keeps_its_places_in_the_log_and_nothing_else,
    grants_are_the_latest_and_a_jobs_history_comes_in_order,
    people_devices_and_visits_are_kept_as_they_were_written,
    a_blob_belongs_to_each_document_that_it_was_attached_to,
    the_relays_key_is_drawn_once,
    what_is_held_is_summed_up_with_every_run_and_grant,
    a_run_is_told_from_any_of_its_changes_on;
    shared: many_at_once_each_learn_their_own_place, a_code_is_taken_once_even_by_many_and_never_when_it_is_old
);

//! Databases of other versions: an older one is copied and grows, a newer one is left alone.

use std::fs;
use std::path::{Path, PathBuf};

use doorstep::store::{self, StoreError};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::JobId;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::cast::{KEY, OWNER, Phone, RAN, Shop, Steady, leaking_heater, member, pass_everything};
use crate::folders::{files, open_watched};

const SHAPES: [&str; 3] = [
    include_str!("../../src/store/migrations/0001_first.sql"),
    include_str!("../../src/store/migrations/0002_held_log_seq.sql"),
    include_str!("../../src/store/migrations/0003_rule_sets.sql"),
];
/// What no version can compute from the rest, by columns that the first one had.
const ROWS: [(&str, &str); 6] = [
    ("meta", "key, value"),
    ("change", "id, doc, actor, seq, hash, bytes, state, mine, noted_ms, log_seq"),
    ("run", "doc, actor, seq, hash, chain, next_op, signature, tail"),
    ("paper", "doc, ops, saved, saved_to"),
    ("member", "member, name, roles, active"),
    ("device", "device, member, key, name, lost"),
];

/// A folder as an earlier version of the program would have left it after the same work.
fn written_by(version: usize, phone: &Phone) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(store::database(folder.path())).unwrap();
    store::unlock(&db, &KEY).unwrap();
    for sql in &SHAPES[..version] {
        db.execute_batch(sql).unwrap();
    }
    db.pragma_update(None, "user_version", version as i64).unwrap();
    let from = phone.database();
    for (table, columns) in ROWS {
        let mut read = from.prepare(&format!("SELECT {columns} FROM {table}")).unwrap();
        let count = read.column_count();
        let places: Vec<String> = (1..=count).map(|n| format!("?{n}")).collect();
        let mut write = db.prepare(&format!("INSERT INTO {table} ({columns}) VALUES ({})", places.join(", "))).unwrap();
        let mut rows = read.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<rusqlite::types::Value> = (0..count).map(|n| row.get(n).unwrap()).collect();
            write.execute(rusqlite::params_from_iter(values)).unwrap();
        }
    }
    // An old row of the list: whatever it said is computed anew.
    let mut old = db
        .prepare(
            "INSERT INTO job (job, taken_at, arrive_by, status, phone, serials, card, figures)
             VALUES (?1, 1, 1, 'new', '', '', '{}', '{}')",
        )
        .unwrap();
    old.execute([JobId::mint(1, [4; 10]).to_string()]).unwrap();
    drop(old);
    db.close().unwrap();
    folder
}

fn worked() -> (Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let jobs: Vec<JobId> =
        (0..3).map(|_| desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job).collect();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, jobs[0]);
    (ran, jobs)
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| path.to_string_lossy().contains(".before-")).collect()
}

/// Remembers what it was told, and stops when it is told to.
#[derive(Default)]
struct Seen {
    steps: Vec<Step>,
    stop_at: Option<usize>,
}

impl Watcher for Seen {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        self.steps.push(step);
        if self.stop_at == Some(self.steps.len()) { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn the_databases_of_all_earlier_versions_grow_and_keep_their_jobs() {
    let (ran, jobs) = worked();
    let facts: Vec<_> = jobs.iter().map(|job| ran.facts(*job)).collect();
    let unsent = ran.store().held().unwrap().changes;
    for version in 1..=SHAPES.len() {
        let folder = written_by(version, &ran);
        let before = fs::read(store::database(folder.path())).unwrap();
        let mut seen = Seen::default();
        drop(open_watched(folder.path(), &mut seen).unwrap());
        assert!(
            seen.steps.iter().any(|step| step.bytes as usize == before.len()),
            "the copy was told of: {seen:?}",
            seen = seen.steps
        );
        let copy = copies(folder.path());
        assert_eq!(copy.len(), 1, "{copy:?}");
        assert_eq!(fs::read(&copy[0]).unwrap(), before, "the copy is the database as it was");
        let phone = Phone::in_folder(folder, RAN, Steady::new(70));
        assert_eq!(copies(phone.folder.path()), Vec::<PathBuf>::new(), "gone once the new shape has opened again");
        for (job, facts) in jobs.iter().zip(&facts) {
            assert_eq!(&phone.facts(*job), facts, "of version {version}");
        }
        assert_eq!(phone.store().held().unwrap().changes, unsent);
        assert_eq!(phone.store().enrolment().unwrap(), ran.store().enrolment().unwrap());
    }
}

#[test]
fn an_update_that_was_stopped_changes_nothing_and_goes_on_another_time() {
    let (ran, jobs) = worked();
    let folder = written_by(3, &ran);
    let before = fs::read(store::database(folder.path())).unwrap();
    // While it is copied, and between two steps: whatever was done by then is taken back.
    for stop_at in [1, 4, 6] {
        let mut seen = Seen { stop_at: Some(stop_at), ..Seen::default() };
        let stopped = open_watched(folder.path(), &mut seen).err();
        assert!(matches!(stopped, Some(StoreError::Cancelled(Cancelled))), "{stopped:?}");
        assert_eq!(fs::read(store::database(folder.path())).unwrap(), before, "stopped at {stop_at}");
        assert_eq!(copies(folder.path()), Vec::<PathBuf>::new());
    }
    let phone = Phone::in_folder(folder, RAN, Steady::new(71));
    assert_eq!(phone.facts(jobs[0]), ran.facts(jobs[0]));
}

#[test]
fn an_update_that_a_crash_cut_short_goes_on_from_the_copy_of_its_beginning() {
    let (ran, jobs) = worked();
    let folder = written_by(1, &ran);
    let first = fs::read(store::database(folder.path())).unwrap();
    // The crash came after the copy and one step.
    fs::write(folder.path().join("doorstep.db.before-1.begun"), &first).unwrap();
    let db = Connection::open(store::database(folder.path())).unwrap();
    store::unlock(&db, &KEY).unwrap();
    db.execute_batch(SHAPES[1]).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    db.close().unwrap();
    drop(open_watched(folder.path(), &mut Unwatched).unwrap());
    let copy = copies(folder.path());
    assert_eq!(copy.len(), 1, "{copy:?}");
    assert_eq!(fs::read(&copy[0]).unwrap(), first);
    assert_eq!(Phone::in_folder(folder, RAN, Steady::new(72)).facts(jobs[0]), ran.facts(jobs[0]));
}

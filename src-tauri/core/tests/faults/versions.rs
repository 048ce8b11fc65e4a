//! Databases of other versions: an older one is copied and grows, a newer one is left alone.

use std::fs;
use std::path::{Path, PathBuf};

use doorstep::nature::Nature;
use doorstep::store::{self, StoreError};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::event::Task;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{Assign, FindJobs, PutDraft};
use doorstep_schemas::view::JobOutcome;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::cast::{KEY, NOON, OWNER, Phone, RAN, Shop, Steady, TIAN, leaking_heater, member, pass_everything, runs};
use crate::folders::{files, open_watched};

/// Every step that a database has taken since the first version, in order.
fn shapes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let steps = files(&folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "sql"));
    steps.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The first versions that knew packs, and volumes of them: an older one has all of it in rows, or in rows of packs.
const PACKS: usize = 5;
const VOLUMES: usize = 12;
/// Sums for comparing; triggers note what moves.
const TALLIES: usize = 14;
/// Read models: computed anew by every version from what lies in the other tables.
const COMPUTED: [&str; 9] =
    ["job", "job_day", "job_key", "job_revisit", "hand", "part_use", "machine", "lacking", "search_due"];
/// What opening writes to.
const MOVES: [&str; 7] = ["meta", "paper", "attempt", "pack_due", "grant_out", "tally", "tally_due"];

fn tables(db: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = 'tally_due', name";
    let mut query = db.prepare(sql).unwrap();
    let names = query.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
    names.filter(|name| !name.starts_with("search") && !COMPUTED.contains(&name.as_str())).collect()
}

fn columns(db: &Connection, table: &str) -> Vec<String> {
    let mut query = db.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    query.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Rows of a table by these columns, sorted.
fn rows(db: &Connection, table: &str, columns: &[String]) -> Vec<Vec<Value>> {
    let mut query = db.prepare(&format!("SELECT {} FROM {table}", columns.join(", "))).unwrap();
    let read =
        query.query_map([], |row| (0..columns.len()).map(|n| row.get::<_, Value>(n)).collect::<Result<Vec<_>, _>>());
    let mut rows: Vec<Vec<Value>> = read.unwrap().map(Result::unwrap).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// A folder as an earlier version of the program would have left it after the same work.
fn written_by(version: usize, phone: &Phone) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(store::database(folder.path())).unwrap();
    store::unlock(&db, &KEY).unwrap();
    for sql in &shapes()[..version] {
        db.execute_batch(sql).unwrap();
    }
    db.pragma_update(None, "user_version", version as i64).unwrap();
    let from = phone.database();
    for table in tables(&db) {
        let known = columns(&from, &table);
        let columns: Vec<String> = columns(&db, &table).into_iter().filter(|name| known.contains(name)).collect();
        let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        // What the triggers noted while the other tables were filled comes again.
        db.execute(&format!("DELETE FROM {table}"), []).unwrap();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let mut write = db.prepare(&sql).unwrap();
        for row in rows(&from, &table, &columns) {
            write.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    // Rows of lists in another shape: whatever they said is computed anew.
    db.execute("DELETE FROM meta WHERE key = 'views'", []).unwrap();
    if version < TALLIES {
        db.execute("DELETE FROM meta WHERE key = 'tally_packs'", []).unwrap();
    }
    if version < 4 {
        let old = "INSERT INTO job (job, taken_at, arrive_by, status, phone, serials, card, figures)
                   VALUES (?1, 1, 1, 'new', '', '', '{}', '{}')";
        db.execute(old, [JobId::mint(1, [4; 10]).to_string()]).unwrap();
    } else {
        for row in rows(&from, "job", &["id", "job"].map(str::to_owned)) {
            let old = "INSERT INTO job (id, job, due, status, row) VALUES (?1, ?2, 1, 0, x'00')";
            db.execute(old, rusqlite::params_from_iter(row)).unwrap();
        }
    }
    db.close().unwrap();
    folder
}

/// What becomes of work in all its shapes: two jobs are finished and everywhere, one is under way and unsent, and of the last
/// there are changes that wait, that a file brought, that were put aside, refused and declined.
fn worked() -> (Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let jobs: Vec<JobId> =
        (0..4).map(|_| desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job).collect();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    for job in &jobs[..2] {
        pass_everything(&ran, *job);
        ran.finish(*job, JobOutcome::Completed).unwrap();
    }
    shop.log.exchange(&mut ran);
    let mut store = ran.store();
    while let Some(photo) = store.photo_to_send(true).unwrap() {
        store.note_photo_sent(&photo.hash, photo.bytes, true).unwrap();
    }
    drop(store);
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    pass_everything(&ran, jobs[2]);
    let text = "还没写完".to_owned();
    ran.actions.put_draft(&PutDraft { key: format!("job/{}/remark", jobs[2]), text }).unwrap();
    let helped = |helped: bool| {
        let members = [member(RAN)].into_iter().chain(helped.then_some(member(TIAN)));
        desk.actions.assign(&Assign { job: jobs[3], members: members.collect() }).unwrap();
    };
    // One change that a file brought, and of two more the last: it waits for the one before.
    let order = DocId::Order(jobs[3]);
    let run = |desk: &Phone| runs(desk).into_iter().find(|run| run.doc == order).unwrap();
    helped(true);
    let brought = run(&desk);
    ran.store().absorb_carried(&[brought.piece(0, brought.changes.len())], NOON).unwrap();
    helped(false);
    helped(true);
    let later = run(&desk);
    let last = later.changes.len();
    assert_eq!(last, brought.changes.len() + 2);
    ran.store().absorb_carried(&[later.piece(last - 1, last)], NOON).unwrap();
    let db = ran.database();
    for sql in [
        "INSERT INTO quarantine (doc, actor, seq, code, at_ms) SELECT doc, actor, seq, 'change_clashes', 5 FROM one",
        "INSERT INTO aside (doc, actor, from_seq, code, piece, at_ms, digest)
         SELECT doc, actor, 9, 'signature_invalid', bytes, 6, hash FROM one",
        "INSERT INTO stray (doc, actor, seq, hash, in_place) SELECT doc, actor, 9, hash, 1 FROM one",
        "INSERT INTO refused (doc, actor, from_seq, code, at_ms) SELECT doc, actor, 1, 'not_assigned', 7 FROM one",
        "INSERT INTO declined (doc, actor, from_seq, to_seq, reason, at_ms) SELECT doc, actor, 1, 1, '不对', 8 FROM one",
        "INSERT INTO in_inbox (doc, actor, from_seq, to_seq, mark) SELECT doc, actor, 1, 1, 3 FROM one",
        "INSERT INTO inbox (doc, actor, from_seq, to_seq, mark, member, at_ms, state)
         SELECT doc, actor, 1, 1, 4, 'm', 9, 0 FROM one",
        "INSERT INTO erased_job (job, done) SELECT '01M803T56PA7M8ZJW29PZCSJ1T', 1 FROM one",
        "INSERT INTO remembered (key, value, at_ms) SELECT 'instrument', 'M-7', 10 FROM one",
    ] {
        let with = "WITH one AS (SELECT * FROM change WHERE doc = ?1 ORDER BY id LIMIT 1)";
        assert_eq!(db.execute(&format!("{with} {sql}"), [order.to_string()]).unwrap(), 1);
    }
    drop(db);
    for table in ["held_piece", "draft", "photo", "photo_key"] {
        assert!(ran.rows(table) > 0, "{table}");
    }
    (ran, jobs)
}

/// The finished jobs go into one piece each.
fn pack(phone: &Phone) {
    phone.pass(5 * 24 * 60);
    let now = phone.nature.now_ms();
    assert_eq!(phone.store().pack_some(now, 10).unwrap().packed, 2);
}

/// The pieces are bound together.
fn bind(phone: &Phone) {
    let loose = phone.store().loose_packs(2).unwrap().unwrap();
    assert!(phone.store().put_volume(&loose.bind().unwrap()).unwrap());
    assert_eq!(phone.rows("volume"), 1);
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| path.to_string_lossy().contains(".before-")).collect()
}

/// Remembers what it was told, and stops when it is told to.
#[derive(Default)]
struct Seen {
    steps: Vec<Step>,
    turns: Vec<Task>,
    stop_at: Option<usize>,
}

impl Watcher for Seen {
    fn turn_to(&mut self, task: Task) {
        self.turns.push(task);
    }

    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        self.steps.push(step);
        if self.stop_at == Some(self.steps.len()) { Err(Cancelled) } else { Ok(()) }
    }
}

fn tallies(phone: &Phone) -> Vec<doorstep_schemas::compare::Tally> {
    let mut store = phone.store();
    while store.sum_up(100).unwrap() {}
    store.tallies().unwrap()
}

#[test]
fn the_databases_of_all_earlier_versions_grow_and_keep_all_that_they_held() {
    let (ran, jobs) = worked();
    let facts: Vec<_> = jobs.iter().map(|job| ran.facts(*job)).collect();
    let unsent = ran.store().held().unwrap();
    let (summed, newest) = (tallies(&ran), shapes().len());
    assert!(newest >= 18);
    for version in 1..newest {
        match version {
            PACKS => pack(&ran),
            VOLUMES => bind(&ran),
            _ => {}
        }
        let folder = written_by(version, &ran);
        let before = fs::read(store::database(folder.path())).unwrap();
        let mut seen = Seen::default();
        drop(open_watched(folder.path(), &mut seen).unwrap());
        assert!(
            seen.steps.iter().any(|step| step.bytes as usize == before.len()),
            "the copy was told of: {steps:?}",
            steps = seen.steps
        );
        assert_eq!(seen.turns, [Task::Migrate, Task::Rebuild], "what is waited for has a name");
        let copy = copies(folder.path());
        assert_eq!(copy.len(), 1, "{copy:?}");
        assert_eq!(fs::read(&copy[0]).unwrap(), before, "the copy is the database as it was");
        let written = written_by(version, &ran);
        let phone = Phone::in_folder(folder, RAN, Steady::new(70));
        assert_eq!(copies(phone.folder.path()), Vec::<PathBuf>::new(), "gone once the new shape has opened again");
        is_kept(version, written.path(), &phone);
        for (job, facts) in jobs.iter().zip(&facts) {
            assert_eq!(&phone.facts(*job), facts, "of version {version}");
        }
        assert_eq!(phone.store().held().unwrap(), unsent);
        assert_eq!(phone.store().enrolment().unwrap(), ran.store().enrolment().unwrap());
        assert_eq!(tallies(&phone), summed, "of version {version}");
        let found = phone.actions.find_jobs(&FindJobs { text: "罗桂香".to_owned() }).unwrap().jobs;
        assert_eq!(found.len(), jobs.len(), "of version {version}");
        assert!(phone.store().job_row(jobs[1]).unwrap().unwrap().card.finished_at.is_some());
    }
}

/// Every row that an old version had is there, as far as its columns go.
fn is_kept(version: usize, written: &Path, phone: &Phone) {
    let old = Connection::open(store::database(written)).unwrap();
    store::unlock(&old, &KEY).unwrap();
    let new = phone.database();
    let kept: Vec<String> = tables(&old).into_iter().filter(|table| !MOVES.contains(&table.as_str())).collect();
    assert!(kept.len() >= 9, "{kept:?}");
    for table in kept {
        let known = columns(&new, &table);
        let columns: Vec<String> = columns(&old, &table).into_iter().filter(|name| known.contains(name)).collect();
        assert_eq!(rows(&new, &table, &columns), rows(&old, &table, &columns), "{table} of version {version}");
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
    db.execute_batch(&shapes()[1]).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    db.close().unwrap();
    drop(open_watched(folder.path(), &mut Unwatched).unwrap());
    let copy = copies(folder.path());
    assert_eq!(copy.len(), 1, "{copy:?}");
    assert_eq!(fs::read(&copy[0]).unwrap(), first);
    assert_eq!(Phone::in_folder(folder, RAN, Steady::new(72)).facts(jobs[0]), ran.facts(jobs[0]));
}

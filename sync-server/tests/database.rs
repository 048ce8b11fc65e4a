//! What only the database promises: it is shut without its key, it stays after a restart, it says what is wrong.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::fs;

use doorstep_relay::engine::audit::{Finding, audit};
use doorstep_relay::engine::team;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{self, GrantNow, RunRow, StorageError};
use doorstep_schemas::admission::Run;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, OutletId, ShortId};
use doorstep_schemas::signature::Chain;
use doorstep_schemas::wire::{Access, RoleKind, Status};
use std::os::unix::fs::PermissionsExt;

const SHOP: OutletId = OutletId(ulid::Ulid(1));

fn found(storage: &Sqlite) {
    let founded = storage::write(storage, |ledger| {
        team::found_outlet(ledger, SHOP, "城关网点".into(), [1; 8], 0)?;
        for n in 1..=3u8 {
            let roles = vec![RoleKind::Technician];
            team::put_member(ledger, SHOP, ShortId::mint([n; 5]), "金丝雀师傅".into(), roles, Status::Active, 0)?;
        }
        Ok(())
    });
    founded.wait().unwrap();
}

fn raw(folder: &std::path::Path) -> rusqlite::Connection {
    let key = fs::read(folder.join("relay.key")).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let connection = rusqlite::Connection::open(folder.join("relay.db")).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";")).unwrap();
    connection
}

#[test]
fn a_stolen_database_without_its_key_is_shut() {
    let folder = tempfile::tempdir().unwrap();
    found(&Sqlite::open(folder.path()).unwrap());
    for file in ["relay.db", "relay.db-wal"] {
        let bytes = fs::read(folder.path().join(file)).unwrap_or_default();
        for canary in ["金丝雀", "SQLite format"] {
            assert!(!bytes.windows(canary.len()).any(|w| w == canary.as_bytes()), "{canary} in {file}");
        }
    }
    let mode = fs::metadata(folder.path().join("relay.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let key = folder.path().join("relay.key");
    fs::rename(&key, folder.path().join("elsewhere")).unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StorageError::KeyMissing(_))));
    assert!(!key.exists(), "no new key is made over an old log");
    fs::write(&key, [0; 32]).unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StorageError::WrongKey(..))));
    fs::write(&key, "short").unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StorageError::KeyMalformed(_))));
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    found(&Sqlite::open(folder.path()).unwrap());
    let again = Sqlite::open(folder.path()).unwrap();
    let audit = storage::look(&again, |shelf| audit(shelf, SHOP)).unwrap();
    assert_eq!((audit.entries, audit.finding), (3, None));
}

#[test]
fn a_newer_programs_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    found(&Sqlite::open(folder.path()).unwrap());
    raw(folder.path()).execute_batch("PRAGMA user_version = 99;").unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StorageError::TooNew { found: 99, known: 7 })));
}

#[test]
fn whatever_is_changed_in_the_log_is_found() {
    let harms = [
        ("UPDATE entry SET body = x'a0' WHERE seq = 2", Finding::Body(2)),
        ("UPDATE entry SET kind = 4 WHERE seq = 2", Finding::Hash(2)),
        ("DELETE FROM entry WHERE seq = 2", Finding::Missing(2)),
        ("DELETE FROM entry WHERE seq = 3", Finding::Head { found: 2, head: 3 }),
    ];
    for (harm, finding) in harms {
        let folder = tempfile::tempdir().unwrap();
        let storage = Sqlite::open(folder.path()).unwrap();
        found(&storage);
        raw(folder.path()).execute_batch(harm).unwrap();
        let audit = storage::look(&storage, |shelf| audit(shelf, SHOP)).unwrap();
        assert_eq!(audit.finding, Some(finding), "{harm}");
    }
}

/// A ceiling on the pages stands for a disk without room: SQLite answers both alike.
#[test]
fn a_full_disk_is_told_as_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    found(&Sqlite::open(folder.path()).unwrap());
    let connection = raw(folder.path());
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0)).unwrap();
    let cause = connection.execute_batch("CREATE TABLE more (x BLOB); INSERT INTO more VALUES (zeroblob(1000000));");
    assert!(StorageError::from(cause.unwrap_err()).is_disk_full());
}

#[test]
fn a_log_from_before_there_were_sums_is_summed_up_once() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Sqlite::open(folder.path()).unwrap();
    found(&storage);
    let (job, actor) = (JobId::from_bytes([4; 16]), Actor([3; 16]));
    let run = Run { seq: 4, hash: ChangeHash([5; 32]), chain: Chain([6; 32]), next_op: 40 };
    let written = storage::write(&storage, move |ledger| {
        for doc in [DocId::Order(job), DocId::Sheet(job), DocId::Roster] {
            ledger.put_run(SHOP, &doc, actor, &RunRow { run, log_seq: 1 })?;
        }
        let given = GrantNow { access: Access::Read, since: 2, log_seq: Some(2), had_write: false };
        ledger.put_grant(SHOP, JobId::from_bytes([5; 16]), ShortId::mint([1; 5]), given)
    });
    written.wait().unwrap();
    let all = |storage: &Sqlite| storage::look(storage, |shelf| shelf.tallies(SHOP, 0..=(1 << 63) - 1)).unwrap();
    let before = all(&storage);
    assert_eq!(before.len(), 3);
    drop(storage);
    let connection = raw(folder.path());
    let undone = "DROP TABLE pack; DROP TABLE pack_turn; DROP TABLE tally; DROP TABLE day_use; DROP TABLE quota; \
                  ALTER TABLE inbox DROP COLUMN reason;";
    connection.execute_batch(&format!("{undone} PRAGMA user_version = 3;")).unwrap();
    drop(connection);
    assert_eq!(all(&Sqlite::open(folder.path()).unwrap()), before);
}

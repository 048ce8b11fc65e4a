//! A connection to the database: the right SQLite, the key, the settings, the newest shape.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{StoreError, key};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_held_log_seq.sql"),
    include_str!("migrations/0003_rule_sets.sql"),
    include_str!("migrations/0004_lists.sql"),
    include_str!("migrations/0005_packs.sql"),
    include_str!("migrations/0006_verdicts.sql"),
    include_str!("migrations/0007_carried.sql"),
    include_str!("migrations/0008_keys.sql"),
];
const OLDEST_SQLITE: i32 = 3_051_003;

/// Opens or creates the database in `folder`.
pub(super) fn connection(folder: &Path, key: &key::StoreKey) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    wake_cipher();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(database(folder), flags)?;
    unlock(&db, key)?;
    migrate(&mut db)?;
    Ok(db)
}

/// Waits until SQLCipher can take keys. SQLite calls itself ready before SQLCipher is (its initialisation runs after
/// SQLite's own and outside of that lock), so that of two threads that open their first databases at once, one is told
/// that its key is no key.
fn wake_cipher() {
    static AWAKE: Once = Once::new();
    AWAKE.call_once(|| {
        for _ in 0..500 {
            let keyed = Connection::open_in_memory().and_then(|db| db.pragma_update(None, "key", "wake"));
            if keyed.is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
}

/// Where the database of a data folder lies.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("doorstep.db")
}

/// Gives a fresh connection the key and the settings that every reader and writer of this store needs.
pub fn unlock(db: &Connection, key: &key::StoreKey) -> Result<(), StoreError> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    db.pragma_update(None, "key", format!("x'{hex}'"))?;
    db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    // FULL: with NORMAL a power cut loses commits that a person was told were saved. Secure: what is purged must not be
    // read from a freed page by whoever has the key.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000; PRAGMA secure_delete = ON;",
    )?;
    Ok(())
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, sql) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

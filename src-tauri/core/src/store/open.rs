//! A connection to the database: the right SQLite, the key, a look at its health, the settings, the newest shape.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{StoreError, files, key, migrate, pages, repair, salvage, wal};
use crate::tasks::Watcher;

const OLDEST_SQLITE: i32 = 3_051_003;

/// Opens or creates the database in `folder`. A damaged one is told so and not written.
pub(super) fn connection(
    folder: &Path,
    key: &key::StoreKey,
    watcher: &mut dyn Watcher,
) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    wake_cipher();
    repair::finish_swap(folder)?;
    let path = database(folder);
    let there = path.metadata().is_ok_and(|meta| meta.len() > 0);
    // A folder that had a database and has none is no new folder.
    let gone = !there && pages::salt_copy(folder).exists();
    // Before SQLite sees the log: it would forget what stands behind a bad frame, and remove the log.
    if gone || (there && (repair::is_noted(folder) || wal::is_damaged(&files::beside(&path, "-wal"))?)) {
        let cause =
            |code, words: &str| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(words.to_owned()));
        return if gone || salvage::salt_under(folder, key)?.is_some() {
            Err(StoreError::Damaged(cause(rusqlite::ffi::SQLITE_CORRUPT, "damage was found before SQLite looked")))
        } else {
            Err(StoreError::WrongKey(cause(rusqlite::ffi::SQLITE_NOTADB, "no page opens with this key")))
        };
    }
    let mut db = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    // Until everything is seen to open: closing would write the log into a database that may be damaged.
    checkpoint_at_close(&db, false)?;
    let opened =
        unlock(&db, key).and_then(|()| migrate::to_newest(&mut db, folder, key, watcher)).and_then(|()| look(&db));
    match opened {
        Ok(()) => {}
        // A first page that does not open: another key's, or damaged.
        Err(StoreError::Damaged(cause) | StoreError::WrongKey(cause)) if there => {
            let ours = salvage::salt_under(folder, key)?.is_some();
            return Err(if ours { StoreError::Damaged(cause) } else { StoreError::WrongKey(cause) });
        }
        Err(other) => return Err(other),
    }
    keep_salt(folder)?;
    Ok(db)
}

/// Opens or creates a database under another name.
pub(super) fn at(path: &Path, key: &key::StoreKey) -> Result<Connection, StoreError> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    unlock(&db, key)?;
    migrate::create(&mut db)?;
    Ok(db)
}

/// A connection that changes nothing: for a check beside the store, or a damaged database.
pub(super) fn to_look_at(folder: &Path, key: &key::StoreKey) -> Result<Connection, StoreError> {
    let db = connect(&database(folder), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Whatever it is, what opens is shown.
    give_key(&db, key)?;
    checkpoint_at_close(&db, false)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;")?;
    Ok(db)
}

/// Statements that are kept ready: one edit asks some seventy, and to prepare one costs more than to run it.
const READY: usize = 256;

/// Memory for pages, in KiB.
const PAGES_KIB: i64 = 8 * 1024;

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.set_prepared_statement_cache_capacity(READY);
    Ok(db)
}

/// Whether closing ends with SQLite's checkpoint. It would write to a damaged database.
pub(super) fn checkpoint_at_close(db: &Connection, whether: bool) -> Result<(), StoreError> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !whether)?;
    Ok(())
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

/// Its write-ahead log.
pub(super) fn log(folder: &Path) -> PathBuf {
    folder.join("doorstep.db-wal")
}

/// Writes the log into the database and empties it; what a reader beside this one still needs stays.
pub(super) fn truncate_log(db: &Connection) -> Result<(), StoreError> {
    Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

/// Gives a fresh connection the key and the settings that every reader and writer of this store needs.
pub fn unlock(db: &Connection, key: &key::StoreKey) -> Result<(), StoreError> {
    give_key(db, key)?;
    try_key(db)?;
    // FULL: with NORMAL a power cut loses commits that a person was told were saved. Secure: what is purged must not be
    // read from a freed page by whoever has the key.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000; PRAGMA secure_delete = ON;",
    )?;
    // A page that fell out of memory is decrypted and its HMAC computed again: 2 MB, as SQLite has it, are a day's jobs
    // and not the indexes that a save touches besides.
    db.pragma_update(None, "cache_size", -PAGES_KIB)?;
    Ok(())
}

/// Whether the database in `folder` opens with this key. Nothing is made or changed.
pub(super) fn answers(folder: &Path, key: &key::StoreKey) -> Result<bool, StoreError> {
    wake_cipher();
    let db = connect(&database(folder), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    checkpoint_at_close(&db, false)?;
    match give_key(&db, key).and_then(|()| try_key(&db)) {
        Ok(()) => Ok(true),
        Err(StoreError::WrongKey(_) | StoreError::Damaged(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// A connection beside the store's own, or in its place.
pub(super) fn again(folder: &Path, key: &key::StoreKey) -> Result<Connection, StoreError> {
    let db = connect(&database(folder), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    unlock(&db, key)?;
    Ok(db)
}

fn give_key(db: &Connection, key: &key::StoreKey) -> Result<(), StoreError> {
    Ok(db.pragma_update(None, "key", raw(key))?)
}

fn try_key(db: &Connection) -> Result<(), StoreError> {
    db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|error| {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::WrongKey(error),
            _ => error.into(),
        }
    })
}

/// A key as SQLCipher takes one that is not to be derived from anything.
pub(super) fn raw(key: &key::StoreKey) -> String {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{hex}'")
}

/// A quick look: reads through what is small and what is nowhere else. The rest is the check's.
fn look(db: &Connection) -> Result<(), StoreError> {
    db.query_row(include_str!("sql/look.sql"), [], |_| Ok(()))?;
    Ok(())
}

fn keep_salt(folder: &Path) -> Result<(), StoreError> {
    let Some(salt) = pages::salt_of(&database(folder))? else { return Ok(()) };
    let copy = pages::salt_copy(folder);
    if std::fs::read(&copy).ok().as_deref() != Some(&salt[..]) {
        std::fs::write(&copy, salt)?;
    }
    Ok(())
}

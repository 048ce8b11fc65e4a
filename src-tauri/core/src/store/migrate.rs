//! Older shapes brought to this version's: a copy first, then one transaction a step.
//!
//! The copy is for what no transaction guards against, a mistake in a step. It lies there until the database has been opened
//! once more in its new shape.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::files::{self, SideFile, beside};
use super::{StoreError, ballast, database, key, unlock};
use crate::tasks::{Step, Watcher};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_held_log_seq.sql"),
    include_str!("migrations/0003_rule_sets.sql"),
    include_str!("migrations/0004_lists.sql"),
    include_str!("migrations/0005_packs.sql"),
    include_str!("migrations/0006_verdicts.sql"),
    include_str!("migrations/0007_carried.sql"),
    include_str!("migrations/0008_keys.sql"),
    include_str!("migrations/0009_strays.sql"),
    include_str!("migrations/0010_unsent.sql"),
    include_str!("migrations/0011_words.sql"),
    include_str!("migrations/0012_volumes.sql"),
    include_str!("migrations/0013_access.sql"),
    include_str!("migrations/0014_tally.sql"),
    include_str!("migrations/0015_declined.sql"),
    include_str!("migrations/0016_search_pages.sql"),
    include_str!("migrations/0017_search_due.sql"),
    include_str!("migrations/0018_stock_and_machines.sql"),
];
/// Read and written at a time.
const STRIDE: usize = 1024 * 1024;

/// Brings the database of `folder` to this version's shape. A newer one is refused and untouched.
pub fn to_newest(
    db: &mut Connection,
    folder: &Path,
    key: &key::StoreKey,
    watcher: &mut dyn Watcher,
) -> Result<(), StoreError> {
    migrate(db, folder, key, MIGRATIONS, watcher)
}

/// The newest shape of an empty database.
pub fn create(db: &mut Connection) -> Result<(), StoreError> {
    for (number, sql) in (1i64..).zip(MIGRATIONS) {
        take_step(db, number, sql)?;
    }
    Ok(())
}

fn migrate(
    db: &mut Connection,
    folder: &Path,
    key: &key::StoreKey,
    migrations: &[&str],
    watcher: &mut dyn Watcher,
) -> Result<(), StoreError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    let copies = files::of_kind(folder, SideFile::Before)?;
    if found == known {
        // It opened in its new shape before: the copy has done its work.
        copies.iter().try_for_each(|copy| files::remove(copy))?;
        return Ok(());
    }
    let before = match copies.into_iter().next() {
        // Migrating was cut short: the copy of then is the one to go back to.
        Some(copy) => Some(copy),
        None if found > 0 => Some(copy(db, folder, found, watcher)?),
        None => None,
    };
    let migrated = steps(db, found, migrations, watcher);
    if let (Err(error), Some(before)) = (&migrated, before) {
        tracing::error!(%error, "the database could not be brought to this version's shape; the copy is put back");
        put_back(db, folder, key, &before)?;
    }
    migrated
}

fn steps(db: &mut Connection, found: i64, migrations: &[&str], watcher: &mut dyn Watcher) -> Result<(), StoreError> {
    let of = Some(migrations.len() as u64);
    for (number, sql) in (1i64..).zip(migrations).skip(usize::try_from(found).unwrap_or(0)) {
        watcher.step(Step { done: u64::try_from(number - 1).unwrap_or(0), of, bytes: 0 })?;
        take_step(db, number, sql)?;
    }
    Ok(())
}

fn take_step(db: &mut Connection, number: i64, sql: &str) -> Result<(), StoreError> {
    let tx = db.transaction()?;
    tx.execute_batch(sql)?;
    tx.pragma_update(None, "user_version", number)?;
    tx.commit()?;
    Ok(())
}

/// A copy of the database as it is, whole and on the disk before it has its name.
fn copy(db: &Connection, folder: &Path, version: i64, watcher: &mut dyn Watcher) -> Result<PathBuf, StoreError> {
    let path = database(folder);
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let bytes = path.metadata()?.len();
    // The copy, and the new shape's pages in the log while a step runs.
    let needed = bytes.saturating_mul(2);
    if let Some(free) = ballast::free(&path).filter(|free| *free < needed) {
        return Err(StoreError::NoRoom { needed, free });
    }
    let copy = beside(&path, &format!(".before-{version}"));
    let part = beside(&copy, ".part");
    let copied = (|| {
        let (mut from, mut to) = (File::open(&path)?, File::create(&part)?);
        let mut stride = vec![0; STRIDE];
        let mut done = 0;
        loop {
            watcher.step(Step { done, of: Some(bytes), bytes: done })?;
            let read = from.read(&mut stride)?;
            if read == 0 {
                break;
            }
            to.write_all(&stride[..read])?;
            done += read as u64;
        }
        to.sync_all()?;
        fs::rename(&part, &copy)?;
        Ok(files::sync_folder(folder)?)
    })();
    if copied.is_err() {
        files::remove(&part)?;
    }
    copied.map(|()| copy)
}

/// The database as it was before.
fn put_back(db: &mut Connection, folder: &Path, key: &key::StoreKey, before: &Path) -> Result<(), StoreError> {
    let path = database(folder);
    *db = Connection::open_in_memory()?;
    files::remove(&beside(&path, "-wal"))?;
    files::remove(&beside(&path, "-shm"))?;
    fs::rename(before, &path)?;
    files::sync_folder(folder)?;
    *db = Connection::open(&path)?;
    unlock(db, key)
}

//! Older shapes brought to this version's: a copy first, then one transaction a step.
//!
//! The copy is for what no transaction guards against, a mistake in a step. While the steps run its name says that they
//! began, and a failure or a crash goes back to it. Once they have ended it has another name and is never gone back to,
//! because work is done from then on; it lies there for people until the database is opened once more.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use doorstep_schemas::event::Task;
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
/// How the name of a copy ends while the steps behind it have not. Whatever has no such ending, as earlier programs left
/// it, may be older than work that was acknowledged.
const BEGUN: &str = ".begun";
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
    let (begun, ended): (Vec<_>, Vec<_>) =
        files::of_kind(folder, SideFile::Before)?.into_iter().partition(|copy| is_begun(copy));
    // It opened in its new shape and was worked in: these copies have done their work.
    ended.iter().try_for_each(|copy| files::remove(copy))?;
    if found == known {
        // The crash came behind the last step.
        return begun.iter().try_for_each(|copy| end(folder, copy));
    }
    watcher.turn_to(Task::Migrate);
    let before = match begun.into_iter().next() {
        // Migrating was cut short: the copy of then is the one to go back to.
        Some(copy) => Some(copy),
        None if found > 0 => Some(copy(db, folder, found, watcher)?),
        None => None,
    };
    if let Err(error) = steps(db, found, migrations, watcher) {
        if let Some(before) = before {
            tracing::error!(%error, "the database could not be brought to this version's shape; the copy is put back");
            put_back(db, folder, key, &before)?;
        }
        return Err(error);
    }
    before.map_or(Ok(()), |copy| end(folder, &copy))
}

fn is_begun(copy: &Path) -> bool {
    copy.to_string_lossy().ends_with(BEGUN)
}

/// From here on nothing goes back to the copy. On the disk before anybody works in the new shape.
fn end(folder: &Path, begun: &Path) -> Result<(), StoreError> {
    let name = begun.to_string_lossy();
    fs::rename(begun, name.strip_suffix(BEGUN).unwrap_or(&name))?;
    Ok(files::sync_folder(folder)?)
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
    let copy = beside(&path, &format!(".before-{version}{BEGUN}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::Unwatched;

    const KEY: key::StoreKey = [7; 32];
    const FIRST: &str = "CREATE TABLE work (told TEXT NOT NULL) STRICT";
    const SECOND: &str = "ALTER TABLE work ADD COLUMN day INTEGER";
    const THIRD: &str = "CREATE INDEX work_day ON work (day)";
    const FAILING: &str = "ALTER TABLE nothing ADD COLUMN day INTEGER";

    fn opened(folder: &Path) -> Connection {
        let db = Connection::open(database(folder)).unwrap();
        unlock(&db, &KEY).unwrap();
        db
    }

    fn start(folder: &Path, migrations: &[&str]) -> Result<Connection, StoreError> {
        let mut db = opened(folder);
        migrate(&mut db, folder, &KEY, migrations, &mut Unwatched).map(|()| db)
    }

    fn write(db: &Connection, told: &str) {
        db.execute("INSERT INTO work (told) VALUES (?1)", [told]).unwrap();
    }

    fn told(db: &Connection) -> Vec<String> {
        let mut query = db.prepare("SELECT told FROM work ORDER BY rowid").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let copies = files::of_kind(folder, SideFile::Before).unwrap();
        copies.iter().map(|copy| copy.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    /// A folder of the first version with one line of work, brought to the second and worked in.
    fn worked_in_the_second() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(&start(folder.path(), &[FIRST]).unwrap(), "before the update");
        write(&start(folder.path(), &[FIRST, SECOND]).unwrap(), "behind it");
        assert_eq!(names(folder.path()), ["doorstep.db.before-1"]);
        folder
    }

    #[test]
    fn what_was_written_behind_an_update_outlives_the_next_one_that_fails() {
        let folder = worked_in_the_second();
        start(folder.path(), &[FIRST, SECOND, FAILING]).unwrap_err();
        assert_eq!(told(&opened(folder.path())), ["before the update", "behind it"]);
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let third = start(folder.path(), &[FIRST, SECOND, THIRD]).unwrap();
        assert_eq!(told(&third), ["before the update", "behind it"]);
    }

    #[test]
    fn a_crash_behind_the_last_step_is_no_update_to_go_back_on() {
        let folder = tempfile::tempdir().unwrap();
        write(&start(folder.path(), &[FIRST]).unwrap(), "before the update");
        let copy = copy(&opened(folder.path()), folder.path(), 1, &mut Unwatched).unwrap();
        assert!(is_begun(&copy));
        take_step(&mut opened(folder.path()), 2, SECOND).unwrap();
        // The program begins again, works, and the next version of it fails.
        write(&start(folder.path(), &[FIRST, SECOND]).unwrap(), "behind it");
        start(folder.path(), &[FIRST, SECOND, FAILING]).unwrap_err();
        assert_eq!(told(&opened(folder.path())), ["before the update", "behind it"]);
    }

    #[test]
    fn a_step_that_fails_goes_back_to_before_the_first() {
        let folder = tempfile::tempdir().unwrap();
        write(&start(folder.path(), &[FIRST]).unwrap(), "before the update");
        start(folder.path(), &[FIRST, SECOND, FAILING]).unwrap_err();
        let db = opened(folder.path());
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!((version, told(&db)), (1, vec!["before the update".to_owned()]));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

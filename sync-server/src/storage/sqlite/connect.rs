//! Opening the database: key file, pragmas, version, migrations.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::tallied;
use crate::storage::StorageError;

/// Before this version a crash while the write-ahead log was reset could lose commits.
const LEAST_SQLITE: i32 = 3_051_003;
/// A command line beside a running relay waits this long for its turn.
const BUSY: Duration = Duration::from_secs(10);

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_log.sql"),
    include_str!("migrations/0002_operating.sql"),
    include_str!("migrations/0003_access.sql"),
    include_str!("migrations/0004_tally.sql"),
    include_str!("migrations/0005_quota.sql"),
    include_str!("migrations/0006_reason.sql"),
    include_str!("migrations/0007_packs.sql"),
];
/// The version in which sums of what is held came.
const TALLIED: u32 = 4;

/// The raw key of the database.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Makes the data folder; nobody else on the machine may look into it.
pub fn make_folder(folder: &Path) -> Result<(), StorageError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|e| StorageError::io(folder, e))
}

/// Makes the folder and the key when they are not there, and says where the database lies.
pub fn prepare(folder: &Path, key_file: Option<&Path>) -> Result<(PathBuf, Key), StorageError> {
    make_folder(folder)?;
    let database = folder.join("relay.db");
    let key_file = key_file.map_or_else(|| folder.join("relay.key"), Path::to_owned);
    if !key_file.exists() {
        // A fresh key could never open the log that is there; making one would only hide what is wrong.
        if database.exists() {
            return Err(StorageError::KeyMissing(database));
        }
        make_key(key_file.parent().unwrap_or(folder), &key_file)?;
    }
    Ok((database, read_key(&key_file)?))
}

/// The key in a file.
pub fn read_key(key_file: &Path) -> Result<Key, StorageError> {
    let bytes = fs::read(key_file).map_err(|e| StorageError::io(key_file, e))?;
    let key = <[u8; 32]>::try_from(bytes.as_slice());
    key.map(Key).ok().ok_or_else(|| StorageError::KeyMalformed(key_file.to_owned()))
}

/// Writes the key beside its place and links it there: of two programs that start together, both then use one key.
fn make_key(folder: &Path, key_file: &Path) -> Result<(), StorageError> {
    let mut random = [0u8; 40];
    getrandom::fill(&mut random).map_err(StorageError::Random)?;
    let (key, name) = random.split_at(32);
    let suffix: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = folder.join(format!("relay.key.{suffix}"));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| match fs::hard_link(&draft, key_file) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let removed = fs::remove_file(&draft);
    linked.and(removed).and_then(|()| File::open(folder)?.sync_all()).map_err(|e| StorageError::io(key_file, e))
}

/// A connection that writes.
pub fn open(database: &Path, key: &Key) -> Result<Connection, StorageError> {
    let found = rusqlite::version_number();
    if found < LEAST_SQLITE {
        return Err(StorageError::SqliteTooOld { found, least: LEAST_SQLITE });
    }
    wake()?;
    let connection = Connection::open(database)?;
    let hex: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";"))?;
    connection.busy_timeout(BUSY)?;
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|e| StorageError::WrongKey(database.to_owned(), e))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -8192; PRAGMA secure_delete = ON;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The first connection of a process wakes the library, which calls itself awake before its ciphers are: whoever opens a
/// database beside that is refused the key. So one connection is keyed by itself before all others.
fn wake() -> Result<(), StorageError> {
    static AWAKE: Mutex<bool> = Mutex::new(false);
    let mut awake = AWAKE.lock().unwrap_or_else(PoisonError::into_inner);
    if !*awake {
        Connection::open_in_memory()?.pragma_update(None, "key", "wake")?;
        *awake = true;
    }
    Ok(())
}

/// A connection that can't write.
pub fn open_reader(database: &Path, key: &Key) -> Result<Connection, StorageError> {
    let connection = open(database, key)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Brings the tables to this program's version; a newer program's database is left alone.
pub fn migrate(connection: &mut Connection) -> Result<(), StorageError> {
    let known = u32::try_from(MIGRATIONS.len()).expect("there are fewer than 2³² migrations");
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StorageError::TooNew { found, known });
    }
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    if found > 0 && found < TALLIED {
        tallied::make_all(&transaction)?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {known};"))?;
    transaction.commit()?;
    Ok(())
}

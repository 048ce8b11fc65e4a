//! The log in SQLite: encrypted, write-ahead, every commit on the disk before anybody is told.
//!
//! One thread writes, several connections read. The database is encrypted with a raw key from a file beside it, which
//! keeps a stolen copy of the database shut, not a stolen box: see docs/operating.md for that.

mod connect;
mod ledger;
mod metered;
mod packed;
mod recent;
mod rows;
mod shelf;
mod tallied;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{Done, Job, Look, Storage, StorageError};
pub use connect::make_folder;
use recent::Recent;
use shelf::OnConnection;
use writer::Writer;

/// Reading connections kept open when nobody uses them.
pub const IDLE_READERS: usize = 6;

/// See the module.
#[derive(Debug)]
pub struct Sqlite {
    database: PathBuf,
    key: connect::Key,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    recent: Recent,
}

impl Sqlite {
    /// Opens the log in a data folder, making folder, key and database when they are not there.
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        Self::open_by(folder, None)
    }

    /// The same by a key file that lies elsewhere.
    pub fn open_by(folder: &Path, key_file: Option<&Path>) -> Result<Self, StorageError> {
        let (database, key) = connect::prepare(folder, key_file)?;
        Self::open_with(database, key)
    }

    /// Opens a copy of `folder`'s log that lies elsewhere.
    pub fn open_copy(database: &Path, folder: &Path, key_file: Option<&Path>) -> Result<Self, StorageError> {
        let key = connect::read_key(&key_file.map_or_else(|| folder.join("relay.key"), Path::to_owned))?;
        Self::open_with(database.to_owned(), key)
    }

    fn open_with(database: PathBuf, key: connect::Key) -> Result<Self, StorageError> {
        let mut connection = connect::open(&database, &key)?;
        connect::migrate(&mut connection)?;
        let writer = Writer::start(connection)?;
        Ok(Self { database, key, writer, readers: Mutex::default(), recent: Recent::default() })
    }

    /// Writes one moment of the log to a new file, encrypted under the same key, while others write on.
    pub fn copy_to(&self, file: &Path) -> Result<(), StorageError> {
        let connection = connect::open(&self.database, &self.key)?;
        let name = file.to_str().ok_or(StorageError::Corrupt { what: "file name" })?;
        connection.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// The one row of a table of secrets, drawn from `fresh` the first time.
    fn secret(&self, table: &str, fresh: [u8; 32]) -> Result<[u8; 32], StorageError> {
        let mut connection = connect::open(&self.database, &self.key)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let kept: Option<[u8; 32]> =
            transaction.query_row(&format!("SELECT secret FROM {table}"), [], |row| row.get(0)).optional()?;
        let secret = match kept {
            Some(secret) => secret,
            None => {
                transaction.execute(&format!("INSERT INTO {table} (id, secret) VALUES (1, ?1)"), [fresh])?;
                fresh
            }
        };
        transaction.commit()?;
        Ok(secret)
    }

    fn reader(&self) -> Result<Connection, StorageError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connect::open_reader(&self.database, &self.key), Ok)
    }

    fn put_back(&self, connection: Connection) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
    }
}

impl Storage for Sqlite {
    fn identity(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError> {
        self.secret("identity", fresh)
    }

    fn blob_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError> {
        self.secret("blob_key", fresh)
    }

    fn read(&self, look: Look<'_>) -> Result<(), StorageError> {
        let mut connection = self.reader()?;
        let transaction = connection.transaction()?;
        let outcome = look(&OnConnection::reading(&transaction, &self.recent));
        transaction.finish()?;
        self.put_back(connection);
        outcome
    }

    fn write(&self, job: Job, done: Done) {
        self.writer.queue(job, done);
    }
}

//! What can go wrong in the store, told apart by what a person can do about it.

use crate::documents::layout::WriteError;
use crate::documents::paper::PaperError;

/// Why the store could not do it. Nothing was written: every operation is one transaction.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    DiskFull(#[source] rusqlite::Error),
    #[error("the database failed")]
    Database(#[source] rusqlite::Error),
    #[error("the database was written by a newer version ({found}, this one knows {known})")]
    TooNew { found: i64, known: i64 },
    #[error("SQLite {0} is older than the 3.51.3 that this program relies on")]
    OldSqlite(String),
    #[error("the database does not open with this key")]
    WrongKey(#[source] rusqlite::Error),
    #[error("a file of the data folder could not be read or written")]
    Io(#[from] std::io::Error),
    #[error("a document could not be opened")]
    Paper(#[from] PaperError),
    #[error("a document could not be written")]
    Write(#[from] WriteError),
    #[error("own work breaks the rules of admission")]
    OwnWork(#[source] doorstep_schemas::admission::Refusal<rusqlite::Error>),
    #[error("a stored message does not parse")]
    Cbor(#[source] minicbor::decode::Error),
    #[error("a read model does not parse")]
    Json(#[source] serde_json::Error),
    #[error("a stored change does not parse")]
    Change(#[from] doorstep_schemas::change::MalformedChange),
    #[error("a row of the database does not hold what it should: {0}")]
    Row(&'static str),
    #[error("this device is not enrolled")]
    NotEnrolled,
    #[error("an encrypted file does not open with this key")]
    Cipher,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull(error),
            Some(rusqlite::ErrorCode::NotADatabase) => Self::WrongKey(error),
            _ => Self::Database(error),
        }
    }
}

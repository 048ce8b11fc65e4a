//! What can go wrong in the store, told apart by what a person can do about it.

use std::sync::atomic::{AtomicU64, Ordering};

use doorstep_schemas::frame::FrameError;
use rusqlite::{ErrorCode, ffi};

use super::packs::PackError;
use crate::documents::layout::WriteError;
use crate::documents::paper::PaperError;
use crate::tasks::Cancelled;

/// How often SQLite has met damage in this process. It only makes a check due: the check decides.
static MET: AtomicU64 = AtomicU64::new(0);

/// An operation met what may be damage.
pub(super) fn note_met() {
    MET.fetch_add(1, Ordering::Relaxed);
}

/// A number that grows whenever an operation meets what looks like damage.
pub fn damage_met() -> u64 {
    MET.load(Ordering::Relaxed)
}

/// Why the store could not do it. Nothing was written: every operation is one transaction.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    DiskFull(#[source] rusqlite::Error),
    #[error("the disk is nearly full: text is saved, pictures are not")]
    DiskLow,
    #[error("{needed} bytes are needed beside the database to bring it to this version, {free} are free")]
    NoRoom { needed: u64, free: u64 },
    #[error("the database is damaged")]
    Damaged(#[source] rusqlite::Error),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
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
    #[error("a packed job does not open")]
    Pack(#[from] PackError),
    /// A job that came in one piece can't be read; `place`: among the entries.
    #[error("a pack that came can't be read")]
    PackCame {
        place: usize,
        #[source]
        cause: PackError,
    },
    #[error("a row of the database does not hold what it should: {0}")]
    Row(&'static str),
    #[error("this device is not enrolled")]
    NotEnrolled,
    #[error("an encrypted file does not open with this key")]
    Cipher,
    #[error("an exported file does not hold what it should")]
    Export(#[source] FrameError),
}

impl StoreError {
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// Whether a damaged page may be behind it: the cipher tells of one only with the next statement, and gives zeroes until
    /// then.
    pub fn may_be_damage(&self) -> bool {
        matches!(
            self,
            Self::Cbor(_) | Self::Json(_) | Self::Change(_) | Self::Row(_) | Self::Paper(_) | Self::Database(_)
        )
    }

    /// Whether the disk has no room for it.
    pub fn is_full(&self) -> bool {
        match self {
            Self::DiskFull(_) => true,
            Self::Io(error) => {
                matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(error),
            // The cipher tells a page that fails its HMAC as corruption, and lets nothing be written afterwards.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ReadOnly) => {
                note_met();
                Self::Damaged(error)
            }
            Some(ErrorCode::SystemIoFailure) => match error.sqlite_error().map(|told| told.extended_code) {
                // The index of the log has no room.
                Some(ffi::SQLITE_IOERR_SHMSIZE) => Self::DiskFull(error),
                Some(
                    ffi::SQLITE_IOERR_READ
                    | ffi::SQLITE_IOERR_SHORT_READ
                    | ffi::SQLITE_IOERR_DATA
                    | ffi::SQLITE_IOERR_CORRUPTFS,
                ) => {
                    note_met();
                    Self::Damaged(error)
                }
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

//! Why storage could not do it.

use std::path::PathBuf;
use std::sync::Arc;

use doorstep_schemas::segment::SegmentError;

/// A failure of the shelf, never of a rule.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    /// Shared by everybody whose work was in the transaction.
    #[error("the transaction could not be committed")]
    Commit(#[source] Arc<rusqlite::Error>),
    #[error("{path}")]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("photos can't be reached where they lie")]
    Depot(#[from] object_store::Error),
    #[error("randomness could not be had")]
    Random(#[source] getrandom::Error),
    #[error("the database is of version {found}, this program knows {known}: it was written by a newer one")]
    TooNew { found: u32, known: u32 },
    #[error("SQLite {found} is older than {least}, which loses commits when a log is reset")]
    SqliteTooOld { found: i32, least: i32 },
    #[error("{0} is there, but its key file is not: put the key back, or the log can't be read")]
    KeyMissing(PathBuf),
    #[error("{0} does not hold 32 bytes")]
    KeyMalformed(PathBuf),
    #[error("{0} can't be read with this key")]
    WrongKey(PathBuf, #[source] rusqlite::Error),
    #[error("a stored {what} is not what was written")]
    Corrupt { what: &'static str },
    #[error("a stored segment is not what was written")]
    Segment(#[from] SegmentError),
    #[error("the number {0} is too large to be kept")]
    TooLarge(u64),
    #[error("a write failed unexpectedly; nothing of it was kept")]
    JobPanicked,
    #[error("the writer has stopped")]
    WriterGone,
}

impl StorageError {
    /// Whether the disk is full: the one failure that a person at the shop can put right.
    pub fn is_disk_full(&self) -> bool {
        let full = |e: &rusqlite::Error| e.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull);
        match self {
            Self::Sqlite(e) => full(e),
            Self::Commit(e) => full(e),
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Depot(cause) => {
                let full = |cause: &&(dyn std::error::Error + 'static)| {
                    let io = cause.downcast_ref::<std::io::Error>();
                    io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull)
                };
                let first: &(dyn std::error::Error + 'static) = cause;
                std::iter::successors(Some(first), |cause| cause.source()).any(|cause| full(&cause))
            }
            _ => false,
        }
    }

    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}

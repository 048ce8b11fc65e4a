//! Bundle files: work carried on a stick or through a chat, with no relay between two devices.
//!
//! Whoever writes one seals each document to the devices of those who may read it, and signs every frame. Whoever takes
//! one in judges each piece as if the relay had sent it: the writer vouches for nothing but the file. What a bundle
//! brings of others' work is theirs still, and goes on to the relay with their signatures.

mod audience;
mod export;
mod file;
mod import;
mod plan;
pub mod seal;

use doorstep_schemas::ids::DeviceId;

use super::{Store, StoreError};
use crate::tasks::Cancelled;

pub use export::{Made, export};
pub use file::file_name;
pub use import::{Taken, import};

/// A store that is held only as long as one step of long work needs it, so that screens go on beside it.
pub trait Lent {
    fn with<T>(&mut self, step: impl FnOnce(&mut Store) -> T) -> T;
}

impl Lent for Store {
    fn with<T>(&mut self, step: impl FnOnce(&mut Store) -> T) -> T {
        step(self)
    }
}

/// Why a bundle was not written or not taken. A file that was not finished is gone; what was taken of one stays.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("the file is no bundle")]
    Unreadable,
    #[error("the bundle is of format {found}, this version knows {known}")]
    TooNew { found: u32, known: u32 },
    #[error("the bundle is another outlet's")]
    OtherOutlet,
    #[error("the bundle is not sealed to this device")]
    NotForThisDevice,
    #[error("device {0}, which wrote the bundle, is not known here")]
    SenderUnknown(DeviceId),
    #[error("device {0}, which wrote the bundle, was reported lost, or its member left")]
    SenderRefused(DeviceId),
    #[error("the bundle is damaged where it begins")]
    Damaged,
    #[error("a frame has no key")]
    NoKey,
    #[error("one piece of work of {0} bytes is larger than a frame")]
    ItemTooLarge(usize),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error("the file could not be read or written")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BundleError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

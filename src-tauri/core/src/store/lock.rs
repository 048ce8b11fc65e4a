//! One program a data folder: two would each believe the other's work to be their own.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Why a folder can't be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another program has {0} open")]
    Busy(PathBuf),
    #[error("the data folder can't be used")]
    Folder(#[source] std::io::Error),
}

/// A data folder that this program alone has, until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let file = File::create(folder.join("lock")).map_err(LockError::Folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Busy(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(LockError::Folder(error)),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Said, not left to closing: a process that another thread is just starting has the file open until it runs, and
        // the folder would look busy for that long. An error leaves it to closing.
        let _ = self.file.unlock();
    }
}

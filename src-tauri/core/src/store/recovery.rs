//! The store's key under the outlet's recovery key, in a file beside the database: so that the owner opens a data folder
//! whose own key is gone.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::files::write_whole;
use super::key::{self, KeyError, KeyFile, KeyKeeper, Keys, StoreKey};
use super::lock::{FolderLock, LockError};
use super::recovery_key::{self, RecoveryId, RecoveryPublic, RecoverySecret, SealError};
use super::{Store, StoreError};
use crate::nature::Nature;

/// Why a data folder was not opened by a recovery key, or its key not sealed to one. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    #[error("the folder holds no database and no sealed key")]
    NothingSealed,
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database was damaged, or brought under another key by a program that died before it sealed that one.
    #[error("the database does not answer to the key that was sealed")]
    NotAnswering,
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file of the data folder could not be read or written")]
    Io(#[from] std::io::Error),
}

fn path(folder: &Path) -> PathBuf {
    folder.join("recovery.sealed")
}

/// What was sealed; `None` where nothing was. Longer than any sealed key it never gets.
fn sealed(folder: &Path) -> Result<Option<Vec<u8>>, std::io::Error> {
    let mut bytes = Vec::new();
    match fs::File::open(path(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => {
            other?.take(recovery_key::LONGEST as u64 + 1).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        }
    }
}

/// The recovery key that opens this folder.
pub fn opened_by(folder: &Path) -> Result<RecoveryId, RecoveryError> {
    let bytes = sealed(folder)?.ok_or(RecoveryError::NothingSealed)?;
    Ok(recovery_key::sealed_to(&bytes)?)
}

/// The key of an orphaned folder: unsealed, and tried on the database.
pub fn recover_key(folder: &Path, secret: &RecoverySecret) -> Result<StoreKey, RecoveryError> {
    let bytes = sealed(folder)?.ok_or(RecoveryError::NothingSealed)?;
    let keys = recovery_key::unseal(&bytes, secret)?;
    if !super::database(folder).exists() {
        return Err(RecoveryError::NothingSealed);
    }
    let candidates: Vec<StoreKey> = keys.all().collect();
    key::answering(folder, &candidates)?.ok_or(RecoveryError::NotAnswering)
}

/// Gives an orphaned folder a key file, so that the app opens it again: on a system with a key store the app then moves
/// the key there. The lock is the caller's until it has looked into the folder.
pub fn adopt(folder: &Path, secret: &RecoverySecret) -> Result<(StoreKey, FolderLock), RecoveryError> {
    // Said before anything is made in a folder that is none of ours.
    opened_by(folder)?;
    let lock = FolderLock::take(folder)?;
    let key = recover_key(folder, secret)?;
    KeyFile::in_folder(folder).write(&Keys::one(key))?;
    Ok((key, lock))
}

impl Store {
    /// The recovery key that counts, as the roster has it here.
    pub fn recovery_public(&mut self) -> Result<Option<RecoveryPublic>, StoreError> {
        Ok(self.roster()?.recovery_key().map(|(_, public)| RecoveryPublic(public)))
    }

    /// Whether the sealed file holds this store's key for this recovery key.
    pub fn is_sealed_to(&self, public: &RecoveryPublic) -> Result<bool, StoreError> {
        let bytes = sealed(&self.folder)?;
        Ok(bytes.is_some_and(|bytes| recovery_key::holds(&bytes, &Keys::one(self.key), public)))
    }

    /// Seals this store's key to the outlet's recovery key, where that is not done. Returns whether it was now. To be
    /// asked whenever the roster may have changed.
    pub fn renew_recovery(&mut self, nature: &dyn Nature) -> Result<bool, RecoveryError> {
        let Some(public) = self.recovery_public()? else { return Ok(false) };
        if self.is_sealed_to(&public)? {
            return Ok(false);
        }
        self.seal(&Keys::one(self.key), nature)?;
        Ok(true)
    }

    /// Writes the sealed file for these keys; nothing where the outlet has no recovery key.
    pub(super) fn seal(&mut self, keys: &Keys, nature: &dyn Nature) -> Result<(), RecoveryError> {
        let Some(public) = self.recovery_public()? else { return Ok(()) };
        let bytes = recovery_key::seal(keys, &public, nature)?;
        Ok(write_whole(&path(&self.folder), &bytes)?)
    }
}

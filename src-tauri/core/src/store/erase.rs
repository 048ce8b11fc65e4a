//! A device that is given away, or whose member leaves: its key goes first, then everything that the key opened.
//!
//! A note in the folder says that this was begun: whatever stops in between is ended at the next start.

use std::fs;
use std::path::Path;

use super::files::{self, SideFile};
use super::key::{self, Kept, KeyError, KeyKeeper, Keyring};
use super::{Store, StoreError};
use crate::nature::Nature;

const NOTE: &str = "erasing";

/// What only this device is known to have, and what would go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnlyHere {
    /// Own records.
    pub changes: u32,
    pub photos: u32,
    /// Others' records that a bundle brought.
    pub carried: u32,
}

impl OnlyHere {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a data folder was not emptied. When the key could not be erased, nothing was touched.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("a file of the data folder can't be removed")]
    File(#[from] std::io::Error),
    /// It is empty; the next start begins in it anew.
    #[error("the emptied folder can't be used")]
    Store(#[from] StoreError),
}

/// Makes a closed data folder unreadable and empties it: the key goes first, so that what is left when it stops in between
/// opens to nobody but the outlet's recovery key, and that sealed key goes next. Whoever erases holds the lock.
pub fn erase(folder: &Path, keeper: &dyn KeyKeeper) -> Result<(), EraseError> {
    let note = folder.join(NOTE);
    fs::write(&note, "")?;
    files::sync_folder(folder)?;
    if let Err(error) = keeper.erase() {
        files::remove(&note)?;
        return Err(error.into());
    }
    empty(folder)
}

/// The same for a folder of which nobody here holds the keeper: its key goes wherever it lies.
pub fn erase_unheld(folder: &Path, keyring: &Keyring) -> Result<(), EraseError> {
    let note = folder.join(NOTE);
    fs::write(&note, "")?;
    files::sync_folder(folder)?;
    key::forget(folder, keyring)?;
    empty(folder)
}

/// Ends what was begun before a crash; does nothing where nothing was.
pub fn finish(folder: &Path, keyring: &Keyring) -> Result<(), EraseError> {
    if !folder.join(NOTE).exists() {
        return Ok(());
    }
    key::forget(folder, keyring)?;
    empty(folder)
}

fn empty(folder: &Path) -> Result<(), EraseError> {
    let mut left = files::all(folder)?;
    // Small sealed files before the large ones that they would open.
    left.retain(|lying| lying.path.file_name().is_some_and(|name| name != "lock" && name != NOTE));
    left.sort_by_key(|lying| (lying.what != SideFile::Other, lying.bytes));
    for lying in left {
        if lying.path.is_dir() { fs::remove_dir_all(&lying.path)? } else { files::remove(&lying.path)? }
    }
    files::sync_folder(folder)?;
    files::remove(&folder.join(NOTE))?;
    files::sync_folder(folder)?;
    Ok(())
}

impl Store {
    /// What would be lost with this folder.
    pub fn only_here(&self) -> Result<OnlyHere, StoreError> {
        let held = self.held()?;
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(OnlyHere { changes: small(held.changes), photos: small(held.photos), carried: self.carried()? })
    }

    /// Erases the folder under this store and goes on in it as a device that nobody knows, under a new key. Returns that
    /// key's keeper. After an error that is not the key's, nothing can be read or written until the next start.
    pub fn erase(
        &mut self,
        keeper: &dyn KeyKeeper,
        keyring: &Keyring,
        nature: &dyn Nature,
    ) -> Result<Kept, EraseError> {
        let (folder, key, built_in) = (self.folder.clone(), self.key, self.built_in.clone());
        self.let_go()?;
        match erase(&folder, keeper) {
            Err(EraseError::Key(refused)) => {
                *self = Self::open(&folder, &key, built_in, nature)?;
                return Err(refused.into());
            }
            outcome => outcome?,
        }
        let kept = Kept::find(&folder, keyring, nature)?;
        *self = Self::open(&folder, &kept.key, built_in, nature)?;
        Ok(kept)
    }
}

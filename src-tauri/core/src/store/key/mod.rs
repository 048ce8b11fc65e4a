//! The store's key: 32 random bytes, kept outside the database by whoever the system offers for it.
//!
//! One [`KeyKeeper`] a folder: the system's key store where there is one, else a file of mode 0600. Which key a folder
//! has is never guessed: it is the one that its database answers to. So a crash while a key is moved or changed leaves
//! a folder that opens.

mod file;
mod folder;
mod system;
mod vault;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use file::KeyFile;
pub use folder::FolderId;
pub use system::{Keyring, SystemKeys};
pub use vault::Vault;

use super::{StoreError, files, open, repair, salvage};
use crate::nature::{Nature, random};

/// A raw key: no derivation at every open.
pub type StoreKey = [u8; 32];

/// Why there is no key. No key was made, and none was changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file can't be read or written")]
    Io(#[from] std::io::Error),
    #[error("what is kept as the key is not 32 or 64 bytes")]
    Malformed,
    #[error("the data folder has a database but no key")]
    Missing,
    /// It is there, but it did not give or take the key: locked, or a person said no.
    #[error("the system's key store refused")]
    Refused(#[source] keyring_core::Error),
    #[error("the key lies in the system's key store, and there is none now")]
    StoreAbsent,
    #[error("the database could not be tried with a key")]
    Untried(#[source] Box<StoreError>),
}

/// What a keeper keeps: the key, and while the database is brought under another one, that one too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    pub key: StoreKey,
    pub next: Option<StoreKey>,
}

impl Keys {
    pub fn one(key: StoreKey) -> Self {
        Self { key, next: None }
    }

    /// Each key that the database may answer to.
    pub fn all(&self) -> impl Iterator<Item = StoreKey> + use<> {
        std::iter::once(self.key).chain(self.next)
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        self.all().flatten().collect()
    }

    /// From 32 or 64 bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.as_chunks::<32>() {
            ([key], []) => Ok(Self::one(*key)),
            ([key, next], []) => Ok(Self { key: *key, next: Some(*next) }),
            _ => Err(KeyError::Malformed),
        }
    }
}

/// Keys never reach a log.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.next.is_some() { "Keys(2)" } else { "Keys(1)" })
    }
}

/// Keeps the keys of one data folder.
pub trait KeyKeeper: Send + Sync {
    /// What is kept; `None` where nothing is.
    fn read(&self) -> Result<Option<Keys>, KeyError>;
    /// Puts these in the place of what is kept. They outlive a power cut when this returns.
    fn write(&self, keys: &Keys) -> Result<(), KeyError>;
    /// Forgets them: what they open is lost but for the recovery key.
    fn erase(&self) -> Result<(), KeyError>;
    /// Whether people should be told that the key lies in a plain file.
    fn in_plain_file(&self) -> bool;
}

/// The key of a data folder, and who keeps it.
#[derive(Clone)]
pub struct Kept {
    pub key: StoreKey,
    pub keeper: Arc<dyn KeyKeeper>,
}

impl Kept {
    /// Finds the folder's key, makes one where neither a key nor a database is, and brings it to the best keeper that
    /// `keyring` has: a key file is moved into the system's store.
    pub fn find(folder: &Path, keyring: &Keyring, nature: &dyn Nature) -> Result<Self, KeyError> {
        let file = Arc::new(KeyFile::in_folder(folder));
        let Some(store) = keyring.store() else {
            return in_file(folder, file, nature, FolderId::in_system(folder)?.then_some(KeyError::StoreAbsent));
        };
        let system = Arc::new(SystemKeys::new(folder, store));
        let found = match system.read() {
            Ok(found) => found,
            // What opened yesterday by its file opens today, whatever the system's store says.
            Err(refused) => return in_file(folder, file, nature, Some(refused)),
        };
        let filed = match file.read() {
            Err(KeyError::Malformed) if found.is_some() => None,
            other => other?,
        };
        if let (Some(Keys { key, next: None }), None) = (found, filed) {
            return Ok(Self { key, keeper: system });
        }
        let candidates: Vec<StoreKey> = found.iter().chain(&filed).flat_map(Keys::all).collect();
        if candidates.is_empty() {
            if files::is_founded(folder) {
                return Err(KeyError::Missing);
            }
            let key = random::<32>(nature);
            system.make(&Keys::one(key), nature)?;
            return Ok(Self { key, keeper: system });
        };
        let Some(key) = answering(folder, &candidates)? else {
            // A damaged database answers to none; nothing is moved on such a day.
            let keeper: Arc<dyn KeyKeeper> = if found.is_some() { system } else { file };
            let key = of_damaged(folder, &candidates)?.ok_or(KeyError::Missing)?;
            return Ok(Self { key, keeper });
        };
        if found != Some(Keys::one(key))
            && let Err(refused) = system.make(&Keys::one(key), nature)
        {
            if filed.is_none_or(|keys| keys.all().all(|kept| kept != key)) {
                return Err(refused);
            }
            tracing::warn!(error = %refused, "the key stays in its file");
            file.write(&Keys::one(key))?;
            return Ok(Self { key, keeper: file });
        }
        file.erase()?;
        Ok(Self { key, keeper: system })
    }
}

/// Forgets a folder's key wherever it may lie.
pub(super) fn forget(folder: &Path, keyring: &Keyring) -> Result<(), KeyError> {
    if let Some(store) = keyring.store() {
        SystemKeys::new(folder, store).erase()?;
    }
    KeyFile::in_folder(folder).erase()
}

/// The key by its file. `elsewhere`: why the key is not to be had where it may lie, so that none is made beside it.
fn in_file(
    folder: &Path,
    file: Arc<KeyFile>,
    nature: &dyn Nature,
    elsewhere: Option<KeyError>,
) -> Result<Kept, KeyError> {
    let Some(keys) = file.read()? else {
        if let Some(elsewhere) = elsewhere {
            return Err(elsewhere);
        }
        if files::is_founded(folder) {
            return Err(KeyError::Missing);
        }
        let key = random::<32>(nature);
        file.write(&Keys::one(key))?;
        return Ok(Kept { key, keeper: file });
    };
    if let (Keys { key, next: None }, None) = (keys, &elsewhere) {
        return Ok(Kept { key, keeper: file });
    }
    let candidates: Vec<StoreKey> = keys.all().collect();
    match answering(folder, &candidates)? {
        Some(key) => {
            if keys != Keys::one(key) {
                file.write(&Keys::one(key))?;
            }
            Ok(Kept { key, keeper: file })
        }
        None => match elsewhere {
            Some(elsewhere) => Err(elsewhere),
            None => Ok(Kept { key: of_damaged(folder, &candidates)?.unwrap_or(keys.key), keeper: file }),
        },
    }
}

/// The first key that the folder's database answers to; the first at all where there is no database yet.
pub(super) fn answering(folder: &Path, candidates: &[StoreKey]) -> Result<Option<StoreKey>, KeyError> {
    first_of(folder, candidates, open::answers)
}

/// The key of a database that is damaged: the first that opens any of its pages, else the first.
fn of_damaged(folder: &Path, candidates: &[StoreKey]) -> Result<Option<StoreKey>, KeyError> {
    let ours = first_of(folder, candidates, |folder, key| Ok(salvage::salt_under(folder, key)?.is_some()))?;
    Ok(ours.or(candidates.first().copied()))
}

fn first_of(
    folder: &Path,
    candidates: &[StoreKey],
    fits: impl Fn(&Path, &StoreKey) -> Result<bool, StoreError>,
) -> Result<Option<StoreKey>, KeyError> {
    repair::finish_swap(folder)?;
    if !open::database(folder).exists() {
        return Ok(candidates.first().copied());
    }
    for key in candidates {
        if fits(folder, key).map_err(|error| KeyError::Untried(Box::new(error)))? {
            return Ok(Some(*key));
        }
    }
    Ok(None)
}

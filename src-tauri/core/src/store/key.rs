//! The store's key: 32 random bytes, kept outside the database by whoever the system offers for it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::nature::{Nature, random};

/// A raw key: no derivation at every open.
pub type StoreKey = [u8; 32];

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file can't be read or written")]
    Io(#[from] std::io::Error),
    #[error("the key file does not hold 32 bytes")]
    Malformed,
    #[error("the data folder has a database but no key")]
    Missing,
}

/// Keeps one key for one data folder.
pub trait KeyKeeper {
    /// The key, made when there is none and `may_make` says that no database waits for one.
    fn key(&self, may_make: bool, nature: &dyn Nature) -> Result<StoreKey, KeyError>;
    /// Whether people should be told that the key lies in a plain file.
    fn in_plain_file(&self) -> bool;
}

/// A file of mode 0600 in the data folder: for systems without a key store.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("store.key") }
    }
}

impl KeyKeeper for KeyFile {
    fn key(&self, may_make: bool, nature: &dyn Nature) -> Result<StoreKey, KeyError> {
        match fs::read(&self.path) {
            Ok(bytes) => bytes.try_into().map_err(|_: Vec<u8>| KeyError::Malformed),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => self.make(nature),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(KeyError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    fn in_plain_file(&self) -> bool {
        true
    }
}

impl KeyFile {
    fn make(&self, nature: &dyn Nature) -> Result<StoreKey, KeyError> {
        let key = random::<32>(nature);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Under its name only when it is whole: half a key would keep the app from ever starting.
        let partial = self.path.with_extension("part");
        let mut file = options.open(&partial)?;
        file.write_all(&key)?;
        // A database without its key is lost: the key is on the disk before the first page is.
        file.sync_all()?;
        fs::rename(&partial, &self.path)?;
        if let Some(folder) = self.path.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(key)
    }
}

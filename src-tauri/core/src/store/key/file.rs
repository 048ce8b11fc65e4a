//! A file of mode 0600 in the data folder: for systems without a key store.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{KeyError, KeyKeeper, Keys};
use crate::store::files::{sync_folder, write_whole};

/// Keeps the keys in `store.key`.
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
    fn read(&self) -> Result<Option<Keys>, KeyError> {
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        // One more than two keys: a longer file is told from a whole one.
        file.take(65).read_to_end(&mut bytes)?;
        Keys::read(&bytes).map(Some)
    }

    fn write(&self, keys: &Keys) -> Result<(), KeyError> {
        // A database without its key is lost: the key is on the disk before the first page is.
        write_whole(&self.path, &keys.to_bytes())?;
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Err(_nothing_there) => Ok(()),
            Ok(()) => {
                self.path.parent().map_or(Ok(()), sync_folder)?;
                Ok(())
            }
        }
    }

    fn in_plain_file(&self) -> bool {
        true
    }
}

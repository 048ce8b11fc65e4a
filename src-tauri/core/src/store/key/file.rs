//! A file of mode 0600 in the data folder: for systems without a key store.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::{KeyError, KeyKeeper, Keys};

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
                sync_folder(&self.path)?;
                Ok(())
            }
        }
    }

    fn in_plain_file(&self) -> bool {
        true
    }
}

/// Writes a small file of mode 0600, under its name only when it is whole and on the disk: half a key would keep the
/// app from ever starting.
pub(in crate::store) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let partial = path.with_extension("part");
    // One that was left behind may have any mode.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    sync_folder(path)
}

/// Makes a name that came or went outlive a power cut.
fn sync_folder(path: &Path) -> Result<(), std::io::Error> {
    // Windows opens no folder as a file; its file system writes names through.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

//! The name of a data folder in the system's key store: random, in a file of the folder, so that a folder that was
//! moved finds its key.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::KeyError;
use crate::nature::{Nature, random};
use crate::store::files::write_whole;

/// Says in the folder's file that the key lies in the system's store.
const IN_SYSTEM: &str = "system";

/// A folder's own name: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderId(String);

impl FolderId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder's name; `None` where it has none.
    pub fn of(folder: &Path) -> Result<Option<Self>, KeyError> {
        Ok(read(folder)?.map(|(id, _)| id))
    }

    /// Whether the folder's key was brought into the system's store.
    pub fn in_system(folder: &Path) -> Result<bool, KeyError> {
        Ok(read(folder)?.is_some_and(|(_, in_system)| in_system))
    }

    /// The folder's name, given now where it has none.
    pub(super) fn ensure(folder: &Path, nature: &dyn Nature) -> Result<Self, KeyError> {
        if let Some(id) = Self::of(folder)? {
            return Ok(id);
        }
        let id = Self(random::<16>(nature).iter().map(|byte| format!("{byte:02x}")).collect());
        write_whole(&path(folder), format!("{}\n", id.0).as_bytes())?;
        Ok(id)
    }

    /// Notes where the key of this folder lies.
    pub(super) fn note(&self, folder: &Path, in_system: bool) -> Result<(), KeyError> {
        let place = if in_system { IN_SYSTEM } else { "" };
        write_whole(&path(folder), format!("{}\n{place}\n", self.0).as_bytes())?;
        Ok(())
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("folder.id")
}

fn read(folder: &Path) -> Result<Option<(FolderId, bool)>, KeyError> {
    let mut text = String::new();
    match fs::File::open(path(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?.take(256).read_to_string(&mut text).map_err(|_not_text| KeyError::Malformed)?,
    };
    let mut lines = text.lines();
    let id = lines.next().filter(|id| id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    let id = id.ok_or(KeyError::Malformed)?;
    Ok(Some((FolderId(id.to_owned()), lines.next() == Some(IN_SYSTEM))))
}

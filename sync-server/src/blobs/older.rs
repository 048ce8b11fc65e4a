//! Photos from before they were encrypted: sealed once, at the first start that finds them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use doorstep_schemas::ids::{BlobHash, OutletId};
use sha2::{Digest, Sha256};

use super::{Blobs, seal};
use crate::storage::StorageError;

/// Lies in the folder when nothing in it is older.
const DONE: &str = ".sealed";

/// What became of older files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sealed {
    pub files: u64,
    pub bytes: u64,
    /// Photos whose bytes are not those of their name; left as they are, `check` names them.
    pub damaged: u64,
}

impl Blobs {
    /// Seals what lies here in the clear. May be interrupted: the next start goes on.
    pub fn seal_older(&self) -> Result<Sealed, StorageError> {
        let mut sum = Sealed::default();
        let done = self.root.join(DONE);
        if done.exists() {
            return Ok(sum);
        }
        let failed = |cause| StorageError::io(&self.root, cause);
        fs::create_dir_all(&self.root).map_err(failed)?;
        for (outlet, folder) in folders(&self.root).map_err(failed)? {
            for path in files(&folder).map_err(failed)? {
                self.seal_one(outlet, &path, &mut sum).map_err(|cause| StorageError::io(&path, cause))?;
            }
        }
        File::create(&done).and_then(|file| file.sync_all()).map_err(failed)?;
        File::open(&self.root).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(sum)
    }

    fn seal_one(&self, outlet: OutletId, path: &Path, sum: &mut Sealed) -> io::Result<()> {
        let mut start = Vec::new();
        File::open(path)?.take(seal::MARKED.end as u64).read_to_end(&mut start)?;
        if seal::is_marked(&start) {
            return Ok(());
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let draft = path.with_extension("sealing");
        match name.split('.').collect::<Vec<_>>()[..] {
            [hash] => {
                let Ok(hash) = hash.parse::<BlobHash>() else { return Ok(()) };
                // A blob has a bound, so it may be held whole.
                let plain = fs::read(path)?;
                if BlobHash(Sha256::digest(&plain).into()) != hash {
                    sum.damaged += 1;
                    return Ok(());
                }
                let name = seal::Name { outlet, hash };
                let sealed = seal::sealed(&self.seal, name, plain.len() as u64, &mut plain.as_slice())?;
                let mut file = File::create(&draft)?;
                file.write_all(&sealed)?;
                file.sync_all()?;
                sum.bytes += plain.len() as u64;
            }
            // Nothing says how long it was to be: its device sends it from the beginning.
            [_, _, "part"] => return fs::remove_file(path),
            _ => return Ok(()),
        }
        fs::rename(&draft, path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        sum.files += 1;
        Ok(())
    }
}

/// Folders two down, with the outlet that the first one names.
pub(super) fn folders(root: &Path) -> io::Result<Vec<(OutletId, PathBuf)>> {
    let mut found = Vec::new();
    for outlet in fs::read_dir(root)? {
        let outlet = outlet?.path();
        let Some(id) = outlet.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()) else {
            continue;
        };
        for folder in fs::read_dir(&outlet)? {
            found.push((id, folder?.path()));
        }
    }
    Ok(found)
}

/// What lies in a folder now.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect()
}

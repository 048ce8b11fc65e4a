//! Photo bytes in a folder: `<outlet>/<first two letters>/<hash>`, and beside it a `.part` for each device that is
//! still sending, until it is whole, given up, or too old.
//!
//! Names come from parsed ids only, never from a request's text. Partials are per device, so nobody can spoil a
//! colleague's upload. All bytes are sealed under a key that lies in the log's database.

mod older;
mod part;
mod seal;
mod turn;
mod upload;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use doorstep_schemas::ids::{BlobHash, OutletId};

use crate::storage::StorageError;
pub use older::Sealed;
pub use part::Begun;
pub use seal::{Seal, Whole};
pub use turn::Turn;
use turn::Turns;
pub use upload::{Appending, Finished, Swept, Underway, Upload};

/// See the module.
#[derive(Debug)]
pub struct BlobFolder {
    root: PathBuf,
    seal: Seal,
    turns: Turns,
}

/// Runs what waits for the disk away from the runtime's threads.
async fn aside<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    let done = tokio::task::spawn_blocking(move || work(&path).map_err(|cause| StorageError::io(path, cause))).await;
    done.unwrap_or(Err(StorageError::JobPanicked))
}

/// `None` for a file that is not there.
fn if_there<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// A moment as files keep it.
fn moment(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

impl BlobFolder {
    pub fn at(root: &Path, seal: Seal) -> Self {
        Self { root: root.to_owned(), seal, turns: Turns::default() }
    }

    /// Removes whole blobs of an outlet, wherever it is called.
    pub fn remover(&self, outlet: OutletId) -> impl Fn(&BlobHash) -> Result<(), StorageError> + Send + use<> {
        let root = self.root.join(outlet.to_string());
        move |hash| {
            let path = root.join(format!("{:02x}", hash.0[0])).join(hash.to_string());
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(StorageError::io(path, cause)),
                _ => Ok(()),
            }
        }
    }

    fn folder(&self, outlet: OutletId, hash: &BlobHash) -> PathBuf {
        self.root.join(outlet.to_string()).join(format!("{:02x}", hash.0[0]))
    }

    /// Where a whole blob lies, or would.
    pub fn whole(&self, outlet: OutletId, hash: &BlobHash) -> PathBuf {
        self.folder(outlet, hash).join(hash.to_string())
    }

    /// Opens a whole blob, on the caller's thread.
    pub fn look(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Whole>, StorageError> {
        let path = self.whole(outlet, hash);
        let opened = if_there(File::open(&path)).and_then(|file| {
            file.map(|file| Whole::over(file, self.seal.clone(), seal::Name { outlet, hash: *hash })).transpose()
        });
        opened.map_err(|cause| StorageError::io(path, cause))
    }

    /// The same for callers on the runtime.
    pub async fn open(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Whole>, StorageError> {
        let (seal, name) = (self.seal.clone(), seal::Name { outlet, hash: *hash });
        aside(self.whole(outlet, hash), move |path| {
            if_there(File::open(path))?.map(|file| Whole::over(file, seal, name)).transpose()
        })
        .await
    }

    /// The length of a whole blob.
    pub async fn whole_length(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        Ok(self.open(outlet, hash).await?.map(|whole| whole.size))
    }
}

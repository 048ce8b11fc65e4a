//! Photo bytes: whole ones as `<outlet>/<first two letters>/<hash>` in a folder or in a bucket, and in the folder a
//! `.part` for each device that is still sending, until it is whole, given up, or too old.
//!
//! Names come from parsed ids only, never from a request's text. Partials are per device, so nobody can spoil a
//! colleague's upload. All bytes are sealed under a key that lies in the log's database.

mod depot;
mod meant;
mod older;
mod part;
mod seal;
mod turn;
mod upload;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use doorstep_schemas::ids::{BlobHash, OutletId};

use tokio::runtime::Handle;

use crate::storage::StorageError;
pub use depot::{Bucket, Depot, key, may_be_spoken_to};
pub use meant::Meant;
pub use older::Sealed;
pub use part::Begun;
pub use seal::{Seal, Whole};
pub use turn::Turn;
use turn::Turns;
pub use upload::{Appending, Finished, Swept, Underway, Upload};

/// See the module.
#[derive(Debug)]
pub struct Blobs {
    root: PathBuf,
    seal: Seal,
    turns: Turns,
    folder: Depot,
    /// Where whole blobs go, if that is not the folder.
    bucket: Option<Depot>,
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

impl Blobs {
    pub fn at(root: &Path, seal: Seal) -> Result<Self, StorageError> {
        let folder = Depot::folder(root)?;
        Ok(Self { root: root.to_owned(), seal, turns: Turns::default(), folder, bucket: None })
    }

    /// The same, with whole blobs in a bucket. Those that the folder has are read as before.
    pub fn with_bucket(self, bucket: Depot) -> Self {
        Self { bucket: Some(bucket), ..self }
    }

    /// Where a whole blob goes.
    fn depot(&self) -> &Depot {
        self.bucket.as_ref().unwrap_or(&self.folder)
    }

    /// Where a whole blob may lie, in the order in which it is looked for.
    fn depots(&self) -> impl Iterator<Item = &Depot> {
        self.bucket.iter().chain([&self.folder])
    }

    /// Removes whole blobs of an outlet, from the log's writer: `runtime` is where a bucket is spoken to.
    pub fn remover(
        &self,
        outlet: OutletId,
        runtime: Handle,
    ) -> impl Fn(&BlobHash) -> Result<(), StorageError> + Send + use<> {
        let (root, bucket) = (self.root.clone(), self.bucket.clone());
        move |hash| {
            let key = key(outlet, hash);
            let path = root.join(key.as_ref());
            if_there(fs::remove_file(&path)).map_err(|cause| StorageError::io(path, cause))?;
            bucket.as_ref().map_or(Ok(()), |bucket| runtime.block_on(bucket.remove(&key)))
        }
    }

    fn folder(&self, outlet: OutletId, hash: &BlobHash) -> PathBuf {
        self.root.join(outlet.to_string()).join(format!("{:02x}", hash.0[0]))
    }

    /// Opens a whole blob.
    pub async fn open(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Whole>, StorageError> {
        for depot in self.depots() {
            let found = Whole::open(depot, &self.seal, seal::Name { outlet, hash: *hash }).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The length of a whole blob.
    pub async fn whole_length(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        Ok(self.open(outlet, hash).await?.map(|whole| whole.size))
    }

    /// The bytes that a whole blob takes where it lies.
    pub async fn sealed_size(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        for depot in self.depots() {
            let size = depot.size(&key(outlet, hash)).await?;
            if size.is_some() {
                return Ok(size);
            }
        }
        Ok(None)
    }

    /// A whole blob as it lies there, sealed.
    pub async fn sealed(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Vec<u8>>, StorageError> {
        for depot in self.depots() {
            let found = depot.all(&key(outlet, hash)).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Lays a sealed blob down as it is.
    pub async fn put_sealed(&self, outlet: OutletId, hash: &BlobHash, sealed: Vec<u8>) -> Result<(), StorageError> {
        self.depot().put(&key(outlet, hash), sealed).await
    }
}

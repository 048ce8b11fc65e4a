//! Photo bytes in a folder: `<outlet>/<first two letters>/<hash>`, and beside it a `.part` for each device that is
//! still sending.
//!
//! Names come from parsed ids only, never from a request's text. Partials are per device, so nobody can spoil a
//! colleague's upload. All bytes are sealed under a key that lies in the log's database.

mod older;
mod part;
mod seal;
mod turn;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use doorstep_schemas::ids::{BlobHash, DeviceId, OutletId};

use crate::storage::StorageError;
pub use older::Sealed;
pub use seal::{Seal, Whole};
pub use turn::Turn;
use turn::Turns;

/// One blob of one outlet, on its way up from one device.
#[derive(Debug, Clone, Copy)]
pub struct Upload {
    pub outlet: OutletId,
    pub hash: BlobHash,
    pub device: DeviceId,
}

impl Upload {
    fn name(&self) -> seal::Name {
        seal::Name { outlet: self.outlet, hash: self.hash }
    }
}

/// See the module.
#[derive(Debug)]
pub struct BlobFolder {
    root: PathBuf,
    seal: Seal,
    turns: Turns,
}

/// How a finished upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    Whole,
    /// The bytes were not those of the name; they are gone.
    Mismatch,
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

    fn part(&self, upload: Upload) -> PathBuf {
        self.folder(upload.outlet, &upload.hash).join(format!("{}.{}.part", upload.hash, upload.device))
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

    /// The bytes that this device has brought so far.
    pub async fn part_length(&self, upload: Upload) -> Result<u64, StorageError> {
        let seal = self.seal.clone();
        aside(self.part(upload), move |path| {
            let file = if_there(File::open(path))?;
            let held = file.map(|file| part::extent(&file, &seal, upload.name())).transpose()?;
            Ok(held.unwrap_or_default().plain)
        })
        .await
    }

    /// The right to append; an older connection of the same device that still holds it is told to stop.
    pub async fn turn(&self, upload: Upload) -> Turn {
        self.turns.take(self.part(upload)).await
    }

    /// Opens the partial at its end.
    pub async fn append(&self, upload: Upload) -> Result<Appending, StorageError> {
        let (folder, path) = (self.folder(upload.outlet, &upload.hash), self.part(upload));
        let seal = self.seal.clone();
        let growing = aside(path.clone(), move |path| {
            fs::create_dir_all(folder)?;
            part::Growing::open(path, seal, upload.name())
        });
        Ok(Appending { part: Some(growing.await?), path })
    }

    /// Holds the bytes to their name and gives them their place.
    pub async fn finish(&self, upload: Upload) -> Result<Finished, StorageError> {
        let (seal, name, part) = (self.seal.clone(), upload.name(), self.part(upload));
        aside(self.whole(upload.outlet, &upload.hash), move |whole| {
            let size = part::extent(&File::open(&part)?, &seal, name)?.plain;
            let draft = part.with_extension("whole");
            let mut plain = part::Stretches::over(File::open(&part)?, seal.clone(), name)?;
            seal::write(&seal, name, size, &mut plain, &mut File::create(&draft)?)?;
            if Whole::over(File::open(&draft)?, seal, name)?.hash()? != upload.hash {
                fs::remove_file(&draft)?;
                fs::remove_file(&part)?;
                return Ok(Finished::Mismatch);
            }
            fs::rename(&draft, whole)?;
            // A new folder is itself an entry of the one above: all must be on the disk before anybody is told.
            for folder in whole.ancestors().skip(1).take(3) {
                File::open(folder)?.sync_all()?;
            }
            fs::remove_file(&part)?;
            Ok(Finished::Whole)
        })
        .await
    }
}

/// A partial, open at its end.
#[derive(Debug)]
pub struct Appending {
    /// Gone while it is being written to, and for good when that failed.
    part: Option<part::Growing>,
    path: PathBuf,
}

impl Appending {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let (growing, bytes) = (self.part.take(), bytes.to_vec());
        let mut growing = growing.ok_or(StorageError::WriterGone)?;
        let written = aside(self.path.clone(), move |_| growing.write(&bytes).map(|()| growing));
        self.part = Some(written.await?);
        Ok(())
    }

    /// Makes durable what was written.
    pub async fn sync(mut self) -> Result<(), StorageError> {
        let growing = self.part.take();
        aside(self.path.clone(), move |_| growing.map_or(Ok(()), |growing| growing.sync())).await
    }
}

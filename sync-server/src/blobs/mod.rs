//! Photo bytes in a folder: `<outlet>/<first two letters>/<hash>`, and beside it a `.part` for each device that is
//! still sending.
//!
//! Names come from parsed ids only, never from a request's text. Partials are per device, so nobody can spoil a
//! colleague's upload. The bytes lie here as they came, unencrypted: only the log is under the relay's key.

mod turn;

use std::io;
use std::path::{Path, PathBuf};

use doorstep_schemas::ids::{BlobHash, DeviceId, OutletId};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::storage::StorageError;
pub use turn::Turn;
use turn::Turns;

/// One blob of one outlet, on its way up from one device.
#[derive(Debug, Clone, Copy)]
pub struct Upload {
    pub outlet: OutletId,
    pub hash: BlobHash,
    pub device: DeviceId,
}

/// See the module.
#[derive(Debug)]
pub struct BlobFolder {
    root: PathBuf,
    turns: Turns,
}

/// How a finished upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    Whole,
    /// The bytes were not those of the name; they are gone.
    Mismatch,
}

impl BlobFolder {
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), turns: Turns::default() }
    }

    fn folder(&self, outlet: OutletId, hash: &BlobHash) -> PathBuf {
        self.root.join(outlet.to_string()).join(format!("{:02x}", hash.0[0]))
    }

    fn whole(&self, outlet: OutletId, hash: &BlobHash) -> PathBuf {
        self.folder(outlet, hash).join(hash.to_string())
    }

    fn part(&self, upload: Upload) -> PathBuf {
        self.folder(upload.outlet, &upload.hash).join(format!("{}.{}.part", upload.hash, upload.device))
    }

    /// The length of a whole blob.
    pub async fn whole_length(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        length(&self.whole(outlet, hash)).await
    }

    /// The bytes that this device has brought so far.
    pub async fn part_length(&self, upload: Upload) -> Result<u64, StorageError> {
        Ok(length(&self.part(upload)).await?.unwrap_or(0))
    }

    pub async fn open(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<File>, StorageError> {
        let path = self.whole(outlet, hash);
        match File::open(&path).await {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StorageError::io(path, e)),
        }
    }

    /// The right to append; an older connection of the same device that still holds it is told to stop.
    pub async fn turn(&self, upload: Upload) -> Turn {
        self.turns.take(self.part(upload)).await
    }

    /// Opens the partial at its end.
    pub async fn append(&self, upload: Upload) -> Result<Appending, StorageError> {
        let folder = self.folder(upload.outlet, &upload.hash);
        fs::create_dir_all(&folder).await.map_err(|e| StorageError::io(&folder, e))?;
        let path = self.part(upload);
        let opened = OpenOptions::new().append(true).create(true).open(&path).await;
        let file = opened.map_err(|e| StorageError::io(&path, e))?;
        Ok(Appending { file, path })
    }

    /// Holds the bytes to their name and gives them their place.
    pub async fn finish(&self, upload: Upload) -> Result<Finished, StorageError> {
        let part = self.part(upload);
        if hash_of(&part).await.map_err(|e| StorageError::io(&part, e))? != upload.hash {
            fs::remove_file(&part).await.map_err(|e| StorageError::io(&part, e))?;
            return Ok(Finished::Mismatch);
        }
        let whole = self.whole(upload.outlet, &upload.hash);
        fs::rename(&part, &whole).await.map_err(|e| StorageError::io(&whole, e))?;
        // A new folder is itself an entry of the one above: all must be on the disk before anybody is told.
        for folder in whole.ancestors().skip(1).take(3) {
            let synced = async { File::open(folder).await?.sync_all().await };
            synced.await.map_err(|e| StorageError::io(folder, e))?;
        }
        Ok(Finished::Whole)
    }
}

/// A partial, open at its end.
#[derive(Debug)]
pub struct Appending {
    file: File,
    path: PathBuf,
}

impl Appending {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.file.write_all(bytes).await.map_err(|e| StorageError::io(&self.path, e))
    }

    /// Makes durable what was written.
    pub async fn sync(mut self) -> Result<(), StorageError> {
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        synced.await.map_err(|e| StorageError::io(&self.path, e))
    }
}

async fn length(path: &Path) -> Result<Option<u64>, StorageError> {
    match fs::metadata(path).await {
        Ok(found) => Ok(Some(found.len())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StorageError::io(path, e)),
    }
}

async fn hash_of(path: &Path) -> io::Result<BlobHash> {
    let mut file = File::open(path).await?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0u8; 256 * 1024];
    loop {
        match file.read(&mut buffer).await? {
            0 => return Ok(BlobHash(digest.finalize().into())),
            n => digest.update(&buffer[..n]),
        }
    }
}

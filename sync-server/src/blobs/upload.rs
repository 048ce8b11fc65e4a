//! Uploads: begun, appended to as bytes come, finished, given up, swept.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use doorstep_schemas::ids::{BlobHash, DeviceId, DocId, OutletId};

use super::part::{self, Begun, Growing};
use super::{Blobs, Meant, Turn, aside, depot, if_there, moment, older, seal};
use crate::storage::StorageError;

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

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    pub begun: Begun,
    /// Bytes that are here.
    pub held: u64,
    /// When it was last begun or appended to, by the relay's clock.
    pub touched_ms: i64,
}

/// How a finished upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    Whole,
    /// The bytes were not those of the name; they are gone.
    Mismatch,
}

/// What was thrown away because nobody went on with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    pub files: u64,
    pub bytes: u64,
}

fn ms_of(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Blobs {
    fn part(&self, upload: Upload) -> PathBuf {
        self.folder(upload.outlet, &upload.hash).join(format!("{}.{}.part", upload.hash, upload.device))
    }

    /// What this device has begun and brought so far.
    pub async fn underway(&self, upload: Upload) -> Result<Option<Underway>, StorageError> {
        let seal = self.seal.clone();
        aside(self.part(upload), move |path| {
            let Some(file) = if_there(File::open(path))? else { return Ok(None) };
            let touched_ms = ms_of(file.metadata()?.modified()?);
            let found = part::look(&file, &seal, upload.name())?;
            Ok(found.map(|(begun, here)| Underway { begun, held: here.plain, touched_ms }))
        })
        .await
    }

    /// The right to append; an older connection of the same device that still holds it is told to stop.
    pub async fn turn(&self, upload: Upload) -> Turn {
        self.turns.take(self.part(upload)).await
    }

    /// Begins an upload, from its first byte.
    pub async fn begin(&self, upload: Upload, begun: Begun, now_ms: i64) -> Result<(), StorageError> {
        let (folder, seal) = (self.folder(upload.outlet, &upload.hash), self.seal.clone());
        aside(self.part(upload), move |path| {
            fs::create_dir_all(folder)?;
            Growing::begin(path, seal, upload.name(), &begun)?.sync(now_ms)
        })
        .await
    }

    /// Opens what was begun at its end.
    pub async fn append(&self, upload: Upload) -> Result<Option<Appending>, StorageError> {
        let (path, seal) = (self.part(upload), self.seal.clone());
        let growing =
            aside(path.clone(), move |path| Ok(if_there(Growing::go_on(path, seal, upload.name()))?.flatten()));
        Ok(growing.await?.map(|part| Appending { from: part.here, part: Some(part), path }))
    }

    /// Throws away what was brought.
    pub async fn give_up(&self, upload: Upload) -> Result<(), StorageError> {
        aside(self.part(upload), |path| if_there(fs::remove_file(path)).map(drop)).await
    }

    /// Holds the bytes to their name and gives them their place.
    pub async fn finish(&self, upload: Upload) -> Result<Finished, StorageError> {
        let (seal, name) = (self.seal.clone(), upload.name());
        let sealed = aside(self.part(upload), move |part| {
            let file = File::open(part)?;
            let (_, here) = part::look(&file, &seal, name)?.ok_or_else(seal::damaged)?;
            let mut plain = part::Stretches::over(file, seal.clone(), name)?;
            // A blob has a bound, so it may be held whole; it is held to its name as it will lie there.
            let sealed = seal::sealed(&seal, name, here.plain, &mut plain)?;
            Ok((seal::hash_within(&seal, name, &sealed)? == name.hash).then_some(sealed))
        });
        let finished = match sealed.await? {
            Some(sealed) => {
                self.depot().put(&depot::key(upload.outlet, &upload.hash), sealed).await?;
                Finished::Whole
            }
            None => Finished::Mismatch,
        };
        self.give_up(upload).await?;
        Ok(finished)
    }

    /// Bytes that the disk has left for whoever is not its administrator.
    pub async fn free(&self) -> Result<u64, StorageError> {
        aside(self.root.clone(), |path| {
            let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(path);
            fs4::available_space(there)
        })
        .await
    }

    /// Throws away uploads that nobody touched since a moment, drafts that a crash left, and uploads that are for what is
    /// `gone`.
    pub fn sweep(
        &self,
        before_ms: i64,
        gone: impl Fn(OutletId, &DocId) -> Result<bool, StorageError>,
    ) -> Result<Swept, StorageError> {
        let mut swept = Swept::default();
        let failed = |cause| StorageError::io(&self.root, cause);
        if !self.root.exists() {
            return Ok(swept);
        }
        for (outlet, folder) in older::folders(&self.root).map_err(failed)? {
            for path in older::files(&folder).map_err(failed)? {
                let meant = self.meant(outlet, &path).map_err(failed)?;
                let before = match meant {
                    Some(meant) if gone(outlet, &meant.doc)? => None,
                    _ => Some(moment(before_ms)),
                };
                swept.bytes += sweep_one(&path, before, &mut swept.files).map_err(failed)?;
            }
        }
        Ok(swept)
    }

    /// What a file is an upload of, if it is one that can be read.
    fn meant(&self, outlet: OutletId, path: &Path) -> io::Result<Option<Meant>> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let [hash, _, "part"] = name.split('.').collect::<Vec<_>>()[..] else { return Ok(None) };
        let Ok(hash) = hash.parse::<BlobHash>() else { return Ok(None) };
        let Some(file) = if_there(File::open(path))? else { return Ok(None) };
        let found = part::look(&file, &self.seal, seal::Name { outlet, hash })?;
        Ok(found.and_then(|(begun, _)| Meant::read(&begun.metadata).ok()))
    }
}

/// Removes a file that is an upload's and was not touched since `before`, if there is such a moment; the bytes that it took.
fn sweep_one(path: &Path, before: Option<SystemTime>, files: &mut u64) -> io::Result<u64> {
    // A draft of the folder's own has a number behind a `#`.
    let draft = path.file_name().is_some_and(|name| name.to_string_lossy().contains('#'));
    if !draft && !path.extension().is_some_and(|kind| kind == "part" || kind == "sealing") {
        return Ok(0);
    }
    // One that was finished meanwhile is none any more.
    let Some(found) = if_there(fs::metadata(path))? else { return Ok(0) };
    let touched = found.modified()?;
    if before.is_some_and(|before| touched >= before) || if_there(fs::remove_file(path))?.is_none() {
        return Ok(0);
    }
    *files += 1;
    Ok(found.len())
}

/// A partial, open at its end.
#[derive(Debug)]
pub struct Appending {
    /// Gone while it is being written to, and for good when that failed.
    part: Option<Growing>,
    /// What was good when it was opened.
    from: part::Extent,
    path: PathBuf,
}

impl Appending {
    async fn with(
        &mut self,
        work: impl FnOnce(&mut Growing) -> io::Result<()> + Send + 'static,
    ) -> Result<(), StorageError> {
        let mut growing = self.part.take().ok_or(StorageError::WriterGone)?;
        self.part = Some(aside(self.path.clone(), move |_| work(&mut growing).map(|()| growing)).await?);
        Ok(())
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let bytes = bytes.to_vec();
        self.with(move |part| part.write(&bytes)).await
    }

    /// Throws away what was written since it was opened.
    pub async fn cut_back(&mut self) -> Result<(), StorageError> {
        let from = self.from;
        self.with(move |part| part.cut_back(from)).await
    }

    /// Makes durable what was written.
    pub async fn sync(mut self, now_ms: i64) -> Result<(), StorageError> {
        let growing = self.part.take();
        aside(self.path.clone(), move |_| growing.map_or(Ok(()), |growing| growing.sync(now_ms))).await
    }
}

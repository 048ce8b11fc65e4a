//! The files of photos: one a photo, named by the hash of what is inside, encrypted.
//!
//! A file begins with a mark and the generation of its key. One without the mark is older than the mark and lies under
//! generation 0. A file is on the disk, synced, before anything speaks of it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Error, XChaCha20Poly1305, XNonce};
use doorstep_schemas::ids::BlobHash;

use super::photo_keys::PhotoKeys;
use super::{Store, StoreError, files, photo_keys, settings};
use crate::nature::{Nature, random};
use crate::tasks::{Step, Watcher};

/// The mark of a file that names its generation.
const MARK: &[u8; 4] = b"\xd5ph\x01";
/// Mark and generation.
const HEAD: usize = 8;
/// Beside a photo's name: what has come of it so far.
const BEGUN: &str = "begun";
/// Where the walk through older files stands; missing where all lie under the newest key.
const WALK: &str = "photos_to_reseal";
/// Folders of photos: two hexadecimal digits each.
const FOLDERS: u32 = 256;

/// Where the photos' files lie in a data folder.
pub(super) const FOLDER: &str = "photos";

/// The file of one photo.
pub(super) fn path_in(photos: &Path, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    photos.join(&name[..2]).join(name)
}

/// Files of one data folder's photos. What is handed out writes under the newest key, also when that came later.
#[derive(Debug, Clone)]
pub struct PhotoFiles {
    folder: PathBuf,
    keys: Arc<RwLock<PhotoKeys>>,
}

/// How far older files are under the newest key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    /// Files written anew in this portion.
    pub files: u32,
    pub bytes: u64,
    /// Folders that are done, of 256.
    pub folders: u32,
    /// Files that no key opens, left as they are: the check of the data folder names them.
    pub unreadable: u32,
    pub ended: bool,
}

impl PhotoFiles {
    pub(super) fn new(folder: &Path, keys: PhotoKeys) -> Self {
        Self { folder: folder.join(FOLDER), keys: Arc::new(RwLock::new(keys)) }
    }

    /// Other keys, for everybody who holds these files.
    pub(super) fn renew(&self, keys: PhotoKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    pub(super) fn path(&self, hash: &BlobHash) -> PathBuf {
        path_in(&self.folder, hash)
    }

    fn newest(&self) -> Option<(u32, [u8; 32])> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.last_key_value().map(|(generation, key)| (*generation, *key))
    }

    fn key(&self, generation: u32) -> Option<[u8; 32]> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&generation).copied()
    }

    /// Writes the file under its final name only when it is whole and synced.
    pub fn write(&self, hash: &BlobHash, bytes: &[u8], nature: &dyn Nature) -> Result<(), StoreError> {
        self.write_by(&self.path(hash), bytes, nature, "part")
    }

    /// Keeps what has come of a photo so far, as encrypted as a whole one.
    pub fn keep_begun(&self, hash: &BlobHash, bytes: &[u8], nature: &dyn Nature) -> Result<(), StoreError> {
        self.write_by(&self.path(hash).with_extension(BEGUN), bytes, nature, "begun-part")
    }

    /// What had come of a photo; nothing where that can't be opened any more.
    pub fn begun(&self, hash: &BlobHash) -> Vec<u8> {
        let sealed = fs::read(self.path(hash).with_extension(BEGUN)).unwrap_or_default();
        self.open_marked(&sealed).unwrap_or_default()
    }

    pub fn drop_begun(&self, hash: &BlobHash) -> Result<(), StoreError> {
        Ok(files::remove(&self.path(hash).with_extension(BEGUN))?)
    }

    fn write_by(&self, path: &Path, bytes: &[u8], nature: &dyn Nature, partial: &str) -> Result<(), StoreError> {
        let folder = path.parent().unwrap_or(&self.folder).to_owned();
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            // A power cut must not take the new folder's own name.
            for above in folder.ancestors().skip(1).take(2) {
                files::sync_folder(above)?;
            }
        }
        let (generation, key) = self.newest().ok_or(StoreError::Cipher)?;
        let head = head(generation);
        let nonce = random::<24>(nature);
        let payload = Payload { msg: bytes, aad: &head };
        let sealed = XChaCha20Poly1305::new(&key.into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_: Error| StoreError::Cipher)?;
        let partial = path.with_extension(partial);
        let mut file = File::create(&partial)?;
        file.write_all(&head)?;
        file.write_all(&nonce)?;
        file.write_all(&sealed)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        File::open(&folder)?.sync_all()?;
        Ok(())
    }

    /// Takes the file away, and what was left of writing it; one that is not there is gone already.
    pub fn remove(&self, hash: &BlobHash) -> Result<(), StoreError> {
        let path = self.path(hash);
        let beside = ["part", "again", BEGUN, "begun-part"].map(|kind| path.with_extension(kind));
        for path in beside.into_iter().chain([path]) {
            files::remove(&path)?;
        }
        Ok(())
    }

    /// The photo's bytes, checked against its name.
    pub fn read(&self, hash: &BlobHash) -> Result<Vec<u8>, StoreError> {
        let sealed = fs::read(self.path(hash))?;
        // A file from before the mark may begin with it by chance.
        let bytes = self.open_marked(&sealed).or_else(|| self.open(0, &[], &sealed)).ok_or(StoreError::Cipher)?;
        if BlobHash::of(&bytes) == *hash { Ok(bytes) } else { Err(StoreError::Cipher) }
    }

    fn open_marked(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (head, sealed) = sealed.split_at_checked(HEAD)?;
        self.open(generation(head)?, head, sealed)
    }

    fn open(&self, generation: u32, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.key(generation)?;
        let (nonce, msg) = sealed.split_first_chunk::<24>()?;
        XChaCha20Poly1305::new(&key.into()).decrypt(&XNonce::from(*nonce), Payload { msg, aad }).ok()
    }

    /// Whether the file says of itself that it lies under the newest key.
    fn is_new(&self, hash: &BlobHash) -> Result<bool, StoreError> {
        let mut head = Vec::new();
        File::open(self.path(hash))?.take(HEAD as u64).read_to_end(&mut head)?;
        Ok(generation(&head).is_some() && generation(&head) == self.newest().map(|(newest, _)| newest))
    }

    /// Hashes of one of the 256 folders behind `after`, in order.
    fn names(&self, folder: u32, after: &str) -> Result<Vec<BlobHash>, StoreError> {
        let entries = match fs::read_dir(self.folder.join(format!("{folder:02x}"))) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<Result<Vec<String>, std::io::Error>>()?;
        names.retain(|name| name.as_str() > after);
        names.sort_unstable();
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

fn head(generation: u32) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(MARK);
    head[4..].copy_from_slice(&generation.to_be_bytes());
    head
}

fn generation(head: &[u8]) -> Option<u32> {
    let generation = head.strip_prefix(MARK)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*generation))
}

impl Store {
    pub fn photo_files(&self) -> PhotoFiles {
        self.files.clone()
    }

    /// Begins a new generation of photo keys; what lies under older ones follows by [`Store::reseal_photos`].
    pub(super) fn new_photo_key(&mut self, nature: &dyn Nature) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        photo_keys::add(&tx, nature)?;
        settings::put(&tx, WALK, b"")?;
        let keys = photo_keys::all(&tx)?;
        tx.commit()?;
        self.files.renew(keys);
        Ok(())
    }

    /// Folders of photos that are under the newest key, of 256; `None` where all are.
    pub fn photos_to_reseal(&self) -> Result<Option<u32>, StoreError> {
        Ok(settings::get(&self.db, WALK)?.map(|at| place(&at).0))
    }

    /// Brings at most `most` older files under the newest key. Small portions for idle moments; it goes on where it was,
    /// also after a restart. The store is held meanwhile, so that nothing that is being removed comes back.
    pub fn reseal_photos(&mut self, most: u32, nature: &dyn Nature) -> Result<Resealed, StoreError> {
        let mut out = Resealed { folders: FOLDERS, ended: true, ..Resealed::default() };
        let Some(at) = settings::get(&self.db, WALK)? else { return Ok(out) };
        let (first, mut after) = place(&at);
        for folder in first..FOLDERS {
            for hash in self.files.names(folder, &after)? {
                if out.files + out.unreadable >= most {
                    return Ok(Resealed { folders: folder, ended: false, ..out });
                }
                match self.reseal(&hash, nature) {
                    Ok(0) => continue,
                    Ok(bytes) => {
                        out.files += 1;
                        out.bytes += bytes;
                    }
                    Err(StoreError::Cipher) => out.unreadable += 1,
                    Err(StoreError::Io(error)) if error.kind() == ErrorKind::NotFound => continue,
                    Err(other) => return Err(other),
                }
                settings::put(&self.db, WALK, hash.to_string().as_bytes())?;
            }
            after.clear();
        }
        self.db.execute("DELETE FROM meta WHERE key = ?1", [WALK])?;
        Ok(out)
    }

    /// All older files under the newest key, with progress in folders of 256. Cancelled, it goes on later.
    pub fn reseal_all(&mut self, nature: &dyn Nature, watcher: &mut dyn Watcher) -> Result<Resealed, StoreError> {
        let mut sum = Resealed::default();
        loop {
            let portion = self.reseal_photos(16, nature)?;
            sum = Resealed {
                files: sum.files + portion.files,
                bytes: sum.bytes + portion.bytes,
                unreadable: sum.unreadable + portion.unreadable,
                ..portion
            };
            let step = Step { done: portion.folders.into(), of: Some(FOLDERS.into()), bytes: sum.bytes };
            if watcher.step(step).is_err() || portion.ended {
                return Ok(sum);
            }
        }
    }

    /// Returns the bytes written: none where the file is new already.
    fn reseal(&self, hash: &BlobHash, nature: &dyn Nature) -> Result<u64, StoreError> {
        if self.files.is_new(hash)? {
            return Ok(0);
        }
        let bytes = self.files.read(hash)?;
        // Another name while it is written: the same picture may be taken at this moment.
        self.files.write_by(&self.files.path(hash), &bytes, nature, "again")?;
        Ok(bytes.len() as u64)
    }
}

/// The folder to go on in, and the last name that was done there.
fn place(at: &[u8]) -> (u32, String) {
    let name = String::from_utf8_lossy(at).into_owned();
    let folder = name.get(..2).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    (folder, name)
}

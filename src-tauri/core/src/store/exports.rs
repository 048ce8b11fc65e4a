//! Work that only lay here, written as a file before anything is done to a damaged database. Encrypted like the photos: it
//! holds what customers told.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Error, Key, XChaCha20Poly1305, XNonce};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::wire::Piece;
use sha2::{Digest, Sha256};

use super::absorb::{Absorbed, Taken};
use super::key::StoreKey;
use super::{Store, StoreError, files};
use crate::nature::{Nature, random};

const NONCE: usize = 24;
const BEGINNING: &str = "unsent-";
const ENDING: &str = ".pieces";
/// Months of one device's unsent work.
const MOST: u64 = 256 * 1024 * 1024;

fn cipher(key: &StoreKey) -> XChaCha20Poly1305 {
    let key: [u8; 32] = Sha256::new().chain_update(b"doorstep exports\0").chain_update(key).finalize().into();
    XChaCha20Poly1305::new(&Key::from(key))
}

/// Writes pieces to a new file of the folder's exports: under its name only when it is whole and on the disk.
pub fn write(folder: &Path, key: &StoreKey, pieces: &[&Piece], nature: &dyn Nature) -> Result<PathBuf, StoreError> {
    let exports = folder.join("exports");
    fs::create_dir_all(&exports)?;
    let mut plain = Vec::new();
    pieces.iter().for_each(|piece| frame::put(&mut plain, *piece));
    let nonce = random::<NONCE>(nature);
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), plain.as_slice()).map_err(|_: Error| StoreError::Cipher)?;
    let path = exports.join(format!("{BEGINNING}{}{ENDING}", nature.now_ms()));
    let part = files::beside(&path, ".part");
    let mut file = File::create(&part)?;
    file.write_all(&nonce)?;
    file.write_all(&sealed)?;
    file.sync_all()?;
    fs::rename(&part, &path)?;
    files::sync_folder(&exports)?;
    Ok(path)
}

fn read(path: &Path, key: &StoreKey) -> Result<Vec<Piece>, StoreError> {
    let mut sealed = Vec::new();
    // One that is longer is cut, and does not open.
    File::open(path)?.take(MOST).read_to_end(&mut sealed)?;
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(StoreError::Cipher)?;
    let plain = cipher(key).decrypt(&XNonce::from(*nonce), sealed).map_err(|_: Error| StoreError::Cipher)?;
    let mut reader = FrameReader::default();
    reader.push(&plain);
    let mut out = Vec::new();
    while let Some(piece) = reader.next_frame().map_err(StoreError::Export)? {
        out.push(frame::read(piece).map_err(StoreError::Export)?);
    }
    reader.finish().map_err(StoreError::Export)?;
    Ok(out)
}

/// When what a repair wrote was written, by its name; `None` for any other file.
pub fn made_ms(path: &Path) -> Option<i64> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix(BEGINNING)?.strip_suffix(ENDING)?.parse().ok()
}

impl Store {
    /// Takes in what a repair of this folder wrote before it began; nothing comes in twice. Returns what came of it.
    pub(super) fn take_export(&mut self, path: &Path, now_ms: i64) -> Result<Absorbed, StoreError> {
        let pieces = read(path, &self.key)?;
        let taken = Taken { at_ms: now_ms, ..Taken::default() };
        let pieces: Vec<_> = pieces.iter().map(|piece| (piece, taken)).collect();
        self.absorb_pieces(&pieces, None, now_ms)
    }
}

//! Who this device is, in a small file beside the database: enough to go on as the same device when the database can't
//! be read any more.
//!
//! Sealed under a key that follows from the store's. While the store's key is being changed the file has two copies.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::write_whole;
use super::key::{Keys, StoreKey};
use super::settings::{self, Enrolment};
use super::{Store, StoreError, photo_keys};

/// First bytes of the file; the last one is its format.
const MAGIC: &[u8; 18] = b"doorstep-identity\x01";
/// Far above any enrolment: a longer file is no identity.
const LONGEST: u64 = 64 * 1024;

/// What makes a device itself. The cursor is not part of it: a database made anew asks for everything.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The seed of its Ed25519 key.
    pub signing_key: [u8; 32],
    pub enrolment: Option<Enrolment>,
    /// Keys of the photo files by generation.
    pub photo_keys: Vec<(u32, [u8; 32])>,
}

/// Writes the identity for each of these keys, whole or not at all.
pub fn write(folder: &Path, keys: &Keys, identity: &Identity) -> Result<(), StoreError> {
    let plain = serde_json::to_vec(identity).expect("an identity has only text keys");
    let mut bytes = MAGIC.to_vec();
    for key in keys.all() {
        let key = derived(&key, b"doorstep identity\0");
        // From the key and the text: equal texts give equal bytes and tell nothing more, different ones never share it.
        let hash = Sha256::new().chain_update(b"doorstep identity nonce\0").chain_update(key).chain_update(&plain);
        let nonce: [u8; 24] = *hash.finalize().first_chunk().expect("a hash has 32 bytes");
        let payload = Payload { msg: &plain, aad: MAGIC };
        let sealed = XChaCha20Poly1305::new(&key.into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_: chacha20poly1305::Error| StoreError::Cipher)?;
        let length = u32::try_from(sealed.len()).map_err(|_too_long| StoreError::Cipher)?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(nonce);
        bytes.extend(sealed);
    }
    Ok(write_whole(&path(folder), &bytes)?)
}

/// The identity that was written last; `None` where there is no file. [`StoreError::Cipher`]: it is damaged, or another
/// key's.
pub fn read(folder: &Path, key: &StoreKey) -> Result<Option<Identity>, StoreError> {
    let mut bytes = Vec::new();
    match fs::File::open(path(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?.take(LONGEST).read_to_end(&mut bytes)?,
    };
    let cipher = XChaCha20Poly1305::new(&derived(key, b"doorstep identity\0").into());
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(StoreError::Cipher)?;
    while let Some((length, copy)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_too_long| StoreError::Cipher)?;
        let (nonce, copy) = copy.split_first_chunk::<24>().ok_or(StoreError::Cipher)?;
        let (sealed, next) = copy.split_at_checked(length).ok_or(StoreError::Cipher)?;
        if let Ok(plain) = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: MAGIC }) {
            return serde_json::from_slice(&plain).map(Some).map_err(StoreError::Json);
        }
        rest = next;
    }
    Err(StoreError::Cipher)
}

/// Puts what a database made anew lacks of this device. A file that is damaged too changes nothing.
pub(super) fn restore(db: &Connection, folder: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let Ok(Some(identity)) = read(folder, key) else { return Ok(()) };
    for (generation, key) in &identity.photo_keys {
        photo_keys::put_back(db, *generation, key)?;
    }
    if settings::get(db, "signing_key")?.is_none_or(|seed| seed.len() != 32) {
        settings::put(db, "signing_key", &identity.signing_key)?;
    }
    // One that was left half readable is replaced too.
    let known = settings::get_json::<Enrolment>(db, "enrolment").unwrap_or_default();
    if let (None, Some(enrolment)) = (known, &identity.enrolment) {
        settings::put_json(db, "enrolment", enrolment)?;
    }
    Ok(())
}

fn path(folder: &Path) -> PathBuf {
    folder.join("identity.sealed")
}

/// A key that follows from the store's and shows nothing of it.
fn derived(key: &StoreKey, what: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(what).chain_update(key).finalize().into()
}

impl Store {
    /// Who this device is, as the database has it.
    pub(super) fn identity(&self) -> Result<Identity, StoreError> {
        Ok(Identity {
            signing_key: self.signer.to_bytes(),
            enrolment: settings::enrolment(&self.db)?,
            photo_keys: photo_keys::all(&self.db)?.into_iter().collect(),
        })
    }

    /// Writes the identity where its file lacks it. Returns whether it was written.
    pub(super) fn renew_identity(&self) -> Result<bool, StoreError> {
        let identity = self.identity()?;
        if matches!(read(&self.folder, &self.key), Ok(Some(written)) if written == identity) {
            return Ok(false);
        }
        write(&self.folder, &Keys::one(self.key), &identity)?;
        Ok(true)
    }
}

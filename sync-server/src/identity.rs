//! The relay's own Ed25519 key: it signs beacons, and its public half is in every enrolment link.
//!
//! It lies in the log's database and not beside it, so that a restored backup is the same relay.

use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::signature;
use ed25519_dalek::SigningKey;

use crate::blobs::Seal;
use crate::storage::{Storage, StorageError};

/// The key, drawn the first time it is asked for.
pub fn signing_key(storage: &dyn Storage) -> Result<SigningKey, StorageError> {
    Ok(SigningKey::from_bytes(&storage.identity(random()?)?))
}

/// The seal of blobs' files, under a key drawn the first time it is asked for.
pub fn seal(storage: &dyn Storage) -> Result<Seal, StorageError> {
    Ok(Seal::under(storage.blob_key(random()?)?))
}

/// What devices check beacons with.
pub fn public_key(key: &SigningKey) -> PublicKey {
    signature::identity(key).0
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], StorageError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(StorageError::Random)?;
    Ok(bytes)
}

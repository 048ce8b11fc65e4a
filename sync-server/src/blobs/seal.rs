//! What lies in a blob's file: its bytes in chunks, each sealed (XChaCha20-Poly1305), so that a part of it can be read
//! without the rest.
//!
//! A whole blob: mark, size, 16 random bytes; then chunks of 64 KB. A chunk's nonce is the random bytes and its number,
//! and each seal covers the head and the blob's name, so nothing can be cut short, swapped or moved.

use std::io::{self, Read};
use std::ops::Range;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use doorstep_schemas::ids::{BlobHash, OutletId};
use object_store::path::Path as Key;
use sha2::{Digest, Sha256};

use super::depot::{self, Depot};
use crate::storage::StorageError;

/// Bytes of a chunk before sealing.
pub const CHUNK: usize = 64 * 1024;
/// What a seal adds.
pub const TAG: usize = 16;
const MARK: &[u8; 8] = b"\xd5blob\r\n\x01";
const HEAD: usize = 32;

/// The key that blobs lie under.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl Seal {
    pub fn under(key: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    pub(super) fn close(&self, nonce: [u8; 24], aad: &[u8], plain: &[u8]) -> io::Result<Vec<u8>> {
        let sealed = self.0.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad });
        sealed.map_err(|_: chacha20poly1305::Error| io::Error::other("could not be encrypted"))
    }

    pub(super) fn open(&self, nonce: [u8; 24], aad: &[u8], sealed: &[u8]) -> io::Result<Vec<u8>> {
        let plain = self.0.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad });
        plain.map_err(|_: chacha20poly1305::Error| damaged())
    }
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not what was written, or under another key")
}

pub(super) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// A blob's name: all that the seal of a chunk covers beside the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    pub outlet: OutletId,
    pub hash: BlobHash,
}

impl Name {
    pub(super) fn aad(&self, head: &[u8]) -> Vec<u8> {
        [head, &self.outlet.to_bytes(), &self.hash.0].concat()
    }
}

fn nonce(random: &[u8], number: u64) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce[..16].copy_from_slice(random);
    nonce[16..].copy_from_slice(&number.to_be_bytes());
    nonce
}

/// A whole blob of `size` bytes from `plain`, sealed.
pub(super) fn sealed(seal: &Seal, name: Name, size: u64, plain: &mut impl Read) -> io::Result<Vec<u8>> {
    let random = random::<16>()?;
    let head = [MARK.as_slice(), &size.to_be_bytes(), &random].concat();
    let aad = name.aad(&head);
    let mut out = head;
    let mut left = size;
    let mut chunk = vec![0; CHUNK];
    for number in 0.. {
        let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        if length == 0 {
            break;
        }
        plain.read_exact(&mut chunk[..length])?;
        out.extend(seal.close(nonce(&random, number), &aad, &chunk[..length])?);
        left -= length as u64;
    }
    Ok(out)
}

/// The hash of the bytes in a whole blob that lies in memory.
pub(super) fn hash_within(seal: &Seal, name: Name, sealed: &[u8]) -> io::Result<BlobHash> {
    let head = Head::read(sealed, name)?;
    let mut digest = Sha256::new();
    let chunks = sealed.get(HEAD..).unwrap_or_default().chunks(CHUNK + TAG);
    for (number, chunk) in (0..).zip(chunks) {
        digest.update(head.open(seal, number, chunk)?);
    }
    Ok(BlobHash(digest.finalize().into()))
}

/// What a whole blob begins with.
#[derive(Debug)]
struct Head {
    aad: Vec<u8>,
    random: [u8; 16],
    size: u64,
}

impl Head {
    fn read(sealed: &[u8], name: Name) -> io::Result<Self> {
        let head = sealed.first_chunk::<HEAD>().ok_or_else(damaged)?;
        let (Some(rest), Some(random)) = (head.strip_prefix(MARK), head.last_chunk::<16>()) else {
            return Err(damaged());
        };
        let size = rest.first_chunk::<8>().map(|size| u64::from_be_bytes(*size)).ok_or_else(damaged)?;
        Ok(Self { aad: name.aad(head), random: *random, size })
    }

    fn open(&self, seal: &Seal, number: u64, sealed: &[u8]) -> io::Result<Vec<u8>> {
        seal.open(nonce(&self.random, number), &self.aad, sealed)
    }
}

/// A whole blob, open for reading.
#[derive(Debug)]
pub struct Whole {
    depot: Depot,
    key: Key,
    seal: Seal,
    head: Head,
    pub size: u64,
}

impl Whole {
    pub(super) async fn open(depot: &Depot, seal: &Seal, name: Name) -> Result<Option<Self>, StorageError> {
        let key = depot::key(name.outlet, &name.hash);
        let Some(head) = depot.read(&key, 0, HEAD as u64).await? else { return Ok(None) };
        let head = Head::read(&head, name).map_err(|cause| StorageError::io(key.as_ref(), cause))?;
        let size = head.size;
        Ok(Some(Self { depot: depot.clone(), key, seal: seal.clone(), head, size }))
    }

    /// Some of the bytes from `from` on, up to the end of a chunk; empty at the blob's end.
    pub async fn read(&self, from: u64) -> Result<Vec<u8>, StorageError> {
        if from >= self.size {
            return Ok(Vec::new());
        }
        let (first, skip) = (from / CHUNK as u64, from % CHUNK as u64);
        let plain_left = (self.size - first * CHUNK as u64).min(self.depot.stretch());
        let chunks = plain_left.div_ceil(CHUNK as u64);
        let start = HEAD as u64 + first * (CHUNK + TAG) as u64;
        let failed = |cause| StorageError::io(self.key.as_ref(), cause);
        let read = self.depot.read(&self.key, start, plain_left + chunks * TAG as u64).await?;
        let sealed = read.ok_or_else(damaged).map_err(failed)?;
        if sealed.len() as u64 != plain_left + chunks * TAG as u64 {
            return Err(failed(damaged()));
        }
        let mut plain = Vec::new();
        for (number, chunk) in (first..).zip(sealed.chunks(CHUNK + TAG)) {
            plain.extend(self.head.open(&self.seal, number, chunk).map_err(failed)?);
        }
        plain.drain(..usize::try_from(skip).unwrap_or(plain.len()).min(plain.len()));
        Ok(plain)
    }

    /// The hash of all bytes.
    pub async fn hash(&self) -> Result<BlobHash, StorageError> {
        let mut digest = Sha256::new();
        let mut at = 0;
        while at < self.size {
            let bytes = self.read(at).await?;
            at += bytes.len() as u64;
            digest.update(&bytes);
        }
        Ok(BlobHash(digest.finalize().into()))
    }
}

/// The range of a file's bytes that its mark takes.
pub(super) const MARKED: Range<usize> = 0..8;

pub(super) fn is_marked(start: &[u8]) -> bool {
    start == MARK || start == super::part::MARK
}

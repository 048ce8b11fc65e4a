//! The outlet's log: one sequence of entries, each bound to all before it by a running hash.
//!
//! The hash covers (seq, kind, document, digest of the body), never the body, so an entry's content can be erased
//! later while the log stays checkable.

use sha2::{Digest, Sha256};

use crate::ids::DocId;

/// The running hash before the first entry.
pub const GENESIS: [u8; 32] = [0; 32];

/// SHA-256 of a piece's bytes at rest.
pub fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The running hash at `seq`, from the one before it.
pub fn running_hash(before: &[u8; 32], seq: u64, kind: u8, doc: Option<&DocId>, digest: &[u8; 32]) -> [u8; 32] {
    let doc = doc.map(DocId::to_bytes).unwrap_or_default();
    Sha256::new()
        .chain_update(before)
        .chain_update(seq.to_be_bytes())
        .chain_update([kind, u8::try_from(doc.len()).unwrap_or(u8::MAX)])
        .chain_update(&doc)
        .chain_update(digest)
        .finalize()
        .into()
}

/// The first 8 bytes: what cursors and beacons name.
pub fn short(hash: &[u8; 32]) -> [u8; 8] {
    let mut out = [0u8; 8];
    out.copy_from_slice(&hash[..8]);
    out
}

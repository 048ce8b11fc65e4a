//! Who wrote it: one Ed25519 signature per (document, actor run), and the relay's beacon.
//!
//! A signature covers the outlet, the document, the actor, the sequence number it reaches and the digest chain of
//! every change hash up to there, so the newest one vouches for the whole run and the older ones need not be kept.
//! Anyone may carry the work; the author's signature decides.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::ids::{Actor, ChangeHash, DeviceId, DocId, OutletId, PublicKey};

/// Digest chain of a run's change hashes: chain₀ = 0, chainₙ = SHA-256(chainₙ₋₁ ‖ hashₙ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    #[must_use]
    pub fn then(self, hash: &ChangeHash) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(hash.0).finalize().into())
    }
}

/// The beacon that an author had last seen: evidence that the signature is not older than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BeaconRef {
    /// The relay's clock, milliseconds since 1970, UTC.
    #[n(0)]
    pub time_ms: i64,
    #[n(1)]
    pub seq: u64,
    /// First 8 bytes of the SHA-256 of the beacon's signature: nobody can know them earlier.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub tag: [u8; 8],
}

/// An author's word for a run of changes up to `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Signature {
    #[n(0)]
    pub seq: u64,
    #[n(1)]
    pub beacon: Option<BeaconRef>,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: [u8; 64],
}

/// What a signature is about.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub outlet: OutletId,
    pub doc: &'a DocId,
    pub actor: Actor,
    pub seq: u64,
    pub chain: Chain,
    pub beacon: Option<BeaconRef>,
}

impl Claim<'_> {
    pub(crate) fn preimage(&self) -> Vec<u8> {
        let doc = self.doc.to_bytes();
        let mut out = Vec::with_capacity(160);
        out.extend_from_slice(b"doorstep signature 1\0");
        out.extend_from_slice(&self.outlet.to_bytes());
        out.push(u8::try_from(doc.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&doc);
        out.extend_from_slice(&self.actor.0);
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(&self.chain.0);
        if let Some(beacon) = self.beacon {
            out.extend_from_slice(&beacon.time_ms.to_be_bytes());
            out.extend_from_slice(&beacon.seq.to_be_bytes());
            out.extend_from_slice(&beacon.tag);
        }
        out
    }

    pub fn sign(&self, key: &SigningKey) -> Signature {
        Signature { seq: self.seq, beacon: self.beacon, bytes: key.sign(&self.preimage()).to_bytes() }
    }

    /// Whether `signature` is the author's word for exactly this.
    pub fn holds(&self, signature: &Signature, key: &PublicKey) -> bool {
        signature.seq == self.seq && signature.beacon == self.beacon && verify(key, &self.preimage(), &signature.bytes)
    }
}

/// The relay's signed word of its time and place in the log; carried by every response.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Beacon {
    /// The relay's clock, milliseconds since 1970, UTC.
    #[n(0)]
    pub time_ms: i64,
    #[n(1)]
    pub seq: u64,
    /// First 8 bytes of the log's running hash at `seq`.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub hash: [u8; 8],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub bytes: [u8; 64],
}

impl Beacon {
    fn preimage(outlet: OutletId, epoch: [u8; 8], time_ms: i64, seq: u64, hash: [u8; 8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(80);
        out.extend_from_slice(b"doorstep beacon 1\0");
        out.extend_from_slice(&outlet.to_bytes());
        out.extend_from_slice(&epoch);
        out.extend_from_slice(&time_ms.to_be_bytes());
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&hash);
        out
    }

    pub fn sign(outlet: OutletId, epoch: [u8; 8], time_ms: i64, seq: u64, hash: [u8; 8], key: &SigningKey) -> Self {
        let bytes = key.sign(&Self::preimage(outlet, epoch, time_ms, seq, hash)).to_bytes();
        Self { time_ms, seq, hash, bytes }
    }

    pub fn holds(&self, outlet: OutletId, epoch: [u8; 8], relay: &PublicKey) -> bool {
        verify(relay, &Self::preimage(outlet, epoch, self.time_ms, self.seq, self.hash), &self.bytes)
    }

    /// What the next signature names.
    pub fn reference(&self) -> BeaconRef {
        let digest = Sha256::digest(self.bytes);
        let mut tag = [0u8; 8];
        tag.copy_from_slice(&digest[..8]);
        BeaconRef { time_ms: self.time_ms, seq: self.seq, tag }
    }
}

/// The relay's signed word that it serves a device no longer. It names the device and the moment from which that holds,
/// so neither a stranger on the way nor an older copy of the log can send away a device that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Farewell {
    /// 1 left, 2 lost, as in [`crate::wire::Status`].
    #[n(0)]
    pub status: u8,
    /// The relay's clock when the device was reported lost, or its member left; milliseconds since 1970, UTC.
    #[n(1)]
    pub at_ms: i64,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: [u8; 64],
}

impl Farewell {
    fn preimage(outlet: OutletId, device: DeviceId, status: u8, at_ms: i64) -> Vec<u8> {
        [b"doorstep farewell 1\0".as_slice(), &outlet.to_bytes(), &device.0, &[status], &at_ms.to_be_bytes()].concat()
    }

    pub fn sign(outlet: OutletId, device: DeviceId, status: u8, at_ms: i64, key: &SigningKey) -> Self {
        let bytes = key.sign(&Self::preimage(outlet, device, status, at_ms)).to_bytes();
        Self { status, at_ms, bytes }
    }

    pub fn holds(&self, outlet: OutletId, device: DeviceId, relay: &PublicKey) -> bool {
        verify(relay, &Self::preimage(outlet, device, self.status, self.at_ms), &self.bytes)
    }
}

/// The public half of a key, and the device it names.
pub fn identity(key: &SigningKey) -> (PublicKey, DeviceId) {
    let public = PublicKey(key.verifying_key().to_bytes());
    (public, DeviceId::of_key(&public))
}

// Strictly: under a weak key one signature would fit many messages, and vouch for none.
pub(crate) fn verify(key: &PublicKey, message: &[u8], bytes: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(&key.0)
        .is_ok_and(|key| key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(bytes)).is_ok())
}

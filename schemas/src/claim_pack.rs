//! 理赔包: the claim pack, one file that a third party checks offline.
//!
//! The file is a ZIP archive whose entries are stored as they are. `claim.json` has this shape; beside it lie the
//! pictures, the changes that prove what it says, signatures, the relay's receipts, and the same as pages for people.
//! Nothing in `claim.json` is believed: whoever checks the file reads every fact again from the changes.

use ed25519_dalek::{Signer, SigningKey};
use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Actor, BlobHash, ChangeHash, DeviceId, DocId, JobId, MemberId, OutletId, PublicKey, ShortId};
use crate::signature::{Signature, verify};

/// The newest form of the file.
pub const FORMAT: u32 = 1;
/// Largest file that is made or looked at, in bytes.
pub const MAX_FILE: u64 = 192 * 1024 * 1024;
/// Most pictures of one file.
pub const MOST_PHOTOS: usize = 200;
/// Changes of one document, in bytes and in number.
pub const MAX_CHANGES: usize = 32 * 1024 * 1024;
pub const MOST_CHANGES: usize = 50_000;

/// Names inside the archive.
pub const MANIFEST: &str = "claim.json";
pub const SEAL: &str = "claim.sig";
pub const SIGNATURES: &str = "proof/signatures.cbor";
pub const RECEIPTS: &str = "proof/receipts.cbor";
pub const ORDER: &str = "changes/order.automerge";
pub const SHEET: &str = "changes/sheet.automerge";

/// Stands before what the maker signs.
const CONTEXT: &[u8] = b"doorstep claim pack 1\0";

/// Why a side of a bracket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenSide {
    /// No receipt in the file covers the change.
    NoReceipt,
    /// The author's signature names no beacon: the device had not heard of the relay yet.
    NoBeacon,
    /// The signature names a beacon that the relay's log doesn't know, as after a restore.
    BeaconUnknown,
}

/// Between which moments of the relay's clock something was signed and handed over. Milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bracket {
    /// The author signed after the relay said that it was this late.
    pub not_before_ms: Option<i64>,
    pub not_before_open: Option<OpenSide>,
    /// The relay held it by then.
    pub not_after_ms: Option<i64>,
    pub not_after_open: Option<OpenSide>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// Who noted it, as the fact says.
    #[schemars(with = "String")]
    pub by: MemberId,
    /// The phone's own clock: what it said, and no evidence.
    pub phone_said_ms: i64,
    /// The changes that wrote it, as hexadecimal hashes.
    #[schemars(with = "Vec<String>")]
    pub changes: Vec<ChangeHash>,
    pub bracket: Bracket,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedPhoto {
    #[schemars(with = "String")]
    pub id: ShortId,
    /// Its entry in the archive; `None` where its bytes could not be had.
    pub file: Option<String>,
    /// Of the picture's bytes, hexadecimal.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: BlobHash,
    pub width: u32,
    pub height: u32,
    /// A word of the trade, as it stands in the sheet.
    pub stage: String,
    pub caption: String,
    /// When the camera or the phone says that it was taken; no evidence.
    pub camera_said_ms: Option<i64>,
    /// Since when the relay has its bytes; `None` where no receipt says so.
    pub at_relay_ms: Option<i64>,
    pub origin: Origin,
}

/// 测量值
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedReading {
    #[schemars(with = "String")]
    pub id: ShortId,
    #[schemars(with = "String")]
    pub appliance: ShortId,
    /// The row of the limit set.
    pub code: String,
    /// `num`, `opt`, `na` or `nm`: a number, a choice, not applicable, not measured.
    pub state: String,
    /// A number in its unit, the choice, or the reason.
    pub value: String,
    pub unit: String,
    pub method: String,
    pub instrument: String,
    /// What was put right before.
    pub rectified: String,
    /// SHA-256 of the limit set that it was judged by, hexadecimal.
    pub limits: String,
    pub origin: Origin,
}

/// What of a damage one party bears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedShare {
    #[schemars(with = "String")]
    pub id: ShortId,
    pub party: String,
    pub amount_fen: i64,
    pub state: String,
    pub note: String,
    pub origin: Origin,
}

/// 损坏
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedDamage {
    #[schemars(with = "String")]
    pub id: ShortId,
    pub what: String,
    pub text: String,
    /// SHA-256 of its pictures.
    #[schemars(with = "Vec<String>")]
    pub photos: Vec<BlobHash>,
    pub asked_fen: i64,
    pub shares: Vec<ClaimedShare>,
    pub origin: Origin,
}

/// One action of the job's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedDeed {
    /// The action's short code.
    pub action: String,
    #[schemars(with = "String")]
    pub device: DeviceId,
    pub phone_said_ms: i64,
    #[schemars(with = "Vec<String>")]
    pub changes: Vec<ChangeHash>,
    pub bracket: Bracket,
}

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedFile {
    pub name: String,
    pub bytes: u64,
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: BlobHash,
}

/// `claim.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimPack {
    pub format: u32,
    #[schemars(with = "String")]
    pub outlet: OutletId,
    pub outlet_name: String,
    #[schemars(with = "String")]
    pub job: JobId,
    /// The relay's Ed25519 key as the maker's device knows it, hexadecimal. Ask the outlet's operator for the true one.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub relay_key: PublicKey,
    /// The device that made the file.
    #[schemars(with = "String")]
    pub made_by: DeviceId,
    /// By its own clock.
    pub phone_said_ms: i64,
    pub photos: Vec<ClaimedPhoto>,
    /// The damage that the file is about, if one was named.
    pub damage: Option<ClaimedDamage>,
    pub readings: Vec<ClaimedReading>,
    pub history: Vec<ClaimedDeed>,
    /// Every other entry but the seal.
    pub files: Vec<PackedFile>,
}

/// `claim.sig`: the maker's device vouches for `claim.json`, and by it for every entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Hexadecimal, as the signature.
    pub key: PublicKey,
    pub signature: String,
}

impl Seal {
    fn preimage(manifest: &[u8]) -> Vec<u8> {
        [CONTEXT, manifest].concat()
    }

    pub fn sign(manifest: &[u8], key: &SigningKey) -> Self {
        let bytes = key.sign(&Self::preimage(manifest)).to_bytes();
        let signature = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key: PublicKey(key.verifying_key().to_bytes()), signature }
    }

    pub fn holds(&self, manifest: &[u8]) -> bool {
        // Two hashes' worth of hexadecimal digits.
        let Some((first, second)) = self.signature.split_at_checked(64) else { return false };
        let (Ok(BlobHash(first)), Ok(BlobHash(second))) = (first.parse(), second.parse()) else { return false };
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&first);
        bytes[32..].copy_from_slice(&second);
        verify(&self.key, &Self::preimage(manifest), &bytes)
    }
}

/// A run and its author's newest word on it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedRun {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    pub signature: Signature,
    /// Hashes (32 bytes each) of signed changes that are not in the file.
    #[cbor(n(3), with = "minicbor::bytes")]
    #[cbor(default)]
    pub tail: Vec<u8>,
    /// The author's key.
    #[n(4)]
    pub key: PublicKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_vouches_for_one_manifest() {
        let seal = Seal::sign(b"{}", &SigningKey::from_bytes(&[3; 32]));
        assert!(seal.holds(b"{}") && !seal.holds(b"{ }"));
        for other in ["", "00", &"0".repeat(128), &"g".repeat(128), &"é".repeat(64)] {
            assert!(!Seal { signature: other.to_owned(), ..seal.clone() }.holds(b"{}"), "{other}");
        }
        let key = PublicKey(SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes());
        assert!(!Seal { key, ..seal }.holds(b"{}"));
    }
}

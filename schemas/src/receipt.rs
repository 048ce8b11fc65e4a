//! Receipts: the relay's signed statement of what it holds of a job, and since when.
//!
//! Whoever has one can show a stranger that changes and pictures existed at a moment of the relay's clock. For each
//! piece of a run the statement repeats its author's signature and the beacon that the signature names: the author
//! signed after that beacon, and the relay held it by the entry's time.

use ed25519_dalek::{Signer, SigningKey};
use minicbor::{Decode, Encode};

use crate::compare::DocumentHeld;
use crate::ids::{Actor, BlobHash, DocId, JobId, OutletId, PublicKey};
use crate::signature::{Beacon, Signature, verify};
use crate::wire::{Device, Role};

/// Runs of one request.
pub const MOST_RUNS: usize = 64;
/// Pictures of one request.
pub const MOST_BLOBS: usize = 256;
/// Pieces of runs that one statement names.
pub const MOST_PIECES: usize = 512;
/// Largest request, in bytes.
pub const MAX_RECEIPTS: usize = 64 * 1024;

/// Stands before what is signed, so that no statement can pass for a beacon or another word of the relay.
const CONTEXT: &[u8] = b"doorstep receipt 1\0";

/// A run that a receipt is asked for: what lies behind `after`, up to the piece that holds `up_to`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunAsked {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    pub up_to: u64,
    #[n(3)]
    #[cbor(default)]
    pub after: u64,
}

/// A question of `POST /v1/receipts`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReceiptsUp {
    #[n(0)]
    pub protocol: u32,
    #[n(1)]
    pub job: JobId,
    #[n(2)]
    #[cbor(default)]
    pub runs: Vec<RunAsked>,
    #[n(3)]
    #[cbor(default)]
    pub blobs: Vec<BlobHash>,
}

/// One piece of a run, as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PieceReceipt {
    /// The last change that it brought.
    #[n(0)]
    pub to_seq: u64,
    /// The digest chain of the run's change hashes up to there.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub chain: [u8; 32],
    #[n(2)]
    pub log_seq: u64,
    /// The relay's clock when the entry was written, milliseconds since 1970, UTC.
    #[n(3)]
    pub at_ms: i64,
    /// The author's word that came with it.
    #[n(4)]
    pub signature: Signature,
    /// The beacon that the author's word names; `None` where it names none, or one that this log has not given.
    #[n(5)]
    pub beacon: Option<Beacon>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunReceipt {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    /// In the order of the log.
    #[n(2)]
    #[cbor(default)]
    pub pieces: Vec<PieceReceipt>,
}

/// Since when a picture's bytes are at the relay whole, for this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobReceipt {
    #[n(0)]
    pub hash: BlobHash,
    /// In bytes.
    #[n(1)]
    pub size: u64,
    /// The relay's clock, milliseconds since 1970, UTC.
    #[n(2)]
    pub at_ms: i64,
}

/// What the relay says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Statement {
    #[n(0)]
    pub outlet: OutletId,
    /// Of the log; its beacons are signed with it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub epoch: [u8; 8],
    #[n(2)]
    pub job: JobId,
    /// The relay's clock when it said this, milliseconds since 1970, UTC.
    #[n(3)]
    pub at_ms: i64,
    /// The last entry of the log at that moment.
    #[n(4)]
    pub head: u64,
    /// How far every run of the job was held at that moment: who leaves one out can be seen to.
    #[n(5)]
    #[cbor(default)]
    pub held: Vec<DocumentHeld>,
    #[n(6)]
    #[cbor(default)]
    pub runs: Vec<RunReceipt>,
    #[n(7)]
    #[cbor(default)]
    pub blobs: Vec<BlobReceipt>,
    /// The devices that wrote these runs, and the one that asked.
    #[n(8)]
    #[cbor(default)]
    pub devices: Vec<Device>,
    /// Whose these devices are.
    #[n(9)]
    #[cbor(default)]
    pub roles: Vec<Role>,
}

/// A statement and the relay's signature under it. The statement stays the bytes that were signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// CBOR of a [`Statement`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub statement: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl Receipt {
    fn preimage(statement: &[u8]) -> Vec<u8> {
        [CONTEXT, statement].concat()
    }

    pub fn sign(statement: &Statement, key: &SigningKey) -> Self {
        let statement = minicbor::to_vec(statement).expect("writing to memory can't fail");
        let signature = key.sign(&Self::preimage(&statement)).to_bytes();
        Self { statement, signature }
    }

    /// Whether it is this relay's.
    pub fn holds(&self, relay: &PublicKey) -> bool {
        verify(relay, &Self::preimage(&self.statement), &self.signature)
    }

    /// What it says, whoever signed it.
    pub fn read(&self) -> Result<Statement, minicbor::decode::Error> {
        minicbor::decode(&self.statement)
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReceiptsDown {
    #[n(0)]
    pub protocol: u32,
    #[n(1)]
    pub receipt: Receipt,
    /// How many of the asked runs are told to their ends, from the first. Who wants more asks again for the others, of the
    /// next one behind the last piece that was told.
    #[n(2)]
    #[cbor(default)]
    pub told: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::identity;
    use proptest::prelude::*;

    #[test]
    fn a_receipt_is_one_relays_word_on_exactly_this() {
        let (relay, other) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[8; 32]));
        let statement = Statement {
            outlet: OutletId::from_bytes([1; 16]),
            epoch: [2; 8],
            job: JobId::from_bytes([3; 16]),
            at_ms: 4,
            head: 5,
            held: Vec::new(),
            runs: Vec::new(),
            blobs: vec![BlobReceipt { hash: BlobHash([6; 32]), size: 7, at_ms: 8 }],
            devices: Vec::new(),
            roles: Vec::new(),
        };
        let receipt = Receipt::sign(&statement, &relay);
        assert_eq!(receipt.read().unwrap(), statement);
        assert!(receipt.holds(&identity(&relay).0) && !receipt.holds(&identity(&other).0));
        for at in 0..receipt.statement.len() {
            let mut altered = receipt.clone();
            altered.statement[at] ^= 1;
            assert!(!altered.holds(&identity(&relay).0), "byte {at}");
        }
        let bare = Receipt { signature: relay.sign(&receipt.statement).to_bytes(), ..receipt };
        assert!(!bare.holds(&identity(&relay).0), "signed outside its context");
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = minicbor::decode::<ReceiptsUp>(&bytes);
            let _ = minicbor::decode::<ReceiptsDown>(&bytes);
            let _ = Receipt { statement: bytes, signature: [0; 64] }.read();
        }
    }
}

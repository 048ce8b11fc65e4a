//! Bundle files: work that travels without a network, on a stick or through a chat.
//!
//! A file is [`MAGIC`], one [`BundleHead`], then [`BundleFrame`]s (see [`crate::frame`]). What is inside a frame is
//! sealed: a stranger learns sizes and nothing else. Each frame is signed by the device that wrote the file and opens by
//! itself, so what is damaged costs itself only. Whoever may not read a document gets no key for the frames that hold it.

use ed25519_dalek::{Signer, SigningKey};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::frame::{self, FrameError, FrameReader};
use crate::ids::{BlobHash, DeviceId, DocId, OutletId, PublicKey};
use crate::signature;
use crate::wire::Piece;

/// How every bundle begins. The first byte is no text, so that nothing takes the file for one.
pub const MAGIC: [u8; 8] = *b"\x89doors1\n";
/// The newest format that is read and written here.
pub const VERSION: u32 = 1;
/// Largest content of a frame before it is compressed and sealed, in bytes.
pub const MAX_CONTENT: usize = 1_000_000;
/// Most slots of all keys together: the head stays one frame.
pub const MAX_SLOTS: usize = 8_000;

const CODEC_STORED: u8 = 0;
const CODEC_ZSTD: u8 = 1;
const ZSTD_LEVEL: i32 = 3;
const SIGNATURE: usize = 64;

/// The first frame, in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BundleHead {
    #[n(0)]
    pub version: u32,
    /// See [`outlet_tag`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub outlet: [u8; 8],
    /// Random: no two bundles have the same tags.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub salt: [u8; 16],
    /// Keys of the frames. The first is for everybody who may open the file at all.
    #[n(3)]
    pub keys: Vec<BundleKey>,
}

/// One random key, once for each recipient.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BundleKey {
    #[n(0)]
    pub slots: Vec<Slot>,
}

/// A key sealed to one recipient by HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Slot {
    /// See [`recipient_tag`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub tag: [u8; 4],
    #[cbor(n(1), with = "minicbor::bytes")]
    pub encapsulated: [u8; 32],
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealed: [u8; 48],
}

/// Sealed content: XChaCha20-Poly1305 under the named key; the nonce is 16 zeros and the frame's place (big-endian, the
/// first after the head is 0), the additional data the head's SHA-256. Inside: see [`seal_content`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BundleFrame {
    /// The place in [`BundleHead::keys`].
    #[n(0)]
    pub key: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

/// One thing in a frame's content; exactly one field is set. What is not known is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct BundleItem {
    /// The first frame's only item.
    #[n(0)]
    pub label: Option<Label>,
    #[n(1)]
    pub piece: Option<CarriedPiece>,
    #[n(2)]
    pub blob: Option<BlobPart>,
    /// The last frame's only item.
    #[n(3)]
    pub end: Option<End>,
}

/// What the file is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Label {
    #[n(0)]
    pub outlet: OutletId,
    /// The device that wrote the file and signed its frames.
    #[n(1)]
    pub device: DeviceId,
    /// By that device's clock, milliseconds since 1970, UTC.
    #[n(2)]
    pub made_ms: i64,
    /// One of [`what`].
    #[n(3)]
    pub what: u8,
    #[n(4)]
    pub from_ms: Option<i64>,
    #[n(5)]
    pub to_ms: Option<i64>,
    #[n(6)]
    #[cbor(default)]
    pub jobs: u64,
    #[n(7)]
    #[cbor(default)]
    pub changes: u64,
    #[n(8)]
    #[cbor(default)]
    pub photos: u64,
    #[n(9)]
    #[cbor(default)]
    pub photo_bytes: u64,
}

/// What was chosen for a bundle.
pub mod what {
    /// Documents with work that the relay has not confirmed.
    pub const UNSENT: u8 = 1;
    /// Jobs that were touched between two moments.
    pub const PERIOD: u8 = 2;
    pub const ALL: u8 = 3;
    /// Named jobs.
    pub const JOBS: u8 = 4;
}

/// A piece as the relay would hand it out; without a number when the relay is not known to hold it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CarriedPiece {
    #[n(0)]
    pub piece: Piece,
    /// When it was made or taken by the relay, milliseconds since 1970, UTC.
    #[n(1)]
    pub at_ms: i64,
    /// The relay's log entry that holds all of it.
    #[n(2)]
    pub log_seq: Option<u64>,
}

/// A stretch of the bytes of a photo (`doc` is its sheet) or a rule set (`doc` names it); the stretches of one follow one
/// another, behind the documents.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobPart {
    #[n(0)]
    pub hash: BlobHash,
    #[n(1)]
    pub doc: DocId,
    /// Of the whole, in bytes.
    #[n(2)]
    pub length: u64,
    #[n(3)]
    pub offset: u64,
    #[cbor(n(4), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// Says that nothing is missing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct End {
    /// Frames before this one, the head not counted.
    #[n(0)]
    pub frames: u64,
    /// SHA-256 of every byte of the file before this frame.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub digest: [u8; 32],
}

/// Why a content can't be taken. `Signature` is a forgery or damage; the rest is a faulty writer.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    #[error("the content is shorter than its signature")]
    Short,
    #[error("the frame is not signed by the device that wrote the file")]
    Signature,
    #[error("the content's codec {0} is not known")]
    Codec(u8),
    #[error("the content does not unpack to at most {MAX_CONTENT} bytes")]
    Unpack,
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// The outlet, for those who know it already.
pub fn outlet_tag(outlet: OutletId) -> [u8; 8] {
    short(Sha256::new().chain_update(b"doorstep bundle outlet\0").chain_update(outlet.to_bytes()))
}

/// A recipient's public X25519 key, for its owner.
pub fn recipient_tag(salt: &[u8; 16], public: &[u8; 32]) -> [u8; 4] {
    short(Sha256::new().chain_update(b"doorstep bundle slot\0").chain_update(salt).chain_update(public))
}

fn short<const N: usize>(hash: Sha256) -> [u8; N] {
    let mut out = [0u8; N];
    out.copy_from_slice(&hash.finalize()[..N]);
    out
}

/// The place of one frame in one file: what its signature is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FramePlace {
    /// SHA-256 of the head as it lies in the file.
    pub head: [u8; 32],
    /// 0 for the first frame after the head.
    pub index: u64,
    pub key: u32,
}

impl FramePlace {
    pub fn nonce(&self) -> [u8; 24] {
        let mut nonce = [0u8; 24];
        nonce[16..].copy_from_slice(&self.index.to_be_bytes());
        nonce
    }

    fn preimage(&self, packed: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(100);
        out.extend_from_slice(b"doorstep bundle 1\0");
        out.extend_from_slice(&self.head);
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.key.to_be_bytes());
        out.extend_from_slice(&Sha256::digest(packed));
        out
    }
}

/// What is sealed of a content: signature (64 bytes) ‖ codec (1 byte: 0 as it is, 1 zstd) ‖ body. The signature covers
/// `"doorstep bundle 1\0"` ‖ the head's SHA-256 ‖ place (8) ‖ key (4) ‖ SHA-256 of codec and body.
pub fn sign_content(content: &[u8], place: &FramePlace, key: &SigningKey) -> Vec<u8> {
    let zstd = zstd::bulk::compress(content, ZSTD_LEVEL).unwrap_or_default();
    let (codec, body) =
        if zstd.is_empty() || zstd.len() >= content.len() { (CODEC_STORED, content) } else { (CODEC_ZSTD, &zstd[..]) };
    let mut out = vec![0u8; SIGNATURE];
    out.push(codec);
    out.extend_from_slice(body);
    let signature = key.sign(&place.preimage(&out[SIGNATURE..])).to_bytes();
    out[..SIGNATURE].copy_from_slice(&signature);
    out
}

/// The content of a frame that was opened, when `author` signed it for this place.
pub fn read_content(opened: &[u8], place: &FramePlace, author: &PublicKey) -> Result<Vec<u8>, ContentError> {
    let (signature, packed) = opened.split_first_chunk::<SIGNATURE>().ok_or(ContentError::Short)?;
    if !signature::verify(author, &place.preimage(packed), signature) {
        return Err(ContentError::Signature);
    }
    unpack(packed)
}

/// The label of a frame that was opened, before it is known whose signature to ask for.
pub fn peek_label(opened: &[u8]) -> Result<Option<Label>, ContentError> {
    let (_, packed) = opened.split_first_chunk::<SIGNATURE>().ok_or(ContentError::Short)?;
    Ok(items(&unpack(packed)?)?.into_iter().find_map(|item| item.label))
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, ContentError> {
    let (codec, body) = packed.split_first().ok_or(ContentError::Short)?;
    match *codec {
        CODEC_STORED if body.len() <= MAX_CONTENT => Ok(body.to_vec()),
        CODEC_ZSTD => zstd::bulk::decompress(body, MAX_CONTENT).map_err(|_unreadable| ContentError::Unpack),
        CODEC_STORED => Err(ContentError::Unpack),
        other => Err(ContentError::Codec(other)),
    }
}

/// The items of a content.
pub fn items(content: &[u8]) -> Result<Vec<BundleItem>, ContentError> {
    let mut reader = FrameReader::default();
    reader.push(content);
    let mut out = Vec::new();
    while let Some(item) = reader.next_frame()? {
        out.push(frame::read(item)?);
    }
    reader.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place() -> FramePlace {
        FramePlace { head: [3; 32], index: 4, key: 1 }
    }

    #[test]
    fn a_content_comes_back_for_its_place_and_its_author_only() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let (author, _) = signature::identity(&key);
        let opened = sign_content(&[7; 5_000], &place(), &key);
        assert!(opened.len() < 200, "it is compressed: {}", opened.len());
        assert_eq!(read_content(&opened, &place(), &author).unwrap(), vec![7; 5_000]);
        for other in [
            FramePlace { index: 5, ..place() },
            FramePlace { key: 0, ..place() },
            FramePlace { head: [4; 32], ..place() },
        ] {
            assert!(matches!(read_content(&opened, &other, &author), Err(ContentError::Signature)), "{other:?}");
        }
        let (stranger, _) = signature::identity(&SigningKey::from_bytes(&[2; 32]));
        assert!(matches!(read_content(&opened, &place(), &stranger), Err(ContentError::Signature)));
    }

    #[test]
    fn a_content_that_claims_more_than_a_frame_holds_is_refused_unread() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let (author, _) = signature::identity(&key);
        let opened = sign_content(&vec![0; MAX_CONTENT + 1], &place(), &key);
        assert!(matches!(read_content(&opened, &place(), &author), Err(ContentError::Unpack)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = peek_label(&bytes);
            let _ = items(&bytes);
            let _ = read_content(&bytes, &place(), &PublicKey([1; 32]));
        }
    }
}

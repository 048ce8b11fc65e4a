//! Names of things: outlets, members, devices, jobs, documents, actors.
//!
//! Each has one text form (screens, logs, keys) and one short form on the wire.

mod doc;

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

pub use doc::{DocId, DocKind};

/// A text that is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}")]
pub struct NotAnId {
    pub what: &'static str,
    pub text: String,
}

fn not(what: &'static str, text: &str) -> NotAnId {
    NotAnId { what, text: text.chars().take(64).collect() }
}

/// A ULID that names an outlet or a job: 26 characters as text, 16 bytes on the wire.
macro_rules! ulid_name {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Ulid);

        impl $name {
            pub fn to_bytes(self) -> [u8; 16] { self.0.to_bytes() }
            pub fn from_bytes(bytes: [u8; 16]) -> Self { Self(Ulid::from_bytes(bytes)) }
            /// A new name from its moment (milliseconds since 1970, UTC) and 80 random bits.
            pub fn mint(at_ms: u64, random: [u8; 10]) -> Self {
                let mut wide = [0u8; 16];
                wide[6..].copy_from_slice(&random);
                Self(Ulid::from_parts(at_ms, u128::from_be_bytes(wide)))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Ulid::from_string(text).map(Self).ok().filter(|id| id.to_string() == text).ok_or_else(|| not($what, text))
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.to_bytes())?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                let bytes = d.bytes()?;
                Ok(Self::from_bytes(bytes.try_into().map_err(decode::Error::custom)?))
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType { String::definition(types) }
        }
    };
}

ulid_name!(
    /// 网点: a shop; the tenant.
    OutletId, "outlet id"
);
ulid_name!(
    /// 工单: one job; its order and its sheet share this name.
    JobId, "job id"
);

/// Fixed-length bytes shown as lower-case hex.
macro_rules! hex_name {
    ($(#[$meta:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self}") }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let digits = text.as_bytes();
                // Exactly this alphabet: a blob's name becomes a file's name.
                if digits.len() != $len * 2 || !digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(not($what, text));
                }
                let mut bytes = [0u8; $len];
                for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    let nibble = |d: u8| if d.is_ascii_digit() { d - b'0' } else { d - b'a' + 10 };
                    *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
                }
                Ok(Self(bytes))
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Ok(Self(d.bytes()?.try_into().map_err(decode::Error::custom)?))
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType { String::definition(types) }
        }
    };
}

hex_name!(
    /// One installation of the app: the first 8 bytes of the SHA-256 of its public key, so that a device can't
    /// claim another's name.
    DeviceId, 8, "device id"
);
hex_name!(
    /// One run of the app on one device: device id ‖ 8 random bytes drawn at every start. A copied or restored data
    /// folder can therefore never repeat a sequence number.
    Actor, 16, "actor"
);
hex_name!(
    /// SHA-256 of an Automerge change.
    ChangeHash, 32, "change hash"
);
hex_name!(
    /// SHA-256 of a blob's bytes, and its only name.
    BlobHash, 32, "blob hash"
);
hex_name!(
    /// An Ed25519 public key.
    PublicKey, 32, "public key"
);

impl DeviceId {
    pub fn of_key(key: &PublicKey) -> Self {
        let digest = Sha256::new().chain_update(b"doorstep device\0").chain_update(key.0).finalize();
        let mut id = [0u8; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

impl Actor {
    pub fn new(device: DeviceId, start: [u8; 8]) -> Self {
        let mut actor = [0u8; 16];
        actor[..8].copy_from_slice(&device.0);
        actor[8..].copy_from_slice(&start);
        Self(actor)
    }

    pub fn device(&self) -> DeviceId {
        let mut id = [0u8; 8];
        id.copy_from_slice(&self.0[..8]);
        DeviceId(id)
    }
}

impl BlobHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eight characters of Crockford base32: 40 bits, random for members, told by a count for objects inside a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortId([u8; 8]);

impl ShortId {
    pub fn mint(random: [u8; 5]) -> Self {
        let mut wide = [0u8; 8];
        wide[3..].copy_from_slice(&random);
        let bits = u64::from_be_bytes(wide);
        let mut text = [0u8; 8];
        for (i, slot) in text.iter_mut().enumerate() {
            *slot = CROCKFORD[(bits >> (35 - 5 * i) & 31) as usize];
        }
        Self(text)
    }

    /// The `n`th name of one start of the app: as far from others' as a random one, but told by a count. The low 40
    /// bits of `n` count.
    pub fn nth(actor: Actor, n: u64) -> Self {
        let (mut left, mut right) = (n >> 20 & HALF, n & HALF);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ scrambled(actor, round, right));
        }
        Self::of_bits(left << 20 | right)
    }

    /// The number under which [`ShortId::nth`] gives this name to this actor; for a name that it did not mint, any.
    pub fn place(&self, actor: Actor) -> u64 {
        let (mut left, mut right) = (self.bits() >> 20, self.bits() & HALF);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ scrambled(actor, round, left), left);
        }
        left << 20 | right
    }

    fn bits(&self) -> u64 {
        let value = |letter: &u8| CROCKFORD.iter().position(|known| known == letter).unwrap_or(0) as u64;
        self.0.iter().fold(0, |bits, letter| bits << 5 | value(letter))
    }

    fn of_bits(bits: u64) -> Self {
        let mut random = [0; 5];
        random.copy_from_slice(&bits.to_be_bytes()[3..]);
        Self::mint(random)
    }

    /// The bits that it was made of.
    pub fn random(&self) -> [u8; 5] {
        let mut out = [0; 5];
        out.copy_from_slice(&self.bits().to_be_bytes()[3..]);
        out
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of ASCII letters only")
    }
}

const HALF: u64 = (1 << 20) - 1;
const ROUNDS: u8 = 4;

/// One round of a Feistel network over 40 bits: whatever it does, the network can be gone back.
fn scrambled(actor: Actor, round: u8, half: u64) -> u64 {
    let digest = Sha256::new()
        .chain_update(b"doorstep name\0")
        .chain_update(actor.0)
        .chain_update([round])
        .chain_update(half.to_be_bytes())
        .finalize();
    u64::from(u32::from_be_bytes([0, digest[0], digest[1], digest[2]])) & HALF
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ShortId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes: [u8; 8] = text.as_bytes().try_into().ok().ok_or_else(|| not("short id", text))?;
        if bytes.iter().all(|c| CROCKFORD.contains(c)) { Ok(Self(bytes)) } else { Err(not("short id", text)) }
    }
}

impl<C> Encode<C> for ShortId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(self.as_str())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for ShortId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.str()?.parse().map_err(decode::Error::custom)
    }
}

impl Serialize for ShortId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ShortId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl specta::Type for ShortId {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        String::definition(types)
    }
}

/// 成员: a person of the outlet.
pub type MemberId = ShortId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_id_survives_text_and_bytes() {
        let job = JobId::mint(1_795_000_000_000, [7; 10]);
        let member = ShortId::mint([1, 2, 3, 4, 5]);
        for doc in [
            DocId::Order(job),
            DocId::Sheet(job),
            DocId::Request(member),
            DocId::Stock(member),
            DocId::Desk("settle/2026-11".into()),
            DocId::Roster,
            DocId::Catalogue,
        ] {
            assert_eq!(doc.to_string().parse::<DocId>().unwrap(), doc);
            assert_eq!(DocId::from_bytes(&doc.to_bytes()).unwrap(), doc);
        }
    }

    #[test]
    fn a_name_that_is_a_path_is_no_name() {
        for bad in ["../../etc/passwd", "sheet:../x", "desk:a b", "desk:", "roster:x", "order:zz", ""] {
            assert!(bad.parse::<DocId>().is_err(), "{bad}");
        }
        assert!("AA".repeat(32).parse::<BlobHash>().is_err(), "upper case is another spelling of the same file");
        assert!("..".repeat(32).parse::<BlobHash>().is_err());
    }

    #[test]
    fn a_short_id_is_eight_letters_of_forty_bits() {
        assert_eq!(ShortId::mint([0; 5]).as_str(), "00000000");
        assert_eq!(ShortId::mint([255; 5]).as_str(), "ZZZZZZZZ");
        assert!("ILOU0000".parse::<ShortId>().is_err());
    }
}

//! Names of things: outlets, members, devices, jobs, documents, actors.
//!
//! Each has one text form (screens, logs, keys) and one short form on the wire.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

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

/// Eight characters of Crockford base32: 40 random bits, for members and for objects inside a document.
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

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of ASCII letters only")
    }
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
        let bytes: [u8; 8] = text.as_bytes().try_into().map_err(|_| not("short id", text))?;
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

/// The kinds of documents. The number is the wire's; it is never given again to another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DocKind {
    /// What the shop asks for; written by the owner.
    Order = 1,
    /// What happened on site and at the bench; written by those assigned.
    Sheet = 2,
    Request = 3,
    Stock = 4,
    Desk = 5,
    Roster = 6,
    Catalogue = 7,
}

impl DocKind {
    pub const ALL: [Self; 7] =
        [Self::Order, Self::Sheet, Self::Request, Self::Stock, Self::Desk, Self::Roster, Self::Catalogue];

    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Sheet => "sheet",
            Self::Request => "request",
            Self::Stock => "stock",
            Self::Desk => "desk",
            Self::Roster => "roster",
            Self::Catalogue => "catalogue",
        }
    }
}

/// The name of a document: `sheet:01J…`, `request:7K2M9QXA`, `desk:…`, `roster`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocId {
    Order(JobId),
    Sheet(JobId),
    Request(MemberId),
    Stock(MemberId),
    /// A topic of the owner's desk: 1–64 characters of `a–z 0–9 / - _ .` and Crockford's letters.
    Desk(String),
    Roster,
    Catalogue,
}

impl DocId {
    pub fn kind(&self) -> DocKind {
        match self {
            Self::Order(_) => DocKind::Order,
            Self::Sheet(_) => DocKind::Sheet,
            Self::Request(_) => DocKind::Request,
            Self::Stock(_) => DocKind::Stock,
            Self::Desk(_) => DocKind::Desk,
            Self::Roster => DocKind::Roster,
            Self::Catalogue => DocKind::Catalogue,
        }
    }

    /// The job that an order or a sheet belongs to.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Order(job) | Self::Sheet(job) => Some(*job),
            _ => None,
        }
    }

    /// The wire's form: the kind's number, then the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![self.kind() as u8];
        match self {
            Self::Order(job) | Self::Sheet(job) => out.extend_from_slice(&job.to_bytes()),
            Self::Request(member) | Self::Stock(member) => out.extend_from_slice(member.as_str().as_bytes()),
            Self::Desk(topic) => out.extend_from_slice(topic.as_bytes()),
            Self::Roster | Self::Catalogue => {}
        }
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnId> {
        let bad = || not("document id", &String::from_utf8_lossy(bytes));
        let (kind, key) = bytes.split_first().ok_or_else(bad)?;
        let kind = DocKind::ALL.into_iter().find(|k| *k as u8 == *kind).ok_or_else(bad)?;
        let job = || key.try_into().map(JobId::from_bytes).map_err(|_: std::array::TryFromSliceError| bad());
        let text = || std::str::from_utf8(key).map_err(|_: std::str::Utf8Error| bad());
        match kind {
            DocKind::Order => Ok(Self::Order(job()?)),
            DocKind::Sheet => Ok(Self::Sheet(job()?)),
            DocKind::Request => Ok(Self::Request(text()?.parse()?)),
            DocKind::Stock => Ok(Self::Stock(text()?.parse()?)),
            DocKind::Desk => desk_topic(text()?),
            DocKind::Roster if key.is_empty() => Ok(Self::Roster),
            DocKind::Catalogue if key.is_empty() => Ok(Self::Catalogue),
            DocKind::Roster | DocKind::Catalogue => Err(bad()),
        }
    }
}

fn desk_topic(topic: &str) -> Result<DocId, NotAnId> {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'/' | b'-' | b'_' | b'.');
    if (1..=64).contains(&topic.len()) && topic.bytes().all(allowed) {
        Ok(DocId::Desk(topic.to_owned()))
    } else {
        Err(not("desk topic", topic))
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().name();
        match self {
            Self::Order(job) | Self::Sheet(job) => write!(f, "{kind}:{job}"),
            Self::Request(member) | Self::Stock(member) => write!(f, "{kind}:{member}"),
            Self::Desk(topic) => write!(f, "{kind}:{topic}"),
            Self::Roster | Self::Catalogue => f.write_str(kind),
        }
    }
}

impl fmt::Debug for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for DocId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once(':') {
            Some(("order", key)) => Ok(Self::Order(key.parse()?)),
            Some(("sheet", key)) => Ok(Self::Sheet(key.parse()?)),
            Some(("request", key)) => Ok(Self::Request(key.parse()?)),
            Some(("stock", key)) => Ok(Self::Stock(key.parse()?)),
            Some(("desk", key)) => desk_topic(key),
            None if text == "roster" => Ok(Self::Roster),
            None if text == "catalogue" => Ok(Self::Catalogue),
            _ => Err(not("document id", text)),
        }
    }
}

impl<C> Encode<C> for DocId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.to_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for DocId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::from_bytes(d.bytes()?).map_err(decode::Error::custom)
    }
}

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

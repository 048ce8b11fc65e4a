//! The kinds of documents, and the name of each document.
//!
//! The name says who may write it: access is decided per document, so the relay never has to look inside.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::{JobId, MemberId, NotAnId, not};

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

//! Work of people who may no longer write: it waits in the owner's inbox, beside the log, until an owner decides. And
//! the word by which an owner has a job erased.

use minicbor::{Decode, Encode};

use crate::ids::{Actor, DocId, JobId, MemberId};
use crate::wire::Piece;

/// What became of an item of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxState {
    Waiting = 0,
    /// In the log, as its author's work.
    Admitted = 1,
    /// Kept, and part of no document.
    Declined = 2,
}

impl InboxState {
    /// `None` for a state of a later version.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Waiting, Self::Admitted, Self::Declined].into_iter().find(|state| *state as u8 == number)
    }
}

/// One word of the inbox: a piece that came, or what became of it since. The newest word on a piece counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct InboxItem {
    /// Its place among the inbox's words, from 1.
    #[n(0)]
    pub mark: u64,
    #[n(1)]
    pub doc: DocId,
    #[n(2)]
    pub actor: Actor,
    #[n(3)]
    pub from_seq: u64,
    #[n(4)]
    pub to_seq: u64,
    /// Whose work it is.
    #[n(5)]
    pub member: MemberId,
    /// The relay's clock when it came, milliseconds since 1970, UTC.
    #[n(6)]
    pub at_ms: i64,
    /// The number of an [`InboxState`].
    #[n(7)]
    #[cbor(default)]
    pub state: u8,
    /// The segment; missing once it is in the log.
    #[n(8)]
    pub piece: Option<Piece>,
}

/// An owner's decision on what waits of one run.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Admit {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    /// Up to this change of the run.
    #[n(2)]
    pub to_seq: u64,
    /// It stays out of the documents; it is kept, and may be admitted later.
    #[n(3)]
    #[cbor(default)]
    pub declined: bool,
    /// Why, for its author; at most [`REASON`] characters are kept.
    #[n(4)]
    pub reason: Option<String>,
}

/// Characters of a reason.
pub const REASON: usize = 200;

/// What became of a device's own work in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Decided {
    /// Its place among the inbox's words.
    #[n(0)]
    pub mark: u64,
    #[n(1)]
    pub doc: DocId,
    #[n(2)]
    pub actor: Actor,
    #[n(3)]
    pub from_seq: u64,
    #[n(4)]
    pub to_seq: u64,
    /// The number of an [`InboxState`].
    #[n(5)]
    pub state: u8,
    #[n(6)]
    pub reason: Option<String>,
}

/// A job whose content is gone from the relay, and has to go from every device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    #[n(0)]
    pub job: JobId,
}

//! The exchange: what goes up and comes down in `POST /v1/exchange`.
//!
//! Up: one [`UpHeader`], then [`Piece`]s. Down: one [`DownHeader`], then [`Entry`]s, then one [`Trailer`]. Each is a
//! frame (see [`crate::frame`]) of CBOR with numbered fields; unknown fields are skipped, missing optional ones are
//! absent. Nothing is asked per document, and every part may be repeated.

use minicbor::{Decode, Encode};

pub use crate::inbox::{Admit, Decided, Erased, InboxItem, InboxState};

use crate::ids::{Actor, DeviceId, DocId, JobId, MemberId, PublicKey};
use crate::signature::{Beacon, Farewell, Signature};

/// A place in an outlet's log. `epoch` and `hash` tell a relay restored from an older copy from the one we knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// Random, drawn when the log was created or restored.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub epoch: [u8; 8],
    /// Everything up to and including this entry was received, except that of entry `seq` itself only the first
    /// `part` parts were, when `part` > 0.
    #[n(1)]
    pub seq: u64,
    /// First 8 bytes of the running hash at `seq`.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub hash: [u8; 8],
    #[n(3)]
    #[cbor(default)]
    pub part: u64,
}

/// One run of changes, named.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunName {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
}

/// How far the relay holds a run: its last sequence number and the log entry that brought it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunHeld {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    pub seq: u64,
    #[n(3)]
    #[cbor(default)]
    pub log_seq: u64,
}

/// What a device still holds and has not handed over; the owner sees it as "not arrived".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Held {
    /// Changes not yet on the relay, after this request.
    #[n(0)]
    #[cbor(default)]
    pub changes: u64,
    #[n(1)]
    #[cbor(default)]
    pub photos: u64,
    #[n(2)]
    #[cbor(default)]
    pub photo_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UpHeader {
    #[n(0)]
    pub protocol: u32,
    /// `None`: from the beginning.
    #[n(1)]
    pub cursor: Option<Cursor>,
    /// The actor of this start of the app: its own entries are not sent back.
    #[n(2)]
    pub actor: Option<Actor>,
    #[n(3)]
    #[cbor(default)]
    pub held: Held,
    /// Runs whose state is asked for, after an answer was lost.
    #[n(4)]
    #[cbor(default)]
    pub ask: Vec<RunName>,
    /// Most bytes of entries wanted back; the rest comes with the next exchange.
    #[n(5)]
    pub budget: Option<u64>,
    /// The newest sample of [`crate::terse`] that the device knows; `None`: parcels are not read here.
    #[n(6)]
    pub sample: Option<u8>,
    /// Which of the relay's addresses are known, by [`crate::nearby::addresses_tag`]; absent for none.
    #[n(10)]
    pub addresses: Option<u32>,
    /// The newest word of the owner's inbox that this device knows; `None`: it doesn't read the inbox.
    #[n(12)]
    pub inbox: Option<u64>,
    /// The newest form of [`crate::compare`] that the device knows: when its cursor is of another log it compares, and
    /// need not be sent everything. `None`: it doesn't compare.
    #[n(16)]
    pub compares: Option<u8>,
    /// The newest word of the inbox on this device's own work that it knows; `None`: nothing of its work lay there.
    #[n(17)]
    pub decided: Option<u64>,
    /// The newest form of packs that the device reads, [`PACKS`]; `None`: it is sent entries.
    #[n(18)]
    pub packs: Option<u8>,
    /// From where on packs were given, as the last answer said.
    #[n(19)]
    pub packs_from: Option<PacksFrom>,
    /// A request of this start of the app was never answered though it carried grants: it may arrive yet, behind what was
    /// granted since. Grants that this actor brought are sent back then.
    #[n(20)]
    pub strayed: Option<bool>,
}

/// The form of packs that this version reads.
pub const PACKS: u8 = 1;

/// From where on in the log jobs are given in one piece, and which of the relay's packs. Whoever goes on from a cursor
/// with this has every pack of that turn whose place lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PacksFrom {
    /// The name of a turn of packing, drawn by the relay.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub turn: [u8; 8],
    /// The entry behind which they begin.
    #[n(1)]
    pub seq: u64,
}

/// Kinds of log entries. The number is the wire's; it is never given again.
pub mod kind {
    pub const SEGMENT: u8 = 1;
    pub const GRANT: u8 = 2;
    /// A member of the outlet: name, roles, status.
    pub const ROLE: u8 = 3;
    /// A device: its key, whose it is, status.
    pub const DEVICE: u8 = 4;
    pub const CARD: u8 = 5;
    pub const FEEDBACK: u8 = 6;
    pub const NOTICE: u8 = 7;
    pub const ADMIT: u8 = 8;
    pub const ERASED: u8 = 9;
    /// Segments on their way, told together (see [`crate::terse`]); never at rest.
    pub const PARCEL: u8 = 10;
    /// A job on its way in one piece (see [`super::Pack`]); never in the log.
    pub const PACK: u8 = 11;
}

/// What is carried: one entry's content, the same up, down and at rest. Exactly the field of its kind is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Piece {
    /// One of [`kind`]; a kind that the reader does not know is passed over.
    #[n(0)]
    pub kind: u8,
    #[n(1)]
    pub doc: Option<DocId>,
    #[n(2)]
    pub segment: Option<Segment>,
    #[n(3)]
    pub grant: Option<Grant>,
    #[n(4)]
    pub role: Option<Role>,
    #[n(5)]
    pub device: Option<Device>,
    #[cbor(n(6), with = "minicbor::bytes")]
    pub parcel: Option<Vec<u8>>,
    #[n(7)]
    pub admit: Option<Admit>,
    #[n(8)]
    pub erased: Option<Erased>,
    #[n(9)]
    pub pack: Option<Pack>,
}

/// All that the log holds of a job up to some entry. It comes at the place of the first of them, and the device is not
/// sent the others.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pack {
    /// Changes, runs and signatures: see [`crate::closed`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// The newest grant of each member.
    #[n(1)]
    #[cbor(default)]
    pub grants: Vec<PackedGrant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PackedGrant {
    /// The entry that said it.
    #[n(0)]
    pub seq: u64,
    #[n(1)]
    pub member: MemberId,
    #[n(2)]
    pub access: Access,
}

/// Consecutive changes of one (document, actor).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Segment {
    #[n(0)]
    pub actor: Actor,
    #[n(1)]
    pub from_seq: u64,
    /// See [`crate::segment`].
    #[n(2)]
    pub codec: u8,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    #[n(4)]
    pub signature: Signature,
    /// Hashes (32 bytes each) of the changes between this piece's end and the signature's `seq`.
    #[cbor(n(5), with = "minicbor::bytes")]
    #[cbor(default)]
    pub tail: Vec<u8>,
}

/// What a member may do with a job's sheet; the job's order is readable from `Read` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Access {
    #[n(0)]
    None,
    #[n(1)]
    Read,
    #[n(2)]
    Write,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    #[n(0)]
    pub job: JobId,
    #[n(1)]
    pub member: MemberId,
    #[n(2)]
    pub access: Access,
}

/// What a member is to the outlet. Certificates and grades are the roster document's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum RoleKind {
    /// 网点老板
    #[n(0)]
    Owner,
    /// 服务工程师
    #[n(1)]
    Technician,
    /// 安装工程师
    #[n(2)]
    Installer,
    /// 板修
    #[n(3)]
    Repairer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    #[n(0)]
    Active,
    /// Left the outlet: may only push, into the owner's inbox.
    #[n(1)]
    Left,
    /// A lost device: refused everything.
    #[n(2)]
    Lost,
}

/// The relay's word on a member.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Role {
    #[n(0)]
    pub member: MemberId,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub roles: Vec<RoleKind>,
    #[n(3)]
    pub status: Status,
}

/// The relay's word on a device: the key that its signatures are checked with.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Device {
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    pub member: MemberId,
    #[n(2)]
    pub key: PublicKey,
    #[n(3)]
    pub name: String,
    #[n(4)]
    pub status: Status,
}

/// What became of one piece of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Outcome {
    /// Durable in the log.
    #[n(0)]
    Accepted,
    /// It was there already.
    #[n(1)]
    Known,
    /// Earlier changes are missing; see `want_from`.
    #[n(2)]
    Gap,
    #[n(3)]
    Refused,
}

/// The answer to one piece, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PieceResult {
    #[n(0)]
    pub outcome: Outcome,
    /// The log entry that holds it.
    #[n(1)]
    pub log_seq: Option<u64>,
    #[n(2)]
    pub want_from: Option<u64>,
    /// The wire name of an error code, for `Refused`.
    #[n(3)]
    pub code: Option<String>,
    /// For a piece that is not part of the log: the word of the owner's inbox that holds it.
    #[n(4)]
    pub inbox: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DownHeader {
    #[n(0)]
    pub protocol: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub epoch: [u8; 8],
    #[n(2)]
    pub beacon: Beacon,
    #[n(3)]
    #[cbor(default)]
    pub results: Vec<PieceResult>,
    /// The highest log entry that an owner's device has fetched (在老板设备上).
    #[n(4)]
    #[cbor(default)]
    pub owner_seq: u64,
    /// The highest log entry in the relay's newest backup.
    #[n(5)]
    #[cbor(default)]
    pub backed_up_to: u64,
    /// Answers to `ask`; a run that is not named here is not on the relay.
    #[n(6)]
    #[cbor(default)]
    pub runs: Vec<RunHeld>,
    /// The cursor was not of this log: entries follow from the beginning.
    #[n(7)]
    #[cbor(default)]
    pub restarted: bool,
    /// What the outlet's other devices still hold, for owners.
    #[n(8)]
    #[cbor(default)]
    pub devices: Vec<DeviceHeld>,
    /// The newest sample of [`crate::terse`] that the relay knows; `None`: parcels are not taken here.
    #[n(9)]
    pub sample: Option<u8>,
    /// Where the relay can be reached from now on, when that is not what the device knows.
    #[n(10)]
    pub addresses: Option<Vec<String>>,
    /// Devices that wait for an owner's word, for owners.
    #[n(11)]
    pub pending: Option<Vec<Device>>,
    /// Words of the owner's inbox that the device does not know yet, for owners, oldest first.
    #[n(12)]
    pub inbox: Option<Vec<InboxItem>>,
    /// The last word of the inbox that an owner's device has fetched.
    #[n(13)]
    pub inbox_seen: Option<u64>,
    /// The device is served no more than this answer: its member has left.
    #[n(14)]
    pub farewell: Option<Farewell>,
    /// To a device that compares: the newest form of [`crate::compare`] that the relay answers. With `restarted`
    /// no entries follow.
    #[n(16)]
    pub compares: Option<u8>,
    /// From where on jobs come in one piece; to be said with the next request. `None`: none is left to give.
    #[n(19)]
    pub packs_from: Option<PacksFrom>,
    /// What became of the device's own work in the inbox since the word that it knows, oldest first.
    #[n(17)]
    pub decided: Option<Vec<Decided>>,
}

/// A device's own last word on what it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceHeld {
    #[n(0)]
    pub device: DeviceId,
    /// The relay's clock at the device's last exchange, milliseconds since 1970, UTC.
    #[n(1)]
    pub seen_ms: i64,
    #[n(2)]
    pub held: Held,
}

/// One entry on its way down.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry {
    #[n(0)]
    pub seq: u64,
    /// The running hash's first 8 bytes at `seq`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: [u8; 8],
    /// Number of parts of `seq` that are received with this one, 0 when it is whole.
    #[n(2)]
    #[cbor(default)]
    pub part: u64,
    /// The relay's clock when it took the entry, milliseconds since 1970, UTC.
    #[n(3)]
    pub at_ms: i64,
    #[n(4)]
    pub piece: Piece,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Trailer {
    /// Where the device stands when it has kept everything above; also past entries it may not read.
    #[n(0)]
    pub cursor: Cursor,
    /// There is more than the budget allowed.
    #[n(1)]
    #[cbor(default)]
    pub more: bool,
}

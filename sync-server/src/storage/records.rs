//! What the shelves keep, as rows: outlets, members, devices, entries, runs, grants, invites, blobs.

use doorstep_schemas::admission::Run;
use doorstep_schemas::ids::{Actor, DeviceId, DocId, MemberId, OutletId, PublicKey};
use doorstep_schemas::log;
use doorstep_schemas::wire::{Access, Held, InboxState, RoleKind, Status};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    pub id: OutletId,
    pub name: String,
    /// Drawn at random when the log was created.
    pub epoch: [u8; 8],
    /// The last entry's number and running hash; 0 and [`doorstep_schemas::log::GENESIS`] before the first.
    pub head: u64,
    pub hash: [u8; 32],
    /// The highest entry that an owner's device has said it holds.
    pub owner_seq: u64,
    pub created_ms: i64,
    /// The last entry in the newest backup; 0 where there is none.
    pub backed_up_to: u64,
    /// Where the relay can be reached from afar, the likeliest first.
    pub addresses: Vec<String>,
    pub confirms: Confirms,
    /// The last word of the inbox, and the last that an owner's device has fetched.
    pub inbox: u64,
    pub inbox_seen: u64,
}

impl Outlet {
    /// An outlet with an empty log.
    pub fn new(id: OutletId, name: String, epoch: [u8; 8], created_ms: i64) -> Self {
        Self {
            id,
            name,
            epoch,
            head: 0,
            hash: log::GENESIS,
            owner_seq: 0,
            created_ms,
            backed_up_to: 0,
            addresses: Vec::new(),
            confirms: Confirms::Further,
            inbox: 0,
            inbox_seen: 0,
        }
    }
}

/// Which new devices wait until an owner confirms them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirms {
    None = 0,
    /// Those of a member who has a device already.
    Further = 1,
    /// All but the outlet's first.
    All = 2,
}

/// What an outlet takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Of all entries' bodies.
    pub bytes: u64,
    pub documents: u64,
    pub runs: u64,
    pub blobs: u64,
    pub blob_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub roles: Vec<RoleKind>,
    pub status: Status,
    /// The entry that made this member an owner; what lies before it is handed over when a device passes it.
    pub owner_since: Option<u64>,
    /// The relay's clock when the status was set.
    pub status_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub member: MemberId,
    pub key: PublicKey,
    pub name: String,
    pub status: Status,
    pub token_hash: [u8; 32],
    /// The highest cursor that the device has presented.
    pub cursor_seq: u64,
    /// The relay's clock at its last exchange; 0 before the first.
    pub seen_ms: i64,
    pub held: Held,
    /// No owner has confirmed it yet: the log doesn't know it, and it is served nothing.
    pub pending: bool,
    /// The relay's clock when the status was set.
    pub status_ms: i64,
}

/// A token's device and its outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoseToken {
    pub outlet: OutletId,
    pub device: Device,
}

/// The sequence numbers of a run that a segment covers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from_seq: u64,
    pub to_seq: u64,
}

/// An entry about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    pub kind: u8,
    pub doc: Option<DocId>,
    /// The author's device; for the relay's own entries `None`.
    pub author: Option<DeviceId>,
    /// The device that brought it.
    pub carrier: Option<DeviceId>,
    /// A segment's own actor; for other kinds the actor that the carrier's exchange named.
    pub actor: Option<Actor>,
    pub stretch: Option<Stretch>,
    /// The member that a grant or a role is about.
    pub member: Option<MemberId>,
    pub at_ms: i64,
    /// CBOR of the piece.
    pub body: Vec<u8>,
}

/// Where an entry went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub seq: u64,
    pub hash: [u8; 32],
}

/// An entry of the log without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryHead {
    pub seq: u64,
    pub kind: u8,
    pub doc: Option<DocId>,
    pub author: Option<DeviceId>,
    pub carrier: Option<DeviceId>,
    pub actor: Option<Actor>,
    pub member: Option<MemberId>,
    pub at_ms: i64,
    pub digest: [u8; 32],
    pub hash: [u8; 32],
}

/// How far a run of one actor in one document is held, and by which entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunRow {
    pub run: Run,
    pub log_seq: u64,
}

/// What a member may do with a job now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantNow {
    pub access: Access,
    /// The entry at which access went from none to some.
    pub since: u64,
    /// It was theirs to write once, now or before.
    pub had_write: bool,
    /// The grant's entry; `None` while it is only implied, by the first change of a walk-in.
    pub log_seq: Option<u64>,
}

/// A one-time code, by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    pub code_hash: [u8; 32],
    pub outlet: OutletId,
    pub member: MemberId,
    pub expires_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub size: u64,
    pub docs: Vec<DocId>,
}

/// A piece beside the log, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    pub mark: u64,
    pub doc: DocId,
    pub actor: Actor,
    pub from_seq: u64,
    /// The run as it stands with this item.
    pub run: Run,
    /// Operations that the item adds.
    pub ops: u64,
    pub member: MemberId,
    pub at_ms: i64,
    pub state: InboxState,
    /// Why an owner declined it.
    pub reason: Option<String>,
    /// CBOR of the piece; empty once it is in the log.
    pub body: Vec<u8>,
}

/// What one member has in the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxUse {
    pub items: u64,
    pub bytes: u64,
    /// Operations that all of it adds.
    pub ops: u64,
}

/// What is brought in a day: counted, or the most that may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayUse {
    pub entries: u64,
    /// Of entries' bodies.
    pub bytes: u64,
    pub photo_bytes: u64,
}

impl DayUse {
    /// Nothing is too much.
    pub const ENDLESS: Self = Self { entries: u64::MAX, bytes: u64::MAX, photo_bytes: u64::MAX };

    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            entries: self.entries.saturating_add(more.entries),
            bytes: self.bytes.saturating_add(more.bytes),
            photo_bytes: self.photo_bytes.saturating_add(more.photo_bytes),
        }
    }

    pub fn fits(self, most: Self) -> bool {
        self.entries <= most.entries && self.bytes <= most.bytes && self.photo_bytes <= most.photo_bytes
    }
}

/// The most that may be brought in a day: by one device that is not an owner's, and by all devices of the outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub device: DayUse,
    pub outlet: DayUse,
}

impl Default for Quota {
    /// Fifty times a technician's heaviest day, and an owner's largest import: who runs into it does no field work.
    fn default() -> Self {
        const MB: u64 = 1_000_000;
        Self {
            device: DayUse { entries: 50_000, bytes: 128 * MB, photo_bytes: 4_000 * MB },
            outlet: DayUse { entries: 1_000_000, bytes: 2_000 * MB, photo_bytes: 40_000 * MB },
        }
    }
}

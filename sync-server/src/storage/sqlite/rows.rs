//! Columns to values: what SQLite's types can't say is checked here.

use doorstep_schemas::admission::Run;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, MemberId, OutletId, PublicKey};
use doorstep_schemas::signature::Chain;
use doorstep_schemas::wire::{Access, Held, InboxState, RoleKind, Status};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::storage::{Confirms, Device, EntryHead, InboxRow, Member, Outlet, StorageError};

pub fn number(value: u64) -> Result<i64, StorageError> {
    i64::try_from(value).map_err(|_: std::num::TryFromIntError| StorageError::TooLarge(value))
}

pub fn count(row: &Row<'_>, column: &str) -> Result<u64, StorageError> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_: std::num::TryFromIntError| StorageError::Corrupt { what: "count" })
}

/// The same by the column's place: where many rows are read, looking for names is most of the work.
pub fn count_at(row: &Row<'_>, column: usize) -> Result<u64, StorageError> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_: std::num::TryFromIntError| StorageError::Corrupt { what: "count" })
}

pub fn doc(bytes: &[u8]) -> Result<DocId, StorageError> {
    DocId::from_bytes(bytes).ok().ok_or(StorageError::Corrupt { what: "document id" })
}

pub fn member_id(text: &str) -> Result<MemberId, StorageError> {
    text.parse().ok().ok_or(StorageError::Corrupt { what: "member id" })
}

const ROLES: [RoleKind; 4] = [RoleKind::Owner, RoleKind::Technician, RoleKind::Installer, RoleKind::Repairer];

pub fn role_bits(roles: &[RoleKind]) -> i64 {
    roles.iter().fold(0, |bits, role| bits | 1 << *role as i64)
}

fn roles(bits: i64) -> Vec<RoleKind> {
    ROLES.into_iter().filter(|role| bits & 1 << *role as i64 != 0).collect()
}

pub fn status(number: i64) -> Result<Status, StorageError> {
    [Status::Active, Status::Left, Status::Lost]
        .into_iter()
        .find(|status| *status as i64 == number)
        .ok_or(StorageError::Corrupt { what: "status" })
}

pub fn access(number: i64) -> Result<Access, StorageError> {
    [Access::None, Access::Read, Access::Write]
        .into_iter()
        .find(|access| *access as i64 == number)
        .ok_or(StorageError::Corrupt { what: "access" })
}

fn confirms(number: i64) -> Result<Confirms, StorageError> {
    [Confirms::None, Confirms::Further, Confirms::All]
        .into_iter()
        .find(|confirms| *confirms as i64 == number)
        .ok_or(StorageError::Corrupt { what: "choice of devices to confirm" })
}

pub fn outlet(row: &Row<'_>) -> Result<Outlet, StorageError> {
    Ok(Outlet {
        id: OutletId::from_bytes(row.get("id")?),
        name: row.get("name")?,
        epoch: row.get("epoch")?,
        head: count(row, "head")?,
        hash: row.get("hash")?,
        owner_seq: count(row, "owner_seq")?,
        created_ms: row.get("created_ms")?,
        backed_up_to: count(row, "backed_up_to")?,
        addresses: row.get::<_, String>("addresses")?.lines().map(str::to_owned).collect(),
        confirms: confirms(row.get("confirms")?)?,
        inbox: count(row, "inbox")?,
        inbox_seen: count(row, "inbox_seen")?,
    })
}

pub fn member(row: &Row<'_>) -> Result<Member, StorageError> {
    let since: Option<i64> = row.get("owner_since")?;
    Ok(Member {
        id: member_id(&row.get::<_, String>("id")?)?,
        name: row.get("name")?,
        roles: roles(row.get("roles")?),
        status: status(row.get("status")?)?,
        owner_since: since.map(|_| count(row, "owner_since")).transpose()?,
        status_ms: row.get("status_ms")?,
    })
}

pub fn device(row: &Row<'_>) -> Result<Device, StorageError> {
    Ok(Device {
        id: DeviceId(row.get("id")?),
        member: member_id(&row.get::<_, String>("member")?)?,
        key: PublicKey(row.get("key")?),
        name: row.get("name")?,
        status: status(row.get("status")?)?,
        token_hash: row.get("token_hash")?,
        cursor_seq: count(row, "cursor_seq")?,
        seen_ms: row.get("seen_ms")?,
        held: Held {
            changes: count(row, "held_changes")?,
            photos: count(row, "held_photos")?,
            photo_bytes: count(row, "held_photo_bytes")?,
        },
        pending: row.get("pending")?,
        status_ms: row.get("status_ms")?,
    })
}

pub fn run(row: &Row<'_>) -> Result<Run, StorageError> {
    Ok(Run {
        seq: count(row, "seq")?,
        hash: ChangeHash(row.get("hash")?),
        chain: Chain(row.get("chain")?),
        next_op: count(row, "next_op")?,
    })
}

pub fn inbox(row: &Row<'_>) -> Result<InboxRow, StorageError> {
    let state = u8::try_from(count(row, "state")?).ok().and_then(InboxState::from_number);
    Ok(InboxRow {
        mark: count(row, "mark")?,
        doc: doc(&row.get::<_, Vec<u8>>("doc")?)?,
        actor: Actor(row.get("actor")?),
        from_seq: count(row, "from_seq")?,
        run: run(row)?,
        ops: count(row, "ops")?,
        member: member_id(&row.get::<_, String>("member")?)?,
        at_ms: row.get("at_ms")?,
        state: state.ok_or(StorageError::Corrupt { what: "state in the inbox" })?,
        reason: row.get("reason")?,
        body: row.get("body")?,
    })
}

/// Columns as all queries for heads name them: `seq, kind, doc, author, carrier, actor, member, at_ms, digest, hash`.
pub fn entry(row: &Row<'_>) -> Result<EntryHead, StorageError> {
    let kind: i64 = row.get(1)?;
    let doc_of = |value: ValueRef<'_>| match value {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => doc(bytes).map(Some),
        _ => Err(StorageError::Corrupt { what: "document id" }),
    };
    let member_of = |value: ValueRef<'_>| match value {
        ValueRef::Null => Ok(None),
        ValueRef::Text(text) => member_id(str::from_utf8(text).unwrap_or_default()).map(Some),
        _ => Err(StorageError::Corrupt { what: "member id" }),
    };
    Ok(EntryHead {
        seq: count_at(row, 0)?,
        kind: u8::try_from(kind)
            .map_err(|_: std::num::TryFromIntError| StorageError::Corrupt { what: "entry kind" })?,
        doc: doc_of(row.get_ref(2)?)?,
        author: row.get::<_, Option<[u8; 8]>>(3)?.map(DeviceId),
        carrier: row.get::<_, Option<[u8; 8]>>(4)?.map(DeviceId),
        actor: row.get::<_, Option<[u8; 16]>>(5)?.map(Actor),
        member: member_of(row.get_ref(6)?)?,
        at_ms: row.get(7)?,
        digest: row.get(8)?,
        hash: row.get(9)?,
    })
}

//! The outlet's people and devices: the relay's own word, written into the log for everybody to read.

use doorstep_schemas::enrol::{CODE_SECONDS, normal_code};
use doorstep_schemas::ids::{DeviceId, MemberId, OutletId, ShortId};
use doorstep_schemas::wire::{self, Piece, Role, RoleKind, Status, kind};
use sha2::{Digest, Sha256};

use super::access;
use super::intake::at_rest;
use crate::storage::{Device, Invite, Ledger, Member, NewEntry, Outlet, StorageError};

/// Longest name of a person, a device or an outlet, in characters.
pub const LONGEST_NAME: usize = 40;

/// A name that can't be written on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {LONGEST_NAME} printable characters")]
pub struct BadName;

/// A name as it is kept: without blanks around it.
pub fn name(typed: &str) -> Result<String, BadName> {
    let name = typed.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(BadName) }
}

/// Each role once, in the wire's order.
pub fn distinct(mut roles: Vec<RoleKind>) -> Vec<RoleKind> {
    roles.sort_by_key(|role| *role as u8);
    roles.dedup();
    roles
}

/// Why something about the team was not done.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    #[error("no such member")]
    NoMember,
    #[error("no such device")]
    NoDevice,
    #[error("the outlet would be without an active owner")]
    LastOwner,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Founds an outlet with an empty log.
pub fn found_outlet(
    ledger: &mut dyn Ledger,
    id: OutletId,
    name: String,
    epoch: [u8; 8],
    now_ms: i64,
) -> Result<Outlet, StorageError> {
    let outlet = Outlet::new(id, name, epoch, now_ms);
    ledger.put_outlet(&outlet)?;
    Ok(outlet)
}

/// Puts a member's new state into the log. Who becomes an owner by it is handed the older log at this entry.
pub fn put_member(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    id: MemberId,
    name: String,
    roles: Vec<RoleKind>,
    status: Status,
    now_ms: i64,
) -> Result<Member, StorageError> {
    let known = ledger.member(outlet, id)?;
    let before = known.as_ref().and_then(|member| member.owner_since);
    let status_ms = known.filter(|member| member.status == status).map_or(now_ms, |member| member.status_ms);
    let role = Role { member: id, name: name.clone(), roles: roles.clone(), status };
    let piece = Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() };
    let placed = ledger.append(outlet, &own_word(kind::ROLE, Some(id), now_ms, &piece))?;
    let owner_since = access::runs_the_outlet(&roles).then(|| before.unwrap_or(placed.seq));
    let member = Member { id, name, roles, status, owner_since, status_ms };
    ledger.put_member(outlet, &member)?;
    Ok(member)
}

/// Says a member's roles, and whether they belong to the outlet; what is missing stays. What they already are costs no entry.
pub fn set_member(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    id: MemberId,
    roles: Option<Vec<RoleKind>>,
    status: Option<Status>,
    now_ms: i64,
) -> Result<(), TeamError> {
    let known = ledger.member(outlet, id)?.ok_or(TeamError::NoMember)?;
    let roles = roles.unwrap_or_else(|| known.roles.clone());
    let status = status.unwrap_or(known.status);
    let runs = |roles: &[RoleKind], status| access::runs_the_outlet(roles) && status == Status::Active;
    if runs(&known.roles, known.status) && !runs(&roles, status) {
        let others = ledger.members(outlet)?;
        if !others.iter().any(|other| other.id != id && runs(&other.roles, other.status)) {
            return Err(TeamError::LastOwner);
        }
    }
    if (distinct(known.roles.clone()), known.status) != (roles.clone(), status) {
        put_member(ledger, outlet, id, known.name, roles, status, now_ms)?;
    }
    Ok(())
}

/// What others are told of a device.
pub fn word(device: &Device) -> wire::Device {
    wire::Device {
        device: device.id,
        member: device.member,
        key: device.key,
        name: device.name.clone(),
        status: device.status,
    }
}

/// Puts a device's new state into the log.
pub fn put_device(ledger: &mut dyn Ledger, outlet: OutletId, device: &Device, now_ms: i64) -> Result<(), StorageError> {
    let piece = Piece { kind: kind::DEVICE, device: Some(word(device)), ..Piece::default() };
    ledger.append(outlet, &own_word(kind::DEVICE, Some(device.member), now_ms, &piece))?;
    ledger.put_device(outlet, device)
}

/// Confirms a device, reports it lost, or found again. What it already is costs no entry.
pub fn set_device_status(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    device: DeviceId,
    status: Status,
    now_ms: i64,
) -> Result<(), TeamError> {
    let mut row = ledger.device(outlet, device)?.ok_or(TeamError::NoDevice)?;
    if row.pending && status != Status::Active {
        // Nobody ever heard of it, so there is nobody to tell.
        (row.status, row.status_ms) = (status, now_ms);
        ledger.put_device(outlet, &row)?;
    } else if row.pending || row.status != status {
        (row.status, row.status_ms, row.pending) = (status, now_ms, false);
        put_device(ledger, outlet, &row, now_ms)?;
    }
    Ok(())
}

/// A new one-time code for a member; only its hash is kept.
pub fn invite(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    member: MemberId,
    random: [u8; 5],
    now_ms: i64,
) -> Result<(String, i64), TeamError> {
    let known = ledger.member(outlet, member)?.filter(|member| member.status == Status::Active);
    if known.is_none() {
        return Err(TeamError::NoMember);
    }
    let code = ShortId::mint(random).to_string();
    let expires_ms = now_ms.saturating_add_unsigned(CODE_SECONDS * 1_000);
    ledger.put_invite(&Invite { code_hash: code_hash(&code), outlet, member, expires_ms })?;
    Ok((code, expires_ms))
}

/// What is kept of a code.
pub fn code_hash(typed: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"doorstep code\0").chain_update(normal_code(typed)).finalize().into()
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"doorstep token\0").chain_update(token).finalize().into()
}

fn own_word(kind: u8, member: Option<MemberId>, now_ms: i64, piece: &Piece) -> NewEntry {
    NewEntry {
        kind,
        doc: None,
        author: None,
        carrier: None,
        actor: None,
        stretch: None,
        member,
        at_ms: now_ms,
        body: at_rest(piece),
    }
}

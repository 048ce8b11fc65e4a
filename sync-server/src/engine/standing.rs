//! Who asks, and what they may see: the one place that opens the log.
//!
//! A request, each of its batches and its answer ask again, so a device that is lost in between gets nothing more.

use std::collections::HashMap;

use doorstep_schemas::ids::{DeviceId, DocId, JobId, MemberId, OutletId, PublicKey};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::signature::Farewell;
use doorstep_schemas::wire::{Access, RoleKind, Status, kind};

use ed25519_dalek::SigningKey;

use super::access::{self, Audience, Endpoint, Entrance, Verb};
use crate::storage::{EntryHead, GrantNow, Member, PackHead, Shelf, StorageError};

/// A live device. Where nothing else is said, its member is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub outlet: OutletId,
    pub device: DeviceId,
    /// The device's.
    pub key: PublicKey,
    pub member: Member,
}

/// A device that the relay knows and serves no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    pub outlet: OutletId,
    pub device: DeviceId,
    pub status: Status,
    /// The relay's clock when that was said; 0 where it is not known.
    pub at_ms: i64,
}

impl Gone {
    /// The relay's word on it.
    pub fn word(&self, key: &SigningKey) -> Farewell {
        Farewell::sign(self.outlet, self.device, self.status as u8, self.at_ms, key)
    }
}

/// Why a device is not served.
#[derive(Debug, thiserror::Error)]
pub enum NotServed {
    #[error("no device has this token")]
    UnknownToken,
    #[error("the device was reported lost, or its member has left")]
    Revoked(Gone),
    #[error("an owner has yet to confirm the device")]
    Pending,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The caller that a token's hash belongs to.
pub fn caller(shelf: &dyn Shelf, token_hash: &[u8; 32], at: Endpoint) -> Result<Caller, NotServed> {
    let found = shelf.whose_token(token_hash)?.ok_or(NotServed::UnknownToken)?;
    let caller = admit(shelf, found.outlet, found.device.id)?;
    if at.entrance() == Entrance::OrLeft { Ok(caller) } else { caller.if_active() }
}

/// The same caller, asked again, if its member is active.
pub fn again(shelf: &dyn Shelf, caller: &Caller) -> Result<Caller, NotServed> {
    admit(shelf, caller.outlet, caller.device)?.if_active()
}

/// The same caller, asked again, to hand something over.
pub fn again_to_bring(shelf: &dyn Shelf, caller: &Caller) -> Result<Caller, NotServed> {
    if planted::on(Bug::StatusAskedOnce) {
        return Ok(caller.clone());
    }
    admit(shelf, caller.outlet, caller.device)
}

fn admit(shelf: &dyn Shelf, outlet: OutletId, device: DeviceId) -> Result<Caller, NotServed> {
    let row = shelf.device(outlet, device)?.ok_or(NotServed::UnknownToken)?;
    let member = shelf.member(outlet, row.member)?.ok_or(StorageError::Corrupt { what: "device's member" })?;
    if row.status != Status::Active && !planted::on(Bug::StatusNotAsked) {
        return Err(NotServed::Revoked(Gone { outlet, device, status: Status::Lost, at_ms: row.status_ms }));
    }
    if member.status == Status::Lost && !planted::on(Bug::StatusNotAsked) {
        return Err(NotServed::Revoked(Gone { outlet, device, status: Status::Lost, at_ms: member.status_ms }));
    }
    if row.pending { Err(NotServed::Pending) } else { Ok(Caller { outlet, device, key: row.key, member }) }
}

impl Caller {
    /// That the member has left, and since when.
    pub fn left(&self) -> Option<Gone> {
        let Member { status, status_ms: at_ms, .. } = self.member;
        (status != Status::Active).then_some(Gone { outlet: self.outlet, device: self.device, status, at_ms })
    }

    fn if_active(self) -> Result<Self, NotServed> {
        match self.left() {
            Some(gone) => Err(NotServed::Revoked(gone)),
            None => Ok(self),
        }
    }

    pub fn is_owner(&self) -> bool {
        self.left().is_none() && access::runs_the_outlet(&self.member.roles)
    }
}

/// Whether a member has a verb on a document now.
pub fn may(
    shelf: &dyn Shelf,
    outlet: OutletId,
    member: &Member,
    verb: Verb,
    doc: &DocId,
) -> Result<bool, StorageError> {
    let granted = match doc.job() {
        Some(job) => shelf.grant(outlet, job, member.id)?.map_or(Access::None, |grant| grant.access),
        None => Access::None,
    };
    Ok(member.status == Status::Active && access::allowed(&member.roles, member.id, verb, doc, granted))
}

/// Whether work of a member on a document that they may not write may wait for an owner.
pub fn may_wait(shelf: &dyn Shelf, outlet: OutletId, member: &Member, doc: &DocId) -> Result<bool, StorageError> {
    let had_grant = match doc.job() {
        Some(job) => match shelf.grant(outlet, job, member.id)? {
            Some(grant) => grant.had_write,
            None => !shelf.job_is_used(outlet, job)?,
        },
        None => false,
    };
    let left = match member.status {
        Status::Active => false,
        Status::Left => true,
        Status::Lost => return Ok(false),
    };
    Ok(access::may_wait(&member.roles, member.id, left, doc, had_grant))
}

/// What of the log a member may read, taken at one moment.
#[derive(Debug, Clone)]
pub struct Sight {
    member: MemberId,
    roles: Vec<RoleKind>,
    owner_since: Option<u64>,
    grants: HashMap<JobId, GrantNow>,
    /// Jobs by the entry that opened them.
    opened: HashMap<u64, JobId>,
}

/// An entry that hands over what lies before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// A job was given to the member.
    Job(JobId),
    /// The member became an owner.
    Outlet,
}

impl Sight {
    pub fn of(shelf: &dyn Shelf, outlet: OutletId, member: &Member) -> Result<Self, StorageError> {
        let grants: HashMap<_, _> =
            shelf.grants_of(outlet, member.id)?.into_iter().filter(|(_, grant)| grant.access != Access::None).collect();
        // Who has no role any more is handed nothing over, whatever was granted.
        let reads = |job: JobId, grant: &GrantNow| {
            access::allowed(&member.roles, member.id, Verb::Read, &DocId::Order(job), grant.access)
        };
        let opened =
            grants.iter().filter(|(job, grant)| reads(**job, grant)).map(|(job, now)| (now.since, *job)).collect();
        let owner_since = member.owner_since.filter(|_| access::runs_the_outlet(&member.roles));
        Ok(Self { member: member.id, roles: member.roles.clone(), owner_since, grants, opened })
    }

    /// Whether the scan sends this entry at its own place. What lies before an opening is sent at the opening.
    pub fn shows(&self, entry: &EntryHead) -> bool {
        if let Some(since) = self.owner_since {
            return entry.seq >= since;
        }
        match access::audience(entry.kind) {
            Audience::Everybody => true,
            Audience::Named => entry.member == Some(self.member),
            Audience::Readers => entry.doc.as_ref().is_some_and(|doc| {
                let grant = doc.job().and_then(|job| self.grants.get(&job));
                let granted = grant.filter(|grant| grant.since <= entry.seq).map_or(Access::None, |g| g.access);
                access::allowed(&self.roles, self.member, Verb::Read, doc, granted)
            }),
            Audience::Owners => false,
        }
    }

    /// Whether the scan sends every entry of a pack at its own place. Grants of others are among them, which owners alone
    /// are sent; and what lies before an opening is told by entries.
    pub fn shows_whole(&self, pack: &PackHead) -> bool {
        self.owner_since.is_some_and(|since| pack.first >= since) || planted::on(Bug::PackForAnyone)
    }

    /// Whether there can be a pack of which the scan sends every entry.
    pub fn may_be_shown_whole(&self) -> bool {
        self.owner_since.is_some() || planted::on(Bug::PackForAnyone)
    }

    /// What this entry hands over to the member.
    pub fn opening(&self, entry: &EntryHead) -> Option<Opening> {
        let mine = entry.member == Some(self.member);
        match (self.owner_since, entry.kind) {
            (Some(since), kind::ROLE) if mine && since == entry.seq => Some(Opening::Outlet),
            (None, kind::GRANT) if mine => self.opened.get(&entry.seq).map(|job| Opening::Job(*job)),
            _ => None,
        }
    }

    /// Whether the member may read this document now.
    pub fn reads(&self, doc: &DocId) -> bool {
        let granted = doc.job().and_then(|job| self.grants.get(&job)).map_or(Access::None, |grant| grant.access);
        access::allowed(&self.roles, self.member, Verb::Read, doc, granted)
    }
}

//! Who asks, and what they may see: the one place that opens the log.
//!
//! A request, each of its batches and its answer ask again, so a device that is lost in between gets nothing more.

use std::collections::HashMap;

use doorstep_schemas::ids::{DeviceId, DocId, JobId, MemberId, OutletId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::wire::{Access, RoleKind, Status, kind};

use super::access::{self, Verb};
use crate::storage::{EntryHead, GrantNow, Member, Shelf, StorageError};

/// A live device of an active member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub outlet: OutletId,
    pub device: DeviceId,
    pub member: Member,
}

/// Why a device is not served.
#[derive(Debug, thiserror::Error)]
pub enum NotServed {
    #[error("no device has this token")]
    UnknownToken,
    #[error("the device was reported lost, or its member has left")]
    Revoked,
    #[error("an owner has yet to confirm the device")]
    Pending,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The caller that a token's hash belongs to.
pub fn caller(shelf: &dyn Shelf, token_hash: &[u8; 32]) -> Result<Caller, NotServed> {
    let found = shelf.whose_token(token_hash)?.ok_or(NotServed::UnknownToken)?;
    admit(shelf, found.outlet, found.device.id)
}

/// The same caller, asked again.
pub fn again(shelf: &dyn Shelf, caller: &Caller) -> Result<Caller, NotServed> {
    admit(shelf, caller.outlet, caller.device)
}

fn admit(shelf: &dyn Shelf, outlet: OutletId, device: DeviceId) -> Result<Caller, NotServed> {
    let row = shelf.device(outlet, device)?.ok_or(NotServed::UnknownToken)?;
    let member = shelf.member(outlet, row.member)?.ok_or(StorageError::Corrupt { what: "device's member" })?;
    let active = row.status == Status::Active && member.status == Status::Active;
    if !active && !planted::on(Bug::StatusNotAsked) {
        return Err(NotServed::Revoked);
    }
    if row.pending { Err(NotServed::Pending) } else { Ok(Caller { outlet, device, member }) }
}

impl Caller {
    pub fn is_owner(&self) -> bool {
        access::runs_the_outlet(&self.member.roles)
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
        let opened = grants.iter().map(|(job, grant)| (grant.since, *job)).collect();
        let owner_since = member.owner_since.filter(|_| access::runs_the_outlet(&member.roles));
        Ok(Self { member: member.id, roles: member.roles.clone(), owner_since, grants, opened })
    }

    /// Whether the scan sends this entry at its own place. What lies before an opening is sent at the opening.
    pub fn shows(&self, entry: &EntryHead) -> bool {
        if let Some(since) = self.owner_since {
            return entry.seq >= since;
        }
        match entry.kind {
            kind::ROLE | kind::DEVICE => true,
            kind::GRANT => entry.member == Some(self.member),
            kind::SEGMENT => entry.doc.as_ref().is_some_and(|doc| {
                let grant = doc.job().and_then(|job| self.grants.get(&job));
                let granted = grant.filter(|grant| grant.since <= entry.seq).map_or(Access::None, |g| g.access);
                access::allowed(&self.roles, self.member, Verb::Read, doc, granted)
            }),
            _ => false,
        }
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

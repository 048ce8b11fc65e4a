//! A device joins with a one-time code.
//!
//! Wrong, used and expired codes are one answer: a guess learns nothing.

use doorstep_schemas::ids::{DeviceId, PublicKey};
use doorstep_schemas::wire::{Held, Status};

use super::team;
use crate::storage::{Confirms, Device, Ledger, Member, Outlet, StorageError};

/// Why a device did not join.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("the code does not work: wrong, used or older than ten minutes")]
    CodeWrong,
    #[error("this device already belongs to another member")]
    OthersDevice,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Who joined.
#[derive(Debug, Clone)]
pub struct Enrolled {
    pub outlet: Outlet,
    pub member: Member,
    pub device: DeviceId,
    pub pending: bool,
}

/// What a device brings.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub code: String,
    pub key: PublicKey,
    pub name: String,
    pub token_hash: [u8; 32],
}

/// Uses up the code and puts the device into the log. A code is used up only by a device that has joined.
pub fn enrol(ledger: &mut dyn Ledger, newcomer: &Newcomer, now_ms: i64) -> Result<Enrolled, EnrolError> {
    let invite = ledger.take_invite(&team::code_hash(&newcomer.code), now_ms)?.ok_or(EnrolError::CodeWrong)?;
    let outlet = ledger.outlet(invite.outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
    let member = ledger.member(invite.outlet, invite.member)?.ok_or(StorageError::Corrupt { what: "member" })?;
    if member.status != Status::Active {
        return Err(EnrolError::CodeWrong);
    }
    let id = DeviceId::of_key(&newcomer.key);
    let before = ledger.device(outlet.id, id)?;
    if before.as_ref().is_some_and(|device| device.member != member.id) {
        ledger.put_invite(&invite)?;
        return Err(EnrolError::OthersDevice);
    }
    let pending = match before {
        Some(device) => device.pending,
        None => waits(ledger, &outlet, &member)?,
    };
    let device = Device {
        id,
        member: member.id,
        key: newcomer.key,
        name: newcomer.name.clone(),
        status: Status::Active,
        token_hash: newcomer.token_hash,
        cursor_seq: 0,
        seen_ms: 0,
        held: Held::default(),
        pending,
        status_ms: now_ms,
    };
    if pending {
        // The log is for devices that were let in.
        ledger.put_device(outlet.id, &device)?;
    } else {
        team::put_device(ledger, outlet.id, &device, now_ms)?;
    }
    Ok(Enrolled { outlet, member, device: id, pending })
}

/// Whether a new device waits for an owner's word. The outlet's first never does: nobody could say it.
fn waits(ledger: &dyn Ledger, outlet: &Outlet, member: &Member) -> Result<bool, StorageError> {
    let devices = ledger.devices(outlet.id)?;
    let mut served = devices.iter().filter(|device| device.status == Status::Active && !device.pending);
    Ok(match outlet.confirms {
        Confirms::None => false,
        Confirms::Further => served.any(|device| device.member == member.id),
        Confirms::All => served.next().is_some(),
    })
}

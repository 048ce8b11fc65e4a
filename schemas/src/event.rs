//! What the core tells the screen without being asked.

use serde::{Deserialize, Serialize};

use crate::ids::{BlobHash, JobId};
use crate::view::SyncChip;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CoreEvent {
    /// These jobs look different now, by our own hand or another's.
    JobsChanged { jobs: Vec<JobId> },
    /// Members or devices of the outlet changed.
    TeamChanged,
    /// Roster, catalogue, requests, stock or the desk's topics changed.
    PapersChanged,
    /// Where the work is: on this device, on the relay, on the owner's device.
    SyncChanged { chip: SyncChip },
    /// Bytes of one photo, on their way up or down.
    PhotoMoved { photo: BlobHash, done: u32, total: u32 },
    /// The relay refuses this device (lost, revoked); what was entered here stays.
    DeviceRefused,
}

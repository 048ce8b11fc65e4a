//! What the core tells the screen without being asked.

use serde::{Deserialize, Serialize};

use crate::ids::{BlobHash, JobId};
use crate::view::SyncChip;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CoreEvent {
    /// These jobs look different now, by our own hand or another's.
    JobsChanged { jobs: Vec<JobId> },
    /// Orders were taken by themselves for visits that contracts promise (R37).
    VisitsTaken { jobs: Vec<JobId> },
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
    /// Room on the disk, a check for damage or a repair: `storage` tells what.
    StorageChanged,
    /// Long work went on or ended.
    TaskMoved { task: Task, progress: TaskProgress },
}

/// Long work that a person can follow and cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Documents and lists made anew from the changes.
    Rebuild,
    /// Looking for damage.
    Check,
    /// What can be read of a damaged database, into a new one.
    Repair,
    /// The database brought to a newer version's shape.
    Migrate,
    /// A bundle file written.
    Export,
    /// A bundle file taken in.
    Import,
    /// Everything under a new key.
    RotateKey,
    /// Pictures taken in.
    Photos,
    /// Full pictures removed that the relay has.
    FreePhotos,
    /// Orders brought in from a table, or taken back again.
    Orders,
    /// More work of the outlet fetched than one answer brings.
    Fetch,
}

/// How far it is. `ended` also when it failed or was cancelled: its command says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskProgress {
    pub done: u32,
    /// `None` while nobody knows.
    pub of: Option<u32>,
    pub kilobytes: u32,
    pub ended: bool,
}

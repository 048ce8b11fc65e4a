//! Where the work is: on this device, on the relay, on the owner's device.

use serde::{Deserialize, Serialize};

use super::Millis;
use crate::code::ErrorCode;
use crate::ids::JobId;
use crate::rules::SetKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    Synced,
    /// Something is waiting; the next attempt comes by itself.
    Waiting,
    Working,
    Offline,
    Failed,
    /// A sample outlet: nothing is sent, and nothing waits to be.
    Sample,
}

/// How the relay is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RelayWay {
    /// In the shop's own network.
    Nearby,
    Public,
}

/// The chip at the top of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncChip {
    pub state: SyncState,
    /// Records and photos that are only on this device.
    pub changes: u32,
    pub photos: u32,
    pub bytes: u32,
    /// Pieces that the relay refused or that can't be opened here.
    pub stuck: u32,
    pub error: Option<ErrorCode>,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WaitingJob {
    /// `None` for what belongs to no job.
    pub job: Option<JobId>,
    pub customer: String,
    pub changes: u32,
    pub bytes: u32,
    pub photos: u32,
    pub photo_bytes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncAttempt {
    pub at: Millis,
    pub millis: u32,
    pub bytes_up: u32,
    pub bytes_down: u32,
    /// Records confirmed by the relay, and records received.
    pub sent: u32,
    pub received: u32,
    /// `None`: it succeeded.
    pub error: Option<crate::code::Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StuckPiece {
    pub job: Option<JobId>,
    pub customer: String,
    pub code: ErrorCode,
    /// Refused by the relay (ours) or not openable here (another's).
    pub ours: bool,
    /// Who wrote it; empty while that is not known here.
    pub by: String,
    pub at: Millis,
    pub changes: u32,
    /// Why the owner declined it, in their own words.
    pub reason: Option<String>,
    /// What a person can do about it, the likeliest first.
    pub remedies: Vec<Remedy>,
}

/// What can be done about records that are stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Judge it again, or offer it again.
    Retry,
    /// Hand it to somebody who looks into it.
    Export,
    /// 另立: the owner goes on with the job under a new name.
    Refound,
}

/// A rule set that is named and not used here; what was in force before it still is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RefusedSetView {
    pub kind: SetKind,
    pub version: String,
    /// Of the set's file.
    pub line: u32,
    /// For whoever wrote the file, in English.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncView {
    pub chip: SyncChip,
    /// Records made on this device: all, of these on the relay, of these fetched by an owner's device.
    pub on_device: u32,
    pub on_relay: u32,
    pub on_owner: u32,
    /// Of these in the relay's newest backup; `None` where no backup was ever made.
    pub backed_up: Option<u32>,
    pub photos: u32,
    pub photos_on_relay: u32,
    pub photo_bytes: u32,
    pub photo_bytes_on_relay: u32,
    pub waiting: Vec<WaitingJob>,
    /// Others' records that a bundle brought here and that the relay is not known to hold.
    pub carried: u32,
    /// Others' records that wait here for a part of their history.
    pub incomplete: u32,
    pub stuck: Vec<StuckPiece>,
    pub refused_sets: Vec<RefusedSetView>,
    /// Newest first.
    pub attempts: Vec<SyncAttempt>,
    pub last_success: Option<Millis>,
    pub next_attempt: Option<Millis>,
    pub relay: String,
    /// By which way the last exchange reached it; `None` when it did not.
    pub way: Option<RelayWay>,
    pub no_network: bool,
    /// Bytes cost money here, and full pictures wait for a network where they don't.
    pub photos_wait: bool,
    /// This device's clock minus the relay's, in milliseconds; `None` until known.
    pub clock_offset_ms: Option<Millis>,
    pub now: Millis,
}

//! 中继与备份: the relay as the owner's desk shows it.

use serde::{Deserialize, Serialize};

use super::{Millis, RelayWay};
use crate::code::ErrorCode;
use crate::upkeep::DrillOutcome;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RelayView {
    /// The nearest first.
    pub addresses: Vec<RelayAddress>,
    /// The last exchange that went through.
    pub last_success: Option<Millis>,
    /// What it answered just now; `None` when it did not.
    pub health: Option<RelayHealth>,
    /// Why it did not.
    pub unanswered: Option<ErrorCode>,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RelayAddress {
    pub address: String,
    pub way: RelayWay,
    /// By which it was asked.
    pub in_use: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RelayHealth {
    pub version: String,
    /// From asking to the whole answer.
    pub round_trip_ms: u32,
    pub entries: u32,
    pub documents: u32,
    pub photos: u32,
    /// Of entries and photos.
    pub megabytes: u32,
    /// Entries in the newest backup; 0 where none was made.
    pub backed_up: u32,
    pub disk_free_megabytes: Option<u32>,
    pub drill: Option<DrillView>,
    pub drilling: bool,
    /// The operator lets owners ask for one.
    pub may_drill: bool,
}

/// The newest rehearsal of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DrillView {
    pub began: Millis,
    pub ended: Millis,
    pub outcome: DrillOutcome,
    pub entries: u32,
    pub photos: u32,
    /// For whoever runs the relay, in English.
    pub reason: String,
}

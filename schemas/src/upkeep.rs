//! What an owner hears of the relay itself: what it holds, the room that it has, and whether its backup could be restored.
//!
//! JSON, and counts alone: no path, no name of a machine, nothing of another outlet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `GET /v1/state`, and the answer of `POST /v1/drill`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RelayState {
    pub version: String,
    pub protocol: u32,
    /// By the relay's clock.
    pub now_ms: i64,
    /// Of this outlet's log.
    pub entries: u64,
    pub entry_bytes: u64,
    pub documents: u64,
    pub photos: u64,
    pub photo_bytes: u64,
    /// Of these entries, as many are in the newest backup; 0 where none was made.
    pub backed_up_to: u64,
    /// Bytes that the relay's disk has left.
    pub disk_free: Option<u64>,
    /// The newest rehearsal.
    pub drill: Option<DrillResult>,
    /// One is under way.
    pub drilling: bool,
    /// Whoever runs the relay has said where backups go, so an owner may ask for one.
    pub may_drill: bool,
}

/// How a rehearsal ended: a backup, restored into a folder of its own and compared with what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrillResult {
    pub began_ms: i64,
    pub ended_ms: i64,
    pub outcome: DrillOutcome,
    /// Of this outlet, as they came out of the backup.
    pub entries: u64,
    pub photos: u64,
    /// What went wrong, in English, for whoever runs the relay.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DrillOutcome {
    /// Every entry's chain and every photo's hash is as it was written.
    Same,
    /// It could be restored, and something is not as it was written.
    Differs,
    /// It could not be made or restored.
    Failed,
}

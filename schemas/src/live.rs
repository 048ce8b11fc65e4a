//! Announcements: `GET /v1/live`, server-sent events. Never relied upon; an exchange finds everything without them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something new that this device may read, or an owner's device that has fetched more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Announcement {
    /// The last log entry that this device may read.
    pub seq: u64,
    /// The last log entry that an owner's device has fetched.
    pub owner_seq: u64,
    /// For owners: moves when something beside the log did (photo bytes arrived, a device holds more or less than
    /// before). Any other number than the one before is news.
    pub beside: u64,
}

use serde::{Deserialize, Serialize};

use crate::ids::JobId;

/// An owner takes work of the inbox in, or declines it.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct InboxDecision {
    /// As the list names it.
    pub run: String,
    pub upto: u32,
    pub admit: bool,
    /// Why it is declined, for whoever wrote it; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Erases a job for good, on every device and at the relay.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct EraseJob {
    pub job: JobId,
    /// The last four characters of the job's number, typed: nobody does this by a slip of the thumb.
    pub number_end: String,
}

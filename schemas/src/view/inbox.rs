//! The owner's inbox: work of those who have left or lost a job.

use serde::{Deserialize, Serialize};

use super::{DeedView, Millis};
use crate::code::ErrorCode;
use crate::ids::JobId;

/// What one start of somebody's app did on one document, and what waits of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct InboxRunView {
    /// Names it in a decision.
    pub run: String,
    /// Up to which change; more may come while the owner looks.
    pub upto: u32,
    /// `None` for work on another paper.
    pub job: Option<JobId>,
    /// Empty while the job is not known here.
    pub customer: String,
    pub by: String,
    pub device: String,
    pub changes: u32,
    /// When the first of it came, by the relay's clock.
    pub since: Millis,
    pub declined: bool,
    /// A decision is on its way.
    pub decided: bool,
    /// Why the relay did not take it in when an owner wanted that.
    pub code: Option<ErrorCode>,
    /// What it would do, oldest first; empty where what it rests on is not here.
    pub deeds: Vec<DeedView>,
}

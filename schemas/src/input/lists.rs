//! Which jobs a list or a search is to show.

use serde::{Deserialize, Serialize};

use crate::ids::MemberId;
use crate::view::{Millis, NodeKind};

/// A page of the jobs that fit all that is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type)]
pub struct ListJobs {
    pub days: Option<DayRange>,
    pub status: Option<NodeKind>,
    pub member: Option<MemberId>,
    /// As the order has it.
    pub township: Option<String>,
    pub phone: Option<String>,
    pub serial: Option<String>,
    /// Neither ended nor cancelled.
    pub open: bool,
    /// `next` of the page before; `None` for the first one.
    pub after: Option<String>,
    /// Rows of a page, 1–200.
    pub limit: u32,
}

/// A page of a day's orders.
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type)]
pub struct OrdersOfDay {
    /// Any moment of the day wanted (in the outlet's time zone); `None` is today.
    pub at: Option<Millis>,
    /// `next` of the page before; `None` for the first one.
    pub after: Option<String>,
}

/// Any moment of the first and of the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DayRange {
    pub from: Millis,
    pub to: Millis,
}

/// What was typed into the search.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct FindJobs {
    pub text: String,
}

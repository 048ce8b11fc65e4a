//! 工钱 at the owner's desk: each member's month (R42, R47).

use serde::{Deserialize, Serialize};

use super::{EarnedView, Fen, MemberView, Millis, Text, WageKind};
use crate::ids::{JobId, ShortId};

/// A line of somebody's month beside the pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MonthLine {
    pub id: ShortId,
    pub kind: WageKind,
    /// Below zero for deductions, advances and what was paid.
    pub fen: Fen,
    pub reason: String,
    pub job: Option<JobId>,
    pub at: Millis,
}

/// An advance that a member asked for and nobody answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AdvanceWish {
    pub id: ShortId,
    pub fen: Fen,
    pub note: String,
    pub at: Millis,
}

/// A member's month in sums; pieces stand in [`WagesView::shown`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MemberMonth {
    pub member: MemberView,
    /// Jobs of the month.
    pub jobs: u32,
    pub bonus: Fen,
    pub deducted: Fen,
    pub advanced: Fen,
    pub paid: Fen,
    pub asked: Vec<AdvanceWish>,
}

/// One member's month, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MonthOfMember {
    pub member: MemberView,
    pub earned: EarnedView,
    pub lines: Vec<MonthLine>,
    /// Pieces that count and bonuses, less deductions and advances.
    pub total: Fen,
    /// Of that not paid yet.
    pub left: Fen,
}

/// A deduction that the outlet knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeductionOffer {
    pub code: String,
    pub name: Text,
    pub usual: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RateLine {
    pub code: String,
    pub name: Text,
    pub fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WagesView {
    /// `2026-11`
    pub month: String,
    pub members: Vec<MemberMonth>,
    pub shown: Option<MonthOfMember>,
    pub deductions: Vec<DeductionOffer>,
    pub rates: Vec<RateLine>,
    /// The rate set's version.
    pub version: String,
    pub now: Millis,
}

//! 结算: what makers owe, what a claim still lacks, what each job leaves (R27, R31). On owners' devices alone.

use serde::{Deserialize, Serialize};

use super::{Fen, JobCard, Millis, SettleState, Text, Thousandths};
use crate::ids::ShortId;

/// A line that is claimed of a maker. An adjustment is a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClaimedLine {
    pub id: ShortId,
    pub maker: String,
    pub code: String,
    pub name: String,
    pub quantity: Thousandths,
    pub fen: Fen,
    pub adjusts: Option<ShortId>,
}

/// A line that could be claimed, by the settlement prices of the day of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClaimOffer {
    /// The maker's own code.
    pub code: String,
    pub name: String,
    pub quantity: Thousandths,
    pub fen: Fen,
    /// The sheet's line that it follows from.
    pub fee: Option<ShortId>,
}

/// Where a finding is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LintAt {
    Job,
    Customer,
    Appliance,
    Purchase,
    Photos,
    Signature,
    Parts,
    Fees,
    FollowUp,
    Lines,
}

/// What keeps a claim from being ready (R31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LintLine {
    pub code: String,
    pub text: Text,
    pub at: LintAt,
    pub appliance: Option<ShortId>,
}

/// What a job brings and costs the outlet, in fen (R31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct JobCosts {
    /// What the maker accepted, else what is or could be claimed.
    pub settlement: Fen,
    pub customer: Fen,
    /// Parts that are not the maker's, at the dealer's price of the day (R25).
    pub parts: Fen,
    /// What of them is counted at the guide price, because no dealer's price is known.
    pub parts_at_guide: Fen,
    pub travel: Fen,
    pub wages: Fen,
    pub margin: Fen,
}

/// One job of a maker's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SettlementRow {
    pub card: JobCard,
    pub maker: String,
    /// `None` before anybody touched it.
    pub state: Option<SettleState>,
    pub since: Option<Millis>,
    pub claimed: Fen,
    /// `None` where the maker named no sum: then all that was claimed.
    pub accepted: Option<Fen>,
    pub deducted: Fen,
    pub received: Fen,
    pub due: Fen,
    /// Whole days since it was submitted, while something is due.
    pub age_days: Option<u32>,
    pub reason: String,
    pub reference: String,
    pub lines: Vec<ClaimedLine>,
    pub proposed: Vec<ClaimOffer>,
    /// What else this maker pays for on such a machine.
    pub more: Vec<ClaimOffer>,
    pub lint: Vec<LintLine>,
    pub costs: JobCosts,
    /// What may be said of it next.
    pub next: Vec<SettleState>,
}

/// A maker's month in sums.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct MakerMonth {
    pub maker: String,
    pub jobs: u32,
    /// Not submitted yet.
    pub open: u32,
    pub claimed: Fen,
    pub deducted: Fen,
    pub received: Fen,
    pub due: Fen,
}

/// What a maker owes of all months (R38).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MakerDue {
    pub maker: String,
    pub due: Fen,
}

/// What is to come, by days since it was submitted (R31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct AgeingView {
    pub to_30: Fen,
    pub to_60: Fen,
    pub to_90: Fen,
    pub older: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SettlementView {
    /// `2026-11`: jobs that were finished in it.
    pub month: String,
    pub makers: Vec<MakerMonth>,
    pub receivable: Vec<MakerDue>,
    pub ageing: AgeingView,
    pub rows: Vec<SettlementRow>,
    pub page: u32,
    pub pages: u32,
    /// Settlement prices are here.
    pub priced: bool,
    /// What a kilometre costs the outlet; nought while nobody said.
    pub km: Fen,
    pub now: Millis,
}

/// What was written at the desk, and by which name it is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeskDone {
    pub action: String,
    /// Facts that were added.
    pub count: u32,
}

//! What an owner does at the desk with makers' money, wages and price sets.

use serde::{Deserialize, Serialize};

use crate::ids::{JobId, MemberId, ShortId};
use crate::view::{Fen, Language, SettleState, Thousandths, WageKind};

/// A page of the jobs that a maker pays for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type)]
pub struct SettlementOf {
    /// `2026-11`; empty for the present one.
    pub month: String,
    /// `None` for all makers.
    pub maker: Option<String>,
    /// From 0.
    pub page: u32,
}

/// A step of one job's claim.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SettleStep {
    pub job: JobId,
    pub state: SettleState,
    /// What the maker accepted, deducted or paid; nought where no sum was named.
    pub fen: Fen,
    pub reason: String,
    pub reference: String,
}

/// Steps that are taken together, and undone together.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Settle {
    pub steps: Vec<SettleStep>,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NewClaimLine {
    pub code: String,
    pub name: String,
    pub quantity: Thousandths,
    pub fen: Fen,
    pub fee: Option<ShortId>,
    /// The line that this one puts right; then the sum may be below zero.
    pub adjusts: Option<ShortId>,
}

/// Lines that are claimed of a maker for one job.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ClaimLines {
    pub job: JobId,
    pub maker: String,
    pub lines: Vec<NewClaimLine>,
}

/// Lines that follow from the sheets of these jobs, all of them.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ClaimProposed {
    pub jobs: Vec<JobId>,
}

/// An action at the desk, by the name that it was answered with.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct UndoDesk {
    pub action: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SheetForm {
    Xlsx,
    Pdf,
}

/// What a maker is sent for a month.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct MakeStatement {
    pub maker: String,
    pub month: String,
    pub form: SheetForm,
    pub language: Language,
}

/// Everybody's month, and one member's line by line.
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type)]
pub struct WagesOf {
    /// `2026-11`; empty for the present one.
    pub month: String,
    pub member: Option<MemberId>,
}

/// A line of somebody's month; an advance may answer one that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteWage {
    pub member: MemberId,
    /// `2026-11`: the month that it belongs to.
    pub month: String,
    pub kind: WageKind,
    pub fen: Fen,
    pub reason: String,
    pub job: Option<JobId>,
    pub asked: Option<ShortId>,
}

/// 工资单
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct MakeWageSheet {
    pub member: MemberId,
    pub month: String,
    pub form: SheetForm,
    pub language: Language,
}

//! 我的: what a member earned, carries, holds and is allowed to do (R7, R22, R35, R42, R43, R47).

use serde::{Deserialize, Serialize};

use super::{CertificateKind, Fen, Grade, JobCard, Millis, RequestStep, Text, WageKind};
use crate::ids::{JobId, MemberId, ShortId};

/// Why a job's pay does not count yet (R42).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PayWaits {
    NotFinished,
    OnDevice,
    Refused,
}

/// What one piece of work pays this member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PieceLine {
    pub job: JobId,
    pub customer: String,
    /// The rate's name.
    pub name: Text,
    pub fen: Fen,
    /// Divided among so many.
    pub crew: u32,
    pub waits: Option<PayWaits>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct EarnedView {
    pub counted_fen: Fen,
    pub waiting_fen: Fen,
    pub pieces: Vec<PieceLine>,
}

/// A deduction, a bonus or an advance, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WageEntry {
    pub kind: WageKind,
    /// Below zero for deductions and advances.
    pub fen: Fen,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StockLine {
    pub code: String,
    pub name: String,
    /// Below zero: more was used than was there (R22).
    pub quantity: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PaperLine {
    pub kind: CertificateKind,
    pub number: String,
    pub expires: Option<Millis>,
    /// Ended, or ends within 60 days.
    pub ends_soon: bool,
    pub ended: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct InstrumentLine {
    pub instrument: String,
    pub number: String,
    /// The calibration's end.
    pub due: Option<Millis>,
    pub ended: bool,
}

/// Money that went through this member's hand, in fen (R43). What the owner took in of it is on the owner's devices; here
/// counts what the member said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct HandView {
    /// Taken from customers, less what was given back.
    pub taken: Fen,
    pub said_handed_in: Fen,
    pub in_hand: Fen,
}

/// A part, money or an advance that this member asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AskedLine {
    pub id: ShortId,
    pub what: Asked,
    pub job: Option<JobId>,
    pub at: Millis,
    pub note: String,
    /// The owner's answer. On a member's own device it is what their stock says of it; a part that was given out for it arrived.
    pub step: Option<RequestStep>,
    /// The owner's words with it, as why it was refused.
    pub answer: String,
    /// Explicit, else by the market's tier (R23); for parts.
    pub promised: Option<Millis>,
    pub late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "asked", rename_all = "snake_case")]
pub enum Asked {
    Part { code: String, name: String, quantity: u32 },
    Advance { fen: Fen },
    HandIn { fen: Fen },
    Note { text: String },
}

/// What a member earned in a month, line by line (R42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MonthView {
    /// `2026-11`
    pub month: String,
    pub earned: EarnedView,
    /// Rewards and penalties, and what else of the wages this device may see, each with its reason.
    pub entries: Vec<WageEntry>,
    pub total_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MineView {
    pub today: EarnedView,
    pub hand: HandView,
    pub stock: Vec<StockLine>,
    pub papers: Vec<PaperLine>,
    pub instruments: Vec<InstrumentLine>,
    pub grade: Option<Grade>,
    /// Newest first.
    pub asked: Vec<AskedLine>,
    pub now: Millis,
}

/// Something that waits for the owner's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "waits", rename_all = "snake_case")]
pub enum OwnersTurn {
    /// A part, an advance, cash handed in, a word.
    Request { member: MemberId, asked: AskedLine },
    /// A line above the guide price (R28).
    OverGuide { card: JobCard, fee: ShortId, name: String, fen: Fen, guide_fen: Fen, reason: String },
    /// A walk-in that nobody adopted (R6).
    WalkIn { card: JobCard },
}

/// One thing of the owner's turn, with the member's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TurnLine {
    pub by: String,
    pub at: Millis,
    #[serde(flatten)]
    pub turn: OwnersTurn,
}

/// 待办: what waits for the owner, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OwnersTurns {
    pub lines: Vec<TurnLine>,
    pub now: Millis,
}

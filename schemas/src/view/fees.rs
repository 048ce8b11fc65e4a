//! 费用: who pays for a job and why, what is charged, what may still be charged, what was paid (R26–R28, R43).
//!
//! Everything here is the customer's side: guide prices. What a maker pays the outlet is nowhere on this page.

use serde::{Deserialize, Serialize};

use super::{Coverage, FeeKind, Fen, Millis, PaidFor, PayWay, Payer, Text, Thousandths};
use crate::ids::{JobId, ShortId};
use crate::rules::Unit;

/// Who pays for one appliance, and why (R26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CoverageView {
    pub appliance: ShortId,
    /// Brand and model, as written.
    pub name: String,
    /// As the order says; it is what the lines are read by.
    pub ordered: Coverage,
    /// What the proofs of purchase and the policy in force say.
    pub judged: Coverage,
    /// `2026-11-21`: the last day covered.
    pub until: Option<String>,
    pub reason: Text,
}

/// Why a line does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FeeOff {
    NotConsented,
    WaivedByRepair,
    SecondVisitFee,
    WithItsLine,
}

/// One line of a sheet's fees as it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FeeLine {
    pub id: ShortId,
    pub appliance: Option<ShortId>,
    /// `None` where this version does not know the word.
    pub kind: Option<FeeKind>,
    pub payer: Option<Payer>,
    pub code: String,
    pub name: String,
    pub quantity: Thousandths,
    pub unit_fen: Fen,
    /// Per mille.
    pub share: u32,
    pub amount_fen: Fen,
    /// Of the line, at the guide price; `None` where the book has none.
    pub guide_fen: Option<Fen>,
    pub above_guide_fen: Fen,
    /// Above guide and not agreed to by the owner: may not be collected yet (R28).
    pub waiting_fen: Fen,
    pub adjusts: Option<ShortId>,
    pub quote: Option<ShortId>,
    pub reason: String,
    pub off: Option<FeeOff>,
    pub by: String,
    pub at: Millis,
}

/// A line that follows from facts, or an item of the price book that fits the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FeeOffer {
    pub appliance: Option<ShortId>,
    pub kind: FeeKind,
    pub code: String,
    pub name: Text,
    /// `None` for a part, which is counted in pieces.
    pub unit: Option<Unit>,
    pub quantity: Thousandths,
    pub unit_fen: Fen,
    /// Per mille (R27).
    pub share: u32,
    pub amount_fen: Fen,
    pub payer: Payer,
    /// The used part that it bills.
    pub part: Option<ShortId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PaymentLine {
    pub id: ShortId,
    pub fen: Fen,
    pub way: Option<PayWay>,
    pub paid_for: Option<PaidFor>,
    pub reference: String,
    pub by: String,
    pub at: Millis,
}

/// What the lines come to, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct FeeSums {
    pub customer: Fen,
    pub maker: Fen,
    pub outlet: Fen,
    pub insurer: Fen,
    pub above_guide: Fen,
    /// Waits for the owner's word (R28).
    pub waiting: Fen,
    /// What may be collected now.
    pub collect: Fen,
    /// Of that, not paid yet; below zero where more was paid.
    pub owed: Fen,
    /// Deposits of the customer that are held.
    pub deposits: Fen,
}

/// What is wrong with the money, in words, and the line that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FeeProblem {
    pub code: String,
    pub text: Text,
    pub line: Option<ShortId>,
    pub part: Option<ShortId>,
}

/// 开票 (R43)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct InvoiceView {
    pub title: String,
    pub tax_number: String,
    pub mail: String,
}

/// What an owner says over the phone, for one sum of one job (R28).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SpokenDigits {
    /// Six of them.
    pub digits: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FeesView {
    pub job: JobId,
    pub coverage: Vec<CoverageView>,
    /// By the time they were written.
    pub lines: Vec<FeeLine>,
    /// What follows from facts and is not charged yet.
    pub proposed: Vec<FeeOffer>,
    /// Everything else that the price book has for such a job.
    pub offers: Vec<FeeOffer>,
    pub payments: Vec<PaymentLine>,
    pub sums: FeeSums,
    pub problems: Vec<FeeProblem>,
    pub invoice: InvoiceView,
    /// What stands beside the outlet's own collection QR; `None` where nothing is owed (R43).
    pub collection: Option<Text>,
    /// The outlet's collection code as a picture; `None` where nothing is owed or no owner said what it is.
    pub collection_svg: Option<String>,
    /// Lines and payments may be added by this member now.
    pub may_charge: bool,
    pub may_take_money: bool,
    pub now: Millis,
}

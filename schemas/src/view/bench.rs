//! 送修: units and loaners of a job on their way, told in order, and the queue of the bench (R5, R17–R21).

use serde::{Deserialize, Serialize};

use super::{BenchWork, Blocker, Channel, CustodyStep, Fen, JobCard, Millis, NoLoaner, RepairLevel};
use crate::ids::{JobId, ShortId};

/// What happened to a unit or its loaner: one line of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum BenchStep {
    Custody {
        step: Option<CustodyStep>,
        tag: String,
        place: String,
        condition: String,
        carried_in: bool,
    },
    Loaner {
        id: ShortId,
        tag: String,
        model: String,
        deposit_fen: Fen,
        condition: String,
    },
    LoanerBack {
        condition: String,
        kept_fen: Fen,
        reason: String,
    },
    WithoutLoaner {
        why: Option<NoLoaner>,
        promised: Option<Millis>,
    },
    Work {
        work: Option<BenchWork>,
        text: String,
        level: Option<RepairLevel>,
        channel: Option<Channel>,
    },
    Diagnosis {
        cause: String,
        level: Option<RepairLevel>,
        repairable: bool,
    },
    Quote {
        id: ShortId,
        level: Option<RepairLevel>,
        total_fen: Fen,
        other_level: Option<RepairLevel>,
        other_fen: Option<Fen>,
        days: u32,
    },
    Consent {
        yes: bool,
        who: String,
        channel: Option<Channel>,
        cost_fen: Fen,
        days: u32,
    },
    Promise {
        ready: Option<Millis>,
        next_contact: Option<Millis>,
        note: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BenchLine {
    #[serde(flatten)]
    pub step: BenchStep,
    pub at: Millis,
    /// 补录: when it was entered, where that was later than it happened.
    pub entered: Option<Millis>,
    pub by: String,
}

/// What is to be done next with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BenchNext {
    /// Place a loaner, have its decline signed, or say that there is none.
    Loaner,
    Take,
    Receive,
    Diagnose,
    Quote,
    AskConsent,
    Repair,
    Inform,
    Return,
    LoanerBack,
    Nothing,
}

/// One appliance of a job on its way to the bench and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BenchUnit {
    pub appliance: ShortId,
    /// Brand and model, as written.
    pub name: String,
    /// Where it is now; `None` while it never left.
    pub custody: Option<CustodyStep>,
    /// The tag on the machine, as its QR says it.
    pub tag: String,
    /// The tag as a QR code, drawn; none while it has no tag.
    pub tag_svg: Option<String>,
    pub place: String,
    /// Whole days since it was taken (R5).
    pub days: Option<u32>,
    pub ready: Option<Millis>,
    pub next_contact: Option<Millis>,
    pub overdue: bool,
    pub next: BenchNext,
    /// What stands in the way of that.
    pub blockers: Vec<Blocker>,
    /// Loaners that are with the customer for it.
    pub loaners_out: Vec<ShortId>,
    /// What the customer owes or gets back when it is returned: deposits held for it.
    pub deposits_fen: Fen,
    /// The last quote with its lines' sum, and whether the customer agreed.
    pub quoted_fen: Option<Fen>,
    pub consented: bool,
    /// Oldest first.
    pub chain: Vec<BenchLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BenchPage {
    pub job: JobId,
    pub units: Vec<BenchUnit>,
    pub may_write: bool,
    pub now: Millis,
}

/// One unit in the bench's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QueuedUnit {
    pub card: JobCard,
    pub unit: ShortId,
    pub name: String,
    pub tag: String,
    pub place: String,
    pub days: u32,
    pub ready: Option<Millis>,
    pub next_contact: Option<Millis>,
    pub overdue: bool,
    pub next: BenchNext,
}

/// Units that are away from home, the longest first (R5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BenchQueue {
    pub units: Vec<QueuedUnit>,
    pub now: Millis,
}

//! 客户: customers with their machines, contracts, reminders, calls; what breaks how often (R36, R37, R46).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ApplianceKind, Coverage, Fen, JobCard, Millis, Segment, Text};
use crate::ids::{JobId, ShortId};

words!(
    /// Why somebody is reminded (R37).
    ReminderReason {
        /// A maintenance contract promises an inspection.
        Contract = "contract",
        Age = "age",
        Service = "service",
        Season = "season",
    }
);

words!(
    /// Why a repair may lead to a sale (R37).
    ReferralReason {
        Condemned = "condemned",
        Unrepairable = "unrepairable",
        /// The repair would have cost more than the customer wanted to pay.
        GivenUp = "given_up",
    }
);

words!(
    /// Why a customer is called (R36).
    CallReason {
        Hazard = "hazard",
        Claim = "claim",
        Paid = "paid",
        Sample = "sample",
    }
);

/// A customer in the list, by the newest job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CustomerLine {
    /// As numbers are compared: what a customer is known by.
    pub phone: String,
    pub jobs: u32,
    /// By the newest job (R9).
    pub segment: Segment,
    pub last: JobCard,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CustomerList {
    pub customers: Vec<CustomerLine>,
    pub next: Option<String>,
    /// A search shows the newest that fit; there are more.
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DueReminder {
    pub reason: ReminderReason,
    pub since: Millis,
    pub text: Text,
}

/// A machine of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MachineView {
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub serial: String,
    /// The first of the month in which it was made.
    pub made: Option<Millis>,
    pub served: Millis,
    pub last_job: JobId,
    pub coverage: Coverage,
    /// `2026-11-30`
    pub until: Option<String>,
    pub why: Text,
    pub due: Vec<DueReminder>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct InspectionView {
    pub due: Millis,
    pub done: Option<Millis>,
}

/// A maintenance contract (R37).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ContractView {
    pub id: ShortId,
    pub customer: String,
    pub phone: String,
    pub appliance: String,
    pub from: Option<Millis>,
    pub until: Option<Millis>,
    pub every: u32,
    pub fen: Fen,
    pub ended: bool,
    pub inspections: Vec<InspectionView>,
    /// The next inspection that nobody made.
    pub next_due: Option<Millis>,
    /// Its order, where it was taken.
    pub ordered: Option<JobId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CustomerNote {
    pub id: ShortId,
    pub text: String,
    pub by: String,
    pub at: Millis,
}

/// A sale that a repair led to, or may lead to (R37).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReferralLine {
    pub id: ShortId,
    pub job: Option<JobId>,
    pub text: String,
    /// Who spoke of it.
    pub member: Option<String>,
    /// What it was sold for; nought while nothing is.
    pub sold: Fen,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MayRefer {
    pub job: JobId,
    pub why: ReferralReason,
}

/// Jobs that came past the maker, for it to be told (R46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UnreportedView {
    /// Oldest first.
    pub jobs: Vec<JobCard>,
    /// There are older ones than these.
    pub more: bool,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CustomerView {
    pub phone: String,
    pub name: String,
    pub township: String,
    pub address: String,
    pub segment: Segment,
    /// Asked to be left alone (R34).
    pub quiet: bool,
    pub machines: Vec<MachineView>,
    /// Newest first.
    pub jobs: Vec<JobCard>,
    /// There are older jobs than these.
    pub more: bool,
    pub notes: Vec<CustomerNote>,
    pub contracts: Vec<ContractView>,
    /// Sales that were spoken of, newest first.
    pub referrals: Vec<ReferralLine>,
    /// The newest repair after which a new machine may be spoken of.
    pub may_refer: Option<MayRefer>,
    pub now: Millis,
}

/// Somebody to write to, or a visit that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReminderLine {
    pub reason: ReminderReason,
    pub since: Millis,
    pub text: Text,
    pub customer: String,
    pub phone: String,
    pub township: String,
    pub appliance: String,
    pub kind: Option<ApplianceKind>,
    pub made: Option<Millis>,
    pub served: Option<Millis>,
    /// The job that told of the machine last.
    pub job: Option<JobId>,
    pub contract: Option<ShortId>,
    /// The order that is open for this customer already.
    pub ordered: Option<JobId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReminderList {
    pub lines: Vec<ReminderLine>,
    pub next: Option<String>,
    pub now: Millis,
}

/// A customer to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CallLine {
    pub card: JobCard,
    pub why: Vec<CallReason>,
    pub left: Millis,
}

/// 回访: whom to call, and who never answered (R36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FollowUpsView {
    /// Gravest first.
    pub calls: Vec<CallLine>,
    /// 72 hours of silence: archived as not followed up.
    pub silent: Vec<JobCard>,
    /// Jobs of so many days are looked at.
    pub days: u32,
    pub now: Millis,
}

/// How often one fault was found on one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FailureLine {
    pub brand: String,
    pub model: String,
    pub fault: String,
    pub count: u32,
    /// Of all faults found on that model.
    pub share_permille: u32,
    pub jobs: Vec<JobId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FailureTable {
    pub lines: Vec<FailureLine>,
    /// Finished repairs that were looked at.
    pub repairs: u32,
    /// More were there than are looked at: take a shorter period.
    pub shortened: bool,
}

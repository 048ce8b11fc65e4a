//! 工单: what the shop asks for. Only owners write it; a walk-in's creator writes the same facts into the sheet, and the
//! owner's adoption copies them here under the same ids.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{BlobHash, JobId, MemberId, ShortId};
use doorstep_schemas::view::{
    ApplianceKind, ApprovalKind, Coverage, Grade, JobKind, OverrideOf, PlanStep, Segment, Source, UnitOf, Urgency,
    Window,
};

use super::{FieldValue, Noted};
use crate::domain::record::{Word, record};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Customer {
    pub name: String,
    pub phone: String,
    pub township: String,
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedAppliance {
    pub id: ShortId,
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    /// As known at intake; what is found on site lies in the sheet.
    pub serial: String,
}

record! {
    /// One serial number of an appliance: a split air conditioner has two or more, each with its own photo. In an order
    /// as known at intake, in a sheet as read on site.
    loose Serial in "serials" {
        appliance: ShortId = "app",
        unit: Word<UnitOf> = "unit",
        serial: String = "serial",
        photo: Option<ShortId> = "photo",
    }
}

record! {
    /// 审核: an owner's answer to a sheet, for exactly this version of it (R39).
    kept Approval in "approvals" {
        kind: Word<ApprovalKind> = "kind",
        /// The sheet's heads, one behind another: 32 bytes each, sorted.
        heads: Vec<BlobHash> = "heads",
        /// The pictures that were seen.
        photos: Vec<BlobHash> = "photos",
        /// What the customer's lines came to, in fen.
        total_fen: i64 = "total",
        note: String = "note",
        /// The answer that this one withdraws.
        withdraws: Option<ShortId> = "withdraws",
    }
}

record! {
    /// A rule that the owner set aside, and why (R7).
    kept Override in "overrides" {
        of: Word<OverrideOf> = "of",
        member: Option<ShortId> = "member",
        reason: String = "reason",
    }
}

record! {
    /// The owner's word on a line above the guide price (R28).
    kept OverGuide in "over_guide" {
        fee: ShortId = "fee",
        granted: bool = "ok",
        /// The most that may be taken for the line, in fen.
        most_fen: i64 = "most",
        note: String = "note",
    }
}

record! {
    /// A paper of a project job: survey, plan, its review (R16).
    kept Plan in "plan" {
        step: Word<PlanStep> = "step",
        text: String = "text",
        passed: bool = "ok",
        photo: Option<ShortId> = "photo",
    }
}

/// Proof of when an appliance was bought or made, in the order in which it counts (R26). Days as `2026-11-21`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purchase {
    pub invoice: String,
    pub card: String,
    pub installed: String,
    /// `2017-04`: the production month.
    pub made: String,
    pub dealer: String,
    /// Which part the trouble is about, for policies that differ by part.
    pub part: String,
    /// Codes of reasons that end a warranty, found at intake or on site.
    pub voids: String,
}

/// 工单: what the shop asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub kind: JobKind,
    pub urgency: Urgency,
    pub far: bool,
    pub customer: Customer,
    pub appliances: Vec<OrderedAppliance>,
    pub serials: Vec<Serial>,
    pub purchases: BTreeMap<ShortId, Purchase>,
    pub symptom: String,
    pub window: Option<Window>,
    /// When an owner agreed the window anew, in true time; a window of the first hour has none.
    pub window_at: Option<i64>,
    pub coverage: Coverage,
    pub maker_order: String,
    pub note: String,
    pub source: Word<Source>,
    pub segment: Word<Segment>,
    /// The job that this one comes back to (R8).
    pub revisit_of: Option<JobId>,
    /// The maintenance contract, survey or referral behind it: a desk topic.
    pub contract: String,
    /// 国补: subsidised trade-in (R44).
    pub subsidised: bool,
    /// 闸口验收: somebody other than the installer accepts concealed work (R16).
    pub acceptance: bool,
    /// A project job has a survey, a plan and its review (R16).
    pub project: bool,
    /// What the fault asks of a technician (R7).
    pub difficulty: Option<Grade>,
    /// Work at height was foreseen at intake (R7).
    pub at_height: bool,
    /// The customer's wish of a person (R35).
    pub wished: Option<MemberId>,
    /// Kilometres from the shop, where somebody said.
    pub km: Option<i64>,
    pub taken: Noted,
    /// Who has the job, and since when (device clock of the one who assigned).
    pub assignees: BTreeMap<MemberId, i64>,
    pub approvals: Vec<Approval>,
    pub overrides: Vec<Override>,
    pub over_guide: Vec<OverGuide>,
    pub plan: Vec<Plan>,
    pub cancelled: bool,
    pub cancel_reason: String,
    /// The job that goes on in this one's place, and the one that this goes on for.
    pub refounded_as: Option<JobId>,
    pub refounded_from: Option<JobId>,
    /// 已结算, as the owner's desk said.
    pub settled_at: Option<i64>,
    /// Fields that two devices wrote without knowing of each other, by container and key.
    pub contested: BTreeMap<String, FieldValue>,
}

impl Order {
    /// An order of which nothing is known but its kind and who took it when.
    pub fn blank(kind: JobKind, taken: Noted) -> Self {
        Self {
            kind,
            urgency: Urgency::Normal,
            far: false,
            customer: Customer::default(),
            appliances: Vec::new(),
            serials: Vec::new(),
            purchases: BTreeMap::new(),
            symptom: String::new(),
            window: None,
            window_at: None,
            coverage: Coverage::ToBeAppraised,
            maker_order: String::new(),
            note: String::new(),
            source: Word::Other(String::new()),
            segment: Word::Other(String::new()),
            revisit_of: None,
            contract: String::new(),
            subsidised: false,
            acceptance: false,
            project: false,
            difficulty: None,
            at_height: false,
            wished: None,
            km: None,
            taken,
            assignees: BTreeMap::new(),
            approvals: Vec::new(),
            overrides: Vec::new(),
            over_guide: Vec::new(),
            plan: Vec::new(),
            cancelled: false,
            cancel_reason: String::new(),
            refounded_as: None,
            refounded_from: None,
            settled_at: None,
            contested: BTreeMap::new(),
        }
    }
}

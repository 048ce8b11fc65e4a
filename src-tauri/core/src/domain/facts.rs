//! What is known about one job, read from its two documents: the order (what the shop asked for) and the sheet
//! (what happened). Facts are added, not overwritten; everything else is derived from them.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{BlobHash, MemberId, ShortId};
use doorstep_schemas::input::{Found, SheetField};
use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind, NodeKind, PhotoStage, ServiceCode, Urgency, Window};

/// Who noted a fact and when, by the device's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// Milliseconds since 1970, UTC, as the device believed.
    pub at_ms: i64,
    /// Device clock minus relay clock, as far as it was known then.
    pub offset_ms: Option<i64>,
    pub by: MemberId,
}

impl Noted {
    /// The moment by the relay's clock, where the offset was known.
    pub fn true_ms(&self) -> i64 {
        self.at_ms - self.offset_ms.unwrap_or(0)
    }
}

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
    pub serial: String,
}

/// 工单: what the shop asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub kind: JobKind,
    pub urgency: Urgency,
    pub far: bool,
    pub customer: Customer,
    pub appliances: Vec<OrderedAppliance>,
    pub symptom: String,
    pub window: Option<Window>,
    pub coverage: Coverage,
    pub maker_order: String,
    pub note: String,
    pub taken: Noted,
    /// Who has the job, and since when (device clock of the one who assigned).
    pub assignees: BTreeMap<MemberId, i64>,
    pub cancelled: bool,
}

/// A visit node that was tapped or shown; the others are derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub kind: NodeKind,
    pub noted: Noted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub id: ShortId,
    pub appliance: ShortId,
    pub code: String,
    pub found: Found,
    pub method: String,
    pub instrument: String,
    /// What was put right before this measurement.
    pub rectified: String,
    /// Hash of the limit set that it was judged by.
    pub limits: Vec<u8>,
    pub noted: Noted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFact {
    pub appliance: ShortId,
    pub service: ServiceCode,
    /// `done`, `all_normal`, `not_wanted`, or `na:` and the reason.
    pub answer: String,
    pub noted: Noted,
}

/// A text that two people may have written at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldValue {
    pub value: String,
    /// Other values written without knowing of this one; a person picks.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedPart {
    pub id: ShortId,
    pub appliance: ShortId,
    pub code: String,
    pub name: String,
    pub quantity: u32,
    pub guide_fen: i64,
    pub removed: bool,
    pub noted: Noted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub id: ShortId,
    pub photo: BlobHash,
    pub thumb: BlobHash,
    pub appliance: ShortId,
    pub stage: PhotoStage,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
    pub thumb_bytes: u32,
    pub taken_ms: i64,
    pub noted: Noted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFact {
    pub outcome: doorstep_schemas::view::JobOutcome,
    pub noted: Noted,
}

/// 维修单 / 安装单: what happened on site. Lists are ordered by (time, id).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    pub fields: BTreeMap<(ShortId, String), FieldValue>,
    pub nodes: Vec<Node>,
    pub readings: Vec<Reading>,
    pub services: Vec<ServiceFact>,
    pub parts: Vec<UsedPart>,
    pub photos: Vec<Photo>,
    pub outcomes: Vec<OutcomeFact>,
}

impl Sheet {
    pub fn field(&self, appliance: ShortId, field: SheetField) -> &str {
        self.fields.get(&(appliance, field_word(field).to_owned())).map_or("", |f| &f.value)
    }

    pub fn used_parts(&self) -> impl Iterator<Item = &UsedPart> {
        self.parts.iter().filter(|part| !part.removed)
    }
}

/// The word of a field in documents.
pub fn field_word(field: SheetField) -> &'static str {
    match field {
        SheetField::Brand => "brand",
        SheetField::Model => "model",
        SheetField::Serial => "serial",
        SheetField::Symptom => "symptom",
        SheetField::Fault => "fault",
        SheetField::Cause => "cause",
        SheetField::Action => "action",
    }
}

/// An order and its sheet, seen together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub order: Order,
    pub sheet: Sheet,
}

impl Job {
    /// What is written on the sheet, else what the order said.
    pub fn field(&self, appliance: &OrderedAppliance, field: SheetField) -> String {
        let written = self.sheet.field(appliance.id, field);
        if !written.is_empty() {
            return written.to_owned();
        }
        match field {
            SheetField::Brand => appliance.brand.clone(),
            SheetField::Model => appliance.model.clone(),
            SheetField::Serial => appliance.serial.clone(),
            SheetField::Symptom if self.order.appliances.len() == 1 => self.order.symptom.clone(),
            _ => String::new(),
        }
    }
}

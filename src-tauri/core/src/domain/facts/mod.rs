//! What is known about one job, read from its two documents: the order (what the shop asked for) and the sheet
//! (what happened). Facts are added, not overwritten; everything else is derived from them.

pub mod bench;
pub mod desk;
pub mod money;
pub mod order;
pub mod outlet;
pub mod sheet;
pub mod visit;

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::SheetField;

pub use bench::*;
pub use money::*;
pub use order::*;
pub use sheet::*;
pub use visit::*;

/// Who noted a fact and when, by the device's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// Milliseconds since 1970, UTC, as the device believed.
    pub at_ms: i64,
    /// Device clock minus relay clock, as far as it was known then.
    pub offset_ms: Option<i64>,
    /// 补录: when it happened, where it was entered later.
    pub claimed_ms: Option<i64>,
    pub by: MemberId,
}

impl Noted {
    /// Now, by this member.
    pub fn now(at_ms: i64, offset_ms: Option<i64>, by: MemberId) -> Self {
        Self { at_ms, offset_ms, claimed_ms: None, by }
    }

    /// When it happened as far as anybody says: the claimed moment, else when it was entered.
    pub fn happened_ms(&self) -> i64 {
        self.claimed_ms.unwrap_or(self.at_ms)
    }

    /// The moment by the relay's clock, where the offset was known.
    pub fn true_ms(&self) -> i64 {
        self.happened_ms().saturating_sub(self.offset_ms.unwrap_or(0))
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
            SheetField::Made => self.order.purchases.get(&appliance.id).map(|p| p.made.clone()).unwrap_or_default(),
            SheetField::Symptom if self.order.appliances.len() == 1 => self.order.symptom.clone(),
            _ => String::new(),
        }
    }

    /// The customer as corrected on site, where somebody did.
    pub fn customer(&self) -> Customer {
        let said = |key: &str, known: &str| match self.sheet.about(&format!("customer/{key}")) {
            "" => known.to_owned(),
            corrected => corrected.to_owned(),
        };
        let known = &self.order.customer;
        Customer {
            name: said("name", &known.name),
            phone: said("phone", &known.phone),
            township: said("township", &known.township),
            address: said("address", &known.address),
        }
    }

    /// Every serial number that anybody named, as typed, without doubles.
    pub fn all_serials(&self) -> Vec<String> {
        let mut out: Vec<String> = self.order.appliances.iter().map(|a| self.field(a, SheetField::Serial)).collect();
        out.extend(self.order.appliances.iter().map(|a| a.serial.clone()));
        out.extend(self.order.serials.iter().chain(&self.sheet.serials).map(|s| s.serial.clone()));
        out.retain(|serial| !serial.trim().is_empty());
        out.sort();
        out.dedup();
        out
    }
}

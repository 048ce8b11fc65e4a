//! 维修单 / 安装单: what happened on site and at the bench, written by those assigned. Facts are added, not overwritten;
//! lists are ordered by (time, id).

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;

use super::bench::{BenchEntry, Consent, Custody, Diagnosis, Loaner, LoanerBack, Promise, Quote, WithoutLoaner};
use super::money::{ClaimShare, Damage, Fee, OldPart, Payment, UsedPart};
use super::order::Serial;
use super::visit::{
    Appointment, Charge, CrewMember, GoodsCheck, Guidance, Hazard, Node, Notice, OutcomeFact, Pause, Photo, Reading,
    Reason, Remark, ServiceFact, Signature,
};

/// A text that two people may have written at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldValue {
    pub value: String,
    /// Other values written without knowing of this one; a person picks.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Fields of appliances, by (appliance, field).
    pub fields: BTreeMap<(ShortId, String), FieldValue>,
    /// What is about the visit as a whole: `customer/phone`, `invoice/title`, `subsidy/energy_label`.
    pub about: BTreeMap<String, FieldValue>,
    pub services: Vec<ServiceFact>,
    pub nodes: Vec<Node>,
    pub appointments: Vec<Appointment>,
    pub guidance: Vec<Guidance>,
    pub goods: Vec<GoodsCheck>,
    pub crew: Vec<CrewMember>,
    pub pauses: Vec<Pause>,
    pub reasons: Vec<Reason>,
    pub readings: Vec<Reading>,
    pub hazards: Vec<Hazard>,
    pub notices: Vec<Notice>,
    pub signatures: Vec<Signature>,
    pub charges: Vec<Charge>,
    pub serials: Vec<Serial>,
    pub parts: Vec<UsedPart>,
    pub old_parts: Vec<OldPart>,
    pub photos: Vec<Photo>,
    pub fees: Vec<Fee>,
    pub payments: Vec<Payment>,
    pub damages: Vec<Damage>,
    pub claim_shares: Vec<ClaimShare>,
    pub loaners: Vec<Loaner>,
    pub loaner_backs: Vec<LoanerBack>,
    pub without_loaner: Vec<WithoutLoaner>,
    pub custody: Vec<Custody>,
    pub bench: Vec<BenchEntry>,
    pub diagnoses: Vec<Diagnosis>,
    pub quotes: Vec<Quote>,
    pub consents: Vec<Consent>,
    pub promises: Vec<Promise>,
    pub outcomes: Vec<OutcomeFact>,
    pub notes: Vec<Remark>,
}

impl Sheet {
    pub fn field(&self, appliance: ShortId, field: SheetField) -> &str {
        self.fields.get(&(appliance, field.word().to_owned())).map_or("", |f| &f.value)
    }

    /// A field about the visit as a whole; empty when nobody wrote it.
    pub fn about(&self, key: &str) -> &str {
        self.about.get(key).map_or("", |f| &f.value)
    }

    /// Whether this version of the sheet holds nothing at all.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

//! Filling in the sheet: fields, parts, services. Saved at every field.

use doorstep_schemas::ids::{DocId, ShortId};
use doorstep_schemas::input::{AnswerService, RemovePart, ServiceAnswer, UsePart, WriteField};
use doorstep_schemas::view::{JobView, PartSource, ServiceCode};

use super::{Actions, JobError};
use crate::documents;
use crate::domain::facts::{ServiceFact, UsedPart};
use crate::domain::money::subsidy::looks_like_id_number;
use crate::domain::services;
use crate::store::StoreError;

/// Longest text of a field, in characters.
const FIELD: usize = 500;
const NAME: usize = 80;
const QUANTITY: u32 = 999;
/// ¥100,000: no part of a household appliance costs that.
const PRICE_FEN: i64 = 10_000_000;

/// Why a line of the sheet was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("a text is longer than {0} characters")]
    TooLong(usize),
    #[error("{0} must be filled in")]
    Required(&'static str),
    #[error("between 1 and {QUANTITY} of a part, at ¥0 to ¥{}", PRICE_FEN / 100)]
    Quantity,
    #[error("part {0} is not on the sheet")]
    NoPart(ShortId),
    #[error("this answer is not one of the service's")]
    Answer,
    #[error("an answer of \"not applicable\" needs a reason")]
    Reason,
    #[error("a text looks like an identity number; those are never kept")]
    IdentityNumber,
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for SheetError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// One field of one appliance.
    pub fn write_field(&self, input: &WriteField) -> Result<JobView, SheetError> {
        if input.value.chars().count() > FIELD {
            return Err(SheetError::TooLong(FIELD));
        }
        if looks_like_id_number(&input.value) {
            return Err(SheetError::IdentityNumber);
        }
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        let appliance = open.measured(input.appliance)?;
        let value = input.value.trim();
        let field = input.field.word();
        let written = open.facts.sheet.fields.get(&(input.appliance, field.to_owned()));
        // Where two people wrote, the one that is shown can be picked as well: it is written, and the other goes.
        let contested = written.is_some_and(|written| !written.others.is_empty());
        // What the order already says is not written again as if somebody had found it on site.
        if !contested && open.facts.field(&appliance, input.field) == value {
            return Ok(self.view(&mut store, input.job)?);
        }
        let write = |doc: &mut _| documents::sheet::set_field(doc, input.appliance, field, value);
        if store.act(&DocId::Sheet(input.job), "write_field", open.noted.at_ms, write, |_| Ok(()))? {
            self.changed(input.job);
        }
        Ok(self.view(&mut store, input.job)?)
    }

    /// A part was used (R22).
    pub fn use_part(&self, input: &UsePart) -> Result<JobView, SheetError> {
        let name = input.name.trim();
        if name.is_empty() {
            return Err(SheetError::Required("part"));
        }
        if name.chars().count() > NAME || input.code.chars().count() > NAME {
            return Err(SheetError::TooLong(NAME));
        }
        if looks_like_id_number(name) || looks_like_id_number(&input.code) {
            return Err(SheetError::IdentityNumber);
        }
        if !(1..=QUANTITY).contains(&input.quantity) || !(0..=PRICE_FEN).contains(&input.guide_fen.0) {
            return Err(SheetError::Quantity);
        }
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        open.appliance(input.appliance)?;
        let part = UsedPart {
            id: self.mint(),
            appliance: input.appliance,
            code: input.code.trim().to_owned(),
            name: name.to_owned(),
            quantity: input.quantity,
            guide_fen: input.guide_fen.0,
            source: PartSource::OwnStock.into(),
            set: Vec::new(),
            noted: open.noted,
        };
        let write = |doc: &mut _| documents::layout::add_record(doc, &part);
        store.act(&DocId::Sheet(input.job), "use_part", open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }

    /// A part was not used after all; its line stays in the history.
    pub fn remove_part(&self, input: &RemovePart) -> Result<JobView, SheetError> {
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        if !open.facts.sheet.parts.iter().any(|p| p.id == input.part) {
            return Err(SheetError::NoPart(input.part));
        }
        let write = |doc: &mut _| documents::layout::remove_record::<UsedPart>(doc, input.part).map(|_found| ());
        store.act(&DocId::Sheet(input.job), "remove_part", open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }

    /// One of the five services, where no fact tells it (R13).
    pub fn answer_service(&self, input: &AnswerService) -> Result<JobView, SheetError> {
        let check_all = input.service == ServiceCode::CheckAll;
        match &input.answer {
            ServiceAnswer::NotApplicable { reason } if reason.trim().is_empty() => return Err(SheetError::Reason),
            ServiceAnswer::NotApplicable { reason } if reason.chars().count() > FIELD => {
                return Err(SheetError::TooLong(FIELD));
            }
            ServiceAnswer::NotApplicable { reason } if looks_like_id_number(reason) => {
                return Err(SheetError::IdentityNumber);
            }
            ServiceAnswer::AllNormal | ServiceAnswer::NotWanted if !check_all => return Err(SheetError::Answer),
            _ => {}
        }
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        let appliance = services::visit_appliance(&open.facts).unwrap_or(input.appliance);
        let fact = ServiceFact {
            appliance,
            service: input.service,
            answer: documents::sheet::answer_word(&input.answer),
            noted: open.noted,
        };
        let id = self.mint();
        let write = |doc: &mut _| documents::sheet::add_service(doc, id, &fact);
        store.act(&DocId::Sheet(input.job), "answer_service", open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }
}

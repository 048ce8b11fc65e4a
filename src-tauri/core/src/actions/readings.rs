//! One measurement of the safety check, kept as it was taken.

use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::{Found, RecordReading};
use doorstep_schemas::view::{Blocker, JobView, NodeKind, Verdict};

use super::{Actions, JobError};
use crate::documents;
use crate::domain::facts::Reading;
use crate::domain::gates::{self, Judge, Rules};
use crate::domain::money::subsidy::looks_like_id_number;
use crate::domain::safety::{self, NotAValue, Taken};
use crate::store::StoreError;

const LINE: usize = 200;

/// Why a reading was not saved.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    #[error("the limit set has no row {0:?}")]
    Unknown(String),
    #[error(transparent)]
    Value(#[from] NotAValue),
    #[error("the method is missing or not one of the row's")]
    Method,
    #[error("a failed reading is measured again only after something was put right")]
    NothingRectified,
    #[error("a text is longer than {LINE} characters")]
    TooLong,
    #[error("a text looks like an identity number; those are never kept")]
    IdentityNumber,
    #[error("the photo is not on this sheet")]
    NoPhoto,
    #[error("measuring comes after arriving")]
    NotArrived,
    /// Readings of an earlier phase come first: all that are open (R11).
    #[error("{} readings come before it", .0.len())]
    TooEarly(Vec<Blocker>),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for ReadingError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Saves one reading; a failed one before it stays (R12).
    pub fn record_reading(&self, input: &RecordReading) -> Result<JobView, ReadingError> {
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        if !open.facts.sheet.nodes.iter().any(|n| n.kind.is(NodeKind::Arrived)) {
            return Err(ReadingError::NotArrived);
        }
        let rules = store.rules().clone();
        let in_force = rules.at(open.noted.at_ms);
        let judge = Judge::new(&open.facts, &in_force);
        let measured = judge.measured().iter().find(|m| m.appliance.id == input.appliance);
        let measured = measured.ok_or(JobError::NoAppliance(input.appliance))?;
        let limit = in_force.limit(&input.code).ok_or_else(|| ReadingError::Unknown(input.code.clone()))?;
        let taken =
            Taken { found: &input.found, unit: &input.unit, method: &input.method, calibrated: &input.calibrated };
        safety::accepts(limit, taken).map_err(|refused| match refused {
            NotAValue::MethodMissing | NotAValue::Method(_) => ReadingError::Method,
            other => ReadingError::Value(other),
        })?;
        let reason = match &input.found {
            Found::NotApplicable { reason } | Found::NotMeasured { reason } => reason.as_str(),
            _ => "",
        };
        let texts = [input.instrument.as_str(), input.calibrated.as_str(), input.rectified.as_str(), reason];
        if texts.iter().any(|t| t.chars().count() > LINE) {
            return Err(ReadingError::TooLong);
        }
        if texts.iter().any(|t| looks_like_id_number(t)) {
            return Err(ReadingError::IdentityNumber);
        }
        let failed = judge.standing(input.appliance, &input.code) == Some(Verdict::Fail);
        if failed && input.rectified.trim().is_empty() {
            return Err(ReadingError::NothingRectified);
        }
        if input.photo.is_some_and(|id| !open.facts.sheet.photos.iter().any(|p| p.id == id)) {
            return Err(ReadingError::NoPhoto);
        }
        let early = gates::phase_blockers(&judge, measured, limit.phase);
        if !early.is_empty() && matches!(input.found, Found::Number { .. } | Found::Choice { .. }) {
            return Err(ReadingError::TooEarly(early));
        }
        let reading = Reading {
            id: self.mint(),
            appliance: input.appliance,
            code: input.code.clone(),
            found: input.found.clone(),
            unit: input.unit.clone(),
            method: input.method.clone(),
            instrument: input.instrument.trim().to_owned(),
            calibrated: input.calibrated.trim().to_owned(),
            rectified: input.rectified.trim().to_owned(),
            limits: in_force.limit_set().to_vec(),
            photo: input.photo,
            noted: open.noted,
        };
        let write = |doc: &mut _| documents::layout::add_record(doc, &reading);
        store.act(&DocId::Sheet(input.job), "record_reading", open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }
}

//! Facts that people add: one action a fact, checked, then written under a fresh id.
//!
//! What a fact means (totals, states, gates) is derived by the domain. Here it is only refused when it can't be one:
//! an empty text where one is needed, a number that no till or meter shows, a step that the trade's rules keep shut.

pub(super) mod check;
mod order;
mod outlet;
mod sheet;
mod sheet_bench;
mod sheet_money;

use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{NoteFact, SheetFact};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{Blocker, CustodyStep, JobView};

use super::{Actions, JobError};
use crate::documents::layout::Edit;
use crate::domain::facts::{Job, Noted};
use crate::domain::gates::{self, Judge};
use crate::rules::RuleBook;
use crate::store::{Store, StoreError};

/// Why a fact was not saved. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    #[error("{0} must be filled in")]
    Required(&'static str),
    #[error("{field} is longer than {most} characters")]
    TooLong { field: &'static str, most: usize },
    #[error("{field} is between {least} and {most}")]
    OutOfRange { field: &'static str, least: i64, most: i64 },
    #[error("{0} can't be one")]
    Malformed(&'static str),
    #[error("{0} names something that is not here")]
    Unknown(&'static str),
    /// Everything that stands in the way, all at once.
    #[error("{} things stand in the way", .0.len())]
    Blocked(Vec<Blocker>),
    #[error("only an owner does this")]
    OwnerOnly,
    #[error("a text looks like an identity number; those are never kept")]
    IdentityNumber,
    /// Damage above it is shared out by an owner (R30).
    #[error("more than {limit_fen} fen is not paid on the spot")]
    AboveLimit { limit_fen: i64 },
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for FactError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// What came of adding a fact to a job.
#[derive(Debug, Clone)]
pub struct Added {
    pub id: ShortId,
    pub job: JobView,
}

/// A checked fact: its action's code, and how it is written.
pub(super) struct Ready {
    pub code: &'static str,
    pub edit: Edit,
}

/// What is at hand while a fact of a sheet is made.
pub(super) struct Making<'a> {
    pub id: ShortId,
    pub noted: Noted,
    pub job: &'a Job,
    /// Whether a gate keeps this loaner from being switched on.
    pub loaner_unsafe: &'a dyn Fn(ShortId) -> bool,
    /// SHA-256 of the price book and of the wording in force.
    pub prices: Vec<u8>,
    pub wording: Vec<u8>,
    /// SHA-256 of the sheet that is signed.
    pub page: Vec<u8>,
    /// What may be paid for damage without an owner; none for an owner (R30).
    pub on_the_spot_fen: Option<i64>,
}

impl Actions {
    /// Adds a fact to a job's sheet.
    pub fn note_fact(&self, input: &NoteFact) -> Result<Added, FactError> {
        let mut store = self.shelf.store();
        let open = if comes_afterwards(&input.fact) {
            self.job_afterwards(&mut store, input.job)?
        } else {
            self.open_job(&mut store, input.job)?
        };
        if let Some(at) = input.claimed {
            check::within("claimed", at.0, 0, open.noted.at_ms)?;
        }
        let rules = store.rules().clone();
        let in_force = rules.at(open.noted.at_ms);
        let judge = Judge::new(&open.facts, &in_force);
        let loaner_unsafe = |loaner| !gates::loaner_problems(&judge, loaner).is_empty();
        let making = Making {
            id: self.mint(),
            noted: Noted { claimed_ms: input.claimed.map(|at| at.0), ..open.noted },
            job: &open.facts,
            loaner_unsafe: &loaner_unsafe,
            prices: hash_of(&rules, SetKind::Prices, open.noted.at_ms),
            wording: hash_of(&rules, SetKind::Steps, open.noted.at_ms),
            page: page(&mut store, input.job)?,
            on_the_spot_fen: (!store.is_owner(open.noted.by)?)
                .then(|| rules.promises_at(open.noted.at_ms).promises.compensation_limit_fen.0),
        };
        let ready = match sheet::ready(&making, &input.fact)? {
            Some(ready) => ready,
            None => match sheet_bench::ready(&making, &input.fact)? {
                Some(ready) => ready,
                None => sheet_money::ready(&making, &input.fact)?.ok_or(FactError::Unknown("fact"))?,
            },
        };
        let id = making.id;
        let at_ms = open.noted.at_ms;
        store.act(&DocId::Sheet(input.job), ready.code, at_ms, |doc| ready.edit.apply(doc), |_| Ok(()))?;
        self.changed(input.job);
        Ok(Added { id, job: self.view(&mut store, input.job)? })
    }
}

/// What a fact of this moment names.
fn hash_of(rules: &RuleBook, kind: SetKind, at_ms: i64) -> Vec<u8> {
    rules.hash_in_force(kind, at_ms).map(|hash| hash.0.to_vec()).unwrap_or_default()
}

/// What may still come when a job's work is done.
fn comes_afterwards(fact: &SheetFact) -> bool {
    matches!(
        fact,
        SheetFact::Payment { .. }
            | SheetFact::OldPart { .. }
            | SheetFact::LoanerBack { .. }
            | SheetFact::Damage { .. }
            | SheetFact::ClaimShare { .. }
            | SheetFact::Invoice { .. }
            | SheetFact::Reason { .. }
            | SheetFact::Remark { .. }
            | SheetFact::Caption { .. }
            | SheetFact::Signature { .. }
    ) || matches!(fact, SheetFact::Custody { step, .. } if *step == CustodyStep::Returned)
}

/// What a signature is put under: SHA-256 of the sheet's heads as they stand.
fn page(store: &mut Store, job: JobId) -> Result<Vec<u8>, StoreError> {
    let heads = store.heads(&DocId::Sheet(job))?;
    Ok(doorstep_schemas::log::digest(&heads.iter().flat_map(|head| head.0).collect::<Vec<u8>>()).to_vec())
}

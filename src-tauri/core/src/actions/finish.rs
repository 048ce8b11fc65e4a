//! Finishing: the gate that no override opens.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::Finish;
use doorstep_schemas::view::{JobOutcome, JobView};

use super::{Actions, JobError, OpenJob};
use crate::documents;
use crate::domain::facts::OutcomeFact;
use crate::domain::gates::{self, Judge};
use crate::store::{Store, StoreError};

/// Why the job is not finished.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// How many things keep it from this outcome; the job's view lists them all.
    #[error("{0:?} is not open: {1} things are missing or unsafe")]
    Blocked(JobOutcome, usize),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for FinishError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Ends the visit with an outcome. "Completed" needs every gate open (R11, R12, R15).
    pub fn finish(&self, input: &Finish) -> Result<JobView, FinishError> {
        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, input.job)?;
        self.finish_with(&mut store, input.job, &open, input.outcome)
    }

    /// The same at the moment that is noted: now, or as somebody says who enters it later.
    pub(super) fn finish_with(
        &self,
        store: &mut Store,
        job: JobId,
        open: &OpenJob,
        outcome: JobOutcome,
    ) -> Result<JobView, FinishError> {
        let rules = store.rules().clone();
        let in_force = rules.at(open.noted.at_ms);
        let roster = store.roster()?;
        let judge = Judge::new(&open.facts, &in_force).with_roster(&roster);
        match gates::outcome_blockers(&judge, outcome, open.noted.true_ms()) {
            None => return Err(FinishError::Blocked(outcome, 1)),
            Some(blockers) if !blockers.is_empty() => return Err(FinishError::Blocked(outcome, blockers.len())),
            Some(_) => {}
        }
        let fact = OutcomeFact { id: self.mint(), outcome: outcome.into(), reason: String::new(), noted: open.noted };
        let write = |doc: &mut _| documents::layout::add_record(doc, &fact);
        store.act(&DocId::Sheet(job), "finish", open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(store, job)?)
    }
}

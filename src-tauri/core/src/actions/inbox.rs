//! What an owner decides on others' work: the inbox of those who have left or lost a job, and jobs that are erased by a
//! customer's wish.

use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::input::{EraseJob, InboxDecision};
use doorstep_schemas::view::{InboxRunView, Millis};

use super::history::{Known, deed_view};
use super::{Actions, JobError};
use crate::store::StoreError;

/// Characters of the job's number that whoever erases it has to type.
const NUMBER_END: usize = 4;

/// Why a decision was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error("only an owner decides on others' work")]
    OwnerOnly,
    #[error("nothing of this waits in the inbox")]
    NothingWaits,
    #[error("that is not the end of the job's number")]
    NotConfirmed,
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for DecideError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

fn name_of(doc: &DocId, actor: Actor) -> String {
    format!("{doc} {actor}")
}

fn run_of(name: &str) -> Option<(DocId, Actor)> {
    let (doc, actor) = name.split_once(' ')?;
    Some((doc.parse().ok()?, actor.parse().ok()?))
}

impl Actions {
    /// What waits in the owner's inbox, oldest first, and what was declined; nothing on other devices.
    pub fn inbox(&self) -> Result<Vec<InboxRunView>, StoreError> {
        let mut store = self.shelf.store();
        let mut out = Vec::new();
        for run in store.inbox()? {
            let deeds = store.inbox_deeds(&run.doc, run.actor)?;
            let job = run.doc.job();
            let row = job.map(|job| store.job_row(job)).transpose()?.flatten();
            let known = Known::of(&store, self.nature.now_ms())?;
            let (by, device) = known.names(Some(run.member), run.actor);
            out.push(InboxRunView {
                run: name_of(&run.doc, run.actor),
                upto: u32::try_from(run.to_seq).unwrap_or(u32::MAX),
                job,
                customer: row.map(|row| row.card.customer).unwrap_or_default(),
                by,
                device,
                changes: run.changes,
                since: Millis(run.since_ms),
                declined: run.declined,
                decided: run.decided,
                code: run.code,
                deeds: deeds.iter().map(|deed| deed_view(deed, &known, false)).collect(),
            });
        }
        Ok(out)
    }

    /// Takes work of the inbox in, or declines it; the relay hears of it with the next exchange.
    pub fn decide_inbox(&self, input: &InboxDecision) -> Result<Vec<InboxRunView>, DecideError> {
        {
            let mut store = self.shelf.store();
            let me = Self::enrolment(&store)?.member;
            if !store.is_owner(me)? {
                return Err(DecideError::OwnerOnly);
            }
            let (doc, actor) = run_of(&input.run).ok_or(DecideError::NothingWaits)?;
            if !store.decide(&doc, actor, u64::from(input.upto), input.admit, &input.reason)? {
                return Err(DecideError::NothingWaits);
            }
            if let Some(job) = doc.job() {
                self.changed(job);
            }
        }
        Ok(self.inbox()?)
    }

    /// Erases a job for good: here at once, at the relay and on every other device as soon as they hear of it. Nothing
    /// brings it back, and the figures of its days no longer hold it.
    pub fn erase_job(&self, input: &EraseJob) -> Result<(), DecideError> {
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        if !store.is_owner(me)? {
            return Err(DecideError::OwnerOnly);
        }
        if !store.has(&DocId::Order(input.job))? && !store.has(&DocId::Sheet(input.job))? {
            return Err(JobError::NotFound(input.job).into());
        }
        let typed = input.number_end.trim().to_uppercase();
        if typed.chars().count() != NUMBER_END || !input.job.to_string().ends_with(&typed) {
            return Err(DecideError::NotConfirmed);
        }
        store.erase_job(input.job)?;
        drop(store);
        self.changed(input.job);
        Ok(())
    }
}

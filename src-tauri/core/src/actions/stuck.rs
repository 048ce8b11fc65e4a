//! What is stuck, and what can be done: judge it again, hand it to somebody who looks into it, or go on with the job
//! under a new name (另立).

use std::collections::BTreeSet;

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{DocId, DocKind, JobId, ShortId};
use doorstep_schemas::view::JobView;

use super::{Actions, JobError};
use crate::documents::refound;
use crate::domain::calendar;
use crate::nature::random;
use crate::store::{Edit, StoreError};

/// Why a job was not founded anew. Nothing of the job was changed.
#[derive(Debug, thiserror::Error)]
pub enum RefoundError {
    #[error("only an owner founds a job anew")]
    OwnerOnly,
    #[error("nothing of the job is stuck here")]
    NothingStuck,
    #[error("the job goes on as {0} already")]
    Already(JobId),
    #[error("the walk-in has no order yet")]
    NotAdopted,
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for RefoundError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Judges everything that is quarantined or put aside again, and offers once more what the relay refused. Returns how
    /// many changes are now part of a document.
    pub fn retry_stuck(&self) -> Result<u32, StoreError> {
        let mut store = self.shelf.store();
        store.retry_refused()?;
        let absorbed = store.retry_stuck(self.nature.now_ms())?;
        if !absorbed.jobs.is_empty() {
            let _ = self.events.send(CoreEvent::JobsChanged { jobs: absorbed.jobs.into_iter().collect() });
        }
        if absorbed.papers {
            self.papers_changed();
        }
        Ok(absorbed.adopted)
    }

    /// What is stuck of one job or of all, as the bytes of a file: a line of JSON each, without any key.
    pub fn export_stuck(&self, job: Option<JobId>) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        self.shelf.store().write_stuck(job, self.nature.now_ms(), &mut out)?;
        Ok(out)
    }

    /// A name for the file of what is stuck now.
    pub fn stuck_name(&self) -> String {
        let day = calendar::day_name(self.nature.now_ms());
        format!("上门-{}-{day}.stuck.jsonl", self.shelf.store().device())
    }

    /// 另立: the job goes on under a new name with everything that can be seen of it here, under the same short ids. The
    /// old one ends and each names the other. Grants follow the new order's assignees. Approvals are given anew.
    pub fn refound(&self, job: JobId) -> Result<JobView, RefoundError> {
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        if !store.is_owner(me)? {
            return Err(RefoundError::OwnerOnly);
        }
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        if let Some(already) = facts.order.refounded_as {
            return Err(RefoundError::Already(already));
        }
        if !store.has(&DocId::Order(job))? {
            return Err(RefoundError::NotAdopted);
        }
        let stuck: BTreeSet<_> = store.stuck()?.into_iter().filter_map(|stuck| stuck.doc.job()).collect();
        if !stuck.contains(&job) {
            return Err(RefoundError::NothingStuck);
        }
        let noted = self.noted(&store, me)?;
        let new = JobId::mint(u64::try_from(noted.at_ms).unwrap_or(0), random(self.nature.as_ref()));
        let seen = |doc: &crate::documents::paper::Paper, kind: DocKind| doc.read(|doc| refound::portions(doc, kind));
        let mut order = seen(&store.copy_of(&DocId::Order(job))?, DocKind::Order);
        let mut sheet = seen(&store.copy_of(&DocId::Sheet(job))?, DocKind::Sheet);
        let (last_order, last_sheet) = (order.pop().unwrap_or_default(), sheet.pop().unwrap_or_default());
        // What is too much for one change goes ahead: until the order's marks are there, it is no job for anybody. The
        // sheet goes first of all, because the relay takes the sheet of a job that nobody named yet.
        for (doc, portions) in [(DocId::Sheet(new), &sheet), (DocId::Order(new), &order)] {
            for portion in portions {
                store.act(&doc, "refound", noted.at_ms, |doc| portion.write(doc), |_| Ok(()))?;
            }
        }
        let edits: Vec<(DocId, Edit<'_>)> = vec![
            (DocId::Sheet(new), Box::new(|doc| last_sheet.write(doc))),
            (
                DocId::Order(new),
                Box::new(|doc| {
                    last_order.write(doc)?;
                    refound::begin(doc, job)
                }),
            ),
            (DocId::Order(job), Box::new(|doc| refound::end(doc, new))),
        ];
        let id: ShortId = self.mint();
        store.act_many(edits, ("refound", id), noted.at_ms, |_| Ok(()))?;
        store.expect_photos(new, noted.at_ms)?;
        self.changed(job);
        self.changed(new);
        Ok(self.view(&mut store, new)?)
    }
}

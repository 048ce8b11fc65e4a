//! 现场接单: a job made on the spot, offline, by a technician (R6); and the owner's adoption of it.
//!
//! The creator writes the order into the sheet, because sheets are what technicians write. Adoption copies it into an
//! order under the same ids, so whatever was measured and billed before goes on meaning the same appliance.

use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{OrderDetails, TakeOrder};
use doorstep_schemas::view::{JobView, Source};

use super::orders::{self, OrderError};
use super::{Actions, JobError};
use crate::documents;
use crate::documents::paper::Paper;
use crate::nature::random;
use crate::store::{Store, StoreError};

impl Actions {
    /// Takes a walk-in's order. Without a source it is a direct one.
    pub fn take_walk_in(&self, input: &TakeOrder) -> Result<JobView, OrderError> {
        let mut input = orders::tidy(input);
        orders::check(&input)?;
        let mut details = input.details.take().unwrap_or_default();
        details.source.get_or_insert(Source::Direct);
        input.details = Some(OrderDetails { wished: None, ..details });
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        let noted = self.noted(&store, me)?;
        let now = u64::try_from(noted.at_ms).unwrap_or(0);
        let job = JobId::mint(now, random(self.nature.as_ref()));
        let ids: Vec<ShortId> = input.appliances.iter().map(|_| self.mint()).collect();
        let write = |doc: &mut _| documents::order::write(doc, &input, &ids, noted);
        store.act(&DocId::Sheet(job), "take_walk_in", noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(&mut store, job)?)
    }

    /// The owner takes a walk-in over: its facts become an order under the same ids, assigned to who made it.
    pub fn adopt_walk_in(&self, job: JobId) -> Result<JobView, OrderError> {
        let mut store = self.shelf.store();
        let noted = self.owner(&store)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let Some(sheet) = not_adopted(&mut store, job)? else { return Err(OrderError::AlreadyAdopted) };
        let creator = facts.order.taken.by;
        let write = |doc: &mut _| {
            documents::order::adopt(doc, &sheet)?;
            documents::order::assign(doc, &[creator], noted.at_ms)
        };
        store.act(&DocId::Order(job), "adopt", noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(&mut store, job)?)
    }
}

/// The sheet that holds a walk-in's order, as long as nobody has taken it over. What an owner noted on it before stands
/// in the order's document, and is no order yet.
pub(super) fn not_adopted(store: &mut Store, job: JobId) -> Result<Option<Paper>, StoreError> {
    if documents::order::read(store.copy_of(&DocId::Order(job))?.doc()).is_some() {
        return Ok(None);
    }
    Ok(Some(store.copy_of(&DocId::Sheet(job))?))
}

//! Lists page by page, and search.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::{FindJobs, ListJobs};
use doorstep_schemas::view::{FoundJobs, JobList};

use super::Actions;
use crate::domain::find::Query;
use crate::store::lists::{ListFilter, Place};
use crate::store::{Store, StoreError};

/// Rows that a search shows.
const MOST_FOUND: usize = 50;

impl Actions {
    /// A page of the jobs that fit; on a technician's device, of those that it holds.
    pub fn list_jobs(&self, asked: &ListJobs) -> Result<JobList, StoreError> {
        let store = self.looking()?;
        let filter = ListFilter {
            days: asked.days.map(|days| (days.from.0, days.to.0)),
            status: asked.status,
            member: asked.member,
            township: asked.township.clone(),
            phone: asked.phone.clone(),
            serial: asked.serial.clone(),
            open: asked.open,
        };
        let after = asked.after.as_deref().and_then(Place::from_text);
        let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        let page = store.list(&filter, viewer(&store)?, after, limit)?;
        let next = page.next.map(Place::to_text);
        Ok(JobList { jobs: page.rows.into_iter().map(|row| row.card).collect(), next })
    }

    /// The jobs of which every word is said, newest order first. Any text is a search.
    pub fn find_jobs(&self, asked: &FindJobs) -> Result<FoundJobs, StoreError> {
        let query = Query::parse(&asked.text);
        let store = self.looking()?;
        let finds = store.find(&query, viewer(&store)?, MOST_FOUND)?;
        Ok(FoundJobs {
            jobs: finds.rows.into_iter().map(|row| row.card).collect(),
            more: finds.more,
            words: query.words.iter().map(|word| word.as_str().to_owned()).collect(),
            shortened: query.shortened,
        })
    }
}

/// Whose device this is, unless it is an owner's, which sees every job.
pub(super) fn viewer(store: &Store) -> Result<Option<MemberId>, StoreError> {
    let me = Actions::enrolment(store)?.member;
    Ok(if store.is_owner(me)? { None } else { Some(me) })
}

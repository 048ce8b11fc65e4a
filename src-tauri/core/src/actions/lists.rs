//! What lists show: today, the day's orders, the team.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::OrdersOfDay;
use doorstep_schemas::view::{JobCard, JobList, Millis, PickLists, SyncChip, TeamView, TodayView};

use super::Actions;
use crate::domain::{calendar, timers};
use crate::store::days::DayPlace;
use crate::store::lists::MOST_ROWS;
use crate::store::{Store, StoreError};

impl Actions {
    /// This member's jobs of today: open ones by promised time, finished ones last.
    pub fn today(&self, sync: SyncChip) -> Result<TodayView, StoreError> {
        let store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let start = calendar::day_start(now);
        let rows = store.jobs_of_day(start, now, None)?;
        let mut jobs = Vec::new();
        for row in rows {
            let card = row.card;
            if card.assignees.iter().any(|a| a.id == me) && visible(&store, &card, me)? {
                jobs.push(card);
            }
        }
        let limits = store.rules().at(now).time_limits();
        let clock_note = timers::clock_note(store.clock_offset()?, &limits).map(|note| note.text);
        Ok(TodayView { clock_note, day: calendar::day_name(now), now: Millis(now), jobs, sync })
    }

    /// The outlet's orders of a day; for a technician's device, those it holds.
    pub fn orders(&self, at: Option<i64>) -> Result<Vec<JobCard>, StoreError> {
        let (at, mut after, mut jobs) = (at.map(Millis), None, Vec::new());
        loop {
            let page = self.orders_page(&OrdersOfDay { at, after })?;
            jobs.extend(page.jobs);
            after = page.next;
            if after.is_none() {
                return Ok(jobs);
            }
        }
    }

    /// A page of them, in the order of the day: open ones by the promised time, ended ones last.
    pub fn orders_page(&self, asked: &OrdersOfDay) -> Result<JobList, StoreError> {
        let store = self.looking()?;
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let only = if store.is_owner(me)? { None } else { Some(me) };
        let start = calendar::day_start(asked.at.map_or(now, |at| at.0));
        let after = asked.after.as_deref().and_then(DayPlace::from_text);
        let page = store.page_of_day(start, now, only, after, MOST_ROWS)?;
        let next = page.next.map(DayPlace::to_text);
        Ok(JobList { jobs: page.rows.into_iter().map(|row| row.card).collect(), next })
    }

    pub fn team(&self) -> Result<TeamView, StoreError> {
        let store = self.shelf.store();
        Ok(TeamView { members: store.members()?, devices: store.devices()? })
    }

    pub fn pick_lists(&self) -> PickLists {
        let now = self.nature.now_ms();
        self.shelf.store().rules().at(now).pick_lists()
    }
}

/// A job that was given to somebody else meanwhile is no longer shown, even while its copy lies here.
fn visible(store: &Store, card: &JobCard, me: MemberId) -> Result<bool, StoreError> {
    Ok(store.is_owner(me)? || store.has_job(card, me)?)
}

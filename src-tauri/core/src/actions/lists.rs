//! What lists show: today, the day's orders, the day's review, the team.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::input::OrdersOfDay;
use doorstep_schemas::view::{
    DayReview, JobCard, JobList, MemberDay, Millis, PickLists, Rate, SyncChip, TeamView, TodayView,
};

use super::Actions;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::day::{self, Beside, JobFigures};
use crate::domain::facts::desk::{CashTaken, SettlementLine, SettlementStep};
use crate::domain::money::settlement;
use crate::domain::{day_money, first_fix, timers};
use crate::store::days::DayPlace;
use crate::store::listed::JobRow;
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
        for JobRow { card, .. } in rows {
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

    /// The day in numbers and rows (R38).
    pub fn day_review(&self, at: Option<i64>) -> Result<DayReview, StoreError> {
        let mut store = self.looking()?;
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let only = if store.is_owner(me)? { None } else { Some(me) };
        let start = calendar::day_start(at.unwrap_or(now));
        let desk = Desks::read(&mut store)?;
        let not_handed_in = day_money::not_handed_in(&store.hands()?, &desk.cash);
        let of_day = |start: i64| -> Result<Vec<JobRow>, StoreError> {
            let mut rows = store.jobs_of_day(start, now, only)?;
            // What may be done whenever there is time is on the list, and nobody is measured by it.
            rows.retain(|row| row.figures.of_day(start, now));
            mark_revisited(&store, &mut rows)?;
            Ok(rows)
        };
        let rows = of_day(start)?;
        let before = of_day(start - DAY_MS)?;
        let beside = Beside { start: Some(start), not_handed_in, receivable: desk.receivable };
        let yesterday = Beside { start: Some(start - DAY_MS), ..Beside::default() };
        let mut arrivals = vec![0; 24];
        for at in rows.iter().filter_map(|row| row.figures.arrived_at).filter(|at| calendar::day_start(*at) == start) {
            arrivals[calendar::hour(at)] += 1;
        }
        let mut members = Vec::new();
        for member in store.members()? {
            let theirs: Vec<&JobFigures> =
                rows.iter().map(|row| &row.figures).filter(|f| f.members.contains(&member.id)).collect();
            if !theirs.is_empty() {
                members.push(member_day(member, &theirs));
            }
        }
        let holding = |d: &doorstep_schemas::view::DeviceView| !d.this_device && (d.changes > 0 || d.photos > 0);
        Ok(DayReview {
            day: calendar::day_name(start),
            start: Millis(start),
            now: Millis(now),
            figures: day::review(rows.iter().map(|row| &row.figures), &beside, now),
            yesterday: day::review(before.iter().map(|row| &row.figures), &yesterday, now),
            jobs: rows.into_iter().map(|row| row.card).collect(),
            arrivals,
            members,
            not_arrived: store.devices()?.into_iter().filter(holding).collect(),
        })
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

/// Says of each job whether somebody had to come back to it (R8): only the jobs that name it can tell.
fn mark_revisited(store: &Store, rows: &mut [JobRow]) -> Result<(), StoreError> {
    let revisits = store.revisits_of(rows.iter().map(|row| row.card.job))?;
    let figures = |row: &JobRow| (row.card.job, row.figures.clone());
    let all: BTreeMap<JobId, JobFigures> = rows.iter().chain(&revisits).map(figures).collect();
    let mut marked: Vec<(JobId, JobFigures)> = all.into_iter().collect();
    first_fix::mark_revisits(&mut marked, first_fix::REVISIT_DAYS);
    let revisited: BTreeSet<JobId> = marked.iter().filter(|(_, f)| f.revisited).map(|(job, _)| *job).collect();
    rows.iter_mut().for_each(|row| row.figures.revisited = revisited.contains(&row.card.job));
    Ok(())
}

/// A job that was given to somebody else meanwhile is no longer shown, even while its copy lies here.
fn visible(store: &Store, card: &JobCard, me: MemberId) -> Result<bool, StoreError> {
    Ok(store.is_owner(me)? || store.has_job(card, me)?)
}

fn member_day(member: doorstep_schemas::view::MemberView, jobs: &[&JobFigures]) -> MemberDay {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    MemberDay {
        member,
        jobs: count(jobs.len()),
        done: count(jobs.iter().filter(|j| j.finished_at.is_some()).count()),
        on_time: Rate {
            of: count(jobs.iter().filter(|j| j.on_time.is_some()).count()),
            good: count(jobs.iter().filter(|j| j.on_time == Some(true)).count()),
        },
    }
}

/// What the day needs of the desk: empty on any device but an owner's.
struct Desks {
    cash: Vec<CashTaken>,
    receivable: BTreeMap<String, i64>,
}

impl Desks {
    fn read(store: &mut Store) -> Result<Self, StoreError> {
        let mut cash = Vec::new();
        let mut lines: Vec<SettlementLine> = Vec::new();
        let mut steps: Vec<SettlementStep> = Vec::new();
        for (_, desk) in store.desks()? {
            cash.extend(desk.cash);
            lines.extend(desk.lines);
            steps.extend(desk.states);
        }
        Ok(Self { cash, receivable: settlement::receivable_by_maker(&lines, &steps) })
    }
}

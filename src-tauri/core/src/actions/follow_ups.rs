//! 回访 and 保修到保证: whom to call, who never answered, and what breaks how often (R36, R46).

use std::sync::Arc;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::CountFailures;
use doorstep_schemas::view::{
    CallLine, FailureLine, FailureTable, FollowUpsView, JobCard, JobKind, Millis, NodeKind, UnreportedView,
};

use super::Actions;
use super::customers::follow_ups;
use super::facts::FactError;
use crate::domain::calendar::DAY_MS;
use crate::domain::facts::Job;
use crate::domain::facts::desk::FollowUp;
use crate::domain::rating::{self, ForCall};
use crate::domain::{failures, nodes};
use crate::store::listed::JobRow;
use crate::store::lists::{ListFilter, MOST_ROWS};
use crate::store::{Store, StoreError};

/// Jobs that ended in so many days are looked at for calls.
const CALL_DAYS: u32 = 14;
/// Jobs of a period that are opened at most.
const MOST_OPENED: usize = 3_000;

impl Actions {
    /// Whom to call, gravest first, and who never answered (R36).
    pub fn follow_ups(&self) -> Result<FollowUpsView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let limits = store.rules().at(now).follow_up_limits();
        // A phone's clock may be ahead of this one.
        let days = (now.saturating_sub(i64::from(CALL_DAYS) * DAY_MS), now.saturating_add(DAY_MS));
        let (rows, _) = ended_between(&store, days.0, days.1, |_| true)?;
        let desks = store.desks()?;
        let words: Vec<FollowUp> = follow_ups(&desks).into_iter().cloned().collect();
        let sample: Vec<JobId> = desks.iter().flat_map(|(_, d)| &d.samples).flat_map(|s| s.drawn.clone()).collect();
        let mut jobs = Vec::new();
        for row in &rows {
            if let Some(facts) = store.job_facts(row.card.job)? {
                jobs.push(for_call(row, &facts));
            }
        }
        let card = |job: JobId| rows.iter().find(|row| row.card.job == job).map(|row| row.card.clone());
        let left = |job: JobId| jobs.iter().find(|one| one.job == job).and_then(|one| one.left_at).unwrap_or(now);
        let calls = rating::calls_due(&jobs, &sample, &words, limits);
        let calls = calls
            .into_iter()
            .filter_map(|(job, why)| Some(CallLine { card: card(job)?, why, left: Millis(left(job)) }));
        let silent: Vec<JobCard> =
            rating::not_followed_up(&jobs, &words, now, limits).into_iter().rev().filter_map(card).collect();
        Ok(FollowUpsView { calls: calls.collect(), silent, days: CALL_DAYS, now: Millis(now) })
    }

    /// Jobs that came past the maker and that it has not been told of (R6, R46), oldest first.
    pub fn unreported(&self) -> Result<UnreportedView, FactError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let mut rows = store.unreported(MOST_OPENED + 1)?;
        let more = rows.len() > MOST_OPENED;
        rows.truncate(MOST_OPENED);
        let jobs = rows.into_iter().rev().map(|row| row.card).collect();
        Ok(UnreportedView { jobs, more, now: Millis(self.nature.now_ms()) })
    }

    /// How often each fault was found on each model in a period (R46).
    pub fn failure_counts(&self, asked: &CountFailures) -> Result<FailureTable, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let repair = |kind| matches!(kind, JobKind::Repair | JobKind::UnitPickup | JobKind::Exchange);
        let (rows, shortened) = ended_between(&store, asked.from.0, asked.to.0, |row| repair(row.card.kind))?;
        let mut jobs: Vec<(JobId, Arc<Job>)> = Vec::new();
        for row in &rows {
            if let Some(facts) = store.job_facts(row.card.job)? {
                jobs.push((row.card.job, facts));
            }
        }
        let found = failures::counts(jobs.iter().map(|(id, job)| (*id, job.as_ref())));
        let line = |found: failures::FailureCount| FailureLine {
            brand: found.brand,
            model: found.model,
            fault: found.fault,
            count: found.count,
            share_permille: found.share_permille,
            jobs: found.jobs,
        };
        let repairs = u32::try_from(jobs.len()).unwrap_or(u32::MAX);
        Ok(FailureTable { lines: found.into_iter().map(line).collect(), repairs, shortened })
    }
}

/// Rows of jobs that ended in a period and fit, newest first; whether there were more than are opened.
fn ended_between(
    store: &Store,
    from: i64,
    to: i64,
    fits: impl Fn(&JobRow) -> bool,
) -> Result<(Vec<JobRow>, bool), StoreError> {
    let filter = ListFilter { days: Some((from.min(to), to)), ..ListFilter::default() };
    let (mut out, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(&filter, None, after, MOST_ROWS)?;
        let ended = |row: &JobRow| row.figures.finished_at.is_some_and(|at| (from..=to).contains(&at));
        out.extend(page.rows.into_iter().filter(|row| ended(row) && fits(row)));
        after = page.next;
        if out.len() > MOST_OPENED {
            out.truncate(MOST_OPENED);
            return Ok((out, true));
        }
        if after.is_none() {
            return Ok((out, false));
        }
    }
}

/// What the calls need to know of a job. Who has not said that they left, left when the work ended.
fn for_call(row: &JobRow, job: &Job) -> ForCall {
    let line = nodes::line(job, None, nodes::Elsewhere::default());
    let paid = row.figures.money.paid.iter().filter(|paid| paid.earned);
    ForCall {
        job: row.card.job,
        left_at: nodes::reached_at(&line, NodeKind::Left).or(row.figures.finished_at),
        paid_fen: paid.fold(0, |sum, paid| sum.saturating_add(paid.fen)),
        hazards: !job.sheet.hazards.is_empty() || row.figures.failed > 0,
        claims: !job.sheet.damages.is_empty(),
    }
}

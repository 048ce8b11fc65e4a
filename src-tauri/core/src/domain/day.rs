//! 日清: the day's figures (R38), one pure function of the outlet's jobs.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{DayFigures, Fen, JobOutcome, Rate};
use serde::{Deserialize, Serialize};

use super::calendar::{self, DAY_MS};
use super::facts::Job;
use super::gates::{self, Rules};
use super::{nodes, safety, services, timing};
use doorstep_schemas::view::{NodeKind, ServiceState};

/// What the day needs to know of one job; kept beside its row in the list so that a day opens no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFigures {
    pub arrive_by: i64,
    pub arrived_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub cancelled: bool,
    pub on_time: Option<bool>,
    pub in_limit: Option<bool>,
    pub five_services: bool,
    pub readings: u32,
    pub failed: u32,
    pub rectified: u32,
    pub outcome: Option<JobOutcome>,
    pub parts: u32,
    pub parts_fen: i64,
    pub photos: u32,
    pub members: Vec<MemberId>,
}

impl JobFigures {
    pub fn of(job: &Job, rules: &dyn Rules) -> Self {
        let checked = gates::safety_checked(job, rules);
        let line = nodes::line(job, checked, nodes::Elsewhere::default());
        let arrived_at = nodes::reached_at(&line, NodeKind::Arrived);
        let finished_at = nodes::reached_at(&line, NodeKind::Finished);
        let failures = safety::failures(job, |reading| gates::verdict(rules, reading));
        let five = services::five(job, checked.is_some());
        let used: Vec<_> = job.sheet.parts.iter().collect();
        Self {
            arrive_by: timing::arrive_by(&job.order),
            arrived_at,
            finished_at,
            cancelled: job.order.cancelled,
            on_time: arrived_at.map(|at| timing::on_time(&job.order, at)),
            in_limit: arrived_at.zip(finished_at).map(|(a, f)| timing::in_limit(&job.order, a, f)),
            five_services: five.iter().all(|s| s.state != ServiceState::Missing),
            readings: count(job.sheet.readings.len()),
            failed: failures.failed,
            rectified: failures.rectified,
            outcome: nodes::outcome(job),
            parts: used.iter().fold(0, |sum, p| sum.saturating_add(p.quantity)),
            parts_fen: used.iter().fold(0, |sum, p| added(sum, i64::from(p.quantity).saturating_mul(p.guide_fen))),
            photos: count(job.sheet.photos.len()),
            members: job.order.assignees.keys().copied().collect(),
        }
    }

    /// Whether the job belongs to the day that starts at `start`: due then, or worked on then.
    pub fn of_day(&self, start: i64, now: i64) -> bool {
        let within = |at: i64| (start..start + DAY_MS).contains(&at);
        let carried_over = self.finished_at.is_none() && self.arrive_by < start && calendar::day_start(now) == start;
        !self.cancelled
            && (within(self.arrive_by)
                || self.finished_at.is_some_and(within)
                || self.arrived_at.is_some_and(within)
                || carried_over)
    }

    /// Nobody has arrived although somebody should have, or somebody arrived late.
    pub fn late(&self, now: i64) -> bool {
        self.arrived_at.or(self.finished_at).unwrap_or(now) > self.arrive_by
    }
}

/// A sum of money that stays a number which a screen can show, whatever a broken sheet claims.
fn added(sum: i64, fen: i64) -> i64 {
    const MOST: i64 = (1 << 53) - 1;
    sum.saturating_add(fen).clamp(-MOST, MOST)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The figures of the jobs that belong to one day.
pub fn figures<'a>(jobs: impl Iterator<Item = &'a JobFigures>, now: i64) -> DayFigures {
    let mut day = DayFigures::default();
    for job in jobs {
        day.due += 1;
        if job.finished_at.is_some() {
            day.done += 1;
            tally(&mut day.five_services, job.five_services);
        } else {
            day.open += 1;
        }
        day.late += u32::from(job.late(now));
        if let Some(on_time) = job.on_time {
            tally(&mut day.on_time, on_time);
        }
        if let Some(in_limit) = job.in_limit {
            tally(&mut day.in_limit, in_limit);
        }
        day.readings += job.readings;
        day.readings_failed += job.failed;
        day.rectified += job.rectified;
        day.refused += u32::from(job.outcome == Some(JobOutcome::RefusedUnsafe));
        day.hazards_remaining += u32::from(job.outcome == Some(JobOutcome::HazardRemaining));
        day.parts = day.parts.saturating_add(job.parts);
        day.parts_fen = Fen(added(day.parts_fen.0, job.parts_fen));
        day.photos += job.photos;
    }
    day
}

fn tally(rate: &mut Rate, good: bool) {
    rate.of += 1;
    rate.good += u32::from(good);
}

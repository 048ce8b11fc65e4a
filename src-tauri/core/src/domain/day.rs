//! 日清: the day's figures (R38), one pure function of the outlet's jobs and of what the owner's desk knows beside them.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::view::{
    BlockerCode, DayFigures, Fen, JobOutcome, MakerOwes, MemberMoney, Rate, Segment, ServiceState,
};
use serde::{Deserialize, Serialize};

use super::calendar::{self, DAY_MS};
use super::day_money::{JobMoney, added};
use super::facts::Job;
use super::gates::{self, Judge, Rules};
use super::reminders::{self, Seen};
use super::shelf::{self, Use};
use super::timing;
use super::{first_fix, intake, nodes, parts, safety, services};

/// How far ahead lies what a job without an agreed time is due: a day (R4), and never two.
pub const UNAGREED_MS: i64 = 2 * DAY_MS;
/// A job that is due so soon is today's, whatever the date will be then.
pub const SOON_MS: i64 = 6 * 60 * 60_000;

/// The last moment that counts as soon.
pub fn soon(now: i64) -> i64 {
    now.saturating_add(SOON_MS)
}

/// What the day needs to know of one job; kept beside its row in the list so that a day opens no document. Fields that
/// came later are empty in rows written before them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JobFigures {
    pub arrive_by: i64,
    /// First arrival and end of the work, in true time.
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
    #[serde(default)]
    pub taken_at: i64,
    /// The window agreed for a later visit.
    #[serde(default)]
    pub due_again: Option<i64>,
    /// Solved in one visit, seen alone.
    #[serde(default)]
    pub one_visit: Option<bool>,
    /// Somebody had to come back: known from other jobs, by [`first_fix::mark_revisits`].
    #[serde(default)]
    pub revisited: bool,
    #[serde(default)]
    pub revisit_of: Option<JobId>,
    /// Pieces of evidence that a finished sheet lacks.
    #[serde(default)]
    pub missing_evidence: u32,
    #[serde(default)]
    pub money: JobMoney,
    /// What it took from stocks (R22).
    #[serde(default)]
    pub uses: Vec<Use>,
    /// Old parts that a maker still waits for, by the sheet (R24).
    #[serde(default)]
    pub old_parts: u32,
    /// Machines that it leaves behind (R37).
    #[serde(default)]
    pub machines: Vec<Seen>,
    /// Who the customer is to the shop (R9).
    #[serde(default)]
    pub segment: Option<Segment>,
    /// It began outside the maker's system and is not in it yet (R6, R46).
    #[serde(default)]
    pub unreported: bool,
}

/// Blockers that are evidence not there.
const EVIDENCE: [BlockerCode; 6] = [
    BlockerCode::ReadingMissing,
    BlockerCode::ReadingNotMeasured,
    BlockerCode::PhotoMissing,
    BlockerCode::ConcealedPhotoMissing,
    BlockerCode::SignatureMissing,
    BlockerCode::NoticeMissing,
];

impl JobFigures {
    pub fn of(job: &Job, rules: &dyn Rules) -> Self {
        Self::by(&Judge::new(job, rules))
    }

    /// The figures of one job by the outlet's own limits of time (R38).
    pub fn by(judge: &Judge<'_>) -> Self {
        let job = judge.job;
        let limits = &judge.rules.time_limits();
        let checked = gates::safety_checked(judge);
        let finished_at = timing::finished(job);
        let failures = safety::failures(job, |reading| judge.verdict(reading));
        let five = services::five(job, checked.is_some());
        let used: Vec<_> = job.sheet.parts.iter().collect();
        // What a refusal lacks is judged as a refusal's: nobody measures a trial in a house without an earth.
        let missing = || {
            let ended =
                nodes::ended(job).and_then(|(outcome, noted)| gates::outcome_blockers(judge, outcome, noted.true_ms()));
            ended.unwrap_or_default().iter().filter(|b| EVIDENCE.contains(&b.code)).count()
        };
        Self {
            arrive_by: timing::due(job, limits),
            arrived_at: timing::first_arrival(job),
            finished_at,
            cancelled: job.order.cancelled,
            on_time: timing::came_on_time(job, limits),
            in_limit: timing::kept_limit(job, limits),
            five_services: five.iter().all(|s| s.state != ServiceState::Missing),
            readings: count(job.sheet.readings.len()),
            failed: failures.failed,
            rectified: failures.rectified,
            outcome: nodes::outcome(job),
            parts: used.iter().fold(0, |sum, p| sum.saturating_add(p.quantity)),
            parts_fen: used.iter().fold(0, |sum, p| added(sum, i64::from(p.quantity).saturating_mul(p.guide_fen))),
            photos: count(job.sheet.photos.len()),
            members: job.order.assignees.keys().copied().collect(),
            taken_at: job.order.taken.true_ms(),
            due_again: timing::due_again(job),
            one_visit: first_fix::in_one_visit(job),
            revisited: false,
            revisit_of: job.order.revisit_of,
            missing_evidence: finished_at.map_or(0, |_| count(missing())),
            money: JobMoney::of(job),
            uses: shelf::uses(job),
            old_parts: parts::makers_open(job),
            machines: reminders::seen(job),
            segment: Some(intake::segment(&job.order, &intake::VILLAGE_MARKS)),
            unreported: intake::unreported(&job.order),
        }
    }

    /// Whether the visit ended with work done, so that its five services count (R13).
    pub fn worked(&self) -> bool {
        matches!(self.outcome, Some(JobOutcome::Completed | JobOutcome::HazardRemaining))
    }

    /// Whether it was a first-time fix (R8); `None` while the job isn't solved.
    pub fn first_time_fix(&self) -> Option<bool> {
        self.one_visit.map(|one| one && !self.revisited)
    }

    /// Whether the job belongs to the day that starts at `start`: due then, or worked on then. To today belongs as well what is
    /// left of the days before, and what is due within [`SOON_MS`]: an evening's emergency does not wait for midnight.
    pub fn of_day(&self, start: i64, now: i64) -> bool {
        let today = calendar::day_start(now) == start;
        let carried_over = today && self.finished_at.is_none() && self.arrive_by < start;
        let soon = today && self.finished_at.is_none() && (start..=soon(now)).contains(&self.arrive_by);
        !self.cancelled && (self.of_day_itself(start) || carried_over || soon)
    }

    /// Whether something of the job lies in the day that starts at `start`: it is due then, or was worked on then.
    pub fn of_day_itself(&self, start: i64) -> bool {
        let within = |at: i64| (start..start.saturating_add(DAY_MS)).contains(&at);
        within(self.arrive_by) || [self.due_again, self.finished_at, self.arrived_at].into_iter().flatten().any(within)
    }

    /// Whether the list of the day that starts at `start` shows the job. Today it shows as well what no time was agreed for
    /// with the customer: it is done whenever there is room for it, though it may be due tomorrow. Nobody is measured by that.
    pub fn listed(&self, agreed: bool, start: i64, now: i64) -> bool {
        let whenever = !agreed && !self.cancelled && self.finished_at.is_none();
        self.of_day(start, now) || (whenever && calendar::day_start(now) == start)
    }

    /// Nobody has arrived although somebody should have, or somebody arrived late.
    pub fn late(&self, now: i64) -> bool {
        self.arrived_at.or(self.finished_at).unwrap_or(now) > self.arrive_by
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What the owner's desk knows beside the jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// Money counts if it was taken on the day that begins here; without a day, all of it counts.
    pub start: Option<i64>,
    /// What each member holds, over all days: [`super::day_money::not_handed_in`].
    pub not_handed_in: BTreeMap<MemberId, i64>,
    /// What each maker owes by settlements under way, in fen.
    pub receivable: BTreeMap<String, i64>,
}

/// The figures of the jobs that belong to one day, from the jobs alone.
pub fn figures<'a>(jobs: impl Iterator<Item = &'a JobFigures>, now: i64) -> DayFigures {
    review(jobs, &Beside::default(), now)
}

/// The day in figures (R38): the jobs that belong to it, and what the desk knows beside them. What has not arrived yet is
/// known per device by the sync, and stands beside these figures in the review.
pub fn review<'a>(jobs: impl Iterator<Item = &'a JobFigures>, beside: &Beside, now: i64) -> DayFigures {
    let mut day = DayFigures::default();
    let mut members: BTreeMap<MemberId, MemberMoney> = BTreeMap::new();
    for job in jobs {
        count_job(&mut day, job, now);
        let today = |at: i64| beside.start.is_none_or(|start| calendar::day_start(at) == start);
        for paid in job.money.paid.iter().filter(|paid| today(paid.at)) {
            let theirs = members.entry(paid.member).or_insert_with(|| nothing(paid.member));
            if paid.earned {
                day.taken_fen = Fen(added(day.taken_fen.0, paid.fen));
                theirs.taken_fen = Fen(added(theirs.taken_fen.0, paid.fen));
            }
            if paid.in_hand {
                theirs.in_hand_fen = Fen(added(theirs.in_hand_fen.0, paid.fen));
            }
        }
    }
    for (member, fen) in beside.not_handed_in.iter().filter(|(_, fen)| **fen != 0) {
        members.entry(*member).or_insert_with(|| nothing(*member)).not_handed_in_fen = Fen(added(0, *fen));
        day.not_handed_in_fen = Fen(added(day.not_handed_in_fen.0, *fen));
    }
    day.money = members.into_values().collect();
    let owed = beside.receivable.iter().filter(|(_, fen)| **fen != 0);
    day.receivable = owed.map(|(maker, fen)| MakerOwes { maker: maker.clone(), fen: Fen(added(0, *fen)) }).collect();
    day
}

fn nothing(member: MemberId) -> MemberMoney {
    MemberMoney { member, taken_fen: Fen(0), in_hand_fen: Fen(0), not_handed_in_fen: Fen(0) }
}

fn count_job(day: &mut DayFigures, job: &JobFigures, now: i64) {
    day.due += 1;
    if job.finished_at.is_some() {
        day.done += 1;
        // Where no work was done there is nothing to explain or to maintain.
        if job.worked() {
            tally(&mut day.five_services, job.five_services);
        }
    } else {
        day.open += 1;
    }
    day.late += u32::from(job.late(now));
    for (rate, good) in [
        (&mut day.on_time, job.on_time),
        (&mut day.in_limit, job.in_limit),
        (&mut day.first_time_fix, job.first_time_fix()),
    ] {
        if let Some(good) = good {
            tally(rate, good);
        }
    }
    day.readings = day.readings.saturating_add(job.readings);
    day.readings_failed = day.readings_failed.saturating_add(job.failed);
    day.rectified = day.rectified.saturating_add(job.rectified);
    day.refused += u32::from(job.outcome == Some(JobOutcome::RefusedUnsafe));
    day.hazards_remaining += u32::from(job.outcome == Some(JobOutcome::HazardRemaining));
    day.parts = day.parts.saturating_add(job.parts);
    day.photos = day.photos.saturating_add(job.photos);
    day.missing_evidence = day.missing_evidence.saturating_add(job.missing_evidence);
    day.parts_unbilled = day.parts_unbilled.saturating_add(job.money.parts_unbilled);
    for (sum, fen) in [
        (&mut day.parts_fen, job.parts_fen),
        (&mut day.billed_fen, job.money.billed_fen),
        (&mut day.above_guide_fen, job.money.above_guide_fen),
        (&mut day.compensation_fen, job.money.compensation_fen),
        (&mut day.parts_unbilled_fen, job.money.parts_unbilled_fen),
    ] {
        *sum = Fen(added(sum.0, fen));
    }
}

fn tally(rate: &mut Rate, good: bool) {
    rate.of += 1;
    rate.good += u32::from(good);
}

#[cfg(test)]
impl JobFigures {
    /// Of a job of which nothing is known.
    pub(crate) fn blank() -> Self {
        let job = super::scene::job(doorstep_schemas::view::JobKind::Repair, &[]);
        Self::of(&job, &super::scene::NoRules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day_money::Paid;
    use crate::domain::scene::{DAY, HOUR, MIDNIGHT, NOON, id, job_id, member};
    use proptest::prelude::*;

    fn paid(n: u32, by: u8, at: i64, fen: i64, in_hand: bool) -> Paid {
        Paid { at, id: id(n), member: member(by), fen, in_hand, earned: true }
    }

    fn done(taken: i64, finished: i64) -> JobFigures {
        JobFigures {
            taken_at: taken,
            arrive_by: finished,
            finished_at: Some(finished),
            one_visit: Some(true),
            ..JobFigures::blank()
        }
    }

    #[test]
    fn r38_a_second_visit_agreed_for_tomorrow_belongs_to_tomorrow() {
        let mut job = JobFigures { arrive_by: NOON, arrived_at: Some(NOON), ..JobFigures::blank() };
        assert!(!job.of_day(MIDNIGHT + DAY, NOON));
        job.due_again = Some(NOON + DAY);
        assert!(job.of_day(MIDNIGHT + DAY, NOON));
    }

    #[test]
    fn r8_r38_a_revisit_counts_against_the_first_job_on_its_own_day() {
        let revisit = JobFigures { revisit_of: Some(job_id(1)), ..done(NOON + DAY, NOON + 2 * DAY) };
        let mut jobs = [(job_id(2), revisit), (job_id(1), done(NOON, NOON)), (job_id(3), done(NOON, NOON))];
        first_fix::mark_revisits(&mut jobs, 30);
        let day = figures(jobs.iter().map(|(_, job)| job), NOON);
        assert_eq!(day.first_time_fix, Rate { of: 3, good: 2 });
        assert!(jobs[1].1.revisited && !jobs[0].1.revisited);
        jobs[0].1.cancelled = true;
        first_fix::mark_revisits(&mut jobs, 30);
        assert!(!jobs[1].1.revisited, "a revisit that was called off");
    }

    #[test]
    fn r38_money_counts_on_the_day_it_was_taken_and_what_is_not_handed_in_stays() {
        let mut job = done(NOON, NOON);
        job.money = JobMoney {
            billed_fen: 30_000,
            above_guide_fen: 2_000,
            compensation_fen: 18_000,
            parts_unbilled: 1,
            parts_unbilled_fen: 4_500,
            paid: vec![
                paid(1, 1, NOON, 10_000, true),
                paid(2, 1, NOON + DAY, 20_000, true),
                paid(3, 2, NOON, 700, false),
            ],
        };
        job.missing_evidence = 2;
        let beside = Beside {
            start: Some(MIDNIGHT),
            not_handed_in: [(member(1), 34_000), (member(2), 0), (member(3), 500)].into(),
            receivable: [("北岭".to_owned(), 21_000)].into(),
        };
        let day = review([&job].into_iter(), &beside, NOON + HOUR);
        assert_eq!((day.taken_fen, day.not_handed_in_fen), (Fen(10_700), Fen(34_500)));
        let of = |n| day.money.iter().find(|m| m.member == member(n)).unwrap();
        assert_eq!(
            (of(1).taken_fen, of(1).in_hand_fen, of(1).not_handed_in_fen),
            (Fen(10_000), Fen(10_000), Fen(34_000))
        );
        assert_eq!((of(2).taken_fen, of(2).in_hand_fen), (Fen(700), Fen(0)), "the outlet's own code");
        assert_eq!(day.money.len(), 3, "who only owes from before is there too");
        assert_eq!((day.above_guide_fen, day.compensation_fen, day.billed_fen), (Fen(2_000), Fen(18_000), Fen(30_000)));
        assert_eq!((day.parts_unbilled, day.missing_evidence), (1, 2));
        assert_eq!(day.receivable, [MakerOwes { maker: "北岭".to_owned(), fen: Fen(21_000) }]);
    }

    #[test]
    fn r38_rows_written_before_a_figure_was_known_are_read() {
        let mut row = serde_json::to_value(JobFigures::blank()).unwrap();
        for key in ["taken_at", "due_again", "one_visit", "revisited", "revisit_of", "missing_evidence", "money"] {
            row.as_object_mut().unwrap().remove(key).unwrap();
        }
        let read: JobFigures = serde_json::from_value(row).unwrap();
        assert_eq!(read.money, JobMoney::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn r38_the_day_is_the_same_in_whatever_order_its_jobs_come(
            facts in proptest::collection::vec((any::<i64>(), -(1i64 << 40)..1 << 40, any::<u32>(), any::<bool>()), 0..8),
            now in any::<i64>(),
        ) {
            let mut jobs: Vec<(JobId, JobFigures)> = (1..).zip(&facts).map(|(n, (at, fen, parts, back))| {
                let mut job = done(*at, at.wrapping_add(*fen));
                job.money.paid = vec![paid(u32::from(n), 1, *at, *fen, *back)];
                job.parts = *parts;
                job.revisit_of = back.then(|| job_id(1));
                (job_id(n), job)
            }).collect();
            let beside = Beside { start: Some(MIDNIGHT), ..Beside::default() };
            let of = |jobs: &mut Vec<(JobId, JobFigures)>| {
                first_fix::mark_revisits(jobs, 30);
                review(jobs.iter().map(|(_, job)| job), &beside, now)
            };
            let once = of(&mut jobs);
            jobs.reverse();
            prop_assert_eq!(of(&mut jobs), once);
            prop_assert!(of(&mut jobs).taken_fen.0.unsigned_abs() < 1 << 53);
        }
    }
}

//! 一次就好: solved in one visit and not come back to (R8).

use std::collections::BTreeMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::{BlockerCode, JobKind, JobOutcome};

use super::calendar::DAY_MS;
use super::day::JobFigures;
use super::facts::Job;
use super::{nodes, timing};

/// Whether the job was solved in one visit, seen alone (R8); `None` while it isn't solved, or was never to be: a refusal
/// or a condemned heater is nobody's second visit.
pub fn in_one_visit(job: &Job) -> Option<bool> {
    let (outcome, _) = nodes::ended(job)?;
    if !matches!(outcome, JobOutcome::Completed | JobOutcome::HazardRemaining | JobOutcome::SolvedByPhone) {
        return None;
    }
    let again = timing::visits(job).iter().any(|v| matches!(v.ended, Some((JobOutcome::NeedsPart, _))));
    Some(!again)
}

/// Whether a revisit that was taken at `taken_ms` counts against a job finished at `finished_ms` (R8).
fn counts(finished_ms: i64, taken_ms: i64, days: i64) -> bool {
    // A revisit may be taken while the first job is still being closed: it counts as well.
    taken_ms.saturating_sub(finished_ms) <= days.saturating_mul(DAY_MS)
}

/// Marks the jobs that somebody had to come back to, from the figures alone (R8, R38). In whatever order the jobs are.
pub fn mark_revisits(jobs: &mut [(JobId, JobFigures)], days: i64) {
    let mut revisits: BTreeMap<JobId, i64> = BTreeMap::new();
    for (_, revisit) in jobs.iter().filter(|(_, figures)| !figures.cancelled) {
        if let Some(first) = revisit.revisit_of {
            let earliest = revisits.entry(first).or_insert(revisit.taken_at);
            *earliest = (*earliest).min(revisit.taken_at);
        }
    }
    for (id, job) in jobs {
        let taken = revisits.get(id);
        job.revisited = taken.zip(job.finished_at).is_some_and(|(taken, finished)| counts(finished, *taken, days));
    }
}

/// Whether the visit under way expects goods or parts: an installation, or a job that waited for them (R8).
pub fn expects_goods(job: &Job) -> bool {
    let waited = timing::visits(job)
        .iter()
        .any(|v| matches!(v.ended, Some((JobOutcome::NeedsPart | JobOutcome::GoodsNotArrived, _))));
    waited || matches!(job.order.kind, JobKind::Install | JobKind::Exchange)
}

/// Goods are confirmed before departure (R8): what keeps somebody from setting out. The word of an earlier visit says
/// nothing about this one.
pub fn may_depart(job: &Job) -> Vec<BlockerCode> {
    let since = timing::visits(job).last().map_or(i64::MIN, |v| v.since);
    let checks = job.sheet.goods.iter().filter(|g| since == i64::MIN || g.noted.true_ms() > since);
    let here = checks.max_by_key(|g| (g.noted.true_ms(), g.id)).is_some_and(|g| g.here);
    if expects_goods(job) && !here { vec![BlockerCode::GoodsNotConfirmed] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::GoodsCheck;
    use crate::domain::scene::{HOUR, NOON, id, job, job_id, node, noted, outcome};
    use doorstep_schemas::view::{ApplianceKind, NodeKind};

    fn finished(outcomes: &[(JobOutcome, i64)]) -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::WashingMachine]);
        job.sheet.nodes = vec![node(9, NodeKind::Arrived, NOON)];
        job.sheet.outcomes = (10..).zip(outcomes).map(|(n, (o, at))| outcome(n, *o, *at)).collect();
        job
    }

    #[test]
    fn r8_solved_in_one_visit_is_a_first_time_fix_and_waiting_for_a_part_is_not() {
        let done = NOON + HOUR;
        for (outcomes, expected) in [
            (vec![(JobOutcome::Completed, done)], Some(true)),
            (vec![(JobOutcome::NeedsPart, NOON + 1), (JobOutcome::Completed, done)], Some(false)),
            (vec![(JobOutcome::CustomerAbsent, NOON + 1), (JobOutcome::Completed, done)], Some(true)),
            (vec![(JobOutcome::RefusedUnsafe, done)], None),
            (vec![(JobOutcome::NeedsPart, done)], None),
        ] {
            assert_eq!(in_one_visit(&finished(&outcomes)), expected, "{outcomes:?}");
        }
    }

    #[test]
    fn r8_a_revisit_counts_against_the_first_job_for_as_many_days_as_the_outlet_says() {
        let counts = |ms: i64, days: i64| {
            let first = JobFigures { finished_at: Some(NOON), ..JobFigures::default() };
            let again = JobFigures { revisit_of: Some(job_id(1)), taken_at: NOON + ms, ..JobFigures::default() };
            let mut jobs = [(job_id(1), first), (job_id(2), again)];
            mark_revisits(&mut jobs, days);
            jobs[0].1.revisited
        };
        assert!(counts(3 * DAY_MS, 30));
        assert!(counts(30 * DAY_MS, 30));
        assert!(!counts(30 * DAY_MS + 1, 30));
        assert!(counts(45 * DAY_MS, 60), "an outlet may answer for longer");
    }

    #[test]
    fn r8_goods_are_confirmed_before_departure_and_again_for_the_next_visit() {
        let check = |n, here, at| GoodsCheck { id: id(n), here, note: String::new(), noted: noted(at) };
        let mut install = job(JobKind::Install, &[ApplianceKind::RangeHood]);
        assert_eq!(may_depart(&install), [BlockerCode::GoodsNotConfirmed]);
        install.sheet.goods = vec![check(1, true, NOON)];
        assert!(may_depart(&install).is_empty());
        install.sheet.goods.push(check(2, false, NOON + 1));
        assert_eq!(may_depart(&install), [BlockerCode::GoodsNotConfirmed], "the later word");

        let mut repair = finished(&[]);
        assert!(may_depart(&repair).is_empty(), "nothing is expected");
        repair.sheet.goods = vec![check(1, true, NOON)];
        repair.sheet.outcomes = vec![outcome(3, JobOutcome::NeedsPart, NOON + HOUR)];
        assert_eq!(may_depart(&repair), [BlockerCode::GoodsNotConfirmed], "the part for the second visit");
    }
}

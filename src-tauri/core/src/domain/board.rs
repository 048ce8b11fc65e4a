//! 调度: a day on a timeline. Where a job's bar lies (R1, R2), the ways between bars, what wants the owner's eye (R3, R12).

use doorstep_schemas::view::{AlertKind, BarOf, JobCard, JobOutcome, NodeKind, TravelGap, Urgency};
use doorstep_schemas::view::{BoardAlert, BoardJob, Millis};

use super::calendar::DAY_MS;

const MINUTE_MS: i64 = 60_000;
/// A bar is never so short that nobody could take hold of it.
const SHORTEST_MS: i64 = 30 * MINUTE_MS;
/// A job that is due at night, or only tomorrow, ends its bar at this time of the day: somebody works until then.
const EVENING_MS: i64 = 20 * 60 * MINUTE_MS;

/// Neither ended nor cancelled.
pub fn is_open(card: &JobCard) -> bool {
    card.finished_at.is_none() && card.status != NodeKind::Cancelled
}

/// Nobody has arrived though somebody should have (R1); `due_again` is when, for a later visit nobody has come to.
pub fn overdue(card: &JobCard, due_again: Option<i64>, now: i64) -> bool {
    let first = card.arrive_by.filter(|_| card.arrived_at.is_none()).map(|at| at.0);
    is_open(card) && due_again.or(first).is_some_and(|at| at < now)
}

/// The bar of a job on the day that begins at `start` (R1, R2): from arrival on as long as the work may take; before it
/// the window that was agreed for that day; without one it ends where somebody must have arrived. What is overdue and
/// not agreed anew is to be done now. `due_again` as in [`overdue`].
pub fn bar(card: &JobCard, due_again: Option<i64>, start: i64, now: i64) -> BoardJob {
    let expected = i64::from(card.limit_minutes).saturating_mul(MINUTE_MS).clamp(SHORTEST_MS, DAY_MS);
    let day = start..start.saturating_add(DAY_MS);
    let arrived = card.arrived_at.filter(|_| due_again.is_none()).map(|at| at.0);
    let finished = card.finished_at.map(|at| at.0);
    let window = card.window.filter(|window| day.contains(&window.from.0));
    let (of, from, to) = match (finished, arrived.filter(|at| day.contains(at)), window) {
        (Some(to), arrived, _) => (BarOf::Done, arrived.unwrap_or_else(|| to.saturating_sub(expected)), to),
        (None, Some(from), _) => {
            let expected_end = from.saturating_add(expected);
            let today = day.contains(&now);
            (BarOf::UnderWay, from, if today { expected_end.max(now) } else { expected_end })
        }
        (None, None, Some(window)) => (BarOf::Agreed, window.from.0, window.to.0),
        (None, None, None) => {
            let due = card.arrive_by.map_or(i64::MAX, |at| at.0).min(start.saturating_add(EVENING_MS));
            let earliest = if day.contains(&now) { now } else { start };
            let from = due.saturating_sub(expected).max(earliest);
            (BarOf::Deadline, from, from.saturating_add(expected))
        }
    };
    let from = from.clamp(start, day.end - SHORTEST_MS);
    let to = to.clamp(from.saturating_add(SHORTEST_MS), day.end);
    BoardJob { card: card.clone(), of, from: Millis(from), to: Millis(to), overdue: overdue(card, due_again, now) }
}

/// The ways of one member from township to township, in the order of the day. Jobs without a township are nowhere.
pub fn gaps(jobs: &[&BoardJob]) -> Vec<TravelGap> {
    let mut placed: Vec<_> = jobs.iter().filter(|job| !job.card.township.trim().is_empty()).collect();
    placed.sort_by_key(|job| (job.from, job.to, job.card.job));
    let pairs = placed.iter().zip(placed.iter().skip(1));
    let apart = pairs.filter(|(one, next)| one.card.township.trim() != next.card.township.trim());
    apart
        .map(|(one, next)| TravelGap {
            from: one.to.min(next.from),
            to: next.from,
            leaves: one.card.township.trim().to_owned(),
            arrives: next.card.township.trim().to_owned(),
            clash: one.to > next.from,
        })
        .collect()
}

fn alert_of(job: &BoardJob) -> Option<AlertKind> {
    let card = &job.card;
    let answered = matches!(card.status, NodeKind::Approved | NodeKind::Settled | NodeKind::Cancelled);
    match card.outcome {
        _ if is_open(card) && card.urgency != Urgency::Normal && card.arrived_at.is_none() => {
            Some(AlertKind::Emergency)
        }
        _ if job.overdue => Some(AlertKind::Overdue),
        Some(JobOutcome::HazardRemaining) if !answered => Some(AlertKind::HazardRemaining),
        Some(JobOutcome::RefusedUnsafe) if !answered => Some(AlertKind::Refused),
        _ => None,
    }
}

/// What wants the owner's eye, gravest first and of those what is due first (R3, R12): emergencies that nobody has come
/// to, what is overdue, hazards that remain, what was refused. An approved sheet was seen.
pub fn alerts(jobs: &[BoardJob]) -> Vec<BoardAlert> {
    let told = |job: &BoardJob| {
        let card = &job.card;
        Some(BoardAlert {
            kind: alert_of(job)?,
            job: card.job,
            customer: card.customer.clone(),
            township: card.township.clone(),
            due: card.arrive_by,
        })
    };
    let mut out: Vec<BoardAlert> = jobs.iter().filter_map(told).collect();
    out.sort_by_key(|alert| (alert.kind, alert.due, alert.job));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{HOUR, MIDNIGHT, MINUTE, NOON, job_id};
    use doorstep_schemas::view::{ApplianceKind, Coverage, Fen, JobKind, Window};
    use proptest::prelude::*;

    fn card(n: u8, township: &str) -> JobCard {
        JobCard {
            job: job_id(n),
            kind: JobKind::Repair,
            urgency: Urgency::Normal,
            customer: format!("客户{n}"),
            phone: String::new(),
            township: township.to_owned(),
            address: String::new(),
            appliance_kind: ApplianceKind::Television,
            appliance: String::new(),
            appliances: 1,
            symptom: String::new(),
            coverage: Coverage::OutOfWarranty,
            maker_order: String::new(),
            window: None,
            arrive_by: None,
            taken_at: Millis(MIDNIGHT),
            status: NodeKind::Accepted,
            arrived_at: None,
            finished_at: None,
            limit_minutes: 60,
            outcome: None,
            assignees: Vec::new(),
            findings: Vec::new(),
            parts_fen: Fen(0),
            billed_fen: Fen(0),
            photos: 0,
            readings_done: 0,
            readings_required: 0,
            services_done: 0,
            unsent: 0,
            refounded_as: None,
            refounded_from: None,
        }
    }

    fn agreed(n: u8, township: &str, from: i64, to: i64) -> JobCard {
        let window = Some(Window { from: Millis(from), to: Millis(to) });
        JobCard { window, arrive_by: Some(Millis(to)), ..card(n, township) }
    }

    fn span(card: &JobCard, now: i64) -> (BarOf, i64, i64) {
        let bar = bar(card, None, MIDNIGHT, now);
        (bar.of, (bar.from.0 - NOON) / MINUTE, (bar.to.0 - NOON) / MINUTE)
    }

    #[test]
    fn r1_r2_a_bar_is_the_window_then_the_time_that_the_work_may_take_then_what_it_took() {
        let mut job = agreed(1, "", NOON, NOON + 2 * HOUR);
        assert_eq!(span(&job, NOON - HOUR), (BarOf::Agreed, 0, 120));
        job.arrived_at = Some(Millis(NOON + 10 * MINUTE));
        assert_eq!(span(&job, NOON + 20 * MINUTE), (BarOf::UnderWay, 10, 70));
        assert_eq!(span(&job, NOON + 90 * MINUTE), (BarOf::UnderWay, 10, 90), "it takes longer");
        job.finished_at = Some(Millis(NOON + 55 * MINUTE));
        assert_eq!(span(&job, NOON + 90 * MINUTE), (BarOf::Done, 10, 55));
        job.finished_at = None;
        let again = bar(&job, Some(NOON + 2 * HOUR), MIDNIGHT, NOON + 3 * HOUR);
        assert_eq!(
            (again.of, again.from, again.overdue),
            (BarOf::Agreed, Millis(NOON), true),
            "a visit nobody came to"
        );
    }

    #[test]
    fn r1_a_job_without_a_time_ends_where_somebody_must_have_arrived_and_an_overdue_one_is_to_be_done_now() {
        let mut job = card(1, "");
        job.arrive_by = Some(Millis(NOON + 3 * HOUR));
        assert_eq!(span(&job, NOON), (BarOf::Deadline, 120, 180));
        assert_eq!(span(&job, NOON + 4 * HOUR), (BarOf::Deadline, 240, 300));
        assert!(bar(&job, None, MIDNIGHT, NOON + 4 * HOUR).overdue);
        job.arrive_by = Some(Millis(NOON + 30 * HOUR));
        assert_eq!(span(&job, NOON), (BarOf::Deadline, 7 * 60, 8 * 60), "tomorrow's shows in the evening");
        let old = agreed(2, "", NOON - 30 * HOUR, NOON - 28 * HOUR);
        assert_eq!(span(&old, NOON), (BarOf::Deadline, 0, 60), "a window of the day before is over");
    }

    #[test]
    fn a_way_is_told_between_townships_and_bars_that_overlap_leave_no_time_for_it() {
        let day = [
            agreed(3, "石桥铺镇", NOON + 2 * HOUR, NOON + 4 * HOUR),
            agreed(1, "城关镇", NOON - 3 * HOUR, NOON - HOUR),
            agreed(2, "城关镇 ", NOON, NOON + HOUR),
            agreed(4, "大湾乡", NOON + 3 * HOUR, NOON + 5 * HOUR),
            agreed(5, "", NOON + 6 * HOUR, NOON + 7 * HOUR),
        ];
        let bars: Vec<BoardJob> = day.iter().map(|card| bar(card, None, MIDNIGHT, NOON)).collect();
        let found = gaps(&bars.iter().collect::<Vec<_>>());
        let told: Vec<_> = found.iter().map(|g| (g.leaves.as_str(), g.arrives.as_str(), g.clash)).collect();
        assert_eq!(told, [("城关镇", "石桥铺镇", false), ("石桥铺镇", "大湾乡", true)]);
        assert_eq!((found[0].from, found[0].to), (Millis(NOON + HOUR), Millis(NOON + 2 * HOUR)));
        assert_eq!(found[1].from, found[1].to);
    }

    #[test]
    fn r3_r12_emergencies_come_first_and_what_was_approved_is_not_told_again() {
        let mut leak = card(1, "");
        leak.urgency = Urgency::Class2;
        leak.arrive_by = Some(Millis(NOON + HOUR));
        let late = agreed(2, "", NOON - 4 * HOUR, NOON - 2 * HOUR);
        let ended = |n, outcome, status| JobCard {
            outcome: Some(outcome),
            status,
            finished_at: Some(Millis(NOON)),
            ..agreed(n, "", NOON - 4 * HOUR, NOON - 2 * HOUR)
        };
        let all = [
            ended(3, JobOutcome::RefusedUnsafe, NodeKind::Finished),
            ended(4, JobOutcome::HazardRemaining, NodeKind::Finished),
            ended(5, JobOutcome::HazardRemaining, NodeKind::Approved),
            ended(6, JobOutcome::Completed, NodeKind::Finished),
            JobCard { status: NodeKind::Cancelled, ..late.clone() },
            late,
            leak.clone(),
        ];
        let of = |all: &[JobCard]| {
            let bars: Vec<BoardJob> = all.iter().map(|card| bar(card, None, MIDNIGHT, NOON)).collect();
            alerts(&bars).into_iter().map(|alert| (alert.kind, alert.job)).collect::<Vec<_>>()
        };
        use AlertKind::{Emergency, HazardRemaining, Overdue, Refused};
        let expected = [(Emergency, 1), (Overdue, 2), (HazardRemaining, 4), (Refused, 3)];
        assert_eq!(of(&all), expected.map(|(kind, n)| (kind, job_id(n))));
        leak.arrived_at = Some(Millis(NOON));
        assert_eq!(of(&[leak]), [], "somebody is there");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r1_every_bar_lies_within_its_day(
            at in any::<[Option<i64>; 4]>(), again in any::<Option<i64>>(), minutes in any::<u32>(), now in any::<i64>(),
        ) {
            let [by, from, arrived, finished] = at.map(|at| at.map(Millis));
            let window = from.map(|from| Window { from, to: Millis(from.0.saturating_add(1)) });
            let job = JobCard {
                arrive_by: by, window, arrived_at: arrived, finished_at: finished, limit_minutes: minutes, ..card(1, "")
            };
            let bar = bar(&job, again, MIDNIGHT, now);
            prop_assert!(MIDNIGHT <= bar.from.0 && bar.from.0 + SHORTEST_MS <= bar.to.0 && bar.to.0 <= MIDNIGHT + DAY_MS);
        }
    }
}

//! Limits of time (R1–R4): when somebody must have arrived, and how long the work may take.
//!
//! Moments are compared in true time where a device knew how far its clock was off; a window is true time as it stands,
//! because the customer's clock agreed to it.

use doorstep_schemas::input::SheetField;
use doorstep_schemas::rules::surcharges::MinuteLimits;
use doorstep_schemas::view::{
    AppointmentResult, BlockerCode, JobOutcome, Millis, NodeKind, ReasonAbout, Urgency, Window,
};

use super::facts::{Appointment, Job, Noted, Order, Pause};
use super::nodes;

const MINUTE_MS: i64 = 60_000;

/// The figures of an outlet, in minutes where nothing else is said. They come from the rule sets in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long work may take after arrival, and what the model of a floor-standing unit holds.
    pub work: MinuteLimits,
    pub near_min: i64,
    pub far_min: i64,
    pub first_visit_min: i64,
    pub take_out_min: i64,
    /// How long before the window somebody may come.
    pub early_min: i64,
    /// From here on a clock that is wrong is shown.
    pub clock_min: i64,
}

/// As the built-in sets have them.
#[cfg(test)]
impl Default for Limits {
    fn default() -> Self {
        static BUILT_IN: std::sync::LazyLock<Limits> =
            std::sync::LazyLock::new(|| crate::rules::RuleBook::built_in().unwrap().at(0).time_limits());
        BUILT_IN.clone()
    }
}

fn minutes(n: i64) -> i64 {
    n.saturating_mul(MINUTE_MS)
}

/// Without a window: an emergency's own limit, else 24 h (R3, R4).
fn unbooked(order: &Order, limits: &Limits) -> i64 {
    let allowed = match (order.urgency, order.far) {
        (Urgency::Normal, _) => limits.first_visit_min,
        (Urgency::Class1 | Urgency::Class2, true) => limits.far_min,
        (Urgency::Class1 | Urgency::Class2, false) => limits.near_min,
    };
    order.taken.true_ms().saturating_add(minutes(allowed))
}

fn by_window(order: &Order, window: Option<Window>, limits: &Limits) -> i64 {
    match (order.urgency, window) {
        (Urgency::Normal, Some(window)) => window.to.0,
        _ => unbooked(order, limits),
    }
}

fn not_before(order: &Order, window: Option<Window>, limits: &Limits) -> i64 {
    match (order.urgency, window) {
        (Urgency::Normal, Some(window)) => window.from.0.saturating_sub(minutes(limits.early_min)),
        _ => i64::MIN,
    }
}

/// Minutes allowed after arrival, by kind of job, appliance and model; a set of several takes a share of their sum (R2).
/// The model is the one read on site, where it was.
pub fn limit_of(job: &Job, limits: &Limits) -> u32 {
    let mount = |appliance| limits.work.mount(&job.field(appliance, SheetField::Model));
    let each: Vec<_> = job.order.appliances.iter().map(|a| (a.kind, mount(a))).collect();
    limits.work.visit(job.order.kind, &each)
}

/// The window in force at a moment: the latest one agreed with the customer until then, by the technician or by the owner,
/// else the order's (R1). What is agreed after an arrival doesn't make that arrival punctual.
pub fn window(job: &Job, by: i64) -> Option<Window> {
    use AppointmentResult::{Appointed, Rebooked};
    let agreed = job.sheet.appointments.iter().filter(|a| a.result.is(Appointed) || a.result.is(Rebooked));
    let in_time = agreed.filter(|a| a.noted.true_ms() <= by);
    let whole = in_time.filter_map(|a| Some((a, Window { from: Millis(a.from?.0), to: Millis(a.to?.0) })));
    let latest = whole.filter(|(_, w)| w.from <= w.to).max_by_key(|(a, _)| (a.noted.true_ms(), a.id));
    let anew = |(appointed, _): &(&Appointment, Window)| {
        job.order.window_at.is_some_and(|said| said <= by && said > appointed.noted.true_ms())
    };
    let latest = latest.filter(|appointed| job.order.window.is_none() || !anew(appointed));
    latest.map(|(_, window)| window).or(job.order.window)
}

/// One coming and going at the customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Facts after this moment belong to it.
    pub since: i64,
    pub arrived: Option<i64>,
    pub ended: Option<(JobOutcome, i64)>,
}

/// The visits of a job: an outcome that leaves the job open ends one and begins the next. The last is the one under way,
/// or the one that closed the job.
pub fn visits(job: &Job) -> Vec<Visit> {
    let known = |closing: bool| {
        let outcomes = job.sheet.outcomes.iter();
        outcomes
            .filter_map(move |o| Some((o.noted.true_ms(), o.outcome.known().filter(|o| nodes::closes(*o) == closing)?)))
    };
    let closed = known(true).min();
    let mut between: Vec<_> = known(false).filter(|(at, _)| closed.is_none_or(|(end, _)| *at < end)).collect();
    between.sort_unstable();
    between.dedup_by_key(|(at, _)| *at);
    let mut out = Vec::new();
    let mut since = i64::MIN;
    for (at, outcome) in between {
        out.push(Visit { since, arrived: arrival(job, since, at), ended: Some((outcome, at)) });
        since = at;
    }
    let ended = closed.map(|(at, outcome)| (outcome, at));
    out.push(Visit { since, arrived: arrival(job, since, i64::MAX), ended });
    out
}

fn arrival(job: &Job, since: i64, until: i64) -> Option<i64> {
    let arrivals = job.sheet.nodes.iter().filter(|n| n.kind.is(NodeKind::Arrived)).map(|n| n.noted.true_ms());
    arrivals.filter(|at| (*at > since || since == i64::MIN) && *at <= until).min()
}

/// When somebody first arrived, in true time.
pub fn first_arrival(job: &Job) -> Option<i64> {
    visits(job).iter().find_map(|v| v.arrived)
}

/// When the job was finished, in true time.
pub fn finished(job: &Job) -> Option<i64> {
    visits(job).last().and_then(|v| v.ended).map(|(_, at)| at)
}

/// When somebody must have arrived for the first time, by the window in force (R1, R3, R4).
pub fn due(job: &Job, limits: &Limits) -> i64 {
    let by = first_arrival(job).unwrap_or(i64::MAX);
    by_window(&job.order, window(job, by), limits)
}

/// When somebody must arrive again: the window that was agreed for a later visit nobody has come to yet (R1).
pub fn due_again(job: &Job) -> Option<i64> {
    let visits = visits(job);
    let under_way = visits.last().filter(|v| visits.len() > 1 && v.ended.is_none() && v.arrived.is_none())?;
    window(job, i64::MAX).map(|w| w.to.0).filter(|to| *to > under_way.since)
}

/// Whether the first arrival was in time (R1); `None` while nobody has arrived.
pub fn came_on_time(job: &Job, limits: &Limits) -> Option<bool> {
    let arrived = first_arrival(job)?;
    let window = window(job, arrived);
    let from = not_before(&job.order, window, limits);
    Some((from..=by_window(&job.order, window, limits)).contains(&arrived))
}

/// The clock of a visit's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub arrived: i64,
    pub ended: Option<i64>,
    pub limit_ms: i64,
    /// Since arrival, without the pauses.
    pub worked_ms: i64,
    /// The clock stands.
    pub stopped: bool,
}

impl Work {
    /// How long the work is, or was, over its limit; nought while it is within.
    pub fn over_ms(&self) -> i64 {
        self.worked_ms.saturating_sub(self.limit_ms).max(0)
    }
}

/// The work of the last visit that somebody arrived for, as of `now` in true time (R2). Limits run from that arrival, not
/// from the first one days before.
pub fn work(job: &Job, now: i64, limits: &Limits) -> Option<Work> {
    let visit = visits(job).into_iter().rev().find(|v| v.arrived.is_some())?;
    let arrived = visit.arrived?;
    let ended = visit.ended.map(|(_, at)| at);
    let until = ended.unwrap_or(now).max(arrived);
    let (paused, stopped) = paused_ms(&job.sheet.pauses, arrived, until);
    Some(Work {
        arrived,
        ended,
        limit_ms: minutes(i64::from(limit_of(job, limits))),
        worked_ms: until.saturating_sub(arrived).saturating_sub(paused),
        stopped: stopped && ended.is_none(),
    })
}

fn floor_minute(at_ms: i64) -> i64 {
    at_ms.saturating_sub(at_ms.rem_euclid(MINUTE_MS))
}

/// How long the clock stood between two moments, and whether it stands at the end (R2). It stops for goods, parts or the
/// customer's rectification, so a stop without a reason doesn't count. Two devices may both stop it or both let it go on:
/// the first of each counts. What was said later to have happened in the minute of the beginning happened at it: people
/// name minutes.
pub fn paused_ms(pauses: &[Pause], from: i64, to: i64) -> (i64, bool) {
    let mut events: Vec<_> = pauses
        .iter()
        .filter(|p| !p.stopped || !p.reason.text().trim().is_empty())
        .map(|p| {
            let at = p.noted.true_ms();
            let that_minute = p.noted.claimed_ms.is_some() && (floor_minute(from)..from).contains(&at);
            (if that_minute { from } else { at }, p.stopped, p.id)
        })
        .filter(|(at, ..)| (from..=to).contains(at))
        .collect();
    events.sort_unstable();
    let mut paused = 0i64;
    let mut since = None;
    for (at, stops, _) in events {
        match (stops, since) {
            (true, None) => since = Some(at),
            (false, Some(began)) => {
                paused = paused.saturating_add(at.saturating_sub(began));
                since = None;
            }
            _ => {}
        }
    }
    match since {
        Some(began) => (paused.saturating_add(to.saturating_sub(began)), true),
        None => (paused, false),
    }
}

/// Whether the finished work kept its limit (R2); `None` while a visit is under way or nobody has arrived.
pub fn kept_limit(job: &Job, limits: &Limits) -> Option<bool> {
    let work = work(job, i64::MAX, limits)?;
    work.ended.map(|_| work.over_ms() == 0)
}

/// An overrun needs a reason (R2): what is missing as of `now`, in true time.
pub fn overrun_gap(job: &Job, now: i64, limits: &Limits) -> Option<BlockerCode> {
    let work = work(job, now, limits).filter(|work| work.over_ms() > 0)?;
    (overrun_reason(job, work.arrived).is_none()).then_some(BlockerCode::OverrunReason)
}

/// The reason given for an overrun of the visit that began at `arrived` (R2).
pub fn overrun_reason(job: &Job, arrived: i64) -> Option<(&str, Noted)> {
    let given = job.sheet.reasons.iter().filter(|r| r.about.is(ReasonAbout::Overrun) && !r.text.trim().is_empty());
    let of_visit = given.filter(|r| r.noted.true_ms() >= arrived);
    of_visit.max_by_key(|r| (r.noted.true_ms(), r.id)).map(|r| (r.text.as_str(), r.noted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Reason;
    use crate::domain::record::{At, Word};
    use crate::domain::scene::{HOUR, MINUTE, NOON, id, job, node, noted, outcome};
    use doorstep_schemas::view::{ApplianceKind, Channel, JobKind, PauseReason};
    use proptest::prelude::*;

    const ONE: &[ApplianceKind] = &[ApplianceKind::InstantHeater];

    fn agreed(n: u32, result: AppointmentResult, at: i64, from: i64, to: i64) -> Appointment {
        Appointment {
            id: id(n),
            result: result.into(),
            from: Some(At(from)),
            to: Some(At(to)),
            channel: Word::Known(Channel::Phone),
            reason: String::new(),
            noted: noted(at),
        }
    }

    fn pause(n: u32, stopped: bool, at: i64) -> Pause {
        Pause { id: id(n), stopped, reason: PauseReason::Parts.into(), note: String::new(), noted: noted(at) }
    }

    #[test]
    fn r1_the_latest_window_agreed_with_the_customer_counts_and_one_agreed_after_arrival_does_not() {
        let limits = Limits::default();
        let mut job = job(JobKind::Repair, ONE);
        job.order.window = Some(Window { from: Millis(NOON + HOUR), to: Millis(NOON + 2 * HOUR) });
        assert_eq!(due(&job, &limits), NOON + 2 * HOUR, "the order's own window");
        job.sheet.appointments =
            vec![agreed(1, AppointmentResult::Rebooked, NOON + MINUTE, NOON + 4 * HOUR, NOON + 5 * HOUR)];
        assert_eq!(due(&job, &limits), NOON + 5 * HOUR);
        job.sheet.appointments.push(agreed(2, AppointmentResult::Failed, NOON + HOUR, 0, 0));
        assert_eq!(due(&job, &limits), NOON + 5 * HOUR, "a call that nobody answered agreed nothing");
        job.order.window_at = Some(NOON + MINUTE + 1);
        assert_eq!(due(&job, &limits), NOON + 2 * HOUR, "the owner agreed the order's window after that");
        job.order.window_at = Some(NOON);
        job.sheet.nodes.push(node(3, NodeKind::Arrived, NOON + 6 * HOUR));
        assert_eq!(came_on_time(&job, &limits), Some(false));
        let after = agreed(4, AppointmentResult::Rebooked, NOON + 6 * HOUR + 1, NOON + 6 * HOUR, NOON + 7 * HOUR);
        job.sheet.appointments.push(after);
        assert_eq!(came_on_time(&job, &limits), Some(false), "lateness is not rebooked away");
    }

    #[test]
    fn r1_a_phone_whose_clock_is_wrong_is_judged_by_true_time() {
        let limits = Limits::default();
        let mut job = job(JobKind::Repair, ONE);
        job.order.window = Some(Window { from: Millis(NOON), to: Millis(NOON + HOUR) });
        let mut arrived = node(1, NodeKind::Arrived, NOON + HOUR + 20 * MINUTE);
        arrived.noted.offset_ms = Some(30 * MINUTE);
        job.sheet.nodes.push(arrived);
        assert_eq!(came_on_time(&job, &limits), Some(true));
        job.sheet.nodes[0].noted.offset_ms = Some(10 * MINUTE);
        assert_eq!(came_on_time(&job, &limits), Some(false));
    }

    #[test]
    fn r2_every_kind_has_its_limit() {
        use ApplianceKind::{AirConditioner, InstantHeater, RangeHood, WashingMachine};
        let limit = |kind, appliances: &[_], model: &str| {
            let mut job = job(kind, appliances);
            job.order.appliances[0].model = model.to_owned();
            limit_of(&job, &Limits::default())
        };
        assert_eq!(limit(JobKind::Repair, &[AirConditioner], "KFR-72LW"), 60);
        assert_eq!(limit(JobKind::Install, &[InstantHeater], ""), 120);
        assert_eq!(limit(JobKind::Install, &[AirConditioner], "KFR-35GW/BP3N1"), 150);
        assert_eq!(limit(JobKind::Move, &[AirConditioner], "美的2匹柜机"), 180);
        assert_eq!(limit(JobKind::Install, &[AirConditioner, WashingMachine, RangeHood], "KFR-72LW/B"), 336);
    }

    #[test]
    fn r2_the_clock_stands_for_parts_and_two_devices_that_both_stop_it_stop_it_once() {
        let mut job = job(JobKind::Repair, ONE);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON)];
        job.sheet.pauses = vec![
            pause(2, true, NOON + 10 * MINUTE),
            pause(3, true, NOON + 12 * MINUTE),
            pause(4, false, NOON + 40 * MINUTE),
            pause(5, false, NOON + 41 * MINUTE),
        ];
        job.sheet.outcomes = vec![outcome(6, JobOutcome::Completed, NOON + 90 * MINUTE)];
        let limits = Limits::default();
        assert_eq!(work(&job, 0, &limits).unwrap().worked_ms, 60 * MINUTE);
        assert_eq!(kept_limit(&job, &limits), Some(true));
        job.sheet.outcomes[0].noted.at_ms += 1;
        assert_eq!(kept_limit(&job, &limits), Some(false));
        job.sheet.pauses[0].reason = Word::Other(String::new());
        assert_eq!(work(&job, 0, &limits).unwrap().worked_ms, 62 * MINUTE + 1, "a stop without a reason is none");
    }

    #[test]
    fn r2_the_minute_of_arrival_that_somebody_names_later_is_the_arrival() {
        let arrived = NOON + 20_000;
        let later = |claimed: i64| {
            let mut stop = pause(1, true, NOON + 10 * MINUTE);
            stop.noted.claimed_ms = Some(claimed);
            paused_ms(&[stop], arrived, NOON + 30 * MINUTE)
        };
        assert_eq!(later(NOON), (30 * MINUTE - 20_000, true), "12:00 of an arrival at 12:00:20");
        assert_eq!(later(NOON - MINUTE), (0, false), "before it");
        let said = pause(1, true, NOON + 10_000);
        assert_eq!(paused_ms(&[said], arrived, NOON + 30 * MINUTE), (0, false), "said before it, by nobody later");
    }

    #[test]
    fn r2_an_overrun_asks_for_a_reason() {
        let mut job = job(JobKind::Repair, ONE);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON)];
        let limits = Limits::default();
        assert_eq!(overrun_gap(&job, NOON + 60 * MINUTE, &limits), None);
        assert_eq!(overrun_gap(&job, NOON + 61 * MINUTE, &limits), Some(BlockerCode::OverrunReason));
        job.sheet.reasons.push(Reason {
            id: id(2),
            about: ReasonAbout::Overrun.into(),
            subject: None,
            text: " ".to_owned(),
            photo: None,
            noted: noted(NOON + 61 * MINUTE),
        });
        assert_eq!(overrun_gap(&job, NOON + 61 * MINUTE, &limits), Some(BlockerCode::OverrunReason));
        job.sheet.reasons[0].text = "下水管堵".to_owned();
        job.sheet.reasons[0].noted.at_ms = NOON - 1;
        assert_eq!(
            overrun_gap(&job, NOON + 61 * MINUTE, &limits),
            Some(BlockerCode::OverrunReason),
            "of an earlier visit"
        );
        job.sheet.reasons[0].noted.at_ms = NOON;
        assert_eq!(overrun_gap(&job, NOON + 61 * MINUTE, &limits), None);
    }

    #[test]
    fn r2_the_second_visit_has_its_own_hour() {
        let mut job = job(JobKind::Repair, ONE);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON), node(2, NodeKind::Arrived, NOON + 48 * HOUR)];
        job.sheet.outcomes = vec![outcome(3, JobOutcome::NeedsPart, NOON + 20 * MINUTE)];
        let limits = Limits::default();
        assert_eq!(visits(&job).len(), 2);
        assert_eq!(kept_limit(&job, &limits), None, "under way");
        job.sheet.outcomes.push(outcome(4, JobOutcome::Completed, NOON + 49 * HOUR));
        assert_eq!(kept_limit(&job, &limits), Some(true));
        assert_eq!((first_arrival(&job), finished(&job)), (Some(NOON), Some(NOON + 49 * HOUR)));
        for late in [49, 50] {
            job.sheet.outcomes.push(outcome(5, JobOutcome::NeedsPart, NOON + late * HOUR));
        }
        assert_eq!(visits(&job).len(), 2, "a closed job is not opened again");
    }

    #[test]
    fn r1_a_window_agreed_for_a_second_visit_is_when_somebody_must_come_again() {
        let mut job = job(JobKind::Repair, ONE);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON)];
        job.sheet.outcomes = vec![outcome(3, JobOutcome::NeedsPart, NOON + HOUR)];
        job.order.window = Some(Window { from: Millis(NOON), to: Millis(NOON + HOUR) });
        assert_eq!(due_again(&job), None, "the first window is over");
        let again = agreed(4, AppointmentResult::Appointed, NOON + HOUR, NOON + 24 * HOUR, NOON + 26 * HOUR);
        job.sheet.appointments.push(again);
        assert_eq!(due_again(&job), Some(NOON + 26 * HOUR));
        assert_eq!(due(&job, &Limits::default()), NOON + HOUR, "the first visit is judged by its own");
    }

    #[test]
    fn r3_r4_an_emergency_has_an_hour_near_two_far_and_everything_else_a_day() {
        let limits = Limits::default();
        let mut job = job(JobKind::Repair, ONE);
        assert_eq!(due(&job, &limits), NOON + 24 * HOUR);
        job.order.window = Some(Window { from: Millis(NOON + 24 * HOUR), to: Millis(NOON + 25 * HOUR) });
        for urgency in [Urgency::Class1, Urgency::Class2] {
            job.order.urgency = urgency;
            for (far, minutes) in [(false, 60), (true, 120)] {
                job.order.far = far;
                assert_eq!(due(&job, &limits), NOON + minutes * MINUTE);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r2_pauses_in_any_order_and_doubled_stop_the_clock_as_long(
            events in proptest::collection::vec((any::<bool>(), 0i64..200), 0..12).prop_shuffle(),
        ) {
            let pauses: Vec<Pause> =
                (1..).zip(&events).map(|(n, (stops, at))| pause(n, *stops, NOON + at * MINUTE)).collect();
            let (from, to) = (NOON + 20 * MINUTE, NOON + 150 * MINUTE);
            let once = paused_ms(&pauses, from, to);
            let mut mixed: Vec<Pause> = pauses.iter().rev().chain(&pauses).cloned().collect();
            mixed.rotate_left(events.len() / 2);
            prop_assert_eq!(paused_ms(&mixed, from, to), once);
            prop_assert!((0..=to - from).contains(&once.0));
        }

        #[test]
        fn r1_r2_no_moment_is_too_far_to_be_counted(
            at in any::<i64>(), offset in proptest::option::of(any::<i64>()), taken in any::<i64>(), now in any::<i64>(),
        ) {
            let mut job = job(JobKind::Install, ONE);
            job.order.taken.at_ms = taken;
            job.order.window = Some(Window { from: Millis(at), to: Millis(now) });
            let mut arrived = node(1, NodeKind::Arrived, at);
            arrived.noted.offset_ms = offset;
            job.sheet.nodes = vec![arrived];
            job.sheet.pauses = vec![pause(2, true, taken), pause(3, false, now)];
            let limits = Limits { first_visit_min: now, early_min: taken, ..Limits::default() };
            let _ = (due(&job, &limits), came_on_time(&job, &limits), overrun_gap(&job, now, &limits));
            job.sheet.outcomes = vec![outcome(4, JobOutcome::Completed, taken)];
            prop_assert!(work(&job, now, &limits).is_none_or(|w| w.worked_ms >= 0 || w.arrived < 0));
        }
    }
}

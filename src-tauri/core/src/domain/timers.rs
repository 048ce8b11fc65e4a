//! Running clocks of a job, computed on the device from facts alone (R1–R5).

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{BenchWork, CustodyStep, Text};

use super::facts::{Job, Promise};
use super::obstacle::say;
use super::timing::{self, Limits};

const MINUTE_MS: i64 = 60_000;

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKind {
    /// Somebody must come: the window, an emergency's limit, or a day (R1, R3, R4).
    Arrive,
    /// Somebody must come again (R1).
    ArriveAgain,
    /// The work's own limit (R2).
    Work,
    /// A unit that was taken must be back (R4).
    TakeOut,
    /// A unit's promised day (R5).
    Ready,
    /// The customer waits for a call (R5).
    NextContact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerState {
    Running,
    /// The clock stands for goods, parts or rectification.
    Stopped,
    Met,
    /// Done too late, or not done although the limit has passed.
    Missed,
}

/// One clock. Moments are true time; `left_ms` is below nought once the limit has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    pub kind: TimerKind,
    /// The unit that it is about, at the bench.
    pub appliance: Option<ShortId>,
    pub from: i64,
    pub limit: i64,
    pub left_ms: i64,
    pub state: TimerState,
}

fn timer(kind: TimerKind, appliance: Option<ShortId>, (from, limit): (i64, i64), done: Option<i64>, now: i64) -> Timer {
    let left_ms = limit.saturating_sub(done.unwrap_or(now));
    let state = match done {
        _ if left_ms < 0 => TimerState::Missed,
        Some(_) => TimerState::Met,
        None => TimerState::Running,
    };
    Timer { kind, appliance, from, limit, left_ms, state }
}

/// Every clock of a job (R1, R2, R3, R4, R5). `now` is this device's clock, `offset` how far it is ahead of true time, as
/// far as that is known.
pub fn timers(job: &Job, now: i64, offset: Option<i64>, limits: &Limits) -> Vec<Timer> {
    let now = now.saturating_sub(offset.unwrap_or(0));
    let finished = timing::finished(job);
    if job.order.cancelled && finished.is_none() {
        return Vec::new();
    }
    let taken = job.order.taken.true_ms();
    let came = timing::first_arrival(job).or(finished);
    let mut out = vec![timer(TimerKind::Arrive, None, (taken, timing::due(job, limits)), came, now)];
    // A visit that was early is no met appointment: the customer was promised a time.
    if timing::came_on_time(job, limits) == Some(false) {
        out[0].state = TimerState::Missed;
    }
    if let Some(due) = timing::due_again(job) {
        let since = timing::visits(job).last().map_or(taken, |v| v.since);
        out.push(timer(TimerKind::ArriveAgain, None, (since, due), None, now));
    }
    out.extend(work(job, now, limits));
    for appliance in job.order.appliances.iter().map(|a| a.id) {
        out.extend(bench(job, appliance, now, limits));
    }
    out
}

fn work(job: &Job, now: i64, limits: &Limits) -> Option<Timer> {
    let work = timing::work(job, now, limits)?;
    let left_ms = work.limit_ms.saturating_sub(work.worked_ms);
    let until = work.ended.unwrap_or(now.max(work.arrived));
    let state = match (left_ms < 0, work.ended, work.stopped) {
        (true, ..) => TimerState::Missed,
        (false, Some(_), _) => TimerState::Met,
        (false, None, true) => TimerState::Stopped,
        (false, None, false) => TimerState::Running,
    };
    let limit = until.saturating_add(left_ms);
    Some(Timer { kind: TimerKind::Work, appliance: None, from: work.arrived, limit, left_ms, state })
}

/// When the unit was last taken, and when it came back.
fn out_since(job: &Job, appliance: ShortId) -> Option<(i64, Option<i64>)> {
    let mut steps: Vec<_> = job.sheet.custody.iter().filter(|c| c.appliance == appliance).collect();
    steps.sort_unstable_by_key(|c| (c.noted.true_ms(), c.id));
    let mut out: Option<(i64, Option<i64>)> = None;
    for step in steps {
        let at = step.noted.true_ms();
        match (step.step.known(), out) {
            (Some(CustodyStep::Taken), None | Some((_, Some(_)))) => out = Some((at, None)),
            (Some(CustodyStep::Returned), Some((from, None))) => out = Some((from, Some(at))),
            _ => {}
        }
    }
    out
}

fn bench(job: &Job, appliance: ShortId, now: i64, limits: &Limits) -> Vec<Timer> {
    let Some((taken, back)) = out_since(job, appliance) else { return Vec::new() };
    let promised = |has: fn(&Promise) -> Option<i64>| {
        let of = job.sheet.promises.iter().filter(|p| p.appliance == appliance);
        of.filter_map(|p| Some((p.noted.true_ms(), p.id, has(p)?))).max()
    };
    let ready = promised(|p| p.ready.map(|at| at.0));
    let mut out = Vec::new();
    let loaner = job.sheet.loaners.iter().any(|l| l.appliance == appliance);
    if loaner || ready.is_none() {
        let limit = taken.saturating_add(limits.take_out_min.saturating_mul(MINUTE_MS));
        out.push(timer(TimerKind::TakeOut, Some(appliance), (taken, limit), back, now));
    }
    if let Some((said, _, limit)) = ready {
        out.push(timer(TimerKind::Ready, Some(appliance), (said, limit), back, now));
    }
    if let Some((said, _, limit)) = promised(|p| p.next_contact.map(|at| at.0)) {
        let told = job.sheet.bench.iter().filter(|b| b.appliance == appliance && b.work.is(BenchWork::Informed));
        let told = told.map(|b| b.noted.true_ms()).filter(|at| *at > said).min();
        out.push(timer(TimerKind::NextContact, Some(appliance), (said, limit), told.or(back), now));
    }
    out
}

/// How far this device's clock is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockNote {
    pub minutes: i64,
    pub fast: bool,
    pub text: Text,
}

/// Shown from two minutes on (R1): times that a wrong clock writes are corrected, but the person should set it.
pub fn clock_note(offset: Option<i64>, limits: &Limits) -> Option<ClockNote> {
    let offset = offset?;
    let minutes = i64::try_from(offset.unsigned_abs() / MINUTE_MS.unsigned_abs()).unwrap_or(i64::MAX);
    if minutes < limits.clock_min {
        return None;
    }
    let fast = offset > 0;
    let (zh, en) = if fast { ("快", "fast") } else { ("慢", "slow") };
    let text = say(format!("本机时间{zh}{minutes}分钟"), format!("This device's clock is {minutes} min {en}"));
    Some(ClockNote { minutes, fast, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{BenchEntry, Custody, Loaner};
    use crate::domain::record::{At, Word};
    use crate::domain::scene::{HOUR, MINUTE, NOON, id, job, node, noted, outcome};
    use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, NodeKind, PauseReason};
    use proptest::prelude::*;

    fn custody(n: u32, step: CustodyStep, at: i64) -> Custody {
        Custody {
            id: id(n),
            appliance: id(1),
            step: step.into(),
            tag: String::new(),
            place: String::new(),
            condition: String::new(),
            carried_in: false,
            noted: noted(at),
        }
    }

    fn at_the_bench() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::InstantHeater]);
        job.sheet.custody = vec![custody(20, CustodyStep::Taken, NOON + HOUR)];
        job
    }

    fn find(timers: &[Timer], kind: TimerKind) -> Option<Timer> {
        timers.iter().find(|t| t.kind == kind).copied()
    }

    fn promise(n: u32, ready: i64, next: i64, at: i64) -> Promise {
        let (ready, next_contact) = (Some(At(ready)), Some(At(next)));
        Promise { id: id(n), appliance: id(1), ready, next_contact, note: String::new(), noted: noted(at) }
    }

    #[test]
    fn r3_the_way_there_runs_by_true_time_on_a_phone_that_is_ten_minutes_fast() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::GasHeater]);
        job.order.urgency = doorstep_schemas::view::Urgency::Class1;
        let limits = Limits::default();
        let on = |now, offset| find(&timers(&job, now, offset, &limits), TimerKind::Arrive).unwrap();
        assert_eq!(on(NOON + 65 * MINUTE, None).state, TimerState::Missed);
        let known = on(NOON + 65 * MINUTE, Some(10 * MINUTE));
        assert_eq!((known.state, known.left_ms), (TimerState::Running, 5 * MINUTE));
    }

    #[test]
    fn r2_the_work_timer_runs_stands_and_is_met_or_missed() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::InstantHeater]);
        let limits = Limits::default();
        let on = |job: &Job, now| find(&timers(job, now, None, &limits), TimerKind::Work);
        assert_eq!(on(&job, NOON), None);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON)];
        assert_eq!(on(&job, NOON + 20 * MINUTE).unwrap().left_ms, 40 * MINUTE);
        job.sheet.pauses.push(crate::domain::facts::Pause {
            id: id(2),
            stopped: true,
            reason: PauseReason::Goods.into(),
            note: String::new(),
            noted: noted(NOON + 30 * MINUTE),
        });
        let standing = on(&job, NOON + 300 * MINUTE).unwrap();
        assert_eq!((standing.state, standing.left_ms), (TimerState::Stopped, 30 * MINUTE));
        assert_eq!(standing.limit, NOON + 330 * MINUTE);
        job.sheet.pauses.clear();
        assert_eq!(on(&job, NOON + 61 * MINUTE).unwrap().state, TimerState::Missed);
        job.sheet.outcomes = vec![outcome(3, JobOutcome::Completed, NOON + 60 * MINUTE)];
        assert_eq!(on(&job, NOON + 300 * MINUTE).unwrap().state, TimerState::Met);
    }

    #[test]
    fn r4_a_unit_taken_against_a_loaner_is_back_within_two_days() {
        let mut job = at_the_bench();
        job.sheet.loaners = vec![Loaner {
            id: id(30),
            appliance: id(1),
            kind: ApplianceKind::InstantHeater.into(),
            tag: "BYJ-03".to_owned(),
            model: String::new(),
            serial: String::new(),
            deposit_fen: 0,
            condition: String::new(),
            photos: Vec::new(),
            noted: noted(NOON),
        }];
        job.sheet.promises = vec![promise(31, NOON + 90 * HOUR, NOON + 20 * HOUR, NOON + HOUR)];
        let limits = Limits::default();
        let on = |job: &Job, now| find(&timers(job, now, None, &limits), TimerKind::TakeOut).unwrap();
        assert_eq!(on(&job, NOON + 49 * HOUR).state, TimerState::Running, "a later promise doesn't move it");
        assert_eq!(on(&job, NOON + 49 * HOUR + 1).state, TimerState::Missed);
        job.sheet.custody.push(custody(21, CustodyStep::Returned, NOON + 49 * HOUR));
        assert_eq!(on(&job, NOON + 99 * HOUR).state, TimerState::Met);
    }

    #[test]
    fn r5_promised_day_and_next_contact_run_while_the_unit_is_away() {
        let mut job = at_the_bench();
        let limits = Limits::default();
        job.sheet.promises = vec![
            promise(32, NOON + 30 * HOUR, NOON + 20 * HOUR, NOON + 2 * HOUR),
            promise(31, NOON + 10 * HOUR, NOON + 5 * HOUR, NOON + HOUR),
        ];
        let now = timers(&job, NOON + 21 * HOUR, None, &limits);
        assert_eq!(find(&now, TimerKind::Ready).unwrap().left_ms, 9 * HOUR, "the later word");
        assert_eq!(find(&now, TimerKind::NextContact).unwrap().state, TimerState::Missed);
        assert_eq!(find(&now, TimerKind::TakeOut), None, "no loaner, a promise: the promise counts");
        job.sheet.bench = vec![BenchEntry {
            id: id(40),
            appliance: id(1),
            work: BenchWork::Informed.into(),
            text: String::new(),
            level: Word::Other(String::new()),
            channel: doorstep_schemas::view::Channel::Phone.into(),
            part: None,
            noted: noted(NOON + 19 * HOUR),
        }];
        let now = timers(&job, NOON + 21 * HOUR, None, &limits);
        assert_eq!(find(&now, TimerKind::NextContact).unwrap().state, TimerState::Met);
    }

    #[test]
    fn r1_a_clock_that_is_two_minutes_off_is_mentioned() {
        let limits = Limits::default();
        assert_eq!(clock_note(None, &limits), None);
        assert_eq!(clock_note(Some(2 * MINUTE - 1), &limits), None);
        let slow = clock_note(Some(-3 * MINUTE), &limits).unwrap();
        assert_eq!((slow.minutes, slow.fast), (3, false));
        assert_eq!(slow.text.zh, "本机时间慢3分钟");
        assert!(clock_note(Some(i64::MIN), &limits).unwrap().minutes > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r4_r5_custody_in_any_order_gives_the_same_clocks(
            steps in proptest::collection::vec((any::<bool>(), 0i64..100), 1..8), now in any::<i64>(),
        ) {
            let mut job = at_the_bench();
            let facts = (60u32..).zip(&steps).map(|(n, (back, at))| {
                let step = if *back { CustodyStep::Returned } else { CustodyStep::Taken };
                custody(n, step, NOON + at * HOUR)
            });
            job.sheet.custody.extend(facts);
            let limits = Limits::default();
            let once = timers(&job, now, Some(now), &limits);
            job.sheet.custody.reverse();
            let doubled = job.sheet.custody.clone();
            job.sheet.custody.extend(doubled);
            prop_assert_eq!(timers(&job, now, Some(now), &limits), once);
        }
    }
}

//! Time: when somebody must be there (R1, R3, R4), how long it may take (R2), and the day in figures (R38).

use doorstep::domain::calendar::{self, DAY_MS};
use doorstep::domain::day::{JobFigures, figures};
use doorstep::domain::facts::{Job, Node, Noted, Order, OrderedAppliance, OutcomeFact, Sheet};
use doorstep::domain::timing::{self, came_on_time, due, kept_limit, limit_of};
use doorstep::rules::RuleBook;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{Finish, Tap, TapNode};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, DayFigures, Fen, JobKind, JobOutcome, Millis, NodeKind, SyncChip, SyncState, Urgency,
    Window,
};
use proptest::prelude::*;

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, cases, leaking_heater, member, pass_everything};

fn order(kind: JobKind, urgency: Urgency, far: bool, appliances: &[ApplianceKind]) -> Job {
    let appliance = |(n, kind): (u8, &ApplianceKind)| OrderedAppliance {
        id: ShortId::mint([n; 5]),
        kind: *kind,
        brand: String::new(),
        model: String::new(),
        serial: String::new(),
    };
    let taken = Noted::now(NOON, None, member(OWNER));
    let appliances = (0u8..).zip(appliances).map(appliance).collect();
    let order = Order { urgency, far, appliances, coverage: Coverage::InWarranty, ..Order::blank(kind, taken) };
    Job { order, sheet: Sheet::default() }
}

fn limits() -> timing::Limits {
    RuleBook::built_in().unwrap().at(NOON).time_limits()
}

/// The job with somebody there from one moment, and done at another.
fn visited(mut job: Job, arrived: i64, done: i64) -> Job {
    let noted = |at_ms| Noted::now(at_ms, None, member(OWNER));
    let (id, kind) = (ShortId::mint([8; 5]), NodeKind::Arrived.into());
    job.sheet.nodes = vec![Node { id, kind, lat_e6: None, lon_e6: None, noted: noted(arrived) }];
    let (id, outcome) = (ShortId::mint([9; 5]), JobOutcome::Completed.into());
    job.sheet.outcomes = vec![OutcomeFact { id, outcome, reason: String::new(), noted: noted(done) }];
    job
}

const ONE: &[ApplianceKind] = &[ApplianceKind::InstantHeater];

#[test]
fn r1_on_time_is_inside_the_window_with_ten_minutes_before_it() {
    let mut job = order(JobKind::Repair, Urgency::Normal, false, ONE);
    job.order.window = Some(Window { from: Millis(NOON), to: Millis(NOON + 60 * MINUTE) });
    assert_eq!(due(&job, &limits()), NOON + 60 * MINUTE);
    for (minute, good) in [(-11, false), (-10, true), (0, true), (60, true), (61, false)] {
        let job = visited(job.clone(), NOON + minute * MINUTE, NOON + DAY_MS);
        assert_eq!(came_on_time(&job, &limits()), Some(good), "minute {minute}");
    }
}

#[test]
fn r3_an_emergency_has_sixty_minutes_near_and_a_hundred_and_twenty_far_whatever_the_window_says() {
    for urgency in [Urgency::Class1, Urgency::Class2] {
        for (far, minutes) in [(false, 60), (true, 120)] {
            let mut job = order(JobKind::Repair, urgency, far, ONE);
            job.order.window = Some(Window { from: Millis(NOON + DAY_MS), to: Millis(NOON + DAY_MS + 1) });
            assert_eq!(due(&job, &limits()), NOON + minutes * MINUTE);
            // Nobody is too early at a leak.
            for (after, good) in [(0, true), (minutes * MINUTE, true), (minutes * MINUTE + 1, false)] {
                let job = visited(job.clone(), NOON + after, NOON + DAY_MS);
                assert_eq!(came_on_time(&job, &limits()), Some(good), "{after} ms");
            }
        }
    }
}

#[test]
fn r4_everything_else_is_visited_within_a_day() {
    let job = order(JobKind::Repair, Urgency::Normal, true, ONE);
    assert_eq!(due(&job, &limits()), NOON + DAY_MS);
}

#[test]
fn r2_a_repair_has_an_hour_an_installation_two_an_air_conditioner_more_and_a_set_eight_tenths_of_the_sum() {
    use ApplianceKind::{AirConditioner, InstantHeater, RangeHood, WashingMachine};
    let limit = |kind, appliances: &[_]| limit_of(&order(kind, Urgency::Normal, false, appliances), &limits());
    assert_eq!(limit(JobKind::Repair, &[AirConditioner]), 60);
    assert_eq!(limit(JobKind::Install, &[InstantHeater]), 120);
    assert_eq!(limit(JobKind::Install, &[AirConditioner]), 150);
    assert_eq!(limit(JobKind::Move, &[AirConditioner]), 150);
    assert_eq!(limit(JobKind::Install, &[AirConditioner, WashingMachine, RangeHood]), 312);
    assert_eq!(limit(JobKind::Repair, &[WashingMachine, RangeHood]), 96);
    assert_eq!(limit(JobKind::Repair, &[]), 60);
    for (over, kept) in [(0, true), (1, false)] {
        let job = order(JobKind::Repair, Urgency::Normal, false, ONE);
        let job = visited(job, NOON, NOON + 60 * MINUTE + over);
        assert_eq!(kept_limit(&job, &limits()), Some(kept));
    }
}

#[test]
fn the_shops_day_ends_at_its_own_midnight_on_every_edge_of_the_calendar() {
    // Moments of Chinese midnight.
    for (midnight, today, yesterday) in [
        (1_798_732_800_000, "2027-01-01", "2026-12-31"),
        (1_835_366_400_000, "2028-02-29", "2028-02-28"),
        (1_835_452_800_000, "2028-03-01", "2028-02-29"),
        (-28_800_000, "1970-01-01", "1969-12-31"),
    ] {
        assert_eq!((calendar::day_name(midnight), calendar::day_name(midnight - 1)), (today.into(), yesterday.into()));
        assert_eq!(calendar::day_start(midnight), midnight);
        assert_eq!(calendar::day_start(midnight - 1), midnight - DAY_MS);
        assert_eq!(calendar::day_start(midnight + DAY_MS - 1), midnight);
        assert_eq!((calendar::hour(midnight), calendar::hour(midnight - 1)), (0, 23));
    }
}

fn job() -> impl Strategy<Value = JobFigures> {
    let moment = || proptest::option::of(0i64..3 * DAY_MS);
    let outcome =
        prop_oneof![Just(JobOutcome::Completed), Just(JobOutcome::RefusedUnsafe), Just(JobOutcome::HazardRemaining)];
    (
        (0i64..3 * DAY_MS, moment(), moment(), any::<bool>()),
        (any::<Option<bool>>(), any::<Option<bool>>(), any::<bool>(), proptest::option::of(outcome)),
        (0u32..9, 0u32..9, 0u32..9, 0u32..9, 0i64..99_999, 0u32..9),
    )
        .prop_map(|((arrive_by, arrived_at, finished_at, cancelled), rates, counts)| JobFigures {
            arrive_by,
            arrived_at,
            finished_at,
            cancelled,
            on_time: rates.0,
            in_limit: rates.1,
            five_services: rates.2,
            outcome: rates.3,
            readings: counts.0,
            failed: counts.1,
            rectified: counts.2,
            parts: counts.3,
            parts_fen: counts.4,
            photos: counts.5,
            ..JobFigures::default()
        })
}

fn sum(a: &DayFigures, b: &DayFigures) -> DayFigures {
    let rate = |a: doorstep_schemas::view::Rate, b: doorstep_schemas::view::Rate| doorstep_schemas::view::Rate {
        of: a.of + b.of,
        good: a.good + b.good,
    };
    DayFigures {
        due: a.due + b.due,
        done: a.done + b.done,
        open: a.open + b.open,
        late: a.late + b.late,
        on_time: rate(a.on_time, b.on_time),
        in_limit: rate(a.in_limit, b.in_limit),
        five_services: rate(a.five_services, b.five_services),
        readings: a.readings + b.readings,
        readings_failed: a.readings_failed + b.readings_failed,
        rectified: a.rectified + b.rectified,
        refused: a.refused + b.refused,
        hazards_remaining: a.hazards_remaining + b.hazards_remaining,
        parts: a.parts + b.parts,
        parts_fen: Fen(a.parts_fen.0 + b.parts_fen.0),
        photos: a.photos + b.photos,
        ..DayFigures::default()
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn r38_the_figures_add_up_however_the_jobs_are_split(
        jobs in proptest::collection::vec(job(), 0..30),
        at in any::<prop::sample::Index>(),
        now in 0i64..3 * DAY_MS,
    ) {
        let all = figures(jobs.iter(), now);
        let (some, others) = jobs.split_at(at.index(jobs.len() + 1));
        prop_assert_eq!(&all, &sum(&figures(some.iter(), now), &figures(others.iter(), now)));
        prop_assert_eq!(all.due, all.done + all.open);
        prop_assert!(all.late <= all.due && all.on_time.good <= all.on_time.of && all.five_services.of <= all.done);
        let mut turned = jobs.clone();
        turned.reverse();
        prop_assert_eq!(all, figures(turned.iter(), now));
    }

    #[test]
    fn r38_an_open_job_is_on_the_list_of_today_from_the_day_it_is_due(figures in job(), day in 0i64..4) {
        let start = calendar::day_start(day * DAY_MS);
        let now = start + DAY_MS / 2;
        let open = JobFigures { finished_at: None, cancelled: false, ..figures };
        prop_assert_eq!(
            open.of_day(start, now),
            open.arrive_by < start + DAY_MS || open.arrived_at.is_some_and(|at| calendar::day_start(at) == start)
        );
        let gone = JobFigures { cancelled: true, ..open.clone() };
        prop_assert!(!gone.of_day(start, now), "a cancelled job is on no day");
        // Looked back at tomorrow, a job that is still open was carried over.
        let due_then = calendar::day_start(open.arrive_by) == start;
        let arrived_then = open.arrived_at.is_some_and(|at| calendar::day_start(at) == start);
        prop_assert_eq!(open.of_day(start, now + DAY_MS), due_then || arrived_then);
    }
}

#[test]
fn r38_the_owners_day_lists_what_was_due_done_carried_over_and_late() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let take = |days: i64| {
        let mut order = leaking_heater(&[member(OWNER)]);
        order.urgency = Urgency::Normal;
        let from = NOON + days * DAY_MS;
        order.window = Some(Window { from: Millis(from), to: Millis(from + 60 * MINUTE) });
        desk.actions.take_order(&order).unwrap().card.job
    };
    let (carried, done, tomorrow, ahead) = (take(-1), take(0), take(1), take(1));
    pass_everything(&desk, done);
    desk.nature.pass(30 * MINUTE);
    desk.actions.finish(&Finish { job: done, outcome: JobOutcome::Completed }).unwrap();
    // Somebody is at a job of tomorrow already: it is today's work.
    desk.actions.tap_node(&TapNode { job: ahead, tap: Tap::Arrive }).unwrap();
    let review = desk.actions.day_review(None).unwrap();
    let jobs: Vec<_> = review.jobs.iter().map(|card| card.job).collect();
    assert_eq!(jobs.len(), 3, "{jobs:?}");
    assert!(jobs.contains(&carried) && jobs.contains(&done) && jobs.contains(&ahead) && !jobs.contains(&tomorrow));
    let day = &review.figures;
    assert_eq!((day.due, day.done, day.open, day.late), (3, 1, 2, 1));
    assert_eq!((day.on_time.of, day.in_limit.good, day.readings, day.photos), (2, 1, 3, 1));
    assert_eq!(review.arrivals[12], 2);
    assert_eq!((review.members.len(), review.members[0].jobs, review.members[0].done), (1, 3, 1));
    assert_eq!((review.yesterday.due, review.yesterday.open), (1, 1));
    assert_eq!(desk.actions.orders(Some(NOON + DAY_MS)).unwrap().len(), 2);
}

fn synced() -> SyncChip {
    SyncChip { state: SyncState::Synced, changes: 0, photos: 0, bytes: 0, stuck: 0, error: None }
}

/// The jobs on a phone's first page, from above.
fn today(phone: &Phone) -> Vec<JobId> {
    phone.actions.today(synced()).unwrap().jobs.into_iter().map(|card| card.job).collect()
}

#[test]
fn r1_a_phone_whose_clock_is_off_says_so_on_its_first_page() {
    let mut shop = Shop::open();
    let phone = shop.device(RAN);
    let note = |behind: i64| {
        let header = shop.log.header(Vec::new());
        phone.store().note_answer(&header, NOON - behind).unwrap();
        phone.actions.today(synced()).unwrap().clock_note.map(|text| text.zh)
    };
    assert_eq!(note(0), None);
    assert_eq!(note(MINUTE), None, "a minute is nobody's fault");
    assert_eq!(note(7 * MINUTE).as_deref(), Some("本机时间慢7分钟"));
}

#[test]
fn an_emergency_late_in_the_evening_is_on_todays_list_though_it_is_due_after_midnight() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let midnight = calendar::day_start(NOON) + DAY_MS;
    for phone in [&desk, &ran] {
        phone.nature.pass(midnight - 20 * MINUTE - NOON);
    }
    let mut order = leaking_heater(&[member(RAN)]);
    order.window = None;
    let card = desk.actions.take_order(&order).unwrap().card;
    assert!(card.arrive_by.is_some_and(|due| due.0 > midnight));
    let mut later = order.clone();
    later.urgency = Urgency::Normal;
    let from = midnight + 10 * 60 * MINUTE;
    later.window = Some(Window { from: Millis(from), to: Millis(from + 60 * MINUTE) });
    desk.actions.take_order(&later).unwrap();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    assert_eq!(today(&ran), [card.job], "and what is promised for the morning is not");
    assert_eq!(desk.actions.orders(None).unwrap().len(), 1);
    assert_eq!(desk.actions.orders(Some(midnight)).unwrap().len(), 2, "it stands on the day that it is due as well");
    ran.nature.pass(60 * MINUTE);
    assert_eq!(today(&ran).len(), 2);
}

#[test]
fn what_no_time_was_agreed_for_is_on_todays_list_and_nobody_is_measured_by_it() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut order = leaking_heater(&[member(RAN)]);
    order.urgency = Urgency::Normal;
    let from = NOON + 60 * MINUTE;
    order.window = Some(Window { from: Millis(from), to: Millis(from + 60 * MINUTE) });
    let agreed = desk.actions.take_order(&order).unwrap().card.job;
    order.window = None;
    let card = desk.actions.take_order(&order).unwrap().card;
    assert!(card.arrive_by.is_some_and(|due| due.0 >= calendar::day_start(NOON) + DAY_MS), "due tomorrow (R4)");
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    assert_eq!(today(&ran), [agreed, card.job], "behind what has its time");
    assert_eq!(desk.actions.day_review(None).unwrap().figures.due, 1);
    let tomorrow = desk.actions.orders(Some(NOON + DAY_MS)).unwrap();
    assert_eq!(tomorrow.iter().map(|card| card.job).collect::<Vec<_>>(), [card.job], "it stands there as well");
    ran.actions.finish(&Finish { job: card.job, outcome: JobOutcome::SolvedByPhone }).unwrap();
    assert!(today(&ran).contains(&card.job), "done today");
}

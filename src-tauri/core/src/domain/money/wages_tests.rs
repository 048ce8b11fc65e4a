//! What people earned, and why not yet.

use doorstep_schemas::view::FeeKind;
use proptest::prelude::*;

use super::*;
use crate::domain::facts::{CrewMember, Fee};
use crate::domain::money::cast::*;

fn rates() -> Vec<PieceRate> {
    let rate = |code: &str, kind, appliance, fen| PieceRate { code: code.to_owned(), kind, appliance, fen };
    vec![
        rate("", Some(JobKind::Repair), None, 2_000),
        rate("", Some(JobKind::Repair), Some(ApplianceKind::StorageHeater), 2_500),
        rate("", Some(JobKind::Install), None, 6_000),
        rate("element", None, None, 1_500),
        rate("hole", None, None, 1_001),
    ]
}

/// 彭秀兰's heater, done.
fn done() -> Job {
    let mut job = repair();
    job.sheet.outcomes = vec![outcome(5, JobOutcome::Completed)];
    job.sheet.fees = vec![Fee { code: "element".to_owned(), ..one(1, FeeKind::Labour, 8_000) }];
    job
}

fn worked(n: u64, job: &Job, arrival: Arrival) -> Worked<'_> {
    Worked { id: job_id(n), job, arrival }
}

fn equal() -> BTreeMap<MemberId, i64> {
    BTreeMap::new()
}

fn with(n: u64, member: MemberId, left: bool) -> CrewMember {
    CrewMember { member: Some(member), left, ..blank(n) }
}

fn wage(n: u64, kind: WageKind, fen: i64, reason: &str) -> WageLine {
    WageLine { kind: kind.into(), fen, reason: reason.to_owned(), ..known(n, &[("member", name(ran()))]) }
}

#[test]
fn r42_a_finished_job_pays_itself_and_its_items() {
    let job = done();
    assert_eq!(job_pieces(&job, &Terms::default(), &rates()), [(String::new(), 2_500), ("element".to_owned(), 1_500)]);
    let found = today(ran(), [worked(1, &job, Arrival::OnRelay)], &|_| rates(), &equal(), MORNING);
    assert_eq!((found.counted_fen, found.waiting_fen), (4_000, 0));
    assert_eq!(today(tian(), [worked(1, &job, Arrival::OnRelay)], &|_| rates(), &equal(), MORNING), Earned::default());
    let mut refused = done();
    refused.sheet.outcomes = vec![outcome(5, JobOutcome::RefusedUnsafe)];
    refused.sheet.fees.clear();
    assert_eq!(job_pieces(&refused, &Terms::default(), &rates()), []);
}

#[test]
fn r42_work_is_paid_by_the_rates_of_the_day_on_which_it_ended() {
    let job = done();
    let ended = nodes::ended(&job).map(|(_, noted)| noted.happened_ms()).unwrap();
    let doubled = || rates().into_iter().map(|rate| PieceRate { fen: rate.fen * 2, ..rate }).collect();
    let from = |since: i64| move |at: i64| if at < since { rates() } else { doubled() };
    let paid = |since: i64| {
        let books = Books::default();
        let jobs = [worked(1, &job, Arrival::OnRelay)];
        month(ran(), "2026-11", jobs, &from(since), &equal(), books, MORNING).earned.counted_fen
    };
    assert_eq!((paid(ended + 1), paid(ended)), (4_000, 8_000));
}

#[test]
fn r42_only_what_the_relay_has_counts_and_the_rest_is_listed_with_its_reason() {
    let (job, mut open) = (done(), done());
    open.sheet.outcomes.clear();
    let jobs = || {
        [
            worked(1, &job, Arrival::OnRelay),
            worked(2, &job, Arrival::OnDevice),
            worked(3, &job, Arrival::Refused),
            worked(4, &open, Arrival::OnRelay),
        ]
    };
    let found = today(ran(), jobs(), &|_| rates(), &equal(), MORNING);
    assert_eq!((found.counted_fen, found.waiting_fen), (4_000, 9_500));
    let why: BTreeSet<Option<NotYet>> = found.pieces.iter().map(|p| p.not_yet).collect();
    assert_eq!(why.len(), 4);
    for not_yet in why.into_iter().flatten() {
        assert!(!not_yet.text().zh.is_empty() && !not_yet.text().en.is_empty());
    }
    let twice = jobs().into_iter().chain([worked(2, &job, Arrival::OnRelay)]).chain(jobs());
    assert_eq!(
        today(ran(), twice, &|_| rates(), &equal(), MORNING).counted_fen,
        8_000,
        "arrived meanwhile, told twice"
    );
}

#[test]
fn r42_a_crew_shares_to_the_last_fen() {
    let mut job = done();
    job.sheet.fees = vec![Fee { code: "hole".to_owned(), ..one(1, FeeKind::Surcharge, 6_000) }];
    job.sheet.crew = vec![with(10, tian(), false)];
    let share = |job: &Job, member, weights: &BTreeMap<MemberId, i64>| {
        today(member, [worked(1, job, Arrival::OnRelay)], &|_| rates(), weights, MORNING).counted_fen
    };
    assert_eq!((share(&job, ran(), &equal()), share(&job, tian(), &equal())), (1_751, 1_750));
    let weights = [(ran(), 7), (tian(), 3)].into();
    assert_eq!(share(&job, ran(), &weights) + share(&job, tian(), &weights), 3_501);
    assert_eq!(share(&job, tian(), &weights), 1_050);
    assert_eq!(share(&job, tian(), &[(ran(), 1)].into()), 1_750, "a member without a weight counts one");
    job.sheet.crew.push(with(11, tian(), true));
    assert_eq!((share(&job, ran(), &equal()), share(&job, tian(), &equal())), (3_501, 0), "went home");
}

#[test]
fn r42_a_month_is_pieces_and_bonuses_less_deductions_with_a_reason_and_advances() {
    let job = done();
    let wages = [
        wage(20, WageKind::Bonus, 5_000, "一次就好"),
        wage(21, WageKind::Deduction, 1_000, "旧件丢失"),
        wage(22, WageKind::Deduction, 9_900, " "),
        wage(23, WageKind::Advance, 2_000, ""),
        WageLine { noted: noted(MORNING + 10 * DAY), ..wage(24, WageKind::Bonus, 7_000, "十二月") },
        WageLine { member: tian(), ..wage(25, WageKind::Bonus, 7_000, "别人的") },
    ];
    let books = Books { wages: &wages, events: &[] };
    let of = |month_of: &str, books| {
        month(ran(), month_of, [worked(1, &job, Arrival::OnRelay)], &|_| rates(), &equal(), books, MORNING)
    };
    let found = of("2026-11", books);
    assert_eq!((found.bonus_fen, found.deducted_fen, found.advanced_fen), (5_000, 1_000, 2_000));
    assert_eq!(found.total_fen, 4_000 + 5_000 - 1_000 - 2_000);
    assert_eq!(found.problems.iter().map(|p| &p.at).collect::<Vec<_>>(), [&Place::Wage(id(22))]);
    assert_eq!(found.entries.len(), 3);
    assert_eq!(of("2026-12", books).total_fen, 7_000);
    assert_eq!(of("2026-1", books).total_fen, 0, "half a month's name is no month");
}

#[test]
fn r47_rewards_and_penalties_of_the_roster_are_in_the_month() {
    let event = |n, event: RosterEvent, fen, text: &str| RosterNote {
        event: event.into(),
        fen,
        text: text.to_owned(),
        ..known(n, &[("member", name(ran()))])
    };
    let events = [
        event(30, RosterEvent::Reward, 10_000, "季度第一"),
        event(31, RosterEvent::Penalty, 3_000, "未出示公示卡"),
        event(32, RosterEvent::Penalty, 3_000, ""),
        event(33, RosterEvent::Exam, 500, "A级"),
        RosterNote { member: tian(), ..event(34, RosterEvent::Reward, 900, "别人的") },
    ];
    let books = Books { wages: &[], events: &events };
    let found = month(ran(), "2026-11", [], &|_| rates(), &equal(), books, MORNING);
    assert_eq!((found.total_fen, found.problems.len()), (7_000, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn r42_a_month_is_the_same_in_any_order_and_doubled_and_never_panics(
        lines in prop::collection::vec((0usize..4, any::<i64>(), any::<bool>()), 0..8),
        turn in 0usize..8,
    ) {
        let wages: Vec<WageLine> = (40..)
            .zip(lines)
            .map(|(n, (kind, fen, reason))| wage(n, WageKind::ALL[kind], fen, if reason { "有" } else { "" }))
            .collect();
        let of = |wages: &[WageLine]| {
            month(ran(), "2026-11", [], &|_| rates(), &equal(), Books { wages, events: &[] }, MORNING)
        };
        let mut again = wages.clone();
        again.rotate_left(turn.min(wages.len()));
        again.extend(wages.iter().rev().cloned());
        prop_assert_eq!(of(&again), of(&wages));
    }

    #[test]
    fn r42_what_a_crew_earns_is_what_the_job_pays(quantity in 0i64..50_000, weights in prop::collection::vec(0i64..9, 4)) {
        let mut job = done();
        job.sheet.fees = vec![Fee { code: "hole".to_owned(), ..fee(1, FeeKind::Surcharge, quantity, 6_000) }];
        let people = [ran(), tian(), id(1003), id(1004)];
        job.sheet.crew = people.iter().zip(10..).map(|(member, n)| with(n, *member, false)).collect();
        let weights = people.into_iter().zip(weights).collect();
        let whole: i64 = job_pieces(&job, &Terms::default(), &rates()).iter().map(|(_, fen)| fen).sum();
        let earned: i64 = people
            .iter()
            .map(|m| today(*m, [worked(1, &job, Arrival::OnRelay)], &|_| rates(), &weights, MORNING).counted_fen)
            .sum();
        prop_assert_eq!(earned, whole);
    }
}

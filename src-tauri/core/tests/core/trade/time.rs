//! Before the visit and its clock: scripts, goods, limits, pauses, and what is entered later than it happened (R2, R3, R8).

use doorstep::actions::facts::FactError;
use doorstep::actions::visit::VisitError;
use doorstep::domain::late::Misfit;
use doorstep::domain::nodes::{self, Elsewhere};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{EnterLate, LateStep, SheetFact, Tap, TapNode};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, FindingCode, JobKind, JobOutcome, JobView, Millis, NodeKind, PauseReason, ReasonAbout,
    Step, Urgency, Window,
};

use crate::cast::deeds::{alone, asked, codes, reason, television};
use crate::cast::{MINUTE, NOON, Phone, cases};
use doorstep_schemas::input::NoteFact;
use proptest::prelude::*;

fn depart(desk: &Phone, job: JobId) -> Vec<BlockerCode> {
    match desk.actions.tap_node(&TapNode { job, tap: Tap::Depart }) {
        Ok(_) => Vec::new(),
        Err(VisitError::Blocked(blockers)) => codes(&blockers),
        Err(other) => panic!("{other}"),
    }
}

fn guided(script: &str, called: &str) -> SheetFact {
    SheetFact::Guidance { script: script.to_owned(), called: called.to_owned(), solved: false }
}

fn clock(stopped: bool) -> SheetFact {
    SheetFact::Pause { stopped, reason: PauseReason::Parts, note: String::new() }
}

fn ready(desk: &Phone, job: JobId, tv: doorstep_schemas::ids::ShortId) {
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
}

#[test]
fn r3_nobody_departs_to_an_emergency_before_the_customer_was_guided_by_phone() {
    let mut order = asked(JobKind::Repair, ApplianceKind::WashingMachine);
    (order.urgency, order.symptom) = (Urgency::Class1, "外壳麻手".to_owned());
    let (_shop, desk, job, _) = alone(&order);
    assert_eq!(depart(&desk, job), [BlockerCode::NotGuided]);
    assert!(desk.facts(job).sheet.nodes.is_empty(), "nothing was noted");
    assert!(matches!(desk.note(job, guided("  ", "")), Err(FactError::Required("script"))));
    assert_eq!(depart(&desk, job), [BlockerCode::NotGuided]);
    desk.note(job, guided("shock", "")).unwrap();
    assert_eq!(depart(&desk, job), [], "a shock needs no gas company");
}

#[test]
fn r3_nobody_is_sent_into_a_gas_leak_before_the_gas_company() {
    let mut order = asked(JobKind::Repair, ApplianceKind::GasHeater);
    (order.urgency, order.symptom) = (Urgency::Class1, "有燃气味".to_owned());
    let (_shop, desk, job, _) = alone(&order);
    assert!(depart(&desk, job).contains(&BlockerCode::NotGuided));
    desk.note(job, guided("gas", "")).unwrap();
    assert_eq!(depart(&desk, job), [BlockerCode::GasCompanyNotCalled]);
    desk.note(job, guided("gas", "县燃气公司 8:02")).unwrap();
    assert_eq!(depart(&desk, job), []);
    assert_eq!(desk.actions.job(job).unwrap().nodes[0].kind, NodeKind::Guided, "it stands first in the line");
}

#[test]
fn r3_other_jobs_need_no_script() {
    for urgency in [Urgency::Class2, Urgency::Normal] {
        let mut order = asked(JobKind::Repair, ApplianceKind::WashingMachine);
        order.urgency = urgency;
        let (_shop, desk, job, _) = alone(&order);
        assert_eq!(depart(&desk, job), []);
    }
}

#[test]
fn r8_goods_that_are_said_to_be_missing_keep_the_installer_at_the_shop() {
    let (_shop, desk, job, _) = alone(&asked(JobKind::Install, ApplianceKind::Television));
    let goods = |here| SheetFact::Goods { here, note: "物流说下午".to_owned() };
    desk.note(job, goods(false)).unwrap();
    assert_eq!(depart(&desk, job), [BlockerCode::GoodsNotConfirmed]);
    desk.pass(90);
    desk.note(job, goods(true)).unwrap();
    assert_eq!(depart(&desk, job), []);
    assert_eq!(desk.facts(job).sheet.goods.len(), 2, "both words stay");
}

#[test]
fn r2_an_overrun_asks_for_its_reason_and_a_reason_opens_the_end() {
    let (_shop, desk, job, tv) = television();
    ready(&desk, job, tv);
    desk.pass(60);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![]), "the last minute is still in the limit");
    desk.pass(1);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![BlockerCode::OverrunReason]));
    assert!(desk.finish(job, JobOutcome::Completed).is_err());
    assert!(matches!(desk.note(job, reason(ReasonAbout::Overrun, "  ")), Err(FactError::Required("reason"))));
    desk.note(job, reason(ReasonAbout::Late, "堵车")).unwrap();
    assert_eq!(
        desk.needs(job, JobOutcome::Completed),
        Some(vec![BlockerCode::OverrunReason]),
        "another matter's reason"
    );
    desk.note(job, reason(ReasonAbout::Overrun, "螺丝锈死")).unwrap();
    let view = desk.finish(job, JobOutcome::Completed).unwrap();
    assert!(view.card.findings.iter().any(|f| f.code == FindingCode::Overrun), "the owner sees it all the same");
}

#[test]
fn r2_the_clock_stands_while_somebody_waits_for_a_part() {
    let (_shop, desk, job, tv) = television();
    ready(&desk, job, tv);
    desk.pass(10);
    desk.note(job, clock(true)).unwrap();
    desk.pass(200);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![]), "it still stands");
    desk.note(job, clock(false)).unwrap();
    desk.pass(50);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![]));
    desk.pass(1);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![BlockerCode::OverrunReason]));
}

#[test]
fn r2_a_pause_that_is_entered_later_counts_from_when_it_was() {
    let (_shop, desk, job, tv) = television();
    ready(&desk, job, tv);
    desk.pass(80);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![BlockerCode::OverrunReason]));
    desk.note_late(job, clock(true), 10).unwrap();
    desk.note_late(job, clock(false), 30).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![]));
    let (facts, rules) = (desk.facts(job), desk.store().rules().clone());
    let limits = doorstep::domain::gates::Rules::time_limits(&rules.at(NOON));
    let work = doorstep::domain::timing::work(&facts, NOON + 80 * MINUTE, &limits).unwrap();
    assert_eq!(work.worked_ms / 1_000, 59 * 60 + 59, "what was noted in one moment is kept a millisecond apart");
}

#[test]
fn r2_r3_what_is_entered_later_says_when_it_happened_and_when_it_was_entered() {
    let (_shop, desk, job, _) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    desk.pass(45);
    desk.note_late(job, guided("shock", ""), 5).unwrap();
    let line = nodes::line(&desk.facts(job), None, Elsewhere::default());
    let first = line.iter().find(|node| node.kind == NodeKind::Guided).unwrap();
    assert_eq!(first.at.map(|(at, _)| at), Some(NOON + 5 * MINUTE));
    assert_eq!(first.entered_at, Some(NOON + 45 * MINUTE));
    let fact = &desk.facts(job).sheet.guidance[0];
    assert_eq!((fact.noted.at_ms, fact.noted.claimed_ms), (NOON + 45 * MINUTE, Some(NOON + 5 * MINUTE)));
}

#[test]
fn r2_nothing_is_said_to_have_happened_in_the_future_or_before_there_were_clocks() {
    let (_shop, desk, job, _) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    for (claimed, good) in
        [(NOON + 1_000, false), (i64::MAX, false), (-1, false), (i64::MIN, false), (NOON, true), (0, true)]
    {
        let input = NoteFact { job, fact: clock(true), claimed: Some(Millis(claimed)) };
        let refused = desk.actions.note_fact(&input);
        assert_eq!(refused.is_ok(), good, "{claimed}");
        assert!(good || matches!(refused, Err(FactError::OutOfRange { field: "claimed", .. })));
    }
    assert_eq!(desk.facts(job).sheet.pauses.len(), 2, "nothing of what was refused was kept");
}

fn late(desk: &Phone, job: JobId, late: LateStep, minute: i64) -> Result<JobView, VisitError> {
    desk.actions.enter_late(&EnterLate { job, late, claimed: Millis(NOON + minute * MINUTE) })
}

#[test]
fn r1_a_forgotten_departure_and_arrival_are_entered_later_with_both_moments() {
    let mut order = asked(JobKind::Repair, ApplianceKind::Television);
    order.window = Some(Window { from: Millis(NOON), to: Millis(NOON + 30 * MINUTE) });
    let (_shop, desk, job, tv) = alone(&order);
    desk.pass(50);
    assert!(matches!(late(&desk, job, LateStep::Arrive, 51), Err(VisitError::Ahead)));
    assert!(matches!(late(&desk, job, LateStep::Arrive, -1), Err(VisitError::Misfit(..))), "before there was an order");
    let view = late(&desk, job, LateStep::Arrive, 25).unwrap();
    assert_eq!(view.next.step, Step::ShowCard, "the visit goes on as if it had been tapped");
    let node = |view: &JobView, kind| {
        let node = view.nodes.iter().find(|node| node.kind == kind).unwrap();
        let minute = |at: Option<Millis>| at.map(|at| (at.0 - NOON) / MINUTE);
        (minute(node.at), minute(node.entered))
    };
    assert_eq!(node(&view, NodeKind::Arrived), (Some(25), Some(50)));
    let limits = desk.store().rules().at(NOON).time_limits();
    assert_eq!(
        doorstep::domain::timing::came_on_time(&desk.facts(job), &limits),
        Some(true),
        "punctual, and marked as entered later"
    );
    assert!(matches!(
        late(&desk, job, LateStep::Depart, 40),
        Err(VisitError::Misfit(NodeKind::Departed, Misfit::After(NodeKind::Arrived)))
    ));
    let view = late(&desk, job, LateStep::Depart, 5).unwrap();
    assert_eq!(node(&view, NodeKind::Departed), (Some(5), Some(50)));
    assert!(matches!(late(&desk, job, LateStep::Depart, 4), Err(VisitError::Done)));
    desk.measure(job, tv, "socket_polarity", "right").unwrap();
}

#[test]
fn r3_a_departure_that_is_entered_later_asks_for_the_same_guidance() {
    let mut order = asked(JobKind::Repair, ApplianceKind::WashingMachine);
    (order.urgency, order.symptom) = (Urgency::Class1, "外壳麻手".to_owned());
    let (_shop, desk, job, _) = alone(&order);
    desk.pass(30);
    assert!(matches!(late(&desk, job, LateStep::Depart, 10), Err(VisitError::Blocked(_))));
    desk.note_late(job, guided("shock", ""), 5).unwrap();
    late(&desk, job, LateStep::Depart, 10).unwrap();
}

#[test]
fn r2_a_forgotten_end_counts_from_when_it_was_and_passes_the_same_gates() {
    let (_shop, desk, job, tv) = television();
    let done = LateStep::Finish { outcome: JobOutcome::Completed };
    desk.pass(100);
    assert!(matches!(late(&desk, job, done, 40), Err(VisitError::Finish(_))), "nothing was measured");
    ready(&desk, job, tv);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![BlockerCode::OverrunReason]));
    assert!(
        matches!(late(&desk, job, done, 40), Err(VisitError::Misfit(_, Misfit::Before(NodeKind::SafetyChecked)))),
        "nobody ends before what was measured"
    );

    let (_shop, desk, job, tv) = television();
    ready(&desk, job, tv);
    desk.pass(100);
    assert!(matches!(late(&desk, job, LateStep::Leave, 90), Err(VisitError::TooEarly(NodeKind::Finished))));
    let view = late(&desk, job, done, 40).unwrap();
    assert!(!view.card.findings.iter().any(|f| f.code == FindingCode::Overrun), "forty minutes, not a hundred");
    let finished = view.nodes.iter().find(|node| node.kind == NodeKind::Finished).unwrap();
    assert_eq!(finished.at, view.card.finished_at);
    assert_eq!(finished.entered.map(|at| (at.0 - NOON) / MINUTE), Some(100));
    assert_eq!(view.card.finished_at, Some(Millis(NOON + 40 * MINUTE)));

    assert!(matches!(late(&desk, job, LateStep::Leave, 39), Err(VisitError::Misfit(..))));
    let view = late(&desk, job, LateStep::Leave, 55).unwrap();
    let left = view.nodes.iter().find(|node| node.kind == NodeKind::Left).unwrap();
    assert_eq!((left.at, left.derived), (Some(Millis(NOON + 55 * MINUTE)), false));
    assert!(left.entered.is_some() && matches!(late(&desk, job, LateStep::Leave, 60), Err(VisitError::Done)));
}

#[test]
fn r2_the_jobs_page_shows_the_clock_as_it_stands() {
    let (_shop, desk, job, _) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    assert_eq!(desk.actions.job(job).unwrap().clock, None, "nobody is there");
    desk.come(job);
    desk.pass(12);
    let clock_of = || desk.actions.job(job).unwrap().clock.unwrap();
    // What is noted in one moment is kept apart by milliseconds.
    let worked = || (clock_of().worked_s + 30) / 60;
    assert_eq!((clock_of().limit_minutes, worked(), clock_of().stopped), (60, 12, None));
    desk.note(job, clock(true)).unwrap();
    desk.pass(30);
    assert_eq!((worked(), clock_of().stopped), (12, Some(PauseReason::Parts)));
    desk.note(job, clock(false)).unwrap();
    desk.pass(3);
    assert_eq!((worked(), clock_of().stopped, clock_of().ended), (15, None, false));
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn r2_what_was_worked_and_what_was_waited_make_up_the_whole_visit(
        steps in proptest::collection::vec((0i64..40, any::<bool>(), proptest::option::of(0i64..200)), 0..8),
    ) {
        let (_shop, desk, job, _) = television();
        let mut passed = 0;
        for (minutes, stopped, claimed) in steps {
            desk.pass(minutes);
            passed += minutes;
            let claimed = claimed.filter(|minute| *minute <= passed);
            match claimed {
                Some(minute) => desk.note_late(job, clock(stopped), minute).unwrap(),
                None => desk.note(job, clock(stopped)).unwrap(),
            };
        }
        let (facts, now) = (desk.facts(job), NOON + passed * MINUTE);
        let (paused, _) = doorstep::domain::timing::paused_ms(&facts.sheet.pauses, NOON, now);
        prop_assert!((0..=passed * MINUTE).contains(&paused));
        let rules = desk.store().rules().clone();
        let limits = doorstep::domain::gates::Rules::time_limits(&rules.at(NOON));
        let work = doorstep::domain::timing::work(&facts, now, &limits).unwrap();
        // What is noted in one moment is kept apart by milliseconds.
        prop_assert!((passed * MINUTE - work.worked_ms - paused).abs() < 100);
    }
}

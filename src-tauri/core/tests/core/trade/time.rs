//! Before the visit and its clock: scripts, goods, limits, pauses, and what is entered later than it happened (R2, R3, R8).

use doorstep::actions::facts::FactError;
use doorstep::actions::visit::VisitError;
use doorstep::domain::nodes::{self, Elsewhere};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{SheetFact, Tap, TapNode};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, FindingCode, JobKind, JobOutcome, Millis, NodeKind, PauseReason, ReasonAbout, Urgency,
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

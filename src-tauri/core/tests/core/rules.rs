//! The trade's rules on whole jobs, through the actions that people use.

use doorstep::actions::finish::FinishError;
use doorstep::actions::readings::ReadingError;
use doorstep::domain::facts::Job;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, ApplianceInput, Finish, Found, NoteFact, ServiceAnswer, SheetFact, SheetField, ShowCard, Tap,
    TapNode,
};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, Coverage, FailureClass, FindingCode, JobKind, JobOutcome, JobView, Jump, NodeKind,
    PhotoStage, ServiceCode, ServiceState, SignedFor, Signer, Step, Verdict,
};

use crate::cast::{
    MINUTE, OWNER, Phone, RAN, Shop, choice, field, leaking_heater, member, number, pass_everything, picture, reading,
    refusal,
};

/// A device whose owner does the job themselves.
fn alone() -> (Shop, Phone, JobId, ShortId) {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    (shop, desk, view.card.job, view.appliances[0].id)
}

fn codes(view: &JobView) -> Vec<BlockerCode> {
    view.next.blockers.iter().map(|blocker| blocker.code).collect()
}

fn finish(desk: &Phone, job: JobId, outcome: JobOutcome) -> Result<JobView, FinishError> {
    desk.actions.finish(&Finish { job, outcome })
}

#[test]
fn r15_everything_that_is_missing_is_listed_at_once_each_with_its_place() {
    let (_shop, desk, job, appliance) = alone();
    let view = desk.actions.job(job).unwrap();
    let expected = [
        (BlockerCode::NotArrived, Jump::Node { node: NodeKind::Arrived }),
        (BlockerCode::CardNotShown, Jump::Card),
        (BlockerCode::ReadingMissing, Jump::Reading { appliance, code: "socket_polarity".to_owned() }),
        (BlockerCode::ReadingMissing, Jump::Reading { appliance, code: "earth_resistance".to_owned() }),
        (BlockerCode::ReadingMissing, Jump::Reading { appliance, code: "rcd_button".to_owned() }),
        (BlockerCode::FieldMissing, Jump::Field { appliance, field: SheetField::Fault }),
        (BlockerCode::FieldMissing, Jump::Field { appliance, field: SheetField::Cause }),
        (BlockerCode::FieldMissing, Jump::Field { appliance, field: SheetField::Action }),
        (BlockerCode::PhotoMissing, Jump::Photos { appliance, stage: PhotoStage::After }),
    ];
    let listed: Vec<_> = view.next.blockers.iter().map(|b| (b.code, b.jump.clone())).collect();
    assert_eq!(listed, expected);
    assert!(matches!(finish(&desk, job, JobOutcome::Completed), Err(FinishError::Blocked(_, 9))));
    assert!(desk.facts(job).sheet.outcomes.is_empty());
}

#[test]
fn the_next_step_goes_in_the_order_of_a_visit() {
    let (_shop, desk, job, appliance) = alone();
    let step = || desk.actions.job(job).unwrap().next.step;
    assert_eq!(step(), Step::Depart);
    desk.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    assert_eq!(step(), Step::Arrive);
    desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    assert_eq!(step(), Step::ShowCard);
    desk.actions.show_card(&ShowCard { job, shown_ms: 3_000 }).unwrap();
    assert_eq!(step(), Step::CheckSafety);
    for (code, found) in
        [("socket_polarity", choice("right")), ("earth_resistance", number(900)), ("rcd_button", choice("trips"))]
    {
        desk.actions.record_reading(&reading(job, appliance, code, found)).unwrap();
    }
    assert_eq!(step(), Step::FillSheet);
    for which in [SheetField::Fault, SheetField::Cause, SheetField::Action] {
        desk.actions.write_field(&field(job, appliance, which, "写了")).unwrap();
    }
    desk.actions.add_photo(job, appliance, PhotoStage::After, &picture(1)).unwrap();
    assert_eq!(step(), Step::Finish);
    finish(&desk, job, JobOutcome::Completed).unwrap();
    assert_eq!(step(), Step::Nothing);
}

/// Whether the outcome is one that this job may come to, now or with what it still needs.
fn offered(view: &JobView, outcome: JobOutcome) -> bool {
    view.next.outcomes.contains(&outcome) || view.next.others.iter().any(|other| other.outcome == outcome)
}

#[test]
fn r12_a_failed_reading_stays_and_only_a_later_pass_opens_the_gate() {
    let (_shop, desk, job, appliance) = alone();
    pass_everything(&desk, job);
    let again = |found: Found, rectified: &str| {
        desk.nature.pass(MINUTE);
        let mut input = reading(job, appliance, "earth_resistance", found);
        input.rectified = rectified.to_owned();
        desk.actions.record_reading(&input)
    };
    let view = again(number(12_600), "").unwrap();
    assert_eq!(codes(&view), [BlockerCode::ReadingFailed]);
    assert!(offered(&view, JobOutcome::RefusedUnsafe));
    assert!(matches!(again(number(3_000), ""), Err(ReadingError::NothingRectified)));
    // No word opens it: neither "not applicable" nor "not measured" undoes what was measured.
    for found in
        [Found::NotApplicable { reason: "客户说不用".to_owned() }, Found::NotMeasured { reason: "没带仪表".to_owned() }]
    {
        let view = again(found, "换了个说法").unwrap();
        assert_eq!(codes(&view), [BlockerCode::ReadingFailed]);
        assert!(matches!(finish(&desk, job, JobOutcome::Completed), Err(FinishError::Blocked(..))));
    }
    assert!(matches!(again(number(3_000), ""), Err(ReadingError::NothingRectified)), "the failure still stands");
    let view = again(number(3_000), "紧了接地端子").unwrap();
    assert_eq!(codes(&view), []);
    assert!(!view.next.outcomes.contains(&JobOutcome::RefusedUnsafe));
    let row = view.appliances[0].readings.iter().find(|row| row.code == "earth_resistance").unwrap();
    let verdicts: Vec<_> = row.records.iter().map(|record| record.verdict.verdict).collect();
    use Verdict::{Fail, NotApplicable, NotMeasured, Pass};
    assert_eq!(verdicts, [Pass, Fail, NotApplicable, NotMeasured, Pass]);
    let view = finish(&desk, job, JobOutcome::Completed).unwrap();
    assert!(view.card.findings.iter().any(|finding| finding.code == FindingCode::Rectified));
}

#[test]
fn r11_not_measured_is_never_a_pass() {
    let (_shop, desk, job, appliance) = alone();
    desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    let found = Found::NotMeasured { reason: "没带仪表".to_owned() };
    let view = desk.actions.record_reading(&reading(job, appliance, "rcd_button", found)).unwrap();
    let jump = Jump::Reading { appliance, code: "rcd_button".to_owned() };
    let blocker = view.next.blockers.iter().find(|blocker| blocker.jump == jump).unwrap();
    assert_eq!(blocker.code, BlockerCode::ReadingNotMeasured);
    let silent = Found::NotMeasured { reason: "  ".to_owned() };
    desk.actions.record_reading(&reading(job, appliance, "rcd_button", silent)).unwrap_err();
}

#[test]
fn r12_the_rcd_of_a_water_heater_stops_the_job_and_that_of_a_television_is_written_down() {
    for (kind, class, stops) in
        [(ApplianceKind::InstantHeater, FailureClass::A, true), (ApplianceKind::Television, FailureClass::Warn, false)]
    {
        let mut shop = Shop::open();
        let desk = shop.device(OWNER);
        let mut order = leaking_heater(&[member(OWNER)]);
        order.appliances[0].kind = kind;
        let view = desk.actions.take_order(&order).unwrap();
        let (job, appliance) = (view.card.job, view.appliances[0].id);
        desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
        let view = desk.actions.record_reading(&reading(job, appliance, "rcd_button", choice("stays"))).unwrap();
        let row = view.appliances[0].readings.iter().find(|row| row.code == "rcd_button").unwrap();
        assert_eq!((row.records[0].verdict.verdict, row.records[0].verdict.class), (Verdict::Fail, Some(class)));
        assert_eq!(codes(&view).contains(&BlockerCode::ReadingFailed), stops);
        assert_eq!(offered(&view, JobOutcome::RefusedUnsafe), stops);
    }
}

#[test]
fn a_refusal_is_offered_only_after_something_unsafe_was_found() {
    let (_shop, desk, job, appliance) = alone();
    let view = desk.actions.job(job).unwrap();
    assert_eq!(view.next.outcomes, [JobOutcome::SolvedByPhone]);
    let view = desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    assert!(!view.next.outcomes.contains(&JobOutcome::RefusedUnsafe));
    assert!(matches!(finish(&desk, job, JobOutcome::RefusedUnsafe), Err(FinishError::Blocked(..))));
    let swapped = reading(job, appliance, "socket_polarity", choice("swapped"));
    let view = desk.actions.record_reading(&swapped).unwrap();
    assert!(offered(&view, JobOutcome::RefusedUnsafe) && !view.next.outcomes.contains(&JobOutcome::RefusedUnsafe));
    assert!(matches!(finish(&desk, job, JobOutcome::RefusedUnsafe), Err(FinishError::Blocked(..))), "in writing only");
    desk.actions.note_fact(&refusal(job, appliance)).unwrap();
    let view = finish(&desk, job, JobOutcome::RefusedUnsafe).unwrap();
    assert_eq!(view.card.outcome, Some(JobOutcome::RefusedUnsafe));
    assert!(view.card.findings.iter().any(|finding| finding.code == FindingCode::Refused));
    assert!(matches!(finish(&desk, job, JobOutcome::Completed), Err(FinishError::Job(_))), "it is finished");
}

#[test]
fn each_appliance_of_a_set_has_gates_of_its_own() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let mut order = leaking_heater(&[member(OWNER)]);
    let blank = |kind| ApplianceInput { kind, brand: String::new(), model: String::new(), serial: String::new() };
    order.kind = JobKind::Install;
    order.appliances = vec![blank(ApplianceKind::StorageHeater), blank(ApplianceKind::RangeHood)];
    let view = desk.actions.take_order(&order).unwrap();
    let missing = |appliance: ShortId, view: &JobView| {
        let of = |b: &&doorstep_schemas::view::Blocker| matches!(&b.jump, Jump::Reading { appliance: at, .. } if *at == appliance);
        view.next.blockers.iter().filter(of).count()
    };
    assert_eq!(missing(view.appliances[0].id, &view), 13);
    assert_eq!(missing(view.appliances[1].id, &view), 2);
    let photos = codes(&view).into_iter().filter(|code| *code == BlockerCode::PhotoMissing).count();
    assert_eq!(photos, 7);
    assert!(!codes(&view).contains(&BlockerCode::FieldMissing), "R15 is about repairs");
}

#[test]
fn r13_services_follow_from_facts_and_the_rest_is_one_pick_each() {
    let (_shop, desk, job, appliance) = alone();
    let state = |view: &JobView, which: ServiceCode| {
        let row = view.services.iter().find(|row| row.service == which).unwrap();
        (row.state, row.derived)
    };
    let view = desk.actions.job(job).unwrap();
    assert!(view.services.iter().all(|row| row.state == ServiceState::Missing));
    let answer = |service, answer| desk.actions.answer_service(&AnswerService { job, appliance, service, answer });
    let view = pass_everything(&desk, job);
    assert_eq!(state(&view, ServiceCode::TestPower), (ServiceState::Done, true));
    assert_eq!(state(&view, ServiceCode::CleanUp), (ServiceState::Done, true));
    assert_eq!(state(&view, ServiceCode::Explain), (ServiceState::Missing, false));
    answer(ServiceCode::Explain, ServiceAnswer::Done).unwrap();
    answer(ServiceCode::Maintain, ServiceAnswer::NotApplicable { reason: "新机".to_owned() }).unwrap();
    answer(ServiceCode::Maintain, ServiceAnswer::NotApplicable { reason: " ".to_owned() }).unwrap_err();
    answer(ServiceCode::Maintain, ServiceAnswer::NotWanted).unwrap_err();
    let view = answer(ServiceCode::CheckAll, ServiceAnswer::NotWanted).unwrap();
    assert_eq!(state(&view, ServiceCode::Maintain), (ServiceState::NotApplicable, false));
    assert_eq!(state(&view, ServiceCode::CheckAll), (ServiceState::NotWanted, false));
    assert_eq!(view.card.services_done, 5);
    // The newest answer counts.
    desk.nature.pass(MINUTE);
    let view = answer(ServiceCode::CheckAll, ServiceAnswer::AllNormal).unwrap();
    assert_eq!(state(&view, ServiceCode::CheckAll), (ServiceState::Done, false));
}

#[test]
fn r13_a_signed_page_was_explained() {
    let (_shop, desk, job, _) = alone();
    pass_everything(&desk, job);
    let explained = |view: &JobView| {
        let row = view.services.iter().find(|row| row.service == ServiceCode::Explain).unwrap();
        (row.state, row.derived)
    };
    assert_eq!(explained(&desk.actions.job(job).unwrap()), (ServiceState::Missing, false));
    let fact = SheetFact::Signature {
        signed_for: SignedFor::Work,
        subject: None,
        signer: Signer::Customer,
        name: "罗桂香".to_owned(),
        image: None,
    };
    let added = desk.actions.note_fact(&NoteFact { job, fact, claimed: None }).unwrap();
    assert_eq!(explained(&added.job), (ServiceState::Done, true));
}

#[test]
fn r13_a_gap_does_not_stop_the_job_and_is_a_finding_for_the_owner() {
    let (_shop, desk, job, _) = alone();
    pass_everything(&desk, job);
    let view = finish(&desk, job, JobOutcome::Completed).unwrap();
    assert!(view.card.findings.iter().any(|finding| finding.code == FindingCode::ServiceMissing));
}

#[test]
fn the_line_of_nodes_fills_from_taps_and_facts() {
    let (_shop, desk, job, appliance) = alone();
    let reached = |view: &JobView| -> Vec<(NodeKind, bool, bool)> {
        view.nodes.iter().map(|node| (node.kind, node.at.is_some(), node.derived)).collect()
    };
    let view = desk.actions.job(job).unwrap();
    assert_eq!(view.card.status, NodeKind::Accepted);
    assert_eq!(
        reached(&view),
        [
            (NodeKind::Accepted, true, true),
            (NodeKind::Departed, false, false),
            (NodeKind::Arrived, false, false),
            (NodeKind::CardShown, false, true),
            (NodeKind::SafetyChecked, false, true),
            (NodeKind::Working, false, true),
            (NodeKind::Finished, false, false),
        ]
    );
    // Nobody tapped "departed": that stays empty, and the line goes on.
    let view = desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    assert_eq!(view.card.status, NodeKind::Arrived);
    assert!(!reached(&view)[1].1);
    desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap_err();
    desk.actions.show_card(&ShowCard { job, shown_ms: 2_999 }).unwrap_err();
    let view = desk.actions.add_photo(job, appliance, PhotoStage::Before, &picture(1)).unwrap();
    assert_eq!(view.card.status, NodeKind::Working);
    let first = view.nodes[5].at;
    desk.nature.pass(MINUTE);
    let view = desk.actions.add_photo(job, appliance, PhotoStage::During, &picture(2)).unwrap();
    assert_eq!(view.nodes[5].at, first, "work began with its first fact");
}

#[test]
fn a_rule_that_two_people_broke_together_is_a_finding_and_never_lost_work() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER), member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    pass_everything(&desk, job);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    // One finishes, the other measures a failure; neither knows of the other.
    finish(&desk, job, JobOutcome::Completed).unwrap();
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.nature.pass(MINUTE);
    ran.actions.record_reading(&reading(job, appliance, "socket_polarity", choice("no_earth"))).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let view = desk.actions.job(job).unwrap();
    assert!(view.card.findings.iter().any(|finding| finding.code == FindingCode::ReadingFailed));
    let Job { sheet, .. } = desk.facts(job);
    assert_eq!((sheet.readings.len(), sheet.outcomes.len()), (4, 1));
}

#[test]
fn r29_paid_work_is_held_to_the_same_fields_and_readings_as_warranty_work() {
    let asked = |coverage| {
        let mut shop = Shop::open();
        let desk = shop.device(OWNER);
        let mut order = leaking_heater(&[member(OWNER)]);
        order.coverage = coverage;
        let view = desk.actions.take_order(&order).unwrap();
        let blockers = view.next.blockers.iter().map(|blocker| (blocker.code, blocker.subject.clone()));
        blockers.collect::<Vec<_>>()
    };
    let paid = asked(Coverage::OutOfWarranty);
    assert!(paid.len() > 6, "{paid:?}");
    for coverage in [Coverage::InWarranty, Coverage::Extended, Coverage::ToBeAppraised] {
        assert_eq!(asked(coverage), paid, "{coverage:?}");
    }
}

#[test]
fn r11_a_reading_keeps_the_photo_that_shows_it_and_no_other() {
    let (_shop, desk, job, appliance) = alone();
    desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    let view = desk.actions.add_photo(job, appliance, PhotoStage::Reading, &picture(7)).unwrap();
    let photo = Some(view.photos[0].id);
    let mut input = reading(job, appliance, "earth_resistance", number(900));
    input.photo = Some(appliance);
    assert!(matches!(desk.actions.record_reading(&input), Err(ReadingError::NoPhoto)));
    input.photo = photo;
    desk.actions.record_reading(&input).unwrap();
    assert_eq!(desk.facts(job).sheet.readings.last().unwrap().photo, photo);
}

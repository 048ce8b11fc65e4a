//! What a sheet must show before it is ended: nameplates, acceptance, a project's papers, gas work (R15, R16, R32).

use doorstep::actions::facts::FactError;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{OrderDetails, OrderFact, SheetFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, Evacuation, JobKind, JobOutcome, PhotoStage, PlanStep, ReasonAbout, SignedFor, Signer,
};

use crate::cast::deeds::{asked, at_home, detailed, signature};

#[test]
fn r15_a_nameplate_that_is_missing_is_answered_with_words_and_a_photo() {
    let mut order = asked(JobKind::Repair, ApplianceKind::Television);
    (order.appliances[0].model, order.appliances[0].serial) = (String::new(), String::new());
    let (_shop, desk, job, tv) = at_home(&order);
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    use SheetField::{Action, Cause, Fault};
    desk.fill(job, tv, &[(Fault, "无图像"), (Cause, "灯条烧坏"), (Action, "换灯条")]);
    desk.shoot(job, tv, &[PhotoStage::After]);
    let open = || desk.needs(job, JobOutcome::Completed).unwrap();
    let both = [BlockerCode::FieldMissing, BlockerCode::FieldMissing];
    assert_eq!(open(), both, "model and serial");
    let answer = |photo, text: &str| {
        let (about, subject, text) = (ReasonAbout::Nameplate, Some(tv), text.to_owned());
        desk.note(job, SheetFact::Reason { about, subject, text, photo })
    };
    answer(None, "铭牌脱落").unwrap();
    answer(Some(ShortId::mint([77; 5])), "铭牌脱落").unwrap();
    assert_eq!(open(), both, "nobody saw it");
    let photo = desk.shoot(job, tv, &[PhotoStage::Nameplate]).photos.last().unwrap().id;
    assert!(matches!(answer(Some(photo), " "), Err(FactError::Required("reason"))));
    assert_eq!(open(), both);
    answer(Some(photo), "铭牌脱落").unwrap();
    assert_eq!(open(), []);
}

#[test]
fn r15_only_the_nameplate_is_answered_with_a_photo() {
    let (_shop, desk, job, tv) = at_home(&asked(JobKind::Repair, ApplianceKind::Television));
    let photo = desk.shoot(job, tv, &[PhotoStage::Nameplate]).photos.last().map(|p| p.id);
    let text = "看不清".to_owned();
    desk.note(job, SheetFact::Reason { about: ReasonAbout::Nameplate, subject: None, text, photo }).unwrap();
    let open = desk.needs(job, JobOutcome::Completed).unwrap();
    assert_eq!(open.iter().filter(|code| **code == BlockerCode::FieldMissing).count(), 3, "fault, cause, action");
}

#[test]
fn r16_concealed_work_is_accepted_by_somebody_who_did_not_do_it() {
    let details = OrderDetails { acceptance: true, ..OrderDetails::default() };
    let (_shop, desk, job, tv) = at_home(&detailed(asked(JobKind::Install, ApplianceKind::Television), details));
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    let view = desk.shoot(job, tv, &[PhotoStage::Nameplate, PhotoStage::After]);
    assert!(view.appliances[0].slots.iter().any(|s| s.stage == PhotoStage::Concealed && s.required));
    let open = || desk.needs(job, JobOutcome::Completed).unwrap();
    assert_eq!(open(), [BlockerCode::PhotoMissing, BlockerCode::AcceptanceMissing]);
    desk.shoot(job, tv, &[PhotoStage::Concealed]);
    assert_eq!(open(), [BlockerCode::AcceptanceMissing]);
    let accept = |signer, name: &str| desk.note(job, signature(SignedFor::Acceptance, signer, name));
    assert!(matches!(accept(Signer::Technician, "向波"), Err(FactError::Unknown("acceptor"))));
    assert!(matches!(accept(Signer::Acceptor, " "), Err(FactError::Required("name"))));
    desk.sign(job, SignedFor::Work);
    assert_eq!(open(), [BlockerCode::AcceptanceMissing]);
    accept(Signer::Acceptor, "监理老谭").unwrap();
    assert_eq!(open(), []);
}

#[test]
fn r16_a_project_is_surveyed_planned_and_reviewed() {
    let details = OrderDetails { project: true, ..OrderDetails::default() };
    let (_shop, desk, job, tv) = at_home(&detailed(asked(JobKind::Install, ApplianceKind::Television), details));
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.shoot(job, tv, &[PhotoStage::Nameplate, PhotoStage::After]);
    let open = || desk.needs(job, JobOutcome::Completed).unwrap();
    let paper = |step, text: &str, passed| {
        desk.pass(1);
        let text = text.to_owned();
        desk.actions.note_on_order(job, &OrderFact::Plan { step, text, passed, photo: None }).map(|_| ())
    };
    assert!(matches!(paper(PlanStep::Survey, "", true), Err(FactError::Required("text"))));
    for step in [PlanStep::Survey, PlanStep::Plan] {
        assert_eq!(open(), [BlockerCode::PlanMissing]);
        paper(step, "三台，走外墙", true).unwrap();
    }
    paper(PlanStep::Review, "支架太小", false).unwrap();
    assert_eq!(open(), [BlockerCode::PlanMissing], "it did not pass");
    paper(PlanStep::Review, "换大支架后可行", true).unwrap();
    assert_eq!(open(), []);
    paper(PlanStep::Plan, "改走内墙", true).unwrap();
    assert_eq!(open(), [BlockerCode::PlanMissing], "nobody reviewed the new plan");
}

/// Work on a refrigerant circuit, right but for what is said.
fn charge(appliance: ShortId, wrong: impl FnOnce(&mut Circuit)) -> SheetFact {
    let mut circuit = Circuit { gas: "R32", leak: true, hot: false, how: Evacuation::Pump, minutes: 18, grams: 870 };
    wrong(&mut circuit);
    SheetFact::Charge {
        appliance,
        gas: circuit.gas.to_owned(),
        leak_found: circuit.leak,
        leak_at: "室外机接头".to_owned(),
        welded: circuit.how != Evacuation::None,
        grams: circuit.grams,
        charged_when_welding: circuit.hot,
        before_kpa: Some(310),
        after_kpa: Some(820),
        evacuation: circuit.how,
        minutes: circuit.minutes,
    }
}

/// One thing done wrong.
type Spoil = fn(&mut Circuit);

struct Circuit {
    gas: &'static str,
    leak: bool,
    hot: bool,
    how: Evacuation,
    minutes: u32,
    grams: u32,
}

#[test]
fn r32_gas_work_that_endangers_keeps_the_job_open() {
    let wrong: [(Spoil, BlockerCode); 5] = [
        (|c| c.how = Evacuation::Purge, BlockerCode::PurgedWithRefrigerant),
        (|c| c.hot = true, BlockerCode::FlameOnCharge),
        (|c| (c.leak, c.how) = (false, Evacuation::None), BlockerCode::NoLeakFound),
        (|c| c.minutes = 14, BlockerCode::EvacuationTooShort),
        (|c| c.grams = 0, BlockerCode::ChargeIncomplete),
    ];
    for (spoil, code) in wrong {
        let (_shop, desk, job, unit) = at_home(&asked(JobKind::Repair, ApplianceKind::AirConditioner));
        let gas = || {
            let open = desk.needs(job, JobOutcome::Completed).unwrap();
            let other = [BlockerCode::ReadingMissing, BlockerCode::FieldMissing, BlockerCode::PhotoMissing];
            open.into_iter().filter(|code| !other.contains(code)).collect::<Vec<_>>()
        };
        assert_eq!(gas(), []);
        desk.note(job, charge(unit, spoil)).unwrap();
        assert_eq!(gas(), [code]);
        assert!(desk.finish(job, JobOutcome::Completed).is_err());
        desk.pass(5);
        desk.note(job, charge(unit, |_| {})).unwrap();
        assert_eq!(gas(), [], "{code:?}: done again as it should be");
    }
}

#[test]
fn r32_figures_that_no_gauge_shows_are_refused() {
    let (_shop, desk, job, unit) = at_home(&asked(JobKind::Repair, ApplianceKind::AirConditioner));
    for (wrong, field) in
        [(charge(unit, |c| c.grams = 20_001), "grams"), (charge(unit, |c| c.minutes = 24 * 60 + 1), "minutes")]
    {
        assert!(matches!(desk.note(job, wrong), Err(FactError::OutOfRange { field: f, .. }) if f == field));
    }
    assert!(matches!(desk.note(job, charge(unit, |c| c.gas = " ")), Err(FactError::Required("gas"))));
    let loaner = ShortId::mint([77; 5]);
    assert!(matches!(desk.note(job, charge(loaner, |_| {})), Err(FactError::Unknown("appliance"))));
    assert_eq!(desk.facts(job).sheet.charges, []);
}

//! How a visit may end when something is unsafe (R12): no outcome leaves a danger behind unsaid, and nothing overrides.

use doorstep::actions::facts::FactError;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{OrderFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, FindingCode, JobKind, JobOutcome, Millis, NoticeKind, OverrideOf, PhotoStage, SignedFor,
};

use crate::cast::deeds::{asked, at_home, notice, remains, television};
use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, member, refusal};
use crate::trade::identity::every_fact;
use BlockerCode::{NotTagged, NotUnplugged, NoticeMissing, ReadingFailed, RecheckMissing, UnitOut};

const TOMORROW: Option<Millis> = Some(Millis(NOON + 24 * 60 * MINUTE));

/// A television in a house whose socket is wired the wrong way round: class A.
fn wrong_socket() -> (Shop, Phone, JobId, ShortId) {
    let (shop, desk, job, tv) = television();
    desk.measure_all(job, tv, &[("socket_polarity", "swapped"), ("earth_present", "good")]);
    (shop, desk, job, tv)
}

#[test]
fn r12_a_repair_in_an_unsafe_house_ends_only_with_everything_said_and_done_about_it() {
    let (_shop, desk, job, _) = wrong_socket();
    let open = || desk.needs(job, JobOutcome::HazardRemaining).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![ReadingFailed]));
    assert_eq!(open(), [NoticeMissing, NotUnplugged, NotTagged, RecheckMissing]);
    for (unplugged, tagged, recheck, still) in [
        (false, false, None, vec![NotUnplugged, NotTagged, RecheckMissing]),
        (true, false, None, vec![NotTagged, RecheckMissing]),
        (true, true, None, vec![RecheckMissing]),
        (true, true, TOMORROW, vec![]),
    ] {
        desk.note(job, remains(unplugged, tagged, recheck)).unwrap();
        assert_eq!(open(), [vec![NoticeMissing], still].concat());
        assert!(desk.finish(job, JobOutcome::HazardRemaining).is_err());
        desk.pass(1);
    }
    let signed = desk.sign(job, SignedFor::Notice);
    desk.note(job, notice(NoticeKind::HazardRemaining, Some(signed), "")).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![ReadingFailed]), "it is not completed for that");
    let view = desk.finish(job, JobOutcome::HazardRemaining).unwrap();
    assert!(view.card.findings.iter().any(|f| f.code == FindingCode::HazardRemaining), "the owner sees it");
}

#[test]
fn r12_a_notice_is_signed_or_refused_before_a_witness() {
    let (_shop, desk, job, _) = wrong_socket();
    desk.note(job, remains(true, true, TOMORROW)).unwrap();
    let kind = NoticeKind::HazardRemaining;
    assert!(matches!(desk.note(job, notice(kind, None, "")), Err(FactError::Required("signature"))));
    let strange = Some(ShortId::mint([77; 5]));
    assert!(matches!(desk.note(job, notice(kind, strange, "")), Err(FactError::Unknown("signature"))));
    let mut silent = notice(kind, None, "村电工老周");
    if let doorstep_schemas::input::SheetFact::Notice { witness, .. } = &mut silent {
        "  ".clone_into(witness);
    }
    assert!(matches!(desk.note(job, silent), Err(FactError::Required("witness"))));
    assert_eq!(desk.needs(job, JobOutcome::HazardRemaining), Some(vec![NoticeMissing]));
    desk.note(job, notice(NoticeKind::Warning, None, "")).unwrap();
    desk.note(job, notice(NoticeKind::Refusal, None, "村电工老周")).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::HazardRemaining), Some(vec![NoticeMissing]), "notices of something else");
    desk.note(job, notice(kind, None, "村电工老周")).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::HazardRemaining), Some(vec![]));
}

/// One failure on one kind of job, and whether the job may end with the hazard remaining.
#[test]
fn r12_class_b_and_c_and_any_water_heater_and_any_installation_never_end_with_the_hazard_remaining() {
    use ApplianceKind::{AirConditioner, GasStove, StorageHeater, Television};
    let house = [("socket_polarity", "right"), ("earth_present", "good")];
    let heater =
        [("socket_polarity", "right"), ("earth_resistance", "2"), ("earth_live", "0.4"), ("rcd_button", "trips")];
    for (kind, appliance, first, failing, value, may) in [
        (JobKind::Repair, Television, &house[1..], "socket_polarity", "swapped", true),
        (JobKind::Repair, Television, &house[..1], "earth_present", "none", true),
        (JobKind::Repair, Television, &house[..], "insulation_appliance", "0.3", false),
        (JobKind::Repair, Television, &house[..], "earth_live", "120", false),
        (JobKind::Repair, AirConditioner, &house[1..], "socket_polarity", "no_earth", true),
        (JobKind::Repair, StorageHeater, &heater[1..], "socket_polarity", "swapped", false),
        (JobKind::Repair, StorageHeater, &heater[..3], "rcd_button", "stays", false),
        (JobKind::Repair, StorageHeater, &heater[..], "insulation_appliance", "0.3", false),
        (JobKind::Install, Television, &house[1..], "socket_polarity", "swapped", false),
        (JobKind::Maintenance, AirConditioner, &house[1..], "socket_polarity", "swapped", true),
        (JobKind::Maintenance, StorageHeater, &heater[1..], "socket_polarity", "swapped", false),
        (JobKind::Repair, GasStove, &[][..], "gas_leak", "bubbles", false),
    ] {
        let (_shop, desk, job, id) = at_home(&asked(kind, appliance));
        desk.fill(job, id, &[(SheetField::WetRoom, "no")]);
        desk.measure_all(job, id, first);
        desk.measure(job, id, failing, value).unwrap();
        let case = format!("{kind:?} {appliance:?} {failing} {value}");
        assert!(desk.needs(job, JobOutcome::Completed).unwrap().contains(&ReadingFailed), "{case}");
        assert_eq!(desk.needs(job, JobOutcome::HazardRemaining).is_some(), may, "{case}");
        assert!(may || desk.finish(job, JobOutcome::HazardRemaining).is_err(), "{case}");
        let refused = desk.needs(job, JobOutcome::RefusedUnsafe).unwrap();
        assert_eq!(refused, [NoticeMissing], "{case}");
        desk.actions.note_fact(&refusal(job, id)).unwrap();
        assert_eq!(desk.needs(job, JobOutcome::RefusedUnsafe), Some(vec![]), "{case}");
        assert!(!desk.needs(job, JobOutcome::Completed).unwrap().is_empty(), "{case}");
    }
}

#[test]
fn r12_what_is_only_written_down_stops_nothing() {
    let (_shop, desk, job, tv) = television();
    let readings = [("socket_polarity", "right"), ("earth_present", "good"), ("rcd_button", "stays")];
    desk.measure_all(job, tv, &readings);
    assert_eq!(desk.needs(job, JobOutcome::Completed), Some(vec![]));
    assert_eq!(desk.needs(job, JobOutcome::RefusedUnsafe), None, "there is nothing to refuse");
    assert_eq!(desk.needs(job, JobOutcome::HazardRemaining), None);
}

#[test]
fn r12_every_way_out_of_an_unsafe_house_is_shut_or_asks_for_the_notice() {
    use JobOutcome::{
        Completed, Condemned, CustomerAbsent, GivenUp, GoodsNotArrived, HazardRemaining, NeedsPart, NoFaultFound,
        RefusedUnsafe, SolvedByPhone, TakenToBench,
    };
    let (_shop, desk, job, tv) = television();
    desk.fill(job, tv, &[(SheetField::WetRoom, "no")]);
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.measure(job, tv, "earth_live", "120").unwrap();
    for (outcome, needs) in [
        (Completed, Some(vec![ReadingFailed])),
        (SolvedByPhone, None),
        (HazardRemaining, None),
        // The visit is left, the job stays open.
        (NeedsPart, Some(vec![])),
        (CustomerAbsent, Some(vec![])),
        (TakenToBench, Some(vec![UnitOut])),
        (GoodsNotArrived, None),
        (RefusedUnsafe, Some(vec![NoticeMissing])),
        (Condemned, Some(vec![NoticeMissing])),
        (GivenUp, Some(vec![NoticeMissing])),
        (NoFaultFound, Some(vec![NoticeMissing])),
    ] {
        assert_eq!(desk.needs(job, outcome), needs, "{outcome:?}");
        assert!(needs.is_some_and(|n| n.is_empty()) || desk.finish(job, outcome).is_err(), "{outcome:?}");
    }
    // Somebody waits for a part and would say afterwards that it was solved by phone.
    desk.finish(job, NeedsPart).unwrap();
    desk.pass(60);
    assert_eq!(desk.needs(job, SolvedByPhone), Some(vec![NoticeMissing]));
    desk.actions.note_fact(&refusal(job, tv)).unwrap();
    assert_eq!(desk.needs(job, SolvedByPhone), Some(vec![]));
}

#[test]
fn r12_a_condemned_appliance_needs_its_own_notice() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::GasHeater));
    assert_eq!(desk.needs(job, JobOutcome::Condemned), None, "nothing condemns it");
    desk.measure(job, heater, "flue", "bathroom").unwrap();
    assert_eq!(desk.needs(job, JobOutcome::Condemned), Some(vec![NoticeMissing]));
    desk.note(job, notice(NoticeKind::Refusal, None, "村电工老周")).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::Condemned), Some(vec![NoticeMissing]));
    let signed = desk.sign(job, SignedFor::Notice);
    desk.note(job, notice(NoticeKind::Condemned, Some(signed), "")).unwrap();
    assert_eq!(desk.finish(job, JobOutcome::Condemned).unwrap().card.outcome, Some(JobOutcome::Condemned));
}

#[test]
fn r12_no_fact_that_anybody_can_add_opens_the_end_of_an_unsafe_job() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    desk.measure(job, heater, "socket_polarity", "swapped").unwrap();
    let shut = |said: &str| {
        let open = desk.needs(job, JobOutcome::Completed).unwrap();
        assert!(open.contains(&ReadingFailed), "{said}");
        assert_eq!(desk.needs(job, JobOutcome::HazardRemaining), None, "{said}");
        assert!(desk.finish(job, JobOutcome::Completed).is_err(), "{said}");
    };
    let mut added = 0;
    for fact in every_fact(&desk, job, heater) {
        added += u32::from(desk.note(job, fact.clone()).is_ok());
        shut(&format!("{fact:?}"));
    }
    assert!(added > 20, "only {added} of the facts were taken");
    for of in [OverrideOf::Grade, OverrideOf::Window, OverrideOf::Coverage] {
        let fact = OrderFact::Override { of, member: Some(member(RAN)), reason: "老板说行".to_owned() };
        desk.actions.note_on_order(job, &fact).unwrap();
        shut(&format!("{fact:?}"));
    }
    // Another reading of the house that is fine does not undo it, and "not measured" is no way round it.
    desk.measure(job, heater, "earth_resistance", "1").unwrap();
    let mut input = desk.typed(job, heater, "socket_polarity", "right", "换了表");
    input.found = doorstep_schemas::input::Found::NotApplicable { reason: "没有插座".to_owned() };
    (input.unit, input.method) = (String::new(), String::new());
    desk.actions.record_reading(&input).unwrap();
    shut("not applicable after all");
}

#[test]
fn r12_a_merge_that_breaks_what_each_device_kept_is_a_finding() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut order = asked(JobKind::Repair, ApplianceKind::Television);
    order.assignees = vec![member(OWNER), member(RAN)];
    let view = desk.actions.take_order(&order).unwrap();
    let (job, tv) = (view.card.job, view.appliances[0].id);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    desk.come(job);
    desk.fill_repair(job, tv);
    desk.shoot(job, tv, &[PhotoStage::After]);
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.pass(5);
    desk.finish(job, JobOutcome::Completed).unwrap();
    // Meanwhile, in the cellar.
    ran.come(job);
    ran.pass(10);
    ran.measure(job, tv, "socket_polarity", "swapped").unwrap();
    for _ in 0..2 {
        shop.log.exchange(&mut ran);
        shop.log.exchange(&mut desk);
    }
    for phone in [&desk, &ran] {
        let view = phone.actions.job(job).unwrap();
        assert_eq!(view.card.outcome, Some(JobOutcome::Completed), "the work is not refused");
        assert!(view.card.findings.iter().any(|f| f.code == FindingCode::ReadingFailed), "{:?}", view.card.findings);
    }
}

//! What somebody noted is read again where it was entered; a set's units each have their own; who comes along (R9, R12, R14, R24, R32).

use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{ApplianceKind, Evacuation, JobKind, Millis, OldPartStep, PhotoStage, UnitOf};

use crate::cast::deeds::{asked, at_home};
use crate::cast::{NOON, RAN, member};

fn charge(appliance: doorstep_schemas::ids::ShortId, grams: u32) -> SheetFact {
    SheetFact::Charge {
        appliance,
        gas: "R32".to_owned(),
        leak_found: true,
        leak_at: "室内机接头".to_owned(),
        welded: true,
        grams,
        charged_when_welding: false,
        before_kpa: Some(0),
        after_kpa: Some(820),
        evacuation: Evacuation::Pump,
        minutes: 20,
    }
}

#[test]
fn r32_a_charge_is_read_back_and_a_corrected_one_stands_behind_it() {
    let (_shop, desk, job, unit) = at_home(&asked(JobKind::Repair, ApplianceKind::AirConditioner));
    assert_eq!(desk.actions.job(job).unwrap().noted.charges, []);
    desk.note(job, charge(unit, 780)).unwrap();
    desk.pass(1);
    desk.note(job, charge(unit, 870)).unwrap();
    let charges = desk.actions.job(job).unwrap().noted.charges;
    assert_eq!(charges.iter().map(|one| one.grams).collect::<Vec<_>>(), [780, 870], "neither is lost");
    let last = charges.last().unwrap();
    assert_eq!((last.appliance, last.gas.as_str(), last.leak_at.as_str()), (unit, "R32", "室内机接头"));
    assert_eq!((last.before_kpa, last.after_kpa, last.minutes), (Some(0), Some(820), 20));
    assert_eq!((last.evacuation, last.at), (Some(Evacuation::Pump), Millis(NOON + 60_000)));
}

#[test]
fn r12_what_is_offered_to_mend_a_failure_fits_it() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::GasHeater));
    let rows = desk.actions.job(job).unwrap().appliances.remove(0).readings;
    let row = |code: &str| rows.iter().find(|row| row.code == code).unwrap_or_else(|| panic!("{code}"));
    assert!(row("gas_age").fixes.is_empty() && !row("gas_age").mended_by_repair, "nothing makes it younger");
    assert!(row("gas_type").fixes.is_empty() && !row("gas_type").mended_by_repair);
    let fixes = |code: &str| row(code).fixes.iter().map(|fix| fix.zh.as_str()).collect::<Vec<_>>();
    assert!(fixes("socket_polarity").contains(&"换了插座") && !fixes("gas_leak").contains(&"换了插座"));
    assert!(fixes("gas_leak").contains(&"换了燃气软管"));
}

#[test]
fn r24_the_last_word_on_an_old_part_is_read_back() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let part = desk.use_one(job, heater, "AQ-RG-2000");
    assert_eq!(desk.actions.job(job).unwrap().noted.old_parts, []);
    let old = |step, tag: &str, due: Option<i64>| SheetFact::OldPart {
        part,
        step,
        tag: tag.to_owned(),
        due: due.map(Millis),
        batch: String::new(),
        courier: String::new(),
        deducted_fen: doorstep_schemas::view::Fen(0),
    };
    desk.note(job, old(OldPartStep::Tagged, "J1", Some(NOON + 14 * 86_400_000))).unwrap();
    desk.pass(1);
    desk.note(job, old(OldPartStep::Tagged, "J12", Some(NOON + 14 * 86_400_000))).unwrap();
    let old_parts = desk.actions.job(job).unwrap().noted.old_parts;
    let [one] = old_parts.as_slice() else { panic!("{old_parts:?}") };
    assert_eq!((one.part, one.step, one.tag.as_str()), (part, Some(OldPartStep::Tagged), "J12"));
    assert_eq!(one.due, Some(Millis(NOON + 14 * 86_400_000)));
}

#[test]
fn r12_r14_a_hazard_is_read_back_with_what_was_done_about_it() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::GasHeater));
    let hazard = |text: &str, replaces| SheetFact::Hazard {
        appliance: Some(heater),
        code: String::new(),
        text: text.to_owned(),
        action: "关阀、挂牌".to_owned(),
        before: None,
        after: None,
        households: 1,
        remaining: true,
        unplugged: true,
        tagged: true,
        recheck: Some(Millis(NOON + 7 * 86_400_000)),
        replaces,
    };
    let first = desk.note(job, hazard("直排热水器", None)).unwrap();
    desk.pass(1);
    desk.note(job, hazard("直排热水器装在浴室，已超年限", Some(first))).unwrap();
    assert!(desk.note(job, hazard("别的", Some("R9999999".parse().unwrap()))).is_err(), "what is not here");
    let hazards = desk.actions.job(job).unwrap().noted.hazards;
    let [one] = hazards.as_slice() else { panic!("{hazards:?}") };
    assert_eq!(one.text, "直排热水器装在浴室，已超年限", "as corrected");
    assert_eq!((one.appliance, one.action.as_str(), one.households), (Some(heater), "关阀、挂牌", 1));
    assert!(one.remaining && one.unplugged && one.tagged && one.recheck.is_some());
}

#[test]
fn who_comes_along_is_said_on_the_sheet_and_taken_back() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let crew = |member, name: &str, left| SheetFact::Crew { member, name: name.to_owned(), left };
    let noted = || desk.actions.job(job).unwrap().noted;
    let mates = noted().mates;
    assert!(mates.iter().any(|one| one.id == member(RAN)), "{mates:?}");
    assert!(mates.iter().all(|one| one.active && !one.roles.is_empty()), "{mates:?}");
    desk.note(job, crew(Some(member(RAN)), "", false)).unwrap();
    desk.note(job, crew(None, "小工老李", false)).unwrap();
    let names = || noted().crew.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names().len(), 2, "{:?}", names());
    assert!(names().contains(&"小工老李".to_owned()));
    assert!(!noted().mates.iter().any(|one| one.id == member(RAN)), "nobody comes along twice");
    desk.pass(1);
    desk.note(job, crew(Some(member(RAN)), "", true)).unwrap();
    desk.note(job, crew(None, "小工老李", true)).unwrap();
    assert_eq!(names(), [""; 0]);
}

#[test]
fn r9_r16_each_unit_of_a_set_has_the_photos_the_parts_and_the_work_of_its_own_kind() {
    let mut order = asked(JobKind::Install, ApplianceKind::AirConditioner);
    let mut washer = order.appliances[0].clone();
    washer.kind = ApplianceKind::WashingMachine;
    order.appliances.push(washer);
    let (_shop, desk, job, first) = at_home(&order);
    let view = desk.actions.job(job).unwrap();
    let second = view.appliances[1].id;
    let required = |unit: usize| -> Vec<PhotoStage> {
        let slots = view.appliances[unit].slots.iter().filter(|slot| slot.required);
        slots.map(|slot| slot.stage).collect()
    };
    assert!(required(0).contains(&PhotoStage::Bracket) && !required(1).contains(&PhotoStage::Bracket));
    assert!(required(1).contains(&PhotoStage::TransportBolts) && !required(0).contains(&PhotoStage::TransportBolts));
    let offers = |unit: usize| view.appliances[unit].part_offers.iter().map(|part| &part.code).collect::<Vec<_>>();
    assert!(!offers(1).is_empty() && offers(0) != offers(1), "{:?}", offers(1));
    let view = desk.shoot(job, second, &[PhotoStage::Nameplate]);
    let taken = |unit: usize| {
        let slots = view.appliances[unit].slots.iter().filter(|slot| slot.stage == PhotoStage::Nameplate);
        slots.map(|slot| slot.taken).sum::<u32>()
    };
    assert_eq!((taken(0), taken(1)), (0, 1), "a photo of one unit fills no slot of the other");
    let fees = desk.actions.fees(job).unwrap();
    let of = |unit| {
        let labour = fees.offers.iter().filter(|offer| offer.appliance == Some(unit));
        labour.map(|offer| offer.code.as_str()).collect::<Vec<_>>()
    };
    assert!(of(first).contains(&"install_wall_unit") && !of(first).contains(&"install_washer"), "{:?}", of(first));
    assert!(of(second).contains(&"install_washer") && !of(second).contains(&"install_wall_unit"), "{:?}", of(second));
}

#[test]
fn r15_the_outdoor_units_serial_and_own_words_are_read_back_where_they_were_entered() {
    let (_shop, desk, job, unit) = at_home(&asked(JobKind::Install, ApplianceKind::AirConditioner));
    let serial = |unit_of, text: &str| SheetFact::Serial {
        appliance: unit,
        unit: unit_of,
        serial: text.to_owned(),
        photo: None,
    };
    desk.note(job, serial(UnitOf::Outdoor, "BL35W-1")).unwrap();
    desk.pass(1);
    desk.note(job, serial(UnitOf::Outdoor, "BL35W-2")).unwrap();
    desk.note(job, SheetFact::Remark { text: "狗在院子里".to_owned() }).unwrap();
    let noted = desk.actions.job(job).unwrap().noted;
    let read: Vec<_> = noted.serials.iter().map(|one| (one.unit, one.serial.as_str())).collect();
    assert_eq!(read, [(Some(UnitOf::Outdoor), "BL35W-2")], "the last reading counts");
    assert_eq!(noted.remarks.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["狗在院子里"]);
}

//! What a technician is told before departure and while the sheet is filled in: what to take along, what an emergency asks
//! for, what the last visit knew of the machine, which number the card calls (R3, R6, R8, R9, R10, R22).

use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{HearCall, MoveStock, RosterFact, SheetField, StockFact};
use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, JobView, Millis, StockMove, Urgency};

use crate::cast::deeds::{alone, asked, at_home};
use crate::cast::{NOON, OWNER, Phone, RAN, Shop, member};

/// A storage heater that trips.
fn tripping() -> doorstep_schemas::input::TakeOrder {
    let mut order = asked(JobKind::Repair, ApplianceKind::StorageHeater);
    order.symptom = "跳闸".to_owned();
    order.appliances[0].model = "ES60H-D3".to_owned();
    order.assignees = vec![member(RAN)];
    order
}

/// The same, done by the owner alone.
fn own() -> doorstep_schemas::input::TakeOrder {
    doorstep_schemas::input::TakeOrder { assignees: vec![member(OWNER)], ..tripping() }
}

fn brought(view: &JobView) -> Vec<(&str, Option<i32>)> {
    view.take_along.parts.iter().map(|part| (part.code.as_str(), part.carried)).collect()
}

#[test]
fn r8_r22_before_departure_the_symptom_says_what_to_take_and_the_own_stock_how_much_of_it_is_there() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&tripping()).unwrap().card.job;
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    let view = ran.actions.job(job).unwrap();
    let all = [("AQ-RG-2000", None), ("AQ-MB-M6", None), ("AQ-MF-63", None)];
    assert_eq!(brought(&view), all, "nobody keeps a stock for him: that is not none");
    assert!(view.take_along.tools.iter().any(|tool| tool.en == "Insulation tester"));

    let (code, name) = ("aq-rg-2000".to_owned(), "加热管".to_owned());
    let fact = StockFact { movement: StockMove::Issue, code, name, quantity: 2, request: None, note: String::new() };
    desk.actions.move_parts(&MoveStock { member: Some(member(RAN)), fact }).unwrap();
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    let view = ran.actions.job(job).unwrap();
    let some = [("AQ-RG-2000", Some(2)), ("AQ-MB-M6", Some(0)), ("AQ-MF-63", Some(0))];
    assert_eq!(brought(&view), some);
    assert_eq!(brought(&desk.actions.job(job).unwrap()), all, "the owner is not the one who goes");
    let view = ran.come(job);
    assert!(view.take_along.parts.is_empty() && view.take_along.tools.is_empty(), "too late to take anything");
}

#[test]
fn r8_r15_the_sheet_offers_likely_faults_and_parts_by_what_is_written_on_it() {
    let (_shop, desk, job, heater) = at_home(&own());
    let likely = |view: &JobView| -> Vec<String> {
        let offers = view.appliances[0].part_offers.iter();
        offers.take_while(|part| part.likely).map(|part| part.code.clone()).collect()
    };
    let view = desk.actions.job(job).unwrap();
    assert_eq!(view.appliances[0].likely[0], "sh_element_leaks");
    assert_eq!(likely(&view), ["AQ-RG-2000", "AQ-MB-M6", "AQ-MF-63"]);
    desk.fill(job, heater, &[(SheetField::Symptom, "漏水")]);
    let view = desk.actions.job(job).unwrap();
    assert_ne!(view.appliances[0].likely[0], "sh_element_leaks");
    assert!(!likely(&view).contains(&"AQ-RG-2000".to_owned()), "{:?}", likely(&view));
}

#[test]
fn r3_an_emergencys_script_is_on_the_job_until_it_is_over() {
    let mut order = asked(JobKind::Repair, ApplianceKind::GasHeater);
    (order.urgency, order.symptom) = (Urgency::Class1, "厨房有煤气味".to_owned());
    let (_shop, desk, job, _) = alone(&order);
    let script = &desk.actions.job(job).unwrap().scripts[0];
    assert_eq!(script.code, "gas");
    assert!(script.steps.len() >= 3 && !script.never.is_empty() && script.send_after.is_some());
    assert_eq!(script.numbers.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["119"]);
    let all = desk.actions.pick_lists().scripts;
    assert_eq!((all.len(), all.contains(script)), (5, true), "another one may be read out as well");
    let guided = doorstep_schemas::input::SheetFact::Guidance {
        script: "gas".to_owned(),
        called: "县燃气公司".to_owned(),
        solved: true,
    };
    desk.note(job, guided).unwrap();
    desk.finish(job, JobOutcome::SolvedByPhone).unwrap();
    assert!(desk.actions.job(job).unwrap().scripts.is_empty());
    let (_shop, desk, job, _) = alone(&own());
    assert!(desk.actions.job(job).unwrap().scripts.is_empty(), "no emergency, no script");
}

#[test]
fn r3_r6_a_technician_who_is_called_hears_the_script_and_knows_the_caller_by_their_own_jobs() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mine = desk.actions.take_order(&tripping()).unwrap().card.job;
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    let call = HearCall {
        phone: "138 0000 1099".to_owned(),
        serial: String::new(),
        kind: JobKind::Repair,
        symptom: "一摸就麻手".to_owned(),
        urgency: Urgency::Normal,
        far: false,
    };
    let heard = ran.actions.hear_call(&call).unwrap();
    assert_eq!((heard.urgency, heard.scripts[0].code.as_str()), (Urgency::Class1, "shock"));
    assert!(heard.jobs.iter().any(|card| card.job == mine), "known by the job that is here");
}

fn last(view: &JobView) -> BTreeMap<SheetField, String> {
    view.appliances[0].last.as_ref().map(|last| last.fields.clone()).unwrap_or_default()
}

/// A finished visit to a storage heater whose plate was written down.
fn first_visit(desk: &Phone) -> (JobId, ShortId) {
    let view = desk.actions.take_order(&own()).unwrap();
    let (job, heater) = (view.card.job, view.appliances[0].id);
    desk.come(job);
    let plate = [
        (SheetField::Serial, "AQ60-2103-0017"),
        (SheetField::RatedWatts, "2000"),
        (SheetField::Made, "2021-03"),
        (SheetField::WetRoom, "yes"),
        (SheetField::BreakerAmps, "16"),
        (SheetField::Fault, "加热管漏电"),
    ];
    desk.fill(job, heater, &plate);
    desk.measure(job, heater, "socket_polarity", "right").unwrap();
    (job, heater)
}

#[test]
fn r9_what_the_last_visit_read_off_the_plate_is_offered_and_nothing_that_was_measured() {
    let desk = Shop::open().device(OWNER);
    let (before, _) = first_visit(&desk);
    desk.pass(60);
    let mut order = own();
    order.appliances[0].serial.clear();
    let view = desk.actions.take_order(&order).unwrap();
    let (job, heater) = (view.card.job, view.appliances[0].id);
    assert_eq!(view.appliances[0].last.as_ref().map(|last| last.job), Some(before));
    let told = last(&view);
    let fields: Vec<_> = told.iter().map(|(field, text)| (*field, text.as_str())).collect();
    assert_eq!(
        fields,
        [(SheetField::Serial, "AQ60-2103-0017"), (SheetField::Made, "2021-03"), (SheetField::RatedWatts, "2000")],
        "neither the fault nor the room, the circuit or a reading; brand and model stand there already"
    );
    desk.fill(job, heater, &[(SheetField::RatedWatts, "1500")]);
    assert!(!last(&desk.actions.job(job).unwrap()).contains_key(&SheetField::RatedWatts), "what is written stays");
    desk.fill(job, heater, &[(SheetField::Serial, "AQ60-9999")]);
    assert!(last(&desk.actions.job(job).unwrap()).is_empty(), "another serial is another machine");
}

#[test]
fn r9_another_machine_of_the_house_is_not_taken_for_this_one() {
    let desk = Shop::open().device(OWNER);
    first_visit(&desk);
    desk.pass(60);
    let mut other = own();
    other.appliances[0].serial.clear();
    other.appliances[0].kind = ApplianceKind::InstantHeater;
    assert!(last(&desk.actions.take_order(&other).unwrap()).is_empty(), "another kind");
    let mut model = own();
    model.appliances[0].serial.clear();
    model.appliances[0].model = "ES80".to_owned();
    assert!(last(&desk.actions.take_order(&model).unwrap()).is_empty(), "another model");
    let mut twins = own();
    twins.appliances[0].serial.clear();
    twins.appliances.push(twins.appliances[0].clone());
    assert!(last(&desk.actions.take_order(&twins).unwrap()).is_empty(), "which of the two it was nobody knows");
    let mut stranger = own();
    stranger.appliances[0].serial.clear();
    stranger.customer.phone = "13800007777".to_owned();
    assert!(last(&desk.actions.take_order(&stranger).unwrap()).is_empty(), "another caller");
}

#[test]
fn r10_the_cards_code_calls_the_brand_or_the_outlet_and_never_the_state() {
    let (_shop, desk, job, _) = alone(&own());
    assert_eq!(desk.actions.card_code(job).unwrap(), None, "the state's line is nobody's own");
    let authorised = RosterFact::Authorisation {
        brand: "凌越".to_owned(),
        number: "400-000-1009".to_owned(),
        expires: Some(Millis(NOON + 86_400_000)),
        withdrawn: false,
    };
    desk.actions.note_on_roster(&authorised).unwrap();
    let code = desk.actions.card_code(job).unwrap().unwrap();
    assert_eq!(code.number, "400-000-1009");
    assert!(code.label.zh.contains("凌越") && code.svg.contains("<svg"), "{:?}", code.label);
}

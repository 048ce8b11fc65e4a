//! Two devices fill the same new sheet without a network, and meet.

use automerge::ReadDoc;
use doorstep::documents::birth;
use doorstep_schemas::ids::{DocId, DocKind, JobId, ShortId};
use doorstep_schemas::input::{AnswerService, RemovePart, ServiceAnswer, SheetField, UsePart};
use doorstep_schemas::view::{Fen, PhotoStage, ServiceCode};

use crate::cast::{OWNER, Phone, RAN, Shop, TIAN, choice, field, leaking_heater, member, number, picture, reading};
use doorstep_schemas::input::{Tap, TapNode};

fn assigned(shop: &mut Shop) -> (Phone, Phone, Phone, JobId, ShortId) {
    let (mut desk, mut ran, mut tian) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(TIAN)])).unwrap().card.job;
    for phone in [&mut desk, &mut ran, &mut tian] {
        shop.log.exchange(phone);
    }
    let appliance = desk.facts(job).order.appliances[0].id;
    (desk, ran, tian, job, appliance)
}

fn fill(phone: &Phone, job: JobId, appliance: ShortId, which: SheetField, shade: u8) {
    let actions = &phone.actions;
    actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    actions.record_reading(&reading(job, appliance, "socket_polarity", choice("right"))).unwrap();
    actions.record_reading(&reading(job, appliance, "earth_resistance", number(i64::from(shade) * 100))).unwrap();
    actions.use_part(&part(job, appliance)).unwrap();
    let answer = ServiceAnswer::Done;
    actions.answer_service(&AnswerService { job, appliance, service: ServiceCode::Explain, answer }).unwrap();
    actions.write_field(&field(job, appliance, which, "写在本上")).unwrap();
    actions.add_photo(job, appliance, PhotoStage::After, &picture(shade)).unwrap();
}

fn part(job: JobId, appliance: ShortId) -> UsePart {
    let (code, name) = ("AQ-MF-63".to_owned(), "密封圈".to_owned());
    UsePart { job, appliance, code, name, quantity: 1, guide_fen: Fen(1_000) }
}

#[test]
fn two_technicians_fill_the_same_new_sheet_apart_and_nothing_is_hidden() {
    for ran_first in [true, false] {
        let mut shop = Shop::open();
        let (_desk, mut ran, mut tian, job, appliance) = assigned(&mut shop);
        fill(&ran, job, appliance, SheetField::Cause, 10);
        fill(&tian, job, appliance, SheetField::Action, 20);
        let [first, second] = if ran_first { [&mut ran, &mut tian] } else { [&mut tian, &mut ran] };
        shop.log.exchange(first);
        shop.log.exchange(second);
        shop.log.exchange(first);
        let sheet = ran.facts(job).sheet;
        assert_eq!(sheet.nodes.len(), 2);
        assert_eq!(sheet.readings.len(), 4);
        assert_eq!(sheet.parts.len(), 2);
        assert_eq!(sheet.services.len(), 2);
        assert_eq!(sheet.photos.len(), 2);
        assert_eq!(sheet.fields.len(), 2);
        assert_eq!(tian.facts(job), ran.facts(job));
        let doc = DocId::Sheet(job);
        assert_eq!(tian.heads(&doc), ran.heads(&doc));
        assert_eq!(tian.store().heads(&doc).unwrap(), tian.heads(&doc));
    }
}

#[test]
fn two_values_of_one_field_are_both_kept_until_a_person_picks() {
    let mut shop = Shop::open();
    let (_desk, mut ran, mut tian, job, appliance) = assigned(&mut shop);
    let cause = |phone: &Phone, text: &str| {
        phone.actions.write_field(&field(job, appliance, SheetField::Cause, text)).unwrap();
    };
    cause(&ran, "密封圈老化");
    cause(&tian, "接头松动");
    for phone in [&mut ran, &mut tian] {
        shop.log.exchange(phone);
    }
    shop.log.exchange(&mut ran);
    for phone in [&ran, &tian] {
        let held = phone.facts(job).sheet.fields[&(appliance, "cause".to_owned())].clone();
        let mut both = vec![held.value];
        both.extend(held.others);
        both.sort();
        assert_eq!(both, ["密封圈老化", "接头松动"]);
    }
    // Whichever is picked, also the one that is shown, the question is settled everywhere.
    let shown = ran.facts(job).sheet.fields[&(appliance, "cause".to_owned())].value.clone();
    cause(&ran, &shown);
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut tian);
    for phone in [&ran, &tian] {
        let held = phone.facts(job).sheet.fields[&(appliance, "cause".to_owned())].clone();
        assert_eq!((held.value, held.others), (shown.clone(), Vec::new()));
    }
}

#[test]
fn each_action_is_one_change_with_its_code_and_one_that_changes_nothing_is_none() {
    let mut shop = Shop::open();
    let (_desk, ran, _tian, job, appliance) = assigned(&mut shop);
    let doc = DocId::Sheet(job);
    let messages = || -> Vec<String> {
        let mut built = ran.rebuilt(&doc);
        let changes = built.get_changes(&[]);
        changes
            .iter()
            .skip(birth::make(DocKind::Sheet).len())
            .map(|change| change.message().unwrap().to_string())
            .collect()
    };
    fill(&ran, job, appliance, SheetField::Cause, 10);
    let all = ["arrive", "record_reading", "record_reading", "use_part", "answer_service", "write_field", "add_photo"];
    assert_eq!(messages(), all);
    ran.actions.write_field(&field(job, appliance, SheetField::Cause, " 写在本上 ")).unwrap();
    ran.actions.write_field(&field(job, appliance, SheetField::Model, "DSK-85")).unwrap();
    assert_eq!(messages(), all, "what the sheet or the order says already is not written again");
    let unknown = ShortId::mint([77; 5]);
    ran.actions.remove_part(&RemovePart { job, part: unknown }).unwrap_err();
    assert_eq!(messages(), all, "what failed left nothing");
    assert_eq!(
        ran.rebuilt(&doc).length(automerge::ROOT),
        birth::containers(DocKind::Sheet).count(),
        "the containers of the births and nothing else"
    );
}

#[test]
fn a_part_that_both_took_off_the_sheet_is_off_it_once() {
    let mut shop = Shop::open();
    let (_desk, mut ran, mut tian, job, appliance) = assigned(&mut shop);
    let view = ran.actions.use_part(&part(job, appliance)).unwrap();
    let part = view.parts[0].id;
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut tian);
    for phone in [&mut ran, &mut tian] {
        phone.actions.remove_part(&RemovePart { job, part }).unwrap();
        shop.log.exchange(phone);
    }
    shop.log.exchange(&mut ran);
    let sheet = ran.facts(job).sheet;
    assert_eq!(sheet.parts, [], "its line stays in the history");
    assert_eq!(tian.facts(job).sheet, sheet);
}

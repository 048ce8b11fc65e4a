//! Any days of two or three people, meeting whenever: they end with the same job, laid out as it must be.

use automerge::{AutoCommit, ObjType, ROOT, ReadDoc, Value};
use doorstep::documents;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Assign, Finish, RemovePart, ServiceAnswer, SheetField, ShowCard, Tap, TapNode, UsePart,
};
use doorstep_schemas::view::{Fen, JobOutcome, PhotoStage, ServiceCode};
use proptest::prelude::*;

use crate::cast::{
    OWNER, Phone, RAN, Shop, TIAN, cases, choice, field, leaking_heater, member, number, picture, reading,
};

#[derive(Debug, Clone)]
enum Act {
    Tap(bool),
    Card,
    Polarity(bool),
    Earth(i64),
    Field(usize, u8),
    Part,
    TakePartOff,
    Service(usize),
    Photo(u8),
    Finish,
    Assign(bool),
    Meet,
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => any::<bool>().prop_map(Act::Tap),
        1 => Just(Act::Card),
        2 => any::<bool>().prop_map(Act::Polarity),
        2 => (0i64..9_000).prop_map(Act::Earth),
        4 => (0usize..7, 0u8..3).prop_map(|(field, text)| Act::Field(field, text)),
        2 => Just(Act::Part),
        1 => Just(Act::TakePartOff),
        2 => (0usize..5).prop_map(Act::Service),
        1 => (0u8..3).prop_map(Act::Photo),
        1 => Just(Act::Finish),
        1 => any::<bool>().prop_map(Act::Assign),
        4 => Just(Act::Meet),
        1 => Just(Act::Restart),
    ]
}

const FIELDS: [SheetField; 7] = [
    SheetField::Brand,
    SheetField::Model,
    SheetField::Serial,
    SheetField::Symptom,
    SheetField::Fault,
    SheetField::Cause,
    SheetField::Action,
];

/// Does it if the rules let it; a refusal is as good an answer.
fn perform(phone: &Phone, job: JobId, appliance: ShortId, act: &Act) {
    let actions = &phone.actions;
    phone.nature.pass(1_000);
    match act {
        Act::Tap(depart) => {
            let tap = if *depart { Tap::Depart } else { Tap::Arrive };
            drop(actions.tap_node(&TapNode { job, tap }));
        }
        Act::Card => drop(actions.show_card(&ShowCard { job, shown_ms: 4_000 })),
        Act::Polarity(right) => {
            let found = choice(if *right { "right" } else { "swapped" });
            drop(actions.record_reading(&reading(job, appliance, "socket_polarity", found)));
        }
        Act::Earth(value) => {
            let mut input = reading(job, appliance, "earth_resistance", number(*value));
            input.rectified = "紧了接地端子".to_owned();
            drop(actions.record_reading(&input));
        }
        Act::Field(which, text) => {
            drop(actions.write_field(&field(job, appliance, FIELDS[*which], &format!("写法{text}"))));
        }
        Act::Part => {
            let (code, name) = (String::new(), "密封圈".to_owned());
            drop(actions.use_part(&UsePart { job, appliance, code, name, quantity: 2, guide_fen: Fen(900) }));
        }
        Act::TakePartOff => {
            if let Some(part) = phone.facts(job).sheet.parts.first() {
                drop(actions.remove_part(&RemovePart { job, part: part.id }));
            }
        }
        Act::Service(which) => {
            let (service, answer) = (ServiceCode::ALL[*which], ServiceAnswer::Done);
            drop(actions.answer_service(&AnswerService { job, appliance, service, answer }));
        }
        Act::Photo(shade) => drop(actions.add_photo(job, appliance, PhotoStage::After, &picture(*shade))),
        Act::Finish => drop(actions.finish(&Finish { job, outcome: JobOutcome::NeedsPart })),
        Act::Assign(both) => {
            let members = if *both { vec![member(RAN), member(TIAN)] } else { vec![member(RAN)] };
            drop(actions.assign(&Assign { job, members }));
        }
        Act::Meet | Act::Restart => {}
    }
}

/// Objects lie in the containers of the birth, under ids that were minted, and nowhere else.
fn assert_laid_out(doc: &AutoCommit) {
    for name in doc.keys(ROOT) {
        let Some((Value::Object(ObjType::Map), container)) = doc.get(ROOT, name.as_str()).unwrap() else {
            panic!("{name} is no container");
        };
        assert_eq!(doc.get_all(ROOT, name.as_str()).unwrap().len(), 1, "{name} was made twice");
        for key in doc.keys(&container) {
            for (value, fact) in doc.get_all(&container, key.as_str()).unwrap() {
                if value.is_object() {
                    assert!(key.parse::<ShortId>().is_ok(), "{name}/{key} is an object under a meaningful key");
                    assert!(doc.values(&fact).all(|(value, _)| value.is_scalar()), "{name}/{key} holds an object");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn whatever_three_people_do_and_whenever_they_meet_they_hold_the_same_job(
        day in proptest::collection::vec((0usize..3, act()), 1..40),
    ) {
        let mut shop = Shop::open();
        let mut people = vec![shop.device(OWNER), shop.device(RAN), shop.device(TIAN)];
        let order = leaking_heater(&[member(OWNER), member(RAN), member(TIAN)]);
        let job = people[0].actions.take_order(&order).unwrap().card.job;
        people.iter_mut().for_each(|phone| shop.log.exchange(phone));
        let appliance = people[0].facts(job).order.appliances[0].id;
        for (who, act) in &day {
            match act {
                Act::Meet => shop.log.exchange(&mut people[*who]),
                Act::Restart => {
                    let phone = people.remove(*who).restart();
                    people.insert(*who, phone);
                }
                act => perform(&people[*who], job, appliance, act),
            }
        }
        for _ in 0..2 {
            people.iter_mut().for_each(|phone| shop.log.exchange(phone));
        }
        for phone in &people {
            prop_assert_eq!(phone.store().stuck().unwrap(), Vec::new());
            prop_assert_eq!(phone.facts(job), people[0].facts(job));
            let (order, sheet) = (phone.rebuilt(&DocId::Order(job)), phone.rebuilt(&DocId::Sheet(job)));
            prop_assert_eq!(documents::order::read(&order), Some(phone.facts(job).order));
            prop_assert_eq!(documents::sheet::read(&sheet), phone.facts(job).sheet);
            for doc in [DocId::Order(job), DocId::Sheet(job)] {
                prop_assert_eq!(phone.heads(&doc), people[0].heads(&doc));
                prop_assert_eq!(phone.heads(&doc), phone.store().heads(&doc).unwrap());
            }
            assert_laid_out(&order);
            assert_laid_out(&sheet);
        }
    }
}

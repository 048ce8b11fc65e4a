//! A document at any moment of its past, and what differs between two.

use automerge::{ObjType, ROOT, ReadDoc, Value as Held};
use doorstep::documents::paper::PaperError;
use doorstep::documents::snapshot::{Snapshot, Turn, difference, heads_at, order_at, sheet_at, snapshot};
use doorstep::domain::facts::Job;
use doorstep_schemas::ids::{ChangeHash, DocId, DocKind, JobId, ShortId};
use doorstep_schemas::input::{Assign, RemovePart, SheetField, Tap, TapNode, UsePart};
use doorstep_schemas::view::{Fen, PhotoStage};
use proptest::prelude::*;

use crate::cast::{
    NOON, OWNER, Phone, RAN, Shop, TIAN, cases, field, leaking_heater, member, number, picture, reading,
};
use crate::merges::anything::{Desks, Stroke, stroke};

fn filled(kind: DocKind, strokes: &[(usize, Stroke)]) -> Desks {
    let mut desks = Desks::open(kind);
    for (who, stroke) in strokes {
        desks.perform(*who, stroke);
    }
    desks.meet();
    desks
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_was_there_and_what_differs_make_what_is_there(
        kind in prop::sample::select(DocKind::ALL.to_vec()),
        strokes in prop::collection::vec((0usize..3, stroke()), 1..30),
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        let mut desks = filled(kind, &strokes);
        prop_assume!(!desks.made.is_empty());
        let version = |index: &prop::sample::Index| vec![index.get(&desks.made).hash];
        let now = desks.papers[0].clone().heads();
        for (before, after) in [(version(&one), now.clone()), (now, version(&one)), (version(&one), version(&other))] {
            let paper = &mut desks.papers[0];
            let differences = difference(paper, &before, &after).unwrap();
            let mut at = snapshot(paper.doc(), Some(&before));
            differences.iter().for_each(|difference| difference.apply(&mut at));
            prop_assert_eq!(&at, &snapshot(paper.doc(), Some(&after)));
            // A record is one difference, however many fields it has.
            let mut keys: Vec<_> = differences.iter().map(|d| (&d.container, &d.key)).collect();
            keys.dedup();
            prop_assert_eq!(keys.len(), differences.len());
            prop_assert_eq!(difference(paper, &after, &after).unwrap(), vec![]);
        }
    }

    #[test]
    fn a_version_read_in_place_is_the_version_that_stood_alone(
        kind in prop::sample::select(DocKind::ALL.to_vec()),
        strokes in prop::collection::vec((0usize..3, stroke()), 1..30),
        one in any::<prop::sample::Index>(),
    ) {
        let mut desks = filled(kind, &strokes);
        prop_assume!(!desks.made.is_empty());
        let heads = vec![one.get(&desks.made).hash];
        let alone = desks.papers[0].fork_at(&heads).unwrap();
        prop_assert_eq!(snapshot(desks.papers[0].doc(), Some(&heads)), snapshot(&alone, None));
        prop_assert_eq!(by_hand(&alone), snapshot(&alone, None));
        // All together, with what was written apart.
        let now = desks.papers[0].heads();
        let met = desks.papers[0].doc();
        prop_assert_eq!(by_hand(met), snapshot(met, None));
        prop_assert_eq!(by_hand(met), snapshot(met, Some(&now)));
    }
}

/// Every live value, asked for key by key.
fn by_hand(doc: &automerge::AutoCommit) -> Snapshot {
    use doorstep::documents::snapshot::{Place, Value};
    let mut out = Snapshot::new();
    let mut put = |place: Place, object: &automerge::ObjId, key: &str| {
        let Some((Held::Scalar(shown), _)) = doc.get(object, key).unwrap() else { return };
        let read = |value: &automerge::ScalarValue| {
            Value::Known(doorstep::documents::layout::seen(value).expect("only what layouts use was written"))
        };
        let mut values = vec![read(&shown)];
        for (held, _) in doc.get_all(object, key).unwrap() {
            let Held::Scalar(held) = held else { panic!("an object beside a scalar") };
            if !values.contains(&read(&held)) {
                values.push(read(&held));
            }
        }
        out.insert(place, values);
    };
    for container in doc.keys(ROOT) {
        let (_, parent) = doc.get(ROOT, container.as_str()).unwrap().unwrap();
        for key in doc.keys(&parent) {
            match doc.get(&parent, key.as_str()).unwrap() {
                Some((Held::Object(ObjType::Map), record)) => {
                    for field in doc.keys(&record) {
                        let place =
                            Place { container: container.clone(), key: key.clone(), field: Some(field.clone()) };
                        put(place, &record, &field);
                    }
                }
                _ => put(Place { container: container.clone(), key: key.clone(), field: None }, &parent, &key),
            }
        }
    }
    out
}

/// One thing that somebody does on a day on which everybody is always connected.
#[derive(Debug, Clone)]
enum Act {
    Arrive,
    Earth(i64),
    Field(u8),
    Part,
    TakePartOff,
    Photo(u8),
    Assign(bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Arrive),
        (0i64..9_000).prop_map(Act::Earth),
        (0u8..3).prop_map(Act::Field),
        Just(Act::Part),
        Just(Act::TakePartOff),
        (0u8..3).prop_map(Act::Photo),
        any::<bool>().prop_map(Act::Assign),
    ]
}

fn perform(phone: &Phone, job: JobId, appliance: ShortId, act: &Act) {
    let actions = &phone.actions;
    match act {
        Act::Arrive => drop(actions.tap_node(&TapNode { job, tap: Tap::Arrive })),
        Act::Earth(value) => {
            let mut input = reading(job, appliance, "earth_resistance", number(*value));
            input.rectified = "紧了接地端子".to_owned();
            drop(actions.record_reading(&input));
        }
        Act::Field(text) => {
            drop(actions.write_field(&field(job, appliance, SheetField::Cause, &format!("写法{text}"))));
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
        Act::Photo(shade) => drop(actions.add_photo(job, appliance, PhotoStage::After, &picture(*shade))),
        Act::Assign(both) => {
            let members = if *both { vec![member(RAN), member(TIAN)] } else { vec![member(RAN)] };
            drop(actions.assign(&Assign { job, members }));
        }
    }
}

fn at(phone: &Phone, job: JobId, heads: [Vec<ChangeHash>; 2]) -> Job {
    let mut store = phone.store();
    let [order, sheet] = heads;
    Job {
        order: store.past(&DocId::Order(job), |paper| order_at(paper, &order).unwrap()).unwrap().unwrap().unwrap(),
        sheet: store.past(&DocId::Sheet(job), |paper| sheet_at(paper, &sheet).unwrap()).unwrap().unwrap_or_default(),
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn a_job_at_a_moment_is_the_job_that_people_saw_at_that_moment(
        day in prop::collection::vec((0usize..3, act(), 0i64..3), 1..16),
    ) {
        let mut shop = Shop::open();
        let mut people = [shop.device(OWNER), shop.device(RAN), shop.device(TIAN)];
        let order = leaking_heater(&[member(OWNER), member(RAN), member(TIAN)]);
        let job = people[0].actions.take_order(&order).unwrap().card.job;
        let appliance = people[0].facts(job).order.appliances[0].id;
        let mut now = NOON;
        let mut seen = vec![(now, people[0].facts(job))];
        for (who, act, pause) in &day {
            for phone in &mut people {
                shop.log.exchange(phone);
                phone.nature.pass((1 + pause) * 1_000);
            }
            people.iter_mut().for_each(|phone| shop.log.exchange(phone));
            now += (1 + pause) * 1_000;
            perform(&people[*who], job, appliance, act);
            seen.push((now, people[*who].facts(job)));
        }
        for phone in &mut people {
            shop.log.exchange(phone);
        }
        shop.log.exchange(&mut people[0]);
        for (moment, facts) in &seen {
            let heads = |doc: DocId| people[0].store().past(&doc, |paper| heads_at(paper, *moment)).unwrap();
            let heads = [heads(DocId::Order(job)).unwrap(), heads(DocId::Sheet(job)).unwrap_or_default()];
            prop_assert_eq!(&at(&people[0], job, heads), facts);
        }
    }
}

#[test]
fn a_moment_before_everything_shows_nothing_and_an_unknown_version_is_not_guessed() {
    let mut desks = Desks::open(DocKind::Sheet);
    desks.perform(0, &Stroke::Set(0, 0));
    desks.perform(0, &Stroke::Add(0, 0));
    let made: Vec<ChangeHash> = desks.made.iter().map(|made| made.hash).collect();
    let paper = &mut desks.papers[0];
    let births = heads_at(paper, NOON);
    assert!(sheet_at(paper, &births).unwrap().is_blank());
    assert_eq!(heads_at(paper, NOON + 1_000), [made[0]], "from the beginning of its second on");
    assert_eq!(heads_at(paper, NOON + 1_999), [made[0]]);
    assert_eq!(heads_at(paper, i64::MAX), [made[1]]);
    let unknown = [ChangeHash([9; 32])];
    assert!(matches!(sheet_at(paper, &unknown), Err(PaperError::NotAllHere)));
    assert!(matches!(difference(paper, &unknown, &made), Err(PaperError::NotAllHere)));
    assert!(matches!(difference(paper, &made, &unknown), Err(PaperError::NotAllHere)));
}

#[test]
fn a_line_that_builds_on_a_phone_whose_clock_is_ahead_waits_for_it() {
    let mut desks = Desks::open(DocKind::Sheet);
    let set = |doc: &mut _, text: &str| doorstep::documents::sheet::set_about(doc, "customer/phone", text);
    let ahead = desks.papers[0].edit("ahead", NOON + 3_600_000, |doc| set(doc, "ahead")).unwrap().unwrap();
    desks.papers[1].adopt(&[&ahead.bytes]).unwrap();
    let right = desks.papers[1].edit("right", NOON + 1_000, |doc| set(doc, "right")).unwrap().unwrap();
    let paper = &mut desks.papers[1];
    let early = heads_at(paper, NOON + 60_000);
    assert!(sheet_at(paper, &early).unwrap().is_blank(), "not a line without what it builds on");
    assert_eq!(heads_at(paper, NOON + 3_600_000), [right.hash]);
}

#[test]
fn a_part_that_is_used_taken_off_and_brought_back_is_told_as_such() {
    let mut desks = Desks::open(DocKind::Sheet);
    let parts = crate::merges::anything::shapes_of(DocKind::Sheet).iter().position(|s| s.container == "parts").unwrap();
    desks.perform(0, &Stroke::Add(parts, 0));
    desks.perform(0, &Stroke::Mark(0, true));
    desks.perform(0, &Stroke::Mark(0, false));
    desks.perform(0, &Stroke::Set(0, 0));
    let made: Vec<ChangeHash> = desks.made.iter().map(|made| made.hash).collect();
    let paper = &mut desks.papers[0];
    let births = heads_at(paper, 0);
    let mut turns = |before: &[ChangeHash], after: &[ChangeHash]| -> Vec<Turn> {
        difference(paper, before, after).unwrap().iter().map(|d| d.turn).collect()
    };
    assert_eq!(turns(&births, &made[..1]), [Turn::Added]);
    assert_eq!(turns(&made[..1], &made[1..2]), [Turn::TakenBack]);
    assert_eq!(turns(&made[1..2], &made[2..3]), [Turn::BroughtBack]);
    assert_eq!(turns(&made[2..3], &made[3..4]), [Turn::Changed]);
    assert_eq!(turns(&made[..1], &births), [Turn::Gone], "seen backwards");
}

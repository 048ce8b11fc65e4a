//! Readers of any record never fail: fields missing, of other types, of later versions, words that nobody knows.

use automerge::ScalarValue;
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, ROOT, ReadDoc};
use doorstep::documents::shapes::{SHAPES, Shape};
use doorstep::documents::{birth, conflicts, history, layout, order, outlet, sheet, snapshot};
use doorstep::domain::record::Scalar;
use doorstep_schemas::ids::{Actor, DeviceId, DocKind, ShortId};
use proptest::prelude::*;

use super::anything::{a_document, full, noted};
use crate::cast::{RAN, cases, member};
use doorstep::documents::paper::Paper;

fn any_scalar() -> impl Strategy<Value = ScalarValue> {
    prop_oneof![
        "[a-z一-龥 |/#]{0,12}".prop_map(|text| ScalarValue::from(text.as_str())),
        Just(ScalarValue::from("0F3H8TWC")),
        any::<i64>().prop_map(ScalarValue::Int),
        any::<u64>().prop_map(ScalarValue::Uint),
        any::<i64>().prop_map(ScalarValue::Timestamp),
        any::<f64>().prop_map(ScalarValue::F64),
        any::<bool>().prop_map(ScalarValue::Boolean),
        prop::collection::vec(any::<u8>(), 0..70).prop_map(ScalarValue::Bytes),
        any::<i64>().prop_map(ScalarValue::counter),
        Just(ScalarValue::Null),
    ]
}

/// A record whose fields are there or not, and hold whatever they hold; and two fields of a later version.
fn any_record() -> impl Strategy<Value = (&'static Shape, Vec<(String, ScalarValue)>)> {
    prop::sample::select(SHAPES.iter().collect::<Vec<_>>()).prop_flat_map(|shape| {
        let mut keys: Vec<String> = full(shape).into_iter().map(|(key, _)| key).collect();
        keys.extend(["at", "off", "claim", "by", "removed", "wings", "x/y"].map(str::to_owned));
        let fields: Vec<_> = keys
            .into_iter()
            .map(|key| prop::option::weighted(0.7, any_scalar()).prop_map(move |value| Some((key.clone(), value?))))
            .collect();
        (Just(shape), fields.prop_map(|fields| fields.into_iter().flatten().collect()))
    })
}

fn blank(kind: DocKind) -> AutoCommit {
    AutoCommit::load(&birth::make(kind).concat()).unwrap()
}

fn put(doc: &mut AutoCommit, container: &str, id: &str, fields: &[(String, ScalarValue)]) {
    let Some((_, parent)) = doc.get(ROOT, container).unwrap() else { panic!("{container}") };
    let object = doc.put_object(&parent, id, ObjType::Map).unwrap();
    for (key, value) in fields {
        doc.put(&object, key.as_str(), value.clone()).unwrap();
    }
}

/// Everything that reads a document.
fn read_all(kind: DocKind, doc: &AutoCommit) {
    match kind {
        DocKind::Order => drop(order::read(doc)),
        DocKind::Sheet => {
            drop(sheet::read(doc));
            drop(order::read(doc));
        }
        DocKind::Request => drop(outlet::read_requests(doc)),
        DocKind::Stock => drop(outlet::read_stock(doc)),
        DocKind::Desk => drop(outlet::read_desk(doc)),
        DocKind::Roster => drop(outlet::read_roster(doc)),
        DocKind::Catalogue => drop(outlet::read_catalogue(doc)),
    }
    drop(snapshot::snapshot(doc, None));
}

/// The same document in the hands of a device, for those who read its past.
fn in_hand(kind: DocKind, doc: &mut AutoCommit) -> Paper {
    let changes: Vec<Vec<u8>> = doc.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect();
    Paper::open(&a_document(kind), Actor::new(DeviceId([9; 8]), [9; 8]), None, &changes).unwrap()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn no_reader_fails_on_a_record_of_a_later_version_or_of_a_broken_program(
        records in prop::collection::vec(any_record(), 1..6),
        name in "[A-Z0-9]{8}|[a-z/]{0,12}",
    ) {
        for kind in DocKind::ALL {
            let mut doc = blank(kind);
            for (n, (shape, fields)) in records.iter().enumerate().filter(|(_, (shape, _))| shape.kind == kind) {
                put(&mut doc, shape.container, ShortId::mint([n as u8; 5]).as_str(), fields);
                put(&mut doc, shape.container, &name, fields);
            }
            doc.commit();
            let before = doc.get_heads();
            read_all(kind, &doc);
            let mut paper = in_hand(kind, &mut doc);
            prop_assert_eq!(conflicts::conflicts(&mut paper), vec![]);
            drop(history::deeds(&mut paper));
            prop_assert_eq!(doc.get_heads(), before, "a reader writes nothing");
        }
    }

    #[test]
    fn a_field_that_cant_be_read_costs_that_field_only(
        (shape, fields) in any_record(),
    ) {
        // All that a record can't do without, and whatever else.
        let sound = full(shape);
        let get = |key: &str| {
            let strange = fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| layout::seen(value));
            let own = sound.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
            strange.or(own)
        };
        let alone = |key: &str| sound.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let id = ShortId::mint([4; 5]);
        let whole = (shape.read)(id, noted(0), &alone);
        prop_assert!(whole.is_some());
        // What it is about: without that, and without that alone, it is passed over.
        let without = |gone: &str| (shape.read)(id, noted(0), &|key| alone(key).filter(|_| key != gone));
        let about = |key: &String| without(key).is_none();
        let spared = fields.iter().all(|(name, _)| !about(name));
        let read = (shape.read)(id, noted(0), &get);
        prop_assert!(read.is_some() || !spared, "{} is passed over for a field that it can do without", shape.container);
        // What was left alone is read as it was.
        if let Some(read) = read {
            let touched = |key: &str| fields.iter().any(|(name, _)| name == key);
            for (key, value) in whole.into_iter().flatten().filter(|(key, _)| !touched(key) && *key != "val") {
                let state = shape.container == "readings" && key == "state";
                prop_assert!(state || read.contains(&(key, value)), "{} {}", shape.container, key);
            }
        }
    }
}

/// A word of a later version is kept as it is, in every field that holds words.
#[test]
fn an_unknown_word_is_shown_as_it_is() {
    for shape in SHAPES {
        let sound = full(shape);
        for (key, value) in &sound {
            let (Scalar::Text(text), false) = (value, shape.container == "readings" && key == "state") else {
                continue;
            };
            if text.parse::<ShortId>().is_err() {
                continue;
            }
            let get = |asked: &str| match sound.iter().find(|(name, _)| name == asked) {
                Some((name, _)) if name == key => Some(Scalar::Text("a word of 2030".to_owned())),
                found => found.map(|(_, value)| value.clone()),
            };
            let Some(read) = (shape.read)(ShortId::mint([4; 5]), noted(0), &get) else { continue };
            let kept = read.iter().find(|(name, _)| name == key);
            // A list of ids holds no words: what is no id is passed over.
            let ids = kept.is_none_or(|(_, value)| *value == Scalar::Text(String::new()));
            assert!(ids || kept == Some(&(kept.unwrap().0, Scalar::Text("a word of 2030".to_owned()))), "{key}");
        }
    }
}

#[test]
fn a_record_says_who_wrote_it_or_is_passed_over() {
    for shape in SHAPES {
        let mut doc = blank(shape.kind);
        let mut fields: Vec<(String, ScalarValue)> =
            full(shape).iter().map(|(key, value)| (key.clone(), super::anything::written(value))).collect();
        put(&mut doc, shape.container, "0F3H8TWC", &fields);
        assert_eq!((shape.standing)(&doc), [], "{:?} {}", shape.kind, shape.container);
        fields.push(("by".to_owned(), ScalarValue::from(member(RAN).as_str())));
        put(&mut doc, shape.container, "0F3H8TWC", &fields);
        assert_eq!((shape.standing)(&doc).len(), 1, "{:?} {}", shape.kind, shape.container);
    }
}

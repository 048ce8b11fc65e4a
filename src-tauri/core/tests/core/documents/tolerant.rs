//! Readers of a later version's or a broken program's documents: what is known is read, the rest is left alone.

use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use doorstep::documents::{birth, order, sheet};
use doorstep::domain::facts::Sheet;
use doorstep_schemas::ids::{DocKind, ShortId};
use doorstep_schemas::input::Found;
use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind, Urgency};

fn blank(kind: DocKind) -> AutoCommit {
    AutoCommit::load(&birth::make(kind).concat()).unwrap()
}

fn container(doc: &AutoCommit, name: &str) -> automerge::ObjId {
    match doc.get(ROOT, name).unwrap() {
        Some((Value::Object(_), id)) => id,
        other => panic!("{name} is {other:?}"),
    }
}

fn fact(doc: &mut AutoCommit, name: &str, id: &str, scalars: &[(&str, ScalarValue)]) {
    let parent = container(doc, name);
    let object = doc.put_object(&parent, id, ObjType::Map).unwrap();
    for (key, value) in scalars {
        doc.put(&object, *key, value.clone()).unwrap();
    }
}

fn text(text: &str) -> ScalarValue {
    ScalarValue::from(text)
}

const BY: &str = "7K2M9QXA";
const ID: &str = "0F3H8TWC";

#[test]
fn an_order_of_a_later_version_is_read_with_what_is_known() {
    let mut doc = blank(DocKind::Order);
    let marks = container(&doc, "marks");
    doc.put(&marks, "taken_by", BY).unwrap();
    for key in ["kind", "urgency", "coverage"] {
        doc.put(&marks, key, "a word of 2030").unwrap();
    }
    doc.put(&marks, "far", "yes").unwrap();
    doc.put(&marks, "taken_at", "yesterday").unwrap();
    doc.put(&marks, "colour", "green").unwrap();
    let window = container(&doc, "window");
    doc.put(&window, "from", ScalarValue::Timestamp(5)).unwrap();
    fact(&mut doc, "appliances", ID, &[("kind", text("robot")), ("by", text(BY)), ("wings", ScalarValue::Int(2))]);
    fact(&mut doc, "appliances", "not an id", &[("kind", text("television"))]);
    let order = order::read(&doc).unwrap();
    assert_eq!(
        (order.kind, order.urgency, order.coverage),
        (JobKind::Repair, Urgency::Normal, Coverage::ToBeAppraised)
    );
    assert_eq!((order.far, order.taken.at_ms, order.window), (false, 0, None));
    assert_eq!(order.appliances.len(), 1);
    assert_eq!(order.appliances[0].kind, ApplianceKind::Other);
    assert_eq!(order.customer.name, "");
}

#[test]
fn an_order_that_nobody_took_is_none_yet() {
    assert_eq!(order::read(&blank(DocKind::Order)), None);
}

#[test]
fn a_reading_in_a_state_of_a_later_version_is_no_measurement() {
    let mut doc = blank(DocKind::Sheet);
    let scalars =
        [("app", text(BY)), ("code", text("earth_resistance")), ("state", text("estimated")), ("val", text("low"))];
    fact(&mut doc, "readings", ID, &[&scalars[..], &[("by", text(BY)), ("mood", text("good"))]].concat());
    let readings = sheet::read(&doc).readings;
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].found, Found::NotMeasured { reason: "low".to_owned() });
    assert_eq!(readings[0].noted.at_ms, 0);
}

#[test]
fn facts_without_an_author_or_of_wrong_types_are_passed_over_and_stay_in_the_document() {
    let mut doc = blank(DocKind::Sheet);
    fact(&mut doc, "readings", ID, &[("app", text(BY)), ("code", text("rcd_button"))]);
    fact(&mut doc, "photos", ID, &[("app", text(BY)), ("by", text(BY)), ("photo", ScalarValue::Bytes(vec![1; 5]))]);
    fact(&mut doc, "parts", ID, &[("app", ScalarValue::Int(3)), ("by", text(BY))]);
    fact(&mut doc, "nodes", ID, &[("kind", text("teleported")), ("by", text(BY))]);
    fact(&mut doc, "outcomes", ID, &[("outcome", ScalarValue::Null), ("by", text(BY))]);
    let services = container(&doc, "services");
    for key in ["svc/nobody/explain/x", "svc", "svc/7K2M9QXA/massage/0F3H8TWC", "wax/7K2M9QXA/explain/0F3H8TWC"] {
        doc.put(&services, key, "1|7K2M9QXA|done").unwrap();
    }
    doc.put(&services, "svc/7K2M9QXA/explain/0F3H8TWC", "noon|7K2M9QXA|done").unwrap();
    doc.put(&services, "svc/7K2M9QXA/maintain/0F3H8TWC", ScalarValue::Int(1)).unwrap();
    let fields = container(&doc, "fields");
    doc.put(&fields, "7K2M9QXA/cause", ScalarValue::F64(0.5)).unwrap();
    doc.put(&fields, "cause", "no appliance").unwrap();
    let before = doc.get_heads();
    let read = sheet::read(&doc);
    // A word of a later version is shown as it is.
    assert_eq!(read.nodes.iter().map(|node| node.kind.text()).collect::<Vec<_>>(), ["teleported"]);
    assert_eq!(read.outcomes.iter().map(|o| o.outcome.text()).collect::<Vec<_>>(), [""]);
    assert_eq!(Sheet { nodes: Vec::new(), outcomes: Vec::new(), ..read }, Sheet::default());
    assert_eq!(doc.get_heads(), before);
    assert_eq!(doc.length(container(&doc, "readings")), 1);
}

#[test]
fn a_field_of_a_later_version_is_kept_beside_the_known_ones() {
    let mut doc = blank(DocKind::Sheet);
    let fields = container(&doc, "fields");
    doc.put(&fields, format!("{BY}/colour"), "white").unwrap();
    let appliance: ShortId = BY.parse().unwrap();
    assert_eq!(sheet::read(&doc).fields[&(appliance, "colour".to_owned())].value, "white");
}

/// A program that is broken, or an enemy's, writes numbers that no calendar, meter or price list has.
#[test]
fn absurd_numbers_stay_within_what_a_screen_can_show() {
    let mut doc = blank(DocKind::Sheet);
    let most = ScalarValue::Int(i64::MAX);
    let part = [("app", text(BY)), ("by", text(BY)), ("qty", most.clone()), ("guide", most.clone()), ("at", most)];
    fact(&mut doc, "parts", ID, &part);
    let photo = [
        ("app", text(BY)),
        ("by", text(BY)),
        ("photo", ScalarValue::Bytes(vec![1; 32])),
        ("thumb", ScalarValue::Bytes(vec![2; 32])),
        ("w", ScalarValue::Int(-4)),
        ("len", ScalarValue::Uint(u64::MAX)),
        ("taken", ScalarValue::Timestamp(i64::MIN)),
    ];
    fact(&mut doc, "photos", ID, &photo);
    let sheet = sheet::read(&doc);
    let shown = 1i64 << 53;
    assert!(sheet.parts[0].guide_fen.abs() < shown && sheet.parts[0].noted.at_ms.abs() < shown, "{:?}", sheet.parts);
    assert!(sheet.photos[0].taken_ms().abs() < shown, "{:?}", sheet.photos);
    assert_eq!((sheet.photos[0].width, sheet.parts[0].quantity), (0, u32::MAX));
}

//! The harm that the layout prevents, shown on documents that are made the wrong way. Were one of these to pass
//! without loss, the rule that it stands for would not be needed.

use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ObjType, ROOT, ReadDoc, Value};

fn device(n: u8) -> AutoCommit {
    AutoCommit::new().with_actor(ActorId::from([n; 16]))
}

fn object(doc: &AutoCommit, parent: &automerge::ObjId, key: &str) -> automerge::ObjId {
    match doc.get(parent, key).unwrap() {
        Some((Value::Object(ObjType::Map), id)) => id,
        other => panic!("{key} is {other:?}"),
    }
}

/// One technician measures, the other changes a part, both on the same new sheet and without a network.
#[test]
fn without_a_shared_birth_a_merge_hides_one_technicians_work() {
    let (mut ran, mut tian) = (device(1), device(2));
    for (doc, id) in [(&mut ran, "7K2M9QXA"), (&mut tian, "0F3H8TWC")] {
        let readings = doc.put_object(ROOT, "readings", ObjType::Map).unwrap();
        let fact = doc.put_object(&readings, id, ObjType::Map).unwrap();
        doc.put(&fact, "code", "earth_resistance").unwrap();
    }
    ran.merge(&mut tian).unwrap();
    let readings = object(&ran, &ROOT, "readings");
    assert_eq!(ran.length(&readings), 1, "two readings were taken, one is shown");
    assert_eq!(ran.get_all(ROOT, "readings").unwrap().len(), 2, "the other lies in a container that nobody opens");
}

#[test]
fn an_object_under_a_meaningful_key_hides_one_technicians_answer() {
    let mut ran = device(1);
    ran.put_object(ROOT, "services", ObjType::Map).unwrap();
    ran.commit();
    let mut tian = ran.fork().with_actor(ActorId::from([2; 16]));
    for (doc, fact) in [(&mut ran, "answer_of_ran"), (&mut tian, "answer_of_tian")] {
        let services = object(doc, &ROOT, "services");
        let explain = doc.put_object(&services, "explain", ObjType::Map).unwrap();
        doc.put(&explain, fact, "done").unwrap();
    }
    ran.merge(&mut tian).unwrap();
    let services = object(&ran, &ROOT, "services");
    let explain = object(&ran, &services, "explain");
    assert_eq!(ran.length(&explain), 1, "two answers were given, one is shown");
}

//! A byzantine device of the shop: what it sends is put aside with its reason, and everybody else's work goes on.

use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ObjId, ObjType, ROOT, ReadDoc};
use doorstep::documents::birth;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, DocKind, JobId, PublicKey};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::JobView;
use doorstep_schemas::wire::{Device, Entry, Piece, Status, kind};

use crate::cast::{Forger, NOON, OWNER, Phone, RAN, Run, Shop, altered, entries, field, leaking_heater, member, runs};

/// A desk with one order, a colleague's phone, and the byzantine device known to both.
fn scene() -> (Shop, Phone, Phone, JobId, Forger) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER), member(RAN)])).unwrap().card.job;
    let forger = Forger::new(50);
    shop.log.append(forger.vouched());
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    (shop, desk, ran, job, forger)
}

/// The byzantine device's copy of an empty sheet.
fn sheet_of(forger: &Forger) -> AutoCommit {
    let born = birth::make(DocKind::Sheet).concat();
    AutoCommit::load(&born).unwrap().with_actor(ActorId::from(forger.actor.0))
}

fn container(doc: &AutoCommit, name: &str) -> ObjId {
    doc.get(ROOT, name).unwrap().unwrap().1
}

/// An honest node, then a change that writes into a scalar as if it were a map, then honest work on top of it: each
/// well-formed, linked and signed. Automerge panics at the second.
fn poison(shop: &Shop, forger: &Forger, job: JobId) -> Run {
    let mut doc = sheet_of(forger);
    let nodes = container(&doc, "nodes");
    let fact = doc.put_object(&nodes, "7K2M9QXA", ObjType::Map).unwrap();
    doc.put(&fact, "kind", "departed").unwrap();
    doc.put(&fact, "by", member(RAN).as_str()).unwrap();
    doc.commit();
    doc.put(&fact, "at", 1i64).unwrap();
    doc.commit();
    let honest = forger.run(shop.outlet, &DocId::Sheet(job), &mut doc);
    // The fact is the sheet's operation 18; 19 is the word "departed".
    const A_SCALAR: &[u8] = &[0x7f, 19];
    let bad = altered(&honest.changes[1].1, |change| {
        change.columns.iter_mut().filter(|(spec, _)| *spec == 0x02).for_each(|(_, data)| *data = A_SCALAR);
    });
    let parent = doorstep_schemas::change::Change::parse(&bad).unwrap().hash;
    doc.put(&fact, "off", 2i64).unwrap();
    doc.commit();
    let last = doc.get_last_local_change().unwrap().raw_bytes().to_vec();
    let child = altered(&last, |change| change.deps = vec![parent]);
    forger.signed(shop.outlet, &DocId::Sheet(job), vec![honest.changes[0].1.clone(), bad, child])
}

/// The job can be worked on here, now and after the next start.
fn works(desk: Phone, job: JobId, cause: &str) -> (Phone, JobView) {
    let appliance = desk.facts(job).order.appliances[0].id;
    desk.actions.write_field(&field(job, appliance, SheetField::Cause, cause)).unwrap();
    let desk = desk.restart();
    let view = desk.actions.job(job).unwrap();
    assert_eq!(view.appliances[0].cause, cause);
    (desk, view)
}

fn codes(desk: &Phone) -> Vec<(ErrorCode, u32)> {
    desk.store().stuck().unwrap().into_iter().map(|stuck| (stuck.code, stuck.changes)).collect()
}

#[test]
fn a_change_that_makes_automerge_panic_is_put_aside_with_its_descendants_and_the_rest_goes_on() {
    let (mut shop, desk, mut ran, job, forger) = scene();
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    shop.log.collect(&mut ran);
    let theirs = shop.log.entries.last().unwrap().piece.clone();
    let batch = entries(50, [poison(&shop, &forger, job).piece(0, 3), theirs]);
    let absorbed = desk.store().absorb(&batch, None, NOON).unwrap();
    assert_eq!((absorbed.received, absorbed.adopted), (4, 2), "the honest node and the colleague's field");
    assert_eq!(codes(&desk), [(ErrorCode::ChangeUnappliable, 1), (ErrorCode::RestsOnRefused, 1)]);
    let sheet = desk.facts(job).sheet;
    assert_eq!(sheet.nodes.len(), 1);
    assert_eq!(sheet.field(appliance, SheetField::Fault), "进水接头漏水");
    let (desk, _) = works(desk, job, "密封圈老化");
    // Again, whole or in pieces, it stays what it is.
    let again = entries(60, poison(&shop, &forger, job).cut(&[1, 2]));
    desk.store().absorb(&again, None, NOON).unwrap();
    assert_eq!(codes(&desk), [(ErrorCode::ChangeUnappliable, 1), (ErrorCode::RestsOnRefused, 1)]);
}

#[test]
fn the_verdict_is_the_same_wherever_the_poison_is_cut() {
    let (shop, desk, _, job, forger) = scene();
    for (at, piece) in poison(&shop, &forger, job).cut(&[1, 2]).into_iter().enumerate().rev() {
        desk.store().absorb(&entries(50 + at as u64, [piece]), None, NOON).unwrap();
    }
    assert_eq!(codes(&desk), [(ErrorCode::ChangeUnappliable, 1), (ErrorCode::RestsOnRefused, 1)]);
    assert_eq!(desk.facts(job).sheet.nodes.len(), 1);
    works(desk, job, "密封圈老化");
}

#[test]
fn nobody_takes_a_container_from_under_everybody() {
    type Damage = fn(&mut AutoCommit);
    let damages: [Damage; 3] = [
        |doc| doc.delete(ROOT, "fields").unwrap(),
        |doc| drop(doc.put_object(ROOT, "fields", ObjType::Map).unwrap()),
        |doc| doc.put(ROOT, "fields", "none").unwrap(),
    ];
    for damage in damages {
        let (shop, desk, _, job, forger) = scene();
        let (desk, _) = works(desk, job, "密封圈老化");
        let mut doc = sheet_of(&forger);
        damage(&mut doc);
        doc.commit();
        let run = forger.run(shop.outlet, &DocId::Sheet(job), &mut doc);
        desk.store().absorb(&entries(50, [run.piece(0, 1)]), None, NOON).unwrap();
        assert_eq!(codes(&desk), [(ErrorCode::ChangeUnappliable, 1)]);
        let appliance = desk.facts(job).order.appliances[0].id;
        assert_eq!(desk.facts(job).sheet.field(appliance, SheetField::Cause), "密封圈老化");
        works(desk, job, "接头松动");
    }
}

#[test]
fn an_operation_number_from_the_end_of_the_world_is_refused_once_its_history_is_here() {
    let (shop, desk, _, job, forger) = scene();
    let mut doc = sheet_of(&forger);
    let fields = container(&doc, "fields");
    doc.put(&fields, "x", 1i64).unwrap();
    doc.commit();
    let id = DocId::Sheet(job);
    let honest = forger.run(shop.outlet, &id, &mut doc);
    let late = altered(&honest.changes[0].1, |change| change.start_op = u64::from(u32::MAX) - 1);
    let run = forger.signed(shop.outlet, &id, vec![late]);
    desk.store().absorb(&entries(50, [run.piece(0, 1)]), None, NOON).unwrap();
    assert_eq!(codes(&desk), [(ErrorCode::ChangeOutOfRange, 1)]);
    assert_eq!(desk.store().waiting().unwrap(), 0);
    works(desk, job, "密封圈老化");
}

#[test]
fn a_piece_that_was_damaged_on_its_way_is_mended_by_a_sound_copy() {
    let (mut shop, desk, mut ran, job, _) = scene();
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    shop.log.collect(&mut ran);
    let sound = shop.log.entries.last().unwrap().piece.clone();
    let mut damaged = sound.clone();
    damaged.segment.as_mut().unwrap().signature.bytes[5] ^= 1;
    desk.store().absorb(&entries(50, [damaged]), None, NOON).unwrap();
    assert_eq!(codes(&desk), [(ErrorCode::SignatureInvalid, 1)]);
    desk.store().absorb(&entries(51, [sound]), None, NOON).unwrap();
    assert_eq!(codes(&desk), []);
    assert_eq!(desk.facts(job).sheet.field(appliance, SheetField::Fault), "进水接头漏水");
}

#[test]
fn numbers_that_no_signature_covers_confirm_nothing() {
    let (_shop, desk, _, job, _) = scene();
    let appliance = desk.facts(job).order.appliances[0].id;
    for text in ["一", "二", "三"] {
        desk.actions.write_field(&field(job, appliance, SheetField::Cause, text)).unwrap();
    }
    let run = runs(&desk).into_iter().find(|run| run.doc == DocId::Sheet(job)).unwrap();
    for (signed, tail) in [(0, vec![0; 32]), (u64::MAX, Vec::new()), (0, vec![0; 7])] {
        // The first change, which this device has: only that one can be on the relay.
        let mut piece = run.piece(0, 1);
        let segment = piece.segment.as_mut().unwrap();
        segment.signature.seq = signed;
        segment.tail = tail;
        desk.store().absorb(&entries(50, [piece]), None, NOON).unwrap();
    }
    let counts = desk.store().counts().unwrap();
    assert_eq!((counts.on_device, counts.on_relay), (4, 2), "the order and one field");
    let unsent: u64 = desk.store().outgoing(usize::MAX).unwrap().changes();
    assert_eq!(unsent, 2);
}

#[test]
fn a_change_that_knows_nothing_of_the_birth_stands_beside_it_and_stops_nothing() {
    let (mut shop, desk, mut ran, job, forger) = scene();
    let mut doc = AutoCommit::new().with_actor(ActorId::from(forger.actor.0));
    doc.put(ROOT, "wage", 1i64).unwrap();
    doc.commit();
    let run = forger.run(shop.outlet, &DocId::Desk("settle/2026-11".to_owned()), &mut doc);
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    shop.log.collect(&mut ran);
    let theirs = shop.log.entries.last().unwrap().piece.clone();
    let absorbed = desk.store().absorb(&entries(50, [run.piece(0, 1), theirs]), None, NOON).unwrap();
    assert_eq!((absorbed.received, absorbed.adopted), (2, 2));
    assert_eq!((codes(&desk), desk.store().waiting().unwrap()), (Vec::new(), 0));
    works(desk, job, "密封圈老化");
}

#[test]
fn kinds_of_entries_from_a_later_version_are_passed_over() {
    let (_shop, desk, _, job, _) = scene();
    let strange = [kind::NOTICE, kind::ERASED, 77, 0]
        .into_iter()
        .map(|kind| Piece { kind, ..Piece::default() })
        .chain([Piece { kind: kind::SEGMENT, ..Piece::default() }, Piece { kind: kind::GRANT, ..Piece::default() }]);
    let before = desk.rows("change");
    let absorbed = desk.store().absorb(&entries(50, strange), None, NOON).unwrap();
    assert_eq!((absorbed.received, desk.rows("change")), (0, before));
    works(desk, job, "密封圈老化");
}

#[test]
fn a_device_under_a_name_that_is_not_its_keys_is_nobody() {
    let (_shop, desk, _, _, forger) = scene();
    let real = desk.store().device();
    let taken = Device {
        device: real,
        member: member(RAN),
        key: PublicKey([3; 32]),
        name: "假的".to_owned(),
        status: Status::Lost,
    };
    let entry = |device| Entry {
        seq: 50,
        hash: [0; 8],
        part: 0,
        at_ms: NOON,
        piece: Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() },
    };
    let before = desk.store().devices().unwrap();
    desk.store().absorb(&[entry(taken)], None, NOON).unwrap();
    assert_eq!(desk.store().devices().unwrap(), before);
    assert!(desk.store().device_key(forger.actor.device()).unwrap().is_some());
}

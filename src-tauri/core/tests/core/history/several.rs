//! One action over several documents: one id, all of it or nothing, one line in the history, one undo.

use doorstep::actions::undo::UndoError;
use doorstep::documents::layout::WriteError;
use doorstep::documents::paper::Paper;
use doorstep::documents::{order, outlet, sheet};
use doorstep::store::{Edit, StoreError};
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::Undo;
use doorstep_schemas::view::{Millis, Window};

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, leaking_heater, member};

const WINDOW: Window = Window { from: Millis(NOON), to: Millis(NOON + 300 * MINUTE) };

/// The owner has the job as well, and writes what was agreed on the phone into both documents.
fn agreed(phone: &Phone, job: JobId, id: ShortId, fails: bool) -> Result<bool, StoreError> {
    phone.nature.pass(1_000);
    let edits: Vec<(DocId, Edit<'_>)> = vec![
        (DocId::Order(job), Box::new(|doc| order::set_window(doc, WINDOW))),
        (
            DocId::Sheet(job),
            Box::new(move |doc| {
                sheet::set_about(doc, "customer/phone", "13800001077")?;
                if fails { Err(WriteError::NoContainer("about")) } else { Ok(()) }
            }),
        ),
    ];
    phone.store().act_many(edits, ("agree", id), NOON + 1_000, |_| Ok(()))
}

fn taken(shop: &mut Shop) -> (Phone, JobId) {
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER), member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    (desk, job)
}

#[test]
fn what_fails_in_one_document_is_in_none() {
    let mut shop = Shop::open();
    let (desk, job) = taken(&mut shop);
    let (before, changes) = (desk.facts(job), desk.rows("change"));
    let refused = agreed(&desk, job, ShortId::mint([5; 5]), true);
    assert!(matches!(refused, Err(StoreError::Write(WriteError::NoContainer("about")))), "{refused:?}");
    assert_eq!((desk.facts(job), desk.rows("change")), (before.clone(), changes));
    let edits: Vec<(DocId, Edit<'_>)> = vec![
        (DocId::Order(job), Box::new(|doc| order::set_window(doc, WINDOW))),
        (DocId::Sheet(job), Box::new(|doc| sheet::set_about(doc, "customer/phone", "13800001077"))),
    ];
    let id = ShortId::mint([5; 5]);
    let refused = desk.store().act_many(edits, ("agree", id), NOON, |_| Err(StoreError::Row("what goes with both")));
    assert!(matches!(refused, Err(StoreError::Row("what goes with both"))), "{refused:?}");
    assert_eq!((desk.facts(job), desk.rows("change")), (before, changes));
    assert!(agreed(&desk, job, id, false).unwrap());
    assert!(!agreed(&desk, job, ShortId::mint([6; 5]), false).unwrap(), "the same again is nothing");
}

#[test]
fn an_action_over_two_documents_is_one_deed_and_one_undo() {
    let mut shop = Shop::open();
    let (mut desk, job) = taken(&mut shop);
    let before = desk.facts(job);
    let id = ShortId::mint([5; 5]);
    agreed(&desk, job, id, false).unwrap();
    let deeds = desk.actions.deeds(job).unwrap();
    let deed = deeds.last().unwrap();
    assert_eq!((deed.action.as_str(), deed.code.as_str(), deed.received), (id.as_str(), "agree", false));
    assert_eq!(deed.differences.len(), 2, "{:?}", deed.differences);
    assert_eq!(desk.actions.job(job).unwrap().history.last().unwrap().action, "agree", "its code, without the id");
    let after = desk.facts(job);
    assert_ne!(after, before);
    shop.log.exchange(&mut desk);
    assert!(desk.actions.deeds(job).unwrap().iter().all(|deed| deed.received));
    desk.nature.pass(1_000);
    desk.actions.undo(&Undo { job, action: id.to_string() }).unwrap();
    assert_eq!(desk.facts(job), before);
    let undo = desk.actions.deeds(job).unwrap().last().unwrap().clone();
    assert_eq!((undo.code.as_str(), undo.differences.len(), undo.received), ("undo", 2, false));
    desk.actions.undo(&Undo { job, action: undo.action }).unwrap();
    assert_eq!(desk.facts(job), after);
}

#[test]
fn what_cant_be_undone_in_one_document_stays_in_both() {
    let mut shop = Shop::open();
    let (mut desk, job) = taken(&mut shop);
    let mut ran = shop.device(RAN);
    let id = ShortId::mint([5; 5]);
    agreed(&desk, job, id, false).unwrap();
    for phone in [&mut desk, &mut ran] {
        shop.log.exchange(phone);
    }
    let write = |doc: &mut _| sheet::set_about(doc, "customer/phone", "13800001078");
    ran.store().act(&DocId::Sheet(job), "correct", NOON + 5_000, write, |_| Ok(())).unwrap();
    for phone in [&mut ran, &mut desk] {
        shop.log.exchange(phone);
    }
    let facts = desk.facts(job);
    match desk.actions.undo_in(&[DocId::Order(job)], id.as_str()) {
        Err(UndoError::Overtaken { by, .. }) => assert_eq!(by, RAN),
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.facts(job), facts);
    assert_eq!(facts.order.window, Some(WINDOW), "not even where nobody was in the way");
    // A text that only looks like the id leads nobody astray.
    let write = |doc: &mut _| sheet::set_about(doc, "note", &format!("#{id}"));
    desk.store().act(&DocId::Sheet(job), "note", NOON + 6_000, write, |_| Ok(())).unwrap();
    assert!(matches!(desk.actions.undo_in(&[DocId::Order(job)], id.as_str()), Err(UndoError::Overtaken { .. })));
}

#[test]
fn what_an_owner_wrote_about_the_team_any_owners_device_undoes_and_nobody_else() {
    let mut shop = Shop::open();
    let (mut desk, mut tablet, mut ran) = (shop.device(OWNER), shop.device(OWNER), shop.device(RAN));
    let id = ShortId::mint([4; 5]);
    let edits: Vec<(DocId, Edit<'_>)> = vec![
        (DocId::Roster, Box::new(|doc| outlet::set_about(doc, "outlet/grades", "on"))),
        (DocId::Stock(member(RAN)), Box::new(|doc| outlet::set_about(doc, "note", "两箱"))),
    ];
    desk.store().act_many(edits, ("set_up", id), NOON, |_| Ok(())).unwrap();
    for phone in [&mut desk, &mut tablet, &mut ran] {
        shop.log.exchange(phone);
    }
    let grades = |phone: &Phone| {
        let read = |paper: &mut Paper| outlet::read_roster(paper.doc()).about("outlet/grades").to_owned();
        phone.store().past(&DocId::Roster, read).unwrap().unwrap_or_default()
    };
    let undone = ran.actions.undo_in(&[DocId::Roster], id.as_str());
    assert!(matches!(undone, Err(UndoError::OwnerOnly)), "{undone:?}");
    assert_eq!(grades(&tablet), "on");
    tablet.actions.undo_in(&[DocId::Stock(member(RAN)), DocId::Roster], id.as_str()).unwrap();
    shop.log.exchange(&mut tablet);
    shop.log.exchange(&mut desk);
    assert_eq!(grades(&desk), "");
}

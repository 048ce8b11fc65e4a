//! Our own work: one action is one transaction, all of it or nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use doorstep::documents::layout::WriteError;
use doorstep::documents::{layout, order, sheet};
use doorstep::domain::facts::{Node, Noted};
use doorstep::domain::money::settlement;
use doorstep::store::StoreError;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{DeskFact, SheetField};
use doorstep_schemas::view::{Fen, NodeKind, SettleState};
use tempfile::TempDir;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, Steady, field, leaking_heater, member, pass_everything};

fn with_job(shop: &mut Shop) -> (Phone, JobId, ShortId) {
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    (desk, view.card.job, view.appliances[0].id)
}

fn noted() -> Noted {
    Noted::now(NOON, None, member(OWNER))
}

fn node(id: ShortId, kind: NodeKind) -> Node {
    Node { id, kind: kind.into(), lat_e6: None, lon_e6: None, noted: noted() }
}

/// What a person or a colleague's device could see of the job.
fn seen(desk: &Phone, job: JobId) -> (u32, u32, doorstep::domain::facts::Job, String, u64) {
    let card = format!("{:?}", desk.store().job_row(job).unwrap());
    let unsent = desk.store().outgoing(usize::MAX).unwrap().changes();
    (desk.rows("change"), desk.rows("run"), desk.facts(job), card, unsent)
}

#[test]
fn an_action_that_fails_beside_the_document_leaves_no_trace() {
    let mut shop = Shop::open();
    let (desk, job, _) = with_job(&mut shop);
    let before = seen(&desk, job);
    let id = ShortId::mint([8; 5]);
    let refused = desk.store().act(
        &DocId::Sheet(job),
        "arrive",
        NOON,
        |doc| layout::add_record(doc, &node(id, NodeKind::Arrived)),
        |_| Err(StoreError::Row("a photo's row")),
    );
    assert!(matches!(refused, Err(StoreError::Row("a photo's row"))), "{refused:?}");
    assert_eq!(seen(&desk, job), before);
    // The next action starts from what was saved, and says nothing of what failed.
    let write = |doc: &mut _| layout::add_record(doc, &node(id, NodeKind::Departed));
    assert!(desk.store().act(&DocId::Sheet(job), "depart", NOON, write, |_| Ok(())).unwrap());
    let nodes = desk.facts(job).sheet.nodes;
    assert_eq!(nodes.len(), 1);
    assert_eq!(nodes[0].kind.known(), Some(NodeKind::Departed));
    assert_eq!(desk.heads(&DocId::Sheet(job)), desk.store().heads(&DocId::Sheet(job)).unwrap());
}

#[test]
fn an_edit_that_fails_half_way_leaves_no_trace() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = with_job(&mut shop);
    let before = seen(&desk, job);
    let refused = desk.store().act(
        &DocId::Sheet(job),
        "write_field",
        NOON,
        |doc| {
            sheet::set_field(doc, appliance, "cause", "写了一半")?;
            Err(WriteError::NoContainer("fields"))
        },
        |_| Ok(()),
    );
    assert!(matches!(refused, Err(StoreError::Write(WriteError::NoContainer("fields")))), "{refused:?}");
    assert_eq!(seen(&desk, job), before);
}

#[test]
fn a_full_disk_leaves_the_job_as_it_was() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = with_job(&mut shop);
    let before = seen(&desk, job);
    // The read model is written last: everything before it must go as well.
    desk.database()
        .execute_batch("CREATE TRIGGER full BEFORE UPDATE ON job BEGIN SELECT RAISE(ABORT, 'full'); END;")
        .unwrap();
    desk.actions.write_field(&field(job, appliance, SheetField::Cause, "密封圈老化")).unwrap_err();
    desk.database().execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(seen(&desk, job), before);
    desk.actions.write_field(&field(job, appliance, SheetField::Cause, "密封圈老化")).unwrap();
    assert_eq!(desk.facts(job).sheet.field(appliance, SheetField::Cause), "密封圈老化");
}

#[test]
fn a_program_that_panics_in_an_action_goes_on_from_what_was_saved() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = with_job(&mut shop);
    let before = seen(&desk, job);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let write = |doc: &mut _| -> Result<(), WriteError> {
            sheet::set_field(doc, appliance, "cause", "写了一半")?;
            panic!("a defect in an action");
        };
        drop(desk.store().act(&DocId::Sheet(job), "write_field", NOON, write, |_| Ok(())));
    }));
    assert!(panicked.is_err());
    assert_eq!(seen(&desk, job), before);
    desk.actions.write_field(&field(job, appliance, SheetField::Action, "换密封圈")).unwrap();
    assert_eq!(desk.facts(job).sheet.field(appliance, SheetField::Cause), "");
}

#[test]
fn nobody_acts_before_the_device_is_enrolled() {
    let folder = tempfile::tempdir().unwrap();
    let phone = Phone::in_folder(folder, OWNER, Steady::new(1));
    let job = JobId::mint(1, [1; 10]);
    let input = leaking_heater(&[]);
    let write = |doc: &mut _| order::write(doc, &input, &[ShortId::mint([1; 5])], noted());
    let refused = phone.store().act(&DocId::Order(job), "take_order", NOON, write, |_| Ok(()));
    assert!(matches!(refused, Err(StoreError::NotEnrolled)), "{refused:?}");
    assert_eq!((phone.rows("change"), phone.rows("job")), (0, 0));
    assert!(phone.store().job_facts(job).unwrap().is_none());
}

#[test]
fn a_change_that_the_relay_would_refuse_is_not_saved_here_either() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = with_job(&mut shop);
    let before = seen(&desk, job);
    let novel = "漏".repeat(100_000);
    let write = |doc: &mut _| sheet::set_field(doc, appliance, "cause", &novel);
    let refused = desk.store().act(&DocId::Sheet(job), "write_field", NOON, write, |_| Ok(()));
    assert!(matches!(refused, Err(StoreError::OwnWork(_))), "{refused:?}");
    assert_eq!(seen(&desk, job), before);
}

fn copy_folder(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
    }
    to
}

#[test]
fn a_restored_copy_of_the_data_folder_never_collides_with_its_former_self() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();

    // A backup is taken in the middle of the day, with work in it that the relay has not seen.
    let ran = ran.restart();
    let backup = copy_folder(ran.folder.path());
    let mut ran = ran;
    pass_everything(&ran, job);
    shop.log.exchange(&mut ran);

    // The phone is lost; its backup comes back on another one, and work goes on with neither knowing of the other.
    let mut restored = Phone::in_folder(backup, RAN, Steady::new(777));
    assert_eq!(restored.store().device(), ran.store().device());
    assert_ne!(restored.store().actor(), ran.store().actor());
    restored.actions.write_field(&field(job, appliance, SheetField::Action, "换阀")).unwrap();
    shop.log.exchange(&mut restored);
    ran.actions.write_field(&field(job, appliance, SheetField::Serial, "LY85-0002")).unwrap();
    for phone in [&mut ran, &mut restored, &mut desk] {
        shop.log.exchange(phone);
    }
    shop.log.exchange(&mut ran);
    for phone in [&ran, &restored, &desk] {
        assert_eq!(phone.store().stuck().unwrap(), Vec::new());
        assert_eq!(phone.facts(job), desk.facts(job));
    }
    assert_eq!(desk.facts(job).sheet.readings.len(), 3);
    let counts = restored.store().counts().unwrap();
    assert_eq!((counts.on_device, counts.on_relay), (ran.store().counts().unwrap().on_device, counts.on_device));
}

#[test]
fn a_long_job_is_opened_from_its_saved_copy_as_it_was() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = with_job(&mut shop);
    for n in 0..120 {
        desk.actions.write_field(&field(job, appliance, SheetField::Cause, &format!("第{n}遍"))).unwrap();
    }
    let saved: bool = desk
        .database()
        .query_row("SELECT saved IS NOT NULL FROM paper WHERE doc = ?1", [DocId::Sheet(job).to_string()], |r| r.get(0))
        .unwrap();
    assert!(saved);
    let (facts, heads) = (desk.facts(job), desk.heads(&DocId::Sheet(job)));
    let desk = desk.restart();
    assert_eq!(desk.facts(job), facts);
    assert_eq!(desk.store().heads(&DocId::Sheet(job)).unwrap(), heads);
}

#[test]
fn what_was_done_later_stands_behind_it_though_the_clock_did_not_move() {
    let mut shop = Shop::open();
    let (desk, ..) = with_job(&mut shop);
    for _ in 0..8 {
        let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
        for state in [SettleState::Ready, SettleState::Submitted] {
            let (reason, reference) = (String::new(), String::new());
            let step = DeskFact::SettlementStep { job, state, fen: Fen(0), reason, reference };
            desk.actions.note_on_desk("settle/2026-11", &step).unwrap();
        }
        let steps = desk.store().desks().unwrap().remove(0).1.states;
        let claim = settlement::state(job, &steps);
        assert_eq!((claim.state, claim.illegal), (Some(SettleState::Submitted), vec![]));
    }
}

//! Closed jobs in one piece: nothing of them is lost, nobody sees a difference, and later work goes on behind them.

use std::collections::BTreeSet;

use automerge::AutoCommit;
use doorstep_schemas::birth;
use doorstep_schemas::closed::Closed;
use doorstep_schemas::ids::{ChangeHash, DocId, JobId};
use doorstep_schemas::input::OrderFact;
use doorstep_schemas::view::{ApprovalKind, JobOutcome, PaidFor, PhotoStage, ReasonAbout};
use doorstep_schemas::wire::{Outcome, PieceResult};
use proptest::prelude::*;

use crate::cast::deeds::{payment, reason};
use crate::cast::{Forger, cases};
use crate::cast::{
    NOON, OWNER, Phone, RAN, Shop, altered, entries, leaking_heater, member, pass_everything, picture, runs,
};

const DAYS: i64 = 24 * 60;

/// A repair that 冉小军 finished, the owner approved, and every device has with its pictures.
pub fn finished() -> (Shop, Phone, Phone, JobId) {
    let (shop, desk, ran, jobs) = finished_jobs(1);
    (shop, desk, ran, jobs[0])
}

/// So many of them, each with a picture of its own beside the one that all have.
pub fn finished_jobs(many: usize) -> (Shop, Phone, Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let mut ran = shop.device(RAN);
    let order = leaking_heater(&[member(RAN), member(OWNER)]);
    let jobs: Vec<JobId> = (0..many).map(|_| desk.actions.take_order(&order).unwrap().card.job).collect();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    for (n, job) in (100..).zip(&jobs) {
        pass_everything(&ran, *job);
        if many > 1 {
            let appliance = ran.facts(*job).order.appliances[0].id;
            ran.actions.add_photo(*job, appliance, PhotoStage::During, &picture(n)).unwrap();
        }
        ran.finish(*job, JobOutcome::Completed).unwrap();
    }
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    for job in &jobs {
        desk.actions.answer_sheet(*job, ApprovalKind::Approved, "").unwrap();
    }
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    send_photos(&ran);
    fetch_photos(&desk, &ran);
    (shop, desk, ran, jobs)
}

/// Everybody exchanges until all have everything, and the owner's device has told so.
pub fn meet(shop: &mut Shop, phones: &mut [&mut Phone]) {
    for _ in 0..2 {
        phones.iter_mut().for_each(|phone| shop.log.exchange(phone));
        shop.log.owner_seq = shop.log.head();
    }
    phones.iter_mut().for_each(|phone| shop.log.exchange(phone));
}

pub fn send_photos(phone: &Phone) {
    let mut store = phone.store();
    while let Some(photo) = store.photo_to_send(true).unwrap() {
        store.note_photo_sent(&photo.hash, photo.bytes, true).unwrap();
    }
}

fn fetch_photos(to: &Phone, from: &Phone) {
    let mut store = to.store();
    while let Some(photo) = store.photo_to_fetch(true).unwrap() {
        let bytes = from.store().photo_files().read(&photo.hash).unwrap();
        store.photo_files().write(&photo.hash, &bytes, to.nature.as_ref()).unwrap();
        store.note_photo_here(&photo.hash).unwrap();
    }
}

fn pack(phone: &Phone) -> u32 {
    let now = doorstep::nature::Nature::now_ms(phone.nature.as_ref());
    phone.store().pack_some(now, 10).unwrap().packed
}

pub fn pack_after(phone: &Phone, days: i64) -> u32 {
    phone.pass(days * DAYS);
    pack(phone)
}

/// All that anybody can ask of a job.
#[derive(Debug, PartialEq)]
pub struct Asked {
    pub whole: Closed,
    pub facts: doorstep::domain::facts::Job,
    pub heads: [Vec<ChangeHash>; 2],
    received: [BTreeSet<ChangeHash>; 2],
    view: String,
    history: String,
    counts: String,
}

pub fn ask(phone: &Phone, job: JobId) -> Asked {
    let docs = [DocId::Order(job), DocId::Sheet(job)];
    let view = format!("{:?}", phone.actions.job(job).unwrap());
    let mut store = phone.store();
    store.recover();
    let counts = (store.counts().unwrap(), store.photo_counts().unwrap(), store.held().unwrap());
    Asked {
        whole: store.whole_job(job).unwrap(),
        facts: (*store.job_facts(job).unwrap().unwrap()).clone(),
        heads: docs.clone().map(|doc| store.heads(&doc).unwrap()),
        received: docs.map(|doc| store.received(&doc).unwrap()),
        view,
        history: format!("{:?}", store.history(job).unwrap()),
        counts: format!("{counts:?}"),
    }
}

pub fn rows_of(phone: &Phone, job: JobId) -> u32 {
    let count = |table: &str| -> u32 {
        let sql = format!("SELECT count(*) FROM {table} WHERE doc IN (?1, ?2)");
        let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
        phone.database().query_row(&sql, docs, |row| row.get(0)).unwrap()
    };
    // Others than owners give up old photos by their rows.
    let photos = if phone.name == OWNER { count("photo") } else { 0 };
    ["change", "run", "paper"].into_iter().map(count).sum::<u32>() + photos
}

/// Heads of a document that Automerge makes of the job's changes alone.
fn made_anew(whole: &Closed, doc: &DocId) -> Vec<ChangeHash> {
    let mut built = AutoCommit::new();
    let births = birth::births(doc.kind()).iter().map(|birth| birth.bytes.to_vec());
    let changes = whole.changes.iter().filter(|kept| kept.kind == doc.kind()).map(|kept| kept.change.bytes.clone());
    let all = births.chain(changes).map(|bytes| automerge::Change::from_bytes(bytes).unwrap());
    built.apply_changes(all.collect::<Vec<_>>()).unwrap();
    let mut heads: Vec<_> = built.get_heads().into_iter().map(|head| ChangeHash(head.0)).collect();
    heads.sort();
    heads
}

#[test]
fn a_packed_job_is_the_same_to_everybody_who_asks() {
    let (_shop, desk, ran, job) = finished();
    for phone in [desk, ran] {
        phone.pass(4 * DAYS);
        let before = ask(&phone, job);
        assert!(before.whole.changes.len() > 12 && before.whole.runs.len() > 1);
        assert_eq!(pack(&phone), 1);
        assert_eq!(rows_of(&phone, job), 0, "nothing is kept twice");
        assert_eq!(ask(&phone, job), before);
        let phone = phone.restart();
        assert_eq!(ask(&phone, job), before);
        assert_eq!(made_anew(&before.whole, &DocId::Sheet(job)), before.heads[1]);
        let size = phone.store().packed_bytes(job).unwrap().unwrap();
        let plain: usize = before.whole.changes.iter().map(|kept| kept.change.bytes.len()).sum();
        assert!(size * 2 < plain, "{size} of {plain}");
    }
}

#[test]
fn what_is_open_unsent_unseen_or_not_yet_quiet_is_not_packed() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    meet(&mut shop, &mut [&mut desk]);
    assert_eq!(pack_after(&desk, 9), 0, "it is open");
    pass_everything(&desk, job);
    desk.finish(job, JobOutcome::Completed).unwrap();
    assert_eq!(pack_after(&desk, 9), 0, "it is unsent");
    shop.log.exchange(&mut desk);
    send_photos(&desk);
    assert_eq!(pack_after(&desk, 1), 0, "no owner's device has it, as far as the relay said");
    meet(&mut shop, &mut [&mut desk]);
    assert_eq!(pack(&desk), 0, "it is looked at again, but not at once");
    let appliance = desk.facts(job).order.appliances[0].id;
    desk.note(job, reason(ReasonAbout::EditAfterApproval, "补一张照片")).unwrap();
    desk.actions.add_photo(job, appliance, PhotoStage::After, &picture(77)).unwrap();
    meet(&mut shop, &mut [&mut desk]);
    assert_eq!(pack_after(&desk, 4), 0, "its picture is not on the relay");
    send_photos(&desk);
    desk.pass(DAYS);
    desk.note(job, payment(1_000, PaidFor::Work)).unwrap();
    meet(&mut shop, &mut [&mut desk]);
    assert_eq!(pack_after(&desk, 2), 0, "somebody was at it two days ago");
    assert_eq!(pack_after(&desk, 2), 1);
    assert_eq!(pack_after(&desk, 2), 0, "once");
}

#[test]
fn work_on_a_packed_job_goes_on_behind_it_and_is_packed_with_it() {
    let (mut shop, mut desk, mut ran, job) = finished();
    assert_eq!(pack_after(&desk, 4), 1);
    // 冉小军's phone, which packs nothing yet, is paid; the owner notes a payment on the packed job.
    ran.note(job, payment(8_000, PaidFor::Work)).unwrap();
    desk.note(job, payment(2_000, PaidFor::Work)).unwrap();
    let packed = desk.store().packed_bytes(job).unwrap();
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    assert_eq!(desk.store().packed_bytes(job).unwrap(), packed, "the pack stays as it is");
    desk.pass(4 * DAYS);
    ran.pass(8 * DAYS);
    let (one, other) = (ask(&desk, job), ask(&ran, job));
    assert_eq!((&one.facts, &one.heads), (&other.facts, &other.heads));
    assert_eq!(one.facts.sheet.payments.len(), 2);
    assert_eq!(one.whole.changes.len(), other.whole.changes.len());
    let desk = desk.restart();
    assert_eq!(ask(&desk, job), one);
    assert_eq!((pack(&desk), pack(&ran)), (1, 1));
    assert_eq!((rows_of(&desk, job), rows_of(&ran, job)), (0, 0));
    assert_eq!((ask(&desk, job), ask(&ran, job)), (one, other));
}

#[test]
fn the_whole_log_once_more_finds_everything_here() {
    let (mut shop, mut desk, mut ran, job) = finished();
    assert_eq!(pack_after(&desk, 4), 1);
    let before = ask(&desk, job);
    let everything: Vec<_> = shop.log.entries.clone();
    let absorbed = desk.store().absorb(&everything, None, NOON).unwrap();
    assert_eq!((absorbed.adopted, absorbed.received), (0, 0));
    assert_eq!(desk.store().stuck().unwrap(), Vec::new(), "none of it is taken for a forgery");
    assert_eq!(ask(&desk, job), before);
    // A fresh device gets the same from the log.
    let mut second = shop.device(OWNER);
    meet(&mut shop, &mut [&mut second, &mut ran, &mut desk]);
    assert_eq!(ask(&second, job).facts, before.facts);
}

#[test]
fn a_relay_that_comes_back_empty_gets_packed_work_again() {
    let (mut shop, _desk, mut ran, job) = finished();
    assert_eq!(pack_after(&ran, 4), 1);
    let before = ask(&ran, job);
    let counts = ran.store().counts().unwrap();
    let photos = ran.store().photo_counts().unwrap();
    ran.store().forget_confirmations().unwrap();
    let now = ran.store().counts().unwrap();
    assert_eq!((now.on_device, now.on_relay, now.on_owner), (counts.on_device, 0, 0), "nothing is promised too much");
    assert_eq!(ran.store().photo_counts().unwrap().on_relay, 0);
    assert_eq!(u64::from(counts.on_device), ran.store().held().unwrap().changes);
    let mut rounds = 0;
    while ran.store().open_doubted(NOON, 1).unwrap() {
        rounds += 1;
    }
    assert_eq!(rounds, 1, "a portion at a time");
    assert_eq!(ran.store().packed_bytes(job).unwrap(), None);
    assert_eq!(ran.store().photo_counts().unwrap().photos, photos.photos);
    let sent = ran.store().outgoing(usize::MAX).unwrap();
    assert_eq!(sent.changes(), u64::from(counts.on_device));
    assert_eq!(ran.store().photo_to_send(true).unwrap().map(|photo| photo.thumb), Some(true));
    shop.log.collect(&mut ran);
    meet(&mut shop, &mut [&mut ran]);
    send_photos(&ran);
    assert_eq!(pack_after(&ran, 4), 1, "and it is packed again");
    let after = ask(&ran, job);
    assert_eq!((after.facts, after.heads, after.history), (before.facts, before.heads, before.history));
    assert_eq!(ran.store().counts().unwrap(), counts);
}

#[test]
fn a_relay_that_lacks_the_beginning_of_a_packed_run_gets_it() {
    let (mut shop, _desk, ran, job) = finished();
    assert_eq!(pack_after(&ran, 4), 1);
    ran.note(job, payment(8_000, PaidFor::Work)).unwrap();
    let gap =
        |want| PieceResult { outcome: Outcome::Gap, log_seq: None, want_from: Some(want), code: None, inbox: None };
    let outgoing = ran.store().outgoing(usize::MAX).unwrap();
    assert_eq!(outgoing.changes(), 1);
    let header = shop.log.header(vec![gap(1)]);
    ran.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    let all = ran.store().outgoing(usize::MAX).unwrap();
    let whole = ran.store().whole_job(job).unwrap();
    let own = whole.changes.iter().filter(|kept| kept.mine).count() as u64;
    assert_eq!(all.changes(), own);
    let order: Vec<u64> = whole.changes.iter().filter(|kept| kept.mine).map(|kept| kept.change.seq).collect();
    assert!(order.is_sorted(), "what came later stands behind it: {order:?}");
    shop.log.exchange(&mut { ran });
}

#[test]
fn a_forged_change_to_a_packed_job_is_judged_as_ever() {
    let (mut shop, mut desk, _ran, job) = finished();
    let sheet = DocId::Sheet(job);
    assert_eq!(pack_after(&desk, 4), 1);
    let before = ask(&desk, job);
    let forger = Forger::new(9);
    shop.log.append(forger.vouched());
    shop.log.deliver(&mut desk);
    // It builds on what is packed, and claims an operation number from nowhere.
    let mut copy = AutoCommit::new().with_actor(automerge::ActorId::from(forger.actor.0));
    let births = birth::births(sheet.kind()).iter().map(|birth| birth.bytes.to_vec());
    let changes = before.whole.changes.iter().filter(|kept| kept.kind == sheet.kind());
    let all = births.chain(changes.map(|kept| kept.change.bytes.clone()));
    copy.apply_changes(all.map(|bytes| automerge::Change::from_bytes(bytes).unwrap()).collect::<Vec<_>>()).unwrap();
    automerge::transaction::Transactable::put(&mut copy, automerge::ROOT, "seen", 1).unwrap();
    copy.commit();
    let honest = forger.run(shop.outlet, &sheet, &mut copy);
    let bad = altered(&honest.changes[0].1, |change| change.start_op += 1_000_000);
    let forged = forger.signed(shop.outlet, &sheet, vec![bad]);
    desk.store().absorb(&entries(900, forged.cut(&[])), None, NOON).unwrap();
    assert_eq!(desk.store().stuck().unwrap().len(), 1);
    assert_eq!(ask(&desk, job).facts, before.facts);
    assert!(desk.store().packed_bytes(job).unwrap().is_some());
    assert_eq!(pack_after(&desk, 9), 0, "a person may still decide on it");
    // What stands in a run is not put in the place of another: the packed runs are the log's.
    assert!(runs(&desk).iter().all(|run| run.actor == forger.actor));
}

#[test]
fn a_packed_jobs_pictures_are_shown_and_fetched_anew_when_damaged() {
    let (_shop, desk, _ran, job) = finished();
    let photo = desk.facts(job).sheet.photos[0].clone();
    assert_eq!(pack_after(&desk, 4), 1);
    let desk = desk.restart();
    let standing = desk.store().photo_standing(&photo.photo).unwrap().unwrap();
    assert!(standing.here && standing.on_relay);
    assert!(desk.actions.photo_bytes(&photo.thumb).is_ok());
    assert_eq!(desk.store().photo_to_fetch(true).unwrap(), None);
    let name = photo.photo.to_string();
    let file = desk.folder.path().join("photos").join(&name[..2]).join(&name);
    std::fs::write(&file, b"not what it was").unwrap();
    assert!(desk.store().photo_damaged(&photo.photo).unwrap());
    let wanted = desk.store().photo_to_fetch(true).unwrap().unwrap();
    assert_eq!((wanted.hash, wanted.doc, wanted.thumb), (photo.photo, DocId::Sheet(job), false));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(desk.store().photo_named(&photo.photo).unwrap().map(|found| found.hash), Some(photo.photo));
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Paid(usize, i64),
    Meets(usize),
    Days(i64),
    Packs(usize),
    Starts(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0usize..2, 1i64..90).prop_map(|(who, yuan)| Deed::Paid(who, yuan * 100)),
        3 => (0usize..2).prop_map(Deed::Meets),
        2 => (1i64..6).prop_map(Deed::Days),
        3 => (0usize..2).prop_map(Deed::Packs),
        1 => (0usize..2).prop_map(Deed::Starts),
    ]
}

proptest! {
    #![proptest_config(cases(12))]

    /// Two devices that pack when they like and one that never does hold the same in the end.
    #[test]
    fn who_packs_and_when_makes_no_difference(deeds in proptest::collection::vec(deed(), 1..24)) {
        let (mut shop, desk, ran, job) = finished();
        let mut never = shop.device(OWNER);
        let mut phones = [Some(desk), Some(ran)];
        for deed in deeds {
            let who = |n: usize| phones[n].as_ref().unwrap();
            match deed {
                Deed::Paid(n, fen) => {
                    who(n).note(job, payment(fen, PaidFor::Work)).unwrap();
                }
                Deed::Meets(n) => {
                    let mut phone = phones[n].take().unwrap();
                    meet(&mut shop, &mut [&mut phone]);
                    phones[n] = Some(phone);
                }
                Deed::Days(days) => phones.iter().flatten().for_each(|phone| phone.pass(days * DAYS)),
                Deed::Packs(n) => {
                    let before = ask(who(n), job);
                    pack(who(n));
                    prop_assert_eq!(ask(who(n), job), before);
                }
                Deed::Starts(n) => phones[n] = Some(phones[n].take().unwrap().restart()),
            }
        }
        let [Some(mut desk), Some(mut ran)] = phones else { unreachable!("both are put back") };
        meet(&mut shop, &mut [&mut desk, &mut ran, &mut never]);
        let plain = ask(&never, job);
        for phone in [&desk, &ran] {
            let theirs = ask(phone, job);
            prop_assert_eq!((&theirs.facts, &theirs.heads, &theirs.received), (&plain.facts, &plain.heads, &plain.received));
            prop_assert_eq!(made_anew(&theirs.whole, &DocId::Sheet(job)), theirs.heads[1].clone());
        }
    }
}

#[test]
fn a_job_that_was_cancelled_is_packed_too() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    desk.actions.note_on_order(job, &OrderFact::Cancel { reason: "客户买了新的".to_owned() }).unwrap();
    meet(&mut shop, &mut [&mut desk]);
    desk.pass(4 * DAYS);
    let before = ask(&desk, job);
    assert_eq!(pack(&desk), 1);
    assert_eq!(ask(&desk, job), before);
}

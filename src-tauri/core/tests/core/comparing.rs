//! A log that is another one, a store that was made anew, holes that nobody knows of: what differs is found and goes where
//! it lacks, and the bytes follow the difference.

use doorstep::store::comparing::{COMPARE_EVERY_MS, COMPARE_WAITING_EVERY_MS, Why};
use doorstep::sync::engine::{Engine, Wish};
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::compare::{self, CompareUp};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{Assign, SheetField};
use doorstep_schemas::wire::Entry;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, TIAN, field, leaking_heater, member};
use crate::engine::whole;
use crate::packs::{ask, finished_jobs, meet, pack_after, rows_of};

/// What was said until the engine came to rest.
#[derive(Debug, Default, PartialEq)]
struct Talk {
    questions: usize,
    compared_bytes: usize,
    pieces: usize,
    entries: usize,
}

fn frames(body: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = FrameReader::default();
    reader.push(body);
    std::iter::from_fn(|| reader.next_frame().unwrap().map(<[u8]>::to_vec)).collect()
}

fn now(phone: &Phone) -> i64 {
    doorstep::nature::Nature::now_ms(phone.nature.as_ref())
}

fn reads(phone: &Phone) -> impl Fn(&DocId) -> bool {
    let owner = phone.name == OWNER;
    move |doc| owner || !matches!(doc, DocId::Desk(_))
}

fn write(phone: &Phone, job: JobId) {
    let appliance = phone.facts(job).order.appliances[0].id;
    phone.come(job);
    phone.actions.write_field(&field(job, appliance, SheetField::Serial, "LY85-0002")).unwrap();
}

fn talk(engine: &mut Engine, shop: &mut Shop, phone: &Phone) -> Talk {
    let mut said = Talk::default();
    let at = now(phone);
    engine.on(Cause::ByHand, at);
    for _ in 0..40 {
        let wish = engine.poll(&phone.store(), at).unwrap();
        let answer = match wish {
            Wish::Send(body) => {
                said.pieces += frames(&body).len() - 1;
                let answer = whole(shop, &body);
                said.entries += frames(&answer).iter().filter(|item| frame::read::<Entry>(item).is_ok()).count();
                answer
            }
            Wish::Compare(body) => {
                let up: CompareUp = frame::read(&body).unwrap();
                let answer = shop.log.compare(&up, reads(phone));
                said.questions += 1;
                said.compared_bytes += body.len() + answer.len();
                said.entries += frames(&answer).iter().filter(|item| frame::read::<Entry>(item).is_ok()).count();
                answer
            }
            Wish::WaitUntil(_) | Wish::Rest => return said,
        };
        let mut store = phone.store();
        engine.receive(&answer, &mut store, at).unwrap();
        engine.finish(&mut store, at).unwrap();
    }
    panic!("the engine does not come to rest: {said:?}");
}

/// Finished jobs and one that is not, which everybody has, and an engine that has said and heard all of it, at a relay that compares.
fn scene(many: usize) -> (Shop, Phone, Phone, Vec<JobId>, Engine) {
    let (mut shop, mut desk, mut ran, mut jobs) = finished_jobs(many);
    jobs.push(desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job);
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    shop.log.compares = Some(compare::FORM);
    let mut engine = Engine::default();
    talk(&mut engine, &mut shop, &ran);
    assert_eq!(ran.store().held().unwrap().changes, 0);
    (shop, desk, ran, jobs, engine)
}

/// What the relay holds and what is here are summed up alike.
fn alike(shop: &Shop, phone: &Phone) -> bool {
    let up = CompareUp { protocol: 1, nodes: vec![compare::Node::ROOT], ..CompareUp::default() };
    let down: compare::CompareDown = frame::read(&frames(&shop.log.compare(&up, reads(phone)))[0]).unwrap();
    let mut store = phone.store();
    while store.sum_up(100).unwrap() {}
    let here = compare::NodeHeld::of(compare::Node::ROOT, store.tallies().unwrap());
    let sorted = |held: &compare::NodeHeld| {
        let mut subjects = held.subjects.clone();
        subjects.sort_by_key(|tally| tally.subject.clone());
        (held.parts.clone(), subjects)
    };
    sorted(&here) == sorted(&down.nodes[0]) && store.team_digest().unwrap() == down.team.unwrap()
}

#[test]
fn what_is_the_same_costs_one_question_packed_or_not_and_is_asked_about_once_a_week() {
    let (mut shop, desk, ran, jobs, mut engine) = scene(3);
    assert!(alike(&shop, &ran) && alike(&shop, &desk));
    assert_eq!(pack_after(&ran, 8), 3);
    assert!(alike(&shop, &ran), "packing moves nothing");
    let said = talk(&mut engine, &mut shop, &ran);
    assert_eq!((said.questions, said.pieces, said.entries), (1, 0, 0), "{said:?}");
    assert!(said.compared_bytes < 1_000, "{said:?}");
    assert!(jobs[..3].iter().all(|job| rows_of(&ran, *job) == 0), "what is packed stays so");
    assert_eq!(talk(&mut engine, &mut shop, &ran).questions, 0, "not again on the same day");
    assert_eq!(ran.store().compare_due(now(&ran) + COMPARE_EVERY_MS).unwrap(), Some(Why::Holes));
}

/// The relay loses everything behind this place and gets another epoch.
fn put_back(shop: &mut Shop, log: &crate::cast::Log) {
    shop.log = log.clone();
    shop.log.epoch = [6; 8];
}

#[test]
fn a_relay_put_back_gets_what_it_lacks_and_nothing_else_packed_or_not() {
    for packed in [false, true] {
        let (mut shop, mut desk, mut ran, jobs, mut engine) = scene(3);
        let copy = shop.log.clone();
        let late = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
        write(&ran, jobs[3]);
        meet(&mut shop, &mut [&mut desk, &mut ran]);
        talk(&mut engine, &mut shop, &ran);
        if packed {
            assert_eq!(pack_after(&ran, 4), 3);
        }
        let before = ask(&ran, jobs[0]);
        put_back(&mut shop, &copy);
        shop.log.lose(&DocId::Sheet(jobs[2]));
        let said = talk(&mut engine, &mut shop, &ran);
        assert!(said.questions >= 2 && said.entries <= 1, "{said:?}");
        assert!(said.compared_bytes < 3_000, "{said:?}");
        assert!((3..=6).contains(&said.pieces), "the changes, a lost sheet, and the desk's order: {said:?}");
        assert_eq!(shop.log.cursor(), ran.store().cursor().unwrap().unwrap());
        assert_eq!(ran.store().held().unwrap().changes, 0);
        if packed {
            assert_eq!(rows_of(&ran, jobs[0]), 0, "what agrees stays packed");
            assert!(!ran.store().open_doubted(now(&ran), 10).unwrap(), "and is in doubt no more");
            assert_eq!(ask(&ran, jobs[0]).whole, before.whole);
        }
        let counts = ran.store().counts().unwrap();
        assert_eq!(counts.on_device, counts.on_relay);

        // The desk says again which grants the copy lacks.
        let mut engine = Engine::default();
        talk(&mut engine, &mut shop, &desk);
        assert!(alike(&shop, &desk) && alike(&shop, &ran));
        let mut fresh = shop.device(OWNER);
        shop.log.exchange(&mut fresh);
        assert_eq!([2, 3].map(|n| fresh.facts(jobs[n])), [2, 3].map(|n| ran.facts(jobs[n])));
        assert_eq!(fresh.facts(late), desk.facts(late));
    }
}

#[test]
fn until_the_new_log_is_compared_nothing_counts_as_on_the_relay() {
    let (mut shop, _, ran, _, mut engine) = scene(1);
    assert_eq!(pack_after(&ran, 4), 1);
    let copy = shop.log.clone();
    put_back(&mut shop, &copy);
    engine.on(Cause::ByHand, now(&ran));
    let Wish::Send(body) = engine.poll(&ran.store(), now(&ran)).unwrap() else { panic!("an exchange is due") };
    let answer = whole(&mut shop, &body);
    let mut store = ran.store();
    engine.receive(&answer, &mut store, now(&ran)).unwrap();
    engine.finish(&mut store, now(&ran)).unwrap();
    let counts = store.counts().unwrap();
    assert_eq!((counts.on_relay, counts.on_owner), (0, 0), "{counts:?}");
    assert_eq!(store.compare_due(now(&ran)).unwrap(), Some(Why::OtherLog));
    assert!(!store.open_doubted(now(&ran), 10).unwrap(), "packs wait for it");
    drop(store);
    // The program ends here; what was begun is gone on with at the next start.
    let ran = ran.restart();
    let mut engine = Engine::default();
    let said = talk(&mut engine, &mut shop, &ran);
    assert_eq!((said.questions, said.pieces), (1, 0));
    let counts = ran.store().counts().unwrap();
    assert_eq!(counts.on_relay, counts.on_device);
}

/// Rows of a document's changes are gone, and the run with them, as if the log had never brought them.
fn lose(phone: &Phone, doc: &DocId) {
    let db = phone.database();
    for table in ["change", "run", "paper"] {
        db.execute(&format!("DELETE FROM {table} WHERE doc = ?1"), [doc.to_string()]).unwrap();
    }
    phone.store().recover();
}

#[test]
fn holes_behind_the_cursor_are_found_and_filled_on_either_side() {
    let (mut shop, desk, ran, jobs, mut engine) = scene(3);
    let cursor = ran.store().cursor().unwrap();
    lose(&ran, &DocId::Sheet(jobs[1]));
    assert!(!alike(&shop, &ran));
    assert_eq!(talk(&mut engine, &mut shop, &ran).entries, 0, "no exchange brings them");
    ran.store().compare_soon().unwrap();
    let said = talk(&mut engine, &mut shop, &ran);
    assert!((1..12).contains(&said.entries), "{said:?}");
    assert_eq!(ran.facts(jobs[1]), desk.facts(jobs[1]));
    assert_eq!(ran.store().cursor().unwrap(), cursor);
    assert!(alike(&shop, &ran));

    // What the relay has lost of the owner's order, this phone carries.
    shop.log.lose(&DocId::Order(jobs[2]));
    assert!(!alike(&shop, &ran));
    ran.store().compare_soon().unwrap();
    let said = talk(&mut engine, &mut shop, &ran);
    assert!(said.pieces > 0, "{said:?}");
    assert!(alike(&shop, &ran));
}

/// The order is lost here. What the desk adds then can't be judged: by the same run, whose stretch
/// before it lacks, or after a new start by another run that rests on it.
#[test]
fn what_waits_for_a_part_of_its_history_is_asked_for_within_the_hour() {
    for another_run in [false, true] {
        let (mut shop, mut desk, mut ran, jobs, mut engine) = scene(1);
        let job = jobs[1];
        write(&ran, job);
        meet(&mut shop, &mut [&mut desk, &mut ran]);
        talk(&mut engine, &mut shop, &ran);
        desk.actions.assign(&Assign { job, members: vec![member(RAN)] }).unwrap();
        shop.log.exchange(&mut desk);
        talk(&mut engine, &mut shop, &ran);
        lose(&ran, &DocId::Order(job));
        if another_run {
            desk = desk.restart();
        }
        desk.actions.assign(&Assign { job, members: vec![member(RAN), member(TIAN)] }).unwrap();
        shop.log.exchange(&mut desk);

        ran.pass(10);
        let said = talk(&mut engine, &mut shop, &ran);
        assert!(ran.store().waiting().unwrap() > 0, "{said:?}");
        assert_eq!(said.questions, 0, "all was compared less than an hour ago: what lacks may be on its way");
        ran.nature.pass(COMPARE_WAITING_EVERY_MS);
        let said = talk(&mut engine, &mut shop, &ran);
        assert!(said.questions > 0, "{said:?}");
        assert_eq!(ran.store().waiting().unwrap(), 0);
        assert_eq!(ran.facts(job), desk.facts(job));
        ran.nature.pass(COMPARE_WAITING_EVERY_MS);
        assert_eq!(talk(&mut engine, &mut shop, &ran).questions, 0, "nothing waits any more");
    }
}

/// Nobody has the part that lacks: one question an hour, and exchanges go on.
#[test]
fn what_nobody_can_bring_is_asked_for_once_an_hour() {
    let (mut shop, mut desk, ran, jobs, mut engine) = scene(1);
    let order = DocId::Order(jobs[1]);
    lose(&ran, &order);
    desk.actions.assign(&Assign { job: jobs[1], members: vec![member(RAN), member(TIAN)] }).unwrap();
    shop.log.exchange(&mut desk);
    talk(&mut engine, &mut shop, &ran);
    assert!(ran.store().waiting().unwrap() > 0);
    shop.log.lose(&order);
    let mut questions = Vec::new();
    for _ in 0..4 {
        ran.nature.pass(COMPARE_WAITING_EVERY_MS / 2);
        questions.push(talk(&mut engine, &mut shop, &ran).questions > 0);
    }
    assert_eq!(questions, [false, true, false, true]);
}

#[test]
fn a_store_made_anew_compares_instead_of_being_sent_everything() {
    let (mut shop, _, ran, jobs, _) = scene(3);
    ran.database().execute("DELETE FROM meta WHERE key = 'cursor'", []).unwrap();
    lose(&ran, &DocId::Order(jobs[0]));
    let said = talk(&mut Engine::default(), &mut shop, &ran);
    assert!((1..5).contains(&said.entries), "{said:?}");
    assert_eq!(ran.store().cursor().unwrap(), Some(shop.log.cursor()));
    assert!(alike(&shop, &ran));
}

#[test]
fn an_answer_cut_at_any_byte_costs_that_answer_only() {
    let (mut shop, _, ran, jobs, mut engine) = scene(2);
    let copy = shop.log.clone();
    write(&ran, jobs[2]);
    talk(&mut engine, &mut shop, &ran);
    put_back(&mut shop, &copy);
    shop.log.lose(&DocId::Order(jobs[0]));
    lose(&ran, &DocId::Sheet(jobs[0]));
    engine.on(Cause::ByHand, NOON);
    let (mut cuts, mut at) = (0, 0);
    for _ in 0..4_000 {
        let (body, compares) = match engine.poll(&ran.store(), NOON + 3_600_000).unwrap() {
            Wish::Send(body) => (body, false),
            Wish::Compare(body) => (body, true),
            Wish::WaitUntil(_) | Wish::Rest => break,
        };
        let mut store = ran.store();
        let answer = if compares {
            shop.log.compare(&frame::read(&body).unwrap(), reads(&ran))
        } else {
            whole(&mut shop, &body)
        };
        at += 37;
        if compares && at < answer.len() {
            cuts += 1;
            engine.receive(&answer[..at], &mut store, NOON).unwrap();
            let fault = engine.finish(&mut store, NOON).unwrap_err();
            engine.fail(&fault, 0, &mut store, NOON).unwrap();
            continue;
        }
        at = 0;
        engine.receive(&answer, &mut store, NOON).unwrap();
        engine.finish(&mut store, NOON).unwrap();
        engine.on(Cause::ByHand, NOON);
        drop(store);
        if !compares && alike(&shop, &ran) {
            break;
        }
    }
    assert!(cuts > 20, "{cuts}");
    assert!(alike(&shop, &ran));
    assert_eq!(ran.store().held().unwrap().changes, 0);
}

#[test]
fn a_relay_that_no_longer_compares_sends_everything() {
    let (mut shop, _, ran, jobs, mut engine) = scene(2);
    let copy = shop.log.clone();
    write(&ran, jobs[2]);
    talk(&mut engine, &mut shop, &ran);
    put_back(&mut shop, &copy);
    engine.on(Cause::ByHand, NOON);
    let Wish::Send(body) = engine.poll(&ran.store(), NOON).unwrap() else { panic!("an exchange is due") };
    let answer = whole(&mut shop, &body);
    engine.receive(&answer, &mut ran.store(), NOON).unwrap();
    engine.finish(&mut ran.store(), NOON).unwrap();
    let Wish::Compare(_) = engine.poll(&ran.store(), NOON).unwrap() else { panic!("a comparison is due") };
    shop.log.compares = None;
    let unknown = Fault::Refused {
        status: 404,
        code: ErrorCode::NotFound,
        detail: String::new(),
        retry_after_ms: None,
        farewell: None,
    };
    engine.fail(&unknown, 0, &mut ran.store(), NOON).unwrap();
    ran.pass(10);
    let said = talk(&mut engine, &mut shop, &ran);
    assert!(said.questions == 0 && said.entries > 10 && said.pieces > 0, "{said:?}");
    assert!(alike(&shop, &ran));
}

#[test]
fn a_store_from_before_there_were_sums_is_summed_up_in_portions() {
    let (_, _, ran, jobs, _) = scene(3);
    assert_eq!(pack_after(&ran, 4), 3);
    let before = {
        let mut store = ran.store();
        while store.sum_up(100).unwrap() {}
        store.tallies().unwrap()
    };
    assert!(before.len() >= jobs.len());
    let db = ran.database();
    db.execute_batch(
        "DROP TRIGGER run_came; DROP TRIGGER run_moved; DROP TRIGGER run_went; DROP TRIGGER grant_came;
         DROP TRIGGER grant_moved; DROP TRIGGER grant_went; DROP TABLE tally; DROP TABLE tally_due;
         DROP TABLE declined; DROP TABLE search_due; DROP TABLE part_use; DROP TABLE machine; PRAGMA user_version = 13",
    )
    .unwrap();
    drop(db);
    let ran = ran.restart();
    let mut store = ran.store();
    assert!(!store.comparable().unwrap(), "packs are yet to be summed up");
    let portions = std::iter::repeat_with(|| store.sum_up(2).unwrap()).take_while(|more| *more).count();
    assert!((1..9).contains(&portions), "{portions}");
    assert!(store.comparable().unwrap());
    assert_eq!(store.tallies().unwrap(), before);
}

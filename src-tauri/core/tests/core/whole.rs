//! Jobs in one piece on their way to a device: what the engine says of them, and what it does with one that it can't read.

use doorstep::store::Store;
use doorstep::sync::engine::{Engine, Wish};
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep_schemas::closed::{Closed, body};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::wire::{DownHeader, Entry, PACKS, Pack, PackedGrant, PacksFrom, Piece, Trailer, UpHeader, kind};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything};

/// A log with a job in it that has gone from the desk to the phone and back, and the owner's second desk.
fn scene() -> (Shop, Phone, Phone, JobId) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let fresh = shop.stranger(OWNER);
    shop.vouch(&fresh);
    (shop, desk, fresh, job)
}

fn ask(engine: &mut Engine, store: &Store) -> UpHeader {
    engine.on(Cause::ByHand, NOON);
    let Wish::Send(sent) = engine.poll(store, NOON).unwrap() else { panic!("a request is due") };
    let mut reader = FrameReader::default();
    reader.push(&sent);
    frame::read(reader.next_frame().unwrap().unwrap()).unwrap()
}

/// The log as the relay gives it once the job is packed: the pack in the place of the job's first entry.
fn answer(shop: &Shop, closed: &Closed, job: JobId, body: Vec<u8>, from: Option<PacksFrom>) -> Vec<u8> {
    let of_job = |entry: &Entry| entry.piece.doc.as_ref().and_then(DocId::job) == Some(job);
    let first = shop.log.entries.iter().position(of_job).unwrap();
    let grants = shop.log.entries.iter().filter_map(|entry| entry.piece.grant.map(|grant| (entry.seq, grant)));
    let grants = grants.map(|(seq, grant)| PackedGrant { seq, member: grant.member, access: grant.access });
    let pack = Pack { body, grants: grants.collect() };
    assert!(!closed.changes.is_empty());
    let mut out = Vec::new();
    frame::put(&mut out, &DownHeader { packs_from: from, ..shop.log.header(Vec::new()) });
    for (place, entry) in shop.log.entries.iter().enumerate() {
        let doc = Some(DocId::Order(job));
        if place == first {
            let piece = Piece { kind: kind::PACK, doc, pack: Some(pack.clone()), ..Piece::default() };
            frame::put(&mut out, &Entry { piece, ..entry.clone() });
        } else if !of_job(entry) && entry.piece.grant.is_none() {
            frame::put(&mut out, entry);
        }
    }
    frame::put(&mut out, &Trailer { cursor: shop.log.cursor(), more: true });
    out
}

/// The job as the log holds it.
fn packed(shop: &Shop, desk: &Phone, job: JobId) -> Closed {
    let mut closed = desk.store().whole_job(job).unwrap();
    for kept in &mut closed.changes {
        (kept.mine, kept.noted_ms) = (false, NOON);
        kept.log_seq = kept.log_seq.max(1).min(shop.log.head());
    }
    closed
}

#[test]
fn a_device_says_from_where_packs_were_given_and_holds_what_came_in_one() {
    let (shop, desk, fresh, job) = scene();
    let closed = packed(&shop, &desk, job);
    let mut engine = Engine::default();
    let up = ask(&mut engine, &fresh.store());
    assert_eq!((up.packs, up.packs_from), (Some(PACKS), None));
    let from = Some(PacksFrom { turn: [3; 8], seq: 0 });
    let told = answer(&shop, &closed, job, body::encode(&closed).unwrap(), from);
    engine.receive(&told, &mut fresh.store(), NOON).unwrap();
    engine.finish(&mut fresh.store(), NOON).unwrap();
    for doc in [DocId::Order(job), DocId::Sheet(job)] {
        assert_eq!(fresh.store().heads(&doc).unwrap(), desk.store().heads(&doc).unwrap());
    }
    assert_eq!(fresh.store().job_facts(job).unwrap(), desk.store().job_facts(job).unwrap());
    assert_eq!(ask(&mut engine, &fresh.store()).packs_from, from);
    // A line that breaks before the header says nothing of packs; what was said before still holds.
    engine.fail(&Fault::NoNetwork, 0, &mut fresh.store(), NOON).unwrap();
    assert_eq!(ask(&mut engine, &fresh.store()).packs_from, from);
}

#[test]
fn a_pack_that_can_not_be_read_costs_itself_and_entries_are_asked_for() {
    let (shop, desk, fresh, job) = scene();
    let closed = packed(&shop, &desk, job);
    let mut engine = Engine::default();
    ask(&mut engine, &fresh.store());
    let told = answer(&shop, &closed, job, vec![1, 2, 3], Some(PacksFrom { turn: [3; 8], seq: 0 }));
    let fault = engine.receive(&told, &mut fresh.store(), NOON).unwrap_err();
    assert!(matches!(fault, Fault::Nonsense(_)), "{fault:?}");
    engine.fail(&fault, 0, &mut fresh.store(), NOON).unwrap();
    let of_job = |entry: &Entry| entry.piece.doc.as_ref().and_then(DocId::job) == Some(job);
    let first = shop.log.entries.iter().position(of_job).unwrap() as u64;
    assert_eq!(fresh.store().cursor().unwrap().map(|at| at.seq), Some(first), "up to the entry before it");
    assert_eq!(ask(&mut engine, &fresh.store()).packs, None);
}

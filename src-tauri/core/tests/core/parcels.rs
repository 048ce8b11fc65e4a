//! Work in parcels: to a relay that takes them, and from it.

use doorstep::store::Store;
use doorstep::sync::engine::{Engine, Wish};
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::terse::{Item, Listener, NEWEST, Teller};
use doorstep_schemas::wire::{DownHeader, Entry, Outcome, Piece, PieceResult, Trailer, UpHeader, kind};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything};

/// Finished jobs on the technician's phone.
fn scene(jobs: usize) -> (Shop, Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let taken: Vec<JobId> =
        (0..jobs).map(|_| desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job).collect();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    taken.iter().for_each(|job| drop(pass_everything(&ran, *job)));
    (shop, ran, taken)
}

fn read(body: &[u8]) -> (UpHeader, Vec<Piece>) {
    let mut reader = FrameReader::default();
    reader.push(body);
    let header = frame::read(reader.next_frame().unwrap().unwrap()).unwrap();
    let mut pieces = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        pieces.push(frame::read(frame).unwrap());
    }
    (header, pieces)
}

/// The pieces as the relay takes them out.
fn taken_out(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut listener = Listener::default();
    let one = |item: Item| Piece {
        kind: kind::SEGMENT,
        doc: Some(item.doc),
        segment: Some(item.segment),
        ..Piece::default()
    };
    let all = pieces.into_iter().flat_map(|piece| match &piece.parcel {
        Some(parcel) => listener.unfold(parcel).unwrap().into_iter().map(one).collect(),
        None => vec![piece],
    });
    all.collect()
}

/// Entries from behind `from` as a relay of today answers them, so many in each parcel; it knew what was `sent`.
fn told(shop: &Shop, sent: usize, from: u64, in_each: usize) -> Vec<u8> {
    let mut teller = Teller::new(NEWEST).unwrap();
    let mut body = Vec::new();
    let known = PieceResult { outcome: Outcome::Known, log_seq: Some(1), want_from: None, code: None, inbox: None };
    frame::put(&mut body, &DownHeader { sample: Some(NEWEST), ..shop.log.header(vec![known; sent]) });
    let entries = &shop.log.entries[usize::try_from(from).unwrap()..];
    for run in entries.chunk_by(|a, b| a.piece.segment.is_some() && b.piece.segment.is_some()) {
        for some in run.chunks(in_each) {
            let items: Vec<Item> = some.iter().filter_map(item).collect();
            let last = some.last().unwrap().clone();
            let piece = if items.is_empty() {
                last.piece.clone()
            } else {
                Piece { kind: kind::PARCEL, parcel: Some(teller.fold(&items).unwrap()), ..Piece::default() }
            };
            frame::put(&mut body, &Entry { piece, ..last });
        }
    }
    frame::put(&mut body, &Trailer { cursor: shop.log.cursor(), more: false });
    body
}

fn item(entry: &Entry) -> Option<Item> {
    let Piece { doc, segment, .. } = entry.piece.clone();
    Some(Item { seq: entry.seq, at_ms: entry.at_ms, doc: doc?, segment: segment? })
}

fn send(engine: &mut Engine, store: &Store) -> Vec<u8> {
    match engine.poll(store, NOON).unwrap() {
        Wish::Send(body) => body,
        other => panic!("a request is due: {other:?}"),
    }
}

/// What the phone sends to a relay that answered with this sample, after the question that a start begins with.
fn sent(shop: &mut Shop, phone: &Phone, engine: &mut Engine, sample: Option<u8>) -> Vec<u8> {
    engine.on(Cause::ByHand, NOON);
    send(engine, &phone.store());
    let mut body = Vec::new();
    frame::put(&mut body, &DownHeader { sample, ..shop.log.header(Vec::new()) });
    frame::put(&mut body, &Trailer { cursor: phone.store().cursor().unwrap().unwrap(), more: false });
    engine.receive(&body, &mut phone.store(), NOON).unwrap();
    engine.finish(&mut phone.store(), NOON).unwrap();
    engine.on(Cause::ByHand, NOON);
    send(engine, &phone.store())
}

#[test]
fn a_day_goes_up_in_parcels_with_one_answer_for_each_run() {
    let (mut shop, ran, jobs) = scene(3);
    let mut engine = Engine::default();
    let alone = sent(&mut shop, &ran, &mut engine, None);
    assert!(read(&alone).1.iter().all(|piece| piece.kind != kind::PARCEL));
    engine.fail(&Fault::NoNetwork, 0, &mut ran.store(), NOON).unwrap();

    let mut engine = Engine::default();
    let body = sent(&mut shop, &ran, &mut engine, Some(NEWEST));
    assert!(body.len() * 2 < alone.len(), "{} of {}", body.len(), alone.len());
    let (up, pieces) = read(&body);
    assert_eq!((up.sample, pieces.len()), (Some(NEWEST), 1));
    let results: Vec<PieceResult> = taken_out(pieces).iter().map(|piece| shop.log.take(piece)).collect();
    assert_eq!(results.len(), jobs.len());
    let mut answer = Vec::new();
    frame::put(&mut answer, &shop.log.header(results));
    frame::put(&mut answer, &Trailer { cursor: shop.log.cursor(), more: false });
    engine.receive(&answer, &mut ran.store(), NOON).unwrap();
    engine.finish(&mut ran.store(), NOON).unwrap();
    assert_eq!(ran.store().held().unwrap().changes, 0);
    let fresh = shop.stranger(OWNER);
    shop.vouch(&fresh);
    let mut fresh = fresh;
    shop.log.deliver(&mut fresh);
    for job in jobs {
        assert_eq!(fresh.facts(job), ran.facts(job));
    }
}

#[test]
fn an_answer_in_parcels_cut_at_any_byte_keeps_whole_parcels_and_the_rest_follows() {
    let (mut shop, mut ran, jobs) = scene(3);
    shop.log.exchange(&mut ran);
    let body = told(&shop, 0, 0, 2);
    let mut seen = 0;
    for cut in (0..body.len()).step_by(67).chain([body.len() - 1]) {
        let phone = shop.stranger(OWNER);
        let mut engine = Engine::default();
        engine.on(Cause::Start, NOON);
        assert_eq!(read(&send(&mut engine, &phone.store())).0.sample, Some(NEWEST));
        let mut store = phone.store();
        engine.receive(&body[..cut], &mut store, NOON).unwrap();
        let fault = engine.finish(&mut store, NOON).unwrap_err();
        engine.fail(&fault, 0, &mut store, NOON).unwrap();
        let at = store.cursor().unwrap().map_or(0, |cursor| cursor.seq);
        assert!(at >= seen, "a longer answer never leaves less: {at} after {seen}");
        seen = at;
        engine.on(Cause::ByHand, NOON);
        let sent = read(&send(&mut engine, &store)).1.len();
        engine.receive(&told(&shop, sent, at, 3), &mut store, NOON).unwrap();
        engine.finish(&mut store, NOON).unwrap();
        drop(store);
        assert_eq!(phone.store().cursor().unwrap(), Some(shop.log.cursor()));
        jobs.iter().for_each(|job| assert_eq!(phone.facts(*job), ran.facts(*job), "cut at {cut}"));
    }
    assert_eq!(seen, shop.log.head());
}

#[test]
fn a_parcel_that_cannot_be_read_is_asked_for_piece_by_piece() {
    let (mut shop, mut ran, _) = scene(1);
    shop.log.exchange(&mut ran);
    let phone = shop.stranger(OWNER);
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    send(&mut engine, &phone.store());
    let mut body = Vec::new();
    frame::put(&mut body, &shop.log.header(Vec::new()));
    let broken = Piece { kind: kind::PARCEL, parcel: Some(vec![NEWEST, 1, 2, 3]), ..Piece::default() };
    frame::put(&mut body, &Entry { seq: 1, hash: [1; 8], part: 0, at_ms: NOON, piece: broken });
    let fault = engine.receive(&body, &mut phone.store(), NOON).unwrap_err();
    assert!(matches!(fault, Fault::Nonsense(_)), "{fault:?}");
    engine.fail(&fault, 0, &mut phone.store(), NOON).unwrap();
    assert_eq!(phone.store().cursor().unwrap(), None, "what was not read is not passed over");
    engine.on(Cause::ByHand, NOON);
    assert_eq!(read(&send(&mut engine, &phone.store())).0.sample, None);
}

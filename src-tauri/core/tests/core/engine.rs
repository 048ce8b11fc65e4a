//! The sync engine, driven by hand: bytes and time in, bytes and wishes out.

use doorstep::store::Store;
use doorstep::sync::engine::{Engine, News, TOGETHER_MS, Wish};
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep::tasks::Step;
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::wire::{
    Cursor, DownHeader, Entry, Outcome, Piece, PieceResult, RunHeld, Trailer, UpHeader, kind,
};
use ed25519_dalek::SigningKey;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, field, leaking_heater, member, pass_everything};

/// A request as the relay reads it.
fn request(body: &[u8]) -> (UpHeader, Vec<Piece>) {
    let mut reader = FrameReader::default();
    reader.push(body);
    let header = frame::read(reader.next_frame().unwrap().unwrap()).unwrap();
    let mut pieces = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        pieces.push(frame::read(frame).unwrap());
    }
    reader.finish().unwrap();
    (header, pieces)
}

fn answer(header: &DownHeader, entries: &[Entry], trailer: Option<&Trailer>) -> Vec<u8> {
    let mut body = Vec::new();
    frame::put(&mut body, header);
    entries.iter().for_each(|entry| frame::put(&mut body, entry));
    if let Some(trailer) = trailer {
        frame::put(&mut body, trailer);
    }
    body
}

/// What the relay answers in good order: it takes the pieces and hands out everything behind the cursor.
pub fn whole(shop: &mut Shop, body: &[u8]) -> Vec<u8> {
    let (up, pieces) = request(body);
    let results: Vec<PieceResult> = pieces.iter().map(|piece| shop.log.take(piece)).collect();
    let known = up.cursor.filter(|cursor| cursor.epoch == shop.log.epoch);
    let behind = known.map_or(0, |cursor| cursor.seq) as usize;
    let mut header = shop.log.header(results);
    header.restarted = up.cursor.is_some() && known.is_none();
    header.runs = up.ask.iter().filter_map(|run| shop.log.held(run)).collect();
    let own = |entry: &&Entry| entry.piece.segment.as_ref().is_none_or(|segment| Some(segment.actor) != up.actor);
    let spared = header.restarted && up.compares.is_some() && shop.log.compares.is_some();
    if spared {
        let cursor = Cursor { epoch: shop.log.epoch, seq: 0, hash: [0; 8], part: 0 };
        return answer(&header, &[], Some(&Trailer { cursor, more: true }));
    }
    let entries: Vec<Entry> = shop.log.entries[behind..].iter().filter(own).cloned().collect();
    answer(&header, &entries, Some(&Trailer { cursor: shop.log.cursor(), more: false }))
}

fn send(engine: &mut Engine, store: &Store, now: i64) -> Vec<u8> {
    match engine.poll(store, now).unwrap() {
        Wish::Send(body) => body,
        other => panic!("a request is due: {other:?}"),
    }
}

fn converse(engine: &mut Engine, store: &mut Store, body: &[u8]) -> Result<News, Fault> {
    engine.receive(body, store, NOON)?;
    engine.finish(store, NOON)
}

/// Exchanges until the engine has nothing more to say.
fn settle(engine: &mut Engine, shop: &mut Shop, phone: &Phone) {
    engine.on(Cause::ByHand, NOON);
    for _ in 0..8 {
        let wish = engine.poll(&phone.store(), NOON).unwrap();
        let Wish::Send(body) = wish else { return };
        let answer = whole(shop, &body);
        converse(engine, &mut phone.store(), &answer).unwrap();
    }
    panic!("the engine does not come to rest");
}

/// A finished job on the technician's phone, and a phone of the owner's that knows nothing of it.
fn scene() -> (Shop, Phone, Phone, JobId) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    let fresh = shop.stranger(OWNER);
    shop.vouch(&fresh);
    (shop, ran, fresh, job)
}

#[test]
fn one_exchange_carries_everything_both_ways() {
    let (mut shop, ran, fresh, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    assert_eq!(ran.store().held().unwrap().changes, 0);
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    let body = send(&mut engine, &fresh.store(), NOON);
    let (up, pieces) = request(&body);
    assert_eq!((up.protocol, up.cursor, pieces.len()), (PROTOCOL, None, 0));
    let answer = whole(&mut shop, &body);
    let news = converse(&mut engine, &mut fresh.store(), &answer).unwrap();
    assert!(news.jobs.contains(&job) && news.team && news.received > 9, "{news:?}");
    assert_eq!(fresh.facts(job), ran.facts(job));
    assert_eq!(fresh.store().cursor().unwrap(), Some(shop.log.cursor()));
    let attempts = fresh.store().attempts().unwrap();
    assert_eq!((attempts.len(), attempts[0].bytes_down as usize, attempts[0].error.clone()), (1, answer.len(), None));
}

#[test]
fn an_answer_cut_at_any_byte_keeps_what_was_whole_and_the_rest_follows() {
    let (mut shop, ran, fresh, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let mut probe = Engine::default();
    probe.on(Cause::Start, NOON);
    let body = send(&mut probe, &fresh.store(), NOON);
    let answer = whole(&mut shop, &body);
    let (mut seen, head) = (0, shop.log.head());
    for cut in (0..answer.len()).step_by(7).chain([answer.len() - 1]) {
        let phone = shop.stranger(OWNER);
        let mut engine = Engine::default();
        engine.on(Cause::Start, NOON);
        send(&mut engine, &phone.store(), NOON);
        // In two parts, as lines deliver.
        let (head, tail) = answer[..cut].split_at(cut / 2);
        let mut store = phone.store();
        engine.receive(head, &mut store, NOON).unwrap();
        engine.receive(tail, &mut store, NOON).unwrap();
        let fault = engine.finish(&mut store, NOON).unwrap_err();
        engine.fail(&fault, 0, &mut store, NOON).unwrap();
        let at = store.cursor().unwrap().map_or(0, |cursor| cursor.seq);
        assert!(at >= seen, "a longer answer never leaves less: {at} after {seen}");
        seen = at;
        drop(store);
        if cut % 5 == 0 {
            settle(&mut engine, &mut shop, &phone);
            assert_eq!(phone.facts(job), ran.facts(job), "cut at {cut}");
        }
    }
    assert_eq!(seen, head, "all of the log was kept before the last byte");
}

#[test]
fn a_cut_request_is_asked_about_before_anything_is_sent_again() {
    let (mut shop, ran, _, job) = scene();
    let mut engine = Engine::default();
    settle(&mut engine, &mut shop, &ran);
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.actions.write_field(&field(job, appliance, SheetField::Serial, "LY85-0002")).unwrap();
    engine.on(Cause::ByHand, NOON);
    let body = send(&mut engine, &ran.store(), NOON);
    // It arrived; the answer did not.
    let answer = whole(&mut shop, &body);
    assert!(!answer.is_empty());
    let silence = Fault::Nonsense("the line broke");
    engine.fail(&silence, 0, &mut ran.store(), NOON).unwrap();
    assert_eq!(ran.store().held().unwrap().changes, 1, "nothing was confirmed");
    engine.on(Cause::ByHand, NOON);
    let body = send(&mut engine, &ran.store(), NOON);
    let (up, pieces) = request(&body);
    assert_eq!((up.ask.len(), pieces.len(), up.held.changes), (1, 0, 1));
    let answer = whole(&mut shop, &body);
    let news = converse(&mut engine, &mut ran.store(), &answer).unwrap();
    assert_eq!(news.confirmed, 1);
    settle(&mut engine, &mut shop, &ran);
    assert_eq!(ran.store().held().unwrap().changes, 0);
}

/// Unsent work of a phone that was asked about already, and the request that carries it.
fn sending(shop: &mut Shop, ran: &Phone) -> (Engine, Vec<u8>, usize) {
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    let asking = send(&mut engine, &ran.store(), NOON);
    let answer = whole(shop, &asking);
    converse(&mut engine, &mut ran.store(), &answer).unwrap();
    let body = send(&mut engine, &ran.store(), NOON);
    let pieces = request(&body).1.len();
    assert!(pieces > 0);
    (engine, body, pieces)
}

#[test]
fn an_answer_with_too_few_or_too_many_results_is_nonsense_and_confirms_nothing() {
    for extra in [-1i32, 1] {
        let (mut shop, ran, _, _) = scene();
        let (mut engine, _, pieces) = sending(&mut shop, &ran);
        let held = ran.store().held().unwrap().changes;
        let accepted =
            PieceResult { outcome: Outcome::Accepted, log_seq: Some(9), want_from: None, code: None, inbox: None };
        let count = usize::try_from(pieces as i32 + extra).unwrap();
        let header = shop.log.header(vec![accepted; count]);
        let body = answer(&header, &[], Some(&Trailer { cursor: shop.log.cursor(), more: false }));
        let fault = engine.receive(&body, &mut ran.store(), NOON).unwrap_err();
        assert!(matches!(fault, Fault::Nonsense(_)), "{fault:?}");
        engine.fail(&fault, 0, &mut ran.store(), NOON).unwrap();
        assert_eq!(ran.store().held().unwrap().changes, held);
    }
}

#[test]
fn an_answer_under_another_key_is_an_impostors_and_nothing_of_it_is_kept() {
    let (mut shop, ran, fresh, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let honest = shop.log.header(Vec::new());
    let other_key = shop.log.clone().under(SigningKey::from_bytes(&[66; 32])).header(Vec::new());
    let other_time = DownHeader { beacon: honest.beacon.clone(), epoch: [9; 8], ..honest.clone() };
    let mut bent = honest.clone();
    bent.beacon.time_ms += 1;
    for header in [other_key, other_time, bent] {
        let body = answer(&header, &shop.log.entries, Some(&Trailer { cursor: shop.log.cursor(), more: false }));
        let mut engine = Engine::default();
        engine.on(Cause::Start, NOON);
        send(&mut engine, &fresh.store(), NOON);
        let fault = engine.receive(&body, &mut fresh.store(), NOON).unwrap_err();
        assert_eq!(fault.code(), ErrorCode::RelayImpostor);
        engine.fail(&fault, 0, &mut fresh.store(), NOON).unwrap();
        assert_eq!(fresh.store().cursor().unwrap(), None);
        assert_eq!((fresh.rows("change"), fresh.rows("member"), fresh.rows("device")), (0, 0, 0));
        assert!(fresh.store().job_facts(job).unwrap().is_none());
    }
}

#[test]
fn what_came_before_nonsense_is_kept_and_the_nonsense_is_told() {
    let (mut shop, ran, _, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let header = shop.log.header(Vec::new());
    let trailer = Trailer { cursor: shop.log.cursor(), more: false };
    let mut after_trailer = answer(&header, &shop.log.entries, Some(&trailer));
    frame::put(&mut after_trailer, &trailer);
    let mut junk = answer(&header, &shop.log.entries, None);
    junk.extend_from_slice(&[3, 0xff, 0xff, 0xff]);
    let mut bomb = answer(&header, &shop.log.entries, None);
    bomb.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x7f]);
    for body in [after_trailer, junk, bomb] {
        let phone = shop.stranger(OWNER);
        let mut engine = Engine::default();
        engine.on(Cause::Start, NOON);
        send(&mut engine, &phone.store(), NOON);
        let fault = engine.receive(&body, &mut phone.store(), NOON).unwrap_err();
        assert_eq!(fault.code(), ErrorCode::RelayNonsense);
        engine.fail(&fault, 0, &mut phone.store(), NOON).unwrap();
        assert_eq!(phone.store().cursor().unwrap().map(|cursor| cursor.seq), Some(shop.log.head()));
        assert_eq!(phone.facts(job), ran.facts(job));
        let last = phone.store().attempts().unwrap().remove(0);
        assert_eq!(last.error.map(|failure| failure.code), Some(ErrorCode::RelayNonsense));
    }
}

#[test]
fn an_answer_without_a_trailer_is_not_a_success() {
    let (mut shop, ran, fresh, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let body = answer(&shop.log.header(Vec::new()), &shop.log.entries, None);
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    send(&mut engine, &fresh.store(), NOON);
    let fault = converse(&mut engine, &mut fresh.store(), &body).unwrap_err();
    assert!(matches!(fault, Fault::Nonsense(_)), "{fault:?}");
    engine.fail(&fault, 0, &mut fresh.store(), NOON).unwrap();
    assert_eq!(fresh.facts(job), ran.facts(job), "its entries were whole");
    assert!(engine.due().is_some_and(|due| due > NOON), "it is tried again later");
}

#[test]
fn entries_of_a_later_version_are_passed_over_and_the_cursor_goes_on() {
    let (mut shop, ran, fresh, job) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let head = shop.log.head();
    let mut body = answer(&shop.log.header(Vec::new()), &shop.log.entries, None);
    // A kind that nobody here knows, then a member with a role that nobody here knows.
    let strange =
        Entry { seq: head + 1, hash: [1; 8], part: 0, at_ms: NOON, piece: Piece { kind: 200, ..Piece::default() } };
    frame::put(&mut body, &strange);
    let mut e = minicbor::Encoder::new(Vec::new());
    e.map(5).unwrap().u8(0).unwrap().u64(head + 2).unwrap().u8(1).unwrap().bytes(&[2; 8]).unwrap();
    e.u8(2).unwrap().u64(0).unwrap().u8(3).unwrap().i64(NOON).unwrap().u8(4).unwrap();
    e.map(2).unwrap().u8(0).unwrap().u8(kind::ROLE).unwrap().u8(4).unwrap().map(4).unwrap();
    e.u8(0).unwrap().str("7K2M9QXA").unwrap().u8(1).unwrap().str("小邓").unwrap();
    e.u8(2).unwrap().array(1).unwrap().u8(99).unwrap().u8(3).unwrap().u8(0).unwrap();
    let item = e.into_writer();
    body.push(u8::try_from(item.len()).unwrap());
    body.extend_from_slice(&item);
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    send(&mut engine, &fresh.store(), NOON);
    engine.receive(&body, &mut fresh.store(), NOON).unwrap();
    engine.linger(&mut fresh.store(), NOON).unwrap();
    let cursor = fresh.store().cursor().unwrap().unwrap();
    assert_eq!((cursor.seq, cursor.hash), (head + 2, [2; 8]));
    assert_eq!(fresh.facts(job), ran.facts(job));
}

#[test]
fn a_device_that_has_more_to_fetch_says_how_far_it_is_and_can_be_stopped() {
    let (mut shop, ran, fresh, _) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let (first, _) = shop.log.entries.split_at(3);
    let at = &first[2];
    let cursor = Cursor { epoch: shop.log.epoch, seq: at.seq, hash: at.hash, part: 0 };
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    send(&mut engine, &fresh.store(), NOON);
    let header = shop.log.header(Vec::new());
    let some = answer(&header, first, Some(&Trailer { cursor, more: true }));
    converse(&mut engine, &mut fresh.store(), &some).unwrap();
    let step = Step { done: at.seq, of: Some(header.beacon.seq), bytes: some.len() as u64 };
    assert_eq!(engine.behind(), Some(step));
    assert!(engine.due().is_some_and(|due| due <= NOON), "it goes on at once");
    engine.pause(NOON);
    assert!(engine.behind().is_none() && engine.due().is_some_and(|due| due > NOON + 60_000), "a person stopped it");
    settle(&mut engine, &mut shop, &fresh);
    assert_eq!((engine.behind(), fresh.store().cursor().unwrap()), (None, Some(shop.log.cursor())));
}

#[test]
fn what_comes_on_each_others_heels_is_kept_together_and_nothing_waits_long() {
    let (mut shop, ran, _, _) = scene();
    settle(&mut Engine::default(), &mut shop, &ran);
    let (head, entries) = (shop.log.head(), shop.log.entries.clone());
    let (first, others) = entries.split_at(entries.len() / 2);
    let begun = answer(&shop.log.header(Vec::new()), first, None);
    let mut rest = Vec::new();
    others.iter().for_each(|entry| frame::put(&mut rest, entry));
    // How long after the first the rest comes, where the device stands then, and where when nothing follows.
    let late = i64::try_from(TOGETHER_MS).unwrap();
    for (after, then) in [(0, 0), (late - 1, 0), (late, head), (-late, head)] {
        let phone = shop.stranger(OWNER);
        let mut store = phone.store();
        let at = |store: &Store| store.cursor().unwrap().map_or(0, |cursor| cursor.seq);
        let mut engine = Engine::default();
        engine.on(Cause::Start, NOON);
        send(&mut engine, &store, NOON);
        engine.receive(&begun, &mut store, NOON).unwrap();
        assert_eq!(at(&store), 0, "the first part waits for what follows it");
        engine.receive(&rest, &mut store, NOON + after).unwrap();
        assert_eq!(at(&store), then, "{after} ms later");
        engine.linger(&mut store, NOON + after).unwrap();
        assert_eq!(at(&store), head, "nothing followed");
    }
}

#[test]
fn the_budget_shrinks_with_a_bad_line_and_grows_with_a_good_one() {
    let (mut shop, ran, _, job) = scene();
    let appliance = ran.facts(job).order.appliances[0].id;
    for n in 0..320u32 {
        let text: String =
            (0..400u32).filter_map(|i| char::from_u32(0x4e00 + (i * 7919 + n * 104_729) % 20_000)).collect();
        ran.actions.write_field(&field(job, appliance, SheetField::Cause, &text)).unwrap();
    }
    let (mut engine, body, _) = sending(&mut shop, &ran);
    let broken = || Fault::Refused {
        status: 503,
        code: ErrorCode::RelayFailed,
        detail: String::new(),
        retry_after_ms: None,
        farewell: None,
    };
    let mut sizes = vec![body.len()];
    for _ in 0..6 {
        engine.fail(&broken(), 0, &mut ran.store(), NOON).unwrap();
        engine.on(Cause::ByHand, NOON);
        // A lost answer is asked about; that question is answered, then the work goes.
        let asking = send(&mut engine, &ran.store(), NOON);
        assert_eq!(request(&asking).1.len(), 0);
        engine.fail(&Fault::Nonsense("cut"), 0, &mut ran.store(), NOON).unwrap();
        engine.on(Cause::ByHand, NOON);
        let asking = send(&mut engine, &ran.store(), NOON);
        let answer = whole(&mut shop, &asking);
        converse(&mut engine, &mut ran.store(), &answer).unwrap();
        sizes.push(send(&mut engine, &ran.store(), NOON).len());
    }
    assert!(sizes.last().unwrap() * 3 < sizes[0] * 2, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size > 2_000), "never nothing: {sizes:?}");
    // And up again, until everything is there.
    let mut grown = Vec::new();
    engine.fail(&Fault::NoNetwork, 0, &mut ran.store(), NOON).unwrap();
    engine.on(Cause::ByHand, NOON);
    loop {
        let wish = engine.poll(&ran.store(), NOON).unwrap();
        let Wish::Send(body) = wish else { break };
        grown.push(body.len());
        let answer = whole(&mut shop, &body);
        converse(&mut engine, &mut ran.store(), &answer).unwrap();
    }
    assert!(grown.iter().max().unwrap() > sizes.last().unwrap(), "{grown:?} after {sizes:?}");
    assert_eq!(ran.store().held().unwrap().changes, 0);
}

#[test]
fn a_refused_device_keeps_its_work_and_asks_less_and_less() {
    let (mut shop, ran, _, _) = scene();
    let (mut engine, ..) = sending(&mut shop, &ran);
    let held = ran.store().held().unwrap();
    let refused = Fault::Refused {
        status: 401,
        code: ErrorCode::DeviceRefused,
        detail: String::new(),
        retry_after_ms: None,
        farewell: None,
    };
    let mut waits = Vec::new();
    for _ in 0..4 {
        engine.fail(&refused, 0, &mut ran.store(), NOON).unwrap();
        waits.push(engine.due().unwrap() - NOON);
        assert!(matches!(engine.poll(&ran.store(), NOON).unwrap(), Wish::WaitUntil(at) if at > NOON));
        engine.on(Cause::ByHand, NOON);
        send(&mut engine, &ran.store(), NOON);
    }
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    assert_eq!(ran.store().held().unwrap(), held);
    let last = ran.store().attempts().unwrap().remove(0);
    assert_eq!(last.error.map(|failure| failure.code), Some(ErrorCode::DeviceRefused));
}

#[test]
fn a_device_that_is_not_enrolled_or_not_due_sends_nothing() {
    let (_shop, ran, ..) = scene();
    let mut engine = Engine::default();
    assert_eq!(engine.poll(&ran.store(), NOON).unwrap(), Wish::Rest);
    engine.on(Cause::Edit, NOON);
    assert!(matches!(engine.poll(&ran.store(), NOON).unwrap(), Wish::WaitUntil(at) if at > NOON));
    let body = send(&mut engine, &ran.store(), NOON + 10_000);
    assert!(!body.is_empty());
    assert_eq!(engine.poll(&ran.store(), NOON + 20_000).unwrap(), Wish::Rest, "one exchange at a time");
}

#[test]
fn runs_that_the_relay_holds_in_part_are_confirmed_in_part() {
    let (shop, ran, _, _) = scene();
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    let body = send(&mut engine, &ran.store(), NOON);
    let (up, _) = request(&body);
    let run = up.ask[0].clone();
    let mut header = shop.log.header(Vec::new());
    header.runs = vec![RunHeld { doc: run.doc, actor: run.actor, seq: 3, log_seq: 8 }];
    let body = answer(&header, &[], Some(&Trailer { cursor: shop.log.cursor(), more: false }));
    let news = converse(&mut engine, &mut ran.store(), &body).unwrap();
    assert_eq!(news.confirmed, 3);
    assert_eq!(ran.store().held().unwrap().changes, 7);
}

#[test]
fn a_relay_that_comes_back_from_an_old_copy_gets_what_it_has_lost() {
    let (mut shop, ran, _, job) = scene();
    let mut backup = shop.log.clone();
    let mut engine = Engine::default();
    settle(&mut engine, &mut shop, &ran);
    assert_eq!(ran.store().counts().unwrap().on_relay, 10);
    backup.epoch = [6; 8];
    shop.log = backup;
    settle(&mut engine, &mut shop, &ran);
    let counts = ran.store().counts().unwrap();
    assert_eq!((counts.on_device, counts.on_relay), (10, 10));
    let mut other = shop.device(OWNER);
    shop.log.exchange(&mut other);
    assert_eq!(other.facts(job), ran.facts(job), "it is really there");
}

#[test]
fn a_relay_whose_files_are_older_than_its_own_signature_gets_what_it_has_lost() {
    let (mut shop, ran, _, job) = scene();
    let backup = shop.log.clone();
    let (mut engine, body, _) = sending(&mut shop, &ran);
    let answer = whole(&mut shop, &body);
    // The line breaks where all is confirmed and the cursor still stands before it: there is nothing in it that the older log
    // would not know.
    let heard = answer.iter().position(|byte| {
        engine.receive(&[*byte], &mut ran.store(), NOON).unwrap();
        ran.store().counts().unwrap().on_relay == 10
    });
    assert!(heard.is_some_and(|heard| heard + 1 < answer.len()));
    engine.fail(&Fault::NoNetwork, 0, &mut ran.store(), NOON).unwrap();

    shop.log = backup;
    settle(&mut engine, &mut shop, &ran);
    assert_eq!(ran.store().counts().unwrap().on_relay, 10);
    let mut other = shop.device(OWNER);
    shop.log.exchange(&mut other);
    assert_eq!(other.facts(job), ran.facts(job), "it is really there");
}

//! An author signs somebody else's bytes as its own next change: the run ends there. What it signs behind that place, what
//! others write on top of it, and another branch in somebody's hand: the same becomes of each, whichever comes first.

use doorstep::tasks::Unwatched;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::wire::{Entry, Piece};

use super::arrivals::{Standing, played, standing};
use super::byzantine::{Deed, World};
use crate::cast::{NOON, OWNER, Phone, Shop, entries};

/// 0 writes; 1 writes, signs the bytes of 0 as its second change and writes on; 2 writes on top of that.
const ASTRAY: [(usize, Deed); 6] = [
    (0, Deed::Field(1)),
    (1, Deed::Field(2)),
    (1, Deed::Stray(0)),
    (1, Deed::Field(3)),
    (1, Deed::Field(4)),
    (2, Deed::Rest(1)),
];

fn desk(shop: &mut Shop, team: &[Entry], world: &World) -> Phone {
    let phone = shop.stranger(OWNER);
    phone.store().absorb(team, None, NOON).unwrap();
    let vouched: Vec<Piece> = world.forgers().map(|forger| forger.vouched()).collect();
    phone.store().absorb(&entries(50, vouched), None, NOON).unwrap();
    phone
}

fn from_log(phone: &Phone, piece: Piece) {
    phone.store().absorb(&entries(100, [piece]), None, NOON).unwrap();
}

fn by_hand(phone: &Phone, piece: Piece) {
    phone.store().absorb_carried(&[piece], NOON).unwrap();
}

fn codes(seen: &Standing) -> Vec<(u8, i64, &str)> {
    let mut codes: Vec<_> =
        seen.quarantined.iter().map(|((actor, seq), code)| (actor[15], *seq, code.as_str())).collect();
    codes.sort_unstable();
    codes
}

fn expected() -> Vec<(u8, i64, &'static str)> {
    let rests = ErrorCode::RestsOnRefused.wire();
    vec![(61, 2, ErrorCode::ChangeNotLinked.wire()), (61, 3, rests), (61, 4, rests), (62, 1, rests)]
}

#[test]
fn what_rests_on_work_behind_a_broken_place_is_refused_with_it_in_whatever_order_they_come() {
    let (mut shop, team, world, job) = played(&ASTRAY);
    let runs = world.runs();
    let mut pieces: Vec<Piece> = [&runs[0], &runs[2]].map(|run| run.piece(0, 1)).into();
    pieces.extend([(0, 1), (1, 2), (2, 3), (3, 4)].map(|(from, to)| runs[1].piece(from, to)));
    let orders = [
        [0, 1, 2, 3, 4, 5],
        [5, 4, 3, 2, 1, 0],
        [2, 3, 5, 1, 4, 0],
        [1, 3, 4, 5, 2, 0],
        [0, 2, 3, 4, 1, 5],
        [4, 2, 0, 1, 3, 5],
    ];
    for order in orders {
        let phone = desk(&mut shop, &team, &world);
        order.iter().for_each(|i| from_log(&phone, pieces[*i].clone()));
        let seen = standing(&phone, &world, job);
        assert_eq!((codes(&seen), seen.waiting, seen.adopted.len()), (expected(), 0, 2), "{order:?}");
    }
}

/// 1's second change in the log is the one astray; another one, sound, is in somebody's hand.
fn with_a_branch() -> (Shop, Vec<Entry>, World, JobId) {
    let deeds: Vec<(usize, Deed)> =
        ASTRAY[..2].iter().copied().chain([(1, Deed::Fork)]).chain(ASTRAY[2..].iter().copied()).collect();
    played(&deeds)
}

#[test]
fn no_carried_piece_that_begins_before_a_broken_place_mends_it_against_the_logs_word() {
    let (mut shop, team, world, job) = with_a_branch();
    let (runs, fork) = (world.runs(), world.forks().remove(0));
    for (log_first, whole) in [(true, true), (false, true), (true, false), (false, false)] {
        let phone = desk(&mut shop, &team, &world);
        let carried: Vec<Piece> = if whole { fork.cut(&[]) } else { fork.cut(&[1]) };
        if !log_first {
            carried.iter().for_each(|piece| by_hand(&phone, piece.clone()));
        }
        runs.iter().for_each(|run| from_log(&phone, run.cut(&[]).remove(0)));
        if log_first {
            carried.iter().for_each(|piece| by_hand(&phone, piece.clone()));
        }
        let seen = standing(&phone, &world, job);
        assert_eq!((codes(&seen), seen.waiting, seen.adopted.len()), (expected(), 0, 2), "{log_first} {whole}");
    }
}

#[test]
fn a_piece_that_was_carried_here_and_held_is_the_logs_once_the_log_brings_it() {
    let (mut shop, team, world, job) = played(&[(1, Deed::Fork), (1, Deed::Field(1))]);
    let (run, fork) = (world.runs().remove(0).cut(&[]).remove(0), world.forks().remove(0).cut(&[]).remove(0));
    let phone = shop.stranger(OWNER);
    phone.store().absorb(&team, None, NOON).unwrap();
    // Nobody knows the author yet.
    by_hand(&phone, fork);
    by_hand(&phone, run.clone());
    from_log(&phone, run);
    let vouched: Vec<Piece> = world.forgers().map(|forger| forger.vouched()).collect();
    phone.store().absorb(&entries(50, vouched), None, NOON).unwrap();
    let seen = standing(&phone, &world, job);
    assert!(seen.adopted.iter().eq(world.good.keys()), "the log's branch stands");
}

#[test]
fn the_logs_word_on_a_broken_place_mends_the_run_and_all_is_judged_anew() {
    let (mut shop, team, world, job) = with_a_branch();
    let (runs, fork) = (world.runs(), world.forks().remove(0));
    let phone = desk(&mut shop, &team, &world);
    runs.iter().for_each(|run| by_hand(&phone, run.cut(&[2]).remove(0)));
    by_hand(&phone, runs[1].piece(2, 4));
    assert_eq!(codes(&standing(&phone, &world, job)), expected());
    from_log(&phone, fork.cut(&[]).remove(0));
    let mended = standing(&phone, &world, job);
    assert_eq!((codes(&mended), mended.adopted.len()), (vec![], 3));
    assert_eq!(mended.waiting, 1, "what was written on the other branch waits for it, as on any branch");

    let other = desk(&mut shop, &team, &world);
    from_log(&other, fork.cut(&[]).remove(0));
    runs.iter().for_each(|run| by_hand(&other, run.cut(&[]).remove(0)));
    assert_eq!(standing(&other, &world, job), mended);
    for phone in [&phone, &other] {
        phone.store().retry_stuck(NOON).unwrap();
        phone.store().rebuild(NOON, &mut Unwatched).unwrap();
        assert_eq!(standing(phone, &world, job), mended);
    }
}

#[test]
fn pieces_without_a_sound_signature_say_nothing_behind_a_broken_place() {
    let (mut shop, team, world, job) = played(&ASTRAY);
    let runs = world.runs();
    let phone = desk(&mut shop, &team, &world);
    from_log(&phone, runs[1].piece(0, 3));
    let mut damaged = runs[1].piece(3, 4);
    damaged.segment.as_mut().unwrap().signature.bytes[7] ^= 1;
    by_hand(&phone, damaged);
    assert_eq!(codes(&standing(&phone, &world, job)), expected()[..2]);
    from_log(&phone, runs[1].piece(3, 4));
    assert_eq!(codes(&standing(&phone, &world, job)), expected()[..3]);
}

/// Strays, and what is quarantined.
fn stuck_rows(phone: &Phone) -> (u32, u32) {
    let sql = "SELECT (SELECT count(*) FROM stray), (SELECT count(*) FROM quarantine)";
    phone.database().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn a_broken_run_of_an_earlier_version_is_found_again_at_the_first_start() {
    let (mut shop, team, world, job) = played(&ASTRAY);
    let phone = desk(&mut shop, &team, &world);
    world.runs().iter().for_each(|run| run.cut(&[1, 2, 3]).into_iter().for_each(|piece| from_log(&phone, piece)));
    let seen = standing(&phone, &world, job);
    assert_eq!(codes(&seen), expected());
    // As the eighth shape had it: the place in the run's row, no hashes, and what rests on them waits.
    const STEP: &str = include_str!("../../../src/store/migrations/0009_strays.sql");
    let db = phone.database();
    db.execute_batch(
        "ALTER TABLE run ADD COLUMN broken INTEGER;
         UPDATE run SET broken = seq + 1
             WHERE EXISTS (SELECT 1 FROM stray s WHERE s.doc = run.doc AND s.actor = run.actor);
         DELETE FROM quarantine WHERE seq = 1;
         UPDATE change SET state = 1 WHERE state = 2;
         DROP TABLE stray;
         UPDATE meta SET value = x'00' WHERE key = 'verdicts';",
    )
    .unwrap();
    db.execute_batch(STEP).unwrap();
    drop(db);
    assert_eq!(stuck_rows(&phone), (0, 0), "until the first start");
    let phone = phone.restart();
    assert_eq!(standing(&phone, &world, job), seen);
}

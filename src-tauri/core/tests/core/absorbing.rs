//! Others' work: adopted, waiting, held; in whatever order and pieces it comes.

use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::wire::{Cursor, Piece};
use proptest::prelude::*;

use crate::cast::{
    MINUTE, NOON, OWNER, Phone, RAN, Run, Shop, TIAN, cases, entries, field, leaking_heater, member, pass_everything,
    runs,
};

#[test]
fn a_job_finished_in_a_basement_is_on_the_owners_screen_after_one_exchange_each() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    assert_eq!(desk.facts(job), ran.facts(job));
    assert_eq!(desk.heads(&DocId::Sheet(job)), ran.heads(&DocId::Sheet(job)));
    assert_eq!(desk.facts(job).sheet.readings.len(), 3);
}

/// A job that two technicians filled in turn, so that each one's changes rest on the other's.
fn worked_by_two(shop: &mut Shop) -> (Phone, doorstep_schemas::ids::JobId) {
    let (mut desk, mut ran, mut tian) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(TIAN)])).unwrap().card.job;
    for phone in [&mut desk, &mut ran, &mut tian] {
        shop.log.exchange(phone);
    }
    pass_everything(&ran, job);
    let appliance = ran.facts(job).order.appliances[0].id;
    for round in 0..3 {
        for phone in [&mut tian, &mut ran] {
            phone.nature.pass(MINUTE);
            let text = format!("{}写的第{round}遍", phone.name);
            phone.actions.write_field(&field(job, appliance, SheetField::Cause, &text)).unwrap();
            phone.actions.write_field(&field(job, appliance, SheetField::Fault, &text)).unwrap();
            shop.log.exchange(phone);
        }
        shop.log.exchange(&mut tian);
    }
    shop.log.exchange(&mut desk);
    (desk, job)
}

/// Runs in pieces, each cut where `cuts` says.
fn cut(runs: &[Run], cuts: &[usize]) -> Vec<Piece> {
    runs.iter().flat_map(|run| run.cut(cuts)).collect()
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn pieces_in_any_order_and_cut_anywhere_make_the_same_job(
        cuts in proptest::collection::vec(1usize..16, 0..4),
        order in proptest::collection::vec(any::<u32>(), 40),
        batch in 1usize..6,
    ) {
        let mut shop = Shop::open();
        let (desk, job) = worked_by_two(&mut shop);
        // The authors' devices come in any order as well: their pieces are held until then.
        let team = shop.log.entries.iter().filter(|entry| entry.piece.device.is_some()).map(|entry| entry.piece.clone());
        let mut pieces: Vec<Piece> = cut(&runs(&desk), &cuts).into_iter().chain(team).collect();
        for at in (1..pieces.len()).rev() {
            pieces.swap(at, order[at % order.len()] as usize % (at + 1));
        }
        let late = shop.stranger(OWNER);
        let entries = entries(1, pieces);
        for some in entries.chunks(batch) {
            late.store().absorb(some, None, NOON).unwrap();
        }
        prop_assert_eq!(late.store().stuck().unwrap(), Vec::new());
        prop_assert_eq!(late.store().waiting().unwrap(), 0);
        prop_assert_eq!(late.facts(job), desk.facts(job));
        for doc in [DocId::Order(job), DocId::Sheet(job)] {
            prop_assert_eq!(late.heads(&doc), desk.heads(&doc));
        }
        // And once more, as a replay.
        let before = late.rows("change");
        let again = late.store().absorb(&entries, None, NOON).unwrap();
        prop_assert_eq!((again.adopted, again.received, late.rows("change")), (0, 0, before));
    }
}

#[test]
fn what_waits_for_its_parent_is_not_shown_until_the_parent_comes() {
    let mut shop = Shop::open();
    let (desk, job) = worked_by_two(&mut shop);
    let late = shop.stranger(OWNER);
    let team = shop.log.entries.iter().filter(|entry| entry.piece.device.is_some()).cloned().collect::<Vec<_>>();
    late.store().absorb(&team, None, NOON).unwrap();
    let all = runs(&desk);
    let order = all.iter().find(|run| run.doc == DocId::Order(job)).unwrap();
    let mut sheets = all.iter().filter(|run| run.doc == DocId::Sheet(job)).collect::<Vec<_>>();
    sheets.sort_by_key(|run| run.changes.len());
    let (tian, ran) = (sheets[0], sheets[1]);
    late.store().absorb(&entries(10, order.cut(&[])), None, NOON).unwrap();
    let absorbed = late.store().absorb(&entries(20, tian.cut(&[])), None, NOON).unwrap();
    assert_eq!((absorbed.received, absorbed.adopted), (6, 2), "the first two were written before they met");
    let seen: Vec<_> = late.facts(job).sheet.fields.into_values().map(|field| field.value).collect();
    assert_eq!(seen, ["田勇写的第0遍", "田勇写的第0遍"], "nothing of what rests on what isn't here");
    assert_eq!(late.store().waiting().unwrap(), 4);
    late.store().absorb(&entries(30, ran.cut(&[])), None, NOON).unwrap();
    assert_eq!(late.facts(job), desk.facts(job));
    assert_eq!(late.store().waiting().unwrap(), 0);
}

#[test]
fn a_piece_of_an_unknown_author_is_held_until_the_relay_names_the_device() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    let late = shop.stranger(RAN);
    let work: Vec<_> = shop.log.entries.iter().filter(|entry| entry.piece.segment.is_some()).cloned().collect();
    late.store().absorb(&work, None, NOON).unwrap();
    assert!(late.store().job_facts(job).unwrap().is_none());
    assert_eq!(late.store().waiting().unwrap(), 1);
    late.store().absorb(&shop.log.entries[..4], None, NOON).unwrap();
    assert_eq!(late.facts(job).order.customer.name, "罗桂香");
    assert_eq!(late.store().waiting().unwrap(), 0);
}

#[test]
fn a_gap_is_held_and_closed_by_pieces_cut_otherwise() {
    let mut shop = Shop::open();
    let (desk, job) = worked_by_two(&mut shop);
    let late = shop.stranger(OWNER);
    late.store().absorb(&shop.log.entries[..6], None, NOON).unwrap();
    for run in runs(&desk) {
        let length = run.changes.len();
        // The end first, then all of it: what was held turns out to be known.
        if length > 1 {
            late.store().absorb(&entries(10, [run.piece(length - 1, length)]), None, NOON).unwrap();
        }
        late.store().absorb(&entries(11, [run.piece(0, length)]), None, NOON).unwrap();
    }
    assert_eq!(late.facts(job), desk.facts(job));
    assert_eq!(late.store().waiting().unwrap(), 0, "nothing is said to wait that is here");
}

#[test]
fn the_cursor_moves_only_together_with_what_it_covers() {
    let mut shop = Shop::open();
    let (desk, _) = worked_by_two(&mut shop);
    let late = shop.stranger(OWNER);
    let cursor = Cursor { epoch: [5; 8], seq: 7, hash: [1; 8], part: 2 };
    late.store().absorb(&shop.log.entries[..7], Some(&cursor), NOON).unwrap();
    assert_eq!(late.store().cursor().unwrap(), Some(cursor));
    // The disk fails in the middle of the next batch.
    late.database()
        .execute_batch("CREATE TRIGGER broken BEFORE INSERT ON run BEGIN SELECT RAISE(ABORT, 'broken'); END;")
        .unwrap();
    let before = (late.rows("change"), late.rows("held_piece"), late.rows("device"));
    let further = Cursor { seq: 30, ..cursor };
    late.store().absorb(&shop.log.entries[7..], Some(&further), NOON).unwrap_err();
    assert_eq!(late.store().cursor().unwrap(), Some(cursor));
    assert_eq!((late.rows("change"), late.rows("held_piece"), late.rows("device")), before);
    late.database().execute_batch("DROP TRIGGER broken").unwrap();
    late.store().absorb(&shop.log.entries[7..], Some(&further), NOON).unwrap();
    assert_eq!(late.store().cursor().unwrap(), Some(further));
    assert_eq!(late.rows("change"), desk.rows("change"));
}

#[test]
fn a_duplicate_is_no_news() {
    let mut shop = Shop::open();
    let (mut desk, job) = worked_by_two(&mut shop);
    let before = (desk.facts(job), desk.rows("change"));
    let again = desk.store().absorb(&shop.log.entries, None, NOON).unwrap();
    assert_eq!((again.adopted, again.received), (0, 0));
    assert_eq!((desk.facts(job), desk.rows("change")), before);
    assert_eq!(desk.store().stuck().unwrap(), Vec::new());
    assert_eq!(shop.log.collect(&mut desk), Vec::new());
}

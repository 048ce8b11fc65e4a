//! Jobs in one piece over real HTTP: who is given them, in which place, and that a cursor is never past something that
//! was not given.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::collections::BTreeSet;

use doorstep_relay::packing;
use doorstep_schemas::closed::body;
use doorstep_schemas::ids::DocId;
use doorstep_schemas::wire::{Access, Entry, Erased, PACKS, PacksFrom, Piece, UpHeader, kind};
use stage::{Phone, Stage, grant, job};

/// Jobs of Li's, each an order and a sheet, written in turns so that they lie among each other in the log.
async fn jobs(stage: &Stage, wang: &mut Phone, li: &mut Phone, count: u8) {
    let mut orders: Vec<_> = (1..=count).map(|n| wang.pen(DocId::Order(job(n)))).collect();
    let mut sheets: Vec<_> = (1..=count).map(|n| li.pen(DocId::Sheet(job(n)))).collect();
    for turn in 0..2 {
        for (n, order) in (1..=count).zip(&mut orders) {
            let before = order.run.seq;
            order.write(2);
            wang.exchange(&[order.piece(before + 1, order.run.seq)]).await;
            if turn == 0 {
                wang.exchange(&[grant(job(n), stage.li, Access::Write)]).await;
            }
        }
        for sheet in &mut sheets {
            let before = sheet.run.seq;
            sheet.write(3);
            assert_eq!(li.exchange(&[sheet.piece(before + 1, sheet.run.seq)]).await.outcomes(), ["accepted"]);
        }
    }
}

/// Everything that is quiet by now is put together.
fn pack(stage: &Stage) {
    let (state, outlet) = (stage.state.clone(), stage.outlet);
    // Waiting for the writer is not for the runtime's threads.
    let all = move || while !packing::portion(state.storage(), outlet, i64::MAX).unwrap() {};
    std::thread::spawn(all).join().unwrap();
}

/// The entries that came, by themselves or in a pack.
fn given(entries: &[Entry]) -> BTreeSet<u64> {
    let mut seqs: BTreeSet<u64> = BTreeSet::new();
    for entry in entries {
        seqs.insert(entry.seq);
        if let Some(pack) = &entry.piece.pack {
            assert_eq!(entry.piece.kind, kind::PACK);
            let closed = body::decode(&pack.body).unwrap();
            assert_eq!(closed.changes[0].log_seq, entry.seq, "it stands in the place of its first entry");
            seqs.extend(closed.changes.iter().map(|change| change.log_seq));
            seqs.extend(pack.grants.iter().map(|grant| grant.seq));
        }
    }
    seqs
}

fn packs(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| entry.piece.pack.is_some()).count()
}

fn reads(phone: &Phone, from: Option<PacksFrom>) -> UpHeader {
    UpHeader { packs: Some(PACKS), packs_from: from, ..phone.up() }
}

/// Fetches to the end, an entry at a time, and looks after each at what the cursor promises. `between` happens after so
/// many answers.
async fn fetch(phone: &mut Phone, before: Vec<Entry>, remembers: bool, between: impl Fn(usize)) -> Vec<Entry> {
    let (mut all, mut from) = (before, None);
    for turn in 0.. {
        let up = UpHeader { budget: Some(1), ..reads(phone, from) };
        let down = phone.exchange_with(&up, &[]).await;
        from = down.header.packs_from.filter(|_| remembers);
        all.extend(down.entries);
        let (here, at) = (given(&all), down.trailer.cursor.seq);
        let lacking: Vec<u64> = (1..=at).filter(|seq| !here.contains(seq)).collect();
        assert!(lacking.is_empty(), "the cursor is at {at}, and {lacking:?} was not given");
        if !down.trailer.more {
            break;
        }
        between(turn);
    }
    all
}

#[tokio::test]
async fn an_owner_is_given_jobs_in_one_piece_and_others_entries() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
        jobs(&stage, &mut wang, &mut li, 3).await;
        pack(&stage);
        let mut later = wang.pen(DocId::Order(job(9)));
        later.write(1);
        let tail = wang.exchange(&[later.all()]).await.trailer.cursor.seq;

        let mut desk = stage.enrol(stage.wang, 3).await;
        let down = desk.exchange_with(&reads(&desk, None), &[]).await;
        assert_eq!(packs(&down.entries), 3);
        assert_eq!(down.segments(), ["order@1"], "what came after the packs comes by itself");
        let whole = down.entries.iter().find_map(|entry| entry.piece.pack.clone()).unwrap();
        let closed = body::decode(&whole.body).unwrap();
        assert_eq!((closed.changes.len(), closed.runs.len(), whole.grants.len()), (10, 2, 1));
        let all: BTreeSet<u64> = (1..=tail).collect();
        assert!(all.is_subset(&given(&down.entries)), "{:?}", given(&down.entries));
        let again = desk.exchange_with(&reads(&desk, down.header.packs_from), &[]).await;
        assert_eq!((again.entries.len(), again.header.packs_from), (0, None), "nothing is left to give");

        // Who does not say that they read packs, and who may not read everything.
        let mut old = stage.enrol(stage.wang, 4).await;
        let down = old.exchange(&[]).await;
        assert_eq!((packs(&down.entries), down.segments().len(), down.header.packs_from), (0, 13, None));
        let mut phone = stage.enrol(stage.li, 5).await;
        let down = phone.exchange_with(&reads(&phone, None), &[]).await;
        assert_eq!((packs(&down.entries), down.segments().len(), down.header.packs_from), (0, 12, None));
        stage.close().await;
    }
}

#[tokio::test]
async fn a_cursor_is_never_past_something_that_was_not_given() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    jobs(&stage, &mut wang, &mut li, 4).await;
    let before = wang.exchange(&[]).await.trailer.cursor.seq;
    // A device that stands in the middle of jobs when they are put together is given the rest of them by entries.
    let mut between = stage.enrol(stage.wang, 3).await;
    let mut first = Vec::new();
    for _ in 0..before / 2 {
        first.extend(between.exchange_with(&UpHeader { budget: Some(1), ..between.up() }, &[]).await.entries);
    }
    pack(&stage);
    let all = fetch(&mut between, first, true, |_| {}).await;
    assert_eq!(packs(&all), 0, "all of them began before it stood there");

    let mut desk = stage.enrol(stage.wang, 4).await;
    assert_eq!(packs(&fetch(&mut desk, Vec::new(), true, |_| {}).await), 4);
    // Whoever forgets from where packs were given is given entries again, and lacks nothing.
    let mut forgets = stage.enrol(stage.wang, 5).await;
    fetch(&mut forgets, Vec::new(), false, |_| {}).await;
    // The cache is thrown away, and made anew, while somebody fetches.
    for anew in [false, true] {
        let mut desk = stage.enrol(stage.wang, if anew { 7 } else { 6 }).await;
        let thrown = |turn: usize| {
            if turn == 9 {
                let outlet = stage.outlet;
                let state = stage.state.clone();
                std::thread::spawn(move || {
                    doorstep_relay::storage::write(state.storage(), move |ledger| ledger.drop_packs(outlet))
                        .wait()
                        .unwrap();
                })
                .join()
                .unwrap();
                if anew {
                    pack(&stage);
                }
            }
        };
        fetch(&mut desk, Vec::new(), true, thrown).await;
        pack(&stage);
    }
    stage.close().await;
}

#[tokio::test]
async fn an_erased_job_is_in_no_pack_and_a_job_that_goes_on_is_packed_anew() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
        jobs(&stage, &mut wang, &mut li, 2).await;
        pack(&stage);
        let piece = Piece { kind: kind::ERASED, erased: Some(Erased { job: job(1) }), ..Piece::default() };
        assert_eq!(wang.exchange(&[piece]).await.outcomes(), ["accepted"]);
        let packed = |n| doorstep_relay::storage::look(stage.state.storage(), |shelf| shelf.pack(stage.outlet, job(n)));
        assert_eq!(packed(1).unwrap(), None);
        let before = packed(2).unwrap().unwrap();

        let mut later = wang.pen(DocId::Order(job(2)));
        later.write(2).write(2).write(1);
        assert_eq!(wang.exchange(&[later.piece(5, 5)]).await.outcomes(), ["accepted"]);
        pack(&stage);
        let after = packed(2).unwrap().unwrap();
        assert_eq!((after.first, packed(1).unwrap()), (before.first, None));
        assert!(after.until > before.until && after.turn > before.turn);
        let mut desk = stage.enrol(stage.wang, 3).await;
        let down = desk.exchange_with(&reads(&desk, None), &[]).await;
        assert_eq!((packs(&down.entries), down.segments().len()), (1, 0));
        stage.close().await;
    }
}

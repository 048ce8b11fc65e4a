//! Parcels over real HTTP: what came in one is kept piece by piece, and goes out to each as it can be read.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::ids::DocId;
use doorstep_schemas::segment;
use doorstep_schemas::terse::{Item, Listener, NEWEST, Teller};
use doorstep_schemas::wire::{Entry, Piece, UpHeader, kind};
use stage::{Stage, job};

fn parcel(teller: &mut Teller, pieces: &[Piece]) -> Piece {
    let item = |piece: &Piece| Item {
        seq: 0,
        at_ms: 0,
        doc: piece.doc.clone().unwrap(),
        segment: piece.segment.clone().unwrap(),
    };
    let parcel = teller.fold(&pieces.iter().map(item).collect::<Vec<_>>()).unwrap();
    Piece { kind: kind::PARCEL, parcel: Some(parcel), ..Piece::default() }
}

/// What a device takes out of an answer: document, first change, number of changes.
fn taken_out(entries: &[Entry]) -> Vec<(String, u64, usize)> {
    let mut listener = Listener::default();
    let mut out = Vec::new();
    for entry in entries {
        let Some(parcel) = &entry.piece.parcel else { continue };
        let items = listener.unfold(parcel).unwrap();
        assert_eq!(items.last().unwrap().seq, entry.seq, "a parcel stands where its last segment does");
        for Item { doc, segment, .. } in items {
            let changes = segment::decode(segment.codec, &segment.body, segment.actor, segment.from_seq).unwrap();
            out.push((doc.kind().name().to_owned(), segment.from_seq, changes.len()));
        }
    }
    out
}

#[tokio::test]
async fn what_came_in_parcels_is_judged_kept_and_handed_out_piece_by_piece() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let mut sheets: Vec<_> = (1..=3).map(|n| li.pen(DocId::Sheet(job(n)))).collect();
    for sheet in &mut sheets {
        sheet.write(5);
    }
    // A roster is the owner's.
    let mut forbidden = li.pen(DocId::Roster);
    forbidden.write(1);
    let mut teller = Teller::new(NEWEST).unwrap();
    let first = parcel(&mut teller, &[sheets[0].all(), forbidden.all(), sheets[1].piece(2, 5)]);
    let second = parcel(&mut teller, &[sheets[2].all(), sheets[0].all()]);
    let down = li.exchange(&[first, second]).await;
    assert_eq!(down.outcomes(), ["accepted", "not_allowed", "gap", "accepted", "known"]);
    assert_eq!(down.header.sample, Some(NEWEST));

    let plain = wang.up();
    assert_eq!(
        wang.exchange_with(&plain, &[]).await.segments(),
        ["sheet@1", "sheet@1"],
        "who reads no parcels gets none"
    );
    let told = wang.exchange_with(&UpHeader { sample: Some(200), ..plain }, &[]).await;
    assert_eq!(taken_out(&told.entries), [("sheet".to_owned(), 1, 5), ("sheet".to_owned(), 1, 5)]);
    stage.close().await;
}

#[tokio::test]
async fn pieces_of_a_run_are_joined_on_the_way_down_and_a_small_budget_goes_on() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let (mut one, mut other) = (li.pen(DocId::Sheet(job(1))), li.pen(DocId::Sheet(job(2))));
    one.write(6);
    other.write(2);
    li.exchange(&[one.piece(1, 2), other.all(), one.piece(3, 4), one.piece(5, 6)]).await;
    let up = UpHeader { sample: Some(NEWEST), ..wang.up() };
    let down = wang.exchange_with(&up, &[]).await;
    assert_eq!(taken_out(&down.entries), [("sheet".to_owned(), 1, 2), ("sheet".to_owned(), 1, 6)]);
    let whole = wang.cursor;
    wang.cursor = up.cursor;
    let mut changes = 0;
    loop {
        let up = UpHeader { sample: Some(NEWEST), budget: Some(1), ..wang.up() };
        let down = wang.exchange_with(&up, &[]).await;
        changes += taken_out(&down.entries).iter().map(|(_, _, count)| count).sum::<usize>();
        if !down.trailer.more {
            break;
        }
    }
    assert_eq!((changes, wang.cursor), (8, whole));
    stage.close().await;
}

#[tokio::test]
async fn a_parcel_that_cannot_be_read_is_refused_and_blocks_nothing_else() {
    let stage = Stage::on_sqlite().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    let junk = |bytes: &[u8]| Piece { kind: kind::PARCEL, parcel: Some(bytes.to_vec()), ..Piece::default() };
    let unsaid = Piece { kind: kind::PARCEL, ..Piece::default() };
    let down = li.exchange(&[junk(&[NEWEST, 9, 9, 9]), junk(&[250]), unsaid, sheet.all()]).await;
    assert_eq!(down.outcomes(), ["piece_unreadable", "piece_unreadable", "unknown_kind", "accepted"]);
    stage.close().await;
}

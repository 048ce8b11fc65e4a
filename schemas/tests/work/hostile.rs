//! Bodies that nobody honest wrote: they are refused, in bounded memory and without a panic.

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, ROOT, ScalarValue};
use doorstep_schemas::change::{Change, MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MalformedChange};
use doorstep_schemas::ids::Actor;
use doorstep_schemas::segment::{
    self, CODEC_RAW, CODEC_STRIPPED, MAX_PIECE_CHANGES, MAX_PIECE_OPS, MAX_PIECE_PLAIN, SegmentError,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::cast::{automerge_actor, day, device, edits, play, runs, slices};
use crate::forgeries::put_prefixed;

const ACTOR: Actor = Actor([7; 16]);

pub fn leb(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A chunk around any contents, with the checksum that fits.
fn chunk(kind: u8, contents: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    put_prefixed(&mut hashed, contents);
    let hash = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &hashed].concat()
}

/// Rewrites a chunk's checksum after its contents were damaged, so that the damage is looked at.
fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() > 8 {
        let hash = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&hash[..4]);
    }
    bytes
}

/// A body whose two parts are stored as they are.
pub fn stored(main: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [main, content] {
        out.extend_from_slice(&leb(part.len() as u64));
        put_prefixed(&mut out, part);
    }
    out
}

fn stripped(body: &[u8]) -> Result<Vec<Vec<u8>>, SegmentError> {
    segment::decode(CODEC_STRIPPED, body, ACTOR, 1)
}

/// What came out must be within the caps, whatever went in.
fn bounded(result: Result<Vec<Vec<u8>>, SegmentError>) {
    if let Ok(changes) = result {
        assert!(changes.len() <= MAX_PIECE_CHANGES);
        assert!(changes.iter().map(Vec::len).sum::<usize>() <= MAX_PIECE_PLAIN);
        assert!(changes.iter().all(|bytes| Change::parse(bytes).is_ok_and(|change| change.ops <= MAX_CHANGE_OPS)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bodies_are_refused_or_bounded(codec in 0u8..4, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        bounded(segment::decode(codec, &body, ACTOR, 1));
    }

    #[test]
    fn random_streams_are_refused_or_bounded(
        main in proptest::collection::vec(prop_oneof![0u8..8, any::<u8>()], 0..120),
        content in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        bounded(stripped(&stored(&main, &content)));
    }

    #[test]
    fn a_damaged_body_never_passes_for_the_same_work(
        day in day(),
        at in any::<prop::sample::Index>(),
        with in 1u8..,
        cut in any::<prop::sample::Index>(),
    ) {
        for (actor, run) in runs(&play(&day)) {
            let (codec, body) = segment::encode(&slices(&run)).unwrap();
            let truncated = &body[..cut.index(body.len())];
            if let Ok(changes) = segment::decode(codec, truncated, actor, 1) {
                prop_assert!(changes.len() < run.len(), "a torn body gave everything back");
            }
            let mut flipped = body.clone();
            *at.get_mut(&mut flipped[..]) ^= with;
            bounded(segment::decode(codec, &flipped, actor, 1));
        }
    }

    /// Damage below the checksum: what still parses is written the same way again.
    #[test]
    fn a_damaged_change_is_refused_or_means_what_its_bytes_say(
        day in day(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for made in play(&day) {
            let mut bytes = made.bytes.clone();
            damage.iter().for_each(|(at, with)| *at.get_mut(&mut bytes[8..]) = *with);
            let bytes = mended(bytes);
            if let Ok(change) = Change::parse(&bytes) {
                prop_assert_eq!(change.to_bytes(), (bytes.clone(), change.hash));
                let (codec, body) = segment::encode(&[&bytes]).unwrap();
                prop_assert_eq!(segment::decode(codec, &body, change.actor, change.seq).unwrap(), vec![bytes]);
            }
        }
    }
}

#[test]
fn every_cut_of_an_honest_body_is_noticed() {
    let technician = device(1);
    let run = edits(&technician, 20);
    let (codec, body) = segment::encode(&slices(&run)).unwrap();
    assert_eq!(codec, CODEC_STRIPPED);
    for cut in 0..body.len() {
        assert!(segment::decode(codec, &body[..cut], technician.actor, 1).is_err(), "cut at {cut}");
    }
    for extra in [vec![0], vec![0; 40]] {
        let longer = [body.as_slice(), &extra].concat();
        assert!(segment::decode(codec, &longer, technician.actor, 1).is_err());
    }
}

#[test]
fn a_body_that_lies_about_its_length_is_refused_before_it_is_unpacked() {
    for claim in [MAX_PIECE_PLAIN as u64 + 1, u64::from(u32::MAX), u64::MAX] {
        let body = [leb(claim), leb(4), vec![1, 2, 3, 4]].concat();
        assert!(matches!(stripped(&body), Err(SegmentError::TooLarge)), "{claim}");
    }
}

#[test]
fn a_zstd_bomb_is_refused() {
    let zeros = vec![0u8; MAX_PIECE_PLAIN];
    let packed = zstd::bulk::compress(&zeros, 19).unwrap();
    assert!(packed.len() < 400, "two million zeros in {} bytes", packed.len());
    let mut whole = leb(zeros.len() as u64);
    put_prefixed(&mut whole, &packed[4..]);
    whole.extend_from_slice(&[0, 0]);
    assert!(matches!(stripped(&whole), Err(SegmentError::TooLarge)));
    // Claiming less than it unpacks to is no way around.
    let mut modest = leb(100);
    put_prefixed(&mut modest, &packed[4..]);
    modest.extend_from_slice(&[0, 0]);
    assert!(stripped(&modest).is_err());
}

#[test]
fn more_changes_than_a_piece_may_hold_are_refused_before_they_are_made() {
    let main = leb(MAX_PIECE_CHANGES as u64 + 1);
    assert!(matches!(stripped(&stored(&main, &[])), Err(SegmentError::TooLarge)));
    let one = edits(&device(1), 1).remove(0).bytes;
    let mut raw = Vec::new();
    (0..=MAX_PIECE_CHANGES).for_each(|_| put_prefixed(&mut raw, &one));
    assert!(matches!(segment::decode(CODEC_RAW, &raw, ACTOR, 1), Err(SegmentError::TooLarge)));
    let many = vec![one.as_slice(); MAX_PIECE_CHANGES + 1];
    assert!(matches!(segment::encode(&many), Err(SegmentError::TooLarge)));
}

/// A change whose columns claim `ops` operations by one run length each: null under the same key, again and again.
pub fn claiming(ops: u64) -> Vec<u8> {
    // A positive signed number: where the unsigned one ends in a set sign bit, it takes one byte more.
    let mut head = leb(ops);
    if head.last().is_some_and(|last| last & 0x40 != 0) {
        *head.last_mut().unwrap() |= 0x80;
        head.push(0);
    }
    let run = |value: &[u8]| [head.as_slice(), value].concat();
    let columns = [(0x15, run(b"\x01k")), (0x34, leb(ops)), (0x42, run(&[1])), (0x56, run(&[0])), (0x70, run(&[0]))];
    let mut contents = vec![0];
    put_prefixed(&mut contents, &ACTOR.0);
    contents.extend_from_slice(&[1, 1, 0, 0, 0, columns.len() as u8]);
    for (spec, data) in &columns {
        contents.extend_from_slice(&[*spec, data.len() as u8]);
    }
    columns.iter().for_each(|(_, data)| contents.extend_from_slice(data));
    chunk(1, &contents)
}

#[test]
fn a_short_change_that_claims_a_million_operations_is_refused() {
    assert_eq!(Change::parse(&claiming(MAX_CHANGE_OPS)).unwrap().ops, MAX_CHANGE_OPS);
    assert_eq!(Change::parse(&claiming(MAX_CHANGE_OPS + 1)), Err(MalformedChange::TooManyOps));
    assert_eq!(Change::parse(&claiming(1_000_000)), Err(MalformedChange::TooManyOps));
    assert!(claiming(1_000_000).len() < 104);
}

#[test]
fn many_short_changes_that_claim_many_operations_are_refused_together() {
    let most = usize::try_from(MAX_PIECE_OPS / MAX_CHANGE_OPS).unwrap();
    let change = claiming(MAX_CHANGE_OPS);
    assert!(segment::encode(&vec![change.as_slice(); most]).is_ok());
    assert!(matches!(segment::encode(&vec![change.as_slice(); most + 1]), Err(SegmentError::TooLarge)));
}

#[test]
fn a_compressed_chunk_is_refused() {
    let run = edits(&device(1), 1);
    let mut doc = AutoCommit::new();
    doc.put(ROOT, "备注", "漏水".repeat(400)).unwrap();
    let mut long = doc.get_changes(&[]).remove(0);
    let packed = long.bytes().into_owned();
    assert_eq!(packed[8], 2, "Automerge packs a long change");
    assert_eq!(Change::parse(&packed), Err(MalformedChange::NotAChange));
    for kind in [0, 2, 3] {
        let contents = &run[0].bytes[10..];
        assert_eq!(Change::parse(&chunk(kind, contents)), Err(MalformedChange::NotAChange), "kind {kind}");
    }
}

#[test]
fn deflated_and_unknown_columns_are_refused() {
    for spec in [0x42 | 8, 0x15 | 8, 0x11, 0x13, 0x94, 0xa5, 0xb0, 0x05] {
        let mut contents = vec![0];
        put_prefixed(&mut contents, &ACTOR.0);
        contents.extend_from_slice(&[1, 1, 0, 0, 0, 1]);
        contents.extend_from_slice(&leb(spec));
        contents.extend_from_slice(&[2, 1, 1]);
        assert_eq!(Change::parse(&chunk(1, &contents)), Err(MalformedChange::Column(spec)), "{spec:#x}");
    }
}

#[test]
fn a_change_that_names_an_actor_or_operation_it_cannot_know_is_refused() {
    let run = edits(&device(1), 2);
    let replaced = |spec: u64, with: &'static [u8]| {
        let mut change = Change::parse(&run[1].bytes).unwrap();
        let column = change.columns.iter_mut().find(|(s, _)| *s == spec).expect("an overwrite names what it replaces");
        column.1 = with;
        change.to_bytes().0
    };
    assert_eq!(Change::parse(&replaced(0x71, &[1, 9])), Err(MalformedChange::DanglingReference));
    assert_eq!(Change::parse(&replaced(0x73, &[1, 3])), Err(MalformedChange::DanglingReference));
    assert_eq!(Change::parse(&replaced(0x73, &[1, 0x7f])), Err(MalformedChange::DanglingReference));
    assert_eq!(Change::parse(&replaced(0x56, &[1, 0x54])), Err(MalformedChange::ValueLengths));
    assert_eq!(Change::parse(&replaced(0x73, &[1, 1])).map(|change| change.ops), Ok(1));
}

/// Lists, texts, marks and counters: no document of the trade has them, and a mark that fits nothing ends the process
/// of whoever opens it.
#[test]
fn operations_that_no_document_is_made_of_are_refused() {
    let refused = |write: &dyn Fn(&mut AutoCommit)| {
        let mut doc = AutoCommit::new().with_actor(automerge_actor(ACTOR));
        write(&mut doc);
        let change = doc.get_changes(&[]).remove(0);
        Change::parse(change.raw_bytes()).expect_err("not of the trade")
    };
    let text = |doc: &mut AutoCommit| doc.put_object(ROOT, "备注", ObjType::Text).unwrap();
    assert_eq!(refused(&|doc| drop(doc.put_object(ROOT, "l", ObjType::List))), MalformedChange::Operation);
    assert_eq!(refused(&|doc| drop(text(doc))), MalformedChange::Operation);
    assert_eq!(refused(&|doc| doc.put(ROOT, "n", ScalarValue::counter(1)).unwrap()), MalformedChange::Operation);
    let written = refused(&|doc| {
        let text = text(doc);
        doc.splice_text(&text, 0, 0, "漏水").unwrap();
    });
    assert!(matches!(written, MalformedChange::Column(_)), "{written:?}");
    let marked = refused(&|doc| {
        let text = text(doc);
        doc.splice_text(&text, 0, 0, "漏水").unwrap();
        doc.mark(&text, Mark::new("重要".to_owned(), true, 0, 2), ExpandMark::Both).unwrap();
    });
    assert!(matches!(marked, MalformedChange::Column(_)), "{marked:?}");
}

/// A change of one fact, then of its deletion, each damaged in one column.
#[test]
fn an_operation_that_does_not_hold_together_is_refused() {
    let mut doc = AutoCommit::new().with_actor(automerge_actor(ACTOR));
    let reading = doc.put_object(ROOT, "7K2M9QXA", ObjType::Map).unwrap();
    doc.put(&reading, "val", 12_600i64).unwrap();
    doc.commit();
    doc.delete(ROOT, "7K2M9QXA").unwrap();
    let changes = doc.get_changes(&[]);
    let damaged = |which: usize, spec: u64, with: &'static [u8]| {
        let bytes = changes[which].raw_bytes();
        let mut change = Change::parse(bytes).unwrap();
        change.columns.iter_mut().find(|(s, _)| *s == spec).expect("the column is there").1 = with;
        Change::parse(&change.to_bytes().0).expect_err("damaged")
    };
    // Set as a mark, as a list's insertion, without a key, with an unknown type of value.
    assert_eq!(damaged(0, 0x42, &[0x7e, 0, 7]), MalformedChange::Operation);
    assert_eq!(damaged(0, 0x34, &[1, 1]), MalformedChange::Operation);
    assert_eq!(damaged(0, 0x15, &[0, 2]), MalformedChange::Operation);
    assert_eq!(damaged(0, 0x56, &[0x7e, 0, 0x3c]), MalformedChange::Operation);
    // Inside an object that is not one: a later operation, a scalar.
    assert_eq!(damaged(0, 0x02, &[0, 1, 0x7f, 2]), MalformedChange::DanglingReference);
    assert_eq!(damaged(0, 0x42, &[2, 1]), MalformedChange::DanglingReference);
    // A deletion of nothing.
    assert_eq!(damaged(1, 0x70, &[0x7f, 0]), MalformedChange::ColumnOverrun);
}

#[test]
fn other_actors_out_of_order_are_refused() {
    let run = edits(&device(1), 1);
    let mut change = Change::parse(&run[0].bytes).unwrap();
    let (low, high, own) = ([1u8; 16], [2u8; 16], change.actor.0);
    for others in [vec![&high[..], &low[..]], vec![&low[..], &low[..]], vec![&own[..]]] {
        change.other_actors = others;
        assert_eq!(Change::parse(&change.to_bytes().0), Err(MalformedChange::ActorOrder));
    }
}

#[test]
fn a_moment_on_no_calendar_is_refused() {
    let run = edits(&device(1), 1);
    let mut change = Change::parse(&run[0].bytes).unwrap();
    change.time = i64::MAX;
    assert_eq!(Change::parse(&change.to_bytes().0), Err(MalformedChange::Time(i64::MAX)));
}

#[test]
fn a_change_of_more_than_its_size_is_refused_unread() {
    assert_eq!(Change::parse(&vec![0; MAX_CHANGE_BYTES + 1]), Err(MalformedChange::TooLarge));
}

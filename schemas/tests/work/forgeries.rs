//! Each forgery is refused with its own reason, and leaves nothing behind.

use std::convert::Infallible;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, ROOT};
use doorstep_schemas::admission::{MAX_DOC_OPS, Refusal};
use doorstep_schemas::change::{MAX_CHANGE_OPS, MalformedChange};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, OutletId};
use doorstep_schemas::segment::{CODEC_RAW, SegmentError};
use doorstep_schemas::signature::{BeaconRef, Claim, Signature};
use doorstep_schemas::wire::Segment;

use crate::cast::{
    Device, Made, Shelf, automerge_actor, chain, device, edits, forge, made, outlet, piece, sheet, sign,
};

/// Judges on a shelf that must look the same afterwards.
fn refused(shelf: &mut Shelf, author: &Device, piece: &Segment) -> Refusal<Infallible> {
    let before = shelf.clone();
    let refusal = shelf.take(author, piece).expect_err("a forgery must not pass");
    assert_eq!(*shelf, before);
    refusal
}

/// A piece made of exactly these changes, signed by its author in good order.
pub fn raw_piece(who: &Device, from: usize, signed_run: &[Made], sent: &[Made]) -> Segment {
    let mut body = Vec::new();
    for made in sent {
        put_prefixed(&mut body, &made.bytes);
    }
    Segment {
        actor: who.actor,
        from_seq: from as u64 + 1,
        codec: CODEC_RAW,
        body,
        signature: sign(who, signed_run, signed_run.len(), None),
        tail: Vec::new(),
    }
}

pub fn put_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

#[test]
fn an_operation_number_near_the_end_of_the_world_is_refused() {
    let forger = device(1);
    let mut run = edits(&forger, 2);
    run[1] = forge(&run[1].bytes, |change| change.start_op = u64::from(u32::MAX) - 1);
    let parcel = piece(&forger, &run, 0, 2, 2);
    let refusal = refused(&mut Shelf::default(), &forger, &parcel);
    assert!(matches!(refusal, Refusal::StartOp { start_op: 4_294_967_294, allowed: 2 }), "{refusal:?}");
    assert_eq!(refusal.code(), ErrorCode::ChangeOutOfRange);
}

#[test]
fn an_operation_number_that_the_run_has_used_is_refused() {
    let forger = device(1);
    let mut run = edits(&forger, 3);
    // It replaces an older value, so that what it refers to stays behind it.
    const OLDER: &[u8] = &[1, 1];
    run[2] = forge(&run[2].bytes, |change| {
        change.start_op = 2;
        change.columns.iter_mut().filter(|(spec, _)| *spec == 0x73).for_each(|(_, data)| *data = OLDER);
    });
    let refusal = refused(&mut Shelf::default(), &forger, &piece(&forger, &run, 0, 3, 3));
    assert!(matches!(refusal, Refusal::StartOp { start_op: 2, .. }), "{refusal:?}");
}

#[test]
fn a_second_change_that_does_not_follow_the_first_is_refused() {
    let forger = device(1);
    let mut run = edits(&forger, 2);
    run[1] = forge(&run[1].bytes, |change| change.deps = Vec::new());
    let refusal = refused(&mut Shelf::default(), &forger, &piece(&forger, &run, 0, 2, 2));
    assert!(matches!(refusal, Refusal::NotLinked), "{refusal:?}");
    assert_eq!(refusal.code(), ErrorCode::ChangeNotLinked);
}

#[test]
fn another_change_under_a_used_number_is_refused_and_the_first_one_stays() {
    let forger = device(1);
    let run = edits(&forger, 3);
    let mut shelf = Shelf::default();
    shelf.take(&forger, &piece(&forger, &run, 0, 3, 3)).unwrap();
    let mut other = run.clone();
    other[1] = forge(&run[1].bytes, |change| change.message = "edited later".as_bytes());
    let refusal = refused(&mut shelf, &forger, &piece(&forger, &other, 1, 2, 2));
    assert!(matches!(refusal, Refusal::Forked), "{refusal:?}");
    assert_eq!(refusal.code(), ErrorCode::ChangeForked);
}

#[test]
fn nobody_writes_under_a_colleagues_device() {
    let (colleague, forger) = (device(1), device(2));
    let run = edits(&colleague, 2);
    let mut parcel = piece(&colleague, &run, 0, 2, 2);
    parcel.signature = Signature {
        ..Claim { outlet: outlet(), doc: &sheet(), actor: colleague.actor, seq: 2, chain: chain(&run), beacon: None }
            .sign(&forger.key)
    };
    // By the forger's key the name is not theirs; by the colleague's key the signature is not theirs.
    for author in [&forger, &colleague] {
        let refusal = refused(&mut Shelf::default(), author, &parcel);
        assert!(matches!(refusal, Refusal::Signature), "{refusal:?}");
        assert_eq!(refusal.code(), ErrorCode::SignatureInvalid);
    }
}

#[test]
fn a_signature_of_anything_else_is_refused() {
    let technician = device(1);
    let run = edits(&technician, 3);
    let honest = piece(&technician, &run, 0, 3, 3);
    let beacon = BeaconRef { time_ms: 1_795_000_000_000, seq: 9, tag: [5; 8] };
    let other_sheet = DocId::Sheet(JobId::mint(1_795_000_000_001, [3; 10]));
    let this_sheet = sheet();
    let claim = || Claim {
        outlet: outlet(),
        doc: &this_sheet,
        actor: technician.actor,
        seq: 3,
        chain: chain(&run),
        beacon: None,
    };
    let other_start = Actor::new(technician.actor.device(), [9; 8]);
    let swapped = [run[1].clone(), run[0].clone(), run[2].clone()];
    let forgeries = [
        ("outlet", Claim { outlet: OutletId::mint(1, [0; 10]), ..claim() }.sign(&technician.key)),
        ("document", Claim { doc: &other_sheet, ..claim() }.sign(&technician.key)),
        ("start of the app", Claim { actor: other_start, ..claim() }.sign(&technician.key)),
        ("sequence number", Signature { seq: 3, ..Claim { seq: 4, ..claim() }.sign(&technician.key) }),
        ("history", Claim { chain: chain(&swapped), ..claim() }.sign(&technician.key)),
        (
            "beacon left out",
            Signature { beacon: None, ..Claim { beacon: Some(beacon), ..claim() }.sign(&technician.key) },
        ),
        ("beacon put in", Signature { beacon: Some(beacon), ..claim().sign(&technician.key) }),
    ];
    for (what, signature) in forgeries {
        let forged = Segment { signature, ..honest.clone() };
        let refusal = refused(&mut Shelf::default(), &technician, &forged);
        assert!(matches!(refusal, Refusal::Signature), "{what}: {refusal:?}");
    }
    Shelf::default().take(&technician, &honest).unwrap();
}

#[test]
fn a_signature_that_ends_before_the_piece_does_is_refused() {
    let technician = device(1);
    let run = edits(&technician, 4);
    let short = Segment { signature: sign(&technician, &run, 3, None), ..piece(&technician, &run, 0, 4, 4) };
    assert!(matches!(refused(&mut Shelf::default(), &technician, &short), Refusal::Signature));
}

#[test]
fn a_tail_that_does_not_reach_the_signature_exactly_is_refused() {
    let technician = device(1);
    let run = edits(&technician, 6);
    let honest = piece(&technician, &run, 0, 3, 6);
    assert_eq!(honest.tail.len(), 96);
    let tails = [
        ("missing", Vec::new()),
        ("short", honest.tail[..64].to_vec()),
        ("long", [honest.tail.as_slice(), &[0; 32]].concat()),
        ("torn", honest.tail[..95].to_vec()),
        ("of other changes", vec![7; 96]),
    ];
    for (what, tail) in tails {
        let forged = Segment { tail, ..honest.clone() };
        let refusal = refused(&mut Shelf::default(), &technician, &forged);
        assert!(matches!(refusal, Refusal::Signature), "{what}: {refusal:?}");
    }
}

#[test]
fn a_document_takes_no_more_than_a_million_operations() {
    let technician = device(1);
    let run = edits(&technician, 2);
    let mut full = Shelf { doc_ops: MAX_DOC_OPS - 1, ..Shelf::default() };
    let refusal = refused(&mut full, &technician, &piece(&technician, &run, 0, 2, 2));
    assert!(matches!(refusal, Refusal::DocumentFull), "{refusal:?}");
    assert_eq!(refusal.code(), ErrorCode::DocumentFull);
}

#[test]
fn a_change_over_the_caps_is_refused() {
    let technician = device(1);
    let of = |write: &dyn Fn(&mut AutoCommit)| {
        let mut doc = AutoCommit::new().with_actor(automerge_actor(technician.actor));
        write(&mut doc);
        doc.commit_with(CommitOptions::default().with_time(1));
        made(&mut doc)
    };
    let many = of(&|doc| {
        (0..=MAX_CHANGE_OPS).for_each(|n| doc.put(ROOT, "k", n).unwrap());
    });
    let large = of(&|doc| doc.put(ROOT, "k", vec![0u8; 256 * 1024]).unwrap());
    for (run, reason) in [(many, MalformedChange::TooManyOps), (large, MalformedChange::TooLarge)] {
        let refusal = refused(&mut Shelf::default(), &technician, &raw_piece(&technician, 0, &run, &run));
        assert!(matches!(&refusal, Refusal::Change(why) if *why == reason), "{refusal:?}");
        assert_eq!(refusal.code(), ErrorCode::ChangeMalformed);
    }
}

#[test]
fn a_piece_that_names_another_run_than_it_holds_is_refused() {
    let (technician, colleague) = (device(1), device(2));
    let (own, foreign) = (edits(&technician, 3), edits(&colleague, 1));
    let mixed = [own[0].clone(), foreign[0].clone()];
    let skipped = [own[0].clone(), own[2].clone()];
    for run in [&mixed, &skipped] {
        let refusal = refused(&mut Shelf::default(), &technician, &raw_piece(&technician, 0, run, run));
        assert!(matches!(refusal, Refusal::WrongRun), "{refusal:?}");
    }
    let zero = Segment { from_seq: 0, ..piece(&technician, &own, 0, 3, 3) };
    assert!(matches!(refused(&mut Shelf::default(), &technician, &zero), Refusal::WrongRun));
    let empty = raw_piece(&technician, 0, &own, &[]);
    assert!(matches!(refused(&mut Shelf::default(), &technician, &empty), Refusal::Empty));
}

#[test]
fn an_unknown_codec_is_named_so_that_the_sender_can_be_updated() {
    let technician = device(1);
    let run = edits(&technician, 1);
    let tomorrow = Segment { codec: 200, ..piece(&technician, &run, 0, 1, 1) };
    let refusal = refused(&mut Shelf::default(), &technician, &tomorrow);
    assert!(matches!(refusal, Refusal::Unreadable(SegmentError::UnknownCodec(200))), "{refusal:?}");
    assert_eq!(refusal.code(), ErrorCode::UnknownCodec);
}

#[test]
fn a_malformed_change_is_the_same_refusal_in_either_codec() {
    let technician = device(1);
    let run = edits(&technician, 4);
    let honest = piece(&technician, &run, 0, 4, 4);
    let mut broken = run.clone();
    broken[0].bytes[12] ^= 1;
    let raw = refused(&mut Shelf::default(), &technician, &raw_piece(&technician, 0, &run, &broken));
    assert_eq!(raw.code(), ErrorCode::ChangeMalformed);
    // Stripped bodies carry no sequence number: one that would overflow is the malformed change here.
    let far = Segment { from_seq: u64::MAX, ..honest };
    let shelf = Shelf { runs: [(technician.actor, far_run())].into(), ..Shelf::default() };
    assert!(shelf.judge(&technician, &far).is_err());
}

fn far_run() -> doorstep_schemas::admission::Run {
    doorstep_schemas::admission::Run { seq: u64::MAX - 1, hash: ChangeHash([0; 32]), ..Default::default() }
}

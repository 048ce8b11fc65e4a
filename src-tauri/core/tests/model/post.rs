//! How work leaves a device here: what it has to say, cut anew into pieces of any size under the same signatures.

use std::collections::BTreeMap;

use doorstep::store::outbox::{Covers, OutPiece};
use doorstep_schemas::ids::{Actor, ChangeHash, DocId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::Signature;
use doorstep_schemas::wire::{Piece, Segment, kind};

struct Run {
    from_seq: u64,
    changes: Vec<(ChangeHash, Vec<u8>)>,
    signature: Signature,
    tail: Vec<u8>,
}

/// Pieces of at most so many changes, ordered by `place`; what is no work goes last.
pub fn recut<P: Ord>(said: Vec<OutPiece>, most: usize, place: impl Fn(&DocId, Actor) -> P) -> Vec<OutPiece> {
    let mut runs: BTreeMap<P, (DocId, Actor, Run)> = BTreeMap::new();
    let mut others = Vec::new();
    for out in said {
        let (Covers::Changes { doc, actor, from_seq, .. }, Some(part)) = (&out.covers, &out.piece.segment) else {
            others.push(out);
            continue;
        };
        let changes = segment::unpack(part.codec, &part.body, *actor, *from_seq).unwrap();
        let changes = changes.into_iter().map(|change| (change.hash, change.bytes));
        let (_, _, run) = runs.entry(place(doc, *actor)).or_insert_with(|| {
            let run =
                Run { from_seq: *from_seq, changes: Vec::new(), signature: part.signature.clone(), tail: Vec::new() };
            (doc.clone(), *actor, run)
        });
        run.changes.extend(changes);
        // The last piece's tail is what its signature covers beyond this device's own end of the run.
        run.tail.clone_from(&part.tail);
    }
    let pieces = runs.into_values().flat_map(|(doc, actor, run)| cut(&doc, actor, &run, most));
    pieces.chain(others).collect()
}

fn cut(doc: &DocId, actor: Actor, run: &Run, most: usize) -> Vec<OutPiece> {
    let (mut out, mut from) = (Vec::new(), 0);
    for changes in run.changes.chunks(most) {
        let to = from + changes.len();
        let bytes: Vec<&[u8]> = changes.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        let (codec, body) = segment::encode(&bytes).unwrap();
        let tail = run.changes[to..].iter().flat_map(|(hash, _)| hash.0).chain(run.tail.iter().copied()).collect();
        let from_seq = run.from_seq + from as u64;
        let segment = Segment { actor, from_seq, codec, body, signature: run.signature.clone(), tail };
        let covers = Covers::Changes { doc: doc.clone(), actor, from_seq, to_seq: run.from_seq + to as u64 - 1 };
        let piece = Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment), ..Piece::default() };
        out.push(OutPiece { piece, covers });
        from = to;
    }
    out
}

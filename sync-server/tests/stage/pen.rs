//! Writing changes by hand: what Automerge would write for one scalar set, without Automerge.

use doorstep_schemas::admission::Run;
use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Chain, Claim};
use doorstep_schemas::wire::{Piece, Segment, kind};
use ed25519_dalek::SigningKey;

/// One author's run in one document.
#[derive(Clone)]
pub struct Pen {
    outlet: OutletId,
    pub doc: DocId,
    key: SigningKey,
    pub actor: Actor,
    pub run: Run,
    hashes: Vec<ChangeHash>,
    pub changes: Vec<Vec<u8>>,
}

impl Pen {
    pub fn new(outlet: OutletId, doc: DocId, key: SigningKey, actor: Actor) -> Self {
        let next_op = birth::ops(doc.kind()) + 1;
        let run = Run { next_op, ..Run::default() };
        Self { outlet, doc, key, actor, run, hashes: Vec::new(), changes: Vec::new() }
    }

    /// Adds one change that sets `note` to `value`.
    pub fn set(&mut self, value: u8) -> &mut Self {
        let start_op = self.run.next_op;
        self.set_at(value, start_op)
    }

    pub fn set_at(&mut self, value: u8, start_op: u64) -> &mut Self {
        let deps = self.hashes.last().copied().into_iter().collect();
        let value = [value];
        let change = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor: self.actor,
            seq: self.run.seq + 1,
            start_op,
            time: 0,
            message: b"note",
            other_actors: Vec::new(),
            columns: vec![
                (0x15, &[0x7f, 4, b'n', b'o', b't', b'e']),
                (0x34, &[1]),
                (0x42, &[0x7f, 1]),
                (0x56, &[0x7f, 0x13]),
                (0x57, &value),
                (0x70, &[0x7f, 0]),
            ],
            extra: &[],
            ops: 1,
        };
        let (bytes, hash) = change.to_bytes();
        self.run = Run { seq: self.run.seq + 1, hash, chain: self.run.chain.then(&hash), next_op: start_op + 1 };
        self.hashes.push(hash);
        self.changes.push(bytes);
        self
    }

    pub fn write(&mut self, count: u8) -> &mut Self {
        for value in 0..count {
            self.set(value);
        }
        self
    }

    /// Where a change would begin that builds on all of this.
    pub fn next_op(&self) -> u64 {
        self.run.next_op
    }

    /// Changes `from..=to` as a piece, signed at `to`.
    pub fn piece(&self, from: u64, to: u64) -> Piece {
        let (first, last) = (from as usize - 1, to as usize);
        let changes: Vec<&[u8]> = self.changes[first..last].iter().map(Vec::as_slice).collect();
        let (codec, body) = segment::encode(&changes).unwrap();
        let chain = self.hashes[..last].iter().fold(Chain::default(), |chain, hash| chain.then(hash));
        let claim = Claim { outlet: self.outlet, doc: &self.doc, actor: self.actor, seq: to, chain, beacon: None };
        let signature = claim.sign(&self.key);
        let segment = Segment { actor: self.actor, from_seq: from, codec, body, signature, tail: Vec::new() };
        Piece { kind: kind::SEGMENT, doc: Some(self.doc.clone()), segment: Some(segment), ..Piece::default() }
    }

    /// Everything written so far in one piece.
    pub fn all(&self) -> Piece {
        self.piece(1, self.run.seq)
    }
}

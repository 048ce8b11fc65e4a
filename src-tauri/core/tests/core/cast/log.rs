//! A log in memory that does what a relay does with work: admits it, numbers it, hands it on. Of access it knows one
//! thing: the desk is the owner's.

use std::collections::BTreeMap;
use std::convert::Infallible;

use doorstep::nature::Nature;
use doorstep::store::Absorbed;
use doorstep::store::outbox::OutPiece;
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::admission::{self, History, Run, Verdict};
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, OutletId, PublicKey};
use doorstep_schemas::log::{GENESIS, digest, running_hash, short};
use doorstep_schemas::signature::Beacon;
use doorstep_schemas::wire::{Cursor, DownHeader, Entry, Outcome, Piece, PieceResult, RunHeld, RunName, kind};
use ed25519_dalek::SigningKey;

use super::{NOON, OWNER, Phone};

#[derive(Clone)]
pub struct Log {
    outlet: OutletId,
    relay: SigningKey,
    pub epoch: [u8; 8],
    pub entries: Vec<Entry>,
    hash: [u8; 32],
    keys: BTreeMap<DeviceId, PublicKey>,
    runs: BTreeMap<(DocId, Actor), (Run, Vec<ChangeHash>)>,
    ops: BTreeMap<DocId, u64>,
    pub owner_seq: u64,
}

struct Seen<'a>(&'a Log, &'a DocId, Actor);

impl History for Seen<'_> {
    type Error = Infallible;

    fn run(&self) -> Run {
        self.0.runs.get(&(self.1.clone(), self.2)).map(|(run, _)| *run).unwrap_or_default()
    }

    fn doc_ops(&self) -> u64 {
        self.0.ops.get(self.1).copied().unwrap_or_else(|| birth::ops(self.1.kind()))
    }

    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, Infallible> {
        let hashes = self.0.runs.get(&(self.1.clone(), self.2)).map(|(_, hashes)| hashes);
        Ok(hashes.and_then(|hashes| hashes.get(seq as usize - 1)).copied())
    }
}

impl Log {
    pub fn new(outlet: OutletId, relay: SigningKey) -> Self {
        Self {
            outlet,
            relay,
            epoch: [5; 8],
            entries: Vec::new(),
            hash: GENESIS,
            keys: BTreeMap::new(),
            runs: BTreeMap::new(),
            ops: BTreeMap::new(),
            owner_seq: 0,
        }
    }

    pub fn append(&mut self, piece: Piece) -> u64 {
        if let Some(device) = &piece.device {
            self.keys.insert(device.device, device.key);
        }
        let seq = self.entries.len() as u64 + 1;
        let body = minicbor::to_vec(&piece).unwrap();
        self.hash = running_hash(&self.hash, seq, piece.kind, piece.doc.as_ref(), &digest(&body));
        self.entries.push(Entry { seq, hash: short(&self.hash), part: 0, at_ms: NOON, piece });
        seq
    }

    pub fn head(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The answer to one piece.
    pub fn take(&mut self, piece: &Piece) -> PieceResult {
        let result = |outcome| PieceResult { outcome, log_seq: None, want_from: None, code: None, inbox: None };
        if piece.kind == kind::GRANT {
            return PieceResult { log_seq: Some(self.append(piece.clone())), ..result(Outcome::Accepted) };
        }
        let (doc, segment) = (piece.doc.as_ref().unwrap(), piece.segment.as_ref().unwrap());
        let author = self.keys.get(&segment.actor.device()).copied().expect("the author is enrolled");
        match admission::admit(self.outlet, doc, segment, &author, &Seen(self, doc, segment.actor)) {
            Ok(Verdict::Admit { changes, run, doc_ops }) => {
                let held = self.runs.entry((doc.clone(), segment.actor)).or_default();
                held.0 = run;
                held.1.extend(changes.iter().map(|change| change.hash));
                self.ops.insert(doc.clone(), doc_ops);
                PieceResult { log_seq: Some(self.append(piece.clone())), ..result(Outcome::Accepted) }
            }
            Ok(Verdict::Known) => result(Outcome::Known),
            Ok(Verdict::WantFrom(seq)) => PieceResult { want_from: Some(seq), ..result(Outcome::Gap) },
            Err(refusal) => PieceResult { code: Some(refusal.code().wire().to_owned()), ..result(Outcome::Refused) },
        }
    }

    /// An answer's header, signed.
    pub fn header(&self, results: Vec<PieceResult>) -> DownHeader {
        let (seq, hash) = (self.head(), short(&self.hash));
        DownHeader {
            sample: None,
            protocol: PROTOCOL,
            epoch: self.epoch,
            beacon: Beacon::sign(self.outlet, self.epoch, NOON, seq, hash, &self.relay),
            results,
            owner_seq: self.owner_seq,
            backed_up_to: 0,
            runs: Vec::new(),
            restarted: false,
            devices: Vec::new(),
            addresses: None,
            pending: None,
            inbox: None,
            inbox_seen: None,
            farewell: None,
        }
    }

    pub fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.head(), hash: short(&self.hash), part: 0 }
    }

    /// Takes everything that the device has to say; returns what it said.
    pub fn collect(&mut self, phone: &mut Phone) -> Vec<OutPiece> {
        let outgoing = phone.store().outgoing(usize::MAX).unwrap();
        let results: Vec<PieceResult> = outgoing.pieces.iter().map(|piece| self.take(&piece.piece)).collect();
        assert!(results.iter().all(|r| matches!(r.outcome, Outcome::Accepted | Outcome::Known)), "{results:?}");
        let header = self.header(results);
        let mut store = phone.store();
        store.note_answer(&header, NOON).unwrap();
        store.settle(&outgoing.pieces, &header, NOON).unwrap();
        outgoing.pieces
    }

    /// Hands out everything behind the device's cursor.
    pub fn deliver(&self, phone: &mut Phone) -> Absorbed {
        let mut store = phone.store();
        let behind = store.cursor().unwrap().map_or(0, |cursor| cursor.seq) as usize;
        let hidden = |entry: &&Entry| phone.name != OWNER && matches!(entry.piece.doc, Some(DocId::Desk(_)));
        let entries: Vec<Entry> = self.entries[behind..].iter().filter(|entry| !hidden(entry)).cloned().collect();
        store.absorb(&entries, Some(&self.cursor()), phone.nature.now_ms()).unwrap()
    }

    /// One whole exchange; grants that it makes due go up as well.
    pub fn exchange(&mut self, phone: &mut Phone) {
        self.collect(phone);
        if self.deliver(phone).grants_due {
            self.collect(phone);
            self.deliver(phone);
        }
    }

    /// How far this log holds a run.
    pub fn held(&self, run: &RunName) -> Option<RunHeld> {
        let (held, _) = self.runs.get(&(run.doc.clone(), run.actor))?;
        Some(RunHeld { doc: run.doc.clone(), actor: run.actor, seq: held.seq, log_seq: self.head() })
    }

    /// The same log under somebody else's key.
    pub fn under(self, relay: SigningKey) -> Self {
        Self { relay, ..self }
    }
}

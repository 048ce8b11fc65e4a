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
use doorstep_schemas::compare::{self, CompareDown, CompareUp, DocumentHeld, Node, NodeHeld, RunEnd, Tally};
use doorstep_schemas::frame;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, OutletId, PublicKey};
use doorstep_schemas::log::{GENESIS, digest, running_hash, short};
use doorstep_schemas::segment;
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
    /// The newest form of comparing that it answers.
    pub compares: Option<u8>,
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
            compares: None,
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
            compares: self.compares,
            packs_from: None,
            decided: None,
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

    /// A document's work is gone from it, as if it had never come; its entries stay stubs.
    pub fn lose(&mut self, doc: &DocId) {
        self.runs.retain(|(kept, _), _| kept != doc);
        self.ops.remove(doc);
        for entry in self.entries.iter_mut().filter(|entry| entry.piece.doc.as_ref() == Some(doc)) {
            entry.piece = Piece::default();
        }
    }

    /// Answers a device that compares, as if it might read all of these documents.
    pub fn compare(&self, up: &CompareUp, reads: impl Fn(&DocId) -> bool) -> Vec<u8> {
        let runs = || self.runs.iter().filter(|((doc, _), _)| reads(doc));
        let (mut grants, mut roles, mut devices) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for Entry { piece, .. } in &self.entries {
            grants.extend(piece.grant.map(|grant| ((grant.job, grant.member), grant)));
            roles.extend(piece.role.clone().map(|role| (role.member, role)));
            devices.extend(piece.device.clone().map(|device| (device.device, device)));
        }
        let (roles, devices): (Vec<_>, Vec<_>) = (roles.into_values().collect(), devices.into_values().collect());
        let mut sums: BTreeMap<DocId, u64> = BTreeMap::new();
        for ((doc, actor), (run, _)) in runs() {
            *sums.entry(compare::subject(doc)).or_default() ^= compare::of_run(doc, *actor, run.seq, &run.hash);
        }
        for grant in grants.values() {
            *sums.entry(DocId::Order(grant.job)).or_default() ^= compare::of_grant(grant);
        }
        let held = |node: &Node| {
            let span = node.span().unwrap();
            let within = sums.iter().filter(|(subject, _)| span.contains(&compare::place(subject)));
            let within = within.map(|(subject, digest)| Tally { subject: subject.clone(), digest: *digest });
            NodeHeld::of(*node, within.collect())
        };
        let asked = |doc: &DocId| up.subjects.contains(&compare::subject(doc));
        let mut documents: BTreeMap<DocId, DocumentHeld> = BTreeMap::new();
        for ((doc, actor), (run, _)) in runs().filter(|((doc, _), _)| asked(doc)) {
            let held = documents.entry(doc.clone()).or_insert(DocumentHeld { doc: doc.clone(), runs: Vec::new() });
            let (seq, hash) = (run.seq, compare::head_of(&run.hash));
            held.runs.push(RunEnd { actor: *actor, seq, hash, log_seq: self.head() });
        }
        let down = CompareDown {
            protocol: PROTOCOL,
            epoch: self.epoch,
            beacon: Beacon::sign(self.outlet, self.epoch, NOON, self.head(), short(&self.hash), &self.relay),
            nodes: up.nodes.iter().map(held).collect(),
            team: up.nodes.contains(&Node::ROOT).then(|| compare::of_team(&roles, &devices)),
            answered: u32::try_from(up.subjects.len()).unwrap(),
            documents: documents.into_values().collect(),
            grants: grants.into_values().filter(|grant| asked(&DocId::Order(grant.job))).collect(),
            roles: if up.team { roles } else { Vec::new() },
            devices: if up.team { devices } else { Vec::new() },
            erased: Vec::new(),
            told: u32::try_from(up.wanted.len()).unwrap(),
        };
        let mut body = Vec::new();
        frame::put(&mut body, &down);
        for wanted in &up.wanted {
            let behind = |entry: &&Entry| {
                entry.piece.doc.as_ref() == Some(&wanted.doc)
                    && entry.piece.segment.as_ref().is_some_and(|segment| {
                        let count = segment::find(segment.codec, &segment.body, segment.actor, segment.from_seq);
                        segment.actor == wanted.actor
                            && segment.from_seq + count.unwrap().len() as u64 > wanted.after + 1
                    })
            };
            self.entries.iter().filter(behind).for_each(|entry| frame::put(&mut body, entry));
        }
        body
    }

    /// The same log under somebody else's key.
    pub fn under(self, relay: SigningKey) -> Self {
        Self { relay, ..self }
    }
}

//! What changes, signatures and receipts prove: who signed which change, after which beacon, and since when the relay
//! has it. Everything here may be a stranger's bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use doorstep_schemas::birth;
use doorstep_schemas::change::{Change, MAX_CHANGE_BYTES};
use doorstep_schemas::claim_pack::{Bracket, MAX_CHANGES, MOST_CHANGES, OpenSide, SignedRun};
use doorstep_schemas::compare;
use doorstep_schemas::ids::{Actor, BlobHash, ChangeHash, DeviceId, DocId, DocKind, JobId, OutletId, PublicKey};
use doorstep_schemas::receipt::{PieceReceipt, Receipt, Statement};
use doorstep_schemas::signature::{Chain, Claim, Signature};

use super::finding::{Fault, Findings, Gap, Item};
use crate::documents::paper::Paper;

/// Changes that are tried one by one where they can't be taken together: each costs as much as the document is long.
const MOST_ONE_BY_ONE: usize = 1_000;

/// What a file brings.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    pub outlet: OutletId,
    pub job: JobId,
    pub relay: PublicKey,
    /// Changes of the order and of the sheet, one behind the other.
    pub order: &'a [u8],
    pub sheet: &'a [u8],
    pub signed: &'a [SignedRun],
    pub receipts: &'a [Receipt],
}

/// A run as the file has it: its changes' hashes, and the chain behind each.
#[derive(Debug, Clone, Default)]
struct Run {
    hashes: Vec<ChangeHash>,
    chains: Vec<Chain>,
}

impl Run {
    fn len(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// The chain behind so many changes.
    fn chain(&self, seq: u64) -> Option<Chain> {
        let before = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.chains.get(before).copied()
    }
}

/// A piece that the relay's receipt speaks of, once it was held against the changes.
#[derive(Debug, Clone, Copy)]
struct Held {
    to_seq: u64,
    at_ms: i64,
    after: Result<i64, OpenSide>,
}

/// See the module.
pub struct Proof {
    /// Where each change stands.
    places: BTreeMap<ChangeHash, (DocId, Actor, u64)>,
    held: BTreeMap<(DocId, Actor), Vec<Held>>,
    blobs: BTreeMap<BlobHash, i64>,
    /// Devices whose owner a receipt names.
    vouched: BTreeSet<DeviceId>,
    pub order: Option<Paper>,
    pub sheet: Option<Paper>,
}

/// Changes that lie one behind the other; `None` where they don't.
fn split(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut out = Vec::new();
    if bytes.len() > MAX_CHANGES {
        return None;
    }
    while !bytes.is_empty() {
        // Magic (4), checksum (4), kind (1), then the length of what follows as LEB128.
        let (mut length, mut shift, mut head) = (0usize, 0, 9);
        loop {
            let byte = *bytes.get(head)?;
            head += 1;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 21 {
                return None;
            }
        }
        if out.len() == MOST_CHANGES || length > MAX_CHANGE_BYTES {
            return None;
        }
        let (change, rest) = bytes.split_at_checked(head + length)?;
        out.push(change);
        bytes = rest;
    }
    Some(out)
}

impl Proof {
    /// Holds all parts against each other. What doesn't fit is noted, and proves nothing.
    pub fn of(parts: &Parts<'_>, found: &mut Findings) -> Self {
        let mut proof = Self {
            places: BTreeMap::new(),
            held: BTreeMap::new(),
            blobs: BTreeMap::new(),
            vouched: BTreeSet::new(),
            order: None,
            sheet: None,
        };
        let mut runs = BTreeMap::new();
        for (doc, bytes) in [(DocId::Order(parts.job), parts.order), (DocId::Sheet(parts.job), parts.sheet)] {
            let paper = proof.document(&doc, bytes, &mut runs, found);
            match doc.kind() {
                DocKind::Order => proof.order = paper,
                _ => proof.sheet = paper,
            }
        }
        // Each good signature by what it signs, so that receipts need not be checked by hand of the author again.
        let keys = proof.authors(parts, &runs, found);
        for (number, receipt) in (1..).zip(parts.receipts) {
            proof.receipt(parts, number, receipt, &runs, &keys, found);
        }
        if parts.receipts.is_empty() {
            found.gap(Item::Relay, Gap::NoReceipts);
        }
        for (doc, actor) in runs.keys() {
            if !proof.vouched.contains(&actor.device()) {
                found.gap(Item::Run(doc.clone(), actor.device()), Gap::DeviceNotVouched);
            }
        }
        proof
    }

    fn document(
        &mut self,
        doc: &DocId,
        bytes: &[u8],
        runs: &mut BTreeMap<(DocId, Actor), Run>,
        found: &mut Findings,
    ) -> Option<Paper> {
        let item = Item::Changes(doc.clone());
        let Some(chunks) = split(bytes) else {
            found.fault(item, Fault::Unreadable);
            return None;
        };
        if chunks.is_empty() {
            return None;
        }
        let births = birth::births(doc.kind()).iter().filter_map(|birth| Change::parse(birth.bytes).ok());
        let mut known: BTreeSet<ChangeHash> = births.map(|change| change.hash).collect();
        let mut by_run: BTreeMap<Actor, BTreeMap<u64, ChangeHash>> = BTreeMap::new();
        for chunk in &chunks {
            let Ok(change) = Change::parse(chunk) else {
                found.fault(item, Fault::Unreadable);
                return None;
            };
            if !change.deps.iter().all(|dep| known.contains(dep)) {
                found.fault(item.clone(), Fault::ChangeMissing);
            }
            let first = known.insert(change.hash);
            if !first || by_run.entry(change.actor).or_default().insert(change.seq, change.hash).is_some() {
                found.fault(item.clone(), Fault::ChangeTwice);
            }
        }
        for (actor, hashes) in by_run {
            let mut run = Run::default();
            for (expected, (seq, hash)) in (1..).zip(hashes) {
                if seq != expected {
                    found.fault(Item::Run(doc.clone(), actor.device()), Fault::ChangeMissing);
                    break;
                }
                let chain = run.chains.last().copied().unwrap_or_default().then(&hash);
                run.hashes.push(hash);
                run.chains.push(chain);
                self.places.insert(hash, (doc.clone(), actor, seq));
            }
            runs.insert((doc.clone(), actor), run);
        }
        match paper_of(doc, &chunks) {
            Some(paper) => {
                found.sound(item);
                Some(paper)
            }
            None => {
                found.fault(item, Fault::Unreadable);
                None
            }
        }
    }

    /// Authors' newest words on their runs; returns the key of each device that wrote.
    fn authors(
        &self,
        parts: &Parts<'_>,
        runs: &BTreeMap<(DocId, Actor), Run>,
        found: &mut Findings,
    ) -> BTreeMap<DeviceId, PublicKey> {
        let mut keys = BTreeMap::new();
        let mut signed = BTreeSet::new();
        for word in parts.signed {
            let device = word.actor.device();
            let item = Item::Run(word.doc.clone(), device);
            let Some(run) = runs.get(&(word.doc.clone(), word.actor)) else {
                found.fault(item, Fault::ChangeMissing);
                continue;
            };
            if DeviceId::of_key(&word.key) != device || !signed.insert((word.doc.clone(), word.actor)) {
                found.fault(item, Fault::SignatureForged);
                continue;
            }
            let (tail, rest) = word.tail.as_chunks::<32>();
            let reaches = run.len().saturating_add(tail.len() as u64);
            if !rest.is_empty() || word.signature.seq != reaches {
                found.fault(
                    item,
                    if word.signature.seq > reaches { Fault::ChangeMissing } else { Fault::SignatureAbsent },
                );
                continue;
            }
            let end = run.chains.last().copied().unwrap_or_default();
            let chain = tail.iter().fold(end, |chain, hash| chain.then(&ChangeHash(*hash)));
            if !claim(parts.outlet, &word.doc, word.actor, chain, &word.signature, &word.key) {
                found.fault(item, Fault::SignatureForged);
                continue;
            }
            keys.insert(device, word.key);
            found.sound(item);
        }
        for (doc, actor) in runs.keys() {
            if !signed.contains(&(doc.clone(), *actor)) {
                found.fault(Item::Run(doc.clone(), actor.device()), Fault::SignatureAbsent);
            }
        }
        keys
    }

    fn receipt(
        &mut self,
        parts: &Parts<'_>,
        number: usize,
        receipt: &Receipt,
        runs: &BTreeMap<(DocId, Actor), Run>,
        keys: &BTreeMap<DeviceId, PublicKey>,
        found: &mut Findings,
    ) {
        let item = Item::Receipt(number);
        if !receipt.holds(&parts.relay) {
            return found.fault(item, Fault::ReceiptForged);
        }
        let Ok(said) = receipt.read() else { return found.fault(item, Fault::Unreadable) };
        if (said.outlet, said.job) != (parts.outlet, parts.job) {
            return found.fault(item, Fault::ReceiptForeign);
        }
        found.sound(item.clone());
        self.left_out(&said, runs, found);
        for run in &said.runs {
            let name = (run.doc.clone(), run.actor);
            let Some(here) = runs.get(&name) else {
                found.fault(item.clone(), Fault::ReceiptDiffers);
                continue;
            };
            for piece in &run.pieces {
                if here.chain(piece.to_seq) != Some(Chain(piece.chain)) {
                    found.fault(item.clone(), Fault::ReceiptDiffers);
                    continue;
                }
                let after = self.signed_after(parts, number, &said, &name, here, keys, piece, found);
                let held = Held { to_seq: piece.to_seq, at_ms: piece.at_ms, after };
                self.held.entry(name.clone()).or_default().push(held);
            }
        }
        for blob in &said.blobs {
            let at = self.blobs.entry(blob.hash).or_insert(blob.at_ms);
            *at = blob.at_ms.min(*at);
        }
        let known = |device: &&doorstep_schemas::wire::Device| DeviceId::of_key(&device.key) == device.device;
        self.vouched.extend(said.devices.iter().filter(known).map(|device| device.device));
    }

    /// After which moment the author signed what a piece brought.
    #[expect(clippy::too_many_arguments, reason = "one look at one piece from all sides")]
    fn signed_after(
        &self,
        parts: &Parts<'_>,
        number: usize,
        said: &Statement,
        (doc, actor): &(DocId, Actor),
        here: &Run,
        keys: &BTreeMap<DeviceId, PublicKey>,
        piece: &PieceReceipt,
        found: &mut Findings,
    ) -> Result<i64, OpenSide> {
        let Some(named) = piece.signature.beacon else { return Err(OpenSide::NoBeacon) };
        let Some(beacon) = &piece.beacon else { return Err(OpenSide::BeaconUnknown) };
        if !beacon.holds(said.outlet, said.epoch, &parts.relay) || beacon.reference() != named {
            found.fault(Item::Beacon(number), Fault::BeaconForged);
            return Err(OpenSide::BeaconUnknown);
        }
        found.sound(Item::Beacon(number));
        // A word that reaches behind what is in the file can't be held against it.
        let Some(chain) = here.chain(piece.signature.seq) else { return Err(OpenSide::BeaconUnknown) };
        let key = keys.get(&actor.device()).ok_or(OpenSide::BeaconUnknown)?;
        if piece.signature.seq < piece.to_seq || !claim(parts.outlet, doc, *actor, chain, &piece.signature, key) {
            found.fault(Item::Run(doc.clone(), actor.device()), Fault::SignatureForged);
            return Err(OpenSide::BeaconUnknown);
        }
        Ok(beacon.time_ms)
    }

    /// Whether the relay held more of the job when it was asked.
    fn left_out(&self, said: &Statement, runs: &BTreeMap<(DocId, Actor), Run>, found: &mut Findings) {
        for held in &said.held {
            for end in &held.runs {
                let here = runs.get(&(held.doc.clone(), end.actor));
                let last = end.seq.checked_sub(1).and_then(|at| here?.hashes.get(usize::try_from(at).ok()?));
                if last.is_none_or(|hash| compare::head_of(hash) != end.hash) {
                    found.fault(Item::Run(held.doc.clone(), end.actor.device()), Fault::LeftOut);
                }
            }
        }
    }

    /// Between which moments changes were signed and handed over: of several, all of them.
    pub fn bracket(&self, changes: &[ChangeHash]) -> Bracket {
        let mut after: Option<Result<i64, OpenSide>> = None;
        let mut by: Option<Result<i64, OpenSide>> = None;
        for change in changes {
            let held = self.first_held(change);
            let (began, ended) =
                held.map_or((Err(OpenSide::NoReceipt), Err(OpenSide::NoReceipt)), |held| (held.after, Ok(held.at_ms)));
            after = Some(both(after, began, i64::min));
            by = Some(both(by, ended, i64::max));
        }
        let (after, by) = (after.unwrap_or(Err(OpenSide::NoReceipt)), by.unwrap_or(Err(OpenSide::NoReceipt)));
        Bracket {
            not_before_ms: after.ok(),
            not_before_open: after.err(),
            not_after_ms: by.ok(),
            not_after_open: by.err(),
        }
    }

    /// The first piece that brought a change.
    fn first_held(&self, change: &ChangeHash) -> Option<Held> {
        let (doc, actor, seq) = self.places.get(change)?;
        let pieces = self.held.get(&(doc.clone(), *actor))?.iter().filter(|held| held.to_seq >= *seq);
        pieces.min_by_key(|held| held.to_seq).copied()
    }

    /// Since when the relay has a picture's bytes.
    pub fn at_relay(&self, hash: &BlobHash) -> Option<i64> {
        self.blobs.get(hash).copied()
    }

    /// Whether a receipt names this device's member.
    pub fn vouches(&self, device: DeviceId) -> bool {
        self.vouched.contains(&device)
    }
}

/// An open side of one leaves the whole open.
fn both(
    known: Option<Result<i64, OpenSide>>,
    new: Result<i64, OpenSide>,
    pick: fn(i64, i64) -> i64,
) -> Result<i64, OpenSide> {
    match (known, new) {
        (None, new) => new,
        (Some(Ok(known)), Ok(new)) => Ok(pick(known, new)),
        (Some(Err(open)), _) | (_, Err(open)) => Err(open),
    }
}

fn claim(outlet: OutletId, doc: &DocId, actor: Actor, chain: Chain, signature: &Signature, key: &PublicKey) -> bool {
    let claim = Claim { outlet, doc, actor, seq: signature.seq, chain, beacon: signature.beacon };
    claim.holds(signature, key)
}

/// The document that the changes make. What one bad change would spoil is read without it, as every device does.
fn paper_of(doc: &DocId, chunks: &[&[u8]]) -> Option<Paper> {
    let made = || {
        let mut paper = Paper::blank(doc, Actor([0; 16])).ok()?;
        if paper.adopt(chunks).is_ok() {
            return Some(paper);
        }
        if chunks.len() > MOST_ONE_BY_ONE {
            return None;
        }
        for chunk in chunks {
            // What builds on one that is left out can't be taken either.
            let _ = paper.adopt(&[chunk]);
        }
        Some(paper)
    };
    catch_unwind(AssertUnwindSafe(made)).ok().flatten()
}

//! Work that is signed before the clock starts: sheets as technicians write them, each as if by another device.
//!
//! The changes are a town's. Each device gets them rewritten under its own actor, so that the relay reads, hashes and
//! judges what it would on a working day, and no two pushes are alike.

use std::sync::Arc;

use doorstep::rules::RuleBook;
use doorstep_schemas::change::Change;
use doorstep_schemas::frame;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Chain, Claim};
use doorstep_schemas::terse::{self, Item, Teller};
use doorstep_schemas::wire::{Piece, Segment, kind};
use doorstep_tests::town::{Pens, Town};
use ed25519_dalek::SigningKey;

use super::RelayBenchError;

const SEED: u64 = 20_261_123;
/// Days of the town that are looked through.
const DAYS: u32 = 60;
const PER_DAY: u32 = 30;
/// Different sheets; what comes after them is the first again, under other names.
const MOST: usize = 12;

/// Sheets of so many changes by one technician.
pub struct Templates(Vec<Vec<Vec<u8>>>);

impl Templates {
    /// Looks for sheets that one technician wrote at least `changes` changes of, and takes so many.
    pub fn of(changes: usize) -> Result<Self, RelayBenchError> {
        let town = Town::new(SEED, Arc::new(RuleBook::built_in()?));
        let pens = Pens::new(&town);
        let mut found = Vec::new();
        for ordered in town.orders(0..DAYS, PER_DAY) {
            let written = pens.write(&ordered, &town.course(&ordered))?;
            let sheet = written.pieces.iter().map(|(_, piece)| piece);
            let run = first_run(sheet.filter(|piece| piece.doc == Some(DocId::Sheet(written.job))))?;
            if run.len() >= changes {
                found.push(run[..changes].to_vec());
            }
            if found.len() == MOST {
                break;
            }
        }
        if found.is_empty() { Err(RelayBenchError::NoSheet(changes)) } else { Ok(Self(found)) }
    }

    /// The `n`th sheet as this device writes it.
    pub fn run(&self, n: usize, author: &Author, doc: DocId, start: [u8; 8]) -> Result<Run, RelayBenchError> {
        let template = &self.0[n % self.0.len()];
        let actor = Actor::new(doorstep_schemas::signature::identity(&author.key).1, start);
        let mut run = Run { doc, actor, changes: Vec::new(), hashes: Vec::new() };
        let mut before: Option<ChangeHash> = None;
        for bytes in template {
            let mut change = Change::parse(bytes)?;
            let was = change.hash;
            change.actor = actor;
            if let (Some(was), Some(is)) = (before, run.hashes.last()) {
                change.deps.iter_mut().filter(|dep| **dep == was).for_each(|dep| *dep = *is);
                change.deps.sort_by_key(|dep| dep.0);
            }
            let (bytes, hash) = change.to_bytes();
            run.changes.push(bytes);
            run.hashes.push(hash);
            before = Some(was);
        }
        Ok(run)
    }
}

/// The changes of the actor that began the sheet, as far as nobody else wrote between them.
fn first_run<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Result<Vec<Vec<u8>>, RelayBenchError> {
    let mut run: Vec<Vec<u8>> = Vec::new();
    let mut actor = None;
    for segment in pieces.filter_map(|piece| piece.segment.as_ref()) {
        if *actor.get_or_insert(segment.actor) != segment.actor || segment.from_seq != run.len() as u64 + 1 {
            break;
        }
        run.extend(segment::decode(segment.codec, &segment.body, segment.actor, segment.from_seq)?);
    }
    Ok(run)
}

/// Who signs, and for which outlet.
pub struct Author {
    pub outlet: OutletId,
    pub key: SigningKey,
}

/// One sheet of one device.
pub struct Run {
    doc: DocId,
    pub actor: Actor,
    changes: Vec<Vec<u8>>,
    hashes: Vec<ChangeHash>,
}

impl Run {
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Changes `from..to` (counted from 0), signed at the last of them.
    pub fn piece(&self, author: &Author, from: usize, to: usize, parcel: bool) -> Result<Piece, RelayBenchError> {
        let changes: Vec<&[u8]> = self.changes[from..to].iter().map(Vec::as_slice).collect();
        let chain = self.hashes[..to].iter().fold(Chain::default(), |chain, hash| chain.then(hash));
        let Self { doc, actor, .. } = self;
        let claim = Claim { outlet: author.outlet, doc, actor: *actor, seq: to as u64, chain, beacon: None };
        let (codec, body) = if parcel { segment::plain(changes) } else { segment::encode_fast(&changes)? };
        let signature = claim.sign(&author.key);
        let segment = Segment { actor: *actor, from_seq: from as u64 + 1, codec, body, signature, tail: Vec::new() };
        if parcel {
            let item = Item { seq: 0, at_ms: 0, doc: doc.clone(), segment };
            let parcel = Some(Teller::new(terse::NEWEST)?.fold(&[item])?);
            return Ok(Piece { kind: kind::PARCEL, parcel, ..Piece::default() });
        }
        Ok(Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment), ..Piece::default() })
    }
}

/// A piece as a frame.
pub fn framed(piece: &Piece) -> Vec<u8> {
    let mut out = Vec::new();
    frame::put(&mut out, piece);
    out
}

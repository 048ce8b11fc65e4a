//! Work as it travels: runs read from a device's database, cut into pieces anywhere, and a byzantine device's own.

use automerge::AutoCommit;
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Chain, Claim, Signature, identity};
use doorstep_schemas::wire::{Device, Entry, Piece, Segment, Status, kind};
use ed25519_dalek::SigningKey;

use super::{NOON, Phone, RAN, member};

/// One author's changes of one document, with their newest signature.
#[derive(Debug, Clone)]
pub struct Run {
    pub doc: DocId,
    pub actor: Actor,
    pub signature: Signature,
    pub changes: Vec<(ChangeHash, Vec<u8>)>,
}

/// Every run that a device holds.
pub fn runs(phone: &Phone) -> Vec<Run> {
    let db = phone.database();
    let mut named = db.prepare("SELECT doc, actor, signature FROM run ORDER BY doc, actor").unwrap();
    let named =
        named.query_map([], |row| Ok((row.get::<_, String>(0)?, Actor(row.get(1)?), row.get::<_, Vec<u8>>(2)?)));
    let mut changes = db.prepare("SELECT hash, bytes FROM change WHERE doc = ?1 AND actor = ?2 ORDER BY seq").unwrap();
    named
        .unwrap()
        .map(|row| {
            let (doc, actor, signature) = row.unwrap();
            let rows =
                changes.query_map(rusqlite::params![doc, actor.0], |row| Ok((ChangeHash(row.get(0)?), row.get(1)?)));
            Run {
                changes: rows.unwrap().map(Result::unwrap).collect(),
                doc: doc.parse().unwrap(),
                actor,
                signature: minicbor::decode(&signature).unwrap(),
            }
        })
        .collect()
}

impl Run {
    /// The run in pieces that end after these numbers of changes.
    pub fn cut(&self, ends: &[usize]) -> Vec<Piece> {
        let mut ends: Vec<usize> = ends.iter().copied().filter(|end| (1..self.changes.len()).contains(end)).collect();
        ends.push(self.changes.len());
        ends.sort_unstable();
        ends.dedup();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends.iter().copied()).map(|(from, to)| self.piece(from, to)).collect()
    }

    pub fn piece(&self, from: usize, to: usize) -> Piece {
        let bytes: Vec<&[u8]> = self.changes[from..to].iter().map(|(_, bytes)| bytes.as_slice()).collect();
        // What stands in a place that is not its own can't be stripped of its place.
        let own = |(place, bytes): (usize, &&[u8])| {
            Change::parse(bytes).is_ok_and(|c| c.actor == self.actor && c.seq == (from + place) as u64 + 1)
        };
        let honest = bytes.iter().enumerate().all(own);
        let shortened = segment::encode(&bytes).ok().filter(|_| honest);
        let (codec, body) = shortened.unwrap_or_else(|| segment::plain(bytes));
        let tail = self.changes[to..].iter().flat_map(|(hash, _)| hash.0).collect();
        let signature = self.signature.clone();
        let segment = Segment { actor: self.actor, from_seq: from as u64 + 1, codec, body, signature, tail };
        Piece { kind: kind::SEGMENT, doc: Some(self.doc.clone()), segment: Some(segment), ..Piece::default() }
    }
}

/// Pieces as entries of a log, numbered from `first`.
pub fn entries(first: u64, pieces: impl IntoIterator<Item = Piece>) -> Vec<Entry> {
    (first..).zip(pieces).map(|(seq, piece)| Entry { seq, hash: [0; 8], part: 0, at_ms: NOON, piece }).collect()
}

/// A device of the shop whose owner writes changes by hand.
pub struct Forger {
    pub key: SigningKey,
    pub actor: Actor,
}

impl Forger {
    pub fn new(n: u8) -> Self {
        let key = SigningKey::from_bytes(&[n; 32]);
        let actor = Actor::new(identity(&key).1, [n; 8]);
        Self { key, actor }
    }

    /// The relay's word on this device: it is a real one.
    pub fn vouched(&self) -> Piece {
        let (key, device) = identity(&self.key);
        let device = Device { device, member: member(RAN), key, name: "平板".to_owned(), status: Status::Active };
        Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() }
    }

    /// What this device wrote into `doc`, honestly signed.
    pub fn run(&self, outlet: OutletId, id: &DocId, doc: &mut AutoCommit) -> Run {
        let own = doc.get_changes(&[]).into_iter().filter(|change| change.actor_id().to_bytes() == self.actor.0);
        self.signed(outlet, id, own.map(|change| change.raw_bytes().to_vec()).collect())
    }

    /// These changes under this device's honest signature.
    pub fn signed(&self, outlet: OutletId, id: &DocId, changes: Vec<Vec<u8>>) -> Run {
        let changes: Vec<(ChangeHash, Vec<u8>)> =
            changes.into_iter().map(|bytes| (Change::hash_of(&bytes).unwrap(), bytes)).collect();
        let chain = changes.iter().fold(Chain::default(), |chain, (hash, _)| chain.then(hash));
        let claim = Claim { outlet, doc: id, actor: self.actor, seq: changes.len() as u64, chain, beacon: None };
        Run { doc: id.clone(), actor: self.actor, signature: claim.sign(&self.key), changes }
    }
}

/// A change with altered parts and the hash that fits them.
pub fn altered(bytes: &[u8], alter: impl FnOnce(&mut Change<'_>)) -> Vec<u8> {
    let mut change = Change::parse(bytes).unwrap();
    alter(&mut change);
    change.to_bytes().0
}

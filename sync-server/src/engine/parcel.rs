//! Parcels at the door: what came in one is taken out and kept piece by piece; what goes down is put in.
//!
//! Nothing at rest is a parcel: each entry stands by itself, in the codec that every version reads.

use doorstep_schemas::admission::Opened;
use doorstep_schemas::frame;
use doorstep_schemas::segment::{self, MAX_PIECE_OPS};
use doorstep_schemas::terse::{Item, Listener, Teller, TerseError};
use doorstep_schemas::wire::{Entry, Piece, Segment, kind};

use super::intake::Brought;
use super::standing::Caller;

/// So many bytes of bodies at rest come to about 12 KB in a parcel.
const FULL: usize = 32 * 1024;
/// Two pieces of a run become one up to this size, before compression.
const MOST_JOINED: usize = 64 * 1024;

/// The pieces that a piece brings: those of a parcel as they will be kept, or itself. `None` for what can't be read.
pub fn pieces(listener: &mut Listener, piece: Piece, caller: &Caller) -> Vec<Option<Brought>> {
    let Some(parcel) = piece.parcel.as_ref().filter(|_| piece.kind == kind::PARCEL) else {
        return vec![Some(Brought::by(caller, piece))];
    };
    match listener.unfold(parcel) {
        Ok(items) => items.into_iter().map(|item| Some(at_rest(item, caller))).collect(),
        Err(error) => {
            tracing::info!(%error, "parcel refused");
            vec![None]
        }
    }
}

fn at_rest(item: Item, caller: &Caller) -> Brought {
    let Item { doc, segment: mut kept, .. } = item;
    let changes = segment::unpack(kept.codec, &kept.body, kept.actor, kept.from_seq);
    // What can't be put shorter breaks a rule: admission says which.
    if let Ok(changes) = &changes
        && let Ok((codec, body)) = segment::encode_fast(&changes.iter().map(|c| c.bytes.as_slice()).collect::<Vec<_>>())
    {
        (kept.codec, kept.body) = (codec, body);
    }
    let opened = Opened::with(caller.outlet, &doc, &kept, changes, &caller.key);
    let piece = Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(kept), ..Piece::default() };
    Brought { piece, opened }
}

/// A segment that waits for its parcel, unpacked.
struct Waiting {
    entry: Entry,
    count: u64,
    ops: u64,
    raw: Vec<Vec<u8>>,
}

/// Segments on their way down that go together.
pub struct Packing {
    sample: u8,
    /// Made when there is something to tell: what it expects is much to copy, and most answers bring nothing.
    teller: Option<Teller>,
    waiting: Vec<Waiting>,
    weight: usize,
}

impl Packing {
    /// In parcels of this sample.
    pub fn new(sample: u8) -> Self {
        Self { sample, teller: None, waiting: Vec::new(), weight: 0 }
    }

    fn fold(&mut self, items: &[(&Item, &[Vec<u8>])]) -> Result<Vec<u8>, TerseError> {
        let teller = match &mut self.teller {
            Some(teller) => teller,
            none => none.insert(Teller::new(self.sample)?),
        };
        teller.fold_decoded(items)
    }

    /// About how many bytes wait.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Takes an entry if it is a segment; gives it back if not. Consecutive segments of a run are joined: the last
    /// signature vouches for all of it.
    pub fn take(&mut self, entry: Entry) -> Option<Entry> {
        let Some(Segment { actor, from_seq, codec, body, .. }) = &entry.piece.segment else { return Some(entry) };
        let Ok(changes) = segment::unpack(*codec, body, *actor, *from_seq) else { return Some(entry) };
        self.weight += body.len() + 64;
        let ops = changes.iter().map(|change| change.ops).sum();
        let count = changes.len() as u64;
        let raw = changes.into_iter().map(|change| change.bytes).collect();
        let mut now = Waiting { entry, count, ops, raw };
        if let Some(place) = self.waiting.iter().rposition(|before| continues(before, &now)) {
            now = joined(self.waiting.remove(place), now);
        }
        self.waiting.push(now);
        None
    }

    pub fn is_full(&self) -> bool {
        self.weight >= FULL
    }

    /// Frames of what waits: one parcel, or each by itself where it can't be one.
    pub fn put(&mut self, frames: &mut Vec<u8>) {
        self.weight = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let Some(last) = waiting.last().map(|last| last.entry.clone()) else { return };
        let items: Vec<(Item, &[Vec<u8>])> =
            waiting.iter().filter_map(|one| Some((item(one)?, one.raw.as_slice()))).collect();
        let told = self.fold(&items.iter().map(|(item, raw)| (item, *raw)).collect::<Vec<_>>());
        match told {
            Ok(parcel) => {
                let piece = Piece { kind: kind::PARCEL, parcel: Some(parcel), ..Piece::default() };
                frame::put(frames, &Entry { piece, ..last });
            }
            Err(error) => {
                tracing::warn!(%error, "entries go by themselves");
                waiting.into_iter().for_each(|one| frame::put(frames, &one.entry));
            }
        }
    }
}

fn item(one: &Waiting) -> Option<Item> {
    let Entry { seq, at_ms, piece, .. } = &one.entry;
    Some(Item { seq: *seq, at_ms: *at_ms, doc: piece.doc.clone()?, segment: piece.segment.clone()? })
}

fn continues(before: &Waiting, now: &Waiting) -> bool {
    let (Some(a), Some(b)) = (&before.entry.piece.segment, &now.entry.piece.segment) else { return false };
    let raw = |one: &Waiting| one.raw.iter().map(Vec::len).sum::<usize>();
    before.entry.piece.doc == now.entry.piece.doc
        && a.actor == b.actor
        && a.from_seq + before.count == b.from_seq
        && before.ops + now.ops <= MAX_PIECE_OPS
        && raw(before) + raw(now) <= MOST_JOINED
}

fn joined(before: Waiting, now: Waiting) -> Waiting {
    let mut raw = before.raw;
    raw.extend(now.raw);
    let mut entry = now.entry;
    if let (Some(first), Some(all)) = (&before.entry.piece.segment, &mut entry.piece.segment) {
        all.from_seq = first.from_seq;
        (all.codec, all.body) = segment::plain(raw.iter().map(Vec::as_slice));
    }
    Waiting { entry, count: before.count + now.count, ops: before.ops + now.ops, raw }
}

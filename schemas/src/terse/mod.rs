//! Parcels: the work of several runs on its way, told as shortly as it can be.
//!
//! A segment at rest stands alone, so everything in it is told anew. A parcel is read by somebody who has the whole of it in hand and
//! who knows the trade: what people do has a few dozen forms, texts come back, names follow from a count, and each
//! decision costs as many bits as it surprises. What is expected at the beginning is a sample, shipped with both programs and named
//! by a version. Nothing at rest is a parcel, so an old sample is needed only as long as somebody speaks it.

mod coder;
mod form;
mod letters;
mod lore;
mod model;
mod parts;
mod sample;

use std::sync::OnceLock;

use crate::change::{Change, MalformedChange};
use crate::ids::{Actor, DocId};
use crate::leb::LebError;
use crate::segment::{self, MAX_PIECE_PLAIN, SegmentError};
use crate::signature::{BeaconRef, Signature};
use crate::wire::Segment;
use coder::{Coder, Reader, Table, Writer};
use model::Model;
use parts::Parts;

pub use sample::sample;

/// The newest sample that this version knows. 0 is none: parcels are not spoken.
pub const NEWEST: u8 = 1;
/// Sample 1, a parcel told without expectations.
const SAMPLE_1: &[u8] = include_bytes!("sample.1");

/// A reader makes at most so many bytes of one, and so many more of any.
const MOST_RATIO: usize = 96;
const ALWAYS: usize = 64 * 1024;

/// Why a parcel could not be read, or work not be put into one.
#[derive(Debug, thiserror::Error)]
pub enum TerseError {
    #[error("sample {0} is not known here")]
    UnknownSample(u8),
    #[error("the parcel ends too early")]
    Truncated,
    #[error("the parcel makes more than it may")]
    TooLarge,
    #[error("the parcel does not fit together")]
    Inconsistent,
    #[error(transparent)]
    Leb(#[from] LebError),
    #[error(transparent)]
    Change(#[from] MalformedChange),
    #[error(transparent)]
    Segment(#[from] SegmentError),
}

/// A segment in a parcel. On its way down it has its place in the log and the relay's clock; up both are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub seq: u64,
    pub at_ms: i64,
    pub doc: DocId,
    /// Out of a parcel its body is raw.
    pub segment: Segment,
}

/// What both sides expect.
#[derive(Clone, Default)]
struct State {
    table: Table,
    model: Model,
    docs: Vec<DocId>,
    beacon: Option<BeaconRef>,
    seq: u64,
    at_ms: i64,
}

impl State {
    fn of(version: u8) -> Result<Self, TerseError> {
        Self::known(version).cloned()
    }

    fn known(version: u8) -> Result<&'static Self, TerseError> {
        static FIRST: OnceLock<State> = OnceLock::new();
        match version {
            1 => Ok(FIRST.get_or_init(|| match Self::default().read(SAMPLE_1, usize::MAX) {
                Ok((_, state)) => state.forgetting(),
                Err(_) => unreachable!("the sample is shipped with the program, and a test reads it"),
            })),
            other => Err(TerseError::UnknownSample(other)),
        }
    }

    /// Keeps how the trade speaks, and forgets of what.
    fn forgetting(self) -> Self {
        Self { table: self.table, model: self.model.forgetting(), ..Self::default() }
    }

    fn write(mut self, items: &[(&Item, &[Vec<u8>])]) -> Result<(Vec<u8>, usize, Self), TerseError> {
        let mut writer = Writer::new(self.table.taken());
        for (item, changes) in items {
            writer.bit(&[MORE], 0, true)?;
            let parsed = changes.iter().map(|bytes| Change::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
            self.item(&mut writer, Some((item, &parsed)))?;
        }
        writer.bit(&[MORE], 0, false)?;
        let (body, made, table) = writer.end();
        self.table = table;
        Ok((body, made, self))
    }

    fn read(mut self, body: &[u8], room: usize) -> Result<(Vec<Item>, Self), TerseError> {
        let mut reader = Reader::new(self.table.taken(), body, room);
        let mut items = Vec::new();
        while reader.bit(&[MORE], 0, false)? {
            items.push(self.item(&mut reader, None)?);
        }
        self.table = reader.end()?;
        Ok((items, self))
    }

    fn item<C: Coder>(&mut self, c: &mut C, given: Option<(&Item, &[Change<'_>])>) -> Result<Item, TerseError> {
        c.spend(128)?;
        let (item, changes) = given.unzip();
        let segment = item.map(|item| &item.segment);
        let seq = c.number(&[SEQ], item.map_or(0, |item| item.seq.wrapping_sub(self.seq)))?;
        self.seq = self.seq.wrapping_add(seq);
        let step = c.signed(&[AT], item.map_or(0, |item| item.at_ms.wrapping_sub(self.at_ms)))?;
        self.at_ms = self.at_ms.wrapping_add(step);
        let doc = self.doc(c, item.map(|item| &item.doc))?;
        let actor = self.model.actor(c, segment.map_or(Actor([0; 16]), |segment| segment.actor))?;
        let from_seq = c.number(&[FROM], segment.map_or(0, |segment| segment.from_seq))?;
        let count = c.number(&[COUNT], changes.map_or(0, |changes| changes.len() as u64))?;
        self.model.begin();
        let mut bodies: Vec<Vec<u8>> = Vec::new();
        for i in 0..usize::try_from(count).unwrap_or(usize::MAX) {
            let change = changes.and_then(|changes| changes.get(i));
            bodies.push(self.change(c, actor, from_seq.saturating_add(i as u64), change)?);
        }
        let end = from_seq.wrapping_add(count).wrapping_sub(1);
        let signature = self.signature(c, end, segment.map(|segment| &segment.signature))?;
        let tail: &[u8] = segment.map_or(&[], |segment| &segment.tail);
        let hashes = c.number(&[TAIL], (tail.len() / 32) as u64)?;
        let mut kept = Vec::new();
        for i in 0..usize::try_from(hashes).unwrap_or(usize::MAX) {
            c.spend(32)?;
            let hash = tail.get(i * 32..).and_then(|tail| tail.first_chunk::<32>()).unwrap_or(&[0; 32]);
            kept.extend_from_slice(&c.bytes(hash)?);
        }
        let (codec, body) = segment::plain(bodies.iter().map(Vec::as_slice));
        let segment = Segment { actor, from_seq, codec, body, signature, tail: kept };
        Ok(Item { seq: self.seq, at_ms: self.at_ms, doc, segment })
    }

    fn change<C: Coder>(
        &mut self,
        c: &mut C,
        actor: Actor,
        seq: u64,
        change: Option<&Change<'_>>,
    ) -> Result<Vec<u8>, TerseError> {
        // One of another actor or number than its place says would come back as another.
        let parts = change.filter(|change| change.actor == actor && change.seq == seq).and_then(Parts::of);
        let verbatim = change.is_some() && parts.is_none();
        let (bytes, hash) = if c.bit(&[VERBATIM], 0, verbatim)? {
            let bytes = change.map_or(Vec::new(), |change| change.to_bytes().0);
            let length = c.number(&[VERBATIM], bytes.len() as u64)?;
            let mut out = Vec::new();
            for i in 0..usize::try_from(length).unwrap_or(usize::MAX) {
                c.spend(1)?;
                out.push(c.plain(u32::from(bytes.get(i).copied().unwrap_or(0)), 8)? as u8);
            }
            let hash = Change::hash_of(&out).ok_or(TerseError::Inconsistent)?;
            (out, hash)
        } else {
            let parts = self.model.change(c, actor, parts.as_ref())?;
            parts.build(actor, seq)
        };
        self.model.hashed(hash);
        Ok(bytes)
    }

    fn doc<C: Coder>(&mut self, c: &mut C, given: Option<&DocId>) -> Result<DocId, TerseError> {
        let at = given.and_then(|given| self.docs.iter().rev().position(|doc| doc == given));
        let back = c.number(&[DOC], at.map_or(0, |at| at as u64 + 1))?;
        if back > 0 {
            let place = usize::try_from(back).ok().and_then(|back| self.docs.len().checked_sub(back));
            return place.map(|place| self.docs[place].clone()).ok_or(TerseError::Inconsistent);
        }
        let bytes = given.map_or(Vec::new(), DocId::to_bytes);
        let length = c.number(&[DOC_LENGTH], bytes.len() as u64)?;
        let mut out = Vec::new();
        for i in 0..usize::try_from(length).unwrap_or(usize::MAX) {
            c.spend(1)?;
            let byte = u32::from(bytes.get(i).copied().unwrap_or(0));
            let byte = if i == 0 { c.symbol(&[DOC_KIND], 8, byte)? } else { c.plain(byte, 8)? };
            out.push(byte as u8);
        }
        let doc = DocId::from_bytes(&out).map_err(|_: crate::ids::NotAnId| TerseError::Inconsistent)?;
        self.docs.push(doc.clone());
        Ok(doc)
    }

    fn signature<C: Coder>(&mut self, c: &mut C, end: u64, given: Option<&Signature>) -> Result<Signature, TerseError> {
        let ahead = c.signed(&[REACH], given.map_or(0, |given| given.seq.wrapping_sub(end).cast_signed()))?;
        let beacon = given.and_then(|given| given.beacon);
        if !c.bit(&[BEACON_SAME], 0, beacon == self.beacon)? {
            let last = self.beacon.unwrap_or(BeaconRef { time_ms: 0, seq: 0, tag: [0; 8] });
            self.beacon = if c.bit(&[BEACON], 0, beacon.is_some())? {
                let now = beacon.unwrap_or(last);
                let step = c.signed(&[BEACON_TIME], now.time_ms.wrapping_sub(last.time_ms))?;
                let seq = c.signed(&[BEACON_SEQ], now.seq.wrapping_sub(last.seq).cast_signed())?;
                Some(BeaconRef {
                    time_ms: last.time_ms.wrapping_add(step),
                    seq: last.seq.wrapping_add(seq.cast_unsigned()),
                    tag: c.bytes(&now.tag)?,
                })
            } else {
                None
            };
        }
        let bytes = c.bytes(given.map_or(&[0; 64], |given| &given.bytes))?;
        Ok(Signature { seq: end.wrapping_add(ahead.cast_unsigned()), beacon: self.beacon, bytes })
    }
}

const MORE: u32 = 800;
const SEQ: u32 = 801;
const AT: u32 = 802;
const FROM: u32 = 803;
const COUNT: u32 = 804;
const TAIL: u32 = 805;
const VERBATIM: u32 = 806;
const DOC: u32 = 807;
const DOC_LENGTH: u32 = 808;
const DOC_KIND: u32 = 809;
const REACH: u32 = 810;
const BEACON_SAME: u32 = 811;
const BEACON: u32 = 812;
const BEACON_TIME: u32 = 813;
const BEACON_SEQ: u32 = 814;

/// Whoever puts work into parcels, for one exchange: each parcel goes on from the one before it.
#[derive(Clone)]
pub struct Teller {
    version: u8,
    /// What was told so far; nothing yet is the sample.
    state: Option<State>,
}

impl Teller {
    /// Speaks from this sample.
    pub fn new(version: u8) -> Result<Self, TerseError> {
        State::known(version)?;
        Ok(Self { version, state: None })
    }

    /// Puts segments into the next parcel. Fails for what would not come back as it is; each then goes by itself, and what was said
    /// before stands.
    pub fn fold(&mut self, items: &[Item]) -> Result<Vec<u8>, TerseError> {
        let decoded = items.iter().map(|item| {
            let Segment { actor, from_seq, codec, body, .. } = &item.segment;
            Ok((item, segment::decode(*codec, body, *actor, *from_seq)?))
        });
        let decoded = decoded.collect::<Result<Vec<_>, TerseError>>()?;
        self.fold_decoded(&decoded.iter().map(|(item, changes)| (*item, changes.as_slice())).collect::<Vec<_>>())
    }

    /// The same of segments whose changes are in hand; their bodies are not looked at.
    pub fn fold_decoded(&mut self, items: &[(&Item, &[Vec<u8>])]) -> Result<Vec<u8>, TerseError> {
        if items.iter().any(|(item, _)| item.segment.tail.len() % 32 != 0) {
            return Err(TerseError::Inconsistent);
        }
        let before = self.state.clone().map_or_else(|| State::of(self.version), Ok)?;
        let (body, made, state) = before.write(items)?;
        if made > room(body.len()) {
            return Err(TerseError::TooLarge);
        }
        self.state = Some(state);
        Ok([&[self.version], body.as_slice()].concat())
    }
}

/// Whoever takes work out of the parcels of one exchange, in their order.
#[derive(Default)]
pub struct Listener {
    state: Option<(u8, State)>,
    lost: bool,
}

impl Listener {
    /// The segments of the next parcel. Nothing is said of whether they are sound: each is judged as if it had come by itself. Behind
    /// a parcel that could not be read no other can.
    pub fn unfold(&mut self, parcel: &[u8]) -> Result<Vec<Item>, TerseError> {
        let heard = self.next(parcel);
        self.lost = heard.is_err();
        heard
    }

    fn next(&mut self, parcel: &[u8]) -> Result<Vec<Item>, TerseError> {
        let (version, body) = parcel.split_first().ok_or(TerseError::Truncated)?;
        let state = match self.state.take() {
            _ if self.lost => return Err(TerseError::Inconsistent),
            Some((known, state)) if known == *version => state,
            Some(_) => return Err(TerseError::Inconsistent),
            None => State::of(*version)?,
        };
        let (items, state) = state.read(body, room(body.len()))?;
        self.state = Some((*version, state));
        Ok(items)
    }
}

/// Every text that a sample holds.
pub fn sample_texts(version: u8) -> Result<Vec<String>, TerseError> {
    Ok(State::of(version)?.model.texts())
}

/// How much a parcel of this length may make.
fn room(length: usize) -> usize {
    length.saturating_mul(MOST_RATIO).saturating_add(ALWAYS).min(MAX_PIECE_PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_read() {
        for version in 1..=NEWEST {
            assert!(State::of(version).is_ok());
        }
    }
}

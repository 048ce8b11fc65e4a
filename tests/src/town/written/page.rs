//! One document on several devices: each edit by whoever makes it, signed when somebody else takes the pen.

use std::collections::BTreeMap;

use doorstep::documents::layout::Edit;
use doorstep::documents::paper::{Made, Paper, PaperError};
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{BeaconRef, Chain, Claim, identity};
use doorstep_schemas::wire::{Piece, Segment, kind};
use ed25519_dalek::SigningKey;

use super::super::{FIRST_DAY_MS, MINUTE_MS};
use super::WrittenError;
use crate::chance::Chance;

/// About as many changes as fill a piece on the wire.
const PIECE: usize = 40;
/// A device's clock is off by less than this.
const MOST_OFF_MS: u32 = 4_000;

/// A member's device of one day.
#[derive(Clone)]
pub struct Pen<'a> {
    outlet: OutletId,
    key: &'a SigningKey,
    actor: Actor,
    /// Its clock minus the relay's.
    pub offset_ms: i64,
    tag: [u8; 8],
}

impl<'a> Pen<'a> {
    pub fn new(outlet: OutletId, key: &'a SigningKey, start: &Chance) -> Self {
        Self {
            outlet,
            key,
            actor: Actor::new(identity(key).1, start.bytes()),
            offset_ms: i64::from(start.between(0, 2 * MOST_OFF_MS)) - i64::from(MOST_OFF_MS),
            tag: start.bytes(),
        }
    }
}

/// See the module.
pub struct Page<'a> {
    doc: DocId,
    paper: Paper,
    /// Whose device has it in hand.
    pen: Pen<'a>,
    /// How far each device's run is signed.
    runs: BTreeMap<Actor, (u64, Chain)>,
    unsigned: Vec<Made>,
    at_ms: i64,
    pub changes: usize,
}

impl<'a> Page<'a> {
    pub fn blank(doc: DocId, pen: Pen<'a>) -> Result<Self, PaperError> {
        let paper = Paper::blank(&doc, pen.actor)?;
        Ok(Self { doc, paper, pen, runs: BTreeMap::new(), unsigned: Vec::new(), at_ms: 0, changes: 0 })
    }

    /// One step of one person: at most one change. What others left unsigned goes out before it.
    pub fn edit(
        &mut self,
        pen: &Pen<'a>,
        message: &str,
        at_ms: i64,
        edits: Vec<Edit>,
        out: &mut Vec<(i64, Piece)>,
    ) -> Result<(), WrittenError> {
        if pen.actor != self.pen.actor {
            self.sign(out)?;
            self.paper = Paper::open(&self.doc, pen.actor, Some(&self.paper.save()), &[])?;
            self.pen = pen.clone();
        } else if self.unsigned.len() >= PIECE {
            self.sign(out)?;
        }
        if let Some(made) =
            self.paper.edit(message, at_ms, |doc| edits.into_iter().try_for_each(|edit| edit.apply(doc)))?
        {
            self.unsigned.push(made);
            self.changes += 1;
            self.at_ms = at_ms;
        }
        Ok(())
    }

    /// What is not signed yet becomes a piece of the log.
    pub fn sign(&mut self, out: &mut Vec<(i64, Piece)>) -> Result<(), WrittenError> {
        if self.unsigned.is_empty() {
            return Ok(());
        }
        let Pen { outlet, key, actor, tag, .. } = self.pen;
        let (signed, chain) = self.runs.get(&actor).copied().unwrap_or_default();
        let bytes: Vec<&[u8]> = self.unsigned.iter().map(|made| made.bytes.as_slice()).collect();
        let (codec, body) = segment::encode(&bytes)?;
        let seq = signed + bytes.len() as u64;
        let chain = self.unsigned.iter().fold(chain, |chain, made| chain.then(&made.hash));
        // The relay was last heard a while ago; its log grows by about an entry a minute.
        let heard_ms = self.at_ms - 7 * MINUTE_MS;
        let entries = u64::try_from((heard_ms - FIRST_DAY_MS) / MINUTE_MS).unwrap_or(0);
        let beacon = Some(BeaconRef { time_ms: heard_ms, seq: entries, tag });
        let signature = Claim { outlet, doc: &self.doc, actor, seq, chain, beacon }.sign(key);
        let segment = Segment { actor, from_seq: signed + 1, codec, body, signature, tail: Vec::new() };
        let doc = Some(self.doc.clone());
        out.push((self.at_ms, Piece { kind: kind::SEGMENT, doc, segment: Some(segment), ..Piece::default() }));
        self.runs.insert(actor, (seq, chain));
        self.unsigned.clear();
        Ok(())
    }

    pub fn heads(&mut self) -> Vec<ChangeHash> {
        self.paper.heads()
    }

    pub fn paper(&self) -> &Paper {
        &self.paper
    }
}

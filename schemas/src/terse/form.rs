//! Forms: what a change is but for its texts, numbers, names and moments. People do a few dozen things, so a form is told once
//! and then named.

use super::TerseError;
use super::coder::{Coder, within};
use super::letters::text_of;
use super::parts::{Op, Parts, Value};
use crate::birth;
use crate::ids::{Actor, ShortId};

/// The map that an operation writes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Root,
    /// Made by this change, so many operations from its first.
    Own(u64),
    /// A birth's container: index of the birth's actor, number.
    Born(u64, u64),
    Other,
}

/// One part of a key: keys are words and names with strokes between.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    Is(Vec<u8>),
    Name,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpForm {
    pub place: Place,
    pub key: Vec<Word>,
    pub action: u64,
    pub kind: u8,
    pub preds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    pub message: Vec<u8>,
    pub ops: Vec<OpForm>,
}

/// Whether a text is a name as they are minted.
pub fn named(text: &[u8]) -> Option<ShortId> {
    std::str::from_utf8(text).ok().filter(|text| text.len() == 8).and_then(|text| {
        let id: ShortId = text.parse().ok()?;
        (id.as_str() == text).then_some(id)
    })
}

pub fn words(key: &str) -> Vec<Word> {
    let word = |part: &str| if named(part.as_bytes()).is_some() { Word::Name } else { Word::Is(part.into()) };
    key.split('/').map(word).collect()
}

impl Form {
    pub fn of(parts: &Parts) -> Self {
        let form = |op: &Op| OpForm {
            place: place(op, parts),
            key: words(&op.key),
            action: op.action,
            kind: op.value.kind(),
            preds: op.preds.len() as u64,
        };
        Self { message: parts.message.clone(), ops: parts.ops.iter().map(form).collect() }
    }
}

impl Form {
    /// Bytes of its words.
    pub fn size(&self) -> usize {
        let word = |word: &Word| if let Word::Is(text) = word { text.len() + 32 } else { 32 };
        self.message.len() + self.ops.iter().flat_map(|op| &op.key).map(word).sum::<usize>()
    }
}

pub fn place(op: &Op, parts: &Parts) -> Place {
    match op.object {
        None => Place::Root,
        Some((0, counter)) if counter >= parts.start_op => Place::Own(counter - parts.start_op),
        Some((actor, counter)) if born(&parts.others, actor) => Place::Born(actor, counter),
        Some(_) => Place::Other,
    }
}

fn born(others: &[Actor], actor: u64) -> bool {
    let other = usize::try_from(actor).ok().and_then(|n| n.checked_sub(1)).and_then(|n| others.get(n));
    other == Some(&birth::ACTOR)
}

const PLACE: u32 = 101;
const PLACE_A: u32 = 102;
const PLACE_B: u32 = 103;
const WORDS: u32 = 104;
const WORD: u32 = 105;
const TEXT: u32 = 106;
const ACTION: u32 = 107;
const KIND: u32 = 108;
const PREDS: u32 = 109;
const OPS: u32 = 110;
const MESSAGE: u32 = 111;

/// A form that was not seen before.
pub fn told<C: Coder>(c: &mut C, form: Option<&Form>) -> Result<Form, TerseError> {
    let message = text_of(c, MESSAGE, form.map_or(&[], |form| &form.message))?;
    let count = c.number(&[OPS], form.map_or(0, |form| form.ops.len() as u64))?;
    if count > super::parts::MOST_OPS {
        return Err(TerseError::TooLarge);
    }
    let mut ops: Vec<OpForm> = Vec::new();
    for i in 0..usize::try_from(count).unwrap_or(0) {
        c.spend(8)?;
        let given = form.and_then(|form| form.ops.get(i));
        let before = ops.last();
        let op = op(c, given, before)?;
        ops.push(op);
    }
    Ok(Form { message, ops })
}

fn op<C: Coder>(c: &mut C, given: Option<&OpForm>, before: Option<&OpForm>) -> Result<OpForm, TerseError> {
    let (which, a, b) = match given.map_or(Place::Root, |op| op.place) {
        Place::Root => (0, 0, 0),
        Place::Own(offset) => (1, offset, 0),
        Place::Born(actor, counter) => (2, actor, counter),
        Place::Other => (3, 0, 0),
    };
    let last = before.map_or(4, |op| match op.place {
        Place::Root => 0,
        Place::Own(_) => 1,
        Place::Born(..) => 2,
        Place::Other => 3,
    });
    let place = match c.symbol(&[PLACE, within(PLACE, last)], 2, which)? {
        0 => Place::Root,
        1 => Place::Own(c.number(&[PLACE_A], a)?),
        2 => Place::Born(c.number(&[PLACE_B], a)?, c.number(&[PLACE_B, PLACE_B + 50], b)?),
        _ => Place::Other,
    };
    let count = c.number(&[WORDS, within(WORDS, last)], given.map_or(1, |op| op.key.len() as u64))?;
    let mut key = Vec::new();
    for i in 0..usize::try_from(count).unwrap_or(usize::MAX) {
        c.spend(1)?;
        let word = given.and_then(|op| op.key.get(i));
        let named = c.bit(&[WORD, within(WORD, i as u32)], 0, word == Some(&Word::Name))?;
        key.push(if named {
            Word::Name
        } else {
            let text: &[u8] = match word {
                Some(Word::Is(text)) => text,
                _ => &[],
            };
            Word::Is(text_of(c, TEXT, text)?)
        });
    }
    let action = c.number(&[ACTION], given.map_or(0, |op| op.action))?;
    let kind = c.symbol(&[KIND, within(KIND, action as u32)], 4, given.map_or(0, |op| u32::from(op.kind)))? as u8;
    if !matches!(kind, 0..=7 | 9) {
        return Err(TerseError::Inconsistent);
    }
    let preds = c.number(&[PREDS], given.map_or(0, |op| op.preds))?;
    Ok(OpForm { place, key, action, kind, preds })
}

/// The value of a kind that is nothing but its kind.
pub fn bare(kind: u8) -> Option<Value> {
    (kind < 3).then_some(Value::Bare(kind))
}

//! A change as a list of operations, and its columns made from them again.
//!
//! Automerge writes a column in one way only, so the values are enough. A change whose columns are written in another way is told
//! verbatim.

use crate::change::{Change, MAX_CHANGE_OPS};
use crate::columns::{
    self, ACTION, INSERT, KEY_TEXT, OBJECT_ACTOR, OBJECT_COUNTER, PRED_ACTOR, PRED_COUNT, PRED_COUNTER, VALUE,
    VALUE_BYTES, VALUE_META, VALUE_TIMESTAMP,
};
use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, Reader};
use crate::operations;

/// A value; kinds are Automerge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Null, false, true: the kind alone.
    Bare(u8),
    Unsigned(u64),
    Signed(i64),
    Float([u8; 8]),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    Instant(i64),
}

impl Value {
    pub fn kind(&self) -> u8 {
        match self {
            Self::Bare(kind) => *kind,
            Self::Unsigned(_) => 3,
            Self::Signed(_) => 4,
            Self::Float(_) => 5,
            Self::Text(_) => 6,
            Self::Bytes(_) => 7,
            Self::Instant(_) => 9,
        }
    }

    fn read(kind: u64, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let value = match kind {
            0..=2 => Self::Bare(kind as u8),
            3 => Self::Unsigned(reader.unsigned().ok()?),
            4 => Self::Signed(reader.signed().ok()?),
            5 => Self::Float(bytes.try_into().ok()?),
            6 => Self::Text(bytes.to_vec()),
            VALUE_BYTES => Self::Bytes(bytes.to_vec()),
            VALUE_TIMESTAMP => Self::Instant(reader.signed().ok()?),
            _ => return None,
        };
        Some(value)
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bare(_) => {}
            Self::Unsigned(number) => leb::put_unsigned(out, *number),
            Self::Signed(number) | Self::Instant(number) => leb::put_signed(out, *number),
            Self::Float(bytes) => out.extend_from_slice(bytes),
            Self::Text(bytes) | Self::Bytes(bytes) => out.extend_from_slice(bytes),
        }
    }
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    pub object: Option<(u64, u64)>,
    pub key: String,
    pub action: u64,
    pub value: Value,
    pub preds: Vec<(u64, u64)>,
}

/// A change without what follows from its place in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    pub deps: Vec<ChangeHash>,
    pub start_op: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub others: Vec<Actor>,
    pub ops: Vec<Op>,
}

impl Parts {
    /// The parts of a change; `None` for one that would not come back from them as it is.
    pub fn of(change: &Change<'_>) -> Option<Self> {
        if !change.extra.is_empty() {
            return None;
        }
        let named = operations::all(&change.columns).ok()?;
        let actions = columns::expanded(&change.columns, ACTION).ok()?;
        let metas = columns::expanded(&change.columns, VALUE_META).ok()?;
        let bytes = change.columns.iter().find(|(spec, _)| *spec == VALUE).map_or(&[] as &[u8], |(_, data)| data);
        let mut values = Reader::new(bytes);
        let mut ops = Vec::with_capacity(named.len());
        for ((op, action), meta) in named.into_iter().zip(actions).zip(metas) {
            let meta = meta?;
            let value = Value::read(meta & 15, values.take(usize::try_from(meta >> 4).ok()?).ok()?)?;
            ops.push(Op { object: op.object, key: op.key, action: action?, value, preds: op.preds });
        }
        let others = change.other_actors.iter().map(|other| Some(Actor((*other).try_into().ok()?)));
        let parts = Self {
            deps: change.deps.clone(),
            start_op: change.start_op,
            time: change.time,
            message: change.message.to_vec(),
            others: others.collect::<Option<_>>()?,
            ops,
        };
        let columns = parts.columns();
        let same = columns.iter().map(|(spec, data)| (*spec, data.as_slice())).eq(change.columns.iter().copied());
        same.then_some(parts)
    }

    /// The columns, as Automerge writes them.
    pub fn columns(&self) -> Vec<(u64, Vec<u8>)> {
        let ops = &self.ops;
        let preds = || ops.iter().flat_map(|op| op.preds.iter());
        let mut at = 0i64;
        let steps = preds().map(|(_, counter)| {
            let step = counter.cast_signed().wrapping_sub(at);
            at = counter.cast_signed();
            Some(step)
        });
        let mut inserts = Vec::new();
        leb::put_unsigned(&mut inserts, ops.len() as u64);
        let mut values = Vec::new();
        let metas: Vec<u64> = ops
            .iter()
            .map(|op| {
                let before = values.len();
                op.value.put(&mut values);
                ((values.len() - before) as u64) << 4 | u64::from(op.value.kind())
            })
            .collect();
        let numbers = |out: &mut Vec<u8>, number: &u64| leb::put_unsigned(out, *number);
        let all = [
            (OBJECT_ACTOR, runs(ops.iter().map(|op| op.object.map(|(actor, _)| actor)), numbers)),
            (OBJECT_COUNTER, runs(ops.iter().map(|op| op.object.map(|(_, counter)| counter)), numbers)),
            (KEY_TEXT, runs(ops.iter().map(|op| Some(&op.key)), |out, key| leb::put_prefixed(out, key.as_bytes()))),
            (INSERT, if ops.is_empty() { Vec::new() } else { inserts }),
            (ACTION, runs(ops.iter().map(|op| Some(op.action)), numbers)),
            (VALUE_META, runs(metas.into_iter().map(Some), numbers)),
            (VALUE, values),
            (PRED_COUNT, runs(ops.iter().map(|op| Some(op.preds.len() as u64)), numbers)),
            (PRED_ACTOR, runs(preds().map(|(actor, _)| Some(*actor)), numbers)),
            (PRED_COUNTER, runs(steps, |out, step| leb::put_signed(out, *step))),
        ];
        all.into_iter().filter(|(_, data)| !data.is_empty()).collect()
    }

    /// The change's bytes and hash, also where it breaks a rule.
    pub fn build(&self, actor: Actor, seq: u64) -> (Vec<u8>, ChangeHash) {
        let columns = self.columns();
        let change = Change {
            hash: ChangeHash([0; 32]),
            deps: self.deps.clone(),
            actor,
            seq,
            start_op: self.start_op,
            time: self.time,
            message: &self.message,
            other_actors: self.others.iter().map(|other| other.0.as_slice()).collect(),
            columns: columns.iter().map(|(spec, data)| (*spec, data.as_slice())).collect(),
            extra: &[],
            ops: 0,
        };
        change.to_bytes()
    }
}

/// Values by run length: a value that comes twice is a run, others stand one after another.
fn runs<T: PartialEq>(values: impl Iterator<Item = Option<T>>, put: impl Fn(&mut Vec<u8>, &T)) -> Vec<u8> {
    let values: Vec<Option<T>> = values.collect();
    let mut out = Vec::new();
    if values.iter().all(Option::is_none) {
        return out;
    }
    let mut rest = values.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|value| *value == first).count();
        match first {
            None => {
                leb::put_signed(&mut out, 0);
                leb::put_unsigned(&mut out, same as u64);
                rest = &rest[same..];
            }
            Some(value) if same > 1 => {
                leb::put_signed(&mut out, same as i64);
                put(&mut out, value);
                rest = &rest[same..];
            }
            Some(_) => {
                let alone = (0..rest.len())
                    .take_while(|i| rest[*i].is_some() && rest.get(i + 1).is_none_or(|next| *next != rest[*i]))
                    .count();
                leb::put_signed(&mut out, -(alone as i64));
                rest[..alone].iter().flatten().for_each(|value| put(&mut out, value));
                rest = &rest[alone..];
            }
        }
    }
    out
}

/// Most operations that a told change may claim.
pub const MOST_OPS: u64 = MAX_CHANGE_OPS;

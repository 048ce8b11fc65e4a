//! The operations of a change, one by one: only what the trade's documents are made of.
//!
//! Documents are maps of maps and scalars: an operation makes a map, sets a scalar or deletes a key. Lists, texts,
//! marks and counters are refused, because nobody here writes them and Automerge is least safe there: a mark that
//! fits nothing makes it panic while it unwinds, which ends the whole process and no `catch_unwind` stops.

use crate::change::{Column, MAX_CHANGE_OPS, MalformedChange};
use crate::columns::{
    self, ACTION, INSERT, KEY_TEXT, OBJECT_ACTOR, OBJECT_COUNTER, PRED_ACTOR, PRED_COUNT, PRED_COUNTER, VALUE,
    VALUE_META, Values,
};
use crate::leb::Reader;

const MAKE_MAP: u64 = 0;
const SET: u64 = 1;
const DELETE: u64 = 3;

/// An operation's name: an index into [`actors`](Operation) of its change, 0 being its author, and its number.
pub type OpName = (u64, u64);

/// What one operation of a change does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The map that it writes into; `None` is the document's root.
    pub object: Option<OpName>,
    pub key: String,
    pub makes_map: bool,
    pub deletes: bool,
    /// What it replaces.
    pub preds: Vec<OpName>,
}

/// Every operation of a change that [`check`] found sound, in their order.
pub fn all(columns: &[Column<'_>]) -> Result<Vec<Operation>, MalformedChange> {
    let expanded = |spec| columns::expanded(columns, spec);
    let actions = expanded(ACTION)?;
    let (object_actors, object_counters) = (expanded(OBJECT_ACTOR)?, expanded(OBJECT_COUNTER)?);
    let (pred_actors, pred_counters) = (expanded(PRED_ACTOR)?, expanded(PRED_COUNTER)?);
    let mut preds = pred_actors.into_iter().zip(pred_counters).map(|(actor, counter)| actor.zip(counter));
    let mut keys = keys(columns)?.into_iter();
    let mut out = Vec::with_capacity(actions.len());
    for (i, (action, pred_count)) in actions.iter().zip(expanded(PRED_COUNT)?).enumerate() {
        let object = object_actors.get(i).copied().flatten().zip(object_counters.get(i).copied().flatten());
        let mut replaced = Vec::new();
        for _ in 0..pred_count.unwrap_or(0) {
            replaced.push(preds.next().flatten().ok_or(MalformedChange::DanglingReference)?);
        }
        out.push(Operation {
            object,
            key: keys.next().ok_or(MalformedChange::Operation)?,
            makes_map: *action == Some(MAKE_MAP),
            deletes: *action == Some(DELETE),
            preds: replaced,
        });
    }
    Ok(out)
}

fn keys(columns: &[Column<'_>]) -> Result<Vec<String>, MalformedChange> {
    let data = columns.iter().find(|(spec, _)| *spec == KEY_TEXT).map_or(&[] as &[u8], |(_, data)| data);
    let mut reader = Reader::new(data);
    let mut out = Vec::new();
    let text = |reader: &mut Reader<'_>| -> Result<String, MalformedChange> {
        String::from_utf8(reader.prefixed()?.to_vec())
            .map_err(|_: std::string::FromUtf8Error| MalformedChange::Operation)
    };
    while !reader.is_empty() {
        let head = reader.signed()?;
        let (distinct, times) = if head > 0 { (1, head.unsigned_abs()) } else { (head.unsigned_abs(), 1) };
        for _ in 0..distinct {
            let key = text(&mut reader)?;
            // Bounded by what the change may have: its count was held to that before.
            (0..times.min(MAX_CHANGE_OPS)).for_each(|_| out.push(key.clone()));
        }
    }
    Ok(out)
}

const NULL: u64 = 0;
const UNSIGNED: u64 = 3;
const SIGNED: u64 = 4;
const FLOAT: u64 = 5;
const TEXT: u64 = 6;
const BYTES: u64 = 7;
const TIMESTAMP: u64 = 9;

/// Holds each operation to what it may be and to what it may refer to. Counts were checked before.
pub(crate) fn check(columns: &[Column<'_>], start_op: u64, ops: u64) -> Result<(), MalformedChange> {
    let has = |spec: u64| columns.iter().any(|(s, _)| *s == spec);
    if ops > 0 && ![KEY_TEXT, INSERT, ACTION, VALUE_META, PRED_COUNT].into_iter().all(has) {
        return Err(MalformedChange::Operation);
    }
    keys_and_inserts(columns, ops)?;
    // A column that is there has as many values as there are operations.
    if ops > 0 && has(OBJECT_ACTOR) != has(OBJECT_COUNTER) {
        return Err(MalformedChange::DanglingReference);
    }
    let values_of = |spec| Values::of(columns, spec);
    let (mut metas, mut pred_counts) = (values_of(VALUE_META), values_of(PRED_COUNT));
    let (mut object_actors, mut object_counters) = (values_of(OBJECT_ACTOR), values_of(OBJECT_COUNTER));
    let (mut pred_actors, mut pred_counters) = (values_of(PRED_ACTOR), values_of(PRED_COUNTER));
    let mut values = Reader::new(columns.iter().find(|(spec, _)| *spec == VALUE).map_or(&[], |(_, data)| data));
    // Any operation may name any map of its change, so these are looked up by their place.
    let actions = columns::expanded(columns, ACTION)?;
    for (i, action) in actions.iter().enumerate() {
        let (Some(action), Some(meta), Some(pred_count)) = (*action, next(&mut metas)?, next(&mut pred_counts)?) else {
            return Err(MalformedChange::Operation);
        };
        let own = start_op.saturating_add(i as u64);
        let kind = meta & 15;
        value(kind, meta >> 4, &mut values)?;
        match action {
            SET => {}
            MAKE_MAP if kind == NULL => {}
            DELETE if kind == NULL && pred_count > 0 => {}
            _ => return Err(MalformedChange::Operation),
        }
        match (next(&mut object_actors)?, next(&mut object_counters)?) {
            (None, None) => {}
            (Some(actor), Some(counter)) => {
                known(actor, counter, start_op, own)?;
                let made_here = actor == 0 && counter >= start_op;
                let place = usize::try_from(counter.saturating_sub(start_op)).unwrap_or(usize::MAX);
                if made_here && actions.get(place) != Some(&Some(MAKE_MAP)) {
                    return Err(MalformedChange::DanglingReference);
                }
            }
            _ => return Err(MalformedChange::DanglingReference),
        }
        let mut before = 0;
        for _ in 0..pred_count {
            let (Some(actor), Some(counter)) = (next(&mut pred_actors)?, next(&mut pred_counters)?) else {
                return Err(MalformedChange::DanglingReference);
            };
            known(actor, counter, start_op, own)?;
            if counter < before {
                return Err(MalformedChange::DanglingReference);
            }
            before = counter;
        }
    }
    Ok(())
}

/// The next value of a column; none behind its end, too.
fn next(values: &mut Values<'_>) -> Result<Option<u64>, MalformedChange> {
    Ok(values.next().transpose()?.flatten())
}

/// An operation refers to an earlier one: of its own actor before itself, of another before this change.
fn known(actor: u64, counter: u64, start_op: u64, own: u64) -> Result<(), MalformedChange> {
    let below = if actor == 0 { own } else { start_op };
    if (1..below).contains(&counter) { Ok(()) } else { Err(MalformedChange::DanglingReference) }
}

/// Each key is a text, and nothing is inserted into a list.
fn keys_and_inserts(columns: &[Column<'_>], ops: u64) -> Result<(), MalformedChange> {
    for (spec, data) in columns {
        let mut reader = Reader::new(data);
        match *spec {
            INSERT if ops > 0 => {
                let none_inserted = reader.unsigned()? == ops && reader.is_empty();
                none_inserted.then_some(()).ok_or(MalformedChange::Operation)?;
            }
            KEY_TEXT => {
                while !reader.is_empty() {
                    let run = reader.signed()?;
                    let keys = match run {
                        0 => return Err(MalformedChange::Operation),
                        n if n > 0 => 1,
                        n => n.unsigned_abs(),
                    };
                    for _ in 0..keys {
                        if reader.prefixed()?.is_empty() {
                            return Err(MalformedChange::Operation);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn value(kind: u64, length: u64, values: &mut Reader<'_>) -> Result<(), MalformedChange> {
    let length = usize::try_from(length).map_err(|_: std::num::TryFromIntError| MalformedChange::ValueLengths)?;
    let bytes = values.take(length)?;
    let mut number = Reader::new(bytes);
    let fits = match kind {
        NULL..=2 => bytes.is_empty(),
        UNSIGNED => number.unsigned().map(|_| number.is_empty())?,
        SIGNED | TIMESTAMP => number.signed().map(|_| number.is_empty())?,
        FLOAT => bytes.len() == 8,
        TEXT => std::str::from_utf8(bytes).is_ok(),
        BYTES => true,
        _ => return Err(MalformedChange::Operation),
    };
    if fits { Ok(()) } else { Err(MalformedChange::ValueLengths) }
}

//! The columns of a change: how many operations they claim, and whether what they name can exist.
//!
//! A legal change of 104 bytes can claim a million operations by one run length, and an index beyond its list makes
//! whoever opens it panic. Both show without opening anything, in one pass over the run lengths.

use crate::change::{Column, MAX_CHANGE_OPS, MalformedChange};
use crate::leb::Reader;

// Column specifications: column number × 16 + type; bit 8 would say "deflated" and is in none of them.
const OBJECT_ACTOR: u64 = 0x01;
const OBJECT_COUNTER: u64 = 0x02;
const KEY_ACTOR: u64 = 0x11;
const KEY_COUNTER: u64 = 0x13;
const KEY_TEXT: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const PRED_COUNT: u64 = 0x70;
const PRED_ACTOR: u64 = 0x71;
const PRED_COUNTER: u64 = 0x73;
const EXPAND: u64 = 0x94;
const MARK_NAME: u64 = 0xa5;

/// Every column that is taken.
pub const KNOWN: [u64; 14] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    PRED_COUNT,
    PRED_ACTOR,
    PRED_COUNTER,
    EXPAND,
    MARK_NAME,
];

/// A change names few predecessors an operation: those that it replaces.
const MAX_PREDS: u64 = MAX_CHANGE_OPS * 4;

/// Counts operations by run lengths, and holds every other column to that count, to the actors that the change
/// lists and to the operations up to its own last one.
pub fn count_ops(columns: &[Column<'_>], start_op: u64, other_actors: u64) -> Result<u64, MalformedChange> {
    let find = |wanted: u64| columns.iter().find(|(spec, _)| *spec == wanted).map(|(_, data)| *data);
    let numbers = |spec: u64| find(spec).map_or(Ok(Runs::default()), |data| runs(data, Shape::Numbers));
    let ops = numbers(ACTION)?.count;
    if ops > MAX_CHANGE_OPS {
        return Err(MalformedChange::TooManyOps);
    }
    let preds = numbers(PRED_COUNT)?.sum;
    if preds > MAX_PREDS {
        return Err(MalformedChange::TooManyOps);
    }
    let next_op = start_op.saturating_add(ops);
    let any = u64::MAX;
    for (spec, data) in columns {
        // The column's shape, the most values it may have, and the bound that each must stay below.
        let (shape, most, below) = match *spec {
            VALUE => continue,
            OBJECT_ACTOR | KEY_ACTOR => (Shape::Numbers, ops, other_actors + 1),
            PRED_ACTOR => (Shape::Numbers, preds, other_actors + 1),
            OBJECT_COUNTER => (Shape::Numbers, ops, next_op),
            KEY_COUNTER => (Shape::Deltas, ops, next_op),
            PRED_COUNTER => (Shape::Deltas, preds, next_op),
            VALUE_META => (Shape::ValueMeta, ops, any),
            INSERT | EXPAND => (Shape::Booleans, ops, any),
            KEY_TEXT | MARK_NAME => (Shape::Texts, ops, any),
            _ => (Shape::Numbers, ops, any),
        };
        let runs = runs(data, shape)?;
        if runs.count > most {
            return Err(MalformedChange::ColumnOverrun);
        }
        if runs.highest.is_some_and(|highest| highest >= below) {
            return Err(MalformedChange::DanglingReference);
        }
        if *spec == VALUE_META && runs.sum != find(VALUE).map_or(0, <[u8]>::len) as u64 {
            return Err(MalformedChange::ValueLengths);
        }
    }
    Ok(ops)
}

#[derive(Clone, Copy)]
enum Shape {
    Numbers,
    /// Differences to the value before, from 0.
    Deltas,
    Texts,
    /// A value's length × 16 + its type: the sum is that of the lengths.
    ValueMeta,
    /// Alternating run lengths, false first.
    Booleans,
}

#[derive(Default)]
struct Runs {
    count: u64,
    sum: u64,
    highest: Option<u64>,
    /// The last value, for differences.
    at: i64,
}

impl Runs {
    fn nulls(&mut self, count: u64) -> Result<(), MalformedChange> {
        self.count = self.count.saturating_add(count);
        if self.count > MAX_PREDS { Err(MalformedChange::TooManyOps) } else { Ok(()) }
    }

    fn value(&mut self, count: u64, reader: &mut Reader<'_>, shape: Shape) -> Result<(), MalformedChange> {
        self.nulls(count)?;
        let value = match shape {
            Shape::Numbers => reader.unsigned()?,
            Shape::ValueMeta => reader.unsigned()? >> 4,
            Shape::Deltas => {
                let step = reader.signed()?;
                let first = self.at.checked_add(step).ok_or(MalformedChange::DanglingReference)?;
                let last = i64::try_from(count)
                    .ok()
                    .and_then(|count| step.checked_mul(count))
                    .and_then(|way| self.at.checked_add(way))
                    .ok_or(MalformedChange::DanglingReference)?;
                self.at = last;
                // The values of a run lie between its first and its last.
                if first < 0 || last < 0 {
                    return Err(MalformedChange::DanglingReference);
                }
                first.max(last).unsigned_abs()
            }
            Shape::Texts => {
                let text = reader.prefixed()?;
                if std::str::from_utf8(text).is_err() {
                    return Err(MalformedChange::NotAChange);
                }
                0
            }
            Shape::Booleans => 0,
        };
        self.sum = self.sum.saturating_add(count.saturating_mul(value));
        self.highest = self.highest.max(Some(value));
        Ok(())
    }
}

fn runs(data: &[u8], shape: Shape) -> Result<Runs, MalformedChange> {
    let mut reader = Reader::new(data);
    let mut total = Runs::default();
    while !reader.is_empty() {
        if let Shape::Booleans = shape {
            total.nulls(reader.unsigned()?)?;
            continue;
        }
        match reader.signed()? {
            0 => total.nulls(reader.unsigned()?)?,
            n if n > 0 => total.value(n.unsigned_abs(), &mut reader, shape)?,
            // Each value takes a byte at least, so the loop ends with the column.
            n => (0..n.unsigned_abs()).try_for_each(|_| total.value(1, &mut reader, shape))?,
        }
    }
    Ok(total)
}

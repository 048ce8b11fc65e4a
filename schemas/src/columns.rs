//! The columns of a change: how many operations they claim, and whether what they name can exist.
//!
//! A legal change of 104 bytes can claim a million operations by one run length, and an index beyond its list makes
//! whoever opens it panic. Both show without opening anything, in one pass over the run lengths.

use crate::change::{Column, MAX_CHANGE_OPS, MalformedChange};
use crate::leb::{self, Reader};

// Column specifications: column number × 16 + type; bit 8 would say "deflated" and is in none of them.
pub const OBJECT_ACTOR: u64 = 0x01;
pub const OBJECT_COUNTER: u64 = 0x02;
pub const KEY_TEXT: u64 = 0x15;
pub const INSERT: u64 = 0x34;
pub const ACTION: u64 = 0x42;
pub const VALUE_META: u64 = 0x56;
pub const VALUE: u64 = 0x57;
pub const PRED_COUNT: u64 = 0x70;
pub const PRED_ACTOR: u64 = 0x71;
pub const PRED_COUNTER: u64 = 0x73;

/// Every column that is taken: those of maps. Lists, texts and marks have more, and no document of the trade has them.
pub const KNOWN: [u64; 10] =
    [OBJECT_ACTOR, OBJECT_COUNTER, KEY_TEXT, INSERT, ACTION, VALUE_META, VALUE, PRED_COUNT, PRED_ACTOR, PRED_COUNTER];

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
    for (spec, data) in columns {
        let shape = match Shape::of(*spec) {
            Some(shape) => shape,
            None => continue,
        };
        let most = if matches!(*spec, PRED_ACTOR | PRED_COUNTER) { preds } else { ops };
        let below = match *spec {
            OBJECT_ACTOR | PRED_ACTOR => other_actors + 1,
            OBJECT_COUNTER | PRED_COUNTER => next_op,
            _ => u64::MAX,
        };
        let runs = runs(data, shape)?;
        if runs.count != most {
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

/// How a column's values are written.
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

impl Shape {
    /// `None` for the values themselves, whose lengths stand in another column.
    fn of(spec: u64) -> Option<Self> {
        match spec {
            VALUE => None,
            PRED_COUNTER => Some(Self::Deltas),
            KEY_TEXT => Some(Self::Texts),
            VALUE_META => Some(Self::ValueMeta),
            INSERT => Some(Self::Booleans),
            _ => Some(Self::Numbers),
        }
    }
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
        run(&mut reader, shape, &mut total)?;
    }
    Ok(total)
}

fn run(reader: &mut Reader<'_>, shape: Shape, total: &mut Runs) -> Result<(), MalformedChange> {
    if let Shape::Booleans = shape {
        return total.nulls(reader.unsigned()?);
    }
    match reader.signed()? {
        0 => total.nulls(reader.unsigned()?),
        n if n > 0 => total.value(n.unsigned_abs(), reader, shape),
        // Each value takes a byte at least, so the loop ends with the column.
        n => (0..n.unsigned_abs()).try_for_each(|_| total.value(1, reader, shape)),
    }
}

/// Takes a column of exactly `count` values off the front of a stream, and the sum of its values.
pub fn take<'a>(stream: &mut Reader<'a>, spec: u64, count: u64) -> Result<(&'a [u8], u64), MalformedChange> {
    let shape = Shape::of(spec).ok_or(MalformedChange::Column(spec))?;
    let whole = stream.rest();
    let mut total = Runs::default();
    while total.count < count {
        run(stream, shape, &mut total)?;
    }
    if total.count > count {
        return Err(MalformedChange::ColumnOverrun);
    }
    Ok((&whole[..whole.len() - stream.rest().len()], total.sum))
}

/// Copies `count` values of a column of numbers off the front of a stream, each number altered.
pub fn altered(
    stream: &mut Reader<'_>,
    count: u64,
    alter: impl Fn(u64) -> Option<u64>,
) -> Result<Vec<u8>, MalformedChange> {
    let mut out = Vec::new();
    let mut seen = 0u64;
    while seen < count {
        let head = stream.signed()?;
        leb::put_signed(&mut out, head);
        let values = match head {
            0 => {
                let nulls = stream.unsigned()?;
                leb::put_unsigned(&mut out, nulls);
                seen = seen.saturating_add(nulls);
                0
            }
            n if n > 0 => {
                seen = seen.saturating_add(n.unsigned_abs());
                1
            }
            n => {
                seen = seen.saturating_add(n.unsigned_abs());
                n.unsigned_abs()
            }
        };
        for _ in 0..values {
            let value = alter(stream.unsigned()?).ok_or(MalformedChange::DanglingReference)?;
            leb::put_unsigned(&mut out, value);
        }
    }
    if seen == count { Ok(out) } else { Err(MalformedChange::ColumnOverrun) }
}

/// The type and length of each value, from the column that tells them; at most `count` of them.
pub fn value_kinds(data: &[u8], count: u64) -> Result<Vec<ValueKind>, MalformedChange> {
    let mut reader = Reader::new(data);
    let mut kinds = Vec::new();
    while !reader.is_empty() {
        let head = reader.signed()?;
        let (distinct, times) = match head {
            0 => {
                reader.unsigned()?;
                continue;
            }
            n if n > 0 => (1, n.unsigned_abs()),
            n => (n.unsigned_abs(), 1),
        };
        for _ in 0..distinct {
            let meta = reader.unsigned()?;
            if times > count - kinds.len() as u64 {
                return Err(MalformedChange::ColumnOverrun);
            }
            let kind = ValueKind { code: meta & 15, length: meta >> 4 };
            (0..times).for_each(|_| kinds.push(kind));
        }
    }
    Ok(kinds)
}

/// The values of a column of numbers, one by one; none for a column that is missing. The column's count was checked
/// before.
pub struct Values<'a> {
    reader: Reader<'a>,
    differences: bool,
    /// The last value, for differences.
    at: i64,
    run: Run,
    /// Values of the run that are yet to come.
    left: u64,
}

enum Run {
    Nulls,
    Same(i64),
    Distinct,
}

impl<'a> Values<'a> {
    pub fn of(columns: &[Column<'a>], spec: u64) -> Self {
        let data = columns.iter().find(|(s, _)| *s == spec).map_or(&[] as &[u8], |(_, data)| data);
        let differences = matches!(Shape::of(spec), Some(Shape::Deltas));
        Self { reader: Reader::new(data), differences, at: 0, run: Run::Nulls, left: 0 }
    }

    fn value(&mut self) -> Result<i64, MalformedChange> {
        Ok(if self.differences { self.reader.signed()? } else { self.reader.unsigned()?.cast_signed() })
    }

    fn read(&mut self) -> Result<Option<Option<u64>>, MalformedChange> {
        while self.left == 0 {
            if self.reader.is_empty() {
                return Ok(None);
            }
            let head = self.reader.signed()?;
            (self.run, self.left) = match head {
                0 => (Run::Nulls, self.reader.unsigned()?.min(MAX_PREDS)),
                n if n > 0 => (Run::Same(self.value()?), n.unsigned_abs().min(MAX_PREDS)),
                n => (Run::Distinct, n.unsigned_abs()),
            };
        }
        self.left -= 1;
        let value = match self.run {
            Run::Nulls => return Ok(Some(None)),
            Run::Same(value) => value,
            Run::Distinct => self.value()?,
        };
        self.at = if self.differences { self.at.wrapping_add(value) } else { value };
        Ok(Some(Some(self.at.cast_unsigned())))
    }
}

impl Iterator for Values<'_> {
    type Item = Result<Option<u64>, MalformedChange>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Every value of a column of numbers.
pub fn expanded(columns: &[Column<'_>], spec: u64) -> Result<Vec<Option<u64>>, MalformedChange> {
    Values::of(columns, spec).collect()
}

/// What one value is and how many bytes it takes.
#[derive(Debug, Clone, Copy)]
pub struct ValueKind {
    pub code: u64,
    pub length: u64,
}

pub const VALUE_BYTES: u64 = 7;
pub const VALUE_TIMESTAMP: u64 = 9;

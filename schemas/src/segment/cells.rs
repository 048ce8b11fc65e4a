//! The columns of one change on their way into the streams and back.
//!
//! A column of run lengths ends where the change's operations do, so its length is not sent. An operation inside an
//! object that the same change made is counted from the change's first one, and a moment from the change's own time:
//! both are then small numbers that repeat. A change that does not fit goes verbatim, with lengths.

use std::borrow::Cow;

use super::SegmentError;
use super::stripped::{Sources, Streams};
use crate::change::{Change, MAX_CHANGE_OPS, MalformedChange};
use crate::columns::{
    self, OBJECT_COUNTER, PRED_ACTOR, PRED_COUNT, PRED_COUNTER, VALUE, VALUE_BYTES, VALUE_META, VALUE_TIMESTAMP,
};
use crate::leb::{self, Reader};

/// A column's specification and its bytes: a slice of a stream, or rebuilt.
type Cells<'a> = Vec<(u64, Cow<'a, [u8]>)>;

/// Times below this are seconds, the others milliseconds: it is the year 5138, and 1973.
const SECONDS_BELOW: u64 = 100_000_000_000;

/// The moment that a change's instants are counted from, in milliseconds.
pub fn origin(time: i64) -> i64 {
    if time.unsigned_abs() < SECONDS_BELOW { time.wrapping_mul(1000) } else { time }
}

/// Own operations become odd, older ones even.
fn near(start_op: u64) -> impl Fn(u64) -> Option<u64> {
    move |counter| match counter.checked_sub(start_op) {
        Some(own) => own.checked_mul(2)?.checked_add(1),
        None => counter.checked_mul(2),
    }
}

fn far(start_op: u64) -> impl Fn(u64) -> Option<u64> {
    move |near| if near % 2 == 1 { start_op.checked_add(near / 2) } else { Some(near / 2) }
}

/// Adds a change's columns to the streams; `false`, and nothing added, when they do not fit.
pub fn put(change: &Change<'_>, streams: &mut Streams) -> bool {
    let Ok(columns) = fitted(change) else { return false };
    leb::put_unsigned(&mut streams.ops, change.ops);
    for (spec, cells) in columns {
        match cells {
            Fitted::Column(data) => streams.columns.entry(spec).or_default().extend_from_slice(&data),
            Fitted::Values { rest, instants, content } => {
                streams.columns.entry(spec).or_default().extend_from_slice(&rest);
                streams.instants.extend_from_slice(&instants);
                streams.content.extend_from_slice(&content);
            }
        }
    }
    true
}

enum Fitted<'a> {
    Column(Cow<'a, [u8]>),
    Values { rest: Vec<u8>, instants: Vec<u8>, content: Vec<u8> },
}

fn fitted<'a>(change: &Change<'a>) -> Result<Vec<(u64, Fitted<'a>)>, SegmentError> {
    let (mut preds, mut kinds) = (0, Vec::new());
    let mut out = Vec::with_capacity(change.columns.len());
    for (spec, data) in &change.columns {
        let mut reader = Reader::new(data);
        let cells = match *spec {
            VALUE => Fitted::Values { rest: Vec::new(), instants: Vec::new(), content: Vec::new() }.filled(
                &kinds,
                &mut reader,
                change.time,
            )?,
            OBJECT_COUNTER => {
                let near = columns::altered(&mut reader, change.ops, near(change.start_op))?;
                Fitted::Column(Cow::Owned(near))
            }
            _ => {
                let count = if matches!(*spec, PRED_ACTOR | PRED_COUNTER) { preds } else { change.ops };
                let (column, sum) = columns::take(&mut reader, *spec, count)?;
                match *spec {
                    PRED_COUNT => preds = sum,
                    VALUE_META => kinds = columns::value_kinds(column, change.ops)?,
                    _ => {}
                }
                Fitted::Column(Cow::Borrowed(column))
            }
        };
        if !reader.is_empty() {
            return Err(SegmentError::Inconsistent);
        }
        out.push((*spec, cells));
    }
    Ok(out)
}

impl Fitted<'_> {
    /// Sorts values by what shortens them.
    fn filled(
        mut self,
        kinds: &[columns::ValueKind],
        values: &mut Reader<'_>,
        time: i64,
    ) -> Result<Self, SegmentError> {
        if let Self::Values { rest, instants, content } = &mut self {
            for kind in kinds {
                let value = values.take(fits(kind.length)?)?;
                match kind.code {
                    VALUE_BYTES => content.extend_from_slice(value),
                    VALUE_TIMESTAMP => {
                        let mut number = Reader::new(value);
                        let instant = number.signed()?;
                        if !number.is_empty() {
                            return Err(SegmentError::Inconsistent);
                        }
                        leb::put_signed(instants, instant.wrapping_sub(origin(time)));
                    }
                    _ => rest.extend_from_slice(value),
                }
            }
        }
        Ok(self)
    }
}

fn fits(length: u64) -> Result<usize, SegmentError> {
    usize::try_from(length).map_err(|_: std::num::TryFromIntError| SegmentError::TooLarge)
}

/// Takes the columns of the next change off the streams.
pub fn take<'a>(shape: &[u64], start_op: u64, time: i64, sources: &mut Sources<'a>) -> Result<Cells<'a>, SegmentError> {
    let ops = sources.ops.unsigned()?;
    if ops > MAX_CHANGE_OPS {
        return Err(MalformedChange::TooManyOps.into());
    }
    let (mut preds, mut kinds) = (0, Vec::new());
    let mut out = Vec::with_capacity(shape.len());
    for spec in shape {
        let column = match *spec {
            VALUE => Cow::Owned(values(&kinds, time, sources)?),
            OBJECT_COUNTER => Cow::Owned(columns::altered(sources.column(*spec)?, ops, far(start_op))?),
            _ => {
                let count = if matches!(*spec, PRED_ACTOR | PRED_COUNTER) { preds } else { ops };
                let (column, sum) = columns::take(sources.column(*spec)?, *spec, count)?;
                match *spec {
                    PRED_COUNT => preds = sum,
                    VALUE_META => kinds = columns::value_kinds(column, ops)?,
                    _ => {}
                }
                Cow::Borrowed(column)
            }
        };
        out.push((*spec, column));
    }
    Ok(out)
}

fn values(kinds: &[columns::ValueKind], time: i64, sources: &mut Sources<'_>) -> Result<Vec<u8>, SegmentError> {
    let mut out = Vec::new();
    for kind in kinds {
        let length = fits(kind.length)?;
        match kind.code {
            VALUE_BYTES => out.extend_from_slice(sources.content.take(length)?),
            VALUE_TIMESTAMP => {
                let before = out.len();
                leb::put_signed(&mut out, sources.instants.signed()?.wrapping_add(origin(time)));
                if out.len() - before != length {
                    return Err(SegmentError::Inconsistent);
                }
            }
            _ => out.extend_from_slice(sources.column(VALUE)?.take(length)?),
        }
    }
    Ok(out)
}

/// Takes the columns of a change that did not fit.
pub fn take_verbatim<'a>(
    shape: &[u64],
    lengths: &mut Reader<'_>,
    sources: &mut Sources<'a>,
) -> Result<Cells<'a>, SegmentError> {
    let column = |spec: &u64| {
        let length = fits(lengths.unsigned()?)?;
        Ok((*spec, Cow::Borrowed(sources.column(*spec)?.take(length)?)))
    };
    shape.iter().map(column).collect()
}

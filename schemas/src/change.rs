//! An Automerge change chunk, read without Automerge: header fields, columns, number of operations, hash.
//!
//! Only the uncompressed change chunk is known here. A compressed chunk or column could inflate without bound on
//! whoever opens it, so it is refused before anyone does. Layout: the Automerge binary format, "change chunk".

use sha2::{Digest, Sha256};

use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, LebError, Reader};

/// Largest change, in bytes: admission refuses it and the app never makes it.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024;
/// Most operations in one change.
pub const MAX_CHANGE_OPS: u64 = 10_000;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_CHANGE: u8 = 1;
/// Parents of one change: a phone merges a few heads, never hundreds.
const MAX_DEPS: u64 = 64;
const MAX_OTHER_ACTORS: u64 = 256;

/// Why bytes are not a change that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedChange {
    #[error("not a change chunk")]
    NotAChange,
    #[error("larger than {MAX_CHANGE_BYTES} bytes")]
    TooLarge,
    #[error("its checksum does not fit its content")]
    Checksum,
    #[error("a compressed or unknown column ({0:#x})")]
    Column(u64),
    #[error("more than {MAX_CHANGE_OPS} operations are claimed")]
    TooManyOps,
    #[error("a column claims more values than there are operations")]
    ColumnOverrun,
    #[error("too many parents or actors")]
    TooManyReferences,
    #[error("an actor name of the wrong length")]
    ActorLength,
    #[error(transparent)]
    Leb(#[from] LebError),
}

/// One column: its specification number and its bytes.
pub type Column<'a> = (u64, &'a [u8]);

/// The parts of a change, borrowed from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    pub actor: Actor,
    pub seq: u64,
    pub start_op: u64,
    /// Milliseconds or seconds since 1970 as the author's device believed; nothing here depends on it.
    pub time: i64,
    pub message: &'a [u8],
    pub other_actors: Vec<&'a [u8]>,
    pub columns: Vec<Column<'a>>,
    pub extra: &'a [u8],
    /// Number of operations, from the action column's run lengths.
    pub ops: u64,
}

impl<'a> Change<'a> {
    /// Reads exactly one chunk; anything after it is an error.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedChange> {
        if bytes.len() > MAX_CHANGE_BYTES {
            return Err(MalformedChange::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        if reader.array::<4>()? != MAGIC {
            return Err(MalformedChange::NotAChange);
        }
        let checksum = reader.array::<4>()?;
        let hashed = reader.rest();
        if reader.byte()? != CHUNK_CHANGE {
            return Err(MalformedChange::NotAChange);
        }
        let contents = reader.prefixed()?;
        if !reader.is_empty() {
            return Err(MalformedChange::NotAChange);
        }
        let hash = ChangeHash(Sha256::digest(hashed).into());
        if hash.0[..4] != checksum {
            return Err(MalformedChange::Checksum);
        }
        let change = Self::contents(contents, hash)?;
        // A number may be written in several lengths; only the shortest is taken, so that bytes and meaning are one.
        if change.to_bytes().0 == bytes { Ok(change) } else { Err(MalformedChange::NotAChange) }
    }

    fn contents(contents: &'a [u8], hash: ChangeHash) -> Result<Self, MalformedChange> {
        let mut reader = Reader::new(contents);
        let dep_count = bounded(reader.unsigned()?, MAX_DEPS)?;
        let mut deps = Vec::new();
        for _ in 0..dep_count {
            deps.push(ChangeHash(reader.array()?));
        }
        let actor = reader
            .prefixed()?
            .try_into()
            .map(Actor)
            .map_err(|_: std::array::TryFromSliceError| MalformedChange::ActorLength)?;
        let seq = reader.unsigned()?;
        let start_op = reader.unsigned()?;
        if seq == 0 || start_op == 0 {
            return Err(MalformedChange::NotAChange);
        }
        let time = reader.signed()?;
        let message = reader.prefixed()?;
        if std::str::from_utf8(message).is_err() {
            return Err(MalformedChange::NotAChange);
        }
        let other_count = bounded(reader.unsigned()?, MAX_OTHER_ACTORS)?;
        let mut other_actors = Vec::new();
        for _ in 0..other_count {
            let other = reader.prefixed()?;
            if other.len() != 16 {
                return Err(MalformedChange::ActorLength);
            }
            other_actors.push(other);
        }
        let (columns, extra) = columns(&mut reader)?;
        let ops = count_ops(&columns)?;
        Ok(Self { hash, deps, actor, seq, start_op, time, message, other_actors, columns, extra, ops })
    }

    /// The chunk's bytes and their hash, rebuilt from the parts.
    pub fn to_bytes(&self) -> (Vec<u8>, ChangeHash) {
        let mut contents = Vec::with_capacity(128);
        leb::put_unsigned(&mut contents, self.deps.len() as u64);
        self.deps.iter().for_each(|dep| contents.extend_from_slice(&dep.0));
        leb::put_prefixed(&mut contents, &self.actor.0);
        leb::put_unsigned(&mut contents, self.seq);
        leb::put_unsigned(&mut contents, self.start_op);
        leb::put_signed(&mut contents, self.time);
        leb::put_prefixed(&mut contents, self.message);
        leb::put_unsigned(&mut contents, self.other_actors.len() as u64);
        self.other_actors.iter().for_each(|other| leb::put_prefixed(&mut contents, other));
        leb::put_unsigned(&mut contents, self.columns.len() as u64);
        for (spec, data) in &self.columns {
            leb::put_unsigned(&mut contents, *spec);
            leb::put_unsigned(&mut contents, data.len() as u64);
        }
        self.columns.iter().for_each(|(_, data)| contents.extend_from_slice(data));
        contents.extend_from_slice(self.extra);

        let mut hashed = Vec::with_capacity(contents.len() + 6);
        hashed.push(CHUNK_CHANGE);
        leb::put_prefixed(&mut hashed, &contents);
        let hash: [u8; 32] = Sha256::digest(&hashed).into();
        let mut bytes = Vec::with_capacity(hashed.len() + 8);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&hash[..4]);
        bytes.extend_from_slice(&hashed);
        (bytes, ChangeHash(hash))
    }
}

fn bounded(claimed: u64, most: u64) -> Result<u64, MalformedChange> {
    if claimed > most { Err(MalformedChange::TooManyReferences) } else { Ok(claimed) }
}

type ColumnsAndExtra<'a> = (Vec<Column<'a>>, &'a [u8]);

fn columns<'a>(reader: &mut Reader<'a>) -> Result<ColumnsAndExtra<'a>, MalformedChange> {
    let count = reader.unsigned()?;
    if count > KNOWN_COLUMNS.len() as u64 {
        return Err(MalformedChange::Column(count));
    }
    let mut heads = Vec::new();
    let mut previous = None;
    for _ in 0..count {
        let spec = reader.unsigned()?;
        let length = reader.unsigned()?;
        if !KNOWN_COLUMNS.contains(&spec) || previous.is_some_and(|p| p >= spec) {
            return Err(MalformedChange::Column(spec));
        }
        previous = Some(spec);
        heads.push((spec, length));
    }
    let mut columns = Vec::with_capacity(heads.len());
    for (spec, length) in heads {
        let length = usize::try_from(length).map_err(|_: std::num::TryFromIntError| LebError::Truncated)?;
        columns.push((spec, reader.take(length)?));
    }
    Ok((columns, reader.rest()))
}

// Column specifications: column number × 16 + type; bit 8 would say "deflated" and is in none of them.
const ACTION: u64 = 0x42;
const INSERT: u64 = 0x34;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const PRED_COUNT: u64 = 0x70;
const EXPAND: u64 = 0x94;
const KNOWN_COLUMNS: [u64; 14] = [
    0x01, 0x02, // object: actor, counter
    0x11, 0x13, 0x15, // key: actor, counter, text
    INSERT, ACTION, VALUE_META, VALUE, PRED_COUNT, 0x71, 0x73, // predecessors: count, actor, counter
    EXPAND, 0xa5, // mark name
];

/// Counts operations by run lengths, and holds every other column to that count: a legal change of 104 bytes can
/// otherwise claim a million operations.
fn count_ops(columns: &[Column<'_>]) -> Result<u64, MalformedChange> {
    let find = |wanted: u64| columns.iter().find(|(spec, _)| *spec == wanted).map(|(_, data)| *data);
    let ops = match find(ACTION) {
        Some(data) => runs(data, Shape::Numbers)?.count,
        None => 0,
    };
    if ops > MAX_CHANGE_OPS {
        return Err(MalformedChange::TooManyOps);
    }
    let preds = match find(PRED_COUNT) {
        Some(data) => runs(data, Shape::Numbers)?.sum,
        None => 0,
    };
    if preds > MAX_CHANGE_OPS * 4 {
        return Err(MalformedChange::TooManyOps);
    }
    for (spec, data) in columns {
        let (shape, most) = match *spec {
            VALUE => continue,
            INSERT | EXPAND => (Shape::Booleans, ops),
            0x15 | 0xa5 => (Shape::Texts, ops),
            0x13 => (Shape::Deltas, ops),
            0x73 => (Shape::Deltas, preds),
            0x71 => (Shape::Numbers, preds),
            _ => (Shape::Numbers, ops),
        };
        if runs(data, shape)?.count > most {
            return Err(MalformedChange::ColumnOverrun);
        }
    }
    Ok(ops)
}

#[derive(Clone, Copy)]
enum Shape {
    Numbers,
    Deltas,
    Texts,
    Booleans,
}

#[derive(Default)]
struct Runs {
    count: u64,
    sum: u64,
}

fn runs(data: &[u8], shape: Shape) -> Result<Runs, MalformedChange> {
    let mut reader = Reader::new(data);
    let mut total = Runs::default();
    let mut add = |count: u64, value: u64| -> Result<(), MalformedChange> {
        total.count = total.count.saturating_add(count);
        total.sum = total.sum.saturating_add(count.saturating_mul(value));
        if total.count > MAX_CHANGE_OPS * 4 { Err(MalformedChange::TooManyOps) } else { Ok(()) }
    };
    while !reader.is_empty() {
        if let Shape::Booleans = shape {
            add(reader.unsigned()?, 0)?;
            continue;
        }
        let value = |reader: &mut Reader<'_>| -> Result<u64, MalformedChange> {
            Ok(match shape {
                Shape::Numbers => reader.unsigned()?,
                Shape::Deltas => reader.signed()?.unsigned_abs(),
                Shape::Texts => reader.prefixed().map(|_| 0)?,
                Shape::Booleans => 0,
            })
        };
        match reader.signed()? {
            0 => add(reader.unsigned()?, 0)?,
            n if n > 0 => {
                let v = value(&mut reader)?;
                add(n.unsigned_abs(), v)?;
            }
            n => {
                for _ in 0..n.unsigned_abs().min(MAX_CHANGE_OPS * 4 + 1) {
                    let v = value(&mut reader)?;
                    add(1, v)?;
                }
            }
        }
    }
    Ok(total)
}

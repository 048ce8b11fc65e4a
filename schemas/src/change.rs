//! An Automerge change chunk, read without Automerge: header fields, columns, number of operations, hash.
//!
//! Only the uncompressed change chunk is known here. A compressed chunk or column could inflate without bound on
//! whoever opens it, so it is refused before anyone does. Layout: the Automerge binary format, "change chunk".

use sha2::{Digest, Sha256};

use crate::columns;
use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, LebError, Reader};
use crate::operations;

/// Largest change, in bytes: admission refuses it and the app never makes it.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024;
/// Most operations in one change.
pub const MAX_CHANGE_OPS: u64 = 10_000;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_CHANGE: u8 = 1;
/// Parents of one change: a phone merges a few heads, never hundreds.
pub const MAX_DEPS: u64 = 64;
/// Other actors that one change refers to.
pub const MAX_OTHER_ACTORS: u64 = 256;
/// Automerge stores times as differences, and a difference of two moments beyond this would overflow there.
pub const MAX_TIME: u64 = 1 << 53;

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
    #[error("a column names an actor or an operation that the change can't know")]
    DanglingReference,
    #[error("an operation that no document of the trade is made of")]
    Operation,
    #[error("the values' lengths do not fit the values")]
    ValueLengths,
    #[error("an actor name of the wrong length")]
    ActorLength,
    #[error("the other actors are out of order, repeated, or the author")]
    ActorOrder,
    #[error("time {0} is on no calendar")]
    Time(i64),
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
        Self::contents(contents, hash)
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
        let time = reader.signed()?;
        let message = reader.prefixed()?;
        let other_count = bounded(reader.unsigned()?, MAX_OTHER_ACTORS)?;
        let mut other_actors = Vec::new();
        for _ in 0..other_count {
            let other = reader.prefixed()?;
            if other.len() != 16 {
                return Err(MalformedChange::ActorLength);
            }
            other_actors.push(other);
        }
        let (columns, extra) = read_columns(&mut reader)?;
        let mut change = Self { hash, deps, actor, seq, start_op, time, message, other_actors, columns, extra, ops: 0 };
        change.ops = change.checked_ops()?;
        Ok(change)
    }

    /// The hash of a chunk that may hold a change, whatever stands in it: what its author signed, also where the change
    /// itself breaks a rule. `None` for bytes that are no whole uncompressed chunk.
    pub fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
        let mut reader = Reader::new(bytes);
        if reader.array::<4>().ok()? != MAGIC {
            return None;
        }
        reader.array::<4>().ok()?;
        let hashed = reader.rest();
        let whole = reader.byte().ok()? == CHUNK_CHANGE && reader.prefixed().is_ok() && reader.is_empty();
        whole.then(|| ChangeHash(Sha256::digest(hashed).into()))
    }

    /// What a change of these parts is, under the same rules as [`Change::parse`]: its hash, its number of operations, its
    /// bytes.
    pub fn build(&self) -> Result<(ChangeHash, u64, Vec<u8>), MalformedChange> {
        bounded(self.deps.len() as u64, MAX_DEPS)?;
        bounded(self.other_actors.len() as u64, MAX_OTHER_ACTORS)?;
        if self.other_actors.iter().any(|other| other.len() != 16) {
            return Err(MalformedChange::ActorLength);
        }
        let mut previous = None;
        for (spec, _) in &self.columns {
            known(*spec, previous)?;
            previous = Some(*spec);
        }
        let ops = self.checked_ops()?;
        let (bytes, hash) = self.to_bytes();
        if bytes.len() > MAX_CHANGE_BYTES { Err(MalformedChange::TooLarge) } else { Ok((hash, ops, bytes)) }
    }

    /// The rules that need no bytes, and the number of operations.
    fn checked_ops(&self) -> Result<u64, MalformedChange> {
        if self.seq == 0 || self.start_op == 0 || std::str::from_utf8(self.message).is_err() {
            return Err(MalformedChange::NotAChange);
        }
        if self.time.unsigned_abs() > MAX_TIME {
            return Err(MalformedChange::Time(self.time));
        }
        // In order, each once, and never the author: an index then means one actor only.
        let in_order = self.other_actors.windows(2).all(|pair| pair[0] < pair[1]);
        if !in_order || self.other_actors.contains(&self.actor.0.as_slice()) {
            return Err(MalformedChange::ActorOrder);
        }
        let ops = columns::count_ops(&self.columns, self.start_op, self.other_actors.len() as u64)?;
        operations::check(&self.columns, self.start_op, ops)?;
        Ok(ops)
    }

    /// The chunk's bytes and their hash, rebuilt from the parts.
    pub fn to_bytes(&self) -> (Vec<u8>, ChangeHash) {
        let named = 33 * self.deps.len() + 17 * self.other_actors.len() + self.message.len() + self.extra.len();
        let columns: usize = self.columns.iter().map(|(_, data)| data.len() + 4).sum();
        let mut contents = Vec::with_capacity(64 + named + columns);
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

        let mut bytes = Vec::with_capacity(contents.len() + 16);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(CHUNK_CHANGE);
        leb::put_prefixed(&mut bytes, &contents);
        let hash: [u8; 32] = Sha256::digest(&bytes[8..]).into();
        bytes[4..8].copy_from_slice(&hash[..4]);
        (bytes, ChangeHash(hash))
    }
}

fn bounded(claimed: u64, most: u64) -> Result<u64, MalformedChange> {
    if claimed > most { Err(MalformedChange::TooManyReferences) } else { Ok(claimed) }
}

type ColumnsAndExtra<'a> = (Vec<Column<'a>>, &'a [u8]);

fn read_columns<'a>(reader: &mut Reader<'a>) -> Result<ColumnsAndExtra<'a>, MalformedChange> {
    let count = reader.unsigned()?;
    if count > columns::KNOWN.len() as u64 {
        return Err(MalformedChange::Column(count));
    }
    let mut heads = Vec::new();
    let mut previous = None;
    for _ in 0..count {
        let spec = reader.unsigned()?;
        let length = reader.unsigned()?;
        known(spec, previous)?;
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

fn known(spec: u64, previous: Option<u64>) -> Result<(), MalformedChange> {
    let in_order = previous.is_none_or(|p| p < spec);
    if in_order && columns::KNOWN.contains(&spec) { Ok(()) } else { Err(MalformedChange::Column(spec)) }
}

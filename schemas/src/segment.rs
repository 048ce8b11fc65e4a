//! The change codec: consecutive changes of one (document, actor), stripped of what the receiver rebuilds.
//!
//! Magic, checksum, the actor and its next sequence number, a linear parent's hash, the next operation number and a
//! repeated list of actors are not sent; columns of the same kind lie side by side, which is where zstd finds its
//! matches. Nothing outside the piece is needed to read it, so a piece stays readable after any cut. The codec is
//! lossless to the byte: what it could not restore is sent raw.

use std::collections::BTreeMap;

use crate::change::{Change, MAX_DEPS, MAX_OTHER_ACTORS, MalformedChange};
use crate::columns;
use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, LebError, Reader};

/// How a segment's body is written. The numbers are the wire's.
pub const CODEC_RAW: u8 = 0;
/// Stripped, then zstd without a dictionary.
pub const CODEC_STRIPPED: u8 = 1;

/// Most changes in one piece, and its largest size before compression.
pub const MAX_PIECE_CHANGES: usize = 4_096;
pub const MAX_PIECE_PLAIN: usize = 2 * 1024 * 1024;
/// The size that a sender aims at: on 64 kbit/s it passes in 1.5 s, between two cuts.
pub const PIECE_TARGET: usize = 12 * 1024;

const ZSTD_LEVEL: i32 = 19;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    #[error("codec {0} is not known here")]
    UnknownCodec(u8),
    #[error("the body claims more than {MAX_PIECE_PLAIN} bytes or {MAX_PIECE_CHANGES} changes")]
    TooLarge,
    #[error("the body could not be decompressed")]
    Zstd(#[source] std::io::Error),
    #[error("the body's streams do not fit together")]
    Inconsistent,
    #[error(transparent)]
    Leb(#[from] LebError),
    #[error(transparent)]
    Change(#[from] MalformedChange),
}

/// Encodes consecutive changes of one actor. The codec that came out shorter is returned with the body.
pub fn encode(changes: &[&[u8]]) -> Result<(u8, Vec<u8>), SegmentError> {
    let parsed = changes.iter().map(|bytes| Change::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
    let raw = raw(changes);
    if raw.len() > MAX_PIECE_PLAIN || changes.len() > MAX_PIECE_CHANGES {
        return Err(SegmentError::TooLarge);
    }
    if let Some(first) = parsed.first() {
        let plain = strip(&parsed);
        // Only what comes back is sent stripped: a run with a hole, or of two actors, would come back as another.
        let restored = restore(&plain, first.actor, first.seq)?;
        if plain.len() <= MAX_PIECE_PLAIN
            && restored.iter().map(|change| change.bytes.as_slice()).eq(changes.iter().copied()) {
            let stripped = compress(&plain)?;
            if stripped.len() < raw.len() {
                return Ok((CODEC_STRIPPED, stripped));
            }
        }
    }
    Ok((CODEC_RAW, raw))
}

/// One change out of a body, and what admission asks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    pub actor: Actor,
    pub seq: u64,
    pub start_op: u64,
    pub ops: u64,
    pub bytes: Vec<u8>,
}

impl Unpacked {
    fn of(change: Change<'_>, bytes: Vec<u8>) -> Self {
        let Change { hash, deps, actor, seq, start_op, ops, .. } = change;
        Self { hash, deps, actor, seq, start_op, ops, bytes }
    }
}

/// Restores the bytes of each change. `actor` and `from_seq` are the piece's own.
pub fn decode(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Vec<u8>>, SegmentError> {
    Ok(unpack(codec, body, actor, from_seq)?.into_iter().map(|change| change.bytes).collect())
}

/// Restores each change and reads it, hashing it once. A raw body may hold changes of another actor or sequence
/// number than the piece names: admission looks.
pub fn unpack(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Unpacked>, SegmentError> {
    match codec {
        CODEC_RAW => unpack_raw(body),
        CODEC_STRIPPED => restore(&decompress(body)?, actor, from_seq),
        other => Err(SegmentError::UnknownCodec(other)),
    }
}

fn unpack_raw(body: &[u8]) -> Result<Vec<Unpacked>, SegmentError> {
    if body.len() > MAX_PIECE_PLAIN {
        return Err(SegmentError::TooLarge);
    }
    let mut reader = Reader::new(body);
    let mut changes = Vec::new();
    while !reader.is_empty() {
        if changes.len() == MAX_PIECE_CHANGES {
            return Err(SegmentError::TooLarge);
        }
        let bytes = reader.prefixed()?;
        changes.push(Unpacked::of(Change::parse(bytes)?, bytes.to_vec()));
    }
    Ok(changes)
}

fn raw(changes: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    changes.iter().for_each(|change| leb::put_prefixed(&mut out, change));
    out
}

fn compress(plain: &[u8]) -> Result<Vec<u8>, SegmentError> {
    let mut out = Vec::new();
    leb::put_unsigned(&mut out, plain.len() as u64);
    let mut zstd = zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(SegmentError::Zstd)?;
    zstd.include_contentsize(false).map_err(SegmentError::Zstd)?;
    zstd.include_checksum(false).map_err(SegmentError::Zstd)?;
    out.extend_from_slice(&zstd.compress(plain).map_err(SegmentError::Zstd)?);
    Ok(out)
}

fn decompress(body: &[u8]) -> Result<Vec<u8>, SegmentError> {
    let mut reader = Reader::new(body);
    let length =
        usize::try_from(reader.unsigned()?).ok().filter(|n| *n <= MAX_PIECE_PLAIN).ok_or(SegmentError::TooLarge)?;
    let plain = zstd::bulk::decompress(reader.rest(), length).map_err(SegmentError::Zstd)?;
    if plain.len() == length { Ok(plain) } else { Err(SegmentError::Inconsistent) }
}

const DEPS_LINEAR: u8 = 1;
const OP_NEXT: u8 = 2;
const ACTORS_SAME: u8 = 4;
const SHAPE_SAME: u8 = 8;
const HAS_EXTRA: u8 = 16;
const ALL_FLAGS: u8 = 31;

/// The parts of many changes, each kind in a stream of its own.
#[derive(Default)]
struct Streams {
    flags: Vec<u8>,
    deps: Vec<u8>,
    numbers: Vec<u8>,
    messages: Vec<u8>,
    actors: Vec<u8>,
    shapes: Vec<u8>,
    lengths: Vec<u8>,
    extra: Vec<u8>,
    columns: BTreeMap<u64, Vec<u8>>,
}

/// What the next change is predicted from.
#[derive(Default)]
struct Before<'a> {
    hash: Option<ChangeHash>,
    next_op: Option<u64>,
    time: i64,
    shape: Vec<u64>,
    actors: Vec<&'a [u8]>,
}

fn strip(changes: &[Change<'_>]) -> Vec<u8> {
    let mut s = Streams::default();
    let mut before = Before::default();
    for change in changes {
        let mut flags = 0;
        if before.hash.is_some_and(|parent| change.deps == [parent]) {
            flags |= DEPS_LINEAR;
        } else {
            leb::put_unsigned(&mut s.deps, change.deps.len() as u64);
            change.deps.iter().for_each(|dep| s.deps.extend_from_slice(&dep.0));
        }
        if before.next_op == Some(change.start_op) {
            flags |= OP_NEXT;
        } else {
            leb::put_unsigned(&mut s.numbers, change.start_op);
        }
        leb::put_signed(&mut s.numbers, change.time.wrapping_sub(before.time));
        leb::put_prefixed(&mut s.messages, change.message);
        if change.other_actors == before.actors {
            flags |= ACTORS_SAME;
        } else {
            leb::put_unsigned(&mut s.actors, change.other_actors.len() as u64);
            change.other_actors.iter().for_each(|a| s.actors.extend_from_slice(a));
        }
        let shape: Vec<u64> = change.columns.iter().map(|(spec, _)| *spec).collect();
        if shape == before.shape {
            flags |= SHAPE_SAME;
        } else {
            leb::put_unsigned(&mut s.shapes, shape.len() as u64);
            shape.iter().for_each(|spec| leb::put_unsigned(&mut s.shapes, *spec));
        }
        for (spec, data) in &change.columns {
            leb::put_unsigned(&mut s.lengths, data.len() as u64);
            s.columns.entry(*spec).or_default().extend_from_slice(data);
        }
        if !change.extra.is_empty() {
            flags |= HAS_EXTRA;
            leb::put_prefixed(&mut s.extra, change.extra);
        }
        s.flags.push(flags);
        before = Before {
            hash: Some(change.hash),
            next_op: Some(change.start_op.saturating_add(change.ops)),
            time: change.time,
            shape,
            actors: change.other_actors.clone(),
        };
    }
    let mut plain = Vec::new();
    leb::put_unsigned(&mut plain, changes.len() as u64);
    for stream in [&s.flags, &s.numbers, &s.deps, &s.messages, &s.actors, &s.shapes, &s.lengths, &s.extra] {
        leb::put_prefixed(&mut plain, stream);
    }
    for (spec, data) in &s.columns {
        leb::put_unsigned(&mut plain, *spec);
        leb::put_prefixed(&mut plain, data);
    }
    plain
}

fn restore(plain: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Unpacked>, SegmentError> {
    let mut reader = Reader::new(plain);
    let count =
        usize::try_from(reader.unsigned()?).ok().filter(|n| *n <= MAX_PIECE_CHANGES).ok_or(SegmentError::TooLarge)?;
    let flags = reader.prefixed()?;
    if flags.len() != count || flags.iter().any(|flags| flags & !ALL_FLAGS != 0) {
        return Err(SegmentError::Inconsistent);
    }
    let [mut numbers, mut deps, mut messages, mut actors, mut shapes, mut lengths, mut extra] = {
        let mut next = || reader.prefixed().map(Reader::new);
        [next()?, next()?, next()?, next()?, next()?, next()?, next()?]
    };
    let mut columns: BTreeMap<u64, Reader<'_>> = BTreeMap::new();
    while !reader.is_empty() {
        let spec = reader.unsigned()?;
        if columns.last_key_value().is_some_and(|(last, _)| *last >= spec) {
            return Err(SegmentError::Inconsistent);
        }
        columns.insert(spec, Reader::new(reader.prefixed()?));
    }

    let mut before = Before::default();
    let mut restored = Vec::with_capacity(count);
    let mut total = 0usize;
    for (i, flags) in flags.iter().enumerate() {
        let deps = if flags & DEPS_LINEAR != 0 {
            vec![before.hash.ok_or(SegmentError::Inconsistent)?]
        } else {
            let count = listed(&mut deps, MAX_DEPS)?;
            (0..count).map(|_| Ok(ChangeHash(deps.array()?))).collect::<Result<_, LebError>>()?
        };
        let start_op = if flags & OP_NEXT != 0 {
            before.next_op.ok_or(SegmentError::Inconsistent)?
        } else {
            numbers.unsigned()?
        };
        let time = before.time.wrapping_add(numbers.signed()?);
        let message = messages.prefixed()?;
        if flags & ACTORS_SAME == 0 {
            let count = listed(&mut actors, MAX_OTHER_ACTORS)?;
            before.actors = (0..count).map(|_| actors.take(16)).collect::<Result<_, _>>()?;
        }
        if flags & SHAPE_SAME == 0 {
            let count = listed(&mut shapes, columns::KNOWN.len() as u64)?;
            before.shape = (0..count).map(|_| shapes.unsigned()).collect::<Result<_, _>>()?;
        }
        let mut parts = Vec::with_capacity(before.shape.len());
        for spec in &before.shape {
            let length =
                usize::try_from(lengths.unsigned()?).map_err(|_: std::num::TryFromIntError| SegmentError::TooLarge)?;
            parts.push((*spec, columns.get_mut(spec).ok_or(SegmentError::Inconsistent)?.take(length)?));
        }
        let extra = if flags & HAS_EXTRA != 0 { extra.prefixed()? } else { &[] };
        let parts = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor,
            seq: from_seq.saturating_add(i as u64),
            start_op,
            time,
            message,
            other_actors: before.actors,
            columns: parts,
            extra,
            ops: 0,
        };
        let (mut change, bytes) = parts.build()?;
        total += bytes.len();
        if total > MAX_PIECE_PLAIN {
            return Err(SegmentError::TooLarge);
        }
        before = Before {
            hash: Some(change.hash),
            next_op: Some(start_op.saturating_add(change.ops)),
            time,
            shape: before.shape,
            actors: std::mem::take(&mut change.other_actors),
        };
        restored.push(Unpacked::of(change, bytes));
    }
    let spent = [numbers, deps, messages, actors, shapes, lengths, extra].iter().all(Reader::is_empty)
        && columns.values().all(Reader::is_empty);
    if spent { Ok(restored) } else { Err(SegmentError::Inconsistent) }
}

/// The length of a list, refused before it is read when no change may have so many.
fn listed(reader: &mut Reader<'_>, most: u64) -> Result<u64, SegmentError> {
    let count = reader.unsigned()?;
    if count > most { Err(MalformedChange::TooManyReferences.into()) } else { Ok(count) }
}

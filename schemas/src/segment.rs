//! The change codec: consecutive changes of one (document, actor), stripped of what the receiver rebuilds.
//!
//! Magic, checksum, the actor and its next sequence number, a linear parent's hash, the next operation number and a
//! repeated list of actors are not sent; columns of the same kind lie side by side, which is where zstd finds its
//! matches. Nothing outside the piece is needed to read it, so a piece stays readable after any cut. The codec is
//! lossless to the byte: what it could not restore is sent raw.

use std::collections::BTreeMap;

use crate::change::{Change, MalformedChange};
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
    if let Some(first) = parsed.first() {
        let stripped = strip(&parsed)?;
        let restored = decode(CODEC_STRIPPED, &stripped, first.actor, first.seq)?;
        if stripped.len() < raw.len() && restored.iter().map(Vec::as_slice).eq(changes.iter().copied()) {
            return Ok((CODEC_STRIPPED, stripped));
        }
    }
    Ok((CODEC_RAW, raw))
}

/// Restores the bytes of each change. `actor` and `from_seq` are the piece's own.
pub fn decode(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Vec<u8>>, SegmentError> {
    match codec {
        CODEC_RAW => {
            let mut reader = Reader::new(body);
            let mut changes = Vec::new();
            while !reader.is_empty() {
                if changes.len() == MAX_PIECE_CHANGES || body.len() > MAX_PIECE_PLAIN {
                    return Err(SegmentError::TooLarge);
                }
                changes.push(reader.prefixed()?.to_vec());
            }
            Ok(changes)
        }
        CODEC_STRIPPED => restore(&decompress(body)?, actor, from_seq),
        other => Err(SegmentError::UnknownCodec(other)),
    }
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
struct Before {
    hash: ChangeHash,
    next_op: u64,
    time: i64,
    shape: Vec<u64>,
    actors: Vec<Vec<u8>>,
}

impl Before {
    fn start() -> Self {
        Self { hash: ChangeHash([0; 32]), next_op: 0, time: 0, shape: Vec::new(), actors: Vec::new() }
    }

    fn after(change: &Change<'_>) -> Self {
        Self {
            hash: change.hash,
            next_op: change.start_op.saturating_add(change.ops),
            time: change.time,
            shape: change.columns.iter().map(|(spec, _)| *spec).collect(),
            actors: change.other_actors.iter().map(|a| a.to_vec()).collect(),
        }
    }
}

fn strip(changes: &[Change<'_>]) -> Result<Vec<u8>, SegmentError> {
    let mut s = Streams::default();
    let mut before = Before::start();
    for (i, change) in changes.iter().enumerate() {
        let mut flags = 0;
        if i > 0 && change.deps == [before.hash] {
            flags |= DEPS_LINEAR;
        } else {
            leb::put_unsigned(&mut s.deps, change.deps.len() as u64);
            change.deps.iter().for_each(|dep| s.deps.extend_from_slice(&dep.0));
        }
        if i > 0 && change.start_op == before.next_op {
            flags |= OP_NEXT;
        } else {
            leb::put_unsigned(&mut s.numbers, change.start_op);
        }
        leb::put_signed(&mut s.numbers, change.time.wrapping_sub(before.time));
        leb::put_prefixed(&mut s.messages, change.message);
        if change.other_actors.iter().copied().eq(before.actors.iter().map(Vec::as_slice)) {
            flags |= ACTORS_SAME;
        } else {
            leb::put_unsigned(&mut s.actors, change.other_actors.len() as u64);
            change.other_actors.iter().for_each(|a| s.actors.extend_from_slice(a));
        }
        if change.columns.iter().map(|(spec, _)| *spec).eq(before.shape.iter().copied()) {
            flags |= SHAPE_SAME;
        } else {
            leb::put_unsigned(&mut s.shapes, change.columns.len() as u64);
            change.columns.iter().for_each(|(spec, _)| leb::put_unsigned(&mut s.shapes, *spec));
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
        before = Before::after(change);
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
    compress(&plain)
}

fn restore(plain: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Vec<u8>>, SegmentError> {
    let mut reader = Reader::new(plain);
    let count =
        usize::try_from(reader.unsigned()?).ok().filter(|n| *n <= MAX_PIECE_CHANGES).ok_or(SegmentError::TooLarge)?;
    let flags = reader.prefixed()?;
    if flags.len() != count {
        return Err(SegmentError::Inconsistent);
    }
    let [mut numbers, mut deps, mut messages, mut actors, mut shapes, mut lengths, mut extra] = {
        let mut next = || reader.prefixed().map(Reader::new);
        [next()?, next()?, next()?, next()?, next()?, next()?, next()?]
    };
    let mut columns: BTreeMap<u64, Reader<'_>> = BTreeMap::new();
    while !reader.is_empty() {
        let spec = reader.unsigned()?;
        columns.insert(spec, Reader::new(reader.prefixed()?));
    }

    let mut before = Before::start();
    let mut restored = Vec::with_capacity(count);
    let mut total = 0usize;
    for (i, flags) in flags.iter().enumerate() {
        let deps = if flags & DEPS_LINEAR != 0 { vec![before.hash] } else { hashes(&mut deps)? };
        let start_op = if flags & OP_NEXT != 0 { before.next_op } else { numbers.unsigned()? };
        let time = before.time.wrapping_add(numbers.signed()?);
        let message = messages.prefixed()?;
        if flags & ACTORS_SAME == 0 {
            before.actors = actor_list(&mut actors)?;
        }
        if flags & SHAPE_SAME == 0 {
            before.shape = shape(&mut shapes)?;
        }
        let mut parts = Vec::with_capacity(before.shape.len());
        for spec in &before.shape {
            let length =
                usize::try_from(lengths.unsigned()?).map_err(|_: std::num::TryFromIntError| SegmentError::TooLarge)?;
            parts.push((*spec, columns.get_mut(spec).ok_or(SegmentError::Inconsistent)?.take(length)?));
        }
        let extra = if flags & HAS_EXTRA != 0 { extra.prefixed()? } else { &[] };
        let change = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor,
            seq: from_seq.saturating_add(i as u64),
            start_op,
            time,
            message,
            other_actors: before.actors.iter().map(Vec::as_slice).collect(),
            columns: parts,
            extra,
            ops: 0,
        };
        let (bytes, hash) = change.to_bytes();
        total += bytes.len();
        if total > MAX_PIECE_PLAIN {
            return Err(SegmentError::TooLarge);
        }
        // Parsed again because the next change is predicted from its number of operations.
        let next_op = start_op.saturating_add(Change::parse(&bytes)?.ops);
        let (shape, actors) = (before.shape, before.actors);
        before = Before { hash, next_op, time, shape, actors };
        restored.push(bytes);
    }
    let spent = [numbers, messages, lengths].iter().all(Reader::is_empty) && columns.values().all(Reader::is_empty);
    if spent { Ok(restored) } else { Err(SegmentError::Inconsistent) }
}

fn hashes(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, SegmentError> {
    let count = reader.unsigned()?;
    (0..count).map(|_| Ok(ChangeHash(reader.array()?))).collect()
}

fn actor_list(reader: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, SegmentError> {
    let count = reader.unsigned()?;
    (0..count).map(|_| Ok(reader.take(16)?.to_vec())).collect()
}

fn shape(reader: &mut Reader<'_>) -> Result<Vec<u64>, SegmentError> {
    let count = reader.unsigned()?;
    (0..count).map(|_| Ok(reader.unsigned()?)).collect()
}

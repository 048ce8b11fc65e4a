//! The stripped layout: the parts of many changes, each kind in a stream of its own.
//!
//! What a change would repeat of the one before it is a flag. The two outputs are packed apart: `main` is what zstd
//! shortens, `content` is byte strings, most of them hashes.

use std::collections::BTreeMap;

use super::{Found, MAX_PIECE_CHANGES, MAX_PIECE_OPS, MAX_PIECE_PLAIN, SegmentError, Unpacked, cells};
use crate::change::{Change, MAX_CHANGE_OPS, MAX_DEPS, MAX_OTHER_ACTORS, MalformedChange};
use crate::columns;
use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, LebError, Reader};

const DEPS_LINEAR: u8 = 1;
const OP_NEXT: u8 = 2;
const ACTORS_SAME: u8 = 4;
const SHAPE_SAME: u8 = 8;
const HAS_EXTRA: u8 = 16;
/// Each column ends where its operations do, so that no lengths are sent.
const COLUMNS_FIT: u8 = 32;
const ALL_FLAGS: u8 = 63;

/// The streams of a body, to be written.
#[derive(Default)]
pub struct Streams {
    flags: Vec<u8>,
    starts: Vec<u8>,
    times: Vec<u8>,
    pub ops: Vec<u8>,
    deps: Vec<u8>,
    messages: Vec<u8>,
    actors: Vec<u8>,
    shapes: Vec<u8>,
    lengths: Vec<u8>,
    extra: Vec<u8>,
    pub instants: Vec<u8>,
    pub columns: BTreeMap<u64, Vec<u8>>,
    pub content: Vec<u8>,
}

/// The streams of a body, to be read.
pub struct Sources<'a> {
    pub ops: Reader<'a>,
    pub instants: Reader<'a>,
    pub columns: BTreeMap<u64, Reader<'a>>,
    pub content: Reader<'a>,
}

impl<'a> Sources<'a> {
    pub fn column(&mut self, spec: u64) -> Result<&mut Reader<'a>, SegmentError> {
        self.columns.get_mut(&spec).ok_or(SegmentError::Inconsistent)
    }
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

pub fn strip(changes: &[Change<'_>]) -> (Vec<u8>, Vec<u8>) {
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
            leb::put_unsigned(&mut s.starts, change.start_op);
        }
        leb::put_signed(&mut s.times, change.time.wrapping_sub(before.time));
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
        if cells::put(change, &mut s) {
            flags |= COLUMNS_FIT;
        } else {
            for (spec, data) in &change.columns {
                leb::put_unsigned(&mut s.lengths, data.len() as u64);
                s.columns.entry(*spec).or_default().extend_from_slice(data);
            }
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
    let mut main = Vec::new();
    leb::put_unsigned(&mut main, changes.len() as u64);
    let streams = [
        &s.flags,
        &s.starts,
        &s.times,
        &s.ops,
        &s.deps,
        &s.messages,
        &s.actors,
        &s.shapes,
        &s.lengths,
        &s.extra,
        &s.instants,
    ];
    streams.into_iter().for_each(|stream| leb::put_prefixed(&mut main, stream));
    for (spec, data) in &s.columns {
        leb::put_unsigned(&mut main, *spec);
        leb::put_prefixed(&mut main, data);
    }
    (main, s.content)
}

/// Each change of a body; those that break a rule are named beside the sound ones.
pub fn restore(main: &[u8], content: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Found>, SegmentError> {
    let mut reader = Reader::new(main);
    let count =
        usize::try_from(reader.unsigned()?).ok().filter(|n| *n <= MAX_PIECE_CHANGES).ok_or(SegmentError::TooLarge)?;
    let flags = reader.prefixed()?;
    if flags.len() != count || flags.iter().any(|flags| flags & !ALL_FLAGS != 0) {
        return Err(SegmentError::Inconsistent);
    }
    let mut next = || reader.prefixed().map(Reader::new);
    let (mut starts, mut times, ops, mut deps) = (next()?, next()?, next()?, next()?);
    let (mut messages, mut actors, mut shapes) = (next()?, next()?, next()?);
    let (mut lengths, mut extra, instants) = (next()?, next()?, next()?);
    let mut sources = Sources { ops, instants, columns: read_columns(reader)?, content: Reader::new(content) };

    let mut before = Before::default();
    let mut restored = Vec::with_capacity(count);
    let (mut total, mut total_ops) = (0usize, 0u64);
    for (i, flags) in flags.iter().enumerate() {
        let deps = if flags & DEPS_LINEAR != 0 {
            vec![before.hash.ok_or(SegmentError::Inconsistent)?]
        } else {
            let count = listed(&mut deps, MAX_DEPS)?;
            (0..count).map(|_| Ok(ChangeHash(deps.array()?))).collect::<Result<_, LebError>>()?
        };
        let start_op =
            if flags & OP_NEXT != 0 { before.next_op.ok_or(SegmentError::Inconsistent)? } else { starts.unsigned()? };
        let time = before.time.wrapping_add(times.signed()?);
        if flags & ACTORS_SAME == 0 {
            let count = listed(&mut actors, MAX_OTHER_ACTORS)?;
            before.actors = (0..count).map(|_| actors.take(16)).collect::<Result<_, _>>()?;
        }
        if flags & SHAPE_SAME == 0 {
            let count = listed(&mut shapes, columns::KNOWN.len() as u64)?;
            before.shape = (0..count).map(|_| shapes.unsigned()).collect::<Result<_, _>>()?;
        }
        let columns = if flags & COLUMNS_FIT != 0 {
            cells::take(&before.shape, start_op, time, &mut sources)?
        } else {
            cells::take_verbatim(&before.shape, &mut lengths, &mut sources)?
        };
        let parts = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor,
            seq: from_seq.saturating_add(i as u64),
            start_op,
            time,
            message: messages.prefixed()?,
            other_actors: before.actors.clone(),
            columns: columns.iter().map(|(spec, data)| (*spec, data.as_ref())).collect(),
            extra: if flags & HAS_EXTRA != 0 { extra.prefixed()? } else { &[] },
            ops: 0,
        };
        let found = match parts.build() {
            Ok((hash, ops, bytes)) => Found::Sound(Unpacked::of(Change { hash, ops, ..parts }, bytes)),
            Err(flaw) => {
                let (bytes, hash) = parts.to_bytes();
                Found::Flawed { hash, bytes, flaw }
            }
        };
        // Nobody knows how many operations a flawed change has: it counts as the largest.
        let (hash, size, ops) = match &found {
            Found::Sound(change) => (change.hash, change.bytes.len(), change.ops),
            Found::Flawed { hash, bytes, .. } => (*hash, bytes.len(), MAX_CHANGE_OPS),
        };
        total += size;
        total_ops += ops;
        if total > MAX_PIECE_PLAIN || total_ops > MAX_PIECE_OPS {
            return Err(SegmentError::TooLarge);
        }
        before.hash = Some(hash);
        before.next_op = matches!(found, Found::Sound(_)).then(|| start_op.saturating_add(ops));
        before.time = time;
        restored.push(found);
    }
    let Sources { ops, instants, columns, content } = sources;
    let rest = [starts, times, ops, deps, messages, actors, shapes, lengths, extra, instants, content];
    let spent = rest.iter().chain(columns.values()).all(Reader::is_empty);
    if spent { Ok(restored) } else { Err(SegmentError::Inconsistent) }
}

pub fn read_columns(mut reader: Reader<'_>) -> Result<BTreeMap<u64, Reader<'_>>, SegmentError> {
    let mut columns: BTreeMap<u64, Reader<'_>> = BTreeMap::new();
    while !reader.is_empty() {
        let spec = reader.unsigned()?;
        if columns.last_key_value().is_some_and(|(last, _)| *last >= spec) {
            return Err(SegmentError::Inconsistent);
        }
        columns.insert(spec, Reader::new(reader.prefixed()?));
    }
    Ok(columns)
}

/// The length of a list, refused before it is read when no change may have so many.
fn listed(reader: &mut Reader<'_>, most: u64) -> Result<u64, SegmentError> {
    let count = reader.unsigned()?;
    if count > most { Err(MalformedChange::TooManyReferences.into()) } else { Ok(count) }
}

//! Reading a closed job. The bytes may be anybody's: every count is checked before it is believed.

use std::collections::BTreeMap;

use super::{
    ACTORS_SAME, Both, COLUMNS_FIT, Closed, ClosedChange, ClosedError, ClosedRun, DEPS_HEADS, HAS_BEACON, HAS_EXTRA,
    MAX_ACTORS, MAX_CHANGES, MAX_OPS, MAX_PLAIN, MINE, OF_SHEET, OP_NEXT, SHAPE_SAME, STREAMS, TO_THE_END,
};
use crate::birth;
use crate::change::{Change, MAX_DEPS, MAX_OTHER_ACTORS};
use crate::columns;
use crate::ids::{Actor, ChangeHash, DocKind};
use crate::leb::{LebError, Reader};
use crate::segment::stripped::{Sources, read_columns};
use crate::segment::{Unpacked, cells};
use crate::signature::{BeaconRef, Signature};

/// Most bytes of a signature's tail: what a run of the largest job may still have to come.
const MAX_TAIL: usize = MAX_CHANGES * 32;

/// Restores a job from what [`super::pack`] made of it.
pub fn unpack(main: &[u8], content: &[u8]) -> Result<Closed, ClosedError> {
    if main.len().max(content.len()) > MAX_PLAIN {
        return Err(ClosedError::TooLarge);
    }
    let mut reader = Reader::new(main);
    let births = (number(&mut reader, 255)?, number(&mut reader, 255)?);
    let count = number(&mut reader, MAX_CHANGES)?;
    let known = number(&mut reader, MAX_ACTORS)?.checked_sub(1).ok_or(ClosedError::Inconsistent)?;
    let mut streams = [Reader::new(&[]); STREAMS];
    for stream in &mut streams {
        *stream = Reader::new(reader.prefixed()?);
    }
    let [
        flags,
        authors,
        starts,
        times,
        noted,
        log_seqs,
        ops,
        deps,
        messages,
        others,
        shapes,
        lengths,
        extra,
        instants,
        runs,
    ] = streams;
    let mut content = Reader::new(content);
    let hashes = every(Reader::new(reader.prefixed()?), &mut content)?;
    let mut actors = vec![birth::ACTOR];
    for _ in 0..known {
        actors.push(Actor(content.array()?));
    }
    let flags = flags.rest();
    if flags.len() != count {
        return Err(ClosedError::Inconsistent);
    }
    let cells = Sources { ops, instants, columns: read_columns(reader)?, content: Reader::new(&hashes) };
    let numbers = Numbers { authors, starts, times, noted, log_seqs, deps, messages, others, shapes, lengths, extra };
    let mut source = Source { numbers, cells, actors, before: Before::default(), bytes: 0, ops: 0 };
    let mut both = Both::born(births.0, births.1)?;
    let mut job = Closed { changes: Vec::with_capacity(count), runs: Vec::new() };
    for flags in flags {
        let kept = source.next(*flags, &mut both)?;
        let (kind, actor) = (kept.kind, kept.change.actor);
        if kept.change.seq == 1 {
            job.runs.push(blank(kind, actor));
        }
        job.changes.push(kept);
    }
    source.end()?;
    read_runs(&mut job, &mut both, runs, content, &source.before)?;
    Ok(job)
}

fn blank(kind: DocKind, actor: Actor) -> ClosedRun {
    let signature = Signature { seq: 0, beacon: None, bytes: [0; 64] };
    ClosedRun { kind, actor, run: Default::default(), signature, tail: Vec::new() }
}

struct Numbers<'a> {
    authors: Reader<'a>,
    starts: Reader<'a>,
    times: Reader<'a>,
    noted: Reader<'a>,
    log_seqs: Reader<'a>,
    deps: Reader<'a>,
    messages: Reader<'a>,
    others: Reader<'a>,
    shapes: Reader<'a>,
    lengths: Reader<'a>,
    extra: Reader<'a>,
}

#[derive(Default)]
struct Before {
    time: i64,
    noted_ms: i64,
    log_seq: u64,
    shape: Vec<u64>,
}

struct Source<'a> {
    numbers: Numbers<'a>,
    cells: Sources<'a>,
    actors: Vec<Actor>,
    before: Before,
    bytes: usize,
    ops: u64,
}

impl Source<'_> {
    fn next(&mut self, flags: u8, both: &mut Both) -> Result<ClosedChange, ClosedError> {
        let kind = if flags & OF_SHEET != 0 { DocKind::Sheet } else { DocKind::Order };
        let papers = both.of(kind)?;
        let n = &mut self.numbers;
        let actor = self.actors.get(number(&mut n.authors, MAX_ACTORS)?).copied().ok_or(ClosedError::Inconsistent)?;
        let deps = if flags & DEPS_HEADS != 0 {
            papers.heads.iter().copied().collect()
        } else {
            let count = number(&mut n.deps, bound(MAX_DEPS))?;
            (0..count).map(|_| Ok(ChangeHash(n.deps.array()?))).collect::<Result<_, LebError>>()?
        };
        let start_op = if flags & OP_NEXT != 0 { papers.next_op } else { n.starts.unsigned()? };
        let time = self.before.time.wrapping_add(n.times.signed()?);
        let others = if flags & ACTORS_SAME != 0 {
            papers.others.get(&actor).cloned().ok_or(ClosedError::Inconsistent)?
        } else {
            let count = number(&mut n.others, bound(MAX_OTHER_ACTORS))?;
            (0..count).map(|_| number(&mut n.others, MAX_ACTORS)).collect::<Result<Vec<_>, _>>()?
        };
        let named = others.iter().map(|place| self.actors.get(*place).map(|actor| actor.0.as_slice()));
        let other_actors = named.collect::<Option<Vec<_>>>().ok_or(ClosedError::Inconsistent)?;
        if flags & SHAPE_SAME == 0 {
            let count = number(&mut n.shapes, columns::KNOWN.len())?;
            self.before.shape = (0..count).map(|_| n.shapes.unsigned()).collect::<Result<_, _>>()?;
        }
        let instants = self.cells.instants;
        let columns = if flags & COLUMNS_FIT != 0 {
            cells::take(&self.before.shape, start_op, time, &mut self.cells)?
        } else {
            cells::take_verbatim(&self.before.shape, &mut n.lengths, &mut self.cells)?
        };
        let spent = instants.rest().len() - self.cells.instants.rest().len();
        let instant = Reader::new(&instants.rest()[..spent]).signed().unwrap_or(0);
        let parts = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor,
            seq: papers.run(actor).seq.saturating_add(1),
            start_op,
            time,
            message: n.messages.prefixed()?,
            other_actors,
            columns: columns.iter().map(|(spec, data)| (*spec, data.as_ref())).collect(),
            extra: if flags & HAS_EXTRA != 0 { n.extra.prefixed()? } else { &[] },
            ops: 0,
        };
        let (hash, ops, bytes) = parts.build()?;
        self.bytes += bytes.len();
        self.ops += ops;
        if self.bytes > MAX_PLAIN || self.ops > MAX_OPS {
            return Err(ClosedError::TooLarge);
        }
        let change = Unpacked::of(Change { hash, ops, ..parts }, bytes);
        let mine = flags & MINE != 0;
        let guess = if mine { cells::origin(time).wrapping_add(instant) } else { self.before.noted_ms };
        let noted_ms = guess.wrapping_add(n.noted.signed()?);
        let log_seq = self.before.log_seq.wrapping_add_signed(n.log_seqs.signed()?);
        let shape = std::mem::take(&mut self.before.shape);
        self.before = Before { time, noted_ms, log_seq, shape };
        papers.others.insert(actor, others);
        papers.take(&change);
        Ok(ClosedChange { kind, change, noted_ms, log_seq, mine })
    }

    /// Nothing may be left over: what is no part of the job would come back as another one.
    fn end(&self) -> Result<(), ClosedError> {
        let n = &self.numbers;
        let numbers = [
            &n.authors,
            &n.starts,
            &n.times,
            &n.noted,
            &n.log_seqs,
            &n.deps,
            &n.messages,
            &n.others,
            &n.shapes,
            &n.lengths,
            &n.extra,
        ];
        let cells = [&self.cells.ops, &self.cells.instants, &self.cells.content];
        let spent = numbers.into_iter().chain(cells).chain(self.cells.columns.values()).all(Reader::is_empty);
        if spent { Ok(()) } else { Err(ClosedError::Inconsistent) }
    }
}

fn read_runs(
    job: &mut Closed,
    both: &mut Both,
    mut numbers: Reader<'_>,
    mut content: Reader<'_>,
    last: &Before,
) -> Result<(), ClosedError> {
    for kept in &mut job.runs {
        kept.run = both.of(kept.kind)?.run(kept.actor);
        let flags = numbers.byte()?;
        if flags & !(TO_THE_END | HAS_BEACON) != 0 {
            return Err(ClosedError::Inconsistent);
        }
        kept.signature.seq = kept.run.seq;
        if flags & TO_THE_END == 0 {
            kept.signature.seq = numbers.unsigned()?;
            let length = number(&mut numbers, MAX_TAIL)?;
            kept.tail = content.take(length)?.to_vec();
        }
        if flags & HAS_BEACON != 0 {
            kept.signature.beacon = Some(BeaconRef {
                time_ms: last.noted_ms.wrapping_add(numbers.signed()?),
                seq: last.log_seq.wrapping_add_signed(numbers.signed()?),
                tag: content.array()?,
            });
        }
        kept.signature.bytes = content.array()?;
    }
    if numbers.is_empty() && content.is_empty() { Ok(()) } else { Err(ClosedError::Inconsistent) }
}

/// All places of a stream of hashes again.
fn every(mut again: Reader<'_>, content: &mut Reader<'_>) -> Result<Vec<u8>, ClosedError> {
    let (count, rest) = (number(&mut again, MAX_PLAIN / 32)?, number(&mut again, MAX_PLAIN)?);
    let (mut known, mut out): (BTreeMap<usize, [u8; 32]>, Vec<u8>) = (BTreeMap::new(), Vec::new());
    for _ in 0..count {
        let hash = match number(&mut again, count)? {
            0 => {
                let hash = content.array()?;
                known.insert(known.len() + 1, hash);
                hash
            }
            place => known.get(&place).copied().ok_or(ClosedError::Inconsistent)?,
        };
        out.extend_from_slice(&hash);
    }
    out.extend_from_slice(content.take(rest)?);
    if again.is_empty() { Ok(out) } else { Err(ClosedError::Inconsistent) }
}

fn number(reader: &mut Reader<'_>, most: usize) -> Result<usize, ClosedError> {
    usize::try_from(reader.unsigned()?).ok().filter(|n| *n <= most).ok_or(ClosedError::TooLarge)
}

fn bound(most: u64) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

//! Writing a closed job.

use std::collections::BTreeMap;

use super::{
    ACTORS_SAME, Both, COLUMNS_FIT, Closed, ClosedChange, ClosedError, ClosedRun, DEPS_HEADS, HAS_BEACON, HAS_EXTRA,
    MAX_ACTORS, MAX_CHANGES, MAX_PLAIN, MINE, OF_SHEET, OP_NEXT, SHAPE_SAME, TO_THE_END, read,
};
use crate::birth;
use crate::change::Change;
use crate::ids::{Actor, ChangeHash, DocKind};
use crate::leb::{self, Reader};
use crate::segment::{cells, stripped::Streams};

#[derive(Default)]
struct Writer {
    flags: Vec<u8>,
    authors: Vec<u8>,
    starts: Vec<u8>,
    times: Vec<u8>,
    noted: Vec<u8>,
    log_seqs: Vec<u8>,
    deps: Vec<u8>,
    messages: Vec<u8>,
    others: Vec<u8>,
    shapes: Vec<u8>,
    lengths: Vec<u8>,
    extra: Vec<u8>,
    runs: Vec<u8>,
    cells: Streams,
    actors: Vec<Actor>,
    /// What is kept as it is, behind the hashes of the cells.
    plain: Vec<u8>,
    before: Before,
}

/// What the next change is predicted from, whichever document it is of.
#[derive(Default)]
struct Before {
    time: i64,
    noted_ms: i64,
    log_seq: u64,
    shape: Vec<u64>,
}

/// Packs a job into `main` and `content`; fails for what would not come back equal.
pub fn pack(job: &Closed) -> Result<(Vec<u8>, Vec<u8>), ClosedError> {
    if job.changes.len() > MAX_CHANGES {
        return Err(ClosedError::TooLarge);
    }
    let births = (birth::births(DocKind::Order).len(), birth::births(DocKind::Sheet).len());
    let mut both = Both::born(births.0, births.1)?;
    let mut writer = Writer { actors: vec![birth::ACTOR], ..Writer::default() };
    for change in &job.changes {
        writer.put(&mut both, change)?;
    }
    for run in &job.runs {
        writer.put_run(run);
    }
    let (main, content) = writer.end(job.changes.len(), births);
    if main.len().max(content.len()) > MAX_PLAIN || read::unpack(&main, &content)? != *job {
        return Err(ClosedError::NotWhole);
    }
    Ok((main, content))
}

impl Writer {
    fn actor(&mut self, actor: Actor) -> Result<usize, ClosedError> {
        if let Some(place) = self.actors.iter().position(|known| *known == actor) {
            return Ok(place);
        }
        if self.actors.len() == MAX_ACTORS {
            return Err(ClosedError::TooLarge);
        }
        self.actors.push(actor);
        Ok(self.actors.len() - 1)
    }

    fn put(&mut self, both: &mut Both, kept: &ClosedChange) -> Result<(), ClosedError> {
        let change = Change::parse(&kept.change.bytes)?;
        let papers = both.of(kept.kind)?;
        let mut flags = if kept.mine { MINE } else { 0 } | if kept.kind == DocKind::Sheet { OF_SHEET } else { 0 };
        let author = self.actor(change.actor)?;
        leb::put_unsigned(&mut self.authors, author as u64);
        if change.deps.iter().eq(&papers.heads) {
            flags |= DEPS_HEADS;
        } else {
            leb::put_unsigned(&mut self.deps, change.deps.len() as u64);
            change.deps.iter().for_each(|dep| self.deps.extend_from_slice(&dep.0));
        }
        if papers.next_op == change.start_op {
            flags |= OP_NEXT;
        } else {
            leb::put_unsigned(&mut self.starts, change.start_op);
        }
        let mut others = Vec::with_capacity(change.other_actors.len());
        for other in &change.other_actors {
            let other = Actor((*other).try_into().map_err(|_: std::array::TryFromSliceError| ClosedError::NotWhole)?);
            others.push(self.actor(other)?);
        }
        if papers.others.get(&change.actor) == Some(&others) {
            flags |= ACTORS_SAME;
        } else {
            leb::put_unsigned(&mut self.others, others.len() as u64);
            others.iter().for_each(|other| leb::put_unsigned(&mut self.others, *other as u64));
        }
        leb::put_signed(&mut self.times, change.time.wrapping_sub(self.before.time));
        leb::put_prefixed(&mut self.messages, change.message);
        let shape: Vec<u64> = change.columns.iter().map(|(spec, _)| *spec).collect();
        if shape == self.before.shape {
            flags |= SHAPE_SAME;
        } else {
            leb::put_unsigned(&mut self.shapes, shape.len() as u64);
            shape.iter().for_each(|spec| leb::put_unsigned(&mut self.shapes, *spec));
        }
        let instants = self.cells.instants.len();
        if cells::put(&change, &mut self.cells) {
            flags |= COLUMNS_FIT;
        } else {
            for (spec, data) in &change.columns {
                leb::put_unsigned(&mut self.lengths, data.len() as u64);
                self.cells.columns.entry(*spec).or_default().extend_from_slice(data);
            }
        }
        if !change.extra.is_empty() {
            flags |= HAS_EXTRA;
            leb::put_prefixed(&mut self.extra, change.extra);
        }
        // Ours was noted when its first fact was; of others' many came in one piece.
        let guess = if kept.mine {
            let instant = Reader::new(&self.cells.instants[instants..]).signed().unwrap_or(0);
            cells::origin(change.time).wrapping_add(instant)
        } else {
            self.before.noted_ms
        };
        leb::put_signed(&mut self.noted, kept.noted_ms.wrapping_sub(guess));
        let step = kept.log_seq.wrapping_sub(self.before.log_seq).cast_signed();
        leb::put_signed(&mut self.log_seqs, step);
        self.flags.push(flags);
        self.before = Before { time: change.time, noted_ms: kept.noted_ms, log_seq: kept.log_seq, shape };
        papers.others.insert(change.actor, others);
        papers.take(&kept.change);
        Ok(())
    }

    fn put_run(&mut self, kept: &ClosedRun) {
        let signature = &kept.signature;
        let ends = signature.seq == kept.run.seq && kept.tail.is_empty();
        let beacon = signature.beacon;
        self.runs.push(if ends { TO_THE_END } else { 0 } | if beacon.is_some() { HAS_BEACON } else { 0 });
        if !ends {
            leb::put_unsigned(&mut self.runs, signature.seq);
            leb::put_unsigned(&mut self.runs, kept.tail.len() as u64);
            self.plain.extend_from_slice(&kept.tail);
        }
        if let Some(beacon) = beacon {
            leb::put_signed(&mut self.runs, beacon.time_ms.wrapping_sub(self.before.noted_ms));
            leb::put_signed(&mut self.runs, beacon.seq.wrapping_sub(self.before.log_seq).cast_signed());
            self.plain.extend_from_slice(&beacon.tag);
        }
        self.plain.extend_from_slice(&signature.bytes);
    }

    fn end(self, count: usize, births: (usize, usize)) -> (Vec<u8>, Vec<u8>) {
        let (again, mut content) = once(&self.cells.content);
        let mut main = Vec::new();
        leb::put_unsigned(&mut main, births.0 as u64);
        leb::put_unsigned(&mut main, births.1 as u64);
        leb::put_unsigned(&mut main, count as u64);
        leb::put_unsigned(&mut main, self.actors.len() as u64);
        let streams: [&[u8]; super::STREAMS] = [
            &self.flags,
            &self.authors,
            &self.starts,
            &self.times,
            &self.noted,
            &self.log_seqs,
            &self.cells.ops,
            &self.deps,
            &self.messages,
            &self.others,
            &self.shapes,
            &self.lengths,
            &self.extra,
            &self.cells.instants,
            &self.runs,
        ];
        streams.into_iter().for_each(|stream| leb::put_prefixed(&mut main, stream));
        leb::put_prefixed(&mut main, &again);
        for (spec, data) in &self.cells.columns {
            leb::put_unsigned(&mut main, *spec);
            leb::put_prefixed(&mut main, data);
        }
        self.actors.iter().skip(1).for_each(|actor| content.extend_from_slice(&actor.0));
        content.extend_from_slice(&self.plain);
        (main, content)
    }
}

/// The hashes of a stream, each once; and for each place 0 for a new one, else which it repeats, counted from 1. What
/// is left over stands behind them.
fn once(stream: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (hashes, rest) = stream.as_chunks::<32>();
    let mut places: BTreeMap<ChangeHash, usize> = BTreeMap::new();
    let (mut again, mut out) = (Vec::new(), Vec::new());
    leb::put_unsigned(&mut again, hashes.len() as u64);
    leb::put_unsigned(&mut again, rest.len() as u64);
    for hash in hashes {
        let next = places.len() + 1;
        let place = *places.entry(ChangeHash(*hash)).or_insert(next);
        let known = place != next;
        leb::put_unsigned(&mut again, if known { place as u64 } else { 0 });
        if !known {
            out.extend_from_slice(hash);
        }
    }
    out.extend_from_slice(rest);
    (again, out)
}

//! 另立: a job's documents as they can be seen here, written anew into documents that nobody has harmed.
//!
//! Facts keep their ids, times and authors, so whatever names one goes on naming it. Of values that two people wrote
//! without knowing of each other the shown one is taken. Approvals stay behind: they hold for a version of the old sheet.

use automerge::{AutoCommit, ScalarValue};
use doorstep_schemas::ids::{DocKind, JobId, ShortId};

use super::birth;
use super::layout::{self, WriteError};

pub const AS: &str = "refounded_as";
pub const FROM: &str = "refounded_from";
/// Marks of the old order's end.
const ENDS: [&str; 4] = [AS, FROM, "cancelled", "cancel_reason"];

/// Far below what one change may have, so that the largest document is written in a few.
const MOST_OPS: usize = 2_000;
const MOST_BYTES: usize = 96 * 1024;

/// Where a fact lies, its id, and its fields.
type Copied = (&'static str, ShortId, Vec<(String, ScalarValue)>);

/// A part of a document that fits into one change.
#[derive(Debug, Clone, Default)]
pub struct Portion {
    scalars: Vec<(&'static str, String, ScalarValue)>,
    facts: Vec<Copied>,
    ops: usize,
    bytes: usize,
}

impl Portion {
    fn full(&self, ops: usize, bytes: usize) -> bool {
        self.ops > 0 && (self.ops + ops > MOST_OPS || self.bytes + bytes > MOST_BYTES)
    }

    pub fn write(&self, doc: &mut AutoCommit) -> Result<(), WriteError> {
        for (name, key, value) in &self.scalars {
            layout::set(doc, name, key, value.clone())?;
        }
        self.facts.iter().try_for_each(|(name, id, scalars)| layout::copy_fact(doc, name, *id, scalars))
    }
}

/// Everything that can be seen of a document, in portions. By its marks an order is one: they come last.
pub fn portions(doc: &AutoCommit, kind: DocKind) -> Vec<Portion> {
    let mut names: Vec<&'static str> = birth::containers(kind).filter(|name| *name != "approvals").collect();
    names.sort_by_key(|name| *name == "marks");
    let mut out = vec![Portion::default()];
    let mut room = |ops: usize, bytes: usize| -> usize {
        if out.last().is_some_and(|last| last.full(ops, bytes)) {
            out.push(Portion::default());
        }
        let last = out.len() - 1;
        out[last].ops += ops;
        out[last].bytes += bytes;
        last
    };
    let mut placed = Vec::new();
    for name in names {
        for (key, values) in layout::scalars(doc, name) {
            let Some(value) = values.into_iter().next() else { continue };
            if value == ScalarValue::Null || name == "marks" && ENDS.contains(&key.as_str()) {
                continue;
            }
            placed.push((room(1, key.len() + size(&value)), Part::Scalar(name, key, value)));
        }
        for (id, scalars) in layout::whole_facts(doc, name) {
            let bytes = scalars.iter().map(|(key, value)| key.len() + size(value)).sum();
            placed.push((room(1 + scalars.len(), bytes), Part::Fact(name, id, scalars)));
        }
    }
    for (place, part) in placed {
        match part {
            Part::Scalar(name, key, value) => out[place].scalars.push((name, key, value)),
            Part::Fact(name, id, scalars) => out[place].facts.push((name, id, scalars)),
        }
    }
    out
}

enum Part {
    Scalar(&'static str, String, ScalarValue),
    Fact(&'static str, ShortId, Vec<(String, ScalarValue)>),
}

fn size(value: &ScalarValue) -> usize {
    match value {
        ScalarValue::Str(text) => text.len(),
        ScalarValue::Bytes(bytes) => bytes.len(),
        _ => 8,
    }
}

/// The old order ends, and says where the job goes on.
pub fn end(doc: &mut AutoCommit, new: JobId) -> Result<(), WriteError> {
    layout::set(doc, "marks", "cancelled", ScalarValue::Boolean(true))?;
    layout::set(doc, "marks", AS, ScalarValue::from(new.to_string()))
}

/// The new order says what it goes on for.
pub fn begin(doc: &mut AutoCommit, old: JobId) -> Result<(), WriteError> {
    layout::set(doc, "marks", FROM, ScalarValue::from(old.to_string()))
}

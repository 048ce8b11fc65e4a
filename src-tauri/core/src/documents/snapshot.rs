//! A document's values, each by its place, now or at any moment of its past; and what differs between two moments.
//!
//! A moment of the past is a set of heads: changes that were known together. A clock's time is turned into heads by the
//! changes' own times, which have seconds: a change counts from the beginning of its second on, and only where all that
//! it builds on counts too. A phone whose clock is ahead so hides its own work until then, and never shows a line
//! without what the line is about.

use std::collections::{BTreeMap, BTreeSet};

use automerge::iter::MapRange;
use automerge::{AutoCommit, ObjId, ROOT, ReadDoc, ScalarValue};
use doorstep_schemas::ids::{ChangeHash, DocKind};

use super::layout::{self, REMOVED};
use super::paper::{Paper, PaperError};
use super::{order, shapes, sheet};
use crate::domain::facts::{Order, Sheet};
use crate::domain::record::Scalar;

/// Where a value lies: a scalar under a composed key, or one field of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub container: String,
    pub key: String,
    /// `None` for a scalar under a composed key.
    pub field: Option<String>,
}

/// One value as it stands in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Known(Scalar),
    /// Written as nothing: a member who no longer has the job.
    Nothing,
    /// Of a type that no layout uses, as a person can read it.
    Strange(String),
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Known(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Every live value of every place: the one that is shown first, then those written without knowing of it.
pub type Snapshot = BTreeMap<Place, Vec<Value>>;

pub(super) fn value(scalar: &ScalarValue) -> Value {
    match (layout::seen(scalar), scalar) {
        (Some(known), _) => Value::Known(known),
        (None, ScalarValue::Null) => Value::Nothing,
        (None, other) => Value::Strange(other.to_string()),
    }
}

pub(super) fn theirs(heads: &[ChangeHash]) -> Vec<automerge::ChangeHash> {
    heads.iter().map(|hash| automerge::ChangeHash(hash.0)).collect()
}

type At<'a> = Option<&'a [automerge::ChangeHash]>;

fn range<'a>(doc: &'a AutoCommit, object: &ObjId, at: At<'_>) -> MapRange<'a> {
    match at {
        Some(heads) => doc.map_range_at(object, .., heads),
        None => doc.map_range(object, ..),
    }
}

/// The live scalars under a key, without doubles: the winner first. None where the winner is an object.
pub(super) fn values(doc: &AutoCommit, object: &ObjId, key: &str, at: At<'_>) -> Vec<Value> {
    let held = match at {
        Some(heads) => doc.get_all_at(object, key, heads),
        None => doc.get_all(object, key),
    };
    // Automerge lists the winner last.
    let held = held.unwrap_or_default();
    let mut out: Vec<Value> = Vec::new();
    let winner = held.last().into_iter();
    for (held, _) in winner.chain(&held[..held.len().saturating_sub(1)]) {
        let automerge::Value::Scalar(scalar) = held else { if out.is_empty() { break } else { continue } };
        let value = value(scalar);
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

/// All values at the document's heads, or at older ones.
pub fn snapshot(doc: &AutoCommit, at: Option<&[ChangeHash]>) -> Snapshot {
    let heads = at.map(theirs);
    let at = heads.as_deref();
    let mut out = Snapshot::new();
    for (container, object) in objects(doc, &ROOT, at) {
        for item in range(doc, &object, at) {
            let place = |field| Place { container: container.clone(), key: item.key.to_string(), field };
            let conflict = item.conflict;
            match item.value.clone().into_value() {
                automerge::Value::Object(_) => {
                    for (field, values) in fields(doc, &item.id(), at) {
                        out.insert(place(Some(field)), values);
                    }
                }
                automerge::Value::Scalar(_) if conflict => {
                    out.insert(place(None), values(doc, &object, &item.key, at));
                }
                automerge::Value::Scalar(scalar) => {
                    out.insert(place(None), vec![value(&scalar)]);
                }
            }
        }
    }
    out
}

fn objects(doc: &AutoCommit, parent: &ObjId, at: At<'_>) -> Vec<(String, ObjId)> {
    range(doc, parent, at)
        .filter(|item| matches!(item.value.clone().into_value(), automerge::Value::Object(_)))
        .map(|item| (item.key.to_string(), item.id()))
        .collect()
}

/// The scalars of one record.
pub(super) fn fields(doc: &AutoCommit, record: &ObjId, at: At<'_>) -> BTreeMap<String, Vec<Value>> {
    range(doc, record, at)
        .filter_map(|item| {
            let (key, conflict) = (item.key.to_string(), item.conflict);
            let automerge::Value::Scalar(scalar) = item.value.into_value() else { return None };
            let held = if conflict { values(doc, record, &key, at) } else { vec![value(&scalar)] };
            Some((key, held))
        })
        .collect()
}

/// The heads of all that was known by a moment, in milliseconds since 1970 by the authors' clocks.
pub fn heads_at(paper: &mut Paper, moment_ms: i64) -> Vec<ChangeHash> {
    let mut known = BTreeSet::new();
    let mut heads = BTreeSet::new();
    for change in paper.doc_mut().get_changes_meta(&[]) {
        if change.timestamp.saturating_mul(1000) <= moment_ms && change.deps.iter().all(|dep| known.contains(&dep.0)) {
            for dep in &change.deps {
                heads.remove(&ChangeHash(dep.0));
            }
            known.insert(change.hash.0);
            heads.insert(ChangeHash(change.hash.0));
        }
    }
    heads.into_iter().collect()
}

/// The sheet as it stood at older heads.
pub fn sheet_at(paper: &mut Paper, heads: &[ChangeHash]) -> Result<Sheet, PaperError> {
    Ok(sheet::read(&paper.fork_at(heads)?))
}

/// The order as it stood at older heads; `None` before it was taken.
pub fn order_at(paper: &mut Paper, heads: &[ChangeHash]) -> Result<Option<Order>, PaperError> {
    Ok(order::read(&paper.fork_at(heads)?))
}

/// What became of a record or of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A record that was not there before.
    Added,
    /// A record that is there no longer: the later moment doesn't know of it.
    Gone,
    /// A record's mark says that it was taken back.
    TakenBack,
    /// That mark was cleared.
    BroughtBack,
    /// Other values in a place.
    Changed,
}

/// Values that differ, before and after: by field of a record, under `None` for a scalar.
pub type BeforeAfter = BTreeMap<Option<String>, (Vec<Value>, Vec<Value>)>;

/// One record or scalar that is not as it was. A fact comes as one record, not as ten scalars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub container: String,
    pub key: String,
    pub turn: Turn,
    pub values: BeforeAfter,
    /// The whole record as it is shown after, or before where it is gone; empty for a scalar.
    pub record: BTreeMap<String, Value>,
}

impl Difference {
    pub(super) fn new(
        kind: DocKind,
        (container, key): (String, String),
        values: BeforeAfter,
        record: BTreeMap<String, Value>,
        was_there: bool,
        is_there: bool,
    ) -> Self {
        let removed = |values: &[Value]| values.first() == Some(&Value::Known(Scalar::Flag(true)));
        let turn = match values.get(&Some(REMOVED.to_owned())) {
            _ if values.contains_key(&None) => Turn::Changed,
            _ if !was_there => Turn::Added,
            _ if !is_there => Turn::Gone,
            // A mark on evidence takes nothing away.
            Some((before, after)) if removed(before) != removed(after) && shapes::loose(kind, &container) => {
                if removed(after) { Turn::TakenBack } else { Turn::BroughtBack }
            }
            _ => Turn::Changed,
        };
        Self { container, key, turn, values, record }
    }

    /// Puts a snapshot of the earlier moment right.
    pub fn apply(&self, snapshot: &mut Snapshot) {
        for (field, (_, after)) in &self.values {
            let place = Place { container: self.container.clone(), key: self.key.clone(), field: field.clone() };
            if after.is_empty() {
                snapshot.remove(&place);
            } else {
                snapshot.insert(place, after.clone());
            }
        }
    }
}

type Fields = BTreeMap<Option<String>, Vec<Value>>;

/// What lies under each key of each container.
fn grouped(snapshot: Snapshot) -> BTreeMap<(String, String), Fields> {
    let mut out: BTreeMap<(String, String), Fields> = BTreeMap::new();
    for (place, values) in snapshot {
        out.entry((place.container, place.key)).or_default().insert(place.field, values);
    }
    out
}

/// What is different at `after` from what was at `before`, by container and key (R39).
pub fn difference(
    paper: &mut Paper,
    before: &[ChangeHash],
    after: &[ChangeHash],
) -> Result<Vec<Difference>, PaperError> {
    paper.holds(before)?;
    paper.holds(after)?;
    let kind = paper.id().kind();
    let mut before = grouped(snapshot(paper.doc(), Some(before)));
    let mut after = grouped(snapshot(paper.doc(), Some(after)));
    let keys: BTreeSet<(String, String)> = before.keys().chain(after.keys()).cloned().collect();
    let mut out = Vec::new();
    for key in keys {
        let (old, new) = (before.remove(&key).unwrap_or_default(), after.remove(&key).unwrap_or_default());
        if old == new {
            continue;
        }
        let places: BTreeSet<&Option<String>> = old.keys().chain(new.keys()).collect();
        let get = |fields: &Fields, place: &Option<String>| fields.get(place).cloned().unwrap_or_default();
        let values = places
            .into_iter()
            .map(|place| (place.clone(), (get(&old, place), get(&new, place))))
            .filter(|(_, (old, new))| old != new)
            .collect();
        let shown = if new.is_empty() { &old } else { &new };
        let record = shown.iter().filter_map(|(field, held)| Some((field.clone()?, held.first()?.clone()))).collect();
        out.push(Difference::new(kind, key, values, record, !old.is_empty(), !new.is_empty()));
    }
    Ok(out)
}

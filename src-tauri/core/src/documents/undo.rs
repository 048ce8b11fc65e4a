//! The inverse of an action, as a new change: records that may go are marked, scalars get back what stood there before.
//!
//! Only what nobody has touched since can be undone: whoever wrote after it, or without knowing of it, would lose their
//! work to somebody who never saw it. Evidence can't be undone at all; it is put right by more evidence.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::Transactable;
use automerge::{AutoCommit, ReadDoc, ScalarValue, Value};
use doorstep_schemas::ids::{Actor, ChangeHash};

use super::history::{ActionId, Step, object, steps};
use super::layout::{self, REMOVED, WriteError};
use super::paper::Paper;
use super::shapes;
use super::snapshot::Place;

/// Why an action stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUndone {
    #[error("the document holds no such action")]
    Unknown,
    #[error("a record of {0:?} is evidence")]
    Evidence(String),
    #[error("{code:?} of {actor} has changed it since")]
    Overtaken { actor: Actor, at_ms: i64, code: String },
}

/// What has to be written so that an action is undone in one document.
#[derive(Debug, Clone)]
pub struct Inverse {
    writes: Vec<(Place, Option<ScalarValue>)>,
}

/// Which device's run did the action in this document, if any did.
pub fn author(paper: &mut Paper, action: ActionId) -> Option<Actor> {
    steps(paper).into_iter().find(|step| step.action == action).map(|step| step.actor)
}

/// The inverse of an action in this document as it stands.
pub fn inverse(paper: &mut Paper, action: ActionId) -> Result<Inverse, NotUndone> {
    let steps = steps(paper);
    let step = steps.iter().find(|step| step.action == action).ok_or(NotUndone::Unknown)?;
    let kind = paper.id().kind();
    let records = step.touched.iter().filter(|place| place.field.is_some()).map(|place| &place.container);
    let made = step.made.iter().map(|(container, _)| container);
    if let Some(evidence) = records.chain(made).find(|container| !shapes::loose(kind, container)) {
        return Err(NotUndone::Evidence(evidence.clone()));
    }
    let known = ancestors(&steps, step);
    let since = steps.iter().filter(|other| other.hash != step.hash && !known.contains(&other.hash));
    if let Some(other) = since.into_iter().find(|other| meet(step, other)) {
        return Err(NotUndone::Overtaken { actor: other.actor, at_ms: other.at_ms, code: other.code.clone() });
    }
    let mut writes: Vec<(Place, Option<ScalarValue>)> = Vec::new();
    for (container, key) in &step.made {
        let place = Place { container: container.clone(), key: key.clone(), field: Some(REMOVED.to_owned()) };
        writes.push((place, Some(ScalarValue::Boolean(true))));
    }
    for place in step.touched.iter().filter(|place| !step.made.contains(&record(place))) {
        let before = before(paper.doc(), place, step);
        // A mark that is gone and one that says no are the same to a reader; one that says no can be conflicted with.
        let mark = place.field.as_deref() == Some(REMOVED);
        writes.push((place.clone(), before.or_else(|| mark.then_some(ScalarValue::Boolean(false)))));
    }
    Ok(Inverse { writes })
}

fn record(place: &Place) -> (String, String) {
    (place.container.clone(), place.key.clone())
}

/// Whether another change touched what this one made or wrote.
fn meet(step: &Step, other: &Step) -> bool {
    other.touched.iter().any(|place| step.touched.contains(place) || step.made.contains(&record(place)))
}

/// All that a step knew of.
fn ancestors(steps: &[Step], of: &Step) -> BTreeSet<ChangeHash> {
    let deps: BTreeMap<ChangeHash, &Step> = steps.iter().map(|step| (step.hash, step)).collect();
    let (mut out, mut next) = (BTreeSet::new(), vec![of]);
    while let Some(step) = next.pop() {
        for dep in &step.deps {
            let hash = ChangeHash(dep.0);
            if let Some(parent) = deps.get(&hash).filter(|_| out.insert(hash)) {
                next.push(parent);
            }
        }
    }
    out
}

/// What was shown in a place before the step: where several values stood, that one of them.
fn before(doc: &AutoCommit, place: &Place, step: &Step) -> Option<ScalarValue> {
    let (object, key) = lying(doc, place)?;
    match doc.get_at(&object, key, &step.deps) {
        Ok(Some((Value::Scalar(scalar), _))) => Some(scalar.into_owned()),
        _ => None,
    }
}

fn lying<'a>(doc: &AutoCommit, place: &'a Place) -> Option<(automerge::ObjId, &'a str)> {
    match &place.field {
        Some(field) => Some((object(doc, &place.container, Some(&place.key))?, field)),
        None => Some((object(doc, &place.container, None)?, &place.key)),
    }
}

impl Inverse {
    /// Writes it, in an edit of its own.
    pub fn write(&self, doc: &mut AutoCommit) -> Result<(), WriteError> {
        for (place, value) in &self.writes {
            let Some((object, key)) = lying(doc, place) else { continue };
            match value {
                Some(value) => layout::overwrite(doc, &object, key, value.clone())?,
                None => doc.delete(&object, key)?,
            }
        }
        Ok(())
    }
}

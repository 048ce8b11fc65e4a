//! Fields that hold more than one value: written by people who did not know of each other. Every value is kept with its
//! author until a person picks one, and the pick is written over all.

use automerge::{AutoCommit, ObjId, ROOT, ReadDoc, ScalarValue};
use doorstep_schemas::ids::{Actor, ChangeHash};

use super::history::object;
use super::layout::{self, WriteError};
use super::paper::Paper;
use super::snapshot::{Place, Value, value};
use crate::domain::record::Scalar;

/// A field with more than one live value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub place: Place,
    /// The one that is shown first. Two may be equal, where a third differs.
    pub values: Vec<Held>,
}

/// One live value and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub value: Value,
    pub actor: Actor,
    /// By the author's clock, to the second.
    pub at_ms: i64,
    /// The change that wrote it: of one place, a change leaves one value.
    pub change: ChangeHash,
}

/// Every conflict of a document, by place.
pub fn conflicts(paper: &mut Paper) -> Vec<Conflict> {
    let doc = paper.doc();
    let mut found: Vec<(Place, ObjId)> = Vec::new();
    for container in doc.map_range(&ROOT, ..) {
        let (name, container) = (container.key.to_string(), container.id());
        for item in doc.map_range(&container, ..) {
            let place = |field| Place { container: name.clone(), key: item.key.to_string(), field };
            if matches!(item.value.clone().into_value(), automerge::Value::Object(_)) {
                let fields = doc.map_range(item.id(), ..).filter(|field| field.conflict);
                found.extend(fields.map(|field| (place(Some(field.key.to_string())), item.id())));
            } else if item.conflict && !layout::goes_with_others(&name, item.key.as_ref()) {
                found.push((place(None), container.clone()));
            }
        }
    }
    found.into_iter().filter_map(|(place, object)| conflict(paper, place, &object)).collect()
}

/// The values of a place as they were written; `None` where all are the same.
fn conflict(paper: &mut Paper, place: Place, object: &ObjId) -> Option<Conflict> {
    let key = place.field.as_ref().unwrap_or(&place.key);
    let mut values = Vec::new();
    for (held, op) in live(paper.doc(), object, key) {
        let hash = paper.doc().hash_for_opid(&op)?;
        let change = paper.doc_mut().get_change_meta_by_hash(&hash)?;
        values.push(Held {
            value: value(&held),
            actor: Actor(change.actor.to_bytes().try_into().ok()?),
            at_ms: change.timestamp.saturating_mul(1000),
            change: ChangeHash(hash.0),
        });
    }
    let contested = values.iter().any(|held| held.value != values[0].value);
    contested.then_some(Conflict { place, values })
}

/// Live scalars under a key with their operations, the winner first.
fn live(doc: &AutoCommit, object: &ObjId, key: &str) -> Vec<(ScalarValue, ObjId)> {
    let held = doc.get_all(object, key).unwrap_or_default();
    let scalar = |(held, op): (automerge::Value<'_>, ObjId)| match held {
        automerge::Value::Scalar(scalar) => Some((scalar.into_owned(), op)),
        automerge::Value::Object(_) => None,
    };
    held.into_iter().rev().filter_map(scalar).collect()
}

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The value that this change wrote. Named so, it is the same value even where the list has grown meanwhile.
    Held(ChangeHash),
    Typed(String),
}

/// Why a pick can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPick {
    #[error("this place holds one value only")]
    Settled,
    #[error("none of the values is of that change")]
    NotHeld,
    #[error("the text is not of the values' kind")]
    Kind,
}

/// One value to be written over all of a place.
#[derive(Debug, Clone)]
pub struct Settlement {
    place: Place,
    value: ScalarValue,
}

/// What a pick comes to; a typed text becomes what the shown value is: a number, a moment, yes or no.
pub fn settle(paper: &mut Paper, place: &Place, pick: &Pick) -> Result<Settlement, NoPick> {
    let record = place.field.as_ref().map(|_| place.key.as_str());
    let object = object(paper.doc(), &place.container, record).ok_or(NoPick::Settled)?;
    conflict(paper, place.clone(), &object).ok_or(NoPick::Settled)?;
    let held = live(paper.doc(), &object, place.field.as_ref().unwrap_or(&place.key));
    let value = match pick {
        Pick::Held(change) => {
            let hash = Some(automerge::ChangeHash(change.0));
            let of_change = held.into_iter().find(|(_, op)| paper.doc().hash_for_opid(op) == hash);
            of_change.map(|(value, _)| value).ok_or(NoPick::NotHeld)?
        }
        Pick::Typed(text) => typed(&held[0].0, text.trim()).ok_or(NoPick::Kind)?,
    };
    Ok(Settlement { place: place.clone(), value })
}

fn typed(like: &ScalarValue, text: &str) -> Option<ScalarValue> {
    match value(like) {
        Value::Known(Scalar::Text(_)) => Some(ScalarValue::from(text)),
        Value::Known(Scalar::Number(_)) => text.parse().ok().map(ScalarValue::Int),
        Value::Known(Scalar::Time(_)) => text.parse().ok().map(ScalarValue::Timestamp),
        Value::Known(Scalar::Flag(_)) => text.parse().ok().map(ScalarValue::Boolean),
        _ => None,
    }
}

impl Settlement {
    pub fn write(&self, doc: &mut AutoCommit) -> Result<(), WriteError> {
        let Place { container, key, field } = &self.place;
        let record = field.as_ref().map(|_| key.as_str());
        if let Some(object) = object(doc, container, record) {
            layout::overwrite(doc, &object, field.as_ref().unwrap_or(key), self.value.clone())?;
        }
        Ok(())
    }
}

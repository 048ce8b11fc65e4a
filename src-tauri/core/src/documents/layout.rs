//! How facts lie in a document: objects under freshly minted ids, scalars under flat composed keys.
//!
//! This is the only file that creates an object. What has a meaningful key (a service, a field, a member) is a scalar:
//! two devices that open the same meaningful container offline would each make their own, and a merge hides one.

use std::collections::BTreeMap;

use automerge::transaction::Transactable;
use automerge::{AutoCommit, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use doorstep_schemas::ids::{MemberId, ShortId};

use crate::domain::facts::{FieldValue, Noted};
use crate::domain::record::{Record, Scalar};

/// Why a document could not be written: an Automerge error, or a container that its birth should have made.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the document has no {0}: its birth is missing")]
    NoContainer(&'static str),
    #[error(transparent)]
    Automerge(#[from] Box<AutomergeError>),
}

impl From<AutomergeError> for WriteError {
    fn from(error: AutomergeError) -> Self {
        Self::Automerge(Box::new(error))
    }
}

/// A container that a birth made.
pub fn container(doc: &AutoCommit, name: &'static str) -> Result<ObjId, WriteError> {
    match doc.get(ROOT, name)? {
        Some((Value::Object(ObjType::Map), id)) => Ok(id),
        _ => Err(WriteError::NoContainer(name)),
    }
}

/// One scalar of an object.
pub type Own = (&'static str, ScalarValue);

/// Adds a fact: an object under an id that nobody else can have minted.
pub fn add(
    doc: &mut AutoCommit,
    name: &'static str,
    id: ShortId,
    noted: Noted,
    scalars: &[Own],
) -> Result<(), WriteError> {
    let parent = container(doc, name)?;
    let object = doc.put_object(&parent, id.as_str(), ObjType::Map)?;
    for (key, value) in scalars {
        doc.put(&object, *key, value.clone())?;
    }
    doc.put(&object, "at", ScalarValue::Timestamp(noted.at_ms))?;
    if let Some(offset) = noted.offset_ms {
        doc.put(&object, "off", offset)?;
    }
    if let Some(claimed) = noted.claimed_ms {
        doc.put(&object, "claim", ScalarValue::Timestamp(claimed))?;
    }
    doc.put(&object, "by", noted.by.as_str())?;
    Ok(())
}

/// Places that go with others: nobody is asked which of their values is right. When a window was said goes with the window
/// that is picked; an order that two owners' devices took is one order (R37), whichever was first.
pub fn goes_with_others(container: &str, key: &str) -> bool {
    matches!((container, key), ("window", "at") | ("marks", "taken_at" | "taken_by" | "taken_off"))
}

/// Adds a record to its container.
pub fn add_record<R: Record>(doc: &mut AutoCommit, record: &R) -> Result<(), WriteError> {
    let scalars: Vec<Own> = record.scalars().into_iter().map(|(key, value)| (key, written(value))).collect();
    add(doc, R::CONTAINER, record.id(), record.noted(), &scalars)
}

/// One edit of a document, made where Automerge is not known.
pub struct Edit(Box<Write>);

type Write = dyn FnOnce(&mut AutoCommit) -> Result<(), WriteError>;

impl Edit {
    pub fn new(write: impl FnOnce(&mut AutoCommit) -> Result<(), WriteError> + 'static) -> Self {
        Self(Box::new(write))
    }

    /// Adds a record.
    pub fn add<R: Record + 'static>(record: R) -> Self {
        Self::new(move |doc| add_record(doc, &record))
    }

    /// Writes a text under a composed key.
    pub fn set(name: &'static str, key: String, value: String) -> Self {
        Self::new(move |doc| set(doc, name, &key, ScalarValue::from(value)))
    }

    pub fn apply(self, doc: &mut AutoCommit) -> Result<(), WriteError> {
        (self.0)(doc)
    }
}

/// Marks a record as taken back. Evidence can't be.
pub fn remove_record<R: Record>(doc: &mut AutoCommit, id: ShortId) -> Result<bool, WriteError> {
    if R::KEPT { Ok(false) } else { mark(doc, R::CONTAINER, id, REMOVED, ScalarValue::Boolean(true)) }
}

/// Every record of a container, ordered by (time, id), without those taken back.
pub fn records<R: Record>(doc: &AutoCommit) -> Vec<R> {
    facts(doc, R::CONTAINER)
        .iter()
        .filter(|fact| R::KEPT || !fact.flag(REMOVED))
        .filter_map(|fact| R::read(fact.id, fact.noted()?, &|key| fact.scalar(key).and_then(seen)))
        .collect()
}

/// The mark of what was taken back.
pub const REMOVED: &str = "removed";

fn written(value: Scalar) -> ScalarValue {
    match value {
        Scalar::Text(text) => ScalarValue::from(text),
        Scalar::Number(number) => ScalarValue::Int(number),
        Scalar::Time(ms) => ScalarValue::Timestamp(ms),
        Scalar::Bytes(bytes) => ScalarValue::Bytes(bytes),
        Scalar::Flag(flag) => ScalarValue::Boolean(flag),
    }
}

/// What the rules are shown of a value; nothing of a type that no layout uses.
pub fn seen(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValue::Timestamp(_) => whole(value).map(Scalar::Time),
        ScalarValue::Int(_) | ScalarValue::Uint(_) => whole(value).map(Scalar::Number),
        ScalarValue::Bytes(bytes) => Some(Scalar::Bytes(bytes.clone())),
        ScalarValue::Boolean(flag) => Some(Scalar::Flag(*flag)),
        _ => None,
    }
}

/// Writes a scalar under a composed key of a container; an unchanged value makes no operation.
pub fn set(doc: &mut AutoCommit, name: &'static str, key: &str, value: ScalarValue) -> Result<(), WriteError> {
    let parent = container(doc, name)?;
    let held = doc.get_all(&parent, key)?;
    if let [(Value::Scalar(only), _)] = held.as_slice()
        && **only == value
    {
        return Ok(());
    }
    overwrite(doc, &parent, key, value)
}

/// Writes one value over all that a place holds. Of several, Automerge takes a put of the shown one for no more than the
/// removal of the others: whoever picked another one meanwhile would hide this pick without a word.
pub fn overwrite(doc: &mut AutoCommit, object: &ObjId, key: &str, value: ScalarValue) -> Result<(), WriteError> {
    if doc.get_all(object, key)?.len() > 1 {
        doc.delete(object, key)?;
    }
    doc.put(object, key, value)?;
    Ok(())
}

/// Adds a scalar to an object that exists, as "removed" is added to a part.
pub fn mark(
    doc: &mut AutoCommit,
    name: &'static str,
    id: ShortId,
    key: &'static str,
    value: ScalarValue,
) -> Result<bool, WriteError> {
    let parent = container(doc, name)?;
    match doc.get(&parent, id.as_str())? {
        Some((Value::Object(_), object)) => {
            overwrite(doc, &object, key, value)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Tolerant reading of one object: a missing field is its default, a field of another type is missing. Its scalars are
/// read in one pass: asked for one by one, they would be most of the time that an edit takes.
pub struct Fact {
    scalars: Vec<(String, ScalarValue)>,
    pub id: ShortId,
}

impl Fact {
    fn scalar(&self, key: &str) -> Option<&ScalarValue> {
        self.scalars.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn text(&self, key: &str) -> String {
        match self.scalar(key) {
            Some(ScalarValue::Str(text)) => text.to_string(),
            _ => String::new(),
        }
    }

    pub fn number(&self, key: &str) -> Option<i64> {
        self.scalar(key).and_then(whole)
    }

    pub fn flag(&self, key: &str) -> bool {
        matches!(self.scalar(key), Some(ScalarValue::Boolean(true)))
    }

    pub fn parsed<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.text(key).parse().ok()
    }

    pub fn noted(&self) -> Option<Noted> {
        let by: MemberId = self.parsed("by")?;
        Some(Noted {
            at_ms: self.number("at").unwrap_or(0),
            offset_ms: self.number("off"),
            claimed_ms: self.number("claim"),
            by,
        })
    }
}

/// The largest number that a screen can show exactly. A broken program's documents may hold larger ones; brought down
/// to this, no sum or difference of them overflows.
const MOST: i64 = (1 << 53) - 1;

/// A whole number, whichever of the numeric types it was written as.
pub fn whole(value: &ScalarValue) -> Option<i64> {
    let number = match value {
        ScalarValue::Int(n) | ScalarValue::Timestamp(n) => *n,
        ScalarValue::Uint(n) => i64::try_from(*n).unwrap_or(i64::MAX),
        _ => return None,
    };
    Some(number.clamp(-MOST, MOST))
}

/// What a key of a map holds.
fn scalar_of(value: Value<'_>) -> Option<ScalarValue> {
    match value {
        Value::Scalar(value) => Some(value.into_owned()),
        Value::Object(_) => None,
    }
}

/// Every fact of a container, ordered by (time, id). What has no readable id or author is passed over.
pub fn facts(doc: &AutoCommit, name: &'static str) -> Vec<Fact> {
    let Ok(parent) = container(doc, name) else { return Vec::new() };
    let mut out: Vec<Fact> = doc
        .map_range(&parent, ..)
        .filter_map(|item| {
            let id = item.key.parse().ok()?;
            let object = item.id();
            let Value::Object(_) = item.value.into_value() else { return None };
            let scalars = doc
                .map_range(&object, ..)
                .filter_map(|item| Some((item.key.into_owned(), scalar_of(item.value.into_value())?)))
                .collect();
            Some(Fact { scalars, id })
        })
        .collect();
    out.sort_by_cached_key(|fact| (fact.number("at").unwrap_or(0), fact.id));
    out
}

/// Scalars of a container by their composed keys, every concurrent value of each: the winner first.
pub fn scalars(doc: &AutoCommit, name: &'static str) -> Vec<(String, Vec<ScalarValue>)> {
    let Ok(parent) = container(doc, name) else { return Vec::new() };
    doc.map_range(&parent, ..)
        .filter_map(|item| {
            let (key, conflict) = (item.key.into_owned(), item.conflict);
            let winner = scalar_of(item.value.into_value())?;
            let mut values = vec![winner];
            if conflict {
                let held = doc.get_all(&parent, key.as_str()).unwrap_or_default();
                let others = held.into_iter().filter_map(|(value, _)| scalar_of(value));
                values.extend(others.filter(|other| *other != values[0]).collect::<Vec<_>>());
            }
            Some((key, values))
        })
        .collect()
}

/// One scalar of a container: the winner.
pub fn scalar(doc: &AutoCommit, name: &'static str, key: &str) -> Option<ScalarValue> {
    let parent = container(doc, name).ok()?;
    match doc.get(&parent, key) {
        Ok(Some((Value::Scalar(value), _))) => Some(value.into_owned()),
        _ => None,
    }
}

/// Any scalar as a person reads it.
pub fn readable(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Str(text) => text.to_string(),
        ScalarValue::Boolean(flag) => flag.to_string(),
        ScalarValue::Bytes(bytes) => bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect(),
        other => whole(other).map(|number| number.to_string()).unwrap_or_default(),
    }
}

/// Copies the facts of a container into another document's, under the same ids.
pub fn copy_facts(doc: &mut AutoCommit, from: &AutoCommit, name: &'static str) -> Result<(), WriteError> {
    facts(from, name).iter().try_for_each(|fact| copy_fact(doc, name, fact.id, &fact.scalars))
}

/// Writes a fact under the id that it had in another document.
pub fn copy_fact(
    doc: &mut AutoCommit,
    name: &'static str,
    id: ShortId,
    scalars: &[(String, ScalarValue)],
) -> Result<(), WriteError> {
    let parent = container(doc, name)?;
    let object = doc.put_object(&parent, id.as_str(), ObjType::Map)?;
    for (key, value) in scalars {
        doc.put(&object, key.as_str(), value.clone())?;
    }
    Ok(())
}

/// Every fact of a container with all that it holds, also what no reader of this version knows.
pub fn whole_facts(doc: &AutoCommit, name: &'static str) -> Vec<(ShortId, Vec<(String, ScalarValue)>)> {
    facts(doc, name).into_iter().map(|fact| (fact.id, fact.scalars)).collect()
}

/// Texts of a container by their composed keys, every concurrent one of each.
pub fn texts(doc: &AutoCommit, name: &'static str) -> BTreeMap<String, FieldValue> {
    let text = |value| match value {
        ScalarValue::Str(text) => Some(text.to_string()),
        _ => None,
    };
    scalars(doc, name)
        .into_iter()
        .filter_map(|(key, values)| {
            let mut values = values.into_iter().filter_map(text);
            Some((key, FieldValue { value: values.next()?, others: values.collect() }))
        })
        .collect()
}

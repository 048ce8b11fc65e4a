//! Who did what when: one deed an action, read from the changes themselves.
//!
//! A change's operations say which places it touched; its own heads and those it builds on say what stood there after
//! and before. Nothing of this is written down a second time, so no history can differ from the work.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, AutoCommit, Change, ObjId};
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, BlobHash, ChangeHash, DocId, MemberId, NotAnId, ShortId};

use super::paper::{Paper, PaperError};
use super::snapshot::{self, BeforeAfter, Difference, Place, Turn, Value, difference};
use crate::domain::facts::{Approval, Sheet};
use crate::domain::record::Scalar;

/// The name of an action, by which it is undone. In one document it is its change's hash; an action over several
/// documents has an id of its own in each of their changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionId {
    One(ChangeHash),
    Several(ShortId),
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(hash) => hash.fmt(f),
            Self::Several(id) => id.fmt(f),
        }
    }
}

impl FromStr for ActionId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self::Several).or_else(|_not_short| text.parse().map(Self::One))
    }
}

/// The short code of a change's message, and the action's id where it went over several documents.
pub fn action_of(message: &str) -> (&str, Option<ShortId>) {
    match message.split_once('#') {
        Some((code, id)) => (code, id.parse().ok()),
        None => (message, None),
    }
}

/// The message of every change of an action over several documents.
pub fn message_of(code: &str, id: ShortId) -> String {
    format!("{code}#{id}")
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub action: ActionId,
    /// The action's short code.
    pub code: String,
    /// By the author's clock: to the millisecond where a fact says so, else to the second.
    pub at_ms: i64,
    /// Who says so in the facts themselves; where none were added, the device's member is the author.
    pub member: Option<MemberId>,
    pub actor: Actor,
    pub changes: Vec<(DocId, ChangeHash)>,
    pub differences: Vec<(DocId, Difference)>,
}

/// One change with the places that it touched.
pub(super) struct Step {
    pub hash: ChangeHash,
    pub actor: Actor,
    pub code: String,
    pub action: ActionId,
    pub at_ms: i64,
    pub deps: Vec<automerge::ChangeHash>,
    /// Records that it made.
    pub made: BTreeSet<(String, String)>,
    pub touched: BTreeSet<Place>,
}

/// An object of the document: a container, or a record in one.
#[derive(Clone)]
struct Named {
    container: String,
    key: Option<String>,
}

/// All changes of a document in the order in which they build on each other, births left out.
pub(super) fn steps(paper: &mut Paper) -> Vec<Step> {
    let mut objects: HashMap<(u64, ActorId), Named> = HashMap::new();
    let changes = paper.doc_mut().get_changes(&[]);
    changes.iter().filter_map(|change| step(change, &mut objects)).collect()
}

fn step(change: &Change, objects: &mut HashMap<(u64, ActorId), Named>) -> Option<Step> {
    let (mut made, mut touched) = (BTreeSet::new(), BTreeSet::new());
    for (op, number) in change.decode().operations.into_iter().zip(change.start_op().get()..) {
        let Key::Map(key) = &op.key else { continue };
        let parent = match &op.obj {
            ObjectId::Root => None,
            ObjectId::Id(id) => match objects.get(&(id.0, id.1.clone())) {
                Some(named) => Some(named.clone()),
                None => continue,
            },
        };
        let name = match parent {
            None => Named { container: key.to_string(), key: None },
            Some(Named { container, key: None }) => Named { container, key: Some(key.to_string()) },
            Some(Named { container, key: Some(record) }) => {
                touched.insert(Place { container, key: record, field: Some(key.to_string()) });
                continue;
            }
        };
        match (&op.action, &name.key) {
            (OpType::Make(_), key) => {
                made.extend(key.clone().map(|key| (name.container.clone(), key)));
                objects.insert((number, change.actor_id().clone()), name);
            }
            (_, Some(key)) => {
                touched.insert(Place { container: name.container, key: key.clone(), field: None });
            }
            (_, None) => {}
        }
    }
    let actor = Actor(change.actor_id().to_bytes().try_into().ok()?);
    let hash = ChangeHash(change.hash().0);
    let (code, id) = action_of(change.message().map_or("", |message| message));
    (actor != birth::ACTOR).then(|| Step {
        hash,
        actor,
        code: code.to_owned(),
        action: id.map_or(ActionId::One(hash), ActionId::Several),
        at_ms: change.timestamp().saturating_mul(1000),
        deps: change.deps().to_vec(),
        made,
        touched,
    })
}

/// The object of a container or of a record as it can be read now.
pub(super) fn object(doc: &AutoCommit, container: &str, key: Option<&str>) -> Option<ObjId> {
    use automerge::{ROOT, ReadDoc, Value};
    let get = |parent: &ObjId, key: &str| match doc.get(parent, key) {
        Ok(Some((Value::Object(_), id))) => Some(id),
        _ => None,
    };
    let parent = get(&ROOT, container)?;
    match key {
        Some(key) => get(&parent, key),
        None => Some(parent),
    }
}

/// What a step changed against what it builds on.
fn differences(paper: &Paper, step: &Step) -> Vec<Difference> {
    let doc = paper.doc();
    let (after, before) = (snapshot::theirs(&[step.hash]), step.deps.as_slice());
    let mut places: BTreeMap<(String, String), Vec<&Option<String>>> = BTreeMap::new();
    for place in &step.touched {
        places.entry((place.container.clone(), place.key.clone())).or_default().push(&place.field);
    }
    let mut out = Vec::new();
    for (key, fields) in places {
        let record = object(doc, &key.0, Some(&key.1));
        let container = object(doc, &key.0, None);
        let read = |field: &Option<String>, heads: &[automerge::ChangeHash]| match (field, &record, &container) {
            (Some(field), Some(record), _) => snapshot::values(doc, record, field, Some(heads)),
            (None, _, Some(container)) => snapshot::values(doc, container, &key.1, Some(heads)),
            _ => Vec::new(),
        };
        let values: BeforeAfter =
            fields.into_iter().map(|field| (field.clone(), (read(field, before), read(field, &after)))).collect();
        let shown = record.map(|record| snapshot::fields(doc, &record, Some(&after))).unwrap_or_default();
        let shown = shown.into_iter().filter_map(|(field, held)| Some((field, held.into_iter().next()?))).collect();
        let was_there = !step.made.contains(&key);
        out.push(Difference::new(paper.id().kind(), key, values, shown, was_there, true));
    }
    out
}

/// Every action of one document, in the order in which they build on each other.
pub fn deeds(paper: &mut Paper) -> Vec<Deed> {
    let steps = steps(paper);
    let doc = paper.id().clone();
    let deed = |step: Step| {
        let differences = differences(paper, &step);
        let added: Vec<_> = differences.iter().filter(|difference| difference.turn == Turn::Added).collect();
        let noted = |key: &str| added.iter().find_map(|difference| difference.record.get(key));
        let at = match noted("at") {
            Some(Value::Known(Scalar::Time(at))) => Some(*at),
            _ => None,
        };
        Deed {
            action: step.action,
            code: step.code,
            // The same moment to the millisecond; a fact that was copied from elsewhere has a time of its own.
            at_ms: at.filter(|at| at.div_euclid(1000) == step.at_ms.div_euclid(1000)).unwrap_or(step.at_ms),
            member: noted("by").and_then(Value::text).and_then(|by| by.parse().ok()),
            actor: step.actor,
            changes: vec![(doc.clone(), step.hash)],
            differences: differences.into_iter().map(|difference| (doc.clone(), difference)).collect(),
        }
    };
    steps.into_iter().map(deed).collect()
}

/// The actions of several documents as one history, oldest first; what one action did in several of them is one deed.
pub fn together(deeds: impl IntoIterator<Item = Deed>) -> Vec<Deed> {
    let mut out: Vec<Deed> = Vec::new();
    for deed in deeds {
        let same = |other: &&mut Deed| (other.action, other.actor) == (deed.action, deed.actor);
        match out.iter_mut().find(same) {
            Some(known) => {
                known.at_ms = known.at_ms.max(deed.at_ms);
                known.member = known.member.or(deed.member);
                known.changes.extend(deed.changes);
                known.differences.extend(deed.differences);
            }
            None => out.push(deed),
        }
    }
    // Only some moments have milliseconds: within a second, the order in which the changes build on each other stays.
    out.sort_by_key(|deed| deed.at_ms.div_euclid(1000));
    out
}

/// What has changed since an approval: 审核后有改动.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SinceApproval {
    pub differences: Vec<Difference>,
    /// Pictures that the approver did not see.
    pub photos_added: Vec<BlobHash>,
    /// Pictures that the approver saw and that the sheet names no longer.
    pub photos_gone: Vec<BlobHash>,
}

impl SinceApproval {
    /// Whether the sheet is still what was approved (R39).
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The sheet's difference since an approval pinned its heads and its pictures (R39).
pub fn since_approval(paper: &mut Paper, now: &Sheet, approval: &Approval) -> Result<SinceApproval, PaperError> {
    let pinned: Vec<ChangeHash> = approval.heads.iter().map(|hash| ChangeHash(hash.0)).collect();
    let heads = paper.heads();
    let named: BTreeSet<BlobHash> = now.photos.iter().map(|photo| photo.photo).collect();
    let seen: BTreeSet<BlobHash> = approval.photos.iter().copied().collect();
    Ok(SinceApproval {
        differences: difference(paper, &pinned, &heads)?,
        photos_added: named.difference(&seen).copied().collect(),
        photos_gone: seen.difference(&named).copied().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actions_code_stands_before_its_id() {
        let id = ShortId::mint([7; 5]);
        assert_eq!(action_of("take_payment"), ("take_payment", None));
        assert_eq!(action_of(&message_of("take_payment", id)), ("take_payment", Some(id)));
        assert_eq!(action_of("take_payment#later"), ("take_payment", None), "another version's word for it");
        assert_eq!(action_of(""), ("", None));
    }

    #[test]
    fn an_action_is_named_by_its_change_or_by_its_own_id() {
        for id in [ActionId::One(ChangeHash([7; 32])), ActionId::Several(ShortId::mint([7; 5]))] {
            assert_eq!(id.to_string().parse::<ActionId>().unwrap(), id);
        }
        assert!("yesterday".parse::<ActionId>().is_err());
    }
}

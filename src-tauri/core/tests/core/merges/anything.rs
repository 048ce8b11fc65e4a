//! Any record of any kind of document, and several people writing one document on papers of their own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use automerge::{AutoCommit, ScalarValue};
use doorstep::documents::layout::{self, Own, REMOVED};
use doorstep::documents::order;
use doorstep::documents::paper::{Made, Paper};
use doorstep::documents::shapes::{SHAPES, Shape};
use doorstep::domain::facts::Noted;
use doorstep::domain::record::Scalar;
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, DeviceId, DocId, DocKind, JobId, ShortId};
use doorstep_schemas::view::{ApprovalKind, BenchWork, CustodyStep, JobOutcome, NodeKind, SignedFor};
use proptest::prelude::*;

use crate::cast::{NOON, RAN, leaking_heater, member};

pub const JOB: &str = "01KB3XJ4R0RW5V7A9N2C8D6E1F";

/// One document of each kind.
pub fn a_document(kind: DocKind) -> DocId {
    let job: JobId = JOB.parse().unwrap();
    match kind {
        DocKind::Order => DocId::Order(job),
        DocKind::Sheet => DocId::Sheet(job),
        DocKind::Request => DocId::Request(member(RAN)),
        DocKind::Stock => DocId::Stock(member(RAN)),
        DocKind::Desk => DocId::Desk("wages/2026-11".to_owned()),
        DocKind::Roster => DocId::Roster,
        DocKind::Catalogue => DocId::Catalogue,
    }
}

pub fn shapes_of(kind: DocKind) -> Vec<&'static Shape> {
    SHAPES.iter().filter(|shape| shape.kind == kind).collect()
}

/// Values of every type, one of which any field takes.
fn candidates() -> Vec<Scalar> {
    vec![
        Scalar::Text("0F3H8TWC".to_owned()),
        Scalar::Text("opt".to_owned()),
        Scalar::Text(JOB.to_owned()),
        Scalar::Bytes(vec![1; 32]),
        Scalar::Number(5),
        Scalar::Time(NOON),
        Scalar::Flag(true),
    ]
}

/// Every key of a record with a value that it writes as it was read: found by asking the record itself.
pub fn full(shape: &Shape) -> Vec<(String, Scalar)> {
    let candidates = candidates();
    let asked: RefCell<Vec<String>> = RefCell::default();
    let mut chosen: BTreeMap<String, usize> = BTreeMap::new();
    let read = |chosen: &BTreeMap<String, usize>| {
        asked.borrow_mut().clear();
        let get = |key: &str| {
            let mut asked = asked.borrow_mut();
            asked.retain(|known| known != key);
            asked.push(key.to_owned());
            candidates.get(chosen.get(key).copied().unwrap_or(0)).cloned()
        };
        (shape.read)(ShortId::mint([1; 5]), noted(0), &get)
    };
    // What a record can't do without: the last key that it asked for before it gave up.
    while read(&chosen).is_none() {
        let last = asked.borrow().last().cloned().unwrap();
        let next = chosen.entry(last).or_default();
        *next += 1;
        assert!(*next < candidates.len(), "{} takes nothing", shape.container);
    }
    let keys = asked.borrow().clone();
    for key in &keys {
        let fits = (0..candidates.len()).find(|n| {
            let mut tried = chosen.clone();
            tried.insert(key.clone(), *n);
            read(&tried).is_some_and(|out| out.iter().any(|(k, value)| k == key && *value == candidates[*n]))
        });
        chosen.insert(key.clone(), fits.unwrap_or_else(|| panic!("{} {key}", shape.container)));
    }
    keys.into_iter().map(|key| (key.clone(), candidates[chosen[&key]].clone())).collect()
}

pub fn noted(seconds: i64) -> Noted {
    Noted::now(NOON + seconds * 1000, None, member(RAN))
}

pub fn written(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Text(text) => ScalarValue::from(text.as_str()),
        Scalar::Number(number) => ScalarValue::Int(*number),
        Scalar::Time(ms) => ScalarValue::Timestamp(*ms),
        Scalar::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
        Scalar::Flag(flag) => ScalarValue::Boolean(*flag),
    }
}

/// Words that decide what a job's line says, so that random jobs get somewhere.
fn word(container: &str, key: &str, n: usize) -> Option<&'static str> {
    let of = |words: Vec<&'static str>| Some(words[n % words.len()]);
    match (container, key) {
        ("nodes", "kind") => of(NodeKind::ALL.iter().map(|w| w.word()).collect()),
        ("outcomes", "outcome") => of(JobOutcome::ALL.iter().map(|w| w.word()).collect()),
        ("custody", "step") => of(CustodyStep::ALL.iter().map(|w| w.word()).collect()),
        ("bench", "work") => of(BenchWork::ALL.iter().map(|w| w.word()).collect()),
        ("signatures", "for") => of(SignedFor::ALL.iter().map(|w| w.word()).collect()),
        ("approvals", "kind") => of(ApprovalKind::ALL.iter().map(|w| w.word()).collect()),
        _ => None,
    }
}

/// One thing that somebody does to their copy of a document.
#[derive(Debug, Clone)]
pub enum Stroke {
    /// A record of one of the kind's shapes.
    Add(usize, usize),
    /// The mark of what was taken back, on somebody's record; said or unsaid.
    Mark(usize, bool),
    /// A scalar under a composed key.
    Set(u8, u8),
    /// That scalar is gone again.
    Unset(u8),
    /// Everything that another one has is here now.
    Meet(usize),
}

pub fn stroke() -> impl Strategy<Value = Stroke> {
    prop_oneof![
        4 => (0usize..64, 0usize..64).prop_map(|(shape, n)| Stroke::Add(shape, n)),
        2 => (0usize..64, prop::bool::weighted(0.7)).prop_map(|(n, said)| Stroke::Mark(n, said)),
        3 => (0u8..3, 0u8..3).prop_map(|(key, value)| Stroke::Set(key, value)),
        1 => (0u8..3).prop_map(Stroke::Unset),
        2 => (0usize..3).prop_map(Stroke::Meet),
    ]
}

#[derive(Debug, Clone)]
pub struct Did {
    pub who: usize,
    pub knew: BTreeSet<usize>,
    pub stroke: Stroke,
    pub container: &'static str,
    pub key: String,
    /// `None` for a scalar, and for a record that was made whole.
    pub field: Option<&'static str>,
    pub kept: bool,
}

impl Did {
    /// Whether another change touched the same record or scalar.
    pub fn meets(&self, other: &Self) -> bool {
        let fields = matches!(self.stroke, Stroke::Add(..)) || self.field == other.field;
        fields && (self.container, &self.key) == (other.container, &other.key)
    }
}

/// Three people with a copy each.
pub struct Desks {
    pub papers: Vec<Paper>,
    /// What each has.
    pub known: Vec<BTreeSet<usize>>,
    pub made: Vec<Made>,
    /// Every record that was added, and every mark.
    pub added: Vec<(&'static Shape, ShortId)>,
    pub marked: BTreeSet<ShortId>,
    /// For each change: who made it, knowing which others, and what it touched.
    pub did: Vec<Did>,
    shapes: Vec<&'static Shape>,
    container: &'static str,
    strokes: u8,
}

/// A container of the kind that holds scalars.
fn scalar_container(kind: DocKind) -> &'static str {
    match kind {
        DocKind::Order => "marks",
        DocKind::Sheet => "fields",
        // Nothing of a request is a scalar; a stranger's program may write one all the same.
        DocKind::Request => "notes",
        _ => "about",
    }
}

impl Desks {
    pub fn open(kind: DocKind) -> Self {
        let actor = |n: u8| Actor::new(DeviceId([n; 8]), [n; 8]);
        let paper = |n: u8| Paper::blank(&a_document(kind), actor(n)).unwrap();
        Self {
            papers: (1..=3).map(paper).collect(),
            known: vec![BTreeSet::new(); 3],
            made: Vec::new(),
            added: Vec::new(),
            marked: BTreeSet::new(),
            did: Vec::new(),
            shapes: shapes_of(kind),
            container: scalar_container(kind),
            strokes: 0,
        }
    }

    /// Does it as one action, a second after the one before; returns whether there was anything to do.
    pub fn perform(&mut self, who: usize, stroke: &Stroke) -> bool {
        self.strokes += 1;
        let (seconds, strokes) = (i64::from(self.strokes), self.strokes);
        let at = noted(seconds);
        match stroke {
            Stroke::Meet(other) => {
                let new: Vec<usize> = self.known[*other].difference(&self.known[who]).copied().collect();
                let bytes: Vec<&[u8]> = new.iter().map(|n| self.made[*n].bytes.as_slice()).collect();
                self.papers[who].adopt(&bytes).unwrap();
                self.known[who].extend(new);
                false
            }
            Stroke::Add(shape, n) => {
                let shape = self.shapes[shape % self.shapes.len()];
                let id = ShortId::mint([strokes, 7, 7, 7, 7]);
                let scalars: Vec<(String, ScalarValue)> = full(shape)
                    .into_iter()
                    .map(|(key, value)| match word(shape.container, &key, *n) {
                        Some(word) => (key, ScalarValue::from(word)),
                        None => (key, written(&value)),
                    })
                    .collect();
                let add = |doc: &mut AutoCommit| add(doc, shape.container, id, at, &scalars);
                self.added.push((shape, id));
                let did = self.did(who, stroke, shape.container, id.to_string(), None, shape.kept);
                self.act(did, seconds, add)
            }
            Stroke::Mark(n, said) => {
                let here = |(shape, id): &&(&'static Shape, ShortId)| {
                    layout::facts(self.papers[who].doc(), shape.container).iter().any(|fact| fact.id == *id)
                };
                let here: Vec<(&'static Shape, ShortId)> = self.added.iter().filter(here).copied().collect();
                let Some((shape, id)) = here.get(n % here.len().max(1)).copied() else { return false };
                if *said && !shape.kept {
                    self.marked.insert(id);
                }
                let value = ScalarValue::Boolean(*said);
                let did = self.did(who, stroke, shape.container, id.to_string(), Some(REMOVED), shape.kept);
                self.act(did, seconds, |doc| layout::mark(doc, shape.container, id, REMOVED, value).map(|_found| ()))
            }
            Stroke::Set(key, value) => {
                let (container, key) = (self.container, format!("0F3H8TWC/k{key}"));
                let value = ScalarValue::from(format!("写法{value}"));
                let did = self.did(who, stroke, container, key.clone(), None, false);
                self.act(did, seconds, |doc| layout::set(doc, container, &key, value))
            }
            Stroke::Unset(key) => {
                let (container, key) = (self.container, format!("0F3H8TWC/k{key}"));
                let did = self.did(who, stroke, container, key.clone(), None, false);
                self.act(did, seconds, |doc| {
                    use automerge::transaction::Transactable;
                    let parent = layout::container(doc, container)?;
                    // Deleting what is not there is an error of Automerge's, and nothing to do here.
                    drop(doc.delete(&parent, key.as_str()));
                    Ok(())
                })
            }
        }
    }

    fn did(
        &self,
        who: usize,
        stroke: &Stroke,
        container: &'static str,
        key: String,
        field: Option<&'static str>,
        kept: bool,
    ) -> Did {
        Did { who, knew: self.known[who].clone(), stroke: stroke.clone(), container, key, field, kept }
    }

    fn act(
        &mut self,
        did: Did,
        seconds: i64,
        write: impl FnOnce(&mut AutoCommit) -> Result<(), layout::WriteError>,
    ) -> bool {
        let who = did.who;
        let made = self.papers[who].edit("stroke", NOON + seconds * 1000, write).unwrap();
        let done = made.is_some();
        if let Some(made) = made {
            self.known[who].insert(self.made.len());
            self.made.push(made);
            self.did.push(did);
        }
        done
    }

    /// The first one takes the order that this document is.
    pub fn take_order(&mut self) {
        let input = leaking_heater(&[member(RAN)]);
        let ids = [ShortId::mint([0, 9, 9, 9, 9])];
        let did = self.did(0, &Stroke::Set(0, 0), "marks", "order".to_owned(), None, true);
        self.act(did, 0, |doc| order::write(doc, &input, &ids, noted(0)));
    }

    /// Everybody has everything.
    pub fn meet(&mut self) {
        for _ in 0..2 {
            for who in 0..3 {
                for other in 0..3 {
                    self.perform(who, &Stroke::Meet(other));
                }
            }
        }
    }

    /// What everybody wrote, in this order, into a copy that knew nothing.
    pub fn rebuilt(&self, order: &[usize]) -> AutoCommit {
        let mut doc = AutoCommit::new();
        let births = birth::births(self.papers[0].id().kind()).iter().map(|birth| birth.bytes);
        let made = order.iter().map(|n| self.made[n % self.made.len()].bytes.as_slice());
        for bytes in births.chain(made) {
            doc.apply_changes([automerge::Change::from_bytes(bytes.to_vec()).unwrap()]).unwrap();
        }
        doc
    }
}

fn add(
    doc: &mut AutoCommit,
    container: &'static str,
    id: ShortId,
    noted: Noted,
    scalars: &[(String, ScalarValue)],
) -> Result<(), layout::WriteError> {
    // The keys of a record are known when it is compiled; here they were asked for.
    let scalars: Vec<Own> = scalars.iter().map(|(key, value)| (key.clone().leak() as &str, value.clone())).collect();
    layout::add(doc, container, id, noted, &scalars)
}

/// All that was written, in any order, some of it twice.
pub fn arrival(len: usize) -> impl Strategy<Value = Vec<usize>> {
    let once: Vec<usize> = (0..len).collect();
    (Just(once).prop_shuffle(), prop::collection::vec(any::<prop::sample::Index>(), 0..len + 1)).prop_map(
        move |(mut order, again)| {
            for index in again.iter().filter(|_| len > 0) {
                order.insert(index.index(order.len()), index.index(len));
            }
            order
        },
    )
}

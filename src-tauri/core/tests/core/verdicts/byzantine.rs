//! A sheet that honest and hostile devices write: every change of it, whether it is to be taken, and the runs that they
//! make.

use std::collections::BTreeMap;

use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use doorstep::documents::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{ChangeHash, DocId, DocKind, JobId, OutletId};
use proptest::prelude::*;

use crate::cast::{Forger, NOON, RAN, Run, altered, member};

#[derive(Debug, Clone, Copy)]
pub enum Deed {
    Field(u8),
    Fact,
    Many(u8),
    /// Takes in what another has written, if that may be taken.
    Meet(usize),
    /// The same, of whatever stands there.
    Rest(usize),
    HighStart,
    LowStart,
    Unlinked,
    Uproot,
    Poison,
    Malformed,
    Unknown(usize),
    Stray(usize),
    /// Another change for the same place, for somebody's hand only.
    Fork,
}

pub fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => any::<u8>().prop_map(Deed::Field),
        4 => Just(Deed::Fact),
        1 => any::<u8>().prop_map(Deed::Many),
        6 => (0..AUTHORS).prop_map(Deed::Meet),
        1 => (0..AUTHORS).prop_map(Deed::Rest),
        1 => Just(Deed::HighStart),
        1 => Just(Deed::LowStart),
        1 => Just(Deed::Unlinked),
        1 => Just(Deed::Uproot),
        1 => Just(Deed::Poison),
        1 => Just(Deed::Malformed),
        1 => (0..AUTHORS).prop_map(Deed::Unknown),
        1 => (0..AUTHORS).prop_map(Deed::Stray),
        1 => Just(Deed::Fork),
    ]
}

pub const AUTHORS: usize = 3;

struct Author {
    forger: Forger,
    /// What an honest program shows at this device: nothing that is not to be taken.
    doc: AutoCommit,
    run: Vec<(ChangeHash, Vec<u8>)>,
    /// From this place on the run has another branch, in somebody's hand.
    fork: Option<Vec<(ChangeHash, Vec<u8>)>>,
    fallen: bool,
}

pub struct World {
    outlet: OutletId,
    pub doc: DocId,
    authors: Vec<Author>,
    /// Whether a change is to be taken, by its hash.
    pub good: BTreeMap<ChangeHash, bool>,
    facts: u32,
}

fn container(doc: &AutoCommit, name: &str) -> ObjId {
    doc.get(ROOT, name).unwrap().unwrap().1
}

impl World {
    pub fn new(outlet: OutletId, job: JobId) -> Self {
        let born = birth::make(DocKind::Sheet).concat();
        let authors = (0..AUTHORS).map(|n| {
            let forger = Forger::new(60 + n as u8);
            let doc = AutoCommit::load(&born).unwrap().with_actor(ActorId::from(forger.actor.0));
            Author { forger, doc, run: Vec::new(), fork: None, fallen: false }
        });
        Self { outlet, doc: DocId::Sheet(job), authors: authors.collect(), good: BTreeMap::new(), facts: 0 }
    }

    pub fn forgers(&self) -> impl Iterator<Item = &Forger> {
        self.authors.iter().map(|author| &author.forger)
    }

    /// Nobody's fork goes on where the log's branch ends: it would only be the next change.
    pub fn finish(&mut self) {
        for who in 0..AUTHORS {
            while self.authors[who].fork.as_ref().is_some_and(|fork| fork.len() > self.authors[who].run.len()) {
                self.perform(who, Deed::Field(0));
            }
        }
    }

    /// Every run with its author's honest signature.
    pub fn runs(&self) -> Vec<Run> {
        let runs = self.authors.iter().filter(|author| !author.run.is_empty());
        runs.map(|author| self.signed(author, author.run.clone())).collect()
    }

    /// Runs whose end is another one than the log's.
    pub fn forks(&self) -> Vec<Run> {
        self.authors.iter().filter_map(|author| Some(self.signed(author, author.fork.clone()?))).collect()
    }

    fn signed(&self, author: &Author, changes: Vec<(ChangeHash, Vec<u8>)>) -> Run {
        author.forger.signed(self.outlet, &self.doc, changes.into_iter().map(|(_, bytes)| bytes).collect())
    }

    pub fn perform(&mut self, who: usize, deed: Deed) {
        match deed {
            Deed::Meet(other) => return self.meet(who, other),
            Deed::Stray(other) => return self.stray(who, other),
            _ => {}
        }
        let hangs = matches!(deed, Deed::Field(_) | Deed::Fact | Deed::Many(_) | Deed::Rest(_) | Deed::Fork);
        if self.authors[who].fallen && !hangs {
            return;
        }
        let before = self.authors[who].doc.clone();
        let made = self.change(who, deed);
        let author = &mut self.authors[who];
        let Some((mut bytes, fits)) = made else {
            author.doc = before;
            return;
        };
        let last = author.run.last().map(|(hash, _)| *hash);
        if author.fallen {
            // The honest document has nothing of what fell: the next change is hung on by hand.
            let seq = author.run.len() as u64 + 1;
            bytes = altered(&bytes, |change| {
                change.seq = seq;
                change.deps.retain(|dep| Some(*dep) != last);
                change.deps.extend(last);
            });
        }
        let hash = Change::hash_of(&bytes).unwrap();
        if let Deed::Fork = deed {
            author.doc = before;
            let mut branch = author.run.clone();
            branch.push((hash, bytes));
            author.fork.get_or_insert(branch);
            return;
        }
        let good = fits && !author.fallen;
        author.run.push((hash, bytes));
        author.fallen |= !good;
        if !good {
            author.doc = before;
        }
        self.good.insert(hash, good);
    }

    /// The next change of this author, and whether it fits.
    fn change(&mut self, who: usize, deed: Deed) -> Option<(Vec<u8>, bool)> {
        self.facts += 1;
        let id = format!("{:08}", self.facts);
        let other = match deed {
            Deed::Rest(other) => self.authors[other].run.last().map(|(hash, _)| *hash),
            _ => None,
        };
        let theirs = match deed {
            Deed::Unknown(other) => Some(self.authors[other].doc.clone()),
            _ => None,
        };
        let author = &mut self.authors[who];
        let doc = &mut author.doc;
        let fields = container(doc, "fields");
        let heads = doc.get_heads();
        let write = |doc: &mut AutoCommit, n: u32| {
            doc.put(container(doc, "fields"), format!("0000000{}/cause", n % 4), format!("第{n}遍")).unwrap();
        };
        let facts = self.facts;
        let plain = |doc: &mut AutoCommit| {
            doc.commit();
            doc.get_last_local_change().unwrap().raw_bytes().to_vec()
        };
        Some(match deed {
            Deed::Field(n) => {
                write(doc, u32::from(n));
                doc.put(&fields, "x", i64::from(facts)).unwrap();
                (plain(doc), true)
            }
            Deed::Fork => {
                write(doc, facts);
                doc.put(&fields, "fork", i64::from(facts)).unwrap();
                (plain(doc), true)
            }
            Deed::Fact => {
                let fact = doc.put_object(container(doc, "nodes"), id.as_str(), ObjType::Map).unwrap();
                doc.put(&fact, "kind", "departed").unwrap();
                doc.put(&fact, "by", member(RAN).as_str()).unwrap();
                doc.put(&fact, "at", ScalarValue::Timestamp(NOON)).unwrap();
                (plain(doc), true)
            }
            Deed::Many(n) => {
                (0..u32::from(n) * 4 + 1).for_each(|k| doc.put(&fields, format!("n{k}"), i64::from(facts)).unwrap());
                (plain(doc), true)
            }
            Deed::Rest(_) => {
                let hash = other?;
                write(doc, facts);
                doc.put(&fields, "x", i64::from(facts)).unwrap();
                let fits = self.good[&hash];
                if fits {
                    return Some((plain(doc), true));
                }
                (altered(&plain(doc), |change| change.deps.push(hash)), false)
            }
            Deed::HighStart | Deed::LowStart => {
                doc.put(&fields, "y", i64::from(facts)).unwrap();
                let high = matches!(deed, Deed::HighStart);
                (altered(&plain(doc), |c| c.start_op = if high { c.start_op + 1 } else { c.start_op - 1 }), false)
            }
            Deed::Unlinked => {
                let last = author.run.last().map(|(hash, _)| *hash)?;
                doc.put(&fields, "z", i64::from(facts)).unwrap();
                let births = birth::make(DocKind::Sheet);
                let born = Change::parse(births.last().unwrap()).unwrap().hash;
                let bytes = altered(&plain(doc), |change| change.deps = vec![born]);
                assert!(!Change::parse(&bytes).unwrap().deps.contains(&last));
                (bytes, false)
            }
            Deed::Uproot => {
                doc.delete(ROOT, "photos").unwrap();
                (plain(doc), false)
            }
            Deed::Poison => {
                // It replaces what stands under another key.
                doc.get(&fields, "x").unwrap()?;
                doc.put(&fields, "x", i64::from(facts)).unwrap();
                const ANOTHER: &[u8] = &[0x7f, 1, b'w'];
                let bent = altered(&plain(doc), |c| {
                    c.columns.iter_mut().filter(|(spec, _)| *spec == 0x15).for_each(|(_, data)| *data = ANOTHER);
                });
                (bent, false)
            }
            Deed::Malformed => {
                doc.put(&fields, "m", i64::from(facts)).unwrap();
                const A_COUNTER: &[u8] = &[0x7f, 5];
                let bent = altered(&plain(doc), |c| {
                    c.columns.iter_mut().filter(|(spec, _)| *spec == 0x42).for_each(|(_, data)| *data = A_COUNTER);
                });
                (bent, false)
            }
            Deed::Unknown(_) => {
                // Into a map that somebody made and that this change's history does not hold.
                let mut theirs = theirs?;
                let known = doc.clone();
                let nodes = container(&theirs, "nodes");
                let key = theirs
                    .keys(&nodes)
                    .find(|key| known.get(container(&known, "nodes"), key.as_str()).unwrap().is_none())?;
                let mut both = doc.clone();
                both.merge(&mut theirs).unwrap();
                let (_, fact) = both.get(&nodes, key.as_str()).unwrap()?;
                both.put(&fact, "at", 5i64).unwrap();
                both.commit();
                let bytes = both.get_last_local_change().unwrap().raw_bytes().to_vec();
                doc.put(&fields, "u", 1i64).unwrap();
                let start = Change::parse(&plain(doc)).unwrap().start_op;
                let heads: Vec<ChangeHash> = heads.iter().map(|hash| ChangeHash(hash.0)).collect();
                let bent = altered(&bytes, |change| {
                    change.deps = heads;
                    change.start_op = start;
                });
                (bent, false)
            }
            Deed::Meet(_) | Deed::Stray(_) => return None,
        })
    }

    fn meet(&mut self, who: usize, other: usize) {
        if who == other {
            return;
        }
        let mut theirs = self.authors[other].doc.clone();
        self.authors[who].doc.merge(&mut theirs).unwrap();
    }

    /// Somebody else's bytes, signed as one's own next change.
    fn stray(&mut self, who: usize, other: usize) {
        let Some(theirs) = self.authors[other].run.last().cloned().filter(|_| who != other) else { return };
        let author = &mut self.authors[who];
        author.run.push(theirs);
        author.fallen = true;
    }
}

//! A document in hand: opened from its changes, edited by one action at a time, grown by others' changes.
//!
//! Foreign changes are applied to a copy inside `catch_unwind` and tried before they are taken: Automerge is not safe
//! on hostile bytes, and one bad device must not brick every device that reads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc, Value};
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, DocKind};

use super::birth as birth_layout;
use super::lineage::{Lineage, Misfit};

/// Why a document can't be opened or a change not taken.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error("a change can't be read")]
    Unreadable(#[source] automerge::LoadChangeError),
    #[error("a change can't be applied")]
    Unappliable(#[source] Box<automerge::AutomergeError>),
    #[error("a change made the document panic")]
    Panicked,
    #[error("a change left the document unable to be edited, saved or read back")]
    Poisonous,
    #[error("a change removed or replaced a container that the birth made")]
    Uprooted,
    #[error("a part of this version of the document is not here")]
    NotAllHere,
    #[error("a change that is part of the document does not fit its history")]
    History(#[from] Misfit),
}

/// A change fresh from an edit.
#[derive(Debug, Clone)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub hash: ChangeHash,
}

/// An open document.
#[derive(Debug, Clone)]
pub struct Paper {
    id: DocId,
    doc: AutoCommit,
    /// Read when others' work is judged, and kept for the next.
    lineage: Option<Box<Lineage>>,
}

impl Paper {
    /// The document as its births leave it.
    pub fn blank(id: &DocId, actor: Actor) -> Result<Self, PaperError> {
        // Born once a program: to apply births again costs more than to copy what they left.
        static BORN: Mutex<BTreeMap<DocKind, AutoCommit>> = Mutex::new(BTreeMap::new());
        let known = BORN.lock().unwrap_or_else(PoisonError::into_inner).get(&id.kind()).cloned();
        let doc = match known {
            Some(doc) => doc,
            None => {
                let mut born = Self { id: id.clone(), doc: AutoCommit::new(), lineage: None };
                for birth in birth::births(id.kind()) {
                    born.apply(vec![read(birth.bytes)?])?;
                }
                BORN.lock().unwrap_or_else(PoisonError::into_inner).insert(id.kind(), born.doc.clone());
                born.doc
            }
        };
        Ok(Self { id: id.clone(), doc: doc.with_actor(ActorId::from(actor.0)), lineage: None })
    }

    /// From a saved copy and the changes that came after it, all of them judged before.
    pub fn open(id: &DocId, actor: Actor, saved: Option<&[u8]>, later: &[Vec<u8>]) -> Result<Self, PaperError> {
        let mut paper = match saved {
            Some(saved) => {
                let doc = AutoCommit::load(saved).map_err(|e| PaperError::Unappliable(Box::new(e)))?;
                let mut paper = Self { id: id.clone(), doc: doc.with_actor(ActorId::from(actor.0)), lineage: None };
                // A copy that an earlier version saved has fewer containers.
                if !rooted(&paper.doc, id.kind()) {
                    let births = birth::births(id.kind()).iter().map(|birth| read(birth.bytes));
                    paper.apply(births.collect::<Result<_, _>>()?)?;
                }
                paper
            }
            None => Self::blank(id, actor)?,
        };
        let later = later.iter().map(|bytes| read(bytes)).collect::<Result<Vec<_>, _>>()?;
        paper.apply(later)?;
        Ok(paper)
    }

    pub fn id(&self) -> &DocId {
        &self.id
    }

    /// What a reader makes of the document.
    pub fn read<T>(&self, reader: impl FnOnce(&AutoCommit) -> T) -> T {
        reader(&self.doc)
    }

    pub fn doc(&self) -> &AutoCommit {
        &self.doc
    }

    /// The document for readers of its past: Automerge lends old changes only to whoever could write.
    pub(super) fn doc_mut(&mut self) -> &mut AutoCommit {
        &mut self.doc
    }

    /// Whether all changes that these heads name are part of the document here.
    pub fn holds(&mut self, heads: &[ChangeHash]) -> Result<(), PaperError> {
        let here = |hash: &ChangeHash| self.doc.get_change_meta_by_hash(&automerge::ChangeHash(hash.0)).is_some();
        if heads.iter().all(here) { Ok(()) } else { Err(PaperError::NotAllHere) }
    }

    /// The document as it stood at older heads.
    pub fn fork_at(&mut self, heads: &[ChangeHash]) -> Result<AutoCommit, PaperError> {
        self.holds(heads)?;
        let heads: Vec<_> = heads.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
        self.doc.fork_at(&heads).map_err(|e| PaperError::Unappliable(Box::new(e)))
    }

    fn apply(&mut self, changes: Vec<Change>) -> Result<(), PaperError> {
        self.doc.apply_changes(changes).map_err(|e| PaperError::Unappliable(Box::new(e)))
    }

    /// One action: at most one change, its message the action's short code. `None` when nothing was different.
    pub fn edit<E>(
        &mut self,
        action: &str,
        at_ms: i64,
        write: impl FnOnce(&mut AutoCommit) -> Result<(), E>,
    ) -> Result<Option<Made>, E> {
        if let Err(error) = write(&mut self.doc) {
            self.doc.rollback();
            return Err(error);
        }
        if self.doc.pending_ops() == 0 {
            return Ok(None);
        }
        self.doc.commit_with(CommitOptions::default().with_message(action).with_time(at_ms / 1000));
        let made = self
            .doc
            .get_last_local_change()
            .map(|change| Made { bytes: change.raw_bytes().to_vec(), hash: ChangeHash(change.hash().0) });
        if let (Some(lineage), Some(made)) = (&mut self.lineage, &made)
            && !parse(&made.bytes).is_ok_and(|change| lineage.take(&change).is_ok())
        {
            self.lineage = None;
        }
        Ok(made)
    }

    /// What every change of the document knew, to judge others by. It is lent until
    /// [`Paper::keep_lineage`].
    pub fn lineage(&mut self) -> Result<Box<Lineage>, PaperError> {
        if let Some(lineage) = self.lineage.take() {
            return Ok(lineage);
        }
        let mut lineage = Box::new(Lineage::new(self.id.kind()));
        for change in self.doc.get_changes(&[]) {
            lineage.take(&parse(change.raw_bytes())?)?;
        }
        Ok(lineage)
    }

    /// Takes somebody's changes: on a copy, tried by an edit, a save and a reload, then for good. All or none.
    pub fn adopt(&mut self, bytes: &[&[u8]]) -> Result<(), PaperError> {
        self.doc = tried(&self.doc, self.id.kind(), bytes)?;
        self.lineage = None;
        Ok(())
    }

    /// Gives back what was lent, with what the document holds by now.
    pub fn keep_lineage(&mut self, lineage: Box<Lineage>) {
        self.lineage = Some(lineage);
    }

    /// Whether a change can be taken where nothing but its own history is.
    pub fn try_alone(&mut self, deps: &[ChangeHash], bytes: &[u8]) -> Result<(), PaperError> {
        let history = self.fork_at(deps)?;
        tried(&history, self.id.kind(), &[bytes]).map(drop)
    }

    pub fn heads(&mut self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> = self.doc.get_heads().into_iter().map(|h| ChangeHash(h.0)).collect();
        heads.sort();
        heads
    }

    pub fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }
}

fn read(bytes: &[u8]) -> Result<Change, PaperError> {
    Change::from_bytes(bytes.to_vec()).map_err(PaperError::Unreadable)
}

fn parse(bytes: &[u8]) -> Result<doorstep_schemas::change::Change<'_>, Misfit> {
    Ok(doorstep_schemas::change::Change::parse(bytes)?)
}

/// A copy with the changes in it, once it has shown that it can still be edited, saved and read back.
fn tried(doc: &AutoCommit, kind: DocKind, bytes: &[&[u8]]) -> Result<AutoCommit, PaperError> {
    let changes = bytes.iter().map(|bytes| read(bytes)).collect::<Result<Vec<_>, _>>()?;
    catch_unwind(AssertUnwindSafe(|| try_out(doc, kind, &changes))).unwrap_or(Err(PaperError::Panicked))
}

fn try_out(doc: &AutoCommit, kind: DocKind, changes: &[Change]) -> Result<AutoCommit, PaperError> {
    let mut copy = doc.clone();
    copy.apply_changes(changes.iter().cloned()).map_err(|e| PaperError::Unappliable(Box::new(e)))?;
    if !changes.iter().all(|change| copy.get_change_by_hash(&change.hash()).is_some()) {
        // One waits inside for a parent that the caller said is here.
        return Err(PaperError::Poisonous);
    }
    if rooted(doc, kind) && !rooted(&copy, kind) {
        return Err(PaperError::Uprooted);
    }
    let mut trial = copy.clone();
    let edited = trial.put(ROOT, "~trial", true).is_ok() && trial.commit().is_some();
    let heads = trial.get_heads();
    // What is thrown away is not worth compressing.
    let saved = trial.save_nocompress();
    let mut again = AutoCommit::load(&saved).map_err(|e| PaperError::Unappliable(Box::new(e)))?;
    if edited && again.get_heads() == heads { Ok(copy) } else { Err(PaperError::Poisonous) }
}

/// Whether every container is the birth's own and the only one of its name. Whoever deletes or replaces one would hide
/// everybody's work in it, and no honest program does.
fn rooted(doc: &AutoCommit, kind: DocKind) -> bool {
    birth_layout::containers(kind).all(|name| match doc.get_all(ROOT, name).as_deref() {
        Ok([(Value::Object(ObjType::Map), ObjId::Id(_, maker, _))]) => maker.to_bytes() == birth::ACTOR.0,
        _ => false,
    })
}

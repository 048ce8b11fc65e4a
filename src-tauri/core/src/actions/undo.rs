//! Undoing an action by its id, in every document that it touched or in none.

use doorstep_schemas::ids::{Actor, DocId, DocKind, MemberId};
use doorstep_schemas::input::Undo;
use doorstep_schemas::view::{JobView, Millis};

use super::history::{Known, papers};
use super::{Actions, JobError};
use crate::documents::history::ActionId;
use crate::documents::undo::{self, Inverse, NotUndone};
use crate::store::{Edit, Store, StoreError};

/// Why an action stays as it was done.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error("{0:?} is no action that can be found here")]
    Unknown(String),
    #[error("a record of {0:?} is evidence: it is put right by another one, not undone")]
    Evidence(String),
    /// Whoever wrote later would lose what they wrote.
    #[error("{by} has changed it since, by {code:?}")]
    Overtaken { by: String, at: Millis, code: String },
    #[error("it was somebody else's action")]
    NotYours,
    #[error("only an owner writes this document")]
    OwnerOnly,
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Actions that write what is no evidence. An undo is undone as well.
const MAY_BE: [&str; 8] =
    ["answer_service", "assign", "remark", "remove_part", "set_window", "undo", "use_part", "write_field"];

/// Whether an action of this code is of a kind that can be undone.
pub(super) fn may_be(code: &str) -> bool {
    MAY_BE.contains(&code)
}

impl From<StoreError> for UndoError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Undoes an action of a job, as a new action that can be undone itself.
    pub fn undo(&self, input: &Undo) -> Result<JobView, UndoError> {
        let mut store = self.shelf.store();
        self.undo_among(&mut store, &papers(input.job), &input.action)?;
        Ok(self.view(&mut store, input.job)?)
    }

    /// Undoes an action that one of these documents holds, in all documents that it touched.
    pub fn undo_in(&self, docs: &[DocId], action: &str) -> Result<(), UndoError> {
        self.undo_among(&mut self.shelf.store(), docs, action)
    }

    pub(super) fn undo_among(&self, store: &mut Store, docs: &[DocId], action: &str) -> Result<(), UndoError> {
        let unknown = || UndoError::Unknown(action.to_owned());
        let id: ActionId = action.parse().map_err(|_not_an_id| unknown())?;
        let (first, actor) = find(store, docs, id)?.ok_or_else(unknown)?;
        let touched = match id {
            ActionId::One(_) => vec![first],
            ActionId::Several(short) => store.docs_of_action(actor, short)?,
        };
        let me = Self::enrolment(store)?.member;
        let mut inverses: Vec<(DocId, Inverse)> = Vec::new();
        for doc in touched {
            // A text of this document may only have looked like the action's id.
            if store.past(&doc, |paper| undo::author(paper, id))?.flatten() != Some(actor) {
                continue;
            }
            self.allow(store, &doc, actor, me)?;
            match store.past(&doc, |paper| undo::inverse(paper, id))? {
                Some(Ok(inverse)) => inverses.push((doc, inverse)),
                Some(Err(NotUndone::Unknown)) | None => return Err(unknown()),
                Some(Err(NotUndone::Evidence(container))) => return Err(UndoError::Evidence(container)),
                Some(Err(NotUndone::Overtaken { actor, at_ms, code })) => {
                    let (by, _) = Known::of(store, self.nature.now_ms())?.names(None, actor);
                    return Err(UndoError::Overtaken { by, at: Millis(at_ms), code });
                }
            }
        }
        let at_ms = self.nature.now_ms();
        let mut edits: Vec<(DocId, Edit<'_>)> = Vec::new();
        for (doc, inverse) in &inverses {
            edits.push((doc.clone(), Box::new(|paper| inverse.write(paper))));
        }
        store.act_many(edits, ("undo", self.mint()), at_ms, |_| Ok(()))?;
        inverses.iter().filter_map(|(doc, _)| doc.job()).for_each(|job| self.changed(job));
        Ok(())
    }

    /// One's own actions, where one may write; in the documents that owners write, any owner's.
    fn allow(&self, store: &mut Store, doc: &DocId, author: Actor, me: MemberId) -> Result<(), UndoError> {
        let own = Known::of(store, self.nature.now_ms())?.author(author) == Some(me);
        match doc.kind() {
            DocKind::Order | DocKind::Stock | DocKind::Desk | DocKind::Roster | DocKind::Catalogue => {
                if store.is_owner(me)? { Ok(()) } else { Err(UndoError::OwnerOnly) }
            }
            _ if !own => Err(UndoError::NotYours),
            DocKind::Sheet => {
                let job = doc.job().ok_or(UndoError::NotYours)?;
                self.open_job(store, job)?;
                Ok(())
            }
            // A member's own; nobody else has written it.
            DocKind::Request => Ok(()),
        }
    }
}

/// The first of the documents that holds the action, and whose run did it.
fn find(store: &mut Store, docs: &[DocId], id: ActionId) -> Result<Option<(DocId, Actor)>, StoreError> {
    for doc in docs {
        if let Some(actor) = store.past(doc, |paper| undo::author(paper, id))?.flatten() {
            return Ok(Some((doc.clone(), actor)));
        }
    }
    Ok(None)
}

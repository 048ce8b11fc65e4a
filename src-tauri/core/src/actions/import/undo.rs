//! Taking an import back: its orders are cancelled, but for those that somebody has worked on since.

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::UndoImport;
use doorstep_schemas::view::ImportUndone;

use super::take::{BATCH, act};
use super::{IMPORTS, ImportError};
use crate::actions::Actions;
use crate::documents;
use crate::store::Edit;
use crate::tasks::{Step, Watcher};

/// Letters of the reason.
const MOST_REASON: usize = 120;
/// Orders that are named.
const MOST_NAMED: usize = 100;

impl Actions {
    /// Cancels the orders of an import that nobody has touched, a batch a transaction; says which stay.
    pub fn undo_import(&self, input: &UndoImport, watcher: &mut impl Watcher) -> Result<ImportUndone, ImportError> {
        let unknown = || ImportError::Unknown(input.import.clone());
        let imports = self.remembered_imports()?;
        let import =
            imports.into_iter().find(|import| import.clone().view().import == input.import).ok_or_else(unknown)?;
        let reason: String = input.reason.chars().take(MOST_REASON).collect();
        let jobs: Vec<JobId> = {
            let store = self.looking()?;
            self.owner(&store)?;
            store.docs_of_action(import.actor, import.id)?.iter().filter_map(DocId::job).collect()
        };
        let mut done = ImportUndone { cancelled: 0, kept: 0, kept_names: Vec::new(), stopped: false };
        let of = u64::try_from(jobs.len()).ok();
        for batch in jobs.chunks(BATCH) {
            if watcher.step(Step { done: u64::from(done.cancelled + done.kept), of, bytes: 0 }).is_err() {
                done.stopped = true;
                return Ok(done);
            }
            let cancelled = self.cancel_batch(batch, &reason, &mut done)?;
            let _ = self.events.send(CoreEvent::JobsChanged { jobs: cancelled });
        }
        self.shelf.store().forget_choice(IMPORTS, &import.to_text())?;
        Ok(done)
    }

    fn cancel_batch(&self, jobs: &[JobId], reason: &str, done: &mut ImportUndone) -> Result<Vec<JobId>, ImportError> {
        let mut store = self.shelf.store();
        let noted = self.owner(&store)?;
        let mut cancelled = Vec::new();
        for job in jobs {
            if store.untouched(*job)? {
                cancelled.push(*job);
                continue;
            }
            // Taken back before it was stopped, or erased: nothing of it is to be looked at.
            let Some(row) = store.job_row(*job)?.filter(|row| !row.figures.cancelled) else { continue };
            done.kept += 1;
            if done.kept_names.len() < MOST_NAMED {
                done.kept_names.push(row.card.customer);
            }
        }
        let mut edits: Vec<(DocId, Edit<'_>)> = Vec::with_capacity(cancelled.len());
        for job in &cancelled {
            edits.push((DocId::Order(*job), Box::new(move |doc| documents::order::cancel(doc, reason))));
        }
        if !edits.is_empty() {
            act(&mut store, edits, ("undo_import", self.mint()), noted.at_ms)?;
        }
        done.cancelled += u32::try_from(cancelled.len()).unwrap_or(0);
        Ok(cancelled)
    }
}

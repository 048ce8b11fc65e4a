//! Bringing the rows in, a batch a transaction.

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{ImportOrders, TakeOrder};
use doorstep_schemas::view::{ImportDone, OrderColumn, RowState};

use super::picked::Picked;
use super::plan::{self, lacking, mapping_key, to_letters};
use super::{IMPORTS, Import, ImportError, MOST_NAME};
use crate::actions::Actions;
use crate::documents::{self, history::message_of};
use crate::domain::import::columns;
use crate::nature::random;
use crate::store::{Edit, Store, StoreError};
use crate::tasks::{Step, Watcher};

/// Orders of one transaction. Others wait for the store no longer than it takes.
pub(super) const BATCH: usize = 100;

impl Actions {
    /// Takes the orders of a table that are not here yet. Between two batches it can be stopped; what was taken stays, and
    /// the same file goes on where it stopped.
    pub fn import_orders(&self, input: &ImportOrders, watcher: &mut impl Watcher) -> Result<ImportDone, ImportError> {
        let lacking = lacking(&input.columns);
        if !lacking.is_empty() {
            return Err(ImportError::Lacking(lacking));
        }
        let now = self.nature.now_ms();
        let rules = self.import_rules()?;
        let markers = rules.at(now).dispatch_markers();
        let Picked { sheet, head, file, .. } =
            Picked::of(&input.base64, input.sheet, |rows| columns::head_row(rows, &markers))?;
        let actor = {
            let mut store = self.looking()?;
            store.remember_choice(&mapping_key(&head), &to_letters(&input.columns, OrderColumn::ALL), now)?;
            store.actor()
        };
        let planned = self.planned(&rules, &sheet, &input.columns, now)?;
        let count = |state| u32::try_from(planned.iter().filter(|row| row.state == state).count()).unwrap_or(u32::MAX);
        let mut done = ImportDone {
            import: None,
            taken: 0,
            alike: 0,
            here: count(RowState::Here),
            wrong: count(RowState::Wrong),
            stopped: false,
        };
        let left =
            planned.iter().filter(|row| row.state == RowState::Alike && !input.anyway.contains(&row.row)).count();
        done.alike = u32::try_from(left).unwrap_or(u32::MAX);
        let wanted = |row: &plan::Planned| match row.state {
            RowState::Ready => true,
            RowState::Alike => input.anyway.contains(&row.row),
            RowState::Here | RowState::Wrong => false,
        };
        let orders: Vec<TakeOrder> = planned.into_iter().filter(wanted).map(|row| row.order).collect();
        if orders.is_empty() {
            return Ok(done);
        }
        let of = u64::try_from(orders.len()).ok();
        let name = input.name.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
        let mut import = Import { actor, id: self.mint(), at_ms: now, orders: 0, file, name };
        for batch in orders.chunks(BATCH) {
            if watcher.step(Step { done: done.taken.into(), of, bytes: 0 }).is_err() {
                done.stopped = true;
                break;
            }
            // Noted before it is done: a kill behind it leaves an import that can be taken back.
            import = self.note_import(import, done.taken + u32::try_from(batch.len()).unwrap_or(0))?;
            let jobs = self.take_batch(batch, import.id)?;
            done.taken += u32::try_from(jobs.len()).unwrap_or(0);
            let _ = self.events.send(CoreEvent::JobsChanged { jobs });
        }
        done.import = (done.taken > 0).then(|| format!("{}.{}", import.actor, import.id));
        Ok(done)
    }

    /// Remembers how far the import is, in place of what was remembered of it.
    fn note_import(&self, before: Import, orders: u32) -> Result<Import, ImportError> {
        let mut store = self.shelf.store();
        let (said, text) = (before.orders > 0, before.to_text());
        let after = Import { orders, ..before };
        store.remember_choice(IMPORTS, &after.to_text(), after.at_ms)?;
        if said {
            store.forget_choice(IMPORTS, &text)?;
        }
        Ok(after)
    }

    fn take_batch(&self, orders: &[TakeOrder], id: ShortId) -> Result<Vec<JobId>, ImportError> {
        let mut store = self.shelf.store();
        let noted = self.owner(&store)?;
        let now = u64::try_from(noted.at_ms).unwrap_or(0);
        let mut jobs = Vec::with_capacity(orders.len());
        let mut edits: Vec<(DocId, Edit<'_>)> = Vec::with_capacity(orders.len());
        for order in orders {
            let job = JobId::mint(now, random(self.nature.as_ref()));
            let ids: Vec<ShortId> = order.appliances.iter().map(|_| self.mint()).collect();
            jobs.push(job);
            edits.push((DocId::Order(job), Box::new(move |doc| documents::order::write(doc, order, &ids, noted))));
        }
        act(&mut store, edits, ("import_orders", id), noted.at_ms)?;
        Ok(jobs)
    }
}

/// One action whose changes all carry its id, also where it is one alone.
pub(super) fn act(
    store: &mut Store,
    mut edits: Vec<(DocId, Edit<'_>)>,
    (code, id): (&str, ShortId),
    at_ms: i64,
) -> Result<(), StoreError> {
    if edits.len() == 1
        && let Some((doc, edit)) = edits.pop()
    {
        store.act(&doc, &message_of(code, id), at_ms, edit, |_| Ok(()))?;
        return Ok(());
    }
    store.act_many(edits, (code, id), at_ms, |_| Ok(()))?;
    Ok(())
}

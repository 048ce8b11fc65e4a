//! Computes the read models anew: lists, search, sums. In batches, so that it can be watched, stopped and gone on with.

use std::collections::BTreeSet;

use doorstep_schemas::event::Task;
use doorstep_schemas::ids::{DocId, JobId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::index::Texts;
use super::listed::shape;
use super::{Store, StoreError, index, packs, settings, views};
use crate::tasks::{Step, Watcher};

const STANDING: &str = "views";
/// Jobs of one transaction.
const BATCH: usize = 200;

/// What the read models are.
#[derive(Serialize, Deserialize)]
struct Standing {
    shape: String,
    /// The last job that was computed, while some are yet to be.
    up_to: Option<JobId>,
    whole: bool,
}

impl Store {
    /// Empties read models that another version wrote.
    pub(super) fn let_go_of_other_views(&mut self) -> Result<(), StoreError> {
        let standing: Option<Standing> = settings::get_json(&self.db, STANDING)?;
        if standing.is_none_or(|standing| standing.shape != shape()) {
            let tx = self.db.transaction()?;
            index::empty(&tx)?;
            put_standing(&tx, None, false)?;
            tx.commit()?;
        }
        Ok(())
    }

    /// Computes what is missing of the read models, where another version wrote them or this was stopped half-way.
    pub fn renew_views(&mut self, watcher: &mut dyn Watcher, now_ms: i64) -> Result<(), StoreError> {
        match settings::get_json::<Standing>(&self.db, STANDING)? {
            Some(Standing { whole: true, .. }) => Ok(()),
            standing => {
                watcher.turn_to(Task::Rebuild);
                self.compute_views(standing.and_then(|standing| standing.up_to), watcher, now_ms)
            }
        }
    }

    /// Empties the read models and computes them from the documents. Stopped half-way, lists are short until the next
    /// [`Store::renew_views`], which goes on where it stopped; opening does.
    pub fn rebuild_views(&mut self, watcher: &mut dyn Watcher, now_ms: i64) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        index::empty(&tx)?;
        put_standing(&tx, None, false)?;
        tx.commit()?;
        self.compute_views(None, watcher, now_ms)
    }

    fn compute_views(
        &mut self,
        up_to: Option<JobId>,
        watcher: &mut dyn Watcher,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let jobs: Vec<JobId> = jobs(&self.db)?.into_iter().collect();
        let of = u64::try_from(jobs.len()).ok();
        let mut done = jobs.partition_point(|job| Some(*job) <= up_to);
        while done < jobs.len() {
            watcher.step(Step { done: done as u64, of, bytes: 0 })?;
            let batch = &jobs[done..jobs.len().min(done + BATCH)];
            done += batch.len();
            let tx = self.db.transaction()?;
            for job in batch {
                views::refresh(&tx, &mut self.papers, &self.rules, *job, now_ms, Texts::Now)?;
            }
            put_standing(&tx, batch.last().copied(), false)?;
            tx.commit()?;
        }
        put_standing(&self.db, None, true)?;
        watcher.step(Step { done: done as u64, of, bytes: 0 })?;
        Ok(())
    }
}

fn put_standing(db: &Connection, up_to: Option<JobId>, whole: bool) -> Result<(), StoreError> {
    settings::put_json(db, STANDING, &Standing { shape: shape(), up_to, whole })
}

/// Every job of which something is here.
fn jobs(db: &Connection) -> Result<BTreeSet<JobId>, StoreError> {
    let mut out: BTreeSet<JobId> = index::jobs(db)?.into_iter().chain(packs::all(db)?).collect();
    let mut papers = db.prepare("SELECT doc FROM paper")?;
    for doc in papers.query_map([], |row| row.get::<_, String>(0))? {
        out.extend(doc?.parse::<DocId>().ok().and_then(|doc| doc.job()));
    }
    Ok(out)
}

//! Open documents: a few in memory, the rest opened from their saved copy and the changes after it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use doorstep_schemas::ids::{Actor, DocId, JobId};
use lru::LruCache;
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::documents::paper::Paper;
use crate::domain::facts::Job;

/// An open document is 22–31 KB of memory.
const OPEN: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero");
/// Changes after which a saved copy is renewed: opening stays below a few milliseconds.
const SAVE_EVERY: i64 = 48;

pub struct Papers {
    actor: Actor,
    open: LruCache<DocId, Paper>,
    /// What was read from a job's documents, until one of them is taken in hand again.
    facts: LruCache<JobId, Arc<Job>>,
}

impl Papers {
    pub fn new(actor: Actor) -> Self {
        Self { actor, open: LruCache::new(OPEN), facts: LruCache::new(OPEN) }
    }

    /// A document to be changed, of a transaction or of the database, whichever `db` is.
    pub fn get(&mut self, db: &Connection, doc: &DocId) -> Result<&mut Paper, StoreError> {
        self.forget_facts(doc);
        self.open(db, doc)
    }

    /// A document to be read.
    pub fn read(&mut self, db: &Connection, doc: &DocId) -> Result<&Paper, StoreError> {
        Ok(self.open(db, doc)?)
    }

    /// A document whose past is to be read, and nothing written.
    pub fn past(&mut self, db: &Connection, doc: &DocId) -> Result<&mut Paper, StoreError> {
        self.open(db, doc)
    }

    /// What was read of a job before, if its documents are still the same.
    pub fn known_facts(&mut self, job: JobId) -> Option<Arc<Job>> {
        self.facts.get(&job).cloned()
    }

    pub fn keep_facts(&mut self, job: JobId, facts: &Arc<Job>) {
        self.facts.put(job, facts.clone());
    }

    fn forget_facts(&mut self, doc: &DocId) {
        if let Some(job) = doc.job() {
            self.facts.pop(&job);
        }
    }

    fn open(&mut self, db: &Connection, doc: &DocId) -> Result<&mut Paper, StoreError> {
        if !self.open.contains(doc) {
            let paper = load(db, doc, self.actor)?;
            self.open.put(doc.clone(), paper);
        }
        Ok(self.open.get_mut(doc).expect("it was put in above or was there"))
    }

    /// A document in which nothing is but its births, beside the one that is open.
    pub fn blank(&self, doc: &DocId) -> Result<Paper, StoreError> {
        Ok(Paper::blank(doc, self.actor)?)
    }

    /// Forgets a document whose changes were not committed after all.
    pub fn forget(&mut self, doc: &DocId) {
        self.open.pop(doc);
        self.forget_facts(doc);
    }

    pub fn forget_all(&mut self) {
        self.open.clear();
        self.facts.clear();
    }

    /// Renews the saved copy when many changes lie behind it.
    pub fn save_if_long(&mut self, db: &Connection, doc: &DocId) -> Result<(), StoreError> {
        let key = doc.to_string();
        let (count, last): (i64, i64) = db.query_row(
            "SELECT count(*), coalesce(max(id), 0) FROM change
             WHERE doc = ?1 AND state = 0 AND id > (SELECT saved_to FROM paper WHERE doc = ?1)",
            [&key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        // A change that waits has a smaller id than what is adopted after it; a copy must not pass it by.
        let waiting: bool =
            db.query_row("SELECT EXISTS (SELECT 1 FROM change WHERE doc = ?1 AND state = 1)", [&key], |r| r.get(0))?;
        if count < SAVE_EVERY || waiting {
            return Ok(());
        }
        let saved = self.open(db, doc)?.save();
        db.execute("UPDATE paper SET saved = ?2, saved_to = ?3 WHERE doc = ?1", params![key, saved, last])?;
        Ok(())
    }
}

fn load(db: &Connection, doc: &DocId, actor: Actor) -> Result<Paper, StoreError> {
    let key = doc.to_string();
    let saved: Option<(Option<Vec<u8>>, i64)> = db
        .query_row("SELECT saved, saved_to FROM paper WHERE doc = ?1", [&key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (saved, saved_to) = saved.unwrap_or((None, 0));
    let mut rows =
        db.prepare_cached("SELECT bytes FROM change WHERE doc = ?1 AND state = 0 AND id > ?2 ORDER BY id")?;
    let later = rows.query_map(params![key, saved_to], |row| row.get(0))?.collect::<Result<Vec<Vec<u8>>, _>>()?;
    Ok(Paper::open(doc, actor, saved.as_deref(), &later)?)
}

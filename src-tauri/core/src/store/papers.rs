//! Open documents: a few in memory, the rest opened from their saved copy and the changes after it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::ids::{Actor, BlobHash, DocId, JobId};
use lru::LruCache;
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, packs, photo_files};
use crate::documents::paper::Paper;
use crate::domain::facts::Job;
use crate::domain::facts::outlet::Roster;

/// An open document is 22–31 KB of memory.
const OPEN: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero");
/// While years of work come in: a job's pieces lie days apart in the log, and each opening reads all that came before.
const OPEN_IN_A_BACKLOG: NonZeroUsize = NonZeroUsize::new(512).expect("512 is not zero");
/// A batch that touches so many documents is one of a backlog.
const BACKLOG: usize = 48;
const FEW: NonZeroUsize = NonZeroUsize::new(4).expect("4 is not zero");
/// Changes after which a saved copy is renewed: opening stays below a few milliseconds.
const SAVE_EVERY: i64 = 48;

pub struct Papers {
    actor: Actor,
    /// Where the photos' files lie.
    photos: PathBuf,
    open: LruCache<DocId, Open>,
    /// What was read from a job's documents, until one of them is taken in hand again.
    facts: LruCache<JobId, Arc<Job>>,
    /// The roster, likewise: every job is judged by who holds which certificate.
    roster: Option<Arc<Roster>>,
}

/// A document in memory.
struct Open {
    paper: Paper,
    /// Changes behind the saved copy, as far as this device made them or they were read at opening.
    behind: i64,
}

impl Papers {
    pub fn new(actor: Actor, folder: &Path) -> Self {
        let photos = folder.join(photo_files::FOLDER);
        Self { actor, photos, open: LruCache::new(OPEN), facts: LruCache::new(OPEN), roster: None }
    }

    /// Keeps more documents open while batches touch many, and lets them go with the first that doesn't.
    pub fn expect(&mut self, touched: usize) {
        let room = if touched >= BACKLOG { OPEN_IN_A_BACKLOG } else { OPEN };
        if self.open.cap() != room {
            self.open.resize(room);
        }
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

    /// Room of its own, for whoever may not change what is open here.
    pub fn beside(&self) -> Self {
        let photos = self.photos.clone();
        Self { actor: self.actor, photos, open: LruCache::new(FEW), facts: LruCache::new(FEW), roster: None }
    }

    /// The facts of jobs that were looked at lately.
    pub fn all_known(&self) -> impl Iterator<Item = (JobId, &Arc<Job>)> {
        self.facts.iter().map(|(job, facts)| (*job, facts))
    }

    /// Whether a photo's file is here.
    pub fn has_photo(&self, hash: &BlobHash) -> bool {
        photo_files::path_in(&self.photos, hash).exists()
    }

    fn forget_facts(&mut self, doc: &DocId) {
        if let Some(job) = doc.job() {
            self.facts.pop(&job);
        }
        if *doc == DocId::Roster {
            self.roster = None;
        }
    }

    fn open(&mut self, db: &Connection, doc: &DocId) -> Result<&mut Paper, StoreError> {
        Ok(&mut self.opened(db, doc)?.paper)
    }

    fn opened(&mut self, db: &Connection, doc: &DocId) -> Result<&mut Open, StoreError> {
        if !self.open.contains(doc) {
            let opened = load(db, doc, self.actor)?;
            self.open.put(doc.clone(), opened);
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
        self.roster = None;
    }

    /// The roster as it was read before, if it is still the same.
    pub fn known_roster(&self) -> Option<Arc<Roster>> {
        self.roster.clone()
    }

    pub fn keep_roster(&mut self, roster: &Arc<Roster>) {
        self.roster = Some(roster.clone());
    }

    /// After one more change of our own: only when many may lie behind the saved copy is it looked how many.
    pub fn save_after_edit(&mut self, db: &Connection, doc: &DocId) -> Result<(), StoreError> {
        let opened = self.opened(db, doc)?;
        opened.behind += 1;
        if opened.behind >= SAVE_EVERY { self.save_if_long(db, doc) } else { Ok(()) }
    }

    /// Renews the saved copy when many changes lie behind it.
    pub fn save_if_long(&mut self, db: &Connection, doc: &DocId) -> Result<(), StoreError> {
        let key = doc.to_string();
        let mut query = db.prepare_cached(
            "SELECT count(*), coalesce(max(id), 0) FROM change
             WHERE doc = ?1 AND state = 0 AND id > (SELECT saved_to FROM paper WHERE doc = ?1)",
        )?;
        let (count, last): (i64, i64) = query.query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // A change that waits has a smaller id than what is adopted after it; a copy must not pass it by.
        let waiting: bool = db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM change WHERE doc = ?1 AND state = 1)")?
            .query_row([&key], |row| row.get(0))?;
        if count < SAVE_EVERY || waiting {
            return Ok(());
        }
        let opened = self.opened(db, doc)?;
        opened.behind = 0;
        let saved = opened.paper.save();
        db.prepare_cached("UPDATE paper SET saved = ?2, saved_to = ?3 WHERE doc = ?1")?
            .execute(params![key, saved, last])?;
        Ok(())
    }
}

/// A document's packed changes.
fn packed(db: &Connection, doc: &DocId) -> Result<Vec<Vec<u8>>, StoreError> {
    let changes = packs::of_doc(db, doc)?.map(|job| job.changes).unwrap_or_default();
    Ok(changes.into_iter().filter(|kept| kept.kind == doc.kind()).map(|kept| kept.change.bytes).collect())
}

fn load(db: &Connection, doc: &DocId, actor: Actor) -> Result<Open, StoreError> {
    let key = doc.to_string();
    let saved: Option<(Option<Vec<u8>>, i64)> = db
        .prepare_cached("SELECT saved, saved_to FROM paper WHERE doc = ?1")?
        .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (saved, saved_to) = saved.unwrap_or((None, 0));
    let mut rows =
        db.prepare_cached("SELECT bytes FROM change WHERE doc = ?1 AND state = 0 AND id > ?2 ORDER BY id")?;
    let mut later = match saved {
        // A copy that was saved after the pack has it in itself.
        None => packed(db, doc)?,
        Some(_) => Vec::new(),
    };
    for bytes in rows.query_map(params![key, saved_to], |row| row.get(0))? {
        later.push(bytes?);
    }
    let behind = i64::try_from(later.len()).unwrap_or(i64::MAX);
    Ok(Open { paper: Paper::open(doc, actor, saved.as_deref(), &later)?, behind })
}

//! Documents for readers of their past, and where an action's changes lie.

use std::collections::BTreeSet;

use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, ShortId};
use rusqlite::params;

use super::rows::ADOPTED;
use super::team::text_error;
use super::{Store, StoreError, packs, views};
use crate::documents::paper::Paper;

impl Store {
    /// What `read` makes of a document's past; `None` while nothing of it is here. Nothing is written.
    pub fn past<T>(&mut self, doc: &DocId, read: impl FnOnce(&mut Paper) -> T) -> Result<Option<T>, StoreError> {
        if !views::exists(&self.db, doc)? {
            return Ok(None);
        }
        Ok(Some(read(self.papers.past(&self.db, doc)?)))
    }

    /// The documents in which a device's run did the action of this id.
    pub fn docs_of_action(&self, actor: Actor, id: ShortId) -> Result<Vec<DocId>, StoreError> {
        // A run lasts from one start of the app to the next: its documents are few, their changes are looked through.
        let mut query = self.db.prepare_cached(
            "SELECT r.doc FROM run r WHERE r.actor = ?1 AND EXISTS (
                 SELECT 1 FROM change c WHERE c.doc = r.doc AND c.actor = ?1 AND c.state = ?3 AND instr(c.bytes, ?2) > 0
             ) ORDER BY r.doc",
        )?;
        let sign = format!("#{id}").into_bytes();
        let docs = query.query_map(params![actor.0, &sign, ADOPTED], |row| {
            row.get::<_, String>(0)?.parse().map_err(|e| text_error(0, e))
        })?;
        let mut out: Vec<DocId> = docs.collect::<Result<_, _>>()?;
        for job in packs::naming(&self.db, &actor.0)? {
            let closed = packs::of(&self.db, job)?.unwrap_or_default();
            let theirs = closed.changes.iter().filter(|kept| kept.change.actor == actor);
            let with = theirs.filter(|kept| kept.change.bytes.windows(sign.len()).any(|part| part == sign));
            out.extend(with.map(|kept| packs::doc_of(job, kept.kind)));
        }
        out.sort();
        out.dedup();
        Ok(out)
    }

    /// Whether nothing was written to a job but the one change that made its order: by nobody, in neither document.
    pub fn untouched(&self, job: JobId) -> Result<bool, StoreError> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM change WHERE doc IN (?1, ?2)")?;
        let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
        let changes: i64 = query.query_row(docs, |row| row.get(0))?;
        Ok(changes == 1)
    }

    /// Those changes of a document that the relay holds.
    pub fn received(&self, doc: &DocId) -> Result<BTreeSet<ChangeHash>, StoreError> {
        let mut query =
            self.db.prepare_cached("SELECT hash FROM change WHERE doc = ?1 AND state = ?2 AND log_seq IS NOT NULL")?;
        let hashes = query.query_map(params![doc.to_string(), ADOPTED], |row| row.get(0).map(ChangeHash))?;
        let mut out: BTreeSet<ChangeHash> = hashes.collect::<Result<_, _>>()?;
        // Only what the relay holds is packed.
        let packed = packs::of_doc(&self.db, doc)?.unwrap_or_default().changes.into_iter();
        out.extend(packed.filter(|kept| kept.kind == doc.kind()).map(|kept| kept.change.hash));
        Ok(out)
    }
}

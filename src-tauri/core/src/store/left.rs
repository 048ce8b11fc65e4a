//! The relay's word that it serves this device no longer: what is believed of it, and what follows.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::signature::Farewell;
use doorstep_schemas::wire::{Erased, Status};
use rusqlite::params;

use super::{Store, StoreError, inbox, index, packs, settings};

const LEFT_AT: &str = "left_at";

/// Tables with a row for each part of a document.
const PAPERS: &[&str] = &["change", "run", "paper", "held_piece", "quarantine", "stray", "aside"];

impl Store {
    /// What a farewell says of this device; `None` when it is not to be believed: it is not the relay's, not for this
    /// device, or older than the last time the relay served it. The last is what a relay says that was put back to an
    /// older copy.
    pub fn heard_farewell(&self, word: &Farewell) -> Result<Option<Status>, StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(None) };
        if !word.holds(enrolment.outlet, self.device(), &enrolment.relay_key) {
            tracing::warn!("a farewell that the relay did not sign for this device is passed over");
            return Ok(None);
        }
        // Served as one who has left counts as well: that word is repeated with each answer.
        let known = settings::number(&self.db, LEFT_AT)? == Some(word.at_ms);
        let served = settings::beacon(&self.db)?.is_some_and(|beacon| beacon.time_ms > word.at_ms);
        if served && !known {
            tracing::warn!("a farewell from before the relay last served this device is passed over");
            return Ok(None);
        }
        Ok([Status::Left, Status::Lost].into_iter().find(|status| *status as u8 == word.status))
    }

    /// The member of this device has left, by the relay's word.
    pub fn note_left(&mut self, at_ms: i64) -> Result<(), StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(()) };
        let tx = self.db.transaction()?;
        settings::put_number(&tx, LEFT_AT, at_ms)?;
        tx.execute("UPDATE member SET active = 0 WHERE member = ?1", [enrolment.member.as_str()])?;
        tx.commit()?;
        Ok(())
    }

    pub fn has_left(&self) -> Result<bool, StoreError> {
        Ok(settings::number(&self.db, LEFT_AT)?.is_some())
    }

    /// The relay serves this device as any other. Who had left and is back is handed everything anew.
    pub fn note_served(&mut self) -> Result<(), StoreError> {
        if self.has_left()? {
            self.db.execute("DELETE FROM meta WHERE key IN (?1, 'cursor')", [LEFT_AT])?;
        }
        Ok(())
    }

    /// Gives up what is others' on the device of one who has left: each job as soon as the relay holds all that was done
    /// here, and when nothing is left to hand over, the outlet's papers and people. What is unsent stays, and can be
    /// carried away. Returns the jobs that went.
    pub fn purge_left(&mut self) -> Result<Vec<JobId>, StoreError> {
        if !self.has_left()? {
            return Ok(Vec::new());
        }
        let mut jobs = index::jobs(&self.db)?;
        jobs.extend(packs::all(&self.db)?);
        let mut query =
            self.db.prepare("SELECT doc FROM paper UNION SELECT doc FROM held_piece UNION SELECT doc FROM photo")?;
        for doc in query.query_map([], |row| row.get::<_, String>(0))? {
            jobs.extend(doc?.parse::<DocId>().ok().and_then(|doc| doc.job()));
        }
        drop(query);
        jobs.sort_unstable();
        jobs.dedup();
        let gone = self.purge_sent(jobs)?;
        self.purge_papers()?;
        Ok(gone)
    }

    /// Roster, catalogue, stock and desk, and who else works here. The owners' keys stay: what is carried away is sealed
    /// to them.
    fn purge_papers(&mut self) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        let mut went = 0;
        for table in PAPERS {
            went += tx.execute(
                &format!(
                    "DELETE FROM {table} WHERE doc NOT LIKE 'order:%' AND doc NOT LIKE 'sheet:%' AND doc NOT IN
                         (SELECT doc FROM change WHERE mine = 1 AND log_seq IS NULL)"
                ),
                [],
            )?;
        }
        let others = "member IN (SELECT member FROM member WHERE ' ' || roles || ' ' NOT LIKE '% owner %')
                      AND member <> (SELECT json_extract(CAST(value AS TEXT), '$.member') FROM meta WHERE key = 'enrolment')";
        for table in ["device", "granted", "member"] {
            went += tx.execute(&format!("DELETE FROM {table} WHERE {others}"), [])?;
        }
        if went > 0 {
            super::purge::mark(&tx)?;
        }
        tx.commit()?;
        if went > 0 {
            self.papers.forget_all();
        }
        self.scrub()
    }

    /// Has a job erased for good: here at once, elsewhere by the relay's word to everybody.
    pub fn erase_job(&mut self, job: JobId) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        note_erased(&tx, job)?;
        inbox::queue_erased(&tx, Erased { job })?;
        tx.commit()?;
        self.purge_erased().map(drop)
    }

    /// Whether a job of this name was erased: nothing may be here under it again.
    pub fn was_erased(&self, job: JobId) -> Result<bool, StoreError> {
        inbox::is_erased(&self.db, &DocId::Order(job))
    }

    /// Removes what is here of jobs that were erased. Returns those that went.
    pub fn purge_erased(&mut self) -> Result<Vec<JobId>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT job FROM erased_job WHERE done = 0")?;
        let jobs = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        drop(query);
        let mut gone = Vec::new();
        for job in jobs {
            let id: JobId = job.parse().map_err(|_not_an_id| StoreError::Row("erased_job"))?;
            self.purge(id)?;
            let docs = [DocId::Order(id).to_string(), DocId::Sheet(id).to_string()];
            self.db.execute("DELETE FROM declined WHERE doc IN (?1, ?2)", params![docs[0], docs[1]])?;
            self.db.execute("UPDATE erased_job SET done = 1 WHERE job = ?1", params![job])?;
            gone.push(id);
        }
        self.scrub()?;
        Ok(gone)
    }
}

/// The log says that a job was erased; what is here of it goes after this transaction.
pub(super) fn note_erased(db: &rusqlite::Connection, job: JobId) -> Result<(), StoreError> {
    db.execute("INSERT OR IGNORE INTO erased_job (job, done) VALUES (?1, 0)", [job.to_string()])?;
    Ok(())
}

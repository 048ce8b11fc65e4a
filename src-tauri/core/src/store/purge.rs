//! What this device may no longer hold goes, and nothing of it stays readable: neither in a freed page nor in the
//! write-ahead log nor in the photo folder.
//!
//! Files go before the rows that name them: whatever stops in between is found again and ended.

use std::collections::BTreeSet;
use std::fs;

use doorstep_schemas::ids::{BlobHash, DocId, JobId, MemberId};
use doorstep_schemas::planted::{self, Bug};
use rusqlite::{Connection, params};

use super::files::{self, SideFile};
use super::{Store, StoreError, inbox, index, packs, settings, unopened};
use crate::domain::calendar::DAY_MS;

/// Days after which a closed job's photos are given up on a device that is not an owner's.
pub const KEEP_DAYS: i64 = 365;
/// A device keeps its own work at least this long.
pub const KEEP_DAYS_LEAST: i64 = 35;

const KEEP: &str = "keep_days";
/// A purge was committed, and the write-ahead log may still hold what went.
const UNSCRUBBED: &str = "unscrubbed";
const PHOTOS_DROPPED_AT: &str = "photos_dropped_at";

/// Rows of a job's two documents, and rows of the job.
const BY_DOC: &[&str] =
    &["change", "run", "paper", "held_piece", "quarantine", "stray", "aside", "refused", "photo", "in_inbox", "inbox"];
const BY_JOB: &[&str] = &["lacking", "grant_out", "pack_due"];

impl Store {
    /// Removes the jobs that were taken from this member, as soon as the relay holds all that was done here. Returns the
    /// removed ones. The log's word that they were taken stays, so that no file brings them back.
    pub fn purge_lost(&mut self) -> Result<Vec<JobId>, StoreError> {
        let Some(me) = self.not_an_owner()? else { return Ok(Vec::new()) };
        let lost = lost(&self.db, me)?;
        let gone = self.purge_sent(lost)?;
        self.scrub()?;
        Ok(gone)
    }

    /// Removes those of the jobs of which the relay holds all that was done here.
    pub(super) fn purge_sent(&mut self, jobs: Vec<JobId>) -> Result<Vec<JobId>, StoreError> {
        let mut gone = Vec::new();
        for job in jobs {
            if planted::on(Bug::NothingPurged) {
                continue;
            }
            if planted::on(Bug::PurgeBeforePush) || !unsent(&self.db, job)? {
                self.purge(job)?;
                gone.push(job);
            }
        }
        Ok(gone)
    }

    /// The member, unless owners keep everything.
    fn not_an_owner(&self) -> Result<Option<MemberId>, StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(None) };
        Ok(if self.is_owner(enrolment.member)? { None } else { Some(enrolment.member) })
    }

    pub(super) fn purge(&mut self, job: JobId) -> Result<(), StoreError> {
        let docs = [DocId::Order(job), DocId::Sheet(job)];
        // What is packed goes the way of what has rows.
        let tx = self.db.transaction()?;
        packs::open_out(&tx, &mut self.papers, job, false)?;
        tx.commit()?;
        let files = self.photo_files();
        for doc in &docs {
            for hash in photos_here(&self.db, doc)? {
                files.remove(&hash)?;
            }
        }
        docs.iter().for_each(|doc| self.papers.forget(doc));
        let tx = self.db.transaction()?;
        mark(&tx)?;
        for table in BY_DOC {
            let sql = format!("DELETE FROM {table} WHERE doc IN (?1, ?2)");
            tx.execute(&sql, params![docs[0].to_string(), docs[1].to_string()])?;
        }
        index::remove(&tx, job)?;
        unopened::forget(&tx, job)?;
        for table in BY_JOB {
            tx.execute(&format!("DELETE FROM {table} WHERE job = ?1"), [job.to_string()])?;
        }
        // '0' is the sign after '/'.
        tx.execute("DELETE FROM draft WHERE key >= ?1 AND key < ?2", [format!("job/{job}/"), format!("job/{job}0")])?;
        tx.commit()?;
        tracing::info!(%job, "a job that is no longer this member's was removed");
        Ok(())
    }

    /// Empties the write-ahead log after a purge. Another connection that reads right now puts it off to the next time.
    pub(super) fn scrub(&mut self) -> Result<(), StoreError> {
        if settings::number(&self.db, UNSCRUBBED)?.unwrap_or(0) == 0 {
            return Ok(());
        }
        // What the flag itself leaves in the log is a number.
        if self.empty_log()? && self.remove_copies()? {
            settings::put_number(&self.db, UNSCRUBBED, 0)?;
        }
        Ok(())
    }

    /// Copies of the database, and files that were written to be carried away, hold what went as well. A damaged database
    /// and an export may be the only place of own work until the relay has it: they wait for that.
    fn remove_copies(&self) -> Result<bool, StoreError> {
        let all_sent = self.held()?.changes == 0;
        let mut left = false;
        for lying in files::all(&self.folder)? {
            match lying.what {
                SideFile::Before => files::remove(&lying.path)?,
                SideFile::Damaged if all_sent => files::remove(&lying.path)?,
                SideFile::Exports if all_sent => fs::remove_dir_all(&lying.path)?,
                SideFile::Damaged | SideFile::Exports => left = true,
                _ => {}
            }
        }
        Ok(!left)
    }

    fn empty_log(&self) -> Result<bool, StoreError> {
        let busy: i64 = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Days that photos of closed jobs stay on this device.
    pub fn keep_days(&self) -> Result<i64, StoreError> {
        Ok(settings::number(&self.db, KEEP)?.unwrap_or(KEEP_DAYS).max(KEEP_DAYS_LEAST))
    }

    pub fn set_keep_days(&mut self, days: i64) -> Result<(), StoreError> {
        settings::put_number(&self.db, KEEP, days.max(KEEP_DAYS_LEAST))
    }

    /// Gives up the photo files of jobs that were closed long ago, at most `most` of them at once, when the relay holds
    /// them and an owner's device has all of this device's work on the job. Whoever wants to see one gets it from the
    /// relay. Returns how many went; nothing more is due today when there are fewer than `most`.
    pub fn drop_old_photos(&mut self, now_ms: i64, most: u32) -> Result<u32, StoreError> {
        let due = settings::number(&self.db, PHOTOS_DROPPED_AT)?.is_none_or(|at| (now_ms - at).abs() >= DAY_MS);
        if !due || self.not_an_owner()?.is_none() {
            return Ok(0);
        }
        let before = now_ms.saturating_sub(self.keep_days()?.saturating_mul(DAY_MS));
        let old = self.old_photos(before, most)?;
        let files = self.photo_files();
        for hash in &old {
            files.remove(hash)?;
            self.db.execute("UPDATE photo SET here = 0, dropped = 1 WHERE hash = ?1", [hash.0])?;
        }
        let gone = u32::try_from(old.len()).unwrap_or(u32::MAX);
        if gone < most {
            settings::put_number(&self.db, PHOTOS_DROPPED_AT, now_ms)?;
        }
        Ok(gone)
    }

    fn old_photos(&self, before: i64, most: u32) -> Result<Vec<BlobHash>, StoreError> {
        let owner_seq = settings::number(&self.db, "owner_seq")?.unwrap_or(0);
        let mut of_job = self.db.prepare_cached(include_str!("sql/old_photos.sql"))?;
        let mut out = Vec::new();
        for (_, job) in self.closed_with_photos(before)? {
            let docs = [DocId::Sheet(job), DocId::Order(job)].map(|doc| doc.to_string());
            for hash in of_job.query_map(params![docs[0], docs[1], owner_seq], |row| row.get(0).map(BlobHash))? {
                out.push(hash?);
                if out.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
                    return Ok(out);
                }
            }
        }
        Ok(out)
    }

    /// Jobs with photo files here that were closed before this moment, by when that was.
    fn closed_with_photos(&self, before: i64) -> Result<BTreeSet<(i64, JobId)>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT DISTINCT doc FROM photo WHERE here = 1 AND on_relay = 1")?;
        let mut out = BTreeSet::new();
        for doc in query.query_map([], |row| row.get::<_, String>(0))? {
            let Some(job) = doc?.parse::<DocId>().ok().and_then(|doc| doc.job()) else { continue };
            let closed = index::row_of(&self.db, job)?.and_then(|(_, row)| row.figures.finished_at);
            out.extend(closed.filter(|at| *at < before).map(|at| (at, job)));
        }
        Ok(out)
    }
}

/// Something goes with this transaction that the write-ahead log may still hold afterwards.
pub(super) fn mark(db: &Connection) -> Result<(), StoreError> {
    settings::put_number(db, UNSCRUBBED, 1)
}

/// Jobs that the log took from a member and of which something is still here.
fn lost(db: &Connection, member: MemberId) -> Result<Vec<JobId>, StoreError> {
    let mut query = db.prepare_cached(include_str!("sql/lost_jobs.sql"))?;
    let rows = query.query_map([member.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (job, here) = row?;
        let job = job.parse().map_err(|_not_an_id| StoreError::Row("granted"))?;
        if here || index::has(db, job)? || packs::size(db, job)?.is_some() {
            out.push(job);
        }
    }
    Ok(out)
}

/// Whether the relay lacks something of a job that only this device may have: own work and photos, also refused ones, and
/// others' work that a bundle brought and the relay has not refused. What lies in the owner's inbox is sent once an owner's
/// device has fetched it.
fn unsent(db: &Connection, job: JobId) -> Result<bool, StoreError> {
    let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM change c WHERE c.doc IN (?1, ?2) AND c.log_seq IS NULL AND (c.mine = 1 OR
                            NOT EXISTS (SELECT 1 FROM refused r WHERE r.doc = c.doc AND r.actor = c.actor))
                        AND NOT EXISTS (SELECT 1 FROM in_inbox i WHERE i.doc = c.doc AND i.actor = c.actor
                                        AND c.seq BETWEEN i.from_seq AND i.to_seq AND i.mark <= ?3))
             OR EXISTS (SELECT 1 FROM photo WHERE doc IN (?1, ?2) AND mine = 1 AND on_relay = 0)",
    )?;
    Ok(query.query_row(params![docs[0], docs[1], inbox::seen(db)?], |row| row.get(0))?)
}

fn photos_here(db: &Connection, doc: &DocId) -> Result<Vec<BlobHash>, StoreError> {
    let mut query = db.prepare_cached("SELECT hash FROM photo WHERE doc = ?1")?;
    let rows = query.query_map([doc.to_string()], |row| row.get(0).map(BlobHash))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}

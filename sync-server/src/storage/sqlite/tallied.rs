//! Sums in a table of their own, by their places in the tree: to answer on a node, its rows are read and no others.

use std::ops::RangeInclusive;

use doorstep_schemas::compare::{self, Tally};
use doorstep_schemas::ids::{Actor, BlobHash, DocId, JobId, MemberId, OutletId};
use rusqlite::{Connection, params};

use super::ledger::InTransaction;
use super::rows;
use super::shelf::{OnConnection, grant, limit, place, run_row};
use crate::storage::tallied::{MOST_RUNS, Tallied, of_grant, of_run};
use crate::storage::{EntryHead, GrantNow, RunRow, StorageError};

/// Documents that are named at a time while all sums are made.
const BATCH: i64 = 4_096;

impl Tallied for OnConnection<'_> {
    fn tallies(&self, outlet: OutletId, places: RangeInclusive<u64>) -> Result<Vec<Tally>, StorageError> {
        let params = (outlet.to_bytes(), place(*places.start()), place(*places.end()));
        self.all(include_str!("queries/tallies.sql"), params, |row| {
            let subject = rows::doc(&row.get::<_, Vec<u8>>("subject")?)?;
            Ok(Tally { subject, digest: row.get::<_, i64>("digest")?.cast_unsigned() })
        })
    }

    fn runs_of(&self, outlet: OutletId, doc: &DocId, most: usize) -> Result<Vec<(Actor, RunRow)>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), limit(most));
        self.all("SELECT * FROM run WHERE outlet = ?1 AND doc = ?2 ORDER BY actor LIMIT ?3", params, |row| {
            Ok((Actor(row.get("actor")?), run_row(row)?))
        })
    }

    fn grants_on(&self, outlet: OutletId, job: JobId) -> Result<Vec<(MemberId, GrantNow)>, StorageError> {
        let params = (outlet.to_bytes(), job.to_bytes());
        // By itself SQLite would go through all grants of the outlet, to have them in order.
        let sql = "SELECT access, since, log_seq, had_write, member FROM job_grant \
                   INDEXED BY job_grant_by_job WHERE outlet = ?1 AND job = ?2 ORDER BY member";
        self.all(sql, params, |row| Ok((rows::member_id(&row.get::<_, String>(4)?)?, grant(row)?)))
    }

    fn run_entries(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        after: u64,
        most: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), actor.0, place(after), limit(most));
        self.all(include_str!("queries/run_entries.sql"), params, rows::entry)
    }

    fn attached(&self, outlet: OutletId, hash: &BlobHash, doc: &DocId) -> Result<Option<(u64, i64)>, StorageError> {
        let params = (outlet.to_bytes(), hash.0, doc.to_bytes());
        let sql = "SELECT size, at_ms FROM blob WHERE outlet = ?1 AND hash = ?2 AND doc = ?3";
        self.one(sql, params, |row| Ok((rows::count(row, "size")?, row.get("at_ms")?)))
    }
}

impl Tallied for InTransaction<'_> {
    fn tallies(&self, outlet: OutletId, places: RangeInclusive<u64>) -> Result<Vec<Tally>, StorageError> {
        OnConnection::writing(self.0).tallies(outlet, places)
    }

    fn runs_of(&self, outlet: OutletId, doc: &DocId, most: usize) -> Result<Vec<(Actor, RunRow)>, StorageError> {
        OnConnection::writing(self.0).runs_of(outlet, doc, most)
    }

    fn grants_on(&self, outlet: OutletId, job: JobId) -> Result<Vec<(MemberId, GrantNow)>, StorageError> {
        OnConnection::writing(self.0).grants_on(outlet, job)
    }

    fn run_entries(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        after: u64,
        most: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        OnConnection::writing(self.0).run_entries(outlet, doc, actor, after, most)
    }

    fn attached(&self, outlet: OutletId, hash: &BlobHash, doc: &DocId) -> Result<Option<(u64, i64)>, StorageError> {
        OnConnection::writing(self.0).attached(outlet, hash, doc)
    }
}

/// Something of a subject moved by this much.
pub fn moved(db: &Connection, outlet: OutletId, subject: &DocId, by: u64) -> Result<(), StorageError> {
    if by != 0 {
        let params = params![outlet.to_bytes(), place(compare::place(subject)), subject.to_bytes(), by.cast_signed()];
        db.prepare_cached(include_str!("queries/move_tally.sql"))?.execute(params)?;
    }
    Ok(())
}

/// Sums a subject up from its rows.
fn sum(db: &Connection, outlet: OutletId, subject: &DocId) -> Result<u64, StorageError> {
    let shelf = OnConnection::writing(db);
    let job = subject.job();
    let docs = job.map_or_else(|| vec![subject.clone()], |job| vec![DocId::Order(job), DocId::Sheet(job)]);
    let mut digest = 0;
    for doc in docs {
        for (actor, row) in shelf.runs_of(outlet, &doc, MOST_RUNS)? {
            digest ^= of_run(&doc, actor, &row);
        }
    }
    if let Some(job) = job {
        for (member, now) in shelf.grants_on(outlet, job)? {
            digest ^= of_grant(job, member, &now);
        }
    }
    Ok(digest)
}

/// Puts a subject's sum right after rows were taken away.
pub fn renew(db: &Connection, outlet: OutletId, subject: &DocId) -> Result<(), StorageError> {
    let key = params![outlet.to_bytes(), place(compare::place(subject)), subject.to_bytes()];
    db.prepare_cached("DELETE FROM tally WHERE outlet = ?1 AND place = ?2 AND subject = ?3")?.execute(key)?;
    moved(db, outlet, subject, sum(db, outlet, subject)?)
}

/// Sums everything up: once, for a log from before there were sums.
pub fn make_all(db: &Connection) -> Result<(), StorageError> {
    let shelf = OnConnection::writing(db);
    let mut after: (Vec<u8>, Vec<u8>) = Default::default();
    loop {
        let named = shelf.all(include_str!("queries/subjects_after.sql"), (&after.0, &after.1, BATCH), |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let Some(last) = named.last() else { return Ok(()) };
        after = last.clone();
        for (outlet, doc) in named {
            let outlet: [u8; 16] = outlet.try_into().ok().ok_or(StorageError::Corrupt { what: "outlet" })?;
            renew(db, OutletId::from_bytes(outlet), &compare::subject(&rows::doc(&doc)?))?;
        }
    }
}

//! Reading the log from one connection.

use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, JobId, MemberId, OutletId};
use rusqlite::{Connection, Params, Row};

use super::recent::Recent;
use super::rows;
use crate::storage::{
    Blob, Device, EntryHead, GrantNow, InboxRow, InboxUse, Member, Outlet, RunRow, Shelf, StorageError, Totals,
    WhoseToken,
};

const ENTRY: &str = "SELECT seq, kind, doc, author, carrier, actor, member, at_ms, digest, hash FROM entry \
                     WHERE outlet = ?1 AND seq = ?2";
const GRANT: &str = "SELECT access, since, log_seq, had_write FROM job_grant \
                     WHERE outlet = ?1 AND member = ?2 AND job = ?3";

/// A connection inside a transaction.
pub struct OnConnection<'a> {
    db: &'a Connection,
    /// What readers share. Who writes has none: what they see may yet be taken back.
    recent: Option<&'a Recent>,
}

impl<'a> OnConnection<'a> {
    pub fn reading(db: &'a Connection, recent: &'a Recent) -> Self {
        Self { db, recent: Some(recent) }
    }

    pub fn writing(db: &'a Connection) -> Self {
        Self { db, recent: None }
    }

    fn heads_after(&self, outlet: OutletId, after: u64, most: usize) -> Result<Vec<EntryHead>, StorageError> {
        let params = (outlet.to_bytes(), place(after), limit(most));
        self.all(include_str!("queries/entries_after.sql"), params, rows::entry)
    }

    /// The last entry of the log as this moment has it.
    fn head(&self, outlet: OutletId) -> Result<u64, StorageError> {
        let head = self.one("SELECT head FROM outlet WHERE id = ?1", [outlet.to_bytes()], |row| rows::count_at(row, 0));
        Ok(head?.unwrap_or(0))
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query(params)?;
        found.next()?.map(read).transpose()
    }
}

/// `access, since, log_seq, had_write`, in front of whatever else was asked for.
pub(super) fn grant(row: &Row<'_>) -> Result<GrantNow, StorageError> {
    let log_seq: Option<i64> = row.get(2)?;
    Ok(GrantNow {
        access: rows::access(row.get(0)?)?,
        since: rows::count_at(row, 1)?,
        log_seq: log_seq.map(|_| rows::count_at(row, 2)).transpose()?,
        had_write: row.get(3)?,
    })
}

pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn run_row(row: &Row<'_>) -> Result<RunRow, StorageError> {
    Ok(RunRow { run: rows::run(row)?, log_seq: rows::count(row, "log_seq")? })
}

/// A place in the log as SQLite counts: beyond its numbers nothing can be stored.
pub(super) fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

impl Shelf for OnConnection<'_> {
    fn outlets(&self) -> Result<Vec<Outlet>, StorageError> {
        self.all("SELECT * FROM outlet ORDER BY id", [], rows::outlet)
    }

    fn outlet(&self, outlet: OutletId) -> Result<Option<Outlet>, StorageError> {
        self.one("SELECT * FROM outlet WHERE id = ?1", [outlet.to_bytes()], rows::outlet)
    }

    fn members(&self, outlet: OutletId) -> Result<Vec<Member>, StorageError> {
        self.all("SELECT * FROM member WHERE outlet = ?1 ORDER BY id", [outlet.to_bytes()], rows::member)
    }

    fn member(&self, outlet: OutletId, member: MemberId) -> Result<Option<Member>, StorageError> {
        let params = (outlet.to_bytes(), member.as_str());
        self.one("SELECT * FROM member WHERE outlet = ?1 AND id = ?2", params, rows::member)
    }

    fn devices(&self, outlet: OutletId) -> Result<Vec<Device>, StorageError> {
        self.all("SELECT * FROM device WHERE outlet = ?1 ORDER BY id", [outlet.to_bytes()], rows::device)
    }

    fn device(&self, outlet: OutletId, device: DeviceId) -> Result<Option<Device>, StorageError> {
        let params = (outlet.to_bytes(), device.0);
        self.one("SELECT * FROM device WHERE outlet = ?1 AND id = ?2", params, rows::device)
    }

    fn whose_token(&self, token_hash: &[u8; 32]) -> Result<Option<WhoseToken>, StorageError> {
        self.one("SELECT * FROM device WHERE token_hash = ?1", [token_hash], |row| {
            Ok(WhoseToken { outlet: OutletId::from_bytes(row.get("outlet")?), device: rows::device(row)? })
        })
    }

    fn document_ops(&self, outlet: OutletId, doc: &DocId) -> Result<Option<u64>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes());
        self.one("SELECT ops FROM document WHERE outlet = ?1 AND doc = ?2", params, |row| rows::count(row, "ops"))
    }

    fn run(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Option<RunRow>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), actor.0);
        self.one("SELECT * FROM run WHERE outlet = ?1 AND doc = ?2 AND actor = ?3", params, run_row)
    }

    fn entry_covering(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        seq: u64,
    ) -> Result<Option<u64>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), actor.0, place(seq));
        self.one(include_str!("queries/entry_covering.sql"), params, |row| rows::count(row, "seq"))
    }

    fn grant(&self, outlet: OutletId, job: JobId, member: MemberId) -> Result<Option<GrantNow>, StorageError> {
        let params = (outlet.to_bytes(), member.as_str(), job.to_bytes());
        self.one(GRANT, params, grant)
    }

    fn grants_of(&self, outlet: OutletId, member: MemberId) -> Result<Vec<(JobId, GrantNow)>, StorageError> {
        let params = (outlet.to_bytes(), member.as_str());
        let sql = "SELECT access, since, log_seq, had_write, job FROM job_grant WHERE outlet = ?1 AND member = ?2 \
                   ORDER BY job";
        self.all(sql, params, |row| Ok((JobId::from_bytes(row.get(4)?), grant(row)?)))
    }

    fn job_is_used(&self, outlet: OutletId, job: JobId) -> Result<bool, StorageError> {
        let (order, sheet) = (DocId::Order(job).to_bytes(), DocId::Sheet(job).to_bytes());
        let params = (outlet.to_bytes(), order, sheet, job.to_bytes());
        let used = self.one(include_str!("queries/job_is_used.sql"), params, |row| Ok(row.get::<_, bool>(0)?))?;
        Ok(used.unwrap_or(false))
    }

    fn entries_after(&self, outlet: OutletId, after: u64, most: usize) -> Result<Vec<EntryHead>, StorageError> {
        let Some(recent) = self.recent else { return self.heads_after(outlet, after, most) };
        let head = self.head(outlet)?;
        let mut found = recent.after(outlet, after, head, most);
        let end = found.last().map_or(after, |last| last.seq);
        if end < head && found.len() < most {
            let read = self.heads_after(outlet, end, most - found.len())?;
            recent.keep(outlet, &read);
            found.extend(read);
        }
        Ok(found)
    }

    fn entries_before(&self, outlet: OutletId, before: u64, most: usize) -> Result<Vec<EntryHead>, StorageError> {
        let params = (outlet.to_bytes(), place(before), limit(most));
        self.all(include_str!("queries/entries_before.sql"), params, rows::entry)
    }

    fn job_segments(
        &self,
        outlet: OutletId,
        job: JobId,
        before: u64,
        skip: u64,
        most: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        let (order, sheet) = (DocId::Order(job).to_bytes(), DocId::Sheet(job).to_bytes());
        let params = (outlet.to_bytes(), order, sheet, place(before), limit(most), place(skip));
        self.all(include_str!("queries/job_segments.sql"), params, rows::entry)
    }

    fn entry(&self, outlet: OutletId, seq: u64) -> Result<Option<EntryHead>, StorageError> {
        if let Some(recent) = self.recent
            && let Some(before) = seq.checked_sub(1)
            && let Some(known) = recent.after(outlet, before, self.head(outlet)?, 1).pop()
        {
            return Ok(Some(known));
        }
        self.one(ENTRY, (outlet.to_bytes(), place(seq)), rows::entry)
    }

    fn body(&self, outlet: OutletId, seq: u64) -> Result<Option<Vec<u8>>, StorageError> {
        let params = (outlet.to_bytes(), place(seq));
        self.one("SELECT body FROM entry WHERE outlet = ?1 AND seq = ?2", params, |row| Ok(row.get(0)?))
    }

    fn blob(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Blob>, StorageError> {
        let params = (outlet.to_bytes(), hash.0);
        let found = self.all("SELECT size, doc FROM blob WHERE outlet = ?1 AND hash = ?2", params, |row| {
            Ok((rows::count(row, "size")?, rows::doc(&row.get::<_, Vec<u8>>("doc")?)?))
        })?;
        let Some((size, _)) = found.first() else { return Ok(None) };
        Ok(Some(Blob { size: *size, docs: found.iter().map(|(_, doc)| doc.clone()).collect() }))
    }

    fn blobs_after(
        &self,
        outlet: OutletId,
        after: Option<BlobHash>,
        most: usize,
    ) -> Result<Vec<(BlobHash, u64)>, StorageError> {
        // No hash is empty, and every one is greater than nothing.
        let after = after.map(|hash| hash.0.to_vec()).unwrap_or_default();
        let params = (outlet.to_bytes(), after, limit(most));
        self.all(include_str!("queries/blobs_after.sql"), params, |row| {
            Ok((BlobHash(row.get("hash")?), rows::count(row, "size")?))
        })
    }

    fn totals(&self, outlet: OutletId) -> Result<Totals, StorageError> {
        let found = self.one(include_str!("queries/totals.sql"), [outlet.to_bytes()], |row| {
            Ok(Totals {
                bytes: rows::count(row, "bytes")?,
                documents: rows::count(row, "documents")?,
                runs: rows::count(row, "runs")?,
                blobs: rows::count(row, "blobs")?,
                blob_bytes: rows::count(row, "blob_bytes")?,
            })
        })?;
        Ok(found.unwrap_or_default())
    }

    fn inbox_of(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Vec<InboxRow>, StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), actor.0);
        let sql = "SELECT * FROM inbox WHERE outlet = ?1 AND doc = ?2 AND actor = ?3 AND state <> 1 ORDER BY from_seq";
        self.all(sql, params, rows::inbox)
    }

    fn inbox_after(&self, outlet: OutletId, mark: u64, most: usize) -> Result<Vec<InboxRow>, StorageError> {
        let params = (outlet.to_bytes(), place(mark), limit(most));
        self.all("SELECT * FROM inbox WHERE outlet = ?1 AND mark > ?2 ORDER BY mark LIMIT ?3", params, rows::inbox)
    }

    fn decided(
        &self,
        outlet: OutletId,
        device: DeviceId,
        mark: u64,
        most: usize,
    ) -> Result<Vec<InboxRow>, StorageError> {
        let params = (outlet.to_bytes(), device.0, place(mark), limit(most));
        self.all(include_str!("queries/decided.sql"), params, rows::inbox)
    }

    fn inbox_use(
        &self,
        outlet: OutletId,
        member: Option<MemberId>,
        doc: Option<&DocId>,
    ) -> Result<InboxUse, StorageError> {
        let params = (outlet.to_bytes(), member.as_ref().map(MemberId::as_str), doc.map(DocId::to_bytes));
        let sql = "SELECT count(*) AS items, coalesce(sum(length(body)), 0) AS bytes, \
                          coalesce(sum(ops), 0) AS ops FROM inbox \
                   WHERE outlet = ?1 AND (?2 IS NULL OR member = ?2) AND state <> 1 AND (?3 IS NULL OR doc = ?3)";
        let found = self.one(sql, params, |row| {
            let count = |name| rows::count(row, name);
            Ok(InboxUse { items: count("items")?, bytes: count("bytes")?, ops: count("ops")? })
        })?;
        Ok(found.unwrap_or_default())
    }

    fn erased(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError> {
        let params = (outlet.to_bytes(), job.to_bytes());
        self.one("SELECT log_seq FROM erased_job WHERE outlet = ?1 AND job = ?2", params, |row| {
            rows::count(row, "log_seq")
        })
    }
}

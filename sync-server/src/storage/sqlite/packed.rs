//! The cache of packs in the log's database, encrypted as the log is, so that a job that is erased goes from both in one
//! transaction.

use doorstep_schemas::ids::{DocId, JobId, OutletId};
use rusqlite::{Row, params};

use super::ledger::InTransaction;
use super::rows::{self, number};
use super::shelf::OnConnection;
use crate::storage::StorageError;
use crate::storage::packed::{KEPT_TURNS, PackHead, PackTotals, Packed, Turn};

fn turn(row: &Row<'_>) -> Result<Turn, StorageError> {
    let count = |name| rows::count(row, name);
    Ok(Turn { number: count("number")?, name: row.get("name")?, until: count("until")?, walked: count("walked")? })
}

impl Packed for OnConnection<'_> {
    fn pack(&self, outlet: OutletId, job: JobId) -> Result<Option<PackHead>, StorageError> {
        let sql = "SELECT first, until, turn FROM pack WHERE outlet = ?1 AND job = ?2";
        self.one(sql, (outlet.to_bytes(), job.to_bytes()), |row| {
            let count = |name| rows::count(row, name);
            Ok(PackHead { first: count("first")?, until: count("until")?, turn: count("turn")? })
        })
    }

    fn pack_body(&self, outlet: OutletId, job: JobId) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT body FROM pack WHERE outlet = ?1 AND job = ?2";
        self.one(sql, (outlet.to_bytes(), job.to_bytes()), |row| Ok(row.get(0)?))
    }

    fn newest_turn(&self, outlet: OutletId) -> Result<Option<Turn>, StorageError> {
        let sql = "SELECT * FROM pack_turn WHERE outlet = ?1 ORDER BY number DESC LIMIT 1";
        self.one(sql, [outlet.to_bytes()], turn)
    }

    fn turn_named(&self, outlet: OutletId, name: [u8; 8]) -> Result<Option<Turn>, StorageError> {
        self.one("SELECT * FROM pack_turn WHERE outlet = ?1 AND name = ?2", (outlet.to_bytes(), name), turn)
    }

    fn last_segment(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError> {
        let (order, sheet) = (DocId::Order(job).to_bytes(), DocId::Sheet(job).to_bytes());
        let found = self.one(include_str!("queries/last_segment.sql"), (outlet.to_bytes(), order, sheet), |row| {
            row.get::<_, Option<i64>>(0)?.map(|_| rows::count(row, "seq")).transpose()
        })?;
        Ok(found.flatten())
    }

    fn pack_totals(&self, outlet: OutletId) -> Result<PackTotals, StorageError> {
        let sql = "SELECT count(*) AS packs, coalesce(sum(length(body)), 0) AS bytes FROM pack WHERE outlet = ?1";
        let found = self.one(sql, [outlet.to_bytes()], |row| {
            Ok(PackTotals { packs: rows::count(row, "packs")?, bytes: rows::count(row, "bytes")? })
        })?;
        Ok(found.unwrap_or_default())
    }
}

impl Packed for InTransaction<'_> {
    fn pack(&self, outlet: OutletId, job: JobId) -> Result<Option<PackHead>, StorageError> {
        OnConnection::writing(self.0).pack(outlet, job)
    }

    fn pack_body(&self, outlet: OutletId, job: JobId) -> Result<Option<Vec<u8>>, StorageError> {
        OnConnection::writing(self.0).pack_body(outlet, job)
    }

    fn newest_turn(&self, outlet: OutletId) -> Result<Option<Turn>, StorageError> {
        OnConnection::writing(self.0).newest_turn(outlet)
    }

    fn turn_named(&self, outlet: OutletId, name: [u8; 8]) -> Result<Option<Turn>, StorageError> {
        OnConnection::writing(self.0).turn_named(outlet, name)
    }

    fn last_segment(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError> {
        OnConnection::writing(self.0).last_segment(outlet, job)
    }

    fn pack_totals(&self, outlet: OutletId) -> Result<PackTotals, StorageError> {
        OnConnection::writing(self.0).pack_totals(outlet)
    }
}

impl InTransaction<'_> {
    pub(super) fn put_turn_row(&self, outlet: OutletId, turn: &Turn) -> Result<(), StorageError> {
        let (outlet, last) = (outlet.to_bytes(), number(turn.number)?);
        let (until, walked) = (number(turn.until)?, number(turn.walked)?);
        self.0
            .prepare_cached(
                "INSERT OR REPLACE INTO pack_turn (outlet, number, name, until, walked) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![outlet, last, turn.name, until, walked])?;
        let oldest = number(turn.number.saturating_sub(KEPT_TURNS))?;
        self.0
            .prepare_cached("DELETE FROM pack_turn WHERE outlet = ?1 AND number < ?2")?
            .execute(params![outlet, oldest])?;
        Ok(())
    }

    pub(super) fn put_pack_row(
        &self,
        outlet: OutletId,
        job: JobId,
        head: PackHead,
        body: &[u8],
    ) -> Result<(), StorageError> {
        let PackHead { first, until, turn } = head;
        self.drop_pack_rows(outlet, Some(job))?;
        self.0
            .prepare_cached("INSERT INTO pack (outlet, job, first, until, turn, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![outlet.to_bytes(), job.to_bytes(), number(first)?, number(until)?, number(turn)?, body])?;
        Ok(())
    }

    pub(super) fn drop_pack_rows(&self, outlet: OutletId, job: Option<JobId>) -> Result<(), StorageError> {
        match job {
            Some(job) => self
                .0
                .prepare_cached("DELETE FROM pack WHERE outlet = ?1 AND job = ?2")?
                .execute(params![outlet.to_bytes(), job.to_bytes()])?,
            None => {
                self.0.execute("DELETE FROM pack_turn WHERE outlet = ?1", [outlet.to_bytes()])?;
                self.0.execute("DELETE FROM pack WHERE outlet = ?1", [outlet.to_bytes()])?
            }
        };
        Ok(())
    }
}

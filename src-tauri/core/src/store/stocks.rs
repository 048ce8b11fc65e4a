//! What lies beside the rows for stocks, reminders and old parts (R22, R24, R37): no stock and no reminder opens a job.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::ApplianceKind;
use rusqlite::{Connection, Row, params};

use super::index::{self, Key};
use super::listed::{JobRow, place};
use super::{Store, StoreError};
use crate::domain::intake::same_phone;
use crate::domain::reminders::Seen;
use crate::domain::shelf::Use;

fn holder(of: Option<MemberId>) -> String {
    of.map_or_else(String::new, |member| member.to_string())
}

/// Writes what is different from what was kept before.
pub(super) fn replace(db: &Connection, id: i64, now: &[Use], before: &[Use]) -> Result<(), StoreError> {
    for gone in before.iter().filter(|used| !now.contains(used)) {
        let sql = "DELETE FROM part_use WHERE holder = ?1 AND at = ?2 AND id = ?3 AND fact = ?4";
        db.prepare_cached(sql)?.execute(params![holder(gone.holder), gone.at, id, gone.id.as_str()])?;
    }
    for used in now.iter().filter(|used| !before.contains(used)) {
        db.prepare_cached(include_str!("sql/put_part_use.sql"))?.execute(params![
            holder(used.holder),
            used.at,
            id,
            used.id.as_str(),
            used.code,
            used.name,
            used.quantity,
        ])?;
    }
    Ok(())
}

/// The same of machines, each with the moment at which its job ended.
pub(super) fn replace_machines(
    db: &Connection,
    id: i64,
    now: &[(i64, Seen)],
    before: &[(i64, Seen)],
) -> Result<(), StoreError> {
    if now == before {
        return Ok(());
    }
    for (served, seen) in before {
        let sql = "DELETE FROM machine WHERE machine = ?1 AND served = ?2 AND id = ?3";
        db.prepare_cached(sql)?.execute(params![seen.machine, served, id])?;
    }
    for (served, seen) in now {
        // Two machines of a set that nobody told apart are one.
        let put =
            "INSERT OR REPLACE INTO machine (machine, served, id, kind, made, gone) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let kind = place(ApplianceKind::ALL, seen.kind);
        db.prepare_cached(put)?.execute(params![seen.machine, served, id, kind, seen.made, seen.gone])?;
    }
    Ok(())
}

/// By what machines are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Made before this moment.
    Made(i64),
    /// Last served before this moment.
    Served(i64),
}

/// Where a list of machines goes on: behind this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachinePlace {
    pub at: i64,
    pub id: i64,
}

impl MachinePlace {
    /// Before all.
    pub const FIRST: Self = Self { at: i64::MIN, id: i64::MIN };
}

/// A machine that is still there, with the job that told of it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMachine {
    pub place: MachinePlace,
    pub served: i64,
    pub made: Option<i64>,
    pub row: JobRow,
}

impl Store {
    /// What jobs took from somebody's stock from a moment on; from the shop's shelf where nobody is named.
    pub fn part_uses(&self, of: Option<MemberId>, since: i64) -> Result<Vec<Use>, StoreError> {
        let sql = "SELECT at, fact, code, name, quantity FROM part_use WHERE holder = ?1 AND at >= ?2";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![holder(of), since])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(Use {
                id: row.get::<_, String>(1)?.parse().map_err(|e| super::team::text_error(1, e))?,
                holder: of,
                code: row.get(2)?,
                name: row.get(3)?,
                quantity: row.get(4)?,
                at: row.get(0)?,
            });
        }
        Ok(out)
    }

    /// Jobs of which a maker waits for old parts, by their sheets, that were taken after a moment: newest first.
    pub fn jobs_with_old_parts(&self, since: i64) -> Result<Vec<JobRow>, StoreError> {
        self.keyed(&Key::OldParts, |row, _| row.card.taken_at.0 >= since)
    }

    /// Jobs that no maker has been told of (R46), newest first, at most so many.
    pub fn unreported(&self, most: usize) -> Result<Vec<JobRow>, StoreError> {
        self.keyed(&Key::Unreported, |_, found| found < most)
    }

    /// Jobs under one key, newest first, as long as they are wanted; told how many were found before.
    fn keyed(&self, key: &Key<'_>, wanted: impl Fn(&JobRow, usize) -> bool) -> Result<Vec<JobRow>, StoreError> {
        let mut query = self.db.prepare_cached(super::lists::KEYED)?;
        let mut rows = query.query(params![key.number(), i64::MAX])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(found) = read(row)? else { continue };
            if !wanted(&found, out.len()) {
                break;
            }
            if key.names(&found) {
                out.push(found);
            }
        }
        self.finish(&mut out)?;
        Ok(out)
    }

    /// Machines of a kind that are due, the longest due first, behind a place. A machine counts as its newest job left it.
    pub fn machines_due(
        &self,
        kind: ApplianceKind,
        due: Due,
        after: MachinePlace,
        limit: usize,
    ) -> Result<Vec<KnownMachine>, StoreError> {
        let (sql, until) = match due {
            Due::Made(until) => (include_str!("sql/machines_made.sql"), until),
            Due::Served(until) => (include_str!("sql/machines_served.sql"), until),
        };
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![place(ApplianceKind::ALL, kind), after.at, after.id, until])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(found) = read(row)? else { continue };
            let at = row.get(0)?;
            out.push(KnownMachine {
                place: MachinePlace { at, id: row.get(1)? },
                served: row.get(4)?,
                made: row.get(5)?,
                row: found,
            });
            if out.len() == limit {
                break;
            }
        }
        Ok(out)
    }

    /// Customers by phone, each by the newest of their jobs, newest first: a page of those whose newest job fits, and where the next one begins. No table of
    /// customers is kept: a job is passed over where its phone has a newer one.
    pub fn customers(
        &self,
        before: Option<i64>,
        limit: usize,
        fits: impl Fn(&JobRow) -> bool,
    ) -> Result<(Vec<Customer>, Option<i64>), StoreError> {
        let mut query = self.db.prepare_cached(super::lists::NEWEST)?;
        let mut rows = query.query([before.unwrap_or(i64::MAX)])?;
        let mut out: Vec<Customer> = Vec::new();
        let (mut last, mut looked_at) = (None, 0);
        while let Some(row) = rows.next()? {
            // A customer with thousands of jobs costs a page no more than so many rows.
            if out.len() == limit || looked_at == MOST_LOOKED_AT {
                return Ok((out, last));
            }
            looked_at += 1;
            let id: i64 = row.get(1)?;
            last = Some(id);
            let Some(found) = read(row)? else { continue };
            let phone = same_phone(&found.card.phone);
            if phone.is_empty() || !fits(&found) {
                continue;
            }
            if !self.newer_of(&phone, id)? {
                out.push(Customer { jobs: self.jobs_of(&phone)?, phone, row: found });
            }
        }
        Ok((out, None))
    }

    /// How many jobs a phone has; two phones may share a number, one pair of a hundred thousand does.
    pub fn jobs_of(&self, phone: &str) -> Result<u32, StoreError> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM job_key WHERE key = ?1")?;
        Ok(query.query_row([Key::Phone(phone).number()], |row| row.get(0))?)
    }

    fn newer_of(&self, phone: &str, id: i64) -> Result<bool, StoreError> {
        let sql =
            "SELECT 0, j.id, j.job, j.row FROM job_key k JOIN job j ON j.id = k.id WHERE k.key = ?1 AND k.id > ?2";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![Key::Phone(phone).number(), id])?;
        while let Some(row) = rows.next()? {
            if read(row)?.is_some_and(|row| same_phone(&row.card.phone) == phone) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Rows that a page of customers looks at.
const MOST_LOOKED_AT: usize = 3_000;

/// A customer, by the newest job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// As numbers are compared.
    pub phone: String,
    pub jobs: u32,
    pub row: JobRow,
}

fn read(row: &Row<'_>) -> Result<Option<JobRow>, StoreError> {
    index::read(row.get(2)?, row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)
}

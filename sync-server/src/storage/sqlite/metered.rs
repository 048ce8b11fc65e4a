//! Counts of what was brought, in a table by day.

use doorstep_schemas::ids::{DeviceId, OutletId};
use rusqlite::{Connection, Row};

use super::ledger::InTransaction;
use super::rows::{self, number};
use super::shelf::OnConnection;
use crate::storage::metered::{KEPT_DAYS, Metered};
use crate::storage::{DayUse, Quota, StorageError};

fn day_use(row: &Row<'_>, of: &str) -> Result<DayUse, StorageError> {
    let count = |name: &str| rows::count(row, &format!("{of}{name}"));
    Ok(DayUse { entries: count("entries")?, bytes: count("bytes")?, photo_bytes: count("photo_bytes")? })
}

impl Metered for OnConnection<'_> {
    fn uses(&self, outlet: OutletId, day: i64) -> Result<Vec<(DeviceId, DayUse)>, StorageError> {
        let sql = "SELECT * FROM day_use WHERE outlet = ?1 AND day = ?2 ORDER BY device";
        self.all(sql, (outlet.to_bytes(), day), |row| Ok((DeviceId(row.get("device")?), day_use(row, "")?)))
    }

    fn use_of(&self, outlet: OutletId, day: i64, device: DeviceId) -> Result<(DayUse, DayUse), StorageError> {
        let params = (outlet.to_bytes(), day, device.0);
        let found = self.all(include_str!("queries/use_of.sql"), params, |row| {
            Ok((day_use(row, "own_")?, day_use(row, "all_")?))
        })?;
        Ok(found.first().copied().unwrap_or_default())
    }

    fn quota(&self, outlet: OutletId) -> Result<Quota, StorageError> {
        let set = self.all("SELECT * FROM quota WHERE outlet = ?1", [outlet.to_bytes()], |row| {
            Ok(Quota { device: day_use(row, "device_")?, outlet: day_use(row, "outlet_")? })
        })?;
        Ok(set.first().copied().unwrap_or_default())
    }
}

impl Metered for InTransaction<'_> {
    fn uses(&self, outlet: OutletId, day: i64) -> Result<Vec<(DeviceId, DayUse)>, StorageError> {
        OnConnection::writing(self.0).uses(outlet, day)
    }

    fn use_of(&self, outlet: OutletId, day: i64, device: DeviceId) -> Result<(DayUse, DayUse), StorageError> {
        OnConnection::writing(self.0).use_of(outlet, day, device)
    }

    fn quota(&self, outlet: OutletId) -> Result<Quota, StorageError> {
        OnConnection::writing(self.0).quota(outlet)
    }
}

pub fn add(db: &Connection, outlet: OutletId, day: i64, device: DeviceId, more: DayUse) -> Result<(), StorageError> {
    let (entries, bytes) = (number(more.entries)?, number(more.bytes)?);
    let params = (outlet.to_bytes(), day, device.0, entries, bytes, number(more.photo_bytes)?);
    db.prepare_cached(include_str!("queries/add_use.sql"))?.execute(params)?;
    let past = (outlet.to_bytes(), day.saturating_sub(KEPT_DAYS));
    db.prepare_cached("DELETE FROM day_use WHERE outlet = ?1 AND day < ?2")?.execute(past)?;
    Ok(())
}

pub fn put_quota(db: &Connection, outlet: OutletId, quota: Quota) -> Result<(), StorageError> {
    // What SQLite can't count is no limit at all.
    let most = |most: u64| i64::try_from(most).unwrap_or(i64::MAX);
    let Quota { device, outlet: all } = quota;
    let params = (
        outlet.to_bytes(),
        most(device.entries),
        most(device.bytes),
        most(device.photo_bytes),
        most(all.entries),
        most(all.bytes),
        most(all.photo_bytes),
    );
    db.prepare_cached(include_str!("queries/put_quota.sql"))?.execute(params)?;
    Ok(())
}

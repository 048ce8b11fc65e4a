//! Counts of what was brought, in memory.

use doorstep_schemas::ids::{DeviceId, OutletId};

use super::Tables;
use crate::storage::metered::{KEPT_DAYS, Metered};
use crate::storage::{DayUse, Quota, StorageError};

impl Metered for Tables {
    fn uses(&self, outlet: OutletId, day: i64) -> Result<Vec<(DeviceId, DayUse)>, StorageError> {
        let rows = self.uses.rows.iter().filter(|((o, d, _), _)| (*o, *d) == (outlet, day));
        Ok(rows.map(|((_, _, device), used)| (*device, *used)).collect())
    }

    fn use_of(&self, outlet: OutletId, day: i64, device: DeviceId) -> Result<(DayUse, DayUse), StorageError> {
        let own = self.uses.rows.get(&(outlet, day, device)).copied().unwrap_or_default();
        let all = self.uses(outlet, day)?.into_iter().fold(DayUse::default(), |all, (_, used)| all.and(used));
        Ok((own, all))
    }

    fn quota(&self, outlet: OutletId) -> Result<Quota, StorageError> {
        Ok(self.quotas.rows.get(&outlet).copied().unwrap_or_default())
    }
}

impl Tables {
    pub(super) fn count_use(&mut self, outlet: OutletId, day: i64, device: DeviceId, more: DayUse) {
        let before = self.uses.rows.get(&(outlet, day, device)).copied().unwrap_or_default();
        self.uses.put((outlet, day, device), before.and(more));
        let past = |(o, d, _): &&(OutletId, i64, DeviceId)| *o == outlet && *d < day - KEPT_DAYS;
        for key in self.uses.rows.keys().filter(past).copied().collect::<Vec<_>>() {
            self.uses.take(&key);
        }
    }
}

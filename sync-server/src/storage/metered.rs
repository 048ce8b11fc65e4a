//! What each device has brought on which day, counted in the transaction that takes it.

use doorstep_schemas::ids::{DeviceId, OutletId};

use super::{DayUse, Quota, StorageError};

/// Days that counts are kept.
pub const KEPT_DAYS: i64 = 35;

/// Reading what was counted.
pub trait Metered {
    /// What devices have brought on a day, by device.
    fn uses(&self, outlet: OutletId, day: i64) -> Result<Vec<(DeviceId, DayUse)>, StorageError>;
    /// What a device has brought on a day, and what all have: asked for each batch of pieces.
    fn use_of(&self, outlet: OutletId, day: i64, device: DeviceId) -> Result<(DayUse, DayUse), StorageError>;
    /// The most that may be brought in a day.
    fn quota(&self, outlet: OutletId) -> Result<Quota, StorageError>;
}

//! What the data folder takes of the disk, whether there is room, and whether it is sound.

use serde::{Deserialize, Serialize};

use super::Millis;
use crate::ids::{BlobHash, JobId};

/// Where the data lies and how it is. Sizes are in kilobytes (1,000 bytes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StorageView {
    pub database_kb: u32,
    pub photos_kb: u32,
    /// Full pictures that may go now, because the relay gives them back, and what they take.
    pub freeable_photos: u32,
    pub freeable_kb: u32,
    /// Files written for somebody to carry away.
    pub exports_kb: u32,
    /// A damaged database that was put aside, or one as it was before an update; they go by themselves.
    pub copies_kb: u32,
    /// `None` where the system does not say.
    pub free_kb: Option<u32>,
    /// Text is still saved, pictures are not.
    pub disk_low: bool,
    /// The last whole look for damage; `None` before the first.
    pub checked: Option<CheckView>,
    /// The last time that a damaged database was made anew.
    pub repaired: Option<RepairView>,
    /// Photos taken here whose file is damaged and which the relay does not have, newest first.
    pub lost_photos: Vec<LostPhotoView>,
}

/// What a look for damage saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CheckView {
    pub at: Millis,
    pub pages: u32,
    pub changes: u32,
    pub photos: u32,
    /// Files that were damaged or gone; what the relay has is fetched again.
    pub photos_damaged: u32,
    /// The database was damaged; it was made anew.
    pub damaged: bool,
}

/// What a repair kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RepairView {
    pub at: Millis,
    pub damaged_pages: u32,
    /// Records that were readable and are here again.
    pub kept: u32,
    /// Records of this device that were not readable. Those that the relay has come back.
    pub own_missing: u32,
    /// Records that no other device was known to have, and the file in `exports` that holds them.
    pub exported: u32,
    pub export: Option<String>,
    /// The device has to be enrolled again.
    pub identity_lost: bool,
    /// The relay has given everything again since.
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LostPhotoView {
    pub photo: BlobHash,
    pub job: Option<JobId>,
    pub at: Millis,
}

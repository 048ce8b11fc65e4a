//! What is asked about keys, and of a device that is given away.

use serde::{Deserialize, Serialize};

/// Erases this device.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct EraseDevice {
    /// The last four characters of the device's number, typed: nobody does this by a slip of the thumb.
    pub number_end: String,
    /// Also what is only on this device.
    pub unsent_too: bool,
}

/// Opens a data folder whose own key is gone.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RecoverFolder {
    /// The folder as the system names it.
    pub path: String,
    /// The printed private half as typed; empty where the desk has it.
    pub recovery_key: String,
}

//! What is asked about keys.

use serde::{Deserialize, Serialize};

/// Opens a data folder whose own key is gone.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RecoverFolder {
    /// The folder as the system names it.
    pub path: String,
    /// The printed private half as typed; empty where the desk has it.
    pub recovery_key: String,
}

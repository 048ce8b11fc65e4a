//! Whether the data folder is open: what the screen is shown before anything else can be asked.

use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::event::{Task, TaskProgress};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StartView {
    /// Under way. `task`: what takes long, and how far it is.
    Opening {
        task: Option<Task>,
        progress: Option<TaskProgress>,
    },
    Opened,
    /// Nothing was lost; it may be tried again.
    Failed {
        why: Failure,
        /// Where the data lies.
        folder: String,
        version: String,
    },
}

//! Undoing an action, and picking between values.

use serde::{Deserialize, Serialize};

use crate::ids::{ChangeHash, JobId};
use crate::view::FieldPlace;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Undo {
    pub job: JobId,
    /// The action's name, as the history has it.
    pub action: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Resolve {
    pub job: JobId,
    pub place: FieldPlace,
    pub choice: Choice,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum Choice {
    /// The value that this change wrote.
    Pick { change: ChangeHash },
    /// Another one, of the same kind as the value that is shown: a text, a whole number, `true` or `false`.
    Typed { text: String },
}

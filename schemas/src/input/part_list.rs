//! A parts list as a file that somebody else wrote.

use serde::{Deserialize, Serialize};

use crate::view::{Millis, PartColumn};

/// A list as a person picked it, and how it is to be read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReadParts {
    pub base64: String,
    /// Which of the file's sheets, from nought.
    pub sheet: u32,
    /// What each column says; unnamed, it is remembered from the same headings, or guessed.
    pub columns: Option<Vec<Option<PartColumn>>>,
}

/// The same, to be put in force.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PublishParts {
    pub base64: String,
    pub sheet: u32,
    pub columns: Vec<Option<PartColumn>>,
    /// From when the list holds, now at the earliest.
    pub from: Millis,
}

//! Rule sets as their files, from the owner's desk.

use serde::{Deserialize, Serialize};

use crate::ids::{BlobHash, JobId, ShortId};
use crate::rules::SetKind;
use crate::view::{FormValue, Millis};

/// A rule set as its file has it.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SetFile {
    pub kind: SetKind,
    /// JSON.
    pub file: String,
}

/// Puts a rule set in force from a moment on, now at the earliest.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct PublishSet {
    pub kind: SetKind,
    /// JSON.
    pub file: String,
    pub from: Millis,
}

/// A portion of the open jobs, judged by what is in force at a moment and by a set that would be.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct JobsBySet {
    pub kind: SetKind,
    pub file: String,
    pub from: Millis,
    /// Where the portion before ended.
    pub after: Option<JobId>,
}

/// One version, as a file.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ExportSet {
    pub kind: SetKind,
    pub hash: BlobHash,
    /// The bytes as well: whoever asks saves them.
    pub bytes: bool,
}

/// A version that has not begun is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct TakeBackSet {
    pub kind: SetKind,
    pub id: ShortId,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OneSetKind {
    pub kind: SetKind,
}

/// The set in force with other values.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ReviseSet {
    pub kind: SetKind,
    pub values: Vec<NewValue>,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NewValue {
    /// As the form has it.
    pub pointer: String,
    pub value: FormValue,
}

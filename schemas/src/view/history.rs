//! What the changes tell: who did what when, what differs, and what two people wrote without knowing of each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Millis, Text, words};
use crate::ids::ChangeHash;

words!(
    /// One of a job's two documents.
    JobPaper {
        Order = "order",
        Sheet = "sheet",
    }
);

words!(
    /// What became of a record or a field between two moments.
    Turn {
        Added = "added",
        /// Not known at the later moment.
        Gone = "gone",
        TakenBack = "taken_back",
        BroughtBack = "brought_back",
        Changed = "changed",
    }
);

/// Where a value lies in a job's documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FieldPlace {
    pub paper: JobPaper,
    pub container: String,
    pub key: String,
    /// A record's field; `None` for what has a key of its own.
    pub field: Option<String>,
}

/// One action with everything that it did, in whichever documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeedView {
    /// Its name, by which it can be undone.
    pub action: String,
    pub at: Millis,
    pub by: String,
    pub device: String,
    /// The action's short code.
    pub code: String,
    /// The whole line, as a person reads it.
    pub text: Text,
    pub differences: Vec<DifferenceView>,
    /// All of it is on the relay.
    pub received: bool,
}

/// One record or field that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DifferenceView {
    pub turn: Turn,
    pub text: Text,
}

/// 审核后有改动: the sheet since the approval that stands (R39).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SinceApprovalView {
    pub approved_at: Millis,
    pub approved_by: String,
    /// The approved version is not all on this device: what has changed can't be told yet.
    pub unknown: bool,
    pub differences: Vec<DifferenceView>,
    pub photos_added: u32,
    pub photos_gone: u32,
}

/// A field with more than one value: a person picks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConflictView {
    pub place: FieldPlace,
    pub name: Text,
    /// The one that is shown first.
    pub values: Vec<HeldView>,
    /// This member may decide.
    pub may_resolve: bool,
}

/// One of the values, with its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HeldView {
    /// The change that wrote it: names it when it is picked.
    pub change: ChangeHash,
    pub text: Text,
    pub by: String,
    pub device: String,
    pub at: Millis,
}

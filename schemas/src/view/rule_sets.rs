//! 规则: the sets in force and to come, what another file would change, and which open jobs would look different.

use serde::{Deserialize, Serialize};

use super::{BlockerCode, Coverage, Fen, JobCard, Millis, RefusedSetView, SetStands, Text, Verdict};
use crate::ids::{BlobHash, JobId, ShortId};
use crate::rules::SetKind;

/// All rule sets of the outlet. On owners' devices alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RuleSetsView {
    pub kinds: Vec<SetKindView>,
    /// Named, and not used here.
    pub refused: Vec<RefusedSetView>,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetKindView {
    pub kind: SetKind,
    /// Rows of the one in force; none where there is none.
    pub rows: u32,
    /// Oldest first.
    pub versions: Vec<SetVersionView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetVersionView {
    pub hash: BlobHash,
    pub version: String,
    /// `None`: it came with the program and holds always.
    pub from: Option<Millis>,
    pub stands: SetStands,
    /// Who published it, and when; nobody did what came with the program.
    pub by: String,
    pub published: Option<Millis>,
    /// Its record, while it can be taken back: it has not begun.
    pub takes_back: Option<ShortId>,
    /// Its file has not come yet.
    pub awaited: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RowTurn {
    Added,
    Gone,
    Changed,
}

/// A value as people read it, with its unit; before or after is missing where it comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ValueChange {
    pub field: Text,
    pub before: Option<Text>,
    pub after: Option<Text>,
}

/// A row that another set would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetChange {
    /// The list that it is in: fees of a book, items of a maker.
    pub under: Text,
    pub code: String,
    pub name: Text,
    pub turn: RowTurn,
    pub values: Vec<ValueChange>,
}

/// What a set would change, before it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetCompared {
    pub kind: SetKind,
    pub version: String,
    /// As the file says: `2026-12-01`.
    pub valid_from: Option<Millis>,
    pub changes: Vec<SetChange>,
    /// Rows that changed and are not listed.
    pub more: u32,
    pub same: u32,
    /// Open jobs can look different by a set of this kind.
    pub touches_jobs: bool,
}

/// What becomes different on an open job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum JobChange {
    /// Something more, or less, keeps it from being completed.
    Gate { code: BlockerCode, subject: Option<Text>, comes: bool },
    /// What a value that was measured would be, were it measured again. The reading itself keeps its verdict (R11).
    Verdict { row: Text, before: Verdict, after: Verdict },
    /// Minutes allowed after arrival (R2).
    Minutes { before: u32, after: u32 },
    /// When somebody must have arrived (R3, R4).
    ArriveBy { before: Option<Millis>, after: Option<Millis> },
    /// What the policy says of an appliance (R26).
    Coverage { appliance: String, before: Coverage, after: Coverage },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobBySet {
    pub card: JobCard,
    pub changes: Vec<JobChange>,
}

/// A portion of the open jobs, judged by both sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobsBySetView {
    /// Those that change.
    pub jobs: Vec<JobBySet>,
    /// Jobs of this portion.
    pub looked: u32,
    /// Open jobs in all.
    pub of: u32,
    /// Where the next portion goes on; `None` at the end.
    pub after: Option<JobId>,
}

/// A set as a form: what may be written without a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetForm {
    pub kind: SetKind,
    pub version: String,
    pub rows: Vec<FormRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FormRow {
    pub under: Text,
    pub name: Text,
    pub fields: Vec<FormField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FormField {
    /// Where it stands in the file.
    pub pointer: String,
    pub label: Text,
    pub value: FormValue,
    /// What a number counts.
    pub unit: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "of", content = "is", rename_all = "snake_case")]
pub enum FormValue {
    Text(Text),
    Number(i32),
    /// In fen.
    Money(Fen),
    Word(String),
}

/// A set's file that was made of a form; nothing is published yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetDrafted {
    pub file: String,
    pub compared: SetCompared,
}

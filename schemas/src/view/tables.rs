//! What a table of orders would become, and what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ApplianceKind, Coverage, JobKind, Millis, Window};
use crate::ids::JobId;

words!(
    /// What a column of a table says of an order.
    OrderColumn {
        Name = "name",
        Phone = "phone",
        Township = "township",
        Address = "address",
        Kind = "kind",
        Appliance = "appliance",
        Brand = "brand",
        Model = "model",
        Serial = "serial",
        Symptom = "symptom",
        Window = "window",
        Coverage = "coverage",
        MakerOrder = "maker_order",
        Note = "note",
    }
);

words!(
    /// Whether a row is brought in.
    RowState {
        Ready = "ready",
        /// Something of the same phone or serial is here: a person says.
        Alike = "alike",
        /// It is here already.
        Here = "here",
        Wrong = "wrong",
    }
);

words!(
    /// What has to be said of a row.
    RowNoteCode {
        /// Empty, and no order is without it.
        Required = "required",
        TooLong = "too_long",
        Phone = "phone",
        /// A spreadsheet took a number for a figure: 1.38E+10.
        Shortened = "shortened",
        IdentityNumber = "identity_number",
        WindowUnknown = "window_unknown",
        WindowPast = "window_past",
        /// An hour alone was made a window of two.
        TwoHours = "two_hours",
        /// A day alone was made its working hours.
        WholeDay = "whole_day",
        KindUnknown = "kind_unknown",
        ApplianceUnknown = "appliance_unknown",
        CoverageUnknown = "coverage_unknown",
        /// Its words mean danger (R3).
        Urgent = "urgent",
        SameRow = "same_row",
        AlikeRow = "alike_row",
        SameJob = "same_job",
        AlikeJob = "alike_job",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RowNote {
    pub code: RowNoteCode,
    pub column: Option<OrderColumn>,
    /// What the cell says, or whose job it is.
    pub text: String,
    /// The other row.
    pub row: Option<u32>,
}

/// One row, and the order that it would become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PlannedRow {
    /// Its number in the file, from one.
    pub row: u32,
    pub state: RowState,
    pub notes: Vec<RowNote>,
    /// The job that it is, or is like.
    pub like: Option<JobId>,
    pub customer: String,
    pub phone: String,
    pub township: String,
    pub address: String,
    pub kind: JobKind,
    pub appliance_kind: ApplianceKind,
    /// Brand and model.
    pub appliance: String,
    pub serial: String,
    pub symptom: String,
    pub window: Option<Window>,
    pub coverage: Coverage,
    pub maker_order: String,
}

/// What a file would bring, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportPlan {
    /// Names of the file's sheets; one without a name for a CSV.
    pub sheets: Vec<String>,
    pub sheet: u32,
    /// The headings, and what each column is taken for.
    pub head: Vec<String>,
    pub columns: Vec<Option<OrderColumn>>,
    /// The first cells of each column.
    pub samples: Vec<Vec<String>>,
    /// The mapping was chosen for the same headings before.
    pub remembered: bool,
    /// What no column says and no order is without.
    pub lacking: Vec<OrderColumn>,
    pub ready: u32,
    pub alike: u32,
    pub here: u32,
    pub wrong: u32,
    /// Some of the rows: the first ones that are ready, and those that have to be looked at.
    pub rows: Vec<PlannedRow>,
    /// The same file was brought in before.
    pub before: Option<ImportView>,
}

/// An import that was made on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportView {
    pub import: String,
    pub name: String,
    pub at: Millis,
    pub orders: u32,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportDone {
    /// By which it is undone; `None` when nothing was taken.
    pub import: Option<String>,
    pub taken: u32,
    /// Alike ones that were left out.
    pub alike: u32,
    pub here: u32,
    pub wrong: u32,
    /// A person stopped it: what was taken stays.
    pub stopped: bool,
}

/// What came of undoing one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportUndone {
    pub cancelled: u32,
    /// Orders that somebody has worked on since; they stay. The first hundred by name.
    pub kept: u32,
    pub kept_names: Vec<String>,
    pub stopped: bool,
}

/// A table that was written for somebody to carry away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TableMade {
    pub name: String,
    /// The whole path, as the system shows it.
    pub path: String,
    pub kilobytes: u32,
    pub rows: u32,
    pub mime: String,
    /// The bytes, where they were asked for.
    pub base64: Option<String>,
}

//! Orders as a table: brought in from a file, and handed out as one.

use serde::{Deserialize, Serialize};

use super::ListJobs;
use crate::view::{Language, Millis, OrderColumn};

/// A table of orders as a person picked it, and how it is to be read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReadImport {
    pub base64: String,
    /// Which of the file's sheets, from nought.
    pub sheet: u32,
    /// What each column says; unnamed, it is remembered from the same headings, or guessed.
    pub columns: Option<Vec<Option<OrderColumn>>>,
}

/// The same, to be brought in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportOrders {
    /// The file's name, by which the import is found again.
    pub name: String,
    pub base64: String,
    pub sheet: u32,
    pub columns: Vec<Option<OrderColumn>>,
    /// Rows that are brought in although something alike is here, by their numbers in the file.
    pub anyway: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndoImport {
    /// As the list of imports names it.
    pub import: String,
    /// What the cancelled orders say.
    pub reason: String,
}

/// Which orders go out.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ExportWhat {
    /// Those of a day; `None` is today.
    Day {
        at: Option<Millis>,
    },
    Found {
        text: String,
    },
    List {
        list: ListJobs,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    Csv,
    Xlsx,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ExportOrders {
    pub what: ExportWhat,
    pub format: TableFormat,
    pub language: Language,
    /// Hand the bytes back as well: a browser saves them itself.
    pub bytes: bool,
}

/// Which list of the desk goes out.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum TableWhat {
    /// What broke how often in a period (R46).
    Failures {
        from: Millis,
        to: Millis,
    },
    /// Jobs that no maker has been told of (R46).
    Unreported,
    /// The jobs of a day with what wants a look, and its figures (R38); `None` is today.
    Review {
        at: Option<Millis>,
    },
    /// Parts with everybody's stock (R22).
    Parts,
    Moves,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ExportTable {
    pub what: TableWhat,
    pub format: TableFormat,
    pub language: Language,
    /// Hand the bytes back as well: a browser saves them itself.
    pub bytes: bool,
}

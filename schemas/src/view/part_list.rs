//! A parts list laid beside the one in force.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::words;

words!(
    /// What a column of a parts list says.
    PartColumn {
        Code = "code",
        Name = "name",
        NameEn = "name_en",
        /// What it fits.
        Appliances = "appliances",
        Guide = "guide",
        Dealer = "dealer",
        /// Fewer than so many is low.
        Low = "low",
        /// The old one goes back to the maker.
        Tracked = "tracked",
    }
);

words!(
    /// What a row of a parts list changes.
    PartRowState {
        Added = "added",
        Changed = "changed",
        Same = "same",
        Wrong = "wrong",
    }
);

words!(
    /// What keeps a row of a parts list out.
    PartNoteCode {
        /// A new part has code, name, price and what it fits.
        Required = "required",
        TooLong = "too_long",
        /// A sum or a number that is none.
        Unread = "unread",
        ApplianceUnknown = "appliance_unknown",
        /// The code stands on a row before it.
        Twice = "twice",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartNote {
    pub code: PartNoteCode,
    pub column: PartColumn,
    pub text: String,
}

/// One field that would be another: as people read it, empty where there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartChange {
    pub column: PartColumn,
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PlannedPart {
    /// Its number in the file, from one.
    pub row: u32,
    pub state: PartRowState,
    pub code: String,
    pub name: String,
    pub changes: Vec<PartChange>,
    pub notes: Vec<PartNote>,
}

/// What a list would change, before anything is written. Parts that it does not name stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartsPlan {
    /// Names of the file's sheets; one without a name for a CSV.
    pub sheets: Vec<String>,
    pub sheet: u32,
    pub head: Vec<String>,
    pub columns: Vec<Option<PartColumn>>,
    /// The first cells of each column.
    pub samples: Vec<Vec<String>>,
    pub remembered: bool,
    pub lacking: Vec<PartColumn>,
    pub added: u32,
    pub changed: u32,
    pub same: u32,
    pub wrong: u32,
    /// What is wrong first, then what changes; the last ones of a long list are left out.
    pub rows: Vec<PlannedPart>,
    /// Parts of the list in force that the file does not name.
    pub unnamed: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartsPublished {
    /// The version of the list; empty where only prices of purchase and safe stocks are others.
    pub version: String,
    pub added: u32,
    pub changed: u32,
}

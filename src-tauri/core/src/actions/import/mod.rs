//! Orders from a table: looked at first, brought in in batches that can be stopped, and taken back while nobody has touched
//! them (decision 0048).

pub(super) mod picked;
pub(super) mod plan;
mod take;
mod undo;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_schemas::ids::{Actor, ShortId};
use doorstep_schemas::view::{ImportView, Millis, OrderColumn};
use sha2::{Digest, Sha256};

use super::Actions;
use super::orders::OrderError;
use crate::store::StoreError;
use crate::store::drafts::DraftError;
use crate::tables::{self, MOST_BYTES, Sheet, TableError};

/// Under which key imports are remembered; one of the headings of a mapping begins with the other.
const IMPORTS: &str = "imports";
const MAPPING: &str = "import/";
/// Letters of a file's name that are remembered.
const MOST_NAME: usize = 30;
/// What every order has.
const NEEDED: [OrderColumn; 3] = [OrderColumn::Name, OrderColumn::Phone, OrderColumn::Address];

/// Why a table was not looked at, brought in or taken back. What was taken before it stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is not base64")]
    Base64,
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{} columns that every order needs are not named", .0.len())]
    Lacking(Vec<OrderColumn>),
    #[error("{0:?} is no import that is remembered here")]
    Unknown(String),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error("what was chosen could not be remembered")]
    Draft(#[from] DraftError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Order(error.into())
    }
}

/// An import as it is remembered on this device: by which run and action its orders were made, when, how many, from which file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Import {
    actor: Actor,
    id: ShortId,
    at_ms: i64,
    orders: u32,
    file: String,
    name: String,
}

impl Import {
    fn to_text(&self) -> String {
        let Self { actor, id, at_ms, orders, file, name } = self;
        format!("{actor}.{id}.{at_ms}.{orders}.{file}.{name}")
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, '.');
        let mut part = || parts.next();
        Some(Self {
            actor: part()?.parse().ok()?,
            id: part()?.parse().ok()?,
            at_ms: part()?.parse().ok()?,
            orders: part()?.parse().ok()?,
            file: part()?.to_owned(),
            name: part()?.to_owned(),
        })
    }

    fn view(self) -> ImportView {
        let import = format!("{}.{}", self.actor, self.id);
        ImportView { import, name: self.name, at: Millis(self.at_ms), orders: self.orders }
    }
}

impl Actions {
    /// Imports that were made on this device, the newest first.
    pub fn imports(&self) -> Result<Vec<ImportView>, StoreError> {
        Ok(self.remembered_imports()?.into_iter().map(Import::view).collect())
    }

    fn remembered_imports(&self) -> Result<Vec<Import>, StoreError> {
        let texts = self.remembered_choices(IMPORTS)?;
        Ok(texts.iter().filter_map(|text| Import::from_text(text)).collect())
    }
}

/// A file's sheets, and by which name the file is known again.
fn open(base64: &str) -> Result<(Vec<Sheet>, String), ImportError> {
    if base64.len() / 4 * 3 > MOST_BYTES + 3 {
        return Err(TableError::TooLarge(base64.len() / 4 * 3).into());
    }
    let bytes = STANDARD.decode(base64).map_err(|_not_base64| ImportError::Base64)?;
    Ok((tables::read(&bytes)?, digest(&bytes)))
}

/// Eight bytes of a hash, as text.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_remembered_whatever_its_file_is_called() {
        let import = Import {
            actor: Actor([7; 16]),
            id: ShortId::mint([1; 5]),
            at_ms: 1_795_233_600_000,
            orders: 10_000,
            file: digest(b"file"),
            name: "派工 2026.11.21.xls".to_owned(),
        };
        assert_eq!(Import::from_text(&import.to_text()), Some(import.clone()));
        assert_eq!(Import::from_text("nonsense"), None);
        let longest = Import { name: "单".repeat(MOST_NAME), orders: u32::MAX, ..import };
        assert!(longest.to_text().len() <= crate::store::drafts::MAX_KEY);
    }
}

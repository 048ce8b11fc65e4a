//! Errors of tables: files that are none, and imports.

use doorstep::actions::answer::AnswerError;
use doorstep::actions::export::ExportError;
use doorstep::actions::import::ImportError;
use doorstep::actions::part_list::PartListError;
use doorstep::tables::{MOST_BYTES, TableError};
use doorstep_schemas::code::ErrorCode;

use super::Told;

impl Told for TableError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooLarge(_) | Self::TooMuch(_) => ErrorCode::TableTooLarge,
            Self::Locked => ErrorCode::TableLocked,
            Self::Unknown(_) => ErrorCode::TableUnknown,
            Self::Damaged(_) => ErrorCode::TableDamaged,
            Self::Empty => ErrorCode::TableEmpty,
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLarge(_) | Self::TooMuch(_) => vec![("megabytes", (MOST_BYTES / 1_000_000).to_string())],
            _ => Vec::new(),
        }
    }
}

impl Told for ImportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Base64 => ErrorCode::TableDamaged,
            Self::Table(error) => error.code(),
            Self::Lacking(_) => ErrorCode::ColumnsLacking,
            Self::Unknown(_) => ErrorCode::ImportUnknown,
            Self::Order(error) => error.code(),
            Self::Draft(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Table(error) => error.params(),
            Self::Order(error) => error.params(),
            _ => Vec::new(),
        }
    }
}

impl Told for ExportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Store(error) => error.code(),
            Self::Fact(error) => error.code(),
            Self::Xlsx(_) => ErrorCode::FileFailed,
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Fact(error) => error.params(),
            Self::Store(_) | Self::Xlsx(_) => Vec::new(),
        }
    }
}

impl Told for AnswerError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::File(error) => error.code(),
            Self::Lacking(_) => ErrorCode::ColumnsLacking,
            Self::Settle(error) => error.code(),
            Self::Draft(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::File(error) => error.params(),
            Self::Settle(error) => error.params(),
            Self::Lacking(_) | Self::Draft(_) => Vec::new(),
        }
    }
}

impl Told for PartListError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::File(error) => error.code(),
            Self::Lacking(_) => ErrorCode::ColumnsLacking,
            Self::Publish(error) => error.code(),
            Self::Draft(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::File(error) => error.params(),
            Self::Publish(error) => error.params(),
            Self::Lacking(_) | Self::Draft(_) => Vec::new(),
        }
    }
}

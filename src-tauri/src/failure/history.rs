//! Errors of picking between values, of undoing, and of papers for the customer.

use doorstep::actions::conflicts::ResolveError;
use doorstep::actions::proof::ProofError;
use doorstep::actions::undo::UndoError;
use doorstep::documents::conflicts::NoPick;
use doorstep_paper::PressError;
use doorstep_schemas::code::ErrorCode;

use super::Told;

impl Told for ResolveError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::Evidence => ErrorCode::ActionIsEvidence,
            Self::TooLong => ErrorCode::FieldTooLong,
            Self::IdentityNumber => ErrorCode::IdentityNumber,
            Self::Pick(NoPick::Settled | NoPick::NotHeld) => ErrorCode::NothingToPick,
            Self::Pick(NoPick::Kind) => ErrorCode::InputInvalid,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong => vec![("field", "value".to_owned()), ("most", "500".to_owned())],
            _ => Vec::new(),
        }
    }
}

impl Told for UndoError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown(_) => ErrorCode::ActionUnknown,
            Self::Evidence(_) => ErrorCode::ActionIsEvidence,
            Self::Overtaken { .. } => ErrorCode::ActionOvertaken,
            Self::NotYours => ErrorCode::NotYourAction,
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Overtaken { by, .. } => vec![("by", by.clone())],
            _ => Vec::new(),
        }
    }
}

impl Told for ProofError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoNotice => ErrorCode::NoNoticeGiven,
            Self::NoTag => ErrorCode::NoBenchTag,
            Self::Job(error) => error.code(),
        }
    }
}

impl Told for PressError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooManyRows { .. }
            | Self::TooManyPictures { .. }
            | Self::TooMuchText { .. }
            | Self::TooTall { .. } => ErrorCode::PaperTooLong,
            Self::Picture { .. } => ErrorCode::PhotoDamaged,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Columns { .. } | Self::Row { .. } | Self::Code { .. } | Self::Typesetting(_) => {
                ErrorCode::PaperFailed
            }
        }
    }
}

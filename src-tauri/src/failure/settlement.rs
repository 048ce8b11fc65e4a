//! Errors of makers' money and price sets.

use doorstep::actions::rule_sets::PublishError;
use doorstep::actions::settle::SettleError;
use doorstep::actions::statement::StatementError;
use doorstep_schemas::code::ErrorCode;

use super::Told;

impl Told for SettleError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotNext { .. } => ErrorCode::SettleNotNext,
            Self::NotReady { .. } => ErrorCode::SettleNotReady,
            Self::Fact(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotNext { customer } => vec![("customer", customer.clone())],
            Self::NotReady { customer, count } => vec![("customer", customer.clone()), ("count", count.to_string())],
            Self::Fact(error) => error.params(),
        }
    }
}

impl Told for StatementError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Fact(error) => error.code(),
            Self::Table(_) => ErrorCode::PaperFailed,
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Fact(error) => error.params(),
            Self::Table(_) => Vec::new(),
        }
    }
}

impl Told for PublishError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::SetRefused,
            Self::Begun => ErrorCode::SetBegun,
            Self::Fact(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Malformed(set) => vec![("line", set.line.to_string()), ("reason", set.reason.clone())],
            Self::Begun => Vec::new(),
            Self::Fact(error) => error.params(),
        }
    }
}

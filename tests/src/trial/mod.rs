//! A program that works on a data folder until it is ended without a word, and says aloud what it did: what a person was
//! told is saved. Whoever listens can hold the folder to it afterwards.

mod colleague;
mod subject;
pub mod words;

pub use subject::{SubjectError, run};

use crate::town::Town;
use doorstep::rules::{MalformedSet, RuleBook};
use std::sync::Arc;

/// The town whose owner's device the subject is.
const TOWN: u64 = 11;

/// The subject's outlet: the same in every start.
pub fn town() -> Result<Town, MalformedSet> {
    Ok(Town::new(TOWN, Arc::new(RuleBook::built_in()?)))
}

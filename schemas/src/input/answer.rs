//! A maker's answer to a month's claims, as the file that they sent.

use serde::{Deserialize, Serialize};

use crate::ids::JobId;
use crate::view::AnswerColumn;

/// An answer as a person picked it, and how it is to be read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReadAnswer {
    /// `2026-11`; empty for the present one.
    pub month: String,
    pub maker: String,
    pub base64: String,
    /// Which of the file's sheets, from nought.
    pub sheet: u32,
    /// What each column says; unnamed, it is remembered of this maker and these headings, or guessed.
    pub columns: Option<Vec<Option<AnswerColumn>>>,
}

/// The same, to be written down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TakeAnswer {
    pub month: String,
    pub maker: String,
    pub base64: String,
    pub sheet: u32,
    pub columns: Vec<Option<AnswerColumn>>,
    /// Jobs that are left as they are.
    pub leave: Vec<JobId>,
    /// Jobs for which more was agreed than claimed, and that are taken so.
    pub anyway: Vec<JobId>,
    /// What stands where the maker gave no reason.
    pub reason: String,
}

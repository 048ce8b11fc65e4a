//! Lists of jobs, page by page, and what a search found.

use serde::{Deserialize, Serialize};

use super::JobCard;

/// A page. By days it is the newest day first, open jobs are by the promised time, all else is the newest order first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobList {
    pub jobs: Vec<JobCard>,
    /// To be handed back for the next page; `None` on the last one.
    pub next: Option<String>,
}

/// What a search found, newest order first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FoundJobs {
    pub jobs: Vec<JobCard>,
    /// There are older ones that fit as well.
    pub more: bool,
    /// The words that were looked for, as they are compared.
    pub words: Vec<String>,
    /// More was typed than is looked for: 128 characters, 12 words.
    pub shortened: bool,
}

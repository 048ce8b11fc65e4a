//! What the board and the roster ask.

use serde::{Deserialize, Serialize};

use super::RosterFact;
use crate::ids::{JobId, MemberId, ShortId};

/// Whom to send to a job.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Suggest {
    pub job: JobId,
    /// Members who go in any case: one electrician is enough for two.
    pub beside: Vec<MemberId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteOnRoster {
    pub fact: RosterFact,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RemoveKit {
    pub kit: ShortId,
}

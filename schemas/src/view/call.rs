//! What is known of a caller, and what has to be said to them.

use serde::{Deserialize, Serialize};

use super::{ApplianceKind, CardNumber, Coverage, JobCard, Millis, Text, Urgency};

/// The answer to a call as far as it has been typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CallView {
    /// Jobs of the same phone or serial, the newest first (R9).
    pub jobs: Vec<JobCard>,
    /// There are older ones.
    pub more: bool,
    /// Machines of those jobs that are known by a serial, and who pays for each.
    pub machines: Vec<KnownMachine>,
    /// The more dangerous of what was picked and of what the words say (R3).
    pub urgency: Urgency,
    pub scripts: Vec<CallScript>,
    /// When somebody has to be there at the latest if no other time is agreed (R3, R4).
    pub arrive_by: Millis,
}

/// A machine of the caller's, as the newest job has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KnownMachine {
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub serial: String,
    /// By its proofs of purchase and the policy in force (R26).
    pub coverage: Coverage,
    pub reason: Text,
    /// It is the one whose serial was typed.
    pub named: bool,
}

/// What is read out before anything else (R3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CallScript {
    /// `gas`, as guidance by it is written down.
    pub code: String,
    pub name: Text,
    pub steps: Vec<Text>,
    pub never: Vec<Text>,
    /// Who is called first, with the number where there is one.
    pub call_first: Vec<Text>,
    /// Those of them whose number is the same everywhere.
    pub numbers: Vec<CardNumber>,
    pub send_after: Option<Text>,
}

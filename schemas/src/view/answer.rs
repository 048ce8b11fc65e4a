//! A maker's answer laid beside what was claimed of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{Fen, Millis};
use crate::ids::JobId;

words!(
    /// What a column of a maker's answer says.
    AnswerColumn {
        MakerOrder = "maker_order",
        Serial = "serial",
        Phone = "phone",
        Day = "day",
        /// What is paid for the row.
        Agreed = "agreed",
        Deducted = "deducted",
        Verdict = "verdict",
        Reason = "reason",
        /// The maker's number of batch or payment.
        Reference = "reference",
    }
);

words!(
    /// What comes of a job by the maker's answer.
    AnswerOutcome {
        Agreed = "agreed",
        Less = "less",
        Refused = "refused",
        /// A person says whether more than was claimed is right.
        More = "more",
        /// The maker has yet to decide.
        Waits = "waits",
        /// It stands so already.
        Done = "done",
        /// It was answered otherwise before.
        Otherwise = "otherwise",
        NotSubmitted = "not_submitted",
        /// Several jobs fit the row.
        Several = "several",
        /// The job has lines of two makers: its steps are taken by hand.
        Shared = "shared",
        /// No job of ours.
        Unknown = "unknown",
        /// It says neither what is paid nor whether anything is.
        Unclear = "unclear",
    }
);

/// One job of the answer, or rows that are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnswerRow {
    /// Their numbers in the file, from one: a maker may list every item by itself.
    pub rows: Vec<u32>,
    pub outcome: AnswerOutcome,
    pub job: Option<JobId>,
    /// By what the job was found.
    pub by: Option<AnswerColumn>,
    pub customer: String,
    pub maker_order: String,
    pub serial: String,
    pub phone: String,
    pub finished: Option<Millis>,
    pub claimed: Fen,
    pub agreed: Option<Fen>,
    pub reason: String,
    pub reference: String,
}

/// A claim of the month that the answer does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnswerMissing {
    pub job: JobId,
    pub customer: String,
    pub maker_order: String,
    pub finished: Option<Millis>,
    pub claimed: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnswerSum {
    pub outcome: AnswerOutcome,
    pub count: u32,
    pub claimed: Fen,
    pub agreed: Fen,
}

/// What a maker's answer would change, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AnswerPlan {
    pub month: String,
    pub maker: String,
    /// Names of the file's sheets; one without a name for a CSV.
    pub sheets: Vec<String>,
    pub sheet: u32,
    pub head: Vec<String>,
    pub columns: Vec<Option<AnswerColumn>>,
    /// The first cells of each column.
    pub samples: Vec<Vec<String>>,
    /// The columns were chosen for this maker and the same headings before.
    pub remembered: bool,
    /// Columns without which no row can be told: what names a job, or what came of it.
    pub lacking: Vec<AnswerColumn>,
    /// Of each outcome that there is.
    pub sums: Vec<AnswerSum>,
    /// Those that have to be looked at first; the last ones of a long answer are left out.
    pub rows: Vec<AnswerRow>,
    pub missing: Vec<AnswerMissing>,
    /// All of them.
    pub missing_count: u32,
    pub missing_fen: Fen,
    /// When the same file was taken before.
    pub before: Option<Millis>,
}

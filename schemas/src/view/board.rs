//! 调度: one day of the outlet on a timeline, and whom to send (R7, R35).

use serde::{Deserialize, Serialize};

use super::{Blocker, CertificateKind, Grade, JobCard, MemberView, Millis, PaperLine, Text};
use crate::ids::{JobId, MemberId};

/// What a bar on the timeline stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BarOf {
    /// The window that the customer agreed to.
    Agreed,
    /// No time was agreed: the bar ends where somebody must have arrived.
    Deadline,
    /// From arrival on, as long as the work may take.
    UnderWay,
    /// From arrival to the end of the work.
    Done,
}

/// A job of the day with its place on the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BoardJob {
    pub card: JobCard,
    pub of: BarOf,
    pub from: Millis,
    pub to: Millis,
    /// Nobody has arrived though somebody should have.
    pub overdue: bool,
}

/// The way between two jobs of a member in different townships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TravelGap {
    /// End of the one bar and beginning of the next; not later than it where they overlap.
    pub from: Millis,
    pub to: Millis,
    pub leaves: String,
    pub arrives: String,
    /// The bars overlap: there is no time for the way.
    pub clash: bool,
}

/// One row of the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BoardMember {
    pub member: MemberView,
    /// Jobs of the day that have not ended, and all of them.
    pub open: u32,
    pub jobs: u32,
    /// Minutes that the day's open jobs may take.
    pub minutes: u32,
    pub townships: Vec<String>,
    pub grade: Option<Grade>,
    /// Never without its count (R35).
    pub score: Text,
    /// Certificates that ended or end soon.
    pub papers: Vec<PaperLine>,
    pub gaps: Vec<TravelGap>,
}

/// What wants the owner's eye, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Class 1 or 2, and nobody there yet (R3).
    Emergency,
    Overdue,
    HazardRemaining,
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BoardAlert {
    pub kind: AlertKind,
    pub job: JobId,
    pub customer: String,
    pub township: String,
    /// When somebody must have, or had to have, arrived.
    pub due: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BoardView {
    /// `2026-11-21`
    pub day: String,
    pub start: Millis,
    pub now: Millis,
    pub members: Vec<BoardMember>,
    /// Of the day, in the order of their bars; those without anybody among them.
    pub jobs: Vec<BoardJob>,
    pub alerts: Vec<BoardAlert>,
    /// Open jobs from days before that are not shown: there are too many.
    pub left_off: u32,
}

/// A member who could be sent, with what speaks for and against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SuggestLine {
    pub member: MemberView,
    /// Has the job now.
    pub assigned: bool,
    pub fits: bool,
    /// Only grades are in the way: the owner may set them aside with a reason.
    pub may_set_aside: bool,
    pub stops: Vec<Blocker>,
    pub reasons: Vec<Text>,
}

/// Whom to send, best first (R7, R35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SuggestView {
    pub job: JobId,
    /// What the law asks for.
    pub needs: Vec<CertificateKind>,
    /// What the fault asks for.
    pub difficulty: Option<Grade>,
    pub wished: Option<MemberId>,
    pub lines: Vec<SuggestLine>,
}

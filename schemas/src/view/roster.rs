//! 花名册 on the screen: what each member may do, measures with, earned and was told (R7, R35, R47).

use serde::{Deserialize, Serialize};

use super::{CertificateKind, Fen, Grade, KitLevel, MemberView, Millis, RosterEvent, Text};
use crate::ids::{MemberId, ShortId};

/// How urgent it is to renew a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RenewalDue {
    Expired,
    /// Within the days that the outlet wants to be told before.
    Soon,
    /// Within twice as many.
    Later,
    /// Nobody wrote down when it ends.
    Undated,
}

/// A certificate that was not withdrawn. Its number names it: one of the same number replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CertificateLine {
    pub kind: CertificateKind,
    pub number: String,
    pub issued: Option<Millis>,
    pub expires: Option<Millis>,
    pub due: Option<RenewalDue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KitLine {
    pub id: ShortId,
    pub level: Option<KitLevel>,
    pub instrument: String,
    pub number: String,
    pub calibrated: Option<Millis>,
    /// The calibration's end.
    pub due: Option<Millis>,
    pub renewal: Option<RenewalDue>,
}

/// Training, an exam, an interview, a reward or a penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventLine {
    pub id: ShortId,
    /// `None` for a word of a later version.
    pub event: Option<RosterEvent>,
    pub text: String,
    pub level: String,
    pub passed: bool,
    pub fen: Fen,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RosterPerson {
    pub member: MemberId,
    pub grade: Option<Grade>,
    pub years: u32,
    /// What years, exams and interview are enough for.
    pub earned: Option<Grade>,
    /// Never without its count (R35).
    pub score: Text,
    pub certificates: Vec<CertificateLine>,
    pub kits: Vec<KitLine>,
    /// Newest first.
    pub events: Vec<EventLine>,
    /// Rewards less penalties of this month.
    pub month_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AuthorisationLine {
    pub brand: String,
    pub number: String,
    pub expires: Option<Millis>,
    pub due: Option<RenewalDue>,
}

/// A paper that ended, ends soon, or says nothing of its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RenewalLine {
    pub due: RenewalDue,
    pub expires: Option<Millis>,
    /// `None` for what is the outlet's own.
    pub member: Option<MemberView>,
    pub what: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RosterView {
    pub people: Vec<RosterPerson>,
    /// The outlet's own filings.
    pub outlet: Vec<CertificateLine>,
    pub authorisations: Vec<AuthorisationLine>,
    /// Most urgent first.
    pub renewals: Vec<RenewalLine>,
    pub grades_on: bool,
    /// Visits that contracts promise become orders by themselves (R37).
    pub contract_visits: bool,
    /// How many days before their end papers are called up; those that have twice as many are told as well.
    pub notice_days: u32,
    pub now: Millis,
}

/// What came of a fact of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RosterNoted {
    pub id: ShortId,
    pub roster: RosterView,
}

//! Which work needs which certificate, and what a grade asks for (R7).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::words::words;
use crate::view::{ApplianceKind, CertificateKind, Grade, JobKind};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrewSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub certificates: Vec<CertificateRule>,
    /// Words in a symptom or fault that mean brazing.
    pub brazing: Vec<String>,
    pub grades: Vec<GradeRule>,
}

words!(
    /// When work needs a certificate.
    CertificateWhen {
        Always = "always",
        /// Where the order foresees work at height.
        AtHeight = "at_height",
        /// Where the circuit is brazed.
        Brazing = "brazing",
    }
);

words!(
    /// What exam a grade asks for.
    ExamLevel {
        NoExam = "no_exam",
        /// 初级
        Junior = "junior",
        /// 中级
        Intermediate = "intermediate",
        /// 高级
        Senior = "senior",
    }
);

/// This work on these appliances needs this certificate. Empty lists mean all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRule {
    pub code: String,
    pub certificate: CertificateKind,
    #[serde(default)]
    pub jobs: Vec<JobKind>,
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    pub when: CertificateWhen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeRule {
    pub grade: Grade,
    /// In the trade.
    pub years: u32,
    pub exam: ExamLevel,
    pub interview: bool,
}

rule_set!(CrewSet is Crew);

impl CrewSet {
    fn check(&self, found: &mut Problems) {
        found.codes(self.certificates.iter().map(|rule| rule.code.as_str()));
        // They are law: an outlet may ask for more of one, never for none.
        for kind in CertificateKind::ALL {
            let asked = self.certificates.iter().any(|rule| rule.certificate == *kind);
            found.unless(asked, "certificates", format!("nothing asks for {}", kind.word()));
        }
        let brazes = self.certificates.iter().any(|rule| rule.when == CertificateWhen::Brazing);
        found.unless(!brazes || !self.brazing.is_empty(), "brazing", "no word means brazing");
        found.names(self.brazing.iter().map(String::as_str));
        let known: BTreeSet<Grade> = self.grades.iter().map(|rule| rule.grade).collect();
        let once = known.len() == self.grades.len() && known.len() == Grade::ALL.len();
        found.unless(once, "grades", "each grade is there once");
        for rule in &self.grades {
            let years = rule.years;
            found.unless(years <= 40, rule.grade.word(), format!("{years} years are more than 40"));
        }
    }
}

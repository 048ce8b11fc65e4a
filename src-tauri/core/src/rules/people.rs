//! From the sets about people to what their rules take: certificates and grades (R7), reminders (R37).

use doorstep_schemas::rules::crew::{CertificateWhen, ExamLevel};
use doorstep_schemas::rules::reminders::AfterRule;

use super::InForce;
use crate::domain::crew::{CertificateRule, CrewRules, GradeRule, When};
use crate::domain::reminders::{After, ReminderRules, Season};

/// As the roster counts levels of exams, weakest first.
fn exam(level: ExamLevel) -> usize {
    match level {
        ExamLevel::NoExam => 0,
        ExamLevel::Junior => 1,
        ExamLevel::Intermediate => 2,
        ExamLevel::Senior => 3,
    }
}

impl InForce<'_> {
    /// Which work needs which certificate, and what grades ask for (R7).
    pub fn crew_rules(self) -> CrewRules {
        let set = self.book.crew_at(self.at_ms);
        let certificate = |rule: &doorstep_schemas::rules::crew::CertificateRule| CertificateRule {
            kind: rule.certificate,
            jobs: rule.jobs.clone(),
            appliances: rule.appliances.clone(),
            when: match rule.when {
                CertificateWhen::Always => When::Always,
                CertificateWhen::AtHeight => When::AtHeight,
                CertificateWhen::Brazing => When::Brazing,
            },
        };
        let grade = |rule: &doorstep_schemas::rules::crew::GradeRule| GradeRule {
            grade: rule.grade,
            years: i64::from(rule.years),
            exam: exam(rule.exam),
            interview: rule.interview,
        };
        CrewRules {
            certificates: set.certificates.iter().map(certificate).collect(),
            brazing: set.brazing.clone(),
            grades: set.grades.iter().map(grade).collect(),
        }
    }

    /// Whom to remind of what, and when a contract's visits become orders (R37).
    pub fn reminder_rules(self) -> ReminderRules {
        let set = self.book.reminders_at(self.at_ms);
        let season = |rule: &doorstep_schemas::rules::reminders::SeasonRule| Season {
            appliances: rule.appliances.clone(),
            from_month: rule.from_month,
            to_month: rule.to_month,
            text: rule.name.clone(),
        };
        let after =
            |rule: &AfterRule| After { appliance: rule.appliance, months: rule.after_months, text: rule.name.clone() };
        ReminderRules {
            seasons: set.seasons.iter().map(season).collect(),
            ages: set.ages.iter().map(after).collect(),
            services: set.after_service.iter().map(after).collect(),
            quiet_months: set.quiet_months,
            tell_days: set.contracts.tell_days,
            order_days: set.contracts.order_days,
        }
    }
}

//! When customers are reminded, by season, age and last service, and when the visits of a contract become orders (R37).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::{ApplianceKind, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReminderSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub seasons: Vec<SeasonRule>,
    /// By the age of the machine.
    pub ages: Vec<AfterRule>,
    /// By its last service.
    pub after_service: Vec<AfterRule>,
    /// Nobody is reminded of the season so soon after a service, nor told the same again.
    pub quiet_months: u32,
    pub contracts: ContractVisits,
}

/// Months of the year in which owners of an appliance are reminded, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeasonRule {
    pub code: String,
    pub name: Text,
    pub appliances: Vec<ApplianceKind>,
    pub from_month: u32,
    pub to_month: u32,
}

/// A reminder so many months after manufacture, or after the last service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AfterRule {
    pub code: String,
    pub name: Text,
    pub appliance: ApplianceKind,
    pub after_months: u32,
}

/// How long before an inspection of a contract is due it is listed, and its order taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractVisits {
    pub tell_days: u32,
    pub order_days: u32,
}

rule_set!(ReminderSet is Reminders);

impl ReminderSet {
    fn check(&self, found: &mut Problems) {
        let after = || self.ages.iter().chain(&self.after_service);
        found.codes(self.seasons.iter().map(|rule| rule.code.as_str()).chain(after().map(|rule| rule.code.as_str())));
        for rule in &self.seasons {
            found.text(&rule.code, &rule.name);
            found.unless(!rule.appliances.is_empty(), &rule.code, "no appliance is named");
            let months = 1 <= rule.from_month && rule.from_month <= rule.to_month && rule.to_month <= 12;
            let (from, to) = (rule.from_month, rule.to_month);
            found.unless(months, &rule.code, format!("{from}–{to} are no months of one year"));
        }
        for rule in after() {
            found.text(&rule.code, &rule.name);
            let months = rule.after_months;
            found.unless((1..=600).contains(&months), &rule.code, format!("{months} months are not 1 to 600"));
        }
        let bounds = [
            ("quiet_months", self.quiet_months, 60),
            ("tell_days", self.contracts.tell_days, 90),
            ("order_days", self.contracts.order_days, 30),
        ];
        for (name, value, most) in bounds {
            found.unless(value <= most, name, format!("{value} is more than {most}"));
        }
    }
}

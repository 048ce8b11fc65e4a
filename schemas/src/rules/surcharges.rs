//! Surcharges, and how a bill is added up: shares of several labour items, the fees counted once (R2, R27).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, Unit, rule_set};
use crate::view::words::words;
use crate::view::{ApplianceKind, Fen, JobKind, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurchargeSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub surcharges: Vec<Surcharge>,
    /// Shares of the dearest labour item, the next, and so on. The last one holds for all that follow.
    pub labour_percent: Vec<u32>,
    pub visit_fees_per_report: u32,
    /// A diagnosis costs nothing when the repair follows.
    pub diagnosis_waived_by_repair: bool,
    pub rounding: Rounding,
    pub minutes: MinuteLimits,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surcharge {
    pub code: String,
    pub name: Text,
    pub unit: Unit,
    /// For one unit, where no price book names the code.
    pub guide_fen: Fen,
    /// Units that cost nothing, such as the first kilometres.
    #[serde(default)]
    pub free_units: u32,
    /// When it may be charged.
    pub condition: Text,
    /// For any appliance when empty.
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
}

words!(
    /// How a line is brought to whole fen.
    Rounding {
        /// Once a line, five tenths upwards.
        HalfUp = "half_up",
    }
);

/// Minutes allowed after arrival (R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinuteLimits {
    /// The first one that fits counts.
    pub limits: Vec<MinuteLimit>,
    /// Where none fits.
    pub otherwise: u32,
    /// Of the sum, for several appliances in one visit.
    pub set_percent: u32,
    /// What the model or name of a floor-standing unit holds, in either case.
    #[serde(default)]
    pub floor_marks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinuteLimit {
    pub jobs: Vec<JobKind>,
    /// Any when empty.
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    /// Any when absent.
    #[serde(default)]
    pub mount: Option<Mount>,
    pub minutes: u32,
}

words!(
    /// How a unit stands in the room.
    Mount {
        /// 挂机
        Wall = "wall",
        /// 柜机
        Floor = "floor",
    }
);

impl MinuteLimits {
    /// How a unit of this model stands, where its name tells.
    pub fn mount(&self, model: &str) -> Option<Mount> {
        let model = model.to_uppercase();
        self.floor_marks.iter().any(|mark| model.contains(&mark.to_uppercase())).then_some(Mount::Floor)
    }

    /// Minutes allowed for one appliance (R2). Without a known mount the limits of any mount count.
    pub fn one(&self, job: JobKind, appliance: ApplianceKind, mount: Option<Mount>) -> u32 {
        let fits = |limit: &&MinuteLimit| {
            limit.jobs.contains(&job)
                && (limit.appliances.is_empty() || limit.appliances.contains(&appliance))
                && (limit.mount.is_none() || limit.mount == mount)
        };
        self.limits.iter().find(fits).map_or(self.otherwise, |limit| limit.minutes)
    }

    /// Minutes allowed for a visit (R2): of several appliances' sum a share, rounded down.
    pub fn visit(&self, job: JobKind, appliances: &[(ApplianceKind, Option<Mount>)]) -> u32 {
        let each = appliances.iter().map(|(kind, mount)| self.one(job, *kind, *mount));
        let sum = each.fold(0u32, u32::saturating_add);
        match appliances.len() {
            0 => self.otherwise,
            1 => sum,
            _ => u32::try_from(u64::from(sum) * u64::from(self.set_percent) / 100).unwrap_or(u32::MAX),
        }
    }
}

rule_set!(SurchargeSet is Surcharges);

impl SurchargeSet {
    /// The share of the nth labour item, counted from the dearest at 0 (R27).
    pub fn labour_percent(&self, nth: usize) -> u32 {
        self.labour_percent.get(nth).or(self.labour_percent.last()).copied().unwrap_or(100)
    }

    fn check(&self, found: &mut Problems) {
        found.codes(self.surcharges.iter().map(|surcharge| surcharge.code.as_str()));
        for surcharge in &self.surcharges {
            found.text(&surcharge.code, &surcharge.name);
            found.text(&surcharge.code, &surcharge.condition);
            found.fen(&surcharge.code, surcharge.guide_fen);
        }
        let shares = &self.labour_percent;
        let falling = shares.first() == Some(&100) && shares.windows(2).all(|two| two[0] >= two[1]);
        found.unless(falling, "labour_percent", "begins with 100 and never rises");
        found.unless(self.visit_fees_per_report <= 10, "visit_fees_per_report", "at most 10");
        let minutes = self.minutes.limits.iter().map(|limit| limit.minutes).chain([self.minutes.otherwise]);
        for limit in minutes {
            found.unless((1..=24 * 60).contains(&limit), &limit.to_string(), "between 1 minute and a day");
        }
        for limit in &self.minutes.limits {
            found.unless(!limit.jobs.is_empty(), "minutes", "a limit for no kind of job");
        }
        let marks = self.minutes.floor_marks.iter().all(|mark| !mark.trim().is_empty());
        found.unless(marks, "floor_marks", "an empty mark would fit every model");
        found.unless((1..=100).contains(&self.minutes.set_percent), "set_percent", "between 1 and 100");
    }
}

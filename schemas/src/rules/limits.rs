//! Safety limits: the range that a reading must stay in, on what basis, and what leaving it means (R11, R12).
//!
//! Every figure is data. What differs is the shape in which a row judges ([`By`]); a shape holds no figure of its own.

mod problems;
mod shapes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::view::{ApplianceKind, ChoiceOption, FailureClass, JobKind, Phase, Refrigerant, Text, Verdict};

pub use problems::problems;
pub use shapes::*;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitSet {
    pub set: String,
    pub version: String,
    /// `2026-11-01`: the first day on which the set counts.
    pub valid_from: String,
    pub limits: Vec<Limit>,
}

impl LimitSet {
    pub fn row(&self, code: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.code == code)
    }
}

/// One row of a limit set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub code: String,
    pub name: Text,
    pub phase: Phase,
    pub class: FailureClass,
    /// Where the class differs.
    #[serde(default)]
    pub class_for: Vec<ClassFor>,
    #[serde(default)]
    pub applies: Applies,
    pub dates: Dates,
    /// First and last day of the row's basis, by the date that `dates` names; none is open.
    #[serde(default)]
    pub valid_from: Option<String>,
    #[serde(default)]
    pub valid_to: Option<String>,
    pub measure: Measure,
    /// Where there are any, a reading names one of them.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// The limit as people read it.
    pub limit: Text,
    /// Where to put the probes.
    pub place: Text,
    pub basis: Text,
    pub certainty: Certainty,
    pub on_fail: Text,
    #[serde(default)]
    pub on_warn: Text,
}

impl Limit {
    /// Whether the row is asked for on such a job. A reading that was taken is judged all the same.
    pub fn applies_to(&self, job: JobKind, appliance: ApplianceKind) -> bool {
        let Applies { appliances, jobs } = &self.applies;
        (appliances.is_empty() || appliances.contains(&appliance)) && (jobs.is_empty() || jobs.contains(&job))
    }

    /// The methods as a screen offers them.
    pub fn offered_methods(&self) -> Vec<ChoiceOption> {
        self.methods.iter().map(Method::offered).collect()
    }

    /// The unit of the row's number; empty where the row takes a choice.
    pub fn unit(&self) -> &str {
        match &self.measure {
            Measure::Number { unit, .. } => unit,
            Measure::Choice { .. } => "",
        }
    }
}

/// Kinds that a row is about; an empty list is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    #[serde(default)]
    pub jobs: Vec<JobKind>,
}

/// Another class where all that is named fits; an empty list fits always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassFor {
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    #[serde(default)]
    pub refrigerants: Vec<Refrigerant>,
    pub class: FailureClass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Standard,
    Maker,
    Practice,
}

/// Which date picks the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    /// The house is judged as the rules are on the day of the job.
    Job,
    /// An appliance is judged by the rules that it was built to.
    Manufacture,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    Number {
        unit: String,
        decimals: u8,
        /// In thousandths: more is no value that an instrument shows.
        most: i64,
        by: By,
    },
    Choice {
        options: Vec<Judged>,
    },
}

/// How it was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    pub code: String,
    pub label: Text,
    /// What a method says that gives no number: a sign, not a value.
    #[serde(default)]
    pub signs: Vec<Judged>,
}

impl Method {
    /// A qualitative method shows that something is there, and never how much.
    pub fn qualitative(&self) -> bool {
        !self.signs.is_empty()
    }

    pub fn offered(&self) -> ChoiceOption {
        ChoiceOption { code: self.code.clone(), label: self.label.clone() }
    }
}

/// Bounds in thousandths of the unit, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    #[serde(default)]
    pub from: Option<i64>,
    #[serde(default)]
    pub to: Option<i64>,
    pub verdict: Verdict,
    /// Where failing by this much means something else than the row's class.
    #[serde(default)]
    pub class: Option<FailureClass>,
}

impl Band {
    pub fn holds(&self, value: i64) -> bool {
        self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value <= to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    pub code: String,
    pub label: Text,
    pub verdict: Verdict,
}

//! Safety limits: the range that a reading must stay in, on what basis, and what leaving it means (R11, R12).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::view::{ApplianceKind, ChoiceOption, FailureClass, Phase, Text, Verdict};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub limits: Vec<Limit>,
}

/// One row of a limit set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub code: String,
    pub name: Text,
    pub phase: Phase,
    pub class: FailureClass,
    /// Where the class differs by appliance.
    #[serde(default)]
    pub class_for: Vec<ClassFor>,
    pub measure: Measure,
    #[serde(default)]
    pub methods: Vec<ChoiceOption>,
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassFor {
    pub appliances: Vec<ApplianceKind>,
    pub class: FailureClass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Standard,
    Maker,
    Practice,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// The first band that holds the value decides.
    Number {
        unit: String,
        decimals: u8,
        most: i64,
        bands: Vec<Band>,
    },
    Choice {
        options: Vec<Judged>,
    },
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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    pub code: String,
    pub label: Text,
    pub verdict: Verdict,
}

//! The shapes in which a number is judged.
//!
//! A row names a shape and its figures; there is no language of expressions, so a set can be read, checked for holes
//! and explained in words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Band;
use crate::view::{ApplianceKind, Build, GasKind, Laying, ProtectionClass};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum By {
    /// The value itself.
    Fixed { bands: Vec<Band> },
    /// The first case that fits. Where it isn't known which fits, the worst of those that may.
    Cases { cases: Vec<Case> },
    /// Another quantity, in bands of `unit`.
    Against { of: Quantity, how: How, unit: String, bands: Vec<Band> },
    /// The range of the nameplate, else the one assumed; outside is a failure, inside the bands decide.
    Nameplate { range: NameplateRange, assume: Span, bands: Vec<Band> },
    /// Its own bands and those of other readings: one act that is measured by several figures.
    Together { bands: Vec<Band>, with: Vec<With> },
    /// Load ≤ breaker ≤ what the wire carries as it is laid; the meter carries the load.
    Circuit(Circuit),
    /// The value is a year and month (2017.04 is April 2017); cases judge the age in months on the day of the job.
    Age { cases: Vec<Case> },
}

/// Bands or a ceiling, for what fits `when`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(default)]
    pub when: When,
    #[serde(default)]
    pub bands: Vec<Band>,
    #[serde(default)]
    pub ceiling: Option<Ceiling>,
}

/// Fits when all that is named fits; what is left out fits always.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    #[serde(default)]
    pub protection: Vec<ProtectionClass>,
    #[serde(default)]
    pub build: Vec<Build>,
    #[serde(default)]
    pub gas: Vec<GasKind>,
    #[serde(default)]
    pub wet_room: Option<bool>,
    /// The reading's own method.
    #[serde(default)]
    pub methods: Vec<String>,
}

/// An upper bound that grows with rated power: `per_kw` × kW, at least `least`, at most `most`; thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ceiling {
    pub least: i64,
    pub per_kw: i64,
    pub most: i64,
}

/// What a value is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Quantity {
    /// Another row of the same appliance.
    Reading(String),
    /// The nameplate's current, in A.
    RatedCurrent,
    /// The RCD's rated residual current, in A.
    RcdRating,
}

/// How a value is held against a quantity. What doesn't divide is rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The value in per cent of the quantity.
    PercentOf,
    /// By how many per cent of the quantity the value is below it.
    PercentBelow,
    /// How far they are apart.
    Distance,
    /// Value × quantity.
    Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameplateRange {
    Voltage,
    WaterPressure,
}

/// Both ends belong to it; thousandths of the row's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct With {
    /// The other row's code.
    pub reading: String,
    pub unit: String,
    pub bands: Vec<Band>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Circuit {
    pub element: Element,
    /// Volts by which power is turned into current.
    pub volts: i64,
    /// The row of the other one: the breaker's for a wire, the wire's section for a breaker.
    #[serde(default)]
    pub beside: Option<String>,
    /// How a wire is taken to be laid when nobody knows.
    #[serde(default)]
    pub unknown_laying: Option<Laying>,
    #[serde(default)]
    pub carries: Vec<Carrying>,
}

/// Which part of the circuit the value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    Wire,
    Breaker,
    Meter,
}

/// What copper wires carry when laid like this, thinnest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Carrying {
    pub laying: Laying,
    pub wires: Vec<Wire>,
}

/// `section` in thousandths of mm², `amps` in thousandths of A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    pub section: i64,
    pub amps: i64,
}

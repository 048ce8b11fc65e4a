//! Piece rates 计件: what a member earns for which work, what is deducted, how a crew shares (R42).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::{ApplianceKind, Fen, JobKind, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// Of those that fit, the first one counts: one rate for the job, and one for each item on the bill.
    pub rates: Vec<PieceRate>,
    pub deductions: Vec<Deduction>,
    /// One row for each number of people.
    pub crews: Vec<CrewShares>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceRate {
    pub code: String,
    pub name: Text,
    /// Any when empty.
    #[serde(default)]
    pub jobs: Vec<JobKind>,
    /// Any when empty.
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    /// An item of the price book; without one the rate is for the job itself.
    #[serde(default)]
    pub item: Option<String>,
    pub rate_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deduction {
    pub code: String,
    pub name: Text,
    /// What is usual; the owner may write another amount.
    pub usual_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrewShares {
    /// The leader first; together 100.
    pub percent: Vec<u32>,
}

rule_set!(PieceSet is Pieces);

impl PieceSet {
    /// The rate for the job itself, or for an item of its bill (R42).
    pub fn rate(&self, job: JobKind, appliance: ApplianceKind, item: Option<&str>) -> Option<&PieceRate> {
        self.rates.iter().find(|rate| {
            rate.item.as_deref() == item
                && (rate.jobs.is_empty() || rate.jobs.contains(&job))
                && (rate.appliances.is_empty() || rate.appliances.contains(&appliance))
        })
    }

    /// Shares of a crew of so many, the leader first (R42).
    pub fn shares(&self, people: usize) -> Option<&[u32]> {
        self.crews.iter().map(|crew| crew.percent.as_slice()).find(|percent| percent.len() == people)
    }

    fn check(&self, found: &mut Problems) {
        found.codes(self.rates.iter().map(|rate| rate.code.as_str()));
        found.codes(self.deductions.iter().map(|deduction| deduction.code.as_str()));
        for rate in &self.rates {
            found.text(&rate.code, &rate.name);
            found.fen(&rate.code, rate.rate_fen);
        }
        for deduction in &self.deductions {
            found.text(&deduction.code, &deduction.name);
            found.fen(&deduction.code, deduction.usual_fen);
        }
        for crew in &self.crews {
            let sum = crew.percent.iter().fold(0u32, |sum, percent| sum.saturating_add(*percent));
            found.unless(sum == 100, "crews", format!("a crew of {} shares {sum} %", crew.percent.len()));
        }
        for people in 1..=self.crews.len() {
            let n = self.crews.iter().filter(|crew| crew.percent.len() == people).count();
            found.unless(n == 1, "crews", format!("{n} rows for a crew of {people}"));
        }
    }
}

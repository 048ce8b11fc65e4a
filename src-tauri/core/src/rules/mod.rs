//! Rule sets at work: built-in ones, those that replace them, and what is in force at a moment.
//!
//! A reading names the limit set it was judged by, and a named set is never deleted, so an old sheet is judged as it
//! was then. A set is taken whole or not at all: a mixture of two sets is one that nobody wrote.

mod book;
mod cross;
mod in_force;
mod load;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use doorstep_schemas::rules::{Head, Problem, RuleSet, SetKind};
use doorstep_schemas::view::{ApplianceKind, PhotoStage, Text};
use serde::Deserialize;

pub use book::{RefusedSet, RuleBook};
pub use in_force::InForce;
pub use load::{MOST_BYTES, MalformedSet, Set, load};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedSet {
    #[serde(rename = "set")]
    _set: String,
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "valid_from")]
    _valid_from: String,
    photo_names: BTreeMap<PhotoStage, Text>,
    needs: Vec<Need>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    appliances: Vec<ApplianceKind>,
    readings: Vec<String>,
    photos: Vec<PhotoStage>,
}

impl RuleSet for NeedSet {
    const KIND: SetKind = SetKind::Needs;
    fn head(&self) -> Head<'_> {
        Head { set: &self._set, version: &self._version, valid_from: &self._valid_from }
    }
    fn problems(&self) -> Vec<Problem> {
        let mut found = doorstep_schemas::rules::Problems::default();
        for appliance in ApplianceKind::ALL {
            let known = self.needs.iter().any(|need| need.appliances.contains(appliance));
            found.unless(known, "needs", format!("nothing is said about {}", appliance.word()));
        }
        found.into_vec()
    }
}

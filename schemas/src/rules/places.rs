//! Where the outlet works and for whom: brands, townships, segments of customers (R3, R9).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::{Segment, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// Suggestions; a sheet takes any brand.
    pub brands: Vec<String>,
    pub townships: Vec<ListedTownship>,
    pub segments: Vec<SegmentName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedTownship {
    pub name: String,
    /// Beyond the outlet's near ones: emergencies are given more time.
    pub far: bool,
    /// By road from the shop.
    pub km: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentName {
    pub segment: Segment,
    pub name: Text,
}

rule_set!(PlaceSet is Places);

impl PlaceSet {
    pub fn township(&self, name: &str) -> Option<&ListedTownship> {
        self.townships.iter().find(|township| township.name == name)
    }

    fn check(&self, found: &mut Problems) {
        found.names(self.brands.iter().map(String::as_str));
        found.names(self.townships.iter().map(|township| township.name.as_str()));
        for township in &self.townships {
            found.unless(township.km <= 1_000, &township.name, "more than 1,000 km away");
        }
        for segment in Segment::ALL {
            let n = self.segments.iter().filter(|name| name.segment == *segment).count();
            found.unless(n == 1, "segments", format!("{} is there {n} times", segment.word()));
        }
        self.segments.iter().for_each(|name| found.text(name.segment.word(), &name.name));
    }
}

//! Complaint numbers on the service card: the brand's, the outlet's own, the public one (R10).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::{CardNumber, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub brands: Vec<BrandNumber>,
    /// The outlet's own, once it has one.
    #[serde(default)]
    pub outlet: Option<CardNumber>,
    /// On every card.
    pub public: Vec<CardNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandNumber {
    pub brand: String,
    pub label: Text,
    pub number: String,
}

rule_set!(NumberSet is Numbers);

impl NumberSet {
    /// A brand's number, for outlets that it has authorised; whether it has is not known here (R10).
    pub fn brand(&self, brand: &str) -> Option<CardNumber> {
        let found = self.brands.iter().find(|number| number.brand == brand)?;
        Some(CardNumber { label: found.label.clone(), number: found.number.clone() })
    }

    fn check(&self, found: &mut Problems) {
        found.names(self.brands.iter().map(|number| number.brand.as_str()));
        found.unless(!self.public.is_empty(), "public", "a card without a public number");
        let own = self.public.iter().chain(&self.outlet).map(|number| (&number.label, &number.number));
        for (label, number) in own.chain(self.brands.iter().map(|number| (&number.label, &number.number))) {
            found.text(number, label);
            let dialled = number.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'+');
            found.unless(dialled && number.len() >= 3, number, format!("{number:?} can't be dialled"));
        }
    }
}

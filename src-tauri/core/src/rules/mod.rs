//! Rule sets: limits, needs, wordings and offers as immutable data named by its SHA-256.
//!
//! A reading names the limit set it was judged by, and a named set is never deleted, so an old sheet is judged as it
//! was then. A set is taken whole or not at all: a mixture of two sets is one that nobody wrote.

use std::collections::BTreeMap;

use doorstep_schemas::view::{
    ApplianceKind, CardNumber, FaultOffer, JobKind, PartOffer, PhotoStage, PickLists, ServiceCode, Text, Township,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::domain::gates::{Needs, Rules};
use doorstep_schemas::rules::limits::{Limit, LimitSet};
use doorstep_schemas::rules::needs::NeedSet;

/// A set that can't be used: which, and where.
#[derive(Debug, thiserror::Error)]
#[error("rule set {name}: {source}")]
pub struct MalformedSet {
    pub name: &'static str,
    /// Names line and column.
    #[source]
    pub source: serde_json::Error,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingSet {
    #[serde(rename = "set")]
    _set: String,
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "valid_from")]
    _valid_from: String,
    services: Vec<ServiceWording>,
    numbers: Vec<CardNumber>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceWording {
    service: ServiceCode,
    name: Text,
    script: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferSet {
    #[serde(rename = "set")]
    _set: String,
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "valid_from")]
    _valid_from: String,
    brands: Vec<String>,
    townships: Vec<Township>,
    parts: Vec<OfferedPart>,
    faults: Vec<FaultOffer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferedPart {
    code: String,
    name: Text,
    guide_fen: i64,
    appliances: Vec<ApplianceKind>,
}

fn read<T: DeserializeOwned>(name: &'static str, bytes: &[u8]) -> Result<T, MalformedSet> {
    serde_json::from_slice(bytes).map_err(|source| MalformedSet { name, source })
}

/// The sets in force, and every limit set that a reading may name.
#[derive(Debug)]
pub struct RuleBook {
    limits: BTreeMap<Vec<u8>, LimitSet>,
    current: Vec<u8>,
    needs: NeedSet,
    wording: WordingSet,
    offers: OfferSet,
}

impl RuleBook {
    /// The sets that ship with this version.
    pub fn built_in() -> Result<Self, MalformedSet> {
        let limits = include_bytes!("../../rules/limits.json");
        let current = Sha256::digest(limits).to_vec();
        Ok(Self {
            limits: BTreeMap::from([(current.clone(), read("limits", limits)?)]),
            current,
            needs: read("needs", include_bytes!("../../rules/needs.json"))?,
            wording: read("wording", include_bytes!("../../rules/wording.json"))?,
            offers: read("offers", include_bytes!("../../rules/offers.json"))?,
        })
    }

    /// The hash that a new reading names: 32 bytes.
    pub fn limit_set(&self) -> &[u8] {
        &self.current
    }

    pub fn service(&self, service: ServiceCode) -> (Text, Text) {
        let found = self.wording.services.iter().find(|s| s.service == service);
        found.map_or_else(Default::default, |s| (s.name.clone(), s.script.clone()))
    }

    pub fn card_numbers(&self) -> &[CardNumber] {
        &self.wording.numbers
    }

    pub fn photo_name(&self, stage: PhotoStage) -> Text {
        self.needs.photo_names.get(&stage).cloned().unwrap_or_default()
    }

    pub fn parts(&self, appliance: ApplianceKind) -> Vec<PartOffer> {
        let fits = self.offers.parts.iter().filter(|p| p.appliances.contains(&appliance));
        fits.map(|p| PartOffer {
            code: p.code.clone(),
            name: p.name.clone(),
            guide_fen: doorstep_schemas::view::Fen(p.guide_fen),
        })
        .collect()
    }

    pub fn pick_lists(&self) -> PickLists {
        PickLists {
            brands: self.offers.brands.clone(),
            townships: self.offers.townships.clone(),
            faults: self.offers.faults.clone(),
        }
    }
}

impl Rules for RuleBook {
    fn limit(&self, code: &str) -> Option<&Limit> {
        self.limit_of(&self.current, code)
    }

    fn limit_of(&self, set: &[u8], code: &str) -> Option<&Limit> {
        let named = if set.is_empty() { &self.current[..] } else { set };
        self.limits.get(named)?.row(code)
    }

    fn needs(&self, kind: JobKind, appliance: ApplianceKind) -> Needs<'_> {
        let asked = self.needs.asked(kind, appliance, &[]);
        let readings = asked.readings.into_iter().filter_map(|code| self.limit(code)).collect();
        let photos = asked.photos.into_iter().map(|stage| (stage, self.photo_name(stage))).collect();
        Needs { readings, photos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_names_a_row_of_the_limit_set() {
        let book = RuleBook::built_in().unwrap();
        for need in &book.needs.needs {
            for code in &need.readings {
                assert!(book.limit(code).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn a_malformed_set_is_refused_with_its_line() {
        let error = read::<LimitSet>("limits", b"{\n \"set\": 1 }").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}

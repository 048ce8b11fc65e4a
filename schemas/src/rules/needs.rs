//! Needs: which readings and photos a kind of job on a kind of appliance asks for (R11, R16, R17).
//!
//! All entries that fit are taken together, so that what a circumstance adds is written once.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::view::{ApplianceKind, JobKind, NeedWhen, PhotoStage, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedSet {
    pub set: String,
    pub version: String,
    /// `2026-11-01`
    pub valid_from: String,
    pub photo_names: BTreeMap<PhotoStage, Text>,
    pub needs: Vec<Need>,
    /// What may be measured as well once a row failed.
    #[serde(default)]
    pub figures: Vec<Figures>,
    /// What is usually put right once a row failed. A row without an entry has no usual remedy: an appliance over its age is
    /// condemned, whatever is replaced.
    #[serde(default)]
    pub mending: Vec<Mending>,
}

/// A lamp or a look says that something is wrong; these rows say it in figures, for the notice and for the electrician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Rows of the limit set, any of which failed.
    pub failed: Vec<String>,
    /// Rows that are offered then, and asked by nobody.
    pub readings: Vec<String>,
}

/// An empty list of jobs or appliances fits all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Need {
    #[serde(default)]
    pub jobs: Vec<JobKind>,
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    /// Circumstances that must hold, all of them.
    #[serde(default)]
    pub when: Vec<NeedWhen>,
    /// Rows of the limit set, in the order in which they are measured.
    #[serde(default)]
    pub readings: Vec<String>,
    #[serde(default)]
    pub photos: Vec<PhotoStage>,
}

/// What is asked for, each once, in the order of the set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked<'a> {
    pub readings: Vec<&'a str>,
    pub photos: Vec<PhotoStage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mending {
    /// Rows of the limit set.
    pub failed: Vec<String>,
    /// The repair of the unit's own fault may be the remedy.
    #[serde(default)]
    pub by_repair: bool,
    #[serde(default)]
    pub fixes: Vec<Text>,
}

impl NeedSet {
    /// What mends a failure of this row.
    pub fn mending_of(&self, failed: &str) -> Option<&Mending> {
        self.mending.iter().find(|mending| mending.failed.iter().any(|code| code == failed))
    }

    /// Rows that say in figures what is wrong where this one failed.
    pub fn figures_of(&self, failed: &str) -> impl Iterator<Item = &str> {
        let of = self.figures.iter().filter(move |figures| figures.failed.iter().any(|code| code == failed));
        of.flat_map(|figures| figures.readings.iter().map(String::as_str))
    }

    /// The readings and photos of such a job, and what its circumstances add (R11, R16, R17). A loaner is an
    /// installation whatever the job is.
    pub fn asked(&self, job: JobKind, appliance: ApplianceKind, circumstances: &[NeedWhen]) -> Asked<'_> {
        let mut asked = Asked::default();
        let fits = |need: &&Need| {
            (need.jobs.is_empty() || need.jobs.contains(&job))
                && (need.appliances.is_empty() || need.appliances.contains(&appliance))
                && need.when.iter().all(|when| circumstances.contains(when))
        };
        for need in self.needs.iter().filter(fits) {
            for code in need.readings.iter().map(String::as_str) {
                if !asked.readings.contains(&code) {
                    asked.readings.push(code);
                }
            }
            for stage in &need.photos {
                if !asked.photos.contains(stage) {
                    asked.photos.push(*stage);
                }
            }
        }
        if circumstances.contains(&NeedWhen::Loaner) && job != JobKind::Install {
            let installed = self.asked(JobKind::Install, appliance, circumstances);
            asked.readings.extend(
                installed.readings.into_iter().filter(|code| !asked.readings.contains(code)).collect::<Vec<_>>(),
            );
            asked.photos.extend(installed.photos.into_iter().filter(|p| !asked.photos.contains(p)).collect::<Vec<_>>());
        }
        asked
    }
}

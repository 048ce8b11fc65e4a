//! Bundle files and drafts.

use serde::{Deserialize, Serialize};

use crate::ids::JobId;
use crate::view::Millis;

/// What goes into a bundle file. Whoever opens it finds whole documents in it, so that it can be shown without a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum BundleWhat {
    /// Whatever the relay has not confirmed yet, others' carried work included.
    Unsent,
    /// Jobs that were touched from one moment up to another.
    Period {
        from: Millis,
        to: Millis,
    },
    All,
    Jobs {
        jobs: Vec<JobId>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BundlePhotos {
    None,
    Thumbnails,
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ExportBundle {
    pub what: BundleWhat,
    pub photos: BundlePhotos,
}

/// A half-typed field, kept until it is saved or dropped. An empty text drops it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PutDraft {
    /// `job/<ulid>/…` for what belongs to a job: it goes when the job goes.
    pub key: String,
    pub text: String,
}

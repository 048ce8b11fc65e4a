//! Bundle files and drafts.

use serde::{Deserialize, Serialize};

use crate::event::Task;
use crate::ids::{JobId, ShortId};
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

/// A bundle file as a person picked it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportBundle {
    pub base64: String,
}

/// What is stuck, of one job or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ExportStuck {
    pub job: Option<JobId>,
}

/// A choice that is offered again the next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RememberChoice {
    pub key: String,
    pub value: String,
}

/// Long work that is to stop at its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CancelTask {
    pub task: Task,
}

/// A half-typed field, kept until it is saved or dropped. An empty text drops it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PutDraft {
    /// `job/<ulid>/…` for what belongs to a job: it goes when the job goes.
    pub key: String,
    pub text: String,
}

/// 理赔包: what goes into one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MakeClaimPack {
    pub job: JobId,
    pub photos: Vec<ShortId>,
    /// The damage that it is about; unnamed, the newest of which a chosen photo is.
    pub damage: Option<ShortId>,
}

//! Bundle files and drafts, as screens show them.

use serde::{Deserialize, Serialize};

use super::Millis;

/// What a bundle would hold, before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct BundleSize {
    pub jobs: u32,
    pub changes: u32,
    /// Before compression; the file becomes a fraction of it.
    pub kilobytes: u32,
    pub thumbnails: u32,
    pub thumbnail_kilobytes: u32,
    /// Thumbnails not counted.
    pub photos: u32,
    pub photo_kilobytes: u32,
}

/// A bundle file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BundleMade {
    pub name: String,
    /// The whole path, as the system shows it.
    pub path: String,
    pub kilobytes: u32,
    pub jobs: u32,
    pub changes: u32,
    pub photos: u32,
    /// Photos whose files can't be read here; they are not in the bundle.
    pub unreadable_photos: u32,
    /// Devices that can open the file, this one included.
    pub devices: u32,
}

/// What came of a bundle file. What was taken stays, also when the rest is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BundleTaken {
    /// The person and the device that wrote it.
    pub member: String,
    pub device: String,
    pub made_at: Millis,
    pub jobs: u32,
    /// Records that were new here.
    pub received: u32,
    /// Of these, records that are part of their documents now.
    pub adopted: u32,
    pub photos: u32,
    pub rule_sets: u32,
    /// Parts that are sealed to others.
    pub not_for_this_device: u32,
    /// Parts that are damaged; another copy of the file may still have them.
    pub damaged: u32,
    /// `false`: the file stops early.
    pub whole: bool,
}

/// A file that was written for somebody to carry away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FileMade {
    /// The whole path, as the system shows it.
    pub path: String,
    pub kilobytes: u32,
}

/// What was kept for the screens: half-typed fields, and choices that are offered again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct KeptView {
    pub drafts: Vec<DraftView>,
    /// The newest of each key.
    pub choices: Vec<ChoiceView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ChoiceView {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DraftView {
    pub key: String,
    pub text: String,
    pub at: Millis,
}

/// A claim pack that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClaimPackMade {
    pub name: String,
    /// The whole path, as the system shows it.
    pub path: String,
    pub kilobytes: u32,
    pub photos: u32,
    /// Chosen photos whose bytes could not be had; the file names them.
    pub photos_missing: u32,
    /// Chosen photos for whose time no receipt of the relay stands.
    pub unproven: u32,
}

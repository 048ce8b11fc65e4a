//! What came of pictures: taken in, refused, or read.

use serde::{Deserialize, Serialize};

use super::{JobView, PhotoStage};
use crate::code::Failure;

/// What came of several pictures at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PhotosAdded {
    pub job: JobView,
    pub added: u32,
    /// Those that were not taken, by their place among those that were handed in.
    pub refused: Vec<PhotoRefused>,
    /// Why the rest was left: a person stopped it, or the disk is full.
    pub stopped: Option<Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PhotoRefused {
    /// From 0.
    pub place: u32,
    pub failure: Failure,
}

/// Copies for the maker's app: plain files in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AlbumMade {
    /// Where they are.
    pub path: String,
    pub files: u32,
    /// Photos that are not on this device yet.
    pub away: u32,
    /// Stages that the maker asks for and nobody photographed.
    pub missing: Vec<PhotoStage>,
}

/// How a code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    Qr,
    Code128,
    Code39,
    /// EAN-13, EAN-8, UPC: on goods in shops.
    Ean,
    /// Any other with bars.
    Bars,
}

/// What a code may be for, by its looks: the person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CodeMeaning {
    /// An invitation to an outlet.
    Enrolment,
    /// A part of the parts list.
    Part,
    /// The number of a kind of goods, the same on each piece.
    Goods,
    Serial,
    Other,
}

/// A code that a picture shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
pub struct CodeView {
    pub meant: CodeMeaning,
    pub kind: CodeKind,
    pub text: String,
}

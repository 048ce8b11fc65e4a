//! Pictures on their way in.

use serde::{Deserialize, Serialize};

use crate::ids::{BlobHash, JobId, ShortId};
use crate::view::PhotoStage;

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AddPhoto {
    pub job: JobId,
    pub appliance: ShortId,
    pub stage: PhotoStage,
    pub picture: NewPicture,
}

/// A picture on its way in.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NewPicture {
    /// Its bytes, base64: on Android a raw body never reaches a command.
    pub base64: String,
    /// The stamp for it as the screen drew it, light on dark, PNG, base64; see `StampLines`.
    pub stamp: Option<String>,
}

/// Asks what a picture's stamp says.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct StampLines {
    pub job: JobId,
    /// The first part of the picture's file, base64: there it says when it was taken.
    pub head: String,
}

/// Several at once: the first is of `stage`, each further one of the next required stage that nobody shot.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AddPhotos {
    pub job: JobId,
    pub appliance: ShortId,
    pub stage: PhotoStage,
    pub pictures: Vec<NewPicture>,
}

/// Takes a photo again. The first one stays.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RetakePhoto {
    pub job: JobId,
    pub photo: ShortId,
    pub picture: NewPicture,
}

/// A copy of a photo that somebody drew on. The photo stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct DrawOnPhoto {
    pub job: JobId,
    pub photo: ShortId,
    /// The copy as it was drawn, JPEG or PNG, base64.
    pub base64: String,
}

/// Looks for barcodes and QR codes in a picture that is not kept.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ReadCodes {
    pub base64: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct FetchPhoto {
    pub job: JobId,
    /// The content to bring here: a picture or a thumbnail of this job.
    pub photo: BlobHash,
}

/// The outlet's own collection code; an owner says it.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SetCollection {
    /// What the printed code says, such as a payment app's link; empty takes it back.
    pub code: String,
}

/// How the outlet wants its pictures; an owner says it.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SetPictures {
    /// Longest side of a shared picture, in pixels: 800 to 3,200.
    pub side: u32,
    /// Shared pictures carry time, place, order number and name.
    pub stamped: bool,
}

//! Intake of one picture: checked by its header before anything is allocated, decoded under limits, shrunk before it
//! is turned, encoded anew so that position and serial numbers stay behind.
//!
//! The original is not kept. Its hash, length and time go into the thumbnail's file, whose own hash the sheet names:
//! a maker who is shown the original later can be shown as well that it is the one.

use std::ops::RangeInclusive;

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::manifest::Manifest;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::camera::{Point, Told};
use super::stamp::Stamp;
use super::{header, pixels};

/// Longest side of the shared picture, in pixels, where nobody chose another; and what may be chosen.
pub const PICTURE_SIDE: u32 = 1_600;
pub const PICTURE_SIDES: RangeInclusive<u32> = 800..=3_200;
/// Longest side of its thumbnail.
const THUMB_SIDE: u32 = 320;
const THUMB_QUALITY: u8 = 72;
/// The shared picture is no larger than this: on 2G a larger one never arrives.
pub const PICTURE_BYTES: usize = 250 * 1024;

/// Why a file is not taken as a photo. The file itself is untouched.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error("neither a JPEG nor a PNG")]
    NotAPicture,
    /// What iPhones and some Androids write unless they are told otherwise.
    #[error("a HEIC picture")]
    Heif,
    #[error("the picture ends before its end")]
    Truncated,
    #[error("{width} × {height} pixels or {bytes} bytes are too many")]
    TooLarge { width: u32, height: u32, bytes: usize },
    #[error("the picture's parts contradict each other")]
    Damaged,
    #[error("the picture can't be decoded")]
    Decode(#[source] image::ImageError),
    #[error("the picture can't be shrunk")]
    Resize(#[source] fast_image_resize::ResizeError),
    #[error("the picture's buffer does not fit its size")]
    Buffer(#[source] fast_image_resize::ImageBufferError),
    #[error("the picture can't be encoded")]
    Encode(#[source] jpeg_encoder::EncodingError),
}

/// What is wanted of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Longest side of the shared picture, in pixels.
    pub side: u32,
    /// What is put on it.
    pub stamp: Option<&'a Stamp>,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self { side: PICTURE_SIDE, stamp: None }
    }
}

/// What is kept of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// JPEG without metadata.
    pub photo: Vec<u8>,
    /// JPEG with nothing but the manifest.
    pub thumb: Vec<u8>,
    /// Of `photo`, in pixels.
    pub width: u32,
    pub height: u32,
    /// What the file that came was.
    pub manifest: Manifest,
    /// Where it was taken, if the camera wrote that down.
    pub point: Option<Point>,
}

impl Picture {
    /// Capture time by the camera, milliseconds since 1970, UTC, where the file tells it.
    pub fn taken_ms(&self) -> Option<i64> {
        self.manifest.taken_ms
    }
}

/// Takes a JPEG or PNG file's bytes.
pub fn intake(file: &[u8], wanted: Wanted<'_>) -> Result<Picture, IntakeError> {
    let header = header::read(file)?;
    let told = header.exif.map(Told::read).unwrap_or_default();
    let decoded = pixels::decode(&header)?;
    drop(header);
    let small = fitted(decoded, wanted.side)?;
    let thumb = fitted(small.clone(), THUMB_SIDE)?;
    let mut small = turn(small, told.orientation());
    if let Some(stamp) = wanted.stamp {
        stamp.onto(&mut small)?;
    }
    let (photo, small) = encode_to_fit(small)?;
    let manifest = Manifest { original: BlobHash::of(file), bytes: file.len() as u64, taken_ms: told.taken_ms };
    let thumb = encode(&turn(thumb, told.orientation()), THUMB_QUALITY, Some(&manifest))?;
    Ok(Picture { photo, thumb, width: small.width(), height: small.height(), manifest, point: told.point })
}

/// A picture's pixels, upright, no side longer than `side`: for whoever looks for something in it.
pub(super) fn upright(file: &[u8], side: u32) -> Result<RgbImage, IntakeError> {
    let header = header::read(file)?;
    let told = header.exif.map(Told::read).unwrap_or_default();
    Ok(turn(fitted(pixels::decode(&header)?, side)?, told.orientation()))
}

/// Shrinks what is larger.
pub(super) fn fitted(picture: RgbImage, side: u32) -> Result<RgbImage, IntakeError> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return Ok(picture);
    }
    let scaled = |n: u32| u32::try_from(u64::from(n) * u64::from(side) / u64::from(longest)).unwrap_or(side).max(1);
    let (to_width, to_height) = (scaled(width), scaled(height));
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(IntakeError::Buffer)?;
    let mut target = Image::new(to_width, to_height, PixelType::U8x3);
    let by = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &by).map_err(IntakeError::Resize)?;
    let buffer = RgbImage::from_raw(to_width, to_height, target.into_vec());
    Ok(buffer.expect("the resizer filled exactly this many pixels"))
}

fn turn(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

/// Qualities, and about how heavy each is beside the first, in hundredths.
const QUALITIES: [(u8, usize); 5] = [(82, 100), (74, 83), (64, 70), (52, 58), (40, 49)];

/// Coarser first, then smaller: noise that no quality makes light enough still shows in fewer pixels.
fn encode_to_fit(mut picture: RgbImage) -> Result<(Vec<u8>, RgbImage), IntakeError> {
    loop {
        let first = encode(&picture, QUALITIES[0].0, None)?;
        if first.len() <= PICTURE_BYTES {
            return Ok((first, picture));
        }
        for (quality, weight) in &QUALITIES[1..] {
            // What is far from fitting is not tried: each try costs as much as the shrinking.
            if first.len() * weight / 100 > PICTURE_BYTES + PICTURE_BYTES / 8 {
                continue;
            }
            let bytes = encode(&picture, *quality, None)?;
            if bytes.len() <= PICTURE_BYTES {
                return Ok((bytes, picture));
            }
        }
        let longest = picture.width().max(picture.height());
        picture = fitted(picture, longest * 3 / 4)?;
    }
}

fn encode(picture: &RgbImage, quality: u8, manifest: Option<&Manifest>) -> Result<Vec<u8>, IntakeError> {
    let side = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(manifest) = manifest {
        encoder.add_app_segment(Manifest::SEGMENT, manifest.to_segment()).map_err(IntakeError::Encode)?;
    }
    let (width, height) = (side(picture.width()), side(picture.height()));
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).map_err(IntakeError::Encode)?;
    Ok(out)
}

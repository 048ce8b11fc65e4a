//! Intake of one picture: checked by its header before anything is allocated, decoded under limits, shrunk before it
//! is turned, encoded anew so that position and serial numbers stay behind.

use std::io::Cursor;

use exif::{In, Tag, Value};
use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Longest side of the shared picture and of its thumbnail, in pixels.
const PICTURE_SIDE: u32 = 1_600;
const THUMB_SIDE: u32 = 320;
/// The shared picture is no larger than this: on 2G a larger one never arrives.
const PICTURE_BYTES: usize = 250 * 1024;
const MAX_FILE: usize = 40 * 1024 * 1024;
const MAX_SIDE: u32 = 12_000;
const MAX_PIXELS: u64 = 50_000_000;
const MAX_ALLOC: u64 = 256 * 1024 * 1024;

/// Why a file is not taken as a photo. The file itself is untouched.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error("neither a JPEG nor a PNG")]
    NotAPicture,
    #[error("the picture ends before its end")]
    Truncated,
    #[error("{width} × {height} pixels or {bytes} bytes are too many")]
    TooLarge { width: u32, height: u32, bytes: usize },
    #[error("the picture can't be decoded")]
    Decode(#[source] image::ImageError),
    #[error("the picture can't be shrunk")]
    Resize(#[source] fast_image_resize::ResizeError),
    #[error("the picture's buffer does not fit its size")]
    Buffer(#[source] fast_image_resize::ImageBufferError),
    #[error("the picture can't be encoded")]
    Encode(#[source] jpeg_encoder::EncodingError),
}

/// What is kept of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// JPEG without metadata.
    pub photo: Vec<u8>,
    pub thumb: Vec<u8>,
    /// Of `photo`, in pixels.
    pub width: u32,
    pub height: u32,
    /// Capture time by the camera, milliseconds since 1970, UTC, where the file tells it.
    pub taken_ms: Option<i64>,
}

/// Takes a JPEG or PNG file's bytes.
pub fn intake(bytes: &[u8]) -> Result<Picture, IntakeError> {
    if bytes.len() > MAX_FILE {
        return Err(IntakeError::TooLarge { width: 0, height: 0, bytes: bytes.len() });
    }
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(IntakeError::NotAPicture),
    };
    if !ends(bytes, format) {
        return Err(IntakeError::Truncated);
    }
    let (decoded, orientation) = decode(bytes, format)?;
    let small = shrink(&decoded, PICTURE_SIDE)?;
    drop(decoded);
    let thumb = shrink(&small, THUMB_SIDE)?;
    let (small, thumb) = (turn(small, orientation), turn(thumb, orientation));
    let (photo, small) = encode_to_fit(small)?;
    let thumb = encode(&thumb, 72)?;
    Ok(Picture { photo, thumb, width: small.width(), height: small.height(), taken_ms: taken(bytes) })
}

/// A JPEG without its end marker decodes as half a picture without an error; a PNG says so by its last chunk.
fn ends(bytes: &[u8], format: ImageFormat) -> bool {
    match format {
        ImageFormat::Jpeg => scan(bytes).is_some_and(|scan| scan.windows(2).any(|pair| pair == [0xff, 0xd9])),
        _ => bytes[bytes.len().saturating_sub(64)..].windows(4).any(|four| four == b"IEND"),
    }
}

/// A JPEG from its first scan on. Before it lie segments with lengths; a thumbnail in one of them has an end of its own.
fn scan(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (&[marker, kind], after) = rest.split_first_chunk::<2>()?;
        if marker != 0xff {
            return None;
        }
        match kind {
            // Fill bytes may stand before any marker.
            0xff => rest = rest.get(1..)?,
            0xda => return Some(after),
            0x01 | 0xd0..=0xd8 => rest = after,
            _ => rest = after.get(usize::from(u16::from_be_bytes(*after.first_chunk::<2>()?))..)?,
        }
    }
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), IntakeError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| too_large_or(error, bytes.len()))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(IntakeError::TooLarge { width, height, bytes: bytes.len() });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| too_large_or(error, bytes.len()))?;
    Ok((DynamicImage::ImageRgb8(decoded.into_rgb8()), orientation))
}

fn too_large_or(error: image::ImageError, bytes: usize) -> IntakeError {
    match error {
        image::ImageError::Limits(_) => IntakeError::TooLarge { width: MAX_SIDE, height: MAX_SIDE, bytes },
        other => IntakeError::Decode(other),
    }
}

fn shrink(picture: &DynamicImage, side: u32) -> Result<DynamicImage, IntakeError> {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height).max(1);
    if longest <= side {
        return Ok(picture.clone());
    }
    let scaled = |n: u32| u32::try_from(u64::from(n) * u64::from(side) / u64::from(longest)).unwrap_or(side).max(1);
    let (to_width, to_height) = (scaled(width), scaled(height));
    let source = Image::from_vec_u8(width, height, picture.to_rgb8().into_raw(), PixelType::U8x3)
        .map_err(IntakeError::Buffer)?;
    let mut target = Image::new(to_width, to_height, PixelType::U8x3);
    Resizer::new().resize(&source, &mut target, &ResizeOptions::new()).map_err(IntakeError::Resize)?;
    let buffer = image::RgbImage::from_raw(to_width, to_height, target.into_vec());
    Ok(DynamicImage::ImageRgb8(buffer.expect("the resizer filled exactly this many pixels")))
}

fn turn(mut picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    picture.apply_orientation(orientation);
    picture
}

/// Coarser first, then smaller: noise that no quality makes light enough still shows in fewer pixels.
fn encode_to_fit(mut picture: DynamicImage) -> Result<(Vec<u8>, DynamicImage), IntakeError> {
    loop {
        for quality in [82, 74, 64, 52, 40] {
            let bytes = encode(&picture, quality)?;
            if bytes.len() <= PICTURE_BYTES {
                return Ok((bytes, picture));
            }
        }
        let longest = picture.width().max(picture.height());
        picture = shrink(&picture, longest * 3 / 4)?;
    }
}

fn encode(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, IntakeError> {
    let rgb = picture.to_rgb8();
    let side = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(rgb.as_raw(), side(rgb.width()), side(rgb.height()), ColorType::Rgb).map_err(IntakeError::Encode)?;
    Ok(out)
}

/// The camera's own time. Cameras write local time; without an offset it is the outlet's (UTC+8).
fn taken(bytes: &[u8]) -> Option<i64> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let ascii = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    };
    let mut at = exif::DateTime::from_ascii(ascii(Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = ascii(Tag::OffsetTimeOriginal) {
        // A malformed offset leaves the outlet's own.
        let _ = at.parse_offset(offset);
    }
    let offset = chrono::FixedOffset::east_opt(i32::from(at.offset.unwrap_or(8 * 60)) * 60)?;
    let date = chrono::NaiveDate::from_ymd_opt(i32::from(at.year), u32::from(at.month), u32::from(at.day))?;
    let time = date.and_hms_opt(u32::from(at.hour), u32::from(at.minute), u32::from(at.second))?;
    Some(time.and_local_timezone(offset).single()?.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Soft gradients, as walls and tiles are.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let pixels: Vec<u8> = (0..u32::from(width) * u32::from(height))
            .map(|i| (i % u32::from(width), i / u32::from(width)))
            .flat_map(|(x, y)| [(x / 12) as u8, (y / 9) as u8, ((x + y) / 20) as u8])
            .collect();
        let mut out = Vec::new();
        Encoder::new(&mut out, 90).encode(&pixels, width, height, ColorType::Rgb).unwrap();
        out
    }

    #[test]
    fn a_large_picture_becomes_a_small_one_and_a_thumbnail() {
        let picture = intake(&jpeg(2400, 1800)).unwrap();
        assert_eq!((picture.width, picture.height), (1600, 1200));
        assert!(picture.photo.len() <= PICTURE_BYTES, "{}", picture.photo.len());
        let thumb = image::load_from_memory(&picture.thumb).unwrap();
        assert_eq!((thumb.width(), thumb.height()), (320, 240));
    }

    #[test]
    fn half_a_picture_is_not_a_picture() {
        let whole = jpeg(640, 480);
        assert!(matches!(intake(&whole[..whole.len() / 2]), Err(IntakeError::Truncated)));
    }

    #[test]
    fn what_is_no_picture_is_told_so() {
        for bytes in [&b"hello"[..], b"", b"GIF89a................", b"%PDF-1.7"] {
            assert!(matches!(intake(bytes), Err(IntakeError::NotAPicture)), "{bytes:?}");
        }
    }

    #[test]
    fn a_header_that_claims_a_huge_picture_is_refused_before_anything_is_allocated() {
        let mut bomb = jpeg(64, 64);
        let frame = bomb.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        bomb[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert!(matches!(intake(&bomb), Err(IntakeError::TooLarge { .. })));
    }
}

//! Photos and signatures: held to their headers, decoded one at a time and made as small as they are printed.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::error::BadPicture;

/// Most pixels, and the longest side.
const MAX_PIXELS: u64 = 50_000_000;
const MAX_SIDE: u32 = 20_000;
/// What decoding may take in memory.
const MAX_MEMORY: u64 = 270_000_000;
const QUALITY: u8 = 82;

/// A picture as it goes to the typesetter.
#[derive(Debug)]
pub struct Small {
    pub bytes: Vec<u8>,
    pub format: &'static str,
    /// Width to height.
    pub aspect: f64,
}

/// A file made no wider and no taller than `side` pixels.
pub fn shrunk(file: &[u8], side: u32) -> Result<Small, BadPicture> {
    let format = match image::guess_format(file) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(BadPicture::Format),
    };
    if format == ImageFormat::Jpeg && !has_end(file) {
        return Err(BadPicture::Truncated);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(BadPicture::Damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(BadPicture::TooLarge { width, height });
    }
    let turn = decoder.orientation().map_err(BadPicture::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(BadPicture::Damaged)?;
    if width > side || height > side {
        picture = picture.thumbnail(side, side);
    }
    picture.apply_orientation(turn);
    encoded(&picture).map_err(BadPicture::Shrinking)
}

/// The decoder takes half a file for a whole one.
fn has_end(jpeg: &[u8]) -> bool {
    let tail = &jpeg[jpeg.len().saturating_sub(4096)..];
    tail.windows(2).any(|two| two == [0xff, 0xd9])
}

/// A signature stays see-through and sharp.
fn encoded(picture: &DynamicImage) -> image::ImageResult<Small> {
    let aspect = f64::from(picture.width()) / f64::from(picture.height().max(1));
    let mut bytes = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut bytes, ImageFormat::Png)?;
        return Ok(Small { bytes: bytes.into_inner(), format: "png", aspect });
    }
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(Small { bytes: bytes.into_inner(), format: "jpg", aspect })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_photo_becomes_as_small_as_it_is_printed() {
        let small = shrunk(&jpeg(1600, 1200), 400).unwrap();
        let made = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((made.width(), made.height(), small.format), (400, 300, "jpg"));
    }

    #[test]
    fn a_signature_keeps_what_is_behind_it() {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(300, 100).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let small = shrunk(bytes.get_ref(), 400).unwrap();
        assert_eq!(small.format, "png");
        assert_eq!(image::load_from_memory(&small.bytes).unwrap().to_rgba8().get_pixel(0, 0).0[3], 0);
    }

    #[test]
    fn a_bad_file_is_told_apart_before_it_is_decoded() {
        let whole = jpeg(800, 600);
        let why = |file: &[u8]| shrunk(file, 400).unwrap_err();
        assert!(matches!(why(&whole[..whole.len() / 2]), BadPicture::Truncated));
        assert!(matches!(why(b"GIF89a\x01\x00\x01\x00"), BadPicture::Format));
        assert!(matches!(why(b""), BadPicture::Format));
        let mut huge = whole.clone();
        let frame = huge.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        huge[frame + 5..frame + 9].copy_from_slice(&[0x40, 0x00, 0x40, 0x00]);
        assert!(matches!(why(&huge), BadPicture::TooLarge { width: 16384, height: 16384 }));
        let mut torn = whole;
        let middle = torn.len() / 2;
        torn.drain(40..middle);
        assert!(matches!(why(&torn), BadPicture::Damaged(_)));
    }
}

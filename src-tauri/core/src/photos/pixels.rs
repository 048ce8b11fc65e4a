//! From a file's parts to pixels: under limits, in one buffer, without alpha.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ColorType, ImageDecoder, ImageReader, Limits, RgbImage};

use super::IntakeError;
use super::header::{Header, MAX_SIDE};

/// Decodes what a header described.
pub fn decode(header: &Header<'_>) -> Result<RgbImage, IntakeError> {
    // The decoders are foreign code on foreign bytes.
    let decoded = catch_unwind(AssertUnwindSafe(|| raw(header))).map_err(|_panic| IntakeError::Damaged)?;
    let (colour, pixels) = decoded?;
    let rgb = coloured(colour, pixels).ok_or(IntakeError::Damaged)?;
    RgbImage::from_raw(header.width, header.height, rgb).ok_or(IntakeError::Damaged)
}

fn raw(header: &Header<'_>) -> Result<(ColorType, Vec<u8>), IntakeError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    let mut reader = ImageReader::with_format(Cursor::new(header.parts.concat()), header.format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(IntakeError::Decode)?;
    // Both have read the same bytes; were they ever to differ, the buffer would not fit.
    if decoder.dimensions() != (header.width, header.height) {
        return Err(IntakeError::Damaged);
    }
    let colour = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).map_err(|_too_large| IntakeError::Damaged)?;
    let mut pixels = vec![0; length];
    decoder.read_image(&mut pixels).map_err(IntakeError::Decode)?;
    Ok((colour, pixels))
}

/// Eight bits of red, green and blue; what shines through is white, as on paper. `None` for a layout that neither JPEG
/// nor PNG has.
fn coloured(colour: ColorType, mut pixels: Vec<u8>) -> Option<Vec<u8>> {
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(255)
    };
    let deep = |two: [u8; 2]| u8::try_from(u16::from_ne_bytes(two) >> 8).unwrap_or(255);
    let gray = |gray: u8| [gray; 3];
    match colour {
        ColorType::Rgb8 => return Some(pixels),
        ColorType::L8 => return Some(pixels.into_iter().flat_map(gray).collect()),
        ColorType::La8 => {
            let (pairs, _) = pixels.as_chunks::<2>();
            return Some(pairs.iter().flat_map(|&[value, alpha]| gray(over(value, alpha))).collect());
        }
        ColorType::L16 => {
            let (pairs, _) = pixels.as_chunks::<2>();
            return Some(pairs.iter().flat_map(|two| gray(deep(*two))).collect());
        }
        ColorType::La16 => narrow(&mut pixels, |&[a, b, c, d]: &[u8; 4]| gray(over(deep([a, b]), deep([c, d])))),
        ColorType::Rgba8 => narrow(&mut pixels, |&[r, g, b, a]: &[u8; 4]| [over(r, a), over(g, a), over(b, a)]),
        ColorType::Rgb16 => narrow(&mut pixels, |&[a, b, c, d, e, f]: &[u8; 6]| [[a, b], [c, d], [e, f]].map(deep)),
        ColorType::Rgba16 => narrow(&mut pixels, |&[a, b, c, d, e, f, g, h]: &[u8; 8]| {
            [[a, b], [c, d], [e, f]].map(|two| over(deep(two), deep([g, h])))
        }),
        _ => return None,
    }
    Some(pixels)
}

/// Writes three bytes for each N, in place: a second buffer would double what a large picture takes.
fn narrow<const N: usize>(pixels: &mut Vec<u8>, rgb: impl Fn(&[u8; N]) -> [u8; 3]) {
    let count = pixels.len() / N;
    for place in 0..count {
        let Some(whole) = pixels[place * N..].first_chunk::<N>() else { break };
        let three = rgb(whole);
        pixels[place * 3..place * 3 + 3].copy_from_slice(&three);
    }
    pixels.truncate(count * 3);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shines_through_is_white_and_sixteen_bits_become_eight() {
        let two = |value: u16| value.to_ne_bytes();
        let cases = [
            (ColorType::L8, vec![7], [7, 7, 7]),
            (ColorType::La8, vec![0, 255], [0, 0, 0]),
            (ColorType::Rgba8, vec![10, 20, 30, 0], [255, 255, 255]),
            (ColorType::Rgba8, vec![0, 100, 200, 51], [204, 224, 244]),
            (ColorType::L16, two(0x1234).to_vec(), [0x12; 3]),
            (ColorType::La16, [two(0x0000), two(0xffff)].concat(), [0; 3]),
            (ColorType::Rgb16, [two(0x0100), two(0x8000), two(0xffff)].concat(), [1, 128, 255]),
            (ColorType::Rgba16, [two(0x0100), two(0x8000), two(0xffff), two(0xffff)].concat(), [1, 128, 255]),
        ];
        for (colour, pixels, rgb) in cases {
            // Two pixels: what is narrowed in place must not run into what is still to come.
            let twice = [pixels.clone(), pixels].concat();
            assert_eq!(coloured(colour, twice), Some([rgb, rgb].concat()), "{colour:?}");
        }
        assert_eq!(coloured(ColorType::Rgb32F, vec![0; 12]), None);
    }
}

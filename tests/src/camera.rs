//! A camera: pictures as a phone writes them, turned, with a position and a time that must not travel.

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

/// What a test looks for in files that must not carry it.
pub const MAKER: &str = "PositionTellingCamera";

/// A picture of `width` × `height` pixels as the sensor saw it, stored turned (orientation 6), with maker, capture
/// time (2026-11-21 14:05:09 +08:00) and a position in its EXIF.
pub fn picture(width: u16, height: u16) -> Result<Vec<u8>, EncodingError> {
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    let mut noise = 0x2545_f491u32;
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let grain = noise % 12;
            // A wall, a heater with its casing, a pipe: shapes that compress like a photo does.
            let heater = (x * 3 / u32::from(width) == 1) && (y * 4 / u32::from(height) != 0);
            let pipe = x % 400 < 14;
            let base = if heater {
                [228, 230, 232]
            } else if pipe {
                [150, 118, 70]
            } else {
                [186, 190, 181]
            };
            let shade = (x + y) * 40 / (u32::from(width) + u32::from(height));
            pixels.extend(base.map(|c: u32| u8::try_from((c + grain).saturating_sub(shade).min(255)).unwrap_or(255)));
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 93);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.add_app_segment(1, exif())?;
    encoder.encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

/// An EXIF block written by hand: TIFF header, first directory, EXIF directory, GPS directory.
fn exif() -> Vec<u8> {
    const ASCII: u16 = 2;
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;
    let maker = format!("{MAKER}\0");
    let rationals =
        |values: [u32; 3]| values.iter().flat_map(|v| [v.to_le_bytes(), 1u32.to_le_bytes()].concat()).collect();
    let mut tiff = Tiff { bytes: b"II*\0\x08\0\0\0".to_vec() };
    tiff.directory(&[
        (0x010f, ASCII, maker.into_bytes()),
        (0x0112, SHORT, 6u16.to_le_bytes().to_vec()),
        (0x8769, LONG, POINTER.to_vec()),
        (0x8825, LONG, POINTER.to_vec()),
    ]);
    tiff.point(0x8769);
    tiff.directory(&[(0x9003, ASCII, b"2026:11:21 14:05:09\0".to_vec()), (0x9011, ASCII, b"+08:00\0".to_vec())]);
    tiff.point(0x8825);
    tiff.directory(&[
        (1, ASCII, b"N\0".to_vec()),
        (2, RATIONAL, rationals([30, 17, 24])),
        (3, ASCII, b"E\0".to_vec()),
        (4, RATIONAL, rationals([109, 29, 11])),
    ]);
    [b"Exif\0\0".as_slice(), &tiff.bytes].concat()
}

/// Filled in once the directory that it points to has a place.
const POINTER: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];

struct Tiff {
    bytes: Vec<u8>,
}

impl Tiff {
    fn directory(&mut self, entries: &[(u16, u16, Vec<u8>)]) {
        let start = self.bytes.len();
        let mut after = start + 2 + entries.len() * 12 + 4;
        let mut long_values = Vec::new();
        self.bytes.extend(u16::try_from(entries.len()).unwrap_or(0).to_le_bytes());
        for (tag, kind, value) in entries {
            let size = match kind {
                3 => 2,
                4 => 4,
                5 => 8,
                _ => 1,
            };
            self.bytes.extend(tag.to_le_bytes());
            self.bytes.extend(kind.to_le_bytes());
            self.bytes.extend(u32::try_from(value.len() / size).unwrap_or(0).to_le_bytes());
            if value.len() <= 4 {
                let mut inline = value.clone();
                inline.resize(4, 0);
                self.bytes.extend(inline);
            } else {
                self.bytes.extend(u32::try_from(after).unwrap_or(0).to_le_bytes());
                after += value.len();
                long_values.extend_from_slice(value);
            }
        }
        self.bytes.extend([0; 4]);
        self.bytes.extend(long_values);
    }

    /// Makes the entry `tag` point to what comes next.
    fn point(&mut self, tag: u16) {
        let here = u32::try_from(self.bytes.len()).unwrap_or(0).to_le_bytes();
        let wanted = [&tag.to_le_bytes()[..], &4u16.to_le_bytes(), &1u32.to_le_bytes(), &POINTER].concat();
        if let Some(at) = self.bytes.windows(12).position(|entry| entry == wanted) {
            self.bytes[at + 8..at + 12].copy_from_slice(&here);
        }
    }
}

/// A small picture that differs by `shade`: for days with many pictures.
pub fn small(shade: u8) -> Result<Vec<u8>, EncodingError> {
    let (width, height) = (160u16, 120u16);
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height))
        .flat_map(|at| {
            let (x, y) = (at % usize::from(width), at / usize::from(width));
            [shade, u8::try_from(x).unwrap_or(0), u8::try_from(y * 2).unwrap_or(0)]
        })
        .collect();
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cameras_picture_tells_more_than_it_should_and_intake_keeps_only_what_it_may() {
        let file = picture(1200, 900).unwrap();
        assert!(file.windows(MAKER.len()).any(|w| w == MAKER.as_bytes()));
        let taken = doorstep::photos::intake(&file, doorstep::photos::Wanted::default()).unwrap();
        assert_eq!((taken.width, taken.height), (900, 1200), "turned upright");
        assert_eq!(taken.taken_ms(), Some(1_795_241_109_000));
        for shared in [&taken.photo, &taken.thumb] {
            assert!(!shared.windows(4).any(|w| w == b"Exif"), "no metadata travels");
        }
    }
}

//! What taking a picture in costs: the core's own way beside the plain one, in one run, on one core.
//!
//! Both are given the same file: twelve megapixels as a phone writes them, with texture and grain, turned, by a seed. The
//! plain way is the `image` crate alone: decode, turn, resize, encode, and nothing else that intake does.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use doorstep::photos::{IntakeError, Wanted, intake};
use doorstep_schemas::ids::BlobHash;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};
use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

use crate::figures::{Figures, millis, percentile};
use crate::machine;

const SEED: u32 = 20_261_122;
/// The plain way encodes once, at what most pictures end at.
const PLAIN_QUALITY: u8 = 74;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub width: u16,
    pub height: u16,
    pub rounds: usize,
    pub case: &'static str,
}

impl Size {
    pub const FULL: Self = Self { width: 4_000, height: 3_000, rounds: 15, case: "12mp" };
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum PhotoBenchError {
    #[error("the picture was not taken in")]
    Intake(#[from] IntakeError),
    #[error("the plain way failed")]
    Plain(#[from] ImageError),
    #[error("the camera failed")]
    Camera(#[from] EncodingError),
    #[error("a file failed")]
    Io(#[from] std::io::Error),
    #[error("the process of its own ended with {0}")]
    Apart(std::process::ExitStatus),
}

pub fn measure(folder: &Path, size: Size, out: &mut dyn Write) -> Result<(), PhotoBenchError> {
    let file = camera(size.width, size.height)?;
    let path = folder.join("camera.jpg");
    std::fs::write(&path, &file)?;
    let mut figures = Figures::of("photo", out);
    let (mut own, mut plain, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..size.rounds {
        let begun = Instant::now();
        bytes = taken_in(&file)?;
        own.push(millis(begun.elapsed()));
        let begun = Instant::now();
        plainly(&file)?;
        plain.push(millis(begun.elapsed()));
    }
    let (own, plain) = (percentile(&own, 50), percentile(&plain, 50));
    figures.say(size.case, "ms", tenths(own), "ms")?;
    figures.say(size.case, "naive_ms", tenths(plain), "ms")?;
    figures.say(size.case, "over_naive", (own / plain * 1_000.0).round() / 1_000.0, "ratio")?;
    figures.say(size.case, "file_bytes", file.len(), "B")?;
    figures.say(size.case, "picture_bytes", bytes, "B")?;
    apart(&path, size.case, out)
}

fn tenths(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}

/// One picture in a process of its own: what it held at most, with the file and the program.
pub fn once(file: &Path, case: &str, out: &mut dyn Write) -> Result<(), PhotoBenchError> {
    taken_in(&std::fs::read(file)?)?;
    if let Some(peak) = machine::peak_memory_mb(std::process::id()) {
        Figures::of("photo", out).say(case, "peak_mb", peak, "MB")?;
    }
    Ok(())
}

fn apart(file: &Path, case: &str, out: &mut dyn Write) -> Result<(), PhotoBenchError> {
    let program: PathBuf = std::env::current_exe()?;
    let ran = Command::new(program)
        .args(["photo-once", "--case", case, "--file"])
        .arg(file)
        .stderr(Stdio::inherit())
        .output()?;
    if !ran.status.success() {
        return Err(PhotoBenchError::Apart(ran.status));
    }
    out.write_all(&ran.stdout)?;
    Ok(())
}

/// As the action does it, without the disk.
fn taken_in(file: &[u8]) -> Result<usize, IntakeError> {
    let picture = intake(file, Wanted::default())?;
    let names = [&picture.photo, &picture.thumb].map(|bytes| BlobHash::of(bytes));
    std::hint::black_box(names);
    Ok(picture.photo.len())
}

fn plainly(file: &[u8]) -> Result<usize, ImageError> {
    let mut decoder = ImageReader::new(Cursor::new(file)).with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let mut bytes = 0;
    for side in [1_600, 320] {
        let mut out = Vec::new();
        let small = picture.resize(side, side, FilterType::CatmullRom);
        small.write_with_encoder(JpegEncoder::new_with_quality(&mut out, PLAIN_QUALITY))?;
        bytes += out.len();
    }
    Ok(bytes)
}

/// A picture as a phone writes it: soft light, texture at several sizes, edges, a sensor's grain.
pub fn camera(width: u16, height: u16) -> Result<Vec<u8>, EncodingError> {
    let mut noise = SEED;
    let mut grain = || {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        // The sum of two is nearer to what a sensor does than one.
        i32::try_from((noise & 15) + (noise >> 8 & 15)).unwrap_or(0) - 15
    };
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let texture = [(256, 70), (64, 34), (16, 20), (5, 12)].map(|(cell, strength)| soft(x, y, cell, strength));
            let light = texture.iter().sum::<i32>() + 70;
            // Tiles with joints, and a casing with a printed plate.
            let joint = if x % 380 < 8 || y % 290 < 8 { -60 } else { 0 };
            let casing = x * 3 / u32::from(width) == 1 && y * 4 / u32::from(height) != 0;
            let print = if casing && (x / 9 + y / 23) % 5 == 0 { -70 } else { 0 };
            let base = if casing { [60, 62, 64] } else { [30, 24, 8] };
            pixels.extend(base.map(|of| {
                let value = of + light + if casing { print } else { joint } + grain();
                u8::try_from(value.clamp(0, 255)).unwrap_or(255)
            }));
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 93);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.add_exif_metadata(&TURNED)?;
    encoder.encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

/// A TIFF block that says: held upright (orientation 6).
const TURNED: [u8; 26] = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

/// Noise between the corners of cells, up to so much.
fn soft(x: u32, y: u32, cell: u32, strength: i32) -> i32 {
    let corner = |x: u32, y: u32| {
        let mut hash = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)).wrapping_add(cell ^ SEED);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
        i64::from((hash ^ (hash >> 12)) & 0xffff)
    };
    let (left, top) = (x / cell, y / cell);
    let (right, low, cell) = (i64::from(x % cell), i64::from(y % cell), i64::from(cell));
    let upper = corner(left, top) * (cell - right) + corner(left + 1, top) * right;
    let lower = corner(left, top + 1) * (cell - right) + corner(left + 1, top + 1) * right;
    let value = (upper * (cell - low) + lower * low) / (cell * cell);
    i32::try_from(value * i64::from(strength) / 0xffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_take_the_cameras_picture_and_it_is_no_gradient() {
        let file = camera(800, 600).unwrap();
        assert_eq!(file, camera(800, 600).unwrap(), "by its seed");
        // Grain and texture weigh: a flat picture of this size has some 10 KB.
        assert!(file.len() > 100_000, "{} bytes", file.len());
        let picture = intake(&file, Wanted::default()).unwrap();
        assert_eq!((picture.width, picture.height), (600, 800), "turned upright");
        assert!(plainly(&file).unwrap() > 0);
    }
}

//! Barcodes and QR codes in a picture: a nameplate's serial number, a part's number, an invitation.
//!
//! First the whole picture at the size at which most are found, then its pieces at full size, then turned: a code on a
//! nameplate is seldom level. Each try is short and no further one begins when the time is up.

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use doorstep_schemas::view::CodeKind;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image::{GrayImage, Luma};
use rxing::{BarcodeFormat, DecodeHints, RXingResult};

use super::IntakeError;
use super::intake::upright;

/// At this side most codes are found, and soonest.
const WHOLE: u32 = 2_016;
/// A piece at full size is no larger than this.
const PIECE: u32 = 1_600;
/// Longest text that is handed on, in bytes: an invitation has about 300.
const MOST_TEXT: usize = 1_024;
const MOST_CODES: usize = 16;
/// Degrees by which codes are turned back. Readers of bars bear about ten either way, and turn by 90 themselves.
const TURNS: [f32; 6] = [15.0, -15.0, 30.0, -30.0, 45.0, -45.0];

/// A code that a picture shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    pub kind: CodeKind,
    pub text: String,
}

/// Looks for codes until some are found or the time is up. Takes as long as decoding, and up to one try more than `time`.
pub fn read_codes(file: &[u8], time: Duration) -> Result<Vec<Code>, IntakeError> {
    let picture = gray(file)?;
    let begun = Instant::now();
    let mut looked = false;
    for view in views(&picture) {
        if looked && begun.elapsed() >= time {
            break;
        }
        looked = true;
        let found = look(&view());
        if !found.is_empty() {
            return Ok(found.into_iter().take(MOST_CODES).collect());
        }
    }
    Ok(Vec::new())
}

fn gray(file: &[u8]) -> Result<GrayImage, IntakeError> {
    let picture = upright(file, u32::MAX)?;
    let (width, height) = picture.dimensions();
    let luma = picture.as_raw().as_chunks::<3>().0.iter().map(|&[red, green, blue]| {
        let sum = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
        u8::try_from(sum >> 8).unwrap_or(255)
    });
    Ok(GrayImage::from_raw(width, height, luma.collect()).expect("one byte for each pixel"))
}

/// What is looked at, one after the other; each is made when its turn comes.
fn views(picture: &GrayImage) -> impl Iterator<Item = Box<dyn Fn() -> GrayImage + '_>> {
    let (width, height) = picture.dimensions();
    let larger = width.max(height) > WHOLE;
    let view = |make: Box<dyn Fn() -> GrayImage>| make;
    // The middle first: that is where people hold what they photograph.
    let halves = [(1, 1), (0, 0), (2, 0), (0, 2), (2, 2), (1, 0), (0, 1), (2, 1), (1, 2)];
    let pieces = halves.into_iter().filter(move |_| larger).map(move |(x, y)| {
        Box::new(move || {
            let piece = image::imageops::crop_imm(picture, x * width / 4, y * height / 4, width / 2, height / 2);
            shrunk(piece.to_image(), PIECE.max(WHOLE))
        }) as Box<dyn Fn() -> GrayImage>
    });
    let turned = TURNS.into_iter().map(move |degrees| {
        Box::new(move || turned(&shrunk(picture.clone(), PIECE), degrees)) as Box<dyn Fn() -> GrayImage>
    });
    std::iter::once(view(Box::new(move || shrunk(picture.clone(), WHOLE)))).chain(pieces).chain(turned)
}

fn shrunk(picture: GrayImage, side: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return picture;
    }
    let scaled = |n: u32| u32::try_from(u64::from(n) * u64::from(side) / u64::from(longest)).unwrap_or(side).max(1);
    let (to_width, to_height) = (scaled(width), scaled(height));
    let mut target = Image::new(to_width, to_height, PixelType::U8);
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8);
    match source.map(|source| Resizer::new().resize(&source, &mut target, None)) {
        Ok(Ok(())) => GrayImage::from_raw(to_width, to_height, target.into_vec()).unwrap_or(picture),
        _ => picture,
    }
}

/// Turned about its middle; what comes from outside is white, as around a code.
fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
        let (from_x, from_y) = (middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos);
        if from_x < 0.0 || from_y < 0.0 {
            return Luma([255]);
        }
        let (left, top) = (from_x as u32, from_y as u32);
        if left + 1 >= width || top + 1 >= height {
            return Luma([255]);
        }
        let (right, low) = (from_x.fract(), from_y.fract());
        let at = |x, y| f32::from(picture.get_pixel(x, y).0[0]);
        let upper = at(left, top) * (1.0 - right) + at(left + 1, top) * right;
        let lower = at(left, top + 1) * (1.0 - right) + at(left + 1, top + 1) * right;
        Luma([(upper * (1.0 - low) + lower * low) as u8])
    })
}

/// One look; what the reader stumbles over is nothing found.
fn look(view: &GrayImage) -> BTreeSet<Code> {
    let (width, height) = view.dimensions();
    let mut hints = DecodeHints { TryHarder: Some(true), PossibleFormats: Some(formats()), ..DecodeHints::default() };
    let found = catch_unwind(AssertUnwindSafe(|| {
        rxing::helpers::detect_multiple_in_luma_with_hints(view.as_raw().clone(), width, height, &mut hints)
    }));
    let found = found.ok().and_then(Result::ok).unwrap_or_default();
    found.iter().filter_map(code).collect()
}

fn formats() -> HashSet<BarcodeFormat> {
    use BarcodeFormat::{CODE_39, CODE_93, CODE_128, EAN_8, EAN_13, QR_CODE, UPC_A};
    HashSet::from([QR_CODE, CODE_128, CODE_39, CODE_93, EAN_13, EAN_8, UPC_A])
}

fn code(found: &RXingResult) -> Option<Code> {
    let kind = match found.getBarcodeFormat() {
        BarcodeFormat::QR_CODE => CodeKind::Qr,
        BarcodeFormat::CODE_128 => CodeKind::Code128,
        BarcodeFormat::CODE_39 => CodeKind::Code39,
        BarcodeFormat::EAN_13 | BarcodeFormat::EAN_8 | BarcodeFormat::UPC_A => CodeKind::Ean,
        _ => CodeKind::Bars,
    };
    let text = found.getText().trim();
    // Two or three characters are what stripes and grilles read as.
    let told = text.len() >= 4 && text.len() <= MOST_TEXT && !text.chars().any(char::is_control);
    told.then(|| Code { kind, text: text.to_owned() })
}

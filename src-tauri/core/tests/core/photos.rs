//! Intake: what a camera writes becomes a small picture that tells nothing but what it shows.

use doorstep::photos::{IntakeError, intake};
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use std::io::Cursor;

/// Left half red, right half blue, as a camera would write it: without metadata.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(picture: RgbImage) -> Vec<u8> {
    encoded(&DynamicImage::ImageRgb8(picture), ImageFormat::Jpeg)
}

/// An EXIF block (little-endian TIFF): orientation, capture time with an offset, a position, and a thumbnail's bytes.
fn exif(orientation: u16, taken: &str, offset: &str, thumbnail: &[u8]) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let ascii = |text: &str| u32::try_from(text.len() + 1).unwrap();
    // IFD0 at 8: 3 entries (42 bytes); EXIF at 50: 2 entries (30); GPS at 80: 1 entry (18); strings from 98.
    let (taken_at, offset_at) = (98, 98 + ascii(taken));
    tiff.extend(3u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    tiff.extend(entry(0x8769, 4, 1, 50));
    tiff.extend(entry(0x8825, 4, 1, 80));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(2u16.to_le_bytes());
    tiff.extend(entry(0x9003, 2, ascii(taken), taken_at));
    tiff.extend(entry(0x9011, 2, ascii(offset), offset_at));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(1u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, u32::from(b'N')));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend([taken.as_bytes(), b"\0", offset.as_bytes(), b"\0", thumbnail].concat());
    tiff
}

/// Puts an EXIF segment behind the first marker, where cameras have it.
fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), b"Exif\0\0", tiff, &jpeg[2..]].concat()
}

fn reddish(picture: &[u8], x: f64, y: f64) -> bool {
    let picture = image::load_from_memory(picture).unwrap().into_rgb8();
    let at = |share: f64, length: u32| (share * f64::from(length)) as u32;
    let Rgb([red, _, blue]) = *picture.get_pixel(at(x, picture.width()), at(y, picture.height()));
    red > blue
}

#[test]
fn a_picture_is_turned_as_the_camera_was_held() {
    // Where the red left half is afterwards, by EXIF's eight orientations.
    let cases = [
        (1, (0.25, 0.5), (400, 200)),
        (2, (0.75, 0.5), (400, 200)),
        (3, (0.75, 0.5), (400, 200)),
        (4, (0.25, 0.5), (400, 200)),
        (5, (0.5, 0.25), (200, 400)),
        (6, (0.5, 0.25), (200, 400)),
        (7, (0.5, 0.75), (200, 400)),
        (8, (0.5, 0.75), (200, 400)),
    ];
    for (orientation, (x, y), size) in cases {
        let file = with_exif(&jpeg(halves(400, 200)), &exif(orientation, "2026:11:21 14:05:09", "+08:00", b""));
        let picture = intake(&file).unwrap();
        assert_eq!((picture.width, picture.height), size, "orientation {orientation}");
        for bytes in [&picture.photo, &picture.thumb] {
            assert!(
                reddish(bytes, x, y) && !reddish(bytes, 1.0 - x - 0.01, 1.0 - y - 0.01),
                "orientation {orientation}"
            );
        }
    }
}

#[test]
fn position_time_and_every_other_metadata_stay_behind() {
    let file = with_exif(&jpeg(halves(400, 200)), &exif(1, "2026:11:21 14:05:09", "+08:00", b"SERIAL-0815"));
    let picture = intake(&file).unwrap();
    for bytes in [&picture.photo, &picture.thumb] {
        for trace in [&b"Exif"[..], b"2026:11:21", b"SERIAL", b"\xff\xe1", b"http", b"II*\0"] {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace), "{trace:?}");
        }
    }
}

#[test]
fn the_capture_time_is_the_cameras_own_where_it_tells_it() {
    let noon = jpeg(halves(64, 48));
    let taken = |taken: &str, offset: &str| intake(&with_exif(&noon, &exif(1, taken, offset, b""))).unwrap().taken_ms;
    // 2026-11-21 14:05:09 in China is 06:05:09 UTC.
    assert_eq!(taken("2026:11:21 14:05:09", "+08:00"), Some(1_795_241_109_000));
    assert_eq!(taken("2026:11:21 06:05:09", "+00:00"), Some(1_795_241_109_000));
    assert_eq!(taken("2026:11:21 14:05:09", "nowhere"), Some(1_795_241_109_000), "else the shop's own zone");
    for nonsense in ["2026:13:41 25:00:00", "yesterday at noon..", "    :  :     :  :  "] {
        assert_eq!(taken(nonsense, "+08:00"), None);
    }
    assert_eq!(intake(&noon).unwrap().taken_ms, None);
}

#[test]
fn gray_transparent_and_deep_pictures_are_taken_too() {
    let gray = DynamicImage::ImageLuma8(GrayImage::from_fn(90, 60, |x, _| image::Luma([x as u8])));
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(90, 60, image::Rgba([200, 10, 10, 128])));
    let deep = DynamicImage::ImageRgb16(DynamicImage::ImageRgb8(halves(90, 60)).into_rgb16());
    let files = [
        encoded(&gray, ImageFormat::Jpeg),
        encoded(&gray, ImageFormat::Png),
        encoded(&clear, ImageFormat::Png),
        encoded(&deep, ImageFormat::Png),
        encoded(&DynamicImage::ImageRgb8(halves(90, 60)), ImageFormat::Png),
    ];
    for file in files {
        let picture = intake(&file).unwrap();
        assert_eq!((picture.width, picture.height), (90, 60));
        assert_eq!(image::guess_format(&picture.photo).unwrap(), ImageFormat::Jpeg);
    }
}

#[test]
fn a_picture_that_ends_early_is_told_so_also_where_its_thumbnail_is_whole() {
    let whole = jpeg(halves(900, 700));
    let thumbnail = jpeg(halves(32, 24));
    let file = with_exif(&whole, &exif(1, "2026:11:21 14:05:09", "+08:00", &thumbnail));
    assert!(intake(&file).is_ok());
    for length in [file.len() - 2, file.len() * 3 / 4, 2_600] {
        let refused = intake(&file[..length]);
        assert!(matches!(refused, Err(IntakeError::Truncated)), "{length} of {}: {refused:?}", file.len());
    }
    let png = encoded(&DynamicImage::ImageRgb8(halves(90, 60)), ImageFormat::Png);
    assert!(matches!(intake(&png[..png.len() / 2]), Err(IntakeError::Truncated | IntakeError::Decode(_))));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut png = encoded(&DynamicImage::ImageRgb8(halves(8, 8)), ImageFormat::Png);
    for (width, height) in [(60_000u32, 60_000u32), (12_001, 10), (10, 12_001), (8_000, 8_000)] {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let refused = intake(&png);
        // The header's checksum no longer fits; whichever is noticed first, nothing is allocated.
        assert!(matches!(refused, Err(IntakeError::TooLarge { .. } | IntakeError::Decode(_))), "{refused:?}");
    }
    let huge = vec![0xffu8; 41 * 1024 * 1024];
    assert!(matches!(intake(&huge), Err(IntakeError::TooLarge { .. })));
}

#[test]
fn no_damage_to_a_picture_makes_intake_panic() {
    let file = with_exif(&jpeg(halves(160, 120)), &exif(6, "2026:11:21 14:05:09", "+08:00", b""));
    for at in (0..file.len()).step_by(3) {
        for with in [0x00, 0xff, 0x80] {
            let mut damaged = file.clone();
            damaged[at] = with;
            drop(intake(&damaged));
        }
    }
}

/// A wall of noise shrinks badly; a photo that is too heavy for the line gets smaller, not left behind.
#[test]
fn the_noisiest_picture_still_fits_the_line() {
    let mut seed = 1u32;
    let noise = RgbImage::from_fn(2_000, 1_500, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(seed >> 8) as u8, (seed >> 16) as u8, (seed >> 24) as u8])
    });
    let picture = intake(&jpeg(noise)).unwrap();
    assert!(picture.photo.len() <= 250 * 1024, "{} bytes", picture.photo.len());
    let shown = image::load_from_memory(&picture.photo).unwrap();
    assert_eq!((picture.width, picture.height), (shown.width(), shown.height()));
}

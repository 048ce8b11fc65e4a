//! Intake: what a camera writes becomes a small picture that tells nothing but what it shows.

use doorstep::photos::{IntakeError, PICTURE_BYTES, Picture, Point, Wanted};
use doorstep_schemas::manifest::Manifest;
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder};
use std::io::Cursor;

fn intake(file: &[u8]) -> Result<Picture, IntakeError> {
    doorstep::photos::intake(file, Wanted::default())
}

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

/// What the segments of a JPEG before its scan are, and what lies behind its end.
fn segments(file: &[u8]) -> (Vec<(u8, Vec<u8>)>, usize) {
    let (mut at, mut out) = (2, Vec::new());
    loop {
        assert_eq!(file[at], 0xff);
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        out.push((file[at + 1], file[at + 4..at + 2 + length].to_vec()));
        at += 2 + length;
        if file[at - length - 1] == 0xda {
            let end = file[at..].windows(2).position(|pair| pair == [0xff, 0xd9]).unwrap();
            return (out, file.len() - (at + end + 2));
        }
    }
}

/// A segment of a JPEG.
fn segment(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, kind][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

/// A chunk of a PNG; its checksum is nobody's business here, because no decoder may see it.
fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], kind, body, &[0; 4]].concat()
}

#[test]
fn position_time_serial_and_every_other_metadata_stay_behind() {
    let exif = exif(1, "2026:11:21 14:05:09", "+08:00", b"SERIAL-0815");
    let told: Vec<Vec<u8>> = vec![
        segment(0xe1, &[b"Exif\0\0", &exif[..]].concat()),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SERIAL-0815</x:xmpmeta>"),
        segment(0xe1, b"http://ns.adobe.com/xmp/extension/\0SERIAL-0815"),
        segment(0xe2, b"ICC_PROFILE\0\x01\x01SERIAL-0815"),
        segment(0xe2, b"MPF\0SERIAL-0815"),
        segment(0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0bSERIAL-0815"),
        segment(0xeb, b"JP\0\0SERIAL-0815"),
        segment(0xea, b"another's SERIAL-0815"),
        segment(0xfe, b"SERIAL-0815 30.29 109.49"),
    ];
    let plain = jpeg(halves(400, 200));
    let full = [&plain[..2], &told.concat(), &plain[2..], b"SERIAL-0815 behind the end"].concat();
    let png = encoded(&DynamicImage::ImageRgb8(halves(400, 200)), ImageFormat::Png);
    let told = [
        chunk(b"eXIf", &exif),
        chunk(b"tEXt", b"Comment\0SERIAL-0815"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SERIAL-0815"),
        chunk(b"zTXt", b"Raw profile type iptc\0\0SERIAL-0815"),
        chunk(b"tIME", &[7, 234, 11, 21, 14, 5, 9]),
    ];
    let full_png = [&png[..33], &told.concat(), &png[33..]].concat();
    for file in [full, full_png] {
        let picture = intake(&file).unwrap();
        assert_eq!(picture.taken_ms(), Some(1_795_241_109_000), "read before it is left behind");
        for (bytes, thumb) in [(&picture.photo, false), (&picture.thumb, true)] {
            let (segments, behind) = segments(bytes);
            assert_eq!(behind, 0);
            for (kind, body) in &segments {
                let known = match kind {
                    0xe0 => body.starts_with(b"JFIF\0") && body.len() == 14,
                    0xea => thumb && body.starts_with(Manifest::MARK),
                    // Tables, frame and scan: pixels and nothing else.
                    0xdb | 0xc0 | 0xc4 | 0xda => true,
                    _ => false,
                };
                assert!(known, "segment {kind:x}: {body:?}");
            }
            for trace in [&b"Exif"[..], b"2026:11:21", b"SERIAL", b"http", b"II*\0", b"8BIM"] {
                assert!(!bytes.windows(trace.len()).any(|window| window == trace), "{trace:?}");
            }
        }
    }
}

#[test]
fn the_original_is_known_by_its_thumbnail() {
    let file = with_exif(&jpeg(halves(900, 700)), &exif(6, "2026:11:21 14:05:09", "+08:00", b""));
    let picture = intake(&file).unwrap();
    let manifest = Manifest::of_thumbnail(&picture.thumb).unwrap();
    assert_eq!(manifest, picture.manifest);
    assert_eq!((manifest.bytes, manifest.taken_ms), (file.len() as u64, Some(1_795_241_109_000)));
    assert!(manifest.fits(&file));
    let mut other = file.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(!manifest.fits(&other) && !manifest.fits(&picture.photo));
    assert_eq!(Manifest::of_thumbnail(&picture.photo), None, "what is shared with makers carries nothing");
}

#[test]
fn a_picture_is_as_large_as_the_outlet_wants_it_and_never_heavier_than_the_line_bears() {
    let file = jpeg(halves(2_400, 1_800));
    for side in [800, 1_600, 2_000] {
        let picture = doorstep::photos::intake(&file, Wanted { side, ..Wanted::default() }).unwrap();
        assert_eq!((picture.width, picture.height), (side, side * 3 / 4));
        assert!(picture.photo.len() <= PICTURE_BYTES);
        let thumb = image::load_from_memory(&picture.thumb).unwrap();
        assert_eq!((thumb.width(), thumb.height()), (320, 240));
    }
}

/// Degrees, minutes and seconds as a camera writes them: parts of something each.
type Parts = [(u32, u32); 3];

const LATITUDE: Parts = [(30, 1), (17, 1), (2_412, 100)];
const LONGITUDE: Parts = [(109, 1), (29, 1), (11, 1)];

fn located(lat: Parts, north: u8, lon: Parts, east: u8) -> Vec<u8> {
    let rationals = |parts: Parts| {
        parts.iter().flat_map(|(n, of)| [n.to_le_bytes(), of.to_le_bytes()].concat()).collect::<Vec<u8>>()
    };
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    // IFD0 at 8 with the pointer (18 bytes), the position at 26 with four entries (54), the numbers from 80.
    let tiff = [
        b"II*\0\x08\0\0\0\x01\0".to_vec(),
        entry(0x8825, 4, 1, 26),
        vec![0; 4],
        vec![4, 0],
        entry(1, 2, 2, u32::from(north)),
        entry(2, 5, 3, 80),
        entry(3, 2, 2, u32::from(east)),
        entry(4, 5, 3, 104),
        vec![0; 4],
        rationals(lat),
        rationals(lon),
    ];
    with_exif(&jpeg(halves(64, 48)), &tiff.concat())
}

/// A picture that says where it was taken.
pub fn somewhere() -> Vec<u8> {
    located(LATITUDE, b'N', LONGITUDE, b'E')
}

/// A picture that says when it was taken: 2026-11-21 14:05 in China.
pub fn timed() -> Vec<u8> {
    with_exif(&jpeg(halves(1_600, 1_200)), &exif(1, "2026:11:21 14:05:09", "+08:00", b""))
}

/// A picture of 2,000 × 1,500.
pub fn large() -> Vec<u8> {
    jpeg(halves(2_000, 1_500))
}

#[test]
fn a_camera_may_tell_where_it_was() {
    let at = |lat, north, lon, east| intake(&located(lat, north, lon, east)).unwrap().point;
    let here = Point { lat_e6: 30_290_033, lon_e6: 109_486_389 };
    assert_eq!(at(LATITUDE, b'N', LONGITUDE, b'E'), Some(here));
    let there = Point { lat_e6: -here.lat_e6, lon_e6: -here.lon_e6 };
    assert_eq!(at(LATITUDE, b'S', LONGITUDE, b'W'), Some(there));
    assert_eq!(at([(0, 0); 3], b'N', LONGITUDE, b'E'), None, "a camera without a fix");
    assert_eq!(at([(91, 1), (0, 1), (0, 1)], b'N', LONGITUDE, b'E'), None);
}

#[test]
fn heic_is_told_from_what_is_no_picture_at_all() {
    for brand in [b"heic", b"mif1", b"hevc", b"avif"] {
        let file = [b"\0\0\0\x18ftyp", &brand[..], b"\0\0\0\0mif1heic", &[0; 400]].concat();
        assert!(matches!(intake(&file), Err(IntakeError::Heif)), "{brand:?}");
    }
    let film = [b"\0\0\0\x18ftypisom\0\0\0\0", &[0; 400][..]].concat();
    assert!(matches!(intake(&film), Err(IntakeError::NotAPicture)));
}

#[test]
fn progressive_and_cmyk_pictures_look_as_they_should() {
    let coded = |colours: ColorType, pixel: &[u8], progressive: bool| {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 95);
        encoder.set_progressive(progressive);
        encoder.encode(&pixel.repeat(90 * 60), 90, 60, colours).unwrap();
        out
    };
    // Red everywhere, however it is said.
    let files = [
        coded(ColorType::Rgb, &[220, 20, 20], true),
        coded(ColorType::Cmyk, &[35, 235, 235, 0], false),
        coded(ColorType::CmykAsYcck, &[35, 235, 235, 0], false),
    ];
    for (at, file) in files.iter().enumerate() {
        let picture = intake(file).unwrap();
        for bytes in [&picture.photo, &picture.thumb] {
            let Rgb([red, green, blue]) = *image::load_from_memory(bytes).unwrap().into_rgb8().get_pixel(40, 30);
            assert!(red > 190 && green < 60 && blue < 60, "{at}: {red} {green} {blue}");
        }
    }
}

#[test]
fn the_capture_time_is_the_cameras_own_where_it_tells_it() {
    let noon = jpeg(halves(64, 48));
    let taken = |taken: &str, offset: &str| intake(&with_exif(&noon, &exif(1, taken, offset, b""))).unwrap().taken_ms();
    // 2026-11-21 14:05:09 in China is 06:05:09 UTC.
    assert_eq!(taken("2026:11:21 14:05:09", "+08:00"), Some(1_795_241_109_000));
    assert_eq!(taken("2026:11:21 06:05:09", "+00:00"), Some(1_795_241_109_000));
    assert_eq!(taken("2026:11:21 14:05:09", "nowhere"), Some(1_795_241_109_000), "else the shop's own zone");
    for nonsense in ["2026:13:41 25:00:00", "yesterday at noon..", "    :  :     :  :  "] {
        assert_eq!(taken(nonsense, "+08:00"), None);
    }
    assert_eq!(intake(&noon).unwrap().taken_ms(), None);
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
        assert!(matches!(refused, Err(IntakeError::TooLarge { .. })), "{refused:?}");
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

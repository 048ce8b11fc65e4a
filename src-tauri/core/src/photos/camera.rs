//! What the camera wrote about a picture: how it was held, when, where. Nothing of it travels with the pixels.

use exif::{Exif, In, Tag, Value};
use image::metadata::Orientation;

use super::header;

/// The camera's own word; missing where it says nothing or nonsense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// As EXIF has it: 1 to 8.
    orientation: Option<u8>,
    /// Milliseconds since 1970, UTC.
    pub taken_ms: Option<i64>,
    pub point: Option<Point>,
}

/// One point on the earth, in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub lat_e6: i64,
    pub lon_e6: i64,
}

/// When a picture was taken, by the first part of its file: milliseconds since 1970, UTC, where the camera tells it.
pub fn taken_by_head(head: &[u8]) -> Option<i64> {
    Told::read(header::description(head)?).taken_ms
}

impl Told {
    /// Reads a TIFF block.
    pub fn read(tiff: &[u8]) -> Self {
        let Ok(exif) = exif::Reader::new().read_raw(tiff.to_vec()) else { return Self::default() };
        let orientation = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
        Self {
            orientation: orientation.and_then(|n| u8::try_from(n).ok()),
            taken_ms: taken(&exif),
            point: point(&exif),
        }
    }

    /// How the pixels are turned to stand upright.
    pub fn orientation(self) -> Orientation {
        self.orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
    }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

/// Cameras write local time; without an offset it is the outlet's (UTC+8).
fn taken(exif: &Exif) -> Option<i64> {
    let mut at = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // A malformed offset leaves the outlet's own.
        let _ = at.parse_offset(offset);
    }
    let offset = chrono::FixedOffset::east_opt(i32::from(at.offset.unwrap_or(8 * 60)) * 60)?;
    let date = chrono::NaiveDate::from_ymd_opt(i32::from(at.year), u32::from(at.month), u32::from(at.day))?;
    let time = date.and_hms_opt(u32::from(at.hour), u32::from(at.minute), u32::from(at.second))?;
    Some(time.and_local_timezone(offset).single()?.timestamp_millis())
}

fn point(exif: &Exif) -> Option<Point> {
    let half = |tag, turned: (Tag, u8), most: f64| {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let [degrees, minutes, seconds] = parts.first_chunk::<3>()?.map(|part| part.to_f64());
        let degrees = degrees + minutes / 60.0 + seconds / 3600.0;
        // Nought parts of nought are no number.
        if !(0.0..=most).contains(&degrees) {
            return None;
        }
        let millionths = (degrees * 1e6).round() as i64;
        Some(if *ascii(exif, turned.0)?.first()? == turned.1 { -millionths } else { millionths })
    };
    let lat_e6 = half(Tag::GPSLatitude, (Tag::GPSLatitudeRef, b'S'), 90.0)?;
    let lon_e6 = half(Tag::GPSLongitude, (Tag::GPSLongitudeRef, b'W'), 180.0)?;
    Some(Point { lat_e6, lon_e6 })
}

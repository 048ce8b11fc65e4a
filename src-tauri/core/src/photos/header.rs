//! What a picture file says of itself, read before anything is allocated for its pixels.
//!
//! The decoder is handed only the parts that pixels are made of. Comments, profiles, previews and texts are skipped by
//! their lengths, so nothing that somebody put into them is ever parsed or unpacked.

use image::ImageFormat;

use super::IntakeError;

/// Largest file, in bytes.
const MAX_FILE: usize = 40 * 1024 * 1024;
/// Longest side and most pixels of a picture that is taken.
pub const MAX_SIDE: u32 = 12_000;
pub const MAX_PIXELS: u64 = 50_000_000;
/// What decoding may take in memory, with the file's own bytes.
const MAX_MEMORY: u64 = 270_000_000;
/// Passes over a progressive picture. Cameras and editors make about ten; each costs a walk over all its pixels.
const MAX_SCANS: u64 = 64;
const MAX_SCANNED: u64 = 800_000_000;
/// A camera's own description; what is longer is not looked at.
const MAX_EXIF: usize = 256 * 1024;

/// A picture file by its header.
#[derive(Debug)]
pub struct Header<'a> {
    pub format: ImageFormat,
    pub width: u32,
    pub height: u32,
    /// What the decoder needs of the file.
    pub parts: Vec<&'a [u8]>,
    /// The camera's description: a TIFF block.
    pub exif: Option<&'a [u8]>,
}

/// Reads a file's header and walks over its parts.
pub fn read(file: &[u8]) -> Result<Header<'_>, IntakeError> {
    if file.len() > MAX_FILE {
        return Err(IntakeError::TooLarge { width: 0, height: 0, bytes: file.len() });
    }
    if file.starts_with(&[0xff, 0xd8]) {
        return jpeg(file);
    }
    match file.strip_prefix(PNG) {
        Some(chunks) => png(file, chunks),
        None if is_heif(file) => Err(IntakeError::Heif),
        None => Err(IntakeError::NotAPicture),
    }
}

/// The camera's description in the first part of a JPEG's file, as far as it is there.
pub fn description(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, kind, a, b], _) = rest.split_first_chunk::<4>()? else { return None };
        if matches!(kind, 0xd9 | 0xda) {
            return None;
        }
        let (segment, next) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([a, b])))?;
        match segment.get(4..).and_then(|body| body.strip_prefix(b"Exif\0\0")) {
            Some(exif) if kind == 0xe1 => return Some(exif),
            _ => rest = next,
        }
    }
}

/// HEIC and its kin begin with a box that names the brand.
fn is_heif(file: &[u8]) -> bool {
    const BRANDS: [&[u8]; 12] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"avif", b"avis"];
    file.get(4..8) == Some(b"ftyp") && file.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

/// Whether such a picture may be decoded at all. `memory` is what its pixels take on the way, without the file.
fn bounded(file: &[u8], width: u32, height: u32, memory: u64) -> Result<(), IntakeError> {
    let bytes = file.len();
    if width == 0 || height == 0 {
        return Err(IntakeError::Damaged);
    }
    let pixels = u64::from(width) * u64::from(height);
    // The file is held by whoever brought it, as the decoder's parts, and once more inside the decoder.
    if width > MAX_SIDE || height > MAX_SIDE || pixels > MAX_PIXELS || memory + 3 * bytes as u64 > MAX_MEMORY {
        return Err(IntakeError::TooLarge { width, height, bytes });
    }
    Ok(())
}

/// What a JPEG's frame header says.
struct Frame {
    width: u32,
    height: u32,
    components: u64,
    /// Squares of eight by eight that its scans hold.
    blocks: u64,
    progressive: bool,
}

impl Frame {
    fn read(kind: u8, body: &[u8]) -> Result<Self, IntakeError> {
        // Baseline, extended and progressive with Huffman coding: what cameras make. Heights that come later, lossless
        // and arithmetic coding nobody's phone writes.
        if !matches!(kind, 0xc0..=0xc2) {
            return Err(IntakeError::Damaged);
        }
        let &[8, h0, h1, w0, w1, count, ref components @ ..] = body else { return Err(IntakeError::Damaged) };
        let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        let (factors, rest) = components.as_chunks::<3>();
        if factors.len() != usize::from(count) || !rest.is_empty() || !matches!(count, 1 | 3 | 4) {
            return Err(IntakeError::Damaged);
        }
        let factors = factors.iter().map(|[_, factor, _]| (u64::from(factor >> 4), u64::from(factor & 15)));
        let (mut across, mut down, mut blocks) = (1, 1, 0);
        for (x, y) in factors {
            if !matches!((x, y), (1..=4, 1..=4)) {
                return Err(IntakeError::Damaged);
            }
            (across, down, blocks) = (across.max(x), down.max(y), blocks + x * y);
        }
        let pixels = u64::from(width).next_multiple_of(8 * across) * u64::from(height).next_multiple_of(8 * down);
        let blocks = pixels * blocks / (across * down) / 64;
        Ok(Self {
            width: width.into(),
            height: height.into(),
            components: count.into(),
            blocks,
            progressive: kind == 0xc2,
        })
    }

    /// What its pixels take on the way. Gray ones are made coloured later; a progressive picture keeps every coefficient
    /// until its last scan.
    fn memory(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let kept = if self.progressive { 2 * 64 * self.blocks } else { 0 };
        pixels * if self.components == 1 { 4 } else { 3 } + kept
    }
}

fn jpeg(file: &[u8]) -> Result<Header<'_>, IntakeError> {
    let mut parts = vec![&file[..2]];
    let mut frame: Option<Frame> = None;
    let mut exif = None;
    let mut scans = 0;
    // From the first scan on everything stays together.
    let mut scanned: Option<usize> = None;
    let mut at = 2;
    loop {
        let &[mark, kind] = file.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(IntakeError::Truncated)?;
        if mark != 0xff {
            return Err(IntakeError::Damaged);
        }
        let length = match kind {
            // Fill bytes may stand before any marker.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd8 => 0,
            0xd9 => break,
            _ => file.get(at + 2..).and_then(<[u8]>::first_chunk::<2>).map_or(2, |two| u16::from_be_bytes(*two)),
        };
        let end = at + 2 + usize::from(length);
        let segment = file.get(at..end).ok_or(IntakeError::Truncated)?;
        let body = segment.get(4..).unwrap_or_default();
        match kind {
            0xc4 | 0xdb | 0xdd | 0xe0 | 0xee if scanned.is_none() => parts.push(segment),
            0xe1 if exif.is_none() => exif = body.strip_prefix(b"Exif\0\0").filter(|exif| exif.len() <= MAX_EXIF),
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => {
                if frame.is_some() {
                    return Err(IntakeError::Damaged);
                }
                let read = Frame::read(kind, body)?;
                bounded(file, read.width, read.height, read.memory())?;
                parts.push(segment);
                frame = Some(read);
            }
            0xda => {
                let frame = frame.as_ref().ok_or(IntakeError::Damaged)?;
                scans += 1;
                if scans > MAX_SCANS || scans * u64::from(frame.width) * u64::from(frame.height) > MAX_SCANNED {
                    let (width, height, bytes) = (frame.width, frame.height, file.len());
                    return Err(IntakeError::TooLarge { width, height, bytes });
                }
                scanned.get_or_insert(at);
                at = end + coded(&file[end..]).ok_or(IntakeError::Truncated)?;
                continue;
            }
            _ => {}
        }
        at = end;
    }
    let (Some(frame), Some(scanned)) = (frame, scanned) else { return Err(IntakeError::Damaged) };
    // A block has at least two codes, and a code a bit: a scan with less holds a piece of what the frame claims.
    if !frame.progressive && 4 * ((at - scanned) as u64) < frame.blocks {
        return Err(IntakeError::Truncated);
    }
    parts.push(&file[scanned..at + 2]);
    Ok(Header { format: ImageFormat::Jpeg, width: frame.width, height: frame.height, parts, exif })
}

/// Where a scan's own bytes end: at the first marker that is none of its restarts. `None` if none comes.
fn coded(scan: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += scan.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match scan.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn png<'a>(file: &'a [u8], chunks: &'a [u8]) -> Result<Header<'a>, IntakeError> {
    let mut parts = vec![&file[..PNG.len()]];
    let mut size: Option<(u32, u32)> = None;
    let mut exif = None;
    let mut rest = chunks;
    loop {
        let (&head, after) = rest.split_first_chunk::<8>().ok_or(IntakeError::Truncated)?;
        let [a, b, c, d, kind @ ..] = head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        // Behind the body comes its checksum.
        let body = after.get(..length).ok_or(IntakeError::Truncated)?;
        if after.len() < length + 4 {
            return Err(IntakeError::Truncated);
        }
        let (chunk, next) = rest.split_at(8 + length + 4);
        match &kind {
            b"IHDR" => {
                if size.is_some() {
                    return Err(IntakeError::Damaged);
                }
                size = Some(picture_of(file, body)?);
                parts.push(chunk);
            }
            _ if size.is_none() => return Err(IntakeError::Damaged),
            b"PLTE" | b"tRNS" => parts.push(chunk),
            // Empty ones hold nothing, and may be millions.
            b"IDAT" if length > 0 => parts.push(chunk),
            b"eXIf" if exif.is_none() => exif = Some(body).filter(|exif| exif.len() <= MAX_EXIF),
            b"IEND" => {
                parts.push(chunk);
                break;
            }
            _ => {}
        }
        rest = next;
    }
    let (width, height) = size.ok_or(IntakeError::Damaged)?;
    Ok(Header { format: ImageFormat::Png, width, height, parts, exif })
}

fn picture_of(file: &[u8], ihdr: &[u8]) -> Result<(u32, u32), IntakeError> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, _, _, _] = ihdr else { return Err(IntakeError::Damaged) };
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    // Palettes and plain colours may turn out to have an alpha.
    let channels: u64 = match colour {
        0 | 4 => 2,
        2 | 3 | 6 => 4,
        _ => return Err(IntakeError::Damaged),
    };
    let deep = if depth == 16 { 2 } else { 1 };
    let pixels = u64::from(width) * u64::from(height);
    // What has fewer than three bytes a pixel is made coloured beside itself, the others where they lie.
    let coloured = if channels * deep < 3 { 3 } else { 0 };
    bounded(file, width, height, pixels.saturating_mul(channels * deep + coloured))?;
    Ok((width, height))
}

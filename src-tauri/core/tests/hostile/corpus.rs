//! The files, made anew each time: what they are meant to be, and what may be said of them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

/// A name, the words that may be said of it, and the file.
pub type Case = (String, &'static str, Box<dyn Fn() -> Vec<u8>>);

fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let side = |n: u32| u16::try_from(n).unwrap();
    Encoder::new(&mut out, 85)
        .encode(halves(width, height).as_raw(), side(width), side(height), ColorType::Rgb)
        .unwrap();
    out
}

fn progressive() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 85);
    encoder.set_progressive(true);
    encoder.encode(halves(640, 480).as_raw(), 640, 480, ColorType::Rgb).unwrap();
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(halves(width, height)).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn segment(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, kind][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

/// Puts segments where cameras have theirs.
fn with(jpeg: &[u8], segments: &[u8]) -> Vec<u8> {
    [&jpeg[..2], segments, &jpeg[2..]].concat()
}

fn find(file: &[u8], what: &[u8]) -> usize {
    file.windows(what.len()).position(|window| window == what).unwrap()
}

/// A JPEG whose frame claims another size.
fn claims(mut file: Vec<u8>, marker: u8, height: u16, width: u16) -> Vec<u8> {
    let frame = find(&file, &[0xff, marker]);
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&kind[..], body].concat();
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
}

fn ihdr(width: u32, height: u32, depth: u8, colour: u8, interlaced: u8) -> Vec<u8> {
    let sizes = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&sizes[..], &[depth, colour, 0, 0, interlaced]].concat())
}

/// Zeros in a zlib stream, packed a thousand times: one literal, then copies of 258 with a distance of one.
fn zeros(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b011, 3); // The last block, with the fixed codes.
    bits.put(0b0000_1100, 8); // A literal nought: 00110000 from its highest bit on.
    for _ in 0..length.saturating_sub(1).div_ceil(258) {
        bits.put(0b1010_0011, 8); // A length of 258: 11000101.
        bits.put(0, 5); // A distance of one.
    }
    bits.put(0, 7);
    let out = 1 + length.saturating_sub(1).div_ceil(258) * 258;
    // Of noughts the first sum stays one and the second grows with each.
    let adler = u32::try_from(out % 65_521).unwrap() << 16 | 1;
    [&[0x78, 0x01][..], &bits.done(), &adler.to_be_bytes()].concat()
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn done(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.out.push(self.held as u8);
        }
        self.out
    }
}

fn bomb(header: &[u8], data: &[u8]) -> Vec<u8> {
    let idat = data.chunks(1 << 20).flat_map(|part| chunk(b"IDAT", part)).collect::<Vec<u8>>();
    [&b"\x89PNG\r\n\x1a\n"[..], header, &idat, &chunk(b"IEND", b"")].concat()
}

/// A TIFF block whose directory points to itself, and whose entries point beyond it.
fn looping() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    for (tag, kind, count, value) in [(0x8769u16, 4u16, 1u32, 8u32), (0x010f, 2, u32::MAX, 0xffff_fff0)] {
        tiff.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    tiff.extend(8u32.to_le_bytes());
    tiff
}

/// One scan of a progressive picture again and again.
fn scans(count: usize) -> Vec<u8> {
    let file = progressive();
    let last = file.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let end = file.len() - 2;
    let mut out = file[..end].to_vec();
    for _ in 0..count {
        out.extend_from_slice(&file[last..end]);
    }
    out.extend([0xff, 0xd9]);
    out
}

pub fn all() -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    let mut add = |name: &str, expected, make: fn() -> Vec<u8>| {
        out.push((name.to_owned(), expected, Box::new(make) as Box<dyn Fn() -> Vec<u8>>));
    };
    // Sizes that are only claimed.
    add("jpeg of 65535 squared", "too_large", || claims(jpeg(64, 64), 0xc0, 65_535, 65_535));
    add("jpeg of 12001 by 16", "too_large", || claims(jpeg(64, 64), 0xc0, 16, 12_001));
    add("jpeg of 8000 by 7000", "too_large", || claims(jpeg(64, 64), 0xc0, 7_000, 8_000));
    add("jpeg of 7000 squared without pixels", "truncated", || claims(jpeg(64, 64), 0xc0, 7_000, 7_000));
    add("jpeg of no height", "damaged", || claims(jpeg(64, 64), 0xc0, 0, 64));
    add("progressive jpeg of 7000 squared", "too_large|picture|damaged", || claims(progressive(), 0xc2, 7_000, 7_000));
    add("png of 60000 squared", "too_large", || bomb(&ihdr(60_000, 60_000, 8, 2, 0), &zeros(1_000)));
    add("png of no width", "damaged", || bomb(&ihdr(0, 600, 8, 2, 0), &zeros(1_000)));
    add("png of 16 bits at 7000 squared", "too_large", || bomb(&ihdr(7_000, 7_000, 16, 6, 0), &zeros(1_000)));
    // Bytes that become many.
    // As large as is taken at all: what it costs in memory is the most that any costs.
    add("png zlib bomb in its pixels", "picture", || bomb(&ihdr(7_000, 7_000, 8, 2, 0), &zeros(7_000 * 21_001)));
    add("png zlib bomb behind its pixels", "picture|damaged", || bomb(&ihdr(64, 64, 8, 2, 0), &zeros(2_000_000_000)));
    add("interlaced png zlib bomb", "picture|damaged", || bomb(&ihdr(2_000, 2_000, 8, 6, 1), &zeros(2_000 * 8_010)));
    add("png profile bomb", "picture", || {
        let profile = [&b"icc\0\0"[..], &zeros(500_000_000)].concat();
        let file = png(64, 64);
        [&file[..33], &chunk(b"iCCP", &profile), &file[33..]].concat()
    });
    add("png text bomb", "picture", || {
        let text = [&b"Comment\0\0"[..], &zeros(500_000_000)].concat();
        let file = png(64, 64);
        [&file[..33], &chunk(b"zTXt", &text), &file[33..]].concat()
    });
    add("png with a million texts", "picture", || {
        let file = png(64, 64);
        [&file[..33], &chunk(b"tEXt", b"a\0b").repeat(1_000_000), &file[33..]].concat()
    });
    add("png with a million empty data chunks", "picture", || {
        let file = png(64, 64);
        [&file[..33], &chunk(b"IDAT", b"").repeat(1_000_000), &file[33..]].concat()
    });
    add("png with a description of 30 MB", "picture", || {
        let file = png(64, 64);
        [&file[..33], &chunk(b"eXIf", &looping().repeat(650_000)), &file[33..]].concat()
    });
    add("jpeg with descriptions of 30 MB", "picture", || with(&jpeg(64, 64), &segment(0xe1, &[0; 65_000]).repeat(460)));
    add("jpeg with profiles of 30 MB", "picture", || {
        with(&jpeg(64, 64), &segment(0xe2, &[&b"ICC_PROFILE\0\x01\x01"[..], &[0; 65_000]].concat()).repeat(460))
    });
    add("jpeg with a description that points to itself", "picture", || {
        with(&jpeg(64, 64), &segment(0xe1, &[b"Exif\0\0", &looping()[..]].concat()))
    });
    add("jpeg with a million comments", "picture", || with(&jpeg(64, 64), &segment(0xfe, b"").repeat(1_000_000)));
    add("progressive jpeg with 5000 scans", "too_large", || scans(5_000));
    add("progressive jpeg with 50 scans", "picture|damaged", || scans(40));
    // What ends early.
    add("nothing at all", "not_a_picture", Vec::new);
    add("jpeg of two bytes", "truncated", || vec![0xff, 0xd8]);
    add("jpeg without an end", "truncated", || jpeg(640, 480).split_last_chunk::<2>().unwrap().0.to_vec());
    add("png of a signature", "truncated", || b"\x89PNG\r\n\x1a\n".to_vec());
    add("png without an end", "truncated", || png(640, 480).split_last_chunk::<12>().unwrap().0.to_vec());
    add("png with a length beyond the file", "truncated", || {
        let mut file = png(640, 480);
        file[33..37].copy_from_slice(&u32::MAX.to_be_bytes());
        file
    });
    // What contradicts itself.
    add("jpeg with two frames", "damaged", || {
        let file = jpeg(64, 64);
        let at = find(&file, &[0xff, 0xc0]);
        [&file[..at], &file[at..at + 19], &file[at..]].concat()
    });
    add("jpeg without tables", "damaged|picture", || {
        let file = jpeg(64, 64);
        let at = find(&file, &[0xff, 0xdb]);
        [&file[..at], &file[at + 134..]].concat()
    });
    add("jpeg with odd sampling", "damaged", || {
        let mut file = jpeg(64, 64);
        let at = find(&file, &[0xff, 0xc0]);
        file[at + 11] = 0xff;
        file
    });
    add("arithmetic jpeg", "damaged", || {
        let mut file = jpeg(64, 64);
        let at = find(&file, &[0xff, 0xc0]);
        file[at + 1] = 0xc9;
        file
    });
    add("png with two headers", "damaged", || {
        let file = png(64, 64);
        [&file[..33], &file[8..]].concat()
    });
    add("png with a wrong checksum", "damaged|picture", || {
        let mut file = png(64, 64);
        let at = find(&file, b"IDAT") + 8;
        file[at] ^= 0xff;
        file
    });
    // Names that are paths, in places where nobody looks.
    add("jpeg with a path for a name", "picture", || {
        with(&jpeg(64, 64), &segment(0xed, b"Photoshop 3.0\08BIM../../../etc/passwd\0"))
    });
    add("png with a path for a name", "picture", || {
        let file = png(64, 64);
        [&file[..33], &chunk(b"tEXt", b"Title\0../../../../data/doorstep.db"), &file[33..]].concat()
    });
    // Two pictures in one file, as some phones write.
    add("two jpegs in one", "picture", || {
        let index = segment(0xe2, b"MPF\0II*\0\x08\0\0\0\0\0");
        [with(&jpeg(640, 480), &index), jpeg(1_280, 960)].concat()
    });
    add("cmyk jpeg", "picture", || {
        let mut out = Vec::new();
        Encoder::new(&mut out, 85).encode(&[60; 64 * 64 * 4], 64, 64, ColorType::Cmyk).unwrap();
        out
    });
    // Another kind of file, whatever its name.
    let others: [(&str, &'static str, &'static [u8]); 11] = [
        ("a text", "not_a_picture", b"hello"),
        ("a gif", "not_a_picture", b"GIF89a\x01\0\x01\0\x80\0\0"),
        ("a webp", "not_a_picture", b"RIFF\x24\0\0\0WEBPVP8 "),
        ("an svg", "not_a_picture", b"<svg xmlns='http://www.w3.org/2000/svg' width='99999999'/>"),
        ("a pdf", "not_a_picture", b"%PDF-1.7\n1 0 obj"),
        ("a zip", "not_a_picture", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("a tiff", "not_a_picture", b"II*\0\x08\0\0\0\0\0"),
        ("a heic", "heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("an avif", "heic", b"\0\0\0\x18ftypavif\0\0\0\0avif"),
        ("a film", "not_a_picture", b"\0\0\0\x18ftypmp42\0\0\0\0isom"),
        ("noughts", "not_a_picture", &[0; 4_096]),
    ];
    for (name, expected, bytes) in others {
        out.push((name.to_owned(), expected, Box::new(move || bytes.to_vec())));
    }
    for part in 1..8 {
        let cut = move || {
            let file = progressive();
            file[..file.len() * part / 8].to_vec()
        };
        out.push((format!("{part} eighths of a progressive jpeg"), "truncated", Box::new(cut)));
    }
    out
}

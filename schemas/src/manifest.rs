//! What the original of a photo was: in a segment of the thumbnail's file, whose hash the sheet names.
//!
//! It costs the record nothing: one more hash a photo would be a fifth of a day's bytes. Whoever holds the thumbnail
//! can hold a file against it, without the app: the segment is read by its mark.

use minicbor::{Decode, Encode};

use crate::ids::BlobHash;

/// The file that a camera wrote. It stays with whoever took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// SHA-256 of the file.
    #[n(0)]
    pub original: BlobHash,
    /// Its length.
    #[n(1)]
    pub bytes: u64,
    /// When it was taken by the camera's clock, milliseconds since 1970, UTC.
    #[n(2)]
    pub taken_ms: Option<i64>,
}

impl Manifest {
    /// The segment is an APP10 of the JPEG.
    pub const SEGMENT: u8 = 10;
    /// How the segment's body begins; CBOR follows.
    pub const MARK: &[u8] = b"doorstep-original\0";

    pub fn to_segment(&self) -> Vec<u8> {
        let cbor = minicbor::to_vec(self).expect("writing to memory can't fail");
        [Self::MARK, &cbor].concat()
    }

    /// Reads it from a thumbnail's file; `None` if there is none, or none that can be read.
    pub fn of_thumbnail(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(&[0xff, 0xd8])?;
        loop {
            let (&[0xff, kind, a, b], _) = rest.split_first_chunk::<4>()? else { return None };
            // Segments are over where the first scan begins.
            if matches!(kind, 0x00 | 0x01 | 0xd0..=0xda | 0xff) {
                return None;
            }
            let length = usize::from(u16::from_be_bytes([a, b]));
            let body = rest.get(4..2 + length)?;
            if kind == 0xe0 + Self::SEGMENT
                && let Some(cbor) = body.strip_prefix(Self::MARK)
            {
                return minicbor::decode(cbor).ok();
            }
            rest = &rest[2 + length..];
        }
    }

    /// Whether a file is the original.
    pub fn fits(&self, file: &[u8]) -> bool {
        file.len() as u64 == self.bytes && BlobHash::of(file) == self.original
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        for (kind, body) in segments {
            file.extend([0xff, *kind]);
            file.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            file.extend_from_slice(body);
        }
        file.extend([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
        file
    }

    #[test]
    fn a_manifest_is_found_behind_other_segments_and_nowhere_else() {
        let manifest =
            Manifest { original: BlobHash::of(b"the original"), bytes: 12, taken_ms: Some(1_795_241_109_000) };
        let segment = manifest.to_segment();
        assert!(segment.len() < 80, "{} bytes", segment.len());
        let file = with(&[(0xe0, b"JFIF\0"), (0xea, b"another's"), (0xea, &segment)]);
        assert_eq!(Manifest::of_thumbnail(&file), Some(manifest));
        assert!(manifest.fits(b"the original") && !manifest.fits(b"the originaL") && !manifest.fits(b"the original."));
        assert_eq!(Manifest::of_thumbnail(&with(&[(0xe0, b"JFIF\0"), (0xe1, &segment)])), None);
        assert_eq!(Manifest::of_thumbnail(&with(&[(0xea, &segment[..segment.len() - 1])])), None);
        for end in 0..file.len() {
            // Whatever is cut off, and also where a length is longer than what follows.
            assert!(Manifest::of_thumbnail(&file[..end]).is_none_or(|found| found == manifest));
        }
    }
}

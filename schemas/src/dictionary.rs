//! Small bodies, packed by zstd with a dictionary of the trade's words.
//!
//! The first byte of what is packed names the dictionary, so that what an older version wrote can be read for ever: a
//! dictionary that was released is never edited, a better one is added behind it. 0 is none.

use std::sync::{Mutex, OnceLock, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe;

/// Every zstd frame begins with these bytes, so they are not kept.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What is packed: each kind has words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A row of the list.
    Row,
    /// A closed job by itself, until it is bound into a volume.
    Pack,
    /// Closed jobs together; in the words of one.
    Volume,
}

/// The dictionaries of a kind, oldest first.
pub fn released(kind: Kind) -> &'static [&'static [u8]] {
    kind.released()
}

impl Kind {
    /// The dictionaries of this kind, oldest first; the newest is written with.
    fn released(self) -> &'static [&'static [u8]] {
        match self {
            Self::Row => &[include_bytes!("dictionaries/row.1.zdict")],
            Self::Pack | Self::Volume => &[include_bytes!("dictionaries/pack.1.zdict")],
        }
    }

    /// How hard zstd tries: a row is packed at every save, a closed job while somebody may wait for the store, a volume
    /// beside it. More would spare three bytes a job for twice the time.
    fn level(self) -> i32 {
        match self {
            Self::Row | Self::Pack => 9,
            Self::Volume => 15,
        }
    }

    fn press(self) -> &'static Press {
        static ROW: OnceLock<Press> = OnceLock::new();
        static PACK: OnceLock<Press> = OnceLock::new();
        static VOLUME: OnceLock<Press> = OnceLock::new();
        let press = match self {
            Self::Row => &ROW,
            Self::Pack => &PACK,
            Self::Volume => &VOLUME,
        };
        press.get_or_init(|| Press::new(self.released(), self.level()))
    }
}

/// Packed bytes that are none, or would be longer than they may be.
#[derive(Debug, thiserror::Error)]
pub enum Unpackable {
    #[error("packed with dictionary {0}, which this version does not know")]
    Unknown(u8),
    #[error("it does not say how long it is, or is longer than the {most} bytes it may be")]
    TooLong { most: usize },
    #[error("zstd cannot unpack it")]
    Zstd(#[source] std::io::Error),
    #[error("there is nothing")]
    Empty,
}

/// Contexts that are kept: to make one costs more than to unpack a row.
struct Press {
    version: u8,
    packer: Mutex<Compressor<'static>>,
    /// By version.
    unpackers: Vec<Mutex<Decompressor<'static>>>,
}

const LOADS: &str = "a dictionary of this program loads: a test packs with each";

impl Press {
    fn new(released: &[&'static [u8]], level: i32) -> Self {
        let mut packer = match released.last() {
            // Kept until the program ends, as its contexts are.
            Some(words) => {
                Compressor::with_prepared_dictionary(Box::leak(Box::new(EncoderDictionary::copy(words, level))))
            }
            None => Compressor::new(level),
        }
        .expect(LOADS);
        packer.include_checksum(false).expect("a flag of zstd");
        packer.include_dictid(false).expect("a flag of zstd");
        let with = released.iter().map(|words| {
            Decompressor::with_prepared_dictionary(Box::leak(Box::new(DecoderDictionary::copy(words)))).expect(LOADS)
        });
        let unpackers = std::iter::once(Decompressor::new().expect("memory for zstd")).chain(with);
        let unpackers: Vec<_> = unpackers.map(Mutex::new).collect();
        let version = u8::try_from(released.len()).expect("a handful of dictionaries");
        Self { version, packer: Mutex::new(packer), unpackers }
    }
}

/// Packs bytes with the newest dictionary of their kind.
pub fn compress(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    let press = kind.press();
    let mut packer = press.packer.lock().unwrap_or_else(PoisonError::into_inner);
    let frame = packer.compress(bytes).expect("a buffer of zstd's own bound holds it");
    let mut out = Vec::with_capacity(frame.len() - MAGIC.len() + 1);
    out.push(press.version);
    out.extend_from_slice(&frame[MAGIC.len()..]);
    out
}

/// The bytes that were packed, at most `most` of them; whatever is handed in, no more memory is taken.
pub fn expand(kind: Kind, packed: &[u8], most: usize) -> Result<Vec<u8>, Unpackable> {
    let (version, body) = packed.split_first().ok_or(Unpackable::Empty)?;
    let press = kind.press();
    let unpacker = press.unpackers.get(usize::from(*version)).ok_or(Unpackable::Unknown(*version))?;
    let frame = [&MAGIC, body].concat();
    let length = zstd_safe::get_frame_content_size(&frame).ok().flatten();
    let length = length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length <= most);
    let length = length.ok_or(Unpackable::TooLong { most })?;
    let mut unpacker = unpacker.lock().unwrap_or_else(PoisonError::into_inner);
    unpacker.decompress(&frame, length).map_err(Unpackable::Zstd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 3] = [Kind::Row, Kind::Pack, Kind::Volume];

    #[test]
    fn what_was_packed_with_any_dictionary_comes_back_and_nothing_longer_than_allowed() {
        let text = "挂机不制冷，外机不转，换电容".repeat(9);
        for kind in KINDS {
            let packed = compress(kind, text.as_bytes());
            assert!(packed.len() < text.len() / 2);
            assert_eq!(usize::from(packed[0]), kind.released().len(), "written with the newest");
            assert_eq!(expand(kind, &packed, text.len()).unwrap(), text.as_bytes());
            assert!(matches!(expand(kind, &packed, text.len() - 1), Err(Unpackable::TooLong { .. })));
            for older in 0..kind.released().len() {
                let press = Press::new(&kind.released()[..older], kind.level());
                let frame = press.packer.lock().unwrap().compress(text.as_bytes()).unwrap();
                let packed = [&[press.version], &frame[MAGIC.len()..]].concat();
                assert_eq!(expand(kind, &packed, text.len()).unwrap(), text.as_bytes(), "{kind:?} {older}");
            }
            assert!(matches!(expand(kind, &[200, 1, 2], 9), Err(Unpackable::Unknown(200))));
            assert!(matches!(expand(kind, &[], 9), Err(Unpackable::Empty)));
            assert_eq!(expand(kind, &compress(kind, b""), 0).unwrap(), b"");
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_refused_or_short(mut bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for kind in KINDS {
                if let Some(version) = bytes.first_mut() {
                    *version %= 4;
                }
                if let Ok(plain) = expand(kind, &bytes, 1000) {
                    prop_assert!(plain.len() <= 1000);
                }
            }
        }
    }
}

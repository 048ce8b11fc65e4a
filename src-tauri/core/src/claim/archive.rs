//! The claim pack's container: a ZIP archive of stored entries, written and read in one form only.
//!
//! Any tool unpacks it. The reader here takes no other form than the writer's: every byte of a file is then either an
//! entry's content or follows from it, no entry can hide behind another of its name, and nothing is expanded.

use std::collections::BTreeSet;
use std::io::{self, Write};

/// Most entries of one file.
pub const MOST_ENTRIES: usize = 1_000;
const LONGEST_NAME: usize = 100;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Version 2.0; names in UTF-8; stored; 1980-01-01 00:00, for no clock is believed here.
const FORM: [u8; 10] = [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];

/// Why bytes are no such archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnArchive {
    #[error("the file is no ZIP archive")]
    NotZip,
    #[error("the archive is not as the app writes it, ends early or goes on behind its end")]
    OtherForm,
    #[error("an entry's checksum does not fit its bytes")]
    Checksum,
    #[error("more than {MOST_ENTRIES} entries")]
    TooMany,
    #[error("an entry's name is no plain name")]
    Name,
    #[error("two entries have one name")]
    Twice,
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut value, mut bit) = (n as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
};

/// The checksum of ZIP files (CRC-32, ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8);
    !bytes.iter().fold(!0, step)
}

/// Where an entry lies.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    name: String,
    sum: u32,
    length: u32,
    at: u32,
}

fn small(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

impl Place {
    fn common(&self) -> Vec<u8> {
        let mut out = FORM.to_vec();
        out.extend(self.sum.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend(small(self.name.len()).to_le_bytes());
        out.extend([0, 0]);
        out
    }

    fn local(&self) -> Vec<u8> {
        [&LOCAL.to_le_bytes()[..], &self.common(), self.name.as_bytes()].concat()
    }

    fn central(&self) -> Vec<u8> {
        let mut out = CENTRAL.to_le_bytes().to_vec();
        // Made by version 2.0; no comment, first volume, no attributes.
        out.extend([20, 0]);
        out.extend(self.common());
        out.extend([0; 10]);
        out.extend(self.at.to_le_bytes());
        out.extend(self.name.as_bytes());
        out
    }
}

/// What stands behind the entries.
fn ending(places: &[Place], at: u32) -> Vec<u8> {
    let central: Vec<u8> = places.iter().flat_map(Place::central).collect();
    let count = small(places.len()).to_le_bytes();
    let length = u32::try_from(central.len()).unwrap_or(u32::MAX).to_le_bytes();
    let end = [&END.to_le_bytes()[..], &[0; 4], &count, &count, &length, &at.to_le_bytes(), &[0; 2]].concat();
    [central, end].concat()
}

/// Lower-case names of one folder at most: none can leave the place that somebody unpacks them in.
fn is_plain(name: &str) -> bool {
    let letters = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
    };
    name.len() <= LONGEST_NAME && name.split('/').count() <= 2 && name.split('/').all(letters)
}

/// An archive that is being written.
pub struct Writer<W> {
    out: W,
    at: u32,
    places: Vec<Place>,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> Self {
        Self { out, at: 0, places: Vec::new() }
    }

    /// Adds an entry. A name that the reader would refuse, or more than it reads, is an error.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        if !is_plain(name) || self.places.len() == MOST_ENTRIES || self.places.iter().any(|place| place.name == name) {
            return Err(io::Error::other(NotAnArchive::Name));
        }
        let place = Place { name: name.to_owned(), sum: checksum(bytes), length, at: self.at };
        let head = place.local();
        self.out.write_all(&head)?;
        self.out.write_all(bytes)?;
        let taken = u32::try_from(head.len() + bytes.len()).ok();
        self.at = taken.and_then(|taken| self.at.checked_add(taken)).ok_or(io::ErrorKind::FileTooLarge)?;
        self.places.push(place);
        Ok(())
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.at.into()
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&ending(&self.places, self.at))?;
        Ok(self.out)
    }
}

/// An entry that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// The entries of an archive, in their order.
pub fn read(file: &[u8]) -> Result<Vec<Entry<'_>>, NotAnArchive> {
    if !file.starts_with(&LOCAL.to_le_bytes()) {
        return Err(NotAnArchive::NotZip);
    }
    let (mut out, mut places, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut rest = file;
    while rest.starts_with(&LOCAL.to_le_bytes()) {
        if places.len() == MOST_ENTRIES {
            return Err(NotAnArchive::TooMany);
        }
        let at = u32::try_from(file.len() - rest.len()).ok().ok_or(NotAnArchive::OtherForm)?;
        let (place, length) = read_local(rest, at)?;
        let head = place.local();
        let behind = rest.strip_prefix(head.as_slice()).ok_or(NotAnArchive::OtherForm)?;
        let (bytes, behind) = behind.split_at_checked(length).ok_or(NotAnArchive::OtherForm)?;
        if checksum(bytes) != place.sum {
            return Err(NotAnArchive::Checksum);
        }
        let name = rest.get(head.len() - place.name.len()..head.len()).and_then(|name| str::from_utf8(name).ok());
        let name = name.filter(|name| is_plain(name)).ok_or(NotAnArchive::Name)?;
        if !names.insert(name) {
            return Err(NotAnArchive::Twice);
        }
        out.push(Entry { name, bytes });
        places.push(place);
        rest = behind;
    }
    let at = u32::try_from(file.len() - rest.len()).ok().ok_or(NotAnArchive::OtherForm)?;
    if rest == ending(&places, at) { Ok(out) } else { Err(NotAnArchive::OtherForm) }
}

/// What a local header says; whether it is in the one form is the caller's question.
fn read_local(rest: &[u8], at: u32) -> Result<(Place, usize), NotAnArchive> {
    let number = |from: usize| -> Option<u32> { Some(u32::from_le_bytes(*rest.get(from..)?.first_chunk()?)) };
    let read = || {
        let (sum, length) = (number(14)?, number(18)?);
        let named = usize::from(u16::from_le_bytes(*rest.get(26..)?.first_chunk()?));
        let name = str::from_utf8(rest.get(30..)?.get(..named)?).ok()?.to_owned();
        Some((Place { name, sum, length, at }, usize::try_from(length).ok()?))
    };
    read().ok_or(NotAnArchive::OtherForm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        entries.iter().for_each(|(name, bytes)| writer.put(name, bytes).unwrap());
        writer.finish().unwrap()
    }

    #[test]
    fn the_checksum_is_that_of_zip_files() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b""), 0);
    }

    #[test]
    fn names_that_could_leave_their_folder_or_hide_are_neither_written_nor_read() {
        for bad in ["", "/a", "../a", "a/../b", "a/./b", ".a", "a\\b", "C:a", "a/b/c", "A", "a b", "照片", "a\0b"] {
            assert!(!is_plain(bad), "{bad}");
            assert!(Writer::new(Vec::new()).put(bad, b"x").is_err(), "{bad}");
        }
        assert!(is_plain("photos/01-damage.jpg") && !is_plain(&"a".repeat(101)));
        let mut twice = Writer::new(Vec::new());
        twice.put("a", b"x").unwrap();
        assert!(twice.put("a", b"y").is_err());
    }

    #[test]
    fn an_archive_in_another_form_is_refused() {
        let file = written(&[("a.txt", b"one"), ("b/c.txt", b"two")]);
        assert_eq!(read(&file).unwrap().iter().map(|e| e.bytes).collect::<Vec<_>>(), [&b"one"[..], b"two"]);
        assert_eq!(read(&file[..file.len() - 1]), Err(NotAnArchive::OtherForm));
        assert_eq!(read(&[&file[..], b"x"].concat()), Err(NotAnArchive::OtherForm));
        assert_eq!(read(b"PK\x05\x06"), Err(NotAnArchive::NotZip));
        let mut same = file.clone();
        let at = file.windows(5).position(|part| part == b"b/c.t").unwrap();
        same[at..at + 7].copy_from_slice(b"a/c.txt");
        assert_eq!(read(&same), Err(NotAnArchive::OtherForm), "the list at the end names it as it was");
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut altered = file.clone();
                altered[at] ^= 1 << bit;
                assert!(read(&altered).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_no_bytes_make_the_reader_panic(
            contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6),
            noise in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let names: Vec<String> = (0..contents.len()).map(|n| format!("e/{n}")).collect();
            let entries: Vec<(&str, &[u8])> =
                names.iter().zip(&contents).map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
            let file = written(&entries);
            let read_back: Vec<(&str, &[u8])> = read(&file).unwrap().iter().map(|e| (e.name, e.bytes)).collect();
            prop_assert_eq!(read_back, entries);
            let _ = read(&noise);
            let _ = read(&[&LOCAL.to_le_bytes()[..], &noise].concat());
        }
    }
}

//! The database file read page by page, without SQLite: which pages are as they were written, and what is in them.
//!
//! SQLite gives up a whole table when a page above its rows is damaged, and everything when the first page is. Every page
//! carries its own HMAC, so what is sound can be told from what is not, and read, page by page. The layout is SQLCipher 4's:
//! AES-256-CBC, then the page's IV, then HMAC-SHA512 over both and the page's number.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use aes::Aes256Dec;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use hmac::{Hmac, Mac};
use sha2::Sha512;

use super::key::StoreKey;

pub const PAGE: usize = 4096;
const MAC: usize = 64;
const IV: usize = 16;
/// What a page holds for SQLite.
pub const USABLE: usize = PAGE - MAC - IV;
const BLOCK: usize = 16;
pub const SALT: usize = 16;
const WAL_HEADER: u64 = 32;
const FRAME_HEADER: usize = 24;

/// The file's salt, in the clear at its beginning: without it no HMAC can be checked.
pub type Salt = [u8; SALT];

/// Opens pages of one database.
pub struct Reader {
    mac: Hmac<Sha512>,
    cipher: Aes256Dec,
    salt: Salt,
}

impl Reader {
    pub fn new(key: &StoreKey, salt: Salt) -> Self {
        Self { mac: mac(&page_key(key, salt)), cipher: Aes256Dec::new(&(*key).into()), salt }
    }

    /// Whether a page is as it was written. `number` counts from 1.
    pub fn sound(&self, number: u32, page: &[u8; PAGE]) -> bool {
        let from = self.plain_head(number);
        if number == 1 && page[..from] != self.salt {
            return false;
        }
        let mut mac = self.mac.clone();
        mac.update(&page[from..USABLE + IV]);
        mac.update(&number.to_le_bytes());
        mac.verify_slice(&page[USABLE + IV..]).is_ok()
    }

    /// What a sound page holds.
    pub fn open(&self, number: u32, page: &[u8; PAGE]) -> Option<Vec<u8>> {
        if !self.sound(number, page) {
            return None;
        }
        let from = self.plain_head(number);
        let mut out = page[..USABLE].to_vec();
        if from > 0 {
            out[..from].copy_from_slice(b"SQLite format 3\0");
        }
        let mut before = &page[USABLE..USABLE + IV];
        for (place, sealed) in (from..USABLE).step_by(BLOCK).zip(page[from..USABLE].chunks_exact(BLOCK)) {
            let mut block = Array::try_from(sealed).ok()?;
            self.cipher.decrypt_block(&mut block);
            for (byte, (plain, mask)) in out[place..].iter_mut().zip(block.iter().zip(before)) {
                *byte = plain ^ mask;
            }
            before = sealed;
        }
        Some(out)
    }

    fn plain_head(&self, number: u32) -> usize {
        if number == 1 { SALT } else { 0 }
    }
}

fn mac(key: &[u8]) -> Hmac<Sha512> {
    Hmac::new_from_slice(key).expect("an HMAC takes a key of any length")
}

/// PBKDF2 with two rounds over the salt, each byte of it masked: SQLCipher's key for page HMACs.
fn page_key(key: &StoreKey, salt: Salt) -> [u8; 32] {
    let first = mac(key).chain_update(salt.map(|byte| byte ^ 0x3a)).chain_update(1u32.to_be_bytes()).finalize();
    let first = first.into_bytes();
    let second = mac(key).chain_update(first).finalize().into_bytes();
    let mut out = [0; 32];
    for (byte, (a, b)) in out.iter_mut().zip(first.iter().zip(&second)) {
        *byte = a ^ b;
    }
    out
}

/// The pages of a database file, with those that its write-ahead log has newer.
pub struct Pages {
    file: File,
    log: Option<File>,
    reader: Reader,
    /// Pages of the file.
    pub count: u32,
    /// Frames of the log that are not as they were written.
    pub bad_frames: u32,
    /// Where in the log the newest sound copy of a page lies.
    newer: BTreeMap<u32, u64>,
}

/// One page as it was found.
pub enum Found {
    Sound(Vec<u8>),
    Damaged,
    /// The file ends before it.
    Beyond,
}

impl Pages {
    pub fn of_file(path: &Path, key: &StoreKey, salt: Salt) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let count = u32::try_from(bytes.div_ceil(PAGE as u64)).unwrap_or(u32::MAX);
        Ok(Self { file, log: None, reader: Reader::new(key, salt), count, bad_frames: 0, newer: BTreeMap::new() })
    }

    /// Takes in the write-ahead log: of each page the newest copy that is sound. SQLite stops at the first damaged frame and
    /// forgets what was saved after it; here each frame stands by itself.
    pub fn with_log(mut self, path: &Path) -> std::io::Result<Self> {
        let mut log = match File::open(path) {
            Ok(log) => log,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(error),
        };
        let mut header = [0; WAL_HEADER as usize];
        if read_to(&mut log, &mut header)? < header.len() {
            return Ok(self);
        }
        let mut salts: BTreeMap<[u8; 8], u32> = BTreeMap::new();
        let mut frames = Vec::new();
        let mut frame = [0; FRAME_HEADER + PAGE];
        let mut at = WAL_HEADER;
        let mut unsound = 0;
        while read_to(&mut log, &mut frame)? == frame.len() {
            let number = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]);
            let round: [u8; 8] = frame[8..16].try_into().unwrap_or_default();
            let page: &[u8; PAGE] = frame[FRAME_HEADER..].try_into().unwrap_or(&[0; PAGE]);
            if number > 0 && self.reader.sound(number, page) {
                *salts.entry(round).or_default() += 1;
                frames.push((number, round, at + FRAME_HEADER as u64));
            } else {
                unsound += 1;
            }
            at += (FRAME_HEADER + PAGE) as u64;
        }
        self.bad_frames = unsound;
        // Frames of an earlier round lie behind those of the newest: they are in the file already, or were overtaken.
        let of_header: [u8; 8] = header[16..24].try_into().unwrap_or_default();
        let round =
            if salts.contains_key(&of_header) { Some(of_header) } else { frames.first().map(|(_, round, _)| *round) };
        for (number, of, at) in frames {
            if Some(of) == round {
                self.newer.insert(number, at);
                self.count = self.count.max(number);
            }
        }
        self.log = Some(log);
        Ok(self)
    }

    pub fn page(&mut self, number: u32) -> std::io::Result<Found> {
        let mut page = [0; PAGE];
        let read = match (self.newer.get(&number), &mut self.log) {
            (Some(at), Some(log)) => {
                log.seek(SeekFrom::Start(*at))?;
                read_to(log, &mut page)?
            }
            _ => {
                self.file.seek(SeekFrom::Start(u64::from(number.saturating_sub(1)) * PAGE as u64))?;
                read_to(&mut self.file, &mut page)?
            }
        };
        Ok(match read {
            0 => Found::Beyond,
            PAGE => self.reader.open(number, &page).map_or(Found::Damaged, Found::Sound),
            _ => Found::Damaged,
        })
    }
}

/// Reads until `into` is full or the file ends. A place that the disk refuses to give counts as zeroes: damaged, not fatal.
fn read_to(file: &mut File, into: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read(&mut into[read..]) {
            Ok(0) => break,
            Ok(some) => read += some,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// The salt at the beginning of a database file.
pub fn salt_of(database: &Path) -> std::io::Result<Option<Salt>> {
    let mut salt = [0; SALT];
    let read = read_to(&mut File::open(database)?, &mut salt)?;
    Ok((read == SALT).then_some(salt))
}

/// A copy of the salt beside the database: a damaged one would make every page look damaged.
pub fn salt_copy(folder: &Path) -> PathBuf {
    folder.join("doorstep.db.salt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    const KEY: StoreKey = [7; 32];

    fn database(folder: &Path) -> PathBuf {
        let path = folder.join("doorstep.db");
        let db = Connection::open(&path).unwrap();
        super::super::unlock(&db, &KEY).unwrap();
        db.execute_batch("CREATE TABLE note (id INTEGER PRIMARY KEY, text BLOB); CREATE INDEX text ON note (text);")
            .unwrap();
        for _ in 0..200 {
            db.execute("INSERT INTO note (text) VALUES (randomblob(500))", []).unwrap();
        }
        db.close().unwrap();
        path
    }

    fn damaged(path: &Path) -> Vec<u32> {
        let mut pages = Pages::of_file(path, &KEY, salt_of(path).unwrap().unwrap()).unwrap();
        (1..=pages.count).filter(|number| matches!(pages.page(*number).unwrap(), Found::Damaged)).collect()
    }

    #[test]
    fn a_flipped_byte_anywhere_in_a_page_is_seen_and_sqlcipher_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(damaged(&path), Vec::<u32>::new());
        for (number, byte) in [(1, 17), (1, 4095), (2, 0), (9, 4000), (12, 4030), (30, 4090), (31, 1)] {
            let mut flipped = whole.clone();
            flipped[(number - 1) * PAGE + byte] ^= 0x10;
            std::fs::write(&path, &flipped).unwrap();
            assert_eq!(damaged(&path), [u32::try_from(number).unwrap()], "byte {byte} of page {number}");
            let db = Connection::open(&path).unwrap();
            db.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
            let mut said = db.prepare("PRAGMA cipher_integrity_check").unwrap();
            let said: Vec<String> = said.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            assert_eq!(said, [format!("HMAC verification failed for page {number}")]);
        }
        // A damaged salt makes every page look damaged; its copy tells better.
        let salt = salt_of(&path).unwrap().unwrap();
        let mut flipped = whole.clone();
        flipped[3] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        assert_eq!(damaged(&path).len(), whole.len() / PAGE);
        let mut pages = Pages::of_file(&path, &KEY, salt).unwrap();
        assert!(matches!(pages.page(1).unwrap(), Found::Damaged), "its own page is damaged all the same");
        assert!((2..=pages.count).all(|number| matches!(pages.page(number).unwrap(), Found::Sound(_))));
    }
}

//! A blob on its way up: what each stretch of a body brought, sealed as it came and only ever appended.
//!
//! A stretch: its length (4 bytes), 24 random bytes, the sealed bytes. The seal covers where it stands. What a crash
//! tore at the end is cut away; everything that was acknowledged lies before it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::seal::{Name, Seal, TAG, damaged, random};

pub const MARK: &[u8; 8] = b"\xd5part\r\n\x01";
/// Longest stretch before sealing; a longer one is several.
const MOST: usize = 64 * 1024;
const NONCE: usize = 24;
/// Beside the sealed bytes.
const AROUND: u64 = 4 + NONCE as u64;

fn aad(name: Name, offset: u64) -> Vec<u8> {
    name.aad(&[MARK.as_slice(), &offset.to_be_bytes()].concat())
}

/// How much of a file is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Bytes of the blob.
    pub plain: u64,
    /// Bytes of the file that hold them.
    pub file: u64,
}

/// Walks over the stretches; the last one is opened, because a crash may have left its length without its bytes.
pub fn extent(file: &File, seal: &Seal, name: Name) -> io::Result<Extent> {
    let length = file.metadata()?.len();
    let mut mark = [0; 8];
    if length < 8 || file.read_exact_at(&mut mark, 0).is_err() || mark != *MARK {
        return Ok(Extent::default());
    }
    let (mut before, mut good) = (Extent::default(), Extent { plain: 0, file: 8 });
    loop {
        let mut head = [0; 4];
        if good.file + AROUND > length {
            break;
        }
        file.read_exact_at(&mut head, good.file)?;
        let plain = u64::from(u32::from_be_bytes(head));
        let end = good.file + AROUND + plain + TAG as u64;
        if plain == 0 || plain > MOST as u64 || end > length {
            break;
        }
        before = good;
        good = Extent { plain: good.plain + plain, file: end };
    }
    if good.plain > 0 && stretch(file, seal, name, before).is_err() {
        return Ok(before);
    }
    Ok(good)
}

/// The stretch behind `at`.
fn stretch(file: &File, seal: &Seal, name: Name, at: Extent) -> io::Result<Vec<u8>> {
    let mut head = [0; 4 + NONCE];
    file.read_exact_at(&mut head, at.file)?;
    let (length, nonce) = head.split_first_chunk::<4>().ok_or_else(damaged)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MOST {
        return Err(damaged());
    }
    let mut sealed = vec![0; length + TAG];
    file.read_exact_at(&mut sealed, at.file + AROUND)?;
    seal.open(*nonce.first_chunk().ok_or_else(damaged)?, &aad(name, at.plain), &sealed)
}

/// A part that grows. What was torn is cut away first.
#[derive(Debug)]
pub struct Growing {
    file: File,
    seal: Seal,
    name: Name,
    at: u64,
}

impl Growing {
    pub fn open(path: &Path, seal: Seal, name: Name) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let found = extent(&file, &seal, name)?;
        file.set_len(found.file)?;
        let mut growing = Self { file, seal, name, at: found.plain };
        io::Seek::seek(&mut growing.file, io::SeekFrom::Start(found.file))?;
        if found.file == 0 {
            growing.file.write_all(MARK)?;
        }
        Ok(growing)
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for bytes in bytes.chunks(MOST) {
            let nonce = random::<NONCE>()?;
            let sealed = self.seal.close(nonce, &aad(self.name, self.at), bytes)?;
            let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            self.file.write_all(&[&length.to_be_bytes(), nonce.as_slice(), &sealed].concat())?;
            self.at += bytes.len() as u64;
        }
        Ok(())
    }

    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Reads a part from its beginning.
pub struct Stretches {
    file: BufReader<File>,
    seal: Seal,
    name: Name,
    at: u64,
    ready: Vec<u8>,
    read: usize,
}

impl Stretches {
    pub fn over(file: File, seal: Seal, name: Name) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(2 * MOST, file);
        let mut mark = [0; 8];
        file.read_exact(&mut mark)?;
        if mark != *MARK {
            return Err(damaged());
        }
        Ok(Self { file, seal, name, at: 0, ready: Vec::new(), read: 0 })
    }
}

impl Read for Stretches {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.ready.len() {
            let mut head = [0; 4 + NONCE];
            match self.file.read_exact(&mut head) {
                Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
                other => other?,
            }
            let (length, nonce) = head.split_first_chunk::<4>().ok_or_else(damaged)?;
            let length = u32::from_be_bytes(*length) as usize;
            if length == 0 || length > MOST {
                return Err(damaged());
            }
            let mut sealed = vec![0; length + TAG];
            self.file.read_exact(&mut sealed)?;
            let nonce = *nonce.first_chunk().ok_or_else(damaged)?;
            self.ready = self.seal.open(nonce, &aad(self.name, self.at), &sealed)?;
            self.at += length as u64;
            self.read = 0;
        }
        let count = into.len().min(self.ready.len() - self.read);
        into[..count].copy_from_slice(&self.ready[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

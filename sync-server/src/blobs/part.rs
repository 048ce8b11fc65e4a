//! A blob on its way up: what was said of it when it began, then what each stretch of a body brought, sealed as it came.
//!
//! A stretch: its length (4 bytes), 24 random bytes, the sealed bytes. The seal covers where it stands; the first, which
//! holds what was said, stands before all places. What a crash tore at the end is cut away; everything that was
//! acknowledged lies before it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::seal::{Name, Seal, TAG, damaged, random};

pub const MARK: &[u8; 8] = b"\xd5part\r\n\x02";
/// Longest stretch before sealing; a longer one is several.
const MOST: usize = 64 * 1024;
const NONCE: usize = 24;
/// Beside the sealed bytes.
const AROUND: u64 = 4 + NONCE as u64;
/// Where the stretch stands that holds what was said.
const SAID: u64 = u64::MAX;

fn aad(name: Name, offset: u64) -> Vec<u8> {
    name.aad(&[MARK.as_slice(), &offset.to_be_bytes()].concat())
}

/// What was said of a blob when its upload began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Bytes of the whole blob.
    pub length: u64,
    /// The upload's metadata, as it came.
    pub metadata: String,
}

impl Begun {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.length.to_be_bytes(), self.metadata.as_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, metadata) = bytes.split_first_chunk::<8>()?;
        let metadata = std::str::from_utf8(metadata).ok()?.to_owned();
        Some(Self { length: u64::from_be_bytes(*length), metadata })
    }
}

/// How much of a file is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Bytes of the blob.
    pub plain: u64,
    /// Bytes of the file that hold them.
    pub file: u64,
}

/// What a file holds: nothing when its beginning is not what an upload begins with.
pub fn look(file: &File, seal: &Seal, name: Name) -> io::Result<Option<(Begun, Extent)>> {
    let length = file.metadata()?.len();
    let mut mark = [0; 8];
    if length < 8 || file.read_exact_at(&mut mark, 0).is_err() || mark != *MARK {
        return Ok(None);
    }
    let start = Extent { plain: 0, file: 8 };
    let Some(first) = next_after(file, start, length)? else { return Ok(None) };
    let said = stretch(file, seal, name, SAID, start.file).ok();
    let Some(begun) = said.as_deref().and_then(Begun::from_bytes) else { return Ok(None) };
    Ok(Some((begun, extent(file, seal, name, Extent { plain: 0, file: first.file }, length)?)))
}

/// Walks over the stretches; the last one is opened, because a crash may have left its length without its bytes.
fn extent(file: &File, seal: &Seal, name: Name, start: Extent, length: u64) -> io::Result<Extent> {
    let (mut before, mut good) = (start, start);
    while let Some(next) = next_after(file, good, length)? {
        before = good;
        good = next;
    }
    if good.plain > 0 && stretch(file, seal, name, before.plain, before.file).is_err() {
        return Ok(before);
    }
    Ok(good)
}

/// The end of the stretch behind `good`, if it lies within the file.
fn next_after(file: &File, good: Extent, length: u64) -> io::Result<Option<Extent>> {
    if good.file + AROUND > length {
        return Ok(None);
    }
    let mut head = [0; 4];
    file.read_exact_at(&mut head, good.file)?;
    let plain = u64::from(u32::from_be_bytes(head));
    let end = good.file + AROUND + plain + TAG as u64;
    let whole = plain > 0 && plain <= MOST as u64 && end <= length;
    Ok(whole.then_some(Extent { plain: good.plain + plain, file: end }))
}

/// The stretch that begins at a byte of the file and stands at `place`.
fn stretch(file: &File, seal: &Seal, name: Name, place: u64, at: u64) -> io::Result<Vec<u8>> {
    let mut head = [0; 4 + NONCE];
    file.read_exact_at(&mut head, at)?;
    let (length, nonce) = head.split_first_chunk::<4>().ok_or_else(damaged)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MOST {
        return Err(damaged());
    }
    let mut sealed = vec![0; length + TAG];
    file.read_exact_at(&mut sealed, at + AROUND)?;
    seal.open(*nonce.first_chunk().ok_or_else(damaged)?, &aad(name, place), &sealed)
}

/// A part that grows. What was torn is cut away first.
#[derive(Debug)]
pub struct Growing {
    file: File,
    seal: Seal,
    name: Name,
    /// What is good of it now.
    pub here: Extent,
}

impl Growing {
    /// Begins anew, whatever lies there.
    pub fn begin(path: &Path, seal: Seal, name: Name, begun: &Begun) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        let mut growing = Self { file, seal, name, here: Extent { plain: 0, file: MARK.len() as u64 } };
        growing.file.write_all(MARK)?;
        growing.put(SAID, &begun.to_bytes())?;
        Ok(growing)
    }

    /// Goes on behind what is good; nothing where nothing was begun.
    pub fn go_on(path: &Path, seal: Seal, name: Name) -> io::Result<Option<Self>> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let Some((_, here)) = look(&file, &seal, name)? else { return Ok(None) };
        file.set_len(here.file)?;
        file.seek(SeekFrom::Start(here.file))?;
        Ok(Some(Self { file, seal, name, here }))
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for bytes in bytes.chunks(MOST) {
            self.put(self.here.plain, bytes)?;
            self.here.plain += bytes.len() as u64;
        }
        Ok(())
    }

    fn put(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        let nonce = random::<NONCE>()?;
        let sealed = self.seal.close(nonce, &aad(self.name, place), bytes)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&[&length.to_be_bytes(), nonce.as_slice(), &sealed].concat())?;
        self.here.file += AROUND + sealed.len() as u64;
        Ok(())
    }

    /// Throws away what was written behind an extent that it had.
    pub fn cut_back(&mut self, to: Extent) -> io::Result<()> {
        self.file.set_len(to.file)?;
        self.file.seek(SeekFrom::Start(to.file))?;
        self.here = to;
        Ok(())
    }

    /// Makes durable what was written, as of a moment.
    pub fn sync(&self, now_ms: i64) -> io::Result<()> {
        self.file.set_modified(super::moment(now_ms))?;
        self.file.sync_all()
    }
}

/// Reads the bytes of a part from its beginning.
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
        let mut head = [0; AROUND as usize];
        file.read_exact(&mut head)?;
        let said = head.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length));
        if mark != *MARK || said as usize > MOST {
            return Err(damaged());
        }
        file.seek_relative(i64::from(said) + TAG as i64)?;
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

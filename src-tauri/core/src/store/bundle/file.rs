//! A bundle as a file: written under its name only when it is whole, read frame by frame from hostile bytes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use doorstep_schemas::bundle::{
    self, BundleFrame, BundleHead, BundleItem, ContentError, End, FramePlace, Label, MAGIC, MAX_CONTENT, VERSION,
};
use doorstep_schemas::frame::{self, FrameError, FrameReader};
use doorstep_schemas::ids::{DeviceId, OutletId, PublicKey};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

use super::BundleError;
use super::seal::{FileKey, Opener, open_frame, seal_frame};

/// Content that goes into one frame. Small: whoever takes a frame in holds the store for as long as it takes.
const FRAME_TARGET: usize = 64 * 1024;
const CHUNK: usize = 64 * 1024;

/// A bundle that is being written. When it is dropped unfinished nothing of it stays.
pub struct BundleWriter {
    path: PathBuf,
    partial: PathBuf,
    file: Option<BufWriter<File>>,
    written: Sha256,
    bytes: u64,
    head: [u8; 32],
    keys: Vec<FileKey>,
    signer: SigningKey,
    index: u64,
    /// Items by key that do not fill a frame yet.
    pending: BTreeMap<u32, Vec<u8>>,
}

impl BundleWriter {
    pub fn create(
        path: &Path,
        head: &BundleHead,
        keys: Vec<FileKey>,
        signer: SigningKey,
        label: Label,
    ) -> Result<Self, BundleError> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        let partial = PathBuf::from(partial);
        let file = BufWriter::new(File::create(&partial)?);
        let mut item = Vec::new();
        frame::put(&mut item, head);
        let mut writer = Self {
            path: path.to_owned(),
            partial,
            file: Some(file),
            written: Sha256::new(),
            bytes: 0,
            head: head_digest(head),
            keys,
            signer,
            index: 0,
            pending: BTreeMap::new(),
        };
        writer.write(&MAGIC)?;
        writer.write(&item)?;
        writer.put(0, &BundleItem { label: Some(label), ..BundleItem::default() })?;
        writer.flush()?;
        Ok(writer)
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds an item under one of the keys.
    pub fn put(&mut self, key: u32, item: &BundleItem) -> Result<(), BundleError> {
        let pending = self.pending.entry(key).or_default();
        let before = pending.len();
        frame::put(pending, item);
        if pending.len() > MAX_CONTENT {
            // It would not fit with those before it; alone it must.
            let alone = pending.split_off(before);
            self.flush_key(key)?;
            if alone.len() > MAX_CONTENT {
                return Err(BundleError::ItemTooLarge(alone.len()));
            }
            self.pending.insert(key, alone);
        }
        if self.pending.get(&key).is_some_and(|pending| pending.len() >= FRAME_TARGET) {
            self.flush_key(key)?;
        }
        Ok(())
    }

    /// Everything so far lies before what comes next.
    pub fn flush(&mut self) -> Result<(), BundleError> {
        let keys: Vec<u32> = self.pending.keys().copied().collect();
        keys.into_iter().try_for_each(|key| self.flush_key(key))
    }

    fn flush_key(&mut self, key: u32) -> Result<(), BundleError> {
        let Some(content) = self.pending.remove(&key).filter(|content| !content.is_empty()) else { return Ok(()) };
        let place = FramePlace { head: self.head, index: self.index, key };
        let plain = bundle::sign_content(&content, &place, &self.signer);
        let secret = usize::try_from(key).ok().and_then(|key| self.keys.get(key)).ok_or(BundleError::NoKey)?;
        let sealed = seal_frame(&plain, secret, &place).ok_or(BundleError::NoKey)?;
        let mut out = Vec::with_capacity(sealed.len() + 16);
        frame::put(&mut out, &BundleFrame { key, sealed });
        self.index += 1;
        self.write(&out)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        }
        self.written.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Ends the file and gives it its name; returns its size in bytes.
    pub fn finish(mut self) -> Result<u64, BundleError> {
        self.flush()?;
        let end = End { frames: self.index, digest: self.written.clone().finalize().into() };
        self.put(0, &BundleItem { end: Some(end), ..BundleItem::default() })?;
        self.flush()?;
        if let Some(file) = self.file.take() {
            file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        }
        fs::rename(&self.partial, &self.path)?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            // Some sticks and shared folders can't be synced as folders; the file itself is.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(self.bytes)
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}

fn head_digest(head: &BundleHead) -> [u8; 32] {
    Sha256::digest(minicbor::to_vec(head).expect("writing to memory can't fail")).into()
}

/// What the next frame was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextFrame {
    Items(Vec<BundleItem>),
    /// Sealed to others.
    Closed,
    /// It does not open, is not signed by the writer, or holds nonsense.
    Damaged,
    /// The end, and nothing is missing.
    End,
    /// The file stops or can't be followed any further.
    Cut,
}

/// A bundle that is being read.
pub struct BundleReader {
    file: File,
    frames: FrameReader,
    seen: Sha256,
    bytes: u64,
    head: [u8; 32],
    keys: Vec<Option<FileKey>>,
    author: PublicKey,
    index: u64,
    ended: bool,
}

impl BundleReader {
    /// Reads the head and the label. `author` tells the key of the device that the label names, or why nothing is taken
    /// from it.
    pub fn open(
        path: &Path,
        outlet: OutletId,
        opener: &Opener,
        author: impl FnOnce(&Label) -> Result<PublicKey, BundleError>,
    ) -> Result<(Self, Label), BundleError> {
        let mut reader = Self {
            file: File::open(path)?,
            frames: FrameReader::default(),
            seen: Sha256::new(),
            bytes: 0,
            head: [0; 32],
            keys: Vec::new(),
            author: PublicKey([0; 32]),
            index: 0,
            ended: false,
        };
        let mut magic = [0u8; MAGIC.len()];
        reader.file.read_exact(&mut magic).map_err(|_short| BundleError::Unreadable)?;
        if magic != MAGIC {
            return Err(BundleError::Unreadable);
        }
        reader.saw(&magic);
        let raw = reader.raw_frame().map_err(unreadable)?.ok_or(BundleError::Unreadable)?;
        let head: BundleHead = frame::read(&raw).map_err(|_malformed| BundleError::Unreadable)?;
        if head.version > VERSION {
            return Err(BundleError::TooNew { found: head.version, known: VERSION });
        }
        if head.outlet != bundle::outlet_tag(outlet) {
            return Err(BundleError::OtherOutlet);
        }
        reader.saw_frame(&raw);
        reader.head = Sha256::digest(&raw).into();
        if head.keys.iter().map(|key| key.slots.len()).sum::<usize>() > bundle::MAX_SLOTS {
            return Err(BundleError::Unreadable);
        }
        reader.keys = head.keys.iter().map(|key| opener.open(&head.salt, key)).collect();
        let Some(Some(_)) = reader.keys.first() else { return Err(BundleError::NotForThisDevice) };
        let (opened, place) = reader.first_frame()?;
        let label = bundle::peek_label(&opened).ok().flatten().ok_or(BundleError::Damaged)?;
        if label.outlet != outlet {
            return Err(BundleError::OtherOutlet);
        }
        reader.author = author(&label)?;
        bundle::read_content(&opened, &place, &reader.author).map_err(|_not_signed| BundleError::Damaged)?;
        Ok((reader, label))
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn first_frame(&mut self) -> Result<(Vec<u8>, FramePlace), BundleError> {
        let raw = self.raw_frame().map_err(unreadable)?.ok_or(BundleError::Damaged)?;
        let message: BundleFrame = frame::read(&raw).map_err(|_malformed| BundleError::Damaged)?;
        let place = FramePlace { head: self.head, index: 0, key: message.key };
        let key = self.keys.first().copied().flatten().filter(|_| message.key == 0).ok_or(BundleError::Damaged)?;
        let opened = open_frame(&message.sealed, &key, &place).ok_or(BundleError::Damaged)?;
        self.saw_frame(&raw);
        self.index = 1;
        Ok((opened, place))
    }

    /// The next frame. Only the file system's failures are errors.
    pub fn next_frame(&mut self) -> Result<NextFrame, BundleError> {
        let raw = match self.raw_frame() {
            Ok(Some(raw)) if !self.ended => raw,
            Ok(None) if self.ended => return Ok(NextFrame::End),
            Ok(_) | Err(RawError::Frame) => return Ok(NextFrame::Cut),
            Err(RawError::Io(error)) => return Err(error.into()),
        };
        let digest: [u8; 32] = self.seen.clone().finalize().into();
        let end = End { frames: self.index, digest };
        self.saw_frame(&raw);
        let read = self.read(&raw);
        self.index += 1;
        match read {
            NextFrame::Items(items) => match items.iter().find_map(|item| item.end.as_ref()) {
                Some(said) if *said == end => {
                    self.ended = true;
                    self.next_frame()
                }
                Some(_) => Ok(NextFrame::Cut),
                None => Ok(NextFrame::Items(items)),
            },
            other => Ok(other),
        }
    }

    fn read(&self, raw: &[u8]) -> NextFrame {
        let Ok(message) = frame::read::<BundleFrame>(raw) else { return NextFrame::Damaged };
        let place = FramePlace { head: self.head, index: self.index, key: message.key };
        let key = match usize::try_from(message.key).ok().and_then(|key| self.keys.get(key)) {
            Some(Some(key)) => key,
            Some(None) => return NextFrame::Closed,
            None => return NextFrame::Damaged,
        };
        let Some(opened) = open_frame(&message.sealed, key, &place) else { return NextFrame::Damaged };
        let items = bundle::read_content(&opened, &place, &self.author).and_then(|content| bundle::items(&content));
        items.map_or_else(
            |error: ContentError| {
                tracing::warn!(frame = self.index, %error, "a frame of a bundle is passed over");
                NextFrame::Damaged
            },
            NextFrame::Items,
        )
    }

    fn raw_frame(&mut self) -> Result<Option<Vec<u8>>, RawError> {
        loop {
            if let Some(raw) = self.frames.next_frame()? {
                return Ok(Some(raw.to_vec()));
            }
            let mut chunk = vec![0u8; CHUNK];
            let count = self.file.read(&mut chunk).map_err(RawError::Io)?;
            if count == 0 {
                self.frames.finish()?;
                return Ok(None);
            }
            self.frames.push(&chunk[..count]);
        }
    }

    fn saw_frame(&mut self, raw: &[u8]) {
        let mut bytes = Vec::with_capacity(raw.len() + 4);
        frame::put_again(&mut bytes, raw);
        self.saw(&bytes);
    }

    fn saw(&mut self, bytes: &[u8]) {
        self.seen.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

enum RawError {
    Io(std::io::Error),
    /// The bytes are no frames.
    Frame,
}

impl From<FrameError> for RawError {
    fn from(error: FrameError) -> Self {
        tracing::debug!(%error, "a bundle can't be followed any further");
        Self::Frame
    }
}

fn unreadable(error: RawError) -> BundleError {
    match error {
        RawError::Io(error) => error.into(),
        RawError::Frame => BundleError::Unreadable,
    }
}

/// The device's name for a file of its own: what a person sees in a chat or on a stick.
pub fn file_name(device: DeviceId, made_ms: i64) -> String {
    let day = crate::domain::calendar::day_name(made_ms);
    let device: String = device.to_string().chars().take(6).collect();
    format!("上门-{device}-{day}.doorstep")
}

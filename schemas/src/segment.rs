//! The change codec: consecutive changes of one (document, actor), stripped of what the receiver rebuilds.
//!
//! Magic, checksum, the actor and its next sequence number, a linear parent's hash, the next operation number and a
//! repeated list of actors are not sent; columns of the same kind lie side by side, which is where zstd finds its
//! matches, and what no compressor can shorten (hashes of pictures) lies apart, where it spoils nothing. Nothing outside the piece is needed to read it, so a piece stays readable after any cut. The codec is
//! lossless to the byte: what it could not restore is sent raw.

pub(crate) mod cells;
pub(crate) mod stripped;

use std::borrow::Cow;

use crate::change::{Change, MalformedChange};
use crate::ids::{Actor, ChangeHash};
use crate::leb::{self, LebError, Reader};

/// How a segment's body is written. The numbers are the wire's.
pub const CODEC_RAW: u8 = 0;
/// Stripped, then zstd without a dictionary.
pub const CODEC_STRIPPED: u8 = 1;

/// Most changes in one piece, and its largest size before compression.
pub const MAX_PIECE_CHANGES: usize = 4_096;
pub const MAX_PIECE_PLAIN: usize = 2 * 1024 * 1024;
/// Most operations in one piece: run lengths claim many in few bytes, and each costs the reader time.
pub const MAX_PIECE_OPS: u64 = 65_536;
/// Nobody's work shrinks more than this; a body that claims to is a bomb.
const MAX_RATIO: usize = 512;
/// The size that a sender aims at: on 64 kbit/s it passes in 1.5 s, between two cuts.
pub const PIECE_TARGET: usize = 12 * 1024;

const ZSTD_LEVEL: i32 = 19;
const ZSTD_FAST: i32 = 5;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    #[error("codec {0} is not known here")]
    UnknownCodec(u8),
    #[error(
        "the body claims more than {MAX_PIECE_PLAIN} bytes, {MAX_PIECE_CHANGES} changes or {MAX_PIECE_OPS} operations"
    )]
    TooLarge,
    #[error("the body could not be decompressed")]
    Zstd(#[source] std::io::Error),
    #[error("the body's streams do not fit together")]
    Inconsistent,
    #[error(transparent)]
    Leb(#[from] LebError),
    #[error(transparent)]
    Change(#[from] MalformedChange),
}

/// Encodes consecutive changes of one actor. The codec that came out shorter is returned with the body.
pub fn encode(changes: &[&[u8]]) -> Result<(u8, Vec<u8>), SegmentError> {
    encode_at(changes, ZSTD_LEVEL)
}

/// The same with less effort: for files, where a second counts more than a byte.
pub fn encode_fast(changes: &[&[u8]]) -> Result<(u8, Vec<u8>), SegmentError> {
    encode_at(changes, ZSTD_FAST)
}

fn encode_at(changes: &[&[u8]], level: i32) -> Result<(u8, Vec<u8>), SegmentError> {
    let parsed = changes.iter().map(|bytes| Change::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
    let (_, raw) = plain(changes.iter().copied());
    let ops: u64 = parsed.iter().map(|change| change.ops).sum();
    if raw.len() > MAX_PIECE_PLAIN || changes.len() > MAX_PIECE_CHANGES || ops > MAX_PIECE_OPS {
        return Err(SegmentError::TooLarge);
    }
    if let Some(first) = parsed.first() {
        let (main, content) = stripped::strip(&parsed);
        // Only what comes back is sent stripped: a run with a hole, or of two actors, would come back as another.
        let restored = stripped::restore(&main, &content, first.actor, first.seq)?;
        if main.len().max(content.len()) <= MAX_PIECE_PLAIN
            && restored.iter().map(|found| found.bytes()).eq(changes.iter().copied())
        {
            let mut body = Vec::new();
            put_part(&mut body, &main, level)?;
            put_part(&mut body, &content, level)?;
            if body.len() < raw.len() {
                return Ok((CODEC_STRIPPED, body));
            }
        }
    }
    Ok((CODEC_RAW, raw))
}

/// One change out of a body, and what admission asks about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    pub actor: Actor,
    pub seq: u64,
    pub start_op: u64,
    pub ops: u64,
    pub bytes: Vec<u8>,
}

impl Unpacked {
    /// Reads one change by itself.
    pub fn read(bytes: Vec<u8>) -> Result<Self, MalformedChange> {
        let Change { hash, deps, actor, seq, start_op, ops, .. } = Change::parse(&bytes)?;
        Ok(Self { hash, deps, actor, seq, start_op, ops, bytes })
    }

    pub(crate) fn of(change: Change<'_>, bytes: Vec<u8>) -> Self {
        let Change { hash, deps, actor, seq, start_op, ops, .. } = change;
        Self { hash, deps, actor, seq, start_op, ops, bytes }
    }
}

/// Restores the bytes of each change. `actor` and `from_seq` are the piece's own.
pub fn decode(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Vec<u8>>, SegmentError> {
    Ok(unpack(codec, body, actor, from_seq)?.into_iter().map(|change| change.bytes).collect())
}

/// Restores each change and reads it, hashing it once. A raw body may hold changes of another actor or sequence
/// number than the piece names: admission looks.
pub fn unpack(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Unpacked>, SegmentError> {
    let sound = |found| match found {
        Found::Sound(change) => Ok(change),
        Found::Flawed { flaw, .. } => Err(flaw.into()),
    };
    find(codec, body, actor, from_seq)?.into_iter().map(sound).collect()
}

/// One change of a body that may hold bad ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Sound(Unpacked),
    /// It breaks a rule that its own bytes show; its hash is still what its author signed.
    Flawed {
        hash: ChangeHash,
        bytes: Vec<u8>,
        flaw: MalformedChange,
    },
}

impl Found {
    pub fn hash(&self) -> ChangeHash {
        match self {
            Self::Sound(change) => change.hash,
            Self::Flawed { hash, .. } => *hash,
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Sound(change) => &change.bytes,
            Self::Flawed { bytes, .. } => bytes,
        }
    }
}

/// Like [`unpack`], but a change that breaks a rule does not take those around it with it: it is an error only where
/// its hash can't be told, because then nobody can say whether its author signed it.
pub fn find(codec: u8, body: &[u8], actor: Actor, from_seq: u64) -> Result<Vec<Found>, SegmentError> {
    match codec {
        CODEC_RAW => find_raw(body),
        CODEC_STRIPPED => {
            let mut reader = Reader::new(body);
            let (main, content) = (take_part(&mut reader)?, take_part(&mut reader)?);
            if !reader.is_empty() {
                return Err(SegmentError::Inconsistent);
            }
            stripped::restore(&main, &content, actor, from_seq)
        }
        other => Err(SegmentError::UnknownCodec(other)),
    }
}

fn find_raw(body: &[u8]) -> Result<Vec<Found>, SegmentError> {
    if body.len() > MAX_PIECE_PLAIN {
        return Err(SegmentError::TooLarge);
    }
    let mut reader = Reader::new(body);
    let mut changes = Vec::new();
    let mut ops = 0;
    while !reader.is_empty() {
        let bytes = reader.prefixed()?;
        let found = match Change::parse(bytes) {
            Ok(change) => {
                ops += change.ops;
                Found::Sound(Unpacked::of(change, bytes.to_vec()))
            }
            Err(flaw) => {
                let hash = Change::hash_of(bytes).ok_or(flaw.clone())?;
                Found::Flawed { hash, bytes: bytes.to_vec(), flaw }
            }
        };
        if changes.len() == MAX_PIECE_CHANGES || ops > MAX_PIECE_OPS {
            return Err(SegmentError::TooLarge);
        }
        changes.push(found);
    }
    Ok(changes)
}

/// The codec and body of changes as they are, also of such as break a rule.
pub fn plain<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> (u8, Vec<u8>) {
    let mut out = Vec::new();
    changes.into_iter().for_each(|change| leb::put_prefixed(&mut out, change));
    (CODEC_RAW, out)
}

/// A part of a body: its length, its length as sent, its bytes. Equal lengths say that it is stored as it is.
fn put_part(out: &mut Vec<u8>, plain: &[u8], level: i32) -> Result<(), SegmentError> {
    let packed = compress(plain, level)?;
    let shorter = packed.len() < plain.len() && plain.len() <= packed.len() * MAX_RATIO;
    let sent = if shorter { packed.as_slice() } else { plain };
    leb::put_unsigned(out, plain.len() as u64);
    leb::put_prefixed(out, sent);
    Ok(())
}

fn take_part<'a>(body: &mut Reader<'a>) -> Result<Cow<'a, [u8]>, SegmentError> {
    let length =
        usize::try_from(body.unsigned()?).ok().filter(|n| *n <= MAX_PIECE_PLAIN).ok_or(SegmentError::TooLarge)?;
    let sent = body.prefixed()?;
    if sent.len() == length {
        return Ok(Cow::Borrowed(sent));
    }
    if length > sent.len() * MAX_RATIO {
        return Err(SegmentError::TooLarge);
    }
    decompress(sent, length).map(Cow::Owned)
}

/// Every zstd frame begins with these bytes, so they are not sent.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn compress(plain: &[u8], level: i32) -> Result<Vec<u8>, SegmentError> {
    let mut zstd = zstd::bulk::Compressor::new(level).map_err(SegmentError::Zstd)?;
    zstd.include_contentsize(false).map_err(SegmentError::Zstd)?;
    zstd.include_checksum(false).map_err(SegmentError::Zstd)?;
    let frame = zstd.compress(plain).map_err(SegmentError::Zstd)?;
    frame.strip_prefix(&ZSTD_MAGIC).map(<[u8]>::to_vec).ok_or(SegmentError::Inconsistent)
}

fn decompress(packed: &[u8], length: usize) -> Result<Vec<u8>, SegmentError> {
    let frame = [&ZSTD_MAGIC, packed].concat();
    let plain = zstd::bulk::decompress(&frame, length).map_err(SegmentError::Zstd)?;
    if plain.len() == length { Ok(plain) } else { Err(SegmentError::Inconsistent) }
}

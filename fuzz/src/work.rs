//! Work that is judged: hashes and signatures put right where the bytes got them wrong.

use std::collections::BTreeMap;
use std::convert::Infallible;

use doorstep_schemas::admission::{self, Examined, History, MAX_DOC_OPS, Opened, Run, Verdict};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, OutletId};
use doorstep_schemas::segment::{self, CODEC_RAW};
use doorstep_schemas::signature::{Chain, Claim, identity};
use doorstep_schemas::wire::Segment;
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

/// The outlet, the document and the author that the corpus's pieces are of.
pub fn outlet() -> OutletId {
    OutletId::mint(1_795_000_000_000, [1; 10])
}

pub fn sheet() -> DocId {
    DocId::Sheet(JobId::mint(1_795_000_000_001, [2; 10]))
}

pub fn author() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// A chunk with the checksum that fits what lies behind it.
pub fn mended(mut chunk: Vec<u8>) -> Vec<u8> {
    if chunk.len() > 8 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

/// The same for each of a raw body's chunks; a last one that is not whole is left out.
pub fn mended_row(body: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), body);
    while let Some((length, head)) = length(rest) {
        let Some(chunk) = rest.get(head..head + length) else { break };
        put_length(&mut out, length);
        out.extend_from_slice(&mended(chunk.to_vec()));
        rest = &rest[head + length..];
    }
    out
}

/// A short LEB128 number and how many bytes it takes.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (place, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, place + 1));
        }
    }
    None
}

pub fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// What has been taken of one document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    runs: BTreeMap<Actor, Run>,
    hashes: BTreeMap<(Actor, u64), ChangeHash>,
    ops: u64,
}

struct Seen<'a>(&'a Log, Actor);

impl History for Seen<'_> {
    type Error = Infallible;
    fn run(&self) -> Run {
        self.0.runs.get(&self.1).copied().unwrap_or_default()
    }
    fn doc_ops(&self) -> u64 {
        self.0.ops
    }
    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, Infallible> {
        Ok(self.0.hashes.get(&(self.1, seq)).copied())
    }
}

/// Admission. The bytes are frames of segments, which come one after the other; each is tried as it is, and then as its
/// author could have signed it.
pub fn admission(bytes: &[u8]) {
    let mut reader = FrameReader::default();
    reader.push(bytes);
    let mut log = Log::default();
    let mut left = 16;
    while let Ok(Some(item)) = reader.next_frame() {
        let Ok(piece) = frame::read::<Segment>(item) else { continue };
        judge(&mut log, &piece);
        let mended = signed(&log, piece);
        judge(&mut log, &mended);
        left -= 1;
        if left == 0 {
            return;
        }
    }
}

fn judge(log: &mut Log, piece: &Segment) {
    let (author, _) = identity(&author());
    let before = log.clone();
    let seen = Seen(&before, piece.actor);
    let verdict = admission::admit(outlet(), &sheet(), piece, &author, &seen);
    let examined = admission::examine(outlet(), &sheet(), piece, &author, &seen);
    let opened = Opened::of(outlet(), &sheet(), piece, &author);
    let later = admission::admit_opened(outlet(), &sheet(), piece, opened, &author, &seen);
    assert_eq!(format!("{later:?}"), format!("{verdict:?}"), "opened beforehand it is judged alike");
    match verdict {
        Ok(Verdict::Admit { changes, run, doc_ops }) => {
            assert_eq!(piece.actor.device(), identity(&self::author()).1, "only the author's own device");
            assert!(doc_ops <= MAX_DOC_OPS && doc_ops >= before.ops);
            assert!(matches!(examined, Ok(Examined::News(_))), "what a relay takes, a device takes: {examined:?}");
            let mut seq = before.runs.get(&piece.actor).map_or(0, |run| run.seq);
            for change in &changes {
                assert_eq!(change.seq, seq + 1, "a run has no hole");
                assert!(change.start_op <= MAX_DOC_OPS, "an operation number that nobody can follow");
                seq = change.seq;
                log.hashes.insert((piece.actor, seq), change.hash);
            }
            assert_eq!(run.seq, seq);
            log.runs.insert(piece.actor, run);
            log.ops = doc_ops;
            let again = admission::admit(outlet(), &sheet(), piece, &author, &Seen(log, piece.actor));
            assert!(matches!(again, Ok(Verdict::Known)), "what was taken is known: {again:?}");
        }
        Ok(Verdict::Known | Verdict::WantFrom(_)) | Err(_) => assert_eq!(*log, before),
    }
}

/// The same, and what it holds is remembered for the pieces behind it.
pub fn signed_after(log: &mut Log, piece: Segment) -> Segment {
    let piece = signed(log, piece);
    for change in segment::unpack(piece.codec, &piece.body, piece.actor, piece.from_seq).unwrap_or_default() {
        log.hashes.insert((piece.actor, change.seq), change.hash);
    }
    piece
}

/// The piece with checksums and a signature in order, under the author's own device.
fn signed(log: &Log, mut piece: Segment) -> Segment {
    let key = author();
    piece.actor = Actor::new(identity(&key).1, [1; 8]);
    if piece.codec == CODEC_RAW {
        piece.body = mended_row(&piece.body);
    }
    piece.tail.truncate(piece.tail.len() / 32 % 8 * 32);
    let Ok(found) = segment::find(piece.codec, &piece.body, piece.actor, piece.from_seq) else { return piece };
    let known = (1..piece.from_seq.min(5_000)).map_while(|seq| log.hashes.get(&(piece.actor, seq)).copied());
    let (tail, _) = piece.tail.as_chunks::<32>();
    let hashes = known.chain(found.iter().map(|found| found.hash())).chain(tail.iter().map(|hash| ChangeHash(*hash)));
    let chain = hashes.fold(Chain::default(), |chain, hash| chain.then(&hash));
    let seq = piece.from_seq.saturating_sub(1).saturating_add((found.len() + tail.len()) as u64);
    let (outlet, sheet, beacon) = (outlet(), sheet(), piece.signature.beacon);
    piece.signature = Claim { outlet, doc: &sheet, actor: piece.actor, seq, chain, beacon }.sign(&key);
    piece
}

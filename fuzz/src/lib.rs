//! What is done with hostile bytes, one function a reader. Each panics when a promise is broken: a crash for libFuzzer,
//! a failure for the test that plays the corpus.
//!
//! A fuzzer never guesses a hash or a signature. Where one stands in the way it is put right first, so that what lies
//! behind it is reached; the damaged bytes are tried as they are as well.

mod intake;
mod work;

use doorstep_schemas::bundle;
use doorstep_schemas::change::{Change, MAX_CHANGE_OPS};
use doorstep_schemas::closed::{self, body, volume};
use doorstep_schemas::enrol::{EnrolLink, EnrolRequest, normal_code};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, DocId, PublicKey};
use doorstep_schemas::nearby;
use doorstep_schemas::segment::{self, CODEC_RAW, CODEC_STRIPPED, MAX_PIECE_CHANGES, MAX_PIECE_OPS, MAX_PIECE_PLAIN};
use doorstep_schemas::signature::{Beacon, Chain, Claim, Signature};
use doorstep_schemas::terse::{Listener, NEWEST, Teller};
use doorstep_schemas::wire::{DownHeader, Entry, Piece, Trailer, UpHeader};

pub use intake::intake;
pub use work::{admission, mended};

/// The actor of what names none.
const ACTOR: Actor = Actor([7; 16]);

/// The segment codec. The first byte says which codec, and above it whether checksums are put right (raw), or the rest
/// is two parts that zstd has already unpacked (stripped).
pub fn segment(bytes: &[u8]) {
    let Some((mode, body)) = bytes.split_first() else { return };
    let codec = mode & 0x0f;
    let body = match (codec, mode & 0x80 != 0) {
        (CODEC_RAW, true) => work::mended_row(body),
        (CODEC_STRIPPED, true) => stored(body),
        _ => body.to_vec(),
    };
    let Ok(changes) = segment::unpack(codec, &body, ACTOR, 1) else { return };
    assert!(changes.len() <= MAX_PIECE_CHANGES, "{} changes", changes.len());
    assert!(changes.iter().map(|change| change.ops).sum::<u64>() <= MAX_PIECE_OPS);
    assert!(changes.iter().map(|change| change.bytes.len()).sum::<usize>() <= MAX_PIECE_PLAIN);
    for change in &changes {
        let read = Change::parse(&change.bytes).expect("what was unpacked is a change");
        assert!(read.ops <= MAX_CHANGE_OPS);
        assert_eq!(read.to_bytes(), (change.bytes.clone(), change.hash), "a change says one thing only");
    }
    let slices: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
    let Some(first) = changes.first() else { return };
    if let Ok((codec, body)) = segment::encode_fast(&slices) {
        let again = segment::decode(codec, &body, first.actor, first.seq).expect("what was encoded is decoded");
        assert!(again.iter().map(Vec::as_slice).eq(slices), "the codec gives back what it was given");
    }
}

/// `main` and `content` as a stripped body keeps what does not shrink; the first two bytes say where one ends.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return Vec::new() };
    let (main, content) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let mut out = Vec::new();
    for part in [main, content] {
        work::put_length(&mut out, part.len());
        work::put_length(&mut out, part.len());
        out.extend_from_slice(part);
    }
    out
}

/// The bodies of an exchange, either way, in whatever portions they arrive: the first byte is the portion's size.
pub fn exchange(bytes: &[u8]) {
    let Some((portion, body)) = bytes.split_first() else { return };
    let mut listener = Listener::default();
    let mut reader = FrameReader::default();
    for part in body.chunks(usize::from(*portion).max(1)) {
        reader.push(part);
        loop {
            match reader.next_frame() {
                Ok(Some(item)) => take(&mut listener, item),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
    let whole = reader.finish().is_ok();
    let mut at_once = FrameReader::default();
    at_once.push(body);
    while let Ok(Some(_)) = at_once.next_frame() {}
    assert_eq!(at_once.finish().is_ok(), whole, "a body means the same in whatever portions it comes");
}

fn take(listener: &mut Listener, item: &[u8]) {
    // What can be read is written and read again as the same.
    macro_rules! again {
        ($($message:ty),+) => { $(if let Ok(message) = frame::read::<$message>(item) {
            let written = minicbor::to_vec(&message).expect("writing to memory can't fail");
            assert_eq!(frame::read::<$message>(&written).expect("what was written is read"), message);
        })+ };
    }
    again!(UpHeader, DownHeader, Trailer, Entry, Piece);
    let entry = frame::read::<Entry>(item).ok().map(|entry| entry.piece);
    for piece in frame::read::<Piece>(item).ok().into_iter().chain(entry) {
        if let Some(parcel) = &piece.parcel {
            drop(listener.unfold(parcel));
        }
    }
}

/// Signatures and beacons: nothing under which one statement's signature fits another.
pub fn signature(bytes: &[u8]) {
    if let Ok(read) = minicbor::decode::<Signature>(bytes) {
        assert!(minicbor::decode::<Signature>(&minicbor::to_vec(&read).expect("writing to memory can't fail")).is_ok());
    }
    let Some((key, rest)) = bytes.split_first_chunk::<32>() else { return };
    let Some((signed, rest)) = rest.split_first_chunk::<64>() else { return };
    let key = PublicKey(*key);
    let doc = DocId::from_bytes(rest).unwrap_or(DocId::Roster);
    let signature = Signature { seq: 1, beacon: None, bytes: *signed };
    let claim =
        |seq| Claim { outlet: work::outlet(), doc: &doc, actor: ACTOR, seq, chain: Chain::default(), beacon: None };
    let fits = |seq| claim(seq).holds(&Signature { seq, ..signature.clone() }, &key);
    assert!(!(fits(1) && fits(2)), "one signature for two statements");
    let beacon = Beacon { time_ms: 1, seq: 1, hash: [0; 8], bytes: *signed };
    let other = Beacon { seq: 2, ..beacon.clone() };
    let holds = |beacon: &Beacon| beacon.holds(work::outlet(), [1; 8], &key);
    assert!(!(holds(&beacon) && holds(&other)), "one signature for two beacons");
}

/// Invitations and what a device asks to be let in with.
pub fn enrolment(bytes: &[u8]) {
    if let Ok(request) = serde_json::from_slice::<EnrolRequest>(bytes) {
        let text = serde_json::to_vec(&request).expect("writing to memory can't fail");
        assert_eq!(serde_json::from_slice::<EnrolRequest>(&text).expect("what was written is read"), request);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let code = normal_code(text);
    assert_eq!(normal_code(&code), code, "a code that was put right stays so");
    if nearby::is_address(text) {
        assert!(text.starts_with("https://") && !text.contains(char::is_whitespace));
    }
    if let Ok(link) = text.parse::<EnrolLink>() {
        assert!(link.relay.starts_with("http://") || link.relay.starts_with("https://"));
        assert_eq!(link.to_string().parse::<EnrolLink>().expect("a link that was written is read"), link);
    }
}

/// Parcels, one after the other: each has its length before it in two bytes. A first byte of nought stands for the
/// newest sample.
pub fn parcel(bytes: &[u8]) {
    let (mut listener, mut teller) =
        (Listener::default(), Teller::new(NEWEST).expect("it is shipped with the program"));
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let (parcel, behind) = behind.split_at(usize::from(u16::from_le_bytes(*length)).min(behind.len()));
        rest = behind;
        let mut parcel = parcel.to_vec();
        if let Some(version @ 0) = parcel.first_mut() {
            *version = NEWEST;
        }
        let Ok(items) = listener.unfold(&parcel) else { return };
        let plain: usize = items.iter().map(|item| item.segment.body.len()).sum();
        assert!(plain <= 2 * MAX_PIECE_PLAIN, "{plain} bytes out of {}", parcel.len());
        if let Ok(told) = teller.fold(&items) {
            let again = Listener::default().unfold(&told);
            // Only the first of a teller's parcels is read by somebody who has heard nothing.
            assert!(again.is_err() || again.is_ok_and(|again| again.len() == items.len()));
        }
    }
}

/// The frames of a bundle, once they are opened.
pub fn bundle(bytes: &[u8]) {
    drop(bundle::items(bytes));
    drop(bundle::peek_label(bytes));
    for codec in [0, 1] {
        let opened = [&[0; 64], &[codec][..], bytes].concat();
        drop(bundle::peek_label(&opened));
    }
}

/// Closed jobs, whole bodies and volumes of them. The first two bytes say where `main` ends.
pub fn closed(bytes: &[u8]) {
    drop(closed::split(bytes));
    if let Ok(job) = body::decode(bytes) {
        assert!(job.changes.len() <= closed::MAX_CHANGES);
    }
    if let Ok(volume) = volume::look_into(bytes) {
        assert!(volume.plain() <= closed::MAX_PLAIN);
        let within = |place: &volume::Place| place.content.end <= volume.content.len();
        assert!(volume.places.iter().all(within));
    }
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (main, content) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let Ok(job) = closed::unpack(main, content) else { return };
    assert!(job.changes.len() <= closed::MAX_CHANGES);
    for change in &job.changes {
        let read = Change::parse(&change.change.bytes).expect("what was unpacked is a change");
        assert_eq!(read.hash, change.change.hash);
    }
}

#[cfg(test)]
mod tests;

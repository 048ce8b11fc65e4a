//! Golden messages of protocol 1: they decode to the same value and go back to the same bytes, for ever.
//!
//! `DOORSTEP_WRITE_GOLDEN=1` writes what is missing. It never overwrites: a released message that no longer reads is
//! a broken promise, not a stale file.

use std::fmt::{Debug, Write as _};
use std::fs;
use std::path::PathBuf;

use doorstep_schemas::admission::{self, History, Run, Verdict};
use doorstep_schemas::bundle::{BundleFrame, BundleHead, BundleItem};
use doorstep_schemas::claim_pack::SignedRun;
use doorstep_schemas::closed::{Closed, ClosedChange, ClosedRun, body};
use doorstep_schemas::compare::{CompareDown, CompareUp};
use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{ChangeHash, DocKind};
use doorstep_schemas::receipt::{ReceiptsDown, ReceiptsUp, Statement};
use doorstep_schemas::segment::{self, CODEC_RAW, CODEC_STRIPPED, Unpacked};
use doorstep_schemas::terse::{Item, Listener, Teller};
use doorstep_schemas::wire::{DownHeader, Entry, Piece, Segment, Trailer, UpHeader, kind};
use minicbor::{Decode, Encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::messages::messages;
use crate::{cbor, examples};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/v1").join(name)
}

/// The committed text; written from `make` first where it is missing and the environment asks for it.
fn committed(name: &str, make: impl FnOnce() -> String) -> String {
    let path = path(name);
    if std::env::var_os("DOORSTEP_WRITE_GOLDEN").is_some() && !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, make()).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("golden {name} is missing: {error}"))
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for line in bytes.chunks(40) {
        line.iter().for_each(|byte| write!(out, "{byte:02x}").unwrap());
        out.push('\n');
    }
    out
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn bytes(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    unhex(&committed(&format!("{name}.hex"), || hex(&make())))
}

fn holds<T>(name: &str, value: &T)
where
    T: PartialEq + Debug + Encode<()> + for<'b> Decode<'b, ()>,
{
    let golden = bytes(name, || minicbor::to_vec(value).unwrap());
    assert_eq!(&frame::read::<T>(&golden).unwrap(), value, "{name} reads as another message");
    assert_eq!(minicbor::to_vec(value).unwrap(), golden, "{name} is written in other bytes");
    let readable = cbor::readable(&golden);
    assert_eq!(committed(&format!("{name}.txt"), || readable.clone()), readable, "{name}");

    let tomorrow = cbor::widened(&golden);
    assert!(tomorrow.len() > golden.len());
    assert_eq!(&frame::read::<T>(&tomorrow).unwrap(), value, "{name} with fields of tomorrow");
}

#[test]
fn messages_of_protocol_1_read_for_ever() {
    holds::<UpHeader>("up-header", &examples::up_header());
    holds::<DownHeader>("down-header", &examples::down_header());
    holds::<UpHeader>("up-header-addresses", &examples::up_header_knowing_addresses());
    holds::<DownHeader>("down-header-addresses", &examples::down_header_of_addresses());
    holds::<UpHeader>("up-header-sample", &UpHeader { sample: Some(1), ..examples::up_header() });
    holds::<DownHeader>("down-header-sample", &DownHeader { sample: Some(1), ..examples::down_header() });
    holds::<UpHeader>("up-header-inbox", &UpHeader { inbox: Some(6), ..examples::up_header() });
    holds::<DownHeader>("down-header-inbox", &examples::down_header_of_the_inbox());
    holds::<UpHeader>("up-header-compares", &UpHeader { compares: Some(1), ..examples::up_header() });
    holds::<DownHeader>("down-header-compares", &DownHeader { compares: Some(1), ..examples::down_header() });
    holds::<UpHeader>("up-header-packs", &examples::up_header_of_packs());
    holds::<DownHeader>("down-header-packs", &examples::down_header_of_packs());
    holds::<UpHeader>("up-header-decided", &UpHeader { decided: Some(6), ..examples::up_header() });
    holds::<UpHeader>("up-header-strayed", &UpHeader { strayed: Some(true), ..examples::up_header() });
    let decided = Some(vec![examples::decided()]);
    holds::<DownHeader>("down-header-decided", &DownHeader { decided, ..examples::down_header() });
    holds::<CompareUp>("compare-up", &examples::compare_up());
    holds::<CompareDown>("compare-down", &examples::compare_down());
    holds::<ReceiptsUp>("receipts-up", &examples::receipts_up());
    holds::<ReceiptsDown>("receipts-down", &examples::receipts_down());
    holds::<Statement>("receipt-statement", &examples::statement());
    holds::<SignedRun>("claim-signed-run", &examples::signed_run());
    holds::<Entry>("entry", &examples::entry());
    holds::<Trailer>("trailer", &examples::trailer());
    holds::<BundleHead>("bundle-head", &examples::bundle_head());
    holds::<BundleFrame>("bundle-frame", &examples::bundle_frame());
    holds::<BundleItem>("bundle-item", &examples::bundle_item());
    for (name, piece) in [
        ("piece-grant", examples::grant()),
        ("piece-role", examples::role()),
        ("piece-device", examples::device()),
        ("piece-admit", examples::admit()),
        ("piece-admit-reason", examples::admit_with_reason()),
        ("piece-erased", examples::erased()),
        ("piece-pack", examples::pack()),
    ] {
        holds::<Piece>(name, &piece);
    }
}

/// The changes of the golden segments; Automerge made them once.
fn changes() -> Vec<Vec<u8>> {
    let make = || examples::changes().iter().map(|change| hex(change) + "\n").collect();
    committed("changes.hex", make).split("\n\n").map(unhex).filter(|change| !change.is_empty()).collect()
}

struct Nothing;

impl History for Nothing {
    type Error = std::convert::Infallible;
    fn run(&self) -> Run {
        Run::default()
    }
    fn doc_ops(&self) -> u64 {
        0
    }
    fn hash_at(&self, _: u64) -> Result<Option<ChangeHash>, Self::Error> {
        Ok(None)
    }
}

#[test]
fn every_message_reads_without_its_optional_fields_and_not_without_the_others() {
    for message in messages() {
        let fields = cbor::fields(&message.bytes);
        for field in &fields {
            let less = cbor::without(&message.bytes, *field).unwrap();
            let (name, read) = (message.name, (message.reads)(&less));
            assert_eq!(read, message.optional.contains(field), "{name} without field {field}");
        }
        assert!(message.optional.iter().all(|field| fields.contains(field)), "{} shows all its fields", message.name);
    }
}

#[test]
fn segments_of_either_codec_are_restored_and_admitted_for_ever() {
    let changes = changes();
    assert_eq!(changes.len(), 4);
    let three: Vec<&[u8]> = changes[..3].iter().map(Vec::as_slice).collect();
    let raw = || three.iter().flat_map(|change| [&leb(change.len()), *change].concat()).collect();
    let stripped = || segment::encode(&three).unwrap().1;
    let (author, actor) = examples::technician();
    let bodies = [
        ("segment-raw", CODEC_RAW, bytes("segment-raw-body", raw)),
        ("segment-stripped", CODEC_STRIPPED, bytes("segment-stripped-body", stripped)),
    ];
    for (name, codec, body) in bodies {
        assert_eq!(segment::decode(codec, &body, actor, 1).unwrap(), changes[..3], "{name}");
        let piece = examples::segment(&changes, codec, body);
        holds::<Piece>(&format!("piece-{name}"), &piece);
        let verdict =
            admission::admit(examples::outlet(), &examples::sheet(), &piece.segment.unwrap(), &author, &Nothing);
        assert!(matches!(verdict, Ok(Verdict::Admit { changes, .. }) if changes.len() == 3), "{name}");
    }
}

/// A parcel of sample 1 is read by every version that still speaks it; its bytes are written anew by those that do.
#[test]
fn parcels_of_sample_1_are_read_as_they_were_told() {
    let changes = changes();
    let three: Vec<&[u8]> = changes[..3].iter().map(Vec::as_slice).collect();
    let (codec, body) = segment::plain(three);
    let piece = examples::segment(&changes, codec, body);
    let (Some(doc), Some(segment)) = (piece.doc, piece.segment) else { panic!("a segment") };
    let item = Item { seq: 812, at_ms: 1_795_230_000_000, doc, segment };
    let told = || Teller::new(1).unwrap().fold(std::slice::from_ref(&item)).unwrap();
    let parcel = bytes("parcel", told);
    assert_eq!(Listener::default().unfold(&parcel).unwrap(), std::slice::from_ref(&item));
    assert_eq!(told(), parcel);
    holds::<Piece>("piece-parcel", &Piece { kind: kind::PARCEL, parcel: Some(parcel), ..Piece::default() });
}

fn leb(length: usize) -> Vec<u8> {
    if length < 0x80 { vec![length as u8] } else { vec![length as u8 | 0x80, (length >> 7) as u8] }
}

#[test]
fn whole_exchanges_of_protocol_1_read_for_ever() {
    let up = bytes("exchange-up", || {
        let mut out = Vec::new();
        frame::put(&mut out, &examples::up_header());
        frame::put(&mut out, &examples::grant());
        out
    });
    let down = bytes("exchange-down", || {
        let mut out = Vec::new();
        frame::put(&mut out, &examples::down_header());
        frame::put(&mut out, &examples::entry());
        frame::put(&mut out, &examples::trailer());
        out
    });
    let mut reader = FrameReader::default();
    reader.push(&up);
    assert_eq!(frame::read::<UpHeader>(reader.next_frame().unwrap().unwrap()).unwrap(), examples::up_header());
    assert_eq!(frame::read::<Piece>(reader.next_frame().unwrap().unwrap()).unwrap(), examples::grant());
    assert_eq!(reader.next_frame().unwrap(), None);
    reader.finish().unwrap();
    reader.push(&down);
    assert_eq!(frame::read::<DownHeader>(reader.next_frame().unwrap().unwrap()).unwrap(), examples::down_header());
    assert_eq!(frame::read::<Entry>(reader.next_frame().unwrap().unwrap()).unwrap(), examples::entry());
    assert_eq!(frame::read::<Trailer>(reader.next_frame().unwrap().unwrap()).unwrap(), examples::trailer());
    reader.finish().unwrap();
}

#[test]
fn the_relays_beacon_holds_for_ever() {
    let golden = bytes("down-header", || minicbor::to_vec(examples::down_header()).unwrap());
    let header: DownHeader = frame::read(&golden).unwrap();
    assert!(header.beacon.holds(examples::outlet(), header.epoch, &examples::relay()));
}

/// What a reader does not know is passed over, not refused.
#[test]
fn an_entry_of_a_kind_of_tomorrow_is_read_past() {
    let mut tomorrow = minicbor::Encoder::new(Vec::new());
    tomorrow.map(2).unwrap().u8(0).unwrap().u8(77).unwrap().u8(40).unwrap().str("预约").unwrap();
    let piece: Piece = frame::read(&tomorrow.into_writer()).unwrap();
    assert_eq!(piece, Piece { kind: 77, ..Piece::default() });
}

fn json_holds<T>(name: &str, value: &T)
where
    T: PartialEq + Debug + Serialize + DeserializeOwned,
{
    let text = || serde_json::to_string_pretty(value).unwrap() + "\n";
    let golden = committed(&format!("{name}.json"), text);
    assert_eq!(&serde_json::from_str::<T>(&golden).unwrap(), value, "{name} reads as another message");
    assert_eq!(text(), golden, "{name} is written in other words");
    let mut tomorrow: serde_json::Value = serde_json::from_str(&golden).unwrap();
    tomorrow.as_object_mut().unwrap().insert("tomorrow".into(), serde_json::json!({ "更多": [1, null] }));
    assert_eq!(&serde_json::from_value::<T>(tomorrow).unwrap(), value, "{name} with a field of tomorrow");
}

#[test]
fn json_bodies_of_protocol_1_read_for_ever() {
    json_holds("enrol-request", &examples::enrol_request());
    json_holds("enrol-answer", &examples::enrol_answer());
    json_holds("new-member", &examples::new_member());
    json_holds("member-request", &examples::member_request());
    json_holds("member-answer", &examples::member_answer());
    json_holds("invite-request", &examples::invite_request());
    json_holds("invite-answer", &examples::invite_answer());
    json_holds("device-status-request", &examples::device_status_request());
    json_holds("missing-request", &examples::missing_request());
    json_holds("missing-answer", &examples::missing_answer());
    json_holds("error-answer", &examples::error_answer());
    json_holds("announcement", &examples::announcement());
}

#[test]
fn an_announcement_may_leave_out_what_did_not_change() {
    let quiet: doorstep_schemas::live::Announcement = serde_json::from_str("{}").unwrap();
    assert_eq!((quiet.seq, quiet.owner_seq), (0, 0));
}

#[test]
fn an_enrolment_link_reads_for_ever() {
    let link = EnrolLink { relay: "https://relay.example".into(), code: "7K2M9QXA".into(), key: examples::relay() };
    let golden = committed("enrol-link.txt", || format!("{link}\n"));
    assert_eq!(golden.parse::<EnrolLink>().unwrap(), link);
    assert_eq!(format!("{link}\n"), golden);
}

/// What zstd writes may be other bytes one day; what was written once is read.
#[test]
fn a_job_in_one_piece_reads_for_ever() {
    let changes = changes();
    let segment = examples::segment(&changes, CODEC_RAW, Vec::new()).segment.unwrap();
    let (mut closed, mut run) = (Closed::default(), Run::default());
    for bytes in changes {
        let change = Unpacked::read(bytes).unwrap();
        let (seq, hash, next_op) = (change.seq, change.hash, change.start_op + change.ops);
        run = Run { seq, hash, chain: run.chain.then(&hash), next_op };
        closed.changes.push(ClosedChange { kind: DocKind::Sheet, change, noted_ms: 7, log_seq: 812, mine: false });
    }
    let Segment { actor, signature, .. } = segment;
    closed.runs.push(ClosedRun { kind: DocKind::Sheet, actor, run, signature, tail: Vec::new() });
    let golden = bytes("pack", || body::encode(&closed).unwrap());
    assert_eq!(body::decode(&golden).unwrap(), closed);
}

//! docs/protocol.md says what the code does: field numbers, limits, kinds, codes, and what is signed.

use std::collections::BTreeMap;

use doorstep_schemas::change::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_DEPS, MAX_OTHER_ACTORS, MAX_TIME};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::{CODE_LENGTH, CODE_SECONDS};
use doorstep_schemas::ids::{DeviceId, DocKind};
use doorstep_schemas::segment::{MAX_PIECE_CHANGES, MAX_PIECE_OPS, MAX_PIECE_PLAIN, PIECE_TARGET};
use doorstep_schemas::signature::Chain;
use doorstep_schemas::wire::kind;
use doorstep_schemas::{MAX_EXCHANGE, PROTOCOL, admission, blob, bundle, compare, frame, log, receipt};
use ed25519_dalek::{Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::messages::messages;
use crate::{cbor, examples};

const DOC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");

fn doc() -> String {
    std::fs::read_to_string(DOC).unwrap()
}

/// The cells of a table's rows; none for other lines, heads and rules.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
    let is_rule = cells.iter().all(|cell| cell.chars().all(|c| c == '-'));
    (!is_rule).then_some(cells)
}

/// The table whose head begins with this cell, as first cell → second cell.
fn table<'a>(doc: &'a str, head: &str) -> BTreeMap<&'a str, &'a str> {
    let rows = doc.lines().skip_while(|line| cells(line).is_none_or(|cells| cells[0] != head)).skip(1);
    let rows: BTreeMap<_, _> =
        rows.take_while(|line| line.starts_with('|')).filter_map(cells).map(|cells| (cells[0], cells[1])).collect();
    assert!(!rows.is_empty(), "no table of {head}");
    rows
}

#[test]
fn every_message_is_described_with_its_field_numbers() {
    let doc = doc();
    for message in messages() {
        let title = format!("### {}", message.name);
        let section = doc.lines().skip_while(|line| *line != title).skip(1);
        let rows: Vec<Vec<&str>> = section
            .skip_while(|line| !line.starts_with("| n |"))
            .skip(1)
            .map_while(|l| cells(l).or_else(|| l.starts_with("|-").then(Vec::new)))
            .collect();
        let numbered: Vec<(u64, bool)> =
            rows.iter().filter(|row| !row.is_empty()).map(|row| (row[0].parse().unwrap(), row[3] == "opt")).collect();
        let expected: Vec<(u64, bool)> =
            cbor::fields(&message.bytes).into_iter().map(|field| (field, message.optional.contains(&field))).collect();
        assert_eq!(numbered, expected, "{}", message.name);
    }
}

#[test]
fn every_json_body_and_route_is_named() {
    let doc = doc();
    for word in [
        "EnrolRequest",
        "EnrolAnswer",
        "NewMember",
        "MemberRequest",
        "MemberAnswer",
        "InviteRequest",
        "InviteAnswer",
        "DeviceStatusRequest",
        "MissingRequest",
        "MissingAnswer",
        "ErrorAnswer",
        "Announcement",
        blob::OFFSET,
        blob::LENGTH,
        blob::RESUMABLE,
        blob::METADATA,
        blob::CHECKSUM,
        blob::EXPIRES,
        blob::BODY_TYPE,
    ] {
        assert!(doc.contains(word), "{word}");
    }
    assert!(doc.starts_with(&format!("# Protocol {PROTOCOL}\n")));
}

#[test]
fn the_limits_are_those_of_the_code() {
    let doc = doc();
    let limits = [
        ("MAX_EXCHANGE", MAX_EXCHANGE as u64),
        ("MAX_FRAME", frame::MAX_FRAME as u64),
        ("MAX_PIECE_PLAIN", MAX_PIECE_PLAIN as u64),
        ("MAX_PIECE_CHANGES", MAX_PIECE_CHANGES as u64),
        ("MAX_PIECE_OPS", MAX_PIECE_OPS),
        ("PIECE_TARGET", PIECE_TARGET as u64),
        ("MAX_CHANGE_BYTES", MAX_CHANGE_BYTES as u64),
        ("MAX_CHANGE_OPS", MAX_CHANGE_OPS),
        ("MAX_DEPS", MAX_DEPS),
        ("MAX_OTHER_ACTORS", MAX_OTHER_ACTORS),
        ("MAX_TIME", MAX_TIME),
        ("MAX_DOC_OPS", admission::MAX_DOC_OPS),
        ("MAX_BLOB", blob::MAX_BLOB),
        ("MOST_ASKED", blob::MOST_ASKED as u64),
        ("MAX_COMPARE", compare::MAX_COMPARE as u64),
        ("MOST_NODES", compare::MOST_NODES as u64),
        ("MOST_SUBJECTS", compare::MOST_SUBJECTS as u64),
        ("MOST_WANTED", compare::MOST_WANTED as u64),
        ("LEAF", compare::LEAF as u64),
        ("MAX_RECEIPTS", receipt::MAX_RECEIPTS as u64),
        ("MOST_RUNS", receipt::MOST_RUNS as u64),
        ("MOST_BLOBS", receipt::MOST_BLOBS as u64),
        ("MOST_PIECES", receipt::MOST_PIECES as u64),
        ("MAX_CONTENT", bundle::MAX_CONTENT as u64),
        ("MAX_SLOTS", bundle::MAX_SLOTS as u64),
        ("CODE_LENGTH", CODE_LENGTH as u64),
        ("CODE_SECONDS", CODE_SECONDS),
    ];
    let described: BTreeMap<&str, u64> =
        table(&doc, "constant").into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
    assert_eq!(described, limits.into());
}

#[test]
fn the_kinds_are_those_of_the_code() {
    let doc = doc();
    let numbers = |head| -> BTreeMap<String, u8> {
        table(&doc, head).into_iter().map(|(name, number)| (name.to_owned(), number.parse().unwrap())).collect()
    };
    let documents = DocKind::ALL.map(|kind| (kind.name().to_owned(), kind as u8));
    assert_eq!(numbers("doc kind"), documents.into());
    let entries = [
        ("SEGMENT", kind::SEGMENT),
        ("GRANT", kind::GRANT),
        ("ROLE", kind::ROLE),
        ("DEVICE", kind::DEVICE),
        ("CARD", kind::CARD),
        ("FEEDBACK", kind::FEEDBACK),
        ("NOTICE", kind::NOTICE),
        ("ADMIT", kind::ADMIT),
        ("ERASED", kind::ERASED),
        ("PARCEL", kind::PARCEL),
        ("PACK", kind::PACK),
    ];
    assert_eq!(numbers("entry kind"), entries.map(|(name, number)| (name.to_owned(), number)).into());
}

/// The codes that stand before those of reaching the relay are the relay's, and two more that grants and owners can meet.
#[test]
fn every_code_that_a_relay_can_send_is_described() {
    let doc = doc();
    let described = table(&doc, "code");
    for word in described.keys() {
        assert!(ErrorCode::from_wire(word).is_some(), "{word} is no code");
    }
    let sent = ErrorCode::ALL.iter().filter(|code| **code <= ErrorCode::DiskFull);
    for code in sent.chain(&[ErrorCode::MemberUnknown, ErrorCode::LastOwner]) {
        assert!(described.contains_key(code.wire()), "{} is not described", code.wire());
    }
}

#[test]
fn a_signature_covers_the_bytes_that_are_described() {
    let changes = examples::changes();
    let segment = examples::segment(&changes, 0, Vec::new()).segment.unwrap();
    let (author, actor) = examples::technician();
    let (doc, beacon) = (examples::sheet().to_bytes(), segment.signature.beacon.unwrap());
    let chain = changes.iter().fold([0u8; 32], |chain, change| {
        // A change's hash is over everything behind its magic and checksum.
        let hash = Sha256::digest(&change[8..]);
        Sha256::new().chain_update(chain).chain_update(hash).finalize().into()
    });
    let signed = [
        b"doorstep signature 1\0".as_slice(),
        &examples::outlet().to_bytes(),
        &[doc.len() as u8],
        &doc,
        &actor.0,
        &4u64.to_be_bytes(),
        &chain,
        &beacon.time_ms.to_be_bytes(),
        &beacon.seq.to_be_bytes(),
        &beacon.tag,
    ]
    .concat();
    let verifies = |key: &[u8; 32], message: &[u8], bytes: &[u8; 64]| {
        let signature = ed25519_dalek::Signature::from_bytes(bytes);
        VerifyingKey::from_bytes(key).unwrap().verify(message, &signature).is_ok()
    };
    assert!(verifies(&author.0, &signed, &segment.signature.bytes));
    assert_eq!(Chain::default().0, [0; 32]);

    let beacon = examples::beacon();
    let signed = [
        b"doorstep beacon 1\0".as_slice(),
        &examples::outlet().to_bytes(),
        &examples::EPOCH,
        &beacon.time_ms.to_be_bytes(),
        &beacon.seq.to_be_bytes(),
        &beacon.hash,
    ]
    .concat();
    assert!(verifies(&examples::relay().0, &signed, &beacon.bytes));
    assert_eq!(beacon.reference().tag, Sha256::digest(beacon.bytes)[..8]);

    let farewell = examples::farewell();
    let member_device = examples::technician().1.device();
    let signed = [
        b"doorstep farewell 1\0".as_slice(),
        &examples::outlet().to_bytes(),
        &member_device.0,
        &[1],
        &farewell.at_ms.to_be_bytes(),
    ]
    .concat();
    assert!(verifies(&examples::relay().0, &signed, &farewell.bytes));

    let device = Sha256::new().chain_update(b"doorstep device\0").chain_update(author.0).finalize();
    assert_eq!(DeviceId::of_key(&author).0, device[..8]);
}

#[test]
fn the_running_hash_covers_the_bytes_that_are_described() {
    let sheet = examples::sheet();
    let doc = sheet.to_bytes();
    let body = log::digest(b"a piece at rest");
    let described = [&log::GENESIS[..], &7u64.to_be_bytes(), &[kind::SEGMENT, doc.len() as u8], &doc, &body].concat();
    let hash = log::running_hash(&log::GENESIS, 7, kind::SEGMENT, Some(&sheet), &body);
    assert_eq!(hash[..], Sha256::digest(described)[..]);
    assert_eq!(log::short(&hash), hash[..8]);
}

#[test]
fn digests_of_comparing_cover_the_bytes_that_are_described() {
    let (sheet, (_, actor)) = (examples::sheet(), examples::technician());
    let first = |bytes: &[u8]| u64::from_be_bytes(Sha256::digest(bytes)[..8].try_into().unwrap());
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    let hash = doorstep_schemas::ids::ChangeHash([3; 32]);
    let described = [
        b"doorstep run\0".to_vec(),
        string(&sheet.to_bytes()),
        string(&actor.0),
        string(&7u64.to_be_bytes()),
        string(&hash.0),
    ];
    assert_eq!(compare::of_run(&sheet, actor, 7, &hash), first(&described.concat()));
    let grant = examples::grant().grant.unwrap();
    let parts = [grant.job.to_bytes().to_vec(), grant.member.as_str().as_bytes().to_vec(), vec![2]];
    let described = parts.iter().fold(b"doorstep grant\0".to_vec(), |all, part| [all, string(part)].concat());
    assert_eq!(compare::of_grant(&grant), first(&described));
    let order = compare::subject(&sheet);
    assert_eq!(order.to_bytes()[1..], sheet.to_bytes()[1..]);
    assert_eq!(compare::place(&order), first(&order.to_bytes()) >> 1);
}

//! One example of every message, every field filled: the sample outlet on its day.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjType, ROOT, ScalarValue};
use doorstep_schemas::blob::{MissingAnswer, MissingRequest};
use doorstep_schemas::bundle::{
    self, BlobPart, BundleFrame, BundleHead, BundleItem, BundleKey, CarriedPiece, End, Label, Slot,
};
use doorstep_schemas::change::Change;
use doorstep_schemas::claim_pack::SignedRun;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::compare::{self, CompareDown, CompareUp, DocumentHeld, Node, NodeHeld, RunEnd, RunWanted, Tally};
use doorstep_schemas::enrol::{
    DeviceStatus, DeviceStatusRequest, EnrolAnswer, EnrolRequest, ErrorAnswer, InviteAnswer, InviteRequest,
    MemberAnswer, MemberRequest, MemberStatus, NewMember, RoleName,
};
use doorstep_schemas::ids::{Actor, BlobHash, DocId, JobId, OutletId, PublicKey, ShortId};
use doorstep_schemas::live::Announcement;
use doorstep_schemas::receipt::{
    BlobReceipt, PieceReceipt, Receipt, ReceiptsDown, ReceiptsUp, RunAsked, RunReceipt, Statement,
};
use doorstep_schemas::segment::CODEC_RAW;
use doorstep_schemas::signature::{Beacon, BeaconRef, Chain, Claim, Farewell, identity};
use doorstep_schemas::wire::{
    Access, Admit, Cursor, Decided, Device, DeviceHeld, DownHeader, Entry, Erased, Grant, Held, InboxItem, Outcome,
    Pack, PackedGrant, PacksFrom, Piece, PieceResult, Role, RoleKind, RunHeld, RunName, Segment, Status, Trailer,
    UpHeader, kind,
};
use ed25519_dalek::SigningKey;

pub const EPOCH: [u8; 8] = [0xe0, 1, 2, 3, 4, 5, 6, 7];
const NOW: i64 = 1_795_230_000_000;

pub fn outlet() -> OutletId {
    OutletId::mint(1_795_000_000_000, [1; 10])
}

fn job() -> JobId {
    JobId::mint(1_795_220_000_000, [2; 10])
}

pub fn sheet() -> DocId {
    DocId::Sheet(job())
}

fn member() -> ShortId {
    ShortId::mint([1, 2, 3, 4, 5])
}

fn technician_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn relay_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

pub fn technician() -> (PublicKey, Actor) {
    let (public, device) = identity(&technician_key());
    (public, Actor::new(device, [1, 2, 3, 4, 5, 6, 7, 8]))
}

pub fn relay() -> PublicKey {
    identity(&relay_key()).0
}

pub fn beacon() -> Beacon {
    Beacon::sign(outlet(), EPOCH, NOW, 812, [7; 8], &relay_key())
}

/// A few edits of a sheet, the same bytes whenever they are made.
pub fn changes() -> Vec<Vec<u8>> {
    let (_, actor) = technician();
    let mut doc = AutoCommit::new().with_actor(ActorId::from(actor.0));
    for n in 0..4i64 {
        let reading = doc.put_object(ROOT, format!("7K2M9QX{n}"), ObjType::Map).unwrap();
        doc.put(&reading, "code", "earth_resistance").unwrap();
        doc.put(&reading, "val", 12_600 + n).unwrap();
        doc.put(&reading, "instr", "钳形接地电阻测试仪").unwrap();
        doc.put(&reading, "set", vec![0xab; 32]).unwrap();
        doc.put(&reading, "at", ScalarValue::Timestamp(NOW + n * 30_000)).unwrap();
        let options = CommitOptions::default().with_message("record_reading").with_time((NOW + n * 30_000) / 1000);
        doc.commit_with(options);
    }
    doc.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect()
}

/// A piece with the first three of these changes in a body that was made earlier, signed to the fourth.
pub fn segment(changes: &[Vec<u8>], codec: u8, body: Vec<u8>) -> Piece {
    let (_, actor) = technician();
    let hashes: Vec<_> = changes.iter().map(|bytes| Change::parse(bytes).unwrap().hash).collect();
    let chain = hashes.iter().fold(Chain::default(), |chain, hash| chain.then(hash));
    let doc = sheet();
    let beacon: BeaconRef = beacon().reference();
    let claim = Claim { outlet: outlet(), doc: &doc, actor, seq: hashes.len() as u64, chain, beacon: Some(beacon) };
    let signature = claim.sign(&technician_key());
    let tail = hashes[3..].iter().flat_map(|hash| hash.0).collect();
    let segment = Segment { actor, from_seq: 1, codec, body, signature, tail };
    Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(segment), ..Piece::default() }
}

fn cursor(part: u64) -> Cursor {
    Cursor { epoch: EPOCH, seq: 812, hash: [7; 8], part }
}

fn held() -> Held {
    Held { changes: 12, photos: 3, photo_bytes: 612_345 }
}

pub fn up_header() -> UpHeader {
    let (_, actor) = technician();
    UpHeader {
        sample: None,
        protocol: 1,
        cursor: Some(cursor(2)),
        actor: Some(actor),
        held: held(),
        ask: vec![RunName { doc: sheet(), actor }],
        budget: Some(262_144),
        addresses: None,
        inbox: None,
        compares: None,
        packs: None,
        packs_from: None,
        decided: None,
        strayed: None,
    }
}

/// With what came later.
pub fn up_header_knowing_addresses() -> UpHeader {
    UpHeader { addresses: Some(3_405_691_582), ..up_header() }
}

/// Of a device that reads jobs in one piece, and was given some.
pub fn up_header_of_packs() -> UpHeader {
    UpHeader { packs: Some(1), packs_from: down_header_of_packs().packs_from, ..up_header() }
}

pub fn down_header_of_packs() -> DownHeader {
    DownHeader { packs_from: Some(PacksFrom { turn: [6; 8], seq: 12 }), ..down_header() }
}

pub fn pack() -> Piece {
    let grants = vec![PackedGrant { seq: 811, member: member(), access: Access::Write }];
    let pack = Pack { body: vec![1, 2, 3], grants };
    Piece { kind: kind::PACK, doc: Some(DocId::Order(job())), pack: Some(pack), ..Piece::default() }
}

/// What waits at the owner's.
pub fn inbox_item() -> InboxItem {
    let (_, actor) = technician();
    let (doc, at_ms, piece) = (sheet(), NOW, Some(grant()));
    InboxItem { mark: 7, doc, actor, from_seq: 41, to_seq: 44, member: member(), at_ms, state: 2, piece }
}

pub fn admit() -> Piece {
    let admit = Admit { doc: sheet(), actor: technician().1, to_seq: 44, declined: true, reason: None };
    Piece { kind: kind::ADMIT, admit: Some(admit), ..Piece::default() }
}

/// With what came later.
pub fn admit_with_reason() -> Piece {
    let mut piece = admit();
    piece.admit.as_mut().unwrap().reason = Some("照片不清楚，请重拍".into());
    piece
}

/// What became of own work.
pub fn decided() -> Decided {
    let reason = Some("照片不清楚，请重拍".into());
    Decided { mark: 9, doc: sheet(), actor: technician().1, from_seq: 41, to_seq: 44, state: 2, reason }
}

pub fn erased() -> Piece {
    Piece { kind: kind::ERASED, erased: Some(Erased { job: job() }), ..Piece::default() }
}

/// By the example relay's key.
pub fn farewell() -> Farewell {
    Farewell::sign(outlet(), technician().1.device(), Status::Left as u8, NOW, &relay_key())
}

/// With the inbox.
pub fn down_header_of_the_inbox() -> DownHeader {
    let mut down = down_header_of_addresses();
    down.results[3].inbox = Some(7);
    DownHeader { inbox: Some(vec![inbox_item()]), inbox_seen: Some(6), farewell: Some(farewell()), ..down }
}

/// With what came later.
pub fn down_header_of_addresses() -> DownHeader {
    let addresses = vec!["https://relay.zhechuan.example".to_owned(), "https://203.0.113.7:8470".to_owned()];
    DownHeader { addresses: Some(addresses), pending: device().device.map(|device| vec![device]), ..down_header() }
}

pub fn receipts_up() -> ReceiptsUp {
    let run = RunAsked { doc: sheet(), actor: technician().1, up_to: 4, after: 1 };
    ReceiptsUp { protocol: 1, job: job(), runs: vec![run], blobs: vec![BlobHash([9; 32])] }
}

pub fn statement() -> Statement {
    let signature = segment(&changes(), CODEC_RAW, Vec::new()).segment.unwrap().signature;
    let piece = PieceReceipt { to_seq: 3, chain: [8; 32], log_seq: 700, at_ms: NOW, signature, beacon: Some(beacon()) };
    Statement {
        outlet: outlet(),
        epoch: EPOCH,
        job: job(),
        at_ms: NOW,
        head: 812,
        held: compare_down().documents,
        runs: vec![RunReceipt { doc: sheet(), actor: technician().1, pieces: vec![piece] }],
        blobs: vec![BlobReceipt { hash: BlobHash([9; 32]), size: 204_800, at_ms: NOW }],
        devices: device().device.into_iter().collect(),
        roles: role().role.into_iter().collect(),
    }
}

/// By the example relay's key.
pub fn receipts_down() -> ReceiptsDown {
    ReceiptsDown { protocol: 1, receipt: Receipt::sign(&statement(), &relay_key()), told: 1 }
}

pub fn signed_run() -> SignedRun {
    let signature = segment(&changes(), CODEC_RAW, Vec::new()).segment.unwrap().signature;
    let (key, actor) = (identity(&technician_key()).0, technician().1);
    SignedRun { doc: sheet(), actor, signature, tail: vec![5; 32], key }
}

pub fn compare_up() -> CompareUp {
    CompareUp {
        protocol: 1,
        nodes: vec![Node::ROOT, Node(0x1ab)],
        subjects: vec![compare::subject(&sheet())],
        team: true,
        wanted: vec![RunWanted { doc: sheet(), actor: technician().1, after: 12 }],
        budget: Some(262_144),
        sample: Some(1),
    }
}

pub fn compare_down() -> CompareDown {
    let run = RunEnd { actor: technician().1, seq: 40, hash: [6; 16], log_seq: 700 };
    let (subject, digest) = (compare::subject(&sheet()), 0x0123_4567_89ab_cdef);
    CompareDown {
        protocol: 1,
        epoch: EPOCH,
        beacon: beacon(),
        nodes: vec![NodeHeld { node: Node(0x1ab), parts: vec![5; 128], subjects: vec![Tally { subject, digest }] }],
        team: Some(77),
        answered: 1,
        documents: vec![DocumentHeld { doc: sheet(), runs: vec![run] }],
        grants: grant().grant.into_iter().collect(),
        roles: role().role.into_iter().collect(),
        devices: device().device.into_iter().collect(),
        erased: vec![job()],
        told: 1,
    }
}

pub fn grant() -> Piece {
    let grant = Grant { job: job(), member: member(), access: Access::Write };
    Piece { kind: kind::GRANT, doc: Some(sheet()), grant: Some(grant), ..Piece::default() }
}

pub fn role() -> Piece {
    let roles = vec![RoleKind::Technician, RoleKind::Installer, RoleKind::Repairer, RoleKind::Owner];
    let role = Role { member: member(), name: "冉小军".into(), roles, status: Status::Left };
    Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() }
}

pub fn device() -> Piece {
    let (key, actor) = technician();
    let device =
        Device { device: actor.device(), member: member(), key, name: "小军的手机".into(), status: Status::Lost };
    Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() }
}

pub fn down_header() -> DownHeader {
    let (_, actor) = technician();
    let results = vec![
        PieceResult { outcome: Outcome::Accepted, log_seq: Some(811), want_from: None, code: None, inbox: None },
        PieceResult { outcome: Outcome::Known, log_seq: Some(700), want_from: None, code: None, inbox: None },
        PieceResult { outcome: Outcome::Gap, log_seq: None, want_from: Some(41), code: None, inbox: None },
        PieceResult {
            outcome: Outcome::Refused,
            log_seq: None,
            want_from: None,
            code: Some(ErrorCode::SignatureInvalid.wire().into()),
            inbox: None,
        },
    ];
    DownHeader {
        sample: None,
        protocol: 1,
        epoch: EPOCH,
        beacon: beacon(),
        results,
        owner_seq: 790,
        backed_up_to: 600,
        runs: vec![RunHeld { doc: sheet(), actor, seq: 40, log_seq: 700 }],
        restarted: true,
        devices: vec![DeviceHeld { device: actor.device(), seen_ms: NOW, held: held() }],
        addresses: None,
        pending: None,
        inbox: None,
        inbox_seen: None,
        farewell: None,
        compares: None,
        packs_from: None,
        decided: None,
    }
}

pub fn entry() -> Entry {
    Entry { seq: 812, hash: [7; 8], part: 3, at_ms: NOW, piece: grant() }
}

pub fn trailer() -> Trailer {
    Trailer { cursor: cursor(3), more: true }
}

pub fn enrol_request() -> EnrolRequest {
    EnrolRequest { code: "7K2M9QXA".into(), key: technician().0, device_name: "小军的手机".into() }
}

pub fn enrol_answer() -> EnrolAnswer {
    EnrolAnswer {
        outlet: outlet(),
        outlet_name: "柘川县城关网点".into(),
        member: member(),
        member_name: "冉小军".into(),
        roles: vec![RoleName::Technician, RoleName::Installer],
        device: technician().1.device(),
        token: "not a real token".into(),
        relay_key: relay(),
        pending: false,
    }
}

pub fn new_member() -> NewMember {
    NewMember { name: "田勇".into(), roles: vec![RoleName::Technician] }
}

pub fn member_request() -> MemberRequest {
    MemberRequest { roles: Some(vec![RoleName::Repairer]), status: Some(MemberStatus::Left) }
}

pub fn member_answer() -> MemberAnswer {
    MemberAnswer { member: member() }
}

pub fn invite_request() -> InviteRequest {
    InviteRequest { member: member() }
}

pub fn invite_answer() -> InviteAnswer {
    InviteAnswer { code: "7K2M9QXA".into(), expires_ms: NOW + 600_000 }
}

pub fn missing_request() -> MissingRequest {
    MissingRequest { hashes: vec![BlobHash([8; 32]), BlobHash([9; 32])] }
}

pub fn missing_answer() -> MissingAnswer {
    MissingAnswer { missing: vec![BlobHash([9; 32])] }
}

pub fn device_status_request() -> DeviceStatusRequest {
    DeviceStatusRequest { status: DeviceStatus::Lost }
}

pub fn error_answer() -> ErrorAnswer {
    ErrorAnswer { code: ErrorCode::CodeWrong.wire().into(), detail: "no invite has this code".into(), farewell: None }
}

pub fn announcement() -> Announcement {
    Announcement { seq: 812, owner_seq: 790, beside: 3 }
}

pub fn bundle_head() -> BundleHead {
    let slot = Slot { tag: [1, 2, 3, 4], encapsulated: [5; 32], sealed: [6; 48] };
    let (salt, keys) = ([7; 16], vec![BundleKey { slots: vec![slot] }]);
    BundleHead { version: bundle::VERSION, outlet: bundle::outlet_tag(outlet()), salt, keys }
}

pub fn bundle_frame() -> BundleFrame {
    BundleFrame { key: 1, sealed: vec![9; 40] }
}

/// An item has one field only; here all of them, to see each.
pub fn bundle_item() -> BundleItem {
    let label = Label {
        outlet: outlet(),
        device: technician().1.device(),
        made_ms: NOW,
        what: bundle::what::PERIOD,
        from_ms: Some(NOW - 86_400_000),
        to_ms: Some(NOW),
        jobs: 3,
        changes: 120,
        photos: 9,
        photo_bytes: 1_234_567,
    };
    let blob = BlobPart { hash: BlobHash([8; 32]), doc: sheet(), length: 5, offset: 2, bytes: vec![1, 2, 3] };
    BundleItem {
        label: Some(label),
        piece: Some(CarriedPiece { piece: grant(), at_ms: NOW, log_seq: Some(811) }),
        blob: Some(blob),
        end: Some(End { frames: 12, digest: [4; 32] }),
    }
}

//! What the fuzzers begin with: a good example of each shape, and the forgeries and bombs that are known. The files in
//! `fuzz/corpus` are these bytes; `DOORSTEP_WRITE_CORPUS=1` writes them anew.

use std::path::PathBuf;

use doorstep_schemas::admission::Run;
use doorstep_schemas::bundle::{BundleItem, Label, what};
use doorstep_schemas::closed::{self, body, volume};
use doorstep_schemas::frame;
use doorstep_schemas::ids::{DocKind, ShortId};
use doorstep_schemas::segment::{CODEC_RAW, CODEC_STRIPPED, MAX_PIECE_PLAIN};
use doorstep_schemas::signature::Signature;
use doorstep_schemas::terse::{Item, NEWEST, Teller};
use doorstep_schemas::wire::{
    Access, Admit, Cursor, Device, DownHeader, Entry, Erased, Grant, Held, Outcome, Pack, PackedGrant, Piece,
    PieceResult, RoleKind, RunName, Segment, Status, Trailer, UpHeader, kind,
};

use crate::cast::{Made, chain, device, edits, forge, outlet, piece, sheet, sign};
use crate::forgeries::{put_prefixed, raw_piece};
use crate::hostile::{claiming, leb, stored};

type Seed = (&'static str, &'static str, Vec<u8>);

fn framed<T: minicbor::Encode<()>>(items: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    items.iter().for_each(|item| frame::put(&mut out, item));
    out
}

fn row(changes: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    changes.iter().for_each(|change| put_prefixed(&mut out, change));
    out
}

/// Two parts as the harnesses take them: the first one's length in two bytes before it.
fn parted(first: &[u8], rest: &[u8]) -> Vec<u8> {
    [&u16::try_from(first.len()).unwrap().to_le_bytes(), first, rest].concat()
}

fn admission_seeds() -> Vec<Seed> {
    let author = device(1);
    let run = edits(&author, 6);
    let raw = |run: &[Made]| raw_piece(&author, 0, run, run);
    let far = |run: &mut [Made]| {
        run[1] = forge(&run[1].bytes, |change| change.start_op = u64::from(u32::MAX) - 1);
        raw(&run[..2])
    };
    let unlinked = |run: &mut [Made]| {
        run[1] = forge(&run[1].bytes, |change| change.deps = Vec::new());
        raw(&run[..2])
    };
    let used = |run: &mut [Made]| {
        run[2] = forge(&run[2].bytes, |change| change.start_op = 2);
        raw(&run[..3])
    };
    let other = |run: &mut [Made]| {
        run[1] = forge(&run[1].bytes, |change| change.message = b"edited later");
        Segment { from_seq: 2, ..raw_piece(&author, 0, &run[..2], &run[1..2]) }
    };
    vec![
        ("admission", "honest", framed(&[piece(&author, &run, 0, 3, 6), piece(&author, &run, 2, 6, 6)])),
        ("admission", "start-op-near-the-end", framed(&[far(&mut run.clone())])),
        ("admission", "not-linked", framed(&[unlinked(&mut run.clone())])),
        ("admission", "start-op-used", framed(&[used(&mut run.clone())])),
        ("admission", "forked", framed(&[raw(&run[..3]), other(&mut run.clone())])),
        ("admission", "gap", framed(&[raw(&run[..2]), piece(&author, &run, 4, 6, 6)])),
        ("admission", "skipped", framed(&[raw_piece(&author, 0, &run, &[run[0].clone(), run[2].clone()])])),
    ]
}

fn segment_seeds() -> Vec<Seed> {
    let author = device(1);
    let run = edits(&author, 8);
    let honest = piece(&author, &run, 0, 8, 8).body;
    let op_bomb = row(&[claiming(1_000_000)]);
    let together = row(&vec![claiming(10_000); 7]);
    let mut inflates = leb(MAX_PIECE_PLAIN as u64);
    let packed = zstd::bulk::compress(&vec![0; MAX_PIECE_PLAIN], 19).unwrap();
    put_prefixed(&mut inflates, &packed[4..]);
    inflates.extend_from_slice(&[0, 0]);
    let many = stored(&leb(4_096), &[]);
    let all: Vec<Vec<u8>> = run.iter().map(|made| made.bytes.clone()).collect();
    vec![
        ("segment", "stripped", [&[CODEC_STRIPPED], honest.as_slice()].concat()),
        ("segment", "raw", [&[CODEC_RAW | 0x80], row(&all).as_slice()].concat()),
        ("segment", "op-count-bomb", [&[CODEC_RAW | 0x80], op_bomb.as_slice()].concat()),
        ("segment", "op-count-bombs", [&[CODEC_RAW | 0x80], together.as_slice()].concat()),
        ("segment", "inflate-bomb", [&[CODEC_STRIPPED], inflates.as_slice()].concat()),
        ("segment", "many-changes", [&[CODEC_STRIPPED], many.as_slice()].concat()),
    ]
}

fn exchange_seeds() -> Vec<Seed> {
    let author = device(1);
    let run = edits(&author, 3);
    let segment = piece(&author, &run, 0, 3, 3);
    let sent = Piece { kind: kind::SEGMENT, doc: Some(sheet()), segment: Some(segment), ..Piece::default() };
    let cursor = Cursor { epoch: [1; 8], seq: 9, hash: [2; 8], part: 1 };
    let up = UpHeader {
        protocol: 1,
        cursor: Some(cursor),
        actor: Some(author.actor),
        held: Held { changes: 1, photos: 2, photo_bytes: 3 },
        ask: vec![RunName { doc: sheet(), actor: author.actor }],
        budget: Some(1),
        sample: Some(NEWEST),
        addresses: None,
        strayed: None,
        compares: None,
        packs: None,
        packs_from: None,
        decided: None,
        inbox: None,
    };
    let member = ShortId::mint([2; 5]);
    let grant = Grant { job: sheet().job().unwrap(), member, access: Access::Write };
    let given = Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() };
    let key = author.public;
    let named = Device { device: author.actor.device(), member, key, name: "手机".into(), status: Status::Active };
    let told = Piece { kind: kind::DEVICE, device: Some(named), ..Piece::default() };
    let outcome = PieceResult { outcome: Outcome::Gap, log_seq: None, want_from: Some(4), code: None, inbox: None };
    let beacon = doorstep_schemas::signature::Beacon::sign(outlet(), [1; 8], 5, 9, [2; 8], &author.key);
    let down = DownHeader {
        protocol: 1,
        epoch: [1; 8],
        beacon,
        results: vec![outcome],
        owner_seq: 7,
        backed_up_to: 0,
        runs: Vec::new(),
        restarted: false,
        devices: Vec::new(),
        sample: Some(NEWEST),
        addresses: None,
        compares: None,
        packs_from: None,
        decided: None,
        pending: None,
        inbox: None,
        inbox_seen: None,
        farewell: None,
    };
    let entry = Entry { seq: 9, hash: [2; 8], part: 0, at_ms: 5, piece: told.clone() };
    let grants = vec![PackedGrant { seq: 8, member, access: Access::Write }];
    let pack = Pack { body: vec![1, 3, 1, 2, 3, 4], grants };
    let whole = Piece { kind: kind::PACK, doc: Some(sheet()), pack: Some(pack), ..Piece::default() };
    let packed = framed(std::slice::from_ref(&down));
    let whole = [packed, framed(&[Entry { seq: 9, hash: [2; 8], part: 0, at_ms: 5, piece: whole }])].concat();
    let answer = [framed(&[down]), framed(&[entry]), framed(&[Trailer { cursor, more: true }])].concat();
    let role =
        doorstep_schemas::wire::Role { member, name: "李".into(), roles: vec![RoleKind::Owner], status: Status::Left };
    let role = Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() };
    let from_start = UpHeader { cursor: None, budget: None, ..up.clone() };
    let asks = |mode: u8, pieces: &[Piece]| {
        [&[16, mode], framed(std::slice::from_ref(&from_start)).as_slice(), &framed(pieces)].concat()
    };
    let taken = Admit { doc: sheet(), actor: author.actor, to_seq: 3, declined: true, reason: Some("重拍".into()) };
    let admit = Piece { kind: kind::ADMIT, admit: Some(taken), ..Piece::default() };
    let erased = Erased { job: sheet().job().unwrap() };
    let erased = Piece { kind: kind::ERASED, erased: Some(erased), ..Piece::default() };
    vec![
        ("intake", "technician", asks(1, &[sent.clone(), sent.clone(), given.clone(), told.clone()])),
        ("intake", "signed-anew", asks(0x81, std::slice::from_ref(&sent))),
        ("intake", "colleague-carries", asks(2, std::slice::from_ref(&sent))),
        ("intake", "left", asks(3, &[sent.clone(), given.clone()])),
        ("intake", "owner", asks(0, &[sent.clone(), given.clone(), admit, erased, sent.clone()])),
        ("exchange", "up", [&[255], framed(&[up]).as_slice(), &framed(&[sent, given, told, role])].concat()),
        ("exchange", "down", [&[5], answer.as_slice()].concat()),
        ("exchange", "pack", [&[5], whole.as_slice()].concat()),
        ("exchange", "longest-frame", [vec![9], leb(u64::MAX), vec![0; 40]].concat()),
    ]
}

fn other_seeds() -> Vec<Seed> {
    let author = device(1);
    let run = edits(&author, 5);
    let signed = sign(&author, &run, 5, None);
    let item = |from: usize, to: usize| {
        let segment = piece(&author, &run, from, to, to);
        Item { seq: 0, at_ms: 0, doc: sheet(), segment }
    };
    let mut teller = Teller::new(NEWEST).unwrap();
    let [first, second] = [(0, 2), (2, 5)].map(|(from, to)| teller.fold(&[item(from, to)]).unwrap());
    let label = Label {
        outlet: outlet(),
        device: author.actor.device(),
        made_ms: 1,
        what: what::ALL,
        from_ms: None,
        to_ms: Some(2),
        jobs: 3,
        changes: 4,
        photos: 0,
        photo_bytes: 0,
    };
    let bundle = framed(&[BundleItem { label: Some(label), ..BundleItem::default() }]);
    let mut packed = closed::Closed::default();
    let mut reached = Run::default();
    for made in &run {
        let change = doorstep_schemas::segment::Unpacked::read(made.bytes.clone()).unwrap();
        let next_op = change.start_op + change.ops;
        reached = Run { seq: change.seq, hash: change.hash, chain: reached.chain.then(&change.hash), next_op };
        packed.changes.push(closed::ClosedChange { kind: DocKind::Sheet, change, noted_ms: 1, log_seq: 2, mine: true });
    }
    assert_eq!(reached.chain, chain(&run));
    let signature = Signature { seq: 5, ..signed.clone() };
    let of = closed::ClosedRun { kind: DocKind::Sheet, actor: author.actor, run: reached, signature, tail: Vec::new() };
    packed.runs.push(of);
    let (main, content) = closed::pack(&packed).unwrap();
    let parts = volume::Parts { job: sheet().job().unwrap(), main: main.clone(), content: content.clone() };
    let link = format!("doorstep:enrol?relay=https://shop.example&code=7K2M9QXA&key={}", author.public);
    let request = format!(r#"{{"code":"7K2M9QXA","key":"{}","device_name":"手机"}}"#, author.public);
    let key = author.public.0;
    vec![
        ("signature", "signed", minicbor::to_vec(&signed).unwrap()),
        ("signature", "keyed", [key.as_slice(), &signed.bytes, &sheet().to_bytes()].concat()),
        ("signature", "weak-key", [&[1], [0; 31].as_slice(), &[1], &[0; 63]].concat()),
        ("enrolment", "link", link.into_bytes()),
        ("enrolment", "request", request.into_bytes()),
        ("parcel", "two", [parted(&first, &[]), parted(&second, &[])].concat()),
        ("parcel", "forgotten", parted(&second, &[])),
        ("bundle", "label", bundle),
        ("closed", "job", parted(&main, &content)),
        ("closed", "body", body::encode(&packed).unwrap()),
        ("closed", "volume", volume::bind(&[parts], <[u8]>::to_vec)),
    ]
}

#[test]
fn the_fuzzers_begin_with_every_known_forgery() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let writes = std::env::var_os("DOORSTEP_WRITE_CORPUS").is_some();
    let mut named = 0;
    for (target, name, bytes) in [admission_seeds(), segment_seeds(), exchange_seeds(), other_seeds()].concat() {
        let file = folder.join(target).join(name);
        if writes {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &bytes).unwrap();
        }
        assert!(std::fs::read(&file).unwrap() == bytes, "{target}/{name} is stale: DOORSTEP_WRITE_CORPUS=1");
        named += 1;
    }
    assert!(named > 20);
}

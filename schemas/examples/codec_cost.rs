//! What the codec and admission cost: bytes and time for a day's ten sheets of sixty edits.
//!
//! Run with `cargo run --release -p doorstep-schemas --example codec_cost`. The text differs from sheet to sheet and
//! all names and hashes are incompressible, as they are in the field; nothing here is a target, `bench/` holds those.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjId, ObjType, ROOT, ScalarValue};
use doorstep_schemas::admission::{self, History, Run, Verdict};
use doorstep_schemas::change::Change;
use doorstep_schemas::frame;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, OutletId, PublicKey, ShortId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Chain, Claim, identity};
use doorstep_schemas::wire::{Piece, Segment, kind};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

const SHEETS: u8 = 10;
const EDITS: usize = 60;

/// Incompressible bytes that are the same in every run.
struct Noise(u64);

impl Noise {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0 += 1;
        let digest = Sha256::digest(self.0.to_be_bytes());
        let mut out = [0; N];
        out.copy_from_slice(&digest[..N]);
        out
    }

    fn below(&mut self, most: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % most
    }
}

const READINGS: [(&str, &str); 6] = [
    ("socket_polarity", "插座检测仪"),
    ("earth_resistance", "钳形接地电阻测试仪"),
    ("rcd_button", ""),
    ("supply_voltage", "数字万用表"),
    ("insulation_appliance", "绝缘电阻表 500V"),
    ("outlet_temperature", "测温枪"),
];
const FIELDS: [(&str, &str); 5] = [
    ("model", "DSK-"),
    ("symptom", "打开后漏水,进水口处滴漏"),
    ("fault", "进水接头密封圈老化"),
    ("cause", "水压偏高,密封圈使用年限到"),
    ("action", "更换密封圈,加装减压阀,试机半小时不漏"),
];
const NODES: [&str; 4] = ["departed", "arrived", "card_shown", "finished"];

fn put(doc: &mut AutoCommit, object: &ObjId, key: &str, value: impl Into<ScalarValue>) {
    doc.put(object, key, value).expect("the object was just made");
}

/// One fact: an object under a fresh name, with its scalars, its moment and its author.
fn fact(doc: &mut AutoCommit, container: &ObjId, noise: &mut Noise, now: i64, scalars: Vec<(&str, ScalarValue)>) {
    let id = ShortId::mint(noise.bytes());
    let object = doc.put_object(container, id.as_str(), ObjType::Map).expect("the container is a map");
    scalars.into_iter().for_each(|(key, value)| put(doc, &object, key, value));
    put(doc, &object, "at", ScalarValue::Timestamp(now));
    put(doc, &object, "by", "7K2M9QXA");
}

/// One sheet as a technician fills it: of sixty edits, twenty readings, five nodes, five services, five parts, the
/// rest fields, and photos in place of ten of these if wanted. Returns the birth and the technician's run.
fn sheet(actor: Actor, photos: bool, noise: &mut Noise, limits: [u8; 32]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut birth = AutoCommit::new().with_actor(ActorId::from([9u8; 16]));
    let containers = ["nodes", "readings", "services", "parts", "photos", "fields"]
        .map(|name| birth.put_object(ROOT, name, ObjType::Map).expect("the root is a map"));
    birth.commit_with(CommitOptions::default().with_time(0));
    let [nodes, readings, services, parts, pictures, fields] = containers;
    let mut doc = birth.fork().with_actor(ActorId::from(actor.0));
    let appliance = ShortId::mint(noise.bytes());
    let app = || ("app", ScalarValue::from(appliance.as_str()));
    let mut now = 1_795_226_400_000 + noise.below(20_000_000) as i64;
    for n in 0..EDITS {
        now += 8_000 + noise.below(90_000) as i64;
        let action = match n % 12 {
            0 | 3 | 6 | 9 => {
                let (code, instrument) = READINGS[n / 3 % READINGS.len()];
                let scalars = vec![
                    app(),
                    ("code", code.into()),
                    ("state", "num".into()),
                    ("val", (noise.below(400_000) as i64).into()),
                    ("set", limits.to_vec().into()),
                    ("instr", instrument.into()),
                ];
                fact(&mut doc, &readings, noise, now, scalars);
                "record_reading"
            }
            2 | 8 if photos => {
                let scalars = vec![
                    app(),
                    ("stage", "after".into()),
                    ("photo", noise.bytes::<32>().to_vec().into()),
                    ("thumb", noise.bytes::<32>().to_vec().into()),
                    ("w", 1600i64.into()),
                    ("h", 1200i64.into()),
                    ("len", (180_000 + noise.below(60_000) as i64).into()),
                    ("taken", ScalarValue::Timestamp(now - 1_500)),
                ];
                fact(&mut doc, &pictures, noise, now, scalars);
                "add_photo"
            }
            5 => {
                let part = [
                    app(),
                    ("code", "AQ-MF-63".into()),
                    ("name", "密封圈".into()),
                    ("qty", (1 + noise.below(3) as i64).into()),
                    ("guide", 1_000i64.into()),
                ];
                fact(&mut doc, &parts, noise, now, part.into());
                "use_part"
            }
            7 => {
                let key = format!("svc/{appliance}/clean_up/{}", ShortId::mint(noise.bytes()));
                put(&mut doc, &services, &key, format!("{now}|7K2M9QXA|done"));
                "answer_service"
            }
            11 => {
                fact(&mut doc, &nodes, noise, now, vec![("kind", NODES[n / 15].into())]);
                "tap_node"
            }
            _ => {
                let (field, text) = FIELDS[n % FIELDS.len()];
                let text = format!("{text}{}", noise.below(1_000));
                put(&mut doc, &fields, &format!("{appliance}/{field}"), text);
                "write_field"
            }
        };
        doc.commit_with(CommitOptions::default().with_message(action).with_time(now / 1000));
    }
    let mut changes = doc.get_changes(&[]).into_iter().map(|change| change.raw_bytes().to_vec());
    let birth = changes.next().expect("the birth was committed first");
    (birth, changes.collect())
}

struct Empty {
    birth_ops: u64,
}

impl History for Empty {
    type Error = Infallible;
    fn run(&self) -> Run {
        Run::default()
    }
    fn doc_ops(&self) -> u64 {
        self.birth_ops
    }
    fn hash_at(&self, _: u64) -> Result<Option<ChangeHash>, Infallible> {
        Ok(None)
    }
}

fn signed(outlet: OutletId, doc: DocId, actor: Actor, key: &SigningKey, run: &[Vec<u8>]) -> Piece {
    let changes: Vec<&[u8]> = run.iter().map(Vec::as_slice).collect();
    let (codec, body) = segment::encode(&changes).expect("Automerge's own changes are well-formed");
    let chain = changes.iter().fold(Chain::default(), |chain, bytes| {
        chain.then(&Change::parse(bytes).expect("Automerge's own changes are well-formed").hash)
    });
    let claim = Claim { outlet, doc: &doc, actor, seq: run.len() as u64, chain, beacon: None };
    let signature = claim.sign(key);
    let segment = Segment { actor, from_seq: 1, codec, body, signature, tail: Vec::new() };
    Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(segment), ..Piece::default() }
}

/// Microseconds for one call, the best of several rounds: other work on the machine only ever adds.
fn micros<T>(mut work: impl FnMut() -> T) -> f64 {
    const CALLS: u32 = 40;
    let round = |work: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| drop(black_box(work())));
        start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
    };
    (0..12).map(|_| round(&mut work)).fold(f64::INFINITY, f64::min)
}

fn day(photos: bool) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let (public, device): (PublicKey, _) = identity(&key);
    let actor = Actor::new(device, [1, 2, 3, 4, 5, 6, 7, 8]);
    let outlet = OutletId::mint(1_795_000_000_000, [1; 10]);
    let mut noise = Noise(0);
    let limits = noise.bytes();
    let mut body = Vec::new();
    let (mut plain, mut bodies) = (0, 0);
    let mut last = None;
    for n in 0..SHEETS {
        let (birth, run) = sheet(actor, photos, &mut noise, limits);
        let doc = DocId::Sheet(JobId::mint(1_795_200_000_000 + u64::from(n) * 3_600_000, noise.bytes()));
        let piece = signed(outlet, doc.clone(), actor, &key, &run);
        frame::put(&mut body, &piece);
        plain += run.iter().map(Vec::len).sum::<usize>();
        bodies += piece.segment.as_ref().map_or(0, |segment| segment.body.len());
        last = Some((birth, run, doc, piece));
    }
    let (birth, run, doc, piece) = last.expect("there is a sheet at least");
    let segment = piece.segment.expect("signed() makes segments");
    let edits = usize::from(SHEETS) * EDITS;
    println!("{SHEETS} sheets of {EDITS} edits, photos: {photos}");
    println!("  changes as they are     {plain:>8} bytes  {:>7.1} an edit", plain as f64 / edits as f64);
    println!("  segment bodies          {bodies:>8} bytes  {:>7.1} an edit", bodies as f64 / edits as f64);
    println!("  framed and signed       {:>8} bytes  {:>7.1} an edit", body.len(), body.len() as f64 / edits as f64);

    let changes: Vec<&[u8]> = run.iter().map(Vec::as_slice).collect();
    let birth_ops = Change::parse(&birth).expect("Automerge's own change is well-formed").ops;
    let cost = |name: &str, micros: f64, per: usize| {
        println!("  {name:<22} {micros:>8.1} µs     {:>7.2} µs a change", micros / per as f64);
    };
    cost("encode a sheet", micros(|| segment::encode(&changes)), EDITS);
    cost("decode a sheet", micros(|| segment::decode(segment.codec, &segment.body, actor, 1)), EDITS);
    let history = Empty { birth_ops };
    let judge = || admission::admit(outlet, &doc, &segment, &public, &history);
    assert!(matches!(judge(), Ok(Verdict::Admit { .. })), "an honest sheet passes");
    cost("admit a sheet", micros(judge), EDITS);
    let one = signed(outlet, doc.clone(), actor, &key, &run[..1]).segment.expect("signed() makes segments");
    cost("admit one change", micros(|| admission::admit(outlet, &doc, &one, &public, &history)), 1);
    cost("parse a sheet", micros(|| changes.iter().map(|bytes| Change::parse(bytes)).collect::<Vec<_>>()), EDITS);
}

fn main() {
    day(false);
    day(true);
}

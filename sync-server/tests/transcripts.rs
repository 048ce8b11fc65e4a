//! What protocol 1 says, byte by byte: typical exchanges as they were once recorded, asked again of today's relay.
//!
//! A phone that is not updated for a year sends these very bytes and must be answered in these very bytes. Clock, keys,
//! epoch and names are fixed, so nothing in an answer is left to chance. A line of a transcript is `who hex` for a
//! request, `= status hex` for its answer (of a refusal the code), `clock ms`, `restart`, `pack`, or a `#` with what is
//! going on.
//! `DOORSTEP_WRITE_TRANSCRIPTS=1` records them anew: only for what is added, never because an answer has changed.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorstep_relay::engine::{pack, team};
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::{self, Device, Storage, StorageError};
use doorstep_relay::{Door, State};
use doorstep_schemas::enrol::ErrorAnswer;
use doorstep_schemas::ids::{Actor, DocId, MemberId, OutletId, ShortId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::identity;
use doorstep_schemas::terse::{self, Item, Teller};
use doorstep_schemas::wire::{Access, Cursor, Held, PACKS, Piece, RoleKind, RunName, Status, UpHeader, kind};
use ed25519_dalek::SigningKey;
use reqwest::Client;
use stage::pen::Pen;
use stage::{EIGHT_IN_THE_MORNING, body, grant, job, pace, plain_http, read_down};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const SHOP: OutletId = OutletId(ulid::Ulid(7 << 100));
const PEOPLE: [(&str, &str, RoleKind); 3] = [
    ("wang", "王老板", RoleKind::Owner),
    ("li", "李师傅", RoleKind::Technician),
    ("zhao", "赵师傅", RoleKind::Technician),
];

fn seed(who: &str) -> u8 {
    1 + PEOPLE.iter().position(|(name, _, _)| *name == who).unwrap() as u8
}

fn member(who: &str) -> MemberId {
    ShortId::mint([seed(who); 5])
}

fn key(who: &str) -> SigningKey {
    SigningKey::from_bytes(&[seed(who); 32])
}

fn actor(who: &str) -> Actor {
    Actor::new(identity(&key(who)).1, [seed(who); 8])
}

fn pen(who: &str, doc: DocId) -> Pen {
    Pen::new(SHOP, doc, key(who), actor(who))
}

fn up(who: &str, cursor: Option<Cursor>) -> UpHeader {
    UpHeader {
        protocol: 1,
        cursor,
        actor: Some(actor(who)),
        held: Held::default(),
        ask: Vec::new(),
        budget: None,
        sample: None,
        addresses: None,
        strayed: None,
        compares: None,
        packs: None,
        packs_from: None,
        decided: None,
        inbox: None,
    }
}

/// A relay in which nothing is left to chance, and what is said to it.
struct Told {
    storage: Arc<Memory>,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    http: Client,
    address: SocketAddr,
    serving: JoinHandle<()>,
    /// What was said so far.
    text: String,
}

impl Told {
    async fn begin() -> Self {
        let storage = Arc::new(Memory::new());
        storage.identity([11; 32]).unwrap();
        storage.blob_key([12; 32]).unwrap();
        let clock = Arc::new(AtomicI64::new(EIGHT_IN_THE_MORNING));
        let folder = tempfile::tempdir().unwrap();
        let (address, serving) = serve(&storage, &clock, &folder).await;
        let told = Self { storage, clock, folder, http: plain_http(), address, serving, text: String::new() };
        told.found();
        told
    }

    fn found(&self) {
        let founded = storage::write(&*self.storage, |ledger| {
            team::found_outlet(ledger, SHOP, "城关网点".into(), [9; 8], EIGHT_IN_THE_MORNING)?;
            for (who, name, role) in PEOPLE {
                let name = name.to_owned();
                team::put_member(ledger, SHOP, member(who), name, vec![role], Status::Active, EIGHT_IN_THE_MORNING)?;
                let (key, id) = identity(&key(who));
                let device = Device {
                    id,
                    member: member(who),
                    key,
                    name: format!("{who} 的手机"),
                    status: Status::Active,
                    status_ms: 0,
                    token_hash: team::token_hash(who),
                    cursor_seq: 0,
                    seen_ms: 0,
                    held: Held::default(),
                    pending: false,
                };
                team::put_device(ledger, SHOP, &device, EIGHT_IN_THE_MORNING)?;
            }
            Ok(())
        });
        // Memory writes on the caller's thread: the answer is there already.
        assert!(tokio::task::block_in_place(|| founded.wait()).is_ok());
    }

    fn note(&mut self, what: &str) {
        writeln!(self.text, "# {what}").unwrap();
    }

    async fn pass(&mut self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
        writeln!(self.text, "clock {ms}").unwrap();
    }

    /// The relay ends and starts again over what it holds.
    async fn restart(&mut self) {
        self.serving.abort();
        (self.address, self.serving) = serve(&self.storage, &self.clock, &self.folder).await;
        writeln!(self.text, "restart").unwrap();
    }

    /// What is quiet by now is put together.
    async fn pack(&mut self) {
        let storage = self.storage.clone();
        let all = move || {
            let made = storage::look(&*storage, |shelf| {
                let outlet = shelf.outlet(SHOP)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
                pack::gather(shelf, &outlet, i64::MAX, 32)
            });
            let made = made.unwrap();
            assert!(made.done && made.moved());
            storage::write(&*storage, move |ledger| pack::keep(ledger, &made, [13; 8])).wait()
        };
        tokio::task::spawn_blocking(all).await.unwrap().unwrap();
        writeln!(self.text, "pack").unwrap();
    }

    /// Status and body of the answer; both are noted.
    async fn ask(&mut self, who: &str, request: Vec<u8>) -> (u16, Vec<u8>) {
        writeln!(self.text, "{who} {}", hex(&request)).unwrap();
        let url = format!("http://{}/v1/exchange", self.address);
        let answer = self.http.post(url).bearer_auth(who).body(request).send().await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec());
        // A refusal's detail is English for a log, and may be put better; its code is what a phone goes by.
        let said = match status {
            200 => hex(&body),
            _ => serde_json::from_slice::<ErrorAnswer>(&body).unwrap().code,
        };
        writeln!(self.text, "= {status} {said}").unwrap();
        (status, body)
    }

    /// An exchange that goes through; where the device then stands.
    async fn exchange(&mut self, who: &str, up: &UpHeader, pieces: &[Piece]) -> Cursor {
        let (status, answer) = self.ask(who, body(up, pieces)).await;
        assert_eq!(status, 200);
        read_down(&answer).trailer.cursor
    }
}

async fn serve(storage: &Arc<Memory>, clock: &Arc<AtomicI64>, folder: &TempDir) -> (SocketAddr, JoinHandle<()>) {
    let hands = clock.clone();
    let now = move || hands.load(Ordering::SeqCst);
    let state = State::new(storage.clone(), &folder.path().join("blobs"), Arc::new(now), pace()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (address, tokio::spawn(doorstep_relay::serve(listener, Door::Plain, state, std::future::pending())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(pair).collect()
}

fn sheet(n: u8) -> DocId {
    DocId::Sheet(job(n))
}

async fn a_fresh_device(told: &mut Told) {
    told.note("a device that has nothing");
    let cursor = told.exchange("li", &up("li", None), &[]).await;
    told.note("and again, with nothing new");
    told.exchange("li", &up("li", Some(cursor)), &[]).await;
}

async fn a_push(told: &mut Told) {
    let mut pen = pen("li", sheet(1));
    pen.write(6);
    told.note("a walk-in's first three changes");
    let cursor = told.exchange("li", &up("li", None), &[pen.piece(1, 3)]).await;
    told.pass(1_000).await;
    told.note("the same again, and two more that overlap");
    let cursor = told.exchange("li", &up("li", Some(cursor)), &[pen.piece(1, 3), pen.piece(3, 5)]).await;
    told.note("with what the phone still holds");
    let held = Held { changes: 1, photos: 2, photo_bytes: 300_000 };
    told.exchange("li", &UpHeader { held, ..up("li", Some(cursor)) }, &[]).await;
    told.note("the owner fetches it, and is told of the phone");
    let cursor = told.exchange("wang", &up("wang", None), &[]).await;
    told.exchange("wang", &up("wang", Some(cursor)), &[]).await;
}

async fn a_push_that_is_cut(told: &mut Told) {
    let mut pen = pen("li", sheet(1));
    pen.write(4);
    let pieces = [pen.piece(1, 2), pen.piece(3, 4)];
    let whole = body(&up("li", None), &pieces);
    told.note("the body ends inside its second piece");
    let (status, _) = told.ask("li", whole[..whole.len() - 20].to_vec()).await;
    assert_eq!(status, 400);
    told.note("the phone asks how far its run is held");
    let ask = vec![RunName { doc: sheet(1), actor: actor("li") }, RunName { doc: sheet(2), actor: actor("li") }];
    let cursor = told.exchange("li", &UpHeader { ask, ..up("li", None) }, &[]).await;
    told.note("and sends all of it again");
    told.exchange("li", &up("li", Some(cursor)), &pieces).await;
}

async fn a_gap(told: &mut Told) {
    let mut pen = pen("li", sheet(1));
    pen.write(6);
    told.exchange("li", &up("li", None), &[pen.piece(1, 2)]).await;
    told.note("changes 3 and 4 are missing");
    told.exchange("li", &up("li", None), &[pen.piece(5, 6)]).await;
    told.exchange("li", &up("li", None), &[pen.piece(3, 6)]).await;
}

async fn refusals(told: &mut Told) {
    let mut own = pen("li", sheet(1));
    own.write(2);
    let mut forged = own.piece(1, 2);
    forged.segment.as_mut().unwrap().signature.bytes[5] ^= 1;
    let mut far = pen("li", sheet(2));
    far.set_at(1, u64::from(u32::MAX) - 1);
    let mut order = pen("li", DocId::Order(job(3)));
    order.write(1);
    let mut codec = own.piece(1, 2);
    codec.segment.as_mut().unwrap().codec = 200;
    let unknown = Piece { kind: 99, ..Piece::default() };
    let given = grant(job(1), member("li"), Access::Write);
    let broken = Piece { kind: kind::PARCEL, parcel: Some(vec![1, 2, 3]), ..Piece::default() };
    told.note("each piece is refused for its own reason, and the last one is taken");
    let pieces = [forged, far.all(), order.all(), codec, unknown, given, broken, own.piece(1, 2)];
    told.exchange("li", &up("li", None), &pieces).await;
    told.note("no exchange at all, an old protocol, a stranger");
    told.ask("li", Vec::new()).await;
    told.ask("li", body(&UpHeader { protocol: 0, ..up("li", None) }, &[])).await;
    told.ask("nobody", body(&up("li", None), &[])).await;
}

async fn a_job_is_given(told: &mut Told) {
    let cursor = told.exchange("li", &up("li", None), &[]).await;
    let mut order = pen("wang", DocId::Order(job(1)));
    order.write(6);
    let pieces = [order.piece(1, 2), order.piece(3, 4), order.piece(5, 6)];
    told.exchange("wang", &up("wang", None), &pieces).await;
    told.note("not given yet");
    let mut cursor = told.exchange("li", &up("li", Some(cursor)), &[]).await;
    told.pass(60_000).await;
    told.exchange("wang", &up("wang", None), &[grant(job(1), member("li"), Access::Write)]).await;
    told.note("given: its history in parts, one an exchange");
    for _ in 0..5 {
        cursor = told.exchange("li", &UpHeader { budget: Some(1), ..up("li", Some(cursor)) }, &[]).await;
    }
    told.note("taken away, and given to somebody else");
    let pieces = [grant(job(1), member("li"), Access::None), grant(job(1), member("zhao"), Access::Read)];
    told.exchange("wang", &up("wang", None), &pieces).await;
    told.exchange("li", &up("li", Some(cursor)), &[]).await;
    told.exchange("zhao", &up("zhao", None), &[]).await;
}

async fn a_restart(told: &mut Told) {
    let mut pen = pen("zhao", sheet(5));
    pen.write(4);
    let cursor = told.exchange("zhao", &up("zhao", None), &[pen.piece(1, 2)]).await;
    told.restart().await;
    told.pass(3_600_000).await;
    let cursor = told.exchange("zhao", &up("zhao", Some(cursor)), &[pen.piece(3, 4)]).await;
    told.note("a cursor of another log");
    told.exchange("zhao", &up("zhao", Some(Cursor { epoch: [8; 8], ..cursor })), &[]).await;
}

async fn parcels(told: &mut Told) {
    let mut teller = Teller::new(terse::NEWEST).unwrap();
    let item = |n: u8, from: usize, to: usize| {
        let mut pen = pen("li", sheet(n));
        pen.write(to as u8);
        let mut segment = pen.piece(from as u64, to as u64).segment.unwrap();
        (segment.codec, segment.body) = segment::plain(pen.changes[from - 1..to].iter().map(Vec::as_slice));
        Item { seq: 0, at_ms: 0, doc: pen.doc, segment }
    };
    let mut parcel =
        |items: &[Item]| Piece { kind: kind::PARCEL, parcel: Some(teller.fold(items).unwrap()), ..Piece::default() };
    let pieces = [parcel(&[item(1, 1, 3), item(2, 1, 2)]), parcel(&[item(1, 4, 6)])];
    let speaks = |who| UpHeader { sample: Some(terse::NEWEST), ..up(who, None) };
    told.note("three segments in two parcels");
    told.exchange("li", &speaks("li"), &pieces).await;
    told.note("fetched in a parcel, and by a device that reads none");
    told.exchange("wang", &speaks("wang"), &[]).await;
    told.exchange("wang", &up("wang", None), &[]).await;
}

async fn packs(told: &mut Told) {
    let mut order = pen("wang", DocId::Order(job(1)));
    order.write(3);
    told.exchange("wang", &up("wang", None), &[order.all(), grant(job(1), member("li"), Access::Write)]).await;
    let mut done = pen("li", sheet(1));
    done.write(6);
    told.exchange("li", &up("li", None), &[done.piece(1, 4), done.piece(5, 6)]).await;
    told.pack().await;
    told.note("the job in one piece, and entry by entry for a device that reads none");
    let reads = |cursor, packs_from| UpHeader { packs: Some(PACKS), packs_from, ..up("zhao", cursor) };
    told.exchange("wang", &UpHeader { actor: None, ..reads(None, None) }, &[]).await;
    told.exchange("wang", &up("wang", None), &[]).await;
    told.note("given to somebody who comes anew, in parts");
    told.exchange("wang", &up("wang", None), &[grant(job(1), member("zhao"), Access::Read)]).await;
    let (mut cursor, mut from, mut more) = (None, None, true);
    while more {
        let up = UpHeader { budget: Some(1), ..reads(cursor, from) };
        let (status, answer) = told.ask("zhao", body(&up, &[])).await;
        assert_eq!(status, 200);
        let down = read_down(&answer);
        (cursor, from, more) = (Some(down.trailer.cursor), down.header.packs_from, down.trailer.more);
    }
}

macro_rules! transcripts {
    ($($name:ident),+) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            async fn is_answered_as_it_always_was() {
                let mut told = super::Told::begin().await;
                super::$name(&mut told).await;
                super::hold(stringify!($name), told).await;
            }
        })+
    };
}

transcripts!(a_fresh_device, a_push, a_push_that_is_cut, a_gap, refusals, a_job_is_given, a_restart, parcels, packs);

/// Replays the recorded transcript, and compares how it went when it was told just now.
async fn hold(name: &str, told: Told) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/transcripts/{name}.txt"));
    if std::env::var_os("DOORSTEP_WRITE_TRANSCRIPTS").is_some() {
        std::fs::write(&file, &told.text).unwrap();
    }
    let recorded = std::fs::read_to_string(&file).unwrap();
    // Whoever writes requests today may write them otherwise; what is said and how it ends is the same.
    let outline = |text: &str| text.lines().map(|line| line.chars().take(5).collect::<String>()).collect::<Vec<_>>();
    assert_eq!(outline(&told.text), outline(&recorded));

    let mut again = Told::begin().await;
    for line in recorded.lines() {
        match line.split_once(' ') {
            Some(("#", what)) => again.note(what),
            Some(("clock", ms)) => again.pass(ms.parse().unwrap()).await,
            Some(("=", _)) => {
                let said = again.text.lines().last().unwrap();
                assert_eq!(said, line, "after {:?}", again.text.lines().rfind(|line| line.starts_with('#')));
            }
            Some((who, request)) => drop(again.ask(who, unhex(request)).await),
            None if line == "pack" => again.pack().await,
            None => again.restart().await,
        }
    }
}

//! The stage of the relay's tests: a relay in this process, a cast with keys and tokens, changes made by hand.
#![allow(dead_code, reason = "each test file uses its own part of the stage")]

pub mod pen;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_relay::engine::rates::Rate;
use doorstep_relay::engine::team;
use doorstep_relay::storage::Storage;
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::{Door, Pace, State};
use doorstep_schemas::blob;
use doorstep_schemas::enrol::EnrolAnswer;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, JobId, MemberId, OutletId, PublicKey, ShortId};
use doorstep_schemas::wire::{
    Access, Cursor, DownHeader, Entry, Grant, Held, Piece, RoleKind, Status, Trailer, UpHeader, kind,
};
use ed25519_dalek::SigningKey;
use pen::Pen;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub const EIGHT_IN_THE_MORNING: i64 = 1_795_219_200_000;

/// Short waits, so that tests of waiting end soon.
pub fn pace() -> Pace {
    Pace {
        header: Duration::from_millis(400),
        idle_body: Duration::from_millis(400),
        live_gap: Duration::from_millis(60),
        live_gap_metered: Duration::from_millis(600),
        keepalive: Duration::from_millis(100),
        outside: Duration::from_millis(20),
        farewell: Duration::from_secs(2),
        requests: Rate::ENDLESS,
        disk_floor: 0,
        ..Pace::default()
    }
}

/// A client for `http://`; it has to be given a way to speak TLS all the same.
pub fn plain_http() -> Client {
    // The second test of a process finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

/// A relay with one outlet: Wang owns it, Li and Zhao are technicians.
pub struct Stage {
    pub state: Arc<State>,
    pub address: SocketAddr,
    pub outlet: OutletId,
    pub wang: MemberId,
    pub li: MemberId,
    pub zhao: MemberId,
    pub clock: Arc<AtomicI64>,
    pub http: Client,
    pub folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<()>,
}

impl Stage {
    pub async fn set() -> Self {
        Self::on(Arc::new(Memory::new()), tempfile::tempdir().unwrap()).await
    }

    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::on(Arc::new(Sqlite::open(folder.path()).unwrap()), folder).await
    }

    /// A relay that gives nobody up.
    pub async fn patient() -> Self {
        let for_ever = Pace { idle_body: Duration::from_secs(3_600), ..pace() };
        Self::at_pace(Arc::new(Memory::new()), tempfile::tempdir().unwrap(), for_ever).await
    }

    pub async fn on(storage: Arc<dyn Storage>, folder: TempDir) -> Self {
        Self::at_pace(storage, folder, pace()).await
    }

    pub async fn at_pace(storage: Arc<dyn Storage>, folder: TempDir, pace: Pace) -> Self {
        let clock = Arc::new(AtomicI64::new(EIGHT_IN_THE_MORNING));
        let hands = clock.clone();
        let now = move || hands.load(Ordering::SeqCst);
        let state = State::new(storage, &folder.path().join("blobs"), Arc::new(now), pace).unwrap();
        let outlet = OutletId::from_bytes([7; 16]);
        let [wang, li, zhao] = [1, 2, 3].map(|n| ShortId::mint([n; 5]));
        found(&state, outlet, [(wang, "王老板"), (li, "李师傅"), (zhao, "赵师傅")]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = state.clone();
        let served = tokio::spawn(async move {
            doorstep_relay::serve(listener, Door::Plain, serving, async {
                let _ = stopped.await;
            })
            .await;
        });
        let http = plain_http();
        Self { state, address, outlet, wang, li, zhao, clock, http, folder, stop: Some(stop), served }
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A one-time code, as the operator's command makes one.
    pub async fn code(&self, member: MemberId) -> String {
        let (outlet, now) = (self.outlet, self.clock.load(Ordering::SeqCst));
        let random: [u8; 5] = doorstep_relay::identity::random().unwrap();
        let made = self.state.write(move |ledger| Ok(team::invite(ledger, outlet, member, random, now).unwrap()));
        made.durable().await.unwrap().0
    }

    /// A device of a member's; a further one is confirmed at once.
    pub async fn enrol(&self, member: MemberId, seed: u8) -> Phone {
        let phone = self.enrol_waiting(member, seed).await;
        let (outlet, device, now) = (self.outlet, phone.device, self.clock.load(Ordering::SeqCst));
        let confirmed = self.state.write(move |ledger| {
            team::set_device_status(ledger, outlet, device, Status::Active, now).unwrap();
            Ok(())
        });
        confirmed.durable().await.unwrap();
        phone
    }

    /// Li with a walk-in sheet of their own.
    pub async fn li_with_a_sheet(&self) -> (Phone, DocId) {
        let mut li = self.enrol(self.li, 2).await;
        let doc = DocId::Sheet(job(1));
        let mut sheet = li.pen(doc.clone());
        sheet.write(1);
        li.exchange(&[sheet.all()]).await;
        (li, doc)
    }

    pub async fn enrol_waiting(&self, member: MemberId, seed: u8) -> Phone {
        let code = self.code(member).await;
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = PublicKey(key.verifying_key().to_bytes());
        let answer = self.try_code(&code, public).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: EnrolAnswer = json(answer).await;
        let actor = Actor::new(answer.device, [seed; 8]);
        Phone {
            http: self.http.clone(),
            base: self.url(""),
            token: answer.token,
            device: answer.device,
            member,
            outlet: self.outlet,
            key,
            actor,
            cursor: None,
            held: Held::default(),
        }
    }

    pub async fn try_code(&self, code: &str, key: PublicKey) -> Response {
        self.try_code_from("127.0.0.1", code, key).await
    }

    /// A try that a proxy on this machine passes on.
    pub async fn try_code_from(&self, from: &str, code: &str, key: PublicKey) -> Response {
        let body = serde_json::json!({ "code": code, "key": key, "device_name": "手机" }).to_string();
        let request = self.http.post(self.url("/v1/enrol")).header("x-forwarded-for", from);
        request.body(body).send().await.unwrap()
    }

    pub async fn set_member(&self, id: MemberId, roles: Vec<RoleKind>, status: Status) {
        let (outlet, now) = (self.outlet, self.clock.load(Ordering::SeqCst));
        let set =
            self.state.write(move |ledger| team::put_member(ledger, outlet, id, "李师傅".into(), roles, status, now));
        set.durable().await.unwrap();
        self.state.tell(outlet);
    }

    pub async fn close(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.await.unwrap();
    }
}

async fn found(state: &State, outlet: OutletId, people: [(MemberId, &'static str); 3]) {
    let founded = state.write(move |ledger| {
        team::found_outlet(ledger, outlet, "城关网点".into(), [9; 8], EIGHT_IN_THE_MORNING)?;
        for (i, (member, name)) in people.into_iter().enumerate() {
            let role = if i == 0 { RoleKind::Owner } else { RoleKind::Technician };
            let name = name.to_owned();
            team::put_member(ledger, outlet, member, name, vec![role], Status::Active, EIGHT_IN_THE_MORNING)?;
        }
        Ok(())
    });
    founded.durable().await.unwrap();
}

/// A device of the cast.
#[derive(Clone)]
pub struct Phone {
    pub http: Client,
    pub base: String,
    pub token: String,
    pub device: DeviceId,
    pub member: MemberId,
    pub outlet: OutletId,
    pub key: SigningKey,
    pub actor: Actor,
    pub cursor: Option<Cursor>,
    pub held: Held,
}

/// What one exchange answered.
#[derive(Debug)]
pub struct Down {
    pub header: DownHeader,
    pub entries: Vec<Entry>,
    pub trailer: Trailer,
}

impl Down {
    pub fn outcomes(&self) -> Vec<String> {
        let word = |r: &doorstep_schemas::wire::PieceResult| match &r.code {
            Some(code) => code.clone(),
            None => format!("{:?}", r.outcome).to_lowercase(),
        };
        self.header.results.iter().map(word).collect()
    }

    /// Segments that came, as `document/author device/from_seq`.
    pub fn segments(&self) -> Vec<String> {
        let of_segment = |entry: &Entry| {
            let segment = entry.piece.segment.as_ref()?;
            let doc = entry.piece.doc.as_ref()?.kind().name();
            Some(format!("{doc}@{}", segment.from_seq))
        };
        self.entries.iter().filter_map(of_segment).collect()
    }
}

impl Phone {
    pub fn pen(&self, doc: DocId) -> Pen {
        Pen::new(self.outlet, doc, self.key.clone(), self.actor)
    }

    pub fn up(&self) -> UpHeader {
        UpHeader {
            sample: None,
            protocol: 1,
            cursor: self.cursor,
            actor: Some(self.actor),
            held: self.held,
            ask: Vec::new(),
            budget: None,
            addresses: None,
            inbox: None,
            strayed: None,
            compares: None,
            packs: None,
            packs_from: None,
            decided: None,
        }
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// A request of an upload.
    pub fn tus(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.request(method, path).header(blob::RESUMABLE, blob::RESUMABLE_VERSION)
    }

    /// Fetches a photo.
    pub async fn photo(&self, hash: BlobHash) -> Response {
        self.request(reqwest::Method::GET, &format!("/v1/blobs/{hash}")).send().await.unwrap()
    }

    /// Begins an upload with its first bytes, which may be none.
    pub async fn begin(&self, hash: BlobHash, doc: &DocId, length: usize, bytes: &[u8]) -> Response {
        let request = self.tus(reqwest::Method::POST, "/v1/uploads").header(blob::LENGTH, length);
        let request = request.header(blob::METADATA, metadata(&hash.to_string(), &doc.to_string()));
        request.header("content-type", blob::BODY_TYPE).body(bytes.to_vec()).send().await.unwrap()
    }

    pub async fn append(&self, hash: BlobHash, at: usize, bytes: &[u8]) -> Response {
        let request = self.tus(reqwest::Method::PATCH, &format!("/v1/uploads/{hash}")).header(blob::OFFSET, at);
        request.header("content-type", blob::BODY_TYPE).body(bytes.to_vec()).send().await.unwrap()
    }

    /// Bytes that the relay says it holds of an upload.
    pub async fn held(&self, hash: BlobHash) -> Option<usize> {
        let answer = self.tus(reqwest::Method::HEAD, &format!("/v1/uploads/{hash}")).send().await.unwrap();
        answer.status().is_success().then(|| answer.headers()[blob::OFFSET].to_str().unwrap().parse().unwrap())
    }

    pub async fn send(&self, body: Vec<u8>) -> Response {
        self.request(reqwest::Method::POST, "/v1/exchange").body(body).send().await.unwrap()
    }

    /// One exchange; the cursor moves as a device would move it.
    pub async fn exchange(&mut self, pieces: &[Piece]) -> Down {
        let up = self.up();
        self.exchange_with(&up, pieces).await
    }

    pub async fn exchange_with(&mut self, up: &UpHeader, pieces: &[Piece]) -> Down {
        let answer = self.send(body(up, pieces)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let down = read_down(&answer.bytes().await.unwrap());
        self.cursor = Some(down.trailer.cursor);
        down
    }

    /// Exchanges until nothing more comes.
    pub async fn pull_all(&mut self, budget: Option<u64>) -> Vec<Entry> {
        let mut all = Vec::new();
        loop {
            let up = UpHeader { budget, ..self.up() };
            let down = self.exchange_with(&up, &[]).await;
            all.extend(down.entries);
            if !down.trailer.more {
                return all;
            }
        }
    }
}

/// What an upload is told of its blob.
/// A picture's bytes, and their name.
pub fn photo(size: usize) -> (Vec<u8>, BlobHash) {
    let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
    let hash = BlobHash::of(&bytes);
    (bytes, hash)
}

pub fn metadata(hash: &str, doc: &str) -> String {
    let word = |text: &str| BASE64_STANDARD.encode(text);
    format!("{} {},{} {}", blob::META_HASH, word(hash), blob::META_DOC, word(doc))
}

pub fn body(up: &UpHeader, pieces: &[Piece]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::put(&mut out, up);
    pieces.iter().for_each(|piece| frame::put(&mut out, piece));
    out
}

pub fn read_down(bytes: &[u8]) -> Down {
    let mut reader = FrameReader::default();
    reader.push(bytes);
    let mut frames = Vec::new();
    while let Some(item) = reader.next_frame().unwrap() {
        frames.push(item.to_vec());
    }
    reader.finish().unwrap();
    let header = frame::read(&frames[0]).unwrap();
    let trailer = frame::read(frames.last().unwrap()).unwrap();
    let entries = frames[1..frames.len() - 1].iter().map(|item| frame::read(item).unwrap()).collect();
    Down { header, entries, trailer }
}

pub fn grant(job: JobId, member: MemberId, access: Access) -> Piece {
    Piece { kind: kind::GRANT, grant: Some(Grant { job, member, access }), ..Piece::default() }
}

pub fn job(n: u8) -> JobId {
    JobId::from_bytes([n; 16])
}

pub async fn json<T: serde::de::DeserializeOwned>(answer: Response) -> T {
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// Status and error code of an answer that refuses.
pub async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: doorstep_schemas::enrol::ErrorAnswer = json(answer).await;
    (status, body.code)
}

pub fn files_under(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path.display().to_string()) }
        }
    }
    found
}

//! Role × standing × document × grant × verb × endpoint, each cell asked over HTTP and held to an oracle that is written
//! from what was agreed, not from the relay's tables.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

#[path = "matrix/agreed.rs"]
mod agreed;
mod stage;

use std::collections::{BTreeMap, BTreeSet};

use doorstep_relay::engine::access::{Endpoint, Entrance};
use doorstep_schemas::compare::CompareUp;
use doorstep_schemas::ids::{Actor, BlobHash, DocId, DocKind, JobId, MemberId, ShortId};
use doorstep_schemas::receipt::{ReceiptsDown, ReceiptsUp, RunAsked};
use doorstep_schemas::wire::{Access, Admit, Erased, Grant, Piece, RoleKind, Status, kind};
use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};
use stage::pen::Pen;
use stage::{Phone, Stage, body, grant, refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Active,
    Left,
    Lost,
    Pending,
}

/// What a member has of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    /// Another's job.
    Nothing,
    /// Its history, to read.
    Read,
    Write,
    /// It was theirs to write, and is no longer.
    Taken,
    /// Nobody has named this job yet.
    Unheard,
}

const HOLDS: [Hold; 4] = [Hold::Nothing, Hold::Read, Hold::Write, Hold::Taken];

/// One document as one member sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Paper {
    Order(Hold),
    Sheet(Hold),
    OwnRequest,
    OthersRequest,
    OwnStock,
    OthersStock,
    Desk,
    Roster,
    Catalogue,
}

fn papers() -> Vec<Paper> {
    let of_jobs = HOLDS.into_iter().flat_map(|hold| [Paper::Order(hold), Paper::Sheet(hold)]);
    let others = [
        Paper::OwnRequest,
        Paper::OthersRequest,
        Paper::OwnStock,
        Paper::OthersStock,
        Paper::Desk,
        Paper::Roster,
        Paper::Catalogue,
    ];
    of_jobs.chain(others).collect()
}

struct Person {
    roles: Vec<RoleKind>,
    standing: Standing,
    phone: Phone,
    jobs: BTreeMap<Hold, JobId>,
}

impl Person {
    fn owns(&self) -> bool {
        self.roles.contains(&RoleKind::Owner)
    }

    fn doc(&self, paper: Paper, colleague: MemberId) -> DocId {
        let me = self.phone.member;
        match paper {
            Paper::Order(hold) => DocId::Order(self.jobs[&hold]),
            Paper::Sheet(hold) => DocId::Sheet(self.jobs[&hold]),
            Paper::OwnRequest => DocId::Request(me),
            Paper::OthersRequest => DocId::Request(colleague),
            Paper::OwnStock => DocId::Stock(me),
            Paper::OthersStock => DocId::Stock(colleague),
            Paper::Desk => "desk:prices".parse().unwrap(),
            Paper::Roster => DocId::Roster,
            Paper::Catalogue => DocId::Catalogue,
        }
    }

    fn turned_away(&self) -> Option<(u16, &'static str)> {
        match self.standing {
            Standing::Active | Standing::Left => None,
            Standing::Lost => Some((403, "device_refused")),
            Standing::Pending => Some((403, "device_pending")),
        }
    }
}

/// Cells that were looked at, and those that were not as agreed.
#[derive(Default)]
struct Ledger {
    cells: usize,
    wrong: Vec<String>,
    endpoints: BTreeSet<String>,
    kinds: BTreeSet<u8>,
    documents: BTreeSet<u8>,
}

impl Ledger {
    fn cell(&mut self, at: Endpoint, what: impl std::fmt::Debug, found: impl AsRef<str>, agreed: impl AsRef<str>) {
        self.cells += 1;
        self.endpoints.insert(format!("{at:?}"));
        if found.as_ref() != agreed.as_ref() {
            self.wrong.push(format!("{at:?} {what:?}: {} instead of {}", found.as_ref(), agreed.as_ref()));
        }
    }
}

fn photo(doc: &DocId, salt: &str) -> (BlobHash, Vec<u8>) {
    let bytes = format!("{salt} of {doc}").into_bytes();
    (BlobHash(Sha256::digest(&bytes).into()), bytes)
}

async fn put_photo(phone: &Phone, doc: &DocId, salt: &str) -> StatusCode {
    let (hash, bytes) = photo(doc, salt);
    phone.begin(hash, doc, bytes.len(), &bytes).await.status()
}

/// A pen of an earlier start of the app: what it wrote is sent back to the device.
fn earlier(phone: &Phone, doc: DocId) -> Pen {
    Pen::new(phone.outlet, doc, phone.key.clone(), Actor::new(phone.device, [0xee; 8]))
}

async fn written(phone: &mut Phone, doc: DocId) {
    let piece = earlier(phone, doc.clone()).write(1).all();
    assert_eq!(phone.exchange(&[piece]).await.outcomes(), ["accepted"], "{doc}");
    assert_eq!(put_photo(phone, &doc, "photo").await, 201, "{doc}");
}

/// Everything that there is to read, written by those who may; then the person becomes who they are in this cell.
async fn person(stage: &Stage, boss: &mut Phone, n: u8, roles: &[RoleKind], standing: Standing) -> Person {
    let member = ShortId::mint([n, 1, 1, 1, 1]);
    stage.set_member(member, vec![RoleKind::Technician], Status::Active).await;
    let mut phone = stage.enrol(member, n).await;
    let jobs: BTreeMap<Hold, JobId> = HOLDS
        .into_iter()
        .chain([Hold::Unheard])
        .map(|hold| (hold, JobId::from_bytes([n, hold as u8, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])))
        .collect();
    for hold in HOLDS {
        let job = jobs[&hold];
        boss.exchange(&[grant(job, boss.member, Access::Write)]).await;
        written(boss, DocId::Order(job)).await;
        written(boss, DocId::Sheet(job)).await;
        let said: &[Access] = match hold {
            Hold::Nothing | Hold::Unheard => &[],
            Hold::Read => &[Access::Read],
            Hold::Write => &[Access::Write],
            Hold::Taken => &[Access::Write, Access::None],
        };
        for access in said {
            assert_eq!(boss.exchange(&[grant(job, member, *access)]).await.outcomes(), ["accepted"]);
        }
    }
    written(&mut phone, DocId::Request(member)).await;
    written(boss, DocId::Stock(member)).await;
    let status = if standing == Standing::Left { Status::Left } else { Status::Active };
    stage.set_member(member, roles.to_vec(), status).await;
    match standing {
        Standing::Active | Standing::Left => {}
        Standing::Lost => {
            let path = format!("/v1/devices/{}/status", phone.device);
            let lost = boss.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
            assert_eq!(lost.status(), 204);
        }
        Standing::Pending => phone = stage.enrol_waiting(member, n + 100).await,
    }
    phone.cursor = None;
    Person { roles: roles.to_vec(), standing, phone, jobs }
}

async fn said(answer: reqwest::Response) -> String {
    match answer.status().as_u16() {
        status @ (200 | 204 | 206) => status.to_string(),
        _ => {
            let (status, code) = refusal(answer).await;
            format!("{status} {code}")
        }
    }
}

fn refused(away: Option<(u16, &str)>) -> Option<String> {
    away.map(|(status, code)| format!("{status} {code}"))
}

async fn photos(found: &mut Ledger, person: &Person, colleague: MemberId, waits: bool) {
    let salt = if waits { "later" } else { "sooner" };
    for paper in papers() {
        let doc = person.doc(paper, colleague);
        let what = (person.standing, &person.roles, paper, salt);
        let brings = match agreed::writes(person, paper) {
            "accepted" => true,
            "inbox" => waits,
            _ => false,
        };
        let expected = |well: u16| person.turned_away().map_or(if brings { well } else { 404 }, |(status, _)| status);
        uploads(found, &person.phone, &doc, salt, (what, expected)).await;
        if waits {
            continue;
        }
        let (hash, _) = photo(&doc, "photo");
        let expected = refused(person.turned_away()).unwrap_or_else(|| {
            if person.standing == Standing::Left {
                "403 device_refused".to_owned()
            } else if agreed::reads(person, paper) {
                "200".to_owned()
            } else {
                "404 not_found".to_owned()
            }
        });
        let path = format!("/v1/blobs/{hash}");
        let got = said(person.phone.request(Method::GET, &path).send().await.unwrap()).await;
        found.cell(Endpoint::BlobRead, what, got, &expected);
    }
}

/// Each step of an upload, by who may bring the document's photos and by who may not.
async fn uploads(
    found: &mut Ledger,
    phone: &Phone,
    doc: &DocId,
    salt: &str,
    (what, expected): (impl std::fmt::Debug + Copy, impl Fn(u16) -> u16),
) {
    let (hash, bytes) = photo(doc, &format!("{salt} by {}", phone.device));
    let got = phone.begin(hash, doc, bytes.len(), &bytes).await.status();
    found.cell(Endpoint::UploadBegin, what, got.as_str(), expected(201).to_string());
    let asked = serde_json::json!({ "hashes": [hash] }).to_string();
    let answer = phone.request(Method::POST, "/v1/blobs/missing").body(asked).send().await.unwrap();
    let got = match answer.status().as_u16() {
        200 if answer.text().await.unwrap().contains(&hash.to_string()) => 404,
        status => status,
    };
    found.cell(Endpoint::BlobsMissing, what, got.to_string(), expected(200).to_string());
    let path = format!("/v1/uploads/{hash}");
    let got = phone.tus(Method::HEAD, &path).send().await.unwrap().status();
    found.cell(Endpoint::UploadHeld, what, got.as_str(), expected(200).to_string());
    let got = phone.append(hash, bytes.len(), &[]).await.status();
    found.cell(Endpoint::UploadAppend, what, got.as_str(), expected(204).to_string());
    let (hash, bytes) = photo(doc, &format!("{salt}, given up, by {}", phone.device));
    phone.begin(hash, doc, bytes.len(), &bytes[..1]).await;
    let got = phone.tus(Method::DELETE, &format!("/v1/uploads/{hash}")).send().await.unwrap().status();
    found.cell(Endpoint::UploadGiveUp, what, got.as_str(), expected(204).to_string());
}

async fn exchanges(found: &mut Ledger, person: &mut Person, colleague: MemberId) {
    if let Some(expected) = refused(person.turned_away()) {
        for paper in papers() {
            let doc = person.doc(paper, colleague);
            let brought = [person.phone.pen(doc).write(1).all()];
            let got = said(person.phone.send(body(&person.phone.up(), &brought)).await).await;
            // It brings nothing, and gets nothing.
            found.cell(Endpoint::Exchange, (person.standing, &person.roles, paper, "write"), &got, &expected);
            found.cell(Endpoint::Exchange, (person.standing, &person.roles, paper, "read"), &got, &expected);
        }
        return;
    }
    let heard = person.phone.pull_all(None).await;
    let docs: BTreeSet<DocId> = heard.iter().filter_map(|entry| entry.piece.doc.clone()).collect();
    for paper in papers() {
        let doc = person.doc(paper, colleague);
        found.documents.insert(doc.kind() as u8);
        let got = if docs.contains(&doc) { "heard" } else { "nothing" };
        let expected = if agreed::reads(person, paper) { "heard" } else { "nothing" };
        found.cell(Endpoint::Exchange, (person.standing, &person.roles, paper, "read"), got, expected);
    }
    let unheard = [Paper::Order(Hold::Unheard), Paper::Sheet(Hold::Unheard)];
    // The sheet first: an owner's order would name the job.
    for paper in papers().into_iter().chain(unheard.into_iter().rev()) {
        let doc = person.doc(paper, colleague);
        let brought = [person.phone.pen(doc).write(1).all()];
        let result = person.phone.exchange(&brought).await.header.results.remove(0);
        let got = match (result.code, result.inbox) {
            (_, Some(_)) => "inbox".to_owned(),
            (Some(code), None) => code,
            (None, None) => format!("{:?}", result.outcome).to_lowercase(),
        };
        let what = (person.standing, &person.roles, paper, "write");
        found.cell(Endpoint::Exchange, what, got, agreed::writes(person, paper));
    }
}

async fn words(found: &mut Ledger, person: &mut Person, n: u8, boss: &Phone, colleague: MemberId) {
    for number in 0..=20u8 {
        found.kinds.insert(number);
        let job = JobId::from_bytes([n, 99, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
        let admit = Admit { doc: DocId::Roster, actor: boss.actor, to_seq: 9, declined: false, reason: None };
        let piece = Piece {
            kind: number,
            grant: Some(Grant { job, member: colleague, access: Access::Read }),
            admit: Some(admit),
            erased: Some(Erased { job }),
            ..Piece::default()
        };
        let owner = person.owns() && person.standing == Standing::Active;
        let expected = match number {
            kind::SEGMENT => "piece_unreadable",
            kind::GRANT | kind::ERASED if owner => "accepted",
            // Nothing of it waits.
            kind::ADMIT if owner => "known",
            kind::GRANT | kind::ADMIT | kind::ERASED | kind::ROLE | kind::DEVICE => "not_allowed",
            _ => "unknown_kind",
        };
        let expected = refused(person.turned_away()).unwrap_or_else(|| expected.to_owned());
        let got = match person.turned_away() {
            Some(_) => said(person.phone.send(body(&person.phone.up(), &[piece])).await).await,
            None => person.phone.exchange(&[piece]).await.outcomes().remove(0),
        };
        found.cell(Endpoint::Exchange, (person.standing, &person.roles, "kind", number), got, expected);
    }
}

fn receipts_asked(runs: Vec<RunAsked>) -> Vec<u8> {
    let job = runs.first().and_then(|run| run.doc.job()).unwrap_or(stage::job(1));
    minicbor::to_vec(ReceiptsUp { protocol: 1, job, runs, blobs: Vec::new() }).unwrap()
}

/// Of each document: a receipt goes to those who may read it, and whoever asks for another job's learns nothing.
async fn receipts(found: &mut Ledger, person: &Person, boss: &Phone, colleague: MemberId) {
    for paper in papers() {
        let doc = person.doc(paper, colleague);
        let run = RunAsked { actor: earlier(boss, doc.clone()).actor, doc, up_to: 1, after: 0 };
        let asked = receipts_asked(vec![run]);
        let answer = person.phone.request(Method::POST, "/v1/receipts").body(asked).send().await.unwrap();
        let got = if answer.status() == 200 {
            let down: ReceiptsDown = minicbor::decode(&answer.bytes().await.unwrap()).unwrap();
            let said = down.receipt.read().unwrap();
            // Those who hear of a run hear how far the job is held, and others neither.
            let told = (said.runs.len(), said.held.is_empty(), down.told);
            if told == (1, false, 1) { "receipt".to_owned() } else { format!("{told:?}") }
        } else {
            said(answer).await
        };
        let of_a_job = matches!(paper, Paper::Order(_) | Paper::Sheet(_));
        let reads = of_a_job && agreed::reads(person, paper);
        let expected = refused(person.turned_away()).unwrap_or_else(|| match person.standing {
            Standing::Left => "403 device_refused".to_owned(),
            _ if reads => "receipt".to_owned(),
            _ => "(0, true, 1)".to_owned(),
        });
        found.cell(Endpoint::Receipts, (person.standing, &person.roles, paper), got, expected);
    }
}

async fn doors(found: &mut Ledger, person: &Person, colleague: MemberId, idle: &Phone) {
    let new_member = r#"{"name":"新人","roles":["technician"]}"#.to_owned();
    let invite = serde_json::json!({ "member": colleague }).to_string();
    let device = format!("/v1/devices/{}/status", idle.device);
    let enrol = serde_json::json!({ "code": "99999999", "key": "00".repeat(32), "device_name": "手机" }).to_string();
    let question = minicbor::to_vec(CompareUp { protocol: 1, ..CompareUp::default() }).unwrap();
    let ways = [
        (Endpoint::Live, Method::GET, "/v1/live".to_owned(), Vec::new(), "200"),
        (Endpoint::Compare, Method::POST, "/v1/compare".to_owned(), question, "200"),
        (Endpoint::Receipts, Method::POST, "/v1/receipts".to_owned(), receipts_asked(Vec::new()), "200"),
        (Endpoint::Members, Method::POST, "/v1/members".to_owned(), new_member.into(), "200"),
        (Endpoint::Member, Method::POST, format!("/v1/members/{colleague}"), r#"{"status":"active"}"#.into(), "204"),
        (Endpoint::Invites, Method::POST, "/v1/invites".to_owned(), invite.into(), "200"),
        (Endpoint::DeviceStatus, Method::POST, device, r#"{"status":"active"}"#.into(), "204"),
        (Endpoint::UploadWays, Method::OPTIONS, "/v1/uploads".to_owned(), Vec::new(), "204"),
        (Endpoint::UploadWaysOfOne, Method::OPTIONS, format!("/v1/uploads/{}", "ab".repeat(32)), Vec::new(), "204"),
        (Endpoint::State, Method::GET, "/v1/state".to_owned(), Vec::new(), "200"),
        (Endpoint::Drill, Method::POST, "/v1/drill".to_owned(), Vec::new(), "200"),
        (Endpoint::Health, Method::GET, "/v1/health".to_owned(), Vec::new(), "200"),
        (Endpoint::Description, Method::GET, "/v1/openapi.json".to_owned(), Vec::new(), "200"),
        (Endpoint::Enrol, Method::POST, "/v1/enrol".to_owned(), enrol.into(), "403 code_wrong"),
    ];
    let public =
        [Endpoint::Health, Endpoint::Description, Endpoint::Enrol, Endpoint::UploadWays, Endpoint::UploadWaysOfOne];
    for (at, method, path, sent, well) in ways {
        let owners = at.entrance() == Entrance::Owner;
        let expected = match person.standing {
            _ if public.contains(&at) => well,
            Standing::Left | Standing::Lost => "403 device_refused",
            Standing::Pending => "403 device_pending",
            Standing::Active if owners && !person.owns() => "403 not_allowed",
            Standing::Active => well,
        };
        // Each guesses from a home of their own.
        let home = format!("10.{}.0.1", person.phone.device.0[0]);
        let request = person.phone.request(method, &path).header("x-forwarded-for", home);
        let got = said(request.body(sent).send().await.unwrap()).await;
        found.cell(at, (person.standing, &person.roles), got, expected);
    }
}

#[tokio::test]
async fn every_cell_is_as_it_was_agreed() {
    let stage = Stage::set().await;
    let mut boss = stage.enrol(stage.wang, 250).await;
    let mut colleague = stage.enrol(stage.li, 251).await;
    for doc in [DocId::Roster, DocId::Catalogue, DocId::Stock(stage.li), "desk:prices".parse().unwrap()] {
        written(&mut boss, doc).await;
    }
    written(&mut colleague, DocId::Request(stage.li)).await;
    let roles: [&[RoleKind]; 7] = [
        &[RoleKind::Owner],
        &[RoleKind::Technician],
        &[RoleKind::Installer],
        &[RoleKind::Repairer],
        &[RoleKind::Owner, RoleKind::Technician],
        &[RoleKind::Installer, RoleKind::Repairer],
        &[],
    ];
    let mut found = Ledger::default();
    let mut n = 9;
    for roles in roles {
        for standing in [Standing::Active, Standing::Left, Standing::Lost, Standing::Pending] {
            n += 1;
            let mut person = person(&stage, &mut boss, n, roles, standing).await;
            photos(&mut found, &person, stage.li, false).await;
            receipts(&mut found, &person, &boss, stage.li).await;
            exchanges(&mut found, &mut person, stage.li).await;
            photos(&mut found, &person, stage.li, true).await;
            words(&mut found, &mut person, n, &boss, stage.li).await;
            doors(&mut found, &person, stage.li, &colleague).await;
        }
    }
    assert_eq!(found.wrong, Vec::<String>::new());
    assert!(found.cells >= 2_000, "{} cells", found.cells);
    assert_eq!(found.endpoints.len(), Endpoint::ALL.len(), "an endpoint without cells: {:?}", found.endpoints);
    let kinds: BTreeSet<u8> = DocKind::ALL.into_iter().map(|kind| kind as u8).collect();
    assert_eq!(found.documents, kinds, "a kind of document without cells");
    assert!(found.kinds.contains(&kind::PARCEL), "the newest kind of entry");
    stage.close().await;
}

#[tokio::test]
async fn what_is_unknown_and_what_is_forbidden_answer_the_same_bytes() {
    let stage = Stage::set().await;
    let mut boss = stage.enrol(stage.wang, 1).await;
    let li = stage.enrol(stage.li, 2).await;
    let doc = DocId::Order(stage::job(1));
    written(&mut boss, doc.clone()).await;
    let (forbidden, _) = photo(&doc, "photo");
    let unknown = BlobHash([9; 32]);
    for (method, route) in [
        (Method::GET, "/v1/blobs/"),
        (Method::HEAD, "/v1/blobs/"),
        (Method::HEAD, "/v1/uploads/"),
        (Method::PATCH, "/v1/uploads/"),
        (Method::DELETE, "/v1/uploads/"),
        (Method::POST, "/v1/uploads"),
    ] {
        let mut answers = Vec::new();
        for (hash, doc) in [(forbidden, doc.clone()), (unknown, DocId::Order(stage::job(2)))] {
            let one = if method == Method::POST { String::new() } else { hash.to_string() };
            let request = li.tus(method.clone(), &format!("{route}{one}"));
            let request = request.header("upload-metadata", stage::metadata(&hash.to_string(), &doc.to_string()));
            let request = request.header("upload-offset", "0").header("upload-length", "3");
            let answer = request.header("content-type", "application/offset+octet-stream").send().await.unwrap();
            let mut heads: Vec<_> = answer.headers().iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
            heads.retain(|(name, _)| name != "date");
            answers.push((answer.status(), heads, answer.bytes().await.unwrap()));
        }
        assert_eq!(answers[0].0, 404, "{method} {route}");
        assert_eq!(answers[0], answers[1], "{method} {route}");
    }
    stage.close().await;
}

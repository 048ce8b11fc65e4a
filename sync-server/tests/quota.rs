//! What one device and one outlet may bring in a day, and how often a device may ask.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::sync::Arc;
use std::time::Duration;

use doorstep_relay::Pace;
use doorstep_relay::engine::rates::Rate;
use doorstep_relay::engine::rush::Seats;
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::{self, DayUse, Quota, Storage};
use doorstep_schemas::ids::{BlobHash, DeviceId, DocId};
use doorstep_schemas::quota::day_of;
use doorstep_schemas::wire::{Access, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use stage::{EIGHT_IN_THE_MORNING, Phone, Stage, grant, job, pace, refusal};

const A_DAY: i64 = 24 * 3_600_000;

fn storage(stage: &Stage) -> &dyn Storage {
    stage.state.storage()
}

fn used(stage: &Stage, device: DeviceId) -> DayUse {
    let day = day_of(EIGHT_IN_THE_MORNING);
    let uses = storage::look(storage(stage), |shelf| shelf.uses(stage.outlet, day)).unwrap();
    uses.into_iter().find(|(by, _)| *by == device).map(|(_, used)| used).unwrap_or_default()
}

async fn allow(stage: &Stage, device: DayUse, outlet: DayUse) {
    let id = stage.outlet;
    stage.state.write(move |ledger| ledger.put_quota(id, Quota { device, outlet })).durable().await.unwrap();
}

fn entries(entries: u64) -> DayUse {
    DayUse { entries, ..DayUse::ENDLESS }
}

#[tokio::test]
async fn who_has_brought_a_days_share_keeps_the_rest_until_tomorrow() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
        wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
        allow(&stage, entries(2), DayUse::ENDLESS).await;
        let mut pen = li.pen(DocId::Sheet(job(1)));
        pen.write(4);
        let down = li.exchange(&[pen.piece(1, 1), pen.piece(2, 2), pen.piece(3, 3)]).await;
        assert_eq!(down.outcomes(), ["accepted", "accepted", "quota_used"]);
        let counted = used(&stage, li.device);
        assert_eq!(counted.entries, 2);
        assert!(counted.bytes > 200, "{counted:?}");
        // What is there already is known, whatever is used up, and costs nothing.
        let again = li.exchange(&[pen.piece(1, 2), pen.piece(3, 3)]).await;
        assert_eq!(again.outcomes(), ["known", "quota_used"]);
        assert_eq!(used(&stage, li.device), counted);
        // Just before midnight in the county town, and just after.
        stage.pass(16 * 3_600_000 - 1);
        assert_eq!(li.exchange(&[pen.piece(3, 3)]).await.outcomes(), ["quota_used"]);
        stage.pass(1);
        assert_eq!(li.exchange(&[pen.piece(3, 4)]).await.outcomes(), ["accepted"]);
        stage.close().await;
    }
}

#[tokio::test]
async fn an_owner_brings_as_much_as_the_outlet_and_words_are_never_refused() {
    let stage = Stage::set().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let mut li = stage.enrol(stage.li, 2).await;
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    allow(&stage, entries(1), entries(4)).await;
    let mut pen = wang.pen(DocId::Order(job(1)));
    pen.write(4);
    // One entry was the grant.
    let pieces: Vec<_> = (1..=4).map(|n| pen.piece(n, n)).collect();
    assert_eq!(wang.exchange(&pieces).await.outcomes(), ["accepted", "accepted", "accepted", "quota_used"]);
    assert_eq!(wang.exchange(&[grant(job(2), stage.li, Access::Write)]).await.outcomes(), ["accepted"]);
    assert_eq!(used(&stage, wang.device).entries, 5);
    // The outlet's share is everybody's.
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(1);
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["quota_used"]);
}

#[tokio::test]
async fn work_for_the_inbox_counts_for_who_brings_it_and_not_again_when_it_is_admitted() {
    let stage = Stage::set().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let mut li = stage.enrol(stage.li, 2).await;
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    let mut pen = li.pen(DocId::Sheet(job(1)));
    pen.write(2);
    stage.set_member(stage.li, vec![doorstep_schemas::wire::RoleKind::Technician], Status::Left).await;
    allow(&stage, entries(1), DayUse::ENDLESS).await;
    assert_eq!(li.exchange(&[pen.piece(1, 1), pen.piece(2, 2)]).await.outcomes(), ["not_allowed", "quota_used"]);
    assert_eq!(used(&stage, li.device).entries, 1);
    allow(&stage, entries(1), entries(0)).await;
    let admit = doorstep_schemas::wire::Admit {
        doc: pen.doc.clone(),
        actor: pen.actor,
        to_seq: 1,
        declined: false,
        reason: None,
    };
    let piece = doorstep_schemas::wire::Piece {
        kind: doorstep_schemas::wire::kind::ADMIT,
        admit: Some(admit),
        ..doorstep_schemas::wire::Piece::default()
    };
    assert_eq!(wang.exchange(&[piece]).await.outcomes(), ["accepted"]);
}

#[tokio::test]
async fn photos_count_once_as_a_whole_from_their_first_byte() {
    let stage = Stage::on_sqlite().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let doc = DocId::Sheet(job(1));
    let mut pen = li.pen(doc.clone());
    pen.write(1);
    li.exchange(&[pen.all()]).await;
    allow(&stage, DayUse { photo_bytes: 250, ..DayUse::ENDLESS }, DayUse::ENDLESS).await;
    let (first, second, third) = ([1u8; 100], [2u8; 100], [3u8; 100]);
    let named = |bytes: &[u8; 100]| BlobHash::of(bytes);
    assert_eq!(li.begin(named(&first), &doc, 100, &first).await.status(), 201);
    assert_eq!(used(&stage, li.device).photo_bytes, 100);
    assert_eq!(li.begin(named(&first), &doc, 100, &[]).await.status(), 201, "it is there already");
    assert_eq!(li.begin(named(&second), &doc, 100, &[]).await.status(), 201);
    assert_eq!(used(&stage, li.device).photo_bytes, 100, "nothing of it is here");
    assert_eq!(li.append(named(&second), 0, &second[..40]).await.status(), 204);
    assert_eq!(used(&stage, li.device).photo_bytes, 200, "what is never finished takes room as well");
    let refused = li.begin(named(&third), &doc, 100, &third).await;
    assert_eq!(refused.headers()["retry-after"], (16 * 3_600).to_string(), "until midnight");
    assert_eq!(refusal(refused).await, (429, "quota_used".into()));
    assert_eq!(li.append(named(&second), 40, &second[40..]).await.status(), 204, "what was begun is finished");
    assert_eq!(used(&stage, li.device).photo_bytes, 200);
    stage.pass(A_DAY);
    assert_eq!(li.begin(named(&third), &doc, 100, &third).await.status(), 201);
}

#[tokio::test]
async fn a_device_that_storms_is_told_to_wait_and_a_thousand_phones_behind_one_address_are_not() {
    let three = Pace { requests: Rate { at_once: 3, a_second: 1 }, ..pace() };
    let stage = Stage::at_pace(Arc::new(Memory::new()), tempfile::tempdir().unwrap(), three).await;
    let li = stage.enrol(stage.li, 2).await;
    let ask = async |phone: &Phone| phone.send(stage::body(&phone.up(), &[])).await;
    for _ in 0..3 {
        assert_eq!(ask(&li).await.status(), 200);
    }
    let refused = ask(&li).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refusal(refused).await, (429, "too_many_requests".into()));
    for seed in 10..40 {
        let phone = stage.enrol(stage.zhao, seed).await;
        for _ in 0..3 {
            assert_eq!(ask(&phone).await.status(), 200, "all of them come from here");
        }
    }
    stage.pass(1_000);
    assert_eq!(ask(&li).await.status(), 200);
}

#[tokio::test]
async fn the_document_of_the_json_routes_is_served_to_anybody() {
    let stage = Stage::set().await;
    let answer = stage.http.get(stage.url("/v1/openapi.json")).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let document: serde_json::Value = stage::json(answer).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/v1/openapi.json"]["get"].is_object(), "itself among them");
}

#[tokio::test]
async fn who_finds_no_seat_is_told_when_to_come_before_anything_is_read() {
    let none = Pace { seats: Seats { at_once: 0, a_second: 2 }, ..pace() };
    let stage = Stage::at_pace(Arc::new(Memory::new()), tempfile::tempdir().unwrap(), none).await;
    let li = stage.enrol(stage.li, 2).await;
    let mut pen = li.pen(DocId::Sheet(job(1)));
    pen.write(2);
    for wait in ["1", "1", "2", "2", "3"] {
        let refused = li.send(stage::body(&li.up(), &[pen.all()])).await;
        assert_eq!(refused.headers()["retry-after"], wait);
        assert_eq!(refusal(refused).await, (503, "relay_busy".into()));
    }
    let nobody = stage.http.post(stage.url("/v1/exchange")).body("whatever").send().await.unwrap();
    assert_eq!(nobody.status(), 503);
    assert_eq!(used(&stage, li.device), DayUse::default(), "nothing was kept");
}

#[tokio::test]
async fn lines_that_stand_still_keep_nobody_out() {
    let one = Pace { seats: Seats { at_once: 1, ..Seats::USUAL }, idle_body: Duration::from_secs(60), ..pace() };
    let stage = Stage::at_pace(Arc::new(Memory::new()), tempfile::tempdir().unwrap(), one).await;
    let (li, zhao) = (stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    // Between two of them the one seat is taken for a moment.
    let served = async || {
        for _ in 0..200 {
            match zhao.send(stage::body(&zhao.up(), &[])).await.status().as_u16() {
                200 => return true,
                503 => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{other}"),
            }
        }
        false
    };
    let body = stage::body(&li.up(), &[]);
    let (begin, rest) = body.split_at(body.len() / 2);
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut line = TcpStream::connect(stage.address).await.unwrap();
        let head = format!(
            "POST /v1/exchange HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            li.token,
            body.len()
        );
        line.write_all(&[head.as_bytes(), begin].concat()).await.unwrap();
        slow.push(line);
        assert!(served().await, "{} lines stand still", slow.len());
    }
    for mut line in slow {
        line.write_all(rest).await.unwrap();
        let mut answer = [0; 12];
        line.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200", "who was let in is served, whoever is inside");
    }
    assert!(served().await, "and every seat is given back");
}

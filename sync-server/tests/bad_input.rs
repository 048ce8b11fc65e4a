//! Bodies that are wrong, cut, too large or too slow: a clear answer, and what arrived whole is kept.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::time::Duration;

use doorstep_schemas::MAX_EXCHANGE;
use doorstep_schemas::frame;
use doorstep_schemas::ids::DocId;
use doorstep_schemas::wire::{Status, UpHeader};
use reqwest::Method;
use stage::pen::Pen;
use stage::{Phone, Stage, body, job, refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends `part` of a body that claims `claimed` bytes, closes its side and reads the answer to its end.
async fn cut(stage: &Stage, phone: &Phone, part: &[u8], claimed: usize) -> String {
    let mut line = TcpStream::connect(stage.address).await.unwrap();
    let head = format!(
        "POST /v1/exchange HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: {claimed}\r\n\r\n",
        phone.token
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(part).await.unwrap();
    line.shutdown().await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap_or(0);
    answer
}

async fn entries(stage: &Stage) -> u64 {
    let outlet = stage.outlet;
    let row = stage.state.read(move |shelf| shelf.outlet(outlet)).await;
    row.unwrap().unwrap().head
}

#[tokio::test]
async fn a_push_cut_at_any_byte_keeps_the_whole_pieces_and_the_repeat_completes_it() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    for at in 0.. {
        // A fresh job for every cut, so that each starts from nothing.
        let mut name = [at as u8; 16];
        name[0] = (at >> 8) as u8;
        let sheet = DocId::Sheet(doorstep_schemas::ids::JobId::from_bytes(name));
        let mut pen: Pen = li.pen(sheet);
        pen.write(3);
        let pieces = [pen.piece(1, 1), pen.piece(2, 2), pen.piece(3, 3)];
        let up = li.up();
        let whole = body(&up, &pieces);
        if at == whole.len() {
            break;
        }
        let before = entries(&stage).await;
        let arrived = (0..=3).rev().find(|n| body(&up, &pieces[..*n]).len() <= at).unwrap_or(0);
        cut(&stage, &li, &whole[..at], whole.len()).await;
        // The line is gone, the work is not: the writer may still be at it.
        let kept = loop {
            let kept = entries(&stage).await - before;
            if kept >= arrived as u64 {
                break kept;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(kept, arrived as u64, "cut at {at}");
        let again = li.exchange(&pieces).await;
        let expected: Vec<_> = (0..3).map(|n| if n < arrived { "known" } else { "accepted" }).collect();
        assert_eq!(again.outcomes(), expected, "cut at {at}");
    }
    let outlet = stage.outlet;
    let audit = stage.state.read(move |shelf| doorstep_relay::engine::audit::audit(shelf, outlet)).await.unwrap();
    assert_eq!(audit.finding, None);
}

#[tokio::test]
async fn a_body_that_ends_inside_a_frame_is_unreadable_but_its_whole_pieces_stay() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    let mut short = body(&li.up(), &[sheet.piece(1, 1), sheet.piece(2, 2)]);
    short.pop();
    assert_eq!(refusal(li.send(short).await).await, (400, "exchange_unreadable".into()));
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
    assert_eq!(li.exchange(&[sheet.piece(1, 1)]).await.outcomes(), ["known"]);
}

#[tokio::test]
async fn what_is_no_exchange_is_told_so() {
    let stage = Stage::set().await;
    let li = stage.enrol(stage.li, 2).await;
    let huge_claim = [0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3].to_vec();
    let endless_number = vec![0xff; 40];
    let mut text = Vec::new();
    frame::put(&mut text, &"a text where the header should be");
    for bad in [Vec::new(), b"{\"json\":true}".to_vec(), huge_claim, endless_number, text] {
        assert_eq!(refusal(li.send(bad.clone()).await).await, (400, "exchange_unreadable".into()), "{bad:?}");
    }
    let old = UpHeader { protocol: 0, ..li.up() };
    assert_eq!(refusal(li.send(body(&old, &[])).await).await, (426, "protocol_too_old".into()));
}

#[tokio::test]
async fn a_frame_that_holds_no_piece_is_refused_alone() {
    let stage = Stage::set().await;
    let li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(1);
    let mut bytes = body(&li.up(), &[]);
    frame::put(&mut bytes, &"nonsense");
    frame::put(&mut bytes, &sheet.all());
    let answer = li.send(bytes).await;
    let down = stage::read_down(&answer.bytes().await.unwrap());
    assert_eq!(down.outcomes(), ["piece_unreadable", "accepted"]);
}

#[tokio::test]
async fn one_byte_too_many_is_too_large_and_what_fitted_stays() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(1);
    let mut bytes = body(&li.up(), &[sheet.all()]);
    bytes.extend(std::iter::repeat_n(0, MAX_EXCHANGE + 1 - bytes.len()));
    assert_eq!(refusal(li.send(bytes).await).await, (413, "exchange_too_large".into()));
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["known"]);
}

#[tokio::test]
async fn who_is_not_served_gets_nothing() {
    let stage = Stage::set().await;
    let (wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let nobody = Phone { token: "00".repeat(16), ..li.clone() };
    assert_eq!(refusal(nobody.send(body(&li.up(), &[])).await).await, (401, "device_refused".into()));
    let path = format!("/v1/devices/{}/status", li.device);
    let lost = wang.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
    assert_eq!(lost.status(), 204);
    for (method, path) in [
        (Method::POST, "/v1/exchange".to_owned()),
        (Method::GET, "/v1/live".to_owned()),
        (Method::GET, format!("/v1/blobs/{}", "ab".repeat(32))),
        (Method::PATCH, format!("/v1/uploads/{}", "ab".repeat(32))),
        (Method::POST, "/v1/uploads".to_owned()),
        (Method::POST, "/v1/members".to_owned()),
        (Method::POST, "/v1/invites".to_owned()),
        (Method::POST, path),
    ] {
        let answer = li.request(method.clone(), &path).send().await.unwrap();
        assert_eq!(refusal(answer).await, (403, "device_refused".into()), "{method} {path}");
    }
    let found = wang.request(Method::POST, &format!("/v1/devices/{}/status", li.device));
    found.body(r#"{"status":"active"}"#).send().await.unwrap();
    assert_eq!(li.send(body(&li.up(), &[])).await.status(), 200);
    stage.set_member(stage.li, Vec::new(), Status::Left).await;
    // Who has left may still hand over; see tests/inbox.rs.
    assert_eq!(li.send(body(&li.up(), &[])).await.status(), 200);
    let live = li.request(Method::GET, "/v1/live").send().await.unwrap();
    assert_eq!(refusal(live).await, (403, "device_refused".into()));
}

#[tokio::test]
async fn work_of_a_lost_phone_is_still_taken_from_a_colleague() {
    let stage = Stage::set().await;
    let (wang, li, mut zhao) =
        (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    let path = format!("/v1/devices/{}/status", li.device);
    wang.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
    assert_eq!(zhao.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
    stage.set_member(stage.li, Vec::new(), Status::Left).await;
    sheet.write(1);
    assert_eq!(zhao.exchange(&[sheet.piece(3, 3)]).await.outcomes(), ["not_allowed"]);
}

#[tokio::test]
async fn headers_that_never_end_and_bodies_that_stand_still_lose_their_line() {
    let stage = Stage::set().await;
    let li = stage.enrol(stage.li, 2).await;
    let mut slow = TcpStream::connect(stage.address).await.unwrap();
    slow.write_all(b"POST /v1/exchange HTTP/1.1\r\nhost: ").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the relay still waits for the rest of the head");

    let mut still = TcpStream::connect(stage.address).await.unwrap();
    let head = format!(
        "POST /v1/exchange HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: 5000\r\n\r\n",
        li.token
    );
    still.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), still.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the relay still waits for the rest of the body");
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn an_address_that_is_none_answers_in_the_same_form() {
    let stage = Stage::set().await;
    let answer = stage.http.get(stage.url("/v2/anything")).send().await.unwrap();
    assert_eq!(refusal(answer).await, (404, "not_found".into()));
    let answer = stage.http.get(stage.url("/v1/exchange")).send().await.unwrap();
    assert_eq!(refusal(answer).await, (405, "request_invalid".into()));
    let health: serde_json::Value = stage::json(stage.http.get(stage.url("/v1/health")).send().await.unwrap()).await;
    assert_eq!((&health["name"], &health["protocol"]), (&"doorstep-relay".into(), &1.into()));
}

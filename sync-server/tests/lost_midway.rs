//! Reported lost while a request is running: nothing more is taken from the device, and nothing more goes to it.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use axum::body::Body;
use doorstep_relay::engine::team;
use doorstep_schemas::ids::{BlobHash, DocId};
use doorstep_schemas::wire::{Access, Status, UpHeader};
use futures_util::StreamExt;
use hyper::Request;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use reqwest::{Method, StatusCode};
use stage::{Phone, Stage, body, grant, job};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

async fn report_lost(stage: &Stage, phone: &Phone) {
    let (outlet, device) = (stage.outlet, phone.device);
    let lost = stage.state.write(move |ledger| {
        team::set_device_status(ledger, outlet, device, Status::Lost, stage::EIGHT_IN_THE_MORNING + 1).unwrap();
        Ok(())
    });
    lost.durable().await.unwrap();
}

/// A line that takes little at a time, as a phone's does.
async fn thin_line(stage: &Stage) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    socket.connect(stage.address).await.unwrap()
}

/// Takes the first part of the answer, has the device reported lost, and takes what still comes: bytes before, bytes behind,
/// whether the answer was broken off. Without a socket, whose buffers would take who knows how much.
async fn parts_across(stage: &Stage, phone: &Phone, method: Method, path: &str, sent: Vec<u8>) -> (usize, usize, bool) {
    let service = TowerToHyperService::new(doorstep_relay::routes::router(stage.state.clone()));
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", phone.token));
    let answer = service.call(request.body(Body::from(sent)).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut parts = answer.into_body().into_data_stream();
    let before = parts.next().await.unwrap().unwrap().len();
    report_lost(stage, phone).await;
    let mut behind = 0;
    while let Some(part) = parts.next().await {
        match part {
            Ok(part) => behind += part.len(),
            Err(_broken_off) => return (before, behind, true),
        }
    }
    (before, behind, false)
}

fn asking(phone: &Phone, method: &str, path: &str, sent: &[u8]) -> Vec<u8> {
    let token = &phone.token;
    let length = sent.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), sent].concat()
}

/// Wang's and Li's phones, and how many bytes of work Li's would be given.
async fn much_work(stage: &Stage) -> (Phone, Phone, usize) {
    let (mut wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    for n in 1..=24 {
        let mut pen = wang.pen(DocId::Order(job(n)));
        pen.write(125);
        pen.write(125);
        let granted = std::iter::once(grant(job(n), stage.li, Access::Write));
        let pieces: Vec<_> = granted.chain((1..=250).map(|n| pen.piece(n, n))).collect();
        wang.exchange(&pieces).await;
    }
    let mut reader = li.clone();
    let up = UpHeader { budget: Some(4 << 20), ..reader.up() };
    let whole = reader.send(body(&up, &[])).await.bytes().await.unwrap().len();
    reader.cursor = None;
    (wang, li, whole)
}

#[tokio::test]
async fn an_answer_on_its_way_to_a_lost_phone_is_broken_off() {
    let stage = Stage::set().await;
    let (_, li, whole) = much_work(&stage).await;
    assert!(whole > 1_000_000, "{whole}");
    let up = UpHeader { budget: Some(4 << 20), ..li.up() };
    let (before, behind, broken) = parts_across(&stage, &li, Method::POST, "/v1/exchange", body(&up, &[])).await;
    assert!(before > 0 && before < whole / 4 && behind == 0 && broken, "{before}, {behind} of {whole}, {broken}");
}

#[tokio::test]
async fn a_photo_on_its_way_to_a_lost_phone_is_broken_off() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let doc = DocId::Sheet(job(1));
    let mut pen = li.pen(doc.clone());
    pen.write(1);
    li.exchange(&[pen.all()]).await;
    let photo = vec![5u8; 2_000_000];
    let hash = BlobHash::of(&photo);
    let path = format!("/v1/blobs/{hash}");
    assert_eq!(li.begin(hash, &doc, photo.len(), &photo).await.status(), 201);
    let (before, behind, broken) = parts_across(&stage, &li, Method::GET, &path, Vec::new()).await;
    assert!(broken && before > 0 && before + behind < photo.len() / 4, "{before}, {behind}, {broken}");
}

#[tokio::test]
async fn pieces_that_come_after_the_report_within_one_request_are_not_kept() {
    let stage = Stage::patient().await;
    let (mut wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    let mut pen = li.pen(DocId::Sheet(job(1)));
    pen.write(2);
    let (first, whole) = (body(&li.up(), &[pen.piece(1, 1)]), body(&li.up(), &[pen.piece(1, 1), pen.piece(2, 2)]));
    let request = asking(&li, "POST", "/v1/exchange", &whole);
    let cut = request.len() - (whole.len() - first.len());
    let mut line = thin_line(&stage).await;
    line.write_all(&request[..cut]).await.unwrap();
    // The first piece is kept when others can see it.
    while !wang.exchange(&[]).await.entries.iter().any(|entry| entry.piece.doc.as_ref() == Some(&pen.doc)) {
        tokio::task::yield_now().await;
    }
    report_lost(&stage, &li).await;
    line.write_all(&request[cut..]).await.unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403");
    let held =
        doorstep_relay::storage::look(stage.state.storage(), |shelf| shelf.run(stage.outlet, &pen.doc, pen.actor));
    assert_eq!(held.unwrap().unwrap().run.seq, 1);
}

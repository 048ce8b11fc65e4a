//! Announcements: seldom, only of what the device may read, and ended when the device is lost.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::time::Duration;

use doorstep_schemas::ids::DocId;
use doorstep_schemas::live::Announcement;
use doorstep_schemas::wire::{RoleKind, Status};
use futures_util::StreamExt;
use reqwest::Method;
use stage::{Phone, Stage, job};
use tokio::time::timeout;

struct Listener {
    stream: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>>>>,
    text: String,
    comments: usize,
}

impl Listener {
    async fn of(phone: &Phone) -> Self {
        Self::at(phone, "/v1/live").await
    }

    async fn at(phone: &Phone, route: &str) -> Self {
        let answer = phone.request(Method::GET, route).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let stream = answer.bytes_stream().take_while(|chunk| std::future::ready(chunk.is_ok()));
        let stream = Box::pin(stream.map(|chunk| chunk.unwrap().to_vec()));
        Self { stream, text: String::new(), comments: 0 }
    }

    /// The next announcement; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Announcement> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                match event.strip_prefix("event: news\ndata: ") {
                    Some(json) => return Some(serde_json::from_str(json).unwrap()),
                    None => self.comments += 1,
                }
            }
            let chunk = timeout(Duration::from_secs(10), self.stream.next()).await.unwrap()?;
            self.text.push_str(&String::from_utf8(chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn the_owners_desk_hears_of_a_technicians_work_and_the_phone_that_it_was_fetched() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    wang.exchange(&[]).await;
    let mut desk = Listener::of(&wang).await;
    let first = desk.next().await.unwrap();
    assert_eq!(first.seq, 5);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    li.exchange(&[sheet.all()]).await;
    let mut phone = Listener::of(&li).await;
    phone.next().await.unwrap();
    assert_eq!(desk.next().await.unwrap().seq, 6);
    wang.exchange(&[]).await;
    wang.exchange(&[]).await;
    // The first of the two visits may be told on its own.
    while phone.next().await.unwrap().owner_seq < 6 {}
    stage.close().await;
}

#[tokio::test]
async fn many_changes_are_one_announcement_and_silence_is_kept_alive() {
    let stage = Stage::set().await;
    let (wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let mut desk = Listener::of(&wang).await;
    desk.next().await.unwrap();
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(30);
    for seq in 1..=30 {
        li.exchange(&[sheet.piece(seq, seq)]).await;
    }
    let mut told = 0;
    while desk.next().await.unwrap().seq < 35 {
        told += 1;
    }
    assert!(told < 15, "{told} announcements for 30 changes");
    // Li's own work is no news to Li's phone.
    let mut phone = Listener::of(&li).await;
    phone.next().await.unwrap();
    sheet.write(1);
    li.exchange(&[sheet.piece(31, 31)]).await;
    stage.set_member(stage.li, vec![RoleKind::Technician], Status::Active).await;
    assert_eq!(phone.next().await.unwrap().seq, 37, "the next word is about the role");
    assert!(timeout(Duration::from_millis(350), phone.next()).await.is_err());
    assert!(phone.comments > 0);
}

#[tokio::test]
async fn a_device_whose_bytes_cost_money_hears_of_work_ten_times_more_seldom() {
    let stage = Stage::set().await;
    let (wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let mut desk = Listener::at(&wang, "/v1/live?seldom=true").await;
    desk.next().await.unwrap();
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    li.exchange(&[sheet.piece(1, 1)]).await;
    assert_eq!(desk.next().await.unwrap().seq, 6, "the first is told at once");
    li.exchange(&[sheet.piece(2, 2)]).await;
    assert!(timeout(Duration::from_millis(300), desk.next()).await.is_err());
    assert_eq!(desk.next().await.unwrap().seq, 7);
    // A wish that nobody knows is no error.
    Listener::at(&wang, "/v1/live?seldom=perhaps&why").await.next().await.unwrap();
}

#[tokio::test]
async fn work_that_a_device_may_not_read_is_not_announced_to_it() {
    let stage = Stage::set().await;
    let (mut li, zhao) = (stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut ear = Listener::of(&zhao).await;
    assert_eq!(ear.next().await.unwrap().seq, 5);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(1);
    li.exchange(&[sheet.all()]).await;
    assert!(timeout(Duration::from_millis(250), ear.next()).await.is_err());
}

#[tokio::test]
async fn a_lost_phone_loses_its_stream() {
    let stage = Stage::set().await;
    let (wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let mut phone = Listener::of(&li).await;
    phone.next().await.unwrap();
    let path = format!("/v1/devices/{}/status", li.device);
    wang.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
    assert!(phone.next().await.is_none());
}

#[tokio::test]
async fn a_relay_that_stops_lets_go_of_its_listeners() {
    let stage = Stage::set().await;
    let li = stage.enrol(stage.li, 2).await;
    let mut phone = Listener::of(&li).await;
    phone.next().await.unwrap();
    stage.close().await;
    assert!(phone.next().await.is_none());
}

//! A push of 4 KB over a line that breaks at each of its bytes, on the way up and on the way down: what was acknowledged
//! is there, nothing is there twice, and the repeat is answered as if the line had never broken.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::net::SocketAddr;

use doorstep_relay::storage::{EntryHead, StorageError};
use doorstep_schemas::ids::{Actor, DocId, JobId, ShortId};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Outcome, Piece, RoleKind, Status};
use stage::{Down, Phone, Stage, body, read_down};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PIECES: u64 = 4;
const CHANGES: u64 = 9;
/// Devices that push side by side.
const AT_ONCE: usize = 6;

/// Which half of the conversation breaks, and behind how many of its bytes.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Up(usize),
    Down(usize),
}

/// One push of a device that has just started: four pieces of a new sheet, as long as what a technician writes.
struct Push {
    phone: Phone,
    sheet: DocId,
    pieces: Vec<Piece>,
}

impl Push {
    fn new(phone: &Phone, number: u64) -> Self {
        let mut phone = phone.clone();
        let start: [u8; 8] = number.to_be_bytes();
        phone.actor = Actor::new(phone.device, start);
        let sheet = DocId::Sheet(JobId::from_bytes((u128::from(number) | 1 << 90).to_be_bytes()));
        let mut pen = phone.pen(sheet.clone());
        pen.write((PIECES * CHANGES) as u8);
        let piece = |n: u64| {
            let (from, to) = (n * CHANGES + 1, (n + 1) * CHANGES);
            let mut piece = pen.piece(from, to);
            let kept = piece.segment.as_mut().unwrap();
            // As they are: here it is length that counts.
            let changes = &pen.changes[from as usize - 1..to as usize];
            (kept.codec, kept.body) = segment::plain(changes.iter().map(Vec::as_slice));
            piece
        };
        let pieces = (0..PIECES).map(piece).collect();
        Self { phone, sheet, pieces }
    }

    fn request(&self) -> Vec<u8> {
        let body = body(&self.phone.up(), &self.pieces);
        let head = format!(
            "POST /v1/exchange HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            self.phone.token,
            body.len()
        );
        [head.as_bytes(), &body].concat()
    }

    /// Sends, as far as the line lets it, and reads as far as the line lets it.
    async fn converse(&self, relay: SocketAddr, cut: Option<Cut>) -> Vec<u8> {
        let mut line = TcpStream::connect(relay).await.unwrap();
        let request = self.request();
        let mut answer = Vec::new();
        if let Some(Cut::Up(at)) = cut {
            line.write_all(&request[..at.min(request.len())]).await.unwrap();
            return answer;
        }
        line.write_all(&request).await.unwrap();
        let most = match cut {
            Some(Cut::Down(at)) => at,
            _ => usize::MAX,
        };
        while answer.len() < most && whole(&answer).is_none() {
            let mut part = vec![0; 4_096.min(most - answer.len())];
            match line.read(&mut part).await {
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(&part[..count]),
            }
        }
        answer
    }
}

/// The body of an answer that came to its end.
fn whole(answer: &[u8]) -> Option<&[u8]> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
    answer.get(head..head + length)
}

fn heard(answer: &[u8]) -> Down {
    read_down(whole(answer).expect("a line that holds brings the whole answer"))
}

/// Breaks one push, repeats it, and looks at what the log then holds.
async fn try_one(stage: &Stage, phone: &mut Phone, number: u64, cut: Cut) {
    let push = Push::new(phone, number);
    push.converse(stage.address, Some(cut)).await;
    let repeated = heard(&push.converse(stage.address, None).await);
    let results = &repeated.header.results;
    assert_eq!(results.len(), PIECES as usize, "{cut:?}");
    let taken = results.iter().all(|result| matches!(result.outcome, Outcome::Accepted | Outcome::Known));
    assert!(taken, "{cut:?}: {results:?}");
    if let Cut::Down(_) = cut {
        assert!(results.iter().all(|result| result.outcome == Outcome::Known), "an answer is only sent for what is in");
    }
    let (outlet, sheet) = (stage.outlet, push.sheet.clone());
    let job = sheet.job().unwrap();
    let look = stage.state.read(move |shelf| {
        let run = shelf.run(outlet, &sheet, push.phone.actor)?;
        Ok::<_, StorageError>((run, shelf.job_segments(outlet, job, u64::MAX, 0, 100)?))
    });
    let (run, entries): (_, Vec<EntryHead>) = look.await.unwrap();
    assert_eq!(run.map(|run| run.run.seq), Some(PIECES * CHANGES), "{cut:?}: all of it is there");
    assert_eq!(entries.len(), PIECES as usize, "{cut:?}: and once");
    let told: Vec<u64> = results.iter().filter_map(|result| result.log_seq).collect();
    assert!(told.iter().all(|seq| entries.iter().any(|entry| entry.seq == *seq)), "{cut:?}: where it was said to be");
    phone.cursor = Some(repeated.trailer.cursor);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_of_4_kb_survives_a_cut_at_each_of_its_bytes_both_ways() {
    let stage = Stage::patient().await;
    let mut phones = Vec::new();
    for n in 0..AT_ONCE as u8 {
        let member = ShortId::mint([100 + n; 5]);
        stage.set_member(member, vec![RoleKind::Technician], Status::Active).await;
        let mut phone = stage.enrol(member, 100 + n).await;
        phone.pull_all(None).await;
        phones.push(phone);
    }
    let sample = Push::new(&phones[0], 0);
    let (up, down) = (sample.request().len(), sample.converse(stage.address, None).await.len());
    assert!((4_096..8_192).contains(&up), "{up} bytes");
    let cuts: Vec<Cut> = (0..=up).map(Cut::Up).chain((1..down).map(Cut::Down)).collect();

    let all = (1u64..).zip(cuts).collect::<Vec<_>>();
    let share = all.len().div_ceil(AT_ONCE);
    let stage = std::sync::Arc::new(stage);
    let mut devices = tokio::task::JoinSet::new();
    for (mut phone, cuts) in phones.into_iter().zip(all.chunks(share).map(<[_]>::to_vec)) {
        let stage = stage.clone();
        devices.spawn(async move {
            for (number, cut) in cuts {
                try_one(&stage, &mut phone, number, cut).await;
            }
        });
    }
    while let Some(done) = devices.join_next().await {
        done.unwrap();
    }
}

/// Slices of a push that leave a while apart: slower than any 2G, and never still for as long as the relay waits.
#[tokio::test]
async fn a_slow_push_with_stalls_goes_through_and_one_that_stands_still_keeps_what_came() {
    let stage = Stage::set().await;
    let li = stage.enrol(stage.li, 2).await;
    let idle = stage::pace().idle_body;
    let push = Push::new(&li, 1);
    let request = push.request();
    let mut line = TcpStream::connect(stage.address).await.unwrap();
    line.set_nodelay(true).unwrap();
    let begun = tokio::time::Instant::now();
    for part in request.chunks(request.len().div_ceil(8)) {
        line.write_all(part).await.unwrap();
        tokio::time::sleep(idle / 3).await;
    }
    assert!(begun.elapsed() > 2 * idle, "the whole took longer than the relay would wait for a next byte");
    let mut answer = Vec::new();
    while whole(&answer).is_none() {
        assert!(line.read_buf(&mut answer).await.unwrap() > 0, "the line was closed on a push that moved");
    }
    assert!(heard(&answer).header.results.iter().all(|result| result.outcome == Outcome::Accepted));

    let halted = Push::new(&li, 2);
    let request = halted.request();
    let last = halted.pieces.last().map(|piece| minicbor::to_vec(piece).unwrap().len()).unwrap();
    let mut line = TcpStream::connect(stage.address).await.unwrap();
    line.write_all(&request[..request.len() - last / 2]).await.unwrap();
    let mut said = Vec::new();
    line.read_to_end(&mut said).await.unwrap_or(0);
    assert!(begun.elapsed() > idle && String::from_utf8_lossy(&said).starts_with("HTTP/1.1 4"), "{said:?}");
    let repeated = heard(&halted.converse(stage.address, None).await);
    let outcomes: Vec<_> = repeated.header.results.iter().map(|result| result.outcome).collect();
    assert_eq!(outcomes, [Outcome::Known, Outcome::Known, Outcome::Known, Outcome::Accepted]);
}

//! Bytes beside the log, up by tus and down: named by their hash, going on where the last line broke.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_schemas::blob::{self, MissingAnswer, MissingRequest};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{BlobHash, DocId};
use reqwest::{Method, RequestBuilder, StatusCode};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::admin;
use super::fault::Fault;
use super::line::{self, Answer, Line};
use crate::store::StoreError;

/// Bytes of one request: small enough to pass between two cuts of a bad line.
const STRIDE: usize = 64 * 1024;
/// Answers of one sending that may bring nothing forward: a stride that was spoilt on its way, an upload that the relay
/// has given up meanwhile, another place than was thought.
const STANDSTILLS: u32 = 4;
/// tus's word for a body that is not what its checksum says.
const SPOILT: u16 = 460;

/// Bytes on their way up.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    pub hash: &'a BlobHash,
    pub doc: &'a DocId,
    pub bytes: &'a [u8],
    /// Whether the relay was sent some of it before: then it is asked how much it holds.
    pub begun: bool,
}

/// What the next request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Begins, with the first bytes.
    Begin,
    GoOn(usize),
    /// All of it is there: it is tied to its document, which may be another than it was brought for.
    Tie,
}

impl Upload<'_> {
    fn path(&self) -> String {
        format!("v1/uploads/{}", self.hash)
    }

    /// One request with as many bytes as pass between two cuts.
    fn request(&self, line: &Line, step: Step) -> Result<(RequestBuilder, Vec<u8>), Fault> {
        let request = match step {
            Step::Tie | Step::Begin => line
                .request(Method::POST, "v1/uploads")?
                .header(blob::LENGTH, self.bytes.len())
                .header(blob::METADATA, self.metadata()),
            Step::GoOn(offset) => line.request(Method::PATCH, &self.path())?.header(blob::OFFSET, offset),
        };
        let start = match step {
            Step::Tie => return Ok((request.header(blob::RESUMABLE, blob::RESUMABLE_VERSION), Vec::new())),
            Step::Begin => 0,
            Step::GoOn(offset) => offset,
        };
        let part = &self.bytes[start..(start + STRIDE).min(self.bytes.len())];
        let checksum = format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(part)));
        let request = request
            .header(blob::RESUMABLE, blob::RESUMABLE_VERSION)
            .header(blob::CHECKSUM, checksum)
            .header("content-type", blob::BODY_TYPE);
        Ok((request, part.to_vec()))
    }

    fn metadata(&self) -> String {
        let word = |text: String| BASE64_STANDARD.encode(text);
        let (hash, doc) = (word(self.hash.to_string()), word(self.doc.to_string()));
        format!("{} {hash},{} {doc}", blob::META_HASH, blob::META_DOC)
    }

    /// Where to go on, by what the relay holds.
    async fn step(&self, line: &Line) -> Result<Step, Fault> {
        let request = line.request(Method::HEAD, &self.path())?.header(blob::RESUMABLE, blob::RESUMABLE_VERSION);
        let answer = line.ask(request, Vec::new()).await?;
        match answer.status() {
            status if status.is_success() => match self.offset_of(&answer)? {
                offset if offset == self.bytes.len() => Ok(Step::Tie),
                offset => Ok(Step::GoOn(offset)),
            },
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Step::Begin),
            _ => Err(line::refusal(answer).await),
        }
    }

    fn offset_of(&self, answer: &Answer) -> Result<usize, Fault> {
        let offset = answer.headers().get(blob::OFFSET).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        offset.filter(|offset| *offset <= self.bytes.len()).ok_or(Fault::Nonsense("no upload offset"))
    }
}

/// Sends what the relay does not hold yet, however many requests that takes. `sent` hears how much is there. Between two
/// requests it waits for whoever holds `first`.
pub async fn send(
    line: &Line,
    upload: Upload<'_>,
    first: Option<&Mutex<()>>,
    mut sent: impl FnMut(usize) -> Result<(), StoreError>,
) -> Result<(), Fault> {
    let mut step = if upload.begun { upload.step(line).await? } else { Step::Begin };
    let mut standstills = 0;
    loop {
        if let Some(first) = first {
            drop(first.lock().await);
        }
        let (request, body) = upload.request(line, step)?;
        let answer = line.ask(request, body).await?;
        let next = match answer.status() {
            status if status.is_success() || status == StatusCode::CONFLICT => {
                let offset = upload.offset_of(&answer)?;
                sent(offset)?;
                if offset == upload.bytes.len() && status != StatusCode::CONFLICT {
                    return Ok(());
                }
                if offset == upload.bytes.len() { Step::Tie } else { Step::GoOn(offset) }
            }
            StatusCode::NOT_FOUND | StatusCode::GONE if matches!(step, Step::GoOn(_)) => Step::Begin,
            status if status.as_u16() == SPOILT && standstills < STANDSTILLS => step,
            _ => return Err(line::refusal(answer).await),
        };
        standstills += u32::from(next <= step);
        if standstills > STANDSTILLS {
            return Err(Fault::Nonsense("an upload that does not move"));
        }
        step = next;
    }
}

/// Which of these, [`blob::MOST_ASKED`] at most, the relay does not hold whole.
pub async fn missing(line: &Line, hashes: Vec<BlobHash>) -> Result<Vec<BlobHash>, Fault> {
    Ok(admin::ask::<_, MissingAnswer>(line, "v1/blobs/missing", &MissingRequest { hashes }).await?.missing)
}

/// Fetches the bytes, `most` at most, behind those that are in `bytes` already; what does not hash to its name is nothing.
/// When the line breaks, what has come stays in `bytes`. `came` hears of all that is here.
pub async fn fetch(
    line: &Line,
    hash: &BlobHash,
    most: u64,
    bytes: &mut Vec<u8>,
    mut came: impl FnMut(&[u8]),
) -> Result<(), Fault> {
    loop {
        let had = bytes.len();
        read_on(line, hash, most, bytes, &mut came).await?;
        if BlobHash::of(bytes) == *hash {
            return Ok(());
        }
        bytes.clear();
        // What was kept from before may be what spoilt it.
        if had == 0 {
            return Err(Fault::Nonsense("bytes that are not those of their name"));
        }
    }
}

async fn read_on(
    line: &Line,
    hash: &BlobHash,
    most: u64,
    bytes: &mut Vec<u8>,
    came: &mut impl FnMut(&[u8]),
) -> Result<(), Fault> {
    let path = format!("v1/blobs/{hash}");
    let mut request = line.request(Method::GET, &path)?;
    if !bytes.is_empty() {
        request = request.header("range", format!("bytes={}-", bytes.len()));
    }
    let mut answer = line.ask(request, Vec::new()).await?;
    match answer.status() {
        StatusCode::PARTIAL_CONTENT if goes_on(&answer, bytes.len()) => {}
        // All of it was here, or more than there is: the hash says which.
        StatusCode::RANGE_NOT_SATISFIABLE if !bytes.is_empty() => return Ok(()),
        StatusCode::OK => bytes.clear(),
        status if status.is_success() => return Err(Fault::Nonsense("another range than was asked for")),
        _ => return Err(line::refusal(answer).await),
    }
    let too_large = || Fault::Refused {
        status: StatusCode::PAYLOAD_TOO_LARGE.as_u16(),
        code: ErrorCode::BlobTooLarge,
        detail: format!("more than {most} bytes"),
        retry_after_ms: None,
        farewell: None,
    };
    if answer.content_length().is_some_and(|length| length.saturating_add(bytes.len() as u64) > most) {
        return Err(too_large());
    }
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(chunk.as_ref());
        if bytes.len() as u64 > most {
            return Err(too_large());
        }
        came(bytes);
    }
    Ok(())
}

/// Whether a range is the one behind so many bytes.
fn goes_on(answer: &Answer, had: usize) -> bool {
    let range = answer.headers().get("content-range").and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {had}-")))
}

/// Whether trying the same again at once is pointless: the relay said no to these bytes, not to this moment.
pub fn final_refusal(fault: &Fault) -> Option<ErrorCode> {
    match fault {
        // A body that stood still, or was spoilt on its way, says something of the line.
        Fault::Refused { status: 401 | 408 | 429 | SPOILT, .. } => None,
        Fault::Refused { status, code, .. } if (400..500).contains(status) => Some(*code),
        Fault::Nonsense(_) => Some(fault.code()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn picture(size: usize) -> Vec<u8> {
        (0..size).map(|i| (i * 31 % 251) as u8).collect()
    }

    /// A relay that gives `bytes` and ends each connection after `within` of them; how many it gave out.
    async fn giving(bytes: Vec<u8>, within: usize, ranges: bool) -> (Line, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::new(&format!("http://{}", listener.local_addr().unwrap()), None, None).unwrap();
        let given = Arc::new(AtomicUsize::new(0));
        let gives = given.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let came = stream.read(&mut head).await.unwrap();
                let head = String::from_utf8_lossy(&head[..came]).to_lowercase();
                let from = head.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()?.parse().ok());
                let from: usize = from.filter(|_| ranges).unwrap_or(0);
                let left = bytes.len().saturating_sub(from);
                let first = match (from, left) {
                    (0, _) => "200 OK\r\n".to_owned(),
                    (_, 0) => "416 Range Not Satisfiable\r\n".to_owned(),
                    _ => format!(
                        "206 Partial Content\r\ncontent-range: bytes {from}-{}/{}\r\n",
                        bytes.len() - 1,
                        bytes.len()
                    ),
                };
                let answer = format!("HTTP/1.1 {first}connection: close\r\ncontent-length: {left}\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                let part = &bytes[from.min(bytes.len())..][..left.min(within)];
                gives.fetch_add(part.len(), Ordering::Relaxed);
                stream.write_all(part).await.unwrap_or(());
                stream.shutdown().await.unwrap_or(());
            }
        });
        (line, given)
    }

    #[tokio::test]
    async fn a_picture_comes_on_from_where_the_line_broke() {
        let bytes = picture(300_000);
        let hash = BlobHash::of(&bytes);
        let (line, given) = giving(bytes.clone(), 70_000, true).await;
        let (mut here, mut breaks, mut heard) = (Vec::new(), 0, 0);
        while fetch(&line, &hash, blob::MAX_BLOB, &mut here, |all| heard = all.len()).await.is_err() {
            breaks += 1;
            assert!(breaks < 9, "nothing stays of what came: {} bytes", here.len());
        }
        assert!(here == bytes);
        assert_eq!((breaks, heard), (4, 300_000));
        assert_eq!(given.load(Ordering::Relaxed), 300_000, "each byte once");
    }

    #[tokio::test]
    async fn what_was_kept_and_is_not_the_pictures_is_thrown_away() {
        let bytes = picture(50_000);
        let hash = BlobHash::of(&bytes);
        let (line, _) = giving(bytes.clone(), usize::MAX, true).await;
        let (whole, longer) = (bytes.clone(), [bytes.as_slice(), b"more"].concat());
        for kept in [vec![9; 20_000], vec![9; 50_000], whole, longer, bytes[..1].to_vec()] {
            let mut here = kept;
            fetch(&line, &hash, blob::MAX_BLOB, &mut here, |_| ()).await.unwrap();
            assert!(here == bytes);
        }
        let (deaf, _) = giving(bytes.clone(), usize::MAX, false).await;
        let mut here = bytes[..20_000].to_vec();
        fetch(&deaf, &hash, blob::MAX_BLOB, &mut here, |_| ()).await.unwrap();
        assert!(here == bytes, "a relay that knows no ranges gives all of it");
        let other = fetch(&line, &BlobHash([1; 32]), blob::MAX_BLOB, &mut Vec::new(), |_| ()).await;
        assert!(matches!(other, Err(Fault::Nonsense(_))), "{other:?}");
        let refused = fetch(&line, &hash, 49_999, &mut Vec::new(), |_| ()).await;
        assert!(matches!(refused, Err(Fault::Refused { code: ErrorCode::BlobTooLarge, .. })), "{refused:?}");
    }

    /// A relay of another kind: how it answers the requests that come, one after another.
    async fn answering(answers: Vec<&'static str>) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::new(&format!("http://{}", listener.local_addr().unwrap()), None, None).unwrap();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut heard = Vec::new();
                // The bodies of these tests are shorter than a head's end and one buffer.
                while !heard.windows(4).any(|part| part == b"\r\n\r\n") {
                    stream.read_buf(&mut heard).await.unwrap();
                }
                let (asked, answer) = answer.split_once(" > ").unwrap();
                let first = String::from_utf8_lossy(&heard).lines().next().unwrap_or_default().to_owned();
                assert!(first.starts_with(asked), "{first} instead of {asked}");
                let rest = "connection: close\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(format!("HTTP/1.1 {answer}{rest}").as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap_or(());
            }
        });
        line
    }

    async fn sends(begun: bool, answers: Vec<&'static str>) -> (Result<(), Fault>, Vec<usize>) {
        let line = answering(answers).await;
        let (bytes, doc) = (b"0123456789", DocId::Roster);
        let upload = Upload { hash: &BlobHash::of(bytes), doc: &doc, bytes, begun };
        let mut heard = Vec::new();
        let outcome = send(&line, upload, None, |offset| {
            heard.push(offset);
            Ok(())
        });
        (outcome.await, heard)
    }

    #[tokio::test]
    async fn an_upload_goes_on_begins_again_or_is_tied_as_the_relay_has_it() {
        let (done, heard) = sends(false, vec!["POST > 201 Created\r\nupload-offset: 10\r\n"]).await;
        assert!(done.is_ok() && heard == [10], "{done:?} {heard:?}");
        let resumed = vec!["HEAD > 200 OK\r\nupload-offset: 4\r\n", "PATCH > 204 No Content\r\nupload-offset: 10\r\n"];
        let (done, heard) = sends(true, resumed).await;
        assert!(done.is_ok() && heard == [10], "{done:?} {heard:?}");
        let given_up = vec![
            "HEAD > 200 OK\r\nupload-offset: 4\r\n",
            "PATCH > 404 Not Found\r\n",
            "POST > 201 Created\r\nupload-offset: 4\r\n",
            "PATCH > 409 Conflict\r\nupload-offset: 5\r\n",
            "PATCH > 460 Checksum Mismatch\r\n",
            "PATCH > 204 No Content\r\nupload-offset: 10\r\n",
        ];
        let (done, heard) = sends(true, given_up).await;
        assert!(done.is_ok() && heard == [4, 5, 10], "{done:?} {heard:?}");
        let there = vec!["HEAD > 200 OK\r\nupload-offset: 10\r\n", "POST > 201 Created\r\nupload-offset: 10\r\n"];
        let (done, heard) = sends(true, there).await;
        assert!(done.is_ok() && heard == [10], "it is tied to its document as well: {done:?} {heard:?}");
        let still = ["PATCH > 409 Conflict\r\nupload-offset: 4\r\n"; 9];
        let still = [&["POST > 201 Created\r\nupload-offset: 4\r\n"][..], &still].concat();
        assert!(matches!(sends(false, still).await.0, Err(Fault::Nonsense(_))), "no end");
        let full = sends(false, vec!["POST > 507 Insufficient Storage\r\nretry-after: 30\r\n"]).await.0.unwrap_err();
        assert_eq!((full.retry_after_ms(), final_refusal(&full)), (Some(30_000), None), "a moment's word");
        let refused = sends(false, vec!["POST > 404 Not Found\r\n"]).await.0.unwrap_err();
        assert_eq!(final_refusal(&refused), Some(ErrorCode::NotFound));
    }
}

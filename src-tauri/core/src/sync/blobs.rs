//! Bytes beside the log, up by tus and down: named by their hash, going on where the last line broke.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_schemas::blob;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{BlobHash, DocId};
use reqwest::{Method, RequestBuilder, StatusCode};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

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

/// Fetches the bytes, `most` at most; what does not hash to its name is nothing. `came` hears how much is here.
pub async fn fetch(line: &Line, hash: &BlobHash, most: u64, mut came: impl FnMut(usize)) -> Result<Vec<u8>, Fault> {
    let mut answer = line.send(line.request(Method::GET, &format!("v1/blobs/{hash}"))?, Vec::new()).await?;
    let too_large = || Fault::Refused {
        status: StatusCode::PAYLOAD_TOO_LARGE.as_u16(),
        code: ErrorCode::BlobTooLarge,
        detail: format!("more than {most} bytes"),
        retry_after_ms: None,
        farewell: None,
    };
    if answer.content_length().is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(chunk.as_ref());
        if bytes.len() as u64 > most {
            return Err(too_large());
        }
        came(bytes.len());
    }
    if BlobHash::of(&bytes) == *hash {
        Ok(bytes)
    } else {
        Err(Fault::Nonsense("bytes that are not those of their name"))
    }
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

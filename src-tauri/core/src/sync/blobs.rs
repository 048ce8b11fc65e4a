//! Bytes beside the log, up and down: named by their hash, going on where the last line broke.

use doorstep_schemas::blob;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{BlobHash, DocId};
use reqwest::{Method, StatusCode};
use tokio::sync::Mutex;

use super::fault::Fault;
use super::line::{self, Answer, Line};
use crate::store::StoreError;

/// Bytes of one request: small enough to pass between two cuts of a bad line.
const STRIDE: usize = 64 * 1024;

/// Sends what the relay does not hold yet, however many requests that takes. `sent` hears how much is there. Between two
/// requests it waits for whoever holds `first`.
pub async fn send(
    line: &Line,
    hash: &BlobHash,
    doc: &DocId,
    bytes: &[u8],
    first: Option<&Mutex<()>>,
    mut sent: impl FnMut(usize) -> Result<(), StoreError>,
) -> Result<(), Fault> {
    let path = format!("v1/blobs/{hash}");
    let mut offset = held(line, &path, bytes.len()).await?;
    loop {
        if let Some(first) = first {
            drop(first.lock().await);
        }
        let end = (offset + STRIDE).min(bytes.len());
        let request = line
            .request(Method::PATCH, &path)?
            .header(blob::OFFSET, offset)
            .header(blob::LENGTH, bytes.len())
            .header(blob::DOC, doc.to_string())
            .header("content-type", "application/offset+octet-stream");
        let answer = line.ask(request, bytes[offset..end].to_vec()).await?;
        offset = match answer.status() {
            status if status.is_success() => end,
            StatusCode::CONFLICT => offset_of(&answer, bytes.len()).ok_or(Fault::Nonsense("no upload offset"))?,
            _ => return Err(line::refusal(answer).await),
        };
        sent(offset)?;
        if offset == bytes.len() {
            return Ok(());
        }
    }
}

/// How much of it the relay holds.
async fn held(line: &Line, path: &str, length: usize) -> Result<usize, Fault> {
    let answer = line.ask(line.request(Method::HEAD, path)?, Vec::new()).await?;
    match answer.status() {
        status if status.is_success() => Ok(offset_of(&answer, length).unwrap_or(0)),
        StatusCode::NOT_FOUND => Ok(0),
        _ => Err(line::refusal(answer).await),
    }
}

fn offset_of(answer: &Answer, length: usize) -> Option<usize> {
    let offset: usize = answer.headers().get(blob::OFFSET)?.to_str().ok()?.parse().ok()?;
    (offset <= length).then_some(offset)
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
        Fault::Refused { status, code, .. } if (400..500).contains(status) && *status != 429 && *status != 401 => {
            Some(*code)
        }
        Fault::Nonsense(_) => Some(fault.code()),
        _ => None,
    }
}

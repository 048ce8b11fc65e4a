//! Photo bytes, up and down: after the text, thumbnails before originals, going on where the last line broke.

use doorstep_schemas::blob;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::BlobHash;
use reqwest::{Body, Method, StatusCode};

use super::fault::Fault;
use super::line::{self, Line};
use crate::actions::Actions;
use crate::store::photos::PhotoJob;

/// Bytes of one request: small enough to pass between two cuts of a bad line.
const STRIDE: usize = 64 * 1024;

/// Sends one photo whole, however many requests that takes.
pub async fn send(line: &Line, actions: &Actions, photo: &PhotoJob) -> Result<(), Fault> {
    let files = actions.shelf.store().photo_files();
    let bytes = files.read(&photo.hash)?;
    let path = format!("v1/blobs/{}", photo.hash);
    let mut offset = held(line, &path, bytes.len()).await?;
    loop {
        let end = (offset + STRIDE).min(bytes.len());
        let request = line
            .request(Method::PATCH, &path)?
            .header(blob::OFFSET, offset)
            .header(blob::LENGTH, bytes.len())
            .header(blob::DOC, photo.doc.to_string())
            .header("content-type", "application/offset+octet-stream")
            .body(Body::from(bytes[offset..end].to_vec()));
        let answer = request.send().await?;
        offset = match answer.status() {
            status if status.is_success() => end,
            StatusCode::CONFLICT => offset_of(&answer, bytes.len()).ok_or(Fault::Nonsense("no upload offset"))?,
            _ => return Err(line::refusal(answer).await),
        };
        let whole = offset == bytes.len();
        actions.shelf.store().note_photo_sent(&photo.hash, offset as u64, whole)?;
        moved(actions, photo, offset);
        if whole {
            return Ok(());
        }
    }
}

/// How much of it the relay holds.
async fn held(line: &Line, path: &str, length: usize) -> Result<usize, Fault> {
    let answer = line.request(Method::HEAD, path)?.send().await?;
    match answer.status() {
        status if status.is_success() => Ok(offset_of(&answer, length).unwrap_or(0)),
        StatusCode::NOT_FOUND => Ok(0),
        _ => Err(line::refusal(answer).await),
    }
}

fn offset_of(answer: &reqwest::Response, length: usize) -> Option<usize> {
    let offset: usize = answer.headers().get(blob::OFFSET)?.to_str().ok()?.parse().ok()?;
    (offset <= length).then_some(offset)
}

/// Fetches one photo; what does not hash to its name is not kept.
pub async fn fetch(line: &Line, actions: &Actions, photo: &PhotoJob) -> Result<(), Fault> {
    let request = line.request(Method::GET, &format!("v1/blobs/{}", photo.hash))?;
    let mut answer = line.send(request).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > blob::MAX_BLOB {
            return Err(Fault::Nonsense("a photo larger than any photo"));
        }
        moved(actions, photo, bytes.len());
    }
    if BlobHash::of(&bytes) != photo.hash {
        return Err(Fault::Nonsense("a photo's bytes are not those of its name"));
    }
    let files = actions.shelf.store().photo_files();
    files.write(&photo.hash, &bytes, actions.nature.as_ref())?;
    actions.shelf.store().note_photo_here(&photo.hash)?;
    if let Some(job) = photo.doc.job() {
        actions.changed(job);
    }
    Ok(())
}

/// Whether trying the same again at once is pointless: the relay said no to this photo, not to this moment.
pub fn final_refusal(fault: &Fault) -> Option<ErrorCode> {
    match fault {
        Fault::Refused { status, code, .. } if (400..500).contains(status) && *status != 429 && *status != 401 => {
            Some(*code)
        }
        Fault::Nonsense(_) => Some(fault.code()),
        _ => None,
    }
}

fn moved(actions: &Actions, photo: &PhotoJob, done: usize) {
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let event = CoreEvent::PhotoMoved { photo: photo.hash, done: small(done as u64), total: small(photo.bytes) };
    // Nobody may be watching.
    let _ = actions.events.send(event);
}

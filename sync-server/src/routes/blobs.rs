//! `HEAD`, `PATCH` and `GET /v1/blobs/<hash>`: photo bytes, appended as they arrive, read by who may read the job.

use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::blob::{DOC, LENGTH, MAX_BLOB, OFFSET};
use doorstep_schemas::ids::{BlobHash, DocId};
use doorstep_schemas::quota::until_next_day_ms;
use futures_util::stream;

use super::body::{Broken, Incoming};
use super::{RouteError, Shared, caller, watched};
use crate::blobs::{Finished, Turn, Upload, Whole};
use crate::engine::access::{Endpoint, Verb};
use crate::engine::quota::{self, Room};
use crate::engine::standing::{self, Caller, NotServed, Sight};
use crate::state::State;
use crate::storage::{Shelf, StorageError};

/// How much is held: of a whole blob for who may read it, of an upload for the device that sends it.
pub async fn held(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::BlobHeld).await?;
    let hash = parse_hash(&hash)?;
    let doc = headers.get(DOC).map(parse_doc).transpose()?;
    let brings = match doc {
        Some(doc) => state.read(may_bring(&caller, doc)).await?,
        None => false,
    };
    let upload = Upload { outlet: caller.outlet, hash, device: caller.device };
    let whole = state.blobs.whole_length(caller.outlet, &hash).await?;
    match whole {
        Some(size) if brings || is_readable(&state, &caller, hash).await? => {
            Ok((StatusCode::OK, [number(OFFSET, size), number(LENGTH, size)]).into_response())
        }
        Some(_) => Err(RouteError::NotFound),
        // Nobody else sees a device's own partial, so it needs no right but to be that device.
        None => match state.blobs.part_length(upload).await? {
            0 => Err(RouteError::NotFound),
            size => Ok((StatusCode::OK, [number(OFFSET, size)]).into_response()),
        },
    }
}

pub async fn read(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::BlobRead).await?;
    let hash = parse_hash(&hash)?;
    if !is_readable(&state, &caller, hash).await? {
        return Err(RouteError::NotFound);
    }
    let blob = Arc::new(state.blobs.open(caller.outlet, &hash).await?.ok_or(RouteError::NotFound)?);
    let size = blob.size;
    let wanted = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(|v| range(v, size));
    let (status, bytes) = match wanted {
        None => (StatusCode::OK, 0..size),
        Some(Some(bytes)) => (StatusCode::PARTIAL_CONTENT, bytes),
        Some(None) => return Err(RouteError::Range { size }),
    };
    let (length, last) = (bytes.end - bytes.start, bytes.end.saturating_sub(1));
    let mut response = (status, [number(header::CONTENT_LENGTH.as_str(), length)]).into_response();
    let heads = response.headers_mut();
    heads.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    heads.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    heads.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    heads.extend([number(OFFSET, size)]);
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{last}/{size}", bytes.start);
        heads.insert(header::CONTENT_RANGE, HeaderValue::try_from(text).expect("digits and signs only"));
    }
    let reading = Reading { state, caller, blob, rest: bytes, unasked: 0 };
    *response.body_mut() = Body::from_stream(stream::try_unfold(reading, next_chunk));
    Ok(response)
}

/// A blob on its way down.
struct Reading {
    state: Arc<State>,
    caller: Caller,
    blob: Arc<Whole>,
    rest: Range<u64>,
    /// Bytes that went out since it was last asked who gets them.
    unasked: usize,
}

async fn next_chunk(mut reading: Reading) -> std::io::Result<Option<(Bytes, Reading)>> {
    let rest = &mut reading.rest;
    if rest.is_empty() {
        return Ok(None);
    }
    if reading.unasked >= watched::PART {
        watched::still_served(&reading.state, &reading.caller).await?;
        reading.unasked = 0;
    }
    let (blob, from) = (reading.blob.clone(), rest.start);
    let read = tokio::task::spawn_blocking(move || blob.read(from)).await;
    let mut chunk = read.map_err(std::io::Error::other)??;
    chunk.truncate(usize::try_from(rest.end - rest.start).unwrap_or(usize::MAX));
    if chunk.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    rest.start += chunk.len() as u64;
    reading.unasked += chunk.len();
    Ok(Some((chunk.into(), reading)))
}

/// One range of a `Range` header. `None`: not one that we honour, so the whole is sent; `Some(None)`: outside.
fn range(value: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (from, to) = value.strip_prefix("bytes=")?.split_once('-')?;
    let bytes = match (from, to) {
        ("", last) => size.saturating_sub(last.parse().ok()?)..size,
        (from, "") => from.parse().ok()?..size,
        (from, to) => from.parse().ok()?..to.parse::<u64>().ok()?.saturating_add(1).min(size),
    };
    Some(Some(bytes).filter(|bytes| bytes.start < bytes.end))
}

pub async fn append(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::BlobAppend).await?;
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    // A task of its own: what arrived is kept even when the caller's connection is gone.
    let task = tokio::spawn(async move {
        let outcome = take(&state, &caller, &hash, &headers, &mut incoming).await;
        if outcome.is_err() {
            incoming.drain().await;
        }
        outcome
    });
    let size = task.await.unwrap_or(Err(StorageError::JobPanicked.into()))?;
    Ok((StatusCode::NO_CONTENT, [number(OFFSET, size)]).into_response())
}

async fn take(
    state: &Arc<State>,
    caller: &Caller,
    hash: &str,
    headers: &HeaderMap,
    incoming: &mut Incoming,
) -> Result<u64, RouteError> {
    let hash = parse_hash(hash)?;
    let doc = headers.get(DOC).ok_or(RouteError::Invalid("the blob's document is missing"))?;
    let doc = parse_doc(doc)?;
    if !state.read(may_bring(caller, doc.clone())).await? {
        return Err(RouteError::NotFound);
    }
    let offset = parse_number(headers, OFFSET)?;
    let length = parse_number(headers, LENGTH)?;
    if length > MAX_BLOB {
        return Err(RouteError::BlobTooLarge);
    }
    let upload = Upload { outlet: caller.outlet, hash, device: caller.device };
    let mut turn = state.blobs.turn(upload).await;
    if let Some(size) = state.blobs.whole_length(caller.outlet, &hash).await? {
        if offset != size {
            return Err(RouteError::BlobOffset { held: size });
        }
        attach(state, caller, hash, size, doc, 0).await?;
        return Ok(size);
    }
    let held = state.blobs.part_length(upload).await?;
    if offset != held {
        return Err(RouteError::BlobOffset { held });
    }
    if held > length {
        return Err(RouteError::Invalid("the blob is longer here than the length says"));
    }
    // A photo counts as a whole once the first of it is here: what is never finished takes room as well.
    let begins = held == 0 && length > 0;
    if begins {
        has_room(state, caller, length).await?;
    }
    let received = receive(state, upload, incoming, &mut turn, held, length).await;
    let uncounted = if begins { length } else { 0 };
    let size = match received {
        Ok(size) if size == length => size,
        unfinished => {
            if begins && state.blobs.part_length(upload).await? > 0 {
                count(state, caller, uncounted).await?;
            }
            return unfinished;
        }
    };
    match state.blobs.finish(upload).await? {
        Finished::Mismatch => Err(RouteError::BlobMismatch),
        Finished::Whole => {
            attach(state, caller, hash, size, doc, uncounted).await?;
            Ok(size)
        }
    }
}

/// Whether a photo of so many bytes may still come today.
async fn has_room(state: &State, caller: &Caller, length: u64) -> Result<(), RouteError> {
    let (caller, now_ms) = (caller.clone(), state.now_ms());
    let fits = state.read(move |shelf| Ok::<_, StorageError>(Room::of(shelf, &caller, now_ms)?.takes_photo(length)));
    if fits.await? {
        return Ok(());
    }
    let retry_after_s = until_next_day_ms(now_ms).unsigned_abs().div_ceil(1_000);
    Err(RouteError::QuotaUsed { retry_after_s })
}

async fn count(state: &State, caller: &Caller, bytes: u64) -> Result<(), StorageError> {
    let (caller, now_ms) = (caller.clone(), state.now_ms());
    state.write(move |ledger| quota::count_photo(ledger, &caller, now_ms, bytes)).durable().await
}

/// Appends what comes until the body ends, breaks or is overtaken; what came is durable before this returns.
async fn receive(
    state: &State,
    upload: Upload,
    incoming: &mut Incoming,
    turn: &mut Turn,
    held: u64,
    length: u64,
) -> Result<u64, RouteError> {
    let mut part = state.blobs.append(upload).await?;
    let mut size = held;
    let end = loop {
        let chunk = tokio::select! {
            chunk = incoming.next() => chunk,
            () = turn.over() => break Err(RouteError::BlobOffset { held: size }),
        };
        match chunk {
            Ok(Some(bytes)) => {
                let room = usize::try_from(length - size).unwrap_or(usize::MAX);
                let fits = bytes.len().min(room);
                if let Err(cause) = part.write(&bytes[..fits]).await {
                    break Err(cause.into());
                }
                size += fits as u64;
                if fits < bytes.len() {
                    break Err(RouteError::Invalid("the body is longer than the length says"));
                }
            }
            Ok(None) => break Ok(()),
            Err(cause @ (Broken::Cut(_) | Broken::Idle(_))) => break Err(cause.into()),
        }
    };
    part.sync().await?;
    end.map(|()| size)
}

/// Ties a whole photo to its document; `uncounted` bytes of it are counted with that.
async fn attach(
    state: &State,
    caller: &Caller,
    hash: BlobHash,
    size: u64,
    doc: DocId,
    uncounted: u64,
) -> Result<(), RouteError> {
    let check = may_bring(caller, doc.clone());
    let (outlet, now_ms, bringing) = (caller.outlet, state.now_ms(), caller.clone());
    let attached = state.write(move |ledger| match check(ledger) {
        Ok(true) => {
            quota::count_photo(ledger, &bringing, now_ms, uncounted)?;
            ledger.attach_blob(outlet, &hash, size, &doc, now_ms).map(|()| Ok(()))
        }
        Ok(false) => Ok(Err(RouteError::NotFound)),
        Err(NotServed::Storage(cause)) => Err(cause),
        Err(refused) => Ok(Err(refused.into())),
    });
    attached.durable().await??;
    state.moved_beside(caller.outlet);
    Ok(())
}

/// Whether the caller may bring photos of the document now: who may write it, and whose work on it waits for an owner.
fn may_bring(caller: &Caller, doc: DocId) -> impl FnOnce(&dyn Shelf) -> Result<bool, NotServed> + Send + use<> {
    let caller = caller.clone();
    move |shelf| {
        let Caller { outlet, member, .. } = standing::again_to_bring(shelf, &caller)?;
        if standing::may(shelf, outlet, &member, Verb::Write, &doc)? {
            return Ok(true);
        }
        let waiting = shelf.inbox_use(outlet, Some(member.id), Some(&doc))?;
        Ok(waiting.items > 0 && standing::may_wait(shelf, outlet, &member, &doc)?)
    }
}

/// Whether the blob belongs to a document that the caller may read.
async fn is_readable(state: &State, caller: &Caller, hash: BlobHash) -> Result<bool, NotServed> {
    let caller = caller.clone();
    state
        .read(move |shelf| {
            let caller = standing::again_to_bring(shelf, &caller)?;
            if caller.left().is_some() {
                return Ok(false);
            }
            let Some(blob) = shelf.blob(caller.outlet, &hash)? else { return Ok(false) };
            let sight = Sight::of(shelf, caller.outlet, &caller.member)?;
            Ok(blob.docs.iter().any(|doc| sight.reads(doc)))
        })
        .await
}

/// What is no hash can't be the name of anything.
fn parse_hash(text: &str) -> Result<BlobHash, RouteError> {
    text.parse().ok().ok_or(RouteError::NotFound)
}

fn parse_doc(value: &HeaderValue) -> Result<DocId, RouteError> {
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok());
    parsed.ok_or(RouteError::Invalid("the blob's document is not a document's name"))
}

fn parse_number(headers: &HeaderMap, name: &'static str) -> Result<u64, RouteError> {
    let digits = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = digits.filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or(RouteError::Invalid("offset or length is not a number"))
}

fn number(name: &str, value: u64) -> (HeaderName, HeaderValue) {
    let name = HeaderName::try_from(name).expect("the names of this module are header names");
    (name, HeaderValue::from(value))
}

//! `GET /v1/blobs/<hash>`: photo bytes, read by who may read the job. `POST /v1/blobs/missing`: which are lacking.

use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::blob::{MOST_ASKED, MissingAnswer, MissingRequest};
use doorstep_schemas::ids::BlobHash;
use futures_util::stream;

use super::{RouteError, Shared, body, caller, uploads, watched};
use crate::blobs::Whole;
use crate::engine::access::Endpoint;
use crate::engine::standing::{self, Caller, NotServed, Sight};
use crate::state::State;

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
    let mut response = (status, [(header::CONTENT_LENGTH, HeaderValue::from(length))]).into_response();
    let heads = response.headers_mut();
    heads.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    heads.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    heads.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{last}/{size}", bytes.start);
        heads.insert(header::CONTENT_RANGE, HeaderValue::try_from(text).expect("digits and signs only"));
    }
    let reading = Reading { state, caller, blob, rest: bytes, unasked: 0 };
    *response.body_mut() = Body::from_stream(stream::try_unfold(reading, next_chunk));
    Ok(response)
}

/// Which blobs the relay lacks, or has nothing to say of to this caller.
pub async fn missing(
    extract::State(state): Shared,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<MissingAnswer>, RouteError> {
    let caller = caller(&state, &headers, Endpoint::BlobsMissing).await?;
    let MissingRequest { hashes } = body::json(request, state.pace.idle_body).await?;
    if hashes.len() > MOST_ASKED {
        return Err(RouteError::Invalid("too many hashes in one question"));
    }
    let (outlet, asked) = (caller.outlet, hashes.clone());
    let known = state.read(move |shelf| {
        let known = asked.iter().map(|hash| uploads::is_for(shelf, &caller, hash));
        known.collect::<Result<Vec<bool>, NotServed>>()
    });
    let mut missing = Vec::new();
    for (hash, known) in hashes.into_iter().zip(known.await?) {
        // A restored log may name what its folder lacks.
        if !known || state.blobs.whole_length(outlet, &hash).await?.is_none() {
            missing.push(hash);
        }
    }
    Ok(Json(MissingAnswer { missing }))
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
    let mut chunk = blob.read(from).await.map_err(std::io::Error::other)?;
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

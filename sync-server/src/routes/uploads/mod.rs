//! `/v1/uploads`: photo bytes on their way up, by tus 1.0 with creation, creation-with-upload, checksum, termination and
//! expiration. What arrived is appended also when the line breaks.
//!
//! An upload is named by its blob's hash, and belongs to the device that began it: a name is parsed into 32 bytes or is
//! nothing, and nobody meets a colleague's upload.

mod carry;
mod words;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use doorstep_schemas::blob::{EXPIRES, LENGTH, MAX_BLOB, METADATA, OFFSET, RESUMABLE, RESUMABLE_VERSION};
use doorstep_schemas::ids::{BlobHash, DocId};

pub use self::carry::is_for;
use self::carry::{Carrying, Place};
use self::words::Said;
use super::body::Incoming;
use super::{RouteError, Shared, caller};
use crate::blobs::{Meant, Upload};
use crate::engine::access::Endpoint;
use crate::state::State;
use crate::storage::StorageError;

const EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination,expiration";

/// Says with every answer, refusals too, what it speaks.
pub fn spoken(route: MethodRouter<Arc<State>>) -> MethodRouter<Arc<State>> {
    route.layer(map_response(async |mut answer: Response| {
        answer.headers_mut().insert(RESUMABLE, HeaderValue::from_static(RESUMABLE_VERSION));
        answer
    }))
}

/// What is spoken here, for whoever asks.
pub async fn ways() -> Response {
    let said = [
        (HeaderName::from_static("tus-version"), HeaderValue::from_static(RESUMABLE_VERSION)),
        (HeaderName::from_static("tus-extension"), HeaderValue::from_static(EXTENSIONS)),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static(words::ALGORITHMS)),
        (HeaderName::from_static("tus-max-size"), HeaderValue::from(MAX_BLOB)),
    ];
    (StatusCode::NO_CONTENT, said).into_response()
}

/// Begins an upload, or goes on with the one of this blob that the device had begun; takes the first bytes if some came.
pub async fn begin(extract::State(state): Shared, headers: HeaderMap, body: Body) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::UploadBegin).await?;
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    // A task of its own: what arrived is kept even when the caller's connection is gone.
    let task = tokio::spawn(async move {
        let outcome = async {
            words::version(&headers)?;
            let said = Said::read(&headers)?;
            let upload = Upload { outlet: caller.outlet, hash: said.hash, device: caller.device };
            let mut carrying = Carrying::of(state, caller, upload).await;
            let place = carrying.begin(&said, words::body(&headers)?, &mut incoming).await?;
            Ok::<_, RouteError>((said.hash, place))
        };
        let outcome = outcome.await;
        // Of a blob that is whole there nothing is read.
        incoming.drain().await;
        outcome
    });
    let (hash, place) = task.await.unwrap_or(Err(StorageError::JobPanicked.into()))?;
    let at = HeaderValue::try_from(format!("/v1/uploads/{hash}")).expect("hex digits");
    let mut answer = (StatusCode::CREATED, [(header::LOCATION, at)]).into_response();
    answer.headers_mut().extend(told(place));
    Ok(answer)
}

/// How much this device has brought. Whoever asks has lost their line: an older connection stops here.
pub async fn held(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::UploadHeld).await?;
    words::version(&headers)?;
    let upload = Upload { outlet: caller.outlet, hash: parse_hash(&hash)?, device: caller.device };
    let task = tokio::spawn(async move { Carrying::of(state, caller, upload).await.held().await });
    let (place, metadata) = task.await.unwrap_or(Err(StorageError::JobPanicked.into()))?;
    let mut answer = (StatusCode::OK, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response();
    answer.headers_mut().extend(told(place));
    answer.headers_mut().extend([number(LENGTH, place.length)]);
    if let Some(metadata) = metadata.and_then(|said| HeaderValue::try_from(said).ok()) {
        answer.headers_mut().insert(METADATA, metadata);
    }
    Ok(answer)
}

pub async fn append(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::UploadAppend).await?;
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    // As in `begin`.
    let task = tokio::spawn(async move {
        let outcome = async {
            words::version(&headers)?;
            let upload = Upload { outlet: caller.outlet, hash: parse_hash(&hash)?, device: caller.device };
            let sent = words::body(&headers)?.ok_or(RouteError::BodyType)?;
            let offset = words::number(&headers, OFFSET)?;
            let mut carrying = Carrying::of(state, caller, upload).await;
            carrying.append(offset, sent, &mut incoming).await
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            incoming.drain().await;
        }
        outcome
    });
    let place = task.await.unwrap_or(Err(StorageError::JobPanicked.into()))?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    answer.headers_mut().extend(told(place));
    Ok(answer)
}

/// Throws away what was brought. What is whole is no upload any more, and nothing takes it back.
pub async fn give_up(
    extract::State(state): Shared,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::UploadGiveUp).await?;
    words::version(&headers)?;
    let upload = Upload { outlet: caller.outlet, hash: parse_hash(&hash)?, device: caller.device };
    Carrying::of(state, caller, upload).await.give_up().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A client that may only `GET` and `POST` says in a header what it means, as tus has it.
pub fn read_meant_method<B>(request: &mut Request<B>) {
    let meant = request.headers().get("x-http-method-override").map(HeaderValue::as_bytes);
    let meant = match meant {
        Some(b"PATCH") => Method::PATCH,
        Some(b"DELETE") => Method::DELETE,
        _ => return,
    };
    if request.method() == Method::POST && request.uri().path().starts_with("/v1/uploads/") {
        *request.method_mut() = meant;
    }
}

fn told(place: Place) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let until = place.expires_ms.map(|ms| (HeaderName::from_static(EXPIRES), words::date(ms)));
    [number(OFFSET, place.offset)].into_iter().chain(until)
}

fn number(name: &'static str, value: u64) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from(value))
}

/// What is no hash can't be the name of anything.
fn parse_hash(text: &str) -> Result<BlobHash, RouteError> {
    text.parse().ok().ok_or(RouteError::NotFound)
}

/// The document in the words that an upload was begun with.
fn doc_of(metadata: &str) -> Result<DocId, RouteError> {
    Meant::read(metadata).map(|meant| meant.doc).map_err(RouteError::Invalid)
}

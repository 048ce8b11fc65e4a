//! `POST /v1/receipts`: since when the relay holds a job, answered from one moment of the log, signed.

use axum::body::Body;
use axum::extract;
use axum::http::HeaderMap;
use axum::response::Response;
use doorstep_schemas::PROTOCOL_OLDEST;
use doorstep_schemas::frame;
use doorstep_schemas::receipt::{MAX_RECEIPTS, ReceiptsUp};

use super::body::Incoming;
use super::{RouteError, Shared, caller, watched};
use crate::engine::access::Endpoint;
use crate::engine::receipts;
use crate::engine::session::NotRead;

pub async fn receipts(extract::State(state): Shared, headers: HeaderMap, body: Body) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Receipts).await?;
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    let mut question = Vec::new();
    while let Some(chunk) = incoming.next().await? {
        if question.len() + chunk.len() > MAX_RECEIPTS {
            incoming.drain().await;
            return Err(RouteError::RequestTooLarge(MAX_RECEIPTS));
        }
        question.extend_from_slice(&chunk);
    }
    let up: ReceiptsUp = frame::read(&question).map_err(NotRead::Unreadable)?;
    if up.protocol < PROTOCOL_OLDEST {
        return Err(NotRead::TooOld(up.protocol).into());
    }
    let (now_ms, key, asking) = (state.now_ms(), state.key.clone(), caller.clone());
    let body = state.read(move |shelf| receipts::answer(shelf, &asking, &up, now_ms, &key)).await?;
    Ok(watched::cbor(state, caller, body))
}

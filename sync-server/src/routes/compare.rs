//! `POST /v1/compare`: one question of a device that compares, answered from one moment of the log.

use axum::body::Body;
use axum::extract;
use axum::http::HeaderMap;
use axum::response::Response;
use doorstep_schemas::PROTOCOL_OLDEST;
use doorstep_schemas::compare::{CompareUp, MAX_COMPARE};
use doorstep_schemas::frame;

use super::body::Incoming;
use super::{RouteError, Shared, caller, watched};
use crate::engine::access::Endpoint;
use crate::engine::compare;
use crate::engine::session::NotRead;

pub async fn compare(extract::State(state): Shared, headers: HeaderMap, body: Body) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Compare).await?;
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    let mut question = Vec::new();
    while let Some(chunk) = incoming.next().await? {
        if question.len() + chunk.len() > MAX_COMPARE {
            incoming.drain().await;
            return Err(RouteError::RequestTooLarge(MAX_COMPARE));
        }
        question.extend_from_slice(&chunk);
    }
    let up: CompareUp = frame::read(&question).map_err(NotRead::Unreadable)?;
    if up.protocol < PROTOCOL_OLDEST {
        return Err(NotRead::TooOld(up.protocol).into());
    }
    let (now_ms, key, asking) = (state.now_ms(), state.key.clone(), caller.clone());
    let body = state.read(move |shelf| compare::answer(shelf, &asking, &up, now_ms, &key)).await?;
    Ok(watched::cbor(state, caller, body))
}

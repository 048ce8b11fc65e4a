//! HTTP: each route reads its request, asks the engine once, and writes the answer.

mod blobs;
mod body;
mod compare;
mod enrol;
mod error;
mod exchange;
mod health;
mod live;
mod team;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};
use doorstep_schemas::code::ErrorCode;

use crate::engine::standing::{self, Caller, NotServed};
use crate::engine::team::token_hash;
use crate::state::State;
pub use error::RouteError;

type Shared = axum::extract::State<Arc<State>>;

pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/v1/exchange", post(exchange::exchange))
        .route("/v1/compare", post(compare::compare))
        .route("/v1/live", get(live::live))
        .route("/v1/blobs/{hash}", get(blobs::read).head(blobs::held).patch(blobs::append))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/members", post(team::add_member))
        .route("/v1/invites", post(team::invite))
        .route("/v1/devices/{device}/status", post(team::set_device_status))
        .route("/v1/health", get(health::health))
        .fallback(async || RouteError::NotFound)
        .method_not_allowed_fallback(async || RouteError::Method)
        .with_state(state)
}

/// The device that the request's token names, if it is served now.
async fn caller(state: &State, headers: &HeaderMap) -> Result<Caller, RouteError> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(NotServed::UnknownToken)?;
    let hash = token_hash(token);
    Ok(state.read(move |shelf| standing::caller(shelf, &hash)).await?)
}

async fn owner(state: &State, headers: &HeaderMap) -> Result<Caller, RouteError> {
    let caller = caller(state, headers).await?;
    if caller.is_owner() { Ok(caller) } else { Err(RouteError::Refused(ErrorCode::NotAllowed)) }
}

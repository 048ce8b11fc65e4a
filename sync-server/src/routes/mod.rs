//! HTTP: each route reads its request, asks the engine once, and writes the answer.

mod blobs;
mod body;
mod enrol;
mod error;
mod exchange;
mod health;
mod live;
mod team;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::{MethodRouter, get, head, patch, post};
use doorstep_schemas::code::ErrorCode;

use crate::engine::access::{Endpoint, Entrance};
use crate::engine::standing::{self, Caller, NotServed};
use crate::engine::team::token_hash;
use crate::state::State;
pub use error::RouteError;

type Shared = axum::extract::State<Arc<State>>;

pub fn router(state: Arc<State>) -> Router {
    let served = Endpoint::ALL.into_iter().fold(Router::new(), |router, at| {
        let (_, path) = at.way();
        router.route(path, serve(at))
    });
    served
        .fallback(async || RouteError::NotFound)
        .method_not_allowed_fallback(async || RouteError::Method)
        .with_state(state)
}

/// What answers at an endpoint: nothing is served that the table of endpoints does not name.
fn serve(at: Endpoint) -> MethodRouter<Arc<State>> {
    match at {
        Endpoint::Exchange => post(exchange::exchange),
        Endpoint::Live => get(live::live),
        Endpoint::BlobHeld => head(blobs::held),
        Endpoint::BlobAppend => patch(blobs::append),
        Endpoint::BlobRead => get(blobs::read),
        Endpoint::Enrol => post(enrol::enrol),
        Endpoint::Members => post(team::add_member),
        Endpoint::Invites => post(team::invite),
        Endpoint::DeviceStatus => post(team::set_device_status),
        Endpoint::Health => get(health::health),
    }
}

/// The device that the request's token names, if it is served now.
async fn caller(state: &State, headers: &HeaderMap, at: Endpoint) -> Result<Caller, RouteError> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(NotServed::UnknownToken)?;
    let hash = token_hash(token);
    match state.read(move |shelf| standing::caller(shelf, &hash, at)).await {
        Ok(caller) if at.entrance() != Entrance::Owner || caller.is_owner() => Ok(caller),
        Ok(_) => Err(RouteError::Refused(ErrorCode::NotAllowed)),
        Err(NotServed::Revoked(gone)) => Err(RouteError::Farewell(gone.word(&state.key))),
        Err(refused) => Err(refused.into()),
    }
}

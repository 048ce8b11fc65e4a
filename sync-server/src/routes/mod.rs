//! HTTP: each route reads its request, asks the engine once, and writes the answer.

mod blobs;
mod body;
mod compare;
mod enrol;
mod error;
mod exchange;
mod health;
mod live;
mod openapi;
mod receipts;
mod seat;
mod team;
mod upkeep;
mod uploads;
mod watched;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::{MethodRouter, delete, get, head, options, patch, post};
use doorstep_schemas::code::ErrorCode;

use crate::engine::access::{Endpoint, Entrance};
use crate::engine::standing::{self, Caller, NotServed};
use crate::engine::team::token_hash;
use crate::state::State;
pub use error::RouteError;
pub(crate) use uploads::read_meant_method;

type Shared = axum::extract::State<Arc<State>>;

/// Where a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// A proxy on this machine says for whom it asks, in the last word of its header; nobody else is believed.
    fn caller(self, headers: &HeaderMap) -> IpAddr {
        let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let said = said.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        said.filter(|_| self.0.is_loopback()).unwrap_or(self.0)
    }
}

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
        Endpoint::Compare => post(compare::compare),
        Endpoint::Receipts => post(receipts::receipts),
        Endpoint::Live => get(live::live),
        Endpoint::UploadWays | Endpoint::UploadWaysOfOne => uploads::spoken(options(uploads::ways)),
        Endpoint::UploadBegin => uploads::spoken(post(uploads::begin)),
        Endpoint::UploadHeld => uploads::spoken(head(uploads::held)),
        Endpoint::UploadAppend => uploads::spoken(patch(uploads::append)),
        Endpoint::UploadGiveUp => uploads::spoken(delete(uploads::give_up)),
        Endpoint::BlobRead => get(blobs::read),
        Endpoint::BlobsMissing => post(blobs::missing),
        Endpoint::Enrol => post(enrol::enrol),
        Endpoint::Members => post(team::add_member),
        Endpoint::Member => post(team::set_member),
        Endpoint::Invites => post(team::invite),
        Endpoint::DeviceStatus => post(team::set_device_status),
        Endpoint::State => get(upkeep::state),
        Endpoint::Drill => post(upkeep::drill),
        Endpoint::Health => get(health::health),
        Endpoint::Description => get(openapi::openapi),
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
        Ok(caller) if at.entrance() != Entrance::Owner || caller.is_owner() => {
            let (who, now_ms) = ((caller.outlet, caller.device), state.now_ms());
            state.rates().ask(who, at, state.pace.requests, now_ms).map_err(RouteError::TooManyRequests)?;
            Ok(caller)
        }
        Ok(_) => Err(RouteError::Refused(ErrorCode::NotAllowed)),
        Err(NotServed::Revoked(gone)) => Err(RouteError::Farewell(gone.word(&state.key))),
        Err(refused) => Err(refused.into()),
    }
}

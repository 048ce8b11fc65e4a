//! `POST /v1/enrol`: a device joins with a one-time code.

use axum::Json;
use axum::body::Body;
use axum::extract;
use axum::http::HeaderMap;
use doorstep_schemas::enrol::{EnrolAnswer, EnrolRequest};

use super::{Peer, RouteError, Shared, body};
use crate::engine::enrolment::{self, EnrolError, Newcomer};
use crate::engine::team;
use crate::identity;

pub async fn enrol(
    extract::State(state): Shared,
    extract::Extension(peer): extract::Extension<Peer>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<EnrolAnswer>, RouteError> {
    let request: EnrolRequest = body::json(request, state.pace.idle_body).await?;
    let name = team::name(&request.device_name)?;
    let now_ms = state.now_ms();
    let from = peer.caller(&headers);
    state.tries().begin(from, now_ms).map_err(RouteError::TooManyTries)?;
    let token: String = identity::random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let token_hash = team::token_hash(&token);
    let newcomer = Newcomer { code: request.code, key: request.key, name, token_hash };
    let joined = state.write(move |ledger| match enrolment::enrol(ledger, &newcomer, now_ms) {
        Err(EnrolError::Storage(cause)) => Err(cause),
        outcome => Ok(outcome),
    });
    let enrolled = match joined.durable().await? {
        Ok(enrolled) => enrolled,
        Err(cause) => {
            state.tries().was_wrong(from, now_ms);
            return Err(cause.into());
        }
    };
    state.tries().was_right();
    if enrolled.pending {
        // It is in no log: owners hear of it beside.
        state.moved_beside(enrolled.outlet.id);
    } else {
        state.tell(enrolled.outlet.id);
    }
    tracing::info!(outlet = %enrolled.outlet.id, device = %enrolled.device, pending = enrolled.pending, "a device has joined");
    Ok(Json(EnrolAnswer {
        outlet: enrolled.outlet.id,
        outlet_name: enrolled.outlet.name,
        member: enrolled.member.id,
        member_name: enrolled.member.name,
        roles: enrolled.member.roles.into_iter().map(Into::into).collect(),
        device: enrolled.device,
        token,
        relay_key: identity::public_key(&state.key),
        pending: enrolled.pending,
    }))
}

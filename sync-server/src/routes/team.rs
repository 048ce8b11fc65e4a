//! `POST /v1/members`, `/v1/members/<id>`, `/v1/invites`, `/v1/devices/<id>/status`: what owners decide about people and devices.

use axum::Json;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::{
    DeviceStatus, DeviceStatusRequest, InviteAnswer, InviteRequest, MemberAnswer, MemberRequest, MemberStatus,
    NewMember,
};
use doorstep_schemas::ids::{DeviceId, MemberId, ShortId};
use doorstep_schemas::wire::Status;

use super::{RouteError, Shared, body, caller};
use crate::engine::access::Endpoint;
use crate::engine::standing::{self, Caller, NotServed};
use crate::engine::team::{self, TeamError};
use crate::identity;
use crate::state::State;
use crate::storage::{Ledger, StorageError};

pub async fn add_member(
    extract::State(state): Shared,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<MemberAnswer>, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Members).await?;
    let request: NewMember = body::json(request, state.pace.idle_body).await?;
    let name = team::name(&request.name)?;
    let roles = team::distinct(request.roles.into_iter().map(Into::into).collect());
    if roles.is_empty() {
        return Err(RouteError::Invalid("a member has at least one role"));
    }
    let id = ShortId::mint(identity::random()?);
    let now_ms = state.now_ms();
    as_owner(&state, caller, move |ledger, caller| {
        Ok(team::put_member(ledger, caller.outlet, id, name, roles, Status::Active, now_ms)?)
    })
    .await?;
    Ok(Json(MemberAnswer { member: id }))
}

/// Somebody's roles, and whether they belong to the outlet.
pub async fn set_member(
    extract::State(state): Shared,
    Path(member): Path<String>,
    headers: HeaderMap,
    request: Body,
) -> Result<StatusCode, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Member).await?;
    let member: MemberId = member.parse().ok().ok_or(RouteError::Team(TeamError::NoMember))?;
    let request: MemberRequest = body::json(request, state.pace.idle_body).await?;
    let roles = request.roles.map(|roles| team::distinct(roles.into_iter().map(Into::into).collect()));
    if roles.as_ref().is_some_and(Vec::is_empty) {
        return Err(RouteError::Invalid("a member has at least one role"));
    }
    let status = request.status.map(|status| match status {
        MemberStatus::Active => Status::Active,
        MemberStatus::Left => Status::Left,
    });
    let now_ms = state.now_ms();
    as_owner(&state, caller, move |ledger, caller| {
        team::set_member(ledger, caller.outlet, member, roles, status, now_ms)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn invite(
    extract::State(state): Shared,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<InviteAnswer>, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Invites).await?;
    let request: InviteRequest = body::json(request, state.pace.idle_body).await?;
    let random = identity::random()?;
    let now_ms = state.now_ms();
    let (code, expires_ms) = as_owner(&state, caller, move |ledger, caller| {
        team::invite(ledger, caller.outlet, request.member, random, now_ms)
    })
    .await?;
    Ok(Json(InviteAnswer { code, expires_ms }))
}

pub async fn set_device_status(
    extract::State(state): Shared,
    Path(device): Path<String>,
    headers: HeaderMap,
    request: Body,
) -> Result<StatusCode, RouteError> {
    let caller = caller(&state, &headers, Endpoint::DeviceStatus).await?;
    let device: DeviceId = device.parse().ok().ok_or(RouteError::NotFound)?;
    let request: DeviceStatusRequest = body::json(request, state.pace.idle_body).await?;
    let status = match request.status {
        DeviceStatus::Active => Status::Active,
        DeviceStatus::Lost => Status::Lost,
        DeviceStatus::Pending => return Err(RouteError::Invalid("a device is active or lost")),
    };
    let now_ms = state.now_ms();
    as_owner(&state, caller, move |ledger, caller| {
        team::set_device_status(ledger, caller.outlet, device, status, now_ms)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Runs an owner's decision, asking once more inside the transaction whether it is still an owner's.
async fn as_owner<T: Send + 'static>(
    state: &State,
    caller: Caller,
    decide: impl FnOnce(&mut dyn Ledger, &Caller) -> Result<T, TeamError> + Send + 'static,
) -> Result<T, RouteError> {
    let outlet = caller.outlet;
    let decided = state.write(move |ledger| {
        let caller = match standing::again(ledger, &caller) {
            Ok(caller) if caller.is_owner() => caller,
            Ok(_) => return Ok(Err(RouteError::Refused(ErrorCode::NotAllowed))),
            Err(NotServed::Storage(cause)) => return Err(cause),
            Err(refused) => return Ok(Err(refused.into())),
        };
        match decide(ledger, &caller) {
            Ok(value) => Ok(Ok(value)),
            Err(TeamError::Storage(cause)) => Err::<_, StorageError>(cause),
            Err(refused) => Ok(Err(refused.into())),
        }
    });
    let value = decided.durable().await??;
    state.tell(outlet);
    Ok(value)
}

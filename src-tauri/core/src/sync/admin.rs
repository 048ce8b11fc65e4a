//! What only works with the relay at hand: joining, adding people, inviting, marking a device as lost, looking after it.

use doorstep_schemas::enrol::{
    DeviceStatusRequest, EnrolAnswer, EnrolLink, EnrolRequest, InviteAnswer, InviteRequest, MemberAnswer,
    MemberRequest, NewMember, normal_code,
};
use doorstep_schemas::ids::{DeviceId, MemberId};
use doorstep_schemas::input::{AddMember, Enrol, SetMember};
use doorstep_schemas::upkeep::{DrillResult, RelayState};
use doorstep_schemas::view::{DrillView, InviteView, Millis, RelayAddress, RelayHealth, RelayView};
use doorstep_schemas::wire::{Role, Status};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::line::Line;
use super::ways::Ways;
use crate::actions::Actions;
use crate::qr;
use crate::store::{Enrolment, StoreError};

const NAME: usize = 40;
const ANSWER: usize = 64 * 1024;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("this device belongs to an outlet already")]
    AlreadyEnrolled,
    #[error("neither an enrolment link nor an address with a code")]
    LinkUnreadable,
    #[error("a name has 1 to {NAME} characters")]
    Name,
    #[error("a member needs a role")]
    NoRole,
    #[error("only an owner may do this")]
    OwnerOnly,
    #[error("the QR code can't be drawn")]
    Qr(#[from] qrcode::types::QrError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A question and its answer, both JSON.
pub(super) async fn ask<Q: Serialize, A: DeserializeOwned>(line: &Line, path: &str, question: &Q) -> Result<A, Fault> {
    let body = serde_json::to_vec(question).expect("questions have only text keys");
    let request = line.request(Method::POST, path)?.header("content-type", "application/json");
    told(line, request, body).await
}

/// Sends a request, and reads its answer as JSON.
async fn told<A: DeserializeOwned>(line: &Line, request: RequestBuilder, body: Vec<u8>) -> Result<A, Fault> {
    let mut answer = line.send(request, body).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(chunk.as_ref());
        if bytes.len() > ANSWER {
            return Err(Fault::Nonsense("an answer without an end"));
        }
    }
    serde_json::from_slice(&bytes).map_err(Fault::Json)
}

/// Joins an outlet with a one-time code. The link's key is compared with the relay's own before anything is kept.
pub async fn enrol(actions: &Actions, input: &Enrol) -> Result<(), AdminError> {
    let (key, enrolled) = {
        let store = actions.shelf.store();
        (store.public_key(), store.enrolment()?.is_some())
    };
    if enrolled {
        return Err(AdminError::AlreadyEnrolled);
    }
    let name = input.device_name.trim();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(AdminError::Name);
    }
    let (relay, code, expected) = match input.relay.parse::<EnrolLink>() {
        Ok(link) => (link.relay, link.code, Some(link.key)),
        Err(_not_a_link) => (input.relay.trim().to_owned(), normal_code(&input.code), None),
    };
    if code.len() != doorstep_schemas::enrol::CODE_LENGTH || !relay.starts_with("http") {
        return Err(AdminError::LinkUnreadable);
    }
    let line = Line::new(&relay, expected, None)?;
    let request = EnrolRequest { code, key, device_name: name.to_owned() };
    let answer: EnrolAnswer = ask(&line, "v1/enrol", &request).await?;
    if expected.is_some_and(|expected| expected != answer.relay_key) || answer.device != DeviceId::of_key(&key) {
        return Err(Fault::Impostor.into());
    }
    let mut store = actions.shelf.store();
    // While the relay was asked, a person may have opened a sample or erased the device: this answer is not that folder's.
    if store.enrolment()?.is_some() || store.public_key() != key {
        return Err(AdminError::AlreadyEnrolled);
    }
    store.put_member(&Role {
        member: answer.member,
        name: answer.member_name,
        roles: answer.roles.into_iter().map(Into::into).collect(),
        status: Status::Active,
    })?;
    store.set_enrolment(&Enrolment {
        outlet: answer.outlet,
        outlet_name: answer.outlet_name,
        member: answer.member,
        device_name: name.to_owned(),
        relay,
        relay_key: answer.relay_key,
        token: answer.token,
    })?;
    Ok(())
}

async fn owners_line(ways: &Ways, actions: &Actions) -> Result<(Line, Enrolment), AdminError> {
    {
        let store = actions.shelf.store();
        let enrolment = store.enrolment()?.ok_or(Fault::NotEnrolled)?;
        if !store.is_owner(enrolment.member)? {
            return Err(AdminError::OwnerOnly);
        }
        if enrolment.is_sample() {
            return Err(Fault::Sample.into());
        }
        if store.chosen()?.no_network {
            return Err(Fault::NoNetwork.into());
        }
    }
    Ok(ways.line(actions).await?)
}

/// A new person of the outlet.
pub async fn add_member(ways: &Ways, actions: &Actions, input: &AddMember) -> Result<MemberId, AdminError> {
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(AdminError::Name);
    }
    if input.roles.is_empty() {
        return Err(AdminError::NoRole);
    }
    let (line, _) = owners_line(ways, actions).await?;
    let new = NewMember { name: name.to_owned(), roles: input.roles.clone() };
    let answer: MemberAnswer = ask(&line, "v1/members", &new).await?;
    Ok(answer.member)
}

/// Somebody's roles, and whether they belong to the outlet.
pub async fn set_member(ways: &Ways, actions: &Actions, input: &SetMember) -> Result<(), AdminError> {
    if input.roles.as_ref().is_some_and(Vec::is_empty) {
        return Err(AdminError::NoRole);
    }
    let (line, _) = owners_line(ways, actions).await?;
    let asked = MemberRequest { roles: input.roles.clone(), status: input.status };
    let body = serde_json::to_vec(&asked).expect("roles and a status are words");
    let path = format!("v1/members/{}", input.member);
    let request = line.request(Method::POST, &path)?.header("content-type", "application/json");
    line.send(request, body).await?;
    Ok(())
}

/// A one-time code for a member's new device, as text, link and QR code.
pub async fn invite(ways: &Ways, actions: &Actions, member: MemberId) -> Result<InviteView, AdminError> {
    let (line, enrolment) = owners_line(ways, actions).await?;
    let answer: InviteAnswer = ask(&line, "v1/invites", &InviteRequest { member }).await?;
    // The newcomer may be anywhere: the first address that is not only the shop's.
    let relay = actions.shelf.store().relay_addresses()?.into_iter().next().unwrap_or(enrolment.relay);
    let link = EnrolLink { relay, code: answer.code.clone(), key: enrolment.relay_key }.to_string();
    let qr_svg = qr::svg(&link)?;
    Ok(InviteView { link, code: answer.code, qr_svg, expires: Millis(answer.expires_ms) })
}

/// A device is lost, or was found again.
pub async fn set_device_status(
    ways: &Ways,
    actions: &Actions,
    device: DeviceId,
    status: doorstep_schemas::enrol::DeviceStatus,
) -> Result<(), AdminError> {
    let (line, _) = owners_line(ways, actions).await?;
    let body = serde_json::to_vec(&DeviceStatusRequest { status }).expect("a status is a word");
    let path = format!("v1/devices/{device}/status");
    let request = line.request(Method::POST, &path)?.header("content-type", "application/json");
    line.send(request, body).await?;
    Ok(())
}

/// The relay's addresses and how it is: asked now, and shown with the reason where it doesn't answer. `drill`: a backup is
/// to be made and tried, and then the reason is an error.
pub async fn relay(ways: &Ways, actions: &Actions, drill: bool) -> Result<RelayView, AdminError> {
    let (enrolment, addresses, last_success, no_network) = {
        let store = actions.shelf.store();
        let enrolment = store.enrolment()?.ok_or(Fault::NotEnrolled)?;
        if !store.is_owner(enrolment.member)? {
            return Err(AdminError::OwnerOnly);
        }
        (enrolment, store.relay_addresses()?, store.last_success()?, store.chosen()?.no_network)
    };
    let asked = if no_network { Err(Fault::NoNetwork) } else { health(ways, actions, drill).await };
    let in_use = asked.as_ref().ok().map(|(address, _)| address.clone());
    let ways_known = if enrolment.is_sample() { Vec::new() } else { ways.known(&enrolment, &addresses) };
    let known = ways_known.into_iter().map(|way| {
        let address = way.address();
        RelayAddress { in_use: Some(&address) == in_use.as_ref(), way: way.word(), address }
    });
    let addresses = known.collect();
    let (health, unanswered) = match asked {
        Ok((_, health)) => (Some(health), None),
        Err(fault) if drill => return Err(fault.into()),
        Err(fault) => (None, Some(fault.code())),
    };
    let last_success = last_success.map(Millis);
    Ok(RelayView { addresses, last_success, health, unanswered, now: Millis(actions.nature.now_ms()) })
}

/// What it answers, by the first way that leads to it, and how long that took.
async fn health(ways: &Ways, actions: &Actions, drill: bool) -> Result<(String, RelayHealth), Fault> {
    let (method, path) = if drill { (Method::POST, "v1/drill") } else { (Method::GET, "v1/state") };
    loop {
        let chosen = ways.choose_for(actions).await?;
        let line = chosen.line()?;
        let began = std::time::Instant::now();
        match told::<RelayState>(&line, line.request(method.clone(), path)?, Vec::new()).await {
            Ok(state) => {
                let round_trip_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
                return Ok((chosen.way.address(), shown(state, round_trip_ms)));
            }
            Err(fault) if fault.nothing_left() && ways.block(&chosen) => {}
            Err(fault) => return Err(fault),
        }
    }
}

fn shown(state: RelayState, round_trip_ms: u32) -> RelayHealth {
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let megabytes = |bytes: u64| count(bytes.div_ceil(1_000_000));
    RelayHealth {
        version: state.version,
        round_trip_ms,
        entries: count(state.entries),
        documents: count(state.documents),
        photos: count(state.photos),
        megabytes: megabytes(state.entry_bytes.saturating_add(state.photo_bytes)),
        backed_up: count(state.backed_up_to),
        disk_free_megabytes: state.disk_free.map(|bytes| count(bytes / 1_000_000)),
        drill: state.drill.map(|DrillResult { began_ms, ended_ms, outcome, entries, photos, reason }| DrillView {
            began: Millis(began_ms),
            ended: Millis(ended_ms),
            outcome,
            entries: count(entries),
            photos: count(photos),
            reason,
        }),
        drilling: state.drilling,
        may_drill: state.may_drill,
    }
}

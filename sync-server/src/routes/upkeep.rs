//! `GET /v1/state` and `POST /v1/drill`: what an owner hears of the relay itself, and asks of it.

use axum::Json;
use axum::extract;
use axum::http::HeaderMap;
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::ids::OutletId;
use doorstep_schemas::upkeep::RelayState;

use super::{RouteError, Shared, caller};
use crate::engine::access::Endpoint;
use crate::state::State;
use crate::storage::StorageError;

pub async fn state(extract::State(state): Shared, headers: HeaderMap) -> Result<Json<RelayState>, RouteError> {
    let caller = caller(&state, &headers, Endpoint::State).await?;
    told(&state, caller.outlet).await
}

/// Begins a drill where that may be asked, and says how things stand either way: asking twice does no harm.
pub async fn drill(extract::State(state): Shared, headers: HeaderMap) -> Result<Json<RelayState>, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Drill).await?;
    if let Some(drilling) = state.drilling() {
        drilling.begin(state.now_ms());
    }
    told(&state, caller.outlet).await
}

async fn told(state: &State, outlet: OutletId) -> Result<Json<RelayState>, RouteError> {
    let (row, totals) = state
        .read(move |shelf| {
            let row = shelf.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
            Ok::<_, StorageError>((row, shelf.totals(outlet)?))
        })
        .await?;
    let drilling = state.drilling();
    Ok(Json(RelayState {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: PROTOCOL,
        now_ms: state.now_ms(),
        entries: row.head,
        entry_bytes: totals.bytes,
        documents: totals.documents,
        photos: totals.blobs,
        photo_bytes: totals.blob_bytes,
        backed_up_to: row.backed_up_to,
        disk_free: state.blobs.free().await.ok(),
        drill: drilling.and_then(|drilling| drilling.last()).map(|record| record.told(outlet)),
        drilling: drilling.is_some_and(|drilling| drilling.running()),
        may_drill: drilling.is_some_and(|drilling| drilling.may()),
    }))
}

//! `POST /v1/exchange`: pieces up as they arrive, one answer down.
//!
//! The body is read by a task of its own. A caller whose line breaks takes its request with it, but not the pieces
//! that had arrived whole: those are in the log, and the repeat learns so.

use std::sync::Arc;

use axum::body::Body;
use axum::extract;
use axum::http::HeaderMap;
use axum::response::Response;
use doorstep_schemas::wire::{Outcome, PieceResult, UpHeader};

use super::body::Incoming;
use super::seat::Seat;
use super::{RouteError, Shared, caller, watched};
use crate::engine::access::Endpoint;
use crate::engine::exchange::Visit;
use crate::engine::session::{Kept, Session};
use crate::engine::standing::Caller;
use crate::engine::{exchange, fork};
use crate::identity;
use crate::state::State;
use crate::storage::{Pending, StorageError};

pub async fn exchange(extract::State(state): Shared, headers: HeaderMap, body: Body) -> Result<Response, RouteError> {
    let mut incoming = Incoming::new(body, state.pace.idle_body);
    let seat = match Seat::take(&state) {
        Ok(seat) => seat,
        Err(busy) => {
            incoming.drain().await;
            return Err(busy);
        }
    };
    let caller = caller(&state, &headers, Endpoint::Exchange).await?;
    tokio::spawn(serve(state, caller, incoming, seat)).await.unwrap_or(Err(StorageError::JobPanicked.into()))
}

async fn serve(state: Arc<State>, caller: Caller, mut incoming: Incoming, seat: Seat) -> Result<Response, RouteError> {
    let mut session = Session::new(caller.clone());
    let mut batches = Vec::new();
    let end = read(&state, &mut session, &mut incoming, &seat, &mut batches).await;
    // What a session has heard takes more than a megabyte, and a thousand may wait here for the writer.
    let said = session.finish();

    let (mut results, mut visit) = (Vec::new(), None);
    let mut failure = None;
    for batch in batches {
        match batch.durable().await {
            Ok(kept) => {
                results.extend(kept.results);
                visit = visit.or(kept.visit);
                if kept.erased {
                    state.sweep_soon();
                }
            }
            Err(cause) => failure = failure.or(Some(cause)),
        }
    }
    announce(&state, &caller, &results, visit);
    if end.is_err() || failure.is_some() {
        incoming.drain().await;
    }
    end?;
    if let Some(cause) = failure {
        return Err(cause.into());
    }
    let up = Arc::new(said?);
    let now_ms = state.now_ms();
    let key = state.key.clone();

    if visit.is_none() {
        let (visitor, word, key, results) = (caller.clone(), up.clone(), key.clone(), results.clone());
        let first = state.read(move |shelf| match exchange::is_worth_noting(shelf, &visitor, &word, now_ms)? {
            true => Ok(None),
            false => exchange::answer(shelf, &visitor, &word, results, now_ms, &key).map(Some),
        });
        if let Some(body) = first.await? {
            return Ok(watched::cbor(state, caller, body));
        }
        let (visitor, word) = (caller.clone(), up.clone());
        visit = Some(state.write(move |ledger| exchange::note(ledger, &visitor, &word, now_ms)).durable().await?);
        announce(&state, &caller, &[], visit);
    }
    if visit.is_some_and(|visit| visit.remembers_more) {
        tell_of_a_fork(&state, &caller, &up).await?;
    }
    let asking = caller.clone();
    let body = state.read(move |shelf| exchange::answer(shelf, &asking, &up, results, now_ms, &key)).await?;
    Ok(watched::cbor(state, caller, body))
}

/// Tells live connections of what was kept and of what a visit moved.
fn announce(state: &State, caller: &Caller, results: &[PieceResult], visit: Option<Visit>) {
    let visit = visit.unwrap_or_default();
    if visit.held_moved || results.iter().any(|result| result.inbox.is_some()) {
        state.moved_beside(caller.outlet);
    } else if visit.owner_moved || results.iter().any(|result| result.outcome == Outcome::Accepted) {
        state.tell(caller.outlet);
    }
}

/// Tells all devices when this one remembers more of the log than there is.
async fn tell_of_a_fork(state: &State, caller: &Caller, up: &UpHeader) -> Result<(), RouteError> {
    let (Some(cursor), outlet) = (up.cursor, caller.outlet) else { return Ok(()) };
    if !state.may_fork(outlet) {
        tracing::warn!(%outlet, device = %caller.device, "a device remembers more than the log holds, again today");
        return Ok(());
    }
    let epoch = identity::random()?;
    if state.write(move |ledger| fork::begin_anew(ledger, outlet, &cursor, epoch)).durable().await? {
        tracing::warn!(%outlet, device = %caller.device, "the log was put back to an older copy: it has a new epoch");
        state.tell(outlet);
    }
    Ok(())
}

/// Reads to the end, handing over whole pieces as they come.
async fn read(
    state: &State,
    session: &mut Session,
    incoming: &mut Incoming,
    seat: &Seat,
    batches: &mut Vec<Pending<Kept>>,
) -> Result<(), RouteError> {
    while let Some(chunk) = seat.waiting_for(incoming.next()).await? {
        let (batch, read) = session.take(&chunk);
        if let Some(batch) = batch {
            let now_ms = state.now_ms();
            let remove = state.blobs.remover(session.outlet(), tokio::runtime::Handle::current());
            batches.push(state.write(move |ledger| batch.keep(ledger, now_ms, &remove)));
        }
        read?;
    }
    Ok(())
}

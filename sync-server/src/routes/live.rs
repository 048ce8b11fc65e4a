//! `GET /v1/live`: server-sent events that say "there is something new", never what.
//!
//! Seldom on purpose: on a thin line a chatty stream kills the upload beside it. Each event asks again whether the
//! device is still served, and a device that is not loses its stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::ids::OutletId;
use doorstep_schemas::live::Announcement;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::{RouteError, Shared, caller};
use crate::engine::access::Endpoint;
use crate::engine::standing::{self, Caller, NotServed, Sight};
use crate::engine::{access, scan};
use crate::state::State;
use crate::storage::StorageError;

/// What a listener asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Its bytes cost money.
    seldom: bool,
}

pub async fn live(
    extract::State(state): Shared,
    wish: Result<extract::Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Live).await?;
    let seldom = wish.is_ok_and(|extract::Query(wish)| wish.seldom);
    let (events, stream) = mpsc::channel(4);
    let news = state.listen();
    tokio::spawn(async move {
        if let Err(cause) = announce(&state, &caller, seldom, news, events).await {
            tracing::debug!(device = %caller.device, %cause, "a live connection was closed");
        }
    });
    let body = Body::from_stream(ReceiverStream::new(stream).map(Ok::<_, Infallible>));
    let heads = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((heads, body).into_response())
}

/// What one look finds.
struct Look {
    announcement: Announcement,
    head: u64,
    by_another: bool,
}

async fn look(state: &State, caller: &Caller, after: u64) -> Result<Look, NotServed> {
    let beside = state.beside(caller.outlet);
    let caller = caller.clone();
    state
        .read(move |shelf| {
            let caller = standing::again(shelf, &caller)?;
            let outlet = shelf.outlet(caller.outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
            let sight = Sight::of(shelf, caller.outlet, &caller.member)?;
            let (seq, by_another) = scan::news(shelf, &outlet, &sight, caller.device, after)?;
            let announcement = Announcement {
                seq,
                owner_seq: outlet.owner_seq,
                // Owners fetch every picture as it comes; others fetch with their next exchange.
                beside: if access::runs_the_outlet(&caller.member.roles) { beside } else { 0 },
            };
            Ok(Look { announcement, head: outlet.head, by_another })
        })
        .await
}

/// What was told last, and when.
struct Told {
    announcement: Announcement,
    /// Where the next look begins.
    head: u64,
    at: Instant,
    /// When it was somebody's work, not only a receipt.
    work_at: Option<Instant>,
}

/// Ends when the listener goes, the relay stops or the device is refused.
async fn announce(
    state: &Arc<State>,
    caller: &Caller,
    seldom: bool,
    mut news: broadcast::Receiver<OutletId>,
    events: mpsc::Sender<Bytes>,
) -> Result<(), NotServed> {
    let mut closing = state.closing();
    let gap = if seldom { state.pace.live_gap_metered } else { state.pace.live_gap };
    let mut told: Option<Told> = None;
    loop {
        // A lost device's stream ends with this look, whatever is due.
        let found = look(state, caller, told.as_ref().map_or(0, |told| told.head)).await?;
        let due = due(told.as_mut(), &found, gap);
        if due.is_some_and(|due| due <= Instant::now()) {
            let json = serde_json::to_string(&found.announcement).expect("numbers are always JSON");
            if events.send(Bytes::from(format!("event: news\ndata: {json}\n\n"))).await.is_err() {
                return Ok(());
            }
            let at = Instant::now();
            // The first only says where the log stands: it must not hold back the work that comes after it.
            let work_at = told.as_ref().and_then(|told| if found.by_another { Some(at) } else { told.work_at });
            told = Some(Told { announcement: found.announcement, head: found.head, at, work_at });
            continue;
        }
        tokio::select! {
            named = next_of(&mut news, caller.outlet) => if !named { return Ok(()) },
            () = until(due) => {}
            () = keep_alive(state, &events) => return Ok(()),
            _ = closing.wait_for(|closing| *closing) => return Ok(()),
        }
    }
}

/// When what was found may be told: work not sooner than a gap after other work, a receipt not sooner than a gap after
/// anything. `None`: there is nothing to tell.
fn due(told: Option<&mut Told>, found: &Look, gap: Duration) -> Option<Instant> {
    let Some(told) = told else { return Some(Instant::now()) };
    if found.by_another {
        return Some(told.work_at.map_or_else(Instant::now, |at| at + gap));
    }
    told.head = found.head;
    let (now, then) = (found.announcement, told.announcement);
    (now.owner_seq != then.owner_seq || now.beside != then.beside).then(|| told.at + gap)
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Whether the outlet was named; `false` when the relay is gone. Having fallen behind counts as named.
async fn next_of(news: &mut broadcast::Receiver<OutletId>, outlet: OutletId) -> bool {
    loop {
        match news.recv().await {
            Ok(named) if named != outlet => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return true,
            Err(broadcast::error::RecvError::Closed) => return false,
        }
    }
}

/// Comments into the silence; resolves when the listener is gone.
async fn keep_alive(state: &State, events: &mpsc::Sender<Bytes>) {
    loop {
        tokio::select! {
            () = events.closed() => return,
            () = tokio::time::sleep(state.pace.keepalive) => {}
        }
        if events.send(Bytes::from_static(b":\n\n")).await.is_err() {
            return;
        }
    }
}

//! `GET /v1/live`: server-sent events that say "there is something new", never what.
//!
//! Seldom on purpose: on a thin line a chatty stream kills the upload beside it. Each event asks again whether the
//! device is still served, and a device that is not loses its stream.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::ids::OutletId;
use doorstep_schemas::live::Announcement;
use futures_util::StreamExt;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::{RouteError, Shared, caller};
use crate::engine::{access, scan};
use crate::engine::standing::{self, Caller, NotServed, Sight};
use crate::state::State;
use crate::storage::StorageError;

pub async fn live(extract::State(state): Shared, headers: HeaderMap) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers).await?;
    let (events, stream) = mpsc::channel(4);
    let news = state.listen();
    tokio::spawn(async move {
        if let Err(cause) = announce(&state, &caller, news, events).await {
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
    let photos = state.photos_arrived(caller.outlet);
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
                photos: if access::runs_the_outlet(&caller.member.roles) { photos } else { 0 },
            };
            Ok(Look { announcement, head: outlet.head, by_another })
        })
        .await
}

/// Ends when the listener goes, the relay stops or the device is refused.
async fn announce(
    state: &Arc<State>,
    caller: &Caller,
    mut news: broadcast::Receiver<OutletId>,
    events: mpsc::Sender<Bytes>,
) -> Result<(), NotServed> {
    let mut closing = state.closing();
    let mut last: Option<(Look, Instant)> = None;
    loop {
        let found = look(state, caller, last.as_ref().map_or(0, |(look, _)| look.head)).await?;
        let is_news = last.as_ref().is_none_or(|(before, _)| {
            let (now, then) = (found.announcement, before.announcement);
            found.by_another || now.owner_seq != then.owner_seq || now.photos != then.photos
        });
        if is_news {
            let json = serde_json::to_string(&found.announcement).expect("two numbers are always JSON");
            if events.send(Bytes::from(format!("event: news\ndata: {json}\n\n"))).await.is_err() {
                return Ok(());
            }
            last = Some((found, Instant::now()));
        } else if let Some((before, _)) = &mut last {
            before.head = found.head;
        }

        let quiet_until = last.as_ref().map_or_else(Instant::now, |(_, at)| *at + state.pace.live_gap);
        tokio::select! {
            told = next_of(&mut news, caller.outlet) => if !told { return Ok(()) },
            () = keep_alive(state, &events) => return Ok(()),
            _ = closing.wait_for(|closing| *closing) => return Ok(()),
        }
        // A lost device's stream ends at once; news can wait for the gap.
        look(state, caller, 0).await?;
        tokio::select! {
            () = tokio::time::sleep_until(quiet_until) => {}
            () = events.closed() => return Ok(()),
            _ = closing.wait_for(|closing| *closing) => return Ok(()),
        }
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

//! `POST /v1/exchange`: pieces up as they arrive, one answer down.
//!
//! The body is read by a task of its own. A caller whose line breaks takes its request with it, but not the pieces
//! that had arrived whole: those are in the log, and the repeat learns so.

use std::sync::Arc;

use axum::body::Body;
use axum::extract;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, BlobHash};
use doorstep_schemas::terse::Listener;
use doorstep_schemas::wire::{Outcome, Piece, PieceResult, UpHeader, kind};
use doorstep_schemas::{MAX_EXCHANGE, PROTOCOL_OLDEST};

use super::body::Incoming;
use super::{RouteError, Shared, caller};
use crate::engine::access::Endpoint;
use crate::engine::erase;
use crate::engine::exchange;
use crate::engine::fork;
use crate::engine::intake::{self, Carrier};
use crate::engine::parcel;
use crate::engine::standing::{self, Caller, NotServed};
use crate::identity;
use crate::state::State;
use crate::storage::{Ledger, Pending, StorageError};

pub async fn exchange(extract::State(state): Shared, headers: HeaderMap, body: Body) -> Result<Response, RouteError> {
    let caller = caller(&state, &headers, Endpoint::Exchange).await?;
    let incoming = Incoming::new(body, state.pace.idle_body);
    tokio::spawn(serve(state, caller, incoming)).await.unwrap_or(Err(StorageError::JobPanicked.into()))
}

async fn serve(state: Arc<State>, caller: Caller, mut incoming: Incoming) -> Result<Response, RouteError> {
    let mut intake =
        Intake { state: &state, caller: &caller, up: None, listener: Listener::default(), batches: Vec::new() };
    let end = intake.read(&mut incoming).await;
    let Intake { up, batches, .. } = intake;

    let mut results = Vec::new();
    let mut failure = None;
    for batch in batches {
        match batch.durable().await {
            Ok(of_batch) => results.extend(of_batch),
            Err(cause) => failure = failure.or(Some(cause)),
        }
    }
    if results.iter().any(|result| result.inbox.is_some()) {
        state.moved_beside(caller.outlet);
    } else if results.iter().any(|result| result.outcome == Outcome::Accepted) {
        state.tell(caller.outlet);
    }
    if end.is_err() || failure.is_some() {
        incoming.drain().await;
    }
    end?;
    if let Some(cause) = failure {
        return Err(cause.into());
    }
    let up = Arc::new(up.ok_or(RouteError::ExchangeEmpty)?);

    look_for_a_fork(&state, &caller, &up).await?;
    let now_ms = state.now_ms();
    let (visitor, visit) = (caller.clone(), up.clone());
    if state.read(move |shelf| exchange::is_worth_noting(shelf, &visitor, &visit, now_ms)).await? {
        let (visitor, visit) = (caller.clone(), up.clone());
        let moved = state.write(move |ledger| exchange::note(ledger, &visitor, &visit, now_ms)).durable().await?;
        if moved.held_moved {
            state.moved_beside(caller.outlet);
        } else if moved.owner_moved {
            state.tell(caller.outlet);
        }
    }
    let key = state.key.clone();
    let body = state.read(move |shelf| exchange::answer(shelf, &caller, &up, results, now_ms, &key)).await?;
    let cbor = [(header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"))];
    Ok((cbor, body).into_response())
}

/// Tells all devices when this one remembers more of the log than there is.
async fn look_for_a_fork(state: &State, caller: &Caller, up: &UpHeader) -> Result<(), RouteError> {
    let (Some(cursor), outlet) = (up.cursor, caller.outlet) else { return Ok(()) };
    if !state.read(move |shelf| fork::remembers_more(shelf, outlet, &cursor)).await? {
        return Ok(());
    }
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

struct Intake<'a> {
    state: &'a State,
    caller: &'a Caller,
    up: Option<UpHeader>,
    listener: Listener,
    batches: Vec<Pending<Vec<PieceResult>>>,
}

impl Intake<'_> {
    /// Reads to the end, handing over whole pieces as they come.
    async fn read(&mut self, incoming: &mut Incoming) -> Result<(), RouteError> {
        let mut frames = FrameReader::default();
        let mut room = MAX_EXCHANGE;
        while let Some(chunk) = incoming.next().await? {
            let fits = chunk.len().min(room);
            frames.push(&chunk[..fits]);
            room -= fits;
            self.hand_over(&mut frames)?;
            if fits < chunk.len() {
                return Err(RouteError::ExchangeTooLarge);
            }
        }
        Ok(frames.finish()?)
    }

    fn hand_over(&mut self, frames: &mut FrameReader) -> Result<(), RouteError> {
        let mut pieces = Vec::new();
        let broken = loop {
            match frames.next_frame() {
                Ok(Some(item)) if self.up.is_none() => {
                    let up: UpHeader = frame::read(item)?;
                    if up.protocol < PROTOCOL_OLDEST {
                        return Err(RouteError::ProtocolTooOld(up.protocol));
                    }
                    self.up = Some(up);
                }
                // A frame that holds no piece is refused by itself, like any other piece.
                Ok(Some(item)) => match frame::read::<Piece>(item) {
                    Ok(piece) => pieces.extend(parcel::pieces(&mut self.listener, piece)),
                    Err(_) => pieces.push(None),
                },
                Ok(None) => break None,
                Err(cause) => break Some(cause),
            }
        };
        if !pieces.is_empty() {
            let actor = self.up.as_ref().and_then(|up| up.actor);
            let (caller, now_ms) = (self.caller.clone(), self.state.now_ms());
            let remove = self.state.blobs.remover(caller.outlet);
            let take = move |ledger: &mut dyn Ledger| take_all(ledger, &caller, (actor, now_ms), pieces, &remove);
            self.batches.push(self.state.write(take));
        }
        broken.map_or(Ok(()), |cause| Err(cause.into()))
    }
}

fn take_all(
    ledger: &mut dyn Ledger,
    caller: &Caller,
    (actor, now_ms): (Option<Actor>, i64),
    pieces: Vec<Option<Piece>>,
    remove: &dyn Fn(&BlobHash) -> Result<(), StorageError>,
) -> Result<Vec<PieceResult>, StorageError> {
    let caller = match standing::again_to_bring(ledger, caller) {
        Ok(caller) => caller,
        Err(NotServed::Storage(cause)) => return Err(cause),
        Err(NotServed::UnknownToken | NotServed::Revoked(_) | NotServed::Pending) => {
            return Ok(pieces.iter().map(|_| intake::refused(ErrorCode::NotAllowed)).collect());
        }
    };
    let carrier = Carrier { caller: &caller, actor, now_ms };
    let take = |piece| match piece {
        Some(Piece { kind: kind::ERASED, erased: Some(erased), .. }) => erase::erase(ledger, carrier, erased, remove),
        Some(piece) => intake::take(ledger, carrier, piece),
        None => Ok(intake::refused(ErrorCode::PieceUnreadable)),
    };
    pieces.into_iter().map(take).collect()
}

//! Answers that take long on a thin line: before each part goes out it is asked again who gets it.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::engine::standing::{self, Caller, NotServed};
use crate::state::State;

/// Bytes that go out between two looks: a minute's worth on a thin line, and a look costs less than they do.
pub const PART: usize = 64 * 1024;

/// Whether the caller is served yet; the error ends the connection, and says nothing.
pub async fn still_served(state: &State, caller: &Caller) -> std::io::Result<()> {
    let asking = caller.clone();
    let asked = state.read(move |shelf| standing::again_to_bring(shelf, &asking).map(drop)).await;
    asked.map_err(|cause| match cause {
        NotServed::Storage(cause) => std::io::Error::other(cause),
        refused => {
            tracing::info!(device = %caller.device, "an answer was broken off: {refused}");
            std::io::ErrorKind::PermissionDenied.into()
        }
    })
}

/// An answer of CBOR.
pub fn cbor(state: Arc<State>, caller: Caller, body: Vec<u8>) -> Response {
    let cbor = (header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    if body.len() <= PART {
        return ([cbor], body).into_response();
    }
    let length = (header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    // The look that made the answer is the first part's.
    let parts = stream::try_unfold((Bytes::from(body), true), move |(mut rest, first)| {
        let (state, caller) = (state.clone(), caller.clone());
        async move {
            if rest.is_empty() {
                return Ok(None);
            }
            if !first {
                still_served(&state, &caller).await?;
            }
            let part = rest.split_to(rest.len().min(PART));
            Ok::<_, std::io::Error>(Some((part, (rest, false))))
        }
    });
    ([cbor, length], Body::from_stream(parts)).into_response()
}

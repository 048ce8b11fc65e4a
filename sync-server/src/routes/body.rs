//! Request bodies: read as they come, given up when they stand still.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::error::RouteError;

/// Largest JSON request.
const MOST_JSON: usize = 16 * 1024;
/// After a refusal the rest of a body is read for a while: a connection closed on unread bytes is reset, and the
/// caller would never see why.
const DRAIN_BYTES: usize = 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// A body that did not end.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("nothing came for {0:?}")]
    Idle(Duration),
    #[error("the connection broke")]
    Cut(#[source] axum::Error),
}

/// A body on its way in.
pub struct Incoming {
    stream: BodyDataStream,
    idle: Duration,
}

impl Incoming {
    pub fn new(body: Body, idle: Duration) -> Self {
        Self { stream: body.into_data_stream(), idle }
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        match timeout(self.idle, self.stream.next()).await {
            Err(_elapsed) => Err(Broken::Idle(self.idle)),
            Ok(None) => Ok(None),
            Ok(Some(chunk)) => chunk.map(Some).map_err(Broken::Cut),
        }
    }

    /// Reads on without keeping anything, within bounds.
    pub async fn drain(&mut self) {
        let mut read = 0;
        let rest = async {
            while let Some(Ok(chunk)) = self.stream.next().await {
                read += chunk.len();
                if read > DRAIN_BYTES {
                    break;
                }
            }
        };
        // Running out of time is as good as running out of bytes.
        let _ = timeout(DRAIN_TIME, rest).await;
    }
}

/// A small JSON request.
pub async fn json<T: DeserializeOwned>(body: Body, idle: Duration) -> Result<T, RouteError> {
    let mut incoming = Incoming::new(body, idle);
    let mut text = Vec::new();
    while let Some(chunk) = incoming.next().await? {
        if text.len() + chunk.len() > MOST_JSON {
            incoming.drain().await;
            return Err(RouteError::RequestTooLarge(MOST_JSON));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&text)?)
}

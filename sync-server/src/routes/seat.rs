//! One exchange's place among those that are worked on at once; given back whatever becomes of it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::RouteError;
use crate::state::State;

/// A line is slow when it is waited for so long: what a phone beside the relay sends is there at once, and were its seat
/// free until then, a thousand would be let in together.
const SLOW: Duration = Duration::from_millis(100);

pub struct Seat {
    state: Arc<State>,
}

impl Seat {
    pub fn take(state: &Arc<State>) -> Result<Self, RouteError> {
        state.rush().enter(state.pace.seats, state.now_ms()).map_err(RouteError::Busy)?;
        Ok(Self { state: state.clone() })
    }

    /// Waits for the caller's own line; one that stands still keeps nobody out meanwhile.
    pub async fn waiting_for<T>(&self, line: impl Future<Output = T>) -> T {
        let mut line = pin!(line);
        if let Ok(came) = timeout(SLOW, &mut line).await {
            return came;
        }
        let away = Away::from(&self.state);
        let came = line.await;
        drop(away);
        came
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.state.rush().leave();
    }
}

/// While it is waited for the line. Ends as well when the waiting itself is given up.
struct Away<'a>(&'a State);

impl<'a> Away<'a> {
    fn from(state: &'a State) -> Self {
        state.rush().leave();
        Self(state)
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.rush().back();
    }
}

//! The relay's clock, as an argument: tests move it.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, UTC.
pub trait Clock: Send + Sync + 'static {
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A rehearsal's clock: a file says how many milliseconds it is ahead of the machine's, and is read anew each time. What
/// can't be read is nought.
#[derive(Debug, Clone)]
pub struct RehearsalClock(pub PathBuf);

impl Clock for RehearsalClock {
    fn now_ms(&self) -> i64 {
        let ahead = std::fs::read_to_string(&self.0).ok().and_then(|text| text.trim().parse::<i64>().ok());
        SystemClock.now_ms().saturating_add(ahead.unwrap_or(0))
    }
}

impl<F: Fn() -> i64 + Send + Sync + 'static> Clock for F {
    fn now_ms(&self) -> i64 {
        self()
    }
}

//! One direction of a slow line: bytes leave one after another at its rate and arrive half a round trip later.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How a line behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// There and back, without what the rate costs.
    pub round_trip: Duration,
    /// Each way; `None` is as fast as this machine.
    pub bytes_per_second: Option<u32>,
    /// Every connection ends this long after it was opened.
    pub cut_after: Option<Duration>,
}

impl Weather {
    /// 64 kbit/s each way, 600 ms there and back.
    pub const TWO_G: Self =
        Self { round_trip: Duration::from_millis(600), bytes_per_second: Some(8_000), cut_after: None };
}

/// Shared by all connections of one phone: two of them do not make its line faster.
#[derive(Debug)]
pub struct Lane {
    rate: Option<u32>,
    /// When the last byte that was promised a place will have left.
    free: Mutex<Option<Instant>>,
}

impl Lane {
    pub fn new(rate: Option<u32>) -> Self {
        Self { rate: rate.filter(|rate| *rate > 0), free: Mutex::new(None) }
    }

    /// Bytes that go in one go: small enough that the two directions and other connections get their turn.
    pub fn stride(&self) -> usize {
        if self.rate.is_some() { 512 } else { 16 * 1024 }
    }

    /// When `bytes` that are here at `now` will have left.
    pub fn leaves(&self, now: Instant, bytes: usize) -> Instant {
        let Some(rate) = self.rate else { return now };
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = free.map_or(now, |free| free.max(now));
        let left = begins + Duration::from_secs_f64(bytes as f64 / f64::from(rate));
        *free = Some(left);
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_queue_behind_one_another_and_an_idle_line_saves_nothing_up() {
        let lane = Lane::new(Some(8_000));
        let start = Instant::now();
        let after = |from: Instant, millis| from + Duration::from_millis(millis);
        assert_eq!(lane.leaves(start, 4_000), after(start, 500));
        assert_eq!(lane.leaves(after(start, 100), 800), after(start, 600), "behind what is before it");
        assert_eq!(lane.leaves(after(start, 5_000), 8_000), after(start, 6_000), "no credit for silence");
        assert_eq!(Lane::new(None).leaves(start, 1 << 30), start);
    }
}

//! One direction of a slow line: bytes leave one after another at its rate and arrive half a round trip later.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::chance::Chance;

/// Which way bytes go: from the phone or to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

/// How a line comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ends {
    #[default]
    Never,
    /// Every connection, so long after it was opened.
    Each(Duration),
    /// Every connection, behind some bytes of its own: drawn from a seed, at most so many.
    EachWithin { seed: u64, most: u32 },
    /// Once: behind so many bytes of the case, and both ends are told.
    AtByte(Way, u64),
    /// Once: behind so many bytes nothing passes any more on that connection, and nobody is told.
    Silent(Way, u64),
}

impl Ends {
    /// After how many bytes, both ways together, the connection of this number ends.
    pub fn within(self, connection: u64) -> Option<u64> {
        let Self::EachWithin { seed, most } = self else { return None };
        Some(Chance::of(seed, 0, connection).draw() % u64::from(most.max(1)))
    }
}

/// What is lost on the air comes again, later: bytes behind it wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Of so many portions one is lost.
    pub one_in: u32,
    pub stall: Duration,
}

/// How a line behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// There and back, without what the rate costs.
    pub round_trip: Duration,
    /// Each way; `None` is as fast as this machine.
    pub bytes_per_second: Option<u32>,
    /// A portion arrives up to so much later than it would; none overtakes another.
    pub jitter: Duration,
    pub loss: Option<Loss>,
    pub ends: Ends,
}

impl Weather {
    /// As fast as this machine.
    pub const CLEAR: Self = Self {
        round_trip: Duration::ZERO,
        bytes_per_second: None,
        jitter: Duration::ZERO,
        loss: None,
        ends: Ends::Never,
    };

    /// 64 kbit/s each way, 600 ms there and back.
    pub const TWO_G: Self =
        Self { round_trip: Duration::from_millis(600), bytes_per_second: Some(8_000), ..Self::CLEAR };
}

/// Shared by all connections of one phone: two of them do not make its line faster.
#[derive(Debug)]
pub struct Lane {
    rate: Option<u32>,
    /// When the last byte that was promised a place will have left.
    free: Mutex<Option<Instant>>,
    jitter: Duration,
    loss: Option<Loss>,
    portions: AtomicU64,
}

impl Lane {
    pub fn new(weather: &Weather) -> Self {
        Self {
            rate: weather.bytes_per_second.filter(|rate| *rate > 0),
            free: Mutex::new(None),
            jitter: weather.jitter,
            loss: weather.loss.filter(|loss| loss.one_in > 0),
            portions: AtomicU64::new(0),
        }
    }

    /// By how much the next portion comes late: the same with every run.
    pub fn late(&self) -> Duration {
        let place = self.portions.fetch_add(1, Ordering::Relaxed);
        let share = f64::from((place.wrapping_mul(2_654_435_761) >> 16) as u16) / f64::from(u16::MAX);
        let lost = self.loss.filter(|loss| place % u64::from(loss.one_in) == u64::from(loss.one_in) - 1);
        self.jitter.mul_f64(share) + lost.map_or(Duration::ZERO, |loss| loss.stall)
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
        let lane = Lane::new(&Weather::TWO_G);
        let start = Instant::now();
        let after = |from: Instant, millis| from + Duration::from_millis(millis);
        assert_eq!(lane.leaves(start, 4_000), after(start, 500));
        assert_eq!(lane.leaves(after(start, 100), 800), after(start, 600), "behind what is before it");
        assert_eq!(lane.leaves(after(start, 5_000), 8_000), after(start, 6_000), "no credit for silence");
        assert_eq!(Lane::new(&Weather::CLEAR).leaves(start, 1 << 30), start);
    }

    #[test]
    fn what_is_lost_comes_late_and_the_rest_within_its_jitter() {
        let (jitter, stall) = (Duration::from_millis(50), Duration::from_secs(3));
        let lane = Lane::new(&Weather { jitter, loss: Some(Loss { one_in: 4, stall }), ..Weather::CLEAR });
        let late: Vec<bool> = (0..8).map(|_| lane.late()).map(|late| late > jitter).collect();
        assert_eq!(late, [false, false, false, true, false, false, false, true]);
    }
}

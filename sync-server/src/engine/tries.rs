//! Wrong enrolment codes in the last minute, counted over all callers: behind one shop address or from a thousand,
//! guessing is as slow.

use std::collections::VecDeque;

const WINDOW_MS: i64 = 60_000;
const MOST: usize = 60;

#[derive(Debug, Default)]
pub struct WrongTries {
    at_ms: VecDeque<i64>,
}

/// Too many; how many seconds until one may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after_s: u64,
}

impl WrongTries {
    /// Counts a try before it is looked at, so that many at once can't slip through; a right one is given back.
    pub fn begin(&mut self, now_ms: i64) -> Result<(), TooMany> {
        // A clock that was set back must not lock the door for long.
        self.at_ms.retain(|at| (0..WINDOW_MS).contains(&now_ms.saturating_sub(*at)));
        match self.at_ms.front() {
            Some(oldest) if self.at_ms.len() >= MOST => {
                let wait_ms = (oldest + WINDOW_MS - now_ms).max(1).unsigned_abs();
                Err(TooMany { retry_after_s: wait_ms.div_ceil(1_000) })
            }
            _ => {
                self.at_ms.push_back(now_ms);
                Ok(())
            }
        }
    }

    pub fn was_right(&mut self) {
        self.at_ms.pop_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_first_guess_of_a_minute_waits_for_the_first_to_grow_old() {
        let mut tries = WrongTries::default();
        for i in 0..60 {
            assert_eq!(tries.begin(1_000 + i * 100), Ok(()));
        }
        assert_eq!(tries.begin(8_000), Err(TooMany { retry_after_s: 53 }));
        assert_eq!(tries.begin(60_999), Err(TooMany { retry_after_s: 1 }));
        assert_eq!(tries.begin(61_000), Ok(()));
    }

    #[test]
    fn right_codes_cost_no_tries() {
        let mut tries = WrongTries::default();
        for _ in 0..200 {
            assert_eq!(tries.begin(5), Ok(()));
            tries.was_right();
        }
    }
}

//! How many exchanges are worked on at once, and when those who find no room come again.
//!
//! At six in the evening a shop's phones all ask in the same moment. Served all together, each would wait for all the
//! others, longer than a phone on a bad line waits at all. So a bounded number is worked on, and everybody else is told
//! at the door, before a byte of theirs is read, in which second there is a seat for them.

use std::collections::VecDeque;

use super::tries::TooMany;

/// What the relay takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// Exchanges worked on in the same moment; one whose bytes are still on the line is not.
    pub at_once: usize,
    /// Seats given away in each of the seconds to come.
    pub a_second: u32,
}

impl Seats {
    /// Two old processors manage some four hundred exchanges a second with 60 changes each way (`bench/run rush`).
    pub const USUAL: Self = Self { at_once: 64, a_second: 200 };
    pub const ENDLESS: Self = Self { at_once: usize::MAX, a_second: u32::MAX };
}

/// Nobody is sent away for longer: a phone that long without its shop's word would ask by itself.
const LONGEST_S: usize = 60;

/// See the module.
#[derive(Debug, Default)]
pub struct Rush {
    inside: usize,
    /// The second, since 1970, that `given` begins with.
    second: i64,
    /// Seats given away in that second and the next ones.
    given: VecDeque<u32>,
}

impl Rush {
    /// Lets one more in, or names the second to come again in.
    pub fn enter(&mut self, seats: Seats, now_ms: i64) -> Result<(), TooMany> {
        if self.inside >= seats.at_once {
            return Err(TooMany { retry_after_s: self.seat(seats, now_ms) });
        }
        self.inside += 1;
        Ok(())
    }

    /// One who waited for its own line goes on: it was let in before.
    pub fn back(&mut self) {
        self.inside += 1;
    }

    /// One is done, or waits for its own line.
    pub fn leave(&mut self) {
        self.inside = self.inside.saturating_sub(1);
    }

    /// The first of the next seconds with a seat left; seconds from now.
    fn seat(&mut self, seats: Seats, now_ms: i64) -> u64 {
        let second = now_ms.div_euclid(1_000) + 1;
        // A clock that was set back begins anew.
        let past = usize::try_from(second.saturating_sub(self.second)).unwrap_or(usize::MAX);
        self.given.drain(..past.min(self.given.len()));
        self.second = second;
        let free = self.given.iter().position(|given| *given < seats.a_second).unwrap_or(self.given.len());
        let free = free.min(LONGEST_S - 1);
        if free == self.given.len() {
            self.given.push_back(0);
        }
        self.given[free] = self.given[free].saturating_add(1);
        free as u64 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEATS: Seats = Seats { at_once: 2, a_second: 3 };

    fn told(rush: &mut Rush, now_ms: i64) -> u64 {
        rush.enter(SEATS, now_ms).unwrap_err().retry_after_s
    }

    #[test]
    fn who_finds_no_room_is_given_a_seat_in_one_of_the_next_seconds() {
        let mut rush = Rush::default();
        assert_eq!(rush.enter(SEATS, 10_000), Ok(()));
        assert_eq!(rush.enter(SEATS, 10_000), Ok(()));
        let waits: Vec<u64> = (0..7).map(|_| told(&mut rush, 10_010)).collect();
        assert_eq!(waits, [1, 1, 1, 2, 2, 2, 3]);
        rush.leave();
        assert_eq!(rush.enter(SEATS, 10_020), Ok(()), "room again");
        assert_eq!(told(&mut rush, 11_000), 2, "the seats of second 12 are given away");
        assert_eq!(told(&mut rush, 90_000), 1, "a rush that is over leaves nothing behind");
        assert_eq!(told(&mut rush, -90_000), 1, "a clock that was set back");
    }

    #[test]
    fn a_slow_line_takes_no_room_while_it_is_waited_for() {
        let mut rush = Rush::default();
        for _ in 0..50 {
            assert_eq!(rush.enter(SEATS, 0), Ok(()));
            rush.leave();
        }
        rush.back();
        rush.back();
        rush.back();
        assert!(rush.enter(SEATS, 0).is_err(), "who is inside goes on, nobody new comes in");
    }

    #[test]
    fn nobody_is_sent_away_for_longer_than_a_minute() {
        let mut rush = Rush::default();
        let crowded = Seats { at_once: 0, a_second: 1 };
        let most = (0..500).map(|_| rush.enter(crowded, 5_500).unwrap_err().retry_after_s).max();
        assert_eq!(most, Some(60));
        assert!(rush.given.len() <= 60);
    }
}

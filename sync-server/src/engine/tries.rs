//! Wrong enrolment codes of the last minute, counted by where they came from and over all callers: from one address or
//! from a thousand, guessing is as slow.
//!
//! A wrong code names no invitation, so tries can't be counted by it. Ten minutes of sixty guesses among 32⁸ codes find
//! one in some two thousand million times.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

const WINDOW_MS: i64 = 60_000;
const MOST: usize = 60;
/// From one address: somebody who reads a code off a screen is wrong twice, not six times.
const MOST_FROM_ONE: usize = 5;

type Recent = VecDeque<i64>;

#[derive(Debug, Default)]
pub struct WrongTries {
    all: Recent,
    /// Those that turned out wrong; never more than all together.
    by: HashMap<IpAddr, Recent>,
}

/// Too many; how many seconds until one may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after_s: u64,
}

/// Behind one line of a provider's a household has a whole /64.
fn household(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => IpAddr::V4(ip),
            None => IpAddr::V6((u128::from(ip) >> 64 << 64).into()),
        },
    }
}

/// Forgets what is older than the window. A clock that was set back must not lock the door for long.
fn forget(recent: &mut Recent, now_ms: i64) {
    recent.retain(|at| (0..WINDOW_MS).contains(&now_ms.saturating_sub(*at)));
}

fn room(recent: &Recent, most: usize, now_ms: i64) -> Result<(), TooMany> {
    match recent.front() {
        Some(oldest) if recent.len() >= most => {
            let wait_ms = (oldest + WINDOW_MS - now_ms).max(1).unsigned_abs();
            Err(TooMany { retry_after_s: wait_ms.div_ceil(1_000) })
        }
        _ => Ok(()),
    }
}

impl WrongTries {
    /// Counts a try before it is looked at, so that many at once can't slip through; a right one is given back.
    pub fn begin(&mut self, from: IpAddr, now_ms: i64) -> Result<(), TooMany> {
        forget(&mut self.all, now_ms);
        self.by.values_mut().for_each(|recent| forget(recent, now_ms));
        self.by.retain(|_, recent| !recent.is_empty());
        if let Some(recent) = self.by.get(&household(from)) {
            room(recent, MOST_FROM_ONE, now_ms)?;
        }
        room(&self.all, MOST, now_ms)?;
        self.all.push_back(now_ms);
        Ok(())
    }

    pub fn was_right(&mut self) {
        self.all.pop_back();
    }

    /// It counts against its address: not before, or a shop that lets ten phones in at once would shut itself out.
    pub fn was_wrong(&mut self, from: IpAddr, now_ms: i64) {
        self.by.entry(household(from)).or_default().push_back(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn from(n: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, n))
    }

    fn wrong(tries: &mut WrongTries, from: IpAddr, at: i64) -> Result<(), TooMany> {
        tries.begin(from, at)?;
        tries.was_wrong(from, at);
        Ok(())
    }

    #[test]
    fn the_sixty_first_guess_of_a_minute_waits_for_the_first_to_grow_old() {
        let mut tries = WrongTries::default();
        for i in 0..60 {
            assert_eq!(wrong(&mut tries, from(i), 1_000 + i64::from(i) * 100), Ok(()));
        }
        let next = from(200);
        assert_eq!(tries.begin(next, 8_000), Err(TooMany { retry_after_s: 53 }));
        assert_eq!(tries.begin(next, 60_999), Err(TooMany { retry_after_s: 1 }));
        assert_eq!(tries.begin(next, 61_000), Ok(()));
    }

    #[test]
    fn the_sixth_wrong_code_from_one_address_waits_and_others_do_not() {
        let mut tries = WrongTries::default();
        for i in 0..5 {
            assert_eq!(wrong(&mut tries, from(1), i), Ok(()));
        }
        assert_eq!(tries.begin(from(1), 10_000), Err(TooMany { retry_after_s: 50 }));
        assert_eq!(tries.begin(from(2), 10_000), Ok(()));
        assert_eq!(tries.begin(from(1), 60_000), Ok(()), "a minute later it may try again");
    }

    #[test]
    fn a_household_does_not_guess_faster_by_the_addresses_of_its_line() {
        let mut tries = WrongTries::default();
        let at = |host: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, host));
        for host in 0..5 {
            assert_eq!(wrong(&mut tries, at(host), 0), Ok(()));
        }
        assert!(tries.begin(at(99), 0).is_err());
        let mapped = IpAddr::V6(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());
        assert_eq!(household(mapped), from(1));
    }

    #[test]
    fn right_codes_cost_no_tries() {
        let mut tries = WrongTries::default();
        for _ in 0..200 {
            assert_eq!(tries.begin(from(1), 5), Ok(()));
            tries.was_right();
        }
    }
}

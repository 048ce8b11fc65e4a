//! Chance from a seed: the same town and the same day with every run, so that two figures differ by the program and not
//! by the dice.

use std::sync::{Mutex, PoisonError};

/// SplitMix64: nothing here is secret, and its whole state is one number.
#[derive(Debug)]
pub struct Chance(Mutex<u64>);

impl Chance {
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A chance of its own for the `n`th thing of a kind: what it draws depends on nothing that was drawn elsewhere.
    pub fn of(seed: u64, kind: u64, n: u64) -> Self {
        let mixed = Self::from_seed(seed ^ kind.rotate_left(32)).draw();
        Self::from_seed(Self::from_seed(mixed ^ n).draw())
    }

    pub fn draw(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `from..to`; `from` when the range is empty.
    pub fn between(&self, from: u32, to: u32) -> u32 {
        let span = u64::from(to.saturating_sub(from)).max(1);
        from + u32::try_from(self.draw() % span).expect("smaller than a u32 span")
    }

    /// Whether something happens that happens in `percent` of cases.
    pub fn happens(&self, percent: u32) -> bool {
        self.between(0, 100) < percent
    }

    /// One of `things`, which the caller wrote down and are never none.
    pub fn pick<'a, T: ?Sized>(&self, things: &[&'a T]) -> &'a T {
        things[self.draw() as usize % things.len()]
    }

    /// One of `things`, by weight. The first when all weights are nought.
    pub fn weighted<'a, T>(&self, things: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let all: u32 = things.iter().map(&weight).sum();
        let mut left = self.between(0, all);
        let found = things.iter().find(|thing| {
            let heavy = weight(thing);
            let here = left < heavy;
            left = left.saturating_sub(heavy);
            here
        });
        found.unwrap_or(&things[0])
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.fill(&mut bytes);
        bytes
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.draw().to_le_bytes()[..part.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_day() {
        let days: Vec<Vec<u32>> = (0..2)
            .map(|_| {
                let chance = Chance::from_seed(7);
                (0..50).map(|_| chance.between(3, 9)).collect()
            })
            .collect();
        assert_eq!(days[0], days[1]);
        assert!(days[0].iter().all(|n| (3..9).contains(n)));
        assert!(days[0].iter().any(|n| *n != days[0][0]));
    }

    #[test]
    fn what_is_heavy_is_drawn_often_and_what_weighs_nothing_never() {
        let chance = Chance::of(7, 1, 1);
        let things = [("never", 0), ("seldom", 1), ("often", 9)];
        let drawn: Vec<&str> = (0..1_000).map(|_| chance.weighted(&things, |t| t.1).0).collect();
        let times = |what: &str| drawn.iter().filter(|d| **d == what).count();
        assert_eq!(times("never"), 0);
        assert!(times("seldom") > 50 && times("seldom") < 150, "{}", times("seldom"));
    }
}

//! 抽样回访: a random sample to call, by a recorded seed (R40).
//!
//! The same seed and the same jobs give the same sample on every device and for ever, so that anybody can check that
//! nobody chose. The generator is SplitMix64 (Steele, Lea and Flood, 2014), written out here because a library's stream
//! may change with its version.

use doorstep_schemas::ids::JobId;

use super::facts::desk::Sample;

/// Most jobs of a sample.
pub const MOST_DRAWN: u32 = 50;

/// SplitMix64: a step of the golden ratio, then mixed.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly below `bound`, which is not nought: values of the uneven rest are drawn again.
    fn below(&mut self, bound: u64) -> u64 {
        let uneven = u64::MAX - u64::MAX % bound;
        loop {
            let drawn = self.next();
            if drawn < uneven {
                return drawn % bound;
            }
        }
    }
}

/// Draws `n` of the jobs (R40). In whatever order they come, doubled or not: they are sorted first. The sample is sorted
/// as well; all of them where there are fewer.
pub fn draw(seed: u64, jobs: &[JobId], n: usize) -> Vec<JobId> {
    let mut pool = jobs.to_vec();
    pool.sort_unstable();
    pool.dedup();
    let n = n.min(pool.len());
    let mut random = SplitMix64(seed);
    for i in 0..n {
        let rest = u64::try_from(pool.len() - i).unwrap_or(u64::MAX);
        let at = usize::try_from(random.below(rest)).unwrap_or(0);
        pool.swap(i, i + at);
    }
    pool.truncate(n);
    pool.sort_unstable();
    pool
}

/// How many of so many jobs an outlet draws that calls this share of them (R40), rounded up.
pub fn to_draw(ended: usize, percent: u32) -> u32 {
    let ended = u32::try_from(ended).unwrap_or(u32::MAX);
    ended.saturating_mul(percent.min(100)).div_ceil(100).min(MOST_DRAWN)
}

/// The seed as a record holds it.
pub fn seed_of(sample: &Sample) -> u64 {
    u64::from_ne_bytes(sample.seed.to_ne_bytes())
}

/// Whether a recorded sample is what its seed gives (R40).
pub fn is_honest(sample: &Sample) -> bool {
    let mut drawn = sample.drawn.clone();
    drawn.sort_unstable();
    draw(seed_of(sample), &sample.of, drawn.len()) == drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{NOON, id, job_id, noted};
    use proptest::prelude::*;

    fn jobs(n: u8) -> Vec<JobId> {
        (1..=n).map(job_id).collect()
    }

    #[test]
    fn r40_the_generator_is_the_published_one() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn r40_a_sample_that_somebody_chose_is_found_out() {
        let of = jobs(20);
        let drawn = draw(42, &of, 3);
        let mut sample = Sample { id: id(1), seed: 42, day: None, of, drawn, noted: noted(NOON) };
        assert!(is_honest(&sample));
        sample.drawn.reverse();
        assert!(is_honest(&sample), "the order in which they are called is free");
        let other = sample.of.iter().find(|job| !sample.drawn.contains(job)).copied().unwrap();
        sample.drawn[0] = other;
        assert!(!is_honest(&sample));
    }

    #[test]
    fn r40_as_many_are_drawn_as_the_outlets_share_rounded_up_says() {
        for (ended, percent, expected) in [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (25, 10, 3), (25, 0, 0)] {
            assert_eq!(to_draw(ended, percent), expected, "{percent} % of {ended}");
        }
        assert_eq!(to_draw(usize::MAX, 100), MOST_DRAWN);
    }

    #[test]
    fn r40_every_job_is_drawn_about_as_often() {
        let of = jobs(10);
        let mut counts = [0u32; 10];
        for seed in 0..2_000 {
            for job in draw(seed, &of, 3) {
                counts[of.iter().position(|j| *j == job).unwrap()] += 1;
            }
        }
        assert!(counts.iter().all(|n| (500..700).contains(n)), "{counts:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r40_the_same_seed_and_set_give_the_same_sample_in_any_order(
            seed in any::<u64>(), size in 0u8..30, n in 0usize..40, turn in 0usize..30,
        ) {
            let of = jobs(size);
            let once = draw(seed, &of, n);
            prop_assert_eq!(once.len(), n.min(of.len()));
            let mut mixed: Vec<JobId> = of.iter().rev().chain(&of).copied().collect();
            let turn = turn.min(mixed.len());
            mixed.rotate_left(turn);
            prop_assert_eq!(draw(seed, &mixed, n), once);
        }
    }
}

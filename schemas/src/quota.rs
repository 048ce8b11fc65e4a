//! What a day is where use is counted: both ends have to mean the same one, or work would be offered too early.

/// China's clocks are eight hours ahead.
const AHEAD_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// The number of the day (UTC+8) that a moment lies in.
pub fn day_of(ms: i64) -> i64 {
    ms.saturating_add(AHEAD_MS).div_euclid(DAY_MS)
}

/// Milliseconds until the next day begins, at least 1.
pub fn until_next_day_ms(ms: i64) -> i64 {
    DAY_MS - ms.saturating_add(AHEAD_MS).rem_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_turns_at_midnight_in_the_county_town() {
        let midnight = 1_795_190_400_000; // 2026-11-21 00:00 there
        assert_eq!(day_of(midnight), day_of(midnight - 1) + 1);
        assert_eq!((until_next_day_ms(midnight - 1), until_next_day_ms(midnight)), (1, DAY_MS));
        assert!(day_of(i64::MAX) > 0 && until_next_day_ms(i64::MAX) >= 1);
    }
}

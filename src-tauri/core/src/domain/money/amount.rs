//! Sums of money: one rounding a line, shares that add up.

/// The most that a screen can show exactly: 2⁵³ − 1.
pub const MOST_FEN: i64 = (1 << 53) - 1;

/// A sum cut to what can be shown, whatever a broken document claims.
pub fn showable(fen: i128) -> i64 {
    i64::try_from(fen.clamp(-i128::from(MOST_FEN), i128::from(MOST_FEN))).unwrap_or(MOST_FEN)
}

/// A sum that does not depend on the order of what is added.
pub fn sum(amounts: impl IntoIterator<Item = i64>) -> i64 {
    showable(amounts.into_iter().map(i128::from).sum())
}

/// What is left of a sum.
pub fn less(from: i64, amounts: impl IntoIterator<Item = i64>) -> i64 {
    showable(i128::from(from) - amounts.into_iter().map(i128::from).sum::<i128>())
}

/// What a line comes to: unit × quantity (thousandths) × share (per mille), rounded half up once, away from zero below
/// it (R27).
pub fn line_fen(unit_fen: i64, quantity_thousandths: i64, share_permille: i64) -> i64 {
    const SCALE: u128 = 1_000_000;
    // Where this saturates, the true product is beyond what can be shown too.
    let product = (i128::from(unit_fen) * i128::from(quantity_thousandths)).saturating_mul(i128::from(share_permille));
    let rounded = i128::try_from(product.unsigned_abs().saturating_add(SCALE / 2) / SCALE).unwrap_or(i128::MAX);
    showable(if product < 0 { -rounded } else { rounded })
}

/// Divides a sum by weights so that the parts add up to it: each gets its whole fen, the rest goes to the largest
/// remainders, the earlier first (R30, R42). Weights below zero are nought; where all are nought the parts are equal.
/// Without weights there is nobody to give to.
pub fn split(total_fen: i64, weights: &[i64]) -> Vec<i64> {
    let mut weights: Vec<i128> = weights.iter().map(|w| i128::from((*w).max(0))).collect();
    if weights.iter().all(|w| *w == 0) {
        weights.fill(1);
    }
    let all: i128 = weights.iter().sum();
    let total = i128::from(total_fen).abs();
    let mut parts: Vec<i128> = weights.iter().map(|w| total * w / all).collect();
    let left = total - parts.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|i| (std::cmp::Reverse(total * weights[*i] % all), *i));
    for i in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[i] += 1;
    }
    let sign = i128::from(total_fen.signum());
    // A part is never larger than the total, which is an i64.
    parts.into_iter().map(|part| i64::try_from(part * sign).unwrap_or(total_fen)).collect()
}

/// `245.50`, as people write it.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r27_a_line_is_rounded_half_up_once() {
        for (unit, quantity, share, fen) in [
            (11_000, 1_500, 1_000, 16_500),
            (150, 7_000, 1_000, 1_050),
            (1, 500, 1_000, 1),
            (1, 499, 1_000, 0),
            (-1, 500, 1_000, -1),
            (-1, 499, 1_000, 0),
            // Rounded twice this would be 2: half of 3 is 1.5, three tenths of 2 again.
            (10, 350, 300, 1),
            (8_001, 1_000, 500, 4_001),
            (8_000, 1_000, 300, 2_400),
            (i64::MAX, i64::MAX, i64::MAX, MOST_FEN),
            (i64::MIN, i64::MAX, i64::MAX, -MOST_FEN),
            (i64::MIN, i64::MIN, i64::MIN, -MOST_FEN),
            (i64::MAX, i64::MAX, 0, 0),
        ] {
            assert_eq!(line_fen(unit, quantity, share), fen, "{unit} × {quantity} × {share}");
        }
    }

    #[test]
    fn r30_r42_what_is_divided_adds_up_and_the_odd_fen_goes_to_the_first() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(split(10_000, &[700, 300]), [7_000, 3_000]);
        assert_eq!(split(5, &[0, 0]), [3, 2], "nobody's weight is everybody's");
        assert_eq!(split(5, &[-4, 1]), [0, 5]);
        assert_eq!(split(5, &[]), Vec::<i64>::new());
    }

    #[test]
    fn yuan_are_written_with_two_places() {
        assert_eq!([yuan(24_550), yuan(5), yuan(-30), yuan(0)], ["245.50", "0.05", "-0.30", "0.00"]);
        assert_eq!(yuan(i64::MIN), "-92233720368547758.08");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r30_r42_nothing_is_lost_by_dividing(total in any::<i64>(), weights in prop::collection::vec(any::<i64>(), 1..9)) {
            let parts = split(total, &weights);
            prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(total));
            let kept: Vec<i128> = weights.iter().map(|w| i128::from((*w).max(0))).collect();
            let all: i128 = kept.iter().sum();
            for (part, weight) in parts.iter().zip(&kept).filter(|_| all > 0) {
                // |part − exact| < 1 fen, without leaving whole numbers.
                prop_assert!((i128::from(*part) * all - i128::from(total) * weight).abs() < all);
            }
        }

        #[test]
        fn r27_no_line_is_beyond_what_can_be_shown(unit in any::<i64>(), quantity in any::<i64>(), share in any::<i64>()) {
            prop_assert!(line_fen(unit, quantity, share).abs() <= MOST_FEN);
            prop_assert_eq!(line_fen(unit.saturating_neg(), quantity, share).abs() <= MOST_FEN, true);
        }

        #[test]
        fn r27_a_line_is_within_half_a_fen_of_the_exact_product(
            unit in -1_000_000_000i64..1_000_000_000,
            quantity in -1_000_000i64..1_000_000,
            share in 0i64..2_000,
        ) {
            let exact = i128::from(unit) * i128::from(quantity) * i128::from(share);
            let fen = i128::from(line_fen(unit, quantity, share));
            prop_assert!((fen * 1_000_000 - exact).abs() <= 500_000 || fen.abs() == i128::from(MOST_FEN));
        }

        #[test]
        fn r38_a_sum_does_not_depend_on_its_order(mut amounts in prop::collection::vec(any::<i64>(), 0..9)) {
            let before = sum(amounts.iter().copied());
            amounts.reverse();
            prop_assert_eq!(sum(amounts), before);
        }
    }
}

//! A usual day, to compare one with (R38): the same for the screen, the paper and the tables.
//!
//! A day on which nothing was due says nothing of a usual one, and is left out. Rates are those of all jobs together: a day
//! of two jobs must not weigh as much as one of thirty.

use doorstep_schemas::view::{DayFigures, DayMean, Fen, Rate, Thousandths};

use super::money::amount::{showable, sum};

/// The mean of the days on which something was due (R38); `None` where there is none.
pub fn mean(days: &[DayFigures]) -> Option<DayMean> {
    let days: Vec<&DayFigures> = days.iter().filter(|day| day.due > 0).collect();
    (!days.is_empty()).then(|| of(&days))
}

/// One day as a mean of itself.
pub fn alone(day: &DayFigures) -> DayMean {
    of(&[day])
}

fn of(days: &[&DayFigures]) -> DayMean {
    let many = i128::try_from(days.len()).unwrap_or(i128::MAX).max(1);
    let share = |sum: i128| showable((sum * 2 + many).div_euclid(many * 2));
    let count =
        |of: fn(&DayFigures) -> u32| Thousandths(share(days.iter().map(|day| i128::from(of(day)) * 1_000).sum()));
    let fen = |of: fn(&DayFigures) -> i64| Fen(share(days.iter().map(|day| i128::from(of(day))).sum()));
    let rate = |of: fn(&DayFigures) -> Rate| {
        let all = days.iter().map(|day| of(day));
        all.fold(Rate::default(), |sum, rate| Rate {
            of: sum.of.saturating_add(rate.of),
            good: sum.good.saturating_add(rate.good),
        })
    };
    DayMean {
        days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        due: count(|day| day.due),
        done: count(|day| day.done),
        open: count(|day| day.open),
        late: count(|day| day.late),
        on_time: rate(|day| day.on_time),
        in_limit: rate(|day| day.in_limit),
        first_time_fix: rate(|day| day.first_time_fix),
        five_services: rate(|day| day.five_services),
        readings: count(|day| day.readings),
        readings_failed: count(|day| day.readings_failed),
        refused: count(|day| day.refused),
        hazards_remaining: count(|day| day.hazards_remaining),
        missing_evidence: count(|day| day.missing_evidence),
        parts_fen: fen(|day| day.parts_fen.0),
        parts_unbilled_fen: fen(|day| day.parts_unbilled_fen.0),
        billed_fen: fen(|day| day.billed_fen.0),
        above_guide_fen: fen(|day| day.above_guide_fen.0),
        compensation_fen: fen(|day| day.compensation_fen.0),
        taken_fen: fen(|day| day.taken_fen.0),
        not_handed_in_fen: fen(|day| day.not_handed_in_fen.0),
        receivable_fen: fen(|day| sum(day.receivable.iter().map(|owed| owed.fen.0))),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::MakerOwes;
    use proptest::prelude::*;

    use super::*;

    fn day(due: u32, done: u32, good: u32, fen: i64) -> DayFigures {
        let receivable = vec![MakerOwes { maker: "北岭".to_owned(), fen: Fen(fen) }];
        let on_time = Rate { of: due, good };
        DayFigures { due, done, open: due - done, on_time, taken_fen: Fen(fen), receivable, ..DayFigures::default() }
    }

    #[test]
    fn r38_a_usual_day_is_the_mean_of_those_on_which_something_was_due() {
        let week = [day(4, 3, 2, 100), day(0, 0, 0, 0), day(8, 8, 8, 251)];
        let found = mean(&week).unwrap();
        assert_eq!((found.days, found.done, found.open), (2, Thousandths(5_500), Thousandths(500)));
        assert_eq!(found.on_time, Rate { of: 12, good: 10 }, "of all jobs together");
        assert_eq!((found.taken_fen, found.receivable_fen), (Fen(176), Fen(176)), "rounded half up");
        assert_eq!(mean(&[day(0, 0, 0, 900)]), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn r38_a_day_alone_is_itself() {
        let found = alone(&day(0, 0, 0, 900));
        assert_eq!((found.days, found.due, found.taken_fen), (1, Thousandths(0), Fen(900)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r38_a_mean_lies_among_its_days(fens in prop::collection::vec(any::<i64>(), 1..8)) {
            let days: Vec<DayFigures> = fens.iter().map(|fen| day(1, 1, 1, showable(i128::from(*fen)))).collect();
            let found = mean(&days).unwrap().taken_fen;
            let taken = || days.iter().map(|day| day.taken_fen);
            prop_assert!(taken().min() <= Some(found) && Some(found) <= taken().max());
        }
    }
}

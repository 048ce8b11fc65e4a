//! What can be a reading at all, and what is refused with its own reason.

use doorstep::domain::safety::{NotANumber, NotAValue, Taken, accepts, parse_number};
use doorstep_schemas::input::Found;
use doorstep_schemas::view::Thousandths;
use proptest::prelude::*;

use super::row;
use crate::cast::{cases, choice, number};

fn take(code: &str, found: &Found, unit: &str, method: &str) -> Result<(), NotAValue> {
    accepts(&row(code), Taken { found, unit, method, calibrated: "" })
}

#[test]
fn r11_a_reading_without_unit_or_method_or_out_of_range_is_refused_each_with_its_reason() {
    let earth = |found: Found, unit: &str, method: &str| take("earth_resistance", &found, unit, method);
    assert_eq!(earth(number(1_800), "Ω", "loop"), Ok(()));
    assert_eq!(earth(number(2_000_000), "Ω", "loop"), Ok(()));
    let range = Err(NotAValue::Number { unit: "Ω".to_owned(), most: 2_000_000 });
    for absurd in [-1, 2_000_001, i64::MIN, i64::MAX] {
        assert_eq!(earth(number(absurd), "Ω", "loop"), range, "{absurd}");
    }
    let missing = NotAValue::UnitMissing { expected: "Ω".to_owned() };
    assert_eq!(earth(number(1_800), " ", "loop"), Err(missing));
    let wrong = NotAValue::Unit { expected: "Ω".to_owned(), found: "kΩ".to_owned() };
    assert_eq!(earth(number(1_800), "kΩ", "loop"), Err(wrong));
    assert_eq!(earth(number(1_800), "Ω", ""), Err(NotAValue::MethodMissing));
    assert_eq!(earth(number(1_800), "Ω", "guess"), Err(NotAValue::Method("guess".to_owned())));
    assert_eq!(earth(number(1_800), "Ω", "socket_tester"), Err(NotAValue::Qualitative("socket_tester".to_owned())));
    assert_eq!(earth(choice("there"), "", "socket_tester"), Ok(()));
    assert_eq!(earth(choice("trips"), "", "socket_tester"), Err(NotAValue::Option("trips".to_owned())));
    assert_eq!(earth(choice("there"), "", "loop"), Err(NotAValue::Kind));
    assert_eq!(earth(choice("there"), "", ""), Err(NotAValue::Kind));

    assert_eq!(take("socket_polarity", &choice("right"), "", "multimeter"), Ok(()));
    assert_eq!(take("socket_polarity", &choice("left"), "", "multimeter"), Err(NotAValue::Option("left".to_owned())));
    assert_eq!(take("socket_polarity", &choice("right"), "", ""), Err(NotAValue::MethodMissing));
    let wrong = NotAValue::Unit { expected: String::new(), found: "V".to_owned() };
    assert_eq!(take("socket_polarity", &choice("right"), "V", "multimeter"), Err(wrong));
    assert_eq!(take("socket_polarity", &number(1), "", "multimeter"), Err(NotAValue::Kind));
    assert_eq!(take("rcd_button", &choice("trips"), "", ""), Ok(()));
    assert_eq!(take("rcd_button", &choice("trips"), "", "finger"), Err(NotAValue::Method("finger".to_owned())));
    assert_eq!(take("gas_age", &number(2_017_040), "YYYY.MM", ""), Ok(()));
    for no_month in [2_017_000, 2_017_130, 2_017_041, 1_000] {
        assert_eq!(take("gas_age", &number(no_month), "YYYY.MM", ""), Err(NotAValue::Month), "{no_month}");
    }
}

#[test]
fn r11_what_was_not_measured_says_why() {
    for silent in ["", "  ", "\u{3000}"] {
        let reason = || silent.to_owned();
        assert_eq!(take("rcd_button", &Found::NotMeasured { reason: reason() }, "", ""), Err(NotAValue::Reason));
        assert_eq!(take("rcd_button", &Found::NotApplicable { reason: reason() }, "", ""), Err(NotAValue::Reason));
    }
    assert_eq!(take("earth_resistance", &Found::NotMeasured { reason: "没带仪表".to_owned() }, "", ""), Ok(()));
}

#[test]
fn r11_a_calibration_is_a_day_or_unknown() {
    let (limit, found) = (row("earth_resistance"), number(1_000));
    let with = |calibrated| accepts(&limit, Taken { found: &found, unit: "Ω", method: "loop", calibrated });
    assert_eq!(with(""), Ok(()));
    assert_eq!(with("2026-03-01"), Ok(()));
    for bad in ["2026-02-30", "last year", "2026"] {
        assert_eq!(with(bad), Err(NotAValue::Calibration(bad.to_owned())));
    }
}

#[test]
fn r11_a_typed_number_is_figures_and_one_point() {
    use NotANumber::{Empty, Figures, Negative, TooFine, TooLarge};
    for (typed, expected) in [
        ("12.6", Ok(12_600)),
        (" 12.60 ", Ok(12_600)),
        ("１２．６", Ok(12_600)),
        ("１２.６", Ok(12_600)),
        ("12。6", Ok(12_600)),
        ("0", Ok(0)),
        (".5", Ok(500)),
        ("007", Ok(7_000)),
        ("9007199254740", Ok(9_007_199_254_740_000)),
        ("", Err(Empty)),
        (" \u{3000} ", Err(Empty)),
        ("-3", Err(Negative)),
        ("－3", Err(Negative)),
        ("-0.5", Err(Negative)),
        ("-", Err(Figures)),
        ("abc", Err(Figures)),
        ("1e9", Err(Figures)),
        ("1,5", Err(Figures)),
        ("5.", Err(Figures)),
        (".", Err(Figures)),
        ("1.2.3", Err(Figures)),
        ("+5", Err(Figures)),
        ("NaN", Err(Figures)),
        ("inf", Err(Figures)),
        ("0x10", Err(Figures)),
        ("5 5", Err(Figures)),
        ("12.605", Err(TooFine(2))),
        ("9007199254741", Err(TooLarge)),
        ("99999999999999999999999999", Err(TooLarge)),
    ] {
        assert_eq!(parse_number(typed, 2), expected.map(Thousandths), "{typed:?}");
    }
    assert_eq!(parse_number("0.125", 9), Ok(Thousandths(125)));
    assert_eq!(parse_number("0.1255", 9), Err(TooFine(3)));
    assert_eq!(parse_number("7.5", 0), Err(TooFine(0)));
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn r11_whatever_is_typed_is_a_number_from_zero_or_refused(typed in ".{0,24}", decimals in 0u8..6) {
        if let Ok(value) = parse_number(&typed, decimals) {
            prop_assert!((0..=1i64 << 53).contains(&value.0));
        }
    }

    #[test]
    fn r11_a_number_that_was_shown_is_typed_back_the_same(whole in 0i64..1_000_000, fraction in 0i64..1_000) {
        let typed = format!("{whole}.{fraction:03}");
        prop_assert_eq!(parse_number(&typed, 3), Ok(Thousandths(whole * 1_000 + fraction)));
    }
}

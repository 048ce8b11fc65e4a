//! What can be a reading at all, and what is refused with its reason (R11).

use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{By, Limit, Measure};
use doorstep_schemas::view::Thousandths;

use super::context::Month;

/// Why a value can't be a reading of this row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAValue {
    #[error("a number is expected between 0 and {most} thousandths of {unit}")]
    Number { unit: String, most: i64 },
    #[error("{0:?} is not one of the row's options")]
    Option(String),
    #[error("the row takes another kind of value")]
    Kind,
    #[error("a reason is required")]
    Reason,
    #[error("the unit is missing: {expected} is expected")]
    UnitMissing { expected: String },
    #[error("{found:?} is not the row's unit, {expected:?}")]
    Unit { expected: String, found: String },
    #[error("the method is missing")]
    MethodMissing,
    #[error("{0:?} is not one of the row's methods")]
    Method(String),
    #[error("{0:?} shows whether something is there, not how much")]
    Qualitative(String),
    #[error("a year and a month are expected, such as 2017.04")]
    Month,
    #[error("{0:?} is not the day of a calibration")]
    Calibration(String),
}

/// A reading as it was typed.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    pub found: &'a Found,
    /// The unit that the screen or the instrument showed; empty where the row takes a choice.
    pub unit: &'a str,
    pub method: &'a str,
    /// Day of the instrument's last calibration, such as 2026-03-01; empty when nobody knows.
    pub calibrated: &'a str,
}

/// Whether an instrument may show this.
pub(super) fn shown(thousandths: i64, most: i64) -> bool {
    (0..=most).contains(&thousandths)
}

/// Whether this can be a reading of this row at all (R11).
pub fn accepts(limit: &Limit, taken: Taken<'_>) -> Result<(), NotAValue> {
    if let Found::NotApplicable { reason } | Found::NotMeasured { reason } = taken.found {
        return if reason.trim().is_empty() { Err(NotAValue::Reason) } else { Ok(()) };
    }
    let method = limit.methods.iter().find(|m| m.code == taken.method);
    match (taken.found, &limit.measure) {
        (Found::Number { thousandths }, Measure::Number { unit, most, by, .. }) => {
            if !shown(thousandths.0, *most) {
                return Err(NotAValue::Number { unit: unit.clone(), most: *most });
            }
            if matches!(by, By::Age { .. }) && Month::of_value(thousandths.0).is_none() {
                return Err(NotAValue::Month);
            }
            if taken.unit.trim().is_empty() {
                return Err(NotAValue::UnitMissing { expected: unit.clone() });
            }
            if taken.unit != unit {
                return Err(NotAValue::Unit { expected: unit.clone(), found: taken.unit.to_owned() });
            }
            if let Some(method) = method.filter(|m| m.qualitative()) {
                return Err(NotAValue::Qualitative(method.code.clone()));
            }
        }
        (Found::Choice { option }, Measure::Choice { options }) => {
            if !options.iter().any(|o| o.code == *option) {
                return Err(NotAValue::Option(option.clone()));
            }
            if !taken.unit.is_empty() {
                return Err(NotAValue::Unit { expected: String::new(), found: taken.unit.to_owned() });
            }
        }
        (Found::Choice { option }, Measure::Number { .. }) => match method.filter(|m| m.qualitative()) {
            Some(method) if method.signs.iter().any(|s| s.code == *option) => {}
            Some(_) => return Err(NotAValue::Option(option.clone())),
            None => return Err(NotAValue::Kind),
        },
        _ => return Err(NotAValue::Kind),
    }
    match (limit.methods.as_slice(), method) {
        ([], None) if taken.method.is_empty() => {}
        (_, Some(_)) => {}
        (_, None) if taken.method.is_empty() => return Err(NotAValue::MethodMissing),
        (_, None) => return Err(NotAValue::Method(taken.method.to_owned())),
    }
    let calibrated = taken.calibrated;
    if !calibrated.is_empty() && chrono::NaiveDate::parse_from_str(calibrated, "%Y-%m-%d").is_err() {
        return Err(NotAValue::Calibration(calibrated.to_owned()));
    }
    Ok(())
}

/// Why a typed text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    #[error("nothing was typed")]
    Empty,
    #[error("a reading is never below zero")]
    Negative,
    #[error("only figures and one point")]
    Figures,
    #[error("at most {0} figures after the point")]
    TooFine(u8),
    #[error("no instrument shows so much")]
    TooLarge,
}

/// What a person typed, also on a Chinese keyboard (`１２．６`, `12。6`), in thousandths (R11). A comma is refused:
/// it divides thousands for one reader and decimals for another.
pub fn parse_number(text: &str, decimals: u8) -> Result<Thousandths, NotANumber> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
            '．' | '。' => '.',
            '－' | '−' => '-',
            other => other,
        })
        .collect();
    if plain.is_empty() {
        return Err(NotANumber::Empty);
    }
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let figures = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = whole.strip_prefix('-')
        && figures(rest)
        && figures(fraction)
        && !(rest.is_empty() && fraction.is_empty())
    {
        return Err(NotANumber::Negative);
    }
    let dangling = plain.contains('.') && fraction.is_empty();
    if !figures(whole) || !figures(fraction) || dangling {
        return Err(NotANumber::Figures);
    }
    let decimals = decimals.min(3);
    if fraction.len() > usize::from(decimals) {
        return Err(NotANumber::TooFine(decimals));
    }
    let scaled = format!("{}{fraction:0<3}", if whole.is_empty() { "0" } else { whole });
    let value = scaled.parse::<i64>().ok().filter(|value| *value <= MOST);
    value.map(Thousandths).ok_or(NotANumber::TooLarge)
}

/// What a document can hold without loss on every screen.
const MOST: i64 = 1 << 53;

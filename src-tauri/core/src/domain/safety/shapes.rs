//! How each shape of a row judges a number. No figure is here: all come from the limit set.

use doorstep_schemas::rules::limits::{Band, By, Case, Ceiling, How, NameplateRange, Quantity, Span, When, With};
use doorstep_schemas::view::{Text, Verdict};

use super::circuit;
use super::context::{Context, Lack, Month};
use super::outcome::Outcome;
use super::words::{Unit, both, number, short};

/// A number of a row, with what it may be held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub thousandths: i64,
    pub unit: &'a str,
    pub method: &'a str,
    pub context: &'a Context,
}

impl Value<'_> {
    fn banded(&self, bands: &[Band]) -> Outcome {
        Outcome::banded(self.thousandths, &number(self.thousandths), Unit::alike(self.unit), bands, &[])
    }
}

pub(super) fn judged(by: &By, value: Value<'_>) -> Outcome {
    match by {
        By::Fixed { bands } => value.banded(bands),
        By::Cases { cases } => in_case(cases, value, value.thousandths, Unit::alike(value.unit), &[]),
        By::Against { of, how, unit, bands } => against(of, *how, unit, bands, value),
        By::Nameplate { range, assume, bands } => nameplate(*range, *assume, bands, value),
        By::Together { bands, with } => together(bands, with, value),
        By::Circuit(row) => circuit::judged(row, value),
        By::Age { cases } => age(cases, value),
    }
}

/// The first case that fits for certain, and those before it that may: the worst of them counts. What would have
/// told them apart is lacking, unless they all say the same.
fn in_case(cases: &[Case], value: Value<'_>, measured: i64, unit: Unit<'_>, parts: &[Text]) -> Outcome {
    let mut outcomes = Vec::new();
    let mut lacks = Vec::new();
    for case in cases {
        let Some(unknown) = fit(&case.when, value) else { continue };
        outcomes.push(match case.ceiling {
            Some(ceiling) => under(ceiling, value, measured, unit, parts),
            None => Outcome::banded(measured, &number(measured), unit, &case.bands, parts),
        });
        if unknown.is_empty() {
            break;
        }
        lacks.extend(unknown);
    }
    let agree = outcomes.windows(2).all(|w| (w[0].verdict, w[0].class) == (w[1].verdict, w[1].class));
    let mut worst = Outcome::worst(outcomes);
    if !agree {
        worst.missing.extend(lacks);
        worst.missing.sort();
        worst.missing.dedup();
    }
    worst
}

/// `None`: does not fit. An empty list: fits. Else it fits if these turn out so.
fn fit(when: &When, value: Value<'_>) -> Option<Vec<Lack>> {
    fn ask<T: PartialEq>(wanted: &[T], known: Option<&T>, lack: Lack, unknown: &mut Vec<Lack>) -> bool {
        match known {
            _ if wanted.is_empty() => true,
            Some(known) => wanted.contains(known),
            None => {
                unknown.push(lack);
                true
            }
        }
    }
    let context = value.context;
    let mut unknown = Vec::new();
    let wet: Vec<bool> = when.wet_room.into_iter().collect();
    let method = Some(value.method.to_owned()).filter(|method| !method.is_empty());
    let fits = ask(&when.appliances, context.appliance.as_ref(), Lack::Appliance, &mut unknown)
        & ask(&when.protection, context.protection.as_ref(), Lack::Protection, &mut unknown)
        & ask(&when.build, context.build.as_ref(), Lack::Build, &mut unknown)
        & ask(&when.gas, context.gas.as_ref(), Lack::Gas, &mut unknown)
        & ask(&wet, context.wet_room.as_ref(), Lack::WetRoom, &mut unknown)
        & ask(&when.methods, method.as_ref(), Lack::Method, &mut unknown);
    fits.then_some(unknown)
}

fn ceiling_bands(ceiling: i64) -> [Band; 2] {
    [
        Band { from: None, to: Some(ceiling), verdict: Verdict::Pass, class: None },
        Band { from: Some(ceiling.saturating_add(1)), to: None, verdict: Verdict::Fail, class: None },
    ]
}

/// Without the power only what no power would change is said.
fn under(ceiling: Ceiling, value: Value<'_>, measured: i64, unit: Unit<'_>, parts: &[Text]) -> Outcome {
    let Ceiling { least, per_kw, most } = ceiling;
    let by = |bound: i64| Outcome::banded(measured, &number(measured), unit, &ceiling_bands(bound), parts);
    match value.context.rated_watts {
        Some(watts) => by((per_kw.saturating_mul(watts) / 1_000).max(least).min(most)),
        None if measured > most => by(most),
        None if measured <= least => by(least),
        None => Outcome::lacking(Lack::RatedPower),
    }
}

fn against(of: &Quantity, how: How, unit: &str, bands: &[Band], value: Value<'_>) -> Outcome {
    let context = value.context;
    let (quantity, lack, own_unit) = match of {
        Quantity::Reading(code) => (context.readings.get(code).copied(), Lack::Reading(code.clone()), value.unit),
        Quantity::RatedCurrent => (context.rated_milliamps, Lack::RatedCurrent, "A"),
        Quantity::RcdRating => (context.rcd_milliamps, Lack::RcdRating, "A"),
    };
    let Some(quantity) = quantity.filter(|quantity| *quantity > 0) else { return Outcome::lacking(lack) };
    let (found, of) = (i128::from(value.thousandths), i128::from(quantity));
    // Rounded up: an upper bound must not be met by rounding.
    let up = |number: i128, by: i128| number.div_euclid(by) + i128::from(number.rem_euclid(by) != 0);
    let derived = match how {
        How::PercentOf => up(found * 100_000, of),
        How::PercentBelow => up((of - found) * 100_000, of),
        How::Distance => (found - of).abs(),
        How::Times => up(found * of, 1_000),
    };
    let derived = i64::try_from(derived).unwrap_or(i64::MAX);
    let (found, of) =
        (format!("{} {}", number(value.thousandths), value.unit), format!("{} {own_unit}", number(quantity)));
    let parts = [both(format!("{found} 对 {of}"), format!("{found} against {of}"))];
    Outcome::banded(derived, &short(derived, bands), Unit::alike(unit), bands, &parts)
}

fn nameplate(range: NameplateRange, assume: Span, bands: &[Band], value: Value<'_>) -> Outcome {
    let told = match range {
        NameplateRange::Voltage => value.context.nameplate_volts,
        NameplateRange::WaterPressure => value.context.nameplate_pressure,
    };
    let span = told.unwrap_or(assume);
    if (span.from..=span.to).contains(&value.thousandths) {
        return value.banded(bands);
    }
    let (shown, unit) = (number(value.thousandths), value.unit);
    let (from, to) = (number(span.from), number(span.to));
    let reason = both(
        format!("{shown} {unit}，超出铭牌范围 {from}–{to} {unit}，不合格"),
        format!("{shown} {unit}, outside the nameplate's {from}–{to} {unit}: fail"),
    );
    Outcome::plain(Verdict::Fail, reason)
}

fn together(bands: &[Band], with: &[With], value: Value<'_>) -> Outcome {
    let mut outcomes = vec![value.banded(bands)];
    for With { reading, unit, bands } in with {
        outcomes.push(match value.context.readings.get(reading) {
            Some(other) => Outcome::banded(*other, &number(*other), Unit::alike(unit), bands, &[]),
            None => Outcome::lacking(Lack::Reading(reading.clone())),
        });
    }
    Outcome::worst(outcomes)
}

/// The older of what was read here and what the nameplate's field says.
fn age(cases: &[Case], value: Value<'_>) -> Outcome {
    let Some(read) = Month::of_value(value.thousandths) else {
        let shown = number(value.thousandths);
        let reason = both(format!("{shown} 不是年月，不算测过"), format!("{shown} is no year and month: not measured"));
        return Outcome::plain(Verdict::NotMeasured, reason);
    };
    let Some(day) = value.context.job_day.as_deref().and_then(Month::parse) else {
        return Outcome::lacking(Lack::JobDay);
    };
    let made = value.context.made.map_or(read, |told| told.min(read));
    let months = made.months_until(day);
    let written = format!("{:04}-{:02}", made.year, made.month);
    if months < 0 {
        let reason = both(format!("{written} 晚于今天，不算测过"), format!("{written} is in the future: not measured"));
        return Outcome::plain(Verdict::NotMeasured, reason);
    }
    let parts = [both(format!("{written} 生产"), format!("made {written}"))];
    in_case(cases, value, months.saturating_mul(1_000), Unit::MONTHS, &parts)
}

//! What never passes, whatever the row.

use doorstep::domain::safety::{self, Context, Judgement, Month};
use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{Limit, Measure, Span};
use doorstep_schemas::view::{ApplianceKind, Build, GasKind, JobKind, Laying, ProtectionClass, Refrigerant, Verdict};
use proptest::prelude::*;

use super::{built_in, heater};
use crate::cast::{cases, choice, number};

fn rows() -> impl Strategy<Value = Limit> {
    proptest::sample::select(built_in().limits)
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(all))
}

fn figure() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(prop_oneof![0i64..20_000, any::<i64>()])
}

/// Anything that a sheet may hold, also from a broken program.
fn contexts() -> impl Strategy<Value = Context> {
    let kinds = (
        proptest::sample::select(JobKind::ALL),
        proptest::sample::select(ApplianceKind::ALL),
        maybe(ProtectionClass::ALL),
        maybe(Build::ALL),
        maybe(Refrigerant::ALL),
        maybe(GasKind::ALL),
        maybe(Laying::ALL),
        proptest::option::of(any::<bool>()),
    );
    let figures = (figure(), figure(), figure(), figure(), figure(), figure(), figure(), figure(), figure());
    let years = (proptest::option::of(1990i32..2030), 2020i32..2030);
    (kinds, figures, years).prop_map(|(kinds, figures, years)| {
        let (job, appliance, protection, build, refrigerant, gas, laying, wet) = kinds;
        let (watts, rated, rcd, low, high, breaker, voltage, section, gauge) = figures;
        let mut context = Context::new(job, appliance)
            .with_protection(protection)
            .with_build(build)
            .with_refrigerant(refrigerant)
            .with_gas(gas)
            .with_laying(laying)
            .with_wet_room(wet)
            .with_rated_watts(watts)
            .with_rated_milliamps(rated)
            .with_rcd_milliamps(rcd)
            .with_nameplate_volts(low.zip(high).map(|(from, to)| Span { from, to }))
            .with_breaker_amps(breaker)
            .with_made(years.0.map(|year| Month { year, month: 6 }))
            .with_job_day(&format!("{}-07-15", years.1));
        for (code, value) in [("supply_voltage", voltage), ("wire_section", section), ("vacuum_gauge", gauge)] {
            if let Some(value) = value {
                context = context.with_reading(code, &number(value));
            }
        }
        context
    })
}

fn some_method(limit: &Limit, pick: usize) -> String {
    limit.methods.get(pick % limit.methods.len().max(1)).map(|m| m.code.clone()).unwrap_or_default()
}

fn passes(judged: &Judgement) -> bool {
    matches!(judged.verdict, Verdict::Pass | Verdict::Warn)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn r11_not_measured_and_not_applicable_are_never_a_pass(limit in rows(), context in contexts(), reason in ".{0,9}") {
        let judged = safety::judge(&limit, &Found::NotMeasured { reason: reason.clone() }, "", &context);
        prop_assert_eq!(judged.verdict, Verdict::NotMeasured);
        let judged = safety::judge(&limit, &Found::NotApplicable { reason }, "", &context);
        prop_assert_eq!(judged.verdict, Verdict::NotApplicable);
        prop_assert_eq!(judged.class, None);
    }

    #[test]
    fn r11_a_value_that_no_instrument_shows_is_never_a_pass(
        limit in rows(), context in contexts(), value in any::<i64>(), pick in 0usize..4,
    ) {
        let most = match &limit.measure {
            Measure::Number { most, .. } => *most,
            Measure::Choice { .. } => 0,
        };
        let beyond = if value >= 0 { value.saturating_add(most).saturating_add(1) } else { value };
        let judged = safety::judge(&limit, &number(beyond), &some_method(&limit, pick), &context);
        prop_assert_eq!(judged.verdict, Verdict::NotMeasured);
    }

    #[test]
    fn r11_an_option_that_the_row_does_not_know_is_never_a_pass(
        limit in rows(), context in contexts(), option in "[a-z_]{0,12}", pick in 0usize..4,
    ) {
        let method = some_method(&limit, pick);
        let options = match &limit.measure {
            Measure::Choice { options } => options.clone(),
            Measure::Number { .. } => limit.methods.iter().flat_map(|m| m.signs.clone()).collect(),
        };
        prop_assume!(options.iter().all(|o| o.code != option));
        let judged = safety::judge(&limit, &choice(&option), &method, &context);
        prop_assert_eq!(judged.verdict, Verdict::NotMeasured);
    }

    #[test]
    fn r11_what_lacks_its_context_or_its_method_is_never_a_pass(
        limit in rows(), context in contexts(), value in prop_oneof![0i64..3_000_000, any::<i64>()], pick in 0usize..4,
    ) {
        let judged = safety::judge(&limit, &number(value), &some_method(&limit, pick), &context);
        prop_assert!(judged.missing.is_empty() || judged.verdict != Verdict::Pass, "{:?}", judged);
        prop_assert_eq!(judged.class.is_some(), judged.verdict == Verdict::Fail);
        prop_assert!(!judged.reason.zh.is_empty() && !judged.reason.en.is_empty());
        if !limit.methods.is_empty() {
            for method in ["", "guess"] {
                prop_assert!(!passes(&safety::judge(&limit, &number(value), method, &context)));
            }
        }
    }

    /// Learning more may turn "not measured" into anything; it never makes a pass worse than it was shown.
    #[test]
    fn r11_a_bare_context_passes_nothing_that_a_known_one_fails(limit in rows(), value in 0i64..400_000, pick in 0usize..4) {
        let method = some_method(&limit, pick);
        let bare = safety::judge(&limit, &number(value), &method, &Context::default());
        // The nameplate's range is the one thing that can only be assumed.
        prop_assume!(limit.code != "supply_voltage" && limit.code != "water_pressure");
        if bare.verdict == Verdict::Pass {
            prop_assert_ne!(safety::judge(&limit, &number(value), &method, &heater()).verdict, Verdict::Fail);
        }
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        _ => 2,
    }
}

#[test]
fn r11_rows_with_one_bound_get_worse_in_one_direction_only() {
    let context = heater();
    let steps = || (0..2_000i64).map(|step| step * step / 4);
    let ranks = |code: &str, method: &str| -> Vec<u8> {
        let limit = built_in().row(code).unwrap().clone();
        let Measure::Number { most, .. } = limit.measure else { panic!("{code} takes no number") };
        steps()
            .filter(|value| *value <= most)
            .map(|value| rank(safety::judge(&limit, &number(value), method, &context).verdict))
            .collect()
    };
    for (code, method) in [
        ("neutral_earth", "multimeter"),
        ("earth_live", "low_impedance"),
        ("earth_resistance", "loop"),
        ("rcd_time", "rcd_tester"),
        ("earth_continuity", "milliohm"),
        ("leakage_current", "leakage_clamp"),
        ("running_current", "clamp_meter"),
        ("outlet_temperature", "probe"),
        ("terminal_temperature", "infrared"),
        ("co_room", "co_meter"),
    ] {
        assert!(ranks(code, method).is_sorted(), "{code}: more is never better");
    }
    for (code, method) in [
        ("loaded_voltage_drop", "multimeter"),
        ("wire_section", "marking"),
        ("insulation_appliance", "megger"),
        ("insulation_circuit", "megger"),
        ("vacuum_hold", "gauge"),
        ("air_delta", "cooling"),
        ("meter_capacity", ""),
    ] {
        assert!(ranks(code, method).iter().rev().is_sorted(), "{code}: more is never worse");
    }
}

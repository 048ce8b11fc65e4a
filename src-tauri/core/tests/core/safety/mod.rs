//! 安全测电 by the limit set that ships: every row, on both sides of every bound.

mod consequences;
mod needs;
mod never;
mod rows;
mod sets;
mod typed;

use doorstep::domain::facts::{Noted, Reading};
use doorstep::domain::safety::{self, Context, Judgement};
use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{Limit, LimitSet};
use doorstep_schemas::view::{ApplianceKind, FailureClass, JobKind, Verdict};

use crate::cast::{choice, number};

pub fn built_in() -> LimitSet {
    serde_json::from_str(include_str!("../../../rules/limits.json")).unwrap()
}

pub fn row(code: &str) -> Limit {
    built_in().row(code).unwrap_or_else(|| panic!("{code}")).clone()
}

/// What was found, as people write it: a number, else an option.
pub fn found(written: &str) -> Found {
    safety::parse_number(written, 3).map_or_else(|_| choice(written), |value| number(value.0))
}

/// A job in which everything is known that any row asks for.
pub fn known(job: JobKind, appliance: ApplianceKind) -> Context {
    use doorstep_schemas::rules::limits::Span;
    use doorstep_schemas::view::{Build, GasKind, Laying, ProtectionClass, Refrigerant};
    Context::new(job, appliance)
        .with_protection(Some(ProtectionClass::One))
        .with_build(Some(Build::Heating))
        .with_rated_watts(Some(2_000))
        .with_rated_milliamps(Some(10_000))
        .with_rcd_milliamps(Some(30))
        .with_nameplate_volts(Some(Span { from: 187_000, to: 253_000 }))
        .with_nameplate_pressure(Some(Span { from: 20, to: 800 }))
        .with_refrigerant(Some(Refrigerant::R32))
        .with_gas(Some(GasKind::Lpg))
        .with_wet_room(Some(true))
        .with_laying(Some(Laying::InsulatedWall))
        .with_breaker_amps(Some(16))
        .with_made(safety::Month::parse("2024-05"))
        .with_job_day("2026-11-21")
        .with_reading("supply_voltage", &number(220_000))
        .with_reading("wire_section", &number(2_500))
        .with_reading("vacuum_gauge", &number(98_000))
        .with_reading("vacuum_hold", &number(5_000))
}

pub fn heater() -> Context {
    known(JobKind::Install, ApplianceKind::StorageHeater)
}

pub fn appliance_id() -> ShortId {
    ShortId::mint([7; 5])
}

/// A reading as it lies in a sheet, by the set in force.
pub fn taken(code: &str, method: &str, found: Found, minute: u8) -> Reading {
    Reading {
        id: ShortId::mint([minute; 5]),
        appliance: appliance_id(),
        code: code.to_owned(),
        found,
        method: method.to_owned(),
        unit: String::new(),
        instrument: String::new(),
        calibrated: String::new(),
        photo: None,
        rectified: String::new(),
        limits: Vec::new(),
        noted: Noted::now(i64::from(minute) * 60_000, None, MemberId::mint([1; 5])),
    }
}

pub fn judge(code: &str, method: &str, written: &str, context: &Context) -> Judgement {
    safety::judge(&row(code), &found(written), method, context)
}

pub const PASS: (Verdict, Option<FailureClass>) = (Verdict::Pass, None);
pub const WARN: (Verdict, Option<FailureClass>) = (Verdict::Warn, None);
pub const UNMEASURED: (Verdict, Option<FailureClass>) = (Verdict::NotMeasured, None);

pub const fn fail(class: FailureClass) -> (Verdict, Option<FailureClass>) {
    (Verdict::Fail, Some(class))
}

/// Each value of the table against its verdict and class; every reason says something in both languages.
pub fn holds(code: &str, method: &str, context: &Context, table: &[(&str, (Verdict, Option<FailureClass>))]) {
    for (written, expected) in table {
        let judged = judge(code, method, written, context);
        assert_eq!((judged.verdict, judged.class), *expected, "{code} {written}: {}", judged.reason.en);
        assert!(!judged.reason.zh.is_empty() && !judged.reason.en.is_empty(), "{code} {written}");
    }
}

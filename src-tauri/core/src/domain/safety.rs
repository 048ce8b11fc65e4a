//! 安全测电: limits, verdicts, and what a failure means (R11, R12).
//!
//! A verdict is computed from the reading and the limit set that it names, never stored: an old sheet is judged as
//! it was then. "Not measured" is never a pass.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{Limit, Measure};
use doorstep_schemas::view::{ApplianceKind, FailureClass, Verdict};

use super::facts::{Job, Reading};

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
}

/// What a failure of the row means on this kind of appliance (R12).
pub fn class(limit: &Limit, appliance: ApplianceKind) -> FailureClass {
    limit.class_for.iter().find(|c| c.appliances.contains(&appliance)).map_or(limit.class, |c| c.class)
}

/// Whether `found` can be a reading of this row at all.
pub fn accepts(limit: &Limit, found: &Found) -> Result<(), NotAValue> {
    match (found, &limit.measure) {
        (Found::NotApplicable { reason } | Found::NotMeasured { reason }, _) => {
            if reason.trim().is_empty() {
                Err(NotAValue::Reason)
            } else {
                Ok(())
            }
        }
        (Found::Number { thousandths }, Measure::Number { unit, most, .. }) => {
            let fits = (0..=*most).contains(&thousandths.0);
            if fits { Ok(()) } else { Err(NotAValue::Number { unit: unit.clone(), most: *most }) }
        }
        (Found::Choice { option }, Measure::Choice { options }) => {
            let known = options.iter().any(|o| o.code == *option);
            if known { Ok(()) } else { Err(NotAValue::Option(option.clone())) }
        }
        _ => Err(NotAValue::Kind),
    }
}

/// What a value means. A value that the row does not know is no pass.
pub fn judge(limit: &Limit, found: &Found) -> Verdict {
    match (found, &limit.measure) {
        (Found::NotApplicable { .. }, _) => Verdict::NotApplicable,
        // A broken program's value that no instrument shows.
        (Found::Number { thousandths }, Measure::Number { most, .. }) if !(0..=*most).contains(&thousandths.0) => {
            Verdict::NotMeasured
        }
        (Found::Number { thousandths }, Measure::Number { bands, .. }) => bands
            .iter()
            .find(|b| b.from.is_none_or(|from| thousandths.0 >= from) && b.to.is_none_or(|to| thousandths.0 <= to))
            .map_or(Verdict::Fail, |b| b.verdict),
        (Found::Choice { option }, Measure::Choice { options }) => {
            options.iter().find(|o| o.code == *option).map_or(Verdict::NotMeasured, |o| o.verdict)
        }
        _ => Verdict::NotMeasured,
    }
}

/// The reading that counts: the newest of its row on its appliance. The failed one before it stays in the sheet.
pub fn latest<'a>(readings: &'a [Reading], appliance: ShortId, code: &str) -> Option<&'a Reading> {
    readings.iter().rfind(|r| r.appliance == appliance && r.code == code)
}

/// What is known of a row: the newest verdict, but a failure stands until something measured better after it. Were
/// "not applicable" or "not measured" to follow a failure and count, a word would open what no override may (R12).
pub fn standing(
    readings: &[Reading],
    appliance: ShortId,
    code: &str,
    judge: impl Fn(&Reading) -> Verdict,
) -> Option<Verdict> {
    readings.iter().filter(|r| r.appliance == appliance && r.code == code).map(judge).reduce(|before, verdict| {
        match (before, verdict) {
            (Verdict::Fail, Verdict::NotApplicable | Verdict::NotMeasured) => Verdict::Fail,
            _ => verdict,
        }
    })
}

/// Whether a failure of this class keeps a job from being "completed" (R12). There is no override: where the house is
/// unsafe (A), a repair other than a water heater's may end as "hazard remaining", which is another outcome.
pub fn stops(class: FailureClass) -> bool {
    match class {
        FailureClass::A | FailureClass::B | FailureClass::C => true,
        FailureClass::Warn => false,
    }
}

/// Readings that failed, and how many of them were put right by a later one of the same row.
pub fn failures(job: &Job, judge: impl Fn(&Reading) -> Verdict) -> Failures {
    let mut out = Failures::default();
    for reading in &job.sheet.readings {
        if judge(reading) != Verdict::Fail {
            continue;
        }
        out.failed += 1;
        let standing = standing(&job.sheet.readings, reading.appliance, &reading.code, &judge);
        if standing.is_some_and(|verdict| matches!(verdict, Verdict::Pass | Verdict::Warn)) {
            out.rectified += 1;
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    pub failed: u32,
    pub rectified: u32,
}

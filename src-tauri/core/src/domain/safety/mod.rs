//! 安全测电: limits, verdicts, and what a failure means (R11, R12).
//!
//! A verdict is computed from the reading and the limit set that it names, never stored: an old sheet is judged as
//! it was then. "Not measured" is never a pass.

mod accept;
mod circuit;
mod context;
mod gate;
mod judge;
mod outcome;
mod sets;
mod shapes;
mod words;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{FailureClass, Verdict};

use super::facts::{Job, Reading};

pub use accept::{NotANumber, NotAValue, Taken, accepts, parse_number};
pub use context::{Context, Lack, Month};
pub use gate::{
    Consequence, PhaseBlocker, Shut, after_failure, is_water_heater, may_energise, out_of_order, phase_blockers,
};
pub use judge::{Judgement, class, class_of, judge, unknown_set};
pub use sets::set_for;

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

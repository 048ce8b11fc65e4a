//! 隐患: what was found unsafe and put right, with the readings before and after and the households touched (R14).

use doorstep_schemas::ids::ShortId;

use super::facts::{Hazard, Job, Reading};

/// Hazards of some jobs, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HazardCount {
    pub found: u32,
    /// Put right, with a reading before and one after.
    pub fixed: u32,
    pub remaining: u32,
    /// Households touched by those put right.
    pub households: u32,
}

fn reading(job: &Job, id: Option<ShortId>) -> Option<&Reading> {
    job.sheet.readings.iter().find(|r| Some(r.id) == id)
}

/// Whether the readings before and after show that it was put right (R14): both there, of the same row of the same
/// appliance, the second one later.
pub fn shown(job: &Job, hazard: &Hazard) -> bool {
    let Some((before, after)) = reading(job, hazard.before).zip(reading(job, hazard.after)) else { return false };
    let same = before.code == after.code && before.appliance == after.appliance && before.id != after.id;
    same && before.noted.true_ms() <= after.noted.true_ms()
}

/// Hazards said to be put right without the readings that show it (R14).
pub fn unshown(job: &Job) -> Vec<ShortId> {
    let mut out: Vec<ShortId> =
        job.sheet.hazards.iter().filter(|h| !h.remaining && !shown(job, h)).map(|h| h.id).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The count over jobs (R14).
pub fn count<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> HazardCount {
    let mut out = HazardCount::default();
    for job in jobs {
        for hazard in &job.sheet.hazards {
            out.found = out.found.saturating_add(1);
            if hazard.remaining {
                out.remaining = out.remaining.saturating_add(1);
            } else if shown(job, hazard) {
                out.fixed = out.fixed.saturating_add(1);
                out.households = out.households.saturating_add(hazard.households.max(1));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{NOON, id, job, noted};
    use doorstep_schemas::input::Found;
    use doorstep_schemas::view::{ApplianceKind, JobKind};

    fn measured(n: u32, code: &str, at: i64) -> Reading {
        Reading {
            id: id(n),
            appliance: id(1),
            code: code.to_owned(),
            found: Found::Choice { option: "good".to_owned() },
            unit: String::new(),
            method: String::new(),
            instrument: String::new(),
            calibrated: String::new(),
            rectified: String::new(),
            limits: Vec::new(),
            photo: None,
            noted: noted(at),
        }
    }

    fn hazard(n: u32, before: u32, after: u32, households: u32, remaining: bool) -> Hazard {
        Hazard {
            id: id(n),
            appliance: Some(id(1)),
            code: "earth_present".to_owned(),
            text: String::new(),
            action: "重做接地".to_owned(),
            before: Some(id(before)),
            after: Some(id(after)),
            households,
            remaining,
            unplugged: false,
            tagged: false,
            recheck: None,
            noted: noted(NOON),
        }
    }

    #[test]
    fn r14_a_hazard_counts_as_put_right_with_readings_before_and_after() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.sheet.readings = vec![
            measured(10, "earth_present", NOON),
            measured(11, "earth_present", NOON + 1),
            measured(12, "socket_polarity", NOON + 2),
        ];
        for (before, after, good) in
            [(10, 11, true), (11, 10, false), (10, 12, false), (10, 10, false), (10, 99, false)]
        {
            job.sheet.hazards = vec![hazard(1, before, after, 3, false)];
            assert_eq!(unshown(&job).is_empty(), good, "{before} {after}");
        }
        job.sheet.hazards = vec![hazard(1, 10, 11, 3, false), hazard(2, 10, 11, 0, false), hazard(3, 10, 99, 5, true)];
        assert_eq!(count([&job]), HazardCount { found: 3, fixed: 2, remaining: 1, households: 4 });
        assert!(unshown(&job).is_empty(), "one that remains claims nothing");
    }
}

//! 隐患: what was found unsafe and put right, with the readings before and after (R14).

use doorstep_schemas::ids::ShortId;

use super::facts::{Hazard, Job, Reading};
use super::money::each;

fn reading(job: &Job, id: Option<ShortId>) -> Option<&Reading> {
    job.sheet.readings.iter().find(|r| Some(r.id) == id)
}

/// Whether the readings before and after show that it was put right (R14): both there, of the same row of the same
/// appliance, the second one later.
fn shown(job: &Job, hazard: &Hazard) -> bool {
    let Some((before, after)) = reading(job, hazard.before).zip(reading(job, hazard.after)) else { return false };
    let same = before.code == after.code && before.appliance == after.appliance && before.id != after.id;
    same && before.noted.true_ms() <= after.noted.true_ms()
}

/// The hazards as they stand, oldest first: what a later one corrects says nothing any more.
pub fn standing(job: &Job) -> Vec<&Hazard> {
    let all = each(&job.sheet.hazards);
    let corrects = |later: &Hazard, one: &Hazard| {
        let either = one.replaces == Some(later.id);
        later.replaces == Some(one.id) && !either && later.noted.true_ms() >= one.noted.true_ms()
    };
    all.iter().copied().filter(|one| !all.iter().any(|later| corrects(later, one))).collect()
}

/// Hazards said to be put right without the readings that show it (R14).
pub fn unshown(job: &Job) -> Vec<ShortId> {
    standing(job).into_iter().filter(|h| !h.remaining && !shown(job, h)).map(|h| h.id).collect()
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

    fn hazard(n: u32, before: u32, after: u32, remaining: bool) -> Hazard {
        Hazard {
            id: id(n),
            appliance: Some(id(1)),
            code: "earth_present".to_owned(),
            text: String::new(),
            action: "重做接地".to_owned(),
            before: Some(id(before)),
            after: Some(id(after)),
            households: 1,
            remaining,
            unplugged: false,
            tagged: false,
            recheck: None,
            replaces: None,
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
            job.sheet.hazards = vec![hazard(1, before, after, false)];
            assert_eq!(unshown(&job).is_empty(), good, "{before} {after}");
        }
        job.sheet.hazards = vec![hazard(1, 10, 99, true)];
        assert!(unshown(&job).is_empty(), "one that remains claims nothing");
    }

    #[test]
    fn r14_a_corrected_hazard_stands_once_and_none_vanishes() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        let replacing = |n, of: u32| Hazard { replaces: Some(id(of)), ..hazard(n, 10, 11, true) };
        let stand = |job: &Job| standing(job).iter().map(|h| h.id).collect::<Vec<_>>();
        job.sheet.hazards = vec![replacing(3, 2), hazard(1, 10, 11, true), replacing(2, 1), hazard(4, 10, 11, true)];
        assert_eq!(stand(&job), [id(3), id(4)]);
        job.sheet.hazards = vec![replacing(1, 1), replacing(2, 3), replacing(3, 2), replacing(4, 99)];
        assert_eq!(stand(&job).len(), 4, "what names itself, one another or nothing hides nothing");
        let early = Hazard { noted: noted(NOON - 1), ..replacing(2, 1) };
        job.sheet.hazards = vec![hazard(1, 10, 11, true), early];
        assert_eq!(stand(&job).len(), 2, "an earlier word corrects no later one");
    }
}

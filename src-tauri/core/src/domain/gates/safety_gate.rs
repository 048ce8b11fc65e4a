//! What the readings keep shut (R11, R12, R17): all of it at once, each with the row to measure.

use doorstep_schemas::view::{Blocker, BlockerCode, FailureClass, Jump, Phase, Verdict};

use super::judge::{Judge, Measured};
use crate::domain::facts::Noted;
use crate::domain::safety::{self, Consequence};

/// Readings that are missing, that say nothing, or whose failure stands, on one appliance (R11, R12).
pub fn reading_blockers(judge: &Judge<'_>, measured: &Measured) -> Vec<Blocker> {
    let id = measured.appliance.id;
    let mut out = Vec::new();
    for (limit, asked) in judge.rows(measured) {
        let failed = judge.standing_failure(id, limit).map(|class| judge.consequence(class, measured));
        let code = match (judge.standing(id, &limit.code), failed) {
            (_, Some(Consequence::Stop | Consequence::HazardRemainingOnly)) => BlockerCode::ReadingFailed,
            (None, _) if asked => BlockerCode::ReadingMissing,
            (Some(Verdict::NotMeasured), _) if asked => BlockerCode::ReadingNotMeasured,
            _ => continue,
        };
        let jump = Jump::Reading { appliance: id, code: limit.code.clone() };
        out.push(Blocker { code, subject: Some(limit.name.clone()), jump });
    }
    out
}

/// The failures that stand on an appliance, with what each leads to.
pub fn standing_failures(judge: &Judge<'_>, measured: &Measured) -> Vec<(FailureClass, Consequence)> {
    let rows = judge.rows(measured).into_iter();
    rows.filter_map(|(limit, _)| judge.standing_failure(measured.appliance.id, limit))
        .map(|class| (class, judge.consequence(class, measured)))
        .collect()
}

/// The gravest that any failure leads to; `None` where nothing failed.
pub fn gravest(judge: &Judge<'_>) -> Option<Consequence> {
    let all =
        || judge.measured().iter().flat_map(|m| standing_failures(judge, m)).map(|(_, consequence)| consequence).max();
    *judge.gravest.get_or_init(all)
}

/// What must be measured before a reading of this phase is taken: the house before the dead unit, the dead unit before
/// the trial (R11).
pub fn phase_blockers(judge: &Judge<'_>, measured: &Measured, phase: Phase) -> Vec<Blocker> {
    let asked: Vec<_> = judge.needs(measured).readings;
    let id = measured.appliance.id;
    let standing = |limit: &doorstep_schemas::rules::limits::Limit| {
        let verdict = judge.standing(id, &limit.code)?;
        let last = safety::latest(&judge.job.sheet.readings, id, &limit.code)?;
        Some(safety::Judgement { verdict, class: judge.standing_failure(id, limit), ..judge.judgement(last) })
    };
    let stops = |class| judge.consequence(class, measured) == Consequence::Stop;
    safety::phase_blockers(phase, &asked, standing, stops)
        .into_iter()
        .map(|shut| Blocker {
            code: BlockerCode::PhaseTooEarly,
            subject: Some(shut.name),
            jump: Jump::Reading { appliance: id, code: shut.code },
        })
        .collect()
}

/// When the last required reading was taken, a loaner's too, if all were. Failed ones count as taken: the check was made.
pub fn safety_checked(judge: &Judge<'_>) -> Option<Noted> {
    let mut last: Option<Noted> = None;
    let mut any = false;
    for measured in judge.measured() {
        for (limit, _) in judge.rows(measured).into_iter().filter(|(_, asked)| *asked) {
            any = true;
            let reading = safety::latest(&judge.job.sheet.readings, measured.appliance.id, &limit.code)?;
            if judge.standing(measured.appliance.id, &limit.code) == Some(Verdict::NotMeasured) {
                return None;
            }
            last = last.filter(|l| l.at_ms >= reading.noted.at_ms).or(Some(reading.noted));
        }
    }
    last.filter(|_| any)
}

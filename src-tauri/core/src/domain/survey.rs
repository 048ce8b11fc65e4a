//! 拒绝销售: a safety survey before a sale may refuse it (R50).

use doorstep_schemas::view::{BlockerCode, FailureClass, JobKind, NoticeKind};

use super::facts::Job;
use super::obstacle::Obstacle;
use super::timing;

/// What a survey says of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sale {
    /// Nobody has surveyed, or the survey is not finished.
    NotSurveyed,
    Open,
    Refused(Vec<Obstacle>),
}

/// Whether a survey stands against a sale (R50): a reading of class A, B or C that still fails, or a notice by which the
/// sale was refused. `failing` are the classes of the readings whose failure stands on this survey.
pub fn refusals(job: &Job, failing: &[FailureClass]) -> Vec<Obstacle> {
    let mut out = Vec::new();
    let mut classes: Vec<FailureClass> = failing.iter().copied().filter(|c| *c != FailureClass::Warn).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes {
        let (zh, en) = match class {
            FailureClass::A => {
                ("用户家环境不安全，整改前不得销售", "The house is not safe: no sale before it is put right")
            }
            FailureClass::B => ("电器本身不安全", "The appliance itself is not safe"),
            FailureClass::C => ("有直接危险", "There is immediate danger"),
            FailureClass::Warn => continue,
        };
        out.push(Obstacle::new(BlockerCode::ReadingFailed, zh, en));
    }
    if job.sheet.notices.iter().any(|n| n.kind.is(NoticeKind::SaleRefused)) {
        out.push(Obstacle::new(BlockerCode::ReadingFailed, "已书面拒绝销售", "The sale was refused in writing"));
    }
    out
}

/// Whether something may be sold to this customer, by the surveys at their house (R50): the last finished one counts, so a
/// house that was put right and surveyed again is open.
pub fn sale<'a>(surveys: impl IntoIterator<Item = (&'a Job, Vec<FailureClass>)>) -> Sale {
    let finished = surveys
        .into_iter()
        .filter(|(job, _)| job.order.kind == JobKind::Survey)
        .filter_map(|(job, failing)| Some((timing::finished(job)?, job, failing)));
    let refusals = finished
        .map(|(at, job, failing)| (at, refusals(job, &failing)))
        .max_by_key(|(at, refusals)| (*at, refusals.len()))
        .map(|(_, refusals)| refusals);
    match refusals {
        None => Sale::NotSurveyed,
        Some(refusals) if refusals.is_empty() => Sale::Open,
        Some(refusals) => Sale::Refused(refusals),
    }
}

/// What an unsafe survey lacks (R50): the refusal is handed over in writing.
pub fn gaps(job: &Job, failing: &[FailureClass]) -> Vec<BlockerCode> {
    let unsafe_house = failing.iter().any(|class| *class != FailureClass::Warn);
    let written = job.sheet.notices.iter().any(|n| n.kind.is(NoticeKind::SaleRefused));
    if job.order.kind == JobKind::Survey && unsafe_house && !written {
        vec![BlockerCode::NoticeMissing]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Notice;
    use crate::domain::scene::{NOON, id, job, noted, outcome};
    use doorstep_schemas::view::{ApplianceKind, JobOutcome};

    fn survey(at: Option<i64>) -> Job {
        let mut job = job(JobKind::Survey, &[ApplianceKind::InstantHeater]);
        job.sheet.outcomes = at.map(|at| outcome(1, JobOutcome::Completed, at)).into_iter().collect();
        job
    }

    fn refusal() -> Notice {
        Notice {
            id: id(2),
            appliance: None,
            kind: NoticeKind::SaleRefused.into(),
            readings: Vec::new(),
            text: String::new(),
            wording: Vec::new(),
            signature: None,
            refused: false,
            witness: String::new(),
            noted: noted(NOON),
        }
    }

    #[test]
    fn r50_an_unsafe_house_refuses_the_sale() {
        use FailureClass::{A, B, C, Warn};
        let done = survey(Some(NOON));
        assert_eq!(sale([(&done, vec![Warn])]), Sale::Open);
        for class in [A, B, C] {
            let Sale::Refused(why) = sale([(&done, vec![class, Warn, class])]) else { panic!("{class:?}") };
            assert_eq!(why.len(), 1);
            assert_eq!(gaps(&done, &[class]), [BlockerCode::NoticeMissing]);
        }
        assert_eq!(sale([(&survey(None), vec![A])]), Sale::NotSurveyed);
        let repair = Job { order: crate::domain::facts::Order::blank(JobKind::Repair, noted(NOON)), ..done.clone() };
        assert_eq!(sale([(&repair, vec![A])]), Sale::NotSurveyed);
        assert!(gaps(&repair, &[A]).is_empty());
    }

    #[test]
    fn r50_a_refusal_in_writing_stands_until_another_survey() {
        let mut refused = survey(Some(NOON));
        refused.sheet.notices = vec![refusal()];
        assert!(matches!(sale([(&refused, vec![])]), Sale::Refused(_)));
        assert!(gaps(&refused, &[FailureClass::A]).is_empty());
        let again = survey(Some(NOON + 1));
        assert_eq!(sale([(&again, vec![]), (&refused, vec![FailureClass::A])]), Sale::Open);
        let before = survey(Some(NOON - 1));
        assert!(matches!(sale([(&before, vec![]), (&refused, vec![])]), Sale::Refused(_)));
    }
}

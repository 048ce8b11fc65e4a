//! 补录: a step of the visit that is entered later than it was taken (R1, R2). Its moment must fit between the others'.

use doorstep_schemas::view::NodeKind;

use super::facts::Job;
use super::nodes;

const MINUTE_MS: i64 = 60_000;

/// Steps of one visit in their order; the safety check stands for the last reading.
const STEPS: [NodeKind; 6] = [
    NodeKind::Departed,
    NodeKind::Arrived,
    NodeKind::CardShown,
    NodeKind::SafetyChecked,
    NodeKind::Finished,
    NodeKind::Left,
];

fn place(kind: NodeKind) -> Option<usize> {
    STEPS.iter().position(|step| *step == kind)
}

/// Why a claimed moment can't be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The order was not taken yet, or an earlier visit not over.
    TooEarly,
    /// This step came before it, by its own moment.
    Before(NodeKind),
    /// This step came after it.
    After(NodeKind),
}

/// Whether a step may have been taken at `claimed`, by this device's clock: people name minutes, so what lies in one minute
/// fits either way (R1, R2).
pub fn fits(job: &Job, step: NodeKind, claimed: i64) -> Result<(), Misfit> {
    let since = nodes::visit_since(job).max(job.order.taken.happened_ms());
    if minute(claimed) < minute(since) {
        return Err(Misfit::TooEarly);
    }
    let Some(own) = place(step) else { return Ok(()) };
    for (kind, at) in taken(job) {
        match place(kind) {
            Some(there) if there < own && minute(claimed) < minute(at) => return Err(Misfit::Before(kind)),
            Some(there) if there > own && minute(claimed) > minute(at) => return Err(Misfit::After(kind)),
            _ => {}
        }
    }
    Ok(())
}

/// The moment to keep: the claimed one, but no earlier than what it follows within the same minute.
pub fn kept(job: &Job, step: NodeKind, claimed: i64) -> i64 {
    let before = taken(job).into_iter().filter(|(kind, _)| place(*kind) < place(step)).map(|(_, at)| at);
    let same = before.filter(|at| minute(*at) == minute(claimed)).max();
    let over = Some(nodes::visit_since(job)).filter(|since| minute(*since) == minute(claimed));
    same.max(over).map_or(claimed, |at| claimed.max(at.saturating_add(1)))
}

fn minute(at_ms: i64) -> i64 {
    at_ms.div_euclid(MINUTE_MS)
}

/// What the visit under way has, each with its first moment; of readings the last.
fn taken(job: &Job) -> Vec<(NodeKind, i64)> {
    let since = nodes::visit_since(job);
    let tapped = job.sheet.nodes.iter().filter_map(|node| Some((node.kind.known()?, node.noted.happened_ms())));
    let readings = job.sheet.readings.iter().map(|reading| reading.noted.happened_ms());
    let measured = readings.max().map(|at| (NodeKind::SafetyChecked, at));
    let ended = nodes::ended(job).map(|(_, noted)| (NodeKind::Finished, noted.happened_ms()));
    tapped.chain(measured).chain(ended).filter(|(_, at)| *at > since).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{HOUR, MINUTE, NOON, job, node, outcome};
    use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome};

    fn visit() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::Television]);
        job.sheet.nodes = vec![node(1, NodeKind::Arrived, NOON + HOUR)];
        job
    }

    #[test]
    fn r1_a_forgotten_departure_lies_before_the_arrival_and_after_the_order() {
        let job = visit();
        let fits = |at| fits(&job, NodeKind::Departed, at);
        assert_eq!(fits(NOON + HOUR - 20 * MINUTE), Ok(()));
        assert_eq!(fits(NOON + HOUR + 30_000), Ok(()), "in the same minute");
        assert_eq!(fits(NOON + HOUR + MINUTE), Err(Misfit::After(NodeKind::Arrived)));
        assert_eq!(fits(job.order.taken.at_ms - HOUR), Err(Misfit::TooEarly));
    }

    #[test]
    fn r2_an_end_that_is_entered_later_comes_after_the_arrival_and_before_the_leaving() {
        let mut job = visit();
        assert_eq!(fits(&job, NodeKind::Finished, NOON), Err(Misfit::Before(NodeKind::Arrived)));
        assert_eq!(fits(&job, NodeKind::Finished, NOON + 2 * HOUR), Ok(()));
        job.sheet.outcomes = vec![outcome(2, JobOutcome::Completed, NOON + 2 * HOUR)];
        assert_eq!(fits(&job, NodeKind::Left, NOON + 2 * HOUR - MINUTE), Err(Misfit::Before(NodeKind::Finished)));
        assert_eq!(fits(&job, NodeKind::Left, NOON + 3 * HOUR), Ok(()));
    }

    #[test]
    fn r2_a_later_visits_steps_come_after_the_visit_before_it() {
        let mut job = visit();
        job.sheet.outcomes = vec![outcome(2, JobOutcome::NeedsPart, NOON + 2 * HOUR)];
        assert_eq!(fits(&job, NodeKind::Arrived, NOON + HOUR), Err(Misfit::TooEarly));
        assert_eq!(fits(&job, NodeKind::Departed, NOON + 26 * HOUR), Ok(()), "the first visit's arrival says nothing");
        assert!(kept(&job, NodeKind::Arrived, NOON + 2 * HOUR) > NOON + 2 * HOUR, "it belongs to the second visit");
    }
}

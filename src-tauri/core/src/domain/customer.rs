//! What a customer may see of a job: its nodes in plain words, when somebody comes, when it is done (R33).
//!
//! Never a suspected cause before the diagnosis (R19), never prices between outlet and maker, never the owner's own steps.

use doorstep_schemas::view::{NodeKind, Text, Urgency};

use super::facts::Job;
use super::nodes::Reached;
use super::obstacle::say;
use super::timing::{self, Limits};

const MINUTE_MS: i64 = 60_000;

/// A node as the customer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: NodeKind,
    pub at: i64,
    pub text: Text,
}

/// The words of a node for the customer; `None` for what is the shop's own business.
pub fn wording(kind: NodeKind) -> Option<Text> {
    let (zh, en) = match kind {
        NodeKind::Guided => ("已电话指导", "We guided you by phone"),
        NodeKind::Accepted => ("师傅已接单", "A technician has your job"),
        NodeKind::Appointed => ("已预约上门时间", "The visit is arranged"),
        NodeKind::Departed => ("师傅已出发", "The technician is on the way"),
        NodeKind::Arrived => ("师傅已到达", "The technician has arrived"),
        NodeKind::CardShown => ("已出示公示卡", "The service card was shown"),
        NodeKind::SafetyChecked => ("已完成安全测电", "The safety check is done"),
        NodeKind::Working => ("服务中", "Work is under way"),
        NodeKind::LoanerPlaced => ("备用机已装好", "A loaner is in place"),
        NodeKind::Taken => ("已取机", "Your appliance was taken along"),
        NodeKind::Received => ("已送到维修台", "It has reached the bench"),
        NodeKind::Diagnosed => ("已检测完成", "The diagnosis is done"),
        NodeKind::Quoted => ("已报价，等您确认", "A quote awaits your word"),
        NodeKind::Consented => ("您已同意维修", "You agreed to the repair"),
        NodeKind::GivenUp => ("您已放弃维修", "You gave up the repair"),
        NodeKind::Repaired => ("已修好", "It is repaired"),
        NodeKind::Unrepairable => ("无法修复", "It can't be repaired"),
        NodeKind::Returned => ("已送回", "It is back with you"),
        NodeKind::LoanerBack => ("备用机已收回", "The loaner was taken back"),
        NodeKind::Finished => ("服务已完成", "The service is finished"),
        NodeKind::Cancelled => ("工单已取消", "The job is cancelled"),
        NodeKind::Open
        | NodeKind::Left
        | NodeKind::Informed
        | NodeKind::FollowedUp
        | NodeKind::Approved
        | NodeKind::Settled => return None,
    };
    Some(say(zh, en))
}

/// The nodes that the customer sees, as reached (R33).
pub fn line(job: &Job, reached: &[Reached]) -> Vec<Step> {
    let steps = reached.iter().filter_map(|node| {
        let (at, _) = node.at?;
        Some(Step { kind: node.kind, at, text: wording(node.kind)? })
    });
    let mut out: Vec<Step> = steps.collect();
    if job.order.cancelled
        && timing::finished(job).is_none()
        && let Some(text) = wording(NodeKind::Cancelled)
    {
        let at = out.iter().map(|s| s.at).max().unwrap_or_else(|| job.order.taken.true_ms());
        out.push(Step { kind: NodeKind::Cancelled, at, text });
    }
    out
}

/// When somebody comes and when the work is done, as far as it can be said; true time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Eta {
    /// The earliest and latest arrival; the same moment once somebody is on the way.
    pub arrival: Option<(i64, i64)>,
    pub finish: Option<i64>,
}

/// How long the way takes, *ours* where the outlet says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    pub minutes_per_km: i64,
    /// Where nobody said how far it is.
    pub unknown_minutes: i64,
}

impl Default for Way {
    fn default() -> Self {
        Self { minutes_per_km: 2, unknown_minutes: 30 }
    }
}

/// When to expect the technician, and the end of the work (R33): from the departure and the way, else from the window; the
/// end from arrival and the kind's limit. Nothing is said of a job that is finished or cancelled.
pub fn eta(job: &Job, now: i64, limits: &Limits, way: Way) -> Eta {
    let visits = timing::visits(job);
    let Some(visit) = visits.last().filter(|v| v.ended.is_none() && !job.order.cancelled) else {
        return Eta::default();
    };
    let allowed = i64::from(timing::limit_of(job, limits)).saturating_mul(MINUTE_MS);
    if visit.arrived.is_some() {
        let left = timing::work(job, now, limits).map(|w| w.limit_ms.saturating_sub(w.worked_ms).max(0));
        return Eta { arrival: None, finish: left.map(|left| now.saturating_add(left)) };
    }
    let departures = job.sheet.nodes.iter().filter(|n| n.kind.is(NodeKind::Departed)).map(|n| n.noted.true_ms());
    let departed = departures.filter(|at| visit.since == i64::MIN || *at > visit.since).max();
    let arrival = match departed {
        Some(departed) => {
            let minutes = job.order.km.map_or(way.unknown_minutes, |km| km.max(0).saturating_mul(way.minutes_per_km));
            let at = departed.saturating_add(minutes.saturating_mul(MINUTE_MS)).max(now);
            Some((at, at))
        }
        None if job.order.urgency != Urgency::Normal => Some((now, timing::due(job, limits).max(now))),
        None => timing::window(job, i64::MAX).map(|w| (w.from.0, w.to.0)).filter(|(_, to)| *to >= now),
    };
    Eta { arrival, finish: arrival.map(|(_, latest)| latest.saturating_add(allowed)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::nodes::{self, Elsewhere};
    use crate::domain::scene::{HOUR, MINUTE, NOON, job, member, node, outcome};
    use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, Millis, Window};

    fn visit() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.order.window = Some(Window { from: Millis(NOON + 2 * HOUR), to: Millis(NOON + 4 * HOUR) });
        job.order.km = Some(22);
        job
    }

    fn seen(job: &Job, elsewhere: Elsewhere) -> Vec<NodeKind> {
        line(job, &nodes::line(job, None, elsewhere)).into_iter().map(|s| s.kind).collect()
    }

    #[test]
    fn r33_the_customer_sees_the_journey_and_none_of_the_shops_own_steps() {
        let mut job = visit();
        job.order.assignees.insert(member(2), NOON);
        job.order.settled_at = Some(NOON + 9);
        job.sheet.nodes = vec![node(1, NodeKind::Departed, NOON + 1)];
        let elsewhere = Elsewhere { followed_up: Some(NOON + 8), ..Elsewhere::default() };
        assert_eq!(seen(&job, elsewhere), [NodeKind::Accepted, NodeKind::Departed]);
        job.order.cancelled = true;
        assert_eq!(seen(&job, elsewhere).last(), Some(&NodeKind::Cancelled));
    }

    #[test]
    fn r19_r33_no_wording_names_a_cause_or_a_price() {
        for kind in NodeKind::ALL {
            let Some(text) = wording(*kind) else { continue };
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{kind:?}");
            assert!(!["结算", "原因", "元", "¥"].iter().any(|word| text.zh.contains(word)), "{}", text.zh);
        }
    }

    #[test]
    fn r33_arrival_is_the_window_then_the_way_and_the_finish_follows() {
        let (limits, way) = (Limits::default(), Way::default());
        let mut job = visit();
        let said = |job: &Job, now| eta(job, now, &limits, way);
        let booked = said(&job, NOON);
        assert_eq!(booked.arrival, Some((NOON + 2 * HOUR, NOON + 4 * HOUR)));
        assert_eq!(booked.finish, Some(NOON + 5 * HOUR));
        job.sheet.nodes = vec![node(1, NodeKind::Departed, NOON + 2 * HOUR)];
        let at = NOON + 2 * HOUR + 44 * MINUTE;
        assert_eq!(said(&job, NOON + 2 * HOUR).arrival, Some((at, at)), "22 km at two minutes each");
        assert_eq!(said(&job, at + 5).arrival, Some((at + 5, at + 5)), "never in the past");
        job.sheet.nodes.push(node(2, NodeKind::Arrived, NOON + 3 * HOUR));
        assert_eq!(said(&job, NOON + 3 * HOUR + 20 * MINUTE), Eta { arrival: None, finish: Some(NOON + 4 * HOUR) });
        job.sheet.outcomes = vec![outcome(3, JobOutcome::Completed, NOON + 4 * HOUR)];
        assert_eq!(said(&job, NOON + 5 * HOUR), Eta::default());
    }

    #[test]
    fn r33_a_window_that_has_passed_promises_nothing_and_an_emergency_its_limit() {
        let (limits, way) = (Limits::default(), Way::default());
        let mut job = visit();
        assert_eq!(eta(&job, NOON + 5 * HOUR, &limits, way), Eta::default());
        job.order.urgency = Urgency::Class2;
        assert_eq!(eta(&job, NOON, &limits, way).arrival, Some((NOON, NOON + HOUR)));
    }
}

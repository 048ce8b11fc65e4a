//! A job's life, like a parcel's journey. Only departed, arrived and finished are taps; the rest follows from facts.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::NodeKind;

use super::facts::{Job, Noted};

/// One node of the line, reached or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub kind: NodeKind,
    pub at: Option<(i64, MemberId)>,
    /// Followed from facts, not tapped.
    pub derived: bool,
}

/// The line that a customer and an owner see, in order.
pub fn line(job: &Job, safety_checked: Option<Noted>) -> Vec<Reached> {
    let node = |kind| job.sheet.nodes.iter().find(|n| n.kind == kind).map(|n| (n.noted.at_ms, n.noted.by));
    let accepted = job.order.assignees.iter().map(|(member, at)| (*at, *member)).min();
    let finished = job.sheet.outcomes.first().map(|o| (o.noted.at_ms, o.noted.by));
    [
        (NodeKind::Accepted, accepted, true),
        (NodeKind::Departed, node(NodeKind::Departed), false),
        (NodeKind::Arrived, node(NodeKind::Arrived), false),
        (NodeKind::CardShown, node(NodeKind::CardShown), true),
        (NodeKind::SafetyChecked, safety_checked.map(|n| (n.at_ms, n.by)), true),
        (NodeKind::Working, first_work(job).map(|n| (n.at_ms, n.by)), true),
        (NodeKind::Finished, finished, false),
    ]
    .into_iter()
    .map(|(kind, at, derived)| Reached { kind, at, derived })
    .collect()
}

/// Working begins with the first work fact: a part, a cause or action, a photo of the work.
fn first_work(job: &Job) -> Option<Noted> {
    let parts = job.sheet.parts.iter().map(|p| p.noted);
    let services = job.sheet.services.iter().map(|s| s.noted);
    let photos = job.sheet.photos.iter().map(|p| p.noted);
    parts.chain(services).chain(photos).min_by_key(|n| n.at_ms)
}

/// The furthest node reached.
pub fn status(job: &Job, line: &[Reached]) -> NodeKind {
    if job.order.cancelled {
        return NodeKind::Cancelled;
    }
    line.iter().rev().find(|node| node.at.is_some()).map_or(NodeKind::Open, |node| node.kind)
}

/// When the node was reached, by the clock of the device that noted it.
pub fn reached_at(line: &[Reached], kind: NodeKind) -> Option<i64> {
    line.iter().find(|node| node.kind == kind).and_then(|node| node.at).map(|(at, _)| at)
}

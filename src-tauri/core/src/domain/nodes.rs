//! A job's life, like a parcel's journey. Only departed, arrived and finished are taps; the rest follows from facts.
//!
//! Status is a function of the set of facts alone: in whatever order they arrive, doubled or from two devices, it is the
//! same. A node counts from the earliest fact that says so.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{
    ApprovalKind, BenchWork, CustodyStep, JobKind, JobOutcome, NodeKind, OrderState, SignedFor,
};

use super::approval;
use super::facts::{Job, Noted};

/// One node of the line, reached or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub kind: NodeKind,
    pub at: Option<(i64, MemberId)>,
    /// Followed from facts, not tapped.
    pub derived: bool,
    /// 补录: entered at this moment, later than it happened.
    pub entered_at: Option<i64>,
}

/// What is known of a job beyond its own two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Elsewhere {
    /// When its technician departed for another job after this one was signed.
    pub next_departure: Option<i64>,
    /// When the customer was followed up, by the owner's desk.
    pub followed_up: Option<i64>,
}

/// Whether an outcome ends the job. The others end a visit: the job waits for parts, goods, the bench, another day.
pub fn closes(outcome: JobOutcome) -> bool {
    match outcome {
        JobOutcome::Completed
        | JobOutcome::SolvedByPhone
        | JobOutcome::HazardRemaining
        | JobOutcome::RefusedUnsafe
        | JobOutcome::GivenUp
        | JobOutcome::NoFaultFound
        | JobOutcome::Condemned => true,
        JobOutcome::NeedsPart | JobOutcome::TakenToBench | JobOutcome::CustomerAbsent | JobOutcome::GoodsNotArrived => {
            false
        }
    }
}

/// What ended the job: its first closing outcome.
pub fn ended(job: &Job) -> Option<(JobOutcome, Noted)> {
    let closing = job.sheet.outcomes.iter().filter_map(|o| Some((o.outcome.known().filter(|o| closes(*o))?, o.noted)));
    closing.min_by_key(|(outcome, noted)| (noted.happened_ms(), *outcome))
}

/// The outcome to show: what ended the job, else what ended the last visit.
pub fn outcome(job: &Job) -> Option<JobOutcome> {
    ended(job).map(|(outcome, _)| outcome).or_else(|| job.sheet.outcomes.last().and_then(|o| o.outcome.known()))
}

/// When the visit under way began: after the last outcome that ended a visit and left the job open.
pub fn visit_since(job: &Job) -> i64 {
    let between = job.sheet.outcomes.iter().filter(|o| o.outcome.known().is_some_and(|o| !closes(o)));
    between.map(|o| o.noted.happened_ms()).max().unwrap_or(i64::MIN)
}

/// Whether the visit under way has this tapped node.
pub fn has_now(job: &Job, kind: NodeKind) -> bool {
    let since = visit_since(job);
    job.sheet.nodes.iter().any(|node| node.kind.is(kind) && node.noted.happened_ms() > since)
}

/// When somebody arrived for the visit under way.
pub fn arrived_now(job: &Job) -> Option<i64> {
    let since = visit_since(job);
    let arrived = job.sheet.nodes.iter().filter(|node| node.kind.is(NodeKind::Arrived));
    arrived.map(|node| node.noted.happened_ms()).filter(|at| *at > since).min()
}

/// Whether the job goes, or went, over the bench.
pub fn over_the_bench(job: &Job) -> bool {
    let sheet = &job.sheet;
    matches!(job.order.kind, JobKind::UnitPickup | JobKind::UnitReturn)
        || !sheet.custody.is_empty()
        || !sheet.loaners.is_empty()
        || sheet.outcomes.iter().any(|o| o.outcome.is(JobOutcome::TakenToBench))
}

/// The line that a customer and an owner see, in order; bench nodes only where the job goes over the bench.
pub fn line(job: &Job, safety_checked: Option<Noted>, elsewhere: Elsewhere) -> Vec<Reached> {
    let sheet = &job.sheet;
    let tapped = |kind| earliest(sheet.nodes.iter().filter(|n| n.kind.is(kind)).map(|n| n.noted));
    let custody = |step| earliest(sheet.custody.iter().filter(|c| c.step.is(step)).map(|c| c.noted));
    let bench = |work| earliest(sheet.bench.iter().filter(|b| b.work.is(work)).map(|b| b.noted));
    let consent = |yes| earliest(sheet.consents.iter().filter(|c| c.yes == yes).map(|c| c.noted));
    let accepted = job.order.assignees.iter().map(|(member, at)| (*at, *member)).min();
    let approved = approval::last_answer(job);
    let owner = job.order.taken.by;
    let mut line = Line(Vec::new());
    if !sheet.guidance.is_empty() || tapped(NodeKind::Guided).is_some() {
        line.fact(NodeKind::Guided, earliest(sheet.guidance.iter().map(|g| g.noted)).or(tapped(NodeKind::Guided)));
    }
    line.at(NodeKind::Accepted, accepted);
    if let Some(call) = appointed(job) {
        line.fact(NodeKind::Appointed, Some(call));
    }
    line.tap(NodeKind::Departed, tapped(NodeKind::Departed));
    line.tap(NodeKind::Arrived, tapped(NodeKind::Arrived));
    line.fact(NodeKind::CardShown, tapped(NodeKind::CardShown));
    line.fact(NodeKind::SafetyChecked, safety_checked);
    line.fact(NodeKind::Working, first_work(job));
    if over_the_bench(job) {
        line.fact(NodeKind::LoanerPlaced, earliest(sheet.loaners.iter().map(|l| l.noted)));
        line.fact(NodeKind::Taken, custody(CustodyStep::Taken));
        line.fact(NodeKind::Received, custody(CustodyStep::Received));
        line.fact(NodeKind::Diagnosed, earliest(sheet.diagnoses.iter().map(|d| d.noted)));
        line.fact(NodeKind::Quoted, earliest(sheet.quotes.iter().map(|q| q.noted)));
        match (consent(true), consent(false)) {
            (None, Some(no)) => line.fact(NodeKind::GivenUp, Some(no)),
            (yes, _) => line.fact(NodeKind::Consented, yes),
        }
        match (bench(BenchWork::Repaired), bench(BenchWork::Unrepairable)) {
            (None, Some(no)) => {
                line.fact(NodeKind::Unrepairable, Some(no));
            }
            (yes, _) => line.fact(NodeKind::Repaired, yes),
        }
        line.fact(NodeKind::Informed, bench(BenchWork::Informed));
        line.fact(NodeKind::Returned, custody(CustodyStep::Returned));
        if !sheet.loaners.is_empty() {
            line.fact(NodeKind::LoanerBack, earliest(sheet.loaner_backs.iter().map(|l| l.noted)));
        }
    }
    line.tap(NodeKind::Finished, ended(job).map(|(_, noted)| noted));
    line.left(job, tapped(NodeKind::Left), elsewhere.next_departure);
    line.at(NodeKind::FollowedUp, elsewhere.followed_up.map(|at| (at, owner)));
    let standing = approved.filter(|a| a.kind.is(ApprovalKind::Approved));
    line.at(NodeKind::Approved, standing.map(|a| (a.noted.happened_ms(), a.noted.by)));
    line.at(NodeKind::Settled, job.order.settled_at.map(|at| (at, owner)));
    // What comes after the work is shown once it is there.
    line.0.retain(|node| node.at.is_some() || !AFTERWARDS.contains(&node.kind));
    line.0
}

const AFTERWARDS: [NodeKind; 4] = [NodeKind::Left, NodeKind::FollowedUp, NodeKind::Approved, NodeKind::Settled];

struct Line(Vec<Reached>);

impl Line {
    fn push(&mut self, kind: NodeKind, noted: Option<Noted>, derived: bool) {
        self.0.push(Reached {
            kind,
            at: noted.map(|n| (n.happened_ms(), n.by)),
            derived,
            entered_at: noted.filter(|n| n.claimed_ms.is_some()).map(|n| n.at_ms),
        });
    }

    fn tap(&mut self, kind: NodeKind, noted: Option<Noted>) {
        self.push(kind, noted, false);
    }

    fn fact(&mut self, kind: NodeKind, noted: Option<Noted>) {
        self.push(kind, noted, true);
    }

    fn at(&mut self, kind: NodeKind, at: Option<(i64, MemberId)>) {
        self.0.push(Reached { kind, at, derived: true, entered_at: None });
    }

    /// A tap, else the first departure for another job after the customer signed.
    fn left(&mut self, job: &Job, tapped: Option<Noted>, next_departure: Option<i64>) {
        if tapped.is_some() {
            return self.tap(NodeKind::Left, tapped);
        }
        let signed =
            earliest(job.sheet.signatures.iter().filter(|s| s.signed_for.is(SignedFor::Work)).map(|s| s.noted));
        let left = signed.zip(next_departure).filter(|(signed, at)| *at >= signed.happened_ms());
        self.at(NodeKind::Left, left.map(|(signed, at)| (at, signed.by)));
    }
}

fn earliest(noted: impl Iterator<Item = Noted>) -> Option<Noted> {
    noted.min_by_key(|n| (n.happened_ms(), n.at_ms, n.by))
}

/// The first agreement with the customer. A window that the shop wrote down at intake is a wish until somebody called.
fn appointed(job: &Job) -> Option<Noted> {
    use doorstep_schemas::view::AppointmentResult::{Appointed, Rebooked};
    let agreed = job.sheet.appointments.iter().filter(|a| a.result.is(Appointed) || a.result.is(Rebooked));
    earliest(agreed.map(|a| a.noted))
}

/// Working begins with the first work fact: a part, a service, a photo of the work.
fn first_work(job: &Job) -> Option<Noted> {
    let parts = job.sheet.parts.iter().map(|p| p.noted);
    let services = job.sheet.services.iter().map(|s| s.noted);
    let photos = job.sheet.photos.iter().map(|p| p.noted);
    let charges = job.sheet.charges.iter().map(|c| c.noted);
    earliest(parts.chain(services).chain(photos).chain(charges))
}

/// The furthest node reached. A cancelled job whose work was done all the same shows the work.
pub fn status(job: &Job, line: &[Reached]) -> NodeKind {
    if job.order.cancelled && ended(job).is_none() {
        return NodeKind::Cancelled;
    }
    line.iter().rev().find(|node| node.at.is_some()).map_or(NodeKind::Open, |node| node.kind)
}

/// What became of the order: closed once it was approved and nothing is still out (R17).
pub fn order_state(job: &Job) -> OrderState {
    if job.order.cancelled && ended(job).is_none() {
        return OrderState::Cancelled;
    }
    let approved = approval::last_answer(job).is_some_and(|a| a.kind.is(ApprovalKind::Approved));
    if approved && ended(job).is_some() && super::bench::still_out(job).is_empty() {
        return OrderState::Closed;
    }
    if job.order.assignees.is_empty() { OrderState::Open } else { OrderState::Assigned }
}

/// When the node was reached: when it happened, by the clock of the device that noted it.
pub fn reached_at(line: &[Reached], kind: NodeKind) -> Option<i64> {
    line.iter().find(|node| node.kind == kind).and_then(|node| node.at).map(|(at, _)| at)
}

/// Words of nodes that this version does not know, as they stand in the sheet: shown, never dropped.
pub fn unknown(job: &Job) -> Vec<(String, Noted)> {
    let strange = job.sheet.nodes.iter().filter(|node| node.kind.known().is_none());
    strange.map(|node| (node.kind.text().to_owned(), node.noted)).collect()
}

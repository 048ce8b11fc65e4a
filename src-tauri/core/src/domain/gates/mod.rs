//! Gates: everything that keeps a job from being completed, all at once, each with the place to mend it (R11, R12, R15).

mod judge;
mod outcomes;
mod safety_gate;
mod sheet_gate;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::rules::limits::Limit;
use doorstep_schemas::view::{
    ApplianceKind, Blocker, BlockerCode, CustodyStep, JobKind, JobOutcome, Jump, NeedWhen, NodeKind, OutcomeGate,
    PhotoStage, Step, Text,
};

use super::crew::CrewRules;
use super::facts::Job;
use super::timing::Limits;
use super::triage::Triggers;
use super::{bench, first_fix, nodes, triage};

pub use judge::{Judge, Measured};
pub use outcomes::outcome_blockers;
pub use safety_gate::{gravest, phase_blockers, reading_blockers, safety_checked, standing_failures};
pub use sheet_gate::{
    REPAIR_FIELDS, acceptance_blockers, certificate_blockers, charge_blockers, field_blockers, overrun_blockers,
    photo_blockers,
};

/// What a kind of job on a kind of appliance needs, from rule data.
pub struct Needs<'a> {
    pub readings: Vec<&'a Limit>,
    pub photos: Vec<(PhotoStage, Text)>,
}

/// The rule sets as the gates see them.
pub trait Rules {
    /// The row of the limit set that is in force for new readings.
    fn limit(&self, code: &str) -> Option<&Limit>;
    /// The row of the set that a reading names; of the one in force when it names none.
    fn limit_of(&self, set: &[u8], code: &str) -> Option<&Limit>;
    /// What such a job needs, and what its circumstances add.
    fn needs_when(&self, kind: JobKind, appliance: ApplianceKind, circumstances: &[NeedWhen]) -> Needs<'_>;
    fn needs(&self, kind: JobKind, appliance: ApplianceKind) -> Needs<'_> {
        self.needs_when(kind, appliance, &[])
    }
    /// What may be measured as well once this row failed (R11).
    fn figures_of(&self, _failed: &str) -> Vec<&Limit> {
        Vec::new()
    }
    /// How long work may take and how soon somebody must come (R1–R4).
    fn time_limits(&self) -> Limits;
    /// Words that mean danger, and whom to call first (R3).
    fn triggers(&self) -> Triggers;
    /// Which work needs which certificate (R7).
    fn crew_rules(&self) -> CrewRules;
}

/// Everything that keeps this job from "completed", but for the clock. It never asks who pays: paid work meets the same
/// fields and measures as warranty work (R29).
pub fn blockers(judge: &Judge<'_>) -> Vec<Blocker> {
    let job = judge.job;
    let mut out = Vec::new();
    if !at_the_shop(job) {
        if !nodes::has_now(job, NodeKind::Arrived) {
            let jump = Jump::Node { node: NodeKind::Arrived };
            out.push(Blocker { code: BlockerCode::NotArrived, subject: None, jump });
        }
        if !job.sheet.nodes.iter().any(|n| n.kind.is(NodeKind::CardShown)) {
            out.push(Blocker { code: BlockerCode::CardNotShown, subject: None, jump: Jump::Card });
        }
    }
    for measured in judge.measured() {
        out.extend(reading_blockers(judge, measured));
        if !measured.loaner {
            out.extend(field_blockers(job, &measured.appliance));
        }
        out.extend(photo_blockers(judge, measured));
    }
    out.extend(charge_blockers(job));
    out.extend(acceptance_blockers(job));
    out.extend(bench_blockers(job));
    out
}

/// Whether nobody has to go to the customer's to end it: the units were carried in, or are back in the customer's hands.
fn at_the_shop(job: &Job) -> bool {
    let carried_in = job.sheet.custody.iter().any(|c| c.carried_in);
    let back = job.sheet.custody.iter().any(|c| c.step.is(CustodyStep::Returned));
    (carried_in || back) && bench::still_out(job).is_empty()
}

/// What the bench keeps open: units and loaners that are out, a customer who was not told (R17, R20).
pub fn bench_blockers(job: &Job) -> Vec<Blocker> {
    let refusals = bench::may_close(job).into_iter();
    refusals.map(|r| Blocker { code: r.code, subject: None, jump: Jump::Bench { appliance: r.appliance } }).collect()
}

/// What keeps a loaner from being switched on: it is an installation of its own (R17).
pub fn loaner_problems(judge: &Judge<'_>, loaner: ShortId) -> Vec<Blocker> {
    let placed = judge.loaners().find(|m| m.appliance.id == loaner);
    placed.map(|measured| reading_blockers(judge, measured)).unwrap_or_default()
}

/// What must be known before somebody sets out: an emergency is guided by phone first, and nobody is sent into a gas
/// leak before the gas company (R3); goods and parts are here (R8).
pub fn departure_blockers(judge: &Judge<'_>) -> Vec<Blocker> {
    let mut out = emergency_blockers(judge);
    let node = NodeKind::Departed;
    let goods = first_fix::may_depart(judge.job).into_iter();
    out.extend(goods.map(|code| Blocker { code, subject: None, jump: Jump::Node { node } }));
    out
}

/// What an emergency asks for before anybody comes near it (R3).
pub fn emergency_blockers(judge: &Judge<'_>) -> Vec<Blocker> {
    let obstacles = triage::may_send(judge.job, &judge.rules.triggers()).into_iter();
    let jump = Jump::Node { node: NodeKind::Guided };
    obstacles.map(|o| Blocker { code: o.code, subject: Some(o.why), jump: jump.clone() }).collect()
}

/// The one next step, what keeps the job from "completed", the outcomes that may be chosen now, and what the others
/// still need.
pub struct Next {
    pub step: Step,
    pub blockers: Vec<Blocker>,
    pub outcomes: Vec<JobOutcome>,
    pub others: Vec<OutcomeGate>,
}

pub fn next(judge: &Judge<'_>, now: i64) -> Next {
    let job = judge.job;
    if (job.order.cancelled && nodes::ended(job).is_none()) || nodes::ended(job).is_some() {
        return Next { step: Step::Nothing, blockers: Vec::new(), outcomes: Vec::new(), others: Vec::new() };
    }
    let mut blockers = Vec::new();
    let mut outcomes = Vec::new();
    let mut others = Vec::new();
    for outcome in JobOutcome::ALL {
        let Some(needs) = outcome_blockers(judge, *outcome, now) else { continue };
        if needs.is_empty() {
            outcomes.push(*outcome);
        } else if *outcome == JobOutcome::Completed {
            blockers = needs;
        } else {
            others.push(OutcomeGate { outcome: *outcome, blockers: needs });
        }
    }
    let has = |kind| nodes::has_now(job, kind);
    let blocked = |codes: &[BlockerCode]| blockers.iter().any(|b| codes.contains(&b.code));
    let away = !at_the_shop(job);
    let step = if away && !has(NodeKind::Departed) && !has(NodeKind::Arrived) {
        Step::Depart
    } else if away && !has(NodeKind::Arrived) {
        Step::Arrive
    } else if blocked(&[BlockerCode::CardNotShown]) {
        Step::ShowCard
    } else if blocked(&[BlockerCode::ReadingMissing, BlockerCode::ReadingNotMeasured, BlockerCode::ReadingFailed]) {
        Step::CheckSafety
    } else if !blockers.is_empty() {
        Step::FillSheet
    } else {
        Step::Finish
    };
    Next { step, blockers, outcomes, others }
}

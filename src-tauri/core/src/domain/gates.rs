//! Gates: everything that keeps a job from being completed, all at once, each with the place to mend it (R11, R12, R15).

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{
    ApplianceKind, Blocker, BlockerCode, JobKind, JobOutcome, Jump, NodeKind, PhotoStage, Step, Text, Verdict,
};

use super::facts::{Job, Noted};
use super::{nodes, safety};
use doorstep_schemas::rules::limits::Limit;

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
    fn needs(&self, kind: JobKind, appliance: ApplianceKind) -> Needs<'_>;
}

/// The verdict of one reading by the set that it names.
pub fn verdict(rules: &dyn Rules, reading: &super::facts::Reading) -> Verdict {
    rules
        .limit_of(&reading.limits, &reading.code)
        .map_or_else(safety::unknown_set, |limit| {
            safety::judge(limit, &reading.found, &reading.method, &safety::Context::default())
        })
        .verdict
}

/// When the last required reading was taken, if all were. Failed ones count as taken: the check was made.
pub fn safety_checked(job: &Job, rules: &dyn Rules) -> Option<Noted> {
    let mut last: Option<Noted> = None;
    let mut any = false;
    for appliance in &job.order.appliances {
        for limit in rules.needs(job.order.kind, appliance.kind).readings {
            any = true;
            let reading = safety::latest(&job.sheet.readings, appliance.id, &limit.code)?;
            let judge = |reading: &super::facts::Reading| verdict(rules, reading);
            if safety::standing(&job.sheet.readings, appliance.id, &limit.code, judge) == Some(Verdict::NotMeasured) {
                return None;
            }
            last = last.filter(|l| l.at_ms >= reading.noted.at_ms).or(Some(reading.noted));
        }
    }
    last.filter(|_| any)
}

/// What keeps a loaner from being switched on: it is an installation of its own (R17).
pub fn loaner_problems(job: &Job, rules: &dyn Rules, loaner: ShortId) -> Vec<Blocker> {
    let Some(placed) = job.sheet.loaners.iter().find(|l| l.id == loaner) else { return Vec::new() };
    let stands_in = super::facts::OrderedAppliance {
        id: loaner,
        kind: placed.kind.known().unwrap_or(ApplianceKind::Other),
        brand: String::new(),
        model: placed.model.clone(),
        serial: placed.serial.clone(),
    };
    unsafe_readings(job, rules, &stands_in, JobKind::Install)
}

/// Everything that keeps this job from "completed".
pub fn blockers(job: &Job, rules: &dyn Rules) -> Vec<Blocker> {
    let mut out = Vec::new();
    let has = |kind| job.sheet.nodes.iter().any(|n| n.kind.is(kind));
    if !has(NodeKind::Arrived) {
        out.push(Blocker {
            code: BlockerCode::NotArrived,
            subject: None,
            jump: Jump::Node { node: NodeKind::Arrived },
        });
    }
    if !has(NodeKind::CardShown) {
        out.push(Blocker { code: BlockerCode::CardNotShown, subject: None, jump: Jump::Card });
    }
    for appliance in &job.order.appliances {
        out.extend(unsafe_readings(job, rules, appliance, job.order.kind));
        if job.order.kind == JobKind::Repair {
            out.extend(missing_fields(job, appliance));
        }
        for (stage, name) in rules.needs(job.order.kind, appliance.kind).photos {
            if !job.sheet.photos.iter().any(|p| p.stage.is(stage) && p.appliance == appliance.id) {
                let jump = Jump::Photos { stage };
                out.push(Blocker { code: BlockerCode::PhotoMissing, subject: Some(name), jump });
            }
        }
    }
    out
}

/// Required readings that are missing, and any reading, required or not, whose failure stands.
fn unsafe_readings(
    job: &Job,
    rules: &dyn Rules,
    appliance: &super::facts::OrderedAppliance,
    kind: JobKind,
) -> Vec<Blocker> {
    let mut out = Vec::new();
    let required = rules.needs(kind, appliance.kind).readings;
    let mut limits = required.clone();
    for reading in job.sheet.readings.iter().filter(|r| r.appliance == appliance.id) {
        if let Some(limit) = rules.limit_of(&reading.limits, &reading.code)
            && !limits.iter().any(|l| l.code == limit.code)
        {
            limits.push(limit);
        }
    }
    for limit in limits {
        let must = required.iter().any(|l| l.code == limit.code);
        let judge = |reading: &super::facts::Reading| verdict(rules, reading);
        let code = match safety::standing(&job.sheet.readings, appliance.id, &limit.code, judge) {
            None if must => BlockerCode::ReadingMissing,
            Some(Verdict::NotMeasured) if must => BlockerCode::ReadingNotMeasured,
            Some(Verdict::Fail) if safety::stops(safety::class(limit, appliance.kind)) => BlockerCode::ReadingFailed,
            _ => continue,
        };
        let jump = Jump::Reading { appliance: appliance.id, code: limit.code.clone() };
        out.push(Blocker { code, subject: Some(limit.name.clone()), jump });
    }
    out
}

/// The fields that a repair sheet needs (R15).
pub const REPAIR_FIELDS: [SheetField; 6] = [
    SheetField::Model,
    SheetField::Serial,
    SheetField::Symptom,
    SheetField::Fault,
    SheetField::Cause,
    SheetField::Action,
];

fn missing_fields(job: &Job, appliance: &super::facts::OrderedAppliance) -> Vec<Blocker> {
    let jump = |field| Jump::Field { appliance: appliance.id, field };
    REPAIR_FIELDS
        .into_iter()
        .filter(|field| job.field(appliance, *field).trim().is_empty())
        .map(|field| Blocker { code: BlockerCode::FieldMissing, subject: None, jump: jump(field) })
        .collect()
}

/// The one next step, and the outcomes that may be chosen now.
pub fn next(job: &Job, blockers: &[Blocker]) -> (Step, Vec<JobOutcome>) {
    if job.order.cancelled || nodes::ended(job).is_some() {
        return (Step::Nothing, Vec::new());
    }
    let has = |kind| job.sheet.nodes.iter().any(|n| n.kind.is(kind));
    let blocked = |codes: &[BlockerCode]| blockers.iter().any(|b| codes.contains(&b.code));
    let step = if !has(NodeKind::Departed) && !has(NodeKind::Arrived) {
        Step::Depart
    } else if !has(NodeKind::Arrived) {
        Step::Arrive
    } else if !has(NodeKind::CardShown) {
        Step::ShowCard
    } else if blocked(&[BlockerCode::ReadingMissing, BlockerCode::ReadingNotMeasured, BlockerCode::ReadingFailed]) {
        Step::CheckSafety
    } else if !blockers.is_empty() {
        Step::FillSheet
    } else {
        Step::Finish
    };
    (step, outcomes(job, blockers))
}

/// "Completed" needs an empty list of blockers. What ends a visit without the work being done is always open once
/// somebody has arrived; a refusal is open as soon as something unsafe was found.
fn outcomes(job: &Job, blockers: &[Blocker]) -> Vec<JobOutcome> {
    let arrived = job.sheet.nodes.iter().any(|n| n.kind.is(NodeKind::Arrived));
    let mut out = Vec::new();
    if blockers.is_empty() {
        out.push(JobOutcome::Completed);
    }
    if arrived {
        if blockers.iter().any(|b| b.code == BlockerCode::ReadingFailed) {
            out.push(JobOutcome::RefusedUnsafe);
        }
        out.extend([JobOutcome::NeedsPart, JobOutcome::NoFaultFound, JobOutcome::CustomerAbsent]);
        if job.order.kind == JobKind::Install {
            out.push(JobOutcome::GoodsNotArrived);
        }
        if job.order.kind == JobKind::Repair {
            out.push(JobOutcome::GivenUp);
        }
    } else {
        out.push(JobOutcome::SolvedByPhone);
    }
    out
}

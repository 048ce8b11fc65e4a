//! What the sheet itself lacks: fields, photos, acceptance, the refrigerant circuit, reasons (R2, R15, R16, R32).
//!
//! Nothing here asks who pays: paid work meets the same measures as warranty work (R29).

use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{
    Blocker, BlockerCode, Evacuation, JobKind, Jump, NodeKind, PlanStep, ReasonAbout, Refrigerant, SignedFor, Signer,
};

use super::judge::{Judge, Measured};
use crate::domain::facts::{Job, OrderedAppliance};
use crate::domain::record::last;
use crate::domain::timing;

/// The fields that a repair's sheet needs (R15).
pub const REPAIR_FIELDS: [SheetField; 6] = [
    SheetField::Model,
    SheetField::Serial,
    SheetField::Symptom,
    SheetField::Fault,
    SheetField::Cause,
    SheetField::Action,
];

/// The nameplate's own: missing or unreadable, with a photo, is an answer (R15).
const NAMEPLATE: [SheetField; 2] = [SheetField::Model, SheetField::Serial];

fn plain(code: BlockerCode, jump: Jump) -> Blocker {
    Blocker { code, subject: None, jump }
}

/// What must be written for this kind of job (R15).
pub fn field_blockers(job: &Job, appliance: &OrderedAppliance) -> Vec<Blocker> {
    let fields: &[SheetField] = match job.order.kind {
        JobKind::Repair | JobKind::UnitPickup => &REPAIR_FIELDS,
        _ => &[],
    };
    let missing = fields.iter().filter(|field| job.field(appliance, **field).trim().is_empty());
    missing
        .filter(|field| !(NAMEPLATE.contains(field) && nameplate_answered(job, appliance)))
        .map(|field| plain(BlockerCode::FieldMissing, Jump::Field { appliance: appliance.id, field: *field }))
        .collect()
}

/// Whether somebody said that the nameplate is missing or unreadable, and showed it (R15).
fn nameplate_answered(job: &Job, appliance: &OrderedAppliance) -> bool {
    job.sheet.reasons.iter().any(|reason| {
        let of_it = reason.subject.is_none_or(|subject| subject == appliance.id);
        let shown = reason.photo.is_some_and(|photo| job.sheet.photos.iter().any(|p| p.id == photo));
        reason.about.is(ReasonAbout::Nameplate) && of_it && shown
    })
}

/// Photos that this appliance needs (R16, R17).
pub fn photo_blockers(judge: &Judge<'_>, measured: &Measured) -> Vec<Blocker> {
    let photos = &judge.job.sheet.photos;
    let id = measured.appliance.id;
    let missing = judge.needs(measured).photos.into_iter();
    missing
        .filter(|(stage, _)| !photos.iter().any(|p| p.stage.is(*stage) && p.appliance == id))
        .map(|(stage, name)| Blocker {
            code: BlockerCode::PhotoMissing,
            subject: Some(name),
            jump: Jump::Photos { appliance: id, stage },
        })
        .collect()
}

/// Concealed work is accepted by somebody other than the installer where the order asks for it; a project has a survey,
/// a plan and its review (R16).
pub fn acceptance_blockers(job: &Job) -> Vec<Blocker> {
    let mut out = Vec::new();
    let workers: Vec<_> = job.sheet.readings.iter().map(|r| r.noted.by).collect();
    let accepted = job.sheet.signatures.iter().any(|s| {
        let other = s.signer.is(Signer::Acceptor) || s.signer.is(Signer::Customer) || !workers.contains(&s.noted.by);
        s.signed_for.is(SignedFor::Acceptance) && other && !s.signer.is(Signer::Technician)
    });
    if job.order.acceptance && !accepted {
        let jump = Jump::Signature { signed_for: SignedFor::Acceptance };
        out.push(plain(BlockerCode::AcceptanceMissing, jump));
    }
    let has = |step| last(job.order.plan.iter().filter(|p| p.step.is(step))).is_some_and(|p| p.passed);
    if job.order.project && !PlanStep::ALL.iter().all(|step| has(*step)) {
        out.push(plain(BlockerCode::PlanMissing, Jump::Owner));
    }
    out
}

/// What a refrigerant circuit keeps shut (R32): topping up with no leak found, a flame on a charged flammable circuit,
/// blowing out with refrigerant.
pub fn charge_blockers(job: &Job) -> Vec<Blocker> {
    let mut out = Vec::new();
    for charge in &job.sheet.charges {
        let jump = || Jump::Charge { appliance: charge.appliance };
        let gas = Refrigerant::from_word(&charge.gas.trim().to_lowercase());
        let flammable = matches!(gas, Some(Refrigerant::R32 | Refrigerant::R290 | Refrigerant::R600a));
        if flammable && charge.grams > 0 && !charge.leak_found && job.order.kind == JobKind::Repair {
            out.push(plain(BlockerCode::NoLeakFound, jump()));
        }
        if flammable && charge.welded && charge.charged_when_welding {
            out.push(plain(BlockerCode::FlameOnCharge, jump()));
        }
        if charge.evacuation.is(Evacuation::Purge) {
            out.push(plain(BlockerCode::PurgedWithRefrigerant, jump()));
        }
    }
    out
}

/// Longer than the limit needs its reason before the job is ended (R2).
pub fn overrun_blockers(judge: &Judge<'_>, now: i64) -> Vec<Blocker> {
    let gap = timing::overrun_gap(judge.job, now, &judge.rules.time_limits());
    gap.map(|code| plain(code, Jump::Node { node: NodeKind::Finished })).into_iter().collect()
}

//! What the sheet itself lacks: fields, photos, acceptance, the refrigerant circuit, reasons (R2, R15, R16, R32).
//!
//! Nothing here asks who pays: paid work meets the same measures as warranty work (R29).

use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{Blocker, BlockerCode, JobKind, Jump, NodeKind, ReasonAbout, SignedFor};

use super::judge::{Judge, Measured};
use crate::domain::facts::{Job, OrderedAppliance};
use crate::domain::money::refrigerant;
use crate::domain::{acceptance, crew, timing};

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
    let crew: Vec<&str> = job.sheet.crew.iter().map(|one| one.name.trim()).filter(|name| !name.is_empty()).collect();
    let jump = |code| match code {
        BlockerCode::AcceptanceMissing => Jump::Signature { signed_for: SignedFor::Acceptance },
        _ => Jump::Owner,
    };
    acceptance::gaps(job, &crew).into_iter().map(|code| plain(code, jump(code))).collect()
}

/// A certificate of the law that nobody of the crew holds today (R7): that work is not done.
pub fn certificate_blockers(judge: &Judge<'_>, now: i64) -> Vec<Blocker> {
    let Some(roster) = judge.roster else { return Vec::new() };
    let crew = crew::crew(judge.job);
    let stops = crew::certificate_stops(roster, &crew, judge.job, now, &judge.rules.crew_rules());
    stops.into_iter().map(Blocker::from).collect()
}

/// What a refrigerant circuit keeps shut (R32).
pub fn charge_blockers(job: &Job) -> Vec<Blocker> {
    let stops = refrigerant::gas_faults(job).into_iter().filter(|fault| fault.stops);
    stops.map(|fault| plain(fault.code, Jump::Charge { appliance: fault.appliance })).collect()
}

/// Longer than the limit needs its reason before the job is ended (R2).
pub fn overrun_blockers(judge: &Judge<'_>, now: i64) -> Vec<Blocker> {
    let gap = timing::overrun_gap(judge.job, now, &judge.rules.time_limits());
    gap.map(|code| plain(code, Jump::Node { node: NodeKind::Finished })).into_iter().collect()
}

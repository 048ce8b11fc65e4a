//! What was noted on a sheet, to be read again where it was entered (R12, R14, R24, R32).

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{
    ChargeView, CrewView, HazardView, Millis, NotedView, OldPartView, RemarkView, SerialView,
};

use super::job_view::Names;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::facts::{Charge, CrewMember, Hazard, Job, OldPart, Remark, Serial};
use crate::domain::money::each;
use crate::domain::record::last;
use crate::domain::{crew, hazards};
use crate::store::{Store, StoreError};

/// Everything of it on one job.
pub(super) fn noted(store: &Store, job: &Job, names: &Names<'_>, now: i64) -> Result<NotedView, StoreError> {
    let beside = crew::beside(job);
    let here = crew::crew(job);
    let mates = store.members()?.into_iter().filter(|member| member.active && !here.contains(&member.id));
    let promises = store.rules().at(now).promises();
    // Days, not moments: two devices that show the same job propose the same.
    let in_days = |days: u32| Millis(calendar::day_start(now).saturating_add(i64::from(days) * DAY_MS));
    Ok(NotedView {
        charges: each(&job.sheet.charges).into_iter().map(|one| charge(one, names)).collect(),
        old_parts: old_parts(job, names),
        hazards: hazards::standing(job).into_iter().map(|one| hazard(one, names)).collect(),
        crew: beside.into_iter().map(|one| mate(one, names)).collect(),
        mates: mates.collect(),
        serials: serials(job),
        remarks: remarks(job, names),
        old_part_due: in_days(promises.old_part_days),
        recheck: in_days(promises.recheck_days),
    })
}

fn charge(charge: &Charge, names: &Names<'_>) -> ChargeView {
    // A document may hold anything; what a gauge and a scale show is small.
    let count = |figure: i64| u32::try_from(figure.max(0)).unwrap_or(u32::MAX);
    let pressure = |kpa: i64| i32::try_from(kpa).ok();
    ChargeView {
        id: charge.id,
        appliance: charge.appliance,
        gas: charge.gas.clone(),
        leak_found: charge.leak_found,
        leak_at: charge.leak_at.clone(),
        welded: charge.welded,
        charged_when_welding: charge.charged_when_welding,
        grams: count(charge.grams),
        before_kpa: charge.before_kpa.and_then(pressure),
        after_kpa: charge.after_kpa.and_then(pressure),
        evacuation: charge.evacuation.known(),
        minutes: count(charge.minutes),
        by: names.of(charge.noted.by),
        at: Millis(charge.noted.happened_ms()),
    }
}

/// The last word on each used part.
fn old_parts(job: &Job, names: &Names<'_>) -> Vec<OldPartView> {
    let word = |part: &crate::domain::facts::UsedPart| last(job.sheet.old_parts.iter().filter(|o| o.part == part.id));
    let view = |old: &OldPart| OldPartView {
        part: old.part,
        step: old.step.known(),
        tag: old.tag.clone(),
        due: old.due.map(|at| Millis(at.0)),
        by: names.of(old.noted.by),
        at: Millis(old.noted.happened_ms()),
    };
    job.sheet.parts.iter().filter_map(word).map(view).collect()
}

fn hazard(hazard: &Hazard, names: &Names<'_>) -> HazardView {
    HazardView {
        id: hazard.id,
        appliance: hazard.appliance,
        text: hazard.text.clone(),
        action: hazard.action.clone(),
        households: hazard.households,
        remaining: hazard.remaining,
        unplugged: hazard.unplugged,
        tagged: hazard.tagged,
        recheck: hazard.recheck.map(|at| Millis(at.0)),
        by: names.of(hazard.noted.by),
        at: Millis(hazard.noted.happened_ms()),
    }
}

/// The last one read of each unit of an appliance.
fn serials(job: &Job) -> Vec<SerialView> {
    let mut said: BTreeMap<(ShortId, &str), &Serial> = BTreeMap::new();
    for one in each(&job.sheet.serials) {
        said.insert((one.appliance, one.unit.text()), one);
    }
    let view = |one: &Serial| SerialView {
        appliance: one.appliance,
        unit: one.unit.known(),
        serial: one.serial.clone(),
        photo: one.photo,
    };
    said.into_values().map(view).collect()
}

/// Without those that caption a photo.
fn remarks(job: &Job, names: &Names<'_>) -> Vec<RemarkView> {
    let own = each(&job.sheet.notes).into_iter().filter(|note| note.photo.is_none() && !note.text.trim().is_empty());
    let view = |note: &Remark| RemarkView {
        text: note.text.clone(),
        by: names.of(note.noted.by),
        at: Millis(note.noted.happened_ms()),
    };
    own.map(view).collect()
}

fn mate(one: &CrewMember, names: &Names<'_>) -> CrewView {
    let name = one.member.map_or_else(|| one.name.clone(), |member| names.of(member));
    CrewView { member: one.member, name }
}

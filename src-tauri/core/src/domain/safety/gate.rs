//! What a failure leads to, which phase is open, and in which order things were measured (R11, R12).

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::rules::limits::Limit;
use doorstep_schemas::view::{ApplianceKind, FailureClass, JobKind, Phase, Text, Verdict};

use super::judge::Judgement;
use crate::domain::facts::Reading;

/// What a standing failure leaves open. There is no override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// Told to the customer and written down; the work goes on.
    WriteDown,
    /// The work may be done, and ends as "repaired with hazard remaining": notice, unplugged, tagged, re-check date.
    HazardRemainingOnly,
    /// Never energised; the work stops.
    Stop,
}

/// On these an unsafe house kills through the water.
pub fn is_water_heater(appliance: ApplianceKind) -> bool {
    match appliance {
        ApplianceKind::StorageHeater | ApplianceKind::InstantHeater | ApplianceKind::GasHeater => true,
        ApplianceKind::AirConditioner
        | ApplianceKind::WashingMachine
        | ApplianceKind::Refrigerator
        | ApplianceKind::RangeHood
        | ApplianceKind::GasStove
        | ApplianceKind::Television
        | ApplianceKind::Other => false,
    }
}

/// What a failure of this class leads to (R12). The appliance itself (B) and immediate danger (C) stop any job. An
/// unsafe house (A) stops whatever puts an appliance into it, and every work on a water heater.
pub fn after_failure(class: FailureClass, job: JobKind, appliance: ApplianceKind, loaner: bool) -> Consequence {
    let puts_in = match job {
        JobKind::Install | JobKind::Move | JobKind::Exchange | JobKind::UnitReturn => true,
        JobKind::Repair
        | JobKind::Remove
        | JobKind::Clean
        | JobKind::Maintenance
        | JobKind::Survey
        | JobKind::Appraisal
        | JobKind::TradeIn
        | JobKind::UnitPickup => loaner,
    };
    match class {
        FailureClass::B | FailureClass::C => Consequence::Stop,
        FailureClass::A if puts_in || is_water_heater(appliance) => Consequence::Stop,
        FailureClass::A => Consequence::HazardRemainingOnly,
        FailureClass::Warn => Consequence::WriteDown,
    }
}

/// Whether the appliance may be energised while these failures stand (R12).
pub fn may_energise(
    standing: impl IntoIterator<Item = FailureClass>,
    job: JobKind,
    appliance: ApplianceKind,
    loaner: bool,
) -> bool {
    standing.into_iter().all(|class| after_failure(class, job, appliance, loaner) < Consequence::Stop)
}

/// Why a phase is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    Missing,
    NotMeasured,
    Failed(FailureClass),
}

/// A row of an earlier phase that keeps a later one shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseBlocker {
    pub code: String,
    pub name: Text,
    pub phase: Phase,
    pub why: Shut,
}

/// Everything that keeps `phase` shut, all at once; empty is open (R11). The house comes before the dead unit, the
/// dead unit before the trial. `rows` are the required ones, and any other that was measured.
pub fn phase_blockers(
    phase: Phase,
    rows: &[&Limit],
    standing: impl Fn(&Limit) -> Option<Judgement>,
    stops: impl Fn(FailureClass) -> bool,
) -> Vec<PhaseBlocker> {
    let shut = |limit: &&&Limit| {
        let why = match standing(limit) {
            None => Shut::Missing,
            Some(Judgement { verdict: Verdict::NotMeasured, .. }) => Shut::NotMeasured,
            Some(Judgement { verdict: Verdict::Fail, class, .. }) => {
                let class = class.unwrap_or(limit.class);
                return stops(class).then_some(Shut::Failed(class));
            }
            Some(Judgement { verdict: Verdict::Pass | Verdict::Warn | Verdict::NotApplicable, .. }) => return None,
        };
        Some(why)
    };
    let earlier = rows.iter().filter(|limit| limit.phase < phase);
    earlier
        .filter_map(|limit| {
            let why = shut(&limit)?;
            Some(PhaseBlocker { code: limit.code.clone(), name: limit.name.clone(), phase: limit.phase, why })
        })
        .collect()
}

/// Readings of a later phase that were taken before a required row of an earlier one: the code, and what it came
/// before (R11). Work done by two people who could not see each other may end like this; it is a finding.
pub fn out_of_order(readings: &[Reading], appliance: ShortId, rows: &[&Limit]) -> Vec<(String, String)> {
    let first = |code: &str| {
        let mut of = readings.iter().filter(|r| r.appliance == appliance && r.code == code);
        of.next().map(|reading| reading.noted.at_ms)
    };
    let mut out = Vec::new();
    for late in rows {
        let Some(taken) = first(&late.code) else { continue };
        for early in rows.iter().filter(|early| early.phase < late.phase) {
            if first(&early.code).is_none_or(|at| at > taken) {
                out.push((late.code.clone(), early.code.clone()));
            }
        }
    }
    out
}

//! 加氟: what a refrigerant job must show (R32).
//!
//! The last record of an appliance stops the work; earlier ones were put right by it and stay as findings, because what
//! was blown into a room can't be taken back.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{BlockerCode, Evacuation, JobKind};

use super::each;
use crate::domain::facts::{Charge, Job};

/// The shortest evacuation with a pump, in minutes.
pub const EVACUATE_MIN: i64 = 15;

/// One thing that is wrong with a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasFault {
    pub code: BlockerCode,
    pub charge: ShortId,
    pub appliance: ShortId,
    /// Keeps the job from being completed; else it is for the owner to see.
    pub stops: bool,
    /// For `ChargeIncomplete`: what is not written (`gas`, `grams`, `before_kpa`, `after_kpa`).
    pub missing: Vec<&'static str>,
}

/// Whether this gas burns (R32): the gases R32 and R290, and the isobutane of refrigerators, however they are spelled.
pub fn flammable(gas: &str) -> bool {
    let plain: String = gas.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    matches!(plain.as_str(), "R32" | "R290" | "R600A" | "HFC32" | "HC290" | "HC600A")
}

/// What stands against the refrigerant work of a job (R32).
pub fn gas_faults(job: &Job) -> Vec<GasFault> {
    let charges = each(&job.sheet.charges);
    let mut out = Vec::new();
    for (at, charge) in charges.iter().enumerate() {
        let last = !charges[at + 1..].iter().any(|later| later.appliance == charge.appliance);
        for (code, stops, missing) in faults(job, charge) {
            // What is merely unwritten, or was pumped too briefly, is made good by the next record.
            let mended = matches!(code, BlockerCode::ChargeIncomplete | BlockerCode::EvacuationTooShort);
            if last || !mended {
                let stops = stops && last;
                out.push(GasFault { code, charge: charge.id, appliance: charge.appliance, stops, missing });
            }
        }
    }
    out
}

fn faults(job: &Job, charge: &Charge) -> Vec<(BlockerCode, bool, Vec<&'static str>)> {
    let burns = flammable(&charge.gas);
    let pumped = charge.evacuation.is(Evacuation::Pump);
    let mut out = Vec::new();
    if charge.evacuation.is(Evacuation::Purge) {
        out.push((BlockerCode::PurgedWithRefrigerant, true, Vec::new()));
    }
    if charge.welded && charge.charged_when_welding {
        out.push((BlockerCode::FlameOnCharge, burns, Vec::new()));
    }
    if tops_up(job, charge) && !charge.leak_found {
        out.push((BlockerCode::NoLeakFound, burns, Vec::new()));
    }
    // An opened circuit holds air: it is pumped out. A purged one has its own fault.
    if (pumped || charge.welded)
        && !charge.evacuation.is(Evacuation::Purge)
        && !(pumped && charge.minutes >= EVACUATE_MIN)
    {
        out.push((BlockerCode::EvacuationTooShort, true, Vec::new()));
    }
    let missing: Vec<&'static str> = [
        ("gas", charge.gas.trim().is_empty()),
        ("grams", charge.grams <= 0),
        ("before_kpa", charge.before_kpa.is_none()),
        ("after_kpa", charge.after_kpa.is_none()),
    ]
    .into_iter()
    .filter_map(|(what, empty)| empty.then_some(what))
    .collect();
    if !missing.is_empty() {
        out.push((BlockerCode::ChargeIncomplete, true, missing));
    }
    out
}

/// Gas added to a circuit that was not opened, on an appliance that ran before: something must have leaked. A new
/// installation gets gas for its longer pipe, an opened and evacuated circuit gets its whole charge.
fn tops_up(job: &Job, charge: &Charge) -> bool {
    let fresh = matches!(job.order.kind, JobKind::Install | JobKind::Move);
    let refilled = charge.welded && charge.evacuation.is(Evacuation::Pump);
    charge.grams > 0 && !fresh && !refilled
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Coverage};

    use super::*;
    use crate::domain::money::cast::*;

    /// 覃大勇: a leak at a joint, welded, evacuated, 870 g of R32.
    fn good(n: u64) -> Charge {
        Charge {
            gas: "R32".to_owned(),
            leak_found: true,
            leak_at: "室内机接头".to_owned(),
            welded: true,
            grams: 870,
            before_kpa: Some(0),
            after_kpa: Some(820),
            evacuation: Evacuation::Pump.into(),
            minutes: 20,
            ..known(n, &[("app", name(unit()))])
        }
    }

    fn repair_of(charges: Vec<Charge>) -> Job {
        let mut job = job(JobKind::Repair, ApplianceKind::AirConditioner, Coverage::OutOfWarranty);
        job.sheet.charges = charges;
        job
    }

    fn of(charge: Charge) -> Vec<(BlockerCode, bool)> {
        gas_faults(&repair_of(vec![charge])).into_iter().map(|f| (f.code, f.stops)).collect()
    }

    #[test]
    fn r32_a_leak_welded_evacuated_and_weighed_is_right() {
        assert_eq!(of(good(1)), []);
        assert_eq!(of(Charge { minutes: 15, ..good(1) }), []);
    }

    #[test]
    fn r32_topping_up_without_a_leak_stops_what_burns_and_is_told_of_the_rest() {
        let topped = Charge { leak_found: false, welded: false, evacuation: Evacuation::None.into(), ..good(1) };
        for gas in ["R32", "r-32", "R290", "R 290", "R600a"] {
            assert_eq!(
                of(Charge { gas: gas.to_owned(), ..topped.clone() }),
                [(BlockerCode::NoLeakFound, true)],
                "{gas}"
            );
        }
        for gas in ["R410A", "R22", "R320"] {
            assert_eq!(
                of(Charge { gas: gas.to_owned(), ..topped.clone() }),
                [(BlockerCode::NoLeakFound, false)],
                "{gas}"
            );
        }
        assert_eq!(of(Charge { leak_found: true, ..topped.clone() }), []);
        assert_eq!(of(Charge { leak_found: false, ..good(1) }), [], "a circuit that was opened gets its whole charge");
        let mut install = repair_of(vec![topped]);
        install.order.kind = JobKind::Install;
        assert_eq!(gas_faults(&install), [], "gas for a longer pipe");
    }

    #[test]
    fn r32_no_purge_no_flame_on_a_charged_circuit_no_short_evacuation() {
        let purge = Charge { evacuation: Evacuation::Purge.into(), minutes: 0, ..good(1) };
        assert_eq!(of(purge.clone()), [(BlockerCode::PurgedWithRefrigerant, true)]);
        let hot = Charge { charged_when_welding: true, ..good(1) };
        assert_eq!(of(hot.clone()), [(BlockerCode::FlameOnCharge, true)]);
        assert_eq!(of(Charge { gas: "R410A".to_owned(), ..hot }), [(BlockerCode::FlameOnCharge, false)]);
        assert_eq!(of(Charge { minutes: 14, ..good(1) }), [(BlockerCode::EvacuationTooShort, true)]);
        assert_eq!(
            of(Charge { evacuation: Evacuation::None.into(), ..good(1) }),
            [(BlockerCode::EvacuationTooShort, true)]
        );
        // Done right afterwards, the purge stays in sight.
        let found = gas_faults(&repair_of(vec![purge, good(2)]));
        assert_eq!(
            found.iter().map(|f| (f.code, f.stops)).collect::<Vec<_>>(),
            [(BlockerCode::PurgedWithRefrigerant, false)]
        );
    }

    #[test]
    fn r32_gas_grams_and_both_pressures_are_written() {
        let empty: Charge = known(1, &[("app", name(unit()))]);
        let found = gas_faults(&repair_of(vec![empty.clone()]));
        assert_eq!(found[0].missing, ["gas", "grams", "before_kpa", "after_kpa"]);
        assert!(found[0].stops);
        assert_eq!(gas_faults(&repair_of(vec![empty, good(2)])), [], "written out anew");
        assert_eq!(of(Charge { grams: i64::MIN, ..good(1) }), [(BlockerCode::ChargeIncomplete, true)]);
    }
}

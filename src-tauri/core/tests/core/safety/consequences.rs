//! What a failure leads to, which phase it shuts, and what re-measuring changes.

use doorstep::domain::facts::Reading;
use doorstep::domain::safety::{
    self, Consequence, Judgement, Shut, after_failure, is_water_heater, may_energise, out_of_order, phase_blockers,
};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::Limit;
use doorstep_schemas::view::{ApplianceKind, FailureClass, JobKind, Phase, Verdict};

use super::{appliance_id, heater, row, taken};
use crate::cast::{choice, number};

#[test]
fn r12_every_class_on_every_job_and_appliance_has_its_consequence() {
    use Consequence::{HazardRemainingOnly, Stop, WriteDown};
    for job in JobKind::ALL {
        for appliance in ApplianceKind::ALL {
            for loaner in [false, true] {
                let after = |class| after_failure(class, *job, *appliance, loaner);
                assert_eq!((after(FailureClass::B), after(FailureClass::C)), (Stop, Stop), "{job:?} {appliance:?}");
                assert_eq!(after(FailureClass::Warn), WriteDown, "{job:?} {appliance:?}");
                let puts_in = matches!(job, JobKind::Install | JobKind::Move | JobKind::Exchange | JobKind::UnitReturn);
                let house = if puts_in || loaner || is_water_heater(*appliance) { Stop } else { HazardRemainingOnly };
                assert_eq!(after(FailureClass::A), house, "{job:?} {appliance:?} {loaner}");
                let energise =
                    |class: FailureClass| may_energise([FailureClass::Warn, class], *job, *appliance, loaner);
                assert!(!energise(FailureClass::B) && !energise(FailureClass::C) && energise(FailureClass::Warn));
                assert_eq!(energise(FailureClass::A), house != Stop);
            }
        }
    }
    assert!(may_energise([], JobKind::Install, ApplianceKind::StorageHeater, false));
    let heaters: Vec<_> = ApplianceKind::ALL.iter().filter(|kind| is_water_heater(**kind)).collect();
    assert_eq!(heaters.len(), 3);
}

fn standing<'a>(readings: &'a [Reading]) -> impl Fn(&Limit) -> Option<Judgement> + 'a {
    |limit| {
        let of = readings.iter().filter(|r| r.code == limit.code);
        of.map(|r| safety::judge(limit, &r.found, &r.method, &heater())).last()
    }
}

#[test]
fn r11_the_house_comes_before_the_dead_unit_and_the_dead_unit_before_the_trial() {
    let rows = [row("socket_polarity"), row("rcd_button"), row("insulation_appliance"), row("outlet_temperature")];
    let rows: Vec<&Limit> = rows.iter().collect();
    let shut = |phase, readings: &[Reading]| -> Vec<(String, Shut)> {
        let stops =
            |class| after_failure(class, JobKind::Install, ApplianceKind::StorageHeater, false) == Consequence::Stop;
        let blockers = phase_blockers(phase, &rows, standing(readings), stops);
        blockers.into_iter().map(|b| (b.code, b.why)).collect()
    };
    let why = |code: &str, why| (code.to_owned(), why);
    assert_eq!(shut(Phase::BeforeWork, &[]), []);
    let missing = [why("socket_polarity", Shut::Missing), why("rcd_button", Shut::Missing)];
    assert_eq!(shut(Phase::BeforePower, &[]), missing);
    assert_eq!(shut(Phase::Trial, &[]).len(), 3, "all reasons at once");
    let mut readings = vec![
        taken("socket_polarity", "socket_tester", choice("swapped"), 1),
        taken("rcd_button", "", Found::NotMeasured { reason: "配电箱上锁".to_owned() }, 2),
    ];
    let failed = [why("socket_polarity", Shut::Failed(FailureClass::A)), why("rcd_button", Shut::NotMeasured)];
    assert_eq!(shut(Phase::BeforePower, &readings), failed);
    readings.push(taken("socket_polarity", "socket_tester", choice("right"), 3));
    readings.push(taken("rcd_button", "", choice("trips"), 4));
    assert_eq!(shut(Phase::BeforePower, &readings), []);
    readings.push(taken("insulation_appliance", "megger", number(300), 5));
    assert_eq!(shut(Phase::Trial, &readings), [why("insulation_appliance", Shut::Failed(FailureClass::B))]);
    readings.push(taken("insulation_appliance", "megger", number(60_000), 6));
    assert_eq!(shut(Phase::Trial, &readings), []);
}

#[test]
fn r11_r12_a_house_that_is_only_written_down_lets_the_trial_go_on() {
    let rows = [row("rcd_button")];
    let rows: Vec<&Limit> = rows.iter().collect();
    let readings = [taken("rcd_button", "", choice("stays"), 1)];
    let television = |limit: &Limit| -> Option<Judgement> {
        let context = super::known(JobKind::Repair, ApplianceKind::Television);
        Some(safety::judge(limit, &readings[0].found, "", &context))
    };
    let stops = |class| after_failure(class, JobKind::Repair, ApplianceKind::Television, false) == Consequence::Stop;
    assert_eq!(phase_blockers(Phase::Trial, &rows, television, stops), []);
}

#[test]
fn r11_a_live_test_before_a_dead_one_is_told() {
    let rows = [row("socket_polarity"), row("insulation_appliance"), row("outlet_temperature")];
    let rows: Vec<&Limit> = rows.iter().collect();
    let polarity = |minute| taken("socket_polarity", "socket_tester", choice("right"), minute);
    let insulation = |minute| taken("insulation_appliance", "megger", number(60_000), minute);
    let water = |minute| taken("outlet_temperature", "probe", number(45_000), minute);
    let told = |readings: &[Reading]| out_of_order(readings, appliance_id(), &rows);
    let pair = |late: &str, early: &str| (late.to_owned(), early.to_owned());
    assert_eq!(told(&[polarity(1), insulation(2), water(3)]), []);
    assert_eq!(told(&[polarity(1), water(2), insulation(3)]), [pair("outlet_temperature", "insulation_appliance")]);
    assert_eq!(told(&[insulation(1)]), [pair("insulation_appliance", "socket_polarity")]);
    // Measuring the house once more, later, is no fault.
    assert_eq!(told(&[polarity(1), insulation(2), polarity(3), water(4)]), []);
    assert_eq!(out_of_order(&[insulation(1)], ShortId::mint([9; 5]), &rows), [], "another appliance");
}

#[test]
fn r12_a_failed_reading_stands_until_something_measured_better() {
    let limit = row("insulation_appliance");
    let verdict = |r: &Reading| safety::judge(&limit, &r.found, &r.method, &heater()).verdict;
    let of = |found, minute| taken("insulation_appliance", "megger", found, minute);
    let excuse = |minute| of(Found::NotMeasured { reason: "兆欧表没电".to_owned() }, minute);
    let denial = |minute| of(Found::NotApplicable { reason: "客户说不用".to_owned() }, minute);
    let now = |readings: &[Reading]| safety::standing(readings, appliance_id(), "insulation_appliance", verdict);
    assert_eq!(now(&[]), None);
    assert_eq!(now(&[excuse(1)]), Some(Verdict::NotMeasured));
    assert_eq!(now(&[of(number(300), 1), excuse(2), denial(3)]), Some(Verdict::Fail));
    // A number without a method is no measurement either.
    assert_eq!(now(&[of(number(300), 1), taken("insulation_appliance", "", number(60_000), 2)]), Some(Verdict::Fail));
    assert_eq!(now(&[of(number(300), 1), excuse(2), of(number(60_000), 3)]), Some(Verdict::Pass));
    assert_eq!(now(&[of(number(300), 1), of(number(1_500), 2)]), Some(Verdict::Warn));
    assert!(!safety::stops(FailureClass::Warn));
    assert!([FailureClass::A, FailureClass::B, FailureClass::C].into_iter().all(safety::stops));
    let readings = [of(number(300), 1), of(number(60_000), 2)];
    assert_eq!(
        safety::latest(&readings, appliance_id(), "insulation_appliance"),
        Some(&readings[1]),
        "the failed one stays"
    );
}

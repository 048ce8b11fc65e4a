//! Every row on both sides of every bound.

use doorstep::domain::safety::{self, Context, Lack, Month};
use doorstep_schemas::rules::limits::Span;
use doorstep_schemas::view::FailureClass::{A, B, C, Warn};
use doorstep_schemas::view::{ApplianceKind, Build, GasKind, JobKind, Laying, ProtectionClass, Refrigerant, Verdict};

use super::{PASS, UNMEASURED, WARN, built_in, fail, heater, holds, judge, known, row};
use crate::cast::number;

#[test]
fn r11_every_row_of_the_safety_check_is_in_the_built_in_set() {
    let set = built_in();
    for code in "supply_voltage loaded_voltage_drop live_earth neutral_earth earth_live socket_polarity earth_present \
         earth_resistance rcd_present rcd_button rcd_time wire_section breaker_match meter_capacity dedicated_socket \
         bathroom_bonding earth_continuity insulation_appliance insulation_circuit leakage_current water_full_first \
         safety_valve wall_load water_pressure vacuum leak_test running_current air_delta outlet_temperature \
         terminal_temperature gas_type gas_leak co_room gas_age flue transport_bolts drain_height spin"
        .split_whitespace()
    {
        assert!(set.row(code).is_some(), "{code}");
    }
    let problems = doorstep_schemas::rules::limits::problems(&set);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn r11_the_voltage_is_judged_by_the_standard_and_fails_outside_the_nameplate() {
    let plain = Context::new(JobKind::Repair, ApplianceKind::Television);
    let table = [
        ("186.9", fail(A)),
        ("187", WARN),
        ("197.9", WARN),
        ("198", PASS),
        ("235.4", PASS),
        ("235.5", WARN),
        ("253", WARN),
        ("253.1", fail(A)),
    ];
    holds("supply_voltage", "multimeter", &plain, &table);
    let wide = plain.clone().with_nameplate_volts(Some(Span { from: 100_000, to: 240_000 }));
    holds("supply_voltage", "multimeter", &wide, &[("100", WARN), ("99.9", fail(A)), ("240.1", fail(A))]);
    let reversed = plain.with_nameplate_volts(Some(Span { from: 240_000, to: 100_000 }));
    holds("supply_voltage", "multimeter", &reversed, &table);
}

#[test]
fn r11_voltages_are_held_against_each_other() {
    let at = |idle: i64| heater().with_reading("supply_voltage", &number(idle));
    let drop = |idle, table: &[_]| holds("loaded_voltage_drop", "multimeter", &at(idle), table);
    drop(228_000, &[("219", PASS), ("228", PASS), ("230", PASS)]);
    drop(200_000, &[("190", PASS), ("189.999", WARN), ("180", WARN), ("179.999", fail(A))]);
    let said = judge("loaded_voltage_drop", "multimeter", "219", &at(228_000)).reason;
    assert_eq!(said.zh, "219 V 对 228 V，3.9 %，合格");
    assert_eq!(said.en, "219 V against 228 V, 3.9 %: pass");
    let tight = judge("loaded_voltage_drop", "multimeter", "189.999", &at(200_000)).reason;
    assert_eq!(tight.en, "189.999 V against 200 V, 5.001 %, above 5 %: warning");

    let table = [("210", PASS), ("230", PASS), ("209.9", WARN), ("230.1", WARN), ("170.001", WARN), ("170", fail(A))];
    holds("live_earth", "multimeter", &at(220_000), &table);
    let table = [("0", PASS), ("4.9", PASS), ("5", WARN), ("49.9", WARN), ("50", fail(A)), ("112", fail(A))];
    holds("neutral_earth", "multimeter", &heater(), &table);
    let alone = Context::new(JobKind::Install, ApplianceKind::StorageHeater);
    for code in ["loaded_voltage_drop", "live_earth"] {
        let judged = judge(code, "multimeter", "220", &alone);
        assert_eq!(judged.verdict, Verdict::NotMeasured);
        assert_eq!(judged.missing, [Lack::Reading("supply_voltage".to_owned())]);
    }
}

#[test]
fn r12_a_floating_earth_in_dawan_stops_the_heater() {
    let house = heater().with_reading("supply_voltage", &number(221_000));
    holds("supply_voltage", "multimeter", &house, &[("221", PASS)]);
    holds("live_earth", "multimeter", &house, &[("108", fail(A))]);
    holds("neutral_earth", "multimeter", &house, &[("112", fail(A))]);
    holds("earth_present", "multimeter", &house, &[("none", fail(A))]);
    let after = safety::after_failure(A, JobKind::Install, ApplianceKind::StorageHeater, false);
    assert_eq!(after, safety::Consequence::Stop);
}

#[test]
fn r11_a_live_earth_is_measured_with_a_load_and_a_pen_alone_proves_nothing() {
    let wet = heater();
    let dry = heater().with_wet_room(Some(false));
    let meter = "low_impedance";
    let table = [("0", PASS), ("11.9", PASS), ("12", WARN), ("24.9", WARN), ("25", fail(C)), ("50", fail(C))];
    holds("earth_live", meter, &wet, &table);
    let table = [("11.9", PASS), ("12", WARN), ("25", WARN), ("49.9", WARN), ("50", fail(C))];
    holds("earth_live", meter, &dry, &table);
    let unknown = heater().with_wet_room(None);
    holds("earth_live", meter, &unknown, &[("11.9", PASS), ("24.9", WARN), ("25", fail(C)), ("49.9", fail(C))]);
    assert_eq!(judge("earth_live", meter, "30", &unknown).missing, [Lack::WetRoom]);
    assert_eq!(judge("earth_live", meter, "30", &wet).missing, []);
    holds("earth_live", "pen", &wet, &[("lit", UNMEASURED), ("dark", UNMEASURED), ("3", UNMEASURED)]);
}

#[test]
fn r11_a_socket_tester_shows_an_earth_and_never_its_resistance() {
    let table = [("0", PASS), ("4", PASS), ("4.001", fail(A)), ("12.6", fail(A)), ("2000", fail(A))];
    for method in ["loop", "three_pole", "clamp"] {
        holds("earth_resistance", method, &heater(), &table);
    }
    holds(
        "earth_resistance",
        "socket_tester",
        &heater(),
        &[("there", UNMEASURED), ("missing", fail(A)), ("1", UNMEASURED)],
    );
    holds("earth_resistance", "rcd_tester", &heater(), &[("trips", UNMEASURED), ("stays", fail(A))]);
    let table = [("good", PASS), ("none", fail(A)), ("bridged", fail(A)), ("pipe", fail(A)), ("water", UNMEASURED)];
    holds("earth_present", "socket_tester", &heater(), &table);
    let table = [
        ("right", PASS),
        ("swapped", fail(A)),
        ("no_earth", fail(A)),
        ("no_neutral", fail(A)),
        ("live_earth", fail(A)),
    ];
    holds("socket_polarity", "socket_tester", &heater(), &table);
}

#[test]
fn r12_an_rcd_stops_water_heaters_and_is_written_down_elsewhere() {
    for (kind, class) in [
        (ApplianceKind::StorageHeater, A),
        (ApplianceKind::InstantHeater, A),
        (ApplianceKind::GasHeater, A),
        (ApplianceKind::WashingMachine, Warn),
        (ApplianceKind::Television, Warn),
    ] {
        let context = known(JobKind::Repair, kind);
        holds("rcd_present", "", &context, &[("there", PASS), ("coarse", fail(class)), ("none", fail(class))]);
        holds("rcd_button", "", &context, &[("trips", PASS), ("stays", fail(class)), ("none", fail(class))]);
        let table = [("0.1", PASS), ("0.101", WARN), ("0.3", WARN), ("0.301", fail(class))];
        holds("rcd_time", "rcd_tester", &context, &table);
    }
}

#[test]
fn r11_load_breaker_and_wire_each_carry_what_is_before_them() {
    let circuit =
        |watts, breaker, laying| heater().with_rated_watts(watts).with_breaker_amps(breaker).with_laying(laying);
    let wire = |context: &Context, table: &[_]| holds("wire_section", "marking", context, table);
    // 8.5 kW are 38.6 A: a 40 A breaker, and 10 mm² however it is laid.
    wire(&circuit(Some(8_500), Some(40), None), &[("10", PASS), ("9.9", fail(A)), ("6", fail(A)), ("16", PASS)]);
    wire(&circuit(Some(8_500), Some(40), Some(Laying::Conduit)), &[("6", PASS), ("4", fail(A))]);
    wire(&circuit(Some(8_500), Some(40), Some(Laying::Surface)), &[("6", PASS), ("5.9", fail(A))]);
    wire(&circuit(Some(7_480), Some(34), None), &[("6", PASS)]);
    wire(&circuit(Some(7_481), Some(34), None), &[("6", fail(A))]);
    wire(&circuit(Some(7_480), Some(35), None), &[("6", fail(A))]);
    wire(&circuit(Some(100), Some(14), None), &[("1.5", PASS), ("1.4", fail(A)), ("0", fail(A))]);
    wire(&circuit(None, Some(32), None), &[("6", UNMEASURED), ("4", fail(A))]);
    wire(&circuit(Some(2_000), None, None), &[("6", UNMEASURED), ("1", fail(A))]);
    assert_eq!(
        judge("wire_section", "marking", "6", &circuit(None, None, None)).missing,
        [Lack::RatedPower, Lack::Breaker]
    );
    // The breaker read at its own row counts as well.
    wire(
        &circuit(Some(2_000), None, None).with_reading("breaker_match", &number(34_000)),
        &[("6", PASS), ("4", fail(A))],
    );

    let on = |section: i64| circuit(Some(8_800), None, None).with_reading("wire_section", &number(section));
    holds("breaker_match", "", &on(10_000), &[("39", fail(A)), ("40", PASS), ("46", PASS), ("47", fail(A))]);
    holds("breaker_match", "", &Context::new(JobKind::Install, ApplianceKind::InstantHeater), &[("40", UNMEASURED)]);
    let reason = judge("breaker_match", "", "63", &on(10_000)).reason;
    assert_eq!(reason.en, "breaker 63 A > wire carries 46 A: fail");
    holds("meter_capacity", "", &on(10_000), &[("40", PASS), ("39.999", fail(A))]);
    holds("meter_capacity", "", &circuit(None, None, None), &[("60", UNMEASURED)]);
}

#[test]
fn r11_the_dead_unit_is_measured_for_earth_and_insulation() {
    holds("earth_continuity", "milliohm", &heater(), &[("0.1", PASS), ("0.101", fail(B))]);
    let table = [
        ("0.3", fail(B)),
        ("0.99", fail(B)),
        ("0.999", fail(B)),
        ("1", WARN),
        ("1.99", WARN),
        ("2", PASS),
        ("60", PASS),
    ];
    for method in ["megger", "megger_joined"] {
        holds("insulation_appliance", method, &heater(), &table);
    }
    holds("insulation_appliance", "ohmmeter", &heater(), &[("low", fail(B)), ("open", UNMEASURED), ("60", UNMEASURED)]);
    let table = [("0.499", fail(A)), ("0.5", WARN), ("0.999", WARN), ("1", PASS)];
    holds("insulation_circuit", "megger", &heater(), &table);
    let said = judge("insulation_appliance", "megger", "0.3", &heater()).reason;
    assert_eq!((said.zh.as_str(), said.en.as_str()), ("0.3 MΩ，低于 1 MΩ，不合格", "0.3 MΩ, below 1 MΩ: fail"));
    let said = judge("insulation_appliance", "megger", "60", &heater()).reason;
    assert_eq!((said.zh.as_str(), said.en.as_str()), ("60 MΩ，合格", "60 MΩ: pass"));
}

#[test]
fn r11_leakage_goes_by_protection_class_build_and_power() {
    use ProtectionClass::{One, Three, Two, Zero, ZeroOne};
    let of = |class, build, watts| {
        known(JobKind::Repair, ApplianceKind::Other).with_protection(class).with_build(build).with_rated_watts(watts)
    };
    let at = |context: &Context, table: &[_]| holds("leakage_current", "leakage_clamp", context, table);
    at(&of(Some(Two), None, None), &[("0.25", PASS), ("0.251", fail(B))]);
    for class in [Zero, ZeroOne, Three] {
        at(&of(Some(class), None, None), &[("0.5", PASS), ("0.501", fail(B))]);
    }
    at(&of(Some(One), Some(Build::Portable), None), &[("0.75", PASS), ("0.751", fail(B))]);
    at(&of(Some(One), Some(Build::Motor), None), &[("3.5", PASS), ("3.501", fail(B))]);
    let heating = |watts| of(Some(One), Some(Build::Heating), watts);
    at(&heating(Some(500)), &[("0.75", PASS), ("0.751", fail(B))]);
    at(&heating(Some(2_000)), &[("1.5", PASS), ("1.501", fail(B))]);
    at(&heating(Some(8_500)), &[("5", PASS), ("5.001", fail(B))]);
    at(&heating(None), &[("0.75", PASS), ("0.751", UNMEASURED), ("5", UNMEASURED), ("5.001", fail(B))]);
    let cooler = |watts| {
        known(JobKind::Repair, ApplianceKind::AirConditioner).with_protection(Some(One)).with_rated_watts(watts)
    };
    at(&cooler(Some(1_000)), &[("2", PASS), ("2.001", fail(B))]);
    at(&cooler(Some(6_000)), &[("10", PASS), ("10.001", fail(B))]);
    at(&cooler(None), &[("0.001", UNMEASURED), ("10.001", fail(B))]);
    // The strictest class that it may be of.
    let unknown = of(None, None, None);
    at(&unknown, &[("0.25", PASS), ("0.251", fail(B)), ("5.001", fail(B))]);
    assert!(judge("leakage_current", "leakage_clamp", "0.4", &unknown).missing.contains(&Lack::Protection));
}

#[test]
fn r11_a_limit_counts_only_in_the_time_of_its_standard() {
    let made = |month: Option<&str>| heater().with_made(month.and_then(Month::parse));
    let at = |context: &Context, table: &[_]| holds("leakage_current", "leakage_clamp", context, table);
    at(&made(Some("2026-07")), &[("0.2", PASS), ("9", fail(B))]);
    at(&made(Some("2026-08")), &[("0.2", UNMEASURED), ("9", fail(B))]);
    at(&made(None), &[("0.2", UNMEASURED), ("9", fail(B))]);
    assert_eq!(judge("leakage_current", "leakage_clamp", "0.2", &made(None)).missing, [Lack::Manufacture]);
}

#[test]
fn r11_a_circuit_is_evacuated_long_enough_deep_enough_and_holds() {
    let of = |kind, gas| known(JobKind::Install, kind).with_refrigerant(gas);
    let cooler = of(ApplianceKind::AirConditioner, Some(Refrigerant::R32));
    holds("vacuum", "pump", &cooler, &[("14.9", fail(B)), ("15", PASS)]);
    holds("vacuum", "pump", &cooler.clone().with_reading("vacuum_gauge", &number(94_999)), &[("15", fail(B))]);
    holds("vacuum", "pump", &cooler.clone().with_reading("vacuum_gauge", &number(95_000)), &[("15", PASS)]);
    holds("vacuum", "pump", &cooler.clone().with_reading("vacuum_hold", &number(4_999)), &[("15", fail(B))]);
    holds("vacuum_gauge", "gauge", &cooler, &[("94.9", fail(B)), ("95", PASS)]);
    holds("vacuum_hold", "gauge", &cooler, &[("4.9", fail(B)), ("5", PASS)]);
    let bare = Context::new(JobKind::Install, ApplianceKind::AirConditioner);
    holds("vacuum", "pump", &bare, &[("15", UNMEASURED), ("14.9", fail(B))]);
    for (gas, class) in [
        (Some(Refrigerant::R32), B),
        (Some(Refrigerant::R290), B),
        (Some(Refrigerant::R410a), Warn),
        (Some(Refrigerant::R22), Warn),
        (None, B),
    ] {
        holds("leak_test", "", &of(ApplianceKind::AirConditioner, gas), &[("none", PASS), ("bubbles", fail(class))]);
    }
    holds("leak_test", "", &known(JobKind::Install, ApplianceKind::WashingMachine), &[("bubbles", fail(Warn))]);
}

#[test]
fn r11_a_trial_shows_current_air_water_and_heat() {
    let cooler = known(JobKind::Install, ApplianceKind::AirConditioner);
    holds("running_current", "clamp_meter", &cooler, &[("11", PASS), ("11.001", fail(Warn))]);
    holds("running_current", "clamp_meter", &cooler.clone().with_rated_milliamps(Some(0)), &[("5", UNMEASURED)]);
    holds("air_delta", "cooling", &cooler, &[("7.9", fail(Warn)), ("8", PASS)]);
    holds("air_delta", "heating", &cooler, &[("13.9", fail(Warn)), ("14", PASS)]);
    holds("outlet_temperature", "probe", &heater(), &[("50", PASS), ("50.1", fail(B))]);
    let table = [("60", PASS), ("60.1", WARN), ("74.9", WARN), ("75", fail(B))];
    holds("terminal_temperature", "infrared", &heater(), &table);
    let said = judge("terminal_temperature", "infrared", "80", &heater()).reason;
    assert_eq!((said.zh.as_str(), said.en.as_str()), ("80 ℃，达到 75 ℃，不合格", "80 ℃, 75 ℃ or more: fail"));
}

#[test]
fn r11_what_is_mounted_filled_and_set_up_is_looked_at() {
    let washer = known(JobKind::Install, ApplianceKind::WashingMachine);
    holds("water_full_first", "", &heater(), &[("yes", PASS), ("no", fail(B))]);
    let table = [("clear", PASS), ("blocked", fail(B)), ("upward", fail(B)), ("none", fail(B))];
    holds("safety_valve", "", &heater(), &table);
    holds("wall_load", "", &heater(), &[("four_times", PASS), ("less", fail(A)), ("hollow", fail(A))]);
    let bare = Context::new(JobKind::Install, ApplianceKind::StorageHeater);
    holds("water_pressure", "gauge", &bare, &[("0.019", fail(A)), ("0.02", PASS), ("0.5", PASS), ("0.501", fail(A))]);
    let weak = bare.with_nameplate_pressure(Some(Span { from: 50, to: 400 }));
    holds("water_pressure", "gauge", &weak, &[("0.049", fail(A)), ("0.05", PASS), ("0.4", PASS), ("0.401", fail(A))]);
    holds("dedicated_socket", "", &heater(), &[("own", PASS), ("shared", WARN), ("extension", fail(A))]);
    holds("bathroom_bonding", "", &heater(), &[("there", PASS), ("none", WARN)]);
    holds("transport_bolts", "", &washer, &[("out", PASS), ("in", fail(B))]);
    let table = [("59.9", fail(Warn)), ("60", PASS), ("100", PASS), ("100.1", fail(Warn))];
    holds("drain_height", "tape", &washer, &table);
    holds("spin", "", &washer, &[("steady", PASS), ("shakes", fail(Warn))]);
    let cooler = known(JobKind::Remove, ApplianceKind::AirConditioner);
    holds("gas_recovered", "", &cooler, &[("yes", PASS), ("machine", PASS), ("no", fail(B))]);
    holds("isolated_drained", "", &heater(), &[("yes", PASS), ("no", fail(B))]);
}

#[test]
fn r12_gas_and_its_fumes_are_immediate_danger() {
    let gas = known(JobKind::Repair, ApplianceKind::GasHeater);
    holds("gas_type", "", &gas, &[("same", PASS), ("other", fail(C))]);
    for code in ["gas_leak", "gas_leak_trial"] {
        holds(code, "soap", &gas, &[("none", PASS), ("bubbles", fail(C))]);
    }
    let table = [("0", PASS), ("9", PASS), ("9.001", WARN), ("23.9", WARN), ("24", fail(C))];
    holds("co_room", "co_meter", &gas, &table);
    let table =
        [("outdoors", PASS), ("balanced", PASS), ("indoors", fail(C)), ("leaky", fail(C)), ("bathroom", fail(C))];
    holds("flue", "", &gas, &table);
}

#[test]
fn r12_a_gas_heater_past_its_years_is_condemned() {
    let on = |gas| Context::new(JobKind::Repair, ApplianceKind::GasHeater).with_gas(gas).with_job_day("2026-11-21");
    let bottled = on(Some(GasKind::Lpg));
    let table =
        [("2018.12", PASS), ("2018.11", fail(C)), ("2017.04", fail(C)), ("2026.11", PASS), ("2026.12", UNMEASURED)];
    holds("gas_age", "", &bottled, &table);
    holds("gas_age", "", &on(Some(GasKind::Natural)), &table);
    holds("gas_age", "", &on(Some(GasKind::Town)), &[("2020.12", PASS), ("2020.11", fail(C))]);
    holds("gas_age", "", &on(None), &[("2020.12", PASS), ("2020.11", fail(C)), ("2018.12", fail(C))]);
    assert_eq!(judge("gas_age", "", "2019.01", &on(None)).missing, [Lack::Gas]);
    let said = judge("gas_age", "", "2017.04", &bottled).reason;
    assert_eq!(said.zh, "2017-04 生产，115 个月，达到 96 个月，不合格");
    assert_eq!(said.en, "made 2017-04, 115 months, 96 months or more: fail");
    // The older of the two months that somebody wrote.
    holds("gas_age", "", &bottled.clone().with_made(Month::parse("2017-04")), &[("2024.04", fail(C))]);
    holds("gas_age", "", &bottled, &[("2017.13", UNMEASURED), ("2017.041", UNMEASURED)]);
    let undated = Context::new(JobKind::Repair, ApplianceKind::GasHeater);
    assert_eq!(judge("gas_age", "", "2017.04", &undated).missing, [Lack::JobDay]);
}

#[test]
fn r11_every_row_says_on_which_kinds_it_is_asked() {
    let flue = row("flue");
    assert!(flue.applies_to(JobKind::Repair, ApplianceKind::GasHeater));
    assert!(!flue.applies_to(JobKind::Repair, ApplianceKind::Television));
    let recovered = row("gas_recovered");
    assert!(recovered.applies_to(JobKind::Remove, ApplianceKind::AirConditioner));
    assert!(!recovered.applies_to(JobKind::Repair, ApplianceKind::AirConditioner));
}

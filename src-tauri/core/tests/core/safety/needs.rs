//! Which readings and photos each kind of job asks for.

use doorstep_schemas::rules::limits::Limit;
use doorstep_schemas::rules::needs::NeedSet;
use doorstep_schemas::view::{ApplianceKind, JobKind, NeedWhen, PhotoStage};

use super::built_in;

fn set() -> NeedSet {
    serde_json::from_str(include_str!("../../../rules/needs.json")).unwrap()
}

fn every(job: impl Fn(JobKind, ApplianceKind)) {
    JobKind::ALL.iter().for_each(|kind| ApplianceKind::ALL.iter().for_each(|appliance| job(*kind, *appliance)));
}

#[test]
fn r11_every_need_names_a_row_that_is_asked_on_such_a_job() {
    let (needs, limits) = (set(), built_in());
    every(|job, appliance| {
        for circumstances in [&[][..], NeedWhen::ALL] {
            for code in needs.asked(job, appliance, circumstances).readings {
                let row = limits.row(code).unwrap_or_else(|| panic!("{code}"));
                // A loaner is an installation, whatever the job is.
                let fits = row.applies_to(job, appliance) || row.applies_to(JobKind::Install, appliance);
                assert!(fits, "{code} on {job:?} of {appliance:?}");
            }
        }
    });
}

#[test]
fn r16_every_photo_stage_has_a_name_in_both_languages() {
    let needs = set();
    for stage in PhotoStage::ALL {
        let name = needs.photo_names.get(stage).unwrap_or_else(|| panic!("{stage:?}"));
        assert!(!name.zh.is_empty() && !name.en.is_empty(), "{stage:?}");
    }
}

#[test]
fn r11_whatever_is_put_into_a_house_is_held_against_its_polarity_or_its_earth() {
    let needs = set();
    every(|job, appliance| {
        let asked = needs.asked(job, appliance, &[]);
        let works = matches!(
            job,
            JobKind::Install
                | JobKind::Move
                | JobKind::Exchange
                | JobKind::Repair
                | JobKind::Clean
                | JobKind::Maintenance
                | JobKind::UnitReturn
        );
        let house = asked.readings.iter().any(|code| code.starts_with("earth_") || *code == "socket_polarity");
        let gas = asked.readings.contains(&"gas_leak");
        assert_eq!(house || gas, works || job == JobKind::Survey, "{job:?} {appliance:?}");
        assert!(!works || asked.photos.contains(&PhotoStage::After), "{job:?} {appliance:?}");
        let mut once = asked.readings.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), asked.readings.len(), "{job:?} {appliance:?}: asked twice");
    });
}

#[test]
fn r11_what_is_asked_is_asked_in_the_order_of_the_phases() {
    let (needs, limits) = (set(), built_in());
    every(|job, appliance| {
        let asked = needs.asked(job, appliance, &[]).readings;
        let rows: Vec<&Limit> = asked.iter().filter_map(|code| limits.row(code)).collect();
        assert!(rows.is_sorted_by_key(|row| row.phase), "{job:?} {appliance:?}: {asked:?}");
        // What a row is held against is measured as well.
        for (row, other) in
            [("loaded_voltage_drop", "supply_voltage"), ("vacuum", "vacuum_gauge"), ("breaker_match", "wire_section")]
        {
            assert!(!asked.contains(&row) || asked.contains(&other), "{job:?} {appliance:?}: {row} without {other}");
        }
    });
}

#[test]
fn r15_the_kinds_of_work_ask_for_what_the_trade_does() {
    let needs = set();
    let readings = |job, appliance| needs.asked(job, appliance, &[]).readings;
    let photos = |job, appliance| needs.asked(job, appliance, &[]).photos;
    let all = |asked: &[&str], words: &str| {
        for code in words.split_whitespace() {
            assert!(asked.contains(&code), "{code}");
        }
    };
    let (install, repair) = (JobKind::Install, JobKind::Repair);
    all(
        &readings(install, ApplianceKind::AirConditioner),
        "socket_polarity earth_present supply_voltage loaded_voltage_drop breaker_match wire_section \
         insulation_appliance vacuum leak_test running_current air_delta",
    );
    all(
        &readings(install, ApplianceKind::StorageHeater),
        "earth_resistance socket_polarity earth_live insulation_appliance rcd_button wire_section water_pressure \
         water_full_first wall_load",
    );
    all(
        &readings(install, ApplianceKind::InstantHeater),
        "meter_capacity wire_section earth_resistance rcd_button earth_live loaded_voltage_drop insulation_appliance \
         terminal_temperature outlet_temperature",
    );
    all(
        &readings(repair, ApplianceKind::GasHeater),
        "gas_age gas_type gas_leak co_room socket_polarity water_pressure flue",
    );
    all(
        &readings(install, ApplianceKind::WashingMachine),
        "socket_polarity earth_continuity insulation_appliance supply_voltage rcd_button leak_test transport_bolts",
    );
    let repaired = ["socket_polarity", "earth_resistance", "rcd_button"];
    assert_eq!(readings(repair, ApplianceKind::InstantHeater), repaired);
    assert_eq!(photos(repair, ApplianceKind::InstantHeater), [After]);
    all(&readings(repair, ApplianceKind::StorageHeater), "insulation_appliance earth_live water_full_first");
    use PhotoStage::{After, BoardLabel, Bolts, Bracket, Drain, Flue, Harness, Hose, IndoorPlate, Joint, Nameplate};
    use PhotoStage::{Opening, OutdoorPlate, Socket, Terminals, TransportBolts, Valve};
    let cooler = [Bracket, Harness, IndoorPlate, OutdoorPlate, Joint, Drain, After];
    assert_eq!(photos(install, ApplianceKind::AirConditioner), cooler);
    assert_eq!(photos(install, ApplianceKind::StorageHeater), [Valve, Socket, Bolts, Nameplate, After]);
    assert_eq!(photos(install, ApplianceKind::InstantHeater), [Terminals, BoardLabel, Nameplate, After]);
    assert_eq!(photos(repair, ApplianceKind::GasHeater), [Flue, Hose, Opening, Nameplate, After]);
    assert_eq!(photos(install, ApplianceKind::WashingMachine), [TransportBolts, Nameplate, After]);
    assert_eq!(readings(JobKind::Remove, ApplianceKind::AirConditioner), ["gas_recovered"]);
    assert_eq!(readings(JobKind::Remove, ApplianceKind::StorageHeater), ["isolated_drained"]);
    all(&readings(JobKind::Survey, ApplianceKind::InstantHeater), "meter_capacity wire_section");
    assert_eq!(photos(JobKind::TradeIn, ApplianceKind::Television), [PhotoStage::OldUnit]);
    assert_eq!(photos(JobKind::Appraisal, ApplianceKind::Television), [Nameplate, PhotoStage::Before]);
}

#[test]
fn r16_r17_r24_r30_r32_r44_circumstances_ask_for_more() {
    let needs = set();
    let with = |job, appliance, when| needs.asked(job, appliance, &[when]);
    let pickup = with(JobKind::UnitPickup, ApplianceKind::InstantHeater, NeedWhen::Loaner);
    let installed = needs.asked(JobKind::Install, ApplianceKind::InstantHeater, &[]);
    for code in &installed.readings {
        assert!(pickup.readings.contains(code), "{code}: a loaner is an installation");
    }
    assert!(pickup.photos.contains(&PhotoStage::Loaner) && pickup.photos.contains(&PhotoStage::Terminals));
    let weld = with(JobKind::Repair, ApplianceKind::AirConditioner, NeedWhen::RefrigerantOpened);
    assert!(["vacuum", "leak_test", "running_current"].iter().all(|code| weld.readings.contains(code)));
    assert!(weld.photos.contains(&PhotoStage::Joint));
    let subsidised = with(JobKind::Install, ApplianceKind::Television, NeedWhen::Subsidised).photos;
    for stage in [PhotoStage::Nameplate, PhotoStage::EnergyLabel, PhotoStage::Invoice, PhotoStage::OldUnit] {
        assert!(subsidised.contains(&stage), "{stage:?}");
    }
    for (when, stage) in [
        (NeedWhen::Damage, PhotoStage::Damage),
        (NeedWhen::AtHeight, PhotoStage::Harness),
        (NeedWhen::Concealed, PhotoStage::Concealed),
        (NeedWhen::OldPart, PhotoStage::OldPart),
    ] {
        assert!(with(JobKind::Repair, ApplianceKind::Television, when).photos.contains(&stage), "{stage:?}");
        assert!(!needs.asked(JobKind::Repair, ApplianceKind::Television, &[]).photos.contains(&stage), "{stage:?}");
    }
}

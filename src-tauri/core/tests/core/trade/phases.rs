//! Readings as people take them: dead tests before live ones, with unit and method (R11).

use doorstep::actions::JobError;
use doorstep::actions::readings::ReadingError;
use doorstep::domain::safety::NotAValue;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{Found, RecordReading};
use doorstep_schemas::view::{ApplianceKind, BlockerCode, JobKind, JobOutcome, Jump};

use crate::cast::Phone;
use crate::cast::deeds::{alone, asked, at_home};

/// The rows that a refused reading waits for.
fn too_early(desk: &Phone, reading: &RecordReading) -> Vec<String> {
    match desk.actions.record_reading(reading) {
        Err(ReadingError::TooEarly(blockers)) => {
            assert!(blockers.iter().all(|b| b.code == BlockerCode::PhaseTooEarly && b.subject.is_some()));
            let row = |jump| match jump {
                Jump::Reading { code, .. } => code,
                other => panic!("{other:?}"),
            };
            blockers.into_iter().map(|b| row(b.jump)).collect()
        }
        Ok(_) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

const HOUSE: [(&str, &str); 4] =
    [("socket_polarity", "right"), ("earth_resistance", "2.6"), ("earth_live", "0.4"), ("rcd_button", "trips")];

#[test]
fn r11_the_house_is_measured_before_the_dead_unit() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let insulation = desk.typed(job, heater, "insulation_appliance", "60", "");
    for (n, (code, value)) in HOUSE.iter().enumerate() {
        assert_eq!(too_early(&desk, &insulation), HOUSE[n..].iter().map(|(code, _)| *code).collect::<Vec<_>>());
        desk.measure(job, heater, code, value).unwrap();
    }
    assert_eq!(too_early(&desk, &insulation), [""; 0]);
    assert_eq!(desk.facts(job).sheet.readings.len(), 5, "what came too early was not kept");
}

#[test]
fn r11_the_dead_unit_is_measured_before_the_trial() {
    let (_shop, desk, job, machine) = at_home(&asked(JobKind::Install, ApplianceKind::WashingMachine));
    let trial = desk.typed(job, machine, "spin", "steady", "");
    let house =
        [("socket_polarity", "right"), ("earth_present", "good"), ("supply_voltage", "221"), ("rcd_button", "trips")];
    let dead = [("earth_continuity", "0.05"), ("insulation_appliance", "20"), ("leak_test", "none")];
    assert_eq!(too_early(&desk, &trial).len(), house.len() + dead.len(), "all that is open, at once");
    desk.measure_all(job, machine, &house);
    assert_eq!(too_early(&desk, &trial), dead.map(|(code, _)| code));
    desk.measure_all(job, machine, &dead);
    assert_eq!(too_early(&desk, &trial), [""; 0]);
}

#[test]
fn r11_what_a_socket_without_an_earth_shows_is_written_down_in_figures() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Install, ApplianceKind::StorageHeater));
    let offered = || -> Vec<(String, bool)> {
        let rows = desk.actions.job(job).unwrap().appliances.remove(0).readings;
        let volts = ["supply_voltage", "live_earth", "neutral_earth"];
        let rows = rows.into_iter().filter(|row| volts.contains(&row.code.as_str()));
        rows.map(|row| (row.code, row.required)).collect()
    };
    assert_eq!(offered(), [], "nobody asks for them while the socket is right");
    desk.measure(job, heater, "socket_polarity", "no_earth").unwrap();
    let volts = ["supply_voltage", "live_earth", "neutral_earth"].map(|code| (code.to_owned(), false));
    assert_eq!(offered(), volts);
    let rows = desk.actions.job(job).unwrap().appliances.remove(0).readings;
    let at = rows.iter().position(|row| row.code == "socket_polarity").unwrap();
    assert_eq!(rows[at + 1].code, "supply_voltage", "they stand behind the row that failed");
    desk.measure(job, heater, "supply_voltage", "221").unwrap();
    desk.measure(job, heater, "live_earth", "108").unwrap();
    desk.measure(job, heater, "neutral_earth", "112").unwrap();
    assert_eq!(desk.facts(job).sheet.readings.len(), 4);
    let open = desk.actions.job(job).unwrap().next.blockers;
    let failed = |code: &str| {
        let at = |jump: &Jump| matches!(jump, Jump::Reading { code: of, .. } if of == code);
        open.iter().any(|b| b.code == BlockerCode::ReadingFailed && at(&b.jump))
    };
    assert!(failed("live_earth") && failed("neutral_earth") && !failed("supply_voltage"), "{open:?}");
    desk.pass(1);
    desk.actions.record_reading(&desk.typed(job, heater, "socket_polarity", "right", "重接地线")).unwrap();
    assert_eq!(offered(), volts, "what was measured stays");
}

#[test]
fn r11_r12_a_dangerous_house_keeps_the_later_phases_shut() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    desk.measure_all(job, heater, &HOUSE[1..]);
    desk.measure(job, heater, "socket_polarity", "live_earth").unwrap();
    let insulation = desk.typed(job, heater, "insulation_appliance", "60", "");
    assert_eq!(too_early(&desk, &insulation), ["socket_polarity"]);
    let again = desk.typed(job, heater, "socket_polarity", "right", "");
    assert!(matches!(desk.actions.record_reading(&again), Err(ReadingError::NothingRectified)));
    desk.pass(1);
    desk.actions.record_reading(&RecordReading { rectified: "改接插座".to_owned(), ..again }).unwrap();
    assert_eq!(too_early(&desk, &insulation), [""; 0]);
    assert_eq!(desk.facts(job).sheet.readings.len(), 6, "the failed one stays");
}

#[test]
fn r11_what_was_not_measured_is_said_at_any_time_and_never_opens_a_phase() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let open = |found: Found, code: &str| {
        let input = RecordReading {
            found,
            unit: String::new(),
            method: String::new(),
            ..desk.typed(job, heater, code, "1", "")
        };
        desk.actions.record_reading(&input)
    };
    let none = Found::NotMeasured { reason: "没带兆欧表".to_owned() };
    open(none.clone(), "insulation_appliance").unwrap();
    assert!(matches!(
        open(Found::NotMeasured { reason: " ".to_owned() }, "earth_resistance"),
        Err(ReadingError::Value(NotAValue::Reason))
    ));
    desk.measure_all(job, heater, &[HOUSE[0], HOUSE[2], HOUSE[3]]);
    open(none, "earth_resistance").unwrap();
    let insulation = desk.typed(job, heater, "insulation_appliance", "60", "");
    assert_eq!(too_early(&desk, &insulation), ["earth_resistance"]);
    let open = desk.needs(job, JobOutcome::Completed).unwrap();
    assert_eq!(open.iter().filter(|code| **code == BlockerCode::ReadingNotMeasured).count(), 2);
}

/// What a reading of the earth's resistance is refused for when one thing about it is wrong.
fn refused(desk: &Phone, job: JobId, heater: ShortId, wrong: impl FnOnce(&mut RecordReading)) -> ReadingError {
    let mut input = desk.typed(job, heater, "earth_resistance", "2.6", "");
    wrong(&mut input);
    desk.actions.record_reading(&input).unwrap_err()
}

#[test]
fn r11_a_reading_without_its_unit_or_method_is_no_reading() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let ohm = "Ω".to_owned();
    let refused = |wrong: fn(&mut RecordReading)| refused(&desk, job, heater, wrong);
    let is = |error: ReadingError, expected: &NotAValue| match error {
        ReadingError::Value(value) => assert_eq!(value, *expected),
        other => panic!("{other}"),
    };
    is(refused(|r| r.unit.clear()), &NotAValue::UnitMissing { expected: ohm.clone() });
    is(refused(|r| r.unit = "MΩ".into()), &NotAValue::Unit { expected: ohm.clone(), found: "MΩ".into() });
    is(refused(|r| r.method = "socket_tester".into()), &NotAValue::Qualitative("socket_tester".into()));
    is(refused(|r| r.found = Found::Choice { option: "good".into() }), &NotAValue::Kind);
    is(refused(|r| r.calibrated = "去年".into()), &NotAValue::Calibration("去年".into()));
    let number = |thousandths: i64| Found::Number { thousandths: doorstep_schemas::view::Thousandths(thousandths) };
    for absurd in [-1, i64::MIN, i64::MAX, 2_000_001] {
        let mut input = desk.typed(job, heater, "earth_resistance", "2.6", "");
        input.found = number(absurd);
        is(desk.actions.record_reading(&input).unwrap_err(), &NotAValue::Number { unit: ohm.clone(), most: 2_000_000 });
    }
    assert!(matches!(refused(|r| r.method.clear()), ReadingError::Method));
    assert!(matches!(refused(|r| r.method = "by_eye".into()), ReadingError::Method));
    assert!(matches!(refused(|r| r.code = "feng_shui".into()), ReadingError::Unknown(code) if code == "feng_shui"));
    assert!(matches!(refused(|r| r.instrument = "长".repeat(201)), ReadingError::TooLong));
    let strange = ShortId::mint([77; 5]);
    let mut input = desk.typed(job, strange, "earth_resistance", "2.6", "");
    let error = desk.actions.record_reading(&input).unwrap_err();
    assert!(matches!(error, ReadingError::Job(JobError::NoAppliance(id)) if id == strange));
    assert_eq!(desk.facts(job).sheet.readings, [], "nothing of it was kept");
    input.appliance = heater;
    desk.actions.record_reading(&input).unwrap();
}

#[test]
fn r11_nobody_measures_before_arriving() {
    let (_shop, desk, job, heater) = alone(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    assert!(matches!(desk.measure(job, heater, "socket_polarity", "right"), Err(ReadingError::NotArrived)));
}

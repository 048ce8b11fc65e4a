//! Which set judges, what a set must not be, and that another set judges otherwise without new code.

use doorstep::domain::facts::{Job, Noted, Order, Reading, Sheet};
use doorstep::domain::gates::Judge;
use doorstep::domain::safety::{self, Context, Month, set_for};
use doorstep::rules::RuleBook;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::rules::limits::{By, Dates, How, Limit, LimitSet, Measure, Quantity, problems};
use doorstep_schemas::view::{ApplianceKind, FailureClass, JobKind, Text, Verdict};

use super::{built_in, heater, row, taken};
use crate::cast::{NOON, number};

fn dated(version: &str, from: &str) -> LimitSet {
    LimitSet { version: version.to_owned(), valid_from: from.to_owned(), ..built_in() }
}

#[test]
fn r11_the_house_goes_by_the_day_of_the_job_and_an_appliance_by_the_day_it_was_made() {
    let (old, new) = (dated("1", "2020-01-01"), dated("2", "2026-08-01"));
    let pick = |dates, made: Option<&str>, day| {
        let found = set_for([&new, &old], dates, made.and_then(Month::parse), day);
        found.map(|set| set.version.clone()).unwrap()
    };
    assert_eq!(pick(Dates::Job, Some("2021-03"), "2026-11-21"), "2");
    assert_eq!(pick(Dates::Job, None, "2026-07-31"), "1");
    assert_eq!(pick(Dates::Job, None, "2026-08-01"), "2");
    assert_eq!(pick(Dates::Manufacture, Some("2021-03"), "2026-11-21"), "1");
    assert_eq!(pick(Dates::Manufacture, Some("2026-07"), "2026-11-21"), "1");
    assert_eq!(pick(Dates::Manufacture, Some("2026-08"), "2026-11-21"), "2");
    assert_eq!(pick(Dates::Manufacture, None, "2026-11-21"), "2", "of unknown age: as new");
    assert_eq!(pick(Dates::Manufacture, Some("2005-01"), "2026-11-21"), "1", "older than any set");
    assert!(set_for([], Dates::Job, None, "2026-11-21").is_none());
    assert_eq!(row("socket_polarity").dates, Dates::Job);
    assert_eq!(row("insulation_appliance").dates, Dates::Manufacture);
}

#[test]
fn r11_a_reading_by_a_set_that_is_not_here_is_not_measured() {
    let book = RuleBook::built_in().unwrap();
    let book = book.at(NOON);
    assert!(book.limit_of(&[], "earth_resistance").is_some(), "named none: the one in force");
    assert!(book.limit_of(book.limit_set(), "earth_resistance").is_some());
    assert!(book.limit_of(&[9; 32], "earth_resistance").is_none());
    let mut reading = taken("earth_resistance", "loop", number(1_000), 1);
    let taken_by = Noted::now(0, None, ShortId::mint([1; 5]));
    let job = Job { order: Order::blank(JobKind::Repair, taken_by), sheet: Sheet::default() };
    let verdict = |reading: &Reading| Judge::new(&job, &book).verdict(reading);
    assert_eq!(verdict(&reading), Verdict::Pass);
    reading.limits = book.limit_set().to_vec();
    assert_eq!(verdict(&reading), Verdict::Pass);
    reading.limits = vec![9; 32];
    assert_eq!(verdict(&reading), Verdict::NotMeasured);
    let judged = safety::unknown_set();
    assert_eq!((judged.verdict, judged.class), (Verdict::NotMeasured, None));
    assert!(judged.reason.en.contains("limit set not on this device"));
}

#[test]
fn r11_another_set_may_judge_an_earth_by_touch_voltage() {
    let mut limit = row("earth_resistance");
    let Measure::Number { by, .. } = &mut limit.measure else { panic!("a number") };
    let By::Fixed { bands } = by.clone() else { panic!("fixed") };
    // IEC TT: RA × IΔn ≤ 50 V.
    let touch = [(None, Some(50_000), 0), (Some(50_001), None, 1)];
    let bands = touch.map(|(from, to, i)| doorstep_schemas::rules::limits::Band { from, to, ..bands[i] }).to_vec();
    *by = By::Against { of: Quantity::RcdRating, how: How::Times, unit: "V".to_owned(), bands };
    let mut set = built_in();
    set.limits = vec![limit.clone()];
    assert_eq!(problems(&set), []);
    let at = |ohms: i64, rcd| safety::judge(&limit, &number(ohms), "loop", &heater().with_rcd_milliamps(rcd));
    assert_eq!(at(1_666_666, Some(30)).verdict, Verdict::Pass);
    assert_eq!(at(1_666_700, Some(30)).class, Some(FailureClass::A));
    assert_eq!(at(100_000, Some(300)).verdict, Verdict::Pass);
    assert_eq!(at(100_000, Some(500)).verdict, Verdict::Pass);
    assert_eq!(at(100_001, Some(500)).verdict, Verdict::Fail);
    assert_eq!(at(100_000, None).missing, [safety::Lack::RcdRating]);
}

#[test]
fn r11_a_row_says_nothing_good_outside_its_dates_and_a_failure_stays_one() {
    let mut house = row("earth_resistance");
    (house.valid_from, house.valid_to) = (Some("2026-06-01".to_owned()), Some("2026-11-21".to_owned()));
    let on = |ohms, day: &str| safety::judge(&house, &number(ohms), "loop", &Context::default().with_job_day(day));
    for (day, expected) in [
        ("2026-05-31", Verdict::NotMeasured),
        ("2026-06-01", Verdict::Pass),
        ("2026-11-21", Verdict::Pass),
        ("2026-11-22", Verdict::NotMeasured),
        ("someday", Verdict::NotMeasured),
    ] {
        assert_eq!(on(1_000, day).verdict, expected, "{day}");
        assert_eq!(on(12_600, day).verdict, Verdict::Fail, "{day}");
    }
    assert_eq!(on(1_000, "someday").missing, [safety::Lack::JobDay]);
}

#[test]
fn r12_what_is_not_known_of_an_appliance_is_taken_at_its_gravest() {
    let rcd = row("rcd_button");
    assert_eq!(safety::class_of(&rcd, &Context::default()), FailureClass::A);
    assert_eq!(safety::class(&rcd, ApplianceKind::Television), FailureClass::Warn);
    let vacuum = row("vacuum");
    assert_eq!(safety::class(&vacuum, ApplianceKind::AirConditioner), FailureClass::B);
    assert_eq!(safety::class(&vacuum, ApplianceKind::Television), FailureClass::Warn);
}

/// Breaks one row of the set and says what must be told of it.
fn broken(code: &str, told: &str, break_it: impl FnOnce(&mut Limit)) {
    let mut set = built_in();
    break_it(set.limits.iter_mut().find(|limit| limit.code == code).unwrap());
    let found = problems(&set);
    assert!(found.iter().any(|(_, reason)| reason.contains(told)), "{told:?} in {found:?}");
}

fn bands(limit: &mut Limit) -> &mut Vec<doorstep_schemas::rules::limits::Band> {
    match &mut limit.measure {
        Measure::Number { by: By::Fixed { bands } | By::Against { bands, .. }, .. } => bands,
        other => panic!("{other:?}"),
    }
}

fn by(limit: &mut Limit) -> &mut By {
    match &mut limit.measure {
        Measure::Number { by, .. } => by,
        Measure::Choice { .. } => panic!("a number"),
    }
}

#[test]
fn r11_a_set_with_a_hole_an_overlap_or_a_missing_word_is_told() {
    broken("earth_resistance", "a hole between", |l| bands(l)[1].from = Some(5_000));
    broken("earth_resistance", "overlap", |l| bands(l)[1].from = Some(3_000));
    broken("earth_resistance", "both ends", |l| bands(l)[1].to = Some(9_000));
    broken("earth_resistance", "both ends", |l| bands(l).clear());
    broken("earth_resistance", "no band passes", |l| bands(l)[0].verdict = Verdict::Fail);
    broken("earth_resistance", "not applicable", |l| bands(l)[1].verdict = Verdict::NotApplicable);
    broken("terminal_temperature", "ends before it begins", |l| bands(l)[1].to = Some(1));
    broken("earth_resistance", "says nothing then", |l| bands(l)[1].verdict = Verdict::Warn);
    broken("earth_resistance", "there twice", |l| l.code = "socket_polarity".to_owned());
    broken("earth_resistance", "not in small letters", |l| l.code = "Earth".to_owned());
    broken("earth_resistance", "name has no text in en", |l| l.name.en.clear());
    broken("earth_resistance", "on_fail has no text in zh", |l| l.on_fail.zh = " ".to_owned());
    broken("terminal_temperature", "one language only", |l| l.on_warn.en.clear());
    broken("earth_resistance", "a method has no text", |l| l.methods[0].label = Text::default());
    broken("earth_resistance", "no code or there twice", |l| l.methods[1].code = "loop".to_owned());
    broken("earth_resistance", "no method gives a value", |l| drop(l.methods.drain(..3)));
    broken("earth_resistance", "is not a date", |l| l.valid_to = Some("2026-02-29".to_owned()));
    broken("earth_resistance", "is not a date", |l| l.valid_from = Some("2026-2-1".to_owned()));
    broken("earth_resistance", "before valid_from", |l| {
        (l.valid_from, l.valid_to) = (Some("2026-02-02".to_owned()), Some("2026-02-01".to_owned()));
    });
    broken("rcd_button", "no option passes", |l| {
        let Measure::Choice { options } = &mut l.measure else { panic!("a choice") };
        options.remove(0);
    });
    broken("live_earth", "is not another row", |l| {
        let By::Against { of, .. } = by(l) else { panic!("against") };
        *of = Quantity::Reading("voltage".to_owned());
    });
    broken("supply_voltage", "range ends before", |l| {
        let By::Nameplate { assume, .. } = by(l) else { panic!("nameplate") };
        assume.to = 0;
    });
    broken("vacuum", "is not another row", |l| {
        let By::Together { with, .. } = by(l) else { panic!("together") };
        with[0].reading = "vacuum".to_owned();
    });
    broken("gas_age", "last case must fit", |l| {
        let By::Age { cases } = by(l) else { panic!("age") };
        cases.pop();
    });
    broken("leakage_current", "out of order", |l| {
        let By::Cases { cases } = by(l) else { panic!("cases") };
        cases[2].ceiling.as_mut().unwrap().least = 99_000;
    });
    broken("air_delta", "not one of the row's methods", |l| drop(l.methods.remove(0)));
    broken("wire_section", "must carry more", |l| {
        let By::Circuit(circuit) = by(l) else { panic!("circuit") };
        circuit.carries[0].wires.swap(0, 1);
    });
    broken("wire_section", "unknown wire", |l| {
        let By::Circuit(circuit) = by(l) else { panic!("circuit") };
        circuit.unknown_laying = None;
    });
    broken("breaker_match", "beside", |l| {
        let By::Circuit(circuit) = by(l) else { panic!("circuit") };
        circuit.beside = None;
    });
    for (what, set) in [
        ("not a date", dated("1", "2026-11-31")),
        ("not named", LimitSet { set: "limit".to_owned(), ..built_in() }),
        ("no row", LimitSet { limits: Vec::new(), ..built_in() }),
    ] {
        assert!(problems(&set).iter().any(|(_, reason)| reason.contains(what)), "{what}");
    }
}

#[test]
fn r11_wire_and_breaker_are_judged_by_one_table() {
    let carries = |code| match by(&mut row(code)) {
        By::Circuit(circuit) => circuit.carries.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(carries("wire_section"), carries("breaker_match"));
}

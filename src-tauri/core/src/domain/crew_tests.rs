//! Certificates, then grades, as the law and the outlet have them.

use super::*;
use crate::domain::facts::outlet::{GradeGiven, RosterNote};
use crate::domain::facts::{FieldValue, Override};
use crate::domain::record::At;
use crate::domain::scene::{DAY, NOON, id, job, member, noted};
use proptest::prelude::*;

fn holds(n: u32, by: Option<u8>, kind: CertificateKind, expires: i64) -> Certificate {
    Certificate {
        id: id(n),
        member: by.map(member),
        kind: kind.into(),
        number: format!("T{n}"),
        issued: Some(At(0)),
        expires: Some(At(expires)),
        withdrawn: false,
        photo: None,
        noted: noted(NOON),
    }
}

fn graded(n: u32, by: u8, grade: Grade, years: i64) -> GradeGiven {
    GradeGiven { id: id(n), member: member(by), grade: grade.into(), years, note: String::new(), noted: noted(NOON) }
}

fn event(n: u32, by: u8, event: RosterEvent, level: &str, passed: bool) -> RosterNote {
    let (event, level) = (event.into(), level.to_owned());
    RosterNote {
        id: id(n),
        member: member(by),
        event,
        text: String::new(),
        level,
        passed,
        fen: 0,
        takes_back: None,
        noted: noted(NOON),
    }
}

fn stops(roster: &Roster, crew: &[u8], job: &Job) -> Vec<String> {
    let crew: Vec<MemberId> = crew.iter().map(|n| member(*n)).collect();
    let found = certificate_stops(roster, &crew, job, NOON, &CrewRules::default());
    found.into_iter().map(|o| o.why.zh).collect()
}

#[test]
fn r7_work_asks_for_the_certificates_of_the_law() {
    use ApplianceKind::{AirConditioner, GasHeater, StorageHeater, Television};
    use CertificateKind::{GasFiling, LowVoltage, Welding, WorkAtHeight};
    let of = |kind, appliance, symptom: &str, height| {
        let mut job = job(kind, &[appliance]);
        job.order.symptom = symptom.to_owned();
        job.order.at_height = height;
        needed(&job, &CrewRules::default())
    };
    assert_eq!(of(JobKind::Install, AirConditioner, "", false), [WorkAtHeight, LowVoltage]);
    assert_eq!(of(JobKind::Repair, AirConditioner, "漏氟", false), [LowVoltage, Welding]);
    assert_eq!(of(JobKind::Repair, StorageHeater, "不热", true), [WorkAtHeight, LowVoltage]);
    assert_eq!(of(JobKind::Clean, GasHeater, "", false), [GasFiling]);
    assert_eq!(of(JobKind::Repair, Television, "", false), []);
    let mut brazed = job(JobKind::Maintenance, &[AirConditioner]);
    let charge = crate::domain::facts::Charge {
        id: id(1),
        appliance: id(1),
        gas: String::new(),
        leak_found: true,
        leak_at: String::new(),
        welded: true,
        grams: 0,
        charged_when_welding: false,
        before_kpa: None,
        after_kpa: None,
        evacuation: doorstep_schemas::view::Evacuation::Pump.into(),
        minutes: 0,
        noted: noted(NOON),
    };
    brazed.sheet.charges = vec![charge];
    assert_eq!(needed(&brazed, &CrewRules::default()), [Welding], "what was done on site");
}

#[test]
fn r7_a_certificate_that_is_missing_expired_or_withdrawn_blocks() {
    let job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
    let kind = CertificateKind::LowVoltage;
    let mut roster = Roster::default();
    assert_eq!(stops(&roster, &[1], &job), ["低压电工证：没有登记"]);
    roster.certificates = vec![holds(1, Some(1), kind, NOON + 1)];
    assert!(stops(&roster, &[1], &job).is_empty(), "its last moment");
    roster.certificates[0].expires = Some(At(NOON));
    assert_eq!(stops(&roster, &[1], &job), ["低压电工证：2026-11-21 到期"]);
    roster.certificates.push(holds(2, Some(1), kind, NOON + DAY));
    assert!(stops(&roster, &[1], &job).is_empty(), "renewed under a new number");
    let mut withdrawn = Certificate { withdrawn: true, id: id(3), ..roster.certificates[1].clone() };
    withdrawn.noted.at_ms += 1;
    roster.certificates.push(withdrawn);
    assert_eq!(stops(&roster, &[1], &job), ["低压电工证：2026-11-21 到期"], "the renewed one was withdrawn");
    roster.certificates = vec![Certificate { issued: Some(At(NOON + DAY)), ..holds(4, Some(1), kind, NOON + 2 * DAY) }];
    assert_eq!(stops(&roster, &[1], &job), ["低压电工证：2026-11-22 起有效"]);
}

#[test]
fn r7_one_of_the_crew_holds_it_and_the_gas_filing_is_the_outlets() {
    let heater = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
    let certificates = vec![holds(1, Some(2), CertificateKind::LowVoltage, NOON + DAY)];
    let mut roster = Roster { certificates, ..Roster::default() };
    assert!(!stops(&roster, &[1], &heater).is_empty());
    assert!(stops(&roster, &[1, 2], &heater).is_empty());
    let gas = job(JobKind::Repair, &[ApplianceKind::GasStove]);
    roster.certificates = vec![holds(2, Some(1), CertificateKind::GasFiling, NOON + DAY)];
    assert_eq!(stops(&roster, &[1], &gas), ["网点燃气备案：没有登记"], "a person's paper is no filing");
    roster.certificates[0].member = None;
    assert!(stops(&roster, &[1], &gas).is_empty());
}

#[test]
fn r7_grades_meet_the_faults_difficulty_unless_switched_off_or_set_aside_with_a_reason() {
    let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
    job.order.difficulty = Some(Grade::B);
    let mut roster = Roster { grades: vec![graded(1, 1, Grade::C, 1), graded(2, 2, Grade::A, 2)], ..Roster::default() };
    let found = |roster: &Roster, job: &Job, crew: &[u8]| {
        grade_stops(roster, &crew.iter().map(|n| member(*n)).collect::<Vec<_>>(), job).len()
    };
    assert_eq!((found(&roster, &job, &[1]), found(&roster, &job, &[1, 2]), found(&roster, &job, &[3])), (1, 0, 1));
    let mut with = job.clone();
    let aside = |reason: &str, who| Override {
        id: id(5),
        of: OverrideOf::Grade.into(),
        member: Some(member(who)),
        reason: reason.to_owned(),
        noted: noted(NOON),
    };
    with.order.overrides = vec![aside("", 1)];
    assert_eq!(found(&roster, &with, &[1]), 1, "without a reason");
    with.order.overrides = vec![aside("人手不足，电话带教", 2)];
    assert_eq!(found(&roster, &with, &[1]), 1, "somebody else's");
    with.order.overrides = vec![aside("人手不足，电话带教", 1)];
    assert_eq!(found(&roster, &with, &[1]), 0);
    let off = FieldValue { value: "off".to_owned(), others: Vec::new() };
    roster.about.insert("outlet/grades".to_owned(), off);
    assert_eq!(found(&roster, &job, &[1]), 0);
}

#[test]
fn r7_grade_d_is_accompanied() {
    let job = job(JobKind::Clean, &[ApplianceKind::RangeHood]);
    let roster = Roster { grades: vec![graded(1, 1, Grade::D, 0), graded(2, 2, Grade::C, 0)], ..Roster::default() };
    assert_eq!(grade_stops(&roster, &[member(1)], &job).len(), 1);
    assert!(grade_stops(&roster, &[member(1), member(2)], &job).is_empty());
    assert!(grade_stops(&roster, &[member(3)], &job).is_empty(), "a grade nobody gave is no D");
}

#[test]
fn r7_a_grade_is_earned_by_years_exam_and_interview() {
    let rules = CrewRules::default();
    for (years, level, interview, grade) in [
        (9, "", true, Grade::D),
        (0, "初级", false, Grade::C),
        (1, "中级", false, Grade::B),
        (0, "senior", false, Grade::C),
        (2, "高级", false, Grade::A),
        (3, "高级", false, Grade::A),
        (3, "Senior", true, Grade::APlus),
    ] {
        let roster = Roster {
            grades: vec![graded(1, 1, Grade::D, years)],
            events: vec![
                event(2, 1, RosterEvent::Exam, level, true),
                event(3, 1, RosterEvent::Exam, "高级", false),
                event(4, 1, RosterEvent::Interview, "", interview),
            ],
            ..Roster::default()
        };
        assert_eq!(grade_earned(&roster, member(1), &rules), Some(grade), "{years} {level} {interview}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn r7_papers_and_grades_in_any_order_say_the_same(
        papers in proptest::collection::vec((0u32..3, -2i64..3, any::<bool>(), 0i64..4), 0..8),
    ) {
        let mut roster = Roster::default();
        for (n, (number, expires, withdrawn, at)) in (10..).zip(&papers) {
            let mut one = holds(*number, Some(1), CertificateKind::Welding, NOON + expires * DAY);
            one.id = id(n);
            one.withdrawn = *withdrawn;
            one.noted.at_ms += at;
            roster.certificates.push(one);
            let mut given = graded(n, 1, Grade::ALL[*number as usize], 1);
            given.noted.at_ms += at;
            roster.grades.push(given);
        }
        let of = |r: &Roster| (certificate(r, Some(member(1)), CertificateKind::Welding, NOON), grade(r, member(1)));
        let once = of(&roster);
        roster.certificates.reverse();
        roster.grades.reverse();
        prop_assert_eq!(of(&roster), once);
    }
}

//! Certificates, then grades: who may be sent to which work (R7).
//!
//! Certificates are law and have no override. Grades are the outlet's own: it can switch them off, and the owner can set
//! them aside for one job with a reason.

use std::collections::BTreeMap;

use doorstep_schemas::enrol::RoleName;
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{ApplianceKind, BlockerCode, CertificateKind, Grade, JobKind, OverrideOf, RosterEvent};

use super::calendar;
use super::facts::outlet::{Certificate, Roster};
use super::facts::{CrewMember, Job};
use super::obstacle::Obstacle;
use super::record::last;

/// When work needs a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// Where the order foresees work at height.
    AtHeight,
    /// Where the circuit is brazed.
    Brazing,
}

/// One row of the law's table: this work on these appliances needs this certificate. Empty lists mean all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRule {
    pub kind: CertificateKind,
    pub jobs: Vec<JobKind>,
    pub appliances: Vec<ApplianceKind>,
    pub when: When,
}

/// What an outlet's rule data says about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrewRules {
    pub certificates: Vec<CertificateRule>,
    /// Words in a symptom or fault that mean brazing.
    pub brazing: Vec<String>,
    pub grades: Vec<GradeRule>,
}

/// What a grade asks for (R7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRule {
    pub grade: Grade,
    pub years: i64,
    /// The level of a passed exam, weakest first; 0 where none is needed.
    pub exam: usize,
    pub interview: bool,
}

/// Exam levels, weakest first, as the roster writes them.
pub const EXAM_LEVELS: [[&str; 3]; 3] =
    [["junior", "初级", "初"], ["intermediate", "中级", "中"], ["senior", "高级", "高"]];

impl Default for CrewRules {
    fn default() -> Self {
        use ApplianceKind::{AirConditioner, GasHeater, GasStove, InstantHeater, StorageHeater};
        use JobKind::{Exchange, Install, Move, Remove, Repair};
        let rule = |kind, jobs: &[JobKind], appliances: &[ApplianceKind], when| CertificateRule {
            kind,
            jobs: jobs.to_vec(),
            appliances: appliances.to_vec(),
            when,
        };
        let grade = |grade, years, exam, interview| GradeRule { grade, years, exam, interview };
        Self {
            certificates: vec![
                rule(CertificateKind::WorkAtHeight, &[], &[], When::AtHeight),
                rule(CertificateKind::WorkAtHeight, &[Install, Move, Remove], &[AirConditioner], When::Always),
                rule(
                    CertificateKind::LowVoltage,
                    &[Install, Move, Exchange, Repair],
                    &[AirConditioner, StorageHeater, InstantHeater],
                    When::Always,
                ),
                rule(CertificateKind::Welding, &[], &[], When::Brazing),
                rule(CertificateKind::GasFiling, &[], &[GasHeater, GasStove], When::Always),
            ],
            brazing: ["焊", "漏氟", "加氟", "braz", "weld"].map(str::to_owned).into(),
            grades: vec![
                grade(Grade::APlus, 3, 3, true),
                grade(Grade::A, 2, 3, false),
                grade(Grade::B, 1, 2, false),
                grade(Grade::C, 0, 1, false),
                grade(Grade::D, 0, 0, false),
            ],
        }
    }
}

/// Whether the outlet keeps its people's papers here at all: nobody is stopped by a roster that was never begun.
pub fn kept(roster: &Roster) -> bool {
    !roster.certificates.is_empty() || !roster.grades.is_empty()
}

/// Whether somebody of these roles is sent to customers at all.
pub fn goes_out(roles: &[RoleName]) -> bool {
    roles.iter().any(|role| !matches!(role, RoleName::Owner))
}

/// Those on the sheet's crew who have not left it, by the last word on each; who has no account goes by the name.
pub fn beside(job: &Job) -> Vec<&CrewMember> {
    let mut last: BTreeMap<(Option<MemberId>, &str), &CrewMember> = BTreeMap::new();
    for one in &job.sheet.crew {
        let who = (one.member, if one.member.is_some() { "" } else { one.name.trim() });
        if who == (None, "") {
            continue;
        }
        let at = |one: &CrewMember| (one.noted.true_ms(), one.id);
        if last.get(&who).is_none_or(|known| at(known) < at(one)) {
            last.insert(who, one);
        }
    }
    last.into_values().filter(|one| !one.left).collect()
}

/// Who goes: those assigned and those on the sheet's crew who have not left it.
pub fn crew(job: &Job) -> Vec<MemberId> {
    let mut out: Vec<MemberId> = job.order.assignees.keys().copied().collect();
    out.extend(beside(job).into_iter().filter_map(|one| one.member));
    out.sort_unstable();
    out.dedup();
    out
}

/// Which certificates the job needs (R7), each once.
pub fn needed(job: &Job, rules: &CrewRules) -> Vec<CertificateKind> {
    let order = &job.order;
    let text = |of: &str| rules.brazing.iter().any(|word| of.to_lowercase().contains(word.as_str()));
    let faults = order.appliances.iter().map(|a| job.field(a, doorstep_schemas::input::SheetField::Fault));
    let brazing = text(&order.symptom)
        || faults.into_iter().any(|fault| text(&fault))
        || job.sheet.charges.iter().any(|c| c.welded);
    let applies = |rule: &&CertificateRule| {
        (rule.jobs.is_empty() || rule.jobs.contains(&order.kind))
            && (rule.appliances.is_empty() || order.appliances.iter().any(|a| rule.appliances.contains(&a.kind)))
            && match rule.when {
                When::Always => true,
                When::AtHeight => order.at_height,
                When::Brazing => brazing,
            }
    };
    let mut out: Vec<CertificateKind> = rules.certificates.iter().filter(applies).map(|rule| rule.kind).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// How somebody stands with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificateStanding {
    Missing,
    Withdrawn,
    Expired(i64),
    NotYet(i64),
    Valid,
}

/// How a member, or the outlet where no member is named, stands with a certificate at a moment (R7). Of each number the
/// last record counts; one valid number is enough. An expiry nobody wrote down doesn't end it.
pub fn certificate(roster: &Roster, member: Option<MemberId>, kind: CertificateKind, at: i64) -> CertificateStanding {
    let mut numbers: BTreeMap<&str, &Certificate> = BTreeMap::new();
    for one in roster.certificates.iter().filter(|c| c.member == member && c.kind.is(kind)) {
        let slot = numbers.entry(one.number.trim()).or_insert(one);
        *slot = last([*slot, one]).unwrap_or(one);
    }
    let standing = |one: &Certificate| match (one.issued, one.expires) {
        _ if one.withdrawn => CertificateStanding::Withdrawn,
        (_, Some(expires)) if expires.0 <= at => CertificateStanding::Expired(expires.0),
        (Some(issued), _) if issued.0 > at => CertificateStanding::NotYet(issued.0),
        _ => CertificateStanding::Valid,
    };
    numbers.into_values().map(standing).max().unwrap_or(CertificateStanding::Missing)
}

/// The law's blocks (R7): a certificate that nobody of the crew holds at that moment, or a filing that the outlet lacks.
pub fn certificate_stops(roster: &Roster, crew: &[MemberId], job: &Job, at: i64, rules: &CrewRules) -> Vec<Obstacle> {
    let mut out = Vec::new();
    for kind in needed(job, rules) {
        let best = match kind {
            CertificateKind::GasFiling => certificate(roster, None, kind, at),
            _ => crew
                .iter()
                .map(|member| certificate(roster, Some(*member), kind, at))
                .max()
                .unwrap_or(CertificateStanding::Missing),
        };
        let (zh, en) = certificate_name(kind);
        let (why_zh, why_en) = match best {
            CertificateStanding::Valid => continue,
            CertificateStanding::Missing => ("没有登记".to_owned(), "not on the roster".to_owned()),
            CertificateStanding::Withdrawn => ("已吊销".to_owned(), "withdrawn".to_owned()),
            CertificateStanding::Expired(on) => {
                let day = calendar::day_name(on);
                (format!("{day} 到期"), format!("expired on {day}"))
            }
            CertificateStanding::NotYet(on) => {
                let day = calendar::day_name(on);
                (format!("{day} 起有效"), format!("valid from {day}"))
            }
        };
        let code = BlockerCode::CertificateMissing;
        out.push(Obstacle::new(code, format!("{zh}：{why_zh}"), format!("{en}: {why_en}")));
    }
    out
}

/// A certificate's name in both languages.
pub fn certificate_name(kind: CertificateKind) -> (&'static str, &'static str) {
    match kind {
        CertificateKind::WorkAtHeight => ("高处作业证", "work at height"),
        CertificateKind::LowVoltage => ("低压电工证", "low-voltage electrician"),
        CertificateKind::Welding => ("焊接与热切割证", "welding"),
        CertificateKind::GasFiling => ("网点燃气备案", "the outlet's gas filing"),
    }
}

/// The grade that a member has (R7): the last one given.
pub fn grade(roster: &Roster, member: MemberId) -> Option<Grade> {
    last(roster.grades.iter().filter(|g| g.member == member)).and_then(|g| g.grade.known())
}

/// Whether the outlet uses grades at all (R7).
pub fn grades_on(roster: &Roster) -> bool {
    roster.about("outlet/grades") != "off"
}

/// Whether the owner set the grade aside for this member on this job, with a reason (R7).
pub fn set_aside(job: &Job, member: MemberId) -> bool {
    let of = job.order.overrides.iter().filter(|o| o.of.is(OverrideOf::Grade) && !o.reason.trim().is_empty());
    of.into_iter().any(|o| o.member.is_none_or(|m| m == member))
}

/// What the outlet's grades have against this crew (R7): the best of them against the fault's difficulty, and nobody of
/// grade D without somebody of C or better.
pub fn grade_stops(roster: &Roster, crew: &[MemberId], job: &Job) -> Vec<Obstacle> {
    if !grades_on(roster) || crew.iter().any(|member| set_aside(job, *member)) {
        return Vec::new();
    }
    let grades: Vec<Option<Grade>> = crew.iter().map(|member| grade(roster, *member)).collect();
    let best = grades.iter().copied().flatten().max();
    let mut out = Vec::new();
    if let Some(asked) = job.order.difficulty.filter(|asked| best.is_none_or(|best| best < *asked)) {
        let (asked, has) = (grade_name(asked), best.map_or("—", grade_name));
        let (zh, en) =
            (format!("故障难度 {asked}，等级 {has}"), format!("The fault asks for {asked}, the grade is {has}"));
        out.push(Obstacle::new(BlockerCode::GradeTooLow, zh, en));
    }
    let alone = grades.contains(&Some(Grade::D)) && best.is_none_or(|best| best < Grade::C);
    if alone {
        let (zh, en) = ("D 级须由 C 级以上带领", "Grade D goes with somebody of C or better");
        out.push(Obstacle::new(BlockerCode::GradeTooLow, zh, en));
    }
    out
}

/// `A+`
pub fn grade_name(grade: Grade) -> &'static str {
    match grade {
        Grade::D => "D",
        Grade::C => "C",
        Grade::B => "B",
        Grade::A => "A",
        Grade::APlus => "A+",
    }
}

/// The best exam that a member passed: 0 none, then [`EXAM_LEVELS`] from 1.
pub fn exam_level(roster: &Roster, member: MemberId) -> usize {
    let passed = roster.events.iter().filter(|e| e.member == member && e.passed && e.event.is(RosterEvent::Exam));
    let level = |text: &str| {
        let text = text.trim().to_lowercase();
        EXAM_LEVELS.iter().position(|names| names.contains(&text.as_str())).map_or(0, |n| n + 1)
    };
    passed.map(|e| level(&e.level)).max().unwrap_or(0)
}

/// The best grade that a member has earned by years, exam and interview (R7): what an owner may give without saying why.
pub fn grade_earned(roster: &Roster, member: MemberId, rules: &CrewRules) -> Option<Grade> {
    let years = last(roster.grades.iter().filter(|g| g.member == member)).map_or(0, |g| g.years);
    let exam = exam_level(roster, member);
    let interviewed =
        roster.events.iter().any(|e| e.member == member && e.passed && e.event.is(RosterEvent::Interview));
    let earned = rules.grades.iter().filter(|r| years >= r.years && exam >= r.exam && (interviewed || !r.interview));
    earned.map(|rule| rule.grade).max()
}

#[cfg(test)]
mod tests {
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
        GradeGiven {
            id: id(n),
            member: member(by),
            grade: grade.into(),
            years,
            note: String::new(),
            noted: noted(NOON),
        }
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
        roster.certificates =
            vec![Certificate { issued: Some(At(NOON + DAY)), ..holds(4, Some(1), kind, NOON + 2 * DAY) }];
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
        let mut roster =
            Roster { grades: vec![graded(1, 1, Grade::C, 1), graded(2, 2, Grade::A, 2)], ..Roster::default() };
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
}

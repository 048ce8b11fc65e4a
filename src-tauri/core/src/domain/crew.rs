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

/// As the built-in set has them.
#[cfg(test)]
impl Default for CrewRules {
    fn default() -> Self {
        static BUILT_IN: std::sync::LazyLock<CrewRules> =
            std::sync::LazyLock::new(|| crate::rules::RuleBook::built_in().unwrap().at(0).crew_rules());
        BUILT_IN.clone()
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
#[path = "crew_tests.rs"]
mod tests;

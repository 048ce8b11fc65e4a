//! Dispatch: whom to send (R7, R35). The law and the grades say who may go; the rest ranks those who may.

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{CertificateKind, Text};

use super::crew::{self, CrewRules};
use super::facts::Job;
use super::facts::outlet::Roster;
use super::obstacle::{Obstacle, say};
use super::score::Score;

/// Somebody who could be sent, as the day stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub member: MemberId,
    /// Open jobs of that day.
    pub load: u32,
    /// Townships where the member is that day anyway.
    pub townships: Vec<String>,
    pub score: Score,
}

/// A candidate with what speaks for and against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub member: MemberId,
    /// Nothing is in the way.
    pub fits: bool,
    pub stops: Vec<Obstacle>,
    pub reasons: Vec<Text>,
}

/// Whom to send, best first (R7): those with nothing in the way; then whom the customer wishes for (R35), who is in that
/// township anyway, who has less to do, who is rated better. `beside` are members who go along. An outlet that keeps no
/// roster here is not asked for papers.
pub fn candidates(
    roster: &Roster,
    job: &Job,
    people: &[Candidate],
    beside: &[MemberId],
    at: i64,
    rules: &CrewRules,
) -> Vec<Suggestion> {
    let township = job.customer().township;
    let asked = crew::kept(roster);
    let mut ranked: Vec<_> = people
        .iter()
        .map(|one| {
            let others = beside.iter().copied().filter(|other| *other != one.member);
            let crew: Vec<MemberId> = others.chain([one.member]).collect();
            let mut stops = crew::certificate_stops(roster, &crew, job, at, rules);
            stops.extend(crew::grade_stops(roster, &crew, job));
            stops.retain(|_| asked);
            let wished = job.order.wished == Some(one.member);
            let nearby = !township.is_empty() && one.townships.contains(&township);
            let mut reasons = reasons(one, wished, nearby.then_some(township.as_str()));
            reasons.extend(may(roster, job, one.member, at, rules));
            reasons.push(one.score.text());
            let rank = (!stops.is_empty(), !wished, !nearby, one.load, std::cmp::Reverse(one.score.rank()), one.member);
            (rank, Suggestion { member: one.member, fits: stops.is_empty(), stops, reasons })
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.dedup_by_key(|(_, suggestion)| suggestion.member);
    ranked.into_iter().map(|(_, suggestion)| suggestion).collect()
}

fn reasons(one: &Candidate, wished: bool, nearby: Option<&str>) -> Vec<Text> {
    let mut out = Vec::new();
    if wished {
        out.push(say("用户点名", "The customer asks for them"));
    }
    if let Some(township) = nearby {
        out.push(say(format!("当天在{township}"), format!("In {township} that day anyway")));
    }
    out.push(match one.load {
        0 => say("当天空闲", "Nothing else that day"),
        load => say(format!("当天还有{load}单"), format!("{load} more that day")),
    });
    out
}

/// What lets somebody do this job: the certificates that it needs, and the grade beside what the fault asks for (R7).
fn may(roster: &Roster, job: &Job, member: MemberId, at: i64, rules: &CrewRules) -> Vec<Text> {
    let holds =
        |kind: &CertificateKind| crew::certificate(roster, Some(member), *kind, at) == crew::CertificateStanding::Valid;
    let mut out: Vec<Text> = crew::needed(job, rules)
        .into_iter()
        .filter(holds)
        .map(|kind| {
            let (zh, en) = crew::certificate_name(kind);
            say(format!("有{zh}"), format!("Holds {en}"))
        })
        .collect();
    if let Some(grade) = crew::grade(roster, member).filter(|_| crew::grades_on(roster)) {
        let name = crew::grade_name(grade);
        out.push(match job.order.difficulty.map(crew::grade_name) {
            Some(asked) => {
                say(format!("等级 {name}，难度 {asked}"), format!("Grade {name}, the fault asks for {asked}"))
            }
            None => say(format!("等级 {name}"), format!("Grade {name}")),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::outlet::{Certificate, GradeGiven};
    use crate::domain::record::At;
    use crate::domain::scene::{DAY, NOON, id, job, member, noted};
    use doorstep_schemas::view::{ApplianceKind, CertificateKind, Grade, JobKind};
    use proptest::prelude::*;

    fn person(n: u8, load: u32, townships: &[&str], stars: &[i64]) -> Candidate {
        Candidate {
            member: member(n),
            load,
            townships: townships.iter().map(|t| (*t).to_owned()).collect(),
            score: Score::of(stars.iter().copied()),
        }
    }

    fn electricians(who: &[u8]) -> Roster {
        let paper = |n: &u8| Certificate {
            id: id(u32::from(*n)),
            member: Some(member(*n)),
            kind: CertificateKind::LowVoltage.into(),
            number: String::new(),
            issued: None,
            expires: Some(At(NOON + DAY)),
            withdrawn: false,
            photo: None,
            noted: noted(NOON),
        };
        Roster { certificates: who.iter().map(paper).collect(), ..Roster::default() }
    }

    fn heater() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.order.customer.township = "石桥铺镇".to_owned();
        job
    }

    fn order(found: &[Suggestion]) -> Vec<MemberId> {
        found.iter().map(|s| s.member).collect()
    }

    #[test]
    fn r7_certificates_come_before_everything_else() {
        let mut job = heater();
        job.order.wished = Some(member(1));
        let people = [person(1, 0, &["石桥铺镇"], &[5; 9]), person(2, 7, &[], &[])];
        let found = candidates(&electricians(&[2]), &job, &people, &[], NOON, &CrewRules::default());
        assert_eq!(order(&found), [member(2), member(1)]);
        assert!(found[0].fits && !found[1].fits);
        assert_eq!(found[1].stops[0].why.en, "low-voltage electrician: not on the roster");
        let with = candidates(&electricians(&[2]), &job, &people[..1], &[member(2)], NOON, &CrewRules::default());
        assert!(with[0].fits, "an electrician goes along");
        let unkept = candidates(&Roster::default(), &job, &people, &[], NOON, &CrewRules::default());
        assert!(unkept.iter().all(|each| each.fits), "a roster that was never begun stops nobody");
    }

    #[test]
    fn r7_r35_wish_then_township_then_load_then_score() {
        let mut job = heater();
        let roster = electricians(&[1, 2, 3, 4]);
        let people = [
            person(1, 2, &[], &[5; 9]),
            person(2, 2, &[], &[3; 9]),
            person(3, 1, &[], &[]),
            person(4, 5, &["石桥铺镇"], &[]),
        ];
        let of = |job: &Job| candidates(&roster, job, &people, &[], NOON, &CrewRules::default());
        assert_eq!(order(&of(&job)), [4, 3, 1, 2].map(member));
        job.order.wished = Some(member(2));
        let found = of(&job);
        assert_eq!(order(&found), [2, 4, 3, 1].map(member));
        assert_eq!(found[0].reasons[0].zh, "用户点名");
        assert_eq!(found[1].reasons[0].zh, "当天在石桥铺镇");
        let told: Vec<&str> = found[2].reasons.iter().map(|reason| reason.zh.as_str()).collect();
        assert_eq!(told, ["当天还有1单", "有低压电工证", "新（0 人评价）"]);
        job.order.difficulty = Some(Grade::B);
        let given = |n, grade: Grade| GradeGiven {
            id: id(n),
            member: member(3),
            grade: grade.into(),
            years: 0,
            note: String::new(),
            noted: noted(NOON),
        };
        let graded = Roster { grades: vec![given(9, Grade::A)], ..roster.clone() };
        let found = candidates(&graded, &job, &people, &[], NOON, &CrewRules::default());
        assert_eq!((found[0].member, found[0].fits, found[1].fits), (member(3), true, false));
        assert!(found[0].reasons.contains(&say("等级 A，难度 B", "Grade A, the fault asks for B")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn r7_the_suggestion_does_not_depend_on_the_order_of_people(
            mut people in proptest::collection::vec((1u8..20, 0u32..4, 1i64..6), 0..8),
        ) {
            people.sort_unstable();
            people.dedup_by_key(|(n, ..)| *n);
            let mut people: Vec<Candidate> = people.iter().map(|(n, load, stars)| person(*n, *load, &[], &[*stars; 6])).collect();
            let roster = electricians(&[2, 4, 6, 8]);
            let once = candidates(&roster, &heater(), &people, &[], NOON, &CrewRules::default());
            people.reverse();
            prop_assert_eq!(candidates(&roster, &heater(), &people, &[], NOON, &CrewRules::default()), once);
        }
    }
}

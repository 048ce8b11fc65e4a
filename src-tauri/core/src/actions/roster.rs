//! 花名册: what the owner's page of the team shows of each member (R7, R35, R47).

use std::collections::BTreeMap;

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{
    AuthorisationLine, CertificateLine, EventLine, Fen, KitLine, MemberView, Millis, RenewalDue, RenewalLine,
    RosterPerson, RosterView, Text,
};

use super::Actions;
use super::board::scores;
use super::facts::FactError;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::crew::{self, CrewRules};
use crate::domain::facts::outlet::{Authorisation, Certificate, Roster};
use crate::domain::obstacle::say;
use crate::domain::record::{At, last};
use crate::domain::reminders;
use crate::domain::roster::{self, Due, Notice, Paper};
use crate::domain::score::Score;

/// Events of a member that are shown, newest first.
const MOST_EVENTS: usize = 40;

impl Actions {
    /// The roster, member by member, and what has to be renewed; owners only.
    pub fn roster(&self) -> Result<RosterView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let rules = store.rules().clone();
        let rules = rules.at(now);
        let notice = Notice { now, days: rules.promises().expiry_notice_days };
        let rules = rules.crew_rules();
        let scores = scores(&mut store, now)?;
        let roster = store.roster()?;
        let members = store.members()?;
        let score = |member| scores.get(&member).copied().unwrap_or_default();
        Ok(RosterView {
            people: members.iter().map(|one| person(&roster, one.id, score(one.id), &rules, notice)).collect(),
            outlet: certificates(&roster, None, notice),
            authorisations: authorisations(&roster, notice),
            renewals: renewals(&roster, &members, notice),
            grades_on: crew::grades_on(&roster),
            contract_visits: reminders::orders_by_itself(&roster),
            notice_days: notice.days,
            now: Millis(now),
        })
    }
}

fn shown(at: Option<At>) -> Option<Millis> {
    at.map(|at| Millis(at.0))
}

fn due_view(due: Due) -> RenewalDue {
    match due {
        Due::Expired => RenewalDue::Expired,
        Due::Soon => RenewalDue::Soon,
        Due::Later => RenewalDue::Later,
        Due::Undated => RenewalDue::Undated,
    }
}

/// What has no end is only asked about where it must have one.
fn due(expires: Option<At>, notice: Notice) -> Option<RenewalDue> {
    expires.map_or(Some(Due::Undated), |at| notice.of(at.0)).map(due_view)
}

fn person(roster: &Roster, member: MemberId, score: Score, rules: &CrewRules, notice: Notice) -> RosterPerson {
    let first =
        calendar::day_start(notice.now) - i64::from(calendar::year_month_day(notice.now).2.saturating_sub(1)) * DAY_MS;
    let years = last(roster.grades.iter().filter(|given| given.member == member)).map_or(0, |given| given.years);
    let kits = roster.kits.iter().filter(|kit| kit.member == member).map(|kit| KitLine {
        id: kit.id,
        level: kit.level.known(),
        instrument: kit.instrument.clone(),
        number: kit.number.clone(),
        calibrated: shown(kit.calibrated),
        due: shown(kit.due),
        renewal: kit.due.and_then(|at| notice.of(at.0)).map(due_view),
    });
    let events = roster.events.iter().rev().filter(|event| event.member == member).take(MOST_EVENTS);
    RosterPerson {
        member,
        grade: crew::grade(roster, member),
        years: u32::try_from(years).unwrap_or(0),
        earned: crew::grade_earned(roster, member, rules),
        score: score.text(),
        certificates: certificates(roster, Some(member), notice),
        kits: kits.collect(),
        events: events
            .map(|event| EventLine {
                id: event.id,
                event: event.event.known(),
                text: event.text.clone(),
                level: event.level.clone(),
                passed: event.passed,
                fen: Fen(event.fen),
                at: Millis(event.noted.happened_ms()),
            })
            .collect(),
        month_fen: Fen(roster::conduct(roster, member, first, calendar::months_after(first, 1)).fen),
    }
}

/// Of each kind and number the last word, without what was withdrawn.
fn certificates(roster: &Roster, member: Option<MemberId>, notice: Notice) -> Vec<CertificateLine> {
    let mut latest: BTreeMap<_, &Certificate> = BTreeMap::new();
    for one in roster.certificates.iter().filter(|one| one.member == member) {
        let Some(kind) = one.kind.known() else { continue };
        let slot = latest.entry((kind, one.number.trim())).or_insert(one);
        *slot = last([*slot, one]).unwrap_or(one);
    }
    let standing = latest.into_iter().filter(|(_, one)| !one.withdrawn);
    let line = |((kind, number), one): ((_, &str), &Certificate)| CertificateLine {
        kind,
        number: number.to_owned(),
        issued: shown(one.issued),
        expires: shown(one.expires),
        due: due(one.expires, notice),
    };
    standing.map(line).collect()
}

fn authorisations(roster: &Roster, notice: Notice) -> Vec<AuthorisationLine> {
    let mut latest: BTreeMap<&str, &Authorisation> = BTreeMap::new();
    for one in &roster.authorisations {
        let slot = latest.entry(one.brand.trim()).or_insert(one);
        *slot = last([*slot, one]).unwrap_or(one);
    }
    let standing = latest.into_iter().filter(|(_, one)| !one.withdrawn);
    let line = |(brand, one): (&str, &Authorisation)| AuthorisationLine {
        brand: brand.to_owned(),
        number: one.number.clone(),
        expires: shown(one.expires),
        due: due(one.expires, notice),
    };
    standing.map(line).collect()
}

fn renewals(roster: &Roster, members: &[MemberView], notice: Notice) -> Vec<RenewalLine> {
    let known = |id| members.iter().find(|member| member.id == id && member.active);
    let found = roster::renewals(roster, notice).into_iter();
    // Nobody renews the papers of somebody who has left.
    let of_ours = found.filter(|one| one.member.is_none_or(|id| known(id).is_some()));
    of_ours
        .map(|one| RenewalLine {
            due: due_view(one.due),
            expires: one.expires.map(Millis),
            member: one.member.and_then(|id| known(id).cloned()),
            what: named(roster, &one.what),
        })
        .collect()
}

fn named(roster: &Roster, paper: &Paper) -> Text {
    match paper {
        Paper::Certificate(kind) => {
            let (zh, en) = crew::certificate_name(*kind);
            say(zh, en)
        }
        Paper::Calibration(id) => {
            let kit = roster.kits.iter().find(|kit| kit.id == *id);
            let name = kit.map_or("", |kit| kit.instrument.trim());
            say(format!("{name} 校准"), format!("calibration of {name}"))
        }
        Paper::Authorisation(brand) => say(format!("{brand} 授权"), format!("authorisation of {brand}")),
    }
}

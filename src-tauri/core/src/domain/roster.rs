//! What the roster asks of the owner: papers about to expire, exams, rewards and penalties (R47).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::view::{CertificateKind, RosterEvent};

use super::calendar::DAY_MS;
use super::crew::{self, CertificateStanding};
use super::facts::outlet::{Roster, RosterNote};

/// How urgent a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    Expired,
    /// Within the days that the outlet wants to be told before.
    Soon,
    /// Within twice as many.
    Later,
    /// Nobody wrote down when it ends.
    Undated,
}

/// A certificate, a filing, a calibration or an authorisation to be renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    pub due: Due,
    pub expires: Option<i64>,
    /// `None` for what is the outlet's own.
    pub member: Option<MemberId>,
    pub what: Paper,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    Certificate(CertificateKind),
    /// Of an instrument, by its record.
    Calibration(ShortId),
    /// Of a brand.
    Authorisation(String),
}

/// A moment, and how many days before their end the outlet wants to be told of papers.
#[derive(Debug, Clone, Copy)]
pub struct Notice {
    pub now: i64,
    pub days: u32,
}

impl Notice {
    /// How urgent a paper is that ends then (R47); `None` while there is time.
    pub fn of(self, expires: i64) -> Option<Due> {
        let notice = i64::from(self.days) * DAY_MS;
        match expires.saturating_sub(self.now) {
            left if left <= 0 => Some(Due::Expired),
            left if left <= notice => Some(Due::Soon),
            left if left <= 2 * notice => Some(Due::Later),
            _ => None,
        }
    }
}

/// What has to be renewed, most urgent first (R47). Of papers of one kind the one that lasts longest counts: a renewed
/// certificate silences the old one.
pub fn renewals(roster: &Roster, notice: Notice) -> Vec<Renewal> {
    let mut latest: BTreeMap<(Option<MemberId>, Paper), Option<i64>> = BTreeMap::new();
    for one in &roster.certificates {
        let Some(kind) = one.kind.known() else { continue };
        let standing = crew::certificate(roster, one.member, kind, notice.now);
        if matches!(standing, CertificateStanding::Missing | CertificateStanding::Withdrawn) || one.withdrawn {
            continue;
        }
        keep(&mut latest, (one.member, Paper::Certificate(kind)), one.expires.map(|at| at.0));
    }
    for kit in roster.kits.iter().filter(|kit| kit.due.is_some()) {
        keep(&mut latest, (Some(kit.member), Paper::Calibration(kit.id)), kit.due.map(|at| at.0));
    }
    let mut brands: BTreeMap<String, _> = BTreeMap::new();
    for one in &roster.authorisations {
        let slot = brands.entry(one.brand.trim().to_owned()).or_insert(one);
        *slot = super::record::last([*slot, one]).unwrap_or(one);
    }
    for (brand, one) in brands.into_iter().filter(|(_, one)| !one.withdrawn) {
        keep(&mut latest, (None, Paper::Authorisation(brand)), one.expires.map(|at| at.0));
    }
    let mut out: Vec<Renewal> = latest
        .into_iter()
        .filter_map(|((member, what), expires)| {
            let due = expires.map_or(Some(Due::Undated), |at| notice.of(at))?;
            Some(Renewal { due, expires, member, what })
        })
        .collect();
    out.sort_by(|a, b| (a.due, a.expires, a.member, &a.what).cmp(&(b.due, b.expires, b.member, &b.what)));
    out
}

/// The longest of the dates that were written; none was written only where all lack one.
fn keep<K: Ord>(latest: &mut BTreeMap<K, Option<i64>>, key: K, expires: Option<i64>) {
    let slot = latest.entry(key).or_insert(expires);
    *slot = (*slot).max(expires);
}

/// The events that stand: neither taken back nor the taking back of one (R47). In the order of time, so that a taking back
/// that was itself a mistake is taken back by a later one.
pub fn standing(events: Vec<RosterNote>) -> Vec<RosterNote> {
    let mut gone = BTreeSet::new();
    let mut out: Vec<RosterNote> = events
        .into_iter()
        .rev()
        .filter(|event| {
            let stands = !gone.contains(&event.id);
            gone.extend(event.takes_back.filter(|_| stands));
            stands && event.takes_back.is_none()
        })
        .collect();
    out.reverse();
    out
}

/// A member's own line on the roster (R47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conduct {
    /// The best exam passed: 0 none, 1 junior, 2 intermediate, 3 senior.
    pub exam: usize,
    pub trainings: u32,
    pub rewards: u32,
    pub penalties: u32,
    /// Rewards less penalties, in fen.
    pub fen: i64,
}

/// Exams, trainings, rewards and penalties of a member between two moments (R47); exams of all time.
pub fn conduct(roster: &Roster, member: MemberId, from: i64, to: i64) -> Conduct {
    let mut out = Conduct { exam: crew::exam_level(roster, member), ..Conduct::default() };
    let theirs = roster.events.iter().filter(|e| e.member == member && (from..to).contains(&e.noted.happened_ms()));
    for event in theirs {
        // A penalty may be written with or without its sign: it takes away either way.
        let amount = i64::try_from(event.fen.unsigned_abs()).unwrap_or(i64::MAX);
        match event.event.known() {
            Some(RosterEvent::Training) => out.trainings = out.trainings.saturating_add(1),
            Some(RosterEvent::Reward) => {
                out.rewards = out.rewards.saturating_add(1);
                out.fen = out.fen.saturating_add(amount);
            }
            Some(RosterEvent::Penalty) => {
                out.penalties = out.penalties.saturating_add(1);
                out.fen = out.fen.saturating_sub(amount);
            }
            Some(RosterEvent::Exam | RosterEvent::Interview | RosterEvent::TakenBack) | None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::outlet::{Authorisation, Certificate, Kit};
    use crate::domain::record::At;
    use crate::domain::scene::{NOON, id, member, noted};
    use doorstep_schemas::view::KitLevel;

    const NOTICE: Notice = Notice { now: NOON, days: 30 };

    fn paper(n: u32, number: &str, expires: Option<i64>) -> Certificate {
        Certificate {
            id: id(n),
            member: Some(member(1)),
            kind: CertificateKind::Welding.into(),
            number: number.to_owned(),
            issued: None,
            expires: expires.map(At),
            withdrawn: false,
            photo: None,
            noted: noted(NOON),
        }
    }

    #[test]
    fn r47_papers_are_called_up_so_many_days_before_they_end_and_twice_as_many() {
        let of = |days: i64, ms: i64| {
            let roster =
                Roster { certificates: vec![paper(1, "T", Some(NOON + days * DAY_MS + ms))], ..Roster::default() };
            renewals(&roster, NOTICE).first().map(|r| r.due)
        };
        for (days, ms, due) in [
            (60, 1, None),
            (60, 0, Some(Due::Later)),
            (30, 1, Some(Due::Later)),
            (30, 0, Some(Due::Soon)),
            (0, 1, Some(Due::Soon)),
            (0, 0, Some(Due::Expired)),
        ] {
            assert_eq!(of(days, ms), due, "{days} {ms}");
        }
    }

    #[test]
    fn r47_a_renewed_paper_silences_the_old_one_and_an_undated_one_is_asked_about() {
        let mut roster = Roster {
            certificates: vec![paper(1, "T1", Some(NOON)), paper(2, "T2", Some(NOON + 90 * DAY_MS))],
            ..Roster::default()
        };
        assert!(renewals(&roster, NOTICE).is_empty());
        roster.certificates = vec![paper(1, "T1", None)];
        assert_eq!(renewals(&roster, NOTICE)[0].due, Due::Undated);
        roster.certificates[0].withdrawn = true;
        assert!(renewals(&roster, NOTICE).is_empty(), "nothing to renew");
    }

    #[test]
    fn r47_calibrations_and_authorisations_end_too() {
        let kit = Kit {
            id: id(7),
            member: member(2),
            level: KitLevel::Standard.into(),
            instrument: "兆欧表".to_owned(),
            number: String::new(),
            calibrated: None,
            due: Some(At(NOON + 5 * DAY_MS)),
            noted: noted(NOON),
        };
        let brand = Authorisation {
            id: id(8),
            brand: "北岭".to_owned(),
            number: String::new(),
            expires: Some(At(NOON - 1)),
            withdrawn: false,
            noted: noted(NOON),
        };
        let roster = Roster { kits: vec![kit], authorisations: vec![brand], ..Roster::default() };
        let found: Vec<_> = renewals(&roster, NOTICE).into_iter().map(|r| (r.due, r.what)).collect();
        let expected =
            [(Due::Expired, Paper::Authorisation("北岭".to_owned())), (Due::Soon, Paper::Calibration(id(7)))];
        assert_eq!(found, expected);
    }

    #[test]
    fn r47_rewards_penalties_training_and_exams_stand_on_the_roster() {
        let event = |n, event: RosterEvent, level: &str, fen, at| RosterNote {
            id: id(n),
            member: member(1),
            event: event.into(),
            text: String::new(),
            level: level.to_owned(),
            passed: true,
            fen,
            takes_back: None,
            noted: noted(at),
        };
        let events = vec![
            event(1, RosterEvent::Exam, "中级", 0, NOON - 999 * DAY_MS),
            event(2, RosterEvent::Reward, "", 10_000, NOON),
            event(3, RosterEvent::Penalty, "", -3_000, NOON),
            event(4, RosterEvent::Penalty, "", 2_000, NOON + 1),
            event(5, RosterEvent::Training, "", 0, NOON),
            event(6, RosterEvent::Reward, "", i64::MIN, NOON + DAY_MS),
        ];
        let back = |n, of| RosterNote { takes_back: Some(id(of)), ..event(n, RosterEvent::TakenBack, "", 0, NOON + 2) };
        let of = |more: Vec<RosterNote>| {
            let all = standing([events.clone(), more].concat());
            all.iter().map(|event| event.id).collect::<Vec<_>>()
        };
        let ids = |of: &[u32]| of.iter().map(|n| id(*n)).collect::<Vec<_>>();
        assert_eq!(of(vec![back(7, 2), back(8, 9)]), ids(&[1, 3, 4, 5, 6]));
        assert_eq!(of(vec![back(7, 2), back(8, 7)]), ids(&[1, 2, 3, 4, 5, 6]), "the taking back was the mistake");
        let roster = Roster { events, ..Roster::default() };
        let month = conduct(&roster, member(1), NOON, NOON + DAY_MS);
        assert_eq!(month, Conduct { exam: 2, trainings: 1, rewards: 1, penalties: 2, fen: 5_000 });
        assert_eq!(conduct(&roster, member(2), NOON, NOON + DAY_MS), Conduct::default());
    }
}

//! 工钱: what a member has earned today and this month, line by line (R42).
//!
//! Only sheets that the relay has confirmed count: what a phone alone says may still change. The rest is listed with its
//! reason, so that nobody wonders where it went.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, RosterEvent, Text, WageKind};

use super::amount::{less, line_fen, split, sum};
use super::each;
use super::fees::{Terms, lines};
use super::problem::{Place, Problem, Trouble};
use crate::domain::facts::Job;
use crate::domain::facts::desk::WageLine;
use crate::domain::facts::outlet::RosterNote;
use crate::domain::record::last;
use crate::domain::{calendar, nodes};

/// What a piece of work pays, from the rate set in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceRate {
    /// A price book's item; empty for the job itself, once an appliance.
    pub code: String,
    pub kind: Option<JobKind>,
    pub appliance: Option<ApplianceKind>,
    pub fen: i64,
}

/// How far a job's sheet has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrival {
    /// The relay has all of it.
    OnRelay,
    /// Some of it is on a phone only.
    OnDevice,
    /// The relay refused some of it.
    Refused,
}

/// A job as wages see it.
#[derive(Debug, Clone, Copy)]
pub struct Worked<'a> {
    pub id: JobId,
    pub job: &'a Job,
    pub arrival: Arrival,
}

/// Why a job's pay does not count yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotYet {
    NotFinished,
    OnDevice,
    Refused,
}

impl NotYet {
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::NotFinished => ("未完工", "not finished"),
            Self::OnDevice => ("还没上传到中继", "not yet on the relay"),
            Self::Refused => ("中继拒收,请处理", "refused by the relay"),
        };
        Text { zh: zh.to_owned(), en: en.to_owned() }
    }
}

/// What one piece of work pays a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub job: JobId,
    /// The price book's item; empty for the job itself.
    pub code: String,
    /// The member's share.
    pub fen: i64,
    /// Of how many.
    pub crew: usize,
    pub not_yet: Option<NotYet>,
}

/// Everyone who did the job: those assigned and the crew with an account, less those who left.
pub fn crew(job: &Job) -> Vec<MemberId> {
    let mut out: BTreeSet<MemberId> = job.order.assignees.keys().copied().collect();
    let named: BTreeSet<MemberId> = job.sheet.crew.iter().filter_map(|c| c.member).collect();
    for member in named {
        let word = last(job.sheet.crew.iter().filter(|c| c.member == Some(member)));
        if word.is_some_and(|c| c.left) {
            out.remove(&member);
        } else {
            out.insert(member);
        }
    }
    out.into_iter().collect()
}

/// What a job pays in all, by item (R42): the job itself where the work was done, and each line that has a rate,
/// whoever pays it. The rate that says most about kind and appliance counts.
pub fn job_pieces(job: &Job, terms: &Terms<'_>, rates: &[PieceRate]) -> Vec<(String, i64)> {
    let rate = |code: &str, appliance: Option<ApplianceKind>| {
        let fits = |r: &&PieceRate| {
            r.code == code
                && r.kind.is_none_or(|kind| kind == job.order.kind)
                && r.appliance.is_none_or(|kind| Some(kind) == appliance)
        };
        rates.iter().filter(fits).max_by_key(|r| (r.appliance.is_some(), r.kind.is_some())).map(|r| r.fen)
    };
    let mut out = Vec::new();
    let done = nodes::ended(job).map(|(outcome, _)| outcome);
    if matches!(done, Some(JobOutcome::Completed | JobOutcome::HazardRemaining)) {
        for appliance in &job.order.appliances {
            out.extend(rate("", Some(appliance.kind)).map(|fen| (String::new(), fen)));
        }
    }
    for (fee, line) in each(&job.sheet.fees).into_iter().zip(lines(job, terms)) {
        let of = fee.appliance.and_then(|id| job.order.appliances.iter().find(|a| a.id == id)).map(|a| a.kind);
        let stands = line.counts() && line.adjusts.is_none() && !line.adjusts_nothing && !fee.code.is_empty();
        if let Some(fen) = stands.then(|| rate(&fee.code, of)).flatten() {
            out.push((fee.code.clone(), line_fen(fen, fee.quantity, 1_000)));
        }
    }
    out
}

/// What a job pays one member: each item divided among the crew by weight, so that the shares add up (R42). A member
/// without a weight counts one.
pub fn pieces_of(
    member: MemberId,
    worked: &Worked<'_>,
    rates: &[PieceRate],
    weights: &BTreeMap<MemberId, i64>,
) -> Vec<Piece> {
    let crew = crew(worked.job);
    let Some(place) = crew.iter().position(|m| *m == member) else { return Vec::new() };
    let by: Vec<i64> = crew.iter().map(|m| weights.get(m).copied().unwrap_or(1)).collect();
    let not_yet = match (nodes::ended(worked.job), worked.arrival) {
        (None, _) => Some(NotYet::NotFinished),
        (Some(_), Arrival::OnDevice) => Some(NotYet::OnDevice),
        (Some(_), Arrival::Refused) => Some(NotYet::Refused),
        (Some(_), Arrival::OnRelay) => None,
    };
    let items = job_pieces(worked.job, &Terms::default(), rates);
    items
        .into_iter()
        .map(|(code, fen)| Piece { job: worked.id, code, fen: split(fen, &by)[place], crew: crew.len(), not_yet })
        .collect()
}

/// What was earned in some time, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Earned {
    pub pieces: Vec<Piece>,
    pub counted_fen: i64,
    /// Earned, and not yet counting.
    pub waiting_fen: i64,
}

/// The piece rates in force at a moment: work is paid by those of the day on which it ended, whatever came later.
pub type RatesAt<'a> = &'a dyn Fn(i64) -> Vec<PieceRate>;

fn earned<'a>(
    member: MemberId,
    jobs: impl IntoIterator<Item = Worked<'a>>,
    rates: RatesAt<'_>,
    weights: &BTreeMap<MemberId, i64>,
    within: impl Fn(&str) -> bool,
    now: i64,
) -> Earned {
    // The same job may be told twice; what has arrived counts.
    let mut each_job: BTreeMap<JobId, Worked<'a>> = BTreeMap::new();
    for worked in jobs {
        let known = each_job.entry(worked.id).or_insert(worked);
        if worked.arrival < known.arrival {
            *known = worked;
        }
    }
    let mut pieces = Vec::new();
    for worked in each_job.values() {
        // Work under way belongs to today.
        let at = nodes::ended(worked.job).map_or(now, |(_, noted)| noted.happened_ms());
        if within(&calendar::day_name(at)) {
            pieces.extend(pieces_of(member, worked, &rates(at), weights));
        }
    }
    let of = |counts: bool| sum(pieces.iter().filter(|p| p.not_yet.is_none() == counts).map(|p| p.fen));
    Earned { counted_fen: of(true), waiting_fen: of(false), pieces }
}

/// What a member earned on the outlet's day that holds `now` (R42).
pub fn today<'a>(
    member: MemberId,
    jobs: impl IntoIterator<Item = Worked<'a>>,
    rates: RatesAt<'_>,
    weights: &BTreeMap<MemberId, i64>,
    now: i64,
) -> Earned {
    let day = calendar::day_name(now);
    earned(member, jobs, rates, weights, |of| of == day, now)
}

/// A line of the month beside the pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: ShortId,
    pub kind: WageKind,
    /// Below zero for deductions and advances.
    pub fen: i64,
    pub reason: String,
    pub job: Option<JobId>,
    pub at_ms: i64,
}

/// One member's month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Month {
    pub earned: Earned,
    pub entries: Vec<Entry>,
    pub bonus_fen: i64,
    pub deducted_fen: i64,
    pub advanced_fen: i64,
    /// Handed over or transferred; no part of the total.
    pub paid_fen: i64,
    /// Pieces that count and bonuses, less deductions and advances.
    pub total_fen: i64,
    /// Deductions without a reason: they do not count.
    pub problems: Vec<Problem>,
}

/// What the desk and the roster hold of somebody's wages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Books<'a> {
    pub wages: &'a [WageLine],
    /// Rewards and penalties (R47).
    pub events: &'a [RosterNote],
}

/// A member's month (`2026-11`): pieces, bonuses and rewards, deductions and penalties each with its reason, advances
/// (R42, R47).
pub fn month<'a>(
    member: MemberId,
    month: &str,
    jobs: impl IntoIterator<Item = Worked<'a>>,
    rates: RatesAt<'_>,
    weights: &BTreeMap<MemberId, i64>,
    books: Books<'_>,
    now: i64,
) -> Month {
    let within = |day: &str| day.strip_prefix(month).is_some_and(|rest| rest.starts_with('-'));
    let earned = earned(member, jobs, rates, weights, within, now);
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    let written = each(books.wages)
        .into_iter()
        .filter(|w| w.member == member)
        .filter_map(|w| Some((w.id, w.kind.known()?, w.fen, w.reason.as_str(), w.job, w.noted)));
    let events = each(books.events).into_iter().filter(|e| e.member == member).filter_map(|e| {
        let kind = match e.event.known()? {
            RosterEvent::Reward => WageKind::Bonus,
            RosterEvent::Penalty => WageKind::Deduction,
            RosterEvent::Exam | RosterEvent::Training | RosterEvent::Interview | RosterEvent::TakenBack => return None,
        };
        (e.fen != 0).then_some((e.id, kind, e.fen, e.text.as_str(), None, e.noted))
    });
    for (id, kind, fen, reason, job, noted) in written.chain(events) {
        if !within(&calendar::day_name(noted.happened_ms())) {
            continue;
        }
        let fen = match kind {
            WageKind::Piece | WageKind::Bonus => fen,
            WageKind::Deduction | WageKind::Advance | WageKind::Paid => fen.saturating_abs().saturating_neg(),
        };
        if kind == WageKind::Deduction && reason.trim().is_empty() {
            problems.push(Problem::new(Trouble::DeductionWithoutReason, Place::Wage(id)));
            continue;
        }
        entries.push(Entry { id, kind, fen, reason: reason.to_owned(), job, at_ms: noted.happened_ms() });
    }
    entries.sort_by_key(|e| (e.at_ms, e.id));
    let of = |kinds: &[WageKind]| sum(entries.iter().filter(|e| kinds.contains(&e.kind)).map(|e| e.fen));
    let bonus_fen = of(&[WageKind::Piece, WageKind::Bonus]);
    let (deducted_fen, advanced_fen) = (of(&[WageKind::Deduction]), of(&[WageKind::Advance]));
    Month {
        bonus_fen,
        deducted_fen: less(0, [deducted_fen]),
        advanced_fen: less(0, [advanced_fen]),
        paid_fen: less(0, [of(&[WageKind::Paid])]),
        total_fen: sum([earned.counted_fen, bonus_fen, deducted_fen, advanced_fen]),
        earned,
        entries,
        problems,
    }
}

#[cfg(test)]
#[path = "wages_tests.rs"]
mod tests;

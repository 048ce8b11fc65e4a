//! 工钱: everybody's month in sums, and one member's line by line (R42, R47). Pieces are computed for the one that is shown:
//! they need the sheets.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::WagesOf;
use doorstep_schemas::view::{
    AdvanceWish, DeductionOffer, Fen, MemberMonth, MemberView, Millis, MonthLine, MonthOfMember, RateLine, WagesView,
};

use super::Actions;
use super::facts::FactError;
use super::mine::{Rates, rates_of, refs, shown, worked};
use super::settlement::month;
use crate::domain::facts::desk::{Answer, WageLine};
use crate::domain::facts::outlet::RosterNote;
use crate::domain::money::wages::{self, Books, Entry, Month};
use crate::store::lists::{ListFilter, MOST_ROWS, Place};
use crate::store::{Store, StoreError};

/// What the desk holds of wages.
struct Desk {
    wages: Vec<WageLine>,
    answers: Vec<Answer>,
}

impl Desk {
    fn read(store: &mut Store) -> Result<Self, StoreError> {
        let (mut wages, mut answers) = (Vec::new(), Vec::new());
        for (_, desk) in store.desks_of(|topic| topic.starts_with("wages/") || topic == "requests")? {
            wages.extend(desk.wages);
            answers.extend(desk.answers);
        }
        Ok(Self { wages, answers })
    }
}

impl Actions {
    /// A month of everybody's pay; owners only.
    pub fn wages(&self, input: &WagesOf) -> Result<WagesView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let (from, to, name) = month(&input.month, now);
        let desk = Desk::read(&mut store)?;
        let roster = store.roster()?;
        let jobs = jobs_of(&store, (from, to))?;
        let mut members = Vec::new();
        for member in store.members()? {
            let books = Books { wages: &desk.wages, events: &roster.events };
            let found = wages::month(member.id, &name, [], &|_| Vec::new(), &BTreeMap::new(), books, now);
            let asked = wishes(&mut store, &desk, member.id)?;
            let jobs = jobs.get(&member.id).copied().unwrap_or(0);
            if member.active || jobs > 0 || !found.entries.is_empty() {
                members.push(in_sums(member, jobs, &found, asked));
            }
        }
        let shown = match input.member {
            Some(member) => Some(self.month_of(&mut store, member, &name, &desk.wages, &roster.events, now)?),
            None => None,
        };
        let rules = store.rules().clone();
        let set = rules.pieces_at(now);
        let offer = |d: &doorstep_schemas::rules::pieces::Deduction| DeductionOffer {
            code: d.code.clone(),
            name: d.name.clone(),
            usual: d.usual_fen,
        };
        let rate = |rate: &doorstep_schemas::rules::pieces::PieceRate| RateLine {
            code: rate.code.clone(),
            name: rate.name.clone(),
            fen: rate.rate_fen,
        };
        Ok(WagesView {
            month: name,
            members,
            shown,
            deductions: set.deductions.iter().map(offer).collect(),
            rates: set.rates.iter().map(rate).collect(),
            version: set.version.clone(),
            now: Millis(now),
        })
    }

    /// One member's month with its pieces: their jobs of the month are opened.
    pub(super) fn month_of(
        &self,
        store: &mut Store,
        member: MemberId,
        name: &str,
        written: &[WageLine],
        events: &[RosterNote],
        now: i64,
    ) -> Result<MonthOfMember, StoreError> {
        let (from, to, _) = month(name, now);
        let held = worked(store, member, (from, to), now)?;
        let rules = store.rules().clone();
        let rates = Rates::of(rules.at(now));
        let books = Books { wages: written, events };
        let found = wages::month(member, name, refs(&held), &rates_of(&rules), &BTreeMap::new(), books, now);
        Ok(MonthOfMember {
            member: store.member(member)?,
            earned: shown(&found.earned, &held, &rates),
            lines: found.entries.iter().map(line).collect(),
            total: Fen(found.total_fen),
            left: Fen(found.total_fen.saturating_sub(found.paid_fen)),
        })
    }

    /// What somebody is called.
    pub fn member_name(&self, member: MemberId) -> Result<String, StoreError> {
        Ok(self.shelf.store().member(member)?.name)
    }

    /// The same for a paper.
    pub(super) fn month_on_paper(&self, member: MemberId, name: &str) -> Result<MonthOfMember, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let (_, _, name) = month(name, now);
        let desk = Desk::read(&mut store)?;
        let roster = store.roster()?;
        Ok(self.month_of(&mut store, member, &name, &desk.wages, &roster.events, now)?)
    }
}

/// How many jobs of these days each member had, by the rows.
fn jobs_of(store: &Store, days: (i64, i64)) -> Result<BTreeMap<MemberId, u32>, StoreError> {
    let filter = ListFilter { days: Some(days), ..ListFilter::default() };
    let mut out: BTreeMap<MemberId, u32> = BTreeMap::new();
    let mut after: Option<Place> = None;
    loop {
        let page = store.list(&filter, None, after, MOST_ROWS)?;
        for row in page.rows.iter().filter(|row| !row.figures.cancelled) {
            row.figures.members.iter().for_each(|member| *out.entry(*member).or_default() += 1);
        }
        after = page.next;
        if after.is_none() {
            return Ok(out);
        }
    }
}

fn wishes(store: &mut Store, desk: &Desk, member: MemberId) -> Result<Vec<AdvanceWish>, StoreError> {
    let answered: BTreeSet<ShortId> =
        desk.answers.iter().filter(|answer| answer.step.known().is_some()).map(|answer| answer.request).collect();
    let asked = store.requests(member)?.advances;
    let wish = |wish: &crate::domain::facts::outlet::AdvanceAsked| AdvanceWish {
        id: wish.id,
        fen: Fen(wish.fen),
        note: wish.note.clone(),
        at: Millis(wish.noted.happened_ms()),
    };
    Ok(asked.iter().filter(|wish| !answered.contains(&wish.id)).map(wish).collect())
}

fn in_sums(member: MemberView, jobs: u32, found: &Month, asked: Vec<AdvanceWish>) -> MemberMonth {
    MemberMonth {
        member,
        jobs,
        bonus: Fen(found.bonus_fen),
        deducted: Fen(found.deducted_fen),
        advanced: Fen(found.advanced_fen),
        paid: Fen(found.paid_fen),
        asked,
    }
}

fn line(entry: &Entry) -> MonthLine {
    MonthLine {
        id: entry.id,
        kind: entry.kind,
        fen: Fen(entry.fen),
        reason: entry.reason.clone(),
        job: entry.job,
        at: Millis(entry.at_ms),
    }
}

//! 我的: what this member earned, carries, holds in cash and is allowed to do (R7, R22, R42, R43, R47).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::view::{
    Asked, AskedLine, CertificateKind, EarnedView, Fen, HandView, InstrumentLine, JobCard, Millis, MineView, MonthView,
    PaperLine, PayWaits, PieceLine, RequestStep, StockLine, Text, WageEntry,
};

use super::Actions;
use super::find::viewer;
use super::parts::carried;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::facts::Job;
use crate::domain::facts::desk::Answer;
use crate::domain::facts::outlet::{Requests, Roster, Stock};
use crate::domain::money::wages::{self, Arrival, Books, Earned, NotYet, PieceRate, Worked};
use crate::domain::record::At;
use crate::domain::roster::Notice;
use crate::domain::{crew, parts};
use crate::rules::{InForce, RuleBook};
use crate::store::listed::JobRow;
use crate::store::lists::{ListFilter, MOST_ROWS, Place};
use crate::store::{Store, StoreError};

/// A job that somebody worked on, held while wages look at it.
pub(super) struct Held {
    card: JobCard,
    facts: std::sync::Arc<Job>,
    arrival: Arrival,
}

impl Actions {
    /// What this member has and may do; the pay of today.
    pub fn mine(&self) -> Result<MineView, StoreError> {
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let rules = store.rules().clone();
        let roster = store.roster()?;
        let day = calendar::day_start(now);
        let held = worked(&mut store, me, (day, now), now)?;
        let rates = Rates::of(rules.at(now));
        let requests = store.requests(me)?;
        let own = store.stock(me)?;
        let taken = store.hands()?.get(&me).copied().unwrap_or(0);
        let said: i64 = requests.cash.iter().map(|word| word.fen).fold(0, i64::saturating_add);
        let tier = rules.at(now).tier_hours();
        Ok(MineView {
            today: shown(&wages::today(me, refs(&held), &rates_of(&rules), &BTreeMap::new(), now), &held, &rates),
            hand: HandView { taken: Fen(taken), said_handed_in: Fen(said), in_hand: Fen(taken.saturating_sub(said)) },
            stock: stock(&store, me, &own)?,
            papers: papers(&roster, me, Notice { now, days: rules.at(now).promises().expiry_notice_days }),
            instruments: instruments(&roster, me, now),
            grade: crew::grade(&roster, me).filter(|_| crew::grades_on(&roster)),
            asked: asked(&requests, &own, tier, now),
            now: Millis(now),
        })
    }

    /// One month's pay (R42): `2026-11`, or the present one where nothing is named.
    pub fn month_earned(&self, month: &str) -> Result<MonthView, StoreError> {
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let first = calendar::parse_day(&format!("{month}-01"));
        let start =
            first.unwrap_or_else(|| calendar::day_start(now) - i64::from(calendar::year_month_day(now).2 - 1) * DAY_MS);
        let month = calendar::day_name(start).get(..7).unwrap_or_default().to_owned();
        let held = worked(&mut store, me, (start, calendar::months_after(start, 1).saturating_sub(1)), now)?;
        let rules = store.rules().clone();
        let rates = Rates::of(rules.at(now));
        let roster = store.roster()?;
        let written: Vec<_> = store.desks()?.into_iter().flat_map(|(_, desk)| desk.wages).collect();
        let books = Books { wages: &written, events: &roster.events };
        let found = wages::month(me, &month, refs(&held), &rates_of(&rules), &BTreeMap::new(), books, now);
        let entries = found.entries.iter().map(|entry| WageEntry {
            kind: entry.kind,
            fen: Fen(entry.fen),
            reason: entry.reason.clone(),
        });
        Ok(MonthView {
            earned: shown(&found.earned, &held, &rates),
            entries: entries.collect(),
            total_fen: Fen(found.total_fen),
            month,
        })
    }
}

/// What the items that have a rate are called.
pub(super) struct Rates {
    names: BTreeMap<String, Text>,
}

impl Rates {
    pub(super) fn of(rules: InForce<'_>) -> Self {
        let named = rules.piece_rates().into_iter().rev().map(|(rate, name)| (rate.code, name));
        Self { names: named.collect() }
    }
}

/// The rates of each day.
pub(super) fn rates_of(rules: &RuleBook) -> impl Fn(i64) -> Vec<PieceRate> {
    |at| rules.at(at).piece_rates().into_iter().map(|(rate, _)| rate).collect()
}

/// This member's jobs of some days, with how far each has come. Work under way counts as today's, whenever it is due.
pub(super) fn worked(store: &mut Store, me: MemberId, days: (i64, i64), now: i64) -> Result<Vec<Held>, StoreError> {
    let of_days = ListFilter { days: Some(days), member: Some(me), ..ListFilter::default() };
    let open = ListFilter { open: true, member: Some(me), ..ListFilter::default() };
    let refused: BTreeSet<JobId> = store.stuck()?.into_iter().filter_map(|stuck| stuck.doc.job()).collect();
    let viewer = viewer(store)?;
    let mut out: BTreeMap<JobId, Held> = BTreeMap::new();
    let present = (days.0..=days.1).contains(&now);
    for filter in [Some(of_days), present.then_some(open)].into_iter().flatten() {
        let mut after: Option<Place> = None;
        loop {
            let page = store.list(&filter, viewer, after, MOST_ROWS)?;
            for JobRow { card, .. } in page.rows {
                let Some(facts) = store.job_facts(card.job)? else { continue };
                let arrival = match () {
                    () if refused.contains(&card.job) => Arrival::Refused,
                    () if card.unsent > 0 => Arrival::OnDevice,
                    () => Arrival::OnRelay,
                };
                out.insert(card.job, Held { card, facts, arrival });
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(out.into_values().collect())
}

pub(super) fn refs(held: &[Held]) -> impl Iterator<Item = Worked<'_>> {
    held.iter().map(|one| Worked { id: one.card.job, job: &one.facts, arrival: one.arrival })
}

pub(super) fn shown(earned: &Earned, held: &[Held], rates: &Rates) -> EarnedView {
    let customer = |job: JobId| held.iter().find(|one| one.card.job == job).map(|one| one.card.customer.clone());
    let pieces = earned.pieces.iter().map(|piece| PieceLine {
        job: piece.job,
        customer: customer(piece.job).unwrap_or_default(),
        name: rates.names.get(&piece.code).cloned().unwrap_or_default(),
        fen: Fen(piece.fen),
        crew: u32::try_from(piece.crew).unwrap_or(1),
        waits: piece.not_yet.map(|why| match why {
            NotYet::NotFinished => PayWaits::NotFinished,
            NotYet::OnDevice => PayWaits::OnDevice,
            NotYet::Refused => PayWaits::Refused,
        }),
    });
    EarnedView { counted_fen: Fen(earned.counted_fen), waiting_fen: Fen(earned.waiting_fen), pieces: pieces.collect() }
}

/// What this member carries (R22).
fn stock(store: &Store, me: MemberId, own: &Stock) -> Result<Vec<StockLine>, StoreError> {
    let line = |(code, holding): (String, parts::Holding)| StockLine {
        code,
        name: holding.name,
        quantity: i32::try_from(holding.quantity).unwrap_or(i32::MAX),
    };
    Ok(carried(store, me, &own.moves)?.into_iter().map(line).collect())
}

/// Certificates of this member that count, the one that ends first at the top.
pub(super) fn papers(roster: &Roster, me: MemberId, notice: Notice) -> Vec<PaperLine> {
    let mut out = Vec::new();
    for kind in CertificateKind::ALL {
        let of = roster.certificates.iter().filter(|c| c.member == Some(me) && c.kind.is(*kind) && !c.withdrawn);
        let Some(best) = of.max_by_key(|c| c.expires.map(|at| at.0)) else { continue };
        let expires = best.expires.map(|at| at.0);
        out.push(PaperLine {
            kind: *kind,
            number: best.number.clone(),
            expires: expires.map(Millis),
            ends_soon: expires.is_some_and(|at| notice.of(at).is_some()),
            ended: expires.is_some_and(|at| at <= notice.now),
        });
    }
    out.sort_by_key(|paper| (paper.expires.is_none(), paper.expires));
    out
}

fn instruments(roster: &Roster, me: MemberId, now: i64) -> Vec<InstrumentLine> {
    let of = roster.kits.iter().filter(|kit| kit.member == me && !kit.instrument.trim().is_empty());
    let line = |kit: &crate::domain::facts::outlet::Kit| InstrumentLine {
        instrument: kit.instrument.clone(),
        number: kit.number.clone(),
        due: kit.due.map(|at| Millis(at.0)),
        ended: kit.due.is_some_and(|at| at.0 <= now),
    };
    of.map(line).collect()
}

/// What was asked for, newest first. A part that was given out for a request has arrived.
fn asked(requests: &Requests, own: &Stock, tier_hours: u32, now: i64) -> Vec<AskedLine> {
    let mut out: Vec<AskedLine> = Vec::new();
    for part in &requests.parts {
        let came = own.moves.iter().any(|moved| moved.request == Some(part.id));
        let said = parts::answered(own, part.id);
        let answer = said.as_ref().map(|said| Answer {
            id: part.id,
            request: part.id,
            step: said.step.into(),
            promised: said.promised_ms.map(At),
            note: said.note.to_owned(),
            noted: part.noted,
        });
        let state = parts::requested(part, answer.as_ref(), tier_hours, now);
        out.push(AskedLine {
            id: part.id,
            what: Asked::Part { code: part.code.clone(), name: part.name.clone(), quantity: part.quantity },
            job: part.job,
            at: Millis(part.noted.happened_ms()),
            note: part.note.clone(),
            step: if came { Some(RequestStep::Arrived) } else { state.step },
            answer: said.map(|said| said.note.to_owned()).unwrap_or_default(),
            promised: Some(Millis(state.promised_ms)),
            late: !came && state.late,
        });
    }
    out.extend(others(requests).into_iter().map(|line| {
        let Some(said) = parts::answered(own, line.id) else { return line };
        AskedLine { step: Some(said.step), answer: said.note.to_owned(), ..line }
    }));
    out.sort_by_key(|line| std::cmp::Reverse((line.at, line.id)));
    out
}

/// Everything that was asked for or said but parts.
pub(super) fn others(requests: &Requests) -> Vec<AskedLine> {
    let line = |id, what, job, noted: crate::domain::facts::Noted, note: &str| AskedLine {
        id,
        what,
        job,
        at: Millis(noted.happened_ms()),
        note: note.to_owned(),
        step: None,
        answer: String::new(),
        promised: None,
        late: false,
    };
    let advances = requests.advances.iter();
    let cash = requests.cash.iter();
    let notes = requests.notes.iter();
    advances
        .map(|a| line(a.id, Asked::Advance { fen: Fen(a.fen) }, None, a.noted, &a.note))
        .chain(cash.map(|c| line(c.id, Asked::HandIn { fen: Fen(c.fen) }, None, c.noted, &c.note)))
        .chain(notes.map(|n| line(n.id, Asked::Note { text: n.text.clone() }, n.job, n.noted, "")))
        .collect()
}

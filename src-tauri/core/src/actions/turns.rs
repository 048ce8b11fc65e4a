//! 待办: what waits for the owner's word, wherever the owner is: requests, lines above guide, walk-ins (R6, R23, R28, R43).

use std::collections::BTreeSet;

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::{DeskFact, ListJobs};
use doorstep_schemas::view::{Asked, AskedLine, Fen, JobCard, Millis, OwnersTurn, OwnersTurns, RequestStep, TurnLine};

use super::facts::FactError;
use super::job_view::Names;
use super::mine::others;
use super::{Actions, spoken};
use crate::domain::facts::Job;
use crate::domain::facts::desk::{Answer, CashTaken};
use crate::domain::facts::outlet::Requests;
use crate::domain::money::fees::{self, Terms};
use crate::domain::money::spoken::Judged;
use crate::domain::record::last;
use crate::domain::{calendar, parts};
use crate::store::{Store, StoreError};

/// Open jobs that are looked through for lines above guide.
const PAGE: u32 = 200;

impl Actions {
    /// What waits for the owner, oldest first; nothing on any other member's device.
    pub fn owners_turns(&self) -> Result<OwnersTurns, StoreError> {
        let now = self.nature.now_ms();
        let me = Self::enrolment(&self.shelf.store())?.member;
        if !self.shelf.store().is_owner(me)? {
            return Ok(OwnersTurns { lines: Vec::new(), now: Millis(now) });
        }
        let secret = spoken::secret(&mut self.shelf.store())?;
        let mut lines = Vec::new();
        let mut asked = ListJobs { open: true, limit: PAGE, ..ListJobs::default() };
        loop {
            let page = self.list_jobs(&asked)?;
            let mut store = self.shelf.store();
            for card in page.jobs {
                if let Some(facts) = store.job_facts(card.job)? {
                    let judged = Judged::by_owner(secret.as_deref(), card.job);
                    of_job(&store, &card, &facts, judged, &mut lines);
                }
            }
            asked.after = page.next;
            if asked.after.is_none() {
                break;
            }
        }
        let mut store = self.shelf.store();
        of_requests(&mut store, now, &mut lines)?;
        lines.sort_by_key(|line| line.at);
        Ok(OwnersTurns { lines, now: Millis(now) })
    }

    /// Adds to the desk, on the paper where such a fact lies: one a month for money, one for all answers.
    pub fn desk_notes(&self, fact: &DeskFact) -> Result<ShortId, FactError> {
        let month = calendar::day_name(self.nature.now_ms()).get(..7).unwrap_or_default().to_owned();
        let topic = match fact {
            DeskFact::Answer { .. } => "requests".to_owned(),
            DeskFact::CashTaken { .. } => format!("cash/{month}"),
            DeskFact::Wage { .. } => format!("wages/{month}"),
            DeskFact::SettlementLine { .. } | DeskFact::SettlementStep { .. } => format!("settle/{month}"),
            DeskFact::FollowUp { .. } => format!("follow/{month}"),
            DeskFact::Contract { .. } | DeskFact::Referral { .. } => "customers".to_owned(),
            DeskFact::Admission { .. } => "dealers".to_owned(),
            DeskFact::Remark { .. } | DeskFact::About { .. } => "desk".to_owned(),
            DeskFact::Withdraw { of } => return self.withdraw(*of),
        };
        if let DeskFact::Answer { request, step: RequestStep::Arrived, .. } = fact {
            self.issue_for(*request)?;
        }
        self.tell_asker(fact)?;
        self.note_on_desk(&topic, fact)
    }
}

fn of_job(store: &Store, card: &JobCard, job: &Job, spoken: Judged<'_>, lines: &mut Vec<TurnLine>) {
    let names = Names::new(store);
    for line in fees::lines(job, &Terms { spoken, ..Terms::default() }).iter().filter(|line| line.waiting_fen > 0) {
        let Some(fee) = job.sheet.fees.iter().find(|fee| fee.id == line.fee) else { continue };
        // Refused is answered, too.
        if job.order.over_guide.iter().any(|word| word.fee == fee.id && word.noted.at_ms >= fee.noted.at_ms) {
            continue;
        }
        let of = || job.sheet.reasons.iter().filter(|reason| reason.subject == Some(fee.id));
        let reason = if fee.reason.is_empty() { last(of()).map(|r| r.text.clone()) } else { Some(fee.reason.clone()) };
        let net = line.guide_amount_fen.unwrap_or(0).saturating_add(line.above_guide_fen);
        lines.push(TurnLine {
            by: names.of(fee.noted.by),
            at: Millis(fee.noted.happened_ms()),
            turn: OwnersTurn::OverGuide {
                card: card.clone(),
                fee: fee.id,
                name: fee.name.clone(),
                fen: Fen(net),
                guide_fen: Fen(line.guide_amount_fen.unwrap_or(0)),
                reason: reason.unwrap_or_default(),
            },
        });
    }
}

fn of_requests(store: &mut Store, now: i64, lines: &mut Vec<TurnLine>) -> Result<(), StoreError> {
    let line = |(member, by, asked): (MemberId, String, AskedLine)| TurnLine {
        by,
        at: asked.at,
        turn: OwnersTurn::Request { member, asked },
    };
    lines.extend(open_requests(store, now)?.into_iter().map(line));
    Ok(())
}

/// What members asked for and nobody answered, with who asked.
pub(super) fn open_requests(store: &mut Store, now: i64) -> Result<Vec<(MemberId, String, AskedLine)>, StoreError> {
    let (mut answers, mut cash): (Vec<Answer>, Vec<CashTaken>) = (Vec::new(), Vec::new());
    for (_, desk) in store.desks()? {
        answers.extend(desk.answers);
        cash.extend(desk.cash);
    }
    let taken: BTreeSet<ShortId> = cash.iter().filter_map(|entry| entry.hand_in).collect();
    let tier = store.rules().at(now).tier_hours();
    let mut out = Vec::new();
    for member in store.members()? {
        let asked = store.requests(member.id)?;
        let open = open_lines(&asked, &answers, &taken, tier, now);
        out.extend(open.into_iter().map(|asked| (member.id, member.name.clone(), asked)));
    }
    Ok(out)
}

fn open_lines(asked: &Requests, answers: &[Answer], taken: &BTreeSet<ShortId>, tier: u32, now: i64) -> Vec<AskedLine> {
    let mut out = Vec::new();
    for part in &asked.parts {
        let state = parts::requested(part, answers, tier, now);
        if matches!(state.step, Some(RequestStep::Arrived | RequestStep::Refused)) {
            continue;
        }
        out.push(AskedLine {
            id: part.id,
            what: Asked::Part { code: part.code.clone(), name: part.name.clone(), quantity: part.quantity },
            job: part.job,
            at: Millis(part.noted.happened_ms()),
            note: part.note.clone(),
            step: state.step,
            answer: String::new(),
            promised: Some(Millis(state.promised_ms)),
            late: state.late,
        });
    }
    let answered = |id: ShortId| answers.iter().any(|answer| answer.request == id && answer.step.known().is_some());
    out.extend(others(asked).into_iter().filter(|line| match line.what {
        Asked::HandIn { .. } => !taken.contains(&line.id),
        _ => !answered(line.id),
    }));
    out
}

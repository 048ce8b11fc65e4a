//! Writing down what is claimed and what makers say to it: several jobs at once, undone at once (R27, R31).

use std::sync::Arc;

use doorstep_schemas::ids::{DocId, JobId, MemberId, ShortId};
use doorstep_schemas::input::{ClaimLines, ClaimProposed, NewClaimLine, NoteWage, Settle, SettleStep};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{DeskDone, RequestStep, SettleState, WageKind};

use super::Actions;
use super::answers::to_asker;
use super::facts::FactError;
use super::facts::check::{MOST_FEN, amount, line, required, signed_amount, within};
use super::settled::{self, Desk};
use super::settlement::{month, of_row};
use super::undo::UndoError;
use crate::documents::layout::Edit;
use crate::domain::calendar;
use crate::domain::facts::desk::{Answer, SettlementLine, SettlementStep, WageLine};
use crate::domain::facts::{Job, Noted};
use crate::domain::money::claimable::claimable;
use crate::domain::money::fees::Terms;
use crate::domain::money::settlement;
use crate::domain::{nodes, parts};
use crate::store::{Edit as Write, Store, StoreError};

/// Jobs, and lines of one job, that one action takes.
const MOST_AT_ONCE: i64 = 300;

/// Why nothing was written at the desk.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    #[error("the claim of {customer} is not where this step begins")]
    NotNext { customer: String },
    #[error("the claim of {customer} lacks {count} things")]
    NotReady { customer: String, count: usize },
    #[error(transparent)]
    Fact(#[from] FactError),
}

impl From<StoreError> for SettleError {
    fn from(error: StoreError) -> Self {
        Self::Fact(error.into())
    }
}

impl Actions {
    /// Takes steps of one job or of many. Submitting says first that the claim is ready, and only one that lacks nothing is.
    pub fn settle(&self, input: &Settle) -> Result<DeskDone, SettleError> {
        let mut store = self.shelf.store();
        let (noted, then) = (self.as_owner(&store)?, self.as_owner(&store)?);
        within("jobs", i64::try_from(input.steps.len()).unwrap_or(i64::MAX), 1, MOST_AT_ONCE)?;
        let desk = Desk::read(&mut store)?;
        let mut edits = Vec::new();
        for step in &input.steps {
            let facts = facts(&mut store, step.job)?;
            let customer = || facts.customer().name.clone();
            let before = desk.standing(step.job);
            let way = settlement::way_to(before.state, step.state);
            if way.is_empty() {
                return Err(SettleError::NotNext { customer: customer() });
            }
            if way.contains(&SettleState::Ready) {
                let lacks = settled::lacks(&desk, step.job, &facts, noted.at_ms).len();
                if lacks > 0 {
                    return Err(SettleError::NotReady { customer: customer(), count: lacks });
                }
            }
            // Ready stands before what follows from it, though both are written at once.
            let moments = [noted, then];
            let from = moments.len().saturating_sub(way.len());
            for (state, noted) in way.into_iter().zip(moments.into_iter().skip(from)) {
                edits.push(Edit::add(self.step(step, state, noted)?));
            }
        }
        Ok(self.at_desk(&mut store, "settle", "settlement_step", edits)?)
    }

    pub(super) fn step(
        &self,
        step: &SettleStep,
        state: SettleState,
        noted: Noted,
    ) -> Result<SettlementStep, FactError> {
        let said = state == step.state;
        let fen = amount("amount", step.fen)?;
        let wants_reason = matches!(state, SettleState::Deducted | SettleState::Rejected);
        if state == SettleState::Deducted {
            within("amount", fen, 1, MOST_FEN)?;
        }
        Ok(SettlementStep {
            id: self.mint(),
            job: step.job,
            state: state.into(),
            fen: if said { fen } else { 0 },
            reason: if wants_reason { required("reason", &step.reason)? } else { line("reason", &step.reason)? },
            reference: if said { line("reference", &step.reference)? } else { String::new() },
            noted,
        })
    }

    /// Lines that are claimed for one job, as they are given.
    pub fn claim_lines(&self, input: &ClaimLines) -> Result<DeskDone, SettleError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        within("lines", i64::try_from(input.lines.len()).unwrap_or(i64::MAX), 1, MOST_AT_ONCE)?;
        let facts = facts(&mut store, input.job)?;
        let maker = required("maker", &input.maker)?;
        let set = set_of(&store, &facts, noted);
        let one = |line: &NewClaimLine| self.claimed(input.job, &maker, line, &set, noted).map(Edit::add);
        let edits = input.lines.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        Ok(self.at_desk(&mut store, "settle", "settlement_line", edits)?)
    }

    /// All lines that follow from the sheets of these jobs by their makers' prices. A job with nothing to propose is passed
    /// over.
    pub fn claim_proposed(&self, input: &ClaimProposed) -> Result<DeskDone, SettleError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        within("jobs", i64::try_from(input.jobs.len()).unwrap_or(i64::MAX), 1, MOST_AT_ONCE)?;
        let desk = Desk::read(&mut store)?;
        let makers = desk.makers(store.rules(), noted.at_ms);
        let mut edits = Vec::new();
        for job in &input.jobs {
            let facts = facts(&mut store, *job)?;
            let Some(row) = store.job_row(*job)? else { continue };
            let maker = of_row(&desk, &makers, row).maker;
            let at_ms = nodes::ended(&facts).map_or(noted.at_ms, |(_, ended)| ended.at_ms);
            let prices = settled::prices(store.rules(), &maker, at_ms);
            let lines: Vec<&SettlementLine> = desk.lines.get(job).into_iter().flatten().collect();
            let set = set_of(&store, &facts, noted);
            for claim in claimable(&facts, &Terms::default(), &prices, &[], &lines).lines {
                let line = NewClaimLine {
                    code: claim.code,
                    name: claim.name,
                    quantity: doorstep_schemas::view::Thousandths(claim.quantity),
                    fen: doorstep_schemas::view::Fen(claim.fen),
                    fee: claim.fee,
                    adjusts: None,
                };
                edits.push(Edit::add(self.claimed(*job, &maker, &line, &set, noted)?));
            }
        }
        if edits.is_empty() {
            return Err(FactError::Required("lines").into());
        }
        Ok(self.at_desk(&mut store, "settle", "settlement_line", edits)?)
    }

    fn claimed(
        &self,
        job: JobId,
        maker: &str,
        of: &NewClaimLine,
        set: &[u8],
        noted: Noted,
    ) -> Result<SettlementLine, FactError> {
        Ok(SettlementLine {
            id: self.mint(),
            job,
            maker: maker.to_owned(),
            code: line("code", &of.code)?,
            name: required("name", &of.name)?,
            quantity: within("quantity", of.quantity.0, 1, 10_000_000)?,
            fen: if of.adjusts.is_some() { signed_amount("amount", of.fen)? } else { amount("amount", of.fen)? },
            fee: of.fee,
            adjusts: of.adjusts,
            set: set.to_vec(),
            noted,
        })
    }

    /// A line of somebody's month. One of a month that is over is noted on its last day; an advance that was asked for is
    /// answered by it.
    pub fn note_wage(&self, input: &NoteWage) -> Result<DeskDone, SettleError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        known(&store, input.member)?;
        let (from, to, name) = month(&input.month, noted.at_ms);
        if from > noted.at_ms {
            return Err(FactError::Malformed("month").into());
        }
        let noted = if to < noted.at_ms { Noted { claimed_ms: Some(to), ..noted } } else { noted };
        let wage = WageLine {
            id: self.mint(),
            member: input.member,
            job: input.job,
            kind: input.kind.into(),
            fen: within("amount", input.fen.0, 1, MOST_FEN)?,
            reason: match input.kind {
                WageKind::Deduction | WageKind::Bonus => required("reason", &input.reason)?,
                WageKind::Piece | WageKind::Advance | WageKind::Paid => line("reason", &input.reason)?,
            },
            noted,
        };
        let mut edits = vec![Edit::add(wage)];
        let mut told = None;
        if let Some(request) = input.asked {
            told = granted(&mut store, request)?;
            let (id, step, note) = (self.mint(), RequestStep::Approved.into(), String::new());
            edits.push(Edit::add(Answer { id, request, step, promised: None, note, noted }));
        }
        let at_desk = (DocId::Desk(format!("wages/{name}")), edits);
        Ok(self.write_named(&mut store, "wage", std::iter::once(at_desk).chain(told).collect())?)
    }

    /// Undoes an action of the desk by the name that it was answered with.
    pub fn undo_desk(&self, action: &str) -> Result<(), UndoError> {
        let mut store = self.shelf.store();
        let topics = store.desk_topics()?;
        let money = topics.into_iter().filter(|topic| topic.starts_with("settle/") || topic.starts_with("wages/"));
        let docs: Vec<DocId> = money.map(DocId::Desk).collect();
        self.undo_among(&mut store, &docs, action)?;
        self.papers_changed();
        Ok(())
    }

    fn at_desk(&self, store: &mut Store, topic: &str, code: &str, edits: Vec<Edit>) -> Result<DeskDone, FactError> {
        let month = calendar::day_name(self.nature.now_ms()).get(..7).unwrap_or_default().to_owned();
        self.write_named(store, code, vec![(DocId::Desk(format!("{topic}/{month}")), edits)])
    }

    /// The same in several papers of the month, each as long as one change may be, as one act.
    pub(super) fn on_papers(
        &self,
        store: &mut Store,
        topic: &str,
        code: &str,
        papers: Vec<Vec<Edit>>,
    ) -> Result<DeskDone, FactError> {
        let month = calendar::day_name(self.nature.now_ms()).get(..7).unwrap_or_default().to_owned();
        let several = papers.len() > 1;
        let named =
            |number: usize| if several { format!("{topic}/{month}/{number}") } else { format!("{topic}/{month}") };
        let writes = (1..).zip(papers).map(|(number, edits)| (DocId::Desk(named(number)), edits));
        self.write_named(store, code, writes.collect())
    }

    /// Writes one action, and says by which name it is undone.
    fn write_named(
        &self,
        store: &mut Store,
        code: &str,
        writes: Vec<(DocId, Vec<Edit>)>,
    ) -> Result<DeskDone, FactError> {
        let action = self.mint();
        let at_desk = writes.iter().filter(|(doc, _)| matches!(doc, DocId::Desk(_)));
        let count = at_desk.map(|(_, edits)| edits.len()).sum::<usize>();
        let write =
            |edits: Vec<Edit>| -> Write<'_> { Box::new(|doc| edits.into_iter().try_for_each(|edit| edit.apply(doc))) };
        let writes = writes.into_iter().map(|(doc, edits)| (doc, write(edits))).collect();
        store.act_undoable(writes, (code, action), self.nature.now_ms())?;
        self.papers_changed();
        Ok(DeskDone { action: action.to_string(), count: u32::try_from(count).unwrap_or(u32::MAX) })
    }
}

/// What tells whoever asked for an advance that it is granted. One that was answered before is not paid a second time.
fn granted(store: &mut Store, request: ShortId) -> Result<Option<(DocId, Vec<Edit>)>, FactError> {
    let desks = store.desks_of(|topic| topic == "requests" || topic.starts_with("wages/"))?;
    if desks.iter().any(|(_, desk)| desk.answers.iter().any(|answer| answer.request == request)) {
        return Err(FactError::Unknown("request"));
    }
    Ok(to_asker(store, request, parts::said(request, RequestStep::Approved, None, String::new()))?)
}

fn facts(store: &mut Store, job: JobId) -> Result<Arc<Job>, FactError> {
    store.job_facts(job)?.ok_or(FactError::Job(super::JobError::NotFound(job)))
}

fn known(store: &Store, member: MemberId) -> Result<(), FactError> {
    if store.members()?.iter().any(|known| known.id == member) { Ok(()) } else { Err(FactError::Unknown("member")) }
}

/// The settlement book of the day of the work.
fn set_of(store: &Store, facts: &Job, noted: Noted) -> Vec<u8> {
    let at_ms = nodes::ended(facts).map_or(noted.at_ms, |(_, ended)| ended.at_ms);
    let hash = store.rules().hash_in_force(SetKind::Settlement, at_ms);
    hash.map(|hash| hash.0.to_vec()).unwrap_or_default()
}

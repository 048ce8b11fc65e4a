//! 对账: a maker's answer for a month, as a file, laid beside what was claimed; what it decides is written as one act
//! (R31, decision 0054).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{ReadAnswer, SettleStep, TakeAnswer};
use doorstep_schemas::view::{
    AnswerColumn, AnswerMissing, AnswerOutcome, AnswerPlan, AnswerRow, AnswerSum, DeskDone, Fen, Millis, SettleState,
};

use super::Actions;
use super::facts::FactError;
use super::facts::check::{LINE, within};
use super::import::picked::Picked;
use super::import::plan::{from_letters, samples, to_letters};
use super::import::{ImportError, digest};
use super::settle::SettleError;
use super::settled::Desk;
use super::settlement::{Claimed, claimed, month, of_row};
use crate::documents::layout::Edit;
use crate::domain::import::answer::{self, Answered};
use crate::domain::import::headings;
use crate::domain::import::reconcile::{Matched, Ours, reconcile};
use crate::domain::money::amount::{less, sum};
use crate::domain::money::settlement;
use crate::domain::money::subsidy::looks_like_id_number;
use crate::store::StoreError;
use crate::store::drafts::DraftError;

/// One of the headings of a mapping begins with it.
const MAPPING: &str = "answer/";
/// Under this key of the desk stands which file was taken, and in which moment: every step of it bears that moment.
pub(super) const TAKEN: &str = "answer/";
/// Rows and missing claims that are shown.
const SHOWN: usize = 2_000;
const SHOWN_MISSING: usize = 500;
/// Steps of one act, and of one paper: a change has a largest size.
const MOST_STEPS: i64 = 3_000;
const STEPS_OF_PAPER: usize = 300;
/// Rows that are read while nobody else has the store.
const READ_AT_ONCE: usize = 100;
/// What has to be looked at comes first.
const ORDER: [AnswerOutcome; 12] = [
    AnswerOutcome::More,
    AnswerOutcome::Several,
    AnswerOutcome::Shared,
    AnswerOutcome::Otherwise,
    AnswerOutcome::Unclear,
    AnswerOutcome::Unknown,
    AnswerOutcome::NotSubmitted,
    AnswerOutcome::Refused,
    AnswerOutcome::Less,
    AnswerOutcome::Agreed,
    AnswerOutcome::Waits,
    AnswerOutcome::Done,
];

/// Why an answer was not looked at or taken. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error(transparent)]
    File(#[from] ImportError),
    #[error("{} columns without which no answer can be told are not named", .0.len())]
    Lacking(Vec<AnswerColumn>),
    #[error(transparent)]
    Settle(#[from] SettleError),
    #[error("what was chosen could not be remembered")]
    Draft(#[from] DraftError),
}

impl From<FactError> for AnswerError {
    fn from(error: FactError) -> Self {
        Self::Settle(error.into())
    }
}

impl From<StoreError> for AnswerError {
    fn from(error: StoreError) -> Self {
        Self::Settle(error.into())
    }
}

/// A month's claims on one maker.
struct Statement {
    month: String,
    ours: Vec<Ours>,
    before: Option<i64>,
}

impl Actions {
    /// What a maker's answer would change. Nothing is written.
    pub fn read_answer(&self, input: &ReadAnswer) -> Result<AnswerPlan, AnswerError> {
        let of = Picked::of(&input.base64, input.sheet, answer::head_row)?;
        let (head, rows) = (&of.head, of.rows());
        let now = self.nature.now_ms();
        let key = mapping_key(&input.maker, head);
        let choices = if input.columns.is_some() { Vec::new() } else { self.looking()?.remembered_choices(&key)? };
        let remembered = choices.first().map(|text| from_letters(text, AnswerColumn::ALL));
        let known = remembered.is_some();
        let columns = input.columns.clone().or(remembered).unwrap_or_else(|| answer::guess(head, rows));
        let statement = self.claims_on(&input.maker, &input.month, &of.file, now)?;
        let (matched, missing) = reconcile(&statement.ours, answered(&of, &columns, now));
        let missing: Vec<&Ours> = missing.into_iter().filter_map(|place| statement.ours.get(place)).collect();
        Ok(AnswerPlan {
            maker: input.maker.clone(),
            samples: samples(rows, columns.len().max(head.len())),
            sheets: of.names,
            sheet: of.number,
            remembered: known,
            lacking: lacking(&columns),
            sums: sums(&matched, &statement.ours),
            rows: shown(&matched, &statement.ours),
            missing_count: u32::try_from(missing.len()).unwrap_or(u32::MAX),
            missing_fen: Fen(sum(missing.iter().map(|line| line.claimed_fen))),
            missing: missing.into_iter().take(SHOWN_MISSING).map(left_out).collect(),
            before: statement.before.map(Millis),
            month: statement.month,
            head: of.head,
            columns,
        })
    }

    /// Writes down what a maker's answer decides: all of it or nothing, undone as one act. What is not as it was when the
    /// plan was shown is told apart anew; nothing that stands already is written a second time.
    pub fn take_answer(&self, input: &TakeAnswer) -> Result<DeskDone, AnswerError> {
        let lacking = lacking(&input.columns);
        if !lacking.is_empty() {
            return Err(AnswerError::Lacking(lacking));
        }
        let of = Picked::of(&input.base64, input.sheet, answer::head_row)?;
        let now = self.nature.now_ms();
        let statement = self.claims_on(&input.maker, &input.month, &of.file, now)?;
        let (matched, _) = reconcile(&statement.ours, answered(&of, &input.columns, now));
        let steps: Vec<SettleStep> =
            matched.iter().filter_map(|matched| step(matched, &statement.ours, input)).collect();
        within("jobs", i64::try_from(steps.len()).unwrap_or(i64::MAX), 1, MOST_STEPS)?;
        let mut store = self.looking()?;
        let noted = self.as_owner(&store)?;
        store.remember_choice(
            &mapping_key(&input.maker, &of.head),
            &to_letters(&input.columns, AnswerColumn::ALL),
            noted.at_ms,
        )?;
        let desk = Desk::read(&mut store)?;
        let mut edits = Vec::with_capacity(steps.len());
        for step in &steps {
            let stands = desk.standing(step.job).state;
            // Somebody else has answered for it since it was compared.
            if settlement::way_to(stands, step.state) != [step.state] {
                let customer = store.job_row(step.job)?.map(|row| row.card.customer).unwrap_or_default();
                return Err(SettleError::NotNext { customer }.into());
            }
            edits.push(Edit::add(self.step(step, step.state, noted)?));
        }
        let count = u32::try_from(edits.len()).unwrap_or(u32::MAX);
        let mut papers = Vec::new();
        let mut left = edits.into_iter().peekable();
        while left.peek().is_some() {
            papers.push(left.by_ref().take(STEPS_OF_PAPER).collect::<Vec<Edit>>());
        }
        if let Some(first) = papers.first_mut() {
            let key = format!("{TAKEN}{}/{}", of.file, noted.at_ms);
            first.push(Edit::set("about", key, input.maker.clone()));
        }
        let done = self.on_papers(&mut store, "settle", "settlement_step", papers)?;
        Ok(DeskDone { count, ..done })
    }

    /// What was claimed of a maker in a month, and what of other months still waits for an answer.
    fn claims_on(&self, maker: &str, wanted: &str, file: &str, now: i64) -> Result<Statement, AnswerError> {
        let (desk, makers, of_month, month) = {
            let mut store = self.looking()?;
            self.as_owner(&store)?;
            let (from, to, name) = month(wanted, now);
            let desk = Desk::read(&mut store)?;
            let jobs = claimed(&store, &desk, (from, to), now)?;
            let makers = desk.makers(store.rules(), now);
            (desk, makers, jobs, name)
        };
        let none = BTreeSet::new();
        let moments = desk.answers.get(file).unwrap_or(&none);
        let taken =
            |job: &JobId| desk.steps.get(job).into_iter().flatten().any(|step| moments.contains(&step.noted.at_ms));
        let mut ours: BTreeMap<JobId, Ours> = BTreeMap::new();
        for job in &of_month {
            ours.extend(line(job, maker, true, taken(&job.row.card.job)).map(|line| (line.job, line)));
        }
        let theirs = |job: &JobId| desk.lines.get(job).into_iter().flatten().any(|line| line.maker == maker);
        let waits = |job: &JobId| desk.standing(*job).state == Some(SettleState::Submitted) || taken(job);
        let others = desk.steps.keys().filter(|job| !ours.contains_key(job) && theirs(job) && waits(job));
        let others: Vec<JobId> = others.copied().collect();
        for some in others.chunks(READ_AT_ONCE) {
            let store = self.looking()?;
            for job in some {
                let Some(row) = store.job_row(*job)? else { continue };
                let claimed = of_row(&desk, &makers, row);
                ours.extend(line(&claimed, maker, false, taken(job)).map(|line| (line.job, line)));
            }
        }
        Ok(Statement { month, ours: ours.into_values().collect(), before: moments.last().copied() })
    }
}

/// A maker's part of a claim, as an answer is laid beside it.
fn line(claim: &Claimed, maker: &str, of_month: bool, taken: bool) -> Option<Ours> {
    let share = claim.shares.get(maker)?;
    let (card, standing) = (&claim.row.card, &claim.standing);
    let answered = matches!(standing.state, Some(SettleState::Accepted | SettleState::Deducted | SettleState::Paid));
    let agreed = || less(standing.accepted_fen.unwrap_or(claim.claimed_fen), [standing.deducted_fen]);
    Some(Ours {
        job: card.job,
        customer: card.customer.clone(),
        maker_order: card.maker_order.clone(),
        phones: claim.row.found.phones.clone(),
        serials: claim.row.found.serials.clone(),
        finished_ms: card.finished_at.map(|at| at.0),
        claimed_fen: share.claimed_fen,
        state: standing.state,
        agreed_fen: answered.then(agreed),
        shared: claim.shares.len() > 1,
        taken,
        of_month,
    })
}

fn answered(of: &Picked, columns: &[Option<AnswerColumn>], now: i64) -> Vec<Answered> {
    let rows = of.sheet.rows.iter().enumerate().skip(of.first);
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    rows.filter_map(|(at, cells)| answer::read(number(at), cells, columns, now)).collect()
}

/// A row has to name a job, and to say what came of it.
fn lacking(columns: &[Option<AnswerColumn>]) -> Vec<AnswerColumn> {
    use AnswerColumn::{Agreed, Deducted, MakerOrder, Phone, Serial, Verdict};
    let any = |of: &[AnswerColumn]| of.iter().any(|column| columns.contains(&Some(*column)));
    let needed = [(MakerOrder, &[MakerOrder, Serial, Phone]), (Agreed, &[Agreed, Deducted, Verdict])];
    needed.into_iter().filter(|(_, of)| !any(*of)).map(|(column, _)| column).collect()
}

/// The step that an answer is; `None` where there is none to take.
fn step(matched: &Matched, ours: &[Ours], input: &TakeAnswer) -> Option<SettleStep> {
    let line = matched.ours.and_then(|(place, _)| ours.get(place))?;
    if input.leave.contains(&line.job) {
        return None;
    }
    let agreed = matched.agreed_fen?;
    let (state, fen) = match matched.outcome {
        AnswerOutcome::Agreed => (SettleState::Accepted, agreed),
        AnswerOutcome::More if input.anyway.contains(&line.job) => (SettleState::Accepted, agreed),
        AnswerOutcome::Less => (SettleState::Deducted, less(line.claimed_fen, [agreed])),
        AnswerOutcome::Refused => (SettleState::Rejected, 0),
        _ => return None,
    };
    let reason = said(matched, |row| &row.reason);
    let reason = if reason.is_empty() && state != SettleState::Accepted { input.reason.clone() } else { reason };
    Some(SettleStep { job: line.job, state, fen: Fen(fen), reason, reference: said(matched, |row| &row.reference) })
}

/// What the rows say, each word once, as long as a line may be. An identity number is not kept (R44).
fn said(matched: &Matched, of: impl Fn(&Answered) -> &String) -> String {
    let mut texts: Vec<&str> = Vec::new();
    for text in matched.rows.iter().map(|row| of(row).as_str()) {
        if !text.is_empty() && !texts.contains(&text) && !looks_like_id_number(text) {
            texts.push(text);
        }
    }
    texts.join("；").chars().take(LINE).collect()
}

fn sums(matched: &[Matched], ours: &[Ours]) -> Vec<AnswerSum> {
    let of = |outcome: AnswerOutcome| {
        let those: Vec<&Matched> = matched.iter().filter(|matched| matched.outcome == outcome).collect();
        let claims = those.iter().filter_map(|matched| matched.ours.and_then(|(place, _)| ours.get(place)));
        AnswerSum {
            outcome,
            count: u32::try_from(those.len()).unwrap_or(u32::MAX),
            claimed: Fen(sum(claims.map(|line| line.claimed_fen))),
            agreed: Fen(sum(those.iter().filter_map(|matched| matched.agreed_fen))),
        }
    };
    AnswerOutcome::ALL.iter().map(|outcome| of(*outcome)).filter(|sum| sum.count > 0).collect()
}

fn shown(matched: &[Matched], ours: &[Ours]) -> Vec<AnswerRow> {
    let mut all: Vec<&Matched> = matched.iter().collect();
    all.sort_by_key(|matched| ORDER.iter().position(|outcome| *outcome == matched.outcome));
    let row = |matched: &&Matched| {
        let (line, by) = match matched.ours {
            Some((place, by)) => (ours.get(place), Some(by)),
            None => (None, None),
        };
        let first = matched.rows.first();
        let theirs = |of: fn(&Answered) -> &String| first.map(of).cloned().unwrap_or_default();
        AnswerRow {
            rows: matched.rows.iter().map(|row| row.row).collect(),
            outcome: matched.outcome,
            job: line.map(|line| line.job),
            by,
            customer: line.map(|line| line.customer.clone()).unwrap_or_default(),
            maker_order: line.map(|line| line.maker_order.clone()).unwrap_or_else(|| theirs(|row| &row.maker_order)),
            serial: theirs(|row| &row.serial),
            phone: theirs(|row| &row.phone),
            finished: line.and_then(|line| line.finished_ms).map(Millis),
            claimed: Fen(line.map_or(0, |line| line.claimed_fen)),
            agreed: matched.agreed_fen.map(Fen),
            reason: said(matched, |row| &row.reason),
            reference: said(matched, |row| &row.reference),
        }
    };
    all.iter().take(SHOWN).map(row).collect()
}

fn left_out(line: &Ours) -> AnswerMissing {
    AnswerMissing {
        job: line.job,
        customer: line.customer.clone(),
        maker_order: line.maker_order.clone(),
        finished: line.finished_ms.map(Millis),
        claimed: Fen(line.claimed_fen),
    }
}

/// The same maker's same headings have the same key.
fn mapping_key(maker: &str, head: &[String]) -> String {
    let plain: Vec<String> = head.iter().map(|heading| headings::plain(heading)).collect();
    format!("{MAPPING}{}", digest(format!("{maker}\n{}", plain.join("\n")).as_bytes()))
}

//! 结算: a month of the jobs that makers pay for, from the rows and the desk; documents are opened for one page (R27, R31).

use std::collections::BTreeMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SettlementOf;
use doorstep_schemas::view::{
    AgeingView, Fen, MakerDue, MakerMonth, Millis, SettleState, SettlementRow, SettlementView,
};

use super::facts::FactError;
use super::settled::{self, Desk};
use super::{Actions, JobError};
use crate::domain::calendar;
use crate::domain::money::fees::covered;
use crate::domain::money::settlement::{self, Share};
use crate::store::listed::JobRow;
use crate::store::lists::{ListFilter, MOST_ROWS, Place};
use crate::store::{Store, StoreError};

/// Jobs of a page: each is opened.
const PAGE: usize = 50;

/// First and last moment of a month, and its name; the present one where the name is none.
pub(super) fn month(name: &str, now: i64) -> (i64, i64, String) {
    let first = calendar::parse_day(&format!("{name}-01"));
    let start = first.unwrap_or_else(|| {
        calendar::day_start(now) - i64::from(calendar::year_month_day(now).2 - 1) * calendar::DAY_MS
    });
    let name = calendar::day_name(start).get(..7).unwrap_or_default().to_owned();
    (start, calendar::months_after(start, 1).saturating_sub(1), name)
}

/// A job that makers pay for, with where its claim stands; no document was opened.
pub(super) struct Claimed {
    pub row: JobRow,
    /// The one of the first line.
    pub maker: String,
    pub standing: settlement::Settlement,
    pub claimed_fen: i64,
    /// What is each maker's; a job without lines is its brand's.
    pub shares: BTreeMap<String, Share>,
}

impl Claimed {
    pub fn due_fen(&self) -> i64 {
        settlement::receivable_fen(&self.standing, self.claimed_fen)
    }

    fn is_open(&self) -> bool {
        matches!(self.standing.state, None | Some(SettleState::Draft | SettleState::Ready | SettleState::Rejected))
    }
}

impl Actions {
    /// A page of a month's claims, what each maker of the month comes to, and what all makers owe; owners only.
    pub fn settlement(&self, input: &SettlementOf) -> Result<SettlementView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let (from, to, name) = month(&input.month, now);
        let desk = Desk::read(&mut store)?;
        let mut jobs = claimed(&store, &desk, (from, to), now)?;
        let makers = by_maker(&jobs);
        if let Some(maker) = &input.maker {
            jobs.retain(|job| job.shares.contains_key(maker));
        }
        let pages = u32::try_from(jobs.len().div_ceil(PAGE)).unwrap_or(u32::MAX).max(1);
        let page = input.page.min(pages - 1);
        let rows = jobs.into_iter().skip(usize::try_from(page).unwrap_or(0) * PAGE).take(PAGE);
        let rows = rows.map(|job| settled::row(&mut store, &desk, job, now)).collect::<Result<Vec<_>, _>>()?;
        Ok(SettlementView {
            month: name,
            makers,
            receivable: receivable(&desk),
            ageing: ageing(&desk, now),
            rows: rows.into_iter().flatten().collect(),
            page,
            pages,
            priced: store.rules().settlement_at(now).is_some(),
            km: Fen(desk.km_fen),
            now: Millis(now),
        })
    }

    /// What one job brings and leaves, whoever pays for it; nothing before it ended. Owners only.
    pub fn job_claim(&self, job: JobId) -> Result<Option<SettlementRow>, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let row = store.job_row(job)?.ok_or(JobError::NotFound(job))?;
        if row.figures.finished_at.is_none() || row.figures.cancelled {
            return Ok(None);
        }
        let now = self.nature.now_ms();
        let desk = Desk::read(&mut store)?;
        let makers = desk.makers(store.rules(), now);
        Ok(settled::row(&mut store, &desk, of_row(&desk, &makers, row), now)?)
    }
}

/// Jobs that ended in these days and that a maker pays for, those that want something first, then the newest.
pub(super) fn claimed(store: &Store, desk: &Desk, days: (i64, i64), now: i64) -> Result<Vec<Claimed>, StoreError> {
    let filter = ListFilter { days: Some(days), ..ListFilter::default() };
    let makers = desk.makers(store.rules(), now);
    let mut out = Vec::new();
    let mut after: Option<Place> = None;
    loop {
        let page = store.list(&filter, None, after, MOST_ROWS)?;
        for row in page.rows {
            let ended = row.figures.finished_at.filter(|at| (days.0..=days.1).contains(at));
            let touched = desk.lines.contains_key(&row.card.job) || desk.steps.contains_key(&row.card.job);
            if ended.is_some() && !row.figures.cancelled && (touched || covered(row.card.coverage)) {
                out.push(of_row(desk, &makers, row));
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let at = |job: &Claimed| job.row.figures.finished_at;
    out.sort_by(|a, b| b.is_open().cmp(&a.is_open()).then_with(|| at(b).cmp(&at(a))));
    Ok(out)
}

pub(super) fn of_row(desk: &Desk, makers: &[String], row: JobRow) -> Claimed {
    let job = row.card.job;
    let maker = desk.maker_of(job).unwrap_or_else(|| brand(makers, &row.card.appliance));
    let standing = desk.standing(job);
    let shares = settlement::shares(&standing, desk.lines.get(&job).into_iter().flatten());
    let mut shares: BTreeMap<String, Share> =
        shares.into_iter().map(|(maker, share)| (maker.to_owned(), share)).collect();
    if shares.is_empty() {
        shares.insert(maker.clone(), Share::default());
    }
    Claimed { maker, standing, claimed_fen: desk.claimed_fen(job), shares, row }
}

/// The maker that an appliance's text begins with, else its first word.
fn brand(makers: &[String], appliance: &str) -> String {
    let known = makers.iter().filter(|maker| appliance.starts_with(maker.as_str())).max_by_key(|maker| maker.len());
    known.cloned().unwrap_or_else(|| appliance.split_whitespace().next().unwrap_or_default().to_owned())
}

fn by_maker(jobs: &[Claimed]) -> Vec<MakerMonth> {
    let mut out: BTreeMap<&str, MakerMonth> = BTreeMap::new();
    for job in jobs {
        for (maker, share) in &job.shares {
            let sum = out.entry(maker).or_default();
            let add = |fen: &mut Fen, more: i64| fen.0 = fen.0.saturating_add(more);
            sum.jobs += 1;
            sum.open += u32::from(job.is_open());
            add(&mut sum.claimed, share.claimed_fen);
            add(&mut sum.deducted, share.deducted_fen);
            add(&mut sum.received, share.received_fen);
            add(&mut sum.due, share.due_fen);
        }
    }
    out.into_iter().map(|(maker, sum)| MakerMonth { maker: maker.to_owned(), ..sum }).collect()
}

fn receivable(desk: &Desk) -> Vec<MakerDue> {
    let sums = settlement::receivable_by_maker(desk.lines.values().flatten(), desk.steps.values().flatten());
    let mut out: Vec<MakerDue> = sums.into_iter().map(|(maker, due)| MakerDue { maker, due: Fen(due) }).collect();
    out.sort_by(|a, b| b.due.cmp(&a.due).then_with(|| a.maker.cmp(&b.maker)));
    out
}

fn ageing(desk: &Desk, now: i64) -> AgeingView {
    let jobs: Vec<JobId> = desk.steps.keys().copied().collect();
    let claims: Vec<_> = jobs.into_iter().map(|job| (desk.standing(job), desk.claimed_fen(job))).collect();
    let found = settlement::ageing(claims.iter().map(|(standing, claimed)| (standing, *claimed)), now);
    AgeingView {
        to_30: Fen(found.to_30_fen),
        to_60: Fen(found.to_60_fen),
        to_90: Fen(found.to_90_fen),
        older: Fen(found.older_fen),
    }
}

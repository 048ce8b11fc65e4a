//! 对账单 and 工资单 as files: which jobs stand on them, and what they are called (R31, R42).

use doorstep_schemas::input::{MakeStatement, MakeWageSheet, SheetForm};
use doorstep_schemas::paper::Paper;

use super::Actions;
use super::facts::FactError;
use super::settled::Desk;
use super::settlement::{Claimed, claimed, month};
use crate::domain::calendar;
use crate::domain::money::settlement;
use crate::reports::statement::{Month, StatementRow};
use crate::tables::{XlsxError, xlsx};

/// Why there is no such file.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error(transparent)]
    Fact(#[from] FactError),
    #[error(transparent)]
    Table(#[from] XlsxError),
}

/// A spreadsheet is ready; a paper is yet to be typeset.
pub enum Made {
    Sheet(Vec<u8>),
    Paper(Paper),
}

impl Actions {
    /// What a maker is sent for a month: of all jobs that ended in it the lines that are theirs.
    pub fn statement(&self, input: &MakeStatement) -> Result<Made, StatementError> {
        let (rows, outlet, name, today) = {
            let mut store = self.shelf.store();
            self.as_owner(&store)?;
            let now = self.nature.now_ms();
            let (from, to, name) = month(&input.month, now);
            let desk = Desk::read(&mut store).map_err(FactError::from)?;
            let jobs = claimed(&store, &desk, (from, to), now).map_err(FactError::from)?;
            let mut rows: Vec<StatementRow> = jobs.iter().filter_map(|job| row(&desk, job, &input.maker)).collect();
            rows.sort_by_key(|row| row.finished_ms);
            let outlet = Self::enrolment(&store).map_err(FactError::from)?.outlet_name;
            (rows, outlet, name, calendar::day_name(now))
        };
        if rows.is_empty() {
            return Err(FactError::Unknown("jobs").into());
        }
        let about =
            Month { language: input.language, outlet: &outlet, whose: &input.maker, month: &name, today: &today };
        Ok(match input.form {
            SheetForm::Xlsx => Made::Sheet(xlsx(&[about.claims(&rows)])?),
            SheetForm::Pdf => Made::Paper(about.claims_paper(&rows)),
        })
    }

    /// A member's month to take along.
    pub fn wage_sheet(&self, input: &MakeWageSheet) -> Result<Made, StatementError> {
        let shown = self.month_on_paper(input.member, &input.month)?;
        let now = self.nature.now_ms();
        let (_, _, name) = month(&input.month, now);
        let outlet = Self::enrolment(&self.shelf.store()).map_err(FactError::from)?.outlet_name;
        let today = calendar::day_name(now);
        let whose = shown.member.name.clone();
        let about = Month { language: input.language, outlet: &outlet, whose: &whose, month: &name, today: &today };
        Ok(match input.form {
            SheetForm::Xlsx => Made::Sheet(xlsx(&[about.wages(&shown)])?),
            SheetForm::Pdf => Made::Paper(about.wages_paper(&shown)),
        })
    }

    /// What the file is called, without the ending.
    pub fn statement_name(&self, what: &str, whose: &str, month_name: &str) -> String {
        let (_, _, name) = month(month_name, self.nature.now_ms());
        let plain: String = whose.chars().filter(|c| c.is_alphanumeric()).take(40).collect();
        format!("{name}-{what}-{plain}")
    }
}

/// A maker's part of a job; `None` where nothing of it is theirs.
fn row(desk: &Desk, job: &Claimed, maker: &str) -> Option<StatementRow> {
    let share = job.shares.get(maker)?;
    let card = &job.row.card;
    let lines = settlement::once(desk.lines.get(&card.job).into_iter().flatten());
    let theirs = lines.iter().filter(|line| line.maker == maker && line.adjusts.is_none());
    let mut items: Vec<&str> = theirs.map(|line| line.name.as_str()).collect();
    items.dedup();
    let number = card.job.to_string();
    Some(StatementRow {
        maker_order: card.maker_order.clone(),
        number: number.get(number.len().saturating_sub(8)..).unwrap_or_default().to_owned(),
        customer: card.customer.clone(),
        township: card.township.clone(),
        appliance: card.appliance.clone(),
        finished_ms: card.finished_at.map(|at| at.0),
        items: items.join("、"),
        state: job.standing.state,
        claimed_fen: share.claimed_fen,
        deducted_fen: share.deducted_fen,
        received_fen: share.received_fen,
        due_fen: share.due_fen,
        reason: job.standing.reason.clone(),
    })
}

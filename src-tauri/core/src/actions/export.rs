//! Tables for other programs: the list of orders that is shown, page by page, and the lists of the desk.

use doorstep_schemas::input::{
    CountFailures, ExportOrders, ExportTable, ExportWhat, ListJobs, OrdersOfDay, TableFormat, TableWhat,
};
use doorstep_schemas::view::{JobCard, Language};

use super::Actions;
use super::facts::FactError;
use super::find::viewer;
use crate::domain::calendar;
use crate::domain::find::Query;
use crate::reports;
use crate::store::StoreError;
use crate::store::lists::MOST_ROWS;
use crate::tables::{self, Table};
use crate::tasks::{Step, Watcher};

/// Rows that a search brings into a file.
const MOST_FOUND: usize = 5_000;
/// Rows of one file: what Excel shows, and a bound to what is held at once.
const MOST_EXPORTED: usize = 100_000;

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Fact(#[from] FactError),
    #[error("the workbook could not be written")]
    Xlsx(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A table that was made.
#[derive(Debug)]
pub struct Exported {
    pub name: String,
    pub mime: &'static str,
    pub rows: usize,
    pub bytes: Vec<u8>,
}

impl Actions {
    /// The orders that are shown, as a file's bytes. A technician's device gives those that it holds.
    pub fn export_orders(&self, input: &ExportOrders, watcher: &mut impl Watcher) -> Result<Exported, ExportError> {
        let cards = self.exported(&input.what, watcher)?;
        let table = reports::orders::table(&cards, input.language);
        let day = match &input.what {
            ExportWhat::Day { at: Some(at) } => at.0,
            _ => self.nature.now_ms(),
        };
        let name = format!("{}-{}", table.name, calendar::day_name(day));
        written(&[table], &name, input.format)
    }

    /// A list of the desk as a file's bytes. What is the owner's page is the owner's file.
    pub fn export_table(&self, input: &ExportTable) -> Result<Exported, ExportError> {
        let language = input.language;
        let mut day = self.nature.now_ms();
        let tables = match &input.what {
            TableWhat::Failures { from, to } => {
                let found = self.failure_counts(&CountFailures { from: *from, to: *to })?;
                day = to.0;
                vec![reports::lists::failures(&found, language)]
            }
            TableWhat::Unreported => vec![reports::lists::unreported(&self.unreported()?.jobs, language)],
            TableWhat::Review { at } => {
                let review = self.day_review(at.map(|at| at.0))?;
                day = review.start.0;
                let tables = reports::day_table::tables(&review, language);
                let name = if language == Language::Zh { "日清" } else { "Day review" };
                return written(&tables, &format!("{name}-{}", calendar::day_name(day)), input.format);
            }
            TableWhat::Parts => {
                let desk = self.parts_desk()?;
                vec![reports::lists::parts(&desk.parts, &desk.holders, language)]
            }
            TableWhat::Moves => {
                let desk = self.parts_with_moves(MOST_EXPORTED)?;
                vec![reports::lists::moves(&desk.moves, &desk.holders, language)]
            }
        };
        let what = tables.first().map(|table| table.name.clone()).unwrap_or_default();
        written(&tables, &format!("{what}-{}", calendar::day_name(day)), input.format)
    }

    fn exported(&self, what: &ExportWhat, watcher: &mut impl Watcher) -> Result<Vec<JobCard>, StoreError> {
        if let ExportWhat::Found { text } = what {
            let query = Query::parse(text);
            let store = self.looking()?;
            let found = store.find(&query, viewer(&store)?, MOST_FOUND)?;
            return Ok(found.rows.into_iter().map(|row| row.card).collect());
        }
        let (mut cards, mut after) = (Vec::new(), None);
        loop {
            watcher.step(Step { done: cards.len() as u64, of: None, bytes: 0 }).map_err(StoreError::Cancelled)?;
            let page = match what {
                ExportWhat::List { list } => {
                    let limit = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX);
                    self.list_jobs(&ListJobs { after, limit, ..list.clone() })?
                }
                ExportWhat::Day { at } => self.orders_page(&OrdersOfDay { at: *at, after })?,
                ExportWhat::Found { .. } => return Ok(cards),
            };
            cards.extend(page.jobs);
            after = page.next;
            if after.is_none() || cards.len() >= MOST_EXPORTED {
                return Ok(cards);
            }
        }
    }
}

/// Tables as a file of this kind: sheets of a workbook, or below each other.
fn written(tables: &[Table], name: &str, format: TableFormat) -> Result<Exported, ExportError> {
    let (ending, mime, bytes) = match format {
        TableFormat::Csv => ("csv", "text/csv", tables::csvs(tables).map_err(|error| ExportError::Xlsx(error.into()))?),
        TableFormat::Xlsx => (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            tables::xlsx(tables).map_err(|error| ExportError::Xlsx(error.into()))?,
        ),
    };
    let rows = tables.first().map_or(0, |table| table.rows.len());
    Ok(Exported { name: format!("{name}.{ending}"), mime, rows, bytes })
}

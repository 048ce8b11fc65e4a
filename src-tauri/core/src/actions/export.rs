//! Orders as a table for other programs: the list that is shown, page by page.

use doorstep_schemas::input::{ExportOrders, ExportWhat, ListJobs, OrdersOfDay, TableFormat};
use doorstep_schemas::view::JobCard;

use super::Actions;
use super::find::viewer;
use crate::domain::calendar;
use crate::domain::find::Query;
use crate::reports;
use crate::store::StoreError;
use crate::store::lists::MOST_ROWS;
use crate::tables;
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
        let (ending, mime, bytes) = match input.format {
            TableFormat::Csv => {
                ("csv", "text/csv", tables::csv(&table).map_err(|error| ExportError::Xlsx(error.into()))?)
            }
            TableFormat::Xlsx => (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                tables::xlsx(std::slice::from_ref(&table)).map_err(|error| ExportError::Xlsx(error.into()))?,
            ),
        };
        let now = self.nature.now_ms();
        let day = match &input.what {
            ExportWhat::Day { at: Some(at) } => at.0,
            _ => now,
        };
        let name = format!("{}-{}.{ending}", table.name, calendar::day_name(day));
        Ok(Exported { name, mime, rows: cards.len(), bytes })
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

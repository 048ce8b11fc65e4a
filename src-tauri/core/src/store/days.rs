//! The jobs of one of the outlet's days: all of them, or page by page.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, MemberId};
use rusqlite::{Row, params};

use super::index;
use super::listed::JobRow;
use super::{Store, StoreError};
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::day;

/// Where the list of a day goes on: behind this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayPlace {
    ended: bool,
    /// When somebody must have arrived.
    due: i64,
    id: i64,
}

impl DayPlace {
    /// Before all.
    const FIRST: Self = Self { ended: false, due: i64::MIN, id: i64::MIN };

    /// As a screen keeps it.
    pub fn to_text(self) -> String {
        format!("{}.{}.{}", u8::from(self.ended), self.due, self.id)
    }

    /// `None` for a text that is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let ended = parts.next()?.parse::<u8>().ok()? != 0;
        Some(Self { ended, due: parts.next()?.parse().ok()?, id: parts.next()?.parse().ok()? })
    }

    fn of(row: &JobRow, id: i64) -> Self {
        Self { ended: row.figures.finished_at.is_some(), due: row.figures.arrive_by, id }
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPage {
    pub rows: Vec<JobRow>,
    /// `None` on the last page.
    pub next: Option<DayPlace>,
}

/// Open jobs behind a place that are promised for before a moment: what a day took over from those before it, and what is due
/// soon after its end.
const OPEN_UNTIL: &str = include_str!("sql/list_open_until.sql");
const OF_DAY: &str = include_str!("sql/jobs_of_day.sql");

fn shown(row: &JobRow, start: i64, now: i64) -> bool {
    row.figures.listed(row.card.window.is_some(), start, now)
}

fn read(row: &Row<'_>) -> Result<Option<(i64, JobRow)>, StoreError> {
    let blob = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    let id = row.get(0)?;
    Ok(index::read(row.get(1)?, blob)?.map(|row| (id, row)))
}

impl Store {
    /// Jobs of the outlet's day that starts at `start`, and open ones from before when that day is today: open ones
    /// first, by the promised time. `viewer` as in [`Store::list`].
    pub fn jobs_of_day(&self, start: i64, now: i64, viewer: Option<MemberId>) -> Result<Vec<JobRow>, StoreError> {
        Ok(self.page_of_day(start, now, viewer, None, usize::MAX)?.rows)
    }

    /// Who had the job, as its row says; nobody where the job is not here.
    pub fn members_of(&self, job: JobId) -> Result<Vec<MemberId>, StoreError> {
        Ok(index::row_of(&self.db, job)?.map(|(_, row)| row.figures.members).unwrap_or_default())
    }

    /// The same page by page, at most `limit` a page. What was carried over is read as far as the page goes, so that a page
    /// costs what stands on it and what the day itself holds, however much was carried over.
    pub fn page_of_day(
        &self,
        start: i64,
        now: i64,
        viewer: Option<MemberId>,
        after: Option<DayPlace>,
        limit: usize,
    ) -> Result<DayPage, StoreError> {
        let mut page = DayPage { rows: Vec::new(), next: None };
        let mut last = after.unwrap_or(DayPlace::FIRST);
        let today = calendar::day_start(now) == start;
        if today && !last.ended && last.due < start {
            let mut query = self.db.prepare_cached(OPEN_UNTIL)?;
            let mut rows = query.query(params![last.due, last.id, start])?;
            while let Some(row) = rows.next()? {
                let Some((id, row)) = read(row)? else { continue };
                if !shown(&row, start, now) || !self.shows(viewer, &row.card)? {
                    continue;
                }
                if page.rows.len() == limit {
                    page.next = Some(last);
                    break;
                }
                last = DayPlace::of(&row, id);
                page.rows.push(row);
            }
        }
        if page.next.is_none() {
            let mut of_day = self.due_or_done(start, now, viewer, today)?;
            of_day.retain(|place, _| *place > last);
            for (place, row) in of_day {
                if page.rows.len() == limit {
                    page.next = Some(last);
                    break;
                }
                last = place;
                page.rows.push(row);
            }
        }
        self.finish(&mut page.rows)?;
        Ok(page)
    }

    /// What a day itself holds, in its order.
    fn due_or_done(
        &self,
        start: i64,
        now: i64,
        viewer: Option<MemberId>,
        today: bool,
    ) -> Result<BTreeMap<DayPlace, JobRow>, StoreError> {
        let mut out = BTreeMap::new();
        let mut take = |row: &Row<'_>| -> Result<(), StoreError> {
            let Some((id, row)) = read(row)? else { return Ok(()) };
            let place = DayPlace::of(&row, id);
            let carried_over = today && !place.ended && place.due < start;
            if !carried_over && shown(&row, start, now) && self.shows(viewer, &row.card)? {
                out.insert(place, row);
            }
            Ok(())
        };
        let mut query = self.db.prepare_cached(OF_DAY)?;
        let mut rows = query.query([calendar::day_number(start)])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        if today {
            let mut query = self.db.prepare_cached(OPEN_UNTIL)?;
            let ends = start.saturating_add(DAY_MS);
            let mut rows = query.query(params![ends - 1, i64::MAX, now.saturating_add(day::UNAGREED_MS)])?;
            while let Some(row) = rows.next()? {
                take(row)?;
            }
        }
        Ok(out)
    }
}

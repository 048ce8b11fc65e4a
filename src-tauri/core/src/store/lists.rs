//! Lists of jobs: each by an index, page by page, behind the last one that was shown.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{DocId, JobId, MemberId};
use doorstep_schemas::view::{JobCard, NodeKind};
use doorstep_schemas::wire::Access;
use rusqlite::{ToSql, params};

use super::index::{self, Key};
use super::listed::{JobRow, place};
use super::{Store, StoreError, views};
use crate::domain::calendar;
use crate::domain::intake::{same_phone, same_serial};

/// Rows of a page at most.
pub const MOST_ROWS: usize = 200;
/// Earlier jobs of a customer or a machine that are shown.
pub(super) const MOST_EARLIER: usize = 20;

/// Which jobs a list shows: those that fit all that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Moments of the first and the last day.
    pub days: Option<(i64, i64)>,
    pub status: Option<NodeKind>,
    pub member: Option<MemberId>,
    pub township: Option<String>,
    pub phone: Option<String>,
    pub serial: Option<String>,
    /// Neither ended nor cancelled.
    pub open: bool,
}

/// Where a list goes on: behind this one. What the numbers mean depends on the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    first: i64,
    id: i64,
}

impl Place {
    /// As a screen keeps it.
    pub fn to_text(self) -> String {
        format!("{}.{}", self.first, self.id)
    }

    /// `None` for a text that is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let (first, id) = text.split_once('.')?;
        Some(Self { first: first.parse().ok()?, id: id.parse().ok()? })
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<JobRow>,
    /// `None` on the last page.
    pub next: Option<Place>,
}

/// One way through the jobs: its rows are (first number of the place, id, job, row), in the order of the list.
struct Way {
    sql: &'static str,
    params: Vec<Box<dyn ToSql>>,
}

const OPEN: &str = include_str!("sql/list_open.sql");
const DAYS: &str = include_str!("sql/list_days.sql");
pub(super) const KEYED: &str = include_str!("sql/list_keyed.sql");
const STATUS: &str = include_str!("sql/list_status.sql");
pub(super) const NEWEST: &str = include_str!("sql/list_newest.sql");

impl ListFilter {
    /// The way that meets fewest others: by what names one customer or machine, then by days, open ones, member,
    /// township, status.
    fn way(&self, after: Option<Place>) -> Way {
        let first = after.map(|place| place.first);
        let id = after.map(|place| place.id);
        let key = |key: Key<'_>| -> Way {
            Way { sql: KEYED, params: vec![Box::new(key.number()), Box::new(id.unwrap_or(i64::MAX))] }
        };
        let texts = (self.serial.as_deref().map(same_serial), self.phone.as_deref().map(same_phone));
        match (&texts, self.days) {
            ((Some(serial), _), _) => key(Key::Serial(serial)),
            ((_, Some(phone)), _) => key(Key::Phone(phone)),
            (_, Some((from, to))) => {
                let (from, to) = (calendar::day_number(from), calendar::day_number(to));
                let (last, id) = (first.unwrap_or(to), id.unwrap_or(i64::MAX));
                Way { sql: DAYS, params: vec![Box::new(from), Box::new(last.min(to)), Box::new(id)] }
            }
            _ if self.open => {
                let from: Vec<Box<dyn ToSql>> = vec![Box::new(first.unwrap_or(i64::MIN)), Box::new(id.unwrap_or(0))];
                Way { sql: OPEN, params: from }
            }
            _ => match (self.member, &self.township, self.status) {
                (Some(member), _, _) => key(Key::Member(member)),
                (_, Some(township), _) => key(Key::Township(township.trim())),
                (_, _, Some(status)) => Way {
                    sql: STATUS,
                    params: vec![Box::new(place(NodeKind::ALL, status)), Box::new(id.unwrap_or(i64::MAX))],
                },
                _ => Way { sql: NEWEST, params: vec![Box::new(id.unwrap_or(i64::MAX))] },
            },
        }
    }

    /// Whether the row is one of the list, where the way met it at this first number.
    fn fits(&self, row: &JobRow, first: i64) -> bool {
        let JobRow { card, figures, found } = row;
        let of_days = self.days.is_none_or(|(from, to)| {
            let days = calendar::day_number(from)..=calendar::day_number(to);
            let last = index::days_of(figures).into_iter().rfind(|day| days.contains(day));
            // A job of several days is met on each, and shown on the last of them.
            last.is_some_and(|last| !self.by_days() || last == first)
        });
        of_days
            && self.status.is_none_or(|status| card.status == status)
            && self.member.is_none_or(|member| figures.members.contains(&member))
            && self.township.as_deref().is_none_or(|township| card.township.trim() == township.trim())
            && self.phone.as_deref().is_none_or(|phone| found.phones.contains(&same_phone(phone)))
            && self.serial.as_deref().is_none_or(|serial| found.serials.contains(&same_serial(serial)))
            && (!self.open || index::is_open(figures))
    }

    fn by_days(&self) -> bool {
        self.serial.is_none() && self.phone.is_none() && self.days.is_some()
    }
}

impl Store {
    /// A page of the jobs that fit, at most [`MOST_ROWS`]. By days it is the newest day first, open ones by the promised
    /// time, all else the newest order first. `viewer` is whose device shows it, `None` for an owner's: a job that was
    /// given to somebody else meanwhile is not shown, even while its copy lies here.
    pub fn list(
        &self,
        filter: &ListFilter,
        viewer: Option<MemberId>,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit.clamp(1, MOST_ROWS);
        let way = filter.way(after);
        let mut query = self.db.prepare_cached(way.sql)?;
        let params: Vec<&dyn ToSql> = way.params.iter().map(AsRef::as_ref).collect();
        let mut rows = query.query(params.as_slice())?;
        let mut page = Page { rows: Vec::new(), next: None };
        let mut last = None;
        while let Some(row) = rows.next()? {
            let (first, id): (i64, i64) = (row.get(0)?, row.get(1)?);
            // Most that does not fit is seen before the row is unpacked.
            if filter.status.is_some_and(|status| row.get(4) != Ok(place(NodeKind::ALL, status)))
                || (filter.open && row.get(5) == Ok(None::<i64>))
            {
                continue;
            }
            let Some(job_row) = index::read(row.get(2)?, row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?
            else {
                continue;
            };
            if !filter.fits(&job_row, first) || !self.shows(viewer, &job_row.card)? {
                continue;
            }
            if page.rows.len() == limit {
                page.next = last;
                break;
            }
            page.rows.push(job_row);
            last = Some(Place { first, id });
        }
        self.finish(&mut page.rows)?;
        Ok(page)
    }

    pub(super) fn shows(&self, viewer: Option<MemberId>, card: &JobCard) -> Result<bool, StoreError> {
        match viewer {
            Some(viewer) => Ok(self.has_job(card, viewer)? && !self.hides(card)?),
            None => Ok(true),
        }
    }

    /// Every job that is listed here, in the order of their names.
    pub fn listed_jobs(&self) -> Result<Vec<JobId>, StoreError> {
        index::jobs(&self.db)
    }

    /// One job's row.
    pub fn job_row(&self, job: JobId) -> Result<Option<JobRow>, StoreError> {
        let mut rows: Vec<JobRow> = index::row_of(&self.db, job)?.into_iter().map(|(_, row)| row).collect();
        self.finish(&mut rows)?;
        Ok(rows.pop())
    }

    /// What the screen needs beside the rows: the members' names, and what is unsent of each. One question for all.
    pub fn finish(&self, rows: &mut [JobRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut members = BTreeMap::new();
        let docs: Vec<String> = rows
            .iter()
            .flat_map(|row| [DocId::Order(row.card.job).to_string(), DocId::Sheet(row.card.job).to_string()])
            .collect();
        let docs = serde_json::to_string(&docs).expect("a list of texts");
        let mut unsent: BTreeMap<JobId, u32> = BTreeMap::new();
        let mut query = self.db.prepare_cached(include_str!("sql/unsent_of_jobs.sql"))?;
        let mut counts = query.query([docs])?;
        while let Some(count) = counts.next()? {
            if let Some(job) = count.get::<_, String>(0)?.parse::<DocId>().ok().and_then(|doc| doc.job()) {
                *unsent.entry(job).or_default() += count.get::<_, u32>(1)?;
            }
        }
        for row in rows {
            for member in &mut row.card.assignees {
                let known = match members.entry(member.id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(self.member(member.id)?),
                };
                member.clone_from(known);
            }
            row.card.unsent = if self.sample { 0 } else { unsent.get(&row.card.job).copied().unwrap_or(0) };
        }
        Ok(())
    }

    /// Whether a member has this job: the relay said so, or they took it on the spot and no owner has adopted it yet (R6).
    pub fn has_job(&self, card: &JobCard, member: MemberId) -> Result<bool, StoreError> {
        if self.access(card.job, member)? != Access::None {
            return Ok(true);
        }
        let own = card.assignees.iter().any(|assignee| assignee.id == member);
        Ok(own && !views::exists(&self.db, &DocId::Order(card.job))?)
    }

    /// Other jobs of the same phone or one of the serials, newest first.
    pub fn earlier(&self, job: JobId, phone: &str, serials: &[String]) -> Result<Vec<JobRow>, StoreError> {
        let mut found = self.known_by(phone, serials, "", MOST_EARLIER + 1)?;
        found.retain(|other| other.card.job != job);
        self.finish(&mut found)?;
        let mut shown = Vec::with_capacity(found.len());
        for row in found {
            if !self.hides(&row.card)? {
                shown.push(row);
            }
        }
        Ok(shown)
    }

    /// Jobs of the phone, one of the serials or the maker's order number, newest first, at most so many of each; bare rows,
    /// for comparing.
    pub fn known_by(
        &self,
        phone: &str,
        serials: &[String],
        maker_order: &str,
        most: usize,
    ) -> Result<Vec<JobRow>, StoreError> {
        let phone = same_phone(phone);
        let serials: BTreeSet<String> = serials.iter().map(|serial| same_serial(serial)).collect();
        let phone = Some(phone.as_str()).filter(|phone| !phone.is_empty());
        let serials = serials.iter().filter(|serial| !serial.is_empty());
        let maker_order = same_serial(maker_order);
        let number = Some(maker_order.as_str()).filter(|number| !number.is_empty());
        let keys = phone.map(Key::Phone).into_iter().chain(serials.map(|serial| Key::Serial(serial)));
        let keys = keys.chain(number.map(Key::MakerOrder));
        let mut found: BTreeMap<(i64, JobId), JobRow> = BTreeMap::new();
        let mut query = self.db.prepare_cached(KEYED)?;
        for key in keys {
            let mut rows = query.query(params![key.number(), i64::MAX])?;
            let mut of_key = 0;
            while let Some(row) = rows.next()?
                && of_key < most
            {
                let other = index::read(row.get(2)?, row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?;
                if let Some(other) = other.filter(|other| key.names(other)) {
                    of_key += 1;
                    found.insert((other.card.taken_at.0, other.card.job), other);
                }
            }
        }
        Ok(found.into_values().rev().collect())
    }

    /// The jobs that come back to one of these (R8).
    pub fn revisits_of(&self, jobs: impl IntoIterator<Item = JobId>) -> Result<Vec<JobRow>, StoreError> {
        let mut out = Vec::new();
        let mut query = self.db.prepare_cached(include_str!("sql/revisits_of.sql"))?;
        for job in jobs {
            let mut rows = query.query([job.to_bytes()])?;
            while let Some(row) = rows.next()? {
                out.extend(index::read(row.get(0)?, row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?);
            }
        }
        Ok(out)
    }

    /// What passed through each member's hands, over all jobs that are here, in fen (R43).
    pub fn hands(&self) -> Result<BTreeMap<MemberId, i64>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT member, fen FROM hand")?;
        let mut rows = query.query([])?;
        let mut out = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let member = row.get::<_, String>(0)?.parse().map_err(|e| super::team::text_error(0, e))?;
            out.insert(member, row.get(1)?);
        }
        Ok(out)
    }

    /// How a list is walked, by SQLite's own word; for tests.
    pub fn list_plan(&self, sql: &str) -> Result<String, StoreError> {
        let mut query = self.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let count = query.parameter_count();
        let params = vec![rusqlite::types::Null; count];
        let rows = query.query_map(rusqlite::params_from_iter(params), |row| row.get::<_, String>(3))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.join("\n"))
    }
}

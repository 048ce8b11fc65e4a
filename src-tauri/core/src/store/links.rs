//! Read-only history: whoever has a job today or tomorrow may read the past jobs of the same appliance or phone until the
//! visit is over.
//!
//! It follows from the orders as they merged, so every owner's device comes to the same. Only the giving knows the day:
//! two devices whose clocks stand on either side of midnight never take away what the other gives.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::wire::Access;
use rusqlite::{Connection, OptionalExtension, params};

use super::listed::JobRow;
use super::lists::{KEYED, MOST_EARLIER};
use super::papers::Papers;
use super::settings::Enrolment;
use super::{Store, StoreError, index, settings, team};
use crate::domain::calendar::{self, DAY_MS};

/// After which change, on which day history was last looked through.
const LOOKED: &str = "history_looked";

/// How a job's history links are found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Links {
    /// At this moment.
    At(i64),
    /// As they were said: the lists are being made anew.
    AsSaid,
}

/// Other jobs of the same phone or one of the serials, newest first.
fn linked(db: &Connection, row: &JobRow) -> Result<Vec<JobRow>, StoreError> {
    let phones = row.found.phones.iter().map(|phone| index::Key::Phone(phone));
    let serials = row.found.serials.iter().map(|serial| index::Key::Serial(serial));
    let mut query = db.prepare_cached(KEYED)?;
    let mut found: BTreeMap<JobId, JobRow> = BTreeMap::new();
    for key in phones.chain(serials) {
        let mut rows = query.query(params![key.number(), i64::MAX])?;
        let mut of_key = 0;
        while let Some(other) = rows.next()?
            && of_key < MOST_EARLIER
        {
            let packed = other.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            let other = index::read(other.get(2)?, packed)?;
            if let Some(other) = other.filter(|other| other.card.job != row.card.job && key.names(other)) {
                of_key += 1;
                found.insert(other.card.job, other);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Adds to what is wanted of a job who may read it as history. `said`: what the log grants, where that is known.
pub(super) fn want_history(
    db: &Connection,
    job: JobId,
    links: Links,
    said: &BTreeMap<MemberId, Option<Access>>,
    wanted: &mut BTreeMap<MemberId, Access>,
) -> Result<(), StoreError> {
    let mut keep = |member: MemberId| {
        if said.get(&member) == Some(&Some(Access::Read)) {
            wanted.entry(member).or_insert(Access::Read);
        }
    };
    let Links::At(now_ms) = links else {
        said.keys().copied().for_each(keep);
        return Ok(());
    };
    let Some((_, row)) = index::row_of(db, job)? else { return Ok(()) };
    if index::is_open(&row.figures) {
        return Ok(());
    }
    let tomorrow = calendar::day_number(now_ms.saturating_add(DAY_MS));
    let mut due = BTreeSet::new();
    for other in linked(db, &row)?.into_iter().filter(|other| index::is_open(&other.figures)) {
        if calendar::day_number(other.figures.arrive_by) <= tomorrow {
            due.extend(other.figures.members.iter().copied());
        } else {
            // Given early by a device whose day came sooner, and not taken back by this one.
            other.figures.members.iter().copied().for_each(&mut keep);
        }
    }
    for member in due {
        // Owners read everything.
        if !team::is_owner(db, member)? {
            wanted.entry(member).or_insert(Access::Read);
        }
    }
    Ok(())
}

/// Queues what changed in the grants of all history, when something changed or a day began since the last look.
fn queue_all(db: &Connection, papers: &mut Papers, enrolment: &Enrolment, now_ms: i64) -> Result<bool, StoreError> {
    let newest: Option<i64> = db.query_row("SELECT max(id) FROM change", [], |row| row.get(0)).optional()?.flatten();
    let said: i64 = db.query_row("SELECT coalesce(sum(rank), 0) FROM granted", [], |row| row.get(0))?;
    let now = (newest, said, calendar::day_number(now_ms));
    if settings::get_json(db, LOOKED)? == Some(now) {
        return Ok(false);
    }
    let mut jobs = BTreeSet::new();
    let mut read =
        db.prepare_cached("SELECT job FROM granted WHERE access = 1 UNION SELECT job FROM grant_out WHERE access = 1")?;
    for job in read.query_map([], |row| row.get::<_, String>(0))? {
        jobs.extend(job?.parse::<JobId>().ok());
    }
    for open in index::unfinished(db)? {
        let Some((_, row)) = index::row_of(db, open)? else { continue };
        if index::is_open(&row.figures) {
            jobs.extend(linked(db, &row)?.into_iter().map(|other| other.card.job));
        }
    }
    let mut due = false;
    for job in jobs {
        due |= team::queue_grants(db, papers, enrolment, job, Links::At(now_ms))?;
    }
    settings::put_json(db, LOOKED, &now)?;
    Ok(due)
}

impl Store {
    /// On an owner's device: queues who may read which past jobs from now on, and who no longer. Returns whether
    /// something is due.
    pub fn queue_history(&mut self, now_ms: i64) -> Result<bool, StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(false) };
        if !self.is_owner(enrolment.member)? {
            return Ok(false);
        }
        let tx = self.db.transaction()?;
        let due = queue_all(&tx, &mut self.papers, &enrolment, now_ms)?;
        tx.commit()?;
        Ok(due)
    }
}

//! Read-only history: whoever has a job today or tomorrow may read the past jobs of the same appliance or phone until the
//! visit is over.
//!
//! It follows from the orders as they merged, so every owner's device comes to the same. Only the giving knows the day:
//! two devices whose clocks stand on either side of midnight never take away what the other gives.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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

/// A phone (`true`) or a serial.
type Key = (bool, String);

/// What history asks of a job: of a whole row there would be too many.
struct Listed {
    job: JobId,
    keys: Vec<Key>,
    /// Who has it.
    members: Vec<MemberId>,
    /// Of an open one: when somebody is to arrive.
    open: Option<i64>,
}

impl Listed {
    fn of(row: &JobRow) -> Self {
        let phones = row.found.phones.iter().map(|phone| (true, phone.clone()));
        let serials = row.found.serials.iter().map(|serial| (false, serial.clone()));
        Self {
            job: row.card.job,
            keys: phones.chain(serials).collect(),
            members: row.figures.members.clone(),
            open: index::is_open(&row.figures).then_some(row.figures.arrive_by),
        }
    }
}

/// The newest jobs of phones and serials, each read once.
#[derive(Default)]
struct Near(BTreeMap<Key, Vec<Rc<Listed>>>);

impl Near {
    /// Reads the newest jobs of each of the keys that was not read before; `met` is told each.
    fn read(&mut self, db: &Connection, keys: &[Key], mut met: impl FnMut(&Rc<Listed>)) -> Result<(), StoreError> {
        let mut query = db.prepare_cached(KEYED)?;
        for of in keys {
            if self.0.contains_key(of) {
                continue;
            }
            let (phone, text) = of;
            let key = if *phone { index::Key::Phone(text) } else { index::Key::Serial(text) };
            let mut rows = query.query(params![key.number(), i64::MAX])?;
            let mut found = Vec::new();
            // One more than count: whoever looks may be among them.
            while let Some(other) = rows.next()?
                && found.len() <= MOST_EARLIER
            {
                let packed = other.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
                if let Some(other) = index::read(other.get(2)?, packed)?.filter(|other| key.names(other)) {
                    let other = Rc::new(Listed::of(&other));
                    met(&other);
                    found.push(other);
                }
            }
            self.0.insert(of.clone(), found);
        }
        Ok(())
    }

    /// Other open jobs of the same phone or one of the serials, among the newest of each: when, and who.
    fn open(&self, of: &Listed) -> BTreeMap<JobId, (i64, &[MemberId])> {
        let found = of.keys.iter().filter_map(|key| self.0.get(key));
        let others = found.flat_map(|found| found.iter().filter(|one| one.job != of.job).take(MOST_EARLIER));
        others.filter_map(|one| Some((one.job, (one.open?, one.members.as_slice())))).collect()
    }
}

/// What the log grants of a job, where that is known.
pub(super) type Said = BTreeMap<MemberId, Option<Access>>;
pub(super) type Wanted = BTreeMap<MemberId, Access>;

/// Adds to what is wanted of a job who may read it as history.
pub(super) fn want_history(
    db: &Connection,
    job: JobId,
    links: Links,
    said: &Said,
    wanted: &mut Wanted,
) -> Result<(), StoreError> {
    let Links::At(now_ms) = links else {
        said.keys().copied().for_each(|member| keep(member, said, wanted));
        return Ok(());
    };
    let Some((_, row)) = index::row_of(db, job)? else { return Ok(()) };
    let (job, mut near) = (Listed::of(&row), Near::default());
    near.read(db, &job.keys, |_| ())?;
    want(db, &near, &job, now_ms, said, wanted)
}

fn keep(member: MemberId, said: &Said, wanted: &mut Wanted) {
    if said.get(&member) == Some(&Some(Access::Read)) {
        wanted.entry(member).or_insert(Access::Read);
    }
}

fn want(
    db: &Connection,
    near: &Near,
    job: &Listed,
    now_ms: i64,
    said: &Said,
    wanted: &mut Wanted,
) -> Result<(), StoreError> {
    if job.open.is_some() {
        return Ok(());
    }
    let tomorrow = calendar::day_number(now_ms.saturating_add(DAY_MS));
    let mut due = BTreeSet::new();
    for (arrive_by, members) in near.open(job).into_values() {
        if calendar::day_number(arrive_by) <= tomorrow {
            due.extend(members.iter().copied());
        } else {
            // Given early by a device whose day came sooner, and not taken back by this one.
            members.iter().for_each(|member| keep(*member, said, wanted));
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
///
/// No order is opened and every phone and serial is read once: an owner's desk has thousands of open jobs with twenty
/// past ones each. Only what an open job is known by is read, because nothing else links a past job to one.
fn queue_all(db: &Connection, papers: &mut Papers, enrolment: &Enrolment, now_ms: i64) -> Result<bool, StoreError> {
    let newest: Option<i64> = db.query_row("SELECT max(id) FROM change", [], |row| row.get(0)).optional()?.flatten();
    let said: i64 = db.query_row("SELECT coalesce(sum(rank), 0) FROM granted", [], |row| row.get(0))?;
    let now = (newest, said, calendar::day_number(now_ms));
    if settings::get_json(db, LOOKED)? == Some(now) {
        return Ok(false);
    }
    let mut jobs: BTreeMap<JobId, Option<Rc<Listed>>> = BTreeMap::new();
    let mut read =
        db.prepare_cached("SELECT job FROM granted WHERE access = 1 UNION SELECT job FROM grant_out WHERE access = 1")?;
    for job in read.query_map([], |row| row.get::<_, String>(0))? {
        jobs.extend(job?.parse::<JobId>().ok().map(|job| (job, None)));
    }
    let listed = |job| Ok::<_, StoreError>(index::row_of(db, job)?.map(|(_, row)| Rc::new(Listed::of(&row))));
    let mut near = Near::default();
    for open in index::unfinished(db)? {
        if let Some(open) = listed(open)?.filter(|job| job.open.is_some()) {
            near.read(db, &open.keys, |other| {
                jobs.insert(other.job, Some(Rc::clone(other)));
            })?;
        }
    }
    let mut due = false;
    for (job, known) in jobs {
        let known = if known.is_some() { known } else { listed(job)? };
        due |= match known {
            Some(known) => team::queue_listed(db, job, &known.members, |said, wanted| {
                want(db, &near, &known, now_ms, said, wanted)
            })?,
            None => team::queue_grants(db, papers, enrolment, job, Links::At(now_ms))?,
        };
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

//! Keeps a job's row, and everything by which lists and search find it: what changed of it, nothing else.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::view::NodeKind;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::listed::{JobRow, place};
use super::{StoreError, search, stocks};
use crate::domain::calendar;
use crate::domain::day::JobFigures;
use crate::domain::intake::same_serial;
use crate::domain::reminders::Seen;
use crate::domain::shelf::Use;

/// 2020-01-01 00:00 at the shop, in seconds: ids are counted from here.
const FIRST_SECOND: i64 = 1_577_808_000;
/// Places for an order whose second is taken: this many times the room is doubled.
const TRIES: u32 = 40;

/// By what a list asks for jobs exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Member(MemberId),
    Phone(&'a str),
    Serial(&'a str),
    MakerOrder(&'a str),
    Township(&'a str),
    /// A maker waits for old parts of the job (R24).
    OldParts,
    /// The maker has not been told of the job (R46).
    Unreported,
}

impl Key<'_> {
    /// Four bytes of a hash: a key costs a third of an index over texts.
    pub fn number(&self) -> i64 {
        let hash = Sha256::new();
        let hash = match self {
            Self::Member(member) => hash.chain_update(b"m").chain_update(member.as_str()),
            Self::Phone(phone) => hash.chain_update(b"p").chain_update(phone),
            Self::Serial(serial) => hash.chain_update(b"s").chain_update(serial),
            Self::MakerOrder(number) => hash.chain_update(b"k").chain_update(number),
            Self::Township(township) => hash.chain_update(b"t").chain_update(township),
            Self::OldParts => hash.chain_update(b"o"),
            Self::Unreported => hash.chain_update(b"u"),
        };
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
        i64::from(i32::from_be_bytes([a, b, c, d]))
    }

    /// Whether the row is one of this key: two keys may have the same number.
    pub fn names(&self, row: &JobRow) -> bool {
        match self {
            Self::Member(member) => row.figures.members.contains(member),
            Self::Phone(phone) => row.found.phones.iter().any(|known| known == phone),
            Self::Serial(serial) => row.found.serials.iter().any(|known| known == serial),
            Self::MakerOrder(number) => same_serial(&row.card.maker_order) == *number,
            Self::Township(township) => row.card.township.trim() == *township,
            Self::OldParts => row.figures.old_parts > 0,
            Self::Unreported => row.figures.unreported,
        }
    }
}

/// The days that a job belongs to whatever becomes of it: due, agreed, worked on, ended.
pub(super) fn days_of(figures: &JobFigures) -> BTreeSet<i64> {
    let moments = [Some(figures.arrive_by), figures.due_again, figures.arrived_at, figures.finished_at];
    moments.into_iter().flatten().map(calendar::day_number).collect()
}

pub(super) fn is_open(figures: &JobFigures) -> bool {
    figures.finished_at.is_none() && !figures.cancelled
}

/// All that is kept beside a row, made from it alone: so what an old row left behind is known from it.
#[derive(Default, PartialEq, Eq)]
struct Beside {
    days: BTreeSet<i64>,
    keys: BTreeSet<i64>,
    revisit_of: Option<JobId>,
    hands: BTreeMap<MemberId, i64>,
    uses: Vec<Use>,
    machines: Vec<(i64, Seen)>,
}

impl Beside {
    fn of(row: &JobRow) -> Self {
        let JobRow { card, figures, found } = row;
        let mut keys: BTreeSet<Key<'_>> = figures.members.iter().map(|member| Key::Member(*member)).collect();
        keys.extend(found.phones.iter().map(|phone| Key::Phone(phone)));
        keys.extend(found.serials.iter().map(|serial| Key::Serial(serial)));
        let number = same_serial(&card.maker_order);
        keys.extend(Some(number.as_str()).filter(|number| !number.is_empty()).map(Key::MakerOrder));
        keys.extend(Some(card.township.trim()).filter(|name| !name.is_empty()).map(Key::Township));
        keys.extend((figures.old_parts > 0).then_some(Key::OldParts));
        keys.extend(figures.unreported.then_some(Key::Unreported));
        Self {
            days: days_of(figures),
            keys: keys.iter().map(Key::number).collect(),
            revisit_of: figures.revisit_of,
            hands: figures.money.hands(),
            uses: figures.uses.clone(),
            machines: figures
                .finished_at
                .map_or_else(Vec::new, |at| figures.machines.iter().map(|seen| (at, *seen)).collect()),
        }
    }

    /// Writes what is different from what was kept before.
    fn replace(&self, db: &Connection, id: i64, before: &Self) -> Result<(), StoreError> {
        let rows = [
            ("DELETE FROM job_day WHERE day = ?1 AND id = ?2", &before.days, &self.days),
            ("INSERT OR IGNORE INTO job_day (day, id) VALUES (?1, ?2)", &self.days, &before.days),
            ("DELETE FROM job_key WHERE key = ?1 AND id = ?2", &before.keys, &self.keys),
            ("INSERT OR IGNORE INTO job_key (key, id) VALUES (?1, ?2)", &self.keys, &before.keys),
        ];
        for (sql, these, not_these) in rows {
            for number in these.difference(not_these) {
                db.prepare_cached(sql)?.execute([number, &id])?;
            }
        }
        if self.revisit_of != before.revisit_of {
            for (sql, first) in [
                ("DELETE FROM job_revisit WHERE first = ?1 AND id = ?2", before.revisit_of),
                ("INSERT OR IGNORE INTO job_revisit (first, id) VALUES (?1, ?2)", self.revisit_of),
            ] {
                if let Some(first) = first {
                    db.prepare_cached(sql)?.execute(params![first.to_bytes(), id])?;
                }
            }
        }
        let members: BTreeSet<MemberId> = self.hands.keys().chain(before.hands.keys()).copied().collect();
        for member in members {
            let fen = |hands: &BTreeMap<MemberId, i64>| hands.get(&member).copied().unwrap_or(0);
            let more = fen(&self.hands) - fen(&before.hands);
            if more != 0 {
                db.prepare_cached(include_str!("sql/add_to_hand.sql"))?.execute(params![member.as_str(), more])?;
            }
        }
        stocks::replace(db, id, &self.uses, &before.uses)?;
        stocks::replace_machines(db, id, &self.machines, &before.machines)
    }
}

/// Reads a row as a list met it; `None` while it is yet to be computed.
pub(super) fn read(job: [u8; 16], packed: &[u8]) -> Result<Option<JobRow>, StoreError> {
    if packed.is_empty() {
        return Ok(None);
    }
    Ok(Some(JobRow::from_bytes(JobId::from_bytes(job), &JobRow::unpacked(packed)?)?))
}

/// Id and row of a job, where it has one.
pub(super) fn row_of(db: &Connection, job: JobId) -> Result<Option<(i64, JobRow)>, StoreError> {
    let Some((id, packed)) = stored(db, job)? else { return Ok(None) };
    Ok(read(job.to_bytes(), &packed)?.map(|row| (id, row)))
}

/// Whether a job has a row.
pub(super) fn has(db: &Connection, job: JobId) -> Result<bool, StoreError> {
    Ok(stored(db, job)?.is_some())
}

fn stored(db: &Connection, job: JobId) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let mut query = db.prepare_cached("SELECT id, row FROM job WHERE job = ?1")?;
    Ok(query.query_row([job.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// When the search hears of other texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// With the row.
    Now,
    /// When nobody waits, or when something is looked for: see [`search::catch_up`].
    AtRest,
}

/// Keeps a row. One that says nothing new is not written; the search index only when texts are others.
pub(super) fn put(db: &Connection, row: &JobRow, texts: Texts) -> Result<(), StoreError> {
    let job = row.card.job;
    let plain = row.to_bytes();
    let (id, packed, before) = match stored(db, job)? {
        Some((id, packed)) if packed.is_empty() => (id, packed, None),
        Some((id, packed)) => {
            let known = JobRow::unpacked(&packed)?;
            if known == plain {
                return match texts {
                    Texts::Now => search::catch_up_with(db, id, row),
                    Texts::AtRest => Ok(()),
                };
            }
            (id, packed, Some(JobRow::from_bytes(job, &known)?))
        }
        None => (free_id(db, row)?, Vec::new(), None),
    };
    let due = is_open(&row.figures).then_some(row.figures.arrive_by);
    db.prepare_cached(include_str!("sql/put_job.sql"))?.execute(params![
        id,
        job.to_bytes(),
        due,
        place(NodeKind::ALL, row.card.status),
        JobRow::packed(&plain),
    ])?;
    Beside::of(row).replace(db, id, &before.as_ref().map(Beside::of).unwrap_or_default())?;
    match (before, texts) {
        (Some(before), Texts::AtRest) if before.found == row.found => Ok(()),
        (Some(_), Texts::AtRest) => search::put_off(db, id, &packed),
        (before, _) => {
            let indexed = search::indexed(db, id, before.map(|before| before.found))?;
            search::replace(db, id, indexed.as_ref(), Some(&row.found))
        }
    }
}

/// Takes a job out of every list, so that nothing of it is left in any.
pub(super) fn remove(db: &Connection, job: JobId) -> Result<(), StoreError> {
    let Some((id, packed)) = stored(db, job)? else { return Ok(()) };
    if let Some(before) = read(job.to_bytes(), &packed)? {
        Beside::default().replace(db, id, &Beside::of(&before))?;
        let indexed = search::indexed(db, id, Some(before.found))?;
        search::replace(db, id, indexed.as_ref(), None)?;
    }
    db.prepare_cached("DELETE FROM job WHERE id = ?1")?.execute([id])?;
    db.prepare_cached("DELETE FROM lacking WHERE job = ?1")?.execute([job.to_string()])?;
    Ok(())
}

/// Every row, as another program with the key would find it.
pub fn all_rows(db: &Connection) -> Result<Vec<JobRow>, StoreError> {
    let mut query = db.prepare("SELECT job, row FROM job ORDER BY id")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().filter_map(|(job, packed)| read(job, &packed).transpose()).collect()
}

/// Makes all that lies beside the rows anew from them. No document is opened. `watch` may stop it; then nothing was done.
pub(super) fn make_anew(
    db: &Connection,
    mut watch: impl FnMut(usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    db.execute_batch(EMPTY_BESIDE)?;
    let mut query = db.prepare("SELECT id, job, row FROM job ORDER BY id")?;
    let mut rows = query.query([])?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if let Some(row) = read(row.get(1)?, row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)? {
            Beside::of(&row).replace(db, id, &Beside::default())?;
            search::replace(db, id, None, Some(&row.found))?;
        }
        done += 1;
        if done % 100 == 0 {
            watch(done)?;
        }
    }
    Ok(())
}

const EMPTY_BESIDE: &str = "DELETE FROM job_day; DELETE FROM job_key; DELETE FROM job_revisit; DELETE FROM hand;
     DELETE FROM part_use; DELETE FROM machine; DELETE FROM search_due; INSERT INTO search (search) VALUES ('delete-all');";

/// Takes every job out of every list, but keeps the ids: other tables name jobs by them.
pub(super) fn empty(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(EMPTY_BESIDE)?;
    db.execute_batch("UPDATE job SET due = NULL, status = -1, row = x''; DELETE FROM lacking;")?;
    Ok(())
}

/// Every job that has a row, in the order of their names.
pub(super) fn jobs(db: &Connection) -> Result<Vec<JobId>, StoreError> {
    let mut query = db.prepare("SELECT job FROM job ORDER BY job")?;
    let rows = query.query_map([], |row| row.get(0).map(JobId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Jobs that have not ended, cancelled ones among them.
pub(super) fn unfinished(db: &Connection) -> Result<BTreeSet<JobId>, StoreError> {
    let sql = "SELECT job FROM job WHERE due IS NOT NULL UNION SELECT job FROM job WHERE status = ?1";
    jobs_by(db, sql, i64::from(place(NodeKind::ALL, NodeKind::Cancelled)))
}

/// Jobs that belong to the day of this moment or a later one.
pub(super) fn of_days_from(db: &Connection, at: i64) -> Result<BTreeSet<JobId>, StoreError> {
    let sql = "SELECT j.job FROM job_day d JOIN job j ON j.id = d.id WHERE d.day >= ?1";
    jobs_by(db, sql, calendar::day_number(at))
}

fn jobs_by(db: &Connection, sql: &str, number: i64) -> Result<BTreeSet<JobId>, StoreError> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([number], |row| row.get(0).map(JobId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An id that nobody has: the second in which the order was taken, or one soon after. The room in which one is looked for
/// doubles at each try, so that a thousand orders of one second cost no more than a few tries each; where in it follows
/// from the job's own name, so that most devices come to the same.
fn free_id(db: &Connection, row: &JobRow) -> Result<i64, StoreError> {
    let second = row.card.taken_at.0.div_euclid(1000).saturating_sub(FIRST_SECOND);
    let second = second.clamp(1, i64::MAX >> 8);
    let mut taken = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM job WHERE id = ?1)")?;
    let name = Sha256::digest(row.card.job.to_bytes());
    let [a, b, c, d, e, ..] = <[u8; 32]>::from(name);
    let chance = i64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    for room in 0..TRIES {
        let id = second + chance % (1 << room);
        if !taken.query_row([id], |row| row.get::<_, bool>(0))? {
            return Ok(id);
        }
    }
    Err(StoreError::Row("a free id for a job"))
}

//! Choosing jobs to pack, and packing them: what is over, quiet, sent, seen by the owner and whole.
//!
//! Whoever takes in a change says when to look at its job again; nobody goes through all jobs. A job that does not
//! come back from its pack equal in every byte, hash, signature and number stays as it is.

use std::time::{Duration, Instant};

use doorstep_schemas::closed::{Closed, ClosedChange, ClosedRun};
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, DocKind, JobId};
use doorstep_schemas::segment::Unpacked;
use doorstep_schemas::signature::Chain;
use rusqlite::{Connection, OptionalExtension, params};

use super::packs::Sums;
use super::papers::Papers;
use super::rows::{RunRow, signed};
use super::{Store, StoreError, comparing, folded, packs, settings, tally, team, views};
use crate::domain::nodes;
use doorstep_schemas::admission::{History, Run};

const DAY_MS: i64 = crate::domain::calendar::DAY_MS;
const HOUR_MS: i64 = DAY_MS / 24;
/// A job is packed when nothing came to it for so long.
pub const PACK_AFTER_MS: i64 = 3 * DAY_MS;
/// What can't be packed yet is looked at again after this.
const LATER_MS: i64 = DAY_MS / 4;
/// What can't be packed at all, after this: a later version may do better.
const MUCH_LATER_MS: i64 = 30 * DAY_MS;

/// What came of looking at jobs that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packed {
    pub looked_at: u32,
    pub packed: u32,
}

enum Fit {
    Pack,
    /// Something is still under way.
    Later,
    /// It is not over; the change that ends it makes it due again.
    NotOver,
}

/// A change came: its job is to be looked at when it has been quiet. To the hour, the next one, so that of edits on each
/// other's heels only the first writes it down.
pub fn due_after(db: &Connection, doc: &DocId, noted_ms: i64) -> Result<(), StoreError> {
    let Some(job) = doc.job() else { return Ok(()) };
    let quiet = noted_ms.saturating_add(PACK_AFTER_MS);
    due_at(db, job, quiet.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS).saturating_mul(HOUR_MS))
}

/// A job that was packed as it came is to be looked at when its pictures may be here.
pub(super) fn look_later(db: &Connection, job: JobId, now_ms: i64) -> Result<(), StoreError> {
    due_at(db, job, now_ms.saturating_add(LATER_MS))
}

fn due_at(db: &Connection, job: JobId, at_ms: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO pack_due (job, at_ms) VALUES (?1, ?2)
         ON CONFLICT (job) DO UPDATE SET at_ms = excluded.at_ms WHERE excluded.at_ms > at_ms",
    )?
    .execute(params![job.to_string(), at_ms])?;
    Ok(())
}

impl Store {
    /// Packs closed jobs that are due, looking at `most` of them at most.
    pub fn pack_some(&mut self, now_ms: i64, most: u32) -> Result<Packed, StoreError> {
        self.pack_within(now_ms, most, Duration::MAX)
    }

    /// As `pack_some`, and begins with no job when so much time has passed: whoever waits for the store gets it then. All
    /// are one transaction, because a commit costs as much as a job.
    pub fn pack_within(&mut self, now_ms: i64, most: u32, time: Duration) -> Result<Packed, StoreError> {
        let due = {
            let mut query =
                self.db.prepare_cached("SELECT job FROM pack_due WHERE at_ms <= ?1 ORDER BY at_ms, job LIMIT ?2")?;
            query.query_map([now_ms, i64::from(most)], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?
        };
        if due.is_empty() {
            return Ok(Packed::default());
        }
        let begun = Instant::now();
        let mut out = Packed::default();
        let mut failed = None;
        let mut tx = self.db.transaction()?;
        for name in due {
            // What fails takes nothing with it that was packed before it.
            let part = tx.savepoint()?;
            match look_at(&part, &mut self.papers, &name, now_ms).and_then(|packed| {
                part.commit()?;
                Ok(packed)
            }) {
                Ok(packed) => out.packed += u32::from(packed),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            out.looked_at += 1;
            if begun.elapsed() >= time {
                break;
            }
        }
        let committed = tx.commit();
        if failed.is_some() || committed.is_err() {
            self.papers.forget_all();
        }
        committed?;
        failed.map_or(Ok(out), Err)
    }

    /// Every change and run of a job, packed or not, in the order in which they came; `log_seq` is 0 where the relay has
    /// not confirmed one.
    pub fn whole_job(&self, job: JobId) -> Result<Closed, StoreError> {
        gather(&self.db, job)
    }

    /// How many bytes a job's pack takes; `None` while it has none.
    pub fn packed_bytes(&self, job: JobId) -> Result<Option<usize>, StoreError> {
        packs::size(&self.db, job)
    }

    /// The relay's log is another one than before: packs hold what the old one confirmed. Those with own work are
    /// opened out, so that it is sent again, `most` packs looked at a call. Returns whether more are in doubt.
    pub fn open_doubted(&mut self, now_ms: i64, most: u32) -> Result<bool, StoreError> {
        let Some(after) = settings::number(&self.db, packs::DOUBT)? else { return Ok(false) };
        if comparing::is_due(&self.db)? {
            // What a comparison finds on the relay need not be sent again.
            return Ok(false);
        }
        let tx = self.db.transaction()?;
        let turn = settings::number(&tx, packs::TURN)?.unwrap_or(0);
        let found = {
            let mut query = tx
                .prepare_cached("SELECT id, job, own > 0 AND turn < ?2 FROM pack WHERE id > ?1 ORDER BY id LIMIT ?3")?;
            let rows = query.query_map([after, turn, i64::from(most)], |row| {
                Ok((row.get::<_, i64>(0)?, JobId::from_bytes(row.get(1)?), row.get::<_, bool>(2)?))
            })?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        for (_, job, _) in found.iter().filter(|(_, _, doubted)| *doubted) {
            packs::open_out(&tx, &mut self.papers, *job, true)?;
            due_at(&tx, *job, now_ms)?;
        }
        let more = match found.last() {
            Some((last, ..)) if found.len() == most as usize => {
                settings::put_number(&tx, packs::DOUBT, *last)?;
                true
            }
            _ => {
                tx.execute("DELETE FROM meta WHERE key = ?1", [packs::DOUBT])?;
                false
            }
        };
        tx.commit()?;
        Ok(more)
    }
}

/// Looks at one job that is due; returns whether it was packed.
fn look_at(db: &Connection, papers: &mut Papers, name: &str, now_ms: i64) -> Result<bool, StoreError> {
    let forget = || db.prepare_cached("DELETE FROM pack_due WHERE job = ?1")?.execute([name]).map(drop);
    let later = |ms: i64| {
        db.prepare_cached("UPDATE pack_due SET at_ms = ?2 WHERE job = ?1")?
            .execute(params![name, now_ms.saturating_add(ms)])
            .map(drop)
    };
    let Ok(job) = name.parse::<JobId>() else {
        forget()?;
        return Ok(false);
    };
    match fit(db, papers, job)? {
        Fit::NotOver => forget()?,
        Fit::Later => later(LATER_MS)?,
        Fit::Pack if pack(db, papers, job)? => {
            forget()?;
            return Ok(true);
        }
        Fit::Pack => later(MUCH_LATER_MS)?,
    }
    Ok(false)
}

/// The confirmations in all packs are in doubt.
pub(super) fn doubt_all(db: &Connection) -> Result<(), StoreError> {
    let turn = settings::number(db, packs::TURN)?.unwrap_or(0);
    settings::put_number(db, packs::TURN, turn + 1)?;
    settings::put_number(db, packs::DOUBT, i64::MIN)
}

/// All packs were compared, and those that differ opened out: in the others confirmations hold, by this entry of the log
/// at the latest. Whether the relay has a photo is asked of the relay, so that packs with own ones stay in doubt.
pub(super) fn settle_doubt(db: &Connection, head: u64) -> Result<(), StoreError> {
    let turn = settings::number(db, packs::TURN)?.unwrap_or(0);
    db.execute("UPDATE pack SET turn = ?1 WHERE turn < ?1 AND photos = 0", [turn])?;
    let left = "SELECT EXISTS (SELECT 1 FROM pack WHERE own > 0 AND turn < ?1)";
    if !db.query_row(left, [turn], |row| row.get::<_, bool>(0))? {
        db.execute("DELETE FROM meta WHERE key = ?1", [packs::DOUBT])?;
    }
    settings::put_number(db, packs::PACKED_SEQ, signed(head))
}

fn docs(job: JobId) -> [String; 2] {
    [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()]
}

/// Whether this is an owner's device.
fn owner(db: &Connection) -> Result<bool, StoreError> {
    match settings::enrolment(db)? {
        Some(enrolment) => team::is_owner(db, enrolment.member),
        None => Ok(false),
    }
}

fn fit(db: &Connection, papers: &mut Papers, job: JobId) -> Result<Fit, StoreError> {
    let owner_seq = settings::number(db, "owner_seq")?.unwrap_or(0);
    let [order, sheet] = docs(job);
    let under_way: bool = db
        .prepare_cached(include_str!("sql/under_way.sql"))?
        .query_row(params![order, sheet, owner_seq, owner(db)?, job.to_string()], |row| row.get(0))?;
    if under_way {
        return Ok(Fit::Later);
    }
    let Some(facts) = views::facts(db, papers, job)? else { return Ok(Fit::NotOver) };
    let over = nodes::ended(&facts).is_some() || facts.order.cancelled;
    Ok(if over { Fit::Pack } else { Fit::NotOver })
}

/// Puts a job's changes, runs and settled photos into its pack, once they have been seen to come back from it.
fn pack(db: &Connection, papers: &mut Papers, job: JobId) -> Result<bool, StoreError> {
    if is_as_it_came(db, job)? {
        if owner(db)? {
            folded::fold(db, papers, job)?;
        }
        return Ok(true);
    }
    let closed = gather(db, job)?;
    if closed.changes.is_empty() || !counted(db, job, &closed)? {
        return Ok(false);
    }
    let body = match packs::encode(&closed) {
        Ok(body) => body,
        Err(error) => {
            tracing::warn!(%job, %error, "a closed job can't be packed and stays as it is");
            return Ok(false);
        }
    };
    if !packs::decode(&body).is_ok_and(|back| back == closed) {
        tracing::error!(%job, "a closed job would not come back from its pack and stays as it is");
        return Ok(false);
    }
    // Others give up old photos by their rows.
    let folded = if owner(db)? { folded::fold(db, papers, job)? } else { Sums::default() };
    let [order, sheet] = docs(job);
    for table in ["change", "run", "paper"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE doc IN (?1, ?2)"))?.execute([&order, &sheet])?;
    }
    packs::put(db, job, &body, &closed, folded)?;
    tally::packed(db, job, &closed)?;
    Ok(true)
}

/// Whether a job lies in its pack with nothing behind it and no own picture beside it, so that it need not be written anew.
fn is_as_it_came(db: &Connection, job: JobId) -> Result<bool, StoreError> {
    let [order, sheet] = docs(job);
    let mut query = db.prepare_cached(
        "SELECT NOT EXISTS (SELECT 1 FROM change WHERE doc IN (?1, ?2))
            AND NOT EXISTS (SELECT 1 FROM photo WHERE doc = ?2 AND mine = 1)",
    )?;
    Ok(query.query_row([&order, &sheet], |row| row.get(0))? && packs::size(db, job)?.is_some())
}

/// Everything that is here of a job: its pack, and the rows behind it.
fn gather(db: &Connection, job: JobId) -> Result<Closed, StoreError> {
    let mut out = packs::of(db, job)?.unwrap_or_default();
    let [order, sheet] = docs(job);
    let mut query =
        db.prepare_cached("SELECT doc, bytes, noted_ms, log_seq, mine FROM change WHERE doc IN (?1, ?2) ORDER BY id")?;
    let mut rows = query.query([&order, &sheet])?;
    while let Some(row) = rows.next()? {
        let kind = if row.get_ref(0)?.as_str().is_ok_and(|doc| doc == order) { DocKind::Order } else { DocKind::Sheet };
        let change = Unpacked::read(row.get(1)?)?;
        let log_seq = row.get::<_, Option<i64>>(3)?.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
        if !out.runs.iter().any(|run| run.kind == kind && run.actor == change.actor) {
            out.runs.push(blank(kind, change.actor));
        }
        out.changes.push(ClosedChange { kind, change, noted_ms: row.get(2)?, log_seq, mine: row.get(4)? });
    }
    let mut query =
        db.prepare_cached("SELECT seq, hash, chain, next_op, signature, tail FROM run WHERE doc = ?1 AND actor = ?2")?;
    for run in &mut out.runs {
        let doc = if run.kind == DocKind::Order { &order } else { &sheet };
        let found = query.query_row(params![doc, run.actor.0], |row| {
            let unsigned = |value: i64| u64::try_from(value).unwrap_or(0);
            let how_far = Run {
                seq: unsigned(row.get(0)?),
                hash: ChangeHash(row.get(1)?),
                chain: Chain(row.get(2)?),
                next_op: unsigned(row.get(3)?),
            };
            Ok((how_far, row.get::<_, Vec<u8>>(4)?, row.get::<_, Vec<u8>>(5)?))
        });
        if let Some((how_far, signature, tail)) = found.optional()? {
            run.run = how_far;
            run.signature = minicbor::decode(&signature).map_err(StoreError::Cbor)?;
            run.tail = tail;
        }
    }
    Ok(out)
}

fn blank(kind: DocKind, actor: Actor) -> ClosedRun {
    let signature = doorstep_schemas::signature::Signature { seq: 0, beacon: None, bytes: [0; 64] };
    ClosedRun { kind, actor, run: Run::default(), signature, tail: Vec::new() }
}

/// Whether the documents' numbers of operations follow from the changes, as they must once the rows are gone.
fn counted(db: &Connection, job: JobId, closed: &Closed) -> Result<bool, StoreError> {
    for kind in [DocKind::Order, DocKind::Sheet] {
        let doc = packs::doc_of(job, kind);
        let kept = RunRow::read(db, &doc, Actor([0; 16]))?.doc_ops();
        if kept != packs::ops(closed, kind) + doorstep_schemas::birth::ops(kind) {
            return Ok(false);
        }
    }
    Ok(true)
}

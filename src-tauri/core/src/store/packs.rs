//! Closed jobs in one piece: the rows of `pack`, and what readers of changes, runs and documents need of them.
//!
//! A pack stands below the rows: what was taken in later lies in `change`, `run` and `paper` as ever, behind it. So a
//! row, where there is one, is newer than the pack. A pack names its job itself and rests on no read model.

use doorstep_schemas::admission::Run;
pub use doorstep_schemas::closed::body::{PackError, decode, encode, parts_of};
use doorstep_schemas::closed::{Closed, ClosedChange, ClosedRun};
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, DocKind, JobId, OutletId, PublicKey};
use doorstep_schemas::signature::Claim;
use rusqlite::{Connection, OptionalExtension, params};

use super::papers::Papers;
use super::rows::{ADOPTED, signed};
use super::{StoreError, folded, settings, volumes};

/// Names that share their first 63 bits: nobody's chance, somebody's malice.
const SAME: i64 = 16;

/// How often the relay's confirmations were forgotten: a pack of an earlier turn is in doubt.
pub(super) const TURN: &str = "pack_turn";
/// The highest entry of the relay's log that holds an own record of a pack.
pub(super) const PACKED_SEQ: &str = "packed_seq";
/// While packs are in doubt: the last one that was looked at.
pub(super) const DOUBT: &str = "pack_doubt";
/// Sums over all packs: documents, changes, own changes, own photos and their bytes.
pub(super) const DOCS: &str = "packed_docs";
pub(super) const CHANGES: &str = "packed_changes";
pub(super) const OWN: &str = "packed_own";
pub(super) const PHOTOS: &str = "packed_photos";
pub(super) const PHOTO_BYTES: &str = "packed_photo_bytes";

/// What is in packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    pub docs: i64,
    pub changes: i64,
    pub own: i64,
    pub photos: i64,
    pub photo_bytes: i64,
}

impl Sums {
    pub fn read(db: &Connection) -> Result<Self, StoreError> {
        let number = |key| Ok::<_, StoreError>(settings::number(db, key)?.unwrap_or(0));
        Ok(Self {
            docs: number(DOCS)?,
            changes: number(CHANGES)?,
            own: number(OWN)?,
            photos: number(PHOTOS)?,
            photo_bytes: number(PHOTO_BYTES)?,
        })
    }

    fn add(self, db: &Connection, sign: i64) -> Result<(), StoreError> {
        let sums = [
            (DOCS, self.docs),
            (CHANGES, self.changes),
            (OWN, self.own),
            (PHOTOS, self.photos),
            (PHOTO_BYTES, self.photo_bytes),
        ];
        for (key, more) in sums {
            if more != 0 {
                let sum = settings::number(db, key)?.unwrap_or(0) + sign * more;
                settings::put_number(db, key, sum)?;
            }
        }
        Ok(())
    }
}

/// Whether packs are in doubt: what they hold may be missing from the relay's log.
pub(super) fn doubted(db: &Connection) -> Result<bool, StoreError> {
    Ok(settings::number(db, DOUBT)?.is_some())
}

struct PackRow {
    id: i64,
    sums: Sums,
    /// Empty where it is bound into a volume.
    body: Vec<u8>,
    volume: Option<i64>,
}

impl PackRow {
    fn closed(&self, db: &Connection, job: JobId) -> Result<Closed, StoreError> {
        match self.volume {
            None => Ok(decode(&self.body)?),
            Some(volume) => volumes::closed(db, volume, job),
        }
    }

    fn bytes(&self, db: &Connection, job: JobId) -> Result<usize, StoreError> {
        self.volume.map_or(Ok(self.body.len()), |volume| volumes::share(db, volume, job))
    }
}

fn first_id(job: JobId) -> i64 {
    let bytes = job.to_bytes();
    let head = bytes.first_chunk::<8>().map_or(0, |head| u64::from_be_bytes(*head));
    (head >> 1).cast_signed()
}

fn row(db: &Connection, job: JobId) -> Result<Option<PackRow>, StoreError> {
    let first = first_id(job);
    let mut query = db.prepare_cached(
        "SELECT id, docs, changes, own, photos, photo_bytes, body, volume FROM pack
         WHERE id >= ?1 AND id < ?2 AND job = ?3",
    )?;
    let found = query.query_row(params![first, first.saturating_add(SAME), job.to_bytes()], |row| {
        let sums = Sums {
            docs: row.get::<_, i64>(1)?.count_ones().into(),
            changes: row.get(2)?,
            own: row.get(3)?,
            photos: row.get(4)?,
            photo_bytes: row.get(5)?,
        };
        Ok(PackRow { id: row.get(0)?, sums, body: row.get(6)?, volume: row.get(7)? })
    });
    Ok(found.optional()?)
}

/// Whether a document lies in a pack.
pub fn has(db: &Connection, doc: &DocId) -> Result<bool, StoreError> {
    let Some(job) = doc.job() else { return Ok(false) };
    let first = first_id(job);
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM pack WHERE id >= ?1 AND id < ?2 AND job = ?3 AND docs & ?4 <> 0)",
    )?;
    let place = params![first, first.saturating_add(SAME), job.to_bytes(), bit(doc.kind())];
    Ok(query.query_row(place, |row| row.get(0))?)
}

fn bit(kind: DocKind) -> i64 {
    match kind {
        DocKind::Order => 1,
        DocKind::Sheet => 2,
        _ => 0,
    }
}

/// What is packed of a job.
pub fn of(db: &Connection, job: JobId) -> Result<Option<Closed>, StoreError> {
    row(db, job)?.map(|row| row.closed(db, job)).transpose()
}

/// As `of`, and `None` where what is there can't be read, in its row or in its volume.
pub fn readable(db: &Connection, job: JobId) -> Result<Option<Closed>, StoreError> {
    match of(db, job) {
        Err(StoreError::Pack(_) | StoreError::Row(_)) => Ok(None),
        read => read,
    }
}

/// What is packed of the job of a document, if that document is among it.
pub fn of_doc(db: &Connection, doc: &DocId) -> Result<Option<Closed>, StoreError> {
    match doc.job() {
        Some(job) if has(db, doc)? => of(db, job),
        _ => Ok(None),
    }
}

/// Whether the author of every run vouches for what is packed of it. A hash follows from the bytes, so that only the
/// signatures tell whether those are the bytes that were written. An author who is not known here can't be asked.
pub fn vouched(db: &Connection, job: JobId, closed: &Closed) -> Result<bool, StoreError> {
    let Some(enrolment) = settings::enrolment(db)? else { return Ok(true) };
    let mut query = db.prepare_cached("SELECT key FROM device WHERE device = ?1")?;
    for run in &closed.runs {
        let key = query.query_row([run.actor.device().0], |row| row.get(0).map(PublicKey)).optional()?;
        if key.is_some_and(|key| !is_signed(enrolment.outlet, job, run, &key)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a run's author, whose key this is, vouches for it.
pub fn is_signed(outlet: OutletId, job: JobId, run: &ClosedRun, key: &PublicKey) -> bool {
    let ClosedRun { kind, actor, run, signature, tail } = run;
    let (tail, rest) = tail.as_chunks::<32>();
    let chain = tail.iter().fold(run.chain, |chain, hash| chain.then(&ChangeHash(*hash)));
    let doc = doc_of(job, *kind);
    let seq = run.seq + tail.len() as u64;
    let claim = Claim { outlet, doc: &doc, actor: *actor, seq, chain, beacon: signature.beacon };
    rest.is_empty() && signature.seq == seq && actor.device() == DeviceId::of_key(key) && claim.holds(signature, key)
}

/// How far a packed run is.
pub fn run(job: &Closed, kind: DocKind, actor: Actor) -> Option<Run> {
    job.runs.iter().find(|run| run.kind == kind && run.actor == actor).map(|run| run.run)
}

/// The packed change at a place of a run.
pub fn hash_at(job: &Closed, kind: DocKind, actor: Actor, seq: u64) -> Option<ChangeHash> {
    let at = |kept: &&ClosedChange| kept.kind == kind && (kept.change.actor, kept.change.seq) == (actor, seq);
    job.changes.iter().find(at).map(|kept| kept.change.hash)
}

/// A packed run's changes from one number on, as (seq, hash, bytes), and its signature.
#[expect(clippy::type_complexity, reason = "what an unsent run holds, too")]
pub fn run_from(
    db: &Connection,
    doc: &DocId,
    actor: Actor,
    from: i64,
) -> Result<(Vec<(u64, [u8; 32], Vec<u8>)>, Option<ClosedRun>), StoreError> {
    let Some(job) = of_doc(db, doc)? else { return Ok((Vec::new(), None)) };
    let theirs = |kept: &ClosedChange| (kept.kind, kept.change.actor) == (doc.kind(), actor);
    let wanted = |kept: &ClosedChange| theirs(kept) && signed(kept.change.seq) >= from;
    let changes = job.changes.into_iter().filter(wanted);
    let changes = changes.map(|kept| (kept.change.seq, kept.change.hash.0, kept.change.bytes)).collect();
    Ok((changes, job.runs.into_iter().find(|run| (run.kind, run.actor) == (doc.kind(), actor))))
}

/// Operations that people wrote into a packed document.
pub fn ops(job: &Closed, kind: DocKind) -> u64 {
    job.changes.iter().filter(|kept| kept.kind == kind).map(|kept| kept.change.ops).sum()
}

pub fn doc_of(job: JobId, kind: DocKind) -> DocId {
    if kind == DocKind::Order { DocId::Order(job) } else { DocId::Sheet(job) }
}

/// How many bytes a job's pack takes, bound or not; `None` where it has none.
pub fn size(db: &Connection, job: JobId) -> Result<Option<usize>, StoreError> {
    row(db, job)?.map(|row| row.bytes(db, job)).transpose()
}

/// Jobs with a pack in which an actor may have written: the actor's name lies in the body as it is.
pub fn naming(db: &Connection, name: &[u8]) -> Result<Vec<JobId>, StoreError> {
    let mut out = jobs(db, "SELECT job FROM pack WHERE volume IS NULL AND instr(body, ?1) > 0", &[&name])?;
    out.extend(volumes::naming(db, name)?);
    Ok(out)
}

/// Every packed job, oldest first.
pub fn all(db: &Connection) -> Result<Vec<JobId>, StoreError> {
    jobs(db, "SELECT job FROM pack ORDER BY id", &[])
}

/// Packed jobs that were there before `to` and to which the newest change came at `from` or later, milliseconds: all
/// that have a change between, and some that have none.
pub fn between(db: &Connection, from: i64, to: i64) -> Result<Vec<JobId>, StoreError> {
    let found = jobs(db, "SELECT job FROM pack WHERE newest_ms >= ?1 ORDER BY id", &[&from])?;
    // A name begins with the 48 bits of the millisecond in which it was given.
    Ok(found.into_iter().filter(|job| first_id(*job) >> 15 < to).collect())
}

fn jobs(db: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<JobId>, StoreError> {
    let mut query = db.prepare_cached(sql)?;
    let jobs = query.query_map(params, |row| row.get(0).map(JobId::from_bytes))?;
    Ok(jobs.collect::<Result<_, _>>()?)
}

/// Changes and bytes of a document's pack; the job's are counted with its sheet.
pub fn weight(db: &Connection, doc: &DocId) -> Result<(i64, i64), StoreError> {
    let DocId::Sheet(job) = doc else { return Ok((0, 0)) };
    let Some(row) = row(db, *job)? else { return Ok((0, 0)) };
    Ok((row.sums.changes, i64::try_from(row.bytes(db, *job)?).unwrap_or(i64::MAX)))
}

/// Own records in packs that a backup of the relay's log up to this entry has; a pack says no more of its entries than the
/// highest of all, so that none is said to be in a backup that is not.
pub fn backed_up(db: &Connection, to: i64, own: u32) -> Result<u32, StoreError> {
    Ok(if settings::number(db, PACKED_SEQ)?.is_some_and(|seq| seq <= to) { own } else { 0 })
}

/// Keeps a job as a pack, in the place of the one that was there.
pub fn put(db: &Connection, job: JobId, body: &[u8], closed: &Closed, photos: Sums) -> Result<(), StoreError> {
    let before = row(db, job)?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let docs = closed.changes.iter().fold(0, |docs, kept| docs | bit(kept.kind));
    let mut sums = Sums {
        docs: docs.count_ones().into(),
        changes: count(closed.changes.len()),
        own: count(closed.changes.iter().filter(|kept| kept.mine).count()),
        ..photos
    };
    let newest = closed.changes.iter().map(|kept| kept.noted_ms).max().unwrap_or(0);
    if let Some(before) = &before {
        before.sums.add(db, -1)?;
        leave_volume(db, before, job)?;
        sums.photos += before.sums.photos;
        sums.photo_bytes += before.sums.photo_bytes;
    }
    let id = match before {
        Some(before) => before.id,
        None => free_id(db, job)?.ok_or(StoreError::Row("pack"))?,
    };
    let turn = settings::number(db, TURN)?.unwrap_or(0);
    db.prepare_cached(
        "INSERT INTO pack (id, job, docs, changes, own, photos, photo_bytes, newest_ms, turn, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET docs = excluded.docs, changes = excluded.changes, own = excluded.own, photos = excluded.photos,
             photo_bytes = excluded.photo_bytes, newest_ms = excluded.newest_ms, turn = excluded.turn, body = excluded.body,
             volume = NULL",
    )?
    .execute(params![
        id,
        job.to_bytes(),
        docs,
        sums.changes,
        sums.own,
        sums.photos,
        sums.photo_bytes,
        newest,
        turn,
        body
    ])?;
    let confirmed = closed.changes.iter().filter(|kept| kept.mine).map(|kept| kept.log_seq).max();
    if let Some(seq) = confirmed.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX))
        && settings::number(db, PACKED_SEQ)?.unwrap_or(0) < seq
    {
        settings::put_number(db, PACKED_SEQ, seq)?;
    }
    sums.add(db, 1)
}

fn free_id(db: &Connection, job: JobId) -> Result<Option<i64>, StoreError> {
    let first = first_id(job);
    let mut taken = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM pack WHERE id = ?1)")?;
    for id in first..first.saturating_add(SAME) {
        if !taken.query_row([id], |row| row.get(0))? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A job's pack is gone, and its sums with it.
pub fn remove(db: &Connection, job: JobId) -> Result<(), StoreError> {
    if let Some(row) = row(db, job)? {
        row.sums.add(db, -1)?;
        leave_volume(db, &row, job)?;
        db.prepare_cached("DELETE FROM pack WHERE id = ?1")?.execute([row.id])?;
    }
    Ok(())
}

fn leave_volume(db: &Connection, row: &PackRow, job: JobId) -> Result<(), StoreError> {
    row.volume.map_or(Ok(()), |volume| volumes::cut_out(db, volume, job))
}

/// Makes rows of a pack again: for whoever has to judge the whole job anew, or to say all of it again (`unsent`).
pub fn open_out(db: &Connection, papers: &mut Papers, job: JobId, unsent: bool) -> Result<(), StoreError> {
    let Some(closed) = of(db, job)? else { return Ok(()) };
    folded::unfold(db, papers, job, &closed, unsent)?;
    let docs = [DocKind::Order, DocKind::Sheet].map(|kind| doc_of(job, kind).to_string());
    let mut later = db.prepare_cached("SELECT id FROM change WHERE doc IN (?1, ?2) ORDER BY id")?;
    let later = later.query_map([&docs[0], &docs[1]], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut next: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM change", [], |row| row.get(0))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO change (id, doc, actor, seq, hash, bytes, state, mine, noted_ms, log_seq)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for kept in &closed.changes {
        next += 1;
        let change = &kept.change;
        insert.execute(params![
            next,
            doc_of(job, kept.kind).to_string(),
            change.actor.0,
            signed(change.seq),
            change.hash.0,
            change.bytes,
            ADOPTED,
            kept.mine,
            kept.noted_ms,
            (!(unsent && kept.mine)).then_some(signed(kept.log_seq)),
        ])?;
    }
    // What came later stays behind it.
    for id in later {
        next += 1;
        db.prepare_cached("UPDATE change SET id = ?2 WHERE id = ?1")?.execute([id, next])?;
    }
    for run in &closed.runs {
        let signature = minicbor::to_vec(&run.signature).expect("writing to memory can't fail");
        db.prepare_cached(
            "INSERT INTO run (doc, actor, seq, hash, chain, next_op, signature, tail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (doc, actor) DO NOTHING",
        )?
        .execute(params![
            doc_of(job, run.kind).to_string(),
            run.actor.0,
            signed(run.run.seq),
            run.run.hash.0,
            run.run.chain.0,
            signed(run.run.next_op),
            signature,
            run.tail,
        ])?;
    }
    for kind in [DocKind::Order, DocKind::Sheet] {
        let ops = ops(&closed, kind);
        if closed.changes.iter().any(|kept| kept.kind == kind) {
            db.prepare_cached(
                "INSERT INTO paper (doc, ops) VALUES (?1, ?2)
                 ON CONFLICT (doc) DO UPDATE SET saved = NULL, saved_to = 0",
            )?
            .execute(params![doc_of(job, kind).to_string(), signed(ops)])?;
        }
    }
    remove(db, job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_whose_names_begin_alike_have_packs_of_their_own() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("migrations/0001_first.sql")).unwrap();
        db.execute_batch(include_str!("migrations/0005_packs.sql")).unwrap();
        db.execute_batch(include_str!("migrations/0012_volumes.sql")).unwrap();
        let names: Vec<JobId> =
            (0..17).map(|n| JobId::mint(1_795_000_000_000, [7, 7, n, 0, 0, 0, 0, 0, 0, 1])).collect();
        assert!(names.iter().all(|name| first_id(*name) == first_id(names[0])));
        let body = encode(&Closed::default()).unwrap();
        for name in &names[..16] {
            put(&db, *name, &body, &Closed::default(), Sums::default()).unwrap();
        }
        assert!(put(&db, names[16], &body, &Closed::default(), Sums::default()).is_err(), "it stays in its rows");
        remove(&db, names[3]).unwrap();
        assert_eq!(of(&db, names[3]).unwrap(), None);
        assert!(names[4..16].iter().all(|name| of(&db, *name).unwrap().is_some()));
    }
}

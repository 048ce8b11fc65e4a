//! Change and run rows: what admission goes by, and what it leaves.

use doorstep_schemas::admission::{History, Run};
use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::closed::Closed;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, DocKind};
use doorstep_schemas::signature::{Chain, Signature};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, packing, packs, strays};

pub const ADOPTED: i64 = 0;
pub const WAITING: i64 = 1;
pub const QUARANTINED: i64 = 2;

/// One run as it stands here.
pub struct RunRow<'a> {
    db: &'a Connection,
    doc: String,
    actor: Actor,
    run: Run,
    /// What its author signed for the places behind its end, from the first one that can't hold it on.
    strays: Vec<ChangeHash>,
    doc_ops: u64,
    kind: DocKind,
    /// What is packed of it: rows stand above.
    packed: Option<Closed>,
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl<'a> RunRow<'a> {
    pub fn read(db: &'a Connection, doc: &DocId, actor: Actor) -> Result<Self, StoreError> {
        let key = doc.to_string();
        let row = db
            .prepare_cached("SELECT seq, hash, chain, next_op FROM run WHERE doc = ?1 AND actor = ?2")?
            .query_row(params![key, actor.0], |row| {
                Ok(Run {
                    seq: unsigned(row.get(0)?),
                    hash: ChangeHash(row.get(1)?),
                    chain: Chain(row.get(2)?),
                    next_op: unsigned(row.get(3)?),
                })
            })
            .optional()?;
        let packed = packs::of_doc(db, doc)?;
        let kind = doc.kind();
        let below = || packed.as_ref().and_then(|job| packs::run(job, kind, actor)).unwrap_or_default();
        let run = row.unwrap_or_else(below);
        let strays = strays::hashes(db, &key, actor)?;
        let ops: Option<i64> = db
            .prepare_cached("SELECT ops FROM paper WHERE doc = ?1")?
            .query_row([&key], |row| row.get(0))
            .optional()?;
        let below = || packed.as_ref().map_or(0, |job| packs::ops(job, kind));
        let doc_ops = ops.map_or_else(below, unsigned).saturating_add(birth::ops(kind));
        Ok(Self { db, doc: key, actor, run, strays, doc_ops, kind, packed })
    }

    /// The place from which on nothing of this run can be taken.
    pub fn broken(&self) -> Option<u64> {
        (!self.strays.is_empty()).then(|| self.run.seq.saturating_add(1))
    }
}

impl History for RunRow<'_> {
    type Error = rusqlite::Error;

    /// With what was signed for the places behind its broken one: that is known here too, and judged no other way.
    fn run(&self) -> Run {
        self.strays.iter().fold(self.run, |run, hash| Run {
            seq: run.seq.saturating_add(1),
            hash: *hash,
            chain: run.chain.then(hash),
            ..run
        })
    }

    fn doc_ops(&self) -> u64 {
        self.doc_ops
    }

    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, rusqlite::Error> {
        if let Some(behind) = self.broken().and_then(|at| seq.checked_sub(at)) {
            return Ok(usize::try_from(behind).ok().and_then(|behind| self.strays.get(behind)).copied());
        }
        self.db
            .prepare_cached("SELECT hash FROM change WHERE doc = ?1 AND actor = ?2 AND seq = ?3")?
            .query_row(params![self.doc, self.actor.0, signed(seq)], |row| row.get(0).map(ChangeHash))
            .optional()
            .map(|found| found.or_else(|| packs::hash_at(self.packed.as_ref()?, self.kind, self.actor, seq)))
    }
}

/// A run ends here again; what stood behind it is gone.
pub fn cut_run(db: &Connection, doc: &DocId, actor: Actor, end: u64) -> Result<(), StoreError> {
    let key = doc.to_string();
    let packed = packs::of_doc(db, doc)?;
    let mut run = packed.and_then(|job| packs::run(&job, doc.kind(), actor)).unwrap_or_default();
    let mut query =
        db.prepare_cached("SELECT hash, bytes FROM change WHERE doc = ?1 AND actor = ?2 AND seq <= ?3 ORDER BY seq")?;
    let kept = query.query_map(params![key, actor.0, signed(end)], |row| {
        Ok((ChangeHash(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
    })?;
    for row in kept {
        let (hash, bytes) = row?;
        let next_op = Change::parse(&bytes).map_or(run.next_op, |change| change.start_op.saturating_add(change.ops));
        run = Run { seq: run.seq + 1, hash, chain: run.chain.then(&hash), next_op };
    }
    if run.seq == 0 {
        db.execute("DELETE FROM run WHERE doc = ?1 AND actor = ?2", params![key, actor.0])?;
    } else {
        db.execute(
            "UPDATE run SET seq = ?3, hash = ?4, chain = ?5, next_op = ?6 WHERE doc = ?1 AND actor = ?2",
            params![key, actor.0, signed(run.seq), run.hash.0, run.chain.0, signed(run.next_op)],
        )?;
    }
    Ok(())
}

/// A change on its way into its row.
pub struct Row<'a> {
    pub seq: u64,
    pub hash: &'a ChangeHash,
    pub bytes: &'a [u8],
    pub state: i64,
}

/// What an admitted piece leaves in the tables.
pub struct Intake<'a> {
    pub doc: &'a DocId,
    pub actor: Actor,
    pub changes: &'a [Row<'a>],
    pub run: &'a Run,
    pub doc_ops: u64,
    pub signature: &'a Signature,
    pub tail: &'a [u8],
    pub mine: bool,
    pub noted_ms: i64,
    pub log_seq: Option<u64>,
}

impl Intake<'_> {
    pub fn insert(&self, db: &Connection) -> Result<(), StoreError> {
        let doc = self.doc.to_string();
        let mut insert = db.prepare_cached(
            "INSERT INTO change (doc, actor, seq, hash, bytes, state, mine, noted_ms, log_seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for change in self.changes {
            insert.execute(params![
                doc,
                self.actor.0,
                signed(change.seq),
                change.hash.0,
                change.bytes,
                change.state,
                self.mine,
                self.noted_ms,
                self.log_seq.map(signed),
            ])?;
        }
        let signature = minicbor::to_vec(self.signature).expect("writing to memory can't fail");
        db.prepare_cached(
            "INSERT INTO run (doc, actor, seq, hash, chain, next_op, signature, tail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (doc, actor) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, chain = excluded.chain,
                 next_op = excluded.next_op, signature = excluded.signature, tail = excluded.tail",
        )?
        .execute(params![
            doc,
            self.actor.0,
            signed(self.run.seq),
            self.run.hash.0,
            self.run.chain.0,
            signed(self.run.next_op),
            signature,
            self.tail,
        ])?;
        db.prepare_cached(
            "INSERT INTO paper (doc, ops) VALUES (?1, ?2) ON CONFLICT (doc) DO UPDATE SET ops = excluded.ops",
        )?
        .execute(params![doc, signed(self.doc_ops.saturating_sub(birth::ops(self.doc.kind())))])?;
        packing::due_after(db, self.doc, self.noted_ms)
    }
}

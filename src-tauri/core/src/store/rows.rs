//! Change and run rows: what admission goes by, and what it leaves.

use doorstep_schemas::admission::{Admitted, History, Run};
use doorstep_schemas::birth;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId};
use doorstep_schemas::signature::{Chain, Signature};
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

pub const ADOPTED: i64 = 0;
pub const WAITING: i64 = 1;
pub const QUARANTINED: i64 = 2;

/// One run as it stands here.
pub struct RunRow<'a> {
    db: &'a Connection,
    doc: String,
    actor: Actor,
    run: Run,
    doc_ops: u64,
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
        let run = db
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
        let ops: Option<i64> = db
            .prepare_cached("SELECT ops FROM paper WHERE doc = ?1")?
            .query_row([&key], |row| row.get(0))
            .optional()?;
        let doc_ops = ops.map_or(0, unsigned).saturating_add(birth::ops(doc.kind()));
        Ok(Self { db, doc: key, actor, run: run.unwrap_or_default(), doc_ops })
    }
}

impl History for RunRow<'_> {
    type Error = rusqlite::Error;

    fn run(&self) -> Run {
        self.run
    }

    fn doc_ops(&self) -> u64 {
        self.doc_ops
    }

    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, rusqlite::Error> {
        self.db
            .prepare_cached("SELECT hash FROM change WHERE doc = ?1 AND actor = ?2 AND seq = ?3")?
            .query_row(params![self.doc, self.actor.0, signed(seq)], |row| row.get(0).map(ChangeHash))
            .optional()
    }
}

/// What an admitted piece leaves in the tables.
pub struct Intake<'a> {
    pub doc: &'a DocId,
    pub actor: Actor,
    pub changes: &'a [Admitted],
    pub run: &'a Run,
    pub doc_ops: u64,
    pub signature: &'a Signature,
    pub tail: &'a [u8],
    pub state: i64,
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
                self.state,
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
        Ok(())
    }
}

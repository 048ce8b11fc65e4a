//! What can't go on: pieces held for their author or history, changes in quarantine, own work that was refused.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DeviceId, DocId};
use doorstep_schemas::log;
use doorstep_schemas::wire::{Piece, Segment, kind};
use rusqlite::{Connection, params};

use super::absorb::Taken;
use super::rows::signed;
use super::{Store, StoreError};

/// One thing that is stuck, for the sync screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    pub doc: DocId,
    pub code: ErrorCode,
    /// Ours, refused by the relay; else another's that can't be opened here.
    pub ours: bool,
    pub at_ms: i64,
    pub changes: u32,
}

pub(super) fn note(
    db: &Connection,
    doc: &str,
    actor: Actor,
    seq: i64,
    code: ErrorCode,
    piece: Option<&[u8]>,
    at_ms: i64,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO quarantine (doc, actor, seq, code, piece, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (doc, actor, seq) DO NOTHING",
    )?
    .execute(params![doc, actor.0, seq, code.wire(), piece, at_ms])?;
    Ok(())
}

/// Held pieces, oldest first, to be judged again.
pub(super) fn held(db: &Connection, own: DeviceId, now_ms: i64) -> Result<Vec<(DocId, Piece, Taken)>, StoreError> {
    let mut query = db.prepare_cached("SELECT doc, piece, at_ms FROM held_piece ORDER BY id")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (doc, bytes, at_ms) = row?;
        let doc = doc.parse().map_err(|_: doorstep_schemas::ids::NotAnId| StoreError::Row("held_piece"))?;
        if let Ok(piece) = minicbor::decode(&bytes) {
            out.push((doc, piece, Taken { at_ms, log_seq: 0, own, now_ms }));
        }
    }
    Ok(out)
}

/// A held piece was admitted after all.
pub(super) fn release(db: &Connection, doc: &DocId, segment: &Segment) -> Result<(), StoreError> {
    let piece =
        Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment.clone()), ..Piece::default() };
    let bytes = minicbor::to_vec(&piece).expect("writing to memory can't fail");
    db.prepare_cached("DELETE FROM held_piece WHERE digest = ?1")?.execute([log::digest(&bytes)])?;
    Ok(())
}

impl Store {
    /// Own work that the relay refused, by its reason.
    pub fn note_refused(
        &mut self,
        doc: &DocId,
        actor: Actor,
        from_seq: u64,
        code: ErrorCode,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT INTO refused (doc, actor, from_seq, code, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (doc, actor, from_seq) DO UPDATE SET code = excluded.code, at_ms = excluded.at_ms",
            params![doc.to_string(), actor.0, signed(from_seq), code.wire(), at_ms],
        )?;
        Ok(())
    }

    /// Everything that is stuck, newest first.
    pub fn stuck(&self) -> Result<Vec<Stuck>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT doc, code, 1, max(at_ms), count(*) FROM refused GROUP BY doc, code
             UNION ALL SELECT doc, code, 0, max(at_ms), count(*) FROM quarantine GROUP BY doc, code
             ORDER BY 4 DESC LIMIT 200",
        )?;
        let rows = query.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let (doc, code, ours, at_ms, changes) = row?;
            if let Ok(doc) = doc.parse() {
                let code = ErrorCode::from_wire(&code).unwrap_or(ErrorCode::Internal);
                out.push(Stuck { doc, code, ours, at_ms, changes });
            }
        }
        Ok(out)
    }

    /// Others' changes that wait for a part of their history.
    pub fn waiting(&self) -> Result<u32, StoreError> {
        let changes: u32 = self.db.query_row("SELECT count(*) FROM change WHERE state = 1", [], |row| row.get(0))?;
        let held: u32 = self.db.query_row("SELECT count(*) FROM held_piece", [], |row| row.get(0))?;
        Ok(changes + held)
    }
}

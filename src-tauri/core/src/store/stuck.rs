//! What can't go on: pieces held for their author or history, changes in quarantine, own work that was refused.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::wire::{Piece, Segment};
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

/// A piece that can't be judged yet.
pub(super) struct HeldPiece {
    pub id: i64,
    pub doc: DocId,
    pub segment: Segment,
    pub taken: Taken,
}

/// Held pieces, oldest first, to be judged again.
pub(super) fn held(db: &Connection) -> Result<Vec<HeldPiece>, StoreError> {
    let mut query = db.prepare_cached("SELECT id, piece, at_ms, log_seq FROM held_piece ORDER BY id")?;
    let rows = query.query_map([], |row| {
        let log_seq = row.get::<_, Option<i64>>(3)?.and_then(|seq| u64::try_from(seq).ok());
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, Taken { at_ms: row.get(2)?, log_seq }))
    })?;
    let mut out = Vec::new();
    for row in rows {
        let (id, bytes, taken) = row?;
        let piece: Piece = minicbor::decode(&bytes).map_err(StoreError::Cbor)?;
        if let Piece { doc: Some(doc), segment: Some(segment), .. } = piece {
            out.push(HeldPiece { id, doc, segment, taken });
        }
    }
    Ok(out)
}

/// A held piece has been judged.
pub(super) fn release(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM held_piece WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// A sound copy of a piece that was refused has come: it is stuck no longer.
pub(super) fn mended(db: &Connection, doc: &DocId, actor: Actor, to_seq: u64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM quarantine WHERE doc = ?1 AND actor = ?2 AND seq <= ?3 AND piece IS NOT NULL")?
        .execute(params![doc.to_string(), actor.0, signed(to_seq)])?;
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

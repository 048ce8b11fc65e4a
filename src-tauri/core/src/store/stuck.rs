//! What can't go on: pieces held for their author or history, changes in quarantine, own work that was refused.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DeviceId, DocId};
use doorstep_schemas::log;
use doorstep_schemas::view::Remedy;
use doorstep_schemas::wire::{Piece, Segment};
use rusqlite::{Connection, params};

use super::absorb::{self, Taken};
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
    /// Whose work it is; empty while that is not known here.
    pub by: String,
    /// Why an owner declined it.
    pub reason: Option<String>,
}

impl Stuck {
    /// What a person can do about it. A job is founded anew only where a part of it is lost to everybody.
    pub fn remedies(&self, owner: bool) -> Vec<Remedy> {
        let for_ever = !self.ours && self.code != ErrorCode::SignatureInvalid;
        let refound = owner && for_ever && matches!(self.doc, DocId::Order(_) | DocId::Sheet(_));
        // What was decided is not decided otherwise by asking again.
        if self.code == ErrorCode::GrantRefused {
            return vec![Remedy::Retry];
        }
        let retry = (self.code != ErrorCode::Declined).then_some(Remedy::Retry);
        let mut out: Vec<Remedy> = retry.into_iter().chain([Remedy::Export]).collect();
        out.extend(refound.then_some(Remedy::Refound));
        out
    }
}

/// A change that its author signed and that can't be part of its document.
pub(super) fn note(
    db: &Connection,
    doc: &str,
    actor: Actor,
    seq: i64,
    code: ErrorCode,
    at_ms: i64,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO quarantine (doc, actor, seq, code, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (doc, actor, seq) DO UPDATE SET code = excluded.code",
    )?
    .execute(params![doc, actor.0, seq, code.wire(), at_ms])?;
    Ok(())
}

/// The verdicts on a document's changes are about to be made anew. What stands behind a run's broken place has no
/// change and keeps its row.
pub(super) fn forget_changes(db: &Connection, doc: &str) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM quarantine WHERE doc = ?1 AND EXISTS
             (SELECT 1 FROM change c WHERE c.doc = ?1 AND c.actor = quarantine.actor AND c.seq = quarantine.seq)",
        [doc],
    )?;
    Ok(())
}

/// The same for one reason.
pub(super) fn forget_code(db: &Connection, doc: &str, code: ErrorCode) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM quarantine WHERE doc = ?1 AND code = ?2 AND EXISTS
             (SELECT 1 FROM change c WHERE c.doc = ?1 AND c.actor = quarantine.actor AND c.seq = quarantine.seq)",
        params![doc, code.wire()],
    )?;
    Ok(())
}

/// The log holds something else from this place of a run on.
pub(super) fn forget_from(db: &Connection, doc: &str, actor: Actor, seq: i64) -> Result<(), StoreError> {
    db.execute("DELETE FROM quarantine WHERE doc = ?1 AND actor = ?2 AND seq >= ?3", params![doc, actor.0, seq])?;
    Ok(())
}

/// Whoever damages pieces on their way can't fill the disk: of one run no more are put aside than this,
/// beside what the log vouches for.
const MOST_ASIDE: i64 = 16;

/// Puts a piece aside that says nothing about its changes.
pub(super) fn put_aside(
    db: &Connection,
    doc: &DocId,
    segment: &Segment,
    code: ErrorCode,
    taken: Taken,
    now_ms: i64,
) -> Result<(), StoreError> {
    let key = doc.to_string();
    let piece = absorb::piece_bytes(doc, segment);
    let held: i64 = db
        .prepare_cached("SELECT count(*) FROM aside WHERE doc = ?1 AND actor = ?2")?
        .query_row(params![key, segment.actor.0], |row| row.get(0))?;
    if held >= MOST_ASIDE && taken.log_seq.is_none() {
        tracing::warn!(%doc, "too many pieces of this run were put aside; one more is passed over");
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO aside (doc, actor, from_seq, code, piece, at_ms, log_seq, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (digest)
             DO UPDATE SET log_seq = coalesce(log_seq, excluded.log_seq)",
    )?
    .execute(params![
        key,
        segment.actor.0,
        signed(segment.from_seq),
        code.wire(),
        piece,
        now_ms,
        taken.log_seq.map(signed),
        log::digest(&piece),
    ])?;
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
    pieces(&mut query, [])
}

fn pieces(query: &mut rusqlite::Statement<'_>, of: impl rusqlite::Params) -> Result<Vec<HeldPiece>, StoreError> {
    let rows = query.query_map(of, |row| {
        let log_seq = row.get::<_, Option<i64>>(3)?.and_then(|seq| u64::try_from(seq).ok());
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, Taken { at_ms: row.get(2)?, log_seq, ..Taken::default() }))
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

/// Takes pieces that were put aside out again, of one run or all, to be judged again.
pub(super) fn take_asides(db: &Connection, of: Option<(&DocId, Actor)>) -> Result<Vec<HeldPiece>, StoreError> {
    let (doc, actor) = of.map(|(doc, actor)| (doc.to_string(), actor.0)).unzip();
    let which = "(?1 IS NULL OR doc = ?1) AND (?2 IS NULL OR actor = ?2)";
    let mut query =
        db.prepare_cached(&format!("SELECT id, piece, at_ms, log_seq FROM aside WHERE {which} ORDER BY from_seq, id"))?;
    let out = pieces(&mut query, params![doc, actor])?;
    db.prepare_cached(&format!("DELETE FROM aside WHERE {which}"))?.execute(params![doc, actor])?;
    Ok(out)
}

/// A held piece has been judged.
pub(super) fn release(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM held_piece WHERE id = ?1")?.execute([id])?;
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

    /// Everything that is stuck, newest first: by document, reason and author.
    pub fn stuck(&self) -> Result<Vec<Stuck>, StoreError> {
        let mut query = self.db.prepare_cached(include_str!("sql/stuck.sql"))?;
        let rows = query.query_map([], |row| {
            let device: Vec<u8> = row.get(5)?;
            let words = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(6)?);
            Ok((words, row.get(2)?, row.get(3)?, row.get(4)?, device))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let ((doc, code, reason), ours, at_ms, changes, device) = row?;
            if let (Ok(doc), Ok(device)) = (doc.parse(), <[u8; 8]>::try_from(device)) {
                let code = ErrorCode::from_wire(&code).unwrap_or(ErrorCode::Internal);
                let by = self.member_of_device(DeviceId(device))?;
                out.push(Stuck { doc, code, ours, at_ms, changes, by, reason });
            }
        }
        out.extend(self.unopened()?);
        Ok(out)
    }

    /// Others' changes that wait for a part of their history.
    pub fn waiting(&self) -> Result<u32, StoreError> {
        let changes: u32 = self.db.query_row("SELECT count(*) FROM change WHERE state = 1", [], |row| row.get(0))?;
        let held: u32 = self.db.query_row("SELECT count(*) FROM held_piece", [], |row| row.get(0))?;
        Ok(changes + held)
    }
}

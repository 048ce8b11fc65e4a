//! The owner's inbox, from both sides: what of this device's own work lies in it, and, on an owner's device, what waits
//! there for a decision.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, MemberId};
use doorstep_schemas::inbox::REASON;
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Admit, Erased, InboxItem, InboxState, Piece, kind};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::signed;
use super::team::text_error;
use super::{Store, StoreError, decided, settings};
use crate::documents::history::{self, Deed};

const SEEN: &str = "inbox_seen";
/// Changes of one run whose text is told; the count tells the rest.
const TOLD: usize = 512;

/// Others' work of one run that waits for an owner, or was declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRun {
    pub doc: DocId,
    pub actor: Actor,
    pub to_seq: u64,
    pub member: MemberId,
    pub changes: u32,
    /// The relay's clock when the first of it came.
    pub since_ms: i64,
    pub declined: bool,
    /// Why the relay did not admit it when an owner wanted that.
    pub code: Option<ErrorCode>,
    /// A decision is on its way to the relay.
    pub decided: bool,
}

/// Notes that the relay has own work in the inbox: it is not sent again, and counts as unsent no more.
pub(super) fn note_kept(
    db: &Connection,
    doc: &DocId,
    actor: Actor,
    (from, to): (u64, u64),
    mark: u64,
) -> Result<(), StoreError> {
    let doc = doc.to_string();
    db.execute(
        "INSERT OR REPLACE INTO in_inbox (doc, actor, from_seq, to_seq, mark) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![doc, actor.0, signed(from), signed(to), signed(mark)],
    )?;
    decided::ask(db)?;
    // Photos of what waits are taken as well.
    db.execute("UPDATE photo SET refused = NULL WHERE doc = ?1 AND refused = 'not_found'", [doc])?;
    Ok(())
}

/// Words of the inbox that an owner's device has fetched, as the relay last said.
pub(super) fn seen(db: &Connection) -> Result<i64, StoreError> {
    Ok(settings::number(db, SEEN)?.unwrap_or(0))
}

/// The log is another one, and its inbox with it: what lay there is handed in anew, what is listed comes anew.
pub(super) fn begin_anew(db: &Connection) -> Result<(), StoreError> {
    settings::put_number(db, SEEN, 0)?;
    decided::begin_anew(db)?;
    db.execute("DELETE FROM refused WHERE code = ?1", [ErrorCode::InInbox.wire()])?;
    Ok(db.execute_batch("DELETE FROM in_inbox; DELETE FROM inbox;")?)
}

fn queue(db: &Connection, piece: &Piece) -> Result<(), StoreError> {
    let bytes = minicbor::to_vec(piece).expect("writing to memory can't fail");
    db.execute("INSERT OR IGNORE INTO word_out (piece) VALUES (?1)", [bytes])?;
    Ok(())
}

/// Queues the word that a job is erased.
pub(super) fn queue_erased(db: &Connection, erased: Erased) -> Result<(), StoreError> {
    queue(db, &Piece { kind: kind::ERASED, erased: Some(erased), ..Piece::default() })
}

impl Store {
    /// The last word of the inbox that is known here; `None` on a device that is not an owner's.
    pub fn inbox_known(&self) -> Result<Option<u64>, StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(None) };
        if !self.is_owner(enrolment.member)? {
            return Ok(None);
        }
        let known: i64 = self.db.query_row("SELECT coalesce(max(mark), 0) FROM inbox", [], |row| row.get(0))?;
        Ok(u64::try_from(known).ok())
    }

    /// Takes words of the inbox. Returns whether any was new.
    pub fn note_inbox(&mut self, items: &[InboxItem]) -> Result<bool, StoreError> {
        let tx = self.db.transaction()?;
        let mut new = false;
        for item in items {
            let known = InboxState::from_number(item.state).is_some();
            let fits = item.piece.as_ref().is_none_or(|piece| {
                let of_run =
                    piece.segment.as_ref().is_some_and(|s| (s.actor, s.from_seq) == (item.actor, item.from_seq));
                piece.doc.as_ref() == Some(&item.doc) && of_run
            });
            if !known || !fits {
                tracing::warn!(doc = %item.doc, mark = item.mark, "a word of the inbox can't be read");
            }
            let piece = item.piece.as_ref().filter(|_| fits);
            let piece = piece.map(|piece| minicbor::to_vec(piece).expect("writing to memory can't fail"));
            let state = if known && fits { item.state } else { InboxState::Admitted as u8 };
            new |= tx.execute(
                "INSERT INTO inbox (doc, actor, from_seq, to_seq, mark, member, at_ms, state, piece)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (doc, actor, from_seq) DO UPDATE SET to_seq = excluded.to_seq, mark = excluded.mark,
                     at_ms = excluded.at_ms, state = excluded.state, piece = excluded.piece, code = NULL
                     WHERE excluded.mark > mark",
                params![
                    item.doc.to_string(),
                    item.actor.0,
                    signed(item.from_seq),
                    signed(item.to_seq),
                    signed(item.mark),
                    item.member.as_str(),
                    item.at_ms,
                    state,
                    piece
                ],
            )? > 0;
        }
        tx.commit()?;
        Ok(new)
    }

    /// An owner's device has fetched the inbox up to here.
    pub fn note_inbox_seen(&mut self, mark: u64) -> Result<(), StoreError> {
        if signed(mark) > seen(&self.db)? {
            settings::put_number(&self.db, SEEN, signed(mark))?;
        }
        Ok(())
    }

    /// What waits in the inbox and what was declined, oldest first, each run by itself.
    pub fn inbox(&self) -> Result<Vec<InboxRun>, StoreError> {
        let mut query = self.db.prepare_cached(include_str!("sql/inbox.sql"))?;
        let rows = query.query_map([], |row| {
            let (doc, member): (String, String) = (row.get(0)?, row.get(3)?);
            Ok(InboxRun {
                doc: doc.parse().map_err(|e| text_error(0, e))?,
                actor: Actor(row.get(1)?),
                to_seq: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                member: member.parse().map_err(|e| text_error(3, e))?,
                changes: row.get(4)?,
                since_ms: row.get(5)?,
                declined: row.get(6)?,
                code: row.get::<_, Option<String>>(7)?.as_deref().and_then(ErrorCode::from_wire),
                decided: false,
            })
        })?;
        let mut runs = rows.collect::<Result<Vec<_>, _>>()?;
        let said = self.words_due()?;
        for run in &mut runs {
            let of_run = |admit: &Admit| (&admit.doc, admit.actor) == (&run.doc, run.actor);
            run.decided = said.iter().any(|piece| piece.admit.as_ref().is_some_and(of_run));
        }
        Ok(runs)
    }

    /// What a run's work in the inbox would do, as its document would then tell it. Empty where that can't be known: what
    /// it rests on is not here.
    pub fn inbox_deeds(&mut self, doc: &DocId, actor: Actor) -> Result<Vec<Deed>, StoreError> {
        let mut query = self
            .db
            .prepare_cached("SELECT piece FROM inbox WHERE doc = ?1 AND actor = ?2 AND state <> 1 ORDER BY from_seq")?;
        let pieces = query.query_map(params![doc.to_string(), actor.0], |row| row.get::<_, Option<Vec<u8>>>(0))?;
        let mut changes = Vec::new();
        for piece in pieces {
            let piece: Option<Piece> =
                piece?.map(|bytes| minicbor::decode(&bytes)).transpose().map_err(StoreError::Cbor)?;
            let Some(segment) = piece.and_then(|piece| piece.segment) else { continue };
            changes.extend(segment::unpack(segment.codec, &segment.body, actor, segment.from_seq).unwrap_or_default());
        }
        changes.truncate(TOLD);
        let hashes: Vec<ChangeHash> = changes.iter().map(|change| change.hash).collect();
        let bytes: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        // On a copy: nothing of this is part of the document.
        let mut beside = self.papers.beside();
        let paper = beside.past(&self.db, doc)?;
        if let Err(error) = paper.adopt(&bytes) {
            tracing::info!(%doc, %error, "what waits in the inbox can't be shown");
            return Ok(Vec::new());
        }
        let mut deeds = history::deeds(paper);
        deeds.retain(|deed| deed.changes.iter().any(|(_, hash)| hashes.contains(hash)));
        Ok(deeds)
    }

    /// Queues an owner's decision on a run's work in the inbox: to take it in, or to decline it for a reason that may be
    /// empty. `false` when nothing of it is there.
    pub fn decide(
        &mut self,
        doc: &DocId,
        actor: Actor,
        to_seq: u64,
        admit: bool,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let tx = self.db.transaction()?;
        // What was declined can be admitted, not declined again.
        let there: Option<i64> = tx
            .query_row(
                "SELECT 1 FROM inbox WHERE doc = ?1 AND actor = ?2 AND to_seq <= ?3
                 AND (state = 0 OR (?4 AND state = 2)) LIMIT 1",
                params![doc.to_string(), actor.0, signed(to_seq), admit],
                |row| row.get(0),
            )
            .optional()?;
        if there.is_none() {
            return Ok(false);
        }
        let reason = Some(reason.trim().chars().take(REASON).collect::<String>());
        let reason = reason.filter(|reason| !admit && !reason.is_empty());
        let decision = Admit { doc: doc.clone(), actor, to_seq, declined: !admit, reason };
        queue(&tx, &Piece { kind: kind::ADMIT, admit: Some(decision), ..Piece::default() })?;
        tx.commit()?;
        Ok(true)
    }

    /// Words that this owner's device has yet to say, oldest first.
    pub fn words_due(&self) -> Result<Vec<Piece>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT piece FROM word_out ORDER BY id")?;
        let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| minicbor::decode(&bytes?).map_err(StoreError::Cbor)).collect()
    }

    /// The relay has heard a word: it stands in the log, or was refused by this reason.
    pub(super) fn word_said(&mut self, piece: &Piece, refused: Option<ErrorCode>) -> Result<(), StoreError> {
        let bytes = minicbor::to_vec(piece).expect("writing to memory can't fail");
        let tx = self.db.transaction()?;
        tx.execute("DELETE FROM word_out WHERE piece = ?1", [bytes])?;
        if let (Some(code), Some(admit)) = (refused, &piece.admit) {
            tx.execute(
                "UPDATE inbox SET code = ?4 WHERE doc = ?1 AND actor = ?2 AND to_seq <= ?3 AND state <> 1",
                params![admit.doc.to_string(), admit.actor.0, signed(admit.to_seq), code.wire()],
            )?;
        }
        tx.commit()?;
        Ok(())
    }
}

/// Whether the relay's log said that a job was erased.
pub(super) fn is_erased(db: &Connection, doc: &DocId) -> Result<bool, StoreError> {
    let Some(job) = doc.job() else { return Ok(false) };
    let mut query = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM erased_job WHERE job = ?1)")?;
    Ok(query.query_row([job.to_string()], |row| row.get(0))?)
}

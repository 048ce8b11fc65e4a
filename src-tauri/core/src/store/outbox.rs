//! What the relay has not confirmed yet, cut into pieces; and what its answers mean for the rows here.
//!
//! There is no outbox table to drift from the truth: a change without a log entry's number is unsent. Others' changes have
//! none when a bundle brought them: they are carried, go up with their authors' signatures, and count as nobody's here.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment::{self, MAX_PIECE_PLAIN, PIECE_TARGET};
use doorstep_schemas::signature::Signature;
use doorstep_schemas::terse;
use doorstep_schemas::wire::{DownHeader, Grant, Held, Outcome, Piece, PieceResult, RunHeld, RunName, Segment, kind};
use rusqlite::{Connection, OptionalExtension, params};

use super::comparing::RELAY_COMPARES;
use super::links::Links;
use super::packs;
use super::rows::signed;
use super::{Store, StoreError, inbox, settings, team, unopened};

/// The log that the kept beacon is of.
const BEACON_EPOCH: &str = "beacon_epoch";
/// Changes of this many bytes are tried in one piece before compression.
const RAW_PIECE: usize = 4 * PIECE_TARGET;
const RAW_FILE_PIECE: usize = 256 * 1024;
/// A parcel takes about so many times less than what it tells.
const PARCELLED: usize = 8;

/// One piece on its way up, and what it covers here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutPiece {
    pub piece: Piece,
    pub covers: Covers,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    Changes {
        doc: DocId,
        actor: Actor,
        from_seq: u64,
        to_seq: u64,
    },
    Grant(Grant),
    /// A word of an owner's: the piece says it.
    Word,
}

/// Unsent work up to a budget.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    pub pieces: Vec<OutPiece>,
    /// What stays behind even when all of these arrive.
    pub left: Held,
}

impl Outgoing {
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.pieces.iter().filter_map(|piece| piece.piece.grant.as_ref())
    }

    pub fn changes(&self) -> u64 {
        let count = |p: &OutPiece| match &p.covers {
            Covers::Changes { from_seq, to_seq, .. } => to_seq + 1 - from_seq,
            Covers::Grant(_) | Covers::Word => 0,
        };
        self.pieces.iter().map(count).sum()
    }
}

/// A run's changes from one number on, to be cut into pieces.
pub(super) struct UnsentRun {
    pub doc: DocId,
    pub actor: Actor,
    pub signature: Signature,
    /// Hashes between the last change here and the one that the signature reaches.
    pub tail: Vec<u8>,
    /// (seq, hash, bytes) of each change.
    pub changes: Vec<(u64, [u8; 32], Vec<u8>)>,
}

/// What pieces have to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// A line that may break at any byte.
    Line,
    /// A parcel on such a line: what it is made of need not be short.
    Parcel,
    /// A file: few, large, written in little time.
    File,
}

impl Fit {
    /// Bytes of changes that are tried in one piece, and the size that it may then have.
    fn sizes(self) -> (usize, usize) {
        match self {
            Self::Line => (RAW_PIECE, PIECE_TARGET),
            Self::Parcel => (RAW_PIECE, MAX_PIECE_PLAIN),
            Self::File => (RAW_FILE_PIECE, RAW_FILE_PIECE),
        }
    }

    fn encode(self, changes: &[&[u8]]) -> Result<(u8, Vec<u8>), segment::SegmentError> {
        match self {
            Self::Line => segment::encode(changes),
            Self::Parcel => Ok(segment::plain(changes.iter().copied())),
            Self::File => segment::encode_fast(changes),
        }
    }

    /// How much a body will take on the line.
    fn sent(self, body: &[u8]) -> usize {
        match self {
            Self::Parcel => body.len() / PARCELLED,
            Self::Line | Self::File => body.len(),
        }
    }
}

impl Store {
    /// Unsent work, oldest first, until the pieces fill `budget` bytes; at least one piece when there is any.
    pub fn outgoing(&self, budget: usize) -> Result<Outgoing, StoreError> {
        self.outgoing_as(Fit::Line, budget)
    }

    /// The same, to be put into parcels.
    pub fn outgoing_in_parcels(&self, budget: usize) -> Result<Outgoing, StoreError> {
        self.outgoing_as(Fit::Parcel, budget)
    }

    fn outgoing_as(&self, fit: Fit, budget: usize) -> Result<Outgoing, StoreError> {
        let mut out = Outgoing { pieces: Vec::new(), left: self.held()? };
        if self.sample {
            return Ok(out);
        }
        let mut room = budget;
        'runs: for (doc, actor) in self.unsent_run_names()? {
            let run = self.unsent_run(doc, actor)?;
            for piece in pieces(&run, fit)? {
                let size = piece.piece.segment.as_ref().map_or(0, |s| fit.sent(&s.body) + 180);
                if !out.pieces.is_empty() && size > room {
                    break 'runs;
                }
                room = room.saturating_sub(size);
                out.pieces.push(piece);
            }
        }
        // What is carried is its author's to report.
        let own = self.device();
        let brings = |p: &OutPiece| match &p.covers {
            Covers::Changes { actor, from_seq, to_seq, .. } if actor.device() == own => to_seq + 1 - from_seq,
            _ => 0,
        };
        out.left.changes -= out.pieces.iter().map(brings).sum::<u64>().min(out.left.changes);
        // Grants come after the orders that they let somebody read.
        out.pieces.extend(self.grants_due()?.into_iter().map(|grant| OutPiece {
            piece: Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() },
            covers: Covers::Grant(grant),
        }));
        out.pieces.extend(self.words_due()?.into_iter().map(|piece| OutPiece { piece, covers: Covers::Word }));
        Ok(out)
    }

    /// Whether another exchange has something to bring, without preparing it.
    pub fn has_outgoing(&self) -> Result<bool, StoreError> {
        if self.sample {
            return Ok(false);
        }
        let mut query = self.db.prepare_cached(include_str!("sql/has_outgoing.sql"))?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// Papers that name a rule set wait until its bytes are on the relay: a name that others heard before could not be
    /// followed until their next exchange.
    fn unsent_run_names(&self) -> Result<Vec<(DocId, Actor)>, StoreError> {
        if self.sample {
            return Ok(Vec::new());
        }
        if planted::on(Bug::RefusalBlocksRest)
            && self.db.query_row("SELECT EXISTS (SELECT 1 FROM refused)", [], |row| row.get(0))?
        {
            return Ok(Vec::new());
        }
        let mut query = self.db.prepare_cached(include_str!("sql/unsent_runs.sql"))?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, Actor(row.get(1)?))))?;
        let mut out = Vec::new();
        for row in rows {
            let (doc, actor) = row?;
            out.push((doc.parse().map_err(|_: doorstep_schemas::ids::NotAnId| StoreError::Row("change"))?, actor));
        }
        Ok(out)
    }

    /// Runs whose state at the relay is unknown after an answer was lost.
    pub fn unsent_runs(&self) -> Result<Vec<RunName>, StoreError> {
        Ok(self.unsent_run_names()?.into_iter().map(|(doc, actor)| RunName { doc, actor }).collect())
    }

    /// To the run's end, also where the relay has confirmed a part of that: the signature covers all of it, and a run with
    /// a hole would be refused for ever.
    fn unsent_run(&self, doc: DocId, actor: Actor) -> Result<UnsentRun, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT coalesce(min(seq), 1) FROM change WHERE doc = ?1 AND actor = ?2 AND log_seq IS NULL",
        )?;
        let from: i64 = query.query_row(params![doc.to_string(), actor.0], |row| row.get(0))?;
        self.run_from(doc, actor, from)
    }

    /// A run's changes from one number on.
    pub(super) fn run_from(&self, doc: DocId, actor: Actor, from: i64) -> Result<UnsentRun, StoreError> {
        let key = doc.to_string();
        let word: Option<(Vec<u8>, Vec<u8>)> = self
            .db
            .query_row("SELECT signature, tail FROM run WHERE doc = ?1 AND actor = ?2", params![key, actor.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (mut changes, packed) = packs::run_from(&self.db, &doc, actor, from)?;
        let mut query = self.db.prepare_cached(
            "SELECT seq, hash, bytes FROM change WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 ORDER BY seq",
        )?;
        let rows = query.query_map(params![key, actor.0, from], |row| {
            Ok((u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0), row.get(1)?, row.get(2)?))
        })?;
        for row in rows {
            changes.push(row?);
        }
        let (signature, tail) = match (word, packed) {
            (Some((signature, tail)), _) => (minicbor::decode(&signature).map_err(StoreError::Cbor)?, tail),
            (None, Some(run)) => (run.signature, run.tail),
            (None, None) => return Err(StoreError::Row("run")),
        };
        Ok(UnsentRun { doc, actor, signature, tail, changes })
    }

    /// Applies the relay's answer to the pieces that were sent with it.
    pub fn settle(&mut self, sent: &[OutPiece], header: &DownHeader, now_ms: i64) -> Result<u32, StoreError> {
        let mut confirmed = 0;
        for (piece, result) in sent.iter().zip(&header.results) {
            match &piece.covers {
                Covers::Changes { doc, actor, from_seq, to_seq } => {
                    let (from, to) = (*from_seq, *to_seq);
                    confirmed += self.settle_changes(doc, *actor, from, to, result, header.beacon.seq, now_ms)?;
                }
                Covers::Grant(grant) => match result.outcome {
                    Outcome::Accepted | Outcome::Known => self.grant_said(grant, true, result.log_seq, now_ms)?,
                    Outcome::Gap | Outcome::Refused => self.grant_said(grant, false, None, now_ms)?,
                },
                Covers::Word => {
                    let refused = !matches!(result.outcome, Outcome::Accepted | Outcome::Known);
                    self.word_said(&piece.piece, refused.then(|| code_of(result)))?;
                }
            }
        }
        Ok(confirmed)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one answered piece")]
    fn settle_changes(
        &mut self,
        doc: &DocId,
        actor: Actor,
        from: u64,
        to: u64,
        result: &PieceResult,
        head: u64,
        now_ms: i64,
    ) -> Result<u32, StoreError> {
        match result.outcome {
            Outcome::Accepted | Outcome::Known => {
                // Without the entry's number the log's end is the safe one: never "on the owner's device" too early.
                confirm(&self.db, doc, actor, from, to, result.log_seq.unwrap_or(head))
            }
            Outcome::Gap => {
                // The relay lost what it had confirmed (restored from an old copy): it becomes unsent again.
                let want = result.want_from.unwrap_or(1);
                if let Some(job) = doc.job() {
                    packs::open_out(&self.db, &mut self.papers, job, false)?;
                }
                self.db.execute(
                    "UPDATE change SET log_seq = NULL WHERE doc = ?1 AND actor = ?2 AND seq >= ?3",
                    params![doc.to_string(), actor.0, signed(want)],
                )?;
                Ok(0)
            }
            Outcome::Refused => {
                let code = match result.inbox {
                    Some(mark) => {
                        inbox::note_kept(&self.db, doc, actor, (from, to), mark)?;
                        ErrorCode::InInbox
                    }
                    None => code_of(result),
                };
                if code == ErrorCode::QuotaUsed {
                    self.note_quota_used(now_ms)?;
                }
                self.note_refused(doc, actor, from, code, now_ms)?;
                Ok(0)
            }
        }
    }

    /// A planted bug: takes silence for a yes.
    pub(crate) fn confirm_unanswered(&mut self, sent: &[OutPiece]) -> Result<(), StoreError> {
        let head = self.cursor()?.map_or(1, |cursor| cursor.seq);
        for piece in sent {
            if let Covers::Changes { doc, actor, from_seq, to_seq } = &piece.covers {
                confirm(&self.db, doc, *actor, *from_seq, *to_seq, head)?;
            }
        }
        Ok(())
    }

    /// The relay's word on runs that were asked for.
    pub fn settle_runs(&mut self, asked: &[RunName], held: &[RunHeld]) -> Result<u32, StoreError> {
        let mut confirmed = 0;
        for run in held.iter().filter(|run| asked.iter().any(|a| a.doc == run.doc && a.actor == run.actor)) {
            confirmed += confirm(&self.db, &run.doc, run.actor, 1, run.seq, run.log_seq)?;
        }
        Ok(confirmed)
    }

    /// Whether the relay's log ends before a place that it signed earlier: an older copy of its files was put back,
    /// without a word to it.
    pub fn went_back(&self, header: &DownHeader) -> Result<bool, StoreError> {
        let same_log = settings::get(&self.db, BEACON_EPOCH)?.as_deref() == Some(&header.epoch[..]);
        Ok(same_log && settings::beacon(&self.db)?.is_some_and(|before| before.seq > header.beacon.seq))
    }

    /// What every answer tells: the beacon, how far the owner's devices are, this device's clock error.
    pub fn note_answer(&mut self, header: &DownHeader, now_ms: i64) -> Result<(), StoreError> {
        self.before_save();
        let tx = self.db.transaction()?;
        let beacon = minicbor::to_vec(&header.beacon).expect("writing to memory can't fail");
        settings::put(&tx, "beacon", &beacon)?;
        settings::put(&tx, BEACON_EPOCH, &header.epoch)?;
        settings::put_number(&tx, "owner_seq", signed(header.owner_seq))?;
        settings::put_number(&tx, "backed_up_to", signed(header.backed_up_to))?;
        if let Some(addresses) = &header.addresses {
            settings::put_addresses(&tx, addresses)?;
        }
        settings::put_number(&tx, "clock_offset", now_ms - header.beacon.time_ms)?;
        settings::put_number(&tx, "last_success", now_ms)?;
        Self::renew_lease(&tx, now_ms)?;
        settings::put_number(&tx, RELAY_COMPARES, i64::from(header.compares.unwrap_or(0)))?;
        settings::put_number(&tx, "relay_sample", i64::from(header.sample.unwrap_or(0)))?;
        tx.commit()?;
        Ok(())
    }

    /// The newest sample of parcels that the relay and this device both know, by the relay's last answer.
    pub fn spoken_sample(&self) -> Result<Option<u8>, StoreError> {
        let known = settings::number(&self.db, "relay_sample")?.and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
        Ok(Some(known.min(terse::NEWEST)).filter(|sample| *sample > 0))
    }

    /// An owner's device has fetched up to here.
    pub fn note_owner_seq(&mut self, owner_seq: u64) -> Result<bool, StoreError> {
        let before = settings::number(&self.db, "owner_seq")?.unwrap_or(0);
        if signed(owner_seq) <= before {
            return Ok(false);
        }
        settings::put_number(&self.db, "owner_seq", signed(owner_seq))?;
        Ok(true)
    }

    pub fn last_success(&self) -> Result<Option<i64>, StoreError> {
        settings::number(&self.db, "last_success")
    }

    /// What was refused is offered once more, by hand.
    pub fn retry_refused(&mut self) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM refused", [])?;
        self.db.execute("UPDATE photo SET refused = NULL WHERE refused IS NOT NULL", [])?;
        self.db.execute("UPDATE rule_set SET refused = NULL WHERE refused IS NOT NULL", [])?;
        if let Some(enrolment) = self.enrolment()? {
            for job in unopened::take(&self.db)? {
                team::queue_grants(&self.db, &mut self.papers, &enrolment, job, Links::AsSaid)?;
            }
        }
        Ok(())
    }
}

fn code_of(result: &PieceResult) -> ErrorCode {
    result.code.as_deref().and_then(ErrorCode::from_wire).unwrap_or(ErrorCode::NotAllowed)
}

pub(super) fn confirm(
    db: &Connection,
    doc: &DocId,
    actor: Actor,
    from: u64,
    to: u64,
    log_seq: u64,
) -> Result<u32, StoreError> {
    let changed = db.execute(
        "UPDATE change SET log_seq = ?5 WHERE doc = ?1 AND actor = ?2 AND seq BETWEEN ?3 AND ?4 AND log_seq IS NULL",
        params![doc.to_string(), actor.0, signed(from), signed(to), signed(log_seq)],
    )?;
    Ok(u32::try_from(changed).unwrap_or(u32::MAX))
}

pub(super) fn pieces(run: &UnsentRun, fit: Fit) -> Result<Vec<OutPiece>, StoreError> {
    let (raw_most, body_most) = fit.sizes();
    let mut out = Vec::new();
    let mut rest = run.changes.as_slice();
    while !rest.is_empty() {
        let mut raw = 0;
        let fits = rest.iter().take_while(|(_, _, bytes)| {
            raw += bytes.len();
            raw <= raw_most
        });
        let mut count = fits.count().clamp(1, segment::MAX_PIECE_CHANGES);
        let (codec, body) = loop {
            let bytes: Vec<&[u8]> = rest[..count].iter().map(|(_, _, bytes)| bytes.as_slice()).collect();
            match fit.encode(&bytes) {
                Ok((codec, body)) if body.len() <= body_most || count == 1 => break (codec, body),
                Ok(_) => {}
                // Somebody's change breaks a rule: it goes as it is, and alone, so that whoever judges it refuses nothing
                // else, and what is carried beside it goes on.
                Err(_) if count == 1 => break segment::plain(bytes),
                Err(_) => {}
            }
            count /= 2;
        };
        let (now, later) = rest.split_at(count);
        let (from_seq, to_seq) = (now[0].0, now[count - 1].0);
        let segment = Segment {
            actor: run.actor,
            from_seq,
            codec,
            body,
            signature: run.signature.clone(),
            tail: later.iter().flat_map(|(_, hash, _)| *hash).chain(run.tail.iter().copied()).collect(),
        };
        let covers = Covers::Changes { doc: run.doc.clone(), actor: run.actor, from_seq, to_seq };
        let piece =
            Piece { kind: kind::SEGMENT, doc: Some(run.doc.clone()), segment: Some(segment), ..Piece::default() };
        out.push(OutPiece { piece, covers });
        rest = later;
    }
    Ok(out)
}

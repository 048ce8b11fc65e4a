//! Others' work: entries from the relay or a bundle, judged and kept in one transaction with the cursor that covers
//! them. Three outcomes: adopted; waiting for a parent (invisible); quarantined with its reason. One bad piece blocks
//! nothing else.

use std::collections::BTreeSet;

use doorstep_schemas::admission::{self, Refusal, Verdict};
use doorstep_schemas::ids::{DeviceId, DocId, JobId, PublicKey};
use doorstep_schemas::wire::{Cursor, Entry, Piece, Segment, kind};
use doorstep_schemas::{log, segment};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{Intake, RunRow, WAITING, signed};
use super::settings::Enrolment;
use super::{Store, StoreError, adopt, photos, rule_sets, settings, stuck, team, views};

/// What came of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Changes that are now part of a document here.
    pub adopted: u32,
    /// Changes received, adopted or not.
    pub received: u32,
    /// Jobs that look different.
    pub jobs: BTreeSet<JobId>,
    pub team: bool,
    /// Rule sets were named: others may be in force, and their bytes are to be fetched.
    pub rules: bool,
    /// Roster, catalogue, requests, stock or desk look different.
    pub papers: bool,
    /// Own grants became due: another exchange is worth its bytes.
    pub grants_due: bool,
}

impl Store {
    /// Takes entries and, when given, the cursor that stands behind them. All or nothing.
    pub fn absorb(&mut self, entries: &[Entry], cursor: Option<&Cursor>, now_ms: i64) -> Result<Absorbed, StoreError> {
        let taken = |entry: &Entry| Taken { at_ms: entry.at_ms, log_seq: Some(entry.seq) };
        let pieces: Vec<_> = entries.iter().map(|entry| (&entry.piece, taken(entry))).collect();
        self.absorb_pieces(&pieces, cursor, now_ms)
    }

    /// The same for pieces that came by any way.
    pub(super) fn absorb_pieces(
        &mut self,
        pieces: &[(&Piece, Taken)],
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        let outcome = self.try_absorb(pieces, cursor, now_ms);
        if outcome.is_err() {
            self.papers.forget_all();
        }
        outcome
    }

    fn try_absorb(
        &mut self,
        pieces: &[(&Piece, Taken)],
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        let tx = self.db.transaction()?;
        let enrolment = settings::enrolment(&tx)?.ok_or(StoreError::NotEnrolled)?;
        let mut intray = Intray {
            db: &tx,
            enrolment: &enrolment,
            own: self.actor.device(),
            now_ms,
            touched: adopt::unsettled(&tx)?,
            absorbed: Absorbed::default(),
        };
        for (piece, taken) in pieces {
            intray.take_piece(piece, *taken)?;
        }
        loop {
            for doc in std::mem::take(&mut intray.touched) {
                intray.absorbed.adopted += adopt::settle(&tx, &mut self.papers, &doc, now_ms)?;
                self.papers.save_if_long(&tx, &doc)?;
                intray.absorbed.papers |= doc.job().is_none();
                intray.absorbed.jobs.extend(doc.job());
                intray.absorbed.rules |= rule_sets::names_sets(&doc);
            }
            // A device's key, a missing stretch or a parent may have come: what was held is judged anew, until
            // nothing more follows. In whatever order pieces come, the same work is here in the end.
            intray.judge_held()?;
            if intray.touched.is_empty() {
                break;
            }
        }
        let mut absorbed = intray.absorbed;
        let mut made = None;
        if absorbed.rules {
            rule_sets::expect(&tx, &mut self.papers)?;
            let made = made.insert(rule_sets::make(&tx, &mut self.papers, &self.built_in)?);
            absorbed.jobs.append(&mut rule_sets::concerned(&tx, &made.book, now_ms)?);
        }
        let rules = made.as_ref().map_or(&self.rules, |made| &made.book);
        for job in &absorbed.jobs {
            views::refresh(&tx, &mut self.papers, rules, *job, now_ms)?;
            photos::expect(&tx, &mut self.papers, *job, now_ms)?;
            absorbed.grants_due |= team::queue_grants(&tx, &mut self.papers, &enrolment, *job)?;
        }
        if let Some(cursor) = cursor {
            settings::set_cursor(&tx, cursor)?;
        }
        tx.commit()?;
        if let Some(made) = made {
            self.take_rules(made, now_ms);
        }
        Ok(absorbed)
    }
}

/// Where and when a piece came from.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub at_ms: i64,
    pub log_seq: Option<u64>,
}

/// What became of a segment.
enum Fate {
    Settled,
    /// It can't be judged yet: its author, the changes before it or its parents are not here.
    Early,
}

/// One batch on its way in.
struct Intray<'a> {
    db: &'a Connection,
    enrolment: &'a Enrolment,
    own: DeviceId,
    now_ms: i64,
    /// Documents with changes that were not tried yet.
    touched: BTreeSet<DocId>,
    absorbed: Absorbed,
}

impl Intray<'_> {
    fn take_piece(&mut self, piece: &Piece, taken: Taken) -> Result<(), StoreError> {
        match (piece.kind, piece) {
            (kind::SEGMENT, Piece { doc: Some(doc), segment: Some(segment), .. }) => {
                match self.take_segment(doc, segment, taken)? {
                    Fate::Settled => Ok(()),
                    Fate::Early => hold(self.db, doc, segment, taken),
                }
            }
            (kind::GRANT, Piece { grant: Some(grant), .. }) => {
                self.absorbed.jobs.insert(grant.job);
                team::put_grant(self.db, grant)
            }
            (kind::ROLE, Piece { role: Some(role), .. }) => {
                self.absorbed.team = true;
                team::put_member(self.db, role)
            }
            (kind::DEVICE, Piece { device: Some(device), .. }) => {
                self.absorbed.team = true;
                team::put_device(self.db, device)
            }
            // A kind of a later version: passed over, the cursor goes on.
            _ => Ok(()),
        }
    }

    fn judge_held(&mut self) -> Result<(), StoreError> {
        for held in stuck::held(self.db)? {
            if let Fate::Settled = self.take_segment(&held.doc, &held.segment, held.taken)? {
                stuck::release(self.db, held.id)?;
            }
        }
        Ok(())
    }

    fn take_segment(&mut self, doc: &DocId, segment: &Segment, taken: Taken) -> Result<Fate, StoreError> {
        let Some(author) = author_key(self.db, segment)? else { return Ok(Fate::Early) };
        let row = RunRow::read(self.db, doc, segment.actor)?;
        match admission::admit(self.enrolment.outlet, doc, segment, &author, &row) {
            Ok(Verdict::Admit { changes, run, doc_ops }) => {
                self.absorbed.received += u32::try_from(changes.len()).unwrap_or(u32::MAX);
                let intake = Intake {
                    doc,
                    actor: segment.actor,
                    changes: &changes,
                    run: &run,
                    doc_ops,
                    signature: &segment.signature,
                    tail: &segment.tail,
                    state: WAITING,
                    mine: segment.actor.device() == self.own,
                    noted_ms: taken.at_ms,
                    log_seq: taken.log_seq,
                };
                intake.insert(self.db)?;
                stuck::mended(self.db, doc, segment.actor, run.seq)?;
                self.touched.insert(doc.clone());
                Ok(Fate::Settled)
            }
            Ok(Verdict::Known) => {
                self.note_known(doc, segment, taken)?;
                Ok(Fate::Settled)
            }
            Ok(Verdict::WantFrom(_)) => Ok(Fate::Early),
            Err(Refusal::History(error)) => Err(error.into()),
            // An honest number follows from the change's history, so only a history that is here can tell a forged one.
            Err(Refusal::StartOp { .. }) if !self.history_is_here(doc, segment)? => Ok(Fate::Early),
            Err(refusal) => {
                self.quarantine(doc, segment, &refusal)?;
                Ok(Fate::Settled)
            }
        }
    }

    /// The relay holds what is here: exactly the changes that the piece brought again, and no later one.
    fn note_known(&self, doc: &DocId, segment: &Segment, taken: Taken) -> Result<(), StoreError> {
        let Some(log_seq) = taken.log_seq else { return Ok(()) };
        let brought = changes_of(segment).len() as u64;
        self.db
            .prepare_cached(
                "UPDATE change SET log_seq = ?4
                 WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 AND seq < ?5 AND log_seq IS NULL",
            )?
            .execute(params![
                doc.to_string(),
                segment.actor.0,
                signed(segment.from_seq),
                signed(log_seq),
                signed(segment.from_seq.saturating_add(brought)),
            ])?;
        Ok(())
    }

    /// Whether every parent that the piece names is part of its document here, or was judged to be no part of it.
    fn history_is_here(&self, doc: &DocId, segment: &Segment) -> Result<bool, StoreError> {
        let changes = changes_of(segment);
        for dep in changes.iter().flat_map(|change| &change.deps) {
            if !changes.iter().any(|change| change.hash == *dep) && !adopt::judged(self.db, doc, dep)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn quarantine(
        &mut self,
        doc: &DocId,
        segment: &Segment,
        refusal: &Refusal<rusqlite::Error>,
    ) -> Result<(), StoreError> {
        tracing::warn!(%doc, error = %refusal, "a piece goes to quarantine");
        let bytes = piece_bytes(doc, segment);
        let seq = signed(segment.from_seq);
        stuck::note(self.db, &doc.to_string(), segment.actor, seq, refusal.code(), Some(&bytes), self.now_ms)?;
        self.absorbed.jobs.extend(doc.job());
        Ok(())
    }
}

/// The changes of a piece that admission has read already.
fn changes_of(segment: &Segment) -> Vec<segment::Unpacked> {
    segment::unpack(segment.codec, &segment.body, segment.actor, segment.from_seq).unwrap_or_default()
}

/// The key that the actor's first 8 bytes name, once the relay's word on that device is here.
fn author_key(db: &Connection, segment: &Segment) -> Result<Option<PublicKey>, StoreError> {
    Ok(db
        .prepare_cached("SELECT key FROM device WHERE device = ?1")?
        .query_row([segment.actor.device().0], |row| row.get(0).map(PublicKey))
        .optional()?)
}

fn piece_bytes(doc: &DocId, segment: &Segment) -> Vec<u8> {
    let piece =
        Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment.clone()), ..Piece::default() };
    minicbor::to_vec(&piece).expect("writing to memory can't fail")
}

/// Keeps a piece that can't be judged yet.
fn hold(db: &Connection, doc: &DocId, segment: &Segment, taken: Taken) -> Result<(), StoreError> {
    let bytes = piece_bytes(doc, segment);
    db.prepare_cached(
        "INSERT INTO held_piece (doc, piece, at_ms, log_seq, digest) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (digest) DO NOTHING",
    )?
    .execute(params![doc.to_string(), bytes, taken.at_ms, taken.log_seq.map(signed), log::digest(&bytes)])?;
    Ok(())
}

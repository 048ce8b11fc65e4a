//! Others' work: entries from the relay or a bundle, judged and kept in one transaction with the cursor that covers
//! them. Three outcomes: adopted; waiting for a parent (invisible); quarantined with its reason. One bad piece blocks
//! nothing else.

use std::collections::BTreeSet;

use doorstep_schemas::admission::{self, History, Refusal, Verdict};
use doorstep_schemas::ids::{DocId, JobId, PublicKey};
use doorstep_schemas::log;
use doorstep_schemas::wire::{Cursor, Entry, Piece, Segment, kind};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{Intake, RunRow, WAITING};
use super::settings::Enrolment;
use super::{Store, StoreError, adopt, photos, settings, stuck, team, views};

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
    /// Own grants became due: another exchange is worth its bytes.
    pub grants_due: bool,
}

impl Store {
    /// Takes entries and, when given, the cursor that stands behind them. All or nothing.
    pub fn absorb(
        &mut self,
        entries: &[Entry],
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        let outcome = self.try_absorb(entries, cursor, now_ms);
        if outcome.is_err() {
            self.papers.forget_all();
        }
        outcome
    }

    fn try_absorb(
        &mut self,
        entries: &[Entry],
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        let tx = self.db.transaction()?;
        let enrolment = settings::enrolment(&tx)?.ok_or(StoreError::NotEnrolled)?;
        let own = self.actor.device();
        let mut absorbed = Absorbed::default();
        let mut touched = BTreeSet::new();
        for entry in entries {
            let taken = Taken { at_ms: entry.at_ms, log_seq: entry.seq, own, now_ms };
            take_piece(&tx, &enrolment, &entry.piece, taken, &mut touched, &mut absorbed)?;
        }
        // A device's key or a missing stretch may have come with this batch.
        for (doc, piece, taken) in stuck::held(&tx, own, now_ms)? {
            if let Some(segment) = &piece.segment {
                take_segment(&tx, &enrolment, &doc, segment, taken, &mut touched, &mut absorbed)?;
            }
        }
        for doc in &touched {
            absorbed.adopted += adopt::settle(&tx, &mut self.papers, doc, now_ms)?;
            self.papers.save_if_long(&tx, doc)?;
            if let Some(job) = doc.job() {
                absorbed.jobs.insert(job);
            }
        }
        for job in &absorbed.jobs {
            views::refresh(&tx, &mut self.papers, &self.rules, *job)?;
            photos::expect(&tx, &mut self.papers, *job, now_ms)?;
            absorbed.grants_due |= team::queue_grants(&tx, &mut self.papers, &enrolment, *job)?;
        }
        if let Some(cursor) = cursor {
            settings::set_cursor(&tx, cursor)?;
        }
        tx.commit()?;
        Ok(absorbed)
    }
}

/// Where and when a piece came from.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub at_ms: i64,
    pub log_seq: u64,
    pub own: doorstep_schemas::ids::DeviceId,
    pub now_ms: i64,
}

fn take_piece(
    db: &Connection,
    enrolment: &Enrolment,
    piece: &Piece,
    taken: Taken,
    touched: &mut BTreeSet<DocId>,
    absorbed: &mut Absorbed,
) -> Result<(), StoreError> {
    match (piece.kind, piece) {
        (kind::SEGMENT, Piece { doc: Some(doc), segment: Some(segment), .. }) => {
            take_segment(db, enrolment, doc, segment, taken, touched, absorbed)
        }
        (kind::GRANT, Piece { grant: Some(grant), .. }) => {
            absorbed.jobs.insert(grant.job);
            team::put_grant(db, grant)
        }
        (kind::ROLE, Piece { role: Some(role), .. }) => {
            absorbed.team = true;
            team::put_member(db, role)
        }
        (kind::DEVICE, Piece { device: Some(device), .. }) => {
            absorbed.team = true;
            team::put_device(db, device)
        }
        // A kind of a later version: passed over, the cursor goes on.
        _ => Ok(()),
    }
}

fn take_segment(
    db: &Connection,
    enrolment: &Enrolment,
    doc: &DocId,
    segment: &Segment,
    taken: Taken,
    touched: &mut BTreeSet<DocId>,
    absorbed: &mut Absorbed,
) -> Result<(), StoreError> {
    let Some(author) = author_key(db, segment)? else { return hold(db, doc, segment, taken) };
    let row = RunRow::read(db, doc, segment.actor)?;
    let mine = segment.actor.device() == taken.own;
    match admission::admit(enrolment.outlet, doc, segment, &author, &row) {
        Ok(Verdict::Admit { changes, run, doc_ops }) => {
            absorbed.received += u32::try_from(changes.len()).unwrap_or(u32::MAX);
            let intake = Intake {
                doc,
                actor: segment.actor,
                changes: &changes,
                run: &run,
                doc_ops,
                signature: &segment.signature,
                tail: &segment.tail,
                state: WAITING,
                mine,
                noted_ms: taken.at_ms,
                log_seq: Some(taken.log_seq),
            };
            intake.insert(db)?;
            touched.insert(doc.clone());
            stuck::release(db, doc, segment)
        }
        Ok(Verdict::Known) => {
            let last = row.run().seq;
            let doc = doc.to_string();
            db.prepare_cached(
                "UPDATE change SET log_seq = ?4 WHERE doc = ?1 AND actor = ?2 AND seq BETWEEN ?3 AND ?5 AND log_seq IS NULL",
            )?
            .execute(params![
                doc,
                segment.actor.0,
                super::rows::signed(segment.from_seq),
                super::rows::signed(taken.log_seq),
                super::rows::signed(last.min(segment.signature.seq - segment.tail.len() as u64 / 32)),
            ])?;
            Ok(())
        }
        Ok(Verdict::WantFrom(_)) => hold(db, doc, segment, taken),
        Err(Refusal::History(error)) => Err(error.into()),
        Err(refusal) => {
            tracing::warn!(%doc, error = %refusal, "a piece goes to quarantine");
            let piece = Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment.clone()), ..Piece::default() };
            let bytes = minicbor::to_vec(&piece).expect("writing to memory can't fail");
            let seq = super::rows::signed(segment.from_seq);
            stuck::note(db, &doc.to_string(), segment.actor, seq, refusal.code(), Some(&bytes), taken.now_ms)?;
            if let Some(job) = doc.job() {
                absorbed.jobs.insert(job);
            }
            Ok(())
        }
    }
}

/// The key that the actor's first 8 bytes name, once the relay's word on that device is here.
fn author_key(db: &Connection, segment: &Segment) -> Result<Option<PublicKey>, StoreError> {
    Ok(db
        .prepare_cached("SELECT key FROM device WHERE device = ?1")?
        .query_row([segment.actor.device().0], |row| row.get(0).map(PublicKey))
        .optional()?)
}

/// Keeps a piece that can't be judged yet.
fn hold(db: &Connection, doc: &DocId, segment: &Segment, taken: Taken) -> Result<(), StoreError> {
    let piece = Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment.clone()), ..Piece::default() };
    let bytes = minicbor::to_vec(&piece).expect("writing to memory can't fail");
    db.prepare_cached(
        "INSERT INTO held_piece (doc, piece, at_ms, digest) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (digest) DO NOTHING",
    )?
    .execute(params![doc.to_string(), bytes, taken.at_ms, log::digest(&bytes)])?;
    Ok(())
}

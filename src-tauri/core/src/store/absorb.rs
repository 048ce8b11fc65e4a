//! Others' work: entries from the relay or a bundle, judged and kept in one transaction with the cursor that covers
//! them. Three outcomes: adopted; waiting for a parent (invisible); quarantined with its reason. One bad change blocks
//! nothing but what rests on it, and a piece that no author vouches for is put aside: it says nothing.

use std::collections::BTreeSet;

use doorstep_schemas::admission::{self, Examined, History, News, Refusal, Stray};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DeviceId, DocId, JobId, PublicKey};
use doorstep_schemas::wire::{Access, Cursor, Entry, Piece, Segment, kind};
use doorstep_schemas::{log, segment};
use rusqlite::{Connection, OptionalExtension, params};

use super::index::Texts;
use super::links::Links;
use super::papers::Papers;
use super::rows::{Intake, QUARANTINED, Row, RunRow, WAITING, signed};
use super::settings::Enrolment;
use super::stuck::HeldPiece;
use super::whole::{Arrival, Arrived, Judge};
use super::{
    Store, StoreError, adopt, inbox, left, packs, photos, rows, rule_sets, settings, strays, stuck, team, views, whole,
};
use crate::rules::RuleBook;

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
    /// A job was erased: what is here of it is to be removed.
    pub erased: bool,
}

impl Store {
    /// Takes entries and, when given, the cursor that stands behind them. All or nothing.
    pub fn absorb(&mut self, entries: &[Entry], cursor: Option<&Cursor>, now_ms: i64) -> Result<Absorbed, StoreError> {
        let mut before = self.cursor()?.map(|cursor| (cursor.seq, cursor.part));
        let mut taken = |entry: &Entry| {
            let handed_over = before.is_some_and(|(seq, part)| seq == entry.seq && part > 0);
            before = Some((entry.seq, entry.part));
            Taken { at_ms: entry.at_ms, log_seq: Some(entry.seq), handed_over }
        };
        let pieces: Vec<_> = entries.iter().map(|entry| (&entry.piece, taken(entry))).collect();
        self.absorb_pieces(&pieces, cursor, now_ms)
    }

    /// The same for pieces wherever they come from.
    pub(super) fn absorb_pieces(
        &mut self,
        pieces: &[(&Piece, Taken)],
        cursor: Option<&Cursor>,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        self.before_save();
        let outcome = self.try_absorb(Batch { pieces, cursor, ..Batch::default() }, now_ms);
        if let Err(error) = &outcome {
            self.papers.forget_all();
            self.after(error);
        }
        outcome
    }

    /// Takes pieces that came another way than from the log: the log's word stands above theirs.
    pub fn absorb_carried(&mut self, pieces: &[Piece], now_ms: i64) -> Result<Absorbed, StoreError> {
        let pieces: Vec<_> = pieces.iter().map(|piece| (piece, Taken { at_ms: now_ms, ..Taken::default() })).collect();
        self.absorb_pieces(&pieces, None, now_ms)
    }

    pub(super) fn try_absorb(&mut self, batch: Batch<'_>, now_ms: i64) -> Result<Absorbed, StoreError> {
        let tx = self.db.transaction()?;
        let enrolment = settings::enrolment(&tx)?.ok_or(StoreError::NotEnrolled)?;
        let mut intray = Intray {
            db: &tx,
            enrolment: &enrolment,
            own: self.actor.device(),
            now_ms,
            touched: adopt::unsettled(&tx)?,
            displaced: BTreeSet::new(),
            absorbed: Absorbed::default(),
        };
        let arrived = intray.take_whole(&mut self.papers, self.actor, &self.rules, batch.pieces)?;
        for (piece, taken) in batch.pieces {
            intray.take_piece(piece, *taken)?;
        }
        for (piece, taken) in &arrived.apart {
            intray.take_piece(piece, *taken)?;
        }
        if batch.retry {
            intray.retry(&mut self.papers)?;
        }
        self.papers.expect(intray.touched.len());
        loop {
            for doc in std::mem::take(&mut intray.touched) {
                if intray.displaced.remove(&doc) {
                    adopt::rejudge(&tx, &mut self.papers, &doc, true, now_ms)?;
                }
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
            views::refresh(&tx, &mut self.papers, rules, *job, now_ms, Texts::Now)?;
            photos::expect(&tx, &mut self.papers, *job, now_ms)?;
            absorbed.grants_due |= team::queue_grants(&tx, &mut self.papers, &enrolment, *job, Links::At(now_ms))?;
        }
        absorbed.jobs.extend(arrived.kept);
        if let Some(cursor) = batch.cursor {
            settings::set_cursor(&tx, cursor)?;
        }
        tx.commit()?;
        if let Some(made) = made {
            self.take_rules(made, now_ms);
        }
        Ok(absorbed)
    }
}

/// What is taken in one transaction.
#[derive(Clone, Copy, Default)]
pub(super) struct Batch<'a> {
    pub pieces: &'a [(&'a Piece, Taken)],
    pub cursor: Option<&'a Cursor>,
    /// Also what is quarantined or put aside.
    pub retry: bool,
}

/// Where and when a piece came from.
#[derive(Clone, Copy, Default)]
pub(super) struct Taken {
    pub at_ms: i64,
    pub log_seq: Option<u64>,
    /// It lies before the entry of this number, which handed it over.
    pub handed_over: bool,
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
    /// Of these, documents in which the log put another branch of a run in the place of what was here.
    displaced: BTreeSet<DocId>,
    absorbed: Absorbed,
}

impl Intray<'_> {
    /// Takes the jobs that came in one piece. Whoever vouches for them may have come with them.
    fn take_whole(
        &mut self,
        papers: &mut Papers,
        actor: Actor,
        rules: &RuleBook,
        pieces: &[(&Piece, Taken)],
    ) -> Result<Arrived, StoreError> {
        let of_log = pieces.iter().enumerate().filter(|(_, (_, taken))| taken.log_seq.is_some());
        let arrivals: Vec<Arrival<'_>> = of_log.filter_map(|(place, (piece, _))| Arrival::of(place, piece)).collect();
        if arrivals.is_empty() {
            return Ok(Arrived::default());
        }
        for (piece, taken) in pieces.iter().filter(|(piece, _)| matches!(piece.kind, kind::ROLE | kind::DEVICE)) {
            self.take_piece(piece, *taken)?;
        }
        let judge = Judge { outlet: self.enrolment.outlet, actor, rules, now_ms: self.now_ms };
        let arrived = whole::take(self.db, papers, self.enrolment, &judge, &arrivals)?;
        self.absorbed.received = self.absorbed.received.saturating_add(arrived.changes);
        self.absorbed.adopted = self.absorbed.adopted.saturating_add(arrived.changes);
        self.absorbed.grants_due |= arrived.grants_due;
        // Their grants came as well.
        self.absorbed.jobs.extend(arrived.apart.iter().filter_map(|(piece, _)| piece.doc.as_ref()?.job()));
        Ok(arrived)
    }

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
                if grant.access == Access::Write {
                    team::offer_again(self.db, grant.job)?;
                }
                team::put_grant(self.db, grant, team::rank(taken))
            }
            (kind::ROLE, Piece { role: Some(role), .. }) => {
                self.absorbed.team = true;
                team::put_member(self.db, role, team::rank(taken))
            }
            (kind::ERASED, Piece { erased: Some(erased), .. }) if taken.log_seq.is_some() => {
                self.absorbed.erased = true;
                left::note_erased(self.db, erased.job)
            }
            (kind::DEVICE, Piece { device: Some(device), .. }) => {
                self.absorbed.team = true;
                team::put_device(self.db, device, team::rank(taken))
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

    /// What is quarantined or put aside is judged as if it came now.
    fn retry(&mut self, papers: &mut Papers) -> Result<(), StoreError> {
        for doc in adopt::quarantined(self.db)? {
            self.absorbed.adopted += adopt::rejudge(self.db, papers, &doc, false, self.now_ms)?;
            self.touched.insert(doc);
        }
        for piece in stuck::take_asides(self.db, None)? {
            self.judge_again(&piece)?;
        }
        Ok(())
    }

    fn judge_again(&mut self, piece: &HeldPiece) -> Result<(), StoreError> {
        match self.take_segment(&piece.doc, &piece.segment, piece.taken)? {
            Fate::Settled => Ok(()),
            Fate::Early => hold(self.db, &piece.doc, &piece.segment, piece.taken),
        }
    }

    fn take_segment(&mut self, doc: &DocId, segment: &Segment, taken: Taken) -> Result<Fate, StoreError> {
        if inbox::is_erased(self.db, doc)? {
            return Ok(Fate::Settled);
        }
        let Some(author) = author_key(self.db, segment)? else { return Ok(Fate::Early) };
        let row = RunRow::read(self.db, doc, segment.actor)?;
        match admission::examine(self.enrolment.outlet, doc, segment, &author, &row) {
            Ok(Examined::News(news)) => {
                self.take_news(doc, segment, taken, &row, &news)?;
                Ok(Fate::Settled)
            }
            Ok(Examined::Known) => {
                if let Some(at) = row.broken().filter(|at| end_of(segment) > *at) {
                    self.keep_strays(doc, segment, taken, at, &[])?;
                }
                self.note_known(doc, segment, taken)?;
                Ok(Fate::Settled)
            }
            Ok(Examined::WantFrom(_)) => Ok(Fate::Early),
            Ok(Examined::Forked(at))
                if taken.log_seq.is_some() && displace(self.db, doc, segment.actor, at, taken)? =>
            {
                tracing::warn!(%doc, seq = at, "the log holds another change than the one that came before");
                self.displaced.insert(doc.clone());
                self.touched.insert(doc.clone());
                self.take_segment(doc, segment, taken)
            }
            Ok(Examined::Forked(_)) => {
                self.put_aside(doc, segment, ErrorCode::ChangeForked, taken)?;
                Ok(Fate::Settled)
            }
            Err(Refusal::History(error)) => Err(error.into()),
            Err(refusal) => {
                // A damaged copy of what is here is nothing to look into. What the log vouches for may be of a branch
                // whose beginning has yet to come.
                let branch = taken.log_seq.is_some() && matches!(refusal, Refusal::Signature);
                if segment.from_seq > row.run().seq || branch {
                    tracing::warn!(%doc, error = %refusal, "a piece is put aside");
                    self.put_aside(doc, segment, refusal.code(), taken)?;
                }
                Ok(Fate::Settled)
            }
        }
    }

    /// Keeps what the author signed: what can be judged waits for its turn, what its own bytes speak against is
    /// quarantined.
    fn take_news(
        &mut self,
        doc: &DocId,
        segment: &Segment,
        taken: Taken,
        row: &RunRow<'_>,
        news: &News,
    ) -> Result<(), StoreError> {
        if let Some(at) = row.broken() {
            let behind = news.changes.iter().map(|c| Stray { seq: c.seq, hash: c.hash, in_place: true });
            let behind: Vec<Stray> = behind.chain(news.strays.iter().cloned()).collect();
            self.keep_strays(doc, segment, taken, at, &behind)?;
        } else {
            self.keep_news(doc, segment, taken, row, news)?;
        }
        self.note_known(doc, segment, taken)?;
        self.touched.insert(doc.clone());
        self.absorbed.jobs.extend(doc.job());
        // This may be the sound copy of what was put aside, or the beginning of its branch.
        for piece in stuck::take_asides(self.db, Some((doc, segment.actor)))? {
            self.judge_again(&piece)?;
        }
        Ok(())
    }

    fn keep_news(
        &mut self,
        doc: &DocId,
        segment: &Segment,
        taken: Taken,
        row: &RunRow<'_>,
        news: &News,
    ) -> Result<(), StoreError> {
        self.absorbed.received += u32::try_from(news.changes.len()).unwrap_or(u32::MAX);
        let state = |flawed: bool| if flawed { QUARANTINED } else { WAITING };
        let rows: Vec<Row<'_>> = news
            .changes
            .iter()
            .map(|c| Row { seq: c.seq, hash: &c.hash, bytes: &c.bytes, state: state(c.flaw.is_some()) })
            .collect();
        Intake {
            doc,
            actor: segment.actor,
            changes: &rows,
            run: &news.run,
            doc_ops: row.doc_ops().saturating_add(news.changes.iter().map(|c| c.ops).sum()),
            signature: &segment.signature,
            tail: &news.tail,
            mine: segment.actor.device() == self.own,
            noted_ms: taken.at_ms,
            log_seq: taken.log_seq,
        }
        .insert(self.db)?;
        let key = doc.to_string();
        for change in &news.changes {
            if let Some(flaw) = &change.flaw {
                tracing::warn!(%doc, seq = change.seq, %flaw, "a change goes to quarantine");
                stuck::note(self.db, &key, segment.actor, signed(change.seq), flaw.code(), self.now_ms)?;
            }
        }
        match news.strays.first() {
            Some(first) => self.keep_strays(doc, segment, taken, first.seq, &news.strays),
            None => Ok(()),
        }
    }

    /// Nothing follows in a run whose author signed what can't stand in it: it is known by its hashes, and the piece is
    /// kept as it came.
    fn keep_strays(
        &mut self,
        doc: &DocId,
        segment: &Segment,
        taken: Taken,
        broken: u64,
        strays: &[Stray],
    ) -> Result<(), StoreError> {
        let key = doc.to_string();
        strays::keep(self.db, &key, segment.actor, strays, taken.log_seq)?;
        for stray in strays {
            let code = stray_code(broken, stray.seq);
            stuck::note(self.db, &key, segment.actor, signed(stray.seq), code, self.now_ms)?;
        }
        self.put_aside(doc, segment, stray_code(broken, segment.from_seq), taken)
    }

    fn put_aside(&mut self, doc: &DocId, segment: &Segment, code: ErrorCode, taken: Taken) -> Result<(), StoreError> {
        stuck::put_aside(self.db, doc, segment, code, taken, self.now_ms)?;
        self.absorbed.jobs.extend(doc.job());
        Ok(())
    }

    /// The relay holds what is here: exactly the changes that the piece brought again, and no later one.
    fn note_known(&self, doc: &DocId, segment: &Segment, taken: Taken) -> Result<(), StoreError> {
        let Some(log_seq) = taken.log_seq else { return Ok(()) };
        let (key, end) = (doc.to_string(), end_of(segment));
        strays::confirm(self.db, &key, segment.actor, segment.from_seq, end, log_seq)?;
        self.db
            .prepare_cached(
                "UPDATE change SET log_seq = ?4
                 WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 AND seq < ?5 AND log_seq IS NULL",
            )?
            .execute(params![key, segment.actor.0, signed(segment.from_seq), signed(log_seq), signed(end)])?;
        Ok(())
    }
}

/// Makes room for the log's branch of a run: what is here from this place on, and is in no log, goes aside with its
/// reason. `false` when the log holds what is here, or when it is this device's own.
fn displace(db: &Connection, doc: &DocId, actor: Actor, at: u64, taken: Taken) -> Result<bool, StoreError> {
    let key = doc.to_string();
    let place = params![key, actor.0, signed(at)];
    let fixed: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM change WHERE doc = ?1 AND actor = ?2 AND seq >= ?3
                        AND (log_seq IS NOT NULL OR mine = 1))",
        place,
        |row| row.get(0),
    )?;
    let packed = packs::of_doc(db, doc)?.and_then(|job| packs::run(&job, doc.kind(), actor));
    let fixed = fixed || strays::confirmed(db, &key, actor, at)?;
    if fixed || packed.is_some_and(|run| run.seq >= at) {
        return Ok(false);
    }
    let mut query =
        db.prepare_cached("SELECT bytes FROM change WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 ORDER BY seq")?;
    let branch = query.query_map(place, |row| row.get(0))?.collect::<Result<Vec<Vec<u8>>, _>>()?;
    strays::forget_from(db, &key, actor, at)?;
    stuck::forget_from(db, &key, actor, signed(at))?;
    if branch.is_empty() {
        // Only strays stood there: they are in the pieces that brought them.
        return Ok(true);
    }
    let (signature, tail): (Vec<u8>, Vec<u8>) =
        db.query_row("SELECT signature, tail FROM run WHERE doc = ?1 AND actor = ?2", params![key, actor.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let (codec, body) = segment::plain(branch.iter().map(Vec::as_slice));
    let signature = minicbor::decode(&signature).map_err(StoreError::Cbor)?;
    let other = Segment { actor, from_seq: at, codec, body, signature, tail };
    let unlogged = Taken { log_seq: None, ..taken };
    stuck::put_aside(db, doc, &other, ErrorCode::ChangeForked, unlogged, taken.at_ms)?;
    db.execute("DELETE FROM change WHERE doc = ?1 AND actor = ?2 AND seq >= ?3", place)?;
    rows::cut_run(db, doc, actor, at - 1)?;
    Ok(true)
}

/// The place behind a piece's last change, sound or not; its own for one that can't be read.
fn end_of(segment: &Segment) -> u64 {
    let found = segment::find(segment.codec, &segment.body, segment.actor, segment.from_seq);
    segment.from_seq.saturating_add(found.unwrap_or_default().len() as u64)
}

fn stray_code(broken: u64, seq: u64) -> ErrorCode {
    if seq <= broken { ErrorCode::ChangeNotLinked } else { ErrorCode::RestsOnRefused }
}

/// The key that the actor's first 8 bytes name, once the relay's word on that device is here.
fn author_key(db: &Connection, segment: &Segment) -> Result<Option<PublicKey>, StoreError> {
    Ok(db
        .prepare_cached("SELECT key FROM device WHERE device = ?1")?
        .query_row([segment.actor.device().0], |row| row.get(0).map(PublicKey))
        .optional()?)
}

pub(super) fn piece_bytes(doc: &DocId, segment: &Segment) -> Vec<u8> {
    let piece =
        Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(segment.clone()), ..Piece::default() };
    minicbor::to_vec(&piece).expect("writing to memory can't fail")
}

/// Keeps a piece that can't be judged yet. One that was carried here before the log brought it is the log's from then on.
fn hold(db: &Connection, doc: &DocId, segment: &Segment, taken: Taken) -> Result<(), StoreError> {
    let bytes = piece_bytes(doc, segment);
    db.prepare_cached(
        "INSERT INTO held_piece (doc, piece, at_ms, log_seq, digest) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (digest) DO UPDATE SET log_seq = coalesce(log_seq, excluded.log_seq)",
    )?
    .execute(params![doc.to_string(), bytes, taken.at_ms, taken.log_seq.map(signed), log::digest(&bytes)])?;
    Ok(())
}

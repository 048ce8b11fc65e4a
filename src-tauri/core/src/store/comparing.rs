//! What a comparison with the relay finds, and what follows from it here: confirmations that hold, changes that are to
//! be sent again, runs that are wanted.
//!
//! Each answer is taken in a transaction of its own. Nothing of a comparison is kept but that one is due: whatever ends it
//! early, the next one begins at the root and finds again what is still different.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use doorstep_schemas::admission::History;
use doorstep_schemas::birth;
use doorstep_schemas::compare::{self, DocumentHeld, Node, NodeHeld, RunEnd, RunWanted, Tally};
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId};
use doorstep_schemas::wire::{Cursor, Device, Grant, Role};
use rusqlite::{Connection, params};

use super::absorb::Taken;
use super::index::Texts;
use super::links::Links;
use super::outbox::confirm;
use super::rows::{RunRow, signed};
use super::{Store, StoreError, adopt, inbox, left, packing, packs, photos, settings, tally, team, views};

/// That a comparison is due, and why.
const COMPARE: &str = "compare";
/// When all was last compared, or known to be the same.
const COMPARED_AT: &str = "compared_at";
/// The relay answers comparisons, by its last answer.
pub(super) const RELAY_COMPARES: &str = "relay_compares";
/// What nobody asked about is compared so often.
pub const COMPARE_EVERY_MS: i64 = 7 * 24 * 3_600 * 1_000;
/// What waits for a part of its history is asked about so often: the part may be on its way from a device that has it.
pub const COMPARE_WAITING_EVERY_MS: i64 = 3_600 * 1_000;

/// Why all is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The relay's log is another one: what the old one had confirmed may be missing from it.
    OtherLog = 1,
    /// The store was made anew and knows no place in the log.
    Anew = 2,
    /// Something may be missing on either side that neither knows of.
    Holes = 3,
}

/// What differs in nodes that were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differing {
    pub nodes: Vec<Node>,
    pub subjects: Vec<DocId>,
    /// Own changes that turned out to be on the relay.
    pub confirmed: u32,
}

/// What came of comparing runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// What is not here.
    pub wanted: Vec<RunWanted>,
    /// Changes that the relay lacks although it had confirmed them.
    pub unsent: u32,
    pub confirmed: u32,
    /// Runs of which the relay holds another branch.
    pub forked: u32,
    pub jobs: BTreeSet<JobId>,
}

/// The relay's word on these subjects.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub subjects: &'a [DocId],
    pub documents: &'a [DocumentHeld],
    pub grants: &'a [Grant],
    pub erased: &'a [JobId],
    /// The log's end when the comparison began.
    pub head: u64,
}

impl Store {
    /// Whether what is here is summed up: without that, no request offers to compare.
    pub fn comparable(&self) -> Result<bool, StoreError> {
        tally::ready(&self.db)
    }

    /// Why all is to be compared now, if it is.
    pub fn compare_due(&self, now_ms: i64) -> Result<Option<Why>, StoreError> {
        let answers = settings::number(&self.db, RELAY_COMPARES)?.unwrap_or(0) > 0;
        if !answers || !self.comparable()? {
            return Ok(None);
        }
        match settings::number(&self.db, COMPARE)? {
            Some(1) => return Ok(Some(Why::OtherLog)),
            Some(_) => return Ok(Some(Why::Holes)),
            None => {}
        }
        if self.cursor()?.is_none() {
            let held = "SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM pack)";
            let held: bool = self.db.query_row(held, [], |row| row.get(0))?;
            return Ok(held.then_some(Why::Anew));
        }
        let last = settings::number(&self.db, COMPARED_AT)?;
        Ok(last.filter(|at| (now_ms - at).abs() >= COMPARE_EVERY_MS).map(|_| Why::Holes))
    }

    /// Has all compared with the next exchange, whenever that was done last.
    pub fn compare_soon(&mut self) -> Result<(), StoreError> {
        match settings::number(&self.db, COMPARE)? {
            Some(_) => Ok(()),
            None => settings::put_number(&self.db, COMPARE, Why::Holes as i64),
        }
    }

    /// The device has been given everything there was. What still waits for a part of its history won't be brought by the
    /// log, because its place there was passed: all is compared. Returns whether that is due now.
    pub fn ask_for_what_waits(&mut self, now_ms: i64) -> Result<bool, StoreError> {
        let last = settings::number(&self.db, COMPARED_AT)?;
        if last.is_some_and(|at| (now_ms - at).abs() < COMPARE_WAITING_EVERY_MS) || !self.waits_for_a_part()? {
            return Ok(false);
        }
        self.compare_soon()?;
        Ok(self.compare_due(now_ms)?.is_some())
    }

    /// Whether something here can't be judged before another part of its history comes, or the word on its author.
    fn waits_for_a_part(&self) -> Result<bool, StoreError> {
        let held = "SELECT EXISTS (SELECT 1 FROM held_piece)";
        if self.db.prepare_cached(held)?.query_row([], |row| row.get(0))? {
            return Ok(true);
        }
        // Papers of a kind that only a later version knows wait for that version.
        Ok(adopt::unsettled(&self.db)?.iter().any(|doc| !birth::births(doc.kind()).is_empty()))
    }

    /// The device has been given everything: from here on holes are looked for in their time.
    pub(super) fn note_all_given(&mut self, now_ms: i64) -> Result<(), StoreError> {
        match settings::number(&self.db, COMPARED_AT)? {
            Some(_) => Ok(()),
            None => settings::put_number(&self.db, COMPARED_AT, now_ms),
        }
    }

    /// The relay's log is another one. What was made here is unsent until a comparison has found it there.
    pub fn begin_comparing(&mut self) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        forget(&tx)?;
        settings::put_number(&tx, COMPARE, Why::OtherLog as i64)?;
        tx.commit()?;
        Ok(())
    }

    /// The relay's log is another one than before: what the old one confirmed may be missing from it. Everything made
    /// here is unsent again until the relay says that it holds it; thus what a restored backup lacks is handed in anew.
    pub fn forget_confirmations(&mut self) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        forget(&tx)?;
        team::say_grants_again(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// No comparison is to be had: the relay is asked for everything, as one that doesn't compare.
    pub fn give_up_comparing(&mut self, now_ms: i64) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        if settings::number(&tx, COMPARE)? == Some(Why::OtherLog as i64) {
            team::say_grants_again(&tx)?;
            // With the old log's place it would only be told again that the log is another one.
            tx.execute("DELETE FROM meta WHERE key = 'cursor'", [])?;
        }
        tx.execute("DELETE FROM meta WHERE key IN (?1, ?2)", [COMPARE, RELAY_COMPARES])?;
        settings::put_number(&tx, COMPARED_AT, now_ms)?;
        tx.commit()?;
        Ok(())
    }

    /// Compares nodes. All that agrees is on the relay.
    pub fn compare_nodes(&mut self, held: &[NodeHeld], head: u64) -> Result<Differing, StoreError> {
        let tx = self.db.transaction()?;
        while tally::sum_up(&tx, u32::MAX)? {}
        let mut out = Differing::default();
        let mut agreed = Agreed::default();
        for node in held {
            if node.is_leaf() {
                let own = tally::subjects(&tx, node.node)?;
                agreed.subjects.extend(own.iter().filter(|tally| node.subjects.contains(tally)).map(name));
                out.subjects.extend(own.iter().filter(|tally| !node.subjects.contains(tally)).map(name));
                out.subjects.extend(node.subjects.iter().filter(|tally| !own.contains(tally)).map(name));
            } else {
                for ((part, theirs), own) in node.parts().zip(tally::parts(&tx, node.node)?) {
                    match part.span() {
                        Some(span) if theirs == own => agreed.spans.push(span),
                        _ => out.nodes.push(part),
                    }
                }
            }
        }
        out.subjects.sort_unstable();
        out.subjects.dedup();
        out.confirmed = agreed.confirm(&tx, head)?;
        tx.commit()?;
        Ok(out)
    }

    /// The digest of who works here, as far as is known.
    pub fn team_digest(&self) -> Result<u64, StoreError> {
        let (roles, devices) = tally::words(&self.db)?;
        Ok(compare::of_team(&roles, &devices))
    }

    /// Takes the relay's word on who works here.
    pub fn take_team(&mut self, roles: &[Role], devices: &[Device], head: u64) -> Result<(), StoreError> {
        let rank = team::rank(Taken { log_seq: Some(head), ..Taken::default() });
        let tx = self.db.transaction()?;
        roles.iter().try_for_each(|role| team::put_member(&tx, role, rank))?;
        devices.iter().try_for_each(|device| team::put_device(&tx, device, rank))?;
        tx.commit()?;
        Ok(())
    }

    /// Takes the relay's word on subjects that differ.
    pub fn settle_subjects(&mut self, told: Told<'_>, why: Why, now_ms: i64) -> Result<Settled, StoreError> {
        self.before_save();
        let outcome = self.try_settle(told, why, now_ms);
        if let Err(error) = &outcome {
            self.papers.forget_all();
            self.after(error);
        }
        outcome
    }

    fn try_settle(&mut self, told: Told<'_>, why: Why, now_ms: i64) -> Result<Settled, StoreError> {
        let enrolment = self.enrolment()?.ok_or(StoreError::NotEnrolled)?;
        let owner = self.is_owner(enrolment.member)?;
        let (own, rules) = (self.actor.device(), self.rules.clone());
        let tx = self.db.transaction()?;
        let mut out = Settled::default();
        for subject in told.subjects {
            let job = subject.job();
            if let Some(job) = job.filter(|job| told.erased.contains(job)) {
                left::note_erased(&tx, job)?;
                out.jobs.insert(job);
                continue;
            }
            if let Some(job) = job {
                if why == Why::OtherLog {
                    packs::open_out(&tx, &mut self.papers, job, true)?;
                }
                let moved = tally::replace_grants(&tx, job, told.grants, told.head, owner)?;
                team::queue_grants(&tx, &mut self.papers, &enrolment, job, Links::At(now_ms))?;
                if moved {
                    team::offer_again(&tx, job)?;
                    views::refresh(&tx, &mut self.papers, &rules, job, now_ms, Texts::Now)?;
                    out.jobs.insert(job);
                }
            }
            let reads = owner
                || match job {
                    Some(job) => tally::grants(&tx, job)?
                        .iter()
                        .any(|grant| grant.member == enrolment.member && compare::reads(grant.access)),
                    None => true,
                };
            for (doc, ends) in tally::ends(&tx, subject)? {
                let theirs = told.documents.iter().find(|held| held.doc == doc);
                let theirs = theirs.map(|held| held.runs.as_slice()).unwrap_or_default();
                for (actor, (seq, hash)) in &ends {
                    let end = theirs.iter().find(|end| end.actor == *actor);
                    if end.is_none() && !reads && actor.device() != own {
                        // What may no longer be read is answered like what is not there.
                        continue;
                    }
                    let run = Here { doc: &doc, actor: *actor, seq: *seq, hash };
                    settle_run(&tx, &mut self.papers, &run, end, &mut out)?;
                }
                for end in theirs.iter().filter(|end| !ends.contains_key(&end.actor)) {
                    out.wanted.push(RunWanted { doc: doc.clone(), actor: end.actor, after: 0 });
                }
            }
            if let Some(job) = job {
                packing::due_after(&tx, subject, now_ms)?;
                photos::expect(&tx, &mut self.papers, job, now_ms)?;
            }
        }
        tx.commit()?;
        if !told.erased.is_empty() {
            self.purge_erased()?;
        }
        Ok(out)
    }

    /// How far a run is here.
    pub fn run_end(&self, doc: &DocId, actor: Actor) -> Result<u64, StoreError> {
        Ok(RunRow::read(&self.db, doc, actor)?.run().seq)
    }

    /// All was compared, and what was wanted is here. `moment`: the log's end when it began.
    pub fn finish_comparing(&mut self, moment: &Cursor, why: Why, now_ms: i64) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        if why != Why::Holes {
            settings::set_cursor(&tx, moment)?;
        }
        if why == Why::OtherLog {
            packing::settle_doubt(&tx, moment.seq)?;
        }
        settings::put_number(&tx, COMPARED_AT, now_ms)?;
        tx.execute("DELETE FROM meta WHERE key = ?1", [COMPARE])?;
        tx.commit()?;
        Ok(())
    }
}

/// Nothing counts as confirmed any more, but for grants.
fn forget(db: &Connection) -> Result<(), StoreError> {
    db.execute("UPDATE change SET log_seq = NULL WHERE mine = 1", [])?;
    db.execute("UPDATE photo SET on_relay = 0, sent = min(sent, ?1) WHERE mine = 1", [photos::IN_DOUBT])?;
    packing::doubt_all(db)?;
    team::forget_ranks(db)?;
    db.execute("UPDATE rule_set SET on_relay = 0 WHERE mine = 1", [])?;
    inbox::begin_anew(db)
}

/// Whether packs have to wait: what they hold is about to be compared.
pub(super) fn is_due(db: &Connection) -> Result<bool, StoreError> {
    Ok(settings::number(db, COMPARE)? == Some(Why::OtherLog as i64))
}

fn name(tally: &Tally) -> DocId {
    tally.subject.clone()
}

/// What is the same here and on the relay.
#[derive(Default)]
struct Agreed {
    spans: Vec<RangeInclusive<u64>>,
    subjects: BTreeSet<DocId>,
}

impl Agreed {
    fn holds(&self, subject: &DocId) -> bool {
        let place = compare::place(subject);
        self.subjects.contains(subject) || self.spans.iter().any(|span| span.contains(&place))
    }

    /// Own changes in what agrees are on the relay, by this entry at the latest.
    fn confirm(&self, db: &Connection, head: u64) -> Result<u32, StoreError> {
        let unsent = {
            let mut query = db.prepare_cached(
                "SELECT DISTINCT doc FROM change INDEXED BY change_unsent WHERE mine = 1 AND log_seq IS NULL
                 UNION SELECT DISTINCT doc FROM change INDEXED BY change_carried WHERE mine = 0 AND log_seq IS NULL",
            )?;
            query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?
        };
        let mut confirmed = 0;
        for key in unsent {
            if key.parse::<DocId>().is_ok_and(|doc| self.holds(&compare::subject(&doc))) {
                let sql = "UPDATE change SET log_seq = ?2 WHERE doc = ?1 AND log_seq IS NULL";
                confirmed += db.prepare_cached(sql)?.execute(params![key, signed(head)])?;
            }
        }
        Ok(u32::try_from(confirmed).unwrap_or(u32::MAX))
    }
}

/// A run as it is here.
struct Here<'a> {
    doc: &'a DocId,
    actor: Actor,
    seq: u64,
    hash: &'a ChangeHash,
}

/// Compares a run with what the relay holds of it.
fn settle_run(
    db: &Connection,
    papers: &mut super::papers::Papers,
    run: &Here<'_>,
    end: Option<&RunEnd>,
    out: &mut Settled,
) -> Result<(), StoreError> {
    let there = end.map_or(0, |end| end.seq);
    let hash = match there {
        0 => None,
        seq if seq == run.seq => Some(*run.hash),
        seq if seq < run.seq => RunRow::read(db, run.doc, run.actor)?.hash_at(seq)?,
        _ => None,
    };
    if let (Some(end), Some(hash)) = (end, hash)
        && compare::head_of(&hash) != end.hash
    {
        tracing::warn!(doc = %run.doc, seq = there, "the relay holds another branch of a run");
        out.forked += 1;
        out.wanted.push(RunWanted { doc: run.doc.clone(), actor: run.actor, after: 0 });
        return Ok(());
    }
    if let Some(end) = end {
        out.confirmed += confirm(db, run.doc, run.actor, 1, there.min(run.seq), end.log_seq)?;
    }
    if there > run.seq {
        out.wanted.push(RunWanted { doc: run.doc.clone(), actor: run.actor, after: run.seq });
    }
    if there < run.seq {
        out.unsent += unconfirm(db, papers, run, there)?;
    }
    Ok(())
}

/// The relay lacks what is behind a place of a run: it is sent again, whoever made it.
fn unconfirm(
    db: &Connection,
    papers: &mut super::papers::Papers,
    run: &Here<'_>,
    above: u64,
) -> Result<u32, StoreError> {
    if let Some(closed) = packs::of_doc(db, run.doc)?
        && packs::run(&closed, run.doc.kind(), run.actor).is_some_and(|packed| packed.seq > above)
        && let Some(job) = run.doc.job()
    {
        packs::open_out(db, papers, job, false)?;
    }
    let sql = "UPDATE change SET log_seq = NULL WHERE doc = ?1 AND actor = ?2 AND seq > ?3 AND log_seq IS NOT NULL";
    let taken_back = db.prepare_cached(sql)?.execute(params![run.doc.to_string(), run.actor.0, signed(above)])?;
    if taken_back > 0 {
        tracing::warn!(doc = %run.doc, above, taken_back, "the relay lacks what it had confirmed");
    }
    Ok(u32::try_from(taken_back).unwrap_or(u32::MAX))
}

//! Our own work: one action, one transaction. It passes the same admission that the relay will hold it to, before it
//! is saved, so nothing can be saved that the relay would refuse.

use std::collections::BTreeSet;
use std::sync::Arc;

use automerge::AutoCommit;
use doorstep_schemas::admission::{self, Verdict};
use doorstep_schemas::ids::{Actor, DocId, JobId, ShortId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Claim, Signature};
use doorstep_schemas::wire::Segment;
use rusqlite::Transaction;

use super::index::Texts;
use super::links::Links;
use super::rows::{ADOPTED, Intake, Row, RunRow};
use super::{Store, StoreError, settings, team, views};
use crate::documents::history::message_of;
use crate::documents::layout::WriteError;
use crate::documents::paper::Made;
use doorstep_schemas::admission::History;

/// What one action does to one document.
pub type Edit<'a> = Box<dyn FnOnce(&mut AutoCommit) -> Result<(), WriteError> + 'a>;

impl Store {
    /// Edits one document as one action. `also` writes further rows in the same transaction. Returns whether anything
    /// changed.
    pub fn act(
        &mut self,
        doc: &DocId,
        action: &str,
        at_ms: i64,
        edit: impl FnOnce(&mut AutoCommit) -> Result<(), WriteError>,
        also: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        self.act_as(vec![(doc.clone(), Box::new(edit))], action, at_ms, also)
    }

    /// Edits one document as an action that whoever did it can name, to undo it.
    pub fn act_named(
        &mut self,
        doc: &DocId,
        action: (&str, ShortId),
        at_ms: i64,
        edit: impl FnOnce(&mut AutoCommit) -> Result<(), WriteError>,
    ) -> Result<bool, StoreError> {
        self.act_undoable(vec![(doc.clone(), Box::new(edit))], action, at_ms)
    }

    /// The same with documents, each named once: all of it or nothing, and undone at once.
    pub fn act_undoable(
        &mut self,
        edits: Vec<(DocId, Edit<'_>)>,
        (action, id): (&str, ShortId),
        at_ms: i64,
    ) -> Result<bool, StoreError> {
        self.act_as(edits, &message_of(action, id), at_ms, |_| Ok(()))
    }

    /// Edits several documents as one action: all of it or nothing, each change carrying the action's id. Each document
    /// is named once. Returns whether anything changed.
    pub fn act_many(
        &mut self,
        edits: Vec<(DocId, Edit<'_>)>,
        (action, id): (&str, ShortId),
        at_ms: i64,
        also: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let message = if edits.len() > 1 { message_of(action, id) } else { action.to_owned() };
        self.act_as(edits, &message, at_ms, also)
    }

    fn act_as(
        &mut self,
        edits: Vec<(DocId, Edit<'_>)>,
        message: &str,
        at_ms: i64,
        also: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let docs: Vec<DocId> = edits.iter().map(|(doc, _)| doc.clone()).collect();
        self.before_save();
        let outcome = self.try_act(edits, message, at_ms, also);
        if let Err(error) = &outcome {
            // The open documents hold edits that were not committed.
            docs.iter().for_each(|doc| self.papers.forget(doc));
            self.after(error);
        }
        outcome
    }

    fn try_act(
        &mut self,
        edits: Vec<(DocId, Edit<'_>)>,
        message: &str,
        at_ms: i64,
        also: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        // A job's row is read from both of its documents.
        self.papers.expect(edits.len() * 2);
        let tx = self.db.transaction()?;
        let mut changed = Vec::new();
        for (doc, edit) in edits {
            if let Some(made) = self.papers.get(&tx, &doc)?.edit(message, at_ms, edit)? {
                changed.push((doc, made));
            }
        }
        if changed.is_empty() {
            return Ok(false);
        }
        let enrolment = settings::enrolment(&tx)?.ok_or(StoreError::NotEnrolled)?;
        for (doc, made) in &changed {
            keep(&tx, &self.signer, self.actor, &enrolment, doc, made, at_ms)?;
        }
        also(&tx)?;
        for (doc, _) in &changed {
            self.papers.save_after_edit(&tx, doc)?;
        }
        let jobs: BTreeSet<JobId> = changed.iter().filter_map(|(doc, _)| doc.job()).collect();
        for job in jobs {
            views::refresh(&tx, &mut self.papers, &self.rules, job, at_ms, Texts::AtRest)?;
            team::queue_grants(&tx, &mut self.papers, &enrolment, job, Links::At(at_ms))?;
        }
        tx.commit()?;
        Ok(true)
    }

    /// The job's facts as its documents have them; `None` while its order is not here.
    pub fn job_facts(&mut self, job: JobId) -> Result<Option<Arc<crate::domain::facts::Job>>, StoreError> {
        views::facts(&self.db, &mut self.papers, job)
    }
}

/// One change of ours, admitted as the relay will admit it.
fn keep(
    tx: &Transaction<'_>,
    signer: &ed25519_dalek::SigningKey,
    actor: Actor,
    enrolment: &settings::Enrolment,
    doc: &DocId,
    made: &Made,
    at_ms: i64,
) -> Result<(), StoreError> {
    let row = RunRow::read(tx, doc, actor)?;
    let signature = sign(tx, signer, enrolment, doc, actor, &row, made)?;
    // As it is: nobody else reads this piece, and to compress it would cost more than all of the judging.
    let (codec, body) = segment::plain([made.bytes.as_slice()]);
    let piece =
        Segment { actor, from_seq: row.run().seq + 1, codec, body, signature: signature.clone(), tail: Vec::new() };
    let key = doorstep_schemas::signature::identity(signer).0;
    let verdict = admission::admit(enrolment.outlet, doc, &piece, &key, &row).map_err(StoreError::OwnWork)?;
    let Verdict::Admit { changes, run, doc_ops } = verdict else {
        return Err(StoreError::Row("own run"));
    };
    let rows: Vec<Row<'_>> =
        changes.iter().map(|c| Row { seq: c.seq, hash: &c.hash, bytes: &c.bytes, state: ADOPTED }).collect();
    Intake {
        doc,
        actor,
        changes: &rows,
        run: &run,
        doc_ops,
        signature: &signature,
        tail: &[],
        mine: true,
        noted_ms: at_ms,
        log_seq: None,
    }
    .insert(tx)
}

fn sign(
    db: &rusqlite::Connection,
    key: &ed25519_dalek::SigningKey,
    enrolment: &settings::Enrolment,
    doc: &DocId,
    actor: Actor,
    row: &RunRow<'_>,
    made: &Made,
) -> Result<Signature, StoreError> {
    let run = row.run();
    let claim = Claim {
        outlet: enrolment.outlet,
        doc,
        actor,
        seq: run.seq + 1,
        chain: run.chain.then(&made.hash),
        beacon: settings::beacon(db)?.map(|beacon| beacon.reference()),
    };
    Ok(claim.sign(key))
}

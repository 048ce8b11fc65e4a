//! Our own work: one action, one transaction. It passes the same admission that the relay will hold it to, before it
//! is saved, so nothing can be saved that the relay would refuse.

use std::sync::Arc;

use automerge::AutoCommit;
use doorstep_schemas::admission::{self, Verdict};
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Claim, Signature};
use doorstep_schemas::wire::Segment;
use rusqlite::Transaction;

use super::rows::{ADOPTED, Intake, RunRow};
use super::{Store, StoreError, settings, team, views};
use crate::documents::layout::WriteError;
use crate::documents::paper::Made;
use doorstep_schemas::admission::History;

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
        let outcome = self.try_act(doc, action, at_ms, edit, also);
        if outcome.is_err() {
            // The open document holds an edit that was not committed.
            self.papers.forget(doc);
        }
        outcome
    }

    fn try_act(
        &mut self,
        doc: &DocId,
        action: &str,
        at_ms: i64,
        edit: impl FnOnce(&mut AutoCommit) -> Result<(), WriteError>,
        also: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let tx = self.db.transaction()?;
        let made = self.papers.get(&tx, doc)?.edit(action, at_ms, edit)?;
        let Some(made) = made else { return Ok(false) };
        let enrolment = settings::enrolment(&tx)?.ok_or(StoreError::NotEnrolled)?;
        let row = RunRow::read(&tx, doc, self.actor)?;
        let signature = sign(&tx, &self.signer, &enrolment, doc, self.actor, &row, &made)?;
        let (codec, body) = segment::encode(&[&made.bytes]).map_err(|e| StoreError::OwnWork(e.into()))?;
        let piece = Segment {
            actor: self.actor,
            from_seq: row.run().seq + 1,
            codec,
            body,
            signature: signature.clone(),
            tail: Vec::new(),
        };
        let key = doorstep_schemas::signature::identity(&self.signer).0;
        let verdict = admission::admit(enrolment.outlet, doc, &piece, &key, &row).map_err(StoreError::OwnWork)?;
        let Verdict::Admit { changes, run, doc_ops } = verdict else {
            return Err(StoreError::Row("own run"));
        };
        Intake {
            doc,
            actor: self.actor,
            changes: &changes,
            run: &run,
            doc_ops,
            signature: &signature,
            tail: &[],
            state: ADOPTED,
            mine: true,
            noted_ms: at_ms,
            log_seq: None,
        }
        .insert(&tx)?;
        also(&tx)?;
        self.papers.save_if_long(&tx, doc)?;
        if let Some(job) = doc.job() {
            views::refresh(&tx, &mut self.papers, &self.rules, job, at_ms)?;
            team::queue_grants(&tx, &mut self.papers, &enrolment, job)?;
        }
        tx.commit()?;
        Ok(true)
    }

    /// The job's facts as its documents have them; `None` while its order is not here.
    pub fn job_facts(&mut self, job: JobId) -> Result<Option<Arc<crate::domain::facts::Job>>, StoreError> {
        views::facts(&self.db, &mut self.papers, job)
    }
}

fn sign(
    db: &rusqlite::Connection,
    key: &ed25519_dalek::SigningKey,
    enrolment: &settings::Enrolment,
    doc: &DocId,
    actor: doorstep_schemas::ids::Actor,
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

//! All that proves a document: every run whole, with its author's newest word.

use doorstep_schemas::claim_pack::{Seal, SignedRun};
use doorstep_schemas::ids::{Actor, DocId};

use super::outbox::UnsentRun;
use super::{Store, StoreError, packs};

/// What proves one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Every change, a run behind the other.
    pub changes: Vec<Vec<u8>>,
    pub signed: Vec<SignedRun>,
}

impl Store {
    /// Who wrote in a document, by the first change of each that came here.
    pub(super) fn actors_of(&self, doc: &DocId) -> Result<Vec<Actor>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT r.actor FROM run r WHERE r.doc = ?1
             ORDER BY (SELECT min(c.id) FROM change c WHERE c.doc = r.doc AND c.actor = r.actor)",
        )?;
        let packed = packs::of_doc(&self.db, doc)?.unwrap_or_default().runs;
        let mut actors: Vec<Actor> = packed.iter().filter(|run| run.kind == doc.kind()).map(|run| run.actor).collect();
        for actor in query.query_map([doc.to_string()], |row| row.get(0).map(Actor))? {
            let actor = actor?;
            if !actors.contains(&actor) {
                actors.push(actor);
            }
        }
        Ok(actors)
    }

    /// What proves a document. A run whose author's key is not known here is left out: its changes are not in use.
    pub fn evidence(&self, doc: &DocId) -> Result<Evidence, StoreError> {
        let mut out = Evidence::default();
        for actor in self.actors_of(doc)? {
            let Some(key) = self.device_key(actor.device())? else { continue };
            let UnsentRun { doc, actor, signature, tail, changes } = self.run_from(doc.clone(), actor, 1)?;
            out.changes.extend(changes.into_iter().map(|(.., bytes)| bytes));
            out.signed.push(SignedRun { doc, actor, signature, tail, key });
        }
        Ok(out)
    }

    /// This device's word under the manifest of a claim pack.
    pub fn seal_claim(&self, manifest: &[u8]) -> Seal {
        Seal::sign(manifest, &self.signer)
    }
}

//! Publishing a rule set: the owner puts another one in force from a moment on.
//!
//! It is tried against the book first, so what comes to the other devices was usable here. It never begins before it was
//! published: what was finished by then was judged and charged by what was known then.

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::rules::SetKind;

use super::Actions;
use super::facts::FactError;
use crate::documents::layout::Edit;
use crate::domain::facts::outlet::SetVersion;
use crate::domain::record::At;
use crate::rules::MalformedSet;
use crate::store::{StoreError, rule_sets};

/// Longest name of a version, in characters.
const VERSION: usize = 120;

/// Why a rule set was not published. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// With the line and the reason.
    #[error(transparent)]
    Malformed(#[from] MalformedSet),
    #[error(transparent)]
    Fact(#[from] FactError),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Fact(error.into())
    }
}

impl Actions {
    /// Puts a rule set in force from a moment on, now at the earliest (R27). Settlement prices are named at the owner's
    /// desk, all others in the catalogue; the bytes follow to the relay by themselves. Returns the set's name.
    pub fn publish_rule_set(&self, kind: SetKind, bytes: &[u8], valid_from: i64) -> Result<BlobHash, PublishError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let from_ms = valid_from.max(noted.at_ms);
        let (version, hash) = store.rules().candidate(kind, bytes, from_ms)?;
        if version.chars().count() > VERSION {
            return Err(FactError::TooLong { field: "version", most: VERSION }.into());
        }
        let doc = rule_sets::paper_of(kind);
        let named = SetVersion {
            id: self.mint(),
            kind: kind.word().to_owned(),
            version,
            set: hash,
            valid_from: Some(At(from_ms)),
            noted,
        };
        let edit = Edit::add(named);
        let keep = |tx: &_| rule_sets::put_own(tx, &hash, &doc, bytes);
        store.act(&doc, "publish_set", noted.at_ms, |paper| edit.apply(paper), |tx| keep(tx))?;
        let jobs = store.renew_rules(noted.at_ms)?;
        self.rules_changed(jobs);
        Ok(hash)
    }

    /// Tells that other rules are in force, and which jobs look different by them.
    pub(crate) fn rules_changed(&self, jobs: impl IntoIterator<Item = doorstep_schemas::ids::JobId>) {
        self.papers_changed();
        // Nobody may be listening; the next reader sees the rows anyway.
        let _ = self.events.send(CoreEvent::JobsChanged { jobs: jobs.into_iter().collect() });
    }
}

//! Values that two people wrote without knowing of each other, and the pick of one: an action like any other.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{Choice, Resolve};
use doorstep_schemas::view::{ConflictView, FieldPlace, HeldView, JobPaper, JobView, Millis};

use super::history::{Known, papers};
use super::{Actions, JobError, may_write};
use crate::documents::conflicts::{self, Conflict, NoPick, Pick};
use crate::documents::shapes;
use crate::documents::snapshot::Place;
use crate::domain::facts::Noted;
use crate::domain::money::subsidy::looks_like_id_number;
use crate::domain::{approval, nodes};
use crate::reports::history::{place_name, value_text};
use crate::store::{Store, StoreError};

/// Longest text that a person may type, in characters.
const TEXT: usize = 500;

/// Why nothing was picked.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("only an owner decides what an order says")]
    OwnerOnly,
    #[error("what evidence says is picked, not typed")]
    Evidence,
    #[error("the text is longer than {TEXT} characters")]
    TooLong,
    #[error("a text looks like an identity number; those are never kept")]
    IdentityNumber,
    #[error(transparent)]
    Pick(#[from] NoPick),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for ResolveError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

fn word(doc: &DocId) -> JobPaper {
    if matches!(doc, DocId::Order(_)) { JobPaper::Order } else { JobPaper::Sheet }
}

impl Actions {
    /// Every field of a job that holds more than one value, with who wrote which when.
    pub fn conflicts(&self, job: JobId) -> Result<Vec<ConflictView>, JobError> {
        let mut store = self.looking_at(job)?;
        let me = Self::enrolment(&store)?.member;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let sheet = may_write(&store, &facts, job, me)?
            && !facts.order.cancelled
            && (nodes::ended(&facts).is_none() || approval::reopened(&facts, me));
        let owner = store.is_owner(me)?;
        let mut found: Vec<(DocId, Conflict)> = Vec::new();
        for doc in papers(job) {
            let held = store.past(&doc, conflicts::conflicts)?.unwrap_or_default();
            found.extend(held.into_iter().map(|conflict| (doc.clone(), conflict)));
        }
        let known = Known::of(&store, self.nature.now_ms())?;
        let view = |(doc, Conflict { place, values }): (DocId, Conflict)| {
            let paper = word(&doc);
            let held = values.iter().map(|held| {
                let (by, device) = known.names(None, held.actor);
                let text = value_text(doc.kind(), &place, &held.value, &known);
                HeldView { change: held.change, text, by, device, at: Millis(held.at_ms) }
            });
            ConflictView {
                values: held.collect(),
                name: place_name(doc.kind(), &place, &known),
                may_resolve: if paper == JobPaper::Order { owner } else { sheet },
                place: FieldPlace { paper, container: place.container, key: place.key, field: place.field },
            }
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// Writes one value over all that a field holds. Two people who pick apart make a new conflict.
    pub fn resolve(&self, input: &Resolve) -> Result<JobView, ResolveError> {
        let mut store = self.shelf.store();
        let (doc, noted) = self.decider(&mut store, input)?;
        let FieldPlace { container, key, field, .. } = input.place.clone();
        let place = Place { container, key, field };
        let pick = match &input.choice {
            Choice::Pick { change } => Pick::Held(*change),
            Choice::Typed { text } if looks_like_id_number(text) => return Err(ResolveError::IdentityNumber),
            Choice::Typed { text } if text.chars().count() > TEXT => return Err(ResolveError::TooLong),
            Choice::Typed { .. } if place.field.is_some() && !shapes::loose(doc.kind(), &place.container) => {
                return Err(ResolveError::Evidence);
            }
            Choice::Typed { text } => Pick::Typed(text.clone()),
        };
        let settled = store.past(&doc, |paper| conflicts::settle(paper, &place, &pick))?;
        let settled = settled.ok_or(JobError::NotFound(input.job))??;
        store.act(&doc, "resolve", noted.at_ms, |doc| settled.write(doc), |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }

    /// Who may decide: for an order its owner, for a sheet whoever may write it now.
    fn decider(&self, store: &mut Store, input: &Resolve) -> Result<(DocId, Noted), ResolveError> {
        match input.place.paper {
            JobPaper::Sheet => Ok((DocId::Sheet(input.job), self.open_job(store, input.job)?.noted)),
            JobPaper::Order => {
                let me = Self::enrolment(store)?.member;
                if !store.is_owner(me)? {
                    return Err(ResolveError::OwnerOnly);
                }
                Ok((DocId::Order(input.job), self.noted(store, me)?))
            }
        }
    }
}

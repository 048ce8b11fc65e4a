//! The visit's taps: departed, arrived; and the card that was shown.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{ShowCard, Tap, TapNode};
use doorstep_schemas::view::{Blocker, JobView, NodeKind};

use super::{Actions, JobError};
use crate::documents;
use crate::domain::facts::Node;
use crate::domain::gates::{self, Judge};
use crate::domain::nodes;
use crate::store::{Store, StoreError};

/// Why a node was not noted.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    #[error("{0:?} comes before it")]
    TooEarly(NodeKind),
    /// An emergency's script, the gas company, goods (R3, R8): everything at once.
    #[error("{} things come before setting out", .0.len())]
    Blocked(Vec<Blocker>),
    #[error("it was noted already")]
    Done,
    #[error("the card was on the screen for {0} ms only")]
    CardTooShort(u32),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for VisitError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Departed or arrived, now.
    pub fn tap_node(&self, input: &TapNode) -> Result<JobView, VisitError> {
        match input.tap {
            Tap::Depart => {
                let store = &mut self.shelf.store();
                self.may_go(store, input.job, gates::departure_blockers)?;
                self.add_node(store, input.job, NodeKind::Departed, None, "depart")
            }
            Tap::Arrive => {
                let store = &mut self.shelf.store();
                self.may_go(store, input.job, gates::emergency_blockers)?;
                self.add_node(store, input.job, NodeKind::Arrived, None, "arrive")
            }
        }
    }

    /// The card was shown to the customer for as long as the steps in force ask for (R10).
    pub fn show_card(&self, input: &ShowCard) -> Result<JobView, VisitError> {
        let now = self.nature.now_ms();
        if input.shown_ms < self.shelf.store().rules().at(now).card_shown_ms() {
            return Err(VisitError::CardTooShort(input.shown_ms));
        }
        let store = &mut self.shelf.store();
        self.add_node(store, input.job, NodeKind::CardShown, Some(NodeKind::Arrived), "show_card")
    }

    fn may_go(
        &self,
        store: &mut Store,
        job: JobId,
        blockers: impl FnOnce(&Judge<'_>) -> Vec<Blocker>,
    ) -> Result<(), VisitError> {
        let open = self.open_job(store, job)?;
        let rules = store.rules().clone();
        let blockers = blockers(&Judge::new(&open.facts, &rules.at(open.noted.at_ms)));
        if blockers.is_empty() { Ok(()) } else { Err(VisitError::Blocked(blockers)) }
    }

    fn add_node(
        &self,
        store: &mut Store,
        job: JobId,
        kind: NodeKind,
        after: Option<NodeKind>,
        action: &str,
    ) -> Result<JobView, VisitError> {
        let open = self.open_job(store, job)?;
        // A job that was left open is gone to again: each visit has its own taps.
        let has = |kind| nodes::has_now(&open.facts, kind);
        if has(kind) {
            return Err(VisitError::Done);
        }
        if let Some(before) = after.filter(|before| !has(*before)) {
            return Err(VisitError::TooEarly(before));
        }
        let node = Node { id: self.mint(), kind: kind.into(), lat_e6: None, lon_e6: None, noted: open.noted };
        let write = |doc: &mut _| documents::layout::add_record(doc, &node);
        store.act(&DocId::Sheet(job), action, open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(store, job)?)
    }
}

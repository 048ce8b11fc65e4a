//! The visit's taps: departed, arrived; and the card that was shown. 补录: a step that nobody tapped in time.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{EnterLate, LateStep, ShowCard, Tap, TapNode};
use doorstep_schemas::view::{Blocker, CardCode, JobView, NodeKind};

use super::finish::FinishError;
use super::{Actions, JobError, OpenJob};
use crate::documents;
use crate::domain::card::PUBLIC_LINE;
use crate::domain::facts::{Node, Noted};
use crate::domain::gates::{self, Judge};
use crate::domain::late::{self, Misfit};
use crate::domain::nodes;
use crate::qr;
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
    /// 补录: the moment has not come yet.
    #[error("the moment lies ahead")]
    Ahead,
    #[error("{0:?} was not taken at that moment: {1:?}")]
    Misfit(NodeKind, Misfit),
    #[error(transparent)]
    Finish(#[from] FinishError),
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

    /// 补录: a step that was taken and not tapped, with both moments (R1, R2). The same things come before it as when it is
    /// tapped.
    pub fn enter_late(&self, input: &EnterLate) -> Result<JobView, VisitError> {
        let EnterLate { job, claimed, .. } = *input;
        let store = &mut self.shelf.store();
        let (kind, code) = match input.late {
            LateStep::Depart => (NodeKind::Departed, "depart"),
            LateStep::Arrive => (NodeKind::Arrived, "arrive"),
            LateStep::Finish { .. } => (NodeKind::Finished, "finish"),
            LateStep::Leave => (NodeKind::Left, "leave"),
        };
        let open = if kind == NodeKind::Left { self.job_afterwards(store, job)? } else { self.open_job(store, job)? };
        if claimed.0 > open.noted.at_ms {
            return Err(VisitError::Ahead);
        }
        late::fits(&open.facts, kind, claimed.0).map_err(|misfit| VisitError::Misfit(kind, misfit))?;
        let claimed_ms = Some(late::kept(&open.facts, kind, claimed.0).min(open.noted.at_ms));
        let open = OpenJob { noted: Noted { claimed_ms, ..open.noted }, ..open };
        match input.late {
            LateStep::Depart => self.may_go(store, job, gates::departure_blockers)?,
            LateStep::Arrive => self.may_go(store, job, gates::emergency_blockers)?,
            LateStep::Finish { outcome } => return Ok(self.finish_with(store, job, &open, outcome)?),
            LateStep::Leave if nodes::ended(&open.facts).is_none() => {
                return Err(VisitError::TooEarly(NodeKind::Finished));
            }
            LateStep::Leave => {}
        }
        self.write_node(store, job, &open, kind, code)
    }

    /// The first number of the visit's card that is not the state's, as a code to be scanned; none while the outlet has none
    /// (R10).
    pub fn card_code(&self, job: JobId) -> Result<Option<CardCode>, JobError> {
        let mut store = self.looking_at(job)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let rules = store.rules().clone();
        let roster = store.roster()?;
        let numbers = rules.at(self.nature.now_ms()).card_numbers(&facts, &roster);
        let own = numbers.into_iter().find(|number| number.number != PUBLIC_LINE);
        Ok(own.and_then(|own| {
            let dialled: String = own.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            // A number too long for a code is shown as it is.
            let svg = qr::svg(&format!("tel:{dialled}")).ok()?;
            Some(CardCode { label: own.label, number: own.number, svg })
        }))
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
        self.write_node(store, job, &open, kind, action)
    }

    fn write_node(
        &self,
        store: &mut Store,
        job: JobId,
        open: &OpenJob,
        kind: NodeKind,
        action: &str,
    ) -> Result<JobView, VisitError> {
        if nodes::has_now(&open.facts, kind) {
            return Err(VisitError::Done);
        }
        let node = Node { id: self.mint(), kind: kind.into(), lat_e6: None, lon_e6: None, noted: open.noted };
        let write = |doc: &mut _| documents::layout::add_record(doc, &node);
        store.act(&DocId::Sheet(job), action, open.noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(store, job)?)
    }
}

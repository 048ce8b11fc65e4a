//! What people do: the only way in from the shell. One file per topic; each action is one transaction.
//!
//! Actions never call sync: they say what changed, and the runner hears it.

pub mod album;
pub mod answer;
mod answers;
pub mod bench;
pub mod board;
pub mod bundle;
pub mod call;
pub mod claim;
pub mod conflicts;
pub mod contract_visits;
pub mod customers;
pub mod drafts;
pub mod export;
pub mod facts;
pub mod fees;
pub mod find;
pub mod finish;
pub mod follow_ups;
pub mod history;
pub mod import;
pub mod inbox;
pub mod job_view;
pub mod keys;
pub mod lists;
pub mod mine;
mod noted;
pub mod orders;
pub mod part_list;
pub mod parts;
pub mod photos;
pub mod price_books;
pub mod proof;
pub mod readings;
pub mod reminders;
pub mod review;
pub mod roster;
pub mod rule_sets;
pub mod said;
pub mod set_forms;
pub mod set_jobs;
pub mod settle;
mod settled;
pub mod settlement;
pub mod sheet;
pub mod spoken;
pub mod statement;
pub mod storage;
pub mod stuck;
pub mod turns;
pub mod undo;
pub mod visit;
pub mod wages;
pub mod walk_in;
mod withdraw;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{Actor, JobId, MemberId, ShortId};
use doorstep_schemas::wire::Access;
use tokio::sync::broadcast;

use crate::domain::facts::{Job, Noted, OrderedAppliance};
use crate::domain::{approval, nodes};
use crate::nature::Nature;
use crate::store::{Enrolment, Store, StoreError};

/// The store as actions and the sync runner share it.
#[derive(Clone)]
pub struct Shelf {
    store: Arc<Mutex<Store>>,
    /// Whose names are minted, and how many were.
    minted: Arc<(Actor, AtomicU64)>,
    /// When something was last noted here.
    noted: Arc<AtomicI64>,
    /// When contracts were last looked through for visits that are due; 0 before the first time.
    visits_looked: Arc<AtomicI64>,
}

/// A clock that goes back by less stands still; by more, it was set.
const STILL_MS: i64 = 1_000;

impl Shelf {
    pub fn new(store: Store) -> Self {
        let minted = Arc::new((store.actor(), AtomicU64::new(0)));
        Self { store: Arc::new(Mutex::new(store)), minted, noted: Arc::default(), visits_looked: Arc::default() }
    }

    /// When an action notes what it does: what one device did later also stands behind it where facts are taken in order of
    /// time, though both were done in the same millisecond. Asked with the store in hand.
    fn moment(&self, now_ms: i64) -> i64 {
        let last = self.noted.load(Ordering::Relaxed);
        let stands = now_ms <= last && last - now_ms < STILL_MS;
        let moment = if stands { last + 1 } else { now_ms };
        self.noted.store(moment, Ordering::Relaxed);
        moment
    }

    /// Whether contracts are to be looked through now; from then on not before `every_ms` have passed.
    fn look_due(&self, now_ms: i64, every_ms: i64) -> bool {
        let last = self.visits_looked.load(Ordering::Relaxed);
        let due = last == 0 || now_ms < last || now_ms - last >= every_ms;
        if due {
            self.visits_looked.store(now_ms, Ordering::Relaxed);
        }
        due
    }

    /// A name that nothing has yet. It follows from this start of the app and a count, so that whoever carries it need not say
    /// it; see decision 0023.
    pub(crate) fn mint(&self) -> ShortId {
        let (actor, count) = self.minted.as_ref();
        ShortId::nth(*actor, count.fetch_add(1, Ordering::Relaxed))
    }

    /// A panic elsewhere leaves the store as its last commit left it: SQLite rolled the transaction back, and documents
    /// that were open are read anew.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(|poisoned| {
            let mut store = poisoned.into_inner();
            store.recover();
            self.store.clear_poison();
            store
        })
    }
}

/// Everything that an action needs.
#[derive(Clone)]
pub struct Actions {
    pub shelf: Shelf,
    pub nature: Arc<dyn Nature>,
    pub events: broadcast::Sender<CoreEvent>,
}

/// Why a job can't be worked on.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("job {0} is not on this device")]
    NotFound(JobId),
    #[error("the job is finished")]
    Finished,
    #[error("the job was cancelled")]
    Cancelled,
    #[error("the job is not this member's")]
    NotAssigned,
    #[error("the device was away from its relay for too long to show others' work")]
    LeaseEnded,
    #[error("the appliance {0} is not on the order")]
    NoAppliance(ShortId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A job in hand, for one action.
pub struct OpenJob {
    pub facts: Arc<Job>,
    pub noted: Noted,
}

impl Actions {
    pub(crate) fn mint(&self) -> ShortId {
        self.shelf.mint()
    }

    pub(crate) fn enrolment(store: &Store) -> Result<Enrolment, StoreError> {
        store.enrolment()?.ok_or(StoreError::NotEnrolled)
    }

    /// The store for a look at others' work: the clock says whether that is shown.
    pub(crate) fn looking(&self) -> Result<MutexGuard<'_, Store>, StoreError> {
        let mut store = self.shelf.store();
        store.turn_lease(self.nature.now_ms())?;
        Ok(store)
    }

    /// The store for a look at one job, if the job is shown.
    pub(crate) fn looking_at(&self, job: JobId) -> Result<MutexGuard<'_, Store>, JobError> {
        let store = self.looking()?;
        match store.job_row(job)? {
            Some(row) if store.hides(&row.card)? => Err(JobError::LeaseEnded),
            _ => Ok(store),
        }
    }

    pub(crate) fn noted(&self, store: &Store, by: MemberId) -> Result<Noted, StoreError> {
        Ok(Noted::now(self.shelf.moment(self.nature.now_ms()), store.clock_offset()?, by))
    }

    /// The job, if this member may write its sheet now.
    pub(crate) fn open_job(&self, store: &mut Store, job: JobId) -> Result<OpenJob, JobError> {
        let me = Self::enrolment(store)?.member;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        if !may_write(store, &facts, job, me)? {
            return Err(JobError::NotAssigned);
        }
        if facts.order.cancelled {
            return Err(JobError::Cancelled);
        }
        if nodes::ended(&facts).is_some() && !approval::reopened(&facts, me) {
            return Err(JobError::Finished);
        }
        let noted = self.noted(store, me)?;
        Ok(OpenJob { facts, noted })
    }

    /// The job for what may still come when its work is done: money, old parts, a loaner's way back, a damage.
    pub(crate) fn job_afterwards(&self, store: &mut Store, job: JobId) -> Result<OpenJob, JobError> {
        let me = Self::enrolment(store)?.member;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        if !may_write(store, &facts, job, me)? {
            return Err(JobError::NotAssigned);
        }
        let noted = self.noted(store, me)?;
        Ok(OpenJob { facts, noted })
    }

    /// Something of the outlet's own papers changed.
    pub(crate) fn papers_changed(&self) {
        let _ = self.events.send(CoreEvent::PapersChanged);
    }

    pub(crate) fn changed(&self, job: JobId) {
        // Nobody may be listening; the next reader sees the rows anyway.
        let _ = self.events.send(CoreEvent::JobsChanged { jobs: vec![job] });
    }
}

/// The log's word, or the order's where it says more already: an owner who assigned themselves needs no round trip.
pub(crate) fn may_write(store: &Store, facts: &Job, job: JobId, me: MemberId) -> Result<bool, StoreError> {
    Ok(store.access(job, me)? == Access::Write || facts.order.assignees.contains_key(&me))
}

impl OpenJob {
    /// An appliance of the order, or a loaner that stands in for one.
    pub fn measured(&self, id: ShortId) -> Result<OrderedAppliance, JobError> {
        let loaner = self.facts.sheet.loaners.iter().find(|l| l.id == id);
        loaner.map_or_else(|| self.appliance(id).cloned(), |loaner| Ok(loaner.appliance()))
    }

    /// The appliance of the order with this id.
    pub fn appliance(&self, id: ShortId) -> Result<&OrderedAppliance, JobError> {
        self.facts.order.appliances.iter().find(|a| a.id == id).ok_or(JobError::NoAppliance(id))
    }
}

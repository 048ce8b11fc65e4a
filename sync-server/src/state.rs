//! What all requests share: the log, the blobs, the clock, the key, and who is told of news.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use doorstep_schemas::ids::OutletId;
use ed25519_dalek::SigningKey;
use tokio::sync::{Notify, Semaphore, broadcast, watch};

use crate::blobs::{Blobs, Depot, Sealed, Swept};
use crate::clock::Clock;
use crate::drill::Drilling;
use crate::engine::rates::{Rate, Rates};
use crate::engine::rush::{Rush, Seats};
use crate::engine::tries::WrongTries;
use crate::identity;
use crate::storage::memory::Memory;
use crate::storage::sqlite::Sqlite;
use crate::storage::{self, Ledger, Shelf, Storage, StorageError};

/// Announcements that a slow listener may fall behind; beyond that it looks once for all of them.
const NEWS_BEHIND: usize = 256;

/// Looks into the log at the same moment. Beyond that they wait for their turn: each needs a connection of its own, and
/// to open one costs more than most looks.
const LOOKS_AT_ONCE: usize = storage::sqlite::IDLE_READERS;

/// Between two new epochs that devices bring about.
const FORKS_EVERY_MS: i64 = 24 * 3_600 * 1_000;

/// How long the relay waits for whom, and when it takes no more.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// For the whole head of a request.
    pub header: Duration,
    /// For the next bytes of a body: a slow transfer that still moves is not a dead one.
    pub idle_body: Duration,
    /// Between two announcements on one connection.
    pub live_gap: Duration,
    /// The same where a device says that bytes cost money.
    pub live_gap_metered: Duration,
    /// Of silence on a live connection until a comment is sent.
    pub keepalive: Duration,
    /// Between two looks for what another program has written into the log.
    pub outside: Duration,
    /// Given to running requests when the relay stops.
    pub farewell: Duration,
    pub connections: usize,
    /// How often one device may ask.
    pub requests: Rate,
    /// How long an upload is kept that nobody goes on with.
    pub uploads: Duration,
    /// Bytes that photos leave free on the disk: text needs little, and has to go on.
    pub disk_floor: u64,
    /// How many exchanges are worked on at once.
    pub seats: Seats,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            idle_body: Duration::from_secs(20),
            live_gap: Duration::from_secs(3),
            live_gap_metered: Duration::from_secs(30),
            keepalive: Duration::from_secs(30),
            outside: Duration::from_secs(1),
            farewell: Duration::from_secs(10),
            connections: 4_096,
            requests: Rate::USUAL,
            uploads: Duration::from_secs(7 * 24 * 3_600),
            disk_floor: 512_000_000,
            seats: Seats::USUAL,
        }
    }
}

/// See the module.
pub struct State {
    storage: Arc<dyn Storage>,
    pub(crate) blobs: Blobs,
    clock: Arc<dyn Clock>,
    pub(crate) key: SigningKey,
    pub(crate) pace: Pace,
    looks: Semaphore,
    tries: Mutex<WrongTries>,
    rates: Mutex<Rates>,
    rush: Mutex<Rush>,
    /// When a device last showed that a log had been put back.
    forks: Mutex<HashMap<OutletId, i64>>,
    /// Moves beside the log since the start, by outlet: live connections tell a new one by the number.
    beside: Mutex<HashMap<OutletId, u64>>,
    news: broadcast::Sender<OutletId>,
    closing: watch::Sender<bool>,
    sweeping: Notify,
    /// Where there is a folder that could be backed up.
    drilling: OnceLock<Drilling>,
}

impl State {
    pub fn new(
        storage: Arc<dyn Storage>,
        blobs: &Path,
        clock: Arc<dyn Clock>,
        pace: Pace,
    ) -> Result<Arc<Self>, StorageError> {
        let blobs = Blobs::at(blobs, identity::seal(&*storage)?)?;
        Self::with_blobs(storage, blobs, clock, pace)
    }

    fn with_blobs(
        storage: Arc<dyn Storage>,
        blobs: Blobs,
        clock: Arc<dyn Clock>,
        pace: Pace,
    ) -> Result<Arc<Self>, StorageError> {
        let key = identity::signing_key(&*storage)?;
        Ok(Arc::new(Self {
            storage,
            blobs,
            clock,
            key,
            pace,
            looks: Semaphore::new(LOOKS_AT_ONCE),
            tries: Mutex::default(),
            rates: Mutex::default(),
            rush: Mutex::default(),
            forks: Mutex::default(),
            beside: Mutex::default(),
            news: broadcast::channel(NEWS_BEHIND).0,
            closing: watch::channel(false).0,
            sweeping: Notify::new(),
            drilling: OnceLock::new(),
        }))
    }

    /// A relay on a data folder, with its database's key in `key_file` or, as a rule, in the folder; whole photos lie in
    /// `bucket`, if there is one. Photos from before they were encrypted are sealed here, once.
    pub fn open(
        folder: &Path,
        key_file: Option<&Path>,
        bucket: Option<Depot>,
        clock: Arc<dyn Clock>,
        pace: Pace,
    ) -> Result<Arc<Self>, StorageError> {
        let storage = Arc::new(Sqlite::open_by(folder, key_file)?);
        let mut blobs = Blobs::at(&folder.join("blobs"), identity::seal(&*storage)?)?;
        let sealed = blobs.seal_older()?;
        if sealed != Sealed::default() {
            let Sealed { files, bytes, damaged } = sealed;
            tracing::info!(files, bytes, damaged, "photos that lay here in the clear are encrypted now");
        }
        if let Some(bucket) = bucket {
            blobs = blobs.with_bucket(bucket);
        }
        Self::with_blobs(storage, blobs, clock, pace)
    }

    /// A relay whose log is gone with the process; photos still need a folder.
    pub fn in_memory(blobs: &Path, clock: Arc<dyn Clock>, pace: Pace) -> Result<Arc<Self>, StorageError> {
        Self::new(Arc::new(Memory::new()), blobs, clock, pace)
    }

    /// Said once, before serving.
    pub(crate) fn set_drilling(&self, drilling: Drilling) {
        // Said twice, the first word counts.
        let _ = self.drilling.set(drilling);
    }

    pub(crate) fn drilling(&self) -> Option<&Drilling> {
        self.drilling.get()
    }

    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn tries(&self) -> MutexGuard<'_, WrongTries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rush(&self) -> MutexGuard<'_, Rush> {
        self.rush.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one moment of the log, away from the runtime's threads.
    pub async fn read<T, E>(&self, look: impl FnOnce(&dyn Shelf) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        // Nobody closes the semaphore; were it closed, looking without a turn would do no harm.
        let _turn = self.looks.acquire().await;
        let storage = self.storage.clone();
        let looked = tokio::task::spawn_blocking(move || storage::look(&*storage, |shelf| Ok(look(shelf)))).await;
        looked.unwrap_or(Err(StorageError::JobPanicked))?
    }

    /// Queues a write; it is done even if nobody waits for it.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Ledger) -> Result<T, StorageError> + Send + 'static,
    ) -> storage::Pending<T> {
        storage::write(&*self.storage, job)
    }

    /// Since when an upload has to have been touched to be kept.
    pub(crate) fn uploads_since_ms(&self) -> i64 {
        self.now_ms().saturating_sub(i64::try_from(self.pace.uploads.as_millis()).unwrap_or(i64::MAX))
    }

    /// Throws away uploads that nobody goes on with, and those of erased jobs.
    pub fn sweep_uploads(&self) -> Result<Swept, StorageError> {
        self.blobs.sweep(self.uploads_since_ms(), |outlet, doc| match doc.job() {
            Some(job) => Ok(storage::look(&*self.storage, |shelf| shelf.erased(outlet, job))?.is_some()),
            None => Ok(false),
        })
    }

    /// A job was erased: what lies here of its uploads goes now, and not within the hour.
    pub(crate) fn sweep_soon(&self) {
        self.sweeping.notify_one();
    }

    pub(crate) async fn asked_to_sweep(&self) {
        self.sweeping.notified().await;
    }

    /// A photo's bytes became whole, or a device holds more or less than before.
    pub(crate) fn moved_beside(&self, outlet: OutletId) {
        *self.beside.lock().unwrap_or_else(PoisonError::into_inner).entry(outlet).or_default() += 1;
        self.tell(outlet);
    }

    /// Whether a device's word that the log was put back counts: once a day, because all devices begin anew by it.
    pub(crate) fn may_fork(&self, outlet: OutletId) -> bool {
        let (now_ms, mut forks) = (self.now_ms(), self.forks.lock().unwrap_or_else(PoisonError::into_inner));
        let lately = |at: &i64| (0..FORKS_EVERY_MS).contains(&now_ms.saturating_sub(*at));
        let may = !forks.get(&outlet).is_some_and(lately);
        if may {
            forks.insert(outlet, now_ms);
        }
        may
    }

    pub(crate) fn beside(&self, outlet: OutletId) -> u64 {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner).get(&outlet).copied().unwrap_or(0)
    }

    /// Tells live connections of an outlet that there may be something new.
    pub fn tell(&self, outlet: OutletId) {
        // Nobody listening is the usual case, not a failure.
        let _ = self.news.send(outlet);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<OutletId> {
        self.news.subscribe()
    }

    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}

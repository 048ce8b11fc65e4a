//! Where the log lies: one trait for reading, one for writing, and two shelves that keep them.
//!
//! All rules are the engine's. A write is a job that runs inside the writer's transaction and sees everything written
//! before it; many waiting jobs share one commit, and each learns its own outcome only after that commit is durable.
//! A job that fails leaves nothing behind and takes nobody else's work with it.

pub mod error;
pub mod memory;
pub mod metered;
pub mod packed;
pub mod records;
pub mod sqlite;
pub mod tallied;

use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, JobId, MemberId, OutletId};
use doorstep_schemas::wire::Held;

pub use error::StorageError;
pub use metered::Metered;
pub use packed::{PackHead, PackTotals, Packed, Turn};
pub use records::{
    Blob, Confirms, DayUse, Device, EntryHead, GrantNow, InboxRow, InboxUse, Invite, Member, NewEntry, Outlet, Placed,
    Quota, RunRow, Stretch, Totals, WhoseToken,
};
pub use tallied::Tallied;

/// Reading one consistent moment.
pub trait Shelf: Tallied + Metered + Packed {
    fn outlets(&self) -> Result<Vec<Outlet>, StorageError>;
    fn outlet(&self, outlet: OutletId) -> Result<Option<Outlet>, StorageError>;
    fn members(&self, outlet: OutletId) -> Result<Vec<Member>, StorageError>;
    fn member(&self, outlet: OutletId, member: MemberId) -> Result<Option<Member>, StorageError>;
    fn devices(&self, outlet: OutletId) -> Result<Vec<Device>, StorageError>;
    fn device(&self, outlet: OutletId, device: DeviceId) -> Result<Option<Device>, StorageError>;
    /// The device whose token has this SHA-256.
    fn whose_token(&self, token_hash: &[u8; 32]) -> Result<Option<WhoseToken>, StorageError>;
    /// Operations that people wrote into a document so far, its births not counted; `None` when nobody has.
    fn document_ops(&self, outlet: OutletId, doc: &DocId) -> Result<Option<u64>, StorageError>;
    fn run(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Option<RunRow>, StorageError>;
    /// The entry that covers `seq` of a run.
    fn entry_covering(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        seq: u64,
    ) -> Result<Option<u64>, StorageError>;
    fn grant(&self, outlet: OutletId, job: JobId, member: MemberId) -> Result<Option<GrantNow>, StorageError>;
    fn grants_of(&self, outlet: OutletId, member: MemberId) -> Result<Vec<(JobId, GrantNow)>, StorageError>;
    /// Whether any document or grant bears this job's name.
    fn job_is_used(&self, outlet: OutletId, job: JobId) -> Result<bool, StorageError>;
    /// Entries after `after`, oldest first, without their bodies.
    fn entries_after(&self, outlet: OutletId, after: u64, limit: usize) -> Result<Vec<EntryHead>, StorageError>;
    /// Entries before `before`, newest first.
    fn entries_before(&self, outlet: OutletId, before: u64, limit: usize) -> Result<Vec<EntryHead>, StorageError>;
    /// Segments of a job's order and sheet before `before`, oldest first, without the first `skip`.
    fn job_segments(
        &self,
        outlet: OutletId,
        job: JobId,
        before: u64,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StorageError>;
    fn entry(&self, outlet: OutletId, seq: u64) -> Result<Option<EntryHead>, StorageError>;
    fn body(&self, outlet: OutletId, seq: u64) -> Result<Option<Vec<u8>>, StorageError>;
    /// A finished blob and the documents that it belongs to.
    fn blob(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Blob>, StorageError>;
    /// Hashes and sizes of finished blobs behind `after`, in order.
    fn blobs_after(
        &self,
        outlet: OutletId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<(BlobHash, u64)>, StorageError>;
    fn totals(&self, outlet: OutletId) -> Result<Totals, StorageError>;
    /// Items of one run that are not in the log, in the run's order.
    fn inbox_of(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Vec<InboxRow>, StorageError>;
    /// Words of the inbox after `mark`, in order.
    fn inbox_after(&self, outlet: OutletId, mark: u64, limit: usize) -> Result<Vec<InboxRow>, StorageError>;
    /// Words of the inbox after `mark` on a device's own work, other than that it waits, in order.
    fn decided(
        &self,
        outlet: OutletId,
        device: DeviceId,
        mark: u64,
        limit: usize,
    ) -> Result<Vec<InboxRow>, StorageError>;
    /// What a member has in the inbox that is not in the log; with `doc`, of that document alone.
    fn inbox_use(
        &self,
        outlet: OutletId,
        member: Option<MemberId>,
        doc: Option<&DocId>,
    ) -> Result<InboxUse, StorageError>;
    /// The entry that says that a job was erased.
    fn erased(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError>;
}

/// Writing, inside one transaction.
pub trait Ledger: Shelf {
    fn put_outlet(&mut self, outlet: &Outlet) -> Result<(), StorageError>;
    fn put_member(&mut self, outlet: OutletId, member: &Member) -> Result<(), StorageError>;
    fn put_device(&mut self, outlet: OutletId, device: &Device) -> Result<(), StorageError>;
    /// Puts an entry at the head of the log.
    fn append(&mut self, outlet: OutletId, entry: &NewEntry) -> Result<Placed, StorageError>;
    fn put_run(&mut self, outlet: OutletId, doc: &DocId, actor: Actor, run: &RunRow) -> Result<(), StorageError>;
    fn put_document_ops(&mut self, outlet: OutletId, doc: &DocId, ops: u64) -> Result<(), StorageError>;
    fn put_grant(
        &mut self,
        outlet: OutletId,
        job: JobId,
        member: MemberId,
        grant: GrantNow,
    ) -> Result<(), StorageError>;
    fn put_invite(&mut self, invite: &Invite) -> Result<(), StorageError>;
    /// Uses up a code that still works at `now_ms`; wrong, used and expired codes are alike `None`.
    fn take_invite(&mut self, code_hash: &[u8; 32], now_ms: i64) -> Result<Option<Invite>, StorageError>;
    fn note_visit(
        &mut self,
        outlet: OutletId,
        device: DeviceId,
        cursor_seq: u64,
        seen_ms: i64,
        held: Held,
    ) -> Result<(), StorageError>;
    /// Adds to what a device has brought on a day, and forgets days that are long past.
    fn add_use(&mut self, outlet: OutletId, day: i64, device: DeviceId, more: DayUse) -> Result<(), StorageError>;
    fn put_quota(&mut self, outlet: OutletId, quota: Quota) -> Result<(), StorageError>;
    fn raise_owner_seq(&mut self, outlet: OutletId, seq: u64) -> Result<(), StorageError>;
    /// Puts an item in the place of the one of this run that begins at the same change.
    fn put_inbox(&mut self, outlet: OutletId, row: &InboxRow) -> Result<(), StorageError>;
    /// Empties the bodies of a job's segments, drops its runs, its pack and what the inbox has of it, and unties its blobs. Returns
    /// the blobs that no other document names.
    fn erase_job(&mut self, outlet: OutletId, job: JobId, log_seq: u64) -> Result<Vec<BlobHash>, StorageError>;
    /// Writes a turn of packing down, in the place of the one of its number.
    fn put_turn(&mut self, outlet: OutletId, turn: &Turn) -> Result<(), StorageError>;
    /// Keeps a job's pack, in the place of the one that was there.
    fn put_pack(&mut self, outlet: OutletId, job: JobId, head: PackHead, body: &[u8]) -> Result<(), StorageError>;
    /// Throws all packs and turns away.
    fn drop_packs(&mut self, outlet: OutletId) -> Result<(), StorageError>;
    fn attach_blob(
        &mut self,
        outlet: OutletId,
        hash: &BlobHash,
        size: u64,
        doc: &DocId,
        at_ms: i64,
    ) -> Result<(), StorageError>;
}

/// What a write does inside the transaction.
pub type Job = Box<dyn FnOnce(&mut dyn Ledger) -> Result<(), StorageError> + Send>;
/// Told once, after the commit or the failure.
pub type Done = Box<dyn FnOnce(Result<(), StorageError>) + Send>;
/// What a read does in its moment.
pub type Look<'a> = Box<dyn FnOnce(&dyn Shelf) -> Result<(), StorageError> + 'a>;

/// A place that keeps outlets' logs.
pub trait Storage: Send + Sync + 'static {
    /// The relay's own Ed25519 secret; drawn from `fresh` the first time.
    fn identity(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError>;
    /// The key that blobs' files lie under; drawn from `fresh` the first time.
    fn blob_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError>;
    /// Runs `look` on one consistent moment, on the caller's thread.
    fn read(&self, look: Look<'_>) -> Result<(), StorageError>;
    /// Queues `job`; jobs run in the order in which they were queued.
    fn write(&self, job: Job, done: Done);
}

/// Reads a value.
pub fn look<T>(
    storage: &dyn Storage,
    of: impl FnOnce(&dyn Shelf) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let mut seen = None;
    storage.read(Box::new(|shelf| {
        seen = Some(of(shelf)?);
        Ok(())
    }))?;
    Ok(seen.expect("the read above succeeded, so it has filled this"))
}

/// A write that was queued; wait for it with `.await` or [`Pending::wait`].
#[derive(Debug)]
pub struct Pending<T> {
    value: tokio::sync::oneshot::Receiver<Result<T, StorageError>>,
}

impl<T> Pending<T> {
    /// The job's value, once it is durable.
    pub async fn durable(self) -> Result<T, StorageError> {
        self.value.await.unwrap_or(Err(StorageError::WriterGone))
    }

    /// The same for callers outside a runtime.
    pub fn wait(self) -> Result<T, StorageError> {
        self.value.blocking_recv().unwrap_or(Err(StorageError::WriterGone))
    }
}

/// Queues a job that yields a value.
pub fn write<T: Send + 'static>(
    storage: &dyn Storage,
    job: impl FnOnce(&mut dyn Ledger) -> Result<T, StorageError> + Send + 'static,
) -> Pending<T> {
    let (tell, value) = tokio::sync::oneshot::channel();
    let slot = std::sync::Arc::new(std::sync::Mutex::new(None));
    let filled = slot.clone();
    storage.write(
        Box::new(move |ledger| {
            let made = job(ledger)?;
            *filled.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(made);
            Ok(())
        }),
        Box::new(move |outcome| {
            let made = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let answer = outcome.and_then(|()| made.ok_or(StorageError::WriterGone));
            // Nobody listening any more is no failure: the work is in the log, and a repeat will learn so.
            let _ = tell.send(answer);
        }),
    );
    Pending { value }
}

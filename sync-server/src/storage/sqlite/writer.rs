//! The one thread that writes, with group commit.
//!
//! Syncing the disk costs far more than the work of one push. Everything that waits when a transaction begins goes
//! into that transaction, each job in a savepoint of its own, and is told only after the commit.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};

use super::ledger::InTransaction;
use crate::storage::{Done, Job, StorageError};

/// Most jobs in one transaction: nobody waits for an endless one.
const MOST_JOBS: usize = 256;

/// See the module. Dropping it finishes what was queued.
pub struct Writer {
    queue: Mutex<Option<mpsc::Sender<(Job, Done)>>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, StorageError> {
        let (queue, jobs) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || run(connection, &jobs))
            .map_err(|e| StorageError::io("log-writer", e))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Some(thread) })
    }

    pub fn queue(&self, job: Job, done: Done) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = match queue.as_ref() {
            Some(queue) => queue.send((job, done)).err().map(|mpsc::SendError((_, done))| done),
            None => Some(done),
        };
        if let Some(done) = refused {
            done(Err(StorageError::WriterGone));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.take() {
            // The last handle may be dropped by the writer itself, from a job's callback.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("the log's writer ended by a panic");
            }
        }
    }
}

fn run(mut connection: Connection, jobs: &mpsc::Receiver<(Job, Done)>) {
    while let Ok(first) = jobs.recv() {
        let waiting = std::iter::once(first).chain(jobs.try_iter()).take(MOST_JOBS);
        commit_together(&mut connection, waiting);
    }
}

fn commit_together(connection: &mut Connection, jobs: impl Iterator<Item = (Job, Done)>) {
    let mut told = Vec::new();
    match attempt(connection, jobs, &mut told) {
        Ok(()) => told.into_iter().for_each(|(done, outcome)| done(outcome)),
        Err(cause) => {
            let cause = Arc::new(cause);
            for (done, outcome) in told {
                done(outcome.and(Err(StorageError::Commit(cause.clone()))));
            }
        }
    }
}

type Told = Vec<(Done, Result<(), StorageError>)>;

fn attempt(
    connection: &mut Connection,
    jobs: impl Iterator<Item = (Job, Done)>,
    told: &mut Told,
) -> Result<(), rusqlite::Error> {
    let mut transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(cause) => {
            told.extend(jobs.map(|(_, done)| (done, Ok(()))));
            return Err(cause);
        }
    };
    let mut broken = None;
    for (job, done) in jobs {
        if broken.is_some() {
            told.push((done, Ok(())));
            continue;
        }
        match in_savepoint(&mut transaction, job) {
            Ok(outcome) => told.push((done, outcome)),
            Err(cause) => {
                told.push((done, Ok(())));
                broken = Some(cause);
            }
        }
    }
    match broken {
        Some(cause) => Err(cause),
        None => transaction.commit(),
    }
}

/// The outer error is the transaction's, the inner one the job's own.
fn in_savepoint(
    transaction: &mut rusqlite::Transaction<'_>,
    job: Job,
) -> Result<Result<(), StorageError>, rusqlite::Error> {
    let savepoint = transaction.savepoint()?;
    let outcome = catch_unwind(AssertUnwindSafe(|| job(&mut InTransaction(&savepoint))))
        .unwrap_or(Err(StorageError::JobPanicked));
    match outcome {
        Ok(()) => savepoint.commit()?,
        // On a full disk SQLite may end the whole transaction by itself: then this is everybody's failure.
        Err(StorageError::Sqlite(cause)) if savepoint.is_autocommit() => return Err(cause),
        Err(cause) => {
            savepoint.finish()?;
            return Ok(Err(cause));
        }
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::ids::OutletId;
    use doorstep_schemas::wire::kind;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::storage::{NewEntry, Outlet};

    const SHOP: OutletId = OutletId(ulid::Ulid(1));

    fn entry(size: usize) -> NewEntry {
        NewEntry {
            kind: kind::ROLE,
            doc: None,
            author: None,
            carrier: None,
            actor: None,
            stretch: None,
            member: None,
            at_ms: 0,
            body: vec![7; size],
        }
    }

    /// A ceiling on the pages stands for a disk without room: SQLite answers both alike.
    #[test]
    fn on_a_full_disk_each_learns_so_and_small_work_goes_on() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::connect::migrate(&mut connection).unwrap();
        connection.query_row("PRAGMA max_page_count = 60", [], |row| row.get::<_, i64>(0)).unwrap();
        let writer = Writer::start(connection).unwrap();
        let (tell, told) = channel();
        let queue = |job: Job| {
            let tell = tell.clone();
            writer.queue(job, Box::new(move |outcome| tell.send(outcome).unwrap()));
        };
        queue(Box::new(|ledger| ledger.put_outlet(&Outlet::new(SHOP, "城关网点".into(), [1; 8], 0))));
        assert!(told.recv().unwrap().is_ok());
        queue(Box::new(|ledger| ledger.append(SHOP, &entry(1_000_000)).map(drop)));
        assert!(told.recv().unwrap().is_err_and(|cause| cause.is_disk_full()));
        queue(Box::new(|ledger| {
            let placed = ledger.append(SHOP, &entry(100))?;
            assert_eq!(placed.seq, 1, "nothing of the large one was kept");
            Ok(())
        }));
        assert!(told.recv().unwrap().is_ok());
    }
}

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
    match &outcome {
        Ok(()) => savepoint.commit()?,
        Err(_) => savepoint.finish()?,
    }
    Ok(outcome)
}

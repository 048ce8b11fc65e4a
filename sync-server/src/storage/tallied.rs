//! What is held, summed up for comparing: kept up by every write that moves a run or a grant.

use std::ops::RangeInclusive;

use doorstep_schemas::compare::{self, Tally};
use doorstep_schemas::ids::{Actor, BlobHash, DocId, JobId, MemberId, OutletId};
use doorstep_schemas::wire::Grant;

use super::{EntryHead, GrantNow, RunRow, StorageError};

/// Reading what a comparison asks for.
pub trait Tallied {
    /// Subjects at these places, in their order.
    fn tallies(&self, outlet: OutletId, places: RangeInclusive<u64>) -> Result<Vec<Tally>, StorageError>;
    /// Runs of a document by their actors, at most so many.
    fn runs_of(&self, outlet: OutletId, doc: &DocId, limit: usize) -> Result<Vec<(Actor, RunRow)>, StorageError>;
    /// Grants of a job by their members.
    fn grants_on(&self, outlet: OutletId, job: JobId) -> Result<Vec<(MemberId, GrantNow)>, StorageError>;
    /// Entries that hold what of a run is behind `after`, oldest first.
    fn run_entries(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        after: u64,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StorageError>;
    /// A finished blob's size and since when it belongs to a document, by the relay's clock.
    fn attached(&self, outlet: OutletId, hash: &BlobHash, doc: &DocId) -> Result<Option<(u64, i64)>, StorageError>;
}

/// The digest of a run as it stands.
pub fn of_run(doc: &DocId, actor: Actor, row: &RunRow) -> u64 {
    compare::of_run(doc, actor, row.run.seq, &row.run.hash)
}

/// The digest of a grant; one that is only implied is in no log, and counts for nothing.
pub fn of_grant(job: JobId, member: MemberId, now: &GrantNow) -> u64 {
    if now.log_seq.is_none() {
        return 0;
    }
    compare::of_grant(&Grant { job, member, access: now.access })
}

/// Runs of one document that a tally is made of at most: nobody writes so many, and one who does only harms his own.
pub const MOST_RUNS: usize = 4_096;

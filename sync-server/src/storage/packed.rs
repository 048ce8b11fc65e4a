//! Jobs put together in one piece: a cache beside the log, which can be thrown away at any time and made anew from it.

use doorstep_schemas::ids::{JobId, OutletId};

use super::StorageError;

/// A pack without its body: what of the log is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackHead {
    /// The job's first segment: the place at which the pack is given.
    pub first: u64,
    /// Up to this entry it holds all segments and grants of the job.
    pub until: u64,
    /// The number of the turn that made it.
    pub turn: u64,
}

/// One turn of packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Counted from 1; what was thrown away begins anew.
    pub number: u64,
    /// Drawn at random: a device says it again, and a log that was put back does not know it.
    pub name: [u8; 8],
    /// The log's head when it was made: no pack reaches further.
    pub until: u64,
    /// Up to this entry the log was looked through for jobs that are quiet.
    pub walked: u64,
}

/// Packs of an outlet, and the bytes of their bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PackTotals {
    pub packs: u64,
    pub bytes: u64,
}

/// Reading the cache.
pub trait Packed {
    fn pack(&self, outlet: OutletId, job: JobId) -> Result<Option<PackHead>, StorageError>;
    /// CBOR of the piece's pack.
    fn pack_body(&self, outlet: OutletId, job: JobId) -> Result<Option<Vec<u8>>, StorageError>;
    fn newest_turn(&self, outlet: OutletId) -> Result<Option<Turn>, StorageError>;
    fn turn_named(&self, outlet: OutletId, name: [u8; 8]) -> Result<Option<Turn>, StorageError>;
    /// The last segment of a job's order or sheet; `None` where there is none.
    fn last_segment(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError>;
    fn pack_totals(&self, outlet: OutletId) -> Result<PackTotals, StorageError>;
}

/// Turns that are remembered: a device that has fetched for longer is given entries again for what it was given packs of.
pub const KEPT_TURNS: u64 = 10_000;

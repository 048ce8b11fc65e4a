//! The cache of packs in memory.

use doorstep_schemas::ids::{DocId, JobId, OutletId};

use super::Tables;
use crate::storage::packed::{PackHead, PackTotals, Packed, Turn};
use crate::storage::{Shelf, StorageError};

impl Packed for Tables {
    fn pack(&self, outlet: OutletId, job: JobId) -> Result<Option<PackHead>, StorageError> {
        Ok(self.packs.rows.get(&(outlet, job)).map(|(head, _)| *head))
    }

    fn pack_body(&self, outlet: OutletId, job: JobId) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.packs.rows.get(&(outlet, job)).map(|(_, body)| body.clone()))
    }

    fn newest_turn(&self, outlet: OutletId) -> Result<Option<Turn>, StorageError> {
        Ok(self.turns.rows.range((outlet, 0)..=(outlet, u64::MAX)).next_back().map(|(_, turn)| *turn))
    }

    fn turn_named(&self, outlet: OutletId, name: [u8; 8]) -> Result<Option<Turn>, StorageError> {
        let mut turns = self.turns.rows.range((outlet, 0)..=(outlet, u64::MAX)).map(|(_, turn)| *turn);
        Ok(turns.find(|turn| turn.name == name))
    }

    fn last_segment(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError> {
        let of_job = |doc: &DocId| doc.job() == Some(job);
        let mut entries = self.entries_before(outlet, u64::MAX, usize::MAX)?.into_iter();
        Ok(entries.find(|entry| entry.doc.as_ref().is_some_and(of_job)).map(|entry| entry.seq))
    }

    fn pack_totals(&self, outlet: OutletId) -> Result<PackTotals, StorageError> {
        let packs = self.packs.rows.iter().filter(|((o, _), _)| *o == outlet);
        Ok(packs.fold(PackTotals::default(), |sum, (_, (_, body))| PackTotals {
            packs: sum.packs + 1,
            bytes: sum.bytes + body.len() as u64,
        }))
    }
}

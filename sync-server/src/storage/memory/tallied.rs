//! Sums that are made when they are asked for: here nothing is large.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use doorstep_schemas::compare::{self, Tally};
use doorstep_schemas::ids::{Actor, BlobHash, DocId, JobId, MemberId, OutletId};

use super::Tables;
use crate::storage::tallied::{Tallied, of_grant, of_run};
use crate::storage::{EntryHead, GrantNow, RunRow, Shelf, StorageError};

impl Tallied for Tables {
    fn tallies(&self, outlet: OutletId, places: RangeInclusive<u64>) -> Result<Vec<Tally>, StorageError> {
        let runs = self.runs.rows.iter().filter(|((o, ..), _)| *o == outlet);
        let runs = runs.map(|((_, doc, actor), row)| (compare::subject(doc), of_run(doc, *actor, row)));
        let grants = self.grants.rows.iter().filter(|((o, ..), _)| *o == outlet);
        let grants = grants.map(|((_, member, job), now)| (DocId::Order(*job), of_grant(*job, *member, now)));
        let mut sums: BTreeMap<(u64, DocId), u64> = BTreeMap::new();
        for (subject, digest) in runs.chain(grants) {
            let place = compare::place(&subject);
            if places.contains(&place) {
                *sums.entry((place, subject)).or_default() ^= digest;
            }
        }
        Ok(sums.into_iter().map(|((_, subject), digest)| Tally { subject, digest }).collect())
    }

    fn runs_of(&self, outlet: OutletId, doc: &DocId, limit: usize) -> Result<Vec<(Actor, RunRow)>, StorageError> {
        let first = (outlet, doc.clone(), Actor([0; 16]));
        let runs = self.runs.rows.range(first..).take_while(|((o, d, _), _)| *o == outlet && d == doc);
        Ok(runs.take(limit).map(|((_, _, actor), row)| (*actor, *row)).collect())
    }

    fn grants_on(&self, outlet: OutletId, job: JobId) -> Result<Vec<(MemberId, GrantNow)>, StorageError> {
        let grants = self.grants.rows.iter().filter(|((o, _, j), _)| *o == outlet && *j == job);
        Ok(grants.map(|((_, member, _), now)| (*member, *now)).collect())
    }

    fn run_entries(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        after: u64,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        let entries = self.entries.rows.range((outlet, 0)..=(outlet, u64::MAX)).map(|(_, kept)| kept);
        let behind = entries.filter(|(head, stretch, _)| {
            head.doc.as_ref() == Some(doc)
                && head.actor == Some(actor)
                && stretch.as_ref().is_some_and(|stretch| stretch.to_seq > after)
        });
        Ok(behind.take(limit).map(|(head, ..)| head.clone()).collect())
    }

    fn attached(&self, outlet: OutletId, hash: &BlobHash, doc: &DocId) -> Result<Option<(u64, i64)>, StorageError> {
        let size = self.blob(outlet, hash)?.filter(|blob| blob.docs.contains(doc)).map(|blob| blob.size);
        Ok(size.zip(self.attached.rows.get(&(outlet, *hash, doc.clone())).copied()))
    }
}

//! A log in memory, for tests, benches and simulations: everything is gone with the process.
//!
//! A write runs at once on the caller's thread. What a failed job had changed is put back from an undo list, so that
//! the shelf keeps the same promise as the database.

mod metered;
mod packed;
mod table;
mod tallied;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, DocKind, JobId, MemberId, OutletId};
use doorstep_schemas::log;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::wire::{Held, InboxState, kind};

use table::Table;

use super::{
    Blob, DayUse, Device, Done, EntryHead, GrantNow, InboxRow, InboxUse, Invite, Job, Ledger, Look, Member, NewEntry,
    Outlet, PackHead, Placed, Quota, RunRow, Shelf, Storage, StorageError, Stretch, Totals, Turn, WhoseToken,
};

/// See the module.
#[derive(Debug, Default)]
pub struct Memory {
    tables: Mutex<Tables>,
}

impl Memory {
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything as it stands, as a backup would keep it.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { tables: Mutex::new(self.tables().clone()) }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn identity(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError> {
        Ok(*self.tables().identity.get_or_insert(fresh))
    }

    fn blob_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StorageError> {
        Ok(*self.tables().blob_key.get_or_insert(fresh))
    }

    fn read(&self, look: Look<'_>) -> Result<(), StorageError> {
        look(&*self.tables())
    }

    fn write(&self, job: Job, done: Done) {
        let mut tables = self.tables();
        let outcome = catch_unwind(AssertUnwindSafe(|| job(&mut *tables))).unwrap_or(Err(StorageError::JobPanicked));
        tables.settle(outcome.is_ok());
        drop(tables);
        done(outcome);
    }
}

/// An entry, the stretch of its run that it covers, its body.
type Kept = (EntryHead, Option<Stretch>, Vec<u8>);
type RunKey = (OutletId, DocId, Actor);

#[derive(Debug, Default, Clone)]
struct Tables {
    identity: Option<[u8; 32]>,
    blob_key: Option<[u8; 32]>,
    outlets: Table<OutletId, Outlet>,
    members: Table<(OutletId, MemberId), Member>,
    devices: Table<(OutletId, DeviceId), Device>,
    entries: Table<(OutletId, u64), Kept>,
    documents: Table<(OutletId, DocId), u64>,
    runs: Table<RunKey, RunRow>,
    grants: Table<(OutletId, MemberId, JobId), GrantNow>,
    invites: Table<[u8; 32], Invite>,
    blobs: Table<(OutletId, BlobHash), Blob>,
    attached: Table<(OutletId, BlobHash, DocId), i64>,
    inbox: Table<(OutletId, DocId, Actor, u64), InboxRow>,
    erased: Table<(OutletId, JobId), u64>,
    packs: Table<(OutletId, JobId), (PackHead, Vec<u8>)>,
    turns: Table<(OutletId, u64), Turn>,
    uses: Table<(OutletId, i64, DeviceId), DayUse>,
    quotas: Table<OutletId, Quota>,
}

impl Tables {
    fn settle(&mut self, keep: bool) {
        self.outlets.settle(keep);
        self.members.settle(keep);
        self.devices.settle(keep);
        self.entries.settle(keep);
        self.documents.settle(keep);
        self.runs.settle(keep);
        self.grants.settle(keep);
        self.invites.settle(keep);
        self.blobs.settle(keep);
        self.attached.settle(keep);
        self.inbox.settle(keep);
        self.erased.settle(keep);
        self.packs.settle(keep);
        self.turns.settle(keep);
        self.uses.settle(keep);
        self.quotas.settle(keep);
    }

    fn log(&self, outlet: OutletId, from: u64, before: u64) -> impl DoubleEndedIterator<Item = &EntryHead> {
        let rows = (from < before).then(|| self.entries.rows.range((outlet, from)..(outlet, before)));
        rows.into_iter().flatten().map(|(_, (head, _, _))| head)
    }
}

impl Shelf for Tables {
    fn outlets(&self) -> Result<Vec<Outlet>, StorageError> {
        Ok(self.outlets.rows.values().cloned().collect())
    }

    fn outlet(&self, outlet: OutletId) -> Result<Option<Outlet>, StorageError> {
        Ok(self.outlets.rows.get(&outlet).cloned())
    }

    fn members(&self, outlet: OutletId) -> Result<Vec<Member>, StorageError> {
        Ok(self.members.rows.iter().filter(|((o, _), _)| *o == outlet).map(|(_, m)| m.clone()).collect())
    }

    fn member(&self, outlet: OutletId, member: MemberId) -> Result<Option<Member>, StorageError> {
        Ok(self.members.rows.get(&(outlet, member)).cloned())
    }

    fn devices(&self, outlet: OutletId) -> Result<Vec<Device>, StorageError> {
        Ok(self.devices.rows.iter().filter(|((o, _), _)| *o == outlet).map(|(_, d)| d.clone()).collect())
    }

    fn device(&self, outlet: OutletId, device: DeviceId) -> Result<Option<Device>, StorageError> {
        Ok(self.devices.rows.get(&(outlet, device)).cloned())
    }

    fn whose_token(&self, token_hash: &[u8; 32]) -> Result<Option<WhoseToken>, StorageError> {
        let found = self.devices.rows.iter().find(|(_, device)| device.token_hash == *token_hash);
        Ok(found.map(|((outlet, _), device)| WhoseToken { outlet: *outlet, device: device.clone() }))
    }

    fn document_ops(&self, outlet: OutletId, doc: &DocId) -> Result<Option<u64>, StorageError> {
        Ok(self.documents.rows.get(&(outlet, doc.clone())).copied())
    }

    fn run(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Option<RunRow>, StorageError> {
        Ok(self.runs.rows.get(&(outlet, doc.clone(), actor)).copied())
    }

    fn entry_covering(
        &self,
        outlet: OutletId,
        doc: &DocId,
        actor: Actor,
        seq: u64,
    ) -> Result<Option<u64>, StorageError> {
        let covers = |stretch: &Stretch| (stretch.from_seq..=stretch.to_seq).contains(&seq);
        let found = self.entries.rows.range((outlet, 0)..=(outlet, u64::MAX)).find(|(_, (head, stretch, _))| {
            head.doc.as_ref() == Some(doc) && head.actor == Some(actor) && stretch.as_ref().is_some_and(covers)
        });
        Ok(found.map(|((_, seq), _)| *seq))
    }

    fn grant(&self, outlet: OutletId, job: JobId, member: MemberId) -> Result<Option<GrantNow>, StorageError> {
        Ok(self.grants.rows.get(&(outlet, member, job)).copied())
    }

    fn grants_of(&self, outlet: OutletId, member: MemberId) -> Result<Vec<(JobId, GrantNow)>, StorageError> {
        let mine = self.grants.rows.iter().filter(|((o, m, _), _)| (*o, *m) == (outlet, member));
        Ok(mine.map(|((_, _, job), grant)| (*job, *grant)).collect())
    }

    fn job_is_used(&self, outlet: OutletId, job: JobId) -> Result<bool, StorageError> {
        let written = [DocId::Order(job), DocId::Sheet(job)];
        let granted = self.grants.rows.keys().any(|(o, _, j)| (*o, *j) == (outlet, job));
        Ok(granted || written.into_iter().any(|doc| self.documents.rows.contains_key(&(outlet, doc))))
    }

    fn entries_after(&self, outlet: OutletId, after: u64, limit: usize) -> Result<Vec<EntryHead>, StorageError> {
        Ok(self.log(outlet, after.saturating_add(1), u64::MAX).take(limit).cloned().collect())
    }

    fn entries_before(&self, outlet: OutletId, before: u64, limit: usize) -> Result<Vec<EntryHead>, StorageError> {
        Ok(self.log(outlet, 0, before).rev().take(limit).cloned().collect())
    }

    fn job_segments(
        &self,
        outlet: OutletId,
        job: JobId,
        before: u64,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StorageError> {
        let of_job =
            |head: &&EntryHead| head.kind == kind::SEGMENT && head.doc.as_ref().and_then(DocId::job) == Some(job);
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Ok(self.log(outlet, 0, before).filter(of_job).skip(skip).take(limit).cloned().collect())
    }

    fn entry(&self, outlet: OutletId, seq: u64) -> Result<Option<EntryHead>, StorageError> {
        Ok(self.entries.rows.get(&(outlet, seq)).map(|(head, _, _)| head.clone()))
    }

    fn body(&self, outlet: OutletId, seq: u64) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.entries.rows.get(&(outlet, seq)).map(|(_, _, body)| body.clone()))
    }

    fn blob(&self, outlet: OutletId, hash: &BlobHash) -> Result<Option<Blob>, StorageError> {
        Ok(self.blobs.rows.get(&(outlet, *hash)).cloned())
    }

    fn blobs_after(
        &self,
        outlet: OutletId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<(BlobHash, u64)>, StorageError> {
        let behind = |hash: &BlobHash| after.is_none_or(|after| hash.0 > after.0);
        let rows = self.blobs.rows.iter().filter(|((o, hash), _)| *o == outlet && behind(hash));
        Ok(rows.take(limit).map(|((_, hash), blob)| (*hash, blob.size)).collect())
    }

    fn totals(&self, outlet: OutletId) -> Result<Totals, StorageError> {
        let count = |n: usize| n as u64;
        let entries = self.entries.rows.iter().filter(|((o, _), _)| *o == outlet);
        let blobs: Vec<u64> = self.blobs.rows.iter().filter(|((o, _), _)| *o == outlet).map(|(_, b)| b.size).collect();
        Ok(Totals {
            bytes: entries.map(|(_, (_, _, body))| count(body.len())).sum(),
            documents: count(self.documents.rows.keys().filter(|(o, _)| *o == outlet).count()),
            runs: count(self.runs.rows.keys().filter(|(o, _, _)| *o == outlet).count()),
            blobs: count(blobs.len()),
            blob_bytes: blobs.iter().sum(),
        })
    }

    fn inbox_of(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Result<Vec<InboxRow>, StorageError> {
        let of_run = |row: &&InboxRow| row.doc == *doc && row.actor == actor && row.state != InboxState::Admitted;
        Ok(self.inbox_rows(outlet).filter(of_run).cloned().collect())
    }

    fn inbox_after(&self, outlet: OutletId, mark: u64, limit: usize) -> Result<Vec<InboxRow>, StorageError> {
        let mut rows: Vec<_> = self.inbox_rows(outlet).filter(|row| row.mark > mark).cloned().collect();
        rows.sort_by_key(|row| row.mark);
        rows.truncate(limit);
        Ok(rows)
    }

    fn decided(
        &self,
        outlet: OutletId,
        device: DeviceId,
        mark: u64,
        limit: usize,
    ) -> Result<Vec<InboxRow>, StorageError> {
        let mut rows = self.inbox_after(outlet, mark, usize::MAX)?;
        rows.retain(|row| row.actor.device() == device && row.state != InboxState::Waiting);
        rows.truncate(limit);
        Ok(rows)
    }

    fn inbox_use(
        &self,
        outlet: OutletId,
        member: Option<MemberId>,
        doc: Option<&DocId>,
    ) -> Result<InboxUse, StorageError> {
        let counts = |row: &&InboxRow| {
            member.is_none_or(|member| row.member == member)
                && row.state != InboxState::Admitted
                && doc.is_none_or(|doc| row.doc == *doc)
        };
        let sum = |used: InboxUse, row: &InboxRow| InboxUse {
            items: used.items + 1,
            bytes: used.bytes + row.body.len() as u64,
            ops: used.ops.saturating_add(row.ops),
        };
        Ok(self.inbox_rows(outlet).filter(counts).fold(InboxUse::default(), sum))
    }

    fn erased(&self, outlet: OutletId, job: JobId) -> Result<Option<u64>, StorageError> {
        Ok(self.erased.rows.get(&(outlet, job)).copied())
    }
}

impl Tables {
    fn inbox_rows(&self, outlet: OutletId) -> impl Iterator<Item = &InboxRow> {
        self.inbox.rows.iter().filter(move |((o, ..), _)| *o == outlet).map(|(_, row)| row)
    }
}

impl Ledger for Tables {
    fn put_outlet(&mut self, outlet: &Outlet) -> Result<(), StorageError> {
        self.outlets.put(outlet.id, outlet.clone());
        Ok(())
    }

    fn put_member(&mut self, outlet: OutletId, member: &Member) -> Result<(), StorageError> {
        self.members.put((outlet, member.id), member.clone());
        Ok(())
    }

    fn put_device(&mut self, outlet: OutletId, device: &Device) -> Result<(), StorageError> {
        self.devices.put((outlet, device.id), device.clone());
        Ok(())
    }

    fn append(&mut self, outlet: OutletId, entry: &NewEntry) -> Result<Placed, StorageError> {
        let mut row = self.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
        let digest = log::digest(&entry.body);
        let seq = row.head + 1;
        let hash = log::running_hash(&row.hash, seq, entry.kind, entry.doc.as_ref(), &digest);
        let head = EntryHead {
            seq,
            kind: entry.kind,
            doc: entry.doc.clone(),
            author: entry.author,
            carrier: entry.carrier,
            actor: entry.actor,
            member: entry.member,
            at_ms: entry.at_ms,
            digest,
            hash,
        };
        self.entries.put((outlet, seq), (head, entry.stretch, entry.body.clone()));
        (row.head, row.hash) = (seq, hash);
        self.outlets.put(outlet, row);
        Ok(Placed { seq, hash })
    }

    fn put_run(&mut self, outlet: OutletId, doc: &DocId, actor: Actor, run: &RunRow) -> Result<(), StorageError> {
        self.runs.put((outlet, doc.clone(), actor), *run);
        Ok(())
    }

    fn put_document_ops(&mut self, outlet: OutletId, doc: &DocId, ops: u64) -> Result<(), StorageError> {
        self.documents.put((outlet, doc.clone()), ops);
        Ok(())
    }

    fn put_grant(
        &mut self,
        outlet: OutletId,
        job: JobId,
        member: MemberId,
        grant: GrantNow,
    ) -> Result<(), StorageError> {
        self.grants.put((outlet, member, job), grant);
        Ok(())
    }

    fn put_invite(&mut self, invite: &Invite) -> Result<(), StorageError> {
        self.invites.put(invite.code_hash, invite.clone());
        Ok(())
    }

    fn take_invite(&mut self, code_hash: &[u8; 32], now_ms: i64) -> Result<Option<Invite>, StorageError> {
        Ok(self.invites.take(code_hash).filter(|invite| now_ms < invite.expires_ms))
    }

    fn note_visit(
        &mut self,
        outlet: OutletId,
        device: DeviceId,
        cursor_seq: u64,
        seen_ms: i64,
        held: Held,
    ) -> Result<(), StorageError> {
        if let Some(mut row) = self.device(outlet, device)? {
            (row.cursor_seq, row.seen_ms, row.held) = (cursor_seq, seen_ms, held);
            self.devices.put((outlet, device), row);
        }
        Ok(())
    }

    fn add_use(&mut self, outlet: OutletId, day: i64, device: DeviceId, more: DayUse) -> Result<(), StorageError> {
        self.count_use(outlet, day, device, more);
        Ok(())
    }

    fn put_quota(&mut self, outlet: OutletId, quota: Quota) -> Result<(), StorageError> {
        self.quotas.put(outlet, quota);
        Ok(())
    }

    fn raise_owner_seq(&mut self, outlet: OutletId, seq: u64) -> Result<(), StorageError> {
        if let Some(mut row) = self.outlet(outlet)? {
            row.owner_seq = row.owner_seq.max(seq);
            self.outlets.put(outlet, row);
        }
        Ok(())
    }

    fn put_inbox(&mut self, outlet: OutletId, row: &InboxRow) -> Result<(), StorageError> {
        self.inbox.put((outlet, row.doc.clone(), row.actor, row.from_seq), row.clone());
        Ok(())
    }

    fn erase_job(&mut self, outlet: OutletId, job: JobId, log_seq: u64) -> Result<Vec<BlobHash>, StorageError> {
        let of_job = |doc: &DocId| doc.job() == Some(job) && matches!(doc.kind(), DocKind::Order | DocKind::Sheet);
        let entries = self.log(outlet, 0, u64::MAX);
        let segments = entries.filter(|head| head.kind == kind::SEGMENT && head.doc.as_ref().is_some_and(of_job));
        for seq in segments.map(|head| head.seq).collect::<Vec<_>>() {
            if let Some((head, stretch, _)) = self.entries.rows.get(&(outlet, seq)).cloned() {
                self.entries.put((outlet, seq), (head, stretch, Vec::new()));
            }
        }
        let waiting: Vec<_> =
            self.inbox.rows.keys().filter(|(o, doc, ..)| *o == outlet && of_job(doc)).cloned().collect();
        for key in waiting {
            self.inbox.take(&key);
        }
        let mut alone = Vec::new();
        let blobs: Vec<_> =
            self.blobs.rows.iter().filter(|((o, _), _)| *o == outlet).map(|(k, b)| (*k, b.clone())).collect();
        for (key, mut blob) in blobs.into_iter().filter(|(_, blob)| blob.docs.iter().any(of_job)) {
            blob.docs.retain(|doc| !of_job(doc));
            if blob.docs.is_empty() {
                self.blobs.take(&key);
                alone.push(key.1);
            } else {
                self.blobs.put(key, blob);
            }
        }
        let runs: Vec<_> = self.runs.rows.keys().filter(|(o, doc, _)| *o == outlet && of_job(doc)).cloned().collect();
        for key in &runs {
            self.runs.take(key);
        }
        let documents: Vec<_> =
            self.documents.rows.keys().filter(|(o, doc)| *o == outlet && of_job(doc)).cloned().collect();
        for key in &documents {
            self.documents.take(key);
        }
        self.erased.put((outlet, job), log_seq);
        if !planted::on(Bug::PackOutlivesErasure) {
            self.packs.take(&(outlet, job));
        }
        Ok(alone)
    }

    fn put_turn(&mut self, outlet: OutletId, turn: &Turn) -> Result<(), StorageError> {
        self.turns.put((outlet, turn.number), *turn);
        Ok(())
    }

    fn put_pack(&mut self, outlet: OutletId, job: JobId, head: PackHead, body: &[u8]) -> Result<(), StorageError> {
        self.packs.put((outlet, job), (head, body.to_vec()));
        Ok(())
    }

    fn drop_packs(&mut self, outlet: OutletId) -> Result<(), StorageError> {
        let packs: Vec<_> = self.packs.rows.keys().filter(|(o, _)| *o == outlet).copied().collect();
        for key in &packs {
            self.packs.take(key);
        }
        let turns: Vec<_> = self.turns.rows.keys().filter(|(o, _)| *o == outlet).copied().collect();
        for key in &turns {
            self.turns.take(key);
        }
        Ok(())
    }

    fn attach_blob(
        &mut self,
        outlet: OutletId,
        hash: &BlobHash,
        size: u64,
        doc: &DocId,
        at_ms: i64,
    ) -> Result<(), StorageError> {
        let mut blob = self.blob(outlet, hash)?.unwrap_or(Blob { size, docs: Vec::new() });
        if !blob.docs.contains(doc) {
            blob.docs.push(doc.clone());
            self.attached.put((outlet, *hash, doc.clone()), at_ms);
        }
        self.blobs.put((outlet, *hash), blob);
        Ok(())
    }
}

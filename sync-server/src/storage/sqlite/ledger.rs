//! Writing the log inside the writer's transaction.

use doorstep_schemas::compare;
use doorstep_schemas::ids::{Actor, BlobHash, DeviceId, DocId, JobId, MemberId, OutletId};
use doorstep_schemas::log;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::wire::Held;
use rusqlite::{Connection, Params};

use super::rows::{self, number};
use super::shelf::OnConnection;
use super::{metered, tallied};
use crate::storage::packed::{PackHead, Turn};
use crate::storage::tallied::{of_grant, of_run};
use crate::storage::{
    Blob, DayUse, Device, EntryHead, GrantNow, InboxRow, InboxUse, Invite, Ledger, Member, NewEntry, Outlet, Placed,
    Quota, RunRow, Shelf, StorageError, Totals, WhoseToken,
};

/// A savepoint of the writer's transaction.
pub struct InTransaction<'a>(pub &'a Connection);

impl InTransaction<'_> {
    fn run_sql(&self, sql: &str, params: impl Params) -> Result<(), StorageError> {
        self.0.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }
}

/// What can be written can be read: each reading method goes to the same connection.
macro_rules! read_through {
    ($(fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)+) => {
        impl Shelf for InTransaction<'_> {
            $(fn $name(&self $(, $arg: $ty)*) -> Result<$out, StorageError> { OnConnection::writing(self.0).$name($($arg),*) })+
        }
    };
}

read_through! {
    fn outlets(&self) -> Vec<Outlet>;
    fn outlet(&self, outlet: OutletId) -> Option<Outlet>;
    fn members(&self, outlet: OutletId) -> Vec<Member>;
    fn member(&self, outlet: OutletId, member: MemberId) -> Option<Member>;
    fn devices(&self, outlet: OutletId) -> Vec<Device>;
    fn device(&self, outlet: OutletId, device: DeviceId) -> Option<Device>;
    fn whose_token(&self, token_hash: &[u8; 32]) -> Option<WhoseToken>;
    fn document_ops(&self, outlet: OutletId, doc: &DocId) -> Option<u64>;
    fn run(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Option<RunRow>;
    fn entry_covering(&self, outlet: OutletId, doc: &DocId, actor: Actor, seq: u64) -> Option<u64>;
    fn grant(&self, outlet: OutletId, job: JobId, member: MemberId) -> Option<GrantNow>;
    fn grants_of(&self, outlet: OutletId, member: MemberId) -> Vec<(JobId, GrantNow)>;
    fn job_is_used(&self, outlet: OutletId, job: JobId) -> bool;
    fn entries_after(&self, outlet: OutletId, after: u64, limit: usize) -> Vec<EntryHead>;
    fn entries_before(&self, outlet: OutletId, before: u64, limit: usize) -> Vec<EntryHead>;
    fn job_segments(&self, outlet: OutletId, job: JobId, before: u64, skip: u64, limit: usize) -> Vec<EntryHead>;
    fn entry(&self, outlet: OutletId, seq: u64) -> Option<EntryHead>;
    fn body(&self, outlet: OutletId, seq: u64) -> Option<Vec<u8>>;
    fn blob(&self, outlet: OutletId, hash: &BlobHash) -> Option<Blob>;
    fn blobs_after(&self, outlet: OutletId, after: Option<BlobHash>, limit: usize) -> Vec<(BlobHash, u64)>;
    fn totals(&self, outlet: OutletId) -> Totals;
    fn inbox_of(&self, outlet: OutletId, doc: &DocId, actor: Actor) -> Vec<InboxRow>;
    fn inbox_after(&self, outlet: OutletId, mark: u64, limit: usize) -> Vec<InboxRow>;
    fn decided(&self, outlet: OutletId, device: DeviceId, mark: u64, limit: usize) -> Vec<InboxRow>;
    fn inbox_use(&self, outlet: OutletId, member: Option<MemberId>, doc: Option<&DocId>) -> InboxUse;
    fn erased(&self, outlet: OutletId, job: JobId) -> Option<u64>;
}

impl Ledger for InTransaction<'_> {
    fn put_outlet(&mut self, outlet: &Outlet) -> Result<(), StorageError> {
        let params = (
            outlet.id.to_bytes(),
            &outlet.name,
            outlet.epoch,
            number(outlet.head)?,
            outlet.hash,
            number(outlet.owner_seq)?,
            outlet.created_ms,
            number(outlet.backed_up_to)?,
            outlet.addresses.join("\n"),
            outlet.confirms as i64,
            number(outlet.inbox)?,
            number(outlet.inbox_seen)?,
        );
        self.run_sql(include_str!("queries/put_outlet.sql"), params)
    }

    fn put_member(&mut self, outlet: OutletId, member: &Member) -> Result<(), StorageError> {
        let params = (
            outlet.to_bytes(),
            member.id.as_str(),
            &member.name,
            rows::role_bits(&member.roles),
            member.status as i64,
            member.owner_since.map(number).transpose()?,
            member.status_ms,
        );
        self.run_sql(include_str!("queries/put_member.sql"), params)
    }

    fn put_device(&mut self, outlet: OutletId, device: &Device) -> Result<(), StorageError> {
        let params = (
            outlet.to_bytes(),
            device.id.0,
            device.member.as_str(),
            device.key.0,
            &device.name,
            device.status as i64,
            device.token_hash,
            number(device.cursor_seq)?,
            device.seen_ms,
            number(device.held.changes)?,
            number(device.held.photos)?,
            number(device.held.photo_bytes)?,
            device.pending,
            device.status_ms,
        );
        self.run_sql(include_str!("queries/put_device.sql"), params)
    }

    fn append(&mut self, outlet: OutletId, entry: &NewEntry) -> Result<Placed, StorageError> {
        let row = self.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
        let digest = log::digest(&entry.body);
        let seq = row.head + 1;
        let hash = log::running_hash(&row.hash, seq, entry.kind, entry.doc.as_ref(), &digest);
        let params = (
            outlet.to_bytes(),
            number(seq)?,
            entry.kind,
            entry.doc.as_ref().map(DocId::to_bytes),
            entry.author.map(|device| device.0),
            entry.carrier.map(|device| device.0),
            entry.actor.map(|actor| actor.0),
            entry.stretch.map(|stretch| number(stretch.from_seq)).transpose()?,
            entry.stretch.map(|stretch| number(stretch.to_seq)).transpose()?,
            entry.member.map(|member| member.to_string()),
            entry.at_ms,
            digest,
            hash,
            &entry.body,
        );
        self.run_sql(include_str!("queries/append.sql"), params)?;
        let params = (outlet.to_bytes(), number(seq)?, hash);
        self.run_sql("UPDATE outlet SET head = ?2, hash = ?3 WHERE id = ?1", params)?;
        Ok(Placed { seq, hash })
    }

    fn put_run(&mut self, outlet: OutletId, doc: &DocId, actor: Actor, row: &RunRow) -> Result<(), StorageError> {
        let before = self.run(outlet, doc, actor)?.map_or(0, |before| of_run(doc, actor, &before));
        tallied::moved(self.0, outlet, &compare::subject(doc), before ^ of_run(doc, actor, row))?;
        let params = (
            outlet.to_bytes(),
            doc.to_bytes(),
            actor.0,
            number(row.run.seq)?,
            row.run.hash.0,
            row.run.chain.0,
            number(row.run.next_op)?,
            number(row.log_seq)?,
        );
        self.run_sql(include_str!("queries/put_run.sql"), params)
    }

    fn put_document_ops(&mut self, outlet: OutletId, doc: &DocId, ops: u64) -> Result<(), StorageError> {
        let params = (outlet.to_bytes(), doc.to_bytes(), number(ops)?);
        self.run_sql("INSERT OR REPLACE INTO document (outlet, doc, ops) VALUES (?1, ?2, ?3)", params)
    }

    fn put_grant(
        &mut self,
        outlet: OutletId,
        job: JobId,
        member: MemberId,
        grant: GrantNow,
    ) -> Result<(), StorageError> {
        let before = self.grant(outlet, job, member)?.map_or(0, |before| of_grant(job, member, &before));
        tallied::moved(self.0, outlet, &DocId::Order(job), before ^ of_grant(job, member, &grant))?;
        let params = (
            outlet.to_bytes(),
            member.as_str(),
            job.to_bytes(),
            grant.access as i64,
            number(grant.since)?,
            grant.log_seq.map(number).transpose()?,
            grant.had_write,
        );
        self.run_sql(include_str!("queries/put_grant.sql"), params)
    }

    fn put_invite(&mut self, invite: &Invite) -> Result<(), StorageError> {
        let params = (invite.code_hash, invite.outlet.to_bytes(), invite.member.as_str(), invite.expires_ms);
        self.run_sql(
            "INSERT OR REPLACE INTO invite (code_hash, outlet, member, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            params,
        )
    }

    fn take_invite(&mut self, code_hash: &[u8; 32], now_ms: i64) -> Result<Option<Invite>, StorageError> {
        let mut statement = self.0.prepare_cached("DELETE FROM invite WHERE code_hash = ?1 RETURNING *")?;
        let mut found = statement.query([code_hash])?;
        let Some(row) = found.next()? else { return Ok(None) };
        let invite = Invite {
            code_hash: *code_hash,
            outlet: OutletId::from_bytes(row.get("outlet")?),
            member: rows::member_id(&row.get::<_, String>("member")?)?,
            expires_ms: row.get("expires_ms")?,
        };
        Ok(Some(invite).filter(|invite| now_ms < invite.expires_ms))
    }

    fn note_visit(
        &mut self,
        outlet: OutletId,
        device: DeviceId,
        cursor_seq: u64,
        seen_ms: i64,
        held: Held,
    ) -> Result<(), StorageError> {
        let params = (
            outlet.to_bytes(),
            device.0,
            number(cursor_seq)?,
            seen_ms,
            number(held.changes)?,
            number(held.photos)?,
            number(held.photo_bytes)?,
        );
        self.run_sql(include_str!("queries/note_visit.sql"), params)
    }

    fn add_use(&mut self, outlet: OutletId, day: i64, device: DeviceId, more: DayUse) -> Result<(), StorageError> {
        metered::add(self.0, outlet, day, device, more)
    }

    fn put_quota(&mut self, outlet: OutletId, quota: Quota) -> Result<(), StorageError> {
        metered::put_quota(self.0, outlet, quota)
    }

    fn raise_owner_seq(&mut self, outlet: OutletId, seq: u64) -> Result<(), StorageError> {
        let params = (outlet.to_bytes(), number(seq)?);
        self.run_sql("UPDATE outlet SET owner_seq = max(owner_seq, ?2) WHERE id = ?1", params)
    }

    fn put_inbox(&mut self, outlet: OutletId, row: &InboxRow) -> Result<(), StorageError> {
        let params = (
            outlet.to_bytes(),
            row.doc.to_bytes(),
            row.actor.0,
            number(row.from_seq)?,
            number(row.run.seq)?,
            row.run.hash.0,
            row.run.chain.0,
            number(row.run.next_op)?,
            number(row.ops)?,
            number(row.mark)?,
            row.member.as_str(),
            row.at_ms,
            row.state as i64,
            &row.body,
            row.reason.as_deref(),
        );
        self.run_sql(include_str!("queries/put_inbox.sql"), params)
    }

    fn erase_job(&mut self, outlet: OutletId, job: JobId, log_seq: u64) -> Result<Vec<BlobHash>, StorageError> {
        let docs = [DocId::Order(job), DocId::Sheet(job)].map(|doc| doc.to_bytes());
        let of_job = (outlet.to_bytes(), &docs[0], &docs[1]);
        self.run_sql(
            "UPDATE entry SET body = x'' WHERE outlet = ?1 AND doc IN (?2, ?3) AND doc IS NOT NULL AND kind = 1",
            of_job,
        )?;
        self.run_sql("DELETE FROM inbox WHERE outlet = ?1 AND doc IN (?2, ?3)", of_job)?;
        let mut statement = self.0.prepare_cached(include_str!("queries/blobs_of_job_alone.sql"))?;
        let alone = statement.query_map(of_job, |row| row.get(0).map(BlobHash))?.collect::<Result<Vec<_>, _>>()?;
        self.run_sql("DELETE FROM blob WHERE outlet = ?1 AND doc IN (?2, ?3)", of_job)?;
        self.run_sql("DELETE FROM run WHERE outlet = ?1 AND doc IN (?2, ?3)", of_job)?;
        self.run_sql("DELETE FROM document WHERE outlet = ?1 AND doc IN (?2, ?3)", of_job)?;
        let params = (outlet.to_bytes(), job.to_bytes(), number(log_seq)?);
        self.run_sql("INSERT OR REPLACE INTO erased_job (outlet, job, log_seq) VALUES (?1, ?2, ?3)", params)?;
        if !planted::on(Bug::PackOutlivesErasure) {
            self.drop_pack_rows(outlet, Some(job))?;
        }
        tallied::renew(self.0, outlet, &DocId::Order(job))?;
        Ok(alone)
    }

    fn put_turn(&mut self, outlet: OutletId, turn: &Turn) -> Result<(), StorageError> {
        self.put_turn_row(outlet, turn)
    }

    fn put_pack(&mut self, outlet: OutletId, job: JobId, head: PackHead, body: &[u8]) -> Result<(), StorageError> {
        self.put_pack_row(outlet, job, head, body)
    }

    fn drop_packs(&mut self, outlet: OutletId) -> Result<(), StorageError> {
        self.drop_pack_rows(outlet, None)
    }

    fn attach_blob(
        &mut self,
        outlet: OutletId,
        hash: &BlobHash,
        size: u64,
        doc: &DocId,
        at_ms: i64,
    ) -> Result<(), StorageError> {
        let params = (outlet.to_bytes(), hash.0, doc.to_bytes(), number(size)?, at_ms);
        self.run_sql("INSERT OR IGNORE INTO blob (outlet, hash, doc, size, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)", params)
    }
}

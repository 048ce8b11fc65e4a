//! What is held here, summed up: a digest for each job and paper, kept up with its runs and grants.
//!
//! The database itself notes whose sum is due, whoever moved a run; sums are made when nobody waits, or when they are
//! asked for. Packing moves no run: a pack is summed up as it is made.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use doorstep_schemas::closed::Closed;
use doorstep_schemas::compare::{self, Node, Tally};
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, JobId, PublicKey};
use doorstep_schemas::view::MemberView;
use doorstep_schemas::wire::{Device, Grant, Role, RoleKind, Status};
use rusqlite::{Connection, params};

use super::absorb::Taken;
use super::rows::signed;
use super::{Store, StoreError, packs, settings, team};

/// The last pack that was summed up, while some are not.
pub(super) const PACKS: &str = "tally_packs";
/// Sums that are made while somebody waits.
const AT_ONCE: u32 = 2_000;

/// Where runs of a document end, by their actors.
pub type Ends = BTreeMap<Actor, (u64, ChangeHash)>;

/// A subject's documents.
pub fn documents(subject: &DocId) -> Vec<DocId> {
    match subject.job() {
        Some(job) => vec![DocId::Order(job), DocId::Sheet(job)],
        None => vec![subject.clone()],
    }
}

/// Where the runs of a subject's documents end here: rows stand above what is packed.
pub fn ends(db: &Connection, subject: &DocId) -> Result<BTreeMap<DocId, Ends>, StoreError> {
    let packed = subject.job().map(|job| packs::readable(db, job)).transpose()?.flatten();
    let mut out = BTreeMap::new();
    for doc in documents(subject) {
        let runs = packed.iter().flat_map(|closed| &closed.runs).filter(|run| run.kind == doc.kind());
        let mut of_doc: Ends = runs.map(|run| (run.actor, (run.run.seq, run.run.hash))).collect();
        let mut query = db.prepare_cached("SELECT actor, seq, hash FROM run WHERE doc = ?1")?;
        for row in query.query_map([doc.to_string()], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))? {
            let (actor, seq, hash) = row?;
            of_doc.insert(Actor(actor), (u64::try_from(seq).unwrap_or(0), ChangeHash(hash)));
        }
        out.insert(doc, of_doc);
    }
    Ok(out)
}

/// A job's grants, as the log has them.
pub fn grants(db: &Connection, job: JobId) -> Result<Vec<Grant>, StoreError> {
    let mut query = db.prepare_cached("SELECT member, access FROM granted WHERE job = ?1 AND access >= 0")?;
    let rows = query.query_map([job.to_string()], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (member, access) = row?;
        let member = member.parse().map_err(|_: doorstep_schemas::ids::NotAnId| StoreError::Row("granted"))?;
        out.push(Grant { job, member, access: team::access_of(access) });
    }
    Ok(out)
}

fn digest_of(db: &Connection, subject: &DocId, ends: &BTreeMap<DocId, Ends>) -> Result<u64, StoreError> {
    let runs = ends.iter().flat_map(|(doc, runs)| runs.iter().map(move |(actor, end)| (doc, actor, end)));
    let runs = runs.fold(0, |sum, (doc, actor, (seq, hash))| sum ^ compare::of_run(doc, *actor, *seq, hash));
    let granted = subject.job().map(|job| grants(db, job)).transpose()?.unwrap_or_default();
    Ok(runs ^ compare::of_grants(&granted))
}

fn put(db: &Connection, subject: &DocId, digest: u64) -> Result<(), StoreError> {
    let (place, name) = (signed(compare::place(subject)), subject.to_bytes());
    if digest == 0 {
        db.prepare_cached("DELETE FROM tally WHERE place = ?1 AND subject = ?2")?.execute(params![place, name])?;
    } else {
        db.prepare_cached("INSERT OR REPLACE INTO tally (place, subject, digest) VALUES (?1, ?2, ?3)")?
            .execute(params![place, name, digest.cast_signed()])?;
    }
    db.prepare_cached("DELETE FROM tally_due WHERE subject = ?1")?.execute([subject.to_string()])?;
    Ok(())
}

/// Sums a job up that was packed just now, with all that is here of it.
pub fn packed(db: &Connection, job: JobId, closed: &Closed) -> Result<(), StoreError> {
    let mut ends: BTreeMap<DocId, Ends> = BTreeMap::new();
    for run in &closed.runs {
        let of_doc = ends.entry(packs::doc_of(job, run.kind)).or_default();
        of_doc.insert(run.actor, (run.run.seq, run.run.hash));
    }
    let subject = DocId::Order(job);
    put(db, &subject, digest_of(db, &subject, &ends)?)
}

/// Sums up what is due, `most` at most; returns whether more is.
pub fn sum_up(db: &Connection, most: u32) -> Result<bool, StoreError> {
    let due: Vec<String> = {
        let mut query = db.prepare_cached("SELECT subject FROM tally_due LIMIT ?1")?;
        query.query_map([most], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    for name in &due {
        match name.parse::<DocId>() {
            Ok(subject) => put(db, &subject, digest_of(db, &subject, &ends(db, &subject)?)?)?,
            // A kind of a later version is compared with by that version.
            Err(_not_known) => drop(db.execute("DELETE FROM tally_due WHERE subject = ?1", [name])?),
        }
    }
    Ok(due.len() == most as usize)
}

/// Sums up packs from before there were sums, `most` at most; returns whether there are more.
fn sum_up_packs(db: &Connection, most: u32) -> Result<bool, StoreError> {
    let Some(after) = settings::number(db, PACKS)? else { return Ok(false) };
    let found: Vec<(i64, JobId)> = {
        let mut query = db.prepare_cached("SELECT id, job FROM pack WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let rows = query.query_map(params![after, most], |row| Ok((row.get(0)?, JobId::from_bytes(row.get(1)?))))?;
        rows.collect::<Result<_, _>>()?
    };
    for (_, job) in &found {
        let subject = DocId::Order(*job);
        put(db, &subject, digest_of(db, &subject, &ends(db, &subject)?)?)?;
    }
    match found.last() {
        Some((last, _)) if found.len() == most as usize => settings::put_number(db, PACKS, *last)?,
        _ => drop(db.execute("DELETE FROM meta WHERE key = ?1", [PACKS])?),
    }
    Ok(settings::number(db, PACKS)?.is_some())
}

/// Whether all is summed up, or can be at once.
pub fn ready(db: &Connection) -> Result<bool, StoreError> {
    let mut due = db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM tally_due LIMIT ?1)")?;
    let due: u32 = due.query_row([AT_ONCE + 1], |row| row.get(0))?;
    Ok(due <= AT_ONCE && settings::number(db, PACKS)?.is_none())
}

/// Digests of a node's parts.
pub fn parts(db: &Connection, node: Node) -> Result<Vec<u64>, StoreError> {
    let Some(span) = node.span() else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached("SELECT place, digest FROM tally WHERE place BETWEEN ?1 AND ?2")?;
    let rows = query.query_map(between(&span), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let all = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(node.digests(all.into_iter().map(|(place, digest)| (place.cast_unsigned(), digest.cast_unsigned()))))
}

/// The subjects of a node.
pub fn subjects(db: &Connection, node: Node) -> Result<Vec<Tally>, StoreError> {
    let Some(span) = node.span() else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached("SELECT subject, digest FROM tally WHERE place BETWEEN ?1 AND ?2")?;
    let rows = query.query_map(between(&span), |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (name, digest) = row?;
        let subject = DocId::from_bytes(&name).map_err(|_not_an_id| StoreError::Row("tally"))?;
        out.push(Tally { subject, digest: digest.cast_unsigned() });
    }
    Ok(out)
}

fn between(places: &RangeInclusive<u64>) -> [i64; 2] {
    [signed(*places.start()), signed(*places.end())]
}

/// Takes the grants of a job as the relay has them now. An owner's device knows no more of those that the relay lacks, and
/// says what the order wants; for others what the relay lacks is no word. Returns whether any moved.
pub(super) fn replace_grants(
    db: &Connection,
    job: JobId,
    told: &[Grant],
    head: u64,
    owner: bool,
) -> Result<bool, StoreError> {
    let before = grants(db, job)?;
    let told: Vec<Grant> = told.iter().filter(|grant| grant.job == job).copied().collect();
    for known in before.iter().filter(|_| owner) {
        if !told.iter().any(|grant| grant.member == known.member) {
            team::forget_grant(db, job, known.member)?;
        }
    }
    let rank = team::rank(Taken { log_seq: Some(head), ..Taken::default() });
    told.iter().try_for_each(|grant| team::put_grant(db, grant, rank))?;
    let now = grants(db, job)?;
    Ok(now.len() != before.len() || now.iter().any(|grant| !before.contains(grant)))
}

/// Members and devices as they are known here, in the wire's words as far as those are kept.
pub(super) fn words(db: &Connection) -> Result<(Vec<Role>, Vec<Device>), StoreError> {
    let status = |active: bool| if active { Status::Active } else { Status::Left };
    let mut query = db.prepare_cached("SELECT member, name, roles, active FROM member")?;
    let members = query.query_map([], team::member_row)?;
    let role = |member: MemberView| Role {
        member: member.id,
        name: member.name,
        roles: member.roles.into_iter().map(RoleKind::from).collect(),
        status: status(member.active),
    };
    let roles = members.map(|member| Ok(role(member?))).collect::<Result<_, StoreError>>()?;
    let mut query = db.prepare_cached("SELECT device, member, key, name, lost FROM device")?;
    let devices = query.query_map([], |row| {
        Ok(Device {
            device: DeviceId(row.get(0)?),
            member: row.get::<_, String>(1)?.parse().map_err(|e| team::text_error(1, e))?,
            key: PublicKey(row.get(2)?),
            name: row.get(3)?,
            status: status(!row.get::<_, bool>(4)?),
        })
    })?;
    Ok((roles, devices.collect::<Result<_, _>>()?))
}

impl Store {
    /// Sums up what has moved, `most` jobs and papers at most; returns whether more has. Until all is summed up this
    /// device is sent everything where it might have compared.
    pub fn sum_up(&mut self, most: u32) -> Result<bool, StoreError> {
        let tx = self.db.transaction()?;
        let more = sum_up_packs(&tx, most)? || sum_up(&tx, most)?;
        tx.commit()?;
        Ok(more)
    }

    /// What is held here of each job and paper, as `sum_up` left it.
    pub fn tallies(&self) -> Result<Vec<Tally>, StoreError> {
        subjects(&self.db, Node::ROOT)
    }
}

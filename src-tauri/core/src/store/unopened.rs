//! Grants that the relay does not take: whoever the orders give the job to does not get it, and an owner has to know.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, JobId, MemberId};
use doorstep_schemas::wire::Grant;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::stuck::Stuck;
use super::{Store, StoreError, settings};

const KEY: &str = "grants_refused";
/// Kept at most, newest last: more of them have one cause.
const MOST: usize = 100;

#[derive(Serialize, Deserialize)]
struct Unopened {
    job: JobId,
    member: MemberId,
    at_ms: i64,
}

fn all(db: &Connection) -> Result<Vec<Unopened>, StoreError> {
    Ok(settings::get_json(db, KEY)?.unwrap_or_default())
}

fn keep(db: &Connection, keep: impl Fn(&Unopened) -> bool) -> Result<(), StoreError> {
    let mut unopened = all(db)?;
    let before = unopened.len();
    unopened.retain(keep);
    if unopened.len() == before { Ok(()) } else { settings::put_json(db, KEY, &unopened) }
}

/// The relay refused it.
pub(super) fn note(db: &Connection, grant: &Grant, at_ms: i64) -> Result<(), StoreError> {
    let mut unopened = all(db)?;
    unopened.retain(|other| (other.job, other.member) != (grant.job, grant.member));
    unopened.push(Unopened { job: grant.job, member: grant.member, at_ms });
    unopened.drain(..unopened.len().saturating_sub(MOST));
    settings::put_json(db, KEY, &unopened)
}

/// Of one job the log and its order disagree about these members alone.
pub(super) fn only(db: &Connection, job: JobId, due: &[MemberId]) -> Result<(), StoreError> {
    keep(db, |one| one.job != job || due.contains(&one.member))
}

/// The log has it.
pub(super) fn agreed(db: &Connection, grant: &Grant) -> Result<(), StoreError> {
    keep(db, |one| (one.job, one.member) != (grant.job, grant.member))
}

/// The job is gone.
pub(super) fn forget(db: &Connection, job: JobId) -> Result<(), StoreError> {
    keep(db, |one| one.job != job)
}

/// Jobs whose grants are to be said once more.
pub(super) fn take(db: &Connection) -> Result<Vec<JobId>, StoreError> {
    let jobs = all(db)?.into_iter().map(|one| one.job).collect();
    keep(db, |_| false)?;
    Ok(jobs)
}

impl Store {
    /// What an owner is told of them.
    pub(super) fn unopened(&self) -> Result<Vec<Stuck>, StoreError> {
        let mut out = Vec::new();
        for one in all(&self.db)? {
            let name = self
                .db
                .prepare_cached("SELECT name FROM member WHERE member = ?1")?
                .query_row(params![one.member.as_str()], |row| row.get(0))
                .optional()?;
            out.push(Stuck {
                doc: DocId::Order(one.job),
                code: ErrorCode::GrantRefused,
                ours: true,
                at_ms: one.at_ms,
                changes: 0,
                by: name.unwrap_or_default(),
                reason: None,
            });
        }
        Ok(out)
    }
}

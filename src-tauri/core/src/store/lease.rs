//! The lease: how long a device that does not meet its relay shows others' work. A phone that was stolen and is kept
//! offline never hears that it was reported lost; after some days it shows what its own member has in hand, and no more.
//!
//! Nothing is removed, and one answer of the relay brings all of it back. Owners' devices have no lease: all is theirs, and
//! a shop whose relay broke must go on.

use doorstep_schemas::ids::{DocId, JobId, MemberId};
use doorstep_schemas::view::JobCard;
use doorstep_schemas::wire::Access;
use rusqlite::params;

use super::{Store, StoreError, settings};
use crate::domain::calendar::DAY_MS;

/// The latest moment that this device's clock has shown since the relay last answered.
const SEEN: &str = "lease_clock";
/// The clock is written down this seldom.
const NOTED_EVERY_MS: i64 = 3_600_000;

impl Store {
    /// Looks at the clock: whether others' work is shown from now on. A clock that was set back gives no time back.
    pub fn turn_lease(&mut self, now_ms: i64) -> Result<(), StoreError> {
        self.lease_over = self.is_lease_over(now_ms)?;
        Ok(())
    }

    fn is_lease_over(&self, now_ms: i64) -> Result<bool, StoreError> {
        let (Some(enrolment), Some(served)) = (self.enrolment()?, self.last_success()?) else { return Ok(false) };
        if self.is_owner(enrolment.member)? {
            return Ok(false);
        }
        let seen = settings::number(&self.db, SEEN)?.unwrap_or(served);
        if now_ms >= seen.saturating_add(NOTED_EVERY_MS) {
            settings::put_number(&self.db, SEEN, now_ms)?;
        }
        let days = i64::from(self.rules.promises_at(now_ms).promises.lease_days);
        Ok(now_ms.max(seen).saturating_sub(served) > days.saturating_mul(DAY_MS))
    }

    /// The relay has answered: by its own clock, whatever that was, the device is served now.
    pub(super) fn renew_lease(db: &rusqlite::Connection, now_ms: i64) -> Result<(), StoreError> {
        settings::put_number(db, SEEN, now_ms)
    }

    /// Whether others' work is hidden, as of the last look at the clock.
    pub fn is_lease_ended(&self) -> bool {
        self.lease_over
    }

    /// Whether the lease hides this job: it ended, and the member has no work in it, open or done.
    pub fn hides(&self, card: &JobCard) -> Result<bool, StoreError> {
        if !self.lease_over {
            return Ok(false);
        }
        let Some(enrolment) = self.enrolment()? else { return Ok(false) };
        let me = enrolment.member;
        let assigned = card.assignees.iter().any(|assignee| assignee.id == me);
        Ok(!assigned && !self.has_work_in(card.job, me)?)
    }

    fn has_work_in(&self, job: JobId, me: MemberId) -> Result<bool, StoreError> {
        if self.access(job, me)? == Access::Write {
            return Ok(true);
        }
        let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
        let mut query =
            self.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM change WHERE doc IN (?1, ?2) AND mine = 1)")?;
        Ok(query.query_row(params![docs[0], docs[1]], |row| row.get(0))?)
    }
}

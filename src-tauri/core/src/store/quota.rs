//! Work that the relay refused because a day's share was used up: it is offered again when the relay's day has turned.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::quota::day_of;

use super::{Store, StoreError, settings};

/// The relay's day in which something was last refused so; absent when nothing is.
const DAY: &str = "quota_day";

impl Store {
    /// Today as the relay counts it.
    fn relays_day(&self, now_ms: i64) -> Result<i64, StoreError> {
        Ok(day_of(now_ms.saturating_sub(self.clock_offset()?.unwrap_or(0))))
    }

    pub(super) fn note_quota_used(&self, now_ms: i64) -> Result<(), StoreError> {
        settings::put_number(&self.db, DAY, self.relays_day(now_ms)?)
    }

    /// The relay takes no more photos of this device today: those that wait are not sent in vain one by one.
    pub fn note_photos_over_quota(&mut self, now_ms: i64) -> Result<(), StoreError> {
        self.note_quota_used(now_ms)?;
        self.db.execute(
            "UPDATE photo SET refused = ?1 WHERE mine = 1 AND on_relay = 0 AND refused IS NULL",
            [ErrorCode::QuotaUsed.wire()],
        )?;
        Ok(())
    }

    /// On another day than that of the refusal all of it is offered again; a clock that was set says another day as well.
    pub fn offer_on_a_new_day(&self, now_ms: i64) -> Result<(), StoreError> {
        let Some(day) = settings::number(&self.db, DAY)? else { return Ok(()) };
        if day == self.relays_day(now_ms)? {
            return Ok(());
        }
        let word = [ErrorCode::QuotaUsed.wire()];
        self.db.execute("DELETE FROM refused WHERE code = ?1", word)?;
        self.db.execute("UPDATE photo SET refused = NULL WHERE refused = ?1", word)?;
        self.db.execute("DELETE FROM meta WHERE key = ?1", [DAY])?;
        Ok(())
    }
}

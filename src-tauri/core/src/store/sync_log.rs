//! The last attempts to exchange and their results, for the screen that must never claim more than holds.

use doorstep_schemas::code::Failure;
use doorstep_schemas::view::{Millis, SyncAttempt};
use rusqlite::params;

use super::{Store, StoreError};

const KEPT: u32 = 30;

impl Store {
    pub fn note_attempt(&mut self, attempt: &SyncAttempt) -> Result<(), StoreError> {
        let error = attempt.error.as_ref().map(|e| serde_json::to_string(e).expect("a failure has only text keys"));
        self.db.execute(
            "INSERT INTO attempt (at_ms, millis, bytes_up, bytes_down, sent, received, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                attempt.at.0,
                attempt.millis,
                attempt.bytes_up,
                attempt.bytes_down,
                attempt.sent,
                attempt.received,
                error
            ],
        )?;
        self.db.execute("DELETE FROM attempt WHERE id <= (SELECT max(id) FROM attempt) - ?1", [KEPT])?;
        Ok(())
    }

    /// Newest first.
    pub fn attempts(&self) -> Result<Vec<SyncAttempt>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT at_ms, millis, bytes_up, bytes_down, sent, received, error FROM attempt ORDER BY id DESC",
        )?;
        let rows = query.query_map([], |row| {
            let error: Option<String> = row.get(6)?;
            Ok(SyncAttempt {
                at: Millis(row.get(0)?),
                millis: row.get(1)?,
                bytes_up: row.get(2)?,
                bytes_down: row.get(3)?,
                sent: row.get(4)?,
                received: row.get(5)?,
                error: error.and_then(|text| serde_json::from_str::<Failure>(&text).ok()),
            })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

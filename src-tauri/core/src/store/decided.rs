//! What became of this device's own work in the owner's inbox, as its author is told.

use doorstep_schemas::inbox::{Decided, InboxState, REASON};
use rusqlite::{Connection, params};

use super::rows::signed;
use super::{Store, StoreError, settings};

/// The newest word on own work; absent while nothing of it was ever in the inbox.
const TOLD: &str = "inbox_told";
/// How long it is said, as long as own changes are kept.
const KEPT_MS: i64 = 35 * 24 * 3_600_000;

/// Own work lies in the inbox: from now on it is asked what became of it.
pub(super) fn ask(db: &Connection) -> Result<(), StoreError> {
    match settings::number(db, TOLD)? {
        Some(_) => Ok(()),
        None => settings::put_number(db, TOLD, 0),
    }
}

/// The log is another one, and the inbox's words are counted anew.
pub(super) fn begin_anew(db: &Connection) -> Result<(), StoreError> {
    match settings::number(db, TOLD)? {
        Some(_) => settings::put_number(db, TOLD, 0),
        None => Ok(()),
    }
}

impl Store {
    /// The newest word on own work that is known here; `None` where nothing of it ever lay in the inbox.
    pub fn decided_known(&self) -> Result<Option<u64>, StoreError> {
        Ok(settings::number(&self.db, TOLD)?.and_then(|mark| u64::try_from(mark).ok()))
    }

    /// Takes words on own work. Returns whether any says something new to a person.
    pub fn note_decided(&mut self, words: &[Decided], now_ms: i64) -> Result<bool, StoreError> {
        let known = self.decided_known()?.unwrap_or(0);
        let own = self.device();
        let tx = self.db.transaction()?;
        let mut new = tx.execute("DELETE FROM declined WHERE at_ms < ?1", [now_ms.saturating_sub(KEPT_MS)])? > 0;
        for word in words.iter().filter(|word| word.mark > known && word.actor.device() == own) {
            let doc = word.doc.to_string();
            new |= match InboxState::from_number(word.state) {
                Some(InboxState::Declined) => {
                    let reason: Option<String> =
                        word.reason.as_ref().map(|reason| reason.chars().take(REASON).collect());
                    tx.execute(
                        "INSERT OR REPLACE INTO declined (doc, actor, from_seq, to_seq, reason, at_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        params![doc, word.actor.0, signed(word.from_seq), signed(word.to_seq), reason, now_ms],
                    )? > 0
                }
                Some(InboxState::Admitted) => {
                    let admitted = params![doc, word.actor.0, signed(word.from_seq)];
                    tx.execute(
                        "DELETE FROM refused WHERE doc = ?1 AND actor = ?2 AND from_seq = ?3 AND code = 'in_inbox'",
                        admitted,
                    )?;
                    tx.execute("DELETE FROM declined WHERE doc = ?1 AND actor = ?2 AND from_seq = ?3", admitted)? > 0
                }
                Some(InboxState::Waiting) | None => false,
            };
        }
        if let Some(mark) = words.iter().map(|word| word.mark).max().filter(|mark| *mark > known) {
            settings::put_number(&tx, TOLD, signed(mark))?;
        }
        tx.commit()?;
        Ok(new)
    }
}

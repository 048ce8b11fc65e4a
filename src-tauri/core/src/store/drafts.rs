//! Half-typed fields, and small choices that are offered again. Neither is work: nothing of it is sent anywhere.
//!
//! A draft is committed like any saved thing, so a kill loses nothing that was put. It costs one row and no document.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// Longest draft, in bytes.
pub const MAX_DRAFT: usize = 64 * 1024;
/// Most drafts at once.
pub const MAX_DRAFTS: u32 = 500;
/// Longest key of a draft or choice, and longest choice, in bytes.
pub const MAX_KEY: usize = 200;
/// Choices that are remembered under one key.
pub const MAX_REMEMBERED: u32 = 20;

/// Why a draft was not kept. What was kept before stays.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error("the draft has {0} bytes, more than {MAX_DRAFT}")]
    TooLong(usize),
    #[error("there are {MAX_DRAFTS} drafts already")]
    TooMany,
    #[error("the key is empty, longer than {MAX_KEY} bytes, or holds a control character")]
    Key,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for DraftError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// One half-typed field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub key: String,
    pub text: String,
    pub at_ms: i64,
}

fn key_is_sound(key: &str) -> bool {
    !key.is_empty() && key.len() <= MAX_KEY && !key.chars().any(char::is_control)
}

impl Store {
    /// Keeps a draft in place of the one before it; an empty text drops it.
    pub fn put_draft(&mut self, key: &str, text: &str, now_ms: i64) -> Result<(), DraftError> {
        if !key_is_sound(key) {
            return Err(DraftError::Key);
        }
        if text.is_empty() {
            return Ok(self.drop_draft(key)?);
        }
        if text.len() > MAX_DRAFT {
            return Err(DraftError::TooLong(text.len()));
        }
        let tx = self.db.transaction()?;
        let known = tx.query_row("SELECT 1 FROM draft WHERE key = ?1", [key], |_| Ok(())).optional()?;
        if known.is_none() {
            // None is thrown away for another: whoever typed the oldest does not expect that.
            let drafts: u32 = tx.query_row("SELECT count(*) FROM draft", [], |row| row.get(0))?;
            if drafts >= MAX_DRAFTS {
                return Err(DraftError::TooMany);
            }
        }
        tx.execute(
            "INSERT INTO draft (key, text, at_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms",
            params![key, text, now_ms],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Drafts whose keys begin with `prefix`, newest first.
    pub fn drafts(&self, prefix: &str) -> Result<Vec<Draft>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT key, text, at_ms FROM draft WHERE substr(key, 1, length(?1)) = ?1 ORDER BY at_ms DESC, key",
        )?;
        let rows =
            query.query_map([prefix], |row| Ok(Draft { key: row.get(0)?, text: row.get(1)?, at_ms: row.get(2)? }))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    pub fn drop_draft(&mut self, key: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM draft WHERE key = ?1", [key])?;
        Ok(())
    }

    /// Remembers a choice that is offered again: an instrument, a bench. Nothing about a customer belongs here, it
    /// outlives every job.
    pub fn remember_choice(&mut self, key: &str, value: &str, now_ms: i64) -> Result<(), DraftError> {
        if !key_is_sound(key) || !key_is_sound(value) {
            return Err(DraftError::Key);
        }
        let tx = self.db.transaction()?;
        tx.execute(
            "INSERT INTO remembered (key, value, at_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (key, value) DO UPDATE SET at_ms = excluded.at_ms",
            params![key, value, now_ms],
        )?;
        tx.execute(
            "DELETE FROM remembered WHERE key = ?1 AND value NOT IN
                 (SELECT value FROM remembered WHERE key = ?1 ORDER BY at_ms DESC, value LIMIT ?2)",
            params![key, MAX_REMEMBERED],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Offers a choice no longer.
    pub fn forget_choice(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM remembered WHERE key = ?1 AND value = ?2", [key, value])?;
        Ok(())
    }

    /// The newest choice of each key.
    pub fn newest_choices(&self) -> Result<Vec<(String, String)>, StoreError> {
        // SQLite takes the other columns of a group from the row that has the maximum.
        let mut query =
            self.db.prepare_cached("SELECT key, value, max(at_ms) FROM remembered GROUP BY key ORDER BY key")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// What was chosen before under a key, newest first.
    pub fn remembered_choices(&self, key: &str) -> Result<Vec<String>, StoreError> {
        let mut query =
            self.db.prepare_cached("SELECT value FROM remembered WHERE key = ?1 ORDER BY at_ms DESC, value")?;
        let rows = query.query_map([key], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

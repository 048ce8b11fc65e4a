//! Another key for everything: the database, what is sealed beside it, and from then on the photos.
//!
//! The keeper has both keys until the database answers to the new one, and so has each file beside it. SQLCipher writes
//! every page anew in one transaction, which the write-ahead log makes all or nothing; whether it came about is asked of
//! the database, because SQLCipher does not say when its commit fails.

use std::fs;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::key::{KeyError, KeyKeeper, Keys, StoreKey};
use super::recovery::RecoveryError;
use super::{Store, StoreError, identity, open, settings};
use crate::nature::{Nature, random};
use crate::tasks::{Cancelled, Step, Watcher};

/// When the key was last changed.
const ROTATED: &str = "key_rotated_ms";
/// How often the growing log is looked at, for progress.
const LOOK: Duration = Duration::from_millis(50);

/// Why the key was not changed. The folder opens with the key that it had.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error("cancelled")]
    Cancelled,
    #[error("the key store did not take the keys")]
    Key(#[from] KeyError),
    #[error("what is kept beside the database could not be written")]
    Beside(#[from] RecoveryError),
    #[error("the database could not be written under the new key")]
    Store(#[from] StoreError),
    #[error("the database did not take the new key: there may be no room for a second copy of it")]
    NotTaken,
}

impl From<Cancelled> for RotateError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Store {
    /// Brings everything under a new random key. Needs as much free disk as the database takes. Readers that have the
    /// database open beside this store have to open it anew. Cancelled before the database is written, it leaves
    /// everything as it was; older photos follow by [`Store::reseal_photos`].
    pub fn rotate_key(
        &mut self,
        keeper: &dyn KeyKeeper,
        nature: &dyn Nature,
        watcher: &mut dyn Watcher,
    ) -> Result<(), RotateError> {
        let (old, new) = (self.key, random::<32>(nature));
        let both = Keys { key: old, next: Some(new) };
        let pages = fs::metadata(open::database(&self.folder)).map_err(StoreError::from)?.len();
        let mut at = |bytes: u64| watcher.step(Step { done: bytes.min(pages), of: Some(pages), bytes });
        at(0)?;
        keeper.write(&both)?;
        let outcome = self.try_rotate(&both, new, nature, &mut at);
        let taken = match &outcome {
            // Before the database was touched.
            Err(RotateError::Cancelled | RotateError::Beside(_)) => false,
            _ => open::answers(&self.folder, &new)?,
        };
        if taken {
            // The old connection reads nothing from here on: a page under the new key is none to it.
            self.db = open::again(&self.folder, &new)?;
            self.key = new;
        }
        // Nobody can stop it here, but a screen may be shown that it goes on.
        let _ = at(pages);
        // The key is what it is now. What fails in tidying up is done at the next start, which finds both keys kept.
        if let Err(error) = self.settle_key(keeper, taken, nature, &mut at) {
            tracing::warn!(%error, "the old key is still kept");
        }
        match outcome {
            _ if taken => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Err(RotateError::NotTaken),
        }
    }

    fn settle_key(
        &mut self,
        keeper: &dyn KeyKeeper,
        taken: bool,
        nature: &dyn Nature,
        at: &mut dyn FnMut(u64) -> Result<(), Cancelled>,
    ) -> Result<(), RotateError> {
        let only = Keys::one(self.key);
        if taken {
            settings::put_number(&self.db, ROTATED, nature.now_ms())?;
            self.new_photo_key(nature)?;
        }
        // Of the old key no page is left, and of an attempt that failed no log of the database's size.
        open::truncate_log(&self.db)?;
        let _ = at(0);
        identity::write(&self.folder, &only, &self.identity()?)?;
        let _ = at(0);
        self.seal(&only, nature)?;
        let _ = at(0);
        keeper.write(&only)?;
        let _ = at(0);
        Ok(())
    }

    fn try_rotate(
        &mut self,
        both: &Keys,
        new: StoreKey,
        nature: &dyn Nature,
        at: &mut dyn FnMut(u64) -> Result<(), Cancelled>,
    ) -> Result<(), RotateError> {
        at(0)?;
        self.seal(both, nature)?;
        at(0)?;
        identity::write(&self.folder, both, &self.identity()?).map_err(RecoveryError::from)?;
        at(0)?;
        open::truncate_log(&self.db)?;
        // A connection of its own: one that failed half-way would write its next page under the new key.
        let mut db = open::again(&self.folder, &both.key)?;
        let log = open::log(&self.folder);
        thread::scope(|scope| {
            let rekeyed = scope.spawn(|| rekey(&mut db, &new));
            while !rekeyed.is_finished() {
                // Too late to stop.
                let _ = at(fs::metadata(&log).map_or(0, |log| log.len()));
                thread::sleep(LOOK);
            }
            rekeyed.join().map_err(|_panicked| StoreError::Row("rekey"))?
        })?;
        Ok(())
    }

    /// When the key was last changed here; `None` where it never was.
    pub fn key_rotated_ms(&self) -> Result<Option<i64>, StoreError> {
        settings::number(&self.db, ROTATED)
    }
}

fn rekey(db: &mut Connection, new: &StoreKey) -> Result<(), StoreError> {
    Ok(db.pragma_update(None, "rekey", open::raw(new))?)
}

//! What the data folder takes of the disk, and whether there is room.

use doorstep_schemas::ids::{BlobHash, DocId, JobId};

use super::files::{self, SideFile};
use super::{Store, StoreError, ballast, error};

/// Pages of the log before it is emptied into the database.
pub(super) const LOG: u32 = 1_000;
const SHORT_LOG: u32 = 16;

/// Bytes by what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    pub database: u64,
    pub photos: u64,
    pub exports: u64,
    /// A database that was put aside or copied before it was changed.
    pub copies: u64,
    /// `None` where the system does not say.
    pub free: Option<u64>,
}

/// A photo taken here whose file is damaged and which the relay does not have, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostPhoto {
    pub hash: BlobHash,
    pub job: Option<JobId>,
    pub at_ms: i64,
}

impl Store {
    pub fn disk_taken(&self) -> Result<Taken, StoreError> {
        let mut taken = Taken { free: ballast::free(&self.folder.join("ballast")), ..Taken::default() };
        for lying in files::all(&self.folder)? {
            match lying.what {
                SideFile::Database => taken.database += lying.bytes,
                SideFile::Photos => taken.photos += lying.bytes,
                SideFile::Exports => taken.exports += lying.bytes,
                SideFile::Damaged | SideFile::Before | SideFile::Unfinished => taken.copies += lying.bytes,
                SideFile::Salt | SideFile::DamageNote | SideFile::Ballast | SideFile::Other => {}
            }
        }
        Ok(taken)
    }

    /// Whether room is short: text is saved, pictures are not taken.
    pub fn disk_low(&self) -> bool {
        self.ballast.low()
    }

    /// Lays the ballast in again when there is room; returns whether room is short.
    pub fn look_for_room(&mut self) -> bool {
        self.before_save();
        if self.ballast.low() && self.ballast.renew() {
            self.keep_log_short(false);
        }
        self.ballast.low()
    }

    /// Before text is saved: the ballast goes where room is short.
    pub(super) fn before_save(&mut self) {
        if self.ballast.before_save() {
            self.keep_log_short(true);
        }
    }

    /// The log takes as much room as the database's pages of a whole day; on a full disk it is emptied often.
    pub(super) fn keep_log_short(&self, short: bool) {
        let pages = if short { SHORT_LOG } else { LOG };
        let set = self.db.pragma_update(None, "wal_autocheckpoint", pages);
        // What fails here is tried with the next save.
        let emptied = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = set.and(emptied) {
            tracing::warn!(%error, "the log can't be emptied");
        }
    }

    /// Whether a picture of this size may be added.
    pub fn room_for_photo(&mut self, bytes: u64) -> Result<(), StoreError> {
        if !self.look_for_room() && self.ballast.room_for(bytes) { Ok(()) } else { Err(StoreError::DiskLow) }
    }

    /// A write met a full disk: the ballast goes, so that the next one is saved. Or it met what may be damage: a check is
    /// due.
    pub(super) fn after(&mut self, error: &StoreError) {
        if error.may_be_damage() {
            error::note_met();
        }
        if error.is_full() {
            self.ballast.release();
            self.keep_log_short(true);
        }
    }

    /// Photos taken here that are nowhere any more, as far as is known.
    pub fn lost_photos(&self) -> Result<Vec<LostPhoto>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT hash, doc, at_ms FROM photo WHERE mine = 1 AND here = 0 AND on_relay = 0 AND thumb = 0
             ORDER BY at_ms DESC LIMIT 200",
        )?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
        let mut out = Vec::new();
        for row in rows {
            let (hash, doc, at_ms) = row?;
            let job = doc.parse::<DocId>().ok().and_then(|doc| doc.job());
            out.push(LostPhoto { hash: BlobHash(hash), job, at_ms });
        }
        Ok(out)
    }
}

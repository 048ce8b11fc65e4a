//! What the data folder takes of the disk, and whether there is room.

use doorstep_schemas::ids::{BlobHash, DocId, JobId};

use super::files::{self, SideFile};
use super::{Store, StoreError, ballast};

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
        self.ballast.before_save();
        !self.ballast.renew()
    }

    /// Whether a picture of this size may be added.
    pub fn room_for_photo(&mut self, bytes: u64) -> Result<(), StoreError> {
        if self.ballast.room_for(bytes) { Ok(()) } else { Err(StoreError::DiskLow) }
    }

    /// A write met a full disk: the ballast goes, so that the next one is saved.
    pub(super) fn after(&mut self, error: &StoreError) {
        if error.is_full() && self.ballast.release() {
            // A log that grew takes room that the database needs.
            let _ = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
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

//! Room on a small phone: full pictures that may go now, because the relay has them. Thumbnails stay.

use doorstep_schemas::ids::BlobHash;
use rusqlite::params;

use super::{Store, StoreError, settings};
use crate::domain::calendar::DAY_MS;

/// An own picture stays so long after it was taken, whatever else holds it: backups are made meanwhile.
pub const OWN_DAYS: i64 = 14;

/// What would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freeable {
    pub photos: u32,
    /// As the sheets say, in bytes.
    pub bytes: u64,
}

impl Store {
    fn freeable(&self, now_ms: i64) -> Result<Vec<(BlobHash, u64)>, StoreError> {
        let owner_seq = settings::number(&self.db, "owner_seq")?.unwrap_or(0);
        let before = now_ms.saturating_sub(OWN_DAYS * DAY_MS);
        let mut query = self.db.prepare_cached(include_str!("sql/freeable.sql"))?;
        let rows = query.query_map(params![before, owner_seq], |row| {
            Ok((BlobHash(row.get(0)?), u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// How much room the pictures take that may go now.
    pub fn could_free(&self, now_ms: i64) -> Result<Freeable, StoreError> {
        let all = self.freeable(now_ms)?;
        let photos = u32::try_from(all.len()).unwrap_or(u32::MAX);
        Ok(Freeable { photos, bytes: all.iter().map(|(_, bytes)| bytes).sum() })
    }

    /// Removes some of them; nothing is left when fewer than `most` went.
    pub fn free_photos(&mut self, now_ms: i64, most: usize) -> Result<Freeable, StoreError> {
        let mut gone = Freeable::default();
        let mut some = self.freeable(now_ms)?;
        some.truncate(most);
        let files = self.photo_files();
        let tx = self.db.transaction()?;
        for (hash, bytes) in some {
            files.remove(&hash)?;
            tx.prepare_cached("UPDATE photo SET here = 0, dropped = 1 WHERE hash = ?1")?.execute([hash.0])?;
            gone = Freeable { photos: gone.photos + 1, bytes: gone.bytes + bytes };
        }
        tx.commit()?;
        Ok(gone)
    }
}

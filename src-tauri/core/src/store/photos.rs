//! What is known of photos: whose each is and where its bytes are known to be. Their files lie beside the database.

use doorstep_schemas::ids::{BlobHash, DocId, JobId};
use rusqlite::{Connection, OptionalExtension, params};

use super::papers::Papers;
use super::{Store, StoreError, folded, packs, views};

/// Bytes of a photo that the relay is believed to hold after its log became another one: enough for it to be asked before
/// anything is sent again.
pub(super) const IN_DOUBT: u32 = 1;

/// A photo whose bytes are to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoJob {
    pub hash: BlobHash,
    pub doc: DocId,
    pub thumb: bool,
    pub bytes: u64,
    /// Bytes of it that the relay has said it holds.
    pub sent: u64,
}

/// Where a photo's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoStanding {
    pub here: bool,
    pub on_relay: bool,
}

/// Photos made here, and how many of them the relay holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhotoCounts {
    pub photos: u32,
    pub on_relay: u32,
    pub bytes: u32,
    pub bytes_on_relay: u32,
}

/// The row of a photo taken here.
pub fn put_own(
    db: &Connection,
    hash: &BlobHash,
    doc: &DocId,
    thumb: bool,
    bytes: u32,
    at_ms: i64,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO photo (hash, doc, thumb, bytes, here, mine, at_ms) VALUES (?1, ?2, ?3, ?4, 1, 1, ?5)
         ON CONFLICT (hash) DO UPDATE SET here = 1, mine = 1",
        params![hash.0, doc.to_string(), thumb, bytes, at_ms],
    )?;
    Ok(())
}

/// Rows for photos that a sheet names and this device has not seen.
pub(super) fn expect(db: &Connection, papers: &mut Papers, job: JobId, now_ms: i64) -> Result<(), StoreError> {
    let Some(facts) = views::facts(db, papers, job)? else { return Ok(()) };
    let doc = DocId::Sheet(job).to_string();
    let packed = packs::has(db, &DocId::Sheet(job))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO photo (hash, doc, thumb, bytes, here, mine, at_ms) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5)
         ON CONFLICT (hash) DO NOTHING",
    )?;
    for photo in &facts.sheet.photos {
        for (hash, thumb, bytes) in [(photo.photo, false, photo.bytes), (photo.thumb, true, photo.thumb_bytes)] {
            // What a pack holds of a job has no row as long as its file is here.
            if !(packed && papers.has_photo(&hash)) {
                insert.execute(params![hash.0, doc, thumb, bytes, now_ms])?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Rows for the photos that a job's sheet names, where its facts were written here from another job's.
    pub fn expect_photos(&mut self, job: JobId, now_ms: i64) -> Result<(), StoreError> {
        expect(&self.db, &mut self.papers, job, now_ms)
    }

    pub fn photo_standing(&self, hash: &BlobHash) -> Result<Option<PhotoStanding>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT here, on_relay FROM photo WHERE hash = ?1")?;
        let row = query
            .query_row([hash.0], |row| Ok(PhotoStanding { here: row.get(0)?, on_relay: row.get(1)? }))
            .optional()?;
        // A photo whose job is packed has no row: its file says that it is here, and it went to the relay before that.
        let folded = || self.papers.has_photo(hash).then_some(PhotoStanding { here: true, on_relay: true });
        Ok(row.or_else(folded))
    }

    /// The next photo to send: text has gone before, thumbnails go before originals, and alone unless `originals`.
    pub fn photo_to_send(&self, originals: bool) -> Result<Option<PhotoJob>, StoreError> {
        if self.is_sample() {
            return Ok(None);
        }
        let next = self.one_photo(
            "SELECT hash, doc, thumb, bytes, sent FROM photo WHERE mine = 1 AND on_relay = 0 AND refused IS NULL AND here = 1
             ORDER BY thumb DESC, at_ms, hash LIMIT 1",
        )?;
        Ok(next.filter(|photo| originals || photo.thumb))
    }

    /// The next photo to fetch. `originals`: also the full pictures, as an owner's device does; own ones are fetched by
    /// everybody, because only a damaged file is not here.
    pub fn photo_to_fetch(&self, originals: bool) -> Result<Option<PhotoJob>, StoreError> {
        self.one_photo(if originals {
            "SELECT hash, doc, thumb, bytes, sent FROM photo WHERE here = 0 AND dropped = 0 AND refused IS NULL
             ORDER BY thumb DESC, at_ms, hash LIMIT 1"
        } else {
            "SELECT hash, doc, thumb, bytes, sent FROM photo WHERE here = 0 AND dropped = 0 AND refused IS NULL
             AND (thumb = 1 OR mine = 1) ORDER BY thumb DESC, at_ms, hash LIMIT 1"
        })
    }

    /// One photo that a person wants to see.
    pub fn photo_named(&self, hash: &BlobHash) -> Result<Option<PhotoJob>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT hash, doc, thumb, bytes, sent FROM photo WHERE hash = ?1")?;
        match query.query_row([hash.0], photo_row).optional()? {
            Some(photo) => Ok(Some(photo)),
            None => folded::named(&self.db, &self.papers, hash),
        }
    }

    fn one_photo(&self, sql: &str) -> Result<Option<PhotoJob>, StoreError> {
        Ok(self.db.prepare_cached(sql)?.query_row([], photo_row).optional()?)
    }

    /// The relay holds this many bytes of it.
    pub fn note_photo_sent(&mut self, hash: &BlobHash, sent: u64, whole: bool) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE photo SET sent = ?2, on_relay = ?3 WHERE hash = ?1",
            params![hash.0, super::rows::signed(sent), whole],
        )?;
        Ok(())
    }

    /// Own photos of which the relay is to be asked whether it holds them yet.
    pub fn photos_in_doubt(&self, most: u32) -> Result<Vec<PhotoJob>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT hash, doc, thumb, bytes, sent FROM photo
             WHERE mine = 1 AND on_relay = 0 AND refused IS NULL AND here = 1 AND sent = ?1 AND bytes > ?1
             ORDER BY thumb DESC, at_ms, hash LIMIT ?2",
        )?;
        let rows = query.query_map(params![IN_DOUBT, most], photo_row)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The relay will not take or give it, for a reason; tried again by hand.
    pub fn note_photo_refused(&mut self, hash: &BlobHash, code: &str) -> Result<(), StoreError> {
        self.db.execute("UPDATE photo SET refused = ?2 WHERE hash = ?1", params![hash.0, code])?;
        Ok(())
    }

    /// Photos and rule sets that were not on the relay when asked for may be there after the next exchange.
    pub fn retry_fetches(&mut self) -> Result<(), StoreError> {
        self.db.execute("UPDATE photo SET refused = NULL WHERE mine = 0 AND refused IS NOT NULL", [])?;
        self.db.execute("UPDATE rule_set SET refused = NULL WHERE mine = 0 AND refused <> 'blob_too_large'", [])?;
        Ok(())
    }

    /// Its bytes came and are on the disk.
    pub fn note_photo_here(&mut self, hash: &BlobHash) -> Result<(), StoreError> {
        self.db.execute("UPDATE photo SET here = 1, on_relay = 1 WHERE hash = ?1", [hash.0])?;
        Ok(())
    }

    pub fn photo_counts(&self) -> Result<PhotoCounts, StoreError> {
        let mut counts = self.counted_photos()?;
        let sums = packs::Sums::read(&self.db)?;
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let (photos, bytes) = (small(sums.photos), small(sums.photo_bytes));
        counts.photos = counts.photos.saturating_add(photos);
        counts.bytes = counts.bytes.saturating_add(bytes);
        if !packs::doubted(&self.db)? {
            counts.on_relay = counts.on_relay.saturating_add(photos);
            counts.bytes_on_relay = counts.bytes_on_relay.saturating_add(bytes);
        }
        Ok(counts)
    }

    /// Of photos that have rows.
    fn counted_photos(&self) -> Result<PhotoCounts, StoreError> {
        Ok(self.db.query_row(
            "SELECT count(CASE WHEN thumb = 0 THEN 1 END), count(CASE WHEN thumb = 0 AND on_relay = 1 THEN 1 END),
                    min(coalesce(sum(CASE WHEN thumb = 0 THEN bytes END), 0), 4294967295),
                    min(coalesce(sum(CASE WHEN thumb = 1 THEN 0 WHEN on_relay = 1 THEN bytes ELSE sent END), 0), 4294967295)
             FROM photo WHERE mine = 1",
            [],
            |row| {
                Ok(PhotoCounts {
                    photos: row.get(0)?,
                    on_relay: row.get(1)?,
                    bytes: row.get(2)?,
                    bytes_on_relay: row.get(3)?,
                })
            },
        )?)
    }
}

fn photo_row(row: &rusqlite::Row<'_>) -> Result<PhotoJob, rusqlite::Error> {
    let doc: String = row.get(1)?;
    Ok(PhotoJob {
        hash: BlobHash(row.get(0)?),
        doc: doc.parse().map_err(|e| super::team::text_error(1, e))?,
        thumb: row.get(2)?,
        bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
        sent: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
    })
}

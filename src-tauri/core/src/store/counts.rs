//! How much of what was made here is where.

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::wire::Held;

use super::packs::{self, Sums};
use super::{Store, StoreError, settings};

/// Records made on this device, and how far they have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub on_device: u32,
    pub on_relay: u32,
    pub on_owner: u32,
    /// In the relay's newest backup, if it ever made one.
    pub backed_up: Option<u32>,
}

/// What is only on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unsent {
    pub changes: u64,
    pub bytes: u64,
    pub photos: u64,
    /// What the relay lacks of the photos, without their thumbnails.
    pub photo_bytes: u64,
    pub bytes_with_thumbs: u64,
}

/// Unsent work of one job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnsentJob {
    pub job: Option<JobId>,
    pub changes: u32,
    pub bytes: u32,
    pub photos: u32,
    pub photo_bytes: u32,
}

impl Store {
    /// What is only on this device, as the relay is told.
    pub fn held(&self) -> Result<Held, StoreError> {
        let Unsent { changes, photos, photo_bytes, .. } = self.unsent()?;
        Ok(Held { changes, photos, photo_bytes })
    }

    /// What is only on this device. It is asked after every edit, and costs as much as is unsent.
    pub fn unsent(&self) -> Result<Unsent, StoreError> {
        if self.sample {
            return Ok(Unsent::default());
        }
        let mut query = self.db.prepare_cached(include_str!("sql/unsent.sql"))?;
        let [changes, bytes, photos, photo_bytes, with_thumbs]: [i64; 5] =
            query.query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))?;
        // Of packs in doubt it is not known what the relay holds.
        let sums = if packs::doubted(&self.db)? { Sums::read(&self.db)? } else { Sums::default() };
        let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
        Ok(Unsent {
            changes: unsigned(changes + sums.own),
            bytes: unsigned(bytes),
            photos: unsigned(photos + sums.photos),
            photo_bytes: unsigned(photo_bytes + sums.photo_bytes),
            bytes_with_thumbs: unsigned(with_thumbs + sums.photo_bytes),
        })
    }

    pub fn counts(&self) -> Result<Counts, StoreError> {
        let mut counts = self.counted()?;
        let own = u32::try_from(Sums::read(&self.db)?.own).unwrap_or(u32::MAX);
        counts.on_device = counts.on_device.saturating_add(own);
        if !packs::doubted(&self.db)? {
            // A job is packed when an owner's device has all of it.
            counts.on_relay = counts.on_relay.saturating_add(own);
            counts.on_owner = counts.on_owner.saturating_add(own);
            let to = settings::number(&self.db, "backed_up_to")?.unwrap_or(0);
            let packed = packs::backed_up(&self.db, to, own)?;
            counts.backed_up = counts.backed_up.map(|rows| rows.saturating_add(packed));
        }
        Ok(counts)
    }

    /// Of records that have rows.
    fn counted(&self) -> Result<Counts, StoreError> {
        let owner_seq = settings::number(&self.db, "owner_seq")?.unwrap_or(0);
        let backed_up_to = settings::number(&self.db, "backed_up_to")?.unwrap_or(0);
        let mut query = self.db.prepare_cached(include_str!("sql/own_counts.sql"))?;
        Ok(query.query_row([owner_seq, backed_up_to], |row| {
            let backed_up = (backed_up_to > 0).then(|| row.get(3)).transpose()?;
            Ok(Counts { on_device: row.get(0)?, on_relay: row.get(1)?, on_owner: row.get(2)?, backed_up })
        })?)
    }

    /// Unsent records and photos by job.
    pub fn unsent_jobs(&self) -> Result<Vec<UnsentJob>, StoreError> {
        let mut out: Vec<UnsentJob> = Vec::new();
        if self.sample {
            return Ok(out);
        }
        let mut query = self.db.prepare_cached(include_str!("sql/unsent_jobs.sql"))?;
        let rows = query
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        for row in rows {
            let (doc, changes, bytes, photos, photo_bytes): (String, u32, u32, u32, u32) = row?;
            let job = doc.parse::<DocId>().ok().and_then(|doc| doc.job());
            let index = out.iter().position(|u| u.job == job).unwrap_or_else(|| {
                out.push(UnsentJob { job, ..UnsentJob::default() });
                out.len() - 1
            });
            let sum = &mut out[index];
            sum.changes = sum.changes.saturating_add(changes);
            sum.bytes = sum.bytes.saturating_add(bytes);
            sum.photos = sum.photos.saturating_add(photos);
            sum.photo_bytes = sum.photo_bytes.saturating_add(photo_bytes);
        }
        Ok(out)
    }
}

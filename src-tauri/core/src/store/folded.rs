//! Photos of packed jobs. A settled photo needs no row: the job's sheet names it, its file says that it is here, and it
//! was on the relay before the job was packed.

use std::sync::Arc;

use doorstep_schemas::closed::{Closed, ClosedChange};
use doorstep_schemas::ids::{BlobHash, DocId, DocKind, JobId};
use rusqlite::{Connection, OptionalExtension, params};

use super::packs::{self, Sums};
use super::papers::Papers;
use super::photos::{IN_DOUBT, PhotoJob};
use super::{Store, StoreError, views};
use crate::domain::facts::Job;

/// The two files of each photo that a job names: hash, whether it is the thumbnail, bytes, when it was noted.
fn files(facts: &Job) -> impl Iterator<Item = (BlobHash, bool, u32, i64)> {
    let both = |photo: &crate::domain::facts::Photo| {
        let at_ms = photo.noted.at_ms;
        [(photo.photo, false, photo.bytes, at_ms), (photo.thumb, true, photo.thumb_bytes, at_ms)]
    };
    facts.sheet.photos.iter().flat_map(both)
}

/// Takes away the rows of a job's settled photos; returns what own ones among them come to.
pub fn fold(db: &Connection, papers: &mut Papers, job: JobId) -> Result<Sums, StoreError> {
    let mut sums = Sums::default();
    let Some(facts) = views::facts(db, papers, job)? else { return Ok(sums) };
    let doc = DocId::Sheet(job).to_string();
    let mut settled = db.prepare_cached(
        "DELETE FROM photo WHERE hash = ?1 AND doc = ?2 AND thumb = ?3 AND bytes = ?4 AND here = 1 AND refused IS NULL
         AND (mine = 0 OR on_relay = 1) RETURNING mine",
    )?;
    for (hash, thumb, bytes, _) in files(&facts) {
        if !papers.has_photo(&hash) {
            continue;
        }
        let mine: Option<bool> = settled.query_row(params![hash.0, doc, thumb, bytes], |row| row.get(0)).optional()?;
        if mine == Some(true) && !thumb {
            sums.photos += 1;
            sums.photo_bytes += i64::from(bytes);
        }
    }
    Ok(sums)
}

/// Makes rows of a packed job's photos again. `unsent`: own ones are to be sent anew.
pub fn unfold(
    db: &Connection,
    papers: &mut Papers,
    job: JobId,
    closed: &Closed,
    unsent: bool,
) -> Result<(), StoreError> {
    let Some(facts) = views::facts(db, papers, job)? else { return Ok(()) };
    let doc = DocId::Sheet(job).to_string();
    let mut insert = db.prepare_cached(
        "INSERT INTO photo (hash, doc, thumb, bytes, here, mine, sent, on_relay, at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (hash) DO NOTHING",
    )?;
    for (hash, thumb, bytes, at_ms) in files(&facts) {
        let here = papers.has_photo(&hash);
        // Whoever made the sheet's first change that names it took the picture; approvals name it as well.
        let names = |kept: &&ClosedChange| {
            kept.kind == DocKind::Sheet && kept.change.bytes.windows(32).any(|part| part == hash.0)
        };
        let mine = here && closed.changes.iter().find(names).is_some_and(|kept| kept.mine);
        let sent = !(mine && unsent);
        let held = if sent { bytes } else { bytes.min(IN_DOUBT) };
        insert.execute(params![hash.0, doc, thumb, bytes, here, mine, held, sent, at_ms])?;
    }
    Ok(())
}

/// A photo that a packed job names: of a job that was looked at lately, else sought in the packs, where hashes lie as
/// they are.
pub fn named(db: &Connection, papers: &Papers, hash: &BlobHash) -> Result<Option<PhotoJob>, StoreError> {
    let of = |job: JobId, facts: &Job| {
        let found = files(facts).find(|(name, ..)| name == hash);
        let bare = |(hash, thumb, bytes, _): (BlobHash, bool, u32, i64)| PhotoJob {
            hash,
            doc: DocId::Sheet(job),
            thumb,
            bytes: u64::from(bytes),
            sent: 0,
        };
        found.map(bare)
    };
    if let Some(found) = papers.all_known().find_map(|(job, facts): (JobId, &Arc<Job>)| of(job, facts)) {
        return Ok(Some(found));
    }
    let mut beside = papers.beside();
    for job in packs::naming(db, &hash.0)? {
        if let Some(found) = views::facts(db, &mut beside, job)?.and_then(|facts| of(job, &facts)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

impl Store {
    /// A photo of a packed job is to be fetched again: it gets its row back. Returns whether a job names it.
    pub(super) fn lost_folded(&mut self, hash: &BlobHash) -> Result<bool, StoreError> {
        let Some(photo) = named(&self.db, &self.papers, hash)? else { return Ok(false) };
        let bytes = i64::try_from(photo.bytes).unwrap_or(i64::MAX);
        self.db.execute(
            "INSERT INTO photo (hash, doc, thumb, bytes, here, mine, sent, on_relay, at_ms)
             VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 1, 0) ON CONFLICT (hash) DO NOTHING",
            params![hash.0, photo.doc.to_string(), photo.thumb, bytes],
        )?;
        Ok(true)
    }
}

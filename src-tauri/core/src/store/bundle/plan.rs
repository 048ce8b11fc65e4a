//! What goes into a bundle: which documents, which photos and rule sets, under which keys.

use std::collections::BTreeSet;

use doorstep_schemas::bundle::{Label, what};
use doorstep_schemas::ids::{BlobHash, DocId, JobId};
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::view::BundleSize;
use rusqlite::{Connection, params};

use super::audience::Keys;
use crate::store::{Store, StoreError, packs, settings, views};

/// A document, and the key that it goes under.
pub struct PlannedDoc {
    pub doc: DocId,
    pub key: u32,
}

/// A photo or a rule set.
pub struct PlannedBlob {
    pub hash: BlobHash,
    pub doc: DocId,
    pub key: u32,
    /// A photo itself, neither its thumbnail nor a rule set.
    pub picture: bool,
}

pub struct Plan {
    pub keys: Keys,
    pub docs: Vec<PlannedDoc>,
    pub jobs: BTreeSet<JobId>,
    pub blobs: Vec<PlannedBlob>,
    pub label: Label,
}

impl Plan {
    pub fn of(store: &mut Store, order: &ExportBundle, now_ms: i64) -> Result<Self, StoreError> {
        let enrolment = settings::enrolment(&store.db)?.ok_or(StoreError::NotEnrolled)?;
        let mut keys = Keys::new(store)?;
        let names = documents(&store.db, &order.what)?;
        let jobs: BTreeSet<JobId> = names.iter().filter_map(DocId::job).collect();
        let mut docs = Vec::with_capacity(names.len());
        let mut changes = 0;
        for doc in names {
            changes += weight(&store.db, &doc)?.0;
            let key = keys.of_doc(&store.db, &doc)?;
            docs.push(PlannedDoc { doc, key });
        }
        let mut blobs = Vec::new();
        for (hash, doc) in sets(store, &order.what, &jobs)? {
            let key = keys.of_doc(&store.db, &doc)?;
            blobs.push(PlannedBlob { hash, doc, key, picture: false });
        }
        let (mut photos, mut photo_bytes) = (0, 0);
        for photo in photos_of(&store.db, order, &jobs)? {
            let key = keys.of_doc(&store.db, &photo.doc)?;
            photos += u64::from(!photo.thumb);
            photo_bytes += photo.bytes;
            blobs.push(PlannedBlob { hash: photo.hash, doc: photo.doc, key, picture: !photo.thumb });
        }
        let (word, from_ms, to_ms) = match &order.what {
            BundleWhat::Unsent => (what::UNSENT, None, None),
            BundleWhat::Period { from, to } => (what::PERIOD, Some(from.0), Some(to.0)),
            BundleWhat::All => (what::ALL, None, None),
            BundleWhat::Jobs { .. } => (what::JOBS, None, None),
        };
        let label = Label {
            outlet: enrolment.outlet,
            device: store.device(),
            made_ms: now_ms,
            what: word,
            from_ms,
            to_ms,
            jobs: jobs.len() as u64,
            changes,
            photos,
            photo_bytes,
        };
        Ok(Self { keys, docs, jobs, blobs, label })
    }
}

/// Whole documents: what is new in them can't be shown without what is old. The outlet's papers come before the jobs.
fn documents(db: &Connection, what: &BundleWhat) -> Result<Vec<DocId>, StoreError> {
    let mut docs = BTreeSet::new();
    let mut add = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<(), StoreError> {
        let mut query = db.prepare_cached(sql)?;
        for name in query.query_map(params, |row| row.get::<_, String>(0))? {
            docs.extend(name?.parse::<DocId>());
        }
        Ok(())
    };
    match what {
        BundleWhat::Unsent => {
            add("SELECT DISTINCT doc FROM change WHERE mine = 1 AND log_seq IS NULL", &[])?;
            add("SELECT DISTINCT doc FROM change WHERE mine = 0 AND log_seq IS NULL", &[])?;
            add("SELECT DISTINCT doc FROM photo WHERE mine = 1 AND on_relay = 0", &[])?;
        }
        BundleWhat::Period { from, to } => {
            add("SELECT DISTINCT doc FROM change WHERE noted_ms >= ?1 AND noted_ms < ?2", &[&from.0, &to.0])?;
            docs.extend(packs::between(db, from.0, to.0)?.into_iter().map(DocId::Sheet));
            docs.retain(|doc| doc.job().is_some());
        }
        BundleWhat::All => {
            add("SELECT doc FROM paper", &[])?;
            add("SELECT DISTINCT doc FROM held_piece", &[])?;
            docs.extend(packs::all(db)?.into_iter().map(DocId::Sheet));
        }
        BundleWhat::Jobs { jobs } => docs.extend(jobs.iter().map(|job| DocId::Order(*job))),
    }
    let jobs: BTreeSet<JobId> = docs.iter().filter_map(DocId::job).collect();
    let mut out: Vec<DocId> = docs.into_iter().filter(|doc| doc.job().is_none()).collect();
    for job in jobs {
        for doc in [DocId::Order(job), DocId::Sheet(job)] {
            if views::exists(db, &doc)? || is_held(db, &doc)? {
                out.push(doc);
            }
        }
    }
    Ok(out)
}

fn is_held(db: &Connection, doc: &DocId) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM held_piece WHERE doc = ?1)")?;
    Ok(query.query_row([doc.to_string()], |row| row.get(0))?)
}

/// Changes of a document and their bytes.
fn weight(db: &Connection, doc: &DocId) -> Result<(u64, u64), StoreError> {
    let sql = "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM change WHERE doc = ?1";
    let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
    let packed = packs::weight(db, doc)?;
    let sum = |row: &rusqlite::Row<'_>| {
        Ok((unsigned(row.get::<_, i64>(0)? + packed.0), unsigned(row.get::<_, i64>(1)? + packed.1)))
    };
    Ok(db.prepare_cached(sql)?.query_row([doc.to_string()], sum)?)
}

/// Rule sets that the receiver needs to judge as this device does: those that the jobs name, and those that the relay
/// lacks. Of many jobs at once: all that are here.
fn sets(store: &mut Store, what: &BundleWhat, jobs: &BTreeSet<JobId>) -> Result<Vec<(BlobHash, DocId)>, StoreError> {
    let mut named = BTreeSet::new();
    let few = matches!(what, BundleWhat::Unsent | BundleWhat::Jobs { .. });
    if few {
        for job in jobs {
            if let Some(facts) = store.job_facts(*job)? {
                named.extend(facts.sheet.readings.iter().map(|reading| reading.limits.clone()));
            }
        }
    }
    let mut query = store.db.prepare_cached(
        "SELECT hash, doc, mine = 1 AND on_relay = 0 FROM rule_set WHERE bytes IS NOT NULL ORDER BY hash",
    )?;
    let rows =
        query.query_map([], |row| Ok((BlobHash(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (hash, doc, unsent) = row?;
        if (!few || unsent || named.contains(hash.0.as_slice()))
            && let Ok(doc) = doc.parse()
        {
            out.push((hash, doc));
        }
    }
    Ok(out)
}

struct PhotoRow {
    hash: BlobHash,
    doc: DocId,
    thumb: bool,
    bytes: u64,
}

/// Photos of the jobs that are here. Of unsent work: only those that the relay lacks.
fn photos_of(db: &Connection, order: &ExportBundle, jobs: &BTreeSet<JobId>) -> Result<Vec<PhotoRow>, StoreError> {
    if order.photos == BundlePhotos::None {
        return Ok(Vec::new());
    }
    let mut query = db.prepare_cached(
        "SELECT hash, thumb, bytes FROM photo WHERE doc = ?1 AND here = 1 AND thumb >= ?2 AND on_relay <= ?3
         ORDER BY thumb DESC, at_ms, hash",
    )?;
    let least_thumb = i64::from(order.photos == BundlePhotos::Thumbnails);
    let most_on_relay = i64::from(order.what != BundleWhat::Unsent);
    let mut out = Vec::new();
    for job in jobs {
        let doc = DocId::Sheet(*job);
        let rows = query.query_map(params![doc.to_string(), least_thumb, most_on_relay], |row| {
            Ok((BlobHash(row.get(0)?), row.get(1)?, row.get::<_, i64>(2)?))
        })?;
        for row in rows {
            let (hash, thumb, bytes) = row?;
            out.push(PhotoRow { hash, doc: doc.clone(), thumb, bytes: u64::try_from(bytes).unwrap_or(0) });
        }
    }
    // Small pictures of every job before the first large one.
    out.sort_by_key(|photo| !photo.thumb);
    Ok(out)
}

impl Store {
    /// What a bundle would hold, so that a person can choose.
    pub fn bundle_size(&self, what: &BundleWhat) -> Result<BundleSize, StoreError> {
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let docs = documents(&self.db, what)?;
        let jobs: BTreeSet<JobId> = docs.iter().filter_map(DocId::job).collect();
        let (mut changes, mut bytes) = (0, 0);
        for doc in &docs {
            let (some, of) = weight(&self.db, doc)?;
            (changes, bytes) = (changes + some, bytes + of);
        }
        let order = ExportBundle { what: what.clone(), photos: BundlePhotos::All };
        let photos = photos_of(&self.db, &order, &jobs)?;
        let sum = |thumb: bool| {
            let of_kind = photos.iter().filter(|photo| photo.thumb == thumb);
            of_kind.fold((0u64, 0u64), |(n, bytes), photo| (n + 1, bytes + photo.bytes))
        };
        let ((thumbs, thumb_bytes), (pictures, picture_bytes)) = (sum(true), sum(false));
        Ok(BundleSize {
            jobs: small(jobs.len() as u64),
            changes: small(changes),
            kilobytes: small(bytes.div_ceil(1000)),
            thumbnails: small(thumbs),
            thumbnail_kilobytes: small(thumb_bytes.div_ceil(1000)),
            photos: small(pictures),
            photo_kilobytes: small(picture_bytes.div_ceil(1000)),
        })
    }

    /// Others' changes here that the relay is not known to hold; they go on to it with their authors' signatures.
    pub fn carried(&self) -> Result<u32, StoreError> {
        if self.is_sample() {
            return Ok(0);
        }
        let sql = "SELECT count(*) FROM change WHERE mine = 0 AND log_seq IS NULL";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    /// A photo's bytes came by a bundle: they are here, and nothing is known of the relay.
    pub(super) fn note_photo_brought(&mut self, hash: &BlobHash) -> Result<(), StoreError> {
        self.db.execute("UPDATE photo SET here = 1 WHERE hash = ?1", [hash.0])?;
        Ok(())
    }
}

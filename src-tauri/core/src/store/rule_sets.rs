//! Rule sets beside the documents: their bytes by hash, the book that is made of them, the jobs that another book concerns.
//!
//! The catalogue and the owner's desk name sets, and the bytes come later. The book follows from what is named and here,
//! so it is made anew and never edited; which jobs to judge again follows from what it said when they were last judged.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{BlobHash, DocId, JobId};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::RefusedSetView;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::index::Texts;
use super::papers::Papers;
use super::{Store, StoreError, index, settings, views};
use crate::documents::outlet;
use crate::domain::calendar::DAY_MS;
use crate::domain::facts::Job;
use crate::domain::facts::outlet::{SetVersion, taken_back};
use crate::rules::{MOST_BYTES, MalformedSet, RefusedSet, RuleBook};

/// The desk's topic that names the sets which are the owner's alone.
pub const OWNERS_TOPIC: &str = "sets";

/// A set whose bytes are to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetJob {
    pub hash: BlobHash,
    pub doc: DocId,
}

/// Where a set of this kind is named.
pub fn paper_of(kind: SetKind) -> DocId {
    if kind.owner_only() { DocId::Desk(OWNERS_TOPIC.to_owned()) } else { DocId::Catalogue }
}

/// The papers that name sets.
pub(super) fn names_sets(doc: &DocId) -> bool {
    matches!(doc, DocId::Catalogue) || matches!(doc, DocId::Desk(topic) if topic == OWNERS_TOPIC)
}

/// A version as a paper names it. Kinds of a later program are passed over.
struct Named {
    kind: SetKind,
    doc: DocId,
    version: SetVersion,
    /// Taken back before it began: nothing is judged by it, but whoever had not heard may have named it.
    gone: bool,
}

fn named(db: &Connection, papers: &mut Papers) -> Result<Vec<Named>, StoreError> {
    let mut out = Vec::new();
    for doc in [DocId::Catalogue, DocId::Desk(OWNERS_TOPIC.to_owned())] {
        if !views::exists(db, &doc)? {
            continue;
        }
        let paper = papers.read(db, &doc)?;
        let versions = match doc {
            DocId::Catalogue => paper.read(outlet::read_catalogue).sets,
            _ => paper.read(outlet::read_desk).sets,
        };
        let back = taken_back(&versions);
        let known = versions.into_iter().filter_map(|version| Some((SetKind::from_word(&version.kind)?, version)));
        out.extend(known.map(|(kind, version)| {
            let gone = back.contains(&version.id);
            Named { kind, doc: doc.clone(), version, gone }
        }));
    }
    Ok(out)
}

/// Rows for sets that are named and not here. One that is named where its kind does not belong is never asked for: what
/// is the owner's alone must not lie on everybody's device.
pub(super) fn expect(db: &Connection, papers: &mut Papers) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO rule_set (hash, doc, bytes, mine) VALUES (?1, ?2, NULL, 0) ON CONFLICT (hash) DO NOTHING",
    )?;
    for Named { kind, doc, version, .. } in named(db, papers)? {
        if doc == paper_of(kind) {
            insert.execute(params![version.set.0, doc.to_string()])?;
        }
    }
    Ok(())
}

/// The row of a set that was published here.
pub fn put_own(db: &Connection, hash: &BlobHash, doc: &DocId, bytes: &[u8]) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO rule_set (hash, doc, bytes, mine) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes, mine = 1, refused = NULL",
        params![hash.0, doc.to_string(), bytes],
    )?;
    Ok(())
}

/// A book with what is not used of it.
pub(super) struct Made {
    pub book: Arc<RuleBook>,
    pub refused: Vec<RefusedSetView>,
}

/// The book of what is named and here, and why something that is named is not in it.
pub(super) fn make(db: &Connection, papers: &mut Papers, built_in: &RuleBook) -> Result<Made, StoreError> {
    let named = named(db, papers)?;
    let (mut extra, mut kept) = (Vec::new(), Vec::new());
    let mut refused = Vec::new();
    for Named { kind, doc, version, gone } in &named {
        if *doc != paper_of(*kind) {
            let reason = format!("{} sets are not named in {doc}", kind.word());
            let reason = MalformedSet { kind: *kind, line: 1, column: 1, reason };
            refused.push(RefusedSet { hash: version.set, reason });
            continue;
        }
        match row(db, &version.set)? {
            Some((Some(bytes), _)) if *gone => kept.push((*kind, bytes)),
            Some((Some(bytes), _)) => extra.push((*kind, bytes, version.from_ms())),
            Some((None, Some(code))) if code == ErrorCode::BlobTooLarge.wire() => {
                let reason = format!("larger than {MOST_BYTES} bytes");
                let reason = MalformedSet { kind: *kind, line: 1, column: 1, reason };
                refused.push(RefusedSet { hash: version.set, reason });
            }
            _ => {}
        }
    }
    let (mut book, misfits) = RuleBook::with(built_in.clone(), extra);
    kept.iter().for_each(|(kind, bytes)| book.keep(*kind, bytes));
    refused.extend(misfits);
    let shown = |RefusedSet { hash, reason }: RefusedSet| RefusedSetView {
        kind: reason.kind,
        version: named.iter().find(|n| n.version.set == hash).map(|n| n.version.version.clone()).unwrap_or_default(),
        line: u32::try_from(reason.line).unwrap_or(u32::MAX),
        reason: reason.reason,
    };
    Ok(Made { book: Arc::new(book), refused: refused.into_iter().map(shown).collect() })
}

/// A set's bytes, where they are here, and why it was refused, where it was.
type SetRow = (Option<Vec<u8>>, Option<String>);

fn row(db: &Connection, hash: &BlobHash) -> Result<Option<SetRow>, StoreError> {
    let mut query = db.prepare_cached("SELECT bytes, refused FROM rule_set WHERE hash = ?1")?;
    Ok(query.query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// What the book said when jobs were last judged by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Judged {
    at_ms: i64,
    /// Kind, beginning, hash.
    versions: BTreeSet<(String, i64, String)>,
}

impl Judged {
    fn by(book: &RuleBook, at_ms: i64) -> Self {
        let versions = book.versions().map(|(kind, from_ms, hash)| (kind.word().to_owned(), from_ms, hash.to_string()));
        Self { at_ms, versions: versions.collect() }
    }
}

const JUDGED: &str = "judged_by";

/// The jobs that this book concerns, once: open ones when something else is in force now, those that ended under a version
/// that came or went since they were judged, and those with a reading whose set has come.
pub(super) fn concerned(db: &Connection, book: &RuleBook, now_ms: i64) -> Result<BTreeSet<JobId>, StoreError> {
    let before: Judged = settings::get_json(db, JUDGED)?.unwrap_or_default();
    let after = Judged::by(book, now_ms);
    let mut jobs = BTreeSet::new();
    let other: Vec<i64> =
        before.versions.symmetric_difference(&after.versions).map(|(_, from_ms, _)| *from_ms).collect();
    let (since, until) = (before.at_ms.min(now_ms), before.at_ms.max(now_ms));
    let turned = after.versions.iter().any(|(_, from_ms, _)| (since < *from_ms) && (*from_ms <= until));
    if turned || !other.is_empty() {
        jobs.append(&mut index::unfinished(db)?);
    }
    // What is built in holds always: another program's opinion doesn't reopen what was finished.
    if let Some(first) = other.into_iter().filter(|from_ms| *from_ms != i64::MIN).min() {
        // The end is in true time, the version was picked by the device's own.
        jobs.append(&mut index::of_days_from(db, first.saturating_sub(DAY_MS))?);
    }
    let mut lacked = db.prepare_cached("SELECT DISTINCT hash FROM lacking")?;
    for hash in lacked.query_map([], |row| row.get::<_, Vec<u8>>(0))? {
        let hash = hash?;
        if book.by_hash(&hash).is_some() {
            let mut query = db.prepare_cached("SELECT job FROM lacking WHERE hash = ?1")?;
            for job in query.query_map([&hash], |row| row.get::<_, String>(0))? {
                jobs.extend(job?.parse::<JobId>().ok());
            }
        }
    }
    if before != after {
        settings::put_json(db, JUDGED, &after)?;
    }
    Ok(jobs)
}

/// Writes down which sets a job's readings name in vain.
pub(super) fn note_lacking(db: &Connection, book: &RuleBook, job: JobId, facts: &Job) -> Result<(), StoreError> {
    let key = job.to_string();
    db.prepare_cached("DELETE FROM lacking WHERE job = ?1")?.execute([&key])?;
    let sets: BTreeSet<&[u8]> = facts.sheet.readings.iter().map(|reading| reading.limits.as_slice()).collect();
    for set in sets.into_iter().filter(|set| !set.is_empty() && book.by_hash(set).is_none()) {
        db.prepare_cached("INSERT INTO lacking (job, hash) VALUES (?1, ?2)")?.execute(params![key, set])?;
    }
    Ok(())
}

impl Store {
    /// Makes the book anew and judges the jobs that it concerns; returns those.
    pub fn renew_rules(&mut self, now_ms: i64) -> Result<BTreeSet<JobId>, StoreError> {
        let tx = self.db.transaction()?;
        let made = make(&tx, &mut self.papers, &self.built_in)?;
        let jobs = concerned(&tx, &made.book, now_ms)?;
        for job in &jobs {
            views::refresh(&tx, &mut self.papers, &made.book, *job, now_ms, Texts::Now)?;
        }
        tx.commit()?;
        self.take_rules(made, now_ms);
        Ok(jobs)
    }

    pub(super) fn take_rules(&mut self, made: Made, now_ms: i64) {
        self.rules_turn = made.book.next_turn(now_ms);
        self.rules = made.book;
        self.refused_sets = made.refused;
    }

    /// When another version comes into force by itself.
    pub fn rules_turn(&self) -> Option<i64> {
        self.rules_turn
    }

    /// Sets that are named and not used, each with its reason.
    pub fn refused_sets(&self) -> &[RefusedSetView] {
        &self.refused_sets
    }

    /// Every version that was published and stands, by the papers that name them.
    pub fn set_versions(&mut self) -> Result<Vec<(SetKind, SetVersion)>, StoreError> {
        let named = named(&self.db, &mut self.papers)?;
        Ok(named.into_iter().filter(|named| !named.gone).map(|named| (named.kind, named.version)).collect())
    }

    /// Jobs that have not ended, by id.
    pub fn unfinished_jobs(&self) -> Result<BTreeSet<JobId>, StoreError> {
        index::unfinished(&self.db)
    }

    /// Sets published here that the relay does not hold yet.
    pub fn unsent_sets(&self) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM rule_set WHERE mine = 1 AND on_relay = 0";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    /// The next set to send.
    pub fn set_to_send(&self) -> Result<Option<SetJob>, StoreError> {
        self.one_set("SELECT hash, doc FROM rule_set WHERE mine = 1 AND on_relay = 0 AND refused IS NULL LIMIT 1")
    }

    /// The next set to fetch. `owners`: also those that are the owner's alone.
    pub fn set_to_fetch(&self, owners: bool) -> Result<Option<SetJob>, StoreError> {
        self.one_set(if owners {
            "SELECT hash, doc FROM rule_set WHERE bytes IS NULL AND refused IS NULL LIMIT 1"
        } else {
            "SELECT hash, doc FROM rule_set WHERE bytes IS NULL AND refused IS NULL AND doc = 'catalogue' LIMIT 1"
        })
    }

    fn one_set(&self, sql: &str) -> Result<Option<SetJob>, StoreError> {
        let mut query = self.db.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            let doc: String = row.get(1)?;
            Ok(SetJob { hash: BlobHash(row.get(0)?), doc: doc.parse().map_err(|e| super::team::text_error(1, e))? })
        };
        Ok(query.query_row([], read).optional()?)
    }

    pub fn set_bytes(&self, hash: &BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(row(&self.db, hash)?.and_then(|(bytes, _)| bytes))
    }

    /// The relay holds it whole.
    pub fn note_set_sent(&mut self, hash: &BlobHash) -> Result<(), StoreError> {
        self.db.execute("UPDATE rule_set SET on_relay = 1 WHERE hash = ?1", [hash.0])?;
        Ok(())
    }

    /// The relay will not take or give it. One that is too large is not asked for again but by hand.
    pub fn note_set_refused(&mut self, hash: &BlobHash, code: ErrorCode, now_ms: i64) -> Result<(), StoreError> {
        self.db.execute("UPDATE rule_set SET refused = ?2 WHERE hash = ?1", params![hash.0, code.wire()])?;
        if code == ErrorCode::BlobTooLarge {
            self.renew_rules(now_ms)?;
        }
        Ok(())
    }

    /// A set that was expected has come: it is kept, and what it concerns is judged again. Bytes that are not those of the
    /// name are not a set.
    pub fn keep_set(&mut self, hash: &BlobHash, bytes: &[u8], now_ms: i64) -> Result<BTreeSet<JobId>, StoreError> {
        if BlobHash::of(bytes) != *hash {
            return Err(StoreError::Row("the bytes of a rule set"));
        }
        let sql = "UPDATE rule_set SET bytes = ?2, on_relay = 1, refused = NULL WHERE hash = ?1";
        self.db.execute(sql, params![hash.0, bytes])?;
        self.renew_rules(now_ms)
    }
}

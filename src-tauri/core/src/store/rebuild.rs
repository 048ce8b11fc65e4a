//! Everything that follows from the changes, made anew from them: verdicts, saved copies, read models, which photos are
//! expected, grants that are due. Whatever a fault of this program or a half-done update left, it is gone afterwards.
//!
//! Done job by job, some of them a transaction: whoever stops it, or pulls the plug, leaves jobs that are made anew and
//! jobs that are as they were, and both are right.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{DocId, JobId};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::index::Texts;
use super::links::Links;
use super::packs::{self, Sums};
use super::rows::signed;
use super::{Absorbed, Store, StoreError, absorb, adopt, index, photos, rule_sets, settings, team, views};
use crate::tasks::{Cancelled, Step, Watcher};

/// Jobs made anew in one transaction: a commit is the dearest part of one.
const BATCH: usize = 32;
/// Counts up when a change may be judged otherwise than before.
const VERDICTS_VERSION: u32 = 2;

/// Why a rebuild ended early. Jobs that were done stay done.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for RebuildError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Stopped by whoever looked, also where the store said so.
fn stopped(error: StoreError) -> RebuildError {
    match error {
        StoreError::Cancelled(cancelled) => cancelled.into(),
        error => error.into(),
    }
}

/// What was made anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    pub jobs: u32,
    /// Documents that belong to no job.
    pub papers: u32,
}

/// The changes of a device by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdicts {
    pub documents: u32,
    pub adopted: u32,
    /// Changes and pieces that wait for what comes before them.
    pub waiting: u32,
    pub quarantined: u32,
    /// Pieces that no author vouches for.
    pub aside: u32,
    /// Own pieces that the relay refused.
    pub refused: u32,
}

impl Store {
    /// Makes everything anew that follows from the changes.
    pub fn rebuild(&mut self, now_ms: i64, watcher: &mut dyn Watcher) -> Result<Rebuilt, RebuildError> {
        let outcome = self.try_rebuild(now_ms, watcher);
        if outcome.is_err() {
            self.papers.forget_all();
        }
        outcome
    }

    fn try_rebuild(&mut self, now_ms: i64, watcher: &mut dyn Watcher) -> Result<Rebuilt, RebuildError> {
        let Written { papers, jobs } = written(&self.db)?;
        let all = (papers.len() + jobs.len()) as u64;
        let mut done = Step { of: Some(all), ..Step::default() };
        watcher.step(done)?;
        // The papers first: they name the rule sets that jobs are judged by.
        for batch in papers.chunks(BATCH) {
            let tx = self.db.transaction()?;
            for doc in batch {
                done.bytes +=
                    adopt::rejudge(&tx, &mut self.papers, doc, true, now_ms).and_then(|_| recount(&tx, doc))?;
            }
            rule_sets::expect(&tx, &mut self.papers)?;
            tx.commit()?;
            done.done += batch.len() as u64;
            watcher.step(done)?;
        }
        self.renew_rules(now_ms)?;
        let enrolment = self.enrolment()?;
        let names: Vec<JobId> = jobs.keys().copied().collect();
        for batch in names.chunks(BATCH) {
            let tx = self.db.transaction()?;
            for job in batch {
                for doc in &jobs[job] {
                    if all_packed(&tx, doc)? {
                        // Only what is part of its document is packed, and a pack's hashes prove it whenever it opens.
                        self.papers.forget(doc);
                        continue;
                    }
                    done.bytes +=
                        adopt::rejudge(&tx, &mut self.papers, doc, true, now_ms).and_then(|_| recount(&tx, doc))?;
                }
                views::refresh(&tx, &mut self.papers, &self.rules, *job, now_ms, Texts::Now)?;
                photos::expect(&tx, &mut self.papers, *job, now_ms)?;
                if let Some(enrolment) = &enrolment {
                    team::queue_grants(&tx, &mut self.papers, enrolment, *job, Links::AsSaid)?;
                }
            }
            tx.commit()?;
            done.done += batch.len() as u64;
            watcher.step(done)?;
        }
        // What lies beside the rows may have lost something that no row shows.
        let tx = self.db.transaction()?;
        index::make_anew(&tx, |_| Ok(watcher.step(done)?)).map_err(stopped)?;
        tx.commit()?;
        settings::put(&self.db, VERDICTS, &fingerprint())?;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Rebuilt { jobs: small(names.len()), papers: small(papers.len()) })
    }

    /// Judges what is quarantined or was put aside as if it came now, and takes what passes.
    pub fn retry_stuck(&mut self, now_ms: i64) -> Result<Absorbed, StoreError> {
        let outcome = self.try_absorb(absorb::Batch { retry: true, ..absorb::Batch::default() }, now_ms);
        if outcome.is_err() {
            self.papers.forget_all();
        }
        outcome
    }

    /// After an update of the program: what it judges otherwise is judged anew, once.
    pub(super) fn renew_verdicts(&mut self, now_ms: i64) -> Result<(), StoreError> {
        if settings::get(&self.db, VERDICTS)?.is_some_and(|known| known == fingerprint()) {
            return Ok(());
        }
        if self.enrolment()?.is_some() {
            self.retry_stuck(now_ms)?;
        }
        settings::put(&self.db, VERDICTS, &fingerprint())
    }

    /// How many changes are here and what became of them.
    pub fn verdicts(&self) -> Result<Verdicts, StoreError> {
        let one = |sql: &str| self.db.query_row(sql, [], |row| row.get::<_, u32>(0));
        let packed = Sums::read(&self.db)?;
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Verdicts {
            documents: one("SELECT count(*) FROM paper")?.saturating_add(small(packed.docs)),
            adopted: one("SELECT count(*) FROM change WHERE state = 0")?.saturating_add(small(packed.changes)),
            waiting: self.waiting()?,
            quarantined: one("SELECT count(*) FROM quarantine")?,
            aside: one("SELECT count(*) FROM aside")?,
            refused: one("SELECT count(*) FROM refused")?,
        })
    }
}

const VERDICTS: &str = "verdicts";

/// Of everything that verdicts follow from beside the changes: the rules, and the births that documents begin with.
fn fingerprint() -> [u8; 32] {
    let mut digest = Sha256::new().chain_update(VERDICTS_VERSION.to_be_bytes());
    for kind in doorstep_schemas::ids::DocKind::ALL {
        birth::births(kind).iter().for_each(|birth| digest.update(birth.bytes));
    }
    digest.finalize().into()
}

/// Documents that somebody wrote to.
struct Written {
    papers: Vec<DocId>,
    jobs: BTreeMap<JobId, BTreeSet<DocId>>,
}

fn written(db: &Connection) -> Result<Written, StoreError> {
    let mut query = db.prepare("SELECT doc FROM paper UNION SELECT doc FROM run ORDER BY doc")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    let mut out = Written { papers: Vec::new(), jobs: BTreeMap::new() };
    for row in rows {
        // A kind of a later version is kept unopened.
        let Ok(doc) = row?.parse::<DocId>() else { continue };
        match doc.job() {
            Some(job) => drop(out.jobs.entry(job).or_default().insert(doc)),
            None => out.papers.push(doc),
        }
    }
    for job in packs::all(db)? {
        for doc in [DocId::Order(job), DocId::Sheet(job)] {
            if packs::has(db, &doc)? {
                out.jobs.entry(job).or_default().insert(doc);
            }
        }
    }
    Ok(out)
}

/// Whether nothing of a document lies outside its pack.
fn all_packed(db: &Connection, doc: &DocId) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM change WHERE doc = ?1)")?;
    let rows: bool = query.query_row([doc.to_string()], |row| row.get(0))?;
    Ok(!rows && packs::has(db, doc)?)
}

/// Counts a document's operations anew; returns the bytes that were read.
fn recount(db: &Connection, doc: &DocId) -> Result<u64, StoreError> {
    let key = doc.to_string();
    let (mut ops, mut bytes) = (0u64, 0u64);
    let mut query = db.prepare_cached("SELECT bytes FROM change WHERE doc = ?1")?;
    for row in query.query_map([&key], |row| row.get::<_, Vec<u8>>(0))? {
        let change = row?;
        bytes += change.len() as u64;
        ops += Change::parse(&change).map_or(0, |change| change.ops);
    }
    db.prepare_cached("UPDATE paper SET ops = ?2 WHERE doc = ?1")?.execute(params![key, signed(ops)])?;
    Ok(bytes)
}

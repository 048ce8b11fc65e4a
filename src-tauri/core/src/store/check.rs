//! Looks for damage in portions, on a connection of its own, while the store is in use: every page's HMAC, the structure of
//! every table, every change against its hash, every run against its chain, every pack against the signatures in it, every
//! photo file against its name.
//!
//! What a portion finds is a suspicion: it may have read a page while it was written. The store confirms it.

use std::path::PathBuf;
use std::time::Duration;

use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{Actor, BlobHash, ChangeHash, JobId};
use doorstep_schemas::signature::Chain;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::pages::{Found, PAGE, Pages};
use super::photo_files::PhotoFiles;
use super::{Store, StoreError, database, error, key, open, packs, pages, repair, settings};
use crate::tasks::{Step, Watcher};

/// Between two checks.
const EVERY_MS: i64 = 7 * 24 * 60 * 60 * 1000;
const CHECK: &str = "check";
/// Of one portion: some 20 ms of work.
const PAGES: u32 = 512;
const CHANGES: u32 = 1_000;
const RUNS: u32 = 200;
const PACKS: u32 = 8;
const PHOTOS: u32 = 8;

/// How far a check has come. The next start goes on from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    Pages(u32),
    /// Tables by name, after this one.
    Tables(String),
    Changes(i64),
    Runs(String, Actor16),
    Packs(i64),
    Photos([u8; 32]),
    Ended,
}

type Actor16 = [u8; 16];

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checked {
    pub began_ms: i64,
    /// `None` while it is under way.
    pub ended_ms: Option<i64>,
    pub pages: u32,
    pub changes: u32,
    pub photos: u32,
    /// Photo files that were damaged or gone.
    pub photos_damaged: u32,
    /// The database was damaged; it was made anew.
    pub damaged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    place: Place,
    now: Checked,
    last: Option<Checked>,
}

impl Default for State {
    fn default() -> Self {
        Self { place: Place::Pages(0), now: Checked::default(), last: None }
    }
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Page(u32),
    /// In SQLite's words.
    Structure(String),
    Change(String, i64),
    Run(String),
    Pack(JobId),
    Photo(BlobHash),
}

/// A check on its way, without the store.
pub struct Checker {
    folder: PathBuf,
    key: key::StoreKey,
    files: PhotoFiles,
    state: State,
    pub found: Vec<Finding>,
}

impl Checker {
    pub fn ended(&self) -> bool {
        self.state.place == Place::Ended
    }

    /// What was looked at so far.
    pub fn step(&self) -> Step {
        let Checked { pages, changes, photos, .. } = self.state.now;
        let done = u64::from(pages) + u64::from(changes) + u64::from(photos);
        Step { done, of: None, bytes: u64::from(pages) * PAGE as u64 }
    }

    /// Looks at one portion.
    pub fn portion(&mut self) -> Result<(), StoreError> {
        let looked = match self.state.place.clone() {
            Place::Pages(after) => self.pages(after),
            place => open::to_look_at(&self.folder, &self.key).and_then(|db| self.rows(&db, place)),
        };
        match looked {
            Ok(next) => self.state.place = next,
            Err(StoreError::Damaged(error)) => {
                self.found.push(Finding::Structure(error.to_string()));
                self.state.place = Place::Ended;
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    fn rows(&mut self, db: &Connection, place: Place) -> Result<Place, StoreError> {
        // One view of all that a portion compares.
        let view = db.unchecked_transaction()?;
        match place {
            Place::Tables(after) => self.table(&view, &after),
            Place::Changes(after) => self.changes(&view, after),
            Place::Runs(doc, actor) => self.runs(&view, &doc, actor),
            Place::Packs(after) => self.packs(&view, after),
            Place::Photos(after) => self.photos(&view, after),
            Place::Pages(_) | Place::Ended => Ok(Place::Ended),
        }
    }

    fn pages(&mut self, after: u32) -> Result<Place, StoreError> {
        let mut pages = file_pages(&self.folder, &self.key)?;
        let last = after.saturating_add(PAGES).min(pages.count);
        for number in after + 1..=last {
            if !sound(&mut pages, number)? {
                self.found.push(Finding::Page(number));
            }
        }
        self.state.now.pages += last.saturating_sub(after);
        Ok(if last < pages.count { Place::Pages(last) } else { Place::Tables(String::new()) })
    }

    fn table(&mut self, db: &Connection, after: &str) -> Result<Place, StoreError> {
        let mut query = db.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name > ?1 AND sql IS NOT NULL ORDER BY name LIMIT 1",
        )?;
        let mut names = query.query([after])?;
        let Some(name) = names.next()?.map(|row| row.get::<_, String>(0)).transpose()? else {
            return Ok(Place::Changes(0));
        };
        let mut check = db.prepare(&format!("PRAGMA quick_check('{}')", name.replace('\'', "''")))?;
        for said in check.query_map([], |row| row.get::<_, String>(0))? {
            let said = said?;
            if said != "ok" {
                self.found.push(Finding::Structure(said));
            }
        }
        Ok(Place::Tables(name))
    }

    fn changes(&mut self, db: &Connection, after: i64) -> Result<Place, StoreError> {
        let mut query =
            db.prepare("SELECT id, doc, actor, seq, hash, bytes FROM change WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let mut rows = query.query(params![after, CHANGES])?;
        let (mut last, mut count) = (after, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            count += 1;
            let (doc, seq): (String, i64) = (row.get(1)?, row.get(3)?);
            let (actor, hash): (Actor16, [u8; 32]) = (row.get(2)?, row.get(4)?);
            let bytes: Vec<u8> = row.get(5)?;
            let holds = Change::parse(&bytes).is_ok_and(|change| {
                (change.hash, change.actor, i64::try_from(change.seq)) == (ChangeHash(hash), Actor(actor), Ok(seq))
            });
            if !holds {
                self.found.push(Finding::Change(doc, seq));
            }
        }
        self.state.now.changes += count;
        Ok(if count == CHANGES { Place::Changes(last) } else { Place::Runs(String::new(), [0; 16]) })
    }

    fn runs(&mut self, db: &Connection, doc: &str, actor: Actor16) -> Result<Place, StoreError> {
        let mut query = db.prepare(
            "SELECT doc, actor, seq, chain FROM run WHERE (doc, actor) > (?1, ?2) ORDER BY doc, actor LIMIT ?3",
        )?;
        let mut hashes = db.prepare("SELECT seq, hash FROM change WHERE doc = ?1 AND actor = ?2 ORDER BY seq")?;
        let runs = query.query_map(params![doc, actor, RUNS], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Actor16>(1)?, row.get::<_, i64>(2)?, row.get::<_, [u8; 32]>(3)?))
        })?;
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        for (doc, actor, to, chain) in &runs {
            let changes = hashes.query_map(params![doc, actor], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
            let changes: Vec<(i64, [u8; 32])> = changes.collect::<Result<_, _>>()?;
            // Of a packed run the first changes are not rows.
            if changes.first().is_none_or(|(seq, _)| *seq != 1) {
                continue;
            }
            let whole = changes.iter().zip(1..).all(|((seq, _), place)| *seq == place) && changes.len() as i64 == *to;
            let told = changes.iter().fold(Chain::default(), |chain, (_, hash)| chain.then(&ChangeHash(*hash)));
            if !whole || told.0 != *chain {
                self.found.push(Finding::Run(doc.clone()));
            }
        }
        Ok(match runs.last() {
            Some((doc, actor, ..)) if runs.len() == RUNS as usize => Place::Runs(doc.clone(), *actor),
            _ => Place::Packs(-1),
        })
    }

    fn packs(&mut self, db: &Connection, after: i64) -> Result<Place, StoreError> {
        let mut query = db.prepare("SELECT id, job FROM pack WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let mut rows = query.query(params![after, PACKS])?;
        let (mut last, mut count) = (after, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            count += 1;
            let job = JobId::from_bytes(row.get(1)?);
            match packs::readable(db, job)? {
                Some(closed) if packs::vouched(db, job, &closed)? => {
                    self.state.now.changes += small(closed.changes.len());
                }
                _ => self.found.push(Finding::Pack(job)),
            }
        }
        Ok(if count == PACKS { Place::Packs(last) } else { Place::Photos([0; 32]) })
    }

    fn photos(&mut self, db: &Connection, after: [u8; 32]) -> Result<Place, StoreError> {
        let mut query = db.prepare("SELECT hash FROM photo WHERE here = 1 AND hash > ?1 ORDER BY hash LIMIT ?2")?;
        let hashes = query.query_map(params![after, PHOTOS], |row| row.get(0))?;
        let hashes: Vec<[u8; 32]> = hashes.collect::<Result<_, _>>()?;
        for hash in &hashes {
            self.state.now.photos += 1;
            if self.files.read(&BlobHash(*hash)).is_err() {
                self.found.push(Finding::Photo(BlobHash(*hash)));
            }
        }
        Ok(match hashes.last() {
            Some(last) if hashes.len() == PHOTOS as usize => Place::Photos(*last),
            _ => Place::Ended,
        })
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn file_pages(folder: &std::path::Path, key: &key::StoreKey) -> Result<Pages, StoreError> {
    let copy = std::fs::read(pages::salt_copy(folder)).ok().and_then(|salt| salt.try_into().ok());
    let path = database(folder);
    let salt = match copy {
        Some(salt) => salt,
        None => pages::salt_of(&path)?.unwrap_or_default(),
    };
    Ok(Pages::of_file(&path, key, salt)?)
}

/// Reads again what does not hold: it may have been read while it was written.
fn sound(pages: &mut Pages, number: u32) -> Result<bool, StoreError> {
    for pause in [2, 20, 0] {
        if !matches!(pages.page(number)?, Found::Damaged) {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(pause));
    }
    Ok(false)
}

impl Store {
    /// The check that is due: one that is under way, the week's, or one because something met damage. `None` when
    /// nothing is due.
    pub fn check_due(&self, now_ms: i64) -> Result<Option<Checker>, StoreError> {
        let state = self.check_state()?;
        let under_way = state.now.began_ms != 0;
        let week = state
            .last
            .as_ref()
            .and_then(|last| last.ended_ms)
            .is_none_or(|at| now_ms.abs_diff(at) >= EVERY_MS.unsigned_abs());
        let met = error::damage_met() > self.damage_met;
        Ok(if under_way || week || met { Some(self.checker_of(state, now_ms)) } else { None })
    }

    /// A check from the beginning.
    pub fn new_check(&self, now_ms: i64) -> Result<Checker, StoreError> {
        let last = self.check_state()?.last;
        Ok(self.checker_of(State { last, ..State::default() }, now_ms))
    }

    fn checker_of(&self, mut state: State, now_ms: i64) -> Checker {
        if state.now.began_ms == 0 {
            state.now.began_ms = now_ms;
        }
        let found = Vec::new();
        Checker { folder: self.folder.clone(), key: self.key, files: self.photo_files(), state, found }
    }

    fn check_state(&self) -> Result<State, StoreError> {
        // A place that an earlier version wrote is no place: begun anew.
        Ok(settings::get_json(&self.db, CHECK)
            .or_else(|error| match error {
                StoreError::Json(_) => Ok(None),
                other => Err(other),
            })?
            .unwrap_or_default())
    }

    /// What the last whole check looked at and found.
    pub fn last_check(&self) -> Result<Option<Checked>, StoreError> {
        Ok(self.check_state()?.last)
    }

    /// Keeps how far a check has come, and looks again at what it found while nobody writes. Photos that are damaged are
    /// fetched again; returns whether the database is damaged: it is to be repaired, and nothing else may be written.
    pub fn note_check(&mut self, checker: &mut Checker, now_ms: i64) -> Result<bool, StoreError> {
        let mut damaged = false;
        for finding in std::mem::take(&mut checker.found) {
            match &finding {
                Finding::Photo(hash) => {
                    checker.state.now.photos_damaged += u32::from(self.photo_damaged(hash)?);
                    continue;
                }
                Finding::Page(number) => {
                    // A page that a crash tore is still whole in the log: the checkpoint mends it.
                    self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
                    if sound(&mut file_pages(&self.folder, &self.key)?, *number)? {
                        continue;
                    }
                }
                Finding::Structure(_) | Finding::Change(..) | Finding::Run(_) | Finding::Pack(_) => {}
            }
            tracing::error!(?finding, "damage");
            damaged = true;
        }
        if damaged {
            repair::note_damage(&self.folder)?;
            return Ok(true);
        }
        let mut state = checker.state.clone();
        if checker.ended() {
            state.now.ended_ms = Some(now_ms);
            state = State { last: Some(state.now), ..State::default() };
            self.damage_met = error::damage_met();
        }
        settings::put_json(&self.db, CHECK, &state)?;
        Ok(false)
    }

    /// Writes down that a check ended with a repair.
    pub fn note_mended(&mut self, checker: &Checker, now_ms: i64) -> Result<(), StoreError> {
        let now = Checked { ended_ms: Some(now_ms), damaged: true, ..checker.state.now.clone() };
        self.damage_met = error::damage_met();
        settings::put_json(&self.db, CHECK, &State { last: Some(now), ..State::default() })
    }

    /// A photo's file may be damaged or gone: looked at again, and if so fetched anew. Returns whether it was.
    pub fn photo_damaged(&mut self, hash: &BlobHash) -> Result<bool, StoreError> {
        let here = self.photo_standing(hash)?.is_some_and(|standing| standing.here);
        if !here || self.photo_files().read(hash).is_ok() {
            return Ok(false);
        }
        tracing::warn!(%hash, "a photo's file is damaged");
        let rows = self.db.execute("UPDATE photo SET here = 0, sent = 0, refused = NULL WHERE hash = ?1", [hash.0])?;
        if rows == 0 { self.lost_folded(hash) } else { Ok(true) }
    }
}

/// A whole check, by hand. Damage is left to the caller to repair; returns whether there is any.
pub fn run(
    checker: &mut Checker,
    watcher: &mut dyn Watcher,
    mut note: impl FnMut(&mut Checker) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    while !checker.ended() {
        checker.portion()?;
        if note(checker)? {
            return Ok(true);
        }
        watcher.step(checker.step())?;
    }
    Ok(false)
}

//! A damaged database made anew: what only lay here is written as a file first, what can be read goes into a database
//! beside it, the damaged one is put aside, and the relay is asked for everything again.
//!
//! Nothing is written to the damaged database. Until the new one takes its place, which is one renaming, a crash leaves
//! everything as it was.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::event::Task;
use doorstep_schemas::ids::Actor;
use doorstep_schemas::signature::identity;
use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::ballast::Ballast;
use super::files::{self, SideFile, beside};
use super::pages::{Found, Pages};
use super::refill::{self, Author};
use super::salvage::{self, Haul};
use super::{Enrolment, Store, StoreError, database, exports, key, open, settings};
use crate::nature::Nature;
use crate::rules::RuleBook;
use crate::tasks::Watcher;

/// How long a damaged database is kept when not everything has come back.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
const REPAIR: &str = "repair";

/// What a repair found and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    pub at_ms: i64,
    pub pages: u32,
    pub damaged_pages: u32,
    /// Changes that were read and are here again.
    pub kept: u32,
    /// Changes that were not readable and of which the rest tells: of this device's runs, and one for each document of
    /// which nothing was found. The relay may have them.
    pub own_missing: u32,
    /// Changes that are nowhere else as far as was known, and the file in `exports` that holds them.
    pub exported: u32,
    pub export: Option<String>,
    /// The device's own key could not be read: it has to be enrolled again.
    pub identity_lost: bool,
    /// The relay has given everything again since.
    pub complete: bool,
}

/// The word that damage was found, for the next start.
fn note(folder: &Path) -> PathBuf {
    beside(&database(folder), ".damage")
}

fn fresh(folder: &Path) -> PathBuf {
    beside(&database(folder), ".new")
}

/// Whether damage was found and not repaired yet.
pub fn is_noted(folder: &Path) -> bool {
    note(folder).exists()
}

/// Writes down that damage was found: the database is not to be written any more.
pub fn note_damage(folder: &Path) -> std::io::Result<()> {
    File::create(note(folder))?.sync_all()?;
    files::sync_folder(folder)
}

/// Whether a page of the database is not as it was written.
pub(super) fn is_damaged(folder: &Path, key: &key::StoreKey) -> Result<bool, StoreError> {
    let Some(salt) = salvage::salt_under(folder, key)? else { return Ok(false) };
    let path = database(folder);
    let mut pages = Pages::of_file(&path, key, salt)?.with_log(&beside(&path, "-wal"))?;
    for number in 1..=pages.count {
        if let Found::Damaged = pages.page(number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the database of `folder` anew. Nobody may have it open.
pub(super) fn repair(
    folder: &Path,
    key: &key::StoreKey,
    built_in: Arc<RuleBook>,
    nature: &dyn Nature,
    watcher: &mut dyn Watcher,
) -> Result<Repair, StoreError> {
    watcher.turn_to(Task::Repair);
    // Without a salt there is no telling sound pages from others; any will do to find that none is.
    let salt = salvage::salt_under(folder, key)?.unwrap_or_default();
    let haul = salvage::haul(folder, key, salt, watcher)?;
    let made = make(folder, key, &haul, built_in, nature, watcher);
    if made.is_err() {
        remove_new(folder)?;
    }
    let repair = made?;
    swap(folder, nature.now_ms())?;
    tracing::warn!(
        pages = repair.pages,
        damaged = repair.damaged_pages,
        kept = repair.kept,
        missing = repair.own_missing,
        "the database was made anew"
    );
    Ok(repair)
}

fn make(
    folder: &Path,
    key: &key::StoreKey,
    haul: &Haul,
    built_in: Arc<RuleBook>,
    nature: &dyn Nature,
    watcher: &mut dyn Watcher,
) -> Result<Repair, StoreError> {
    remove_new(folder)?;
    let db = open::at(&fresh(folder), key)?;
    // Nobody relies on it before it is whole, and on the disk before it has its name.
    db.execute_batch("PRAGMA synchronous = OFF;")?;
    refill::put_rows(&db, haul)?;
    super::identity::restore(&db, folder, key)?;
    let author = author(&db)?;
    if let Some(author) = &author {
        refill::put_own_device(&db, author)?;
    }
    let cut = haul.cut(author.as_ref())?;
    let unsent: Vec<_> = cut.pieces.values().flatten().filter(|found| found.unsent).collect();
    let export = match unsent.as_slice() {
        [] => None,
        some => {
            let pieces: Vec<_> = some.iter().map(|found| &found.piece).collect();
            Some(exports::write(folder, key, &pieces, nature)?)
        }
    };
    let mut repair = Repair {
        at_ms: nature.now_ms(),
        pages: haul.pages,
        damaged_pages: haul.damaged,
        kept: 0,
        own_missing: cut.own_missing,
        exported: unsent.iter().map(|found| u32::try_from(found.changes).unwrap_or(u32::MAX)).sum(),
        export: export.and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned())),
        identity_lost: author.is_none(),
        complete: false,
    };
    let mut store = Store::on(db, folder, key, Ballast::of(folder), built_in, nature)?;
    if author.is_some() {
        repair.kept = store.refill(haul, &cut, nature.now_ms(), watcher)?;
    }
    settings::put_json(&store.db, REPAIR, &repair)?;
    store.db.execute_batch("PRAGMA journal_mode = DELETE;")?;
    drop(store);
    File::open(fresh(folder))?.sync_all()?;
    Ok(repair)
}

/// Whoever this device was, if that could be read.
fn author(db: &Connection) -> Result<Option<Author>, StoreError> {
    let seed = settings::get(db, "signing_key")?.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let enrolment = settings::get_json::<Enrolment>(db, "enrolment").unwrap_or_default();
    let (Some(seed), Some(enrolment)) = (seed, enrolment) else { return Ok(None) };
    let signer = SigningKey::from_bytes(&seed);
    let own = Actor::new(identity(&signer).1, [0; 8]);
    Ok(Some(Author { signer, enrolment, own }))
}

/// Puts the new database in the damaged one's place. Its log goes first of all that remains: SQLite would read it into
/// the new one.
fn swap(folder: &Path, now_ms: i64) -> std::io::Result<()> {
    let (old, new) = (database(folder), fresh(folder));
    let aside = beside(&old, &format!(".damaged-{now_ms}"));
    files::rename(&old, &aside)?;
    files::sync_folder(folder)?;
    take_place(folder, &new, &aside)
}

fn take_place(folder: &Path, new: &Path, aside: &Path) -> std::io::Result<()> {
    let old = database(folder);
    files::rename(&beside(&old, "-wal"), &beside(aside, "-wal"))?;
    files::remove(&beside(&old, "-shm"))?;
    files::sync_folder(folder)?;
    files::remove(&super::pages::salt_copy(folder))?;
    fs::rename(new, &old)?;
    files::remove(&note(folder))?;
    files::sync_folder(folder)
}

/// Ends a swap that was cut short, and clears away what was begun and not finished.
pub(super) fn finish_swap(folder: &Path) -> std::io::Result<()> {
    let new = fresh(folder);
    if !database(folder).exists() && new.exists() {
        let aside = files::of_kind(folder, SideFile::Damaged)?.into_iter().rfind(|path| !is_log(path));
        if let Some(aside) = aside {
            return take_place(folder, &new, &aside);
        }
    }
    remove_new(folder)
}

fn is_log(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-wal")
}

fn remove_new(folder: &Path) -> std::io::Result<()> {
    for path in files::of_kind(folder, SideFile::Unfinished)? {
        files::remove(&path)?;
    }
    Ok(())
}

impl Store {
    /// What the last repair found and kept.
    pub fn last_repair(&self) -> Result<Option<Repair>, StoreError> {
        settings::get_json(&self.db, REPAIR)
    }

    /// The relay has given everything that it has. What was put aside is removed when nothing of ours is missing, else
    /// after thirty days.
    pub fn note_caught_up(&mut self, now_ms: i64) -> Result<(), StoreError> {
        self.note_all_given(now_ms)?;
        let Some(mut repair) = self.last_repair()? else { return Ok(()) };
        let held: u32 = self.db.query_row("SELECT count(*) FROM held_piece", [], |row| row.get(0))?;
        if !repair.complete {
            repair.complete = true;
            settings::put_json(&self.db, REPAIR, &repair)?;
        }
        let old = now_ms.saturating_sub(repair.at_ms) > KEPT_MS;
        if (repair.own_missing == 0 && held == 0 && !repair.identity_lost) || old {
            for path in files::of_kind(&self.folder, SideFile::Damaged)? {
                files::remove(&path)?;
            }
        }
        Ok(())
    }

    /// Makes this store's database anew while the store is in use. The actor is another one afterwards: whoever was in
    /// the middle of an exchange has to begin again.
    pub fn repair(&mut self, nature: &dyn Nature, watcher: &mut dyn Watcher) -> Result<Repair, StoreError> {
        note_damage(&self.folder)?;
        let (folder, key, built_in) = (self.folder.clone(), self.key, self.built_in.clone());
        self.let_go()?;
        match repair(&folder, &key, built_in.clone(), nature, watcher) {
            Ok(done) => {
                *self = Self::open_watched(&folder, &key, built_in, nature, watcher)?;
                Ok(done)
            }
            Err(error) => {
                // What can be read is shown; nothing can be written until a repair succeeds.
                self.db = open::to_look_at(&folder, &key)?;
                Err(error)
            }
        }
    }

    /// Closes the database without the checkpoint that SQLite would end with: it would write to damaged pages.
    pub(super) fn let_go(&mut self) -> Result<(), StoreError> {
        self.papers.forget_all();
        open::checkpoint_at_close(&self.db, false)?;
        self.db = Connection::open_in_memory()?;
        Ok(())
    }
}

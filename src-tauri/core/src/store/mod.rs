//! One encrypted SQLite database: changes (the truth), read models, outbox, quarantine.
//!
//! There is one way in, for our own work and for others': admission, change rows, read models and outbox in one
//! transaction, committed with `synchronous=FULL`. What a screen was told is saved is on the disk.

mod absorb;
mod adopt;
mod ballast;
pub mod bundle;
mod cells;
pub mod check;
mod compare;
pub mod comparing;
pub mod counts;
pub mod days;
mod decided;
pub mod drafts;
pub mod erase;
pub mod error;
pub mod evidence;
mod exports;
pub mod files;
mod folded;
mod freeing;
mod history;
pub mod identity;
pub mod inbox;
mod index;
pub mod key;
mod lease;
mod left;
mod links;
pub mod listed;
pub mod lists;
pub mod lock;
mod migrate;
mod open;
pub mod outbox;
mod outlet_papers;
mod own;
pub mod packing;
mod packs;
mod pages;
mod papers;
mod photo_files;
mod photo_keys;
pub mod photos;
pub mod purge;
mod quota;
pub mod rebuild;
mod rebuild_views;
pub mod recovery;
pub mod recovery_key;
mod refill;
pub mod repair;
pub mod rotate;
mod rows;
pub mod rule_sets;
mod salvage;
pub mod search;
mod settings;
pub mod stocks;
pub mod storage;
mod strays;
pub mod stuck;
mod stuck_file;
pub mod sync_log;
mod tally;
pub mod team;
mod told;
mod turns;
mod unopened;
pub mod views;
pub mod volumes;
mod wal;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorstep_schemas::ids::Actor;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::signature;
use doorstep_schemas::view::RefusedSetView;
use ed25519_dalek::SigningKey;
use rusqlite::Connection;

use crate::nature::{Nature, random};
use crate::rules::RuleBook;
use crate::tasks::{Unwatched, Watcher};
pub use absorb::Absorbed;
use ballast::Ballast;
pub use doorstep_schemas::dictionary;
pub use error::StoreError;
pub use index::all_rows;
pub use open::{database, unlock};
pub use own::Edit;
pub use packs::PackError;
use papers::Papers;
pub use photo_files::{PhotoFiles, Resealed};
pub use settings::{Chosen, Enrolment};
pub use told::HistoryRow;
pub use views::row_of;

/// The store of one data folder, opened by one process.
pub struct Store {
    db: Connection,
    papers: Papers,
    /// What the program brought, and the book that is in force: with what the outlet put in its place.
    built_in: Arc<RuleBook>,
    rules: Arc<RuleBook>,
    rules_turn: Option<i64>,
    refused_sets: Vec<RefusedSetView>,
    /// Others' work is hidden: see [`lease`].
    lease_over: bool,
    /// Of an outlet that was made up here: nothing of it is for a relay.
    sample: bool,
    signer: SigningKey,
    actor: Actor,
    folder: PathBuf,
    key: key::StoreKey,
    files: PhotoFiles,
    told: told::Told,
    ballast: Ballast,
    /// What `error::damage_met` said when a check last ended.
    damage_met: u64,
}

impl Store {
    /// Opens or creates the database in `folder`, as `open_watched` does, with nobody looking.
    pub fn open(
        folder: &Path,
        key: &key::StoreKey,
        built_in: Arc<RuleBook>,
        nature: &dyn Nature,
    ) -> Result<Self, StoreError> {
        Self::open_watched(folder, key, built_in, nature, &mut Unwatched)
    }

    /// Opens or creates the database in `folder`. One of an older version is copied, then brought to this version's
    /// shape; a damaged one is put aside, and what can be read of it is made into a new one. The actor is drawn anew at
    /// every open, so that a copied or restored folder can never repeat a sequence number.
    #[expect(clippy::needless_pass_by_value, reason = "as `open`: callers hand over the book that they made")]
    pub fn open_watched(
        folder: &Path,
        key: &key::StoreKey,
        built_in: Arc<RuleBook>,
        nature: &dyn Nature,
        watcher: &mut dyn Watcher,
    ) -> Result<Self, StoreError> {
        let open = |watcher: &mut dyn Watcher| -> Result<Self, StoreError> {
            let ballast = Ballast::of(folder);
            let db = open::connection(folder, key, watcher)?;
            let mut store = Self::on(db, folder, key, ballast, built_in.clone(), nature)?;
            store.renew_views(watcher, nature.now_ms())?;
            open::checkpoint_at_close(&store.db, true)?;
            if store.disk_low() {
                store.keep_log_short(true);
            }
            Ok(store)
        };
        match open(watcher) {
            Err(error) if error.is_damage() || (error.may_be_damage() && repair::is_damaged(folder, key)?) => {
                tracing::error!(%error, "the database is damaged and is made anew");
                repair::repair(folder, key, built_in.clone(), nature, watcher)?;
                open(watcher)
            }
            opened => opened,
        }
    }

    /// The store of a database that is open.
    fn on(
        mut db: Connection,
        folder: &Path,
        key: &key::StoreKey,
        ballast: Ballast,
        built_in: Arc<RuleBook>,
        nature: &dyn Nature,
    ) -> Result<Self, StoreError> {
        let photo_keys = photo_keys::ensure(&db, folder, key, nature)?;
        let signer = settings::signing_key(&db, nature)?;
        let (_, device) = signature::identity(&signer);
        let start = if planted::on(Bug::ActorReused) { [0; 8] } else { random(nature) };
        let actor = Actor::new(device, start);
        let papers = Papers::new(actor, folder);
        let told = told::Told::listen(&mut db)?;
        let sample = match settings::enrolment(&db) {
            // Half readable: it is put back from the copy beside the database.
            Err(StoreError::Json(_)) => false,
            read => read?.is_some_and(|enrolment| enrolment.is_sample()),
        };
        let mut store = Self {
            db,
            papers,
            rules: built_in.clone(),
            built_in,
            rules_turn: None,
            refused_sets: Vec::new(),
            lease_over: false,
            sample,
            signer,
            actor,
            folder: folder.to_owned(),
            key: *key,
            files: PhotoFiles::new(folder, photo_keys),
            told,
            ballast,
            damage_met: error::damage_met(),
        };
        // Before anything is judged anew: rows of another version can't be read.
        store.let_go_of_other_views()?;
        store.renew_rules(nature.now_ms())?;
        store.renew_beside(nature);
        match store.renew_verdicts(nature.now_ms()) {
            Err(error) if !error.is_damage() => tracing::warn!(%error, "verdicts are made anew at the next start"),
            renewed => renewed?,
        }
        Ok(store)
    }

    /// What is sealed beside the database, brought up to date. A disk without room must not keep the folder shut: it is
    /// tried again at the next start.
    fn renew_beside(&mut self, nature: &dyn Nature) {
        if let Err(error) = self.renew_identity() {
            tracing::warn!(%error, "the identity was not written");
        }
        if let Err(error) = self.renew_recovery(nature) {
            tracing::warn!(%error, "the key was not sealed");
        }
    }

    /// What the program brought, before any outlet put other sets in its place.
    pub(crate) fn built_in(&self) -> &Arc<RuleBook> {
        &self.built_in
    }

    /// Whether this is the store of an outlet that was made up on this device.
    pub fn is_sample(&self) -> bool {
        self.sample
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Asks several things in one look: what is answered belongs together, and the file is locked once.
    pub(crate) fn in_one_look<T, E: From<StoreError>>(
        &mut self,
        look: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.db.is_autocommit() {
            return look(self);
        }
        self.say("BEGIN")?;
        let seen = look(self);
        if let Err(error) = self.say("COMMIT") {
            self.recover();
            return Err(error.into());
        }
        seen
    }

    fn say(&self, sql: &str) -> Result<(), StoreError> {
        self.db.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Lets go of everything that is not on the disk. Whoever panicked may have left half an action in an open document,
    /// or a look that has not ended.
    pub fn recover(&mut self) {
        if !self.db.is_autocommit() && self.say("ROLLBACK").is_err() {
            tracing::error!("a look could not be ended");
        }
        self.papers.forget_all();
    }

    /// For the trial that must see a loss: commits are no longer on the disk when they return. No shell calls this.
    #[doc(hidden)]
    pub fn sync_at_checkpoints_only(&mut self) -> Result<(), StoreError> {
        Ok(self.db.pragma_update(None, "synchronous", "NORMAL")?)
    }

    /// For the simulation: counts commits down and refuses those behind the last, so that the folder stays as it would
    /// be if the program had ended there. No shell calls this.
    #[doc(hidden)]
    pub fn end_after(&mut self, commits: Arc<AtomicI64>) -> Result<(), StoreError> {
        Ok(self.db.commit_hook(Some(move || commits.fetch_sub(1, Ordering::SeqCst) <= 0))?)
    }

    pub fn rules(&self) -> &Arc<RuleBook> {
        &self.rules
    }

    pub fn public_key(&self) -> doorstep_schemas::ids::PublicKey {
        signature::identity(&self.signer).0
    }
}

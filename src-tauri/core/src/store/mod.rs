//! One encrypted SQLite database: changes (the truth), read models, outbox, quarantine.
//!
//! There is one way in, for our own work and for others': admission, change rows, read models and outbox in one
//! transaction, committed with `synchronous=FULL`. What a screen was told is saved is on the disk.

mod absorb;
mod adopt;
mod compare;
pub mod dictionary;
pub mod error;
mod history;
mod index;
pub mod key;
pub mod listed;
pub mod lists;
mod open;
pub mod outbox;
mod outlet_papers;
mod own;
mod papers;
pub mod photos;
mod rebuild_views;
mod rows;
pub mod rule_sets;
pub mod search;
mod settings;
pub mod stuck;
pub mod sync_log;
pub mod team;
pub mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::ids::Actor;
use doorstep_schemas::signature;
use doorstep_schemas::view::RefusedSetView;
use ed25519_dalek::SigningKey;
use rusqlite::Connection;

use crate::nature::{Nature, random};
use crate::rules::RuleBook;
use crate::tasks::Unwatched;
pub use absorb::Absorbed;
pub use error::StoreError;
pub use open::{database, unlock};
pub use own::Edit;
use papers::Papers;
pub use settings::Enrolment;

/// The store of one data folder, opened by one process.
pub struct Store {
    db: Connection,
    papers: Papers,
    /// What the program brought, and the book that is in force: with what the outlet put in its place.
    built_in: Arc<RuleBook>,
    rules: Arc<RuleBook>,
    rules_turn: Option<i64>,
    refused_sets: Vec<RefusedSetView>,
    signer: SigningKey,
    actor: Actor,
    folder: PathBuf,
    key: key::StoreKey,
}

impl Store {
    /// Opens or creates the database in `folder`. The actor is drawn anew at every open, so that a copied or restored
    /// folder can never repeat a sequence number.
    pub fn open(
        folder: &Path,
        key: &key::StoreKey,
        built_in: Arc<RuleBook>,
        nature: &dyn Nature,
    ) -> Result<Self, StoreError> {
        let db = open::connection(folder, key)?;
        let signer = settings::signing_key(&db, nature)?;
        let (_, device) = signature::identity(&signer);
        let actor = Actor::new(device, random(nature));
        let papers = Papers::new(actor);
        let mut store = Self {
            db,
            papers,
            rules: built_in.clone(),
            built_in,
            rules_turn: None,
            refused_sets: Vec::new(),
            signer,
            actor,
            folder: folder.to_owned(),
            key: *key,
        };
        store.renew_rules(nature.now_ms())?;
        store.renew_views(&mut Unwatched, nature.now_ms())?;
        Ok(store)
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Lets go of everything that is not on the disk. Whoever panicked may have left half an action in an open document.
    pub fn recover(&mut self) {
        self.papers.forget_all();
    }

    pub fn rules(&self) -> &Arc<RuleBook> {
        &self.rules
    }

    pub fn public_key(&self) -> doorstep_schemas::ids::PublicKey {
        signature::identity(&self.signer).0
    }
}

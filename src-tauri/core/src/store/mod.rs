//! One encrypted SQLite database: changes (the truth), read models, outbox, quarantine.
//!
//! There is one way in, for our own work and for others': admission, change rows, read models and outbox in one
//! transaction, committed with `synchronous=FULL`. What a screen was told is saved is on the disk.

mod absorb;
mod adopt;
mod compare;
pub mod error;
mod history;
pub mod key;
pub mod outbox;
mod outlet_papers;
mod own;
mod papers;
pub mod photos;
mod rows;
pub mod rule_sets;
mod settings;
pub mod stuck;
pub mod sync_log;
pub mod team;
pub mod views;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use doorstep_schemas::ids::Actor;
use doorstep_schemas::signature;
use doorstep_schemas::view::RefusedSetView;
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags};

use crate::nature::{Nature, random};
use crate::rules::RuleBook;
pub use absorb::Absorbed;
pub use error::StoreError;
pub use own::Edit;
use papers::Papers;
pub use settings::Enrolment;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_held_log_seq.sql"),
    include_str!("migrations/0003_rule_sets.sql"),
];
const OLDEST_SQLITE: i32 = 3_051_003;

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
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
        }
        wake_cipher();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(database(folder), flags)?;
        unlock(&db, key)?;
        migrate(&mut db)?;
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

/// Waits until SQLCipher can take keys. SQLite calls itself ready before SQLCipher is (its initialisation runs after
/// SQLite's own and outside of that lock), so that of two threads that open their first databases at once, one is told
/// that its key is no key.
fn wake_cipher() {
    static AWAKE: Once = Once::new();
    AWAKE.call_once(|| {
        for _ in 0..500 {
            let keyed = Connection::open_in_memory().and_then(|db| db.pragma_update(None, "key", "wake"));
            if keyed.is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
}

/// Where the database of a data folder lies.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("doorstep.db")
}

/// Gives a fresh connection the key and the settings that every reader and writer of this store needs.
pub fn unlock(db: &Connection, key: &key::StoreKey) -> Result<(), StoreError> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    db.pragma_update(None, "key", format!("x'{hex}'"))?;
    db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    // FULL: with NORMAL a power cut loses commits that a person was told were saved.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000;",
    )?;
    Ok(())
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, sql) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

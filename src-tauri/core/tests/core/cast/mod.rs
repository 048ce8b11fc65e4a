//! The cast: a shop with named people, their devices in folders of their own, and a log where their work meets.

pub mod deeds;
pub mod kept_beside;
mod log;
mod orders;
mod pieces;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use automerge::AutoCommit;
use doorstep::actions::{Actions, Shelf};
use doorstep::nature::Nature;
use doorstep::rules::RuleBook;
use doorstep::store::{self, Enrolment, Store};
use doorstep_schemas::birth;
use doorstep_schemas::ids::{ChangeHash, DocId, JobId, MemberId, OutletId, PublicKey, ShortId};
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Device, Piece, Role, RoleKind, Status, kind};
use ed25519_dalek::SigningKey;
use proptest::prelude::ProptestConfig;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::broadcast;

pub use log::Log;
pub use orders::{choice, field, leaking_heater, number, pass_everything, picture, reading, refusal};
pub use pieces::{Forger, Run, altered, entries, runs};

/// 2026-11-21 12:00 at the shop.
pub const NOON: i64 = 1_795_233_600_000;
pub const MINUTE: i64 = 60_000;
pub const KEY: [u8; 32] = [7; 32];

/// As many cases as `DOORSTEP_CASES` says, else `few`: a story here takes milliseconds of disk.
pub fn cases(few: u32) -> ProptestConfig {
    let asked = std::env::var("DOORSTEP_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(asked.unwrap_or(few)) }
}

/// A clock that stands still until it is moved, and numbers that only look random.
pub struct Steady {
    now: AtomicI64,
    seed: Mutex<u64>,
}

impl Steady {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(NOON), seed: Mutex::new(seed) })
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Nature for Steady {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut seed = self.seed.lock().unwrap();
        for byte in bytes {
            // SplitMix64
            *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)) as u8;
        }
    }
}

/// 柘川县城关网点 and its people.
pub struct Shop {
    pub outlet: OutletId,
    pub relay: SigningKey,
    pub log: Log,
    devices: u64,
}

pub const OWNER: &str = "覃建国";
pub const RAN: &str = "冉小军";
pub const TIAN: &str = "田勇";

pub fn member(name: &str) -> MemberId {
    ShortId::mint(match name {
        OWNER => [1; 5],
        RAN => [2; 5],
        TIAN => [3; 5],
        other => panic!("{other} is not of this shop"),
    })
}

impl Shop {
    pub fn open() -> Self {
        let relay = SigningKey::from_bytes(&[99; 32]);
        let outlet = OutletId::mint(1_795_000_000_000, [9; 10]);
        let mut log = Log::new(outlet, relay.clone());
        for (name, role) in [(OWNER, RoleKind::Owner), (RAN, RoleKind::Technician), (TIAN, RoleKind::Technician)] {
            let role = Role { member: member(name), name: name.to_owned(), roles: vec![role], status: Status::Active };
            log.append(Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() });
        }
        Self { outlet, relay, log, devices: 0 }
    }

    /// A device that this person enrols now and that has fetched everything.
    pub fn device(&mut self, name: &str) -> Phone {
        let mut phone = self.stranger(name);
        self.vouch(&phone);
        self.log.exchange(&mut phone);
        phone
    }

    /// A device whose entry the log does not hold yet.
    pub fn stranger(&mut self, name: &str) -> Phone {
        self.devices += 1;
        let folder = tempfile::tempdir().unwrap();
        let phone = Phone::in_folder(folder, name, Steady::new(self.devices * 1_000));
        phone.store().set_enrolment(&self.enrolment(name)).unwrap();
        phone
    }

    pub fn enrolment(&self, name: &str) -> Enrolment {
        Enrolment {
            outlet: self.outlet,
            outlet_name: "柘川县城关网点".to_owned(),
            member: member(name),
            device_name: format!("{name}的手机"),
            relay: "http://127.0.0.1:1".to_owned(),
            relay_key: self.relay_key(),
            token: "token".to_owned(),
        }
    }

    pub fn relay_key(&self) -> PublicKey {
        identity(&self.relay).0
    }

    /// The relay's word on a device.
    pub fn vouch(&mut self, phone: &Phone) -> Piece {
        let store = phone.store();
        let device = Device {
            device: store.device(),
            member: member(phone.name),
            key: store.public_key(),
            name: format!("{}的手机", phone.name),
            status: Status::Active,
        };
        let piece = Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() };
        self.log.append(piece.clone());
        piece
    }
}

/// A person's device: the core's actions on a data folder of its own.
pub struct Phone {
    pub name: &'static str,
    pub folder: TempDir,
    pub nature: Arc<Steady>,
    pub actions: Actions,
}

impl Phone {
    pub fn in_folder(folder: TempDir, name: &str, nature: Arc<Steady>) -> Self {
        let name = [OWNER, RAN, TIAN].into_iter().find(|known| *known == name).expect("one of the cast");
        let actions = actions(folder.path(), &nature);
        Self { name, folder, nature, actions }
    }

    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.actions.shelf.store()
    }

    /// The app ends and starts again.
    pub fn restart(self) -> Self {
        let Self { name, folder, nature, actions } = self;
        drop(actions);
        Self::in_folder(folder, name, nature)
    }

    /// What another program with the key would see in the database.
    pub fn database(&self) -> Connection {
        let db = Connection::open(store::database(self.folder.path())).unwrap();
        store::unlock(&db, &KEY).unwrap();
        db
    }

    /// A document made anew from the changes that are part of it here.
    pub fn rebuilt(&self, doc: &DocId) -> AutoCommit {
        let mut built = AutoCommit::new();
        let births = birth::births(doc.kind()).iter().map(|b| b.bytes.to_vec());
        let db = self.database();
        let mut rows = db.prepare("SELECT bytes FROM change WHERE doc = ?1 AND state = 0 ORDER BY hash").unwrap();
        let changes = rows.query_map([doc.to_string()], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap);
        let all = births.chain(changes).map(|bytes| automerge::Change::from_bytes(bytes).unwrap());
        built.apply_changes(all.collect::<Vec<_>>()).unwrap();
        built
    }

    pub fn heads(&self, doc: &DocId) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.rebuilt(doc).get_heads().into_iter().map(|h| ChangeHash(h.0)).collect();
        heads.sort();
        heads
    }

    pub fn rows(&self, table: &str) -> u32 {
        self.database().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    pub fn facts(&self, job: JobId) -> doorstep::domain::facts::Job {
        (*self.store().job_facts(job).unwrap().expect("the job is here")).clone()
    }
}

fn actions(folder: &Path, nature: &Arc<Steady>) -> Actions {
    let rules = Arc::new(RuleBook::built_in().unwrap());
    let store = Store::open(folder, &KEY, rules, nature.as_ref()).unwrap();
    Actions { shelf: Shelf::new(store), nature: nature.clone(), events: broadcast::channel(64).0 }
}

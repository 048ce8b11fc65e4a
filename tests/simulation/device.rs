//! A person's device: the core's store, actions and engine on a data folder, without a runner and without a line.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorstep::actions::{Actions, Shelf};
use doorstep::nature::Nature;
use doorstep::rules::RuleBook;
use doorstep::store::{self, Enrolment, Store};
use doorstep::sync::engine::Engine;
use doorstep_schemas::ids::{DeviceId, MemberId};
use doorstep_schemas::wire::Role;
use doorstep_tests::chance::Chance;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::broadcast;

use crate::relay::Refused;

const KEY: [u8; 32] = [7; 32];
/// Commits that a device may make before it ends, when it is not to end.
const ENDLESS: i64 = i64::MAX;

/// A device's own clock, which may be wrong, and numbers from the seed.
pub struct Wrist {
    world: Arc<AtomicI64>,
    /// How far this clock is ahead, in milliseconds.
    pub ahead: AtomicI64,
    chance: Chance,
}

impl Nature for Wrist {
    fn now_ms(&self) -> i64 {
        self.world.load(Ordering::SeqCst) + self.ahead.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
    }
}

/// A request on its way.
pub enum Flight {
    /// It has not left yet.
    Asked(Vec<u8>),
    /// The relay has answered.
    Answered(Result<Vec<u8>, Refused>),
    /// Somebody else has, who plays the relay.
    Played(Vec<u8>),
}

pub struct Device {
    pub name: String,
    pub member: MemberId,
    pub id: DeviceId,
    pub token: [u8; 32],
    pub nature: Arc<Wrist>,
    pub folder: TempDir,
    pub actions: Actions,
    pub engine: Engine,
    pub flight: Option<Flight>,
    /// Its data folder as somebody once copied it.
    pub copy: Option<TempDir>,
    /// Commits until it ends.
    left: Arc<AtomicI64>,
    /// Another program's look at the same database.
    pub look: Connection,
    /// The last row that was looked at.
    pub seen: i64,
    rules: Arc<RuleBook>,
    /// Nobody uses it any more.
    pub gone: bool,
}

/// A memory disk, where there is one: what is asked here is what is written, not whether it lasts.
pub fn scratch() -> TempDir {
    let shm = Path::new("/dev/shm");
    if shm.is_dir() { TempDir::new_in(shm).unwrap() } else { TempDir::new().unwrap() }
}

/// A copy of a data folder.
pub fn copied(of: &Path) -> TempDir {
    fn into(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let name = to.join(entry.file_name());
            if entry.path().is_dir() {
                fs::create_dir(&name).unwrap();
                into(&entry.path(), &name);
            } else if entry.file_name() == "ballast" {
                // Its bytes mean nothing, and would be most of what is copied.
                fs::File::create(name).unwrap().set_len(entry.metadata().unwrap().len()).unwrap();
            } else {
                fs::copy(entry.path(), name).unwrap();
            }
        }
    }
    let folder = scratch();
    into(of, folder.path());
    folder
}

fn open(folder: &Path, rules: &Arc<RuleBook>, nature: &Arc<Wrist>, left: &Arc<AtomicI64>) -> (Actions, Connection) {
    let mut store = Store::open(folder, &KEY, rules.clone(), nature.as_ref()).unwrap();
    left.store(ENDLESS, Ordering::SeqCst);
    store.end_after(left.clone()).unwrap();
    let actions = Actions { shelf: Shelf::new(store), nature: nature.clone(), events: broadcast::channel(1).0 };
    let look = Connection::open(store::database(folder)).unwrap();
    store::unlock(&look, &KEY).unwrap();
    (actions, look)
}

impl Device {
    /// A new device, with the relay's word on whose it is.
    pub fn new(
        name: String,
        world: &Arc<AtomicI64>,
        chance: Chance,
        rules: &Arc<RuleBook>,
        (role, enrolment): (&Role, Enrolment),
    ) -> Self {
        let nature = Arc::new(Wrist { world: world.clone(), ahead: AtomicI64::new(0), chance });
        let (folder, left) = (scratch(), Arc::new(AtomicI64::new(ENDLESS)));
        let (actions, look) = open(folder.path(), rules, &nature, &left);
        let (id, member) = (actions.shelf.store().device(), enrolment.member);
        {
            let mut store = actions.shelf.store();
            store.put_member(role).unwrap();
            store.set_enrolment(&enrolment).unwrap();
        }
        let (token, engine) = ([0; 32], Engine::default());
        let (flight, copy, seen, gone, rules) = (None, None, 0, false, rules.clone());
        Self { name, member, id, token, nature, folder, actions, engine, flight, copy, left, look, seen, rules, gone }
    }

    pub fn now(&self) -> i64 {
        self.nature.now_ms()
    }

    /// The program will end at one of its next commits.
    pub fn end_after(&self, commits: u32) {
        self.left.store(i64::from(commits), Ordering::SeqCst);
    }

    pub fn ended(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// The program starts again on what is on the disk.
    pub fn start(&mut self) {
        let folder = self.folder.path().to_owned();
        self.start_on(&folder);
    }

    fn start_on(&mut self, folder: &Path) {
        self.engine = Engine::default();
        self.flight = None;
        let left = Arc::new(AtomicI64::new(ENDLESS));
        (self.actions, self.look) = open(folder, &self.rules, &self.nature, &left);
        self.left = left;
    }

    /// Its folder as it is now, or was at the last copy, for `restore`.
    pub fn keep_copy(&mut self) {
        self.copy = Some(copied(self.folder.path()));
    }

    /// The copy takes the folder's place. `false`: there is none.
    pub fn restore(&mut self) -> bool {
        let Some(copy) = &self.copy else { return false };
        let folder = copied(copy.path());
        self.start_on(folder.path());
        self.folder = folder;
        self.seen = 0;
        true
    }
}

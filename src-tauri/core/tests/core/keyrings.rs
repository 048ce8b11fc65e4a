//! The key in the system's key store: found again, never doubled, missed by name.

use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use doorstep::rules::RuleBook;
use doorstep::store::key::{FolderId, Kept, KeyError, KeyFile, KeyKeeper, Keyring, Keys};
use doorstep::store::{self, Store};
use keyring_core::api::{CredentialStore, CredentialStoreApi};
use keyring_core::{Entry, Error, mock};
use tempfile::TempDir;

use crate::cast::Steady;

/// A key store that a person can lock, and that may lose what it took.
#[derive(Debug)]
struct Cabinet {
    inside: Arc<mock::Store>,
    locked: AtomicBool,
    forgetful: AtomicBool,
}

impl Cabinet {
    fn new() -> Arc<Self> {
        let inside = mock::Store::new().unwrap();
        Arc::new(Self { inside, locked: AtomicBool::new(false), forgetful: AtomicBool::new(false) })
    }

    fn lock(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
    }

    /// Entries that hold something.
    fn entries(&self) -> usize {
        let all = self.inside.search(&HashMap::new()).unwrap();
        all.iter().filter(|entry| entry.get_secret().is_ok()).count()
    }
}

impl CredentialStoreApi for Cabinet {
    fn vendor(&self) -> String {
        "a cabinet".to_owned()
    }

    fn id(&self) -> String {
        "1".to_owned()
    }

    fn build(&self, service: &str, user: &str, with: Option<&HashMap<&str, &str>>) -> keyring_core::Result<Entry> {
        if self.locked.load(Ordering::SeqCst) {
            return Err(Error::NoStorageAccess("locked".into()));
        }
        if self.forgetful.load(Ordering::SeqCst) {
            return mock::Store::new()?.build(service, user, with);
        }
        self.inside.build(service, user, with)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn find(folder: &Path, keyring: &Keyring) -> Result<Kept, KeyError> {
    // Another seed each time: a key that is made anew would be another one.
    let seed = fs::read_dir(folder).unwrap().count() as u64 + 10;
    Kept::find(folder, keyring, Steady::new(seed).as_ref())
}

fn of(cabinet: &Arc<Cabinet>) -> Keyring {
    Keyring::Given(cabinet.clone() as Arc<CredentialStore>)
}

fn with_database(folder: &Path, key: &[u8; 32]) {
    Store::open(folder, key, Arc::new(RuleBook::built_in().unwrap()), Steady::new(4).as_ref()).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_key_is_made_in_the_systems_store_and_found_again_also_where_the_folder_was_moved() {
    let (home, cabinet) = (tempfile::tempdir().unwrap(), Cabinet::new());
    let (here, there) = (home.path().join("here"), home.path().join("there"));
    fs::create_dir(&here).unwrap();
    let made = find(&here, &of(&cabinet)).unwrap();
    assert!(!made.keeper.in_plain_file());
    assert_eq!(names(&here), ["folder.id"], "no key lies in the folder");
    assert_eq!(find(&here, &of(&cabinet)).unwrap().key, made.key);
    with_database(&here, &made.key);
    fs::rename(&here, &there).unwrap();
    assert_eq!(find(&there, &of(&cabinet)).unwrap().key, made.key);
    assert_eq!(cabinet.entries(), 1);
}

#[test]
fn two_folders_do_not_share_a_key() {
    let (one, two, cabinet) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Cabinet::new());
    let nature = Steady::new(1);
    let [one, two] = [&one, &two].map(|folder| Kept::find(folder.path(), &of(&cabinet), nature.as_ref()).unwrap().key);
    assert_ne!(one, two);
    assert_eq!(cabinet.entries(), 2);
}

/// A folder with a database and its key in a file.
fn filed() -> (TempDir, [u8; 32]) {
    let folder = tempfile::tempdir().unwrap();
    let key = find(folder.path(), &Keyring::File).unwrap().key;
    with_database(folder.path(), &key);
    (folder, key)
}

#[test]
fn a_key_file_moves_into_the_systems_store_whenever_it_was_cut_short() {
    let (folder, key) = filed();
    let cabinet = Cabinet::new();
    let moved = find(folder.path(), &of(&cabinet)).unwrap();
    assert_eq!((moved.key, moved.keeper.in_plain_file()), (key, false));
    assert!(!names(folder.path()).contains(&"store.key".to_owned()));
    assert!(FolderId::in_system(folder.path()).unwrap());
    // Power was lost before the file was removed; or somebody brought an older one back.
    for keys in [Keys::one(key), Keys::one([1; 32]), Keys { key: [1; 32], next: Some(key) }] {
        KeyFile::in_folder(folder.path()).write(&keys).unwrap();
        assert_eq!(find(folder.path(), &of(&cabinet)).unwrap().key, key, "{keys:?}");
        assert!(!names(folder.path()).contains(&"store.key".to_owned()), "{keys:?}");
    }
    // What the system has does not open the database, and the file does.
    moved.keeper.write(&Keys::one([2; 32])).unwrap();
    KeyFile::in_folder(folder.path()).write(&Keys::one(key)).unwrap();
    assert_eq!(find(folder.path(), &of(&cabinet)).unwrap().key, key);
    assert_eq!(moved.keeper.read().unwrap(), Some(Keys::one(key)));
}

#[test]
fn a_locked_store_makes_no_second_key() {
    let (folder, cabinet) = (tempfile::tempdir().unwrap(), Cabinet::new());
    cabinet.lock(true);
    for _ in 0..2 {
        assert!(matches!(find(folder.path(), &of(&cabinet)).err(), Some(KeyError::Refused(_))));
        assert_eq!(names(folder.path()), ["folder.id"], "no key and no database");
    }
    cabinet.lock(false);
    let key = find(folder.path(), &of(&cabinet)).unwrap().key;
    with_database(folder.path(), &key);
    cabinet.lock(true);
    let before = names(folder.path());
    assert!(matches!(find(folder.path(), &of(&cabinet)).err(), Some(KeyError::Refused(_))));
    assert_eq!(names(folder.path()), before);
    cabinet.lock(false);
    assert_eq!(find(folder.path(), &of(&cabinet)).unwrap().key, key);
    assert_eq!(cabinet.entries(), 1);
}

#[test]
fn what_opened_by_its_file_yesterday_opens_today_beside_a_locked_store() {
    let (folder, key) = filed();
    let cabinet = Cabinet::new();
    cabinet.lock(true);
    for _ in 0..2 {
        let kept = find(folder.path(), &of(&cabinet)).unwrap();
        assert_eq!((kept.key, kept.keeper.in_plain_file()), (key, true));
    }
    cabinet.lock(false);
    assert!(!find(folder.path(), &of(&cabinet)).unwrap().keeper.in_plain_file());
}

#[test]
fn a_store_that_does_not_give_back_what_it_took_gets_no_only_copy() {
    let (folder, key) = filed();
    let cabinet = Cabinet::new();
    cabinet.forgetful.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let kept = find(folder.path(), &of(&cabinet)).unwrap();
        assert_eq!((kept.key, kept.keeper.in_plain_file()), (key, true));
    }
    let fresh = tempfile::tempdir().unwrap();
    assert!(matches!(find(fresh.path(), &of(&cabinet)).err(), Some(KeyError::Refused(_))));
    assert!(!store::database(fresh.path()).exists());
}

#[test]
fn a_vanished_entry_is_missed_by_name_and_not_replaced() {
    let (folder, _) = filed();
    let cabinet = Cabinet::new();
    find(folder.path(), &of(&cabinet)).unwrap().keeper.erase().unwrap();
    let before = names(folder.path());
    assert!(matches!(find(folder.path(), &of(&cabinet)).err(), Some(KeyError::Missing)));
    assert_eq!((names(folder.path()), cabinet.entries()), (before, 0));
}

#[test]
fn a_folder_whose_key_is_in_the_systems_store_says_so_where_there_is_none() {
    let (folder, _) = filed();
    let cabinet = Cabinet::new();
    drop(find(folder.path(), &of(&cabinet)).unwrap());
    let before = names(folder.path());
    assert!(matches!(find(folder.path(), &Keyring::File).err(), Some(KeyError::StoreAbsent)));
    assert_eq!(names(folder.path()), before);
    fs::write(folder.path().join("folder.id"), "no name").unwrap();
    assert!(matches!(find(folder.path(), &of(&cabinet)).err(), Some(KeyError::Malformed)));
}

/// The program on a system where no bus answers.
pub fn without_a_bus(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .unwrap()
}

#[test]
fn without_a_key_store_the_key_stays_in_its_file() {
    let (folder, key) = filed();
    let done = without_a_bus(&["rotate"], folder.path());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let kept = KeyFile::in_folder(folder.path()).read().unwrap().unwrap();
    assert_ne!(kept.key, key);
    assert!(store::database(folder.path()).exists() && kept.next.is_none());
    // And a key that a system's store had is not replaced.
    drop(find(folder.path(), &of(&Cabinet::new())).unwrap());
    let refused = without_a_bus(&["rotate"], folder.path());
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("the key lies in the system's key store"), "{told}");
    assert!(!names(folder.path()).contains(&"store.key".to_owned()));
}

//! Another key for everything: whenever it is interrupted, the folder opens with all that was in it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use doorstep::app::OpenFolder;
use doorstep::store::key::{KeyError, KeyFile, KeyKeeper, Keyring, Keys};
use doorstep::store::recovery_key::RecoverySecret;
use doorstep::store::rotate::RotateError;
use doorstep::store::{self, Store, identity, recovery};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::{BlobHash, JobId};
use doorstep_schemas::view::PhotoStage;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::cast::{KEY, OWNER, Phone, Shop, Steady, leaking_heater, member, picture};

/// What has to be there after whatever happened.
struct Folder {
    folder: TempDir,
    secret: RecoverySecret,
    job: JobId,
    photo: BlobHash,
}

fn folder() -> Folder {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let secret = RecoverySecret::parse(&desk.actions.make_recovery_key().unwrap().text).unwrap();
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    let (job, appliance) = (view.card.job, view.appliances[0].id);
    let view = desk.actions.add_photo(job, appliance, PhotoStage::Before, &picture(3)).unwrap();
    let photo = view.photos[0].photo;
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    KeyFile::in_folder(folder.path()).write(&Keys::one(KEY)).unwrap();
    Folder { folder, secret, job, photo }
}

impl Folder {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn open(&self) -> OpenFolder {
        OpenFolder::open(self.path(), &Keyring::File, Steady::new(50).as_ref(), &mut Unwatched).unwrap()
    }

    /// Opens it as the app does, by its own key and by the recovery key; returns the key.
    fn whole(&self) -> [u8; 32] {
        let sealed = recovery::recover_key(self.path(), &self.secret).unwrap();
        let OpenFolder { mut store, keeper, lock } = self.open();
        let kept = keeper.read().unwrap().unwrap();
        assert_eq!(kept, Keys::one(sealed), "one key is kept, and it is the sealed one");
        assert!(store.job_facts(self.job).unwrap().is_some());
        assert_eq!(BlobHash::of(&store.photo_files().read(&self.photo).unwrap()), self.photo);
        let public = self.secret.public();
        assert!(store.is_sealed_to(&public).unwrap());
        let identity = identity::read(self.path(), &kept.key).unwrap().unwrap();
        assert_eq!(identity.enrolment, store.enrolment().unwrap());
        drop((store, lock));
        kept.key
    }
}

/// The machine dies at the n-th step; or a person stops it there.
struct At {
    left: u32,
    dies: bool,
}

impl Watcher for At {
    fn step(&mut self, _: Step) -> Result<(), Cancelled> {
        if self.left > 0 {
            self.left -= 1;
            return Ok(());
        }
        assert!(!self.dies, "the machine dies");
        Err(Cancelled)
    }
}

#[test]
fn wherever_it_dies_the_folder_opens_with_the_old_or_the_new_key() {
    let folder = folder();
    let (mut old, mut new) = (0, 0);
    let mut before = folder.whole();
    for left in 0.. {
        let OpenFolder { mut store, keeper, lock } = folder.open();
        let mut at = At { left, dies: true };
        let died = catch_unwind(AssertUnwindSafe(|| {
            store.rotate_key(keeper.as_ref(), Steady::new(u64::from(left) + 900).as_ref(), &mut at).unwrap();
        }));
        drop((store, lock));
        let after = folder.whole();
        if after == before {
            old += 1;
        } else {
            new += 1;
        }
        before = after;
        if died.is_ok() {
            break;
        }
    }
    assert!(old >= 4 && new >= 4, "both sides of the change were tried: {old}, {new}");
}

#[test]
fn stopped_before_the_database_is_written_it_leaves_everything_as_it_was() {
    let folder = folder();
    for left in 0..3 {
        let OpenFolder { mut store, keeper, lock } = folder.open();
        let stopped = store.rotate_key(keeper.as_ref(), Steady::new(9).as_ref(), &mut At { left, dies: false });
        assert!(matches!(stopped, Err(RotateError::Cancelled)), "{left}: {stopped:?}");
        assert!(store.job_facts(folder.job).unwrap().is_some(), "the store goes on");
        assert_eq!(keeper.read().unwrap(), Some(Keys::one(KEY)));
        drop((store, lock));
        assert_eq!(folder.whole(), KEY);
    }
}

/// A key store that takes nothing more after so many times.
struct Full(KeyFile, std::sync::atomic::AtomicI32);

impl KeyKeeper for Full {
    fn read(&self) -> Result<Option<Keys>, KeyError> {
        self.0.read()
    }

    fn write(&self, keys: &Keys) -> Result<(), KeyError> {
        if self.1.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) <= 0 {
            return Err(KeyError::Io(std::io::ErrorKind::StorageFull.into()));
        }
        self.0.write(keys)
    }

    fn erase(&self) -> Result<(), KeyError> {
        self.0.erase()
    }

    fn in_plain_file(&self) -> bool {
        true
    }
}

#[test]
fn a_key_store_that_takes_no_new_key_leaves_the_old_one_in_force() {
    let folder = folder();
    let full = |times: i32| Full(KeyFile::in_folder(folder.path()), times.into());
    let OpenFolder { mut store, lock, .. } = folder.open();
    assert!(matches!(store.rotate_key(&full(0), Steady::new(9).as_ref(), &mut Unwatched), Err(RotateError::Key(_))));
    assert!(store.job_facts(folder.job).unwrap().is_some());
    // It took both, and not the new one alone: the next start puts it right.
    store.rotate_key(&full(1), Steady::new(9).as_ref(), &mut Unwatched).unwrap();
    assert!(store.job_facts(folder.job).unwrap().is_some());
    drop((store, lock));
    assert_ne!(folder.whole(), KEY);
}

#[test]
fn the_old_key_opens_nothing_afterwards_and_no_page_of_it_is_left() {
    let folder = folder();
    let mut open = folder.open();
    open.store.rotate_key(open.keeper.as_ref(), Steady::new(9).as_ref(), &mut Unwatched).unwrap();
    assert_eq!(fs::metadata(folder.path().join("doorstep.db-wal")).map_or(0, |log| log.len()), 0);
    let OpenFolder { store, lock, .. } = open;
    drop((store, lock));
    let db = Connection::open(store::database(folder.path())).unwrap();
    assert!(store::unlock(&db, &KEY).is_err());
    assert!(identity::read(folder.path(), &KEY).is_err());
    assert_ne!(folder.whole(), KEY);
}

#[test]
fn photos_are_readable_through_a_change_and_move_under_the_newest_key_in_portions() {
    let folder = folder();
    let nature = Steady::new(70);
    let OpenFolder { mut store, keeper, lock } = folder.open();
    let held = store.photo_files();
    for n in 0..9u8 {
        held.write(&BlobHash::of(&[n]), &[n], nature.as_ref()).unwrap();
    }
    let readable = |store: &Store| (0..9u8).all(|n| store.photo_files().read(&BlobHash::of(&[n])).unwrap() == [n]);
    assert_eq!(store.reseal_photos(100, nature.as_ref()).unwrap().files, 0, "nothing is old");
    store.rotate_key(keeper.as_ref(), nature.as_ref(), &mut Unwatched).unwrap();
    assert!(readable(&store));
    // Whoever had the files in hand writes under the newest key too.
    held.write(&BlobHash::of(b"new"), b"new", nature.as_ref()).unwrap();
    let damaged = folder.path().join("photos").join(&BlobHash::of(&[4]).to_string()[..2]);
    let damaged = damaged.join(BlobHash::of(&[4]).to_string());
    let whole = fs::read(&damaged).unwrap();
    fs::write(&damaged, b"nonsense").unwrap();
    let first = store.reseal_photos(4, nature.as_ref()).unwrap();
    assert!(!first.ended && first.files + first.unreadable == 4, "{first:?}");
    assert!(store.photos_to_reseal().unwrap().is_some_and(|folders| folders <= first.folders));
    drop((store, lock));
    // After a restart it goes on where it was.
    let OpenFolder { mut store, keeper, .. } = folder.open();
    let mut seen = Vec::new();
    let rest = store.reseal_all(nature.as_ref(), &mut Seen(&mut seen)).unwrap();
    // Ten files of nine texts and two of the photo; the new one was never old.
    assert_eq!((first.files + rest.files, first.unreadable + rest.unreadable, rest.ended), (10, 1, true));
    assert_eq!(seen.last().map(|step| (step.done, step.of)), Some((256, Some(256))));
    assert_eq!(store.photos_to_reseal().unwrap(), None);
    fs::write(&damaged, whole).unwrap();
    assert!(readable(&store), "older keys are kept for what was left");
    // One more change before the walk has begun: every generation ends under the newest.
    store.rotate_key(keeper.as_ref(), nature.as_ref(), &mut Unwatched).unwrap();
    store.rotate_key(keeper.as_ref(), nature.as_ref(), &mut Unwatched).unwrap();
    let last = store.reseal_all(nature.as_ref(), &mut Unwatched).unwrap();
    assert_eq!((last.files, last.unreadable), (12, 0));
    assert!(readable(&store));
    assert_eq!(&fs::read(&damaged).unwrap()[..8], b"\xd5ph\x01\0\0\0\x04");
}

struct Seen<'a>(&'a mut Vec<Step>);

impl Watcher for Seen<'_> {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        self.0.push(step);
        Ok(())
    }
}

#[test]
fn photos_from_before_their_keys_were_their_own_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    KeyFile::in_folder(folder.path()).write(&Keys::one(KEY)).unwrap();
    let key = Sha256::new().chain_update(b"doorstep photo files\0").chain_update(KEY).finalize();
    let (text, nonce) = (b"an old picture", [3u8; 24]);
    let sealed = XChaCha20Poly1305::new(&key).encrypt(&XNonce::from(nonce), text.as_slice()).unwrap();
    let hash = BlobHash::of(text);
    let path = folder.path().join("photos").join(&hash.to_string()[..2]).join(hash.to_string());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, [nonce.as_slice(), &sealed].concat()).unwrap();
    let nature = Steady::new(5);
    let OpenFolder { mut store, keeper, .. } =
        OpenFolder::open(folder.path(), &Keyring::File, nature.as_ref(), &mut Unwatched).unwrap();
    assert_eq!(store.photo_files().read(&hash).unwrap(), text);
    store.rotate_key(keeper.as_ref(), nature.as_ref(), &mut Unwatched).unwrap();
    assert_eq!(store.photo_files().read(&hash).unwrap(), text);
    assert_eq!(store.reseal_all(nature.as_ref(), &mut Unwatched).unwrap().files, 1);
    assert_eq!(store.photo_files().read(&hash).unwrap(), text);
    assert!(fs::read(&path).unwrap().starts_with(b"\xd5ph\x01\0\0\0\x01"));
}

/// A number from the environment, else this one.
fn knob(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// `DOORSTEP_KILLS` and `DOORSTEP_KILL_MB` for more.
#[test]
fn killed_at_any_moment_while_the_database_is_written_anew_the_folder_opens() {
    let folder = folder();
    let megabytes = knob("DOORSTEP_KILL_MB", 12);
    {
        let db = Connection::open(store::database(folder.path())).unwrap();
        store::unlock(&db, &KEY).unwrap();
        let mut fill = db.prepare("INSERT INTO meta (key, value) VALUES (?1, randomblob(100000))").unwrap();
        for n in 0..megabytes * 10 {
            fill.execute([format!("filler {n}")]).unwrap();
        }
    }
    let rotate = || {
        Command::new(env!("CARGO_BIN_EXE_doorstep"))
            .args(["rotate", "--key-file", "--data"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let begun = Instant::now();
    assert!(rotate().wait().unwrap().success());
    let whole = begun.elapsed();
    let kills = knob("DOORSTEP_KILLS", 12);
    let mut before = folder.whole();
    let mut changed = 0;
    for n in 0..kills {
        let mut child = rotate();
        thread::sleep(whole * u32::try_from(n).unwrap() / u32::try_from(kills).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        let after = folder.whole();
        changed += u64::from(after != before);
        before = after;
    }
    let db = Connection::open(store::database(folder.path())).unwrap();
    store::unlock(&db, &before).unwrap();
    let rows: i64 = db.query_row("SELECT count(*) FROM meta WHERE key GLOB 'filler *'", [], |row| row.get(0)).unwrap();
    let sound: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
    assert_eq!((rows.unsigned_abs(), sound.as_str()), (megabytes * 10, "ok"));
    eprintln!("{megabytes} MB in {} ms; killed {kills} times, {changed} after the change", whole.as_millis());
}

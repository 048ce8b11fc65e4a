//! The data folder: encrypted, opened by one, never by an older program, durable.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use doorstep::app::{Doorstep, OpenError};
use doorstep::rules::RuleBook;
use doorstep::store::key::{Kept, KeyError, KeyFile, KeyKeeper, Keyring};
use doorstep::store::{self, Store, StoreError};
use doorstep::sync::runner::Now;
use doorstep::sync::status;
use doorstep_schemas::ids::DocId;
use doorstep_schemas::view::PhotoStage;
use doorstep_schemas::wire::{DeviceHeld, Held};
use rusqlite::Connection;

use crate::cast::{KEY, OWNER, Phone, RAN, Shop, Steady, leaking_heater, member, pass_everything, picture};

fn open(folder: &Path, key: &[u8; 32]) -> Result<Store, StoreError> {
    Store::open(folder, key, Arc::new(RuleBook::built_in().unwrap()), Steady::new(4).as_ref())
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            out.extend(files(&entry.path()));
        } else {
            out.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
    out
}

#[test]
fn no_name_phone_address_text_or_picture_lies_readable_in_the_data_folder() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut order = leaking_heater(&[member(RAN)]);
    order.note = "钥匙在门垫下面".to_owned();
    let job = desk.actions.take_order(&order).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let view = pass_everything(&ran, job);
    let photo = ran.actions.photo_bytes(&view.photos[0].photo).unwrap();
    let canaries: [&[u8]; 9] = [
        "罗桂香".as_bytes(),
        b"13800001099",
        "南门小区".as_bytes(),
        "密封圈老化".as_bytes(),
        "钥匙在门垫".as_bytes(),
        RAN.as_bytes(),
        b"SQLite format 3",
        &photo[photo.len() / 2..][..24],
        &photo[..20],
    ];
    // Open, with the write-ahead log beside it, and closed.
    let open: Vec<_> = [&desk, &ran].iter().flat_map(|phone| files(phone.folder.path())).collect();
    assert!(open.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()), "the log is looked at too");
    assert!(open.iter().filter(|(name, _)| name.contains("photos")).count() >= 2);
    let closed = [desk.restart(), ran.restart()];
    let closed = closed.iter().flat_map(|phone| files(phone.folder.path()));
    for (name, bytes) in open.into_iter().chain(closed) {
        for canary in canaries {
            let found = bytes.windows(canary.len()).any(|window| window == canary);
            assert!(!found, "{} in {name}", String::from_utf8_lossy(canary));
        }
    }
}

#[test]
fn another_key_opens_nothing_and_harms_nothing() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[])).unwrap().card.job;
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    let before = files(folder.path());
    assert!(matches!(open(folder.path(), &[8; 32]).err(), Some(StoreError::WrongKey(_))));
    assert_eq!(files(folder.path()), before);
    assert!(open(folder.path(), &KEY).unwrap().job_facts(job).unwrap().is_some());
}

#[test]
fn a_database_that_is_no_database_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(store::database(folder.path()), vec![42u8; 8192]).unwrap();
    assert!(matches!(open(folder.path(), &KEY).err(), Some(StoreError::WrongKey(_))));
}

#[test]
fn the_key_is_made_once_and_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let find = || Kept::find(folder.path(), &Keyring::File, Steady::new(3).as_ref()).unwrap();
    let Kept { key, keeper } = find();
    assert_eq!(find().key, key);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(fs::metadata(&names[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(keeper.in_plain_file());
    drop(open(folder.path(), &key).unwrap());
    assert_eq!(find().key, key);
}

#[test]
fn a_key_whose_writing_was_cut_short_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("store.part"), [1; 5]).unwrap();
    let find = |seed| Kept::find(folder.path(), &Keyring::File, Steady::new(seed).as_ref()).unwrap();
    let key = find(3).key;
    assert_eq!(find(9).key, key);
}

#[test]
fn a_lost_or_damaged_key_is_never_replaced_by_another_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), &KEY).unwrap());
    let before = files(folder.path());
    let find = || Kept::find(folder.path(), &Keyring::File, Steady::new(3).as_ref()).err();
    assert!(matches!(find(), Some(KeyError::Missing)));
    assert_eq!(files(folder.path()), before);
    for length in [0, 1, 31, 33, 63, 65, 100_000] {
        fs::write(folder.path().join("store.key"), vec![1; length]).unwrap();
        assert!(matches!(find(), Some(KeyError::Malformed)), "{length}");
    }
    assert!(matches!(KeyFile::in_folder(folder.path()).read(), Err(KeyError::Malformed)));
}

#[tokio::test]
async fn a_folder_is_opened_by_one_program_and_its_key_is_missed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Handle::current();
    let open = || Doorstep::open(folder.path(), Steady::new(5), &runtime);
    let first = open().unwrap();
    assert!(first.session().unwrap().key_in_file);
    assert!(matches!(open().err(), Some(OpenError::Busy(busy)) if busy == folder.path()));
    drop(first);
    // The loops end at their next turn; the database may be open until then, the folder is free.
    let second = open().unwrap();
    drop(second);
    fs::remove_file(folder.path().join("store.key")).unwrap();
    assert!(matches!(open().err(), Some(OpenError::Key(KeyError::Missing))));
}

#[test]
fn a_newer_programs_database_is_refused_and_untouched() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    desk.database().pragma_update(None, "user_version", 99).unwrap();
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    // SQLite's index of its log, and a log without a word in it, are scratch of whoever reads.
    let kept = || {
        let mut kept = files(folder.path());
        kept.retain(|(name, bytes)| !name.ends_with("-shm") && !bytes.is_empty());
        kept
    };
    let before = kept();
    let refused = open(folder.path(), &KEY).err();
    assert!(matches!(refused, Some(StoreError::TooNew { found: 99, known }) if known < 99), "{refused:?}");
    assert!(kept() == before, "a file was touched");
}

#[test]
fn a_database_of_the_first_version_grows_to_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(store::database(folder.path())).unwrap();
    store::unlock(&db, &KEY).unwrap();
    db.execute_batch(include_str!("../../src/store/migrations/0001_first.sql")).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    let phone = Phone::in_folder(folder, OWNER, Steady::new(4));
    let version =
        |phone: &Phone| -> i64 { phone.database().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap() };
    let new = Phone::in_folder(tempfile::tempdir().unwrap(), OWNER, Steady::new(5));
    assert!(version(&new) > 1);
    assert_eq!(version(&phone), version(&new));
    assert_eq!(phone.store().waiting().unwrap(), 0);
}

#[test]
fn every_table_is_strict_and_what_was_saved_is_on_the_disk() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let db = desk.database();
    let mut tables =
        db.prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").unwrap();
    let tables: Vec<(String, bool)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 10, "{tables:?}");
    for (name, strict) in tables {
        assert!(strict || name.starts_with("sqlite_"), "{name} takes any type");
    }
    let pragma = |name: &str| -> String {
        let value: rusqlite::types::Value = db.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap();
        match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!((pragma("journal_mode").as_str(), pragma("synchronous").as_str()), ("wal", "2"));
    assert!(rusqlite::version_number() >= 3_051_003, "the WAL-reset defect is mended in this SQLite");
}

#[test]
fn a_flipped_byte_of_a_photo_is_noticed() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    let (job, appliance) = (view.card.job, view.appliances[0].id);
    let view = desk.actions.add_photo(job, appliance, PhotoStage::Before, &picture(3)).unwrap();
    let hash = view.photos[0].photo;
    let name = hash.to_string();
    let path = desk.folder.path().join("photos").join(&name[..2]).join(&name);
    let sealed = fs::read(&path).unwrap();
    let whole = desk.actions.photo_bytes(&hash).unwrap();
    for at in [0, 23, 24, sealed.len() / 2, sealed.len() - 1] {
        let mut flipped = sealed.clone();
        flipped[at] ^= 4;
        fs::write(&path, &flipped).unwrap();
        assert!(matches!(desk.store().photo_files().read(&hash), Err(StoreError::Cipher)), "byte {at}");
    }
    for length in [0, 10, 24, sealed.len() - 1] {
        fs::write(&path, &sealed[..length]).unwrap();
        assert!(matches!(desk.store().photo_files().read(&hash), Err(StoreError::Cipher)), "{length} bytes");
    }
    // Another photo's file under this name.
    let other = desk.actions.add_photo(job, appliance, PhotoStage::After, &picture(200)).unwrap().photos[1].photo;
    let other = other.to_string();
    fs::copy(desk.folder.path().join("photos").join(&other[..2]).join(&other), &path).unwrap();
    assert!(matches!(desk.store().photo_files().read(&hash), Err(StoreError::Cipher)));
    fs::write(&path, &sealed).unwrap();
    assert_eq!(desk.actions.photo_bytes(&hash).unwrap(), whole);
}

#[test]
fn years_of_photos_and_absurd_claims_of_others_do_not_break_the_screens() {
    let mut shop = Shop::open();
    let (desk, ran) = (shop.device(OWNER), shop.device(RAN));
    desk.store().absorb(&shop.log.entries, None, 0).unwrap();
    let job = desk.actions.take_order(&leaking_heater(&[])).unwrap().card.job;
    let doc = DocId::Sheet(job).to_string();
    for n in 0..3u8 {
        desk.database()
            .execute(
                "INSERT INTO photo (hash, doc, thumb, bytes, here, mine, at_ms) VALUES (?1, ?2, 0, 4000000000, 1, 1, 0)",
                rusqlite::params![[n; 32], doc],
            )
            .unwrap();
    }
    let counts = desk.store().photo_counts().unwrap();
    assert_eq!((counts.photos, counts.bytes), (3, u32::MAX));
    let unsent = desk.store().unsent().unwrap();
    assert_eq!((unsent.photos, unsent.photo_bytes, unsent.bytes_with_thumbs), (3, 12_000_000_000, 12_000_000_000));
    let chip = status::chip(&desk.store(), &Now::default()).unwrap();
    assert_eq!((chip.photos, chip.bytes), (3, u32::MAX));
    assert_eq!(desk.store().unsent_jobs().unwrap()[0].photo_bytes, u32::MAX);
    let held = Held { changes: u64::MAX, photos: 5_000_000_000, photo_bytes: u64::MAX };
    let device = ran.store().device();
    desk.store().note_held(&[DeviceHeld { device, seen_ms: 1, held }]).unwrap();
    let devices = desk.actions.team().unwrap().devices;
    assert!(devices.iter().any(|d| d.device == device && d.changes == u32::MAX));
    assert_eq!(desk.actions.day_review(None).unwrap().not_arrived.len(), 1);
}

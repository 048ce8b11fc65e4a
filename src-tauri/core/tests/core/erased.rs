//! A device that is given away: its number typed, nothing only on it, the key first, and then nothing left.

use std::fs;
use std::path::Path;

use doorstep::app::{Doorstep, LeaveError};
use doorstep::store::erase::{self, EraseError, OnlyHere};
use doorstep::store::key::{KeyError, KeyFile, KeyKeeper, Keyring, Keys};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::EraseDevice;

use crate::cast::{KEY, OWNER, Phone, RAN, Shop, Steady, leaking_heater, member, pass_everything};

/// 冉小军's phone with a job on it, closed, and its key in a file.
fn worked(shop: &mut Shop) -> (Phone, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    KeyFile::in_folder(ran.folder.path()).write(&Keys::one(KEY)).unwrap();
    (ran, job)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn erasing(number_end: &str, unsent_too: bool) -> EraseDevice {
    EraseDevice { number_end: number_end.to_owned(), unsent_too }
}

#[test]
fn an_erased_folder_has_lost_its_key_before_anything_else_and_is_empty() {
    let mut shop = Shop::open();
    let (Phone { folder, actions, .. }, _) = worked(&mut shop);
    drop(actions);
    let keeper = KeyFile::in_folder(folder.path());
    fs::write(folder.path().join("recovery.sealed"), "sealed").unwrap();
    fs::write(folder.path().join("lock"), "").unwrap();
    erase::erase(folder.path(), &keeper).unwrap();
    assert!(keeper.read().unwrap().is_none());
    assert_eq!(names(folder.path()), ["lock"]);
    erase::erase(folder.path(), &keeper).unwrap();
}

#[tokio::test]
async fn a_phone_is_erased_by_its_number_and_not_before_its_work_is_elsewhere() {
    let mut shop = Shop::open();
    let (Phone { folder, actions, .. }, job) = worked(&mut shop);
    drop(actions);
    let app = Doorstep::open(folder.path(), Steady::new(6), &tokio::runtime::Handle::current()).unwrap();
    let before = app.session().unwrap();
    let number = before.device.to_string();
    let end = &number[number.len() - 4..];
    for wrong in ["", "zzzz", &end[1..], &number, "\u{1f600}\u{1f600}\u{1f600}\u{1f600}"] {
        assert!(matches!(app.erase(&erasing(wrong, true)), Err(LeaveError::NotConfirmed)), "{wrong:?}");
    }
    let refused = app.erase(&erasing(end, false));
    assert!(
        matches!(refused, Err(LeaveError::Unsent(OnlyHere { changes, photos, carried: 0 })) if changes > 5 && photos > 0),
        "{refused:?}"
    );
    assert!(app.actions.job(job).is_ok(), "nothing was touched");

    app.erase(&erasing(&format!(" {} ", end.to_uppercase()), true)).unwrap();
    let after = app.session().unwrap();
    assert!(!after.enrolled && after.device != before.device, "a device that no outlet knows");
    assert!(app.actions.job(job).is_err());
    assert!(app.actions.kept().unwrap().drafts.is_empty());
    assert_ne!(KeyFile::in_folder(folder.path()).read().unwrap(), Some(Keys::one(KEY)));
    assert!(!names(folder.path()).contains(&"photos".to_owned()), "{:?}", names(folder.path()));
    drop(app);
    let app = Doorstep::open(folder.path(), Steady::new(7), &tokio::runtime::Handle::current()).unwrap();
    assert_eq!(app.session().unwrap().device, after.device, "it goes on as that device");
}

#[test]
fn an_erasure_that_was_cut_short_is_ended_at_the_next_start() {
    let mut shop = Shop::open();
    let (Phone { folder, actions, .. }, _) = worked(&mut shop);
    drop(actions);
    // Killed before the key went, after it went, and among the files.
    for step in 0..3 {
        fs::write(folder.path().join("erasing"), "").unwrap();
        fs::write(folder.path().join("doorstep.db"), "what is left").unwrap();
        if step > 0 {
            KeyFile::in_folder(folder.path()).erase().unwrap();
        }
        erase::finish(folder.path(), &Keyring::File).unwrap();
        assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
    }
    let (Phone { folder, actions, .. }, _) = worked(&mut shop);
    drop(actions);
    let before = names(folder.path());
    erase::finish(folder.path(), &Keyring::File).unwrap();
    assert_eq!(names(folder.path()), before, "nothing was begun");
}

#[test]
fn a_key_that_stays_keeps_everything() {
    struct Locked;
    impl KeyKeeper for Locked {
        fn read(&self) -> Result<Option<Keys>, KeyError> {
            Ok(Some(Keys::one(KEY)))
        }
        fn write(&self, _keys: &Keys) -> Result<(), KeyError> {
            Ok(())
        }
        fn erase(&self) -> Result<(), KeyError> {
            Err(KeyError::StoreAbsent)
        }
        fn in_plain_file(&self) -> bool {
            false
        }
    }
    let mut shop = Shop::open();
    let (ran, job) = worked(&mut shop);
    let refused = ran.store().erase(&Locked, &Keyring::File, Steady::new(9).as_ref()).map(|_| ());
    assert!(matches!(refused, Err(EraseError::Key(KeyError::StoreAbsent))), "{refused:?}");
    assert!(ran.store().job_facts(job).unwrap().is_some(), "it goes on as it was");
    assert!(!names(ran.folder.path()).contains(&"erasing".to_owned()));
}

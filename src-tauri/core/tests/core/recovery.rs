//! The outlet's recovery key opens data folders whose own key is gone, and nothing else does.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use doorstep::actions::facts::FactError;
use doorstep::actions::keys::{RecoverError, RecoveryKeyError};
use doorstep::app::{Doorstep, OpenFolder};
use doorstep::store::key::Keyring;
use doorstep::store::recovery::{self, RecoveryError};
use doorstep::store::recovery_key::{RecoveryPublic, RecoverySecret, SealError};
use doorstep::store::{self, identity};
use doorstep::tasks::Unwatched;
use doorstep_schemas::input::{RecoverFolder, Tap, TapNode};
use doorstep_schemas::view::RecoveryPage;
use doorstep_schemas::view::{NodeKind, PhotoStage};
use tempfile::TempDir;

use crate::cast::{KEY, OWNER, Phone, RAN, Shop, Steady, leaking_heater, member, picture};

/// An outlet with a recovery key: the owner's desk, and a technician's phone that heard of it and has unsent work.
fn outlet() -> (Shop, Phone, Phone, RecoveryPage) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let page = desk.actions.make_recovery_key().unwrap();
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    ran.actions.renew_recovery();
    ran.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    (shop, desk, ran, page)
}

fn sealed(folder: &Path) -> PathBuf {
    folder.join("recovery.sealed")
}

/// The phone's storage as it is copied off: its key lay elsewhere.
fn orphan(phone: Phone) -> TempDir {
    let Phone { folder, actions, .. } = phone;
    drop(actions);
    assert!(!folder.path().join("store.key").exists());
    folder
}

fn recover(folder: &Path, text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .args(["recover", "--recovery-key", "-", "--data"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_printed_page_opens_a_broken_phones_storage() {
    let (_shop, _desk, ran, page) = outlet();
    let folder = orphan(ran);
    let done = recover(folder.path(), &page.text.to_lowercase().replace('-', "\n"));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains("柘川县城关网点 冉小军的手机") && told.contains("1 changes of 1 jobs"), "{told}");
    let open = OpenFolder::open(folder.path(), &Keyring::File, Steady::new(9).as_ref(), &mut Unwatched).unwrap();
    assert_eq!(open.store.unsent_jobs().unwrap().len(), 1);
    // Another page, a misread one, a folder that somebody has open.
    for wrong in [RecoverySecret::make(Steady::new(77).as_ref()).text(), page.text[1..].to_owned(), String::new()] {
        let refused = recover(folder.path(), &wrong);
        assert_eq!(refused.status.code(), Some(1), "{wrong}");
    }
    let busy = recover(folder.path(), &page.text);
    assert!(String::from_utf8_lossy(&busy.stderr).contains("another program has"), "{busy:?}");
}

#[test]
fn the_owner_opens_it_without_the_page_and_a_technician_does_not() {
    let (_shop, desk, ran, page) = outlet();
    let folder = orphan(ran);
    let path = folder.path().display().to_string();
    let input = RecoverFolder { path: path.clone(), recovery_key: String::new() };
    let scratch = tempfile::tempdir().unwrap();
    let opened = |device: &Phone, input: &RecoverFolder| {
        device.actions.recover_folder(input, &scratch.path().join("unsent"), &mut Unwatched)
    };
    let found = opened(&desk, &input).unwrap();
    assert_eq!((found.outlet.as_str(), found.member, found.unsent), ("柘川县城关网点", Some(member(RAN)), 1));
    let typed = RecoverFolder { path, recovery_key: page.text.clone() };
    // What only the broken phone knew is at the desk; a second time brings nothing new.
    let taken = found.taken.clone().unwrap();
    assert_eq!((taken.member.as_str(), taken.jobs, taken.received, taken.not_for_this_device), ("冉小军", 1, 1, 0));
    let left = desk.actions.orders(None).unwrap().into_iter().map(|card| card.status);
    assert_eq!(left.collect::<Vec<_>>(), [NodeKind::Departed]);
    let again = opened(&desk, &typed).unwrap();
    assert_eq!((again.unsent, again.taken.unwrap().received), (1, 0));

    let mut other = Shop::open();
    let stranger = other.device(OWNER);
    let refused = opened(&stranger, &input).err();
    assert!(matches!(refused, Some(RecoverError::NotAtDesk(id)) if id.to_string() == page.id), "{refused:?}");
    let tian = other.device(RAN);
    assert!(matches!(opened(&tian, &typed).err(), Some(RecoverError::Fact(FactError::OwnerOnly))));
    let refused = tian.actions.make_recovery_key().err();
    assert!(matches!(refused, Some(RecoveryKeyError::Fact(FactError::OwnerOnly))));
}

#[test]
fn a_folder_that_is_not_opened_is_left_as_it_was() {
    let (_shop, _desk, ran, page) = outlet();
    let folder = orphan(ran);
    let secret = RecoverySecret::parse(&page.text).unwrap();
    let whole = fs::read(sealed(folder.path())).unwrap();
    let other = RecoverySecret::make(Steady::new(77).as_ref());
    assert!(matches!(recovery::adopt(folder.path(), &other), Err(RecoveryError::Seal(SealError::OtherKey(_)))));
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        for damaged in [flipped.as_slice(), &whole[..at]] {
            fs::write(sealed(folder.path()), damaged).unwrap();
            assert!(matches!(recovery::adopt(folder.path(), &secret), Err(RecoveryError::Seal(_))), "byte {at}");
        }
    }
    fs::write(sealed(folder.path()), vec![0; 1_000_000]).unwrap();
    assert!(recovery::adopt(folder.path(), &secret).is_err());
    fs::remove_file(sealed(folder.path())).unwrap();
    assert!(matches!(recovery::adopt(folder.path(), &secret), Err(RecoveryError::NothingSealed)));
    // Sealed, but another database's.
    fs::write(sealed(folder.path()), &whole).unwrap();
    let database = fs::read(store::database(folder.path())).unwrap();
    fs::write(store::database(folder.path()), vec![9; 8192]).unwrap();
    assert!(matches!(recovery::adopt(folder.path(), &secret), Err(RecoveryError::NotAnswering)));
    fs::remove_file(store::database(folder.path())).unwrap();
    assert!(matches!(recovery::adopt(folder.path(), &secret), Err(RecoveryError::NothingSealed)));
    fs::write(store::database(folder.path()), database).unwrap();
    assert!(!folder.path().join("store.key").exists());
    assert_eq!(recovery::adopt(folder.path(), &secret).unwrap().0, KEY);
}

#[test]
fn a_newer_recovery_key_replaces_the_older_on_every_device() {
    let (mut shop, mut desk, mut ran, first) = outlet();
    let opened_by = |phone: &Phone| recovery::opened_by(phone.folder.path()).unwrap().to_string();
    assert_eq!((opened_by(&desk), opened_by(&ran)), (first.id.clone(), first.id.clone()));
    // The same moment by the clock: the later one counts all the same.
    let second = desk.actions.make_recovery_key().unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!((opened_by(&desk), opened_by(&ran)), (second.id.clone(), first.id.clone()));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    // What was missed while it ran is done at the next start.
    let ran = ran.restart();
    assert_eq!(opened_by(&ran), second.id);
    let before = fs::read(sealed(ran.folder.path())).unwrap();
    let ran = ran.restart();
    assert_eq!(fs::read(sealed(ran.folder.path())).unwrap(), before, "nothing is sealed twice");
    // Somebody overwrote it.
    fs::write(sealed(ran.folder.path()), b"nonsense").unwrap();
    let public = ran.store().recovery_public().unwrap().unwrap();
    assert!(!ran.store().is_sealed_to(&public).unwrap());
    ran.actions.renew_recovery();
    assert!(ran.store().is_sealed_to(&public).unwrap());
    assert!(!ran.store().is_sealed_to(&RecoveryPublic([5; 32])).unwrap());
    assert!(ran.store().desks().unwrap().is_empty(), "a technician's phone has no private half");
}

#[tokio::test]
async fn the_screen_shows_where_the_key_is_and_whether_it_is_sealed() {
    let mut shop = Shop::open();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Handle::current();
    let app = Doorstep::open(folder.path(), Steady::new(5), &runtime).unwrap();
    app.actions.shelf.store().set_enrolment(&shop.enrolment(OWNER)).unwrap();
    app.actions.shelf.store().absorb(&shop.log.entries, None, 0).unwrap();
    let view = app.key_view().unwrap();
    assert!(view.in_file && view.recovery.is_none() && view.rotated_at.is_none());
    let page = app.actions.make_recovery_key().unwrap();
    assert!(page.qr_svg.contains("<svg"));
    let recovery = app.key_view().unwrap().recovery.unwrap();
    assert_eq!((recovery.id, recovery.by, recovery.sealed, recovery.at_desk), (page.id, member(OWNER), true, true));
    let view = app.rotate_key(&mut Unwatched).unwrap();
    assert!(view.rotated_at.is_some() && view.recovery.unwrap().sealed);
    assert_eq!(view.photos_resealed, Some(0), "the walk through older photos is still to come");
    let _ = shop.device(OWNER);
}

#[test]
fn the_identity_beside_the_database_is_the_devices_own_and_damage_is_noticed() {
    let mut shop = Shop::open();
    let ran = shop.device(RAN);
    let key = ran.store().public_key();
    let written = identity::read(ran.folder.path(), &KEY).unwrap().unwrap();
    assert_eq!(written.enrolment, ran.store().enrolment().unwrap());
    let signer = ed25519_dalek::SigningKey::from_bytes(&written.signing_key);
    assert_eq!(doorstep_schemas::signature::identity(&signer).0, key);
    assert_eq!(written.photo_keys.len(), 1);
    let path = ran.folder.path().join("identity.sealed");
    let whole = fs::read(&path).unwrap();
    assert!(!whole.windows(5).any(|window| window == b"token"));
    assert!(identity::read(ran.folder.path(), &[8; 32]).is_err());
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 2;
        for damaged in [flipped.as_slice(), &whole[..at]] {
            fs::write(&path, damaged).unwrap();
            assert!(identity::read(ran.folder.path(), &KEY).is_err(), "byte {at}");
        }
    }
    // The next start writes it anew.
    let ran = ran.restart();
    assert!(identity::read(ran.folder.path(), &KEY).unwrap() == Some(written));
    fs::remove_file(&path).unwrap();
    assert!(identity::read(ran.folder.path(), &KEY).unwrap().is_none());
}

#[test]
fn a_database_made_anew_without_its_own_memory_goes_on_as_the_same_device() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    let view = desk.actions.add_photo(view.card.job, view.appliances[0].id, PhotoStage::Before, &picture(3)).unwrap();
    let photo = view.photos[0].photo;
    let who = || {
        let store = desk.store();
        (store.device(), store.enrolment().unwrap())
    };
    let before = who();
    desk.database()
        .execute_batch("DELETE FROM meta WHERE key IN ('signing_key', 'enrolment'); DELETE FROM photo_key;")
        .unwrap();
    let repair = desk.store().repair(desk.nature.as_ref(), &mut Unwatched).unwrap();
    assert!(!repair.identity_lost, "{repair:?}");
    assert_eq!(who(), before);
    assert!(desk.actions.photo_bytes(&photo).is_ok(), "and its photos open");
    // Without the file it is a stranger, and says so.
    desk.database().execute_batch("DELETE FROM meta WHERE key = 'signing_key'").unwrap();
    fs::write(desk.folder.path().join("identity.sealed"), b"nonsense").unwrap();
    assert!(desk.store().repair(desk.nature.as_ref(), &mut Unwatched).unwrap().identity_lost);
}

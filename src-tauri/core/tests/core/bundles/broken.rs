//! Files that stop, are stopped, are damaged, are newer, or very old.

use std::fs;
use std::path::Path;

use doorstep::store::bundle::BundleError;
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::view::PhotoStage;

use super::{acquaint, everything, export, given, import, same};
use crate::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything, picture};

/// Stops after some steps.
struct Impatient(u32);

impl Watcher for Impatient {
    fn step(&mut self, _step: Step) -> Result<(), Cancelled> {
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn a_cancelled_export_leaves_no_file_and_a_cancelled_import_goes_on_where_it_was() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    ran.shoot(job, ran.facts(job).order.appliances[0].id, &[PhotoStage::After, PhotoStage::Before]);
    let path = ran.folder.path().join("stopped.doorstep");
    let stopped = ran.actions.export_bundle(&everything(), &path, &mut Impatient(1));
    assert!(matches!(stopped, Err(BundleError::Cancelled(_))));
    let names: Vec<String> = fs::read_dir(ran.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("stopped"))
        .collect();
    assert_eq!(names, Vec::<String>::new());
    let file = export(&ran, &everything());
    let mut tries = 0;
    while let Err(error) = desk.actions.import_bundle(&file, &mut Impatient(tries)) {
        assert!(matches!(error, BundleError::Cancelled(_)), "{error}");
        tries += 1;
    }
    assert!(tries > 1, "there was something to stop");
    same(&desk, &ran, job);
}

#[test]
fn a_file_that_stops_early_gives_what_it_has_and_says_so() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    let whole = fs::read(export(&ran, &everything())).unwrap();
    let path = desk.folder.path().join("cut.doorstep");
    let mut received = 0;
    let step = (whole.len() / 60).max(1);
    for end in (0..whole.len()).step_by(step) {
        fs::write(&path, &whole[..end]).unwrap();
        match import(&desk, &path) {
            Ok(taken) => {
                assert!(!taken.whole, "cut at {end} of {}", whole.len());
                received += taken.received;
            }
            Err(error) => assert!(matches!(error, BundleError::Unreadable | BundleError::Damaged), "{error}"),
        }
    }
    assert_eq!(received, 10, "each once");
    same(&desk, &ran, job);
}

#[test]
fn a_flipped_byte_is_never_taken_for_anything_but_damage() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    let whole = fs::read(export(&ran, &ExportBundle { what: BundleWhat::All, photos: BundlePhotos::None })).unwrap();
    let path = desk.folder.path().join("flipped.doorstep");
    let every = std::env::var("DOORSTEP_CASES").map_or(whole.len() / 150, |_| 1).max(1);
    let before = desk.rows("change");
    let mut damaged = 0;
    for at in (0..whole.len()).step_by(every) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, &bytes).unwrap();
        match import(&desk, &path) {
            Ok(taken) => damaged += u32::from(!taken.whole || taken.damaged > 0 || taken.not_for_this_device > 0),
            // The head, or the slots of others: this device's own parts are as they were.
            Err(
                BundleError::Unreadable
                | BundleError::Damaged
                | BundleError::OtherOutlet
                | BundleError::NotForThisDevice
                | BundleError::TooNew { .. },
            ) => damaged += 1,
            Err(other) => panic!("byte {at}: {other}"),
        }
        assert_eq!(desk.rows("held_piece") + desk.rows("quarantine"), 0, "byte {at} made nonsense");
    }
    assert_eq!(damaged as usize, whole.len().div_ceil(every), "every flip is seen");
    assert!(desk.rows("change") <= before + 10);
    fs::write(&path, &whole).unwrap();
    import(&desk, &path).unwrap();
    same(&desk, &ran, job);
}

#[test]
fn a_file_of_a_later_format_and_a_file_that_is_none_are_told_apart() {
    let mut shop = Shop::open();
    let (desk, ran, _) = given(&mut shop);
    let whole = fs::read(export(&ran, &everything())).unwrap();
    let path = desk.folder.path().join("other.doorstep");
    // The head is a map whose first entry is 0: 1.
    let at = whole.windows(2).position(|pair| pair == [0x00, 0x01]).unwrap();
    let mut later = whole.clone();
    later[at + 1] = 0x02;
    fs::write(&path, &later).unwrap();
    assert!(matches!(import(&desk, &path), Err(BundleError::TooNew { found: 2, known: 1 })));
    fs::write(&path, picture(9)).unwrap();
    assert!(matches!(import(&desk, &path), Err(BundleError::Unreadable)));
    assert!(matches!(import(&desk, &desk.folder.path().join("none")), Err(BundleError::File(_))));
}

/// A bundle that was written once opens for ever. `DOORSTEP_WRITE_GOLDEN=1` writes it where it is missing.
#[test]
fn a_bundle_of_the_first_format_reads_for_ever() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/golden/v1/bundle.doorstep");
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (known_by(shop.stranger(OWNER), 1), known_by(shop.stranger(RAN), 2));
    shop.vouch(&desk);
    shop.vouch(&ran);
    acquaint(&shop, &[&desk, &ran]);
    if std::env::var_os("DOORSTEP_WRITE_GOLDEN").is_some() && !golden.exists() {
        let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
        pass_everything(&ran, job);
        let order = ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::Thumbnails };
        ran.actions.export_bundle(&order, &golden, &mut Unwatched).unwrap();
    }
    let fresh = known_by(shop.stranger(OWNER), 1);
    acquaint(&shop, &[&fresh]);
    let taken = import(&fresh, &golden).unwrap();
    assert_eq!((taken.received, taken.adopted, taken.photos, taken.damaged, taken.whole), (11, 11, 1, 0, true));
    let rows = fresh.store().jobs_of_day(NOON - 43_200_000, NOON, None).unwrap();
    assert_eq!(rows.iter().map(|row| row.card.customer.as_str()).collect::<Vec<_>>(), ["罗桂香"]);
}

/// The same device in every run of this test.
fn known_by(phone: Phone, key: u8) -> Phone {
    phone.database().execute("UPDATE meta SET value = ?1 WHERE key = 'signing_key'", [vec![key; 32]]).unwrap();
    phone.restart()
}

//! The look through everything that runs by itself, and the repair of a store that is in use.

use std::fs;

use doorstep::store;
use doorstep::sync::engine::{Engine, Wish};
use doorstep::sync::pacer::Cause;
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::{event::CoreEvent, frame};

use crate::cast::{NOON, OWNER, Phone, Shop, Steady, field, leaking_heater, member};
use crate::folders::{copy, flip};

const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

fn desk() -> (Shop, Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let jobs: Vec<JobId> =
        (0..5).map(|_| desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job).collect();
    shop.log.exchange(&mut desk);
    (shop, desk, jobs)
}

fn through(phone: &Phone) -> u32 {
    let mut portions = 1;
    while phone.actions.check_some(&mut Unwatched).unwrap() {
        portions += 1;
    }
    portions
}

#[test]
fn everything_is_looked_through_once_a_week_in_portions_that_outlast_a_restart() {
    let (_shop, desk, _) = desk();
    assert!(desk.actions.check_some(&mut Unwatched).unwrap(), "a new folder is looked through");
    assert!(desk.actions.check_some(&mut Unwatched).unwrap());
    assert_eq!(desk.actions.storage().unwrap().checked, None, "not before the end");
    let whole = through(&desk) + 2;
    let checked = desk.actions.storage().unwrap().checked.unwrap();
    assert!(checked.pages > 0 && checked.changes >= 5 && !checked.damaged, "{checked:?}");
    assert_eq!(through(&desk), 1, "nothing is due");
    desk.nature.pass(WEEK_MS - 1);
    assert_eq!(through(&desk), 1);
    desk.nature.pass(1);
    for _ in 0..whole - 3 {
        assert!(desk.actions.check_some(&mut Unwatched).unwrap());
    }
    let desk = desk.restart();
    assert!(through(&desk) <= 3, "it went on from where it was");
    let again = desk.actions.storage().unwrap().checked.unwrap();
    assert_eq!(again.at.0, checked.at.0 + WEEK_MS);
}

#[test]
fn a_store_in_use_is_made_anew_and_an_exchange_that_began_before_is_dropped() {
    let (shop, desk, jobs) = desk();
    let facts: Vec<_> = jobs.iter().map(|job| desk.facts(*job)).collect();
    let before = desk.store().actor();
    let mut engine = Engine::default();
    engine.on(Cause::Start, NOON);
    let wish = engine.poll(&desk.store(), NOON).unwrap();
    assert!(matches!(wish, Wish::Send(_)), "{wish:?}");
    let mut events = desk.actions.events.subscribe();
    // A page goes bad under the running app, its log is in the database by then.
    let db = desk.database();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(db);
    let path = store::database(desk.folder.path());
    let pages = fs::metadata(&path).unwrap().len() / 4096;
    flip(&path, (pages / 2) * 4096 + 99, 8);
    let storage = desk.actions.check(&mut Unwatched).unwrap();
    assert!(storage.checked.is_some_and(|check| check.damaged));
    assert_eq!(storage.repaired.map(|repair| (repair.damaged_pages, repair.identity_lost)), Some((1, false)));
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(told.contains(&CoreEvent::StorageChanged), "{told:?}");
    assert_ne!(desk.store().actor(), before);
    assert_eq!(desk.store().cursor().unwrap(), None);
    // The relay's answer to the old exchange names a place in the log that this database has not come to.
    let mut answer = Vec::new();
    frame::put(&mut answer, &shop.log.header(Vec::new()));
    assert!(engine.receive(&answer, &mut desk.store(), NOON).is_err());
    assert_eq!(desk.store().cursor().unwrap(), None);
    let mut desk = desk;
    let mut log = shop.log.clone();
    log.exchange(&mut desk);
    let after: Vec<_> = jobs.iter().map(|job| desk.facts(*job)).collect();
    assert_eq!(after, facts);
}

/// Stops at once.
struct Impatient;

impl Watcher for Impatient {
    fn step(&mut self, _step: Step) -> Result<(), Cancelled> {
        Err(Cancelled)
    }
}

#[test]
fn a_repair_that_was_stopped_shows_what_there_is_saves_nothing_and_is_done_at_the_next_start() {
    let (_shop, desk, jobs) = desk();
    let appliance = desk.facts(jobs[0]).order.appliances[0].id;
    let stopped = desk.store().repair(desk.nature.as_ref(), &mut Impatient);
    assert!(stopped.is_err(), "{stopped:?}");
    assert!(desk.store().job_row(jobs[1]).unwrap().is_some());
    let write = || desk.actions.write_field(&field(jobs[0], appliance, SheetField::Cause, "没存上"));
    assert!(write().is_err(), "a database that is to be repaired is not written");
    let desk = desk.restart();
    assert!(desk.store().last_repair().unwrap().is_some());
    desk.actions.write_field(&field(jobs[0], appliance, SheetField::Cause, "存上了")).unwrap();
}

#[test]
fn a_folder_that_lost_its_database_is_the_same_device_and_gets_all_from_the_relay() {
    let (shop, desk, jobs) = desk();
    let device = desk.store().device();
    let facts = desk.facts(jobs[2]);
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    fs::remove_file(store::database(folder.path())).unwrap();
    let mut desk = Phone::in_folder(folder, OWNER, Steady::new(90));
    assert_eq!(desk.store().device(), device);
    assert_eq!(desk.store().last_repair().unwrap().map(|repair| repair.identity_lost), Some(false));
    shop.log.clone().exchange(&mut desk);
    assert_eq!(desk.facts(jobs[2]), facts);
}

#[test]
fn a_device_that_can_not_know_who_it_was_is_enrolled_anew_and_its_unsent_work_comes_back() {
    let (mut shop, desk, jobs) = desk();
    let appliance = desk.facts(jobs[0]).order.appliances[0].id;
    desk.actions.write_field(&field(jobs[0], appliance, SheetField::Cause, "只在这台")).unwrap();
    let device = desk.store().device();
    let facts = desk.facts(jobs[0]);
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    fs::remove_file(folder.path().join("identity.sealed")).unwrap();
    let pages = fs::metadata(store::database(folder.path())).unwrap().len() / 4096;
    // The page that says who the device is.
    let lost = (1..pages).find_map(|page| {
        let damaged = copy(folder.path());
        flip(&store::database(damaged.path()), page * 4096 + 70, 2);
        let phone = Phone::in_folder(damaged, OWNER, Steady::new(9_500));
        let repair = phone.store().last_repair().unwrap()?;
        repair.identity_lost.then_some((phone, repair))
    });
    let (mut phone, repair) = lost.unwrap();
    assert_ne!(phone.store().device(), device);
    assert_eq!(phone.store().enrolment().unwrap(), None);
    let export = phone.folder.path().join("exports").join(repair.export.unwrap());
    phone.store().set_enrolment(&shop.enrolment(OWNER)).unwrap();
    shop.vouch(&phone);
    shop.log.exchange(&mut phone);
    let taken = phone.actions.import_bundle(&export, &mut Unwatched).unwrap();
    assert!(taken.adopted > 0 && taken.whole, "{taken:?}");
    assert_eq!(phone.facts(jobs[0]), facts);
}

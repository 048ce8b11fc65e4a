//! Bytes that went bad: found at the start or by the check, and made good from what is left and from the relay.

use std::collections::BTreeMap;
use std::fs;

use doorstep::domain::facts::Job;
use doorstep::store;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{ChangeHash, DocId, JobId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::PhotoStage;
use tempfile::TempDir;

use crate::cast::{OWNER, Phone, RAN, Shop, Steady, field, leaking_heater, member, pass_everything, picture};
use crate::folders::{copy, files, flip};
use crate::{pick, tries};

/// What a device's documents and lists say.
#[derive(Debug, PartialEq)]
struct State {
    facts: BTreeMap<JobId, Job>,
    heads: BTreeMap<String, Vec<ChangeHash>>,
}

fn state(phone: &Phone, jobs: &[JobId]) -> State {
    let mut store = phone.store();
    let facts = jobs.iter().filter_map(|job| Some((*job, (*store.job_facts(*job).unwrap()?).clone()))).collect();
    let docs = jobs.iter().flat_map(|job| [DocId::Order(*job), DocId::Sheet(*job)]);
    let heads = docs.map(|doc| (doc.to_string(), store.heads(&doc).unwrap())).collect();
    State { facts, heads }
}

/// 冉小军 has worked on some jobs: the relay holds it all but the last evening's fields.
struct Evening {
    shop: Shop,
    folder: TempDir,
    jobs: Vec<JobId>,
    truth: State,
    unsent: u64,
}

fn evening(photos: bool, unsent: u32) -> Evening {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut jobs = Vec::new();
    for n in 0..6 {
        let mut order = leaking_heater(&[member(RAN)]);
        order.note = format!("第 {n} 张");
        jobs.push(desk.actions.take_order(&order).unwrap().card.job);
    }
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    for job in &jobs[..3] {
        if photos {
            pass_everything(&ran, *job);
        } else {
            let appliance = ran.facts(*job).order.appliances[0].id;
            for text in ["管接头松", "密封圈老化", "换密封圈"] {
                ran.actions.write_field(&field(*job, appliance, SheetField::Cause, text)).unwrap();
            }
        }
    }
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    for n in 0..unsent {
        let job = jobs[3 + n as usize % 3];
        let appliance = ran.facts(job).order.appliances[0].id;
        ran.actions.write_field(&field(job, appliance, SheetField::Cause, &format!("晚上记的 {n}"))).unwrap();
    }
    let truth = state(&ran, &jobs);
    let unsent = ran.store().held().unwrap().changes;
    let Phone { folder, actions, .. } = ran;
    drop(actions);
    Evening { shop, folder, jobs, truth, unsent }
}

fn open(folder: TempDir, seed: u64) -> Phone {
    Phone::in_folder(folder, RAN, Steady::new(seed))
}

fn pages_repaired(phone: &Phone) -> Option<u32> {
    phone.store().last_repair().unwrap().map(|repair| repair.damaged_pages)
}

#[test]
fn flipped_bytes_of_the_database_are_all_found_and_repaired_from_the_relay() {
    let Evening { shop, folder, jobs, truth, unsent } = evening(false, 9);
    let (mut at_start, mut by_check, mut lost, mut strangers) = (0, 0, 0, 0);
    for seed in 0..tries("DOORSTEP_FLIPS", 100) {
        let mut numbers = seed;
        let damaged = copy(folder.path());
        let path = store::database(damaged.path());
        for _ in 0..=pick(&mut numbers) % 4 {
            flip(&path, pick(&mut numbers), 1 << (pick(&mut numbers) % 8));
        }
        let mut phone = open(damaged, 5_000 + seed);
        if pages_repaired(&phone).is_some() {
            at_start += 1;
        } else {
            let storage = phone.actions.check(&mut Unwatched).unwrap();
            assert!(storage.repaired.is_some(), "seed {seed}: neither the start nor the check found it");
            by_check += 1;
        }
        let repair = phone.store().last_repair().unwrap().unwrap();
        assert!(repair.damaged_pages > 0, "seed {seed}");
        if repair.identity_lost {
            strangers += 1;
            assert!(phone.store().enrolment().unwrap().is_none());
            continue;
        }
        // Before any network: what was not sent was written to a file first.
        assert!(repair.exported > 0 || repair.own_missing > 0, "seed {seed}: {repair:?}");
        let mut log = shop.log.clone();
        let mut device = phone;
        log.exchange(&mut device);
        phone = device;
        let after = state(&phone, &jobs);
        if after != truth {
            // Only work that nobody else had, on a page that is gone; and that is told.
            assert!(repair.own_missing > 0, "seed {seed}: {repair:?}");
            for job in &jobs[..3] {
                assert_eq!(after.facts[job], truth.facts[job], "seed {seed}: the relay had this");
            }
            lost += 1;
        }
        assert!(phone.store().stuck().unwrap().is_empty(), "seed {seed}");
        let again = phone.actions.check(&mut Unwatched).unwrap();
        assert!(again.checked.is_some_and(|check| !check.damaged), "seed {seed}: sound again");
        // It is this device's folder as before: the next work goes up.
        let appliance = phone.facts(jobs[0]).order.appliances[0].id;
        phone.actions.write_field(&field(jobs[0], appliance, SheetField::Fault, "复查")).unwrap();
        log.exchange(&mut phone);
        assert_eq!(phone.store().held().unwrap().changes, 0, "seed {seed}");
    }
    println!(
        "found at the start {at_start}, by the check {by_check}; part of {unsent} unsent records lost and told {lost}; enrolled anew {strangers}"
    );
    assert!(at_start > 0 && by_check > 0);
}

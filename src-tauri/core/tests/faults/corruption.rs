//! Bytes that went bad: found at the start or by the check, and made good from what is left and from the relay.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use doorstep::domain::facts::Job;
use doorstep::store::{self, bundle::BundleError};
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{ChangeHash, DocId, JobId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{JobOutcome, PhotoStage};
use tempfile::TempDir;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, Steady, field, leaking_heater, member, pass_everything, picture};
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

/// What became of one damaged folder.
#[derive(Default)]
struct Came {
    at_start: u32,
    by_check: u32,
    /// Part of the work that nobody else had lay in the damaged page.
    lost: u32,
}

fn flipped(evening: &Evening, seed: u64) -> Came {
    let Evening { shop, folder, jobs, truth, .. } = evening;
    let mut came = Came::default();
    let mut numbers = seed;
    let damaged = copy(folder.path());
    let path = store::database(damaged.path());
    for _ in 0..=pick(&mut numbers) % 4 {
        flip(&path, pick(&mut numbers), 1 << (pick(&mut numbers) % 8));
    }
    let mut phone = open(damaged, 5_000 + seed);
    if phone.store().last_repair().unwrap().is_some() {
        came.at_start = 1;
    } else {
        let storage = phone.actions.check(&mut Unwatched).unwrap();
        assert!(storage.repaired.is_some(), "seed {seed}: neither the start nor the check found it");
        came.by_check = 1;
    }
    let repair = phone.store().last_repair().unwrap().unwrap();
    assert!(repair.damaged_pages > 0 && !repair.identity_lost, "seed {seed}: {repair:?}");
    // Before any network: what was not sent was written to a file first.
    assert!(repair.exported > 0 || repair.own_missing > 0, "seed {seed}: {repair:?}");
    let mut log = shop.log.clone();
    log.exchange(&mut phone);
    let after = state(&phone, jobs);
    if after != *truth {
        // Only work that nobody else had, on a page that is gone; and that is told.
        assert!(repair.own_missing > 0, "seed {seed}: {repair:?}");
        for job in &jobs[..3] {
            assert_eq!(after.facts[job], truth.facts[job], "seed {seed}: the relay had this");
        }
        came.lost = 1;
    }
    assert!(phone.store().stuck().unwrap().is_empty(), "seed {seed}");
    let again = phone.actions.check(&mut Unwatched).unwrap();
    assert!(again.checked.is_some_and(|check| !check.damaged), "seed {seed}: sound again");
    // It is this device's folder as before: the next work goes up.
    let appliance = phone.facts(jobs[0]).order.appliances[0].id;
    phone.actions.write_field(&field(jobs[0], appliance, SheetField::Fault, "复查")).unwrap();
    log.exchange(&mut phone);
    assert_eq!(phone.store().held().unwrap().changes, 0, "seed {seed}");
    came
}

#[test]
fn flipped_bytes_of_the_database_are_all_found_and_repaired_from_the_relay() {
    let evening = evening(false, 9);
    let next = AtomicU64::new(0);
    let tries = tries("DOORSTEP_FLIPS", 100);
    let one_hand = || {
        let mut sum = Came::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= tries {
                return sum;
            }
            let came = flipped(&evening, seed);
            sum.at_start += came.at_start;
            sum.by_check += came.by_check;
            sum.lost += came.lost;
        }
    };
    // Most of the time is waiting for the disk.
    let sums: Vec<Came> = thread::scope(|scope| {
        let hands: Vec<_> = (0..4).map(|_| scope.spawn(one_hand)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let sum = |of: fn(&Came) -> u32| sums.iter().map(of).sum::<u32>();
    let (at_start, by_check) = (sum(|came| came.at_start), sum(|came| came.by_check));
    println!(
        "found at the start {at_start}, by the check {by_check}; part of {} unsent records lost and told {}",
        evening.unsent,
        sum(|came| came.lost)
    );
    assert!(at_start > 0 && by_check > 0);
}

fn photo_folder(phone: &Phone) -> std::path::PathBuf {
    phone.folder.path().join("photos")
}

#[test]
fn flipped_bytes_of_photo_files_are_all_found_and_fetched_again_or_told_as_lost() {
    let Evening { mut shop, folder, jobs, .. } = evening(true, 0);
    let mut ran = open(folder, 4_000);
    // The relay has the first jobs' photos; one of this evening it has not.
    let sent: Vec<_> = std::iter::from_fn(|| {
        let photo = ran.store().photo_to_send(true).unwrap()?;
        ran.store().note_photo_sent(&photo.hash, photo.bytes, true).unwrap();
        Some(photo.hash)
    })
    .collect();
    assert!(sent.len() > 1, "{sent:?}");
    let appliance = ran.facts(jobs[4]).order.appliances[0].id;
    let view = ran.actions.add_photo(jobs[4], appliance, PhotoStage::Before, &picture(77)).unwrap();
    let only_here = view.photos[0].photo;
    let relay: BTreeMap<_, _> = sent.iter().map(|hash| (*hash, ran.actions.photo_bytes(hash).unwrap())).collect();
    shop.log.exchange(&mut ran);
    let whole = copy(&photo_folder(&ran));
    let all = files(whole.path());
    for seed in 0..tries("DOORSTEP_PHOTO_FLIPS", 30) {
        let mut numbers = seed;
        let victim = &all[pick(&mut numbers) as usize % all.len()];
        let name = victim.strip_prefix(whole.path()).unwrap();
        let path = photo_folder(&ran).join(name);
        match pick(&mut numbers) % 8 {
            0 => fs::remove_file(&path).unwrap(),
            1 => fs::write(&path, &fs::read(&path).unwrap()[..10]).unwrap(),
            _ => flip(&path, pick(&mut numbers), 1 << (pick(&mut numbers) % 8)),
        }
        let storage = ran.actions.check(&mut Unwatched).unwrap();
        let check = storage.checked.unwrap();
        assert!(!check.damaged && check.photos_damaged == 1, "seed {seed}: {check:?}");
        let to_fetch = ran.store().photo_to_fetch(false).unwrap().unwrap();
        assert_eq!(to_fetch.hash.to_string(), name.file_name().unwrap().to_string_lossy(), "seed {seed}");
        assert!(ran.actions.photo_bytes(&to_fetch.hash).is_err());
        match relay.get(&to_fetch.hash) {
            Some(bytes) => {
                assert!(storage.lost_photos.is_empty(), "seed {seed}");
                ran.store().photo_files().write(&to_fetch.hash, bytes, ran.nature.as_ref()).unwrap();
                ran.store().note_photo_here(&to_fetch.hash).unwrap();
                assert_eq!(&ran.actions.photo_bytes(&to_fetch.hash).unwrap(), bytes);
            }
            None => {
                let lost: Vec<_> = storage.lost_photos.iter().map(|lost| (lost.photo, lost.job)).collect();
                let thumb = to_fetch.hash != only_here;
                assert!(thumb || lost == [(only_here, Some(jobs[4]))], "seed {seed}: {lost:?}");
                fs::copy(victim, &path).unwrap();
                ran.store().note_photo_here(&to_fetch.hash).unwrap();
                ran.store().note_photo_sent(&to_fetch.hash, 0, false).unwrap();
            }
        }
    }
}

/// A folder as a killed app leaves it: with the log of its last minutes beside the database.
fn killed() -> (TempDir, JobId, Job, u64) {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    let appliance = desk.facts(job).order.appliances[0].id;
    for n in 0..12 {
        desk.actions.write_field(&field(job, appliance, SheetField::Cause, &format!("{n} 分"))).unwrap();
    }
    let held = desk.store().held().unwrap().changes;
    (copy(desk.folder.path()), job, desk.facts(job), held)
}

#[test]
fn a_log_with_a_bad_byte_before_saved_work_is_found_and_the_work_behind_it_is_kept() {
    let (folder, job, facts, held) = killed();
    let log = |folder: &TempDir| store::database(folder.path()).with_extension("db-wal");
    let frames = (fs::metadata(log(&folder)).unwrap().len() - 32) / 4120;
    assert!(frames > 60, "{frames}");
    let (tried, mut whole) = (tries("DOORSTEP_LOG_FLIPS", 12), 0);
    for seed in 0..tried {
        let mut numbers = seed;
        let damaged = copy(folder.path());
        // Not in the last commits: a bad byte there can't be told from a commit that a power cut tore.
        let at = 32 + pick(&mut numbers) % ((frames - 40) * 4120);
        flip(&log(&damaged), at, 1 << (pick(&mut numbers) % 8));
        let desk = Phone::in_folder(damaged, OWNER, Steady::new(6_000 + seed));
        let repair = desk.store().last_repair().unwrap().unwrap_or_else(|| panic!("byte {at} was not noticed"));
        assert!(!repair.identity_lost, "byte {at}");
        let here = desk.store().job_facts(job).unwrap().is_some_and(|found| *found == facts);
        if here && desk.store().held().unwrap().changes == held {
            whole += 1;
        } else {
            assert!(repair.own_missing > 0, "byte {at}: {repair:?}");
        }
    }
    assert!(whole > tried / 2, "{whole} of {tried}: a page that was written again later is no loss");
    let desk = Phone::in_folder(copy(folder.path()), OWNER, Steady::new(7_000));
    assert_eq!(
        (desk.facts(job), desk.store().last_repair().unwrap()),
        (facts.clone(), None),
        "a sound log is no damage"
    );
    // A commit that a power cut tore is none either.
    let torn = copy(folder.path());
    let bytes = fs::read(log(&torn)).unwrap();
    fs::write(log(&torn), &bytes[..bytes.len() - 5_000]).unwrap();
    let desk = Phone::in_folder(torn, OWNER, Steady::new(7_001));
    assert_eq!(desk.store().last_repair().unwrap(), None);
}

#[test]
fn a_repair_that_a_crash_cut_short_is_ended_at_the_next_start() {
    let (folder, job, facts, _) = killed();
    let repaired = copy(folder.path());
    flip(&store::database(repaired.path()), 5, 1);
    let phone = Phone::in_folder(repaired, OWNER, Steady::new(8_000));
    assert!(phone.store().last_repair().unwrap().is_some());
    let Phone { folder: repaired, actions, .. } = phone;
    drop(actions);
    let name = |folder: &TempDir, name: &str| folder.path().join(name);
    // The damaged database was put aside, its log was not yet, and the new one has no name.
    let cut = copy(folder.path());
    fs::rename(name(&cut, "doorstep.db"), name(&cut, "doorstep.db.damaged-9")).unwrap();
    fs::copy(name(&repaired, "doorstep.db"), name(&cut, "doorstep.db.new")).unwrap();
    let phone = Phone::in_folder(cut, OWNER, Steady::new(8_001));
    assert_eq!(phone.facts(job), facts);
    assert!(name(&phone.folder, "doorstep.db.damaged-9-wal").exists(), "the old log is not the new database's");
    assert!(!name(&phone.folder, "doorstep.db.new").exists());
    // The new one was not whole yet: it is made again, or not, as the old one is.
    let begun = copy(folder.path());
    fs::write(name(&begun, "doorstep.db.new"), [1; 5000]).unwrap();
    let phone = Phone::in_folder(begun, OWNER, Steady::new(8_002));
    assert_eq!((phone.facts(job), phone.store().last_repair().unwrap()), (facts, None));
    assert!(!name(&phone.folder, "doorstep.db.new").exists());
}

#[test]
fn what_was_put_aside_goes_once_the_relay_has_given_everything_again() {
    let Evening { shop, folder, jobs, truth, .. } = evening(false, 3);
    // A page of the list: nothing that is lost with it.
    flip(&store::database(folder.path()), 5, 1);
    let mut phone = open(folder, 9_000);
    let aside = |phone: &Phone| {
        files(phone.folder.path()).into_iter().filter(|path| path.to_string_lossy().contains("damaged")).count()
    };
    assert!(aside(&phone) > 0);
    let repair = phone.store().last_repair().unwrap().unwrap();
    assert_eq!((repair.exported, repair.own_missing), (3, 0), "{repair:?}");
    // Without a network the day's jobs are there.
    assert_eq!(state(&phone, &jobs), truth);
    let mut log = shop.log.clone();
    log.exchange(&mut phone);
    phone.store().note_caught_up(NOON).unwrap();
    assert_eq!(aside(&phone), 0);
    assert!(phone.store().last_repair().unwrap().unwrap().complete);
    // What was written to a file is all here: nothing comes in twice.
    let export = phone.folder.path().join("exports").join(repair.export.unwrap());
    let taken = phone.actions.import_bundle(&export, &mut Unwatched).unwrap();
    assert_eq!((taken.adopted, taken.made_at.0, taken.whole), (0, repair.at_ms, true));
    assert_eq!(state(&phone, &jobs), truth);
    // Damaged, or under another key, it does not open, and nothing is taken.
    flip(&export, 40, 1);
    let refused = phone.actions.import_bundle(&export, &mut Unwatched);
    assert!(matches!(refused, Err(BundleError::NotForThisDevice)), "{refused:?}");
}

#[test]
fn packed_jobs_are_read_out_of_a_damaged_file() {
    read_out(false);
}

#[test]
fn bound_jobs_are_read_out_of_a_damaged_file() {
    read_out(true);
}

fn read_out(bound: bool) {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    pass_everything(&desk, job);
    desk.finish(job, JobOutcome::Completed).unwrap();
    shop.log.exchange(&mut desk);
    shop.log.owner_seq = shop.log.head();
    shop.log.exchange(&mut desk);
    for photo in desk.facts(job).sheet.photos {
        [photo.photo, photo.thumb].iter().for_each(|hash| desk.store().note_photo_sent(hash, 1, true).unwrap());
    }
    desk.pass(4 * 24 * 60);
    let packed = desk.store().pack_some(NOON + 5 * 86_400_000, 9).unwrap().packed;
    assert_eq!(packed, 1);
    if bound {
        let loose = desk.store().loose_packs(1).unwrap().unwrap();
        assert!(desk.store().put_volume(&loose.bind().unwrap()).unwrap());
    }
    let truth = state(&desk, &[job]);
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    flip(&store::database(folder.path()), 5, 1);
    let mut phone = Phone::in_folder(folder, OWNER, Steady::new(77));
    assert!(phone.store().last_repair().unwrap().is_some());
    assert_eq!(state(&phone, &[job]), truth, "before anybody was asked");
    let counts = phone.store().counts().unwrap();
    shop.log.exchange(&mut phone);
    assert_eq!((state(&phone, &[job]), phone.store().counts().unwrap().on_device), (truth, counts.on_device));
    assert!(phone.store().stuck().unwrap().is_empty());
}

/// The owner's device with two packed jobs.
fn two_packed() -> (Shop, Phone, Vec<JobId>) {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let jobs: Vec<JobId> = (0..2)
        .map(|_| {
            let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
            pass_everything(&desk, job);
            desk.finish(job, JobOutcome::Completed).unwrap();
            job
        })
        .collect();
    shop.log.exchange(&mut desk);
    shop.log.owner_seq = shop.log.head();
    shop.log.exchange(&mut desk);
    for photo in jobs.iter().flat_map(|job| desk.facts(*job).sheet.photos) {
        [photo.photo, photo.thumb].iter().for_each(|hash| desk.store().note_photo_sent(hash, 1, true).unwrap());
    }
    desk.pass(4 * 24 * 60);
    assert_eq!(desk.store().pack_some(NOON + 5 * 86_400_000, 9).unwrap().packed, 2);
    (shop, desk, jobs)
}

#[test]
fn a_pack_that_is_not_what_its_authors_signed_is_found_by_the_check_and_its_job_comes_from_the_relay() {
    // Bytes that are no pack, and a whole one of another job: every page is as SQLite wrote it.
    spoiled(
        false,
        &[
            "UPDATE pack SET body = substr(body, 1, length(body) / 2) WHERE job = ?1",
            "UPDATE pack SET body = (SELECT p.body FROM pack p WHERE p.job <> ?1) WHERE job = ?1",
        ],
    );
}

#[test]
fn a_volume_that_is_cut_or_gone_is_found_by_the_check_and_its_jobs_come_from_the_relay() {
    spoiled(
        true,
        &[
            "UPDATE volume SET body = substr(body, 1, length(body) / 2) WHERE ?1 IN (SELECT job FROM pack)",
            "DELETE FROM volume WHERE ?1 IN (SELECT job FROM pack)",
        ],
    );
}

fn spoiled(bound: bool, spoils: &[&str]) {
    let (shop, desk, jobs) = two_packed();
    if bound {
        let loose = desk.store().loose_packs(2).unwrap().unwrap();
        assert!(desk.store().put_volume(&loose.bind().unwrap()).unwrap());
    }
    let truth = state(&desk, &jobs);
    let sound = desk.actions.check(&mut Unwatched).unwrap().checked.unwrap();
    assert!(!sound.damaged && sound.changes > 20, "{sound:?}");
    let Phone { folder, actions, .. } = desk;
    drop(actions);
    for spoil in spoils {
        let spoiled = copy(folder.path());
        let mut phone = Phone::in_folder(spoiled, OWNER, Steady::new(78));
        assert_eq!(phone.database().execute(spoil, [jobs[0].to_bytes()]).unwrap(), 1);
        let checked = phone.actions.check(&mut Unwatched).unwrap();
        assert!(checked.checked.is_some_and(|check| check.damaged) && checked.repaired.is_some(), "{spoil}");
        if !bound {
            assert_eq!(state(&phone, &jobs[1..]).facts, state_of(&truth, jobs[1]), "{spoil}");
        }
        shop.log.clone().exchange(&mut phone);
        assert_eq!(state(&phone, &jobs), truth, "{spoil}");
        assert!(phone.store().stuck().unwrap().is_empty(), "{spoil}: {:?}", phone.store().stuck());
    }
}

fn state_of(state: &State, job: JobId) -> BTreeMap<JobId, Job> {
    state.facts.iter().filter(|(known, _)| **known == job).map(|(job, facts)| (*job, facts.clone())).collect()
}

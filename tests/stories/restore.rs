//! The relay's box is gone, or somebody copied old files back: devices go on, nothing is lost and nothing comes twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{Assign, SheetField, WriteField};
use doorstep_schemas::view::PhotoStage;
use doorstep_tests::camera;
use doorstep_tests::outlet::{self, OWNER};
use doorstep_tests::stage::{Device, Relay, relay_does, relay_says};
use doorstep_tests::story;

fn write(device: &Device, job: JobId, value: &str) {
    let appliance = device.app.actions.job(job).unwrap().appliances[0].id;
    let input = WriteField { job, appliance, field: SheetField::Serial, value: value.into() };
    device.app.actions.write_field(&input).unwrap();
}

fn shoot(device: &Device, job: JobId, width: u16) {
    let unit = device.app.actions.job(job).unwrap().appliances[0].id;
    let picture = camera::picture(width, 600).unwrap();
    device.app.actions.add_photo(job, unit, PhotoStage::Before, &picture).unwrap();
}

/// Everything that a device can say of its jobs.
fn seen(device: &Device) -> Vec<(JobId, String, usize, usize)> {
    let jobs = device.app.actions.orders(None).unwrap();
    let mut rows: Vec<_> = jobs.iter().map(|card| device.app.actions.job(card.job).unwrap()).collect();
    rows.sort_by_key(|view| view.card.job.to_string());
    rows.iter()
        .map(|view| (view.card.job, view.appliances[0].serial.clone(), view.photos.len(), view.history.len()))
        .collect()
}

/// The phone's two jobs.
async fn jobs_of(phone: &Device) -> Vec<JobId> {
    let mut jobs = phone
        .until("the jobs", |app| {
            let jobs = app.actions.orders(None).ok()?;
            (jobs.len() == 2).then(|| jobs.iter().map(|card| card.job).collect::<Vec<_>>())
        })
        .await;
    jobs.sort_by_key(ToString::to_string);
    jobs
}

/// A job of the owner's that the phone has not got.
fn other_job(owner: &Device, phones: &[JobId]) -> JobId {
    let jobs = owner.app.actions.orders(None).unwrap();
    let ids = jobs.iter().map(|card| card.job).filter(|job| !phones.contains(job));
    ids.min_by_key(ToString::to_string).unwrap()
}

fn copy_all(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// What happens between the copy and the box's end: on a job that was known, and on one that is given out only now.
async fn more_work(owner: &Device, phone: &Device, jobs: &[JobId]) -> JobId {
    write(phone, jobs[0], "AFTER-1");
    shoot(phone, jobs[0], 820);
    let given = other_job(owner, jobs);
    let me = phone.app.session().unwrap().member.unwrap().id;
    owner.app.actions.assign(&Assign { job: given, members: vec![me] }).unwrap();
    phone.until("the new job", |app| app.actions.job(given).is_ok().then_some(())).await;
    write(phone, given, "AFTER-2");
    phone.drained().await;
    owner.until("the work", |app| (app.actions.job(given).ok()?.appliances[0].serial == "AFTER-2").then_some(())).await;
    owner.until("the photo", |app| (!app.actions.job(jobs[0]).ok()?.photos.is_empty()).then_some(())).await;
    owner.drained().await;
    given
}

/// Goes on at the restored relay, and holds all of it to what was there before.
async fn goes_on(owner: &Device, phone: &Device, given: JobId, data: &Path, relay: &Relay, folder: &Path) {
    let before = (seen(owner), seen(phone));
    write(phone, given, "AFTER-3");
    phone.app.sync_now().await.unwrap();
    owner.app.sync_now().await.unwrap();
    phone.app.sync_now().await.unwrap();
    phone.drained().await;
    owner.drained().await;
    let at = |device: &Device| device.app.actions.job(given).unwrap().appliances[0].serial.clone();
    owner.until("work after the restore", |_| (at(owner) == "AFTER-3").then_some(())).await;
    let now = (seen(owner), seen(phone));
    assert_eq!(now.0.len(), before.0.len());
    for (now, before) in now.0.iter().zip(&before.0).filter(|(now, _)| now.0 != given) {
        assert_eq!(now, before, "the owner's desk: nothing lost, nothing twice");
    }
    for (now, before) in now.1.iter().zip(&before.1).filter(|(now, _)| now.0 != given) {
        assert_eq!(now, before, "the phone: nothing lost, nothing twice");
    }
    assert_eq!(owner.app.sync_view().unwrap().stuck, []);
    assert_eq!(phone.app.sync_view().unwrap().stuck, []);

    // The relay itself holds everything again: a new device of the owner's sees what the desk sees.
    let fresh = Device::enrolled("新电脑", &folder.join("fresh"), relay, OWNER).await.unwrap();
    let wanted = seen(owner);
    fresh.until("all of it", |_| (seen(&fresh) == wanted).then_some(())).await;
    let said = relay_does(data, &["check"], &[]).unwrap();
    assert!(said.contains("all as written"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_restored_from_its_backup_gets_back_what_the_backup_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    write(&phone, jobs[1], "BEFORE-1");
    shoot(&phone, jobs[1], 800);
    phone.drained().await;
    owner.drained().await;

    let backup = folder.path().join("backup");
    let to = ["--to", backup.to_str().unwrap(), "--json"];
    let first = relay_says(&relay.folder, &["backup"], &to).unwrap();
    assert_eq!((&first["photos"], &first["photos_copied"]), (&2.into(), &2.into()), "picture and thumbnail");
    let again = relay_says(&relay.folder, &["backup"], &to).unwrap();
    assert_eq!((&again["photos"], &again["photos_copied"]), (&2.into(), &0.into()), "only what is new");
    assert!(!backup.join("relay.key").exists(), "the key is not beside the copy");
    let stats = relay_says(&relay.folder, &["stats"], &["--json"]).unwrap();
    let row = &stats["outlets"][0];
    assert_eq!(row["backed_up_to"], row["entries"]);

    let given = more_work(&owner, &phone, &jobs).await;
    let address = relay.address.trim_start_matches("http://").to_owned();
    let data = relay.kill().unwrap();

    let new = folder.path().join("new box");
    let from = backup.to_str().unwrap();
    let wrong = folder.path().join("wrong.key");
    fs::write(&wrong, [1; 32]).unwrap();
    let restore = |key: &Path| relay_does(&new, &["restore"], &["--from", from, "--key-file", key.to_str().unwrap()]);
    assert!(restore(&wrong).unwrap_err().to_string().contains("can't be read with this key"));
    restore(&data.join("relay.key")).unwrap();
    assert!(restore(&data.join("relay.key")).unwrap_err().to_string().contains("not empty"));
    let relay = Relay::start_at(&new, &address).unwrap();
    goes_on(&owner, &phone, given, &new, &relay, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_files_copied_back_without_a_word_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    write(&phone, jobs[1], "BEFORE-1");
    phone.drained().await;
    owner.drained().await;
    let address = relay.address.trim_start_matches("http://").to_owned();
    let data = relay.kill().unwrap();
    let old: PathBuf = folder.path().join("old files");
    copy_all(&data, &old);

    let relay = Relay::start_at(&data, &address).unwrap();
    let given = more_work(&owner, &phone, &jobs).await;
    drop(relay);
    let relay = Relay::start_at(&old, &address).unwrap();
    goes_on(&owner, &phone, given, &old, &relay, folder.path()).await;
}

/// The backup's log knows the photo; its folder lost it, as when only the database was saved. And the newest one is in neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_that_a_restored_relay_lacks_are_brought_again_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    write(&phone, jobs[1], "BEFORE-1");
    shoot(&phone, jobs[1], 800);
    phone.drained().await;
    owner.drained().await;
    let address = relay.address.trim_start_matches("http://").to_owned();
    let data = relay.kill().unwrap();
    let old: PathBuf = folder.path().join("old files");
    copy_all(&data, &old);
    let kept = photos_under(&old.join("blobs"));
    assert_eq!(kept.len(), 2, "picture and thumbnail");
    fs::remove_file(&kept[0]).unwrap();

    let relay = Relay::start_at(&data, &address).unwrap();
    shoot(&phone, jobs[1], 900);
    phone.drained().await;
    owner.drained().await;
    drop(relay);
    let relay = Relay::start_at(&old, &address).unwrap();
    phone.app.sync_now().await.unwrap();
    owner.app.sync_now().await.unwrap();
    phone.app.sync_now().await.unwrap();
    phone.until("all four are there", |_| (photos_under(&old.join("blobs")).len() == 4).then_some(())).await;
    phone.drained().await;
    let said = relay_does(&old, &["check"], &[]).unwrap();
    assert!(said.contains("4 of 4 photos as written"), "{said}");
    // What was there had not to be brought again: its file is the one that was copied.
    assert!(kept[1].exists());
    drop(relay);
}

/// Whole photos of a relay's folder.
fn photos_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(photos_under(&path));
        } else if path.extension().is_none() && !path.file_name().unwrap().to_string_lossy().starts_with('.') {
            found.push(path);
        }
    }
    found
}

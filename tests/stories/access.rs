//! Who leaves, what is lost and what is erased: over a real relay, with real devices.

use std::fs;
use std::path::Path;
use std::time::Duration;

use doorstep_schemas::enrol::DeviceStatus;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{EraseJob, InboxDecision, SheetField, WriteField};
use doorstep_schemas::view::{InboxRunView, PhotoStage};
use doorstep_tests::camera;
use doorstep_tests::outlet::{self, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay, relay_does};
use doorstep_tests::story;

fn write(device: &Device, job: JobId, value: &str) {
    let appliance = device.app.actions.job(job).unwrap().appliances[0].id;
    let input = WriteField { job, appliance, field: SheetField::Serial, value: value.into() };
    device.app.actions.write_field(&input).unwrap();
}

fn serial(device: &Device, job: JobId) -> Option<String> {
    Some(device.app.actions.job(job).ok()?.appliances[0].serial.clone())
}

async fn jobs_of(phone: &Device) -> Vec<JobId> {
    let jobs = phone.until("the jobs", |app| app.actions.orders(None).ok().filter(|jobs| jobs.len() == 2)).await;
    jobs.iter().map(|card| card.job).collect()
}

/// Waits for what no event of a device's own tells, asking the relay again and again.
async fn after_exchanges<T>(device: &Device, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    for _ in 0..60 {
        let _ = device.app.sync_now().await;
        if let Some(found) = seen() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} waited in vain: {what}", device.name)
}

fn leaves(relay: &Relay) {
    relay_does(&relay.folder, &["member", "set"], &["--member", TECHNICIAN, "--left"]).unwrap();
}

fn inbox(owner: &Device) -> Option<Vec<InboxRunView>> {
    owner.app.actions.inbox().ok().filter(|runs| !runs.is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_left_hands_over_the_last_work_and_the_owner_takes_it_in() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    write(&phone, jobs[0], "SENT-1");
    phone.drained().await;
    owner.until("sent work", |_| (serial(&owner, jobs[0])? == "SENT-1").then_some(())).await;

    phone.network(false).unwrap();
    write(&phone, jobs[0], "LATE-1");
    leaves(&relay);
    phone.network(true).unwrap();
    let runs = after_exchanges(&phone, "the inbox", || inbox(&owner)).await;
    assert_eq!((runs.len(), runs[0].job, runs[0].by.as_str(), runs[0].changes), (1, Some(jobs[0]), TECHNICIAN, 1));
    assert!(runs[0].deeds[0].text.zh.contains("LATE-1"), "{}", runs[0].deeds[0].text.zh);
    assert_eq!(serial(&owner, jobs[0]).unwrap(), "SENT-1", "nothing of it is on the sheet");

    // The owner has it: everything goes from the phone.
    after_exchanges(&phone, "the purge", || jobs.iter().all(|job| phone.app.actions.job(*job).is_err()).then_some(()))
        .await;
    let team = phone.app.actions.team().unwrap();
    assert!(
        team.members
            .iter()
            .all(|m| m.name == TECHNICIAN || m.roles.contains(&doorstep_schemas::enrol::RoleName::Owner))
    );

    let decision = InboxDecision { run: runs[0].run.clone(), upto: runs[0].upto, admit: true, reason: String::new() };
    owner.app.actions.decide_inbox(&decision).unwrap();
    after_exchanges(&owner, "the work", || (serial(&owner, jobs[0])? == "LATE-1").then_some(())).await;
    assert!(inbox(&owner).is_none());
    let said = relay_does(&relay.folder, &["check"], &[]).unwrap();
    assert!(said.contains("all as written"), "{said}");
}

fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_phone_erases_its_key_and_its_data_when_it_hears_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    let unit = phone.app.actions.job(jobs[0]).unwrap().appliances[0].id;
    phone.app.actions.add_photo(jobs[0], unit, PhotoStage::Before, &camera::picture(800, 600).unwrap()).unwrap();
    phone.drained().await;
    let data = folder.path().join("phone");
    let key = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
    let key = key
        .filter(|path| path.is_file() && path.metadata().unwrap().len() <= 128)
        .find(|path| path.to_string_lossy().contains("key"));
    let key = fs::read(key.unwrap()).unwrap();
    let salt = fs::read(data.join("doorstep.db")).unwrap()[..16].to_vec();
    let number = phone.app.actions.shelf.store().device();
    phone.network(false).unwrap();
    owner.app.set_device_status(number, DeviceStatus::Lost).await.unwrap();
    phone.network(true).unwrap();
    after_exchanges(&phone, "its end", || (!phone.app.session().ok()?.enrolled).then_some(())).await;
    assert_ne!(phone.app.actions.shelf.store().device(), number, "nobody that anybody knows");
    assert!(phone.app.actions.orders(None).is_err(), "of no outlet");
    assert!(!holds(&data, &key), "the key");
    assert!(!holds(&data, &salt), "the database that it opened");
    assert!(fs::read_dir(data.join("photos")).map_or(true, |mut photos| photos.next().is_none()));
    assert!(owner.app.session().unwrap().enrolled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_job_goes_from_the_relay_and_from_every_device() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let jobs = jobs_of(&phone).await;
    let unit = phone.app.actions.job(jobs[0]).unwrap().appliances[0].id;
    phone.app.actions.add_photo(jobs[0], unit, PhotoStage::Before, &camera::picture(800, 600).unwrap()).unwrap();
    phone.drained().await;
    let photos = |folder: &Path| relay_does(folder, &["stats"], &["--json"]).unwrap();
    let before = photos(&relay.folder);
    owner.app.actions.erase_job(&EraseJob { job: jobs[0], number_end: jobs[0].to_string()[22..].to_owned() }).unwrap();
    owner.app.sync_now().await.unwrap();
    after_exchanges(&phone, "the word", || phone.app.actions.job(jobs[0]).is_err().then_some(())).await;
    assert!(phone.app.actions.job(jobs[1]).is_ok());
    assert_ne!(photos(&relay.folder), before);
    let said = relay_does(&relay.folder, &["check"], &[]).unwrap();
    assert!(said.contains("all as written"), "{said}");
}

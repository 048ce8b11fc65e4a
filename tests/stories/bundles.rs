//! Work that reaches the relay in somebody else's pocket; and a job that leaves a phone for good.

use doorstep::app::Doorstep;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{Assign, BundlePhotos, BundleWhat, ExportBundle, Tap, TapNode};
use doorstep_schemas::view::PhotoStage;
use doorstep_tests::outlet::{self, OWNER};
use doorstep_tests::stage::Device;
use doorstep_tests::{camera, story};

fn job_of(app: &Doorstep, customer: &str) -> Option<JobId> {
    Some(app.actions.orders(None).ok()?.into_iter().find(|card| card.customer == customer)?.job)
}

fn steps(app: &Doorstep, job: JobId) -> Option<usize> {
    Some(app.actions.job(job).ok()?.nodes.iter().filter(|node| node.at.is_some()).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_without_network_reaches_the_relay_through_the_owners_desk() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    let second = Device::enrolled("老板手机", &folder.path().join("second"), &relay, OWNER).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job = phone.until("彭秀兰 is on the phone", |app| job_of(app, "彭秀兰")).await;
    phone.drained().await;
    phone.network(false).unwrap();
    for tap in [Tap::Depart, Tap::Arrive] {
        phone.app.actions.tap_node(&TapNode { job, tap }).unwrap();
    }
    let unit = phone.app.actions.job(job).unwrap().appliances[0].id;
    phone.app.actions.add_photo(job, unit, PhotoStage::Before, &camera::picture(800, 600).unwrap()).unwrap();
    let here = steps(&phone.app, job).unwrap();

    let file = folder.path().join(phone.app.actions.bundle_name());
    let order = ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::All };
    let made = phone.app.actions.export_bundle(&order, &file, &mut Unwatched).unwrap();
    assert_eq!((made.jobs, made.photos), (1, 1));
    let taken = owner.app.actions.import_bundle(&file, &mut Unwatched).unwrap();
    assert!(taken.whole && taken.adopted > 0 && taken.photos == 2, "{taken:?}");
    assert_eq!(steps(&owner.app, job), Some(here));
    // The relay has it from the desk, under the phone's own signature: the owner's other device sees it.
    second.until("the work is there", |app| (steps(app, job)? == here).then_some(())).await;
    owner.until("nothing is carried any more", |app| (app.sync_view().ok()?.carried == 0).then_some(())).await;
    assert_eq!(owner.app.sync_view().unwrap().stuck, []);

    // The phone hears that it is there already, and hands over the photo.
    phone.network(true).unwrap();
    phone.drained().await;
    let view = phone.app.sync_view().unwrap();
    assert_eq!((view.on_relay, view.stuck), (view.on_device, Vec::new()));
    assert_eq!(steps(&second.app, job), Some(here), "and nothing came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_given_to_a_colleague_leaves_the_phone_when_its_work_has_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job = phone.until("彭秀兰 is on the phone", |app| job_of(app, "彭秀兰")).await;
    phone.app.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    phone.drained().await;
    let team = owner.app.actions.team().unwrap().members;
    let other = team.iter().find(|member| member.name != outlet::TECHNICIAN && member.name != OWNER).unwrap();
    owner.app.actions.assign(&Assign { job, members: vec![other.id] }).unwrap();
    phone.until("the job is gone", |app| app.actions.job(job).is_err().then_some(())).await;
    owner.until("its work is on the desk", |app| (steps(app, job)? > 0).then_some(())).await;
    let me = phone.app.session().unwrap().member.unwrap().id;
    owner.app.actions.assign(&Assign { job, members: vec![me] }).unwrap();
    phone.until("it is back, whole", |app| (steps(app, job)? == steps(&owner.app, job)?).then_some(())).await;
}

//! A tile is broken: the claim pack that the owner makes of it stands up to a stranger's check, by the relay's own receipts.

use doorstep::claim::finding::{Gap, Item, Verdict};
use doorstep::claim::verify::{Checked, verify};
use doorstep::tasks::Unwatched;
use doorstep_schemas::claim_pack::ClaimPack;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{MakeClaimPack, NoteFact, SheetFact, Tap, TapNode};
use doorstep_schemas::view::{Fen, PhotoStage};
use doorstep_tests::stage::Device;
use doorstep_tests::{camera, outlet, story};

fn job_of(device: &Device, customer: &str) -> Option<JobId> {
    Some(device.app.actions.orders(None).ok()?.into_iter().find(|card| card.customer == customer)?.job)
}

fn shoot(phone: &Device, job: JobId, width: u16) -> ShortId {
    let unit = phone.app.actions.job(job).unwrap().appliances[0].id;
    let picture = camera::picture(width, 600).unwrap();
    let view = phone.app.actions.add_photo(job, unit, PhotoStage::Damage, &picture).unwrap();
    view.photos.last().unwrap().id
}

async fn made(device: &Device, order: &MakeClaimPack, folder: &std::path::Path) -> Vec<u8> {
    let receipts = device.app.claim_receipts(order).await.unwrap();
    let path = folder.join(device.app.actions.claim_name(order.job));
    let made = device.app.actions.make_claim_pack(order, &receipts, &path, &mut Unwatched).unwrap();
    assert_eq!((made.photos_missing, made.path), (0, path.display().to_string()));
    std::fs::read(path).unwrap()
}

fn times(pack: &ClaimPack) -> Vec<(i64, i64)> {
    let bracket = |photo: &doorstep_schemas::claim_pack::ClaimedPhoto| {
        let bracket = photo.origin.bracket;
        (bracket.not_before_ms.unwrap(), bracket.not_after_ms.unwrap())
    };
    pack.photos.iter().map(bracket).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r30_what_a_technician_photographed_offline_is_proven_by_the_relay_to_a_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job = phone.until("彭秀兰 is on the phone", |_| job_of(&phone, "彭秀兰")).await;
    phone.app.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    let first = shoot(&phone, job, 800);
    phone.drained().await;
    // In the basement: later work of the same run, handed over with a later signature.
    phone.network(false).unwrap();
    let second = shoot(&phone, job, 810);
    let photos = phone.app.actions.job(job).unwrap().photos.iter().map(|photo| photo.photo).collect();
    let fact = SheetFact::Damage { what: "瓷砖".into(), text: "一块".into(), photos, asked_fen: Fen(12_000) };
    let view = phone.app.actions.note_fact(&NoteFact { job, fact, claimed: None }).unwrap();
    let _ = view;
    phone.network(true).unwrap();
    phone.drained().await;
    let here = |device: &Device| device.app.actions.job(job).ok().map(|view| view.photos.len());
    owner.until("both photos are named at the owner's", |_| (here(&owner)? == 2).then_some(())).await;

    let key = owner.app.actions.shelf.store().enrolment().unwrap().unwrap().relay_key;
    let order = MakeClaimPack { job, photos: vec![first, second], damage: None };
    for device in [&owner, &phone] {
        let file = made(device, &order, folder.path()).await;
        let Checked { pack, findings } = verify(&file, Some(key)).unwrap();
        let unsound: Vec<_> = findings.all().iter().filter(|f| f.verdict != Verdict::Sound).collect();
        assert_eq!(unsound, [] as [&_; 0], "{}", device.name);
        assert!(pack.photos.iter().all(|photo| photo.at_relay_ms.is_some()));
        let times = times(&pack);
        assert!(times.iter().all(|(after, by)| after <= by), "{times:?}");
        // The second was written when the first had its receipt: its signature names a beacon that is no older.
        assert!(times[1].0 >= times[0].0 && times[1].1 > times[0].1, "{times:?}");
    }
    // Without a line there is a file all the same, and it says what it doesn't prove.
    owner.network(false).unwrap();
    let file = made(&owner, &order, folder.path()).await;
    let checked = verify(&file, Some(key)).unwrap();
    assert_eq!(checked.findings.of(&Item::Relay), Some(Verdict::Unproven(Gap::NoReceipts)));
    assert!(checked.findings.hold());
}

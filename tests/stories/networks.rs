//! Networks that come and go, and such that cost money.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use doorstep::app::Doorstep;
use doorstep::sync::nearby::Lookout;
use doorstep_schemas::input::{NetworkNote, Preferences, Tap, TapNode};
use doorstep_schemas::view::PhotoStage;
use doorstep_tests::outlet::{self, TECHNICIAN};
use doorstep_tests::stage::{Device, relay_does};
use doorstep_tests::{camera, story};

/// A phone that is carried from network to network.
struct Carried(Mutex<BTreeSet<IpAddr>>);

impl Lookout for Carried {
    fn look(&self, _tag: &str, _patience: Duration) -> Vec<SocketAddr> {
        Vec::new()
    }

    fn addresses(&self) -> BTreeSet<IpAddr> {
        self.0.lock().unwrap().clone()
    }

    fn every(&self) -> Duration {
        Duration::from_millis(100)
    }
}

fn photos_on_relay(app: &Doorstep) -> (u32, u32) {
    let view = app.sync_view().unwrap();
    (view.photos_on_relay, view.photos)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_comes_into_another_network_tries_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, _phone) = story::set_stage(folder.path()).await.unwrap();
    let around = Arc::new(Carried(Mutex::default()));
    let phone = Device::looking("手机", &folder.path().join("carried"), around.clone()).unwrap();
    phone.enrol(&relay, TECHNICIAN).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job =
        phone.until("a job is on the phone", |app| app.actions.orders(None).ok()?.first().map(|card| card.job)).await;
    let address = relay.address.trim_start_matches("http://").to_owned();
    let data = relay.kill().unwrap();
    phone.app.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    // Each failure doubles the wait: after three of them the next try is more than ten seconds away.
    for _ in 0..3 {
        phone.app.sync_now().await.unwrap();
    }
    let view = phone.app.sync_view().unwrap();
    assert!(view.next_attempt.unwrap().0 - view.now.0 > 10_000, "{:?}", view.next_attempt);
    let _relay = doorstep_tests::stage::Relay::start_at(&data, &address).unwrap();
    let at = Instant::now();
    around.0.lock().unwrap().insert(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));
    phone.drained().await;
    assert!(at.elapsed() < Duration::from_secs(8), "{:?}", at.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_bytes_cost_money_full_pictures_wait_if_the_technician_wants_that() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job =
        phone.until("a job is on the phone", |app| app.actions.orders(None).ok()?.first().map(|card| card.job)).await;
    phone
        .app
        .set_preferences(&Preferences {
            language: None,
            shell: None,
            no_network: None,
            wifi_only: Some(true),
            photo_position: None,
        })
        .unwrap();
    let over = |metered| phone.app.tell_network(NetworkNote { back: true, metered: Some(metered) });
    let take = |seed: u16| {
        let unit = phone.app.actions.job(job).unwrap().appliances[0].id;
        phone.app.actions.add_photo(job, unit, PhotoStage::Before, &camera::picture(640 + seed, 480).unwrap()).unwrap();
    };
    over(true);
    take(1);
    // Text and the thumbnail arrive; the picture does not, and nobody says that it did.
    owner.until("the thumbnail is named", |app| (!app.actions.job(job).ok()?.photos.is_empty()).then_some(())).await;
    phone
        .until("only the picture is left", |app| {
            let chip = app.sync_chip().ok()?;
            (chip.changes == 0 && chip.photos == 1).then_some(())
        })
        .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(photos_on_relay(&phone.app), (0, 1));
    assert!(phone.app.sync_view().unwrap().photos_wait);
    // By hand it goes all the same; the next one waits again.
    phone.app.photos_anyway();
    phone.drained().await;
    take(2);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(photos_on_relay(&phone.app), (1, 2));
    over(false);
    phone.drained().await;
    assert!(!phone.app.sync_view().unwrap().photos_wait);

    // What a backup has is said only after one was made.
    assert_eq!(phone.app.sync_view().unwrap().backed_up, None);
    let data = folder.path().join("relay");
    relay_does(&data, &["backup"], &["--to", folder.path().join("backup").to_str().unwrap()]).unwrap();
    phone.app.sync_now().await.unwrap();
    let view = phone.app.sync_view().unwrap();
    assert_eq!(view.backed_up, Some(view.on_relay));
    phone.app.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    phone.drained().await;
    let after = phone.app.sync_view().unwrap();
    assert!(after.on_relay > view.on_relay && after.backed_up == view.backed_up, "{after:?}");
    drop(relay);
}

//! Whom a phone believes: the relay whose key is in the invitation, over a certificate that this key vouches for.
//! Whoever else answers hears nothing of what the phone had to say.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorstep::sync::admin::AdminError;
use doorstep::sync::nearby::{Lookout, Mdns};
use doorstep_relay::tls::Tls;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::input::Enrol;
use doorstep_schemas::view::RelayWay;
use doorstep_tests::outlet::{self, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay, relay_does};
use ed25519_dalek::SigningKey;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

const CODE: &str = "7K2M9QXA";
const DAY_MS: i64 = 24 * 3_600 * 1_000;

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Somebody at the relay's address, and all that could be read there.
struct Somebody {
    address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Somebody {
    /// `None`: without TLS.
    async fn with(tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        let tls = tls.map(Arc::new);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                match &tls {
                    Some(tls) => {
                        if let Ok(mut stream) = tls.accept(stream).await {
                            let _ = stream.read_to_end(&mut bytes).await;
                        }
                    }
                    None => {
                        let mut some = [0; 4_096];
                        let count = stream.read(&mut some).await.unwrap_or(0);
                        bytes.extend_from_slice(&some[..count]);
                    }
                }
                ears.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn link(relay: &str, key: &SigningKey) -> String {
    let key = PublicKey(key.verifying_key().to_bytes());
    EnrolLink { relay: relay.into(), code: CODE.into(), key }.to_string()
}

async fn refused(phone: &Device, relay: &str) -> Option<ErrorCode> {
    let input = Enrol { relay: relay.into(), code: CODE.into(), device_name: "手机".into() };
    match phone.app.enrol(&input).await {
        Err(AdminError::Fault(fault)) => Some(fault.code()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_joins_the_shops_relay_without_an_authority_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::secured(&data).unwrap();
    assert!(relay.address.starts_with("https://127.0.0.1:"));
    let owner = Device::enrolled("老板", &folder.path().join("owner"), &relay, outlet::OWNER).await.unwrap();
    let phone = Device::enrolled("手机", &folder.path().join("phone"), &relay, TECHNICIAN).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    owner.drained().await;
    phone.until("the jobs", |app| (app.actions.orders(None).ok()?.len() == 2).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_the_relay_of_the_link_hears_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let phone = Device::open("手机", &folder.path().join("phone")).unwrap();
    let (shop, other) = (SigningKey::from_bytes(&[5; 32]), SigningKey::from_bytes(&[6; 32]));

    let stranger = Somebody::with(Some(Tls::new(&other, None, now_ms()).unwrap())).await;
    assert_eq!(refused(&phone, &link(&stranger.address, &shop)).await, Some(ErrorCode::RelayImpostor));
    assert_eq!(refused(&phone, &stranger.address).await, Some(ErrorCode::RelayImpostor), "no key is known yet");

    for made_ms in [now_ms() - 9 * DAY_MS, now_ms() + 3 * DAY_MS] {
        let stale = Somebody::with(Some(Tls::new(&shop, None, made_ms).unwrap())).await;
        assert_eq!(refused(&phone, &link(&stale.address, &shop)).await, Some(ErrorCode::RelayCertificateTime));
        assert_eq!(stale.heard(), b"");
    }
    assert_eq!(stranger.heard(), b"");

    let plain = Somebody::with(None).await;
    assert_eq!(refused(&phone, &link(&plain.address, &shop)).await, Some(ErrorCode::RelayUnreachable));
    let hello = plain.heard();
    assert!(hello.starts_with(&[22, 3]), "a TLS hello and no request");
    assert!(!hello.windows(CODE.len()).any(|at| at == CODE.as_bytes()));
}

/// Somebody who looks around, and what there is.
struct Around(Mutex<Vec<SocketAddr>>);

impl Lookout for Around {
    fn look(&self, _tag: &str, _patience: Duration) -> Vec<SocketAddr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn at(address: &str) -> SocketAddr {
    address.trim_start_matches("https://").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shops_network_is_tried_first_and_a_stranger_in_it_is_no_danger() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::secured(&data).unwrap();
    let stranger = Somebody::with(Some(Tls::new(&SigningKey::from_bytes(&[6; 32]), None, now_ms()).unwrap())).await;
    let around = Arc::new(Around(Mutex::new(vec![at(&stranger.address)])));
    let set = |found: Vec<SocketAddr>| *around.0.lock().unwrap() = found;
    let phone = Device::looking("手机", &folder.path().join("phone"), around.clone()).unwrap();
    phone.enrol(&relay, TECHNICIAN).await.unwrap();
    let way = |phone: &Device| phone.app.sync_view().unwrap().way;
    assert_eq!(way(&phone), Some(RelayWay::Public), "past the stranger");
    assert_eq!(stranger.heard(), b"");

    set(vec![at(&stranger.address), at(&relay.address)]);
    let view = phone.app.sync_now().await.unwrap();
    assert_eq!((view.way, view.attempts[0].error.clone()), (Some(RelayWay::Nearby), None));
    assert_eq!(stranger.heard(), b"");

    // The relay says where else it is; the phone keeps that and asks no second time.
    let known = |phone: &Device| phone.app.actions.shelf.store().relay_addresses().unwrap();
    assert_eq!(known(&phone), [""; 0]);
    for address in ["https://shop.example", "https://203.0.113.7:8470"] {
        relay_does(&data, &["outlet", "address", "add", address], &[]).unwrap();
    }
    phone.app.sync_now().await.unwrap();
    assert_eq!(known(&phone), ["https://shop.example", "https://203.0.113.7:8470"]);
    relay_does(&data, &["outlet", "address", "remove", "https://shop.example"], &[]).unwrap();
    relay_does(&data, &["outlet", "address", "remove", "https://203.0.113.7:8470"], &[]).unwrap();
    phone.app.sync_now().await.unwrap();
    assert_eq!(known(&phone), [""; 0]);

    // Its address is another one since the box was started again: it is found all the same.
    drop(relay);
    let relay = Relay::secured(&data).unwrap();
    set(vec![at(&relay.address)]);
    let view = phone.app.sync_now().await.unwrap();
    assert_eq!((view.way, view.attempts[0].error.clone()), (Some(RelayWay::Nearby), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_moved_is_found_again_by_what_it_announces() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::secured(&data).unwrap();
    let phone = Device::looking("手机", &folder.path().join("phone"), Arc::new(Mdns)).unwrap();
    phone.enrol(&relay, TECHNICIAN).await.unwrap();
    let before = at(&relay.address);
    let data = relay.kill().unwrap();
    // Whoever has its old port now is not the relay.
    let _stranger = TcpListener::bind(before).await.unwrap();
    let relay = Relay::secured(&data).unwrap();
    assert_ne!(at(&relay.address), before);
    let view = phone.app.sync_now().await.unwrap();
    assert_eq!((view.way, view.chip.error), (Some(RelayWay::Nearby), None));
}

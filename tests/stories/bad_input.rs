//! Wrong input, a relay that is gone or talks nonsense, a device that is no longer welcome: each has a clear error,
//! and nothing that was entered is lost. What the relay answers to hostile bodies is tested beside the relay.

use std::io::{Read, Write};
use std::net::TcpListener;

use doorstep::actions::photos::PhotoError;
use doorstep::photos::IntakeError;
use doorstep::sync::admin::AdminError;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::ids::{JobId, PublicKey};
use doorstep_schemas::input::{Enrol, SheetField, WriteField};
use doorstep_schemas::view::{PhotoStage, SyncState};
use doorstep_tests::outlet::{self, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay};
use doorstep_tests::story;

async fn refused(device: &Device, relay: &str, code: &str) -> AdminError {
    let input = Enrol { relay: relay.into(), code: code.into(), device_name: "手机".into() };
    let refused = device.app.enrol(&input).await.unwrap_err();
    assert!(!device.app.session().unwrap().enrolled, "nothing is half joined");
    refused
}

fn code_of(error: &AdminError) -> Option<ErrorCode> {
    match error {
        AdminError::Fault(fault) => Some(fault.code()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_or_used_code_joins_nobody_and_an_impostor_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::start(&data).unwrap();
    let phone = Device::open("手机", &folder.path().join("phone")).unwrap();

    assert_eq!(code_of(&refused(&phone, &relay.address, "ZZZZ-ZZZZ").await), Some(ErrorCode::CodeWrong));
    assert!(matches!(refused(&phone, "不是链接", "").await, AdminError::LinkUnreadable));
    let insecure = refused(&phone, "http://192.0.2.7:8470", "ZZZZZZZZ").await;
    assert_eq!(code_of(&insecure), Some(ErrorCode::RelayInsecure));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = refused(&phone, &format!("http://{nobody}"), "ZZZZZZZZ").await;
    assert_eq!(code_of(&gone), Some(ErrorCode::RelayUnreachable));

    // A link whose key is not the relay's: whoever answers is not who invited.
    let mut link: EnrolLink = relay.invite(TECHNICIAN).unwrap().parse().unwrap();
    link.key = PublicKey([9; 32]);
    assert_eq!(code_of(&refused(&phone, &link.to_string(), "").await), Some(ErrorCode::RelayImpostor));

    let link = relay.invite(TECHNICIAN).unwrap();
    let other = Device::open("另一台", &folder.path().join("other")).unwrap();
    other.app.enrol(&Enrol { relay: link.clone(), code: String::new(), device_name: "另一台".into() }).await.unwrap();
    assert_eq!(code_of(&refused(&phone, &link, "").await), Some(ErrorCode::CodeWrong), "used");
}

async fn day(folder: &std::path::Path) -> (Relay, Device, Device, JobId) {
    let (relay, owner, phone) = story::set_stage(folder).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let job = phone
        .until("the jobs", |app| {
            let jobs = app.actions.orders(None).ok()?;
            (jobs.len() == 2).then(|| jobs[0].job)
        })
        .await;
    owner.drained().await;
    (relay, owner, phone, job)
}

fn write(phone: &Device, job: JobId, value: &str) {
    let appliance = phone.app.actions.job(job).unwrap().appliances[0].id;
    let input = WriteField { job, appliance, field: SheetField::Serial, value: value.into() };
    phone.app.actions.write_field(&input).unwrap();
}

fn serial(device: &Device, job: JobId) -> String {
    device.app.actions.job(job).unwrap().appliances[0].serial.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_goes_on_while_the_relay_is_down_or_talks_nonsense_and_arrives_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, owner, phone, job) = day(folder.path()).await;
    let address = relay.address.trim_start_matches("http://").to_owned();
    let data = relay.kill().unwrap();

    write(&phone, job, "AQ-DOWN-1");
    phone.until("the phone is offline", |app| (app.sync_chip().ok()?.state == SyncState::Offline).then_some(())).await;

    let liar = TcpListener::bind(&address).unwrap();
    let answers = std::thread::spawn(move || {
        // Until the word of this test's end; each connection gets an answer that no relay gives.
        for stream in liar.incoming().flatten() {
            let mut stream = stream;
            let mut buffer = [0u8; 16 * 1024];
            let read = stream.read(&mut buffer).unwrap_or(0);
            if buffer[..read].starts_with(b"END") {
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\nhello world");
        }
    });
    let nonsense = phone.app.sync_now().await.unwrap();
    let last = nonsense.attempts.first().unwrap().error.clone().unwrap();
    assert_eq!(last.code, ErrorCode::RelayNonsense, "{last:?}");
    assert!(nonsense.chip.changes > 0 && nonsense.on_relay < nonsense.on_device, "nothing is claimed to be sent");
    write(&phone, job, "AQ-DOWN-2");
    std::net::TcpStream::connect(&address).unwrap().write_all(b"END").unwrap();
    answers.join().unwrap();

    let _relay = Relay::start_at(&data, &address).unwrap();
    phone.app.sync_now().await.unwrap();
    phone.drained().await;
    owner.app.sync_now().await.unwrap();
    owner.until("what was typed meanwhile", |_| (serial(&owner, job) == "AQ-DOWN-2").then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_photo_is_told_so_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, _owner, phone, job) = day(folder.path()).await;
    let appliance = phone.app.actions.job(job).unwrap().appliances[0].id;
    let whole = doorstep_tests::camera::picture(800, 600).unwrap();
    let add = |file: &[u8]| phone.app.actions.add_photo(job, appliance, PhotoStage::After, file);

    assert!(matches!(add(b"not a picture"), Err(PhotoError::Intake(IntakeError::NotAPicture))));
    assert!(matches!(add(&whole[..whole.len() / 2]), Err(PhotoError::Intake(IntakeError::Truncated))));
    let view = phone.app.actions.job(job).unwrap();
    assert!(view.photos.is_empty() && view.history.iter().all(|line| line.action != "add_photo"));
    assert!(add(&whole).unwrap().photos.len() == 1, "the next one goes in");
}

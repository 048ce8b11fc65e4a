//! The store by hand: a phone that is killed with half a field typed, searched, rebuilt, carried to the desk as a file and
//! erased; and at the desk a file whose signatures were forged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorstep::store::key::{KeyFile, KeyKeeper};
use doorstep::tasks::Unwatched;
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle, SheetField, WriteField};
use doorstep_schemas::signature::Signature;
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay};

use crate::browser::devhost;
use crate::process::root;

const CUSTOMER: &str = "彭秀兰";
const FAULT: &str = "一通电就跳闸";

/// The phone's folder as somebody copied it and altered its signatures: what it hands out.
async fn forged(phone: &Path, copy: &Path) -> PathBuf {
    fs::create_dir(copy).unwrap();
    for file in fs::read_dir(phone).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let key = KeyFile::in_folder(copy).read().unwrap().unwrap().key;
    let db = rusqlite::Connection::open(doorstep::store::database(copy)).unwrap();
    doorstep::store::unlock(&db, &key).unwrap();
    let mut query = db.prepare("SELECT doc, actor, signature FROM run").unwrap();
    let runs: Vec<(String, Vec<u8>, Vec<u8>)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap().map(Result::unwrap).collect();
    for (doc, actor, signature) in runs {
        let mut signature: Signature = minicbor::decode(&signature).unwrap();
        signature.bytes[5] ^= 1;
        let forged = minicbor::to_vec(&signature).unwrap();
        db.execute("UPDATE run SET signature = ?3 WHERE doc = ?1 AND actor = ?2", (doc, actor, forged)).unwrap();
    }
    drop(query);
    drop(db);
    let path = copy.join("forged.doorstep");
    let device = Device::open("小军手机", copy).unwrap();
    let order = ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::None };
    device.app.actions.export_bundle(&order, &path, &mut Unwatched).unwrap();
    path
}

fn tell(part: &str, arguments: &[(&str, &str)]) -> String {
    let mut command = Command::new("node");
    command.current_dir(root().join("ui")).args(["test/browser/store.mjs", "--part", part, "--customer", CUSTOMER]);
    for (name, value) in arguments {
        command.arg(name).arg(value);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{wrong}");
    said
}

#[test]
fn a_killed_phone_has_its_draft_and_its_work_comes_to_the_desk_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    outlet::found(&at("relay")).unwrap();
    let relay = Relay::start(&at("relay")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let forged = runtime.block_on(async {
        let owner = Device::enrolled("店里电脑", &at("desk"), &relay, OWNER).await.unwrap();
        owner.until("the team", |app| (app.actions.team().ok()?.members.len() == 6).then_some(())).await;
        outlet::take_the_days_orders(&owner).unwrap();
        owner.drained().await;
        {
            let phone = Device::enrolled("小军手机", &at("phone"), &relay, TECHNICIAN).await.unwrap();
            let card = |app: &doorstep::app::Doorstep| {
                let cards = app.actions.orders(None).ok()?;
                cards.into_iter().find(|card| card.customer == CUSTOMER)
            };
            let job = phone.until("the job", card).await.job;
            // The desk knows the phone, as it must to read what the phone wrote.
            owner.until("the phone", |app| (app.actions.team().ok()?.devices.len() == 2).then_some(())).await;
            phone.network(false).unwrap();
            let appliance = phone.app.actions.job(job).unwrap().appliances[0].id;
            let fault = WriteField { job, appliance, field: SheetField::Fault, value: FAULT.to_owned() };
            phone.app.actions.write_field(&fault).unwrap();
        }
        owner.network(false).unwrap();
        drop(owner);
        forged(&at("phone"), &at("copy")).await
    });
    drop(runtime);

    let (phone_host, phone) = devhost(&at("phone"), "小军手机", None);
    let mut said = tell("typed", &[("--phone", &phone)]);
    phone_host.kill();
    let (_phone_host, phone) = devhost(&at("phone"), "小军手机", None);
    let (_desk_host, desk) = devhost(&at("desk"), "店里电脑", None);
    let forged = forged.to_str().unwrap();
    said += &tell("rest", &[("--phone", &phone), ("--desk", &desk), ("--forged", forged), ("--fault", FAULT)]);
    assert!(said.matches('✓').count() >= 14, "{said}");
    assert!(!at("phone").join("photos").exists());
}

//! One real window: type into a field of the sheet, and read what was typed back from SQLite.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use doorstep::store::key::{KeyFile, KeyKeeper};
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::programs::program;
use doorstep_tests::stage::{Device, Relay};
use thirtyfour::prelude::*;

use crate::process::Running;

const TYPED: &str = "LY2019060012";

/// A display of its own, on the first free number.
fn display() -> (Running, String) {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]);
    let (running, number) = Running::first_line(&mut command);
    (running, format!(":{number}"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn window(folder: &Path, port: u16) -> WebDriver {
    let mut capabilities = Capabilities::new();
    let options = serde_json::json!({
        "binary": program("doorstep-app").unwrap(),
        "args": ["--key-file", "--data-dir", folder, "--size", "390x844"],
    });
    capabilities.set("webkitgtk:browserOptions", options).unwrap();
    let address = format!("http://127.0.0.1:{port}");
    // The driver needs a moment until it listens; nothing tells when.
    for _ in 0..100 {
        // WebDriver is spoken over plain HTTP; its client wants to be able to do more.
        let _ = rustls::crypto::ring::default_provider().install_default();
        if let Ok(driver) = WebDriver::new(&address, capabilities.clone()).await {
            return driver;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("no window came up");
}

async fn find(driver: &WebDriver, test: &str) -> WebElement {
    let selector = format!("[data-test=\"{test}\"]");
    driver.query(By::Css(selector)).wait(Duration::from_secs(20), Duration::from_millis(50)).first().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_in_the_real_window_is_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::start(&data).unwrap();
    let phone = folder.path().join("phone");
    {
        let owner = Device::enrolled("店里电脑", &folder.path().join("desk"), &relay, OWNER).await.unwrap();
        owner.until("the team", |app| (app.actions.team().ok()?.members.len() == 6).then_some(())).await;
        outlet::take_the_days_orders(&owner).unwrap();
        owner.drained().await;
        let device = Device::enrolled("小军手机", &phone, &relay, TECHNICIAN).await.unwrap();
        device.until("the jobs", |app| (!app.actions.orders(None).ok()?.is_empty()).then_some(())).await;
    }

    let (_display, display) = display();
    let port = free_port();
    let driver_process = Running::start(
        Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("DISPLAY", &display)
            .env("TAURI_WEBVIEW_AUTOMATION", "true"),
    );
    let driver = window(&phone, port).await;
    find(&driver, "job-card").await.click().await.unwrap();
    find(&driver, "section-sheet").await.click().await.unwrap();
    let field = find(&driver, "field-serial").await;
    // U+E004 is Tab: the field is left, and saved.
    field.send_keys(format!("{TYPED}\u{e004}")).await.unwrap();
    let saved = By::Css("[data-test=\"mark-serial\"][data-state=\"saved\"]");
    driver.query(saved).wait(Duration::from_secs(20), Duration::from_millis(50)).first().await.unwrap();

    assert_eq!(serials(&phone), [TYPED], "in SQLite while the window is open");

    // The picture goes in through the file chooser and comes back through the photo scheme and the content policy.
    let file = folder.path().join("after.jpg");
    std::fs::write(&file, doorstep_tests::camera::picture(1600, 1200).unwrap()).unwrap();
    find(&driver, "shoot-after").await.send_keys(file.to_str().unwrap()).await.unwrap();
    let shown = || async {
        let script = "const i = document.querySelector('[data-test=photo] img'); return i ? i.naturalWidth : 0;";
        driver.execute(script, vec![]).await.unwrap().convert::<u32>().unwrap()
    };
    let mut width = 0;
    for _ in 0..200 {
        width = shown().await;
        if width > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(width, 240, "the thumbnail, turned upright, is on the screen");
    driver.quit().await.unwrap();
    drop(driver_process);
    assert_eq!(serials(&phone), [TYPED], "and when it is closed");
}

/// Serials in the list of a data folder, read with the folder's own key.
fn serials(folder: &Path) -> Vec<String> {
    let key = KeyFile::in_folder(folder).read().unwrap().unwrap().key;
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let db = rusqlite::Connection::open_with_flags(doorstep::store::database(folder), flags).unwrap();
    doorstep::store::unlock(&db, &key).unwrap();
    doorstep::store::all_rows(&db).unwrap().into_iter().flat_map(|row| row.found.serials).collect()
}

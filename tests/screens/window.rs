//! Real windows: what is typed into a field of the sheet is in SQLite, and a window that was killed comes back as it was.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use doorstep::store::key::{KeyFile, KeyKeeper};
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::programs::program;
use doorstep_tests::stage::{Device, Relay};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

use crate::process::Running;

const TYPED: &str = "LY2019060012";
/// A sentence that somebody was in the middle of.
const HALF: &str = "换加热管，还没";

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
    find_by(driver, &format!("[data-test=\"{test}\"]")).await
}

/// A phone with the sample day's orders; its relay runs on.
async fn phone_in_an_outlet(folder: &Path) -> (Relay, PathBuf) {
    let data = folder.join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::start(&data).unwrap();
    let phone = folder.join("phone");
    let owner = Device::enrolled("店里电脑", &folder.join("desk"), &relay, OWNER).await.unwrap();
    owner.until("the team", |app| (app.actions.team().ok()?.members.len() == 6).then_some(())).await;
    outlet::take_the_days_orders(&owner).unwrap();
    owner.drained().await;
    let device = Device::enrolled("小军手机", &phone, &relay, TECHNICIAN).await.unwrap();
    device.until("the jobs", |app| (!app.actions.orders(None).ok()?.is_empty()).then_some(())).await;
    (relay, phone)
}

/// Starts the driver that opens windows on a display.
fn driver(display: &str) -> (Running, u16) {
    let port = free_port();
    let mut command = Command::new("WebKitWebDriver");
    command.arg(format!("--port={port}")).env("DISPLAY", display).env("TAURI_WEBVIEW_AUTOMATION", "true");
    (Running::start(&mut command), port)
}

/// The programs that have this folder open: the app's own processes.
fn processes_of(folder: &Path) -> Vec<String> {
    let named = folder.to_str().unwrap().as_bytes();
    let pids = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let of_app = |pid: &String| {
        let said = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = said.split(|byte| *byte == 0);
        words.next().is_some_and(|program| program.ends_with(b"doorstep-app")) && words.any(|word| word == named)
    };
    pids.filter(|pid| pid.bytes().all(|b| b.is_ascii_digit())).filter(of_app).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_window_comes_back_to_the_same_screen_with_the_same_text() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, phone) = phone_in_an_outlet(folder.path()).await;
    let (_display, display) = display();
    let (first, port) = driver(&display);
    let opened = window(&phone, port).await;
    tap(&opened, "job-card").await;
    tap(&opened, "section-sheet").await;
    // Nobody leaves the field: the text is a draft and no more.
    find(&opened, "field-action").await.send_keys(HALF).await.unwrap();
    let place = opened.current_url().await.unwrap();
    for _ in 0..200 {
        if drafts(&phone).iter().any(|text| text.contains(HALF)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let pids = processes_of(&phone);
    assert_eq!(pids.len(), 1, "{pids:?}");
    assert!(Command::new("kill").arg("-9").arg(&pids[0]).status().unwrap().success());
    // Its session ends with an error, as it must.
    let _ = opened.quit().await;
    drop(first);

    let (_second, port) = driver(&display);
    let again = window(&phone, port).await;
    let field = find(&again, "field-action").await;
    assert_eq!(again.current_url().await.unwrap().fragment(), place.fragment(), "the same screen");
    assert_eq!(field.value().await.unwrap().as_deref(), Some(HALF), "the same text");
    again.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_in_the_real_window_is_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, phone) = phone_in_an_outlet(folder.path()).await;
    let (_display, display) = display();
    let (driver_process, port) = driver(&display);
    let driver = window(&phone, port).await;
    tap(&driver, "job-card").await;
    tap(&driver, "section-sheet").await;
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

/// An installer in a cellar: no relay answers, the earth is bad, and nothing on the screens marks the job as done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_without_network_a_job_with_an_unsafe_earth_cant_be_finished_in_the_real_window() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, phone) = phone_in_an_outlet(folder.path()).await;
    drop(relay);
    let (_display, display) = display();
    let (_driver, port) = driver(&display);
    let window = window(&phone, port).await;
    tap(&window, "job-card").await;
    for step in ["depart", "arrive"] {
        tap_on(&window, &format!("[data-test=\"next-step\"][data-step=\"{step}\"]:not([disabled])")).await;
    }
    // The card is shown until somebody turns on.
    tap(&window, "card-next").await;
    tap(&window, "open-earth_resistance").await;
    tap_on(&window, "[data-test=\"row-earth_resistance\"] [data-test^=\"method-\"]").await;
    for key in ["pad-1", "pad-2", "pad-point", "pad-6", "pad-save"] {
        tap(&window, key).await;
    }
    let verdict = find_by(&window, "[data-test=\"row-earth_resistance\"] [data-test=\"verdict\"]").await;
    assert!(verdict.text().await.unwrap().contains("不合格"));

    let at = window.current_url().await.unwrap();
    let finish = at.as_str().replace("/safety", "/finish");
    assert_ne!(finish, at.as_str());
    window.execute("location.href = arguments[0]", vec![finish.into()]).await.unwrap();
    // What "completed" still lacks begins with what failed.
    find_by(&window, "[data-test=\"finish-blockers\"] [data-code=\"reading_failed\"]").await;
    let offered = window.find_all(By::Css("[data-test=\"outcome-completed\"]")).await.unwrap();
    assert!(offered.is_empty(), "completed is not offered while the earth fails");
    assert!(!find(&window, "finish-confirm").await.is_enabled().await.unwrap());
    window.quit().await.unwrap();
    let rows = doorstep::store::all_rows(&open(&phone)).unwrap();
    assert!(rows.iter().all(|row| row.figures.finished_at.is_none()), "and nothing was finished");
}

/// The data was written by a newer program: the window is there all the same and says so in both languages, nothing is
/// touched, and when that is mended the same window goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_that_does_not_open_is_told_in_the_window_and_tried_again_there() {
    let folder = tempfile::tempdir().unwrap();
    let phone = folder.path().join("phone");
    drop(Device::open("小军手机", &phone).unwrap());
    let set_version = |version: i64| {
        let db = open(&phone);
        let before: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        db.pragma_update(None, "user_version", version).unwrap();
        before
    };
    let version = set_version(99);
    let (_display, display) = display();
    let (_driver, port) = driver(&display);
    let window = window(&phone, port).await;
    let told = find(&window, "start-failed").await;
    assert_eq!(told.attr("data-code").await.unwrap().as_deref(), Some("data_too_new"));
    let mut words = vec![told.text().await.unwrap()];
    find(&window, "start-language").await.click().await.unwrap();
    // The other language's texts are fetched first.
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let said = find(&window, "start-failed").await.text().await.unwrap();
        if words[0] != said || Instant::now() > until {
            words.push(said);
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let said = |wanted: &str| words.iter().any(|words| words.contains(wanted));
    assert!(said("请更新程序；数据没有改动") && said("the data is untouched"), "{words:?}");
    find(&window, "start-retry").await.click().await.unwrap();
    find(&window, "start-failed").await;
    assert_eq!(set_version(version), 99, "nothing was touched");
    // The try before may still be under way: it fails or succeeds, and what failed is tried again.
    let until = Instant::now() + Duration::from_secs(20);
    while window.find(By::Css("[data-test=\"enrol-link\"]")).await.is_err() {
        assert!(Instant::now() < until, "the window does not go on");
        if let Ok(retry) = window.find(By::Css("[data-test=\"start-retry\"]")).await {
            let _gone_meanwhile = retry.click().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    window.quit().await.unwrap();
}

async fn tap(driver: &WebDriver, test: &str) {
    tap_on(driver, &format!("[data-test=\"{test}\"]")).await;
}

/// As a finger does: what lies below the bar of the next step is scrolled up, and what moves for a moment is tapped again.
async fn tap_on(driver: &WebDriver, selector: &str) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        match find_by(driver, selector).await.click().await {
            Err(error)
                if matches!(error.as_inner(), WebDriverErrorInner::ElementClickIntercepted(_))
                    && Instant::now() < until =>
            {
                let scroll = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";
                driver.execute(scroll, vec![selector.into()]).await.unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{selector}: {error}; in its place is {}", covering(driver, selector).await),
            Ok(()) => return,
        }
    }
}

/// What a tap on the element's middle would meet.
async fn covering(driver: &WebDriver, selector: &str) -> String {
    let script = "const box = document.querySelector(arguments[0])?.getBoundingClientRect();
        const there = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return `${there?.outerHTML.slice(0, 300)} at ${box?.y} of ${innerHeight}`;";
    let said = driver.execute(script, vec![selector.into()]).await;
    said.map(|said| said.json().to_string()).unwrap_or_default()
}

async fn find_by(driver: &WebDriver, selector: &str) -> WebElement {
    driver.query(By::Css(selector)).wait(Duration::from_secs(20), Duration::from_millis(50)).first().await.unwrap()
}

fn open(folder: &Path) -> rusqlite::Connection {
    let key = KeyFile::in_folder(folder).read().unwrap().unwrap().key;
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let db = rusqlite::Connection::open_with_flags(doorstep::store::database(folder), flags).unwrap();
    doorstep::store::unlock(&db, &key).unwrap();
    db
}

/// Texts that are typed and not saved.
fn drafts(folder: &Path) -> Vec<String> {
    let db = open(folder);
    let mut query = db.prepare("SELECT text FROM draft").unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Serials in the list of a data folder, read with the folder's own key.
fn serials(folder: &Path) -> Vec<String> {
    doorstep::store::all_rows(&open(folder)).unwrap().into_iter().flat_map(|row| row.found.serials).collect()
}

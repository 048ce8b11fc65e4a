//! The program as an operator meets it: real processes on a data folder.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::ids::PublicKey;
use ed25519_dalek::SigningKey;
use serde_json::Value;
use stage::{json, refusal};

fn relay(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep-relay"));
    command.args(words).arg("--data").arg(folder).env("DOORSTEP_LOG", "error");
    command
}

fn done(folder: &Path, words: &[&str]) -> Output {
    relay(folder, words).output().unwrap()
}

fn told(folder: &Path, words: &[&str]) -> Value {
    let output = done(folder, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A serving relay, ended with the test.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn on(folder: &Path) -> Self {
        Self::with(folder, &[])
    }

    fn with(folder: &Path, more: &[&str]) -> Self {
        let words = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        let mut process = relay(folder, &words).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { process, address }
    }

    /// SIGTERM, as a service manager sends it.
    fn stop(mut self) -> std::process::ExitStatus {
        let told = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(told.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone when the test has stopped it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn create(folder: &Path) -> Value {
    let words =
        ["outlet", "create", "--name", "城关网点", "--owner", "王老板", "--member", "李师傅:technician+repairer"];
    told(folder, &[&words[..], &["--json"]].concat())
}

#[tokio::test]
async fn an_operator_founds_an_outlet_lets_people_in_and_reports_a_phone_lost_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::on(folder.path());
    let outlet = create(folder.path());
    assert_eq!(outlet["members"][1]["roles"], serde_json::json!(["technician", "repairer"]));
    let invite = told(folder.path(), &["invite", "--member", "李师傅", "--relay", &serving.address, "--json"]);
    let link: EnrolLink = invite["link"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        (link.relay.as_str(), link.key.to_string()),
        (serving.address.as_str(), outlet["relay_key"].as_str().unwrap().to_owned())
    );

    let http = stage::plain_http();
    let key = PublicKey(SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes());
    let body = serde_json::json!({ "code": link.code, "key": key, "device_name": "红米" }).to_string();
    let enrol = format!("{}/v1/enrol", serving.address);
    let answer: Value = json(http.post(&enrol).body(body.clone()).send().await.unwrap()).await;
    assert_eq!((&answer["member_name"], &answer["outlet_name"]), (&"李师傅".into(), &"城关网点".into()));
    assert_eq!(answer["relay_key"], outlet["relay_key"]);
    assert_eq!(refusal(http.post(&enrol).body(body).send().await.unwrap()).await, (403, "code_wrong".into()));

    let device = answer["device"].as_str().unwrap();
    let devices = told(folder.path(), &["device", "list", "--json"]);
    assert_eq!((&devices["devices"][0]["id"], &devices["devices"][0]["status"]), (&answer["device"], &"active".into()));
    let mut live = http
        .get(format!("{}/v1/live", serving.address))
        .bearer_auth(answer["token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(live.chunk().await.unwrap().is_some());
    assert!(done(folder.path(), &["device", "lost", "--device", device]).status.success());
    // The relay hears of what the other program wrote, and lets go of the phone.
    assert_eq!(live.chunk().await.ok().flatten(), None);

    let quota = ["outlet", "quota", "--json"];
    let usual = told(folder.path(), &quota);
    assert_eq!((&usual["device"]["entries"], &usual["outlet"]["bytes"]), (&50_000.into(), &2_000_000_000_u64.into()));
    assert!(done(folder.path(), &["outlet", "quota", "--device-entries", "9", "--photo-mb", "7"]).status.success());
    let set = told(folder.path(), &quota);
    assert_eq!((&set["device"]["entries"], &set["outlet"]["photo_bytes"]), (&9.into(), &7_000_000.into()));
    assert_eq!(set["outlet"]["entries"], usual["outlet"]["entries"], "what is not named stays");
    let stats = told(folder.path(), &["stats", "--json"]);
    assert_eq!(stats["outlets"][0]["devices"][0]["today"]["entries"], 0);

    let check = done(folder.path(), &["check"]);
    assert!(check.status.success());
    assert!(String::from_utf8_lossy(&check.stdout).contains("4 entries, all as written"));
    assert!(serving.stop().success());
    let again = Serving::on(folder.path());
    assert_eq!(http.get(format!("{}/v1/health", again.address)).send().await.unwrap().status(), 200);
}

#[test]
fn a_second_relay_on_the_same_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::on(folder.path());
    let second = done(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("already serving"));
    assert!(serving.stop().success());
    assert!(Serving::on(folder.path()).stop().success(), "the lock is gone with its holder");
}

#[test]
fn without_tls_it_listens_to_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "192.0.2.1:8470", "[::]:0"] {
        let refused = done(folder.path(), &["serve", "--listen", address]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("loopback"), "{address}");
    }
}

#[test]
fn what_an_operator_mistypes_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = |words: &[&str]| {
        let output = done(folder.path(), words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(complaint(&["invite", "--member", "李师傅"]).contains("no relay"));
    assert!(complaint(&["outlet", "create", "--name", " ", "--owner", "王"]).contains("1 to 40"));
    assert!(complaint(&["outlet", "create", "--name", "店", "--owner", "王", "--member", "李"]).contains("name:role"));
    create(folder.path());
    assert!(complaint(&["invite", "--member", "张三"]).contains("张三"));
    assert!(complaint(&["invite", "--member", "李师傅", "--relay", "ftp://x"]).contains("ftp://x"));
    assert!(complaint(&["device", "lost", "--device", "0011223344556677"]).contains("0011223344556677"));
    create(folder.path());
    assert!(complaint(&["invite", "--member", "李师傅"]).contains("--outlet"));
    assert!(done(folder.path(), &["member", "list", "--outlet", "only"]).status.code() == Some(1));
}

#[test]
fn the_invitation_shows_a_code_a_link_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let shown = String::from_utf8(done(folder.path(), &["invite", "--member", "王老板"]).stdout).unwrap();
    assert!(shown.contains("doorstep:enrol?relay=http://127.0.0.1:8470&code="));
    assert!(shown.lines().filter(|line| line.contains(['▀', '▄', '█'])).count() > 15);
    let left = done(folder.path(), &["member", "set", "--member", "李师傅", "--left"]);
    assert!(String::from_utf8_lossy(&left.stdout).contains("left"));
    let refused = done(folder.path(), &["invite", "--member", "李师傅"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no such member"));
}

/// A device of this member, by its token.
async fn joined(folder: &Path, serving: &Serving, member: &str, seed: u8) -> String {
    let invite = told(folder, &["invite", "--member", member, "--relay", &serving.address, "--json"]);
    let link: EnrolLink = invite["link"].as_str().unwrap().parse().unwrap();
    let key = PublicKey(SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes());
    let body = serde_json::json!({ "code": link.code, "key": key, "device_name": "店里电脑" }).to_string();
    let enrol = format!("{}/v1/enrol", serving.address);
    let answer: Value = json(stage::plain_http().post(&enrol).body(body).send().await.unwrap()).await;
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_owner_asks_for_a_backup_that_is_tried_at_once_where_the_operator_has_said_where_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("stick");
    let data = folder.path().join("relay");
    let serving = Serving::with(&data, &["--backup-to", backup.to_str().unwrap()]);
    create(&data);
    let (owner, worker) = (joined(&data, &serving, "王老板", 3).await, joined(&data, &serving, "李师傅", 4).await);
    let http = stage::plain_http();
    let (state, drill) = (format!("{}/v1/state", serving.address), format!("{}/v1/drill", serving.address));
    let refused = refusal(http.post(&drill).bearer_auth(&worker).send().await.unwrap()).await;
    assert_eq!(refused, (403, "not_allowed".into()));
    assert!(!backup.exists());
    let before: Value = json(http.get(&state).bearer_auth(&owner).send().await.unwrap()).await;
    assert_eq!(
        (&before["may_drill"], &before["drill"], &before["backed_up_to"]),
        (&true.into(), &Value::Null, &0.into())
    );
    assert!(before["disk_free"].as_u64().unwrap() > 0 && before["entries"].as_u64().unwrap() > 0);

    let mut after: Value = json(http.post(&drill).bearer_auth(&owner).send().await.unwrap()).await;
    while after["drilling"] == true || after["drill"].is_null() {
        after = json(http.get(&state).bearer_auth(&owner).send().await.unwrap()).await;
    }
    let result = &after["drill"];
    assert_eq!((&result["outcome"], &result["reason"]), (&"same".into(), &"".into()));
    assert_eq!(result["entries"], before["entries"]);
    assert_eq!(after["backed_up_to"], before["entries"]);
    assert!(!backup.join("drill-scratch").exists() && !backup.join("relay.key").exists());
    assert!(serving.stop().success());

    // Without a place nothing is begun; the outcome of the last one is still told.
    let serving = Serving::on(&data);
    let told: Value =
        json(http.post(format!("{}/v1/drill", serving.address)).bearer_auth(&owner).send().await.unwrap()).await;
    assert_eq!(
        (&told["may_drill"], &told["drilling"], &told["drill"]["outcome"]),
        (&false.into(), &false.into(), &"same".into())
    );
}

#[test]
fn a_drill_of_another_relays_backup_or_of_none_says_so_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other) = (folder.path().join("relay"), folder.path().join("other"));
    let (backup, strange) = (folder.path().join("stick"), folder.path().join("strange"));
    for (data, to) in [(&mine, &backup), (&other, &strange)] {
        create(data);
        assert!(done(data, &["backup", "--to", to.to_str().unwrap()]).status.success());
    }
    let drill = |from: &Path| done(&mine, &["drill", "--from", from.to_str().unwrap()]);
    let whole = drill(&backup);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    assert!(String::from_utf8_lossy(&whole.stdout).contains("all as written"));
    for bad in [strange, folder.path().join("nowhere")] {
        let refused = drill(&bad);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("could not be rehearsed"));
        assert!(!bad.join("drill-scratch").exists());
    }
    let kept: Value = serde_json::from_slice(&std::fs::read(mine.join("drill.json")).unwrap()).unwrap();
    assert_eq!(kept["outcome"], "failed");
}

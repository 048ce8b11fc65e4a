//! Others' clients bring photos to a real relay, over a line that is cut at random bytes: what arrives is what was sent.
//!
//! `tests/interop/run` fetches the clients and says where they lie; `DOORSTEP_CUTS=N` asks for so many cuts of each,
//! `DOORSTEP_SEED=N` for others.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use doorstep_schemas::ids::BlobHash;
use doorstep_tests::carrier::{Carrier, Ends, Weather};
use doorstep_tests::chance::Chance;
use doorstep_tests::stage::{Relay, relay_does};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// Of each client, where nobody asks for more.
const CUTS: u64 = 50;
/// Longest that one upload may take.
const PATIENCE: Duration = Duration::from_secs(120);

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// An owner's device, as far as a relay needs one.
struct Owner {
    http: Client,
    relay: String,
    token: String,
}

impl Owner {
    async fn enrolled(relay: &Relay) -> Self {
        let link = relay.invite("王").unwrap();
        let code = link.split("code=").nth(1).unwrap()[..8].to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().build().unwrap();
        // Any 32 bytes name a device; nothing is signed here.
        let body = json!({ "code": code, "key": "07".repeat(32), "device_name": "电脑" }).to_string();
        let answer = http.post(format!("{}/v1/enrol", relay.address)).body(body).send().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let token = answer["token"].as_str().unwrap().to_owned();
        Self { http, relay: relay.address.clone(), token }
    }

    async fn read(&self, hash: BlobHash) -> Vec<u8> {
        let request = self.http.get(format!("{}/v1/blobs/{hash}", self.relay)).bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }
}

/// Has a client upload pictures of many sizes in its many ways, until its line was cut so often.
async fn try_out(name: &str, program: &[PathBuf], owner: &Owner, folder: &Path) {
    let (wanted, seed) = (number("DOORSTEP_CUTS", CUTS), number("DOORSTEP_SEED", 20_261_122));
    let carrier = Carrier::to(&owner.relay).await.unwrap();
    let chance = Chance::from_seed(seed);
    let (began, mut cuts, mut uploads, mut bytes) = (Instant::now(), 0, 0u64, 0u64);
    while cuts < wanted {
        let mut picture = vec![0; chance.between(1, 400_000) as usize];
        chance.fill(&mut picture);
        let hash = BlobHash::of(&picture);
        let file = folder.join(format!("{name}-{uploads}.jpg"));
        std::fs::write(&file, &picture).unwrap();
        carrier
            .begin_for_all(Weather { ends: Ends::EachWithin { seed: seed ^ uploads, most: 60_000 }, ..Weather::CLEAR });
        let said = json!({
            "endpoint": format!("{}/v1/uploads", carrier.address),
            "token": owner.token,
            "file": file,
            "metadata": { "hash": hash.to_string(), "doc": "roster", "filename": "../../etc/门前.jpg" },
            "chunk": *chance.weighted(&[16_384, 65_536, 10_000_000], |_| 1),
            "checksum": uploads % 2 == 0,
            "withCreation": uploads % 2 == 0,
            "overridePatch": uploads % 3 == 2,
        });
        let mut running = Command::new(&program[0]);
        running.args(&program[1..]).arg(said.to_string()).stdin(Stdio::null()).kill_on_drop(true);
        let done = timeout(PATIENCE, running.output()).await.expect("an upload that does not end").unwrap();
        assert!(done.status.success(), "{name} {said}: {}", String::from_utf8_lossy(&done.stderr));
        let arrived = owner.read(hash).await == picture;
        assert!(arrived, "{name}: other bytes than were sent, upload {uploads} of seed {seed}");
        std::fs::remove_file(&file).unwrap();
        cuts += carrier.passed().cut;
        uploads += 1;
        bytes += picture.len() as u64;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{name}: {uploads} pictures of {bytes} bytes over {cuts} cuts in {seconds:.0} s, each as it was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_clients_bring_photos_whole_over_a_line_that_is_cut_again_and_again() {
    let tools = PathBuf::from(std::env::var_os("DOORSTEP_INTEROP").expect("tests/interop/run names the folder"));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    relay_does(&data, &["outlet", "create"], &["--name", "试验网点", "--owner", "王"]).unwrap();
    let relay = Relay::start(&data).unwrap();
    let owner = Owner::enrolled(&relay).await;
    try_out("tus-js-client", &["node".into(), tools.join("upload.mjs")], &owner, folder.path()).await;
    try_out("tuspy", &[tools.join("python/bin/python"), tools.join("upload.py")], &owner, folder.path()).await;
    let said = relay_does(&data, &["check"], &[]).unwrap();
    assert!(said.contains("photos as written"), "{said}");
}

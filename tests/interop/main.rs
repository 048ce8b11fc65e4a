//! Others' clients bring photos to a real relay, over a line that is cut at random bytes: what arrives is what was sent.
//!
//! `tests/interop/run` fetches the clients and says where they lie; `DOORSTEP_CUTS=N` asks for so many cuts of each,
//! `DOORSTEP_SEED=N` for others.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_relay::blobs::{self, Depot};
use doorstep_schemas::ids::BlobHash;
use doorstep_tests::carrier::{Carrier, Ends, Weather};
use doorstep_tests::chance::Chance;
use doorstep_tests::stage::{Relay, relay_does, relay_says};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Of each client, where nobody asks for more.
const CUTS: u64 = 50;
/// Longest that one upload may take.
const PATIENCE: Duration = Duration::from_secs(120);

fn tools() -> PathBuf {
    PathBuf::from(std::env::var_os("DOORSTEP_INTEROP").expect("tests/interop/run names the folder"))
}

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

    /// Brings a picture in two requests.
    async fn bring(&self, picture: &[u8]) -> BlobHash {
        let hash = BlobHash::of(picture);
        let word = |text: &str| BASE64_STANDARD.encode(text);
        let said = format!("hash {},doc {}", word(&hash.to_string()), word("roster"));
        let (first, rest) = picture.split_at(picture.len() / 2);
        let begin = self.http.post(format!("{}/v1/uploads", self.relay)).header("upload-metadata", said);
        let begin = begin.header("upload-length", picture.len()).body(first.to_vec());
        let go_on = self.http.patch(format!("{}/v1/uploads/{hash}", self.relay));
        let go_on = go_on.header("upload-offset", first.len()).body(rest.to_vec());
        for (request, status) in [(begin, 201), (go_on, 204)] {
            let request = request.bearer_auth(&self.token).header("tus-resumable", "1.0.0");
            let answer = request.header("content-type", "application/offset+octet-stream").send().await.unwrap();
            assert_eq!(answer.status(), status);
        }
        hash
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
        // Whoever brings bytes with the beginning learns where to go on when all of them have passed.
        let with_creation = uploads % 2 == 0;
        let chunk = if with_creation { 16_384 } else { *chance.weighted(&[16_384, 65_536, 10_000_000], |_| 1) };
        let said = json!({
            "endpoint": format!("{}/v1/uploads", carrier.address),
            "token": owner.token,
            "file": file,
            "metadata": { "hash": hash.to_string(), "doc": "roster", "filename": "../../etc/门前.jpg" },
            "chunk": chunk,
            "checksum": uploads % 2 == 0,
            "withCreation": with_creation,
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
    let tools = tools();
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

/// A server that speaks S3, and its address.
async fn bucket_server(http: &Client) -> (Child, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Command::new(tools().join("python/bin/moto_server"));
    server.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let server = server.stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let address = format!("http://127.0.0.1:{port}");
    let made = timeout(PATIENCE, async {
        while !http.put(format!("{address}/photos")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    made.await.expect("the server of the bucket did not begin");
    (server, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_lie_in_a_bucket_and_every_command_finds_them_there() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("relay"), folder.path().join("s3.json"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = Client::builder().no_proxy().build().unwrap();
    let (_server, address) = bucket_server(&http).await;
    let said = json!({
        "endpoint": address, "bucket": "photos", "region": "cn-north-1", "folder": "shop",
        "access_key_id": "somebody", "secret_access_key": "something",
    });
    std::fs::write(&file, said.to_string()).unwrap();
    let bucket = ["--s3", file.to_str().unwrap()];
    relay_does(&data, &["outlet", "create"], &["--name", "试验网点", "--owner", "王"]).unwrap();
    let relay = Relay::in_bucket(&data, &file).unwrap();
    let owner = Owner::enrolled(&relay).await;
    let chance = Chance::from_seed(7);
    let pictures: Vec<Vec<u8>> = [1, 65_536, 200_000, 2_500_000]
        .map(|size| {
            let mut picture = vec![0; size];
            chance.fill(&mut picture);
            picture
        })
        .into();
    let mut hashes = Vec::new();
    for picture in &pictures {
        hashes.push(owner.bring(picture).await);
    }
    for (hash, picture) in hashes.iter().zip(&pictures) {
        assert!(owner.read(*hash).await == *picture);
    }
    let ranged = http.get(format!("{}/v1/blobs/{}", owner.relay, hashes[3])).bearer_auth(&owner.token);
    let answer = ranged.header("range", "bytes=1048000-1200000").send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert!(answer.bytes().await.unwrap() == pictures[3][1_048_000..=1_200_000]);

    let forgot = relay_does(&data, &["check"], &[]).unwrap_err().to_string();
    assert!(forgot.contains("lie in the bucket photos"), "{forgot}");
    assert!(relay_does(&data, &["check"], &bucket).unwrap().contains("4 of 4 photos as written"));
    let backup = folder.path().join("backup");
    let to = ["--to", backup.to_str().unwrap()];
    let backed_up = relay_does(&data, &["backup"], &[to, bucket].concat()).unwrap();
    assert!(backed_up.contains("4 photos, 4 of them new"), "{backed_up}");
    drop(relay);
    // Out of the backup the photos go wherever the new relay has them.
    let (new, key) = (folder.path().join("new"), data.join("relay.key"));
    let from = ["--from", backup.to_str().unwrap(), "--key-file", key.to_str().unwrap()];
    relay_does(&new, &["restore"], &from).unwrap();
    assert!(relay_does(&new, &["check"], &[]).unwrap().contains("4 of 4 photos as written"));

    let outlets = relay_says(&data, &["outlet", "list"], &["--json"]).unwrap();
    let outlet = outlets["outlets"][0]["id"].as_str().unwrap().parse().unwrap();
    let depot = Depot::bucket(&serde_json::from_value(said).unwrap()).unwrap();
    let key = blobs::key(outlet, &hashes[2]);
    let sealed = depot.all(&key).await.unwrap().unwrap();
    assert!(sealed.len() > 200_000 && !sealed.windows(32).any(|part| *part == pictures[2][..32]), "in the clear");
    depot.remove(&key).await.unwrap();
    let lacks = relay_does(&data, &["check"], &bucket).unwrap_err().to_string();
    assert!(lacks.contains("1 photos are missing"), "{lacks}");
}

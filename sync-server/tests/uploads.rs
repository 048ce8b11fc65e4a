//! Uploads by tus: whole or not at all, over lines that break, against what the protocol says of each header.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_relay::Pace;
use doorstep_relay::storage::memory::Memory;
use doorstep_schemas::blob::{
    BODY_TYPE, CHECKSUM, EXPIRES, LENGTH, MAX_BLOB, METADATA, MOST_ASKED, MissingAnswer, OFFSET, RESUMABLE,
};
use doorstep_schemas::ids::{BlobHash, DocId};
use doorstep_schemas::wire::{Access, Erased, Piece, Status, kind};
use reqwest::Method;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use stage::{Phone, Stage, files_under, grant, job, metadata, pace, photo, refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const A_DAY: i64 = 24 * 3_600_000;

/// The head of a request whose body is written by hand.
fn head(phone: &Phone, first: &str, length: usize, more: &str) -> String {
    format!(
        "{first} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\n{RESUMABLE}: 1.0.0\r\n\
         content-type: {BODY_TYPE}\r\ncontent-length: {length}\r\n{more}\r\n\r\n",
        phone.token
    )
}

fn beginning(phone: &Phone, hash: BlobHash, doc: &DocId, length: usize) -> String {
    let said = metadata(&hash.to_string(), &doc.to_string());
    head(phone, "POST /v1/uploads", length, &format!("{LENGTH}: {length}\r\n{METADATA}: {said}"))
}

/// Waits until the relay's folder has taken so much of an upload.
async fn on_the_disk(stage: &Stage, bytes: usize) {
    loop {
        let files = files_under(&stage.folder.path().join("blobs"));
        let size: u64 = files.iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum();
        if size >= bytes as u64 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_photo_sent_over_a_line_that_breaks_again_and_again_arrives_whole() {
    let stage = Stage::on_sqlite().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(200_000);
    let (mut at, mut breaks) = (0, 0);
    while at < bytes.len() - 30_000 {
        let mut line = TcpStream::connect(stage.address).await.unwrap();
        let head = match at {
            0 => beginning(&li, hash, &doc, bytes.len()),
            at => head(&li, &format!("PATCH /v1/uploads/{hash}"), bytes.len() - at, &format!("{OFFSET}: {at}")),
        };
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(&bytes[at..at + 30_000]).await.unwrap();
        line.shutdown().await.unwrap();
        line.read_to_end(&mut Vec::new()).await.unwrap_or(0);
        at += 30_000;
        breaks += 1;
        // The line is gone; what it carried is being written yet.
        on_the_disk(&stage, at).await;
        assert_eq!(li.held(hash).await, Some(at));
        assert_eq!(li.photo(hash).await.status(), 404, "half a photo is no photo");
    }
    assert!(breaks > 4);
    let answer = li.append(hash, at, &bytes[at..]).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()[OFFSET], bytes.len().to_string().as_str());
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes);
    assert!(files_under(&stage.folder.path().join("blobs")).iter().all(|file| !file.ends_with(".part")));
    stage.close().await;
}

#[tokio::test]
async fn what_was_begun_and_lost_is_begun_again_where_it_was() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(90_000);
    assert_eq!(li.begin(hash, &doc, 90_000, &bytes[..40_000]).await.status(), 201);
    let again = li.begin(hash, &doc, 90_000, &[]).await;
    assert_eq!((again.status().as_u16(), &again.headers()[OFFSET]), (201, &"40000".parse().unwrap()));
    // The first bytes once more, and some behind them: what is known is passed over.
    let more = li.begin(hash, &doc, 90_000, &bytes[..60_000]).await;
    assert_eq!(more.headers()[OFFSET], "60000");
    assert_eq!(li.append(hash, 60_000, &bytes[60_000..]).await.status(), 204);
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes);
    let (bytes, hash) = photo(5_000);
    li.begin(hash, &doc, 6_000, &bytes[..100]).await;
    let other = li.begin(hash, &doc, 5_000, &[]).await;
    assert_eq!(other.headers()[OFFSET], "0", "another length is another upload");
}

#[tokio::test]
async fn a_new_line_takes_over_from_one_that_only_seems_alive() {
    let stage = Stage::patient().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(50_000);
    let mut ghost = TcpStream::connect(stage.address).await.unwrap();
    ghost.write_all(beginning(&li, hash, &doc, 50_000).as_bytes()).await.unwrap();
    ghost.write_all(&bytes[..10_000]).await.unwrap();
    on_the_disk(&stage, 10_000).await;
    let taken_over = async {
        assert_eq!(li.held(hash).await, Some(10_000));
        li.append(hash, 10_000, &bytes[10_000..]).await
    };
    let answer = tokio::time::timeout(Duration::from_secs(10), taken_over).await;
    assert_eq!(answer.expect("the new line waits for the old one").status(), 204);
    ghost.write_all(&bytes[10_000..]).await.unwrap_or(());
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn the_wrong_place_is_answered_with_the_right_one() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    assert_eq!(li.begin(hash, &doc, 1_000, &bytes[..400]).await.status(), 201);
    for at in [0, 399, 401, 1_000] {
        let answer = li.append(hash, at, &bytes[..100]).await;
        assert_eq!(answer.headers()[OFFSET], "400");
        assert_eq!(refusal(answer).await, (409, "blob_offset".into()));
    }
    assert_eq!(li.append(hash, 400, &bytes[400..]).await.status(), 204);
    assert_eq!(li.append(hash, 1_000, &[]).await.status(), 204, "a repeat is no harm");
    assert_eq!(refusal(li.append(hash, 400, &bytes[400..]).await).await, (409, "blob_offset".into()));
    assert_eq!(li.held(hash).await, Some(1_000), "who never heard the answer asks, and hears that it is whole");
}

#[tokio::test]
async fn bytes_under_a_false_name_are_thrown_away() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(500);
    let mut other = bytes.clone();
    other[7] ^= 1;
    assert_eq!(refusal(li.begin(hash, &doc, 500, &other).await).await, (422, "blob_mismatch".into()));
    assert_eq!(li.held(hash).await, None);
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    assert_eq!(li.begin(hash, &doc, 500, &bytes).await.status(), 201);
    assert_eq!(refusal(li.begin(hash, &doc, 499, &[]).await).await, (422, "blob_mismatch".into()));
}

#[tokio::test]
async fn a_body_that_is_not_what_its_checksum_says_leaves_nothing() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(100_000);
    let path = format!("/v1/uploads/{hash}");
    assert_eq!(li.begin(hash, &doc, 100_000, &bytes[..10]).await.status(), 201);
    let patch = async |at: usize, sent: &[u8], checksum: String| {
        let request = li.tus(Method::PATCH, &path).header(OFFSET, at).header("content-type", BODY_TYPE);
        request.header(CHECKSUM, checksum).body(sent.to_vec()).send().await.unwrap()
    };
    let sha256 = |bytes: &[u8]| format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(bytes)));
    let sha1 = |bytes: &[u8]| format!("sha1 {}", BASE64_STANDARD.encode(Sha1::digest(bytes)));
    for checksum in [sha256(&bytes[10..70_001]), sha1(b""), "sha1 AAAA".into()] {
        let answer = patch(10, &bytes[10..70_000], checksum.clone()).await;
        assert_eq!(refusal(answer).await, (460, "blob_mismatch".into()), "{checksum}");
        assert_eq!(li.held(hash).await, Some(10), "{checksum}");
    }
    for odd in ["md5 AAAA", "sha256", "sha256 !!", ""] {
        let answer = patch(10, &bytes[10..70_000], odd.to_owned()).await;
        assert_eq!(refusal(answer).await, (400, "request_invalid".into()), "{odd}");
    }
    assert_eq!(patch(10, &bytes[10..70_000], sha1(&bytes[10..70_000])).await.status(), 204);
    assert_eq!(patch(70_000, &bytes[70_000..], sha256(&bytes[70_000..])).await.status(), 204);
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn an_upload_can_be_given_up_and_what_is_whole_can_not() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let zhao = stage.enrol(stage.zhao, 3).await;
    let (bytes, hash) = photo(1_000);
    let give_up = async |phone: &Phone| {
        let request = phone.tus(Method::DELETE, &format!("/v1/uploads/{hash}"));
        request.send().await.unwrap().status().as_u16()
    };
    li.begin(hash, &doc, 1_000, &bytes[..400]).await;
    assert_eq!(give_up(&zhao).await, 404, "a colleague's is nobody else's");
    assert_eq!(give_up(&li).await, 204);
    assert_eq!(li.held(hash).await, None);
    assert_eq!(refusal(li.append(hash, 400, &bytes[400..]).await).await, (404, "not_found".into()));
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    li.begin(hash, &doc, 1_000, &bytes).await;
    assert_eq!(give_up(&li).await, 404);
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes, "evidence stays");
}

#[tokio::test]
async fn an_upload_that_nobody_goes_on_with_ends_when_it_was_said_to() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    let begun = li.begin(hash, &doc, 1_000, &bytes[..100]).await;
    assert_eq!(begun.headers()[EXPIRES], "Sat, 28 Nov 2026 00:00:00 GMT");
    stage.pass(6 * A_DAY);
    let answer = li.append(hash, 100, &bytes[100..200]).await;
    assert_eq!(answer.headers()[EXPIRES], "Fri, 04 Dec 2026 00:00:00 GMT");
    stage.pass(7 * A_DAY);
    assert_eq!(stage.state.sweep_uploads().unwrap().files, 0);
    assert_eq!(li.held(hash).await, Some(200));
    stage.pass(1);
    assert_eq!(li.held(hash).await, None, "also before it is swept");
    assert_eq!(stage.state.sweep_uploads().unwrap().files, 1);
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    assert_eq!(li.begin(hash, &doc, 1_000, &bytes).await.status(), 201);
}

#[tokio::test]
async fn an_erased_job_takes_its_unfinished_photos_along() {
    let stage = Stage::on_sqlite().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let (mut li, doc) = stage.li_with_a_sheet().await;
    let other = DocId::Sheet(job(2));
    let mut sheet = li.pen(other.clone());
    sheet.write(1);
    li.exchange(&[sheet.all()]).await;
    let ((bytes, hash), (stays, of_the_other)) = (photo(1_000), photo(2_000));
    for (hash, doc, bytes) in [(hash, &doc, &bytes), (of_the_other, &other, &stays)] {
        assert_eq!(li.begin(hash, doc, bytes.len(), &bytes[..600]).await.status(), 201);
    }
    assert_eq!(stage.state.sweep_uploads().unwrap().files, 0);
    let word = Piece { kind: kind::ERASED, erased: Some(Erased { job: job(1) }), ..Piece::default() };
    assert_eq!(wang.exchange(&[word]).await.outcomes(), ["accepted"]);
    let blobs = stage.folder.path().join("blobs");
    let unfinished = || files_under(&blobs).iter().filter(|file| file.ends_with(".part")).count();
    let gone = async {
        while unfinished() > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("they go now and not within the hour");
    assert_eq!(unfinished(), 1);
    let answer = li.append(hash, 600, &bytes[600..]).await;
    assert_eq!(refusal(answer).await, (404, "not_found".into()));
    assert_eq!(refusal(li.begin(hash, &doc, 1_000, &bytes).await).await, (404, "not_found".into()));
    assert_eq!(li.append(of_the_other, 600, &stays[600..]).await.status(), 204);
    stage.close().await;
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_no_photo_and_still_takes_text() {
    let full = Pace { disk_floor: u64::MAX, ..pace() };
    let stage = Stage::at_pace(Arc::new(Memory::new()), tempfile::tempdir().unwrap(), full).await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    let answer = li.begin(hash, &doc, 1_000, &bytes).await;
    assert_eq!(answer.status(), 507);
    let said: doorstep_schemas::enrol::ErrorAnswer = stage::json(answer).await;
    assert_eq!(said.code, "disk_full");
    assert!(said.detail.contains("takes no photos"), "{}", said.detail);
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty(), "nothing half-written");
}

#[tokio::test]
async fn whoever_does_not_speak_it_is_told_what_is_spoken() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    let one = format!("/v1/uploads/{hash}");
    for path in ["/v1/uploads", &one] {
        let answer = stage.http.request(Method::OPTIONS, stage.url(path)).send().await.unwrap();
        let said = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (answer.status().as_u16(), said(RESUMABLE), said("tus-version")),
            (204, "1.0.0".into(), "1.0.0".into())
        );
        assert_eq!(said("tus-max-size"), MAX_BLOB.to_string());
        assert_eq!(said("tus-checksum-algorithm"), "sha256,sha1");
        assert_eq!(said("tus-extension"), "creation,creation-with-upload,checksum,termination,expiration");
    }
    for (method, path) in
        [(Method::POST, "/v1/uploads"), (Method::HEAD, &one), (Method::PATCH, &one), (Method::DELETE, &one)]
    {
        for version in [None, Some("0.2.2")] {
            let request = li.request(method.clone(), path).header(LENGTH, 1_000).header(OFFSET, 0);
            let request = request.header(METADATA, metadata(&hash.to_string(), &doc.to_string()));
            let request = version.into_iter().fold(request, |request, version| request.header(RESUMABLE, version));
            let answer = request.header("content-type", BODY_TYPE).body(bytes.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 412, "{method}");
            assert_eq!(answer.headers()["tus-version"], "1.0.0");
            assert_eq!(answer.headers()[RESUMABLE], "1.0.0");
        }
    }
    let refused = stage.http.head(stage.url(&one)).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()[RESUMABLE]), (401, &"1.0.0".parse().unwrap()));
    let typed = li.tus(Method::PATCH, &one).header(OFFSET, 0).header("content-type", "image/jpeg").body(bytes.clone());
    assert_eq!(refusal(typed.send().await.unwrap()).await, (415, "request_invalid".into()));
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn what_was_said_at_the_beginning_is_told_to_who_asks() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    let begun = li.begin(hash, &doc, 1_000, &[]).await;
    let place = begun.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(place, format!("/v1/uploads/{hash}"));
    let asked = li.tus(Method::HEAD, &place).send().await.unwrap();
    let said = |name: &str| asked.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((said(OFFSET), said(LENGTH), said("cache-control")), ("0".into(), "1000".into(), "no-store".into()));
    assert_eq!(said(METADATA), metadata(&hash.to_string(), &doc.to_string()));
    // A client that has no PATCH says so in a header.
    let meant = li.tus(Method::POST, &place).header("x-http-method-override", "PATCH").header(OFFSET, 0);
    let sent = meant.header("content-type", BODY_TYPE).body(bytes.clone()).send().await.unwrap();
    assert_eq!(sent.status(), 204);
    assert_eq!(li.photo(hash).await.bytes().await.unwrap(), bytes);
    let (empty, nothing) = (BlobHash::of(b""), Vec::<u8>::new());
    assert_eq!(li.begin(empty, &doc, 0, &[]).await.status(), 201);
    assert_eq!(li.photo(empty).await.bytes().await.unwrap(), nothing, "no bytes are whole at once");
}

#[tokio::test]
async fn a_right_that_ends_in_between_ends_the_upload() {
    let stage = Stage::set().await;
    let (mut wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    let doc = DocId::Sheet(job(1));
    let (bytes, hash) = photo(1_000);
    assert_eq!(li.begin(hash, &doc, 1_000, &bytes[..400]).await.status(), 201);
    wang.exchange(&[grant(job(1), stage.li, Access::None)]).await;
    assert_eq!(refusal(li.append(hash, 400, &bytes[400..]).await).await, (404, "not_found".into()));
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    assert_eq!(li.append(hash, 400, &bytes[400..]).await.status(), 204);
}

#[tokio::test]
async fn a_device_that_is_reported_lost_while_it_sends_sends_no_more() {
    let stage = Stage::patient().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000_000);
    let mut line = TcpStream::connect(stage.address).await.unwrap();
    line.write_all(beginning(&li, hash, &doc, bytes.len()).as_bytes()).await.unwrap();
    line.write_all(&bytes[..50_000]).await.unwrap();
    on_the_disk(&stage, 50_000).await;
    stage.set_member(stage.li, Vec::new(), Status::Lost).await;
    line.write_all(&bytes[50_000..400_000]).await.unwrap_or(());
    line.shutdown().await.unwrap_or(());
    let mut said = Vec::new();
    line.read_to_end(&mut said).await.unwrap_or(0);
    assert!(said.starts_with(b"HTTP/1.1 403"), "{}", String::from_utf8_lossy(&said));
    let files = files_under(&stage.folder.path().join("blobs"));
    assert!(std::fs::metadata(&files[0]).unwrap().len() < 200_000, "a part of what came after the report at most");
}

#[tokio::test]
async fn names_that_are_paths_and_sizes_without_bounds_touch_nothing() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(100);
    let paths =
        ["..%2f..%2fetc%2fpasswd", "../../relay.db", "AB", &"AB".repeat(32), &"zz".repeat(32), &format!("{hash}%00")];
    for name in paths {
        for method in [Method::PATCH, Method::HEAD, Method::DELETE] {
            let request = li.tus(method, &format!("/v1/uploads/{name}")).header(OFFSET, 0);
            let answer = request.header("content-type", BODY_TYPE).body(bytes.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{name}");
        }
        let begin = li.tus(Method::POST, "/v1/uploads").header(LENGTH, 100).header("content-type", BODY_TYPE);
        let answer = begin.header(METADATA, metadata(name, &doc.to_string())).body(bytes.clone()).send().await.unwrap();
        assert_eq!(refusal(answer).await, (400, "request_invalid".into()), "{name}");
    }
    let too_large = li.begin(hash, &doc, MAX_BLOB as usize + 1, &bytes).await;
    assert_eq!(refusal(too_large).await, (413, "blob_too_large".into()));
    let without = li.tus(Method::POST, "/v1/uploads").header(LENGTH, 100).send().await.unwrap();
    assert_eq!(refusal(without).await, (400, "request_invalid".into()));
    let said = metadata(&hash.to_string(), &doc.to_string());
    for length in ["+100", "-1", "0x10", "", "99999999999999999999"] {
        let sign = li.tus(Method::POST, "/v1/uploads").header(LENGTH, length).header(METADATA, &said);
        assert_eq!(refusal(sign.send().await.unwrap()).await, (400, "request_invalid".into()), "{length}");
    }
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    let longer = li.begin(hash, &doc, 60, &bytes).await;
    assert_eq!(refusal(longer).await, (400, "request_invalid".into()));
    // All that it was to be is here, and is held to its name when somebody asks.
    assert_eq!(li.held(hash).await, None);
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_device_asks_for_many_at_once_what_the_relay_lacks() {
    let stage = Stage::on_sqlite().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let zhao = stage.enrol(stage.zhao, 3).await;
    let photos: Vec<_> = [300, 400, 500].map(photo).into();
    let hashes: Vec<BlobHash> = photos.iter().map(|(_, hash)| *hash).collect();
    let lacks = async |phone: &Phone, hashes: &[BlobHash]| {
        let asked = serde_json::json!({ "hashes": hashes }).to_string();
        let answer = phone.request(Method::POST, "/v1/blobs/missing").body(asked).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        stage::json::<MissingAnswer>(answer).await.missing
    };
    assert_eq!(lacks(&li, &hashes).await, hashes);
    for (bytes, hash) in &photos[..2] {
        assert_eq!(li.begin(*hash, &doc, bytes.len(), bytes).await.status(), 201);
    }
    li.begin(hashes[2], &doc, 500, &photos[2].0[..100]).await;
    assert_eq!(lacks(&li, &hashes).await, hashes[2..], "half a photo is lacking");
    assert_eq!(lacks(&zhao, &hashes).await, hashes, "what is not for them is as what is not there");
    // The log names it, the folder lost it.
    let file =
        files_under(&stage.folder.path().join("blobs")).into_iter().find(|f| f.ends_with(&hashes[0].to_string()));
    std::fs::remove_file(file.unwrap()).unwrap();
    assert_eq!(lacks(&li, &hashes).await, [hashes[0], hashes[2]]);
    assert_eq!(li.begin(hashes[0], &doc, 300, &photos[0].0).await.status(), 201);
    assert_eq!(lacks(&li, &hashes).await, hashes[2..]);
    let many = serde_json::json!({ "hashes": vec![hashes[0]; MOST_ASKED + 1] }).to_string();
    let refused = li.request(Method::POST, "/v1/blobs/missing").body(many).send().await.unwrap();
    assert_eq!(refusal(refused).await, (400, "request_invalid".into()));
}

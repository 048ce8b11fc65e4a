//! Photos: appended piece by piece over lines that break, whole or not at all, read by who may read the job.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::blob::{DOC, LENGTH, MAX_BLOB, OFFSET};
use doorstep_schemas::ids::{BlobHash, DocId};
use doorstep_schemas::wire::Access;
use reqwest::{Method, Response};
use stage::{Phone, Stage, files_under, grant, job, refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn photo(size: usize) -> (Vec<u8>, BlobHash) {
    let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
    let hash = BlobHash::of(&bytes);
    (bytes, hash)
}

async fn patch(phone: &Phone, hash: BlobHash, doc: &DocId, at: usize, length: usize, bytes: &[u8]) -> Response {
    let request = phone.request(Method::PATCH, &format!("/v1/blobs/{hash}"));
    let request = request.header(OFFSET, at).header(LENGTH, length).header(DOC, doc.to_string());
    request.body(bytes.to_vec()).send().await.unwrap()
}

async fn get(phone: &Phone, hash: BlobHash) -> Response {
    phone.request(Method::GET, &format!("/v1/blobs/{hash}")).send().await.unwrap()
}

async fn held(phone: &Phone, hash: BlobHash) -> Option<usize> {
    let answer = phone.request(Method::HEAD, &format!("/v1/blobs/{hash}")).send().await.unwrap();
    let offset = |answer: &Response| answer.headers()[OFFSET].to_str().unwrap().parse().unwrap();
    answer.status().is_success().then(|| offset(&answer))
}

/// Li with a walk-in sheet of their own.
async fn li_with_a_sheet(stage: &Stage) -> (Phone, DocId) {
    let mut li = stage.enrol(stage.li, 2).await;
    let doc = DocId::Sheet(job(1));
    let mut sheet = li.pen(doc.clone());
    sheet.write(1);
    li.exchange(&[sheet.all()]).await;
    (li, doc)
}

#[tokio::test]
async fn a_photo_sent_over_a_line_that_breaks_again_and_again_arrives_whole() {
    let stage = Stage::on_sqlite().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(200_000);
    let mut at = 0;
    let mut breaks = 0;
    while at < bytes.len() - 30_000 {
        let mut line = TcpStream::connect(stage.address).await.unwrap();
        let head = format!(
            "PATCH /v1/blobs/{hash} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\n{OFFSET}: {at}\r\n\
             {LENGTH}: {}\r\n{DOC}: {doc}\r\ncontent-length: {}\r\n\r\n",
            li.token,
            bytes.len(),
            bytes.len() - at
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(&bytes[at..at + 30_000]).await.unwrap();
        line.shutdown().await.unwrap();
        line.read_to_end(&mut Vec::new()).await.unwrap_or(0);
        at += 30_000;
        breaks += 1;
        // The line is gone; what it carried is still being written.
        while held(&li, hash).await != Some(at) {
            tokio::task::yield_now().await;
        }
        assert_eq!(get(&li, hash).await.status(), 404, "half a photo is no photo");
    }
    assert!(breaks > 4);
    let answer = patch(&li, hash, &doc, at, bytes.len(), &bytes[at..]).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()[OFFSET], bytes.len().to_string().as_str());
    assert_eq!(get(&li, hash).await.bytes().await.unwrap(), bytes);
    assert!(files_under(&stage.folder.path().join("blobs")).iter().all(|file| !file.ends_with(".part")));
    stage.close().await;
}

#[tokio::test]
async fn a_new_line_takes_over_from_one_that_only_seems_alive() {
    let stage = Stage::patient().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(50_000);
    let mut ghost = TcpStream::connect(stage.address).await.unwrap();
    let head = format!(
        "PATCH /v1/blobs/{hash} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\n{OFFSET}: 0\r\n\
         {LENGTH}: 50000\r\n{DOC}: {doc}\r\ncontent-length: 50000\r\n\r\n",
        li.token
    );
    ghost.write_all(head.as_bytes()).await.unwrap();
    ghost.write_all(&bytes[..10_000]).await.unwrap();
    while held(&li, hash).await != Some(10_000) {
        tokio::task::yield_now().await;
    }
    let taken_over = patch(&li, hash, &doc, 10_000, 50_000, &bytes[10_000..]);
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), taken_over).await;
    assert_eq!(answer.expect("the new line waits for the old one").status(), 204);
    ghost.write_all(&bytes[10_000..]).await.unwrap_or(());
    assert_eq!(get(&li, hash).await.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn the_wrong_place_is_answered_with_the_right_one() {
    let stage = Stage::set().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(1_000);
    assert_eq!(patch(&li, hash, &doc, 0, 1_000, &bytes[..400]).await.status(), 204);
    for at in [0, 399, 401, 1_000] {
        let answer = patch(&li, hash, &doc, at, 1_000, &bytes[..100]).await;
        assert_eq!(answer.headers()[OFFSET], "400");
        assert_eq!(refusal(answer).await, (409, "blob_offset".into()));
    }
    assert_eq!(patch(&li, hash, &doc, 400, 1_000, &bytes[400..]).await.status(), 204);
    assert_eq!(patch(&li, hash, &doc, 1_000, 1_000, &[]).await.status(), 204, "a repeat is no harm");
}

#[tokio::test]
async fn bytes_under_a_false_name_are_thrown_away() {
    let stage = Stage::set().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(500);
    let mut other = bytes.clone();
    other[7] ^= 1;
    assert_eq!(refusal(patch(&li, hash, &doc, 0, 500, &other).await).await, (422, "blob_mismatch".into()));
    assert_eq!(held(&li, hash).await, None);
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    assert_eq!(patch(&li, hash, &doc, 0, 500, &bytes).await.status(), 204);
}

#[tokio::test]
async fn who_may_not_read_the_job_may_not_see_its_photos() {
    let stage = Stage::set().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (mut wang, mut zhao) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.zhao, 3).await);
    let (bytes, hash) = photo(3_000);
    // Nobody attaches to a sheet that is not theirs, and a sheet that isn't there answers the same.
    for doc in [doc.clone(), DocId::Sheet(job(77))] {
        assert_eq!(refusal(patch(&zhao, hash, &doc, 0, 3_000, &bytes).await).await, (404, "not_found".into()));
    }
    patch(&li, hash, &doc, 0, 3_000, &bytes).await;
    let unknown = photo(4).1;
    for hash in [hash, unknown] {
        assert_eq!(refusal(get(&zhao, hash).await).await, (404, "not_found".into()));
        assert_eq!(held(&zhao, hash).await, None);
    }
    assert_eq!(get(&wang, hash).await.bytes().await.unwrap(), bytes);
    wang.exchange(&[grant(job(1), stage.zhao, Access::Read)]).await;
    assert_eq!(get(&zhao, hash).await.status(), 200);
    wang.exchange(&[grant(job(1), stage.zhao, Access::None)]).await;
    assert_eq!(get(&zhao, hash).await.status(), 404);
    // Zhao took the same picture for a job of their own: it is attached there without a second copy.
    let own = DocId::Sheet(job(2));
    let mut sheet = zhao.pen(own.clone());
    sheet.write(1);
    zhao.exchange(&[sheet.all()]).await;
    let answer = patch(&zhao, hash, &own, 0, 3_000, &bytes).await;
    assert_eq!(answer.headers()[OFFSET], "3000");
    assert_eq!(patch(&zhao, hash, &own, 3_000, 3_000, &[]).await.status(), 204);
    assert_eq!(get(&zhao, hash).await.bytes().await.unwrap(), bytes);
    assert_eq!(files_under(&stage.folder.path().join("blobs")).len(), 1);
}

#[tokio::test]
async fn a_photo_can_be_fetched_in_ranges() {
    let stage = Stage::set().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(1_000);
    patch(&li, hash, &doc, 0, 1_000, &bytes).await;
    let path = format!("/v1/blobs/{hash}");
    let ranges =
        [("bytes=0-99", 0..100), ("bytes=900-", 900..1_000), ("bytes=-10", 990..1_000), ("bytes=990-5000", 990..1_000)];
    for (asked, expected) in ranges {
        let answer = li.request(Method::GET, &path).header("range", asked).send().await.unwrap();
        assert_eq!(answer.status(), 206, "{asked}");
        let told = format!("bytes {}-{}/1000", expected.start, expected.end - 1);
        assert_eq!(answer.headers()["content-range"], told.as_str());
        assert_eq!(answer.bytes().await.unwrap(), bytes[expected]);
    }
    let outside = li.request(Method::GET, &path).header("range", "bytes=1000-").send().await.unwrap();
    assert_eq!(outside.status(), 416);
    for odd in ["lines=1-2", "bytes=a-b", "bytes=1-2,4-5"] {
        let answer = li.request(Method::GET, &path).header("range", odd).send().await.unwrap();
        assert_eq!(answer.bytes().await.unwrap().len(), 1_000, "{odd}");
    }
}

#[tokio::test]
async fn names_that_are_paths_and_sizes_without_bounds_touch_nothing() {
    let stage = Stage::set().await;
    let (li, doc) = li_with_a_sheet(&stage).await;
    let (bytes, hash) = photo(100);
    for name in ["..%2f..%2fetc%2fpasswd", "AB", &"AB".repeat(32), &"zz".repeat(32)] {
        let request = li.request(Method::PATCH, &format!("/v1/blobs/{name}"));
        let request = request.header(OFFSET, 0).header(LENGTH, 100).header(DOC, doc.to_string());
        assert_eq!(request.body(bytes.clone()).send().await.unwrap().status(), 404, "{name}");
    }
    let too_large = patch(&li, hash, &doc, 0, MAX_BLOB as usize + 1, &bytes).await;
    assert_eq!(refusal(too_large).await, (413, "blob_too_large".into()));
    let path = format!("/v1/blobs/{hash}");
    let without = li.request(Method::PATCH, &path).header(OFFSET, 0).header(LENGTH, 100).body(bytes.clone());
    assert_eq!(refusal(without.send().await.unwrap()).await, (400, "request_invalid".into()));
    let sign = li.request(Method::PATCH, &path).header(OFFSET, "+0").header(LENGTH, 100).header(DOC, doc.to_string());
    assert_eq!(refusal(sign.body(bytes.clone()).send().await.unwrap()).await, (400, "request_invalid".into()));
    assert!(files_under(&stage.folder.path().join("blobs")).is_empty());
    let longer = patch(&li, hash, &doc, 0, 60, &bytes).await;
    assert_eq!(refusal(longer).await, (400, "request_invalid".into()));
    assert_eq!(held(&li, hash).await, Some(60), "what fitted is kept");
}

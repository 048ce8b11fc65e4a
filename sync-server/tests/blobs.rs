//! Photos: read by who may read the job, in ranges.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::blob::OFFSET;
use doorstep_schemas::ids::DocId;
use doorstep_schemas::wire::Access;
use reqwest::Method;
use stage::{Stage, files_under, grant, job, photo, refusal};

#[tokio::test]
async fn who_may_not_read_the_job_may_not_see_its_photos() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (mut wang, mut zhao) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.zhao, 3).await);
    let (bytes, hash) = photo(3_000);
    // Nobody attaches to a sheet that is not theirs, and a sheet that isn't there answers the same.
    for doc in [doc.clone(), DocId::Sheet(job(77))] {
        assert_eq!(refusal(zhao.begin(hash, &doc, 3_000, &bytes).await).await, (404, "not_found".into()));
    }
    assert_eq!(li.begin(hash, &doc, 3_000, &bytes).await.status(), 201);
    let unknown = photo(4).1;
    for hash in [hash, unknown] {
        assert_eq!(refusal(zhao.photo(hash).await).await, (404, "not_found".into()));
        assert_eq!(zhao.held(hash).await, None);
    }
    assert_eq!(wang.photo(hash).await.bytes().await.unwrap(), bytes);
    wang.exchange(&[grant(job(1), stage.zhao, Access::Read)]).await;
    assert_eq!(zhao.photo(hash).await.status(), 200);
    wang.exchange(&[grant(job(1), stage.zhao, Access::None)]).await;
    assert_eq!(zhao.photo(hash).await.status(), 404);
    // Zhao took the same picture for a job of their own: it is attached there without a second copy.
    let own = DocId::Sheet(job(2));
    let mut sheet = zhao.pen(own.clone());
    sheet.write(1);
    zhao.exchange(&[sheet.all()]).await;
    let answer = zhao.begin(hash, &own, 3_000, &[]).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()[OFFSET]), (201, &"3000".parse().unwrap()));
    assert_eq!(zhao.photo(hash).await.bytes().await.unwrap(), bytes);
    assert_eq!(files_under(&stage.folder.path().join("blobs")).len(), 1);
}

#[tokio::test]
async fn a_photo_can_be_fetched_in_ranges() {
    let stage = Stage::set().await;
    let (li, doc) = stage.li_with_a_sheet().await;
    let (bytes, hash) = photo(1_000);
    assert_eq!(li.begin(hash, &doc, 1_000, &bytes).await.status(), 201);
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

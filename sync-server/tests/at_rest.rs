//! Photos in the relay's folder: shut without the key, found when they were harmed, and older ones sealed once.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_relay::blobs::{Begun, Blobs, Depot, Finished, Seal, Sealed, Swept, Upload};
use doorstep_schemas::ids::{BlobHash, DeviceId, DocId, OutletId};
use futures_util::StreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use stage::files_under;

const SHOP: OutletId = OutletId(ulid::Ulid(1));
const NOW: i64 = stage::EIGHT_IN_THE_MORNING;
const CANARY: &[u8] = b"\xff\xd8\xff\xe1 canary of a front door";

fn photo(size: usize) -> (Vec<u8>, BlobHash) {
    let bytes: Vec<u8> = CANARY.iter().copied().cycle().take(size).collect();
    let hash = BlobHash::of(&bytes);
    (bytes, hash)
}

fn folder(root: &Path) -> Blobs {
    Blobs::at(root, Seal::under([3; 32])).unwrap()
}

fn upload(hash: BlobHash) -> Upload {
    Upload { outlet: SHOP, hash, device: DeviceId([4; 8]) }
}

async fn bring(blobs: &Blobs, hash: BlobHash, bytes: &[u8]) {
    if blobs.underway(upload(hash)).await.unwrap().is_none() {
        let begun = Begun { length: 1_000_000, metadata: String::from_utf8_lossy(&CANARY[4..]).into() };
        blobs.begin(upload(hash), begun, NOW).await.unwrap();
    }
    let mut part = blobs.append(upload(hash)).await.unwrap().unwrap();
    for some in bytes.chunks(70_001) {
        part.write(some).await.unwrap();
    }
    part.sync(NOW).await.unwrap();
}

async fn held(blobs: &Blobs, hash: BlobHash) -> u64 {
    blobs.underway(upload(hash)).await.unwrap().map_or(0, |found| found.held)
}

/// Where a whole photo lies in a folder.
fn place(root: &Path, hash: &BlobHash) -> PathBuf {
    root.join(SHOP.to_string()).join(format!("{:02x}", hash.0[0])).join(hash.to_string())
}

async fn all(blobs: &Blobs, hash: BlobHash) -> Vec<u8> {
    let whole = blobs.open(SHOP, &hash).await.unwrap().unwrap();
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < whole.size {
        bytes.extend(whole.read(bytes.len() as u64).await.unwrap());
    }
    bytes
}

fn speaks(root: &Path) -> bool {
    files_under(root).iter().any(|file| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(CANARY.len()).any(|at| at == CANARY)
    })
}

#[tokio::test]
async fn no_photo_lies_in_the_clear_neither_whole_nor_on_its_way() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let (bytes, hash) = photo(200_000);
    bring(&blobs, hash, &bytes[..150_000]).await;
    assert!(!speaks(root.path()), "on its way");
    bring(&blobs, hash, &bytes[150_000..]).await;
    assert_eq!(held(&blobs, hash).await, 200_000);
    assert_eq!(blobs.finish(upload(hash)).await.unwrap(), Finished::Whole);
    assert!(!speaks(root.path()), "whole");
    assert_eq!(all(&blobs, hash).await, bytes);
    for from in [0, 1, 65_535, 65_536, 131_071, 199_999] {
        let some = blobs.open(SHOP, &hash).await.unwrap().unwrap().read(from).await.unwrap();
        assert_eq!(some, bytes[from as usize..][..some.len()], "from {from}");
        assert!(!some.is_empty());
    }
    let other = Blobs::at(root.path(), Seal::under([9; 32])).unwrap();
    assert!(other.open(SHOP, &hash).await.unwrap().unwrap().read(0).await.is_err(), "another key opens nothing");
}

#[tokio::test]
async fn what_a_crash_tore_is_cut_away_and_the_rest_goes_on() {
    let (bytes, hash) = photo(100_000);
    for torn in [1, 3, 27, 28, 29, 500] {
        let root = tempfile::tempdir().unwrap();
        let blobs = folder(root.path());
        bring(&blobs, hash, &bytes[..60_000]).await;
        let path = PathBuf::from(&files_under(root.path())[0]);
        let good = fs::metadata(&path).unwrap().len();
        bring(&blobs, hash, &bytes[60_000..70_000]).await;
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(good + torn).unwrap();
        assert_eq!(held(&blobs, hash).await, 60_000, "torn at {torn}");
        bring(&blobs, hash, &bytes[60_000..]).await;
        assert_eq!(blobs.finish(upload(hash)).await.unwrap(), Finished::Whole);
        assert_eq!(all(&blobs, hash).await, bytes);
    }
    // Lengths are there, bytes are not: as after a power cut.
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    bring(&blobs, hash, &bytes[..60_000]).await;
    let path = PathBuf::from(&files_under(root.path())[0]);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[&1_000u32.to_be_bytes()[..], &[0; 24 + 1_016]].concat()).unwrap();
    assert_eq!(held(&blobs, hash).await, 60_000);
}

#[tokio::test]
async fn whatever_is_changed_in_a_photos_file_is_found() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let (bytes, hash) = photo(100_000);
    bring(&blobs, hash, &bytes).await;
    blobs.finish(upload(hash)).await.unwrap();
    let path = place(root.path(), &hash);
    let written = fs::read(&path).unwrap();
    let sound = async || match blobs.open(SHOP, &hash).await {
        Ok(Some(whole)) => whole.hash().await.is_ok_and(|found| found == hash),
        _ => false,
    };
    assert!(sound().await);
    for at in [0, 9, 15, 20, 40, 65_600, written.len() - 1] {
        let mut harmed = written.clone();
        harmed[at] ^= 1;
        fs::write(&path, harmed).unwrap();
        assert!(!sound().await, "byte {at}");
    }
    for length in [0, 31, 32, 65_584, written.len() - 1] {
        fs::write(&path, &written[..length]).unwrap();
        assert!(!sound().await, "cut at {length}");
    }
    // The place of another photo, or of another outlet, is not its own.
    let (_, other) = photo(99_999);
    fs::create_dir_all(place(root.path(), &other).parent().unwrap()).unwrap();
    fs::write(place(root.path(), &other), &written).unwrap();
    assert!(blobs.open(SHOP, &other).await.unwrap().unwrap().read(0).await.is_err());
}

#[tokio::test]
async fn photos_from_before_are_sealed_once_and_a_half_one_begins_anew() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let (bytes, hash) = photo(100_000);
    let (half, half_hash) = photo(90_000);
    for (hash, name, bytes) in [
        (hash, hash.to_string(), &bytes[..]),
        (half_hash, format!("{half_hash}.{}.part", DeviceId([4; 8])), &half[..40_000]),
    ] {
        let folder = place(root.path(), &hash).parent().unwrap().to_owned();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }
    let harmed = place(root.path(), &BlobHash([7; 32]));
    fs::create_dir_all(harmed.parent().unwrap()).unwrap();
    fs::write(&harmed, "not of this name").unwrap();

    assert_eq!(blobs.seal_older().unwrap(), Sealed { files: 1, bytes: 100_000, damaged: 1 });
    assert!(!speaks(root.path()));
    assert_eq!(all(&blobs, hash).await, bytes);
    assert_eq!(held(&blobs, half_hash).await, 0, "nothing said how long it was to be");
    bring(&blobs, half_hash, &half).await;
    assert_eq!(blobs.finish(upload(half_hash)).await.unwrap(), Finished::Whole);
    assert_eq!(fs::read(&harmed).unwrap(), b"not of this name");
    assert_eq!(blobs.seal_older().unwrap(), Sealed::default(), "once");
}

#[tokio::test]
async fn what_was_said_at_the_beginning_is_kept_with_the_bytes_and_harm_to_it_is_seen() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let (bytes, hash) = photo(70_000);
    bring(&blobs, hash, &bytes[..1_000]).await;
    let found = blobs.underway(upload(hash)).await.unwrap().unwrap();
    assert_eq!((found.begun.length, found.held, found.touched_ms), (1_000_000, 1_000, NOW));
    assert!(CANARY.ends_with(found.begun.metadata.as_bytes()));
    let path = PathBuf::from(&files_under(root.path())[0]);
    let written = fs::read(&path).unwrap();
    for at in [0, 8, 11, 20, 40, 70] {
        let mut harmed = written.clone();
        harmed[at] ^= 1;
        fs::write(&path, harmed).unwrap();
        assert_eq!(blobs.underway(upload(hash)).await.unwrap(), None, "byte {at}");
        assert!(blobs.append(upload(hash)).await.unwrap().is_none(), "byte {at}");
    }
    for length in [0, 7, 8, 11, 40] {
        fs::write(&path, &written[..length]).unwrap();
        assert_eq!(blobs.underway(upload(hash)).await.unwrap(), None, "cut at {length}");
    }
}

#[tokio::test]
async fn what_is_thrown_back_leaves_what_was_there_before() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let (bytes, hash) = photo(150_000);
    bring(&blobs, hash, &bytes[..10]).await;
    let mut part = blobs.append(upload(hash)).await.unwrap().unwrap();
    part.write(&[9; 100_000]).await.unwrap();
    part.cut_back().await.unwrap();
    part.write(&bytes[10..20]).await.unwrap();
    part.sync(NOW).await.unwrap();
    bring(&blobs, hash, &bytes[20..]).await;
    assert_eq!(blobs.finish(upload(hash)).await.unwrap(), Finished::Whole);
    assert_eq!(all(&blobs, hash).await, bytes);
}

#[tokio::test]
async fn uploads_that_nobody_goes_on_with_give_their_room_back() {
    let root = tempfile::tempdir().unwrap();
    let blobs = folder(root.path());
    let stays = |_, _: &DocId| Ok(false);
    let (whole, old, fresh) = (photo(500), photo(600), photo(700));
    bring(&blobs, whole.1, &whole.0).await;
    blobs.finish(upload(whole.1)).await.unwrap();
    bring(&blobs, old.1, &old.0[..100]).await;
    bring(&blobs, fresh.1, &fresh.0[..100]).await;
    let mut part = blobs.append(upload(fresh.1)).await.unwrap().unwrap();
    part.write(&fresh.0[100..200]).await.unwrap();
    part.sync(NOW + 1).await.unwrap();
    assert_eq!(blobs.sweep(NOW, stays).unwrap(), Swept::default());
    assert_eq!(blobs.sweep(NOW + 1, stays).unwrap().files, 1);
    assert_eq!((held(&blobs, old.1).await, held(&blobs, fresh.1).await), (0, 200));
    assert_eq!(all(&blobs, whole.1).await, whole.0, "what is whole is nobody's upload");
}

#[tokio::test]
async fn with_a_bucket_whole_photos_lie_there_and_those_that_the_folder_has_are_read_as_before() {
    let root = tempfile::tempdir().unwrap();
    let (before, after) = (photo(70_000), photo(2_000_000));
    let blobs = folder(root.path());
    bring(&blobs, before.1, &before.0).await;
    blobs.finish(upload(before.1)).await.unwrap();
    let bucket = Arc::new(InMemory::new());
    let blobs = blobs.with_bucket(Depot::over(bucket.clone()));
    bring(&blobs, after.1, &after.0).await;
    assert_eq!(bucket.list(None).count().await, 0, "what is not whole stays in the folder");
    assert_eq!(blobs.finish(upload(after.1)).await.unwrap(), Finished::Whole);
    assert_eq!(bucket.list(None).count().await, 1);
    assert!(!place(root.path(), &after.1).exists());
    for (bytes, hash) in [&before, &after] {
        assert!(all(&blobs, *hash).await == *bytes);
        assert_eq!(blobs.open(SHOP, hash).await.unwrap().unwrap().hash().await.unwrap(), *hash);
    }
    // Over a network a request brings more than a chunk, and begins where it is told to.
    let whole = blobs.open(SHOP, &after.1).await.unwrap().unwrap();
    for (from, came) in [(0, 1_048_576), (65_537, 1_048_575), (1_500_000, 500_000), (2_000_000, 0)] {
        let some = whole.read(from).await.unwrap();
        assert_eq!(some.len(), came, "from {from}");
        assert!(after.0[from as usize..].starts_with(&some), "from {from}");
    }
    // What a job's erasure takes away, it takes away in both, on the log's own thread.
    let remove = blobs.remover(SHOP, tokio::runtime::Handle::current());
    let gone = tokio::task::spawn_blocking(move || [before.1, after.1, before.1].iter().try_for_each(remove));
    gone.await.unwrap().unwrap();
    for hash in [before.1, after.1] {
        assert!(blobs.open(SHOP, &hash).await.unwrap().is_none());
    }
}

//! Each lie is caught by its own name, also where the maker of the pack tells it and seals it again.

use doorstep::claim::finding::{Fault, Item, Verdict};
use doorstep::claim::verify::verify;
use doorstep_schemas::claim_pack::{MANIFEST, ORDER, SEAL, Seal};
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::receipt::{Receipt, Statement};
use doorstep_schemas::signature::{Beacon, identity};
use ed25519_dalek::SigningKey;

use super::story;
use crate::cast::{NOON, picture};

#[test]
fn each_lie_is_caught_by_its_own_name() {
    let story = story();
    let (first, _) = story.photos[0];
    let sheet = DocId::Sheet(story.job);
    let run = Item::Run(sheet.clone(), story.ran.store().device());
    let photo = "photos/01-damage.jpg";
    story.is_caught(|pack| pack.entry(photo)[200] ^= 1, &Item::Photo(first), Fault::PictureAltered);
    story.is_caught(
        |pack| {
            let other = pack.entry("photos/02-damage.jpg").clone();
            *pack.entry(photo) = other;
        },
        &Item::Photo(first),
        Fault::PictureAltered,
    );
    story.is_caught(
        |pack| pack.manifest(|manifest| manifest.readings[0].value = "0.2".to_owned()),
        &Item::Reading(story.reading),
        Fault::NotInTheChanges,
    );
    story.is_caught(
        |pack| pack.manifest(|manifest| manifest.readings.clear()),
        &Item::Reading(story.reading),
        Fault::LeftOut,
    );
    story.is_caught(
        |pack| pack.manifest(|manifest| manifest.damage.as_mut().unwrap().asked_fen = 1),
        &Item::Damage(story.damage),
        Fault::NotInTheChanges,
    );
    story.is_caught(
        |pack| pack.manifest(|manifest| manifest.photos[0].origin.bracket.not_before_ms = Some(NOON + 1)),
        &Item::Photo(first),
        Fault::TimesDiffer,
    );
    story.is_caught(
        |pack| pack.manifest(|manifest| drop(manifest.history.pop())),
        &Item::History,
        Fault::NotInTheChanges,
    );
    story.is_caught(|pack| pack.drop_change(0), &run, Fault::ChangeMissing);
    story.is_caught(|pack| pack.drop_change(2), &Item::Changes(sheet.clone()), Fault::ChangeMissing);
    story.is_caught(
        |pack| {
            pack.entry(ORDER).clear();
            pack.signed(|runs| runs.retain(|run| run.doc == sheet));
            pack.receipt(&Receipt::sign(&Statement { runs: Vec::new(), ..story.statement() }, &story.shop.relay));
        },
        &Item::Run(DocId::Order(story.job), story.statement().held[0].runs[0].actor.device()),
        Fault::LeftOut,
    );
    story.is_caught(|pack| pack.signed(|runs| runs[1].signature.bytes[7] ^= 1), &run, Fault::SignatureForged);
    story.is_caught(|pack| pack.signed(|runs| drop(runs.pop())), &run, Fault::SignatureAbsent);
}

#[test]
fn receipts_and_beacons_of_another_relay_prove_nothing() {
    let story = story();
    let other = SigningKey::from_bytes(&[98; 32]);
    let receipt = Item::Receipt(1);
    story.is_caught(|pack| pack.receipt(&Receipt::sign(&story.statement(), &other)), &receipt, Fault::ReceiptForged);
    story.is_caught(
        |pack| {
            let mut later = Receipt::sign(&story.statement(), &story.shop.relay);
            *later.statement.last_mut().unwrap() ^= 1;
            pack.receipt(&later);
        },
        &receipt,
        Fault::ReceiptForged,
    );
    story.is_caught(
        |pack| {
            let said = Statement { job: JobId::from_bytes([1; 16]), ..story.statement() };
            pack.receipt(&Receipt::sign(&said, &story.shop.relay));
        },
        &receipt,
        Fault::ReceiptForeign,
    );
    story.is_caught(
        |pack| {
            let mut said = story.statement();
            said.runs[1].pieces[0].chain[0] ^= 1;
            pack.receipt(&Receipt::sign(&said, &story.shop.relay));
        },
        &receipt,
        Fault::ReceiptDiffers,
    );
    story.is_caught(
        |pack| {
            let mut said = story.statement();
            let beacon = said.runs[1].pieces[0].beacon.as_mut().unwrap();
            *beacon = Beacon::sign(said.outlet, said.epoch, beacon.time_ms, beacon.seq, beacon.hash, &other);
            pack.receipt(&Receipt::sign(&said, &story.shop.relay));
        },
        &Item::Beacon(1),
        Fault::BeaconForged,
    );
    // All of the file by another relay: only a key from elsewhere tells.
    let mut pack = story.pack();
    pack.manifest(|manifest| manifest.relay_key = identity(&other).0);
    assert_eq!(story.checked(&pack).findings.of(&Item::Relay), Some(Verdict::Broken(Fault::OtherRelay)));
}

#[test]
fn without_its_makers_seal_anew_every_altered_entry_is_seen() {
    let story = story();
    let pack = story.pack();
    let key = Some(story.shop.relay_key());
    for at in 0..pack.0.len() {
        let mut altered = pack.clone();
        let (name, bytes) = &mut altered.0[at];
        let (name, middle) = (name.clone(), bytes.len() / 2);
        bytes[middle] ^= 1;
        match verify(&altered.file(), key) {
            Ok(checked) => assert!(!checked.findings.hold(), "{name}"),
            Err(why) => assert_eq!(name, MANIFEST, "{why}"),
        }
        let mut without = pack.clone();
        without.0.remove(at);
        assert!(verify(&without.file(), key).map_or(true, |checked| !checked.findings.hold()), "{name}");
    }
    let mut more = pack.clone();
    more.0.push(("photos/03-damage.jpg".to_owned(), picture(1)));
    let checked = verify(&more.file(), key).unwrap();
    let added = Item::File("photos/03-damage.jpg".to_owned());
    assert_eq!(checked.findings.of(&added), Some(Verdict::Broken(Fault::FileNotListed)));
    // A stranger may seal it anew, and is seen to be another.
    let mut foreign = pack.clone();
    let seal = Seal::sign(foreign.entry(MANIFEST), &SigningKey::from_bytes(&[5; 32]));
    *foreign.entry(SEAL) = serde_json::to_vec(&seal).unwrap();
    let checked = verify(&foreign.file(), key).unwrap();
    assert_eq!(checked.findings.of(&Item::Seal), Some(Verdict::Broken(Fault::SealForged)));
}

//! 理赔包 (R30): what is true in one stands up to a check, and each lie is caught by its own name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use doorstep::actions::claim::ClaimError;
use doorstep::claim::archive::{self, Writer};
use doorstep::claim::finding::{Fault, Gap, Item, Verdict};
use doorstep::claim::verify::{Checked, verify};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::change::Change;
use doorstep_schemas::claim_pack::{
    Bracket, ClaimPack, MANIFEST, ORDER, OpenSide, PackedFile, RECEIPTS, SEAL, SHEET, SIGNATURES, Seal, SignedRun,
};
use doorstep_schemas::compare::{self, DocumentHeld, RunEnd};
use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{MakeClaimPack, NoteFact, SheetFact, Tap, TapNode};
use doorstep_schemas::receipt::{BlobReceipt, PieceReceipt, Receipt, RunReceipt, Statement};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Beacon, Chain};
use doorstep_schemas::view::{Fen, PhotoStage};
use ed25519_dalek::SigningKey;

use super::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, number, picture, reading};

/// What a relay would say of a job, told from the shop's log.
fn statement(shop: &Shop, job: JobId, photos: &[BlobHash]) -> Statement {
    let mut said = Statement {
        outlet: shop.outlet,
        epoch: shop.log.epoch,
        job,
        at_ms: NOON,
        head: shop.log.head(),
        held: Vec::new(),
        runs: Vec::new(),
        blobs: photos.iter().map(|hash| BlobReceipt { hash: *hash, size: 1, at_ms: NOON + 1 }).collect(),
        devices: shop.log.entries.iter().filter_map(|entry| entry.piece.device.clone()).collect(),
        roles: Vec::new(),
    };
    for doc in [DocId::Order(job), DocId::Sheet(job)] {
        let mut runs: BTreeMap<_, (RunReceipt, Chain, u64)> = BTreeMap::new();
        let mut ends = BTreeMap::new();
        for entry in shop.log.entries.iter().filter(|entry| entry.piece.doc.as_ref() == Some(&doc)) {
            let piece = entry.piece.segment.as_ref().unwrap();
            let blank = RunReceipt { doc: doc.clone(), actor: piece.actor, pieces: Vec::new() };
            let (run, chain, seq) = runs.entry(piece.actor).or_insert((blank, Chain::default(), 0));
            for found in segment::find(piece.codec, &piece.body, piece.actor, piece.from_seq).unwrap() {
                *chain = chain.then(&found.hash());
                *seq += 1;
                let hash = compare::head_of(&found.hash());
                ends.insert(piece.actor, RunEnd { actor: piece.actor, seq: *seq, hash, log_seq: entry.seq });
            }
            let named = piece.signature.beacon;
            let beacon = named.map(|named| {
                let hash = named.seq.checked_sub(1).map_or([0; 8], |at| shop.log.entries[at as usize].hash);
                Beacon::sign(shop.outlet, shop.log.epoch, named.time_ms, named.seq, hash, &shop.relay)
            });
            assert_eq!(beacon.as_ref().map(Beacon::reference), named, "a beacon can be made again");
            run.pieces.push(PieceReceipt {
                to_seq: *seq,
                chain: chain.0,
                log_seq: entry.seq,
                at_ms: entry.at_ms,
                signature: piece.signature.clone(),
                beacon,
            });
        }
        said.runs.extend(runs.into_values().map(|(run, ..)| run));
        said.held.push(DocumentHeld { doc, runs: ends.into_values().collect() });
    }
    said
}

struct Story {
    shop: Shop,
    ran: Phone,
    job: JobId,
    photos: Vec<(ShortId, BlobHash)>,
    damage: ShortId,
    reading: ShortId,
}

/// Ran breaks a tile, photographs it, measures the earth and says what it costs.
fn story() -> Story {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let mut ran = shop.device(RAN);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let view = ran.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    let appliance = view.appliances[0].id;
    for shade in [9, 90] {
        ran.actions.add_photo(job, appliance, PhotoStage::Damage, &picture(shade)).unwrap();
    }
    ran.actions.record_reading(&reading(job, appliance, "earth_resistance", number(1_200))).unwrap();
    let photos: Vec<_> = ran.facts(job).sheet.photos.iter().map(|photo| (photo.id, photo.photo)).collect();
    let fact = SheetFact::Damage {
        what: "瓷砖".to_owned(),
        text: "卫生间一块 <300×600>".to_owned(),
        photos: vec![photos[0].1],
        asked_fen: Fen(12_000),
    };
    ran.actions.note_fact(&NoteFact { job, fact, claimed: None }).unwrap();
    shop.log.exchange(&mut ran);
    let sheet = ran.facts(job).sheet;
    let (damage, reading) = (sheet.damages[0].id, sheet.readings[0].id);
    Story { shop, ran, job, photos, damage, reading }
}

impl Story {
    fn order(&self) -> MakeClaimPack {
        let photos = self.photos.iter().map(|(id, _)| *id).collect();
        MakeClaimPack { job: self.job, photos, damage: Some(self.damage) }
    }

    fn statement(&self) -> Statement {
        statement(&self.shop, self.job, &[self.photos[0].1])
    }

    fn path(&self) -> PathBuf {
        self.ran.folder.path().join("claim.zip")
    }

    fn made(&self, receipts: &[Receipt]) -> Vec<u8> {
        let made = self.ran.actions.make_claim_pack(&self.order(), receipts, &self.path(), &mut Unwatched).unwrap();
        assert_eq!((made.photos, made.photos_missing, made.name.as_str()), (2, 0, "claim.zip"));
        std::fs::read(self.path()).unwrap()
    }

    /// A pack with the relay's receipts, taken apart.
    fn pack(&self) -> Unpacked {
        Unpacked::of(&self.made(&[Receipt::sign(&self.statement(), &self.shop.relay)]))
    }

    /// What a check with the right key says of a pack that its own maker altered and sealed again.
    fn checked(&self, pack: &Unpacked) -> Checked {
        verify(&pack.sealed(&self.ran), Some(self.shop.relay_key())).unwrap()
    }

    fn is_caught(&self, alter: impl FnOnce(&mut Unpacked), item: &Item, fault: Fault) {
        let mut pack = self.pack();
        alter(&mut pack);
        let checked = self.checked(&pack);
        assert_eq!(checked.findings.of(item), Some(Verdict::Broken(fault)), "{:?}", checked.findings);
    }
}

/// A pack as its entries.
#[derive(Clone)]
struct Unpacked(Vec<(String, Vec<u8>)>);

impl Unpacked {
    fn of(file: &[u8]) -> Self {
        let entries = archive::read(file).unwrap();
        Self(entries.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect())
    }

    fn entry(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.0.iter_mut().find(|(known, _)| known.starts_with(name)).unwrap().1
    }

    fn manifest(&mut self, alter: impl FnOnce(&mut ClaimPack)) {
        let mut pack: ClaimPack = serde_json::from_slice(self.entry(MANIFEST)).unwrap();
        alter(&mut pack);
        *self.entry(MANIFEST) = serde_json::to_vec_pretty(&pack).unwrap();
    }

    fn file(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        self.0.iter().for_each(|(name, bytes)| writer.put(name, bytes).unwrap());
        writer.finish().unwrap()
    }

    /// With its list and its seal made anew by whoever made it.
    fn sealed(&self, phone: &Phone) -> Vec<u8> {
        let mut pack = self.clone();
        let listed = self.0.iter().filter(|(name, _)| name != MANIFEST && name != SEAL);
        let files = listed.map(|(name, bytes)| PackedFile {
            name: name.clone(),
            bytes: bytes.len() as u64,
            sha256: BlobHash::of(bytes),
        });
        let files: Vec<_> = files.collect();
        pack.manifest(|manifest| manifest.files = files);
        let seal = phone.store().seal_claim(pack.entry(MANIFEST));
        *pack.entry(SEAL) = serde_json::to_vec(&seal).unwrap();
        pack.file()
    }

    fn signed(&mut self, alter: impl FnOnce(&mut Vec<SignedRun>)) {
        let bytes = self.entry(SIGNATURES);
        let mut decoder = minicbor::Decoder::new(bytes);
        let mut runs = Vec::new();
        while decoder.position() < bytes.len() {
            runs.push(decoder.decode().unwrap());
        }
        alter(&mut runs);
        *bytes = runs.iter().flat_map(|run| minicbor::to_vec(run).unwrap()).collect();
    }

    fn receipt(&mut self, receipt: &Receipt) {
        *self.entry(RECEIPTS) = minicbor::to_vec(receipt).unwrap();
    }

    /// Leaves a change of the sheet out, counted from the end.
    fn drop_change(&mut self, from_end: usize) {
        let bytes = self.entry(SHEET);
        let starts: Vec<usize> =
            (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&[0x85, 0x6f, 0x4a, 0x83])).collect();
        let which = starts.len() - 1 - from_end;
        let end = starts.get(which + 1).copied().unwrap_or(bytes.len());
        assert!(Change::parse(&bytes[starts[which]..end]).is_ok());
        bytes.drain(starts[which]..end);
    }
}

#[test]
fn r30_a_pack_is_what_it_says_and_its_times_are_a_bracket_of_the_relays() {
    let story = story();
    let file = story.made(&[Receipt::sign(&story.statement(), &story.shop.relay)]);
    let Checked { pack, findings } = verify(&file, Some(story.shop.relay_key())).unwrap();
    let all = findings.all();
    assert!(all.iter().all(|finding| finding.verdict == Verdict::Sound), "{all:?}");
    for item in
        [Item::Photo(story.photos[1].0), Item::Reading(story.reading), Item::Damage(story.damage), Item::History]
    {
        assert_eq!(findings.of(&item), Some(Verdict::Sound), "{item:?}");
    }
    let known =
        Bracket { not_before_ms: Some(NOON), not_before_open: None, not_after_ms: Some(NOON), not_after_open: None };
    assert_eq!((pack.photos.len(), pack.photos[0].origin.bracket), (2, known));
    assert_eq!((pack.photos[0].at_relay_ms, pack.photos[1].at_relay_ms), (Some(NOON + 1), None));
    assert_eq!((pack.readings[0].value.as_str(), pack.readings[0].unit.as_str()), ("1.2", "Ω"));
    assert_eq!(pack.damage.unwrap().asked_fen, 12_000);
    // Whoever has no key from elsewhere takes the file's word, and is told so.
    let checked = verify(&file, None).unwrap();
    assert_eq!(checked.findings.of(&Item::Relay), Some(Verdict::Unproven(Gap::KeyFromFile)));
    assert!(checked.findings.hold());
    // For people, in both languages; what they typed stays text.
    let mut entries = Unpacked::of(&file);
    let page = String::from_utf8(entries.entry("index.html").clone()).unwrap();
    assert!(page.contains("卫生间一块 &lt;300×600&gt;") && page.contains("photos/01-damage.jpg"));
    assert!(!page.contains("<script"), "nothing runs on it");
    for (name, word) in
        [("text/readings-zh", "接地电阻 1.2 Ω"), ("text/readings-en", "1.2 Ω"), ("text/history-en", "phone said")]
    {
        let text = String::from_utf8(entries.entry(name).clone()).unwrap();
        assert!(text.contains(word), "{name}: {text}");
    }
}

#[test]
fn a_pack_without_receipts_says_what_it_does_not_prove() {
    let story = story();
    let Checked { pack, findings } = verify(&story.made(&[]), Some(story.shop.relay_key())).unwrap();
    assert!(findings.hold());
    assert_eq!(findings.of(&Item::Relay), Some(Verdict::Unproven(Gap::NoReceipts)));
    assert_eq!(findings.of(&Item::Photo(story.photos[0].0)), Some(Verdict::Unproven(Gap::TimeOpen)));
    let bracket = pack.photos[0].origin.bracket;
    assert_eq!((bracket.not_before_ms, bracket.not_after_ms), (None, None), "a phone's clock is no evidence");
    assert_eq!(bracket.not_after_open, Some(OpenSide::NoReceipt));
}

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
    pack.manifest(|manifest| manifest.relay_key = doorstep_schemas::signature::identity(&other).0);
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

#[test]
fn a_thousand_damaged_files_are_looked_at_without_a_panic_and_none_passes() {
    let story = story();
    let pack = story.pack();
    let (file, key) = (pack.file(), Some(story.shop.relay_key()));
    assert!(verify(&file, key).unwrap().findings.hold());
    let mut seed = 20_261_121_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for case in 0..1_000 {
        let mut damaged = file.clone();
        match case % 4 {
            0 => damaged.truncate(next(file.len())),
            1 => drop(damaged.drain(next(file.len())..).take(1)),
            _ => {
                for _ in 0..=next(4) {
                    let at = next(file.len());
                    damaged[at] ^= 1 << next(8);
                }
            }
        }
        assert!(damaged == file || verify(&damaged, key).map_or(true, |c| !c.findings.hold()), "case {case}");
    }
    // With the archive's own sums made right again, so that what is inside has to stand for itself.
    for case in 0..60 {
        let mut damaged = pack.clone();
        let which = next(damaged.0.len());
        let (name, bytes) = &mut damaged.0[which];
        let name = name.clone();
        if case % 5 == 0 {
            bytes.truncate(next(bytes.len()));
        } else {
            let at = next(bytes.len());
            bytes[at] ^= 1 << next(8);
        }
        let outcome = verify(&damaged.file(), key);
        assert!(outcome.map_or(true, |checked| !checked.findings.hold()), "case {case}: {name}");
    }
}

/// Stops after so many steps.
struct Impatient(RefCell<u32>);

impl Watcher for Impatient {
    fn step(&mut self, _step: Step) -> Result<(), Cancelled> {
        let left = self.0.borrow().checked_sub(1).ok_or(Cancelled)?;
        *self.0.borrow_mut() = left;
        Ok(())
    }
}

#[test]
fn what_is_not_finished_leaves_no_file_and_what_would_not_stand_up_is_not_made() {
    let story = story();
    let make = |order: &MakeClaimPack, receipts: &[Receipt], steps| {
        let mut watcher = Impatient(RefCell::new(steps));
        story.ran.actions.make_claim_pack(order, receipts, &story.path(), &mut watcher)
    };
    assert!(matches!(make(&story.order(), &[], 1), Err(ClaimError::Cancelled(_))));
    let nothing = MakeClaimPack { photos: Vec::new(), ..story.order() };
    assert!(matches!(make(&nothing, &[], 9), Err(ClaimError::Choice)));
    let strange = MakeClaimPack { photos: vec![story.damage], ..story.order() };
    assert!(matches!(make(&strange, &[], 9), Err(ClaimError::NotFound)));
    let strange = MakeClaimPack { damage: Some(story.reading), ..story.order() };
    assert!(matches!(make(&strange, &[], 9), Err(ClaimError::NotFound)));
    // The relay holds work of the job that is not here.
    let mut said = story.statement();
    said.held[1].runs[0].seq += 1;
    let behind = make(&story.order(), &[Receipt::sign(&said, &story.shop.relay)], 9);
    assert!(matches!(&behind, Err(ClaimError::NotWhole(faults)) if faults.contains(&Fault::LeftOut)), "{behind:?}");
    let left: Vec<_> =
        std::fs::read_dir(story.ran.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("claim")), "{left:?}");
    // A picture whose bytes are nowhere is named, and nothing is made up in its place.
    let other = Phone::restart(story.ran);
    let (missing, hash) = story.photos[0];
    std::fs::remove_file(photo_file(&other, &hash)).unwrap();
    let order = MakeClaimPack { job: story.job, photos: vec![missing], damage: None };
    let path = other.folder.path().join("claim.zip");
    let made = other.actions.make_claim_pack(&order, &[], &path, &mut Unwatched).unwrap();
    assert_eq!((made.photos, made.photos_missing, made.unproven), (0, 1, 1));
    let checked = verify(&std::fs::read(&path).unwrap(), None).unwrap();
    assert_eq!(checked.findings.of(&Item::Photo(missing)), Some(Verdict::Unproven(Gap::PictureAbsent)));
}

fn photo_file(phone: &Phone, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    let found = walk(phone.folder.path()).into_iter().find(|path| path.to_string_lossy().contains(&name));
    found.expect("the picture's file")
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn the_documented_command_says_what_it_found_and_ends_by_it() {
    let story = story();
    story.made(&[Receipt::sign(&story.statement(), &story.shop.relay)]);
    let key = story.shop.relay_key().to_string();
    let told = |arguments: &[&str]| {
        let path = story.path();
        let output = Command::new(env!("CARGO_BIN_EXE_doorstep")).arg("verify").arg(path).args(arguments).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = told(&["--relay-key", &key]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("+ relay key: holds") && text.contains("nothing in it is false"), "{text}");
    let (code, text) = told(&["--language", "zh"]);
    assert!(code == Some(0) && text.contains("? 中继公钥: 未证实"), "{text}");
    let (code, text) = told(&["--relay-key", &"0".repeat(64)]);
    assert!(code == Some(1) && text.contains("! relay key: FALSE"), "{text}");
    std::fs::write(story.path(), b"no archive").unwrap();
    assert_eq!(told(&[]).0, Some(2));
}

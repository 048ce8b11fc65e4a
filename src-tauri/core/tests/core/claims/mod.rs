//! 理赔包 (R30): what is true in one stands up to a check, and each lie is caught by its own name.

mod damaged;
mod lies;
mod told;

use std::collections::BTreeMap;
use std::path::PathBuf;

use doorstep::claim::archive::{self, Writer};
use doorstep::claim::finding::{Fault, Item, Verdict};
use doorstep::claim::verify::{Checked, verify};
use doorstep::tasks::Unwatched;
use doorstep_schemas::change::Change;
use doorstep_schemas::claim_pack::{ClaimPack, MANIFEST, PackedFile, RECEIPTS, SEAL, SHEET, SIGNATURES, SignedRun};
use doorstep_schemas::compare::{self, DocumentHeld, RunEnd};
use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{MakeClaimPack, NoteFact, SheetFact, Tap, TapNode};
use doorstep_schemas::receipt::{BlobReceipt, PieceReceipt, Receipt, RunReceipt, Statement};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Beacon, Chain};
use doorstep_schemas::view::{Fen, PhotoStage};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, number, picture, reading};

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

//! Damaged files, and files that were not finished.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use doorstep::actions::claim::ClaimError;
use doorstep::claim::finding::{Fault, Gap, Item, Verdict};
use doorstep::claim::verify::verify;
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::MakeClaimPack;
use doorstep_schemas::receipt::Receipt;

use super::story;
use crate::cast::Phone;

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
    let left: Vec<_> = fs::read_dir(story.ran.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("claim")), "{left:?}");
    // A picture whose bytes are nowhere is named, and nothing is made up in its place.
    let other = Phone::restart(story.ran);
    let (missing, hash) = story.photos[0];
    fs::remove_file(photo_file(&other, &hash)).unwrap();
    let order = MakeClaimPack { job: story.job, photos: vec![missing], damage: None };
    let path = other.folder.path().join("claim.zip");
    let made = other.actions.make_claim_pack(&order, &[], &path, &mut Unwatched).unwrap();
    assert_eq!((made.photos, made.photos_missing, made.unproven), (0, 1, 1));
    let checked = verify(&fs::read(&path).unwrap(), None).unwrap();
    assert_eq!(checked.findings.of(&Item::Photo(missing)), Some(Verdict::Unproven(Gap::PictureAbsent)));
}

fn photo_file(phone: &Phone, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    let found = walk(phone.folder.path()).into_iter().find(|path| path.to_string_lossy().contains(&name));
    found.expect("the picture's file")
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

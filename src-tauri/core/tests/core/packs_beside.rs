//! Packed jobs and everything else that goes through all jobs: rebuilding, carrying, removing, undoing.

use automerge::transaction::Transactable;
use automerge::{AutoCommit, ROOT, ReadDoc};
use doorstep::store;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{DocId, ShortId};
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::view::{Millis, PaidFor};
use doorstep_schemas::wire::{Access, Grant, Piece, kind};
use rusqlite::{Connection, MAIN_DB};

use crate::cast::deeds::payment;
use crate::cast::{KEY, NOON, OWNER, RAN, member};
use crate::packs::{ask, finished, meet, pack_after, rows_of};

#[test]
fn packed_jobs_are_rebuilt_and_counted_where_they_are() {
    let (mut shop, mut desk, _ran, job) = finished();
    let verdicts = desk.store().verdicts().unwrap();
    assert_eq!(pack_after(&desk, 4), 1);
    assert_eq!(desk.store().verdicts().unwrap(), verdicts);
    let before = ask(&desk, job);
    let rebuilt = desk.store().rebuild(NOON, &mut Unwatched).unwrap();
    assert_eq!((rebuilt.jobs, ask(&desk, job)), (1, before));
    assert!(desk.store().packed_bytes(job).unwrap().is_some(), "nothing but read models is made anew");
    desk.is_as_made_anew();
    desk.note(job, payment(2_000, PaidFor::Work)).unwrap();
    meet(&mut shop, &mut [&mut desk]);
    let before = ask(&desk, job);
    desk.is_as_made_anew();
    desk.store().rebuild(NOON, &mut Unwatched).unwrap();
    assert_eq!(ask(&desk, job), before, "with what came later it is judged as a whole");
    assert_eq!(desk.store().packed_bytes(job).unwrap(), None);
    assert_eq!(pack_after(&desk, 4), 1);
    assert_eq!(ask(&desk, job).heads, before.heads);
}

#[test]
fn a_file_carries_packed_jobs_whole() {
    let (mut shop, desk, _ran, job) = finished();
    assert_eq!(pack_after(&desk, 4), 1);
    desk.note(job, payment(2_000, PaidFor::Work)).unwrap();
    let told = shop.log.clone();
    let period = BundleWhat::Period { from: Millis(NOON - 1), to: Millis(NOON + 86_400_000) };
    for what in [BundleWhat::All, period].map(|what| ExportBundle { what, photos: BundlePhotos::All }) {
        let mut second = shop.device(OWNER);
        second.store().set_enrolment(&shop.enrolment(OWNER)).unwrap();
        let size = desk.store().bundle_size(&what.what).unwrap();
        assert_eq!(
            (size.jobs, u64::from(size.changes)),
            (1, desk.store().whole_job(job).unwrap().changes.len() as u64)
        );
        // Both know each other's device, and the second one nothing of the job.
        let mut fresh = shop.stranger(OWNER);
        let people = told.entries.iter().filter(|entry| matches!(entry.piece.kind, kind::ROLE | kind::DEVICE));
        let people: Vec<_> = people.cloned().collect();
        fresh.store().absorb(&people, None, NOON).unwrap();
        shop.vouch(&fresh);
        shop.log.deliver(&mut second);
        let devices: Vec<_> =
            shop.log.entries.iter().filter(|entry| entry.piece.kind == kind::DEVICE).cloned().collect();
        desk.store().absorb(&devices, None, NOON).unwrap();
        fresh.store().absorb(&devices, None, NOON).unwrap();
        let path = desk.folder.path().join("carried.doorstep");
        desk.actions.export_bundle(&what, &path, &mut Unwatched).unwrap();
        fresh.actions.import_bundle(&path, &mut Unwatched).unwrap();
        let (theirs, own) = (ask(&fresh, job), ask(&desk, job));
        assert_eq!((theirs.facts, theirs.heads), (own.facts, own.heads));
        shop.log.exchange(&mut fresh);
    }
}

#[test]
fn nothing_stays_of_a_packed_job_that_was_taken_away() {
    let (mut shop, _desk, mut ran, job) = finished();
    let photo = ran.facts(job).sheet.photos[0].clone();
    assert_eq!(pack_after(&ran, 4), 1);
    let readable = |folder: &std::path::Path| {
        let mut db = Connection::open(store::database(folder)).unwrap();
        store::unlock(&db, &KEY).unwrap();
        let pages = db.serialize(MAIN_DB).unwrap().to_vec();
        pages.windows(32).any(|part| part == photo.photo.0)
    };
    assert!(readable(ran.folder.path()), "a picture's name lies in a pack as it is");
    let grant = Grant { job, member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.deliver(&mut ran);
    assert_eq!(ran.store().purge_lost().unwrap(), [job]);
    assert_eq!((rows_of(&ran, job), ran.rows("pack"), ran.rows("pack_due")), (0, 0, 0));
    assert!(!readable(ran.folder.path()));
    assert!(ran.store().photo_standing(&photo.thumb).unwrap().is_none());
    assert_eq!(ran.store().counts().unwrap().on_device, 0);
}

#[test]
fn an_action_over_both_documents_is_found_in_a_pack() {
    let (mut shop, mut desk, _ran, job) = finished();
    let (docs, id) = ([DocId::Order(job), DocId::Sheet(job)], ShortId::mint([7; 5]));
    let edits = docs.clone().map(|doc| {
        let edit = |paper: &mut AutoCommit| {
            let (_, notes) = paper.get(ROOT, "notes").unwrap().unwrap();
            paper.put(&notes, "marked", true).unwrap();
            Ok(())
        };
        (doc, Box::new(edit) as store::Edit<'_>)
    });
    desk.store().act_many(edits.into(), ("mark", id), NOON, |_| Ok(())).unwrap();
    meet(&mut shop, &mut [&mut desk]);
    let actor = desk.store().actor();
    assert_eq!(desk.store().docs_of_action(actor, id).unwrap(), docs);
    assert_eq!(pack_after(&desk, 4), 1);
    assert_eq!(desk.store().docs_of_action(actor, id).unwrap(), docs);
    assert_eq!(desk.store().docs_of_action(actor, ShortId::mint([8; 5])).unwrap(), []);
}

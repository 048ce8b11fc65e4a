//! Packs bound into volumes: nobody sees a difference, one job comes out without its neighbours, and nothing of it stays.

use doorstep::domain::facts::Job;
use doorstep::domain::record::Word;
use doorstep::store::{self, volumes};
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{BlobHash, JobId};
use doorstep_schemas::view::{PaidFor, PhotoStage};
use doorstep_schemas::wire::{Access, Grant, Piece, kind};
use rusqlite::{Connection, MAIN_DB};

use crate::cast::deeds::payment;
use crate::cast::{KEY, NOON, Phone, RAN, Shop, member};
use crate::packs::{Asked, ask, finished_jobs, meet, pack_after};

const THREE: usize = 3;

/// Binds what is loose, and says whether there was enough of it.
fn bind(phone: &Phone) -> bool {
    let loose = phone.store().loose_packs(THREE).unwrap();
    loose.is_some_and(|loose| phone.store().put_volume(&loose.bind().unwrap()).unwrap())
}

fn bound_jobs() -> (Shop, Phone, Phone, Vec<JobId>, Vec<Asked>) {
    let (shop, desk, ran, jobs) = finished_jobs(THREE);
    let mut before = Vec::new();
    for phone in [&ran, &desk] {
        phone.pass(4 * 24 * 60);
        before = jobs.iter().map(|job| ask(phone, *job)).collect();
        assert_eq!(pack_after(phone, 0), 3);
        assert!(bind(phone));
    }
    (shop, desk, ran, jobs, before)
}

fn asked(phone: &Phone, jobs: &[JobId]) -> Vec<Asked> {
    jobs.iter().map(|job| ask(phone, *job)).collect()
}

fn bodies(phone: &Phone) -> (u32, u32) {
    let count = |sql: &str| phone.database().query_row(sql, [], |row| row.get(0)).unwrap();
    (count("SELECT count(*) FROM pack WHERE length(body) > 0"), count("SELECT count(*) FROM volume"))
}

fn own_picture(job: &Job) -> BlobHash {
    job.sheet.photos.iter().find(|photo| photo.stage == Word::Known(PhotoStage::During)).unwrap().photo
}

#[test]
fn bound_jobs_are_the_same_to_everybody_who_asks() {
    let (_shop, desk, ran, jobs, before) = bound_jobs();
    assert_eq!((bodies(&desk), bodies(&ran)), ((0, 1), (0, 1)), "nothing is kept twice");
    assert!(asked(&desk, &jobs) == before);
    let desk = desk.restart();
    assert!(asked(&desk, &jobs) == before);
    let photo = own_picture(&before[1].facts);
    assert_eq!(desk.store().photo_named(&photo).unwrap().map(|found| found.doc.job()), Some(Some(jobs[1])));
    let rebuilt = desk.store().rebuild(NOON, &mut Unwatched).unwrap();
    assert!(rebuilt.jobs == 3 && asked(&desk, &jobs) == before);
    assert_eq!(bodies(&desk), (0, 1), "nothing but read models is made anew");
}

#[test]
fn jobs_that_are_bound_take_less_room_than_by_themselves() {
    let (_shop, desk, _ran, jobs) = finished_jobs(THREE);
    assert_eq!(pack_after(&desk, 4), 3);
    let bytes = || -> usize { jobs.iter().map(|job| desk.store().packed_bytes(*job).unwrap().unwrap()).sum() };
    let alone = bytes();
    assert!(bind(&desk));
    assert!(bytes() * 10 < alone * 9, "{} of {alone}", bytes());
}

#[test]
fn later_work_takes_a_job_out_of_its_volume_when_it_is_packed_again() {
    let (mut shop, mut desk, mut ran, jobs, _) = bound_jobs();
    desk.note(jobs[1], payment(2_000, PaidFor::Work)).unwrap();
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    assert_eq!(bodies(&desk), (0, 1), "it goes on behind the volume");
    desk.pass(4 * 24 * 60);
    let before = asked(&desk, &jobs);
    assert_eq!(pack_after(&desk, 0), 1);
    assert_eq!(bodies(&desk), (1, 1));
    assert!(asked(&desk, &jobs) == before);
    assert!(!bind(&desk), "one is too few");
}

#[test]
fn doubted_volumes_are_opened_out_to_the_last_job() {
    let (mut shop, _desk, mut ran, jobs, _) = bound_jobs();
    let before = asked(&ran, &jobs);
    ran.store().forget_confirmations().unwrap();
    while ran.store().open_doubted(NOON, 2).unwrap() {}
    assert_eq!((bodies(&ran), ran.rows("pack")), ((0, 0), 0));
    shop.log.collect(&mut ran);
    meet(&mut shop, &mut [&mut ran]);
    crate::packs::send_photos(&ran);
    assert_eq!(pack_after(&ran, 4), 3);
    assert!(bind(&ran));
    let facts = |asked: Vec<Asked>| asked.into_iter().map(|one| (one.facts, one.heads)).collect::<Vec<_>>();
    assert!(facts(asked(&ran, &jobs)) == facts(before));
}

#[test]
fn nothing_stays_of_the_one_job_of_a_volume_that_was_taken_away() {
    let (mut shop, _desk, mut ran, jobs, _) = bound_jobs();
    let photos: Vec<_> = jobs.iter().map(|job| own_picture(&ran.facts(*job))).collect();
    let readable = |phone: &Phone| {
        let mut db = Connection::open(store::database(phone.folder.path())).unwrap();
        store::unlock(&db, &KEY).unwrap();
        let pages = db.serialize(MAIN_DB).unwrap().to_vec();
        photos.iter().map(|photo| pages.windows(32).any(|part| part == photo.0)).collect::<Vec<_>>()
    };
    assert_eq!(readable(&ran), [true, true, true]);
    let others = asked(&ran, &[jobs[0], jobs[2]]);
    let grant = Grant { job: jobs[1], member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.deliver(&mut ran);
    assert_eq!(ran.store().purge_lost().unwrap(), [jobs[1]]);
    assert_eq!(readable(&ran), [true, false, true]);
    let body: Vec<u8> = ran.database().query_row("SELECT body FROM volume", [], |row| row.get(0)).unwrap();
    let mut left: Vec<JobId> = volumes::split(&body).unwrap().into_iter().map(|parts| parts.job).collect();
    left.sort_by_key(|job| *job == jobs[2]);
    assert_eq!(left, [jobs[0], jobs[2]], "what was shortened together is written without it");
    let after = asked(&ran, &[jobs[0], jobs[2]]);
    for (now, before) in after.iter().zip(&others) {
        assert!((&now.whole, &now.facts, &now.heads) == (&before.whole, &before.facts, &before.heads));
    }
}

#[test]
fn packs_that_became_others_while_they_were_bound_stay_as_they_are() {
    let (mut shop, mut desk, mut ran, jobs) = finished_jobs(THREE);
    assert_eq!(pack_after(&desk, 4), 3);
    let bound = desk.store().loose_packs(THREE).unwrap().unwrap().bind().unwrap();
    desk.note(jobs[1], payment(2_000, PaidFor::Work)).unwrap();
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    assert_eq!(pack_after(&desk, 4), 1);
    let before = asked(&desk, &jobs);
    assert!(!desk.store().put_volume(&bound).unwrap());
    assert!(bodies(&desk) == (3, 0) && asked(&desk, &jobs) == before);
}

#[test]
fn packs_of_the_version_before_volumes_open_and_are_bound() {
    let (_shop, desk, _ran, jobs) = finished_jobs(THREE);
    assert_eq!(pack_after(&desk, 4), 3);
    let before = asked(&desk, &jobs);
    desk.database()
        .execute_batch(
            "DROP TRIGGER run_came; DROP TRIGGER run_moved; DROP TRIGGER run_went; DROP TRIGGER grant_came;
             DROP TRIGGER grant_moved; DROP TRIGGER grant_went; DROP TABLE tally; DROP TABLE tally_due;
             DROP TABLE in_inbox; DROP TABLE inbox; DROP TABLE word_out; DROP TABLE erased_job;
             DROP TABLE declined; DROP TABLE search_due; DROP TABLE part_use; DROP TABLE machine;
             DROP INDEX pack_loose; ALTER TABLE pack DROP COLUMN volume; DROP TABLE volume; PRAGMA user_version = 11;",
        )
        .unwrap();
    let desk = desk.restart();
    assert!(asked(&desk, &jobs) == before);
    assert!(bind(&desk));
    assert!(asked(&desk, &jobs) == before);
}

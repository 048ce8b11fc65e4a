//! What a device may no longer hold: it goes when the relay has everything, and nothing of it can be read afterwards, not
//! even by whoever has the key.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use doorstep::nature::Nature;
use doorstep::store;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{PutDraft, SheetField, TakeOrder};
use doorstep_schemas::view::{JobOutcome, PhotoStage};
use doorstep_schemas::wire::{Access, Grant, Piece, kind};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};

use crate::cast::kept_beside::pieces;
use crate::cast::{KEY, NOON, OWNER, Phone, RAN, Shop, field, leaking_heater, member, pass_everything};

const DAY: i64 = 86_400_000;

/// What must not be found: a name, a phone, an address, what was noted, what was half typed.
const CANARIES: [&str; 6] =
    ["金丝雀", "13977770001", "鸣禽巷 7-7-707", "羽毛堵住了风道", "CANARY-SERIAL-7", "没有说完的鸟"];

fn canary_order() -> TakeOrder {
    let mut order = leaking_heater(&[member(RAN)]);
    order.customer.name = CANARIES[0].to_owned();
    order.customer.phone = CANARIES[1].to_owned();
    order.customer.address = CANARIES[2].to_owned();
    order.appliances[0].serial = CANARIES[4].to_owned();
    order
}

/// 冉小军 has worked on the canary's job and on another one; the relay has all of it.
fn worked(shop: &mut Shop) -> (Phone, JobId, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let canary = desk.actions.take_order(&canary_order()).unwrap().card.job;
    let other = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = pass_everything(&ran, canary).appliances[0].id;
    for n in 0..60 {
        let text = format!("{}，第{n}次", CANARIES[3]);
        ran.actions.write_field(&field(canary, appliance, SheetField::Action, &text)).unwrap();
    }
    let appliance = ran.come(other).appliances[0].id;
    ran.actions.write_field(&field(other, appliance, SheetField::Cause, "密封圈老化")).unwrap();
    ran.shoot(other, appliance, &[PhotoStage::Before]);
    (ran, canary, other)
}

fn take_away(shop: &mut Shop, ran: &mut Phone, job: JobId) {
    let grant = Grant { job, member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.deliver(ran);
}

fn photos_sent(phone: &Phone, job: JobId) {
    for photo in phone.facts(job).sheet.photos {
        for hash in [photo.photo, photo.thumb] {
            phone.store().note_photo_sent(&hash, 1, true).unwrap();
        }
    }
}

/// Every page of the database as the key shows it, freed ones included, and everything else in the folder.
fn readable(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut db = Connection::open(store::database(folder)).unwrap();
    store::unlock(&db, &KEY).unwrap();
    let mut out = vec![("pages".to_owned(), db.serialize(MAIN_DB).unwrap().to_vec())];
    drop(db);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                out.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()));
            }
        }
    }
    out
}

/// Where canaries are found.
fn found(folder: &Path, canaries: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for (name, bytes) in readable(folder) {
        for canary in canaries {
            if bytes.windows(canary.len()).any(|window| window == canary.as_bytes()) {
                out.push(format!("{canary} in {name}"));
            }
        }
    }
    out
}

/// Numbers by which the tables of lists name a job.
const BY_NUMBER: [&str; 7] = ["job", "job_day", "job_key", "job_revisit", "part_use", "machine", "search_due"];
/// The log's word that the job was taken away stays, and is summed up.
const STAYS: [&str; 3] = ["granted", "tally", "tally_due"];

/// Tables that name the job, by its name or by its number, and whatever a compressed row says of the canaries: what is
/// searched for in pages can't be seen there.
fn traces(phone: &Phone, job: JobId, number: i64) -> BTreeSet<String> {
    phone.store().catch_up_search(u32::MAX).unwrap();
    let db = phone.database();
    let (name, bytes) = (job.to_string(), job.to_bytes());
    let names = |value: &[u8]| {
        value.windows(name.len()).any(|window| window == name.as_bytes())
            || value.windows(bytes.len()).any(|window| window == bytes)
    };
    let mut out = BTreeSet::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut tables = db.prepare(tables).unwrap();
    for table in tables.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap) {
        let mut query = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = query.column_count();
        let id = query.column_names().into_iter().position(|name| name == "id");
        let id = id.filter(|_| BY_NUMBER.contains(&table.as_str()));
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let named = (0..columns).any(|n| match row.get_ref(n).unwrap() {
                ValueRef::Text(value) | ValueRef::Blob(value) => names(value),
                _ => false,
            });
            if named || id.is_some_and(|id| row.get::<_, i64>(id).unwrap() == number) {
                out.insert(table.clone());
            }
        }
    }
    let of_it = format!("Integer({number})]");
    if pieces(&db).iter().any(|piece| piece.ends_with(&of_it)) {
        out.insert("search".to_owned());
    }
    for row in store::all_rows(&db).unwrap() {
        let said = format!("{row:?}");
        out.extend(CANARIES.iter().filter(|canary| said.contains(**canary)).map(|canary| format!("{canary} in a row")));
    }
    out.retain(|table| !STAYS.contains(&table.as_str()));
    out
}

fn number(phone: &Phone, job: JobId) -> i64 {
    phone.database().query_row("SELECT id FROM job WHERE job = ?1", [job.to_bytes()], |row| row.get(0)).unwrap()
}

fn type_something(ran: &Phone, job: JobId) {
    let text = CANARIES[5].to_owned();
    ran.actions.put_draft(&PutDraft { key: format!("job/{job}/remark"), text }).unwrap();
}

fn files_of(phone: &Phone) -> usize {
    let Ok(folders) = fs::read_dir(phone.folder.path().join("photos")) else { return 0 };
    folders.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn a_job_that_was_taken_away_leaves_nothing_readable() {
    let mut shop = Shop::open();
    let (mut ran, canary, other) = worked(&mut shop);
    type_something(&ran, canary);
    ran.actions.put_draft(&PutDraft { key: format!("job/{other}/remark"), text: "还没说完".to_owned() }).unwrap();
    shop.log.exchange(&mut ran);
    let before = found(ran.folder.path(), &CANARIES);
    assert_eq!(before.len(), 6, "the canaries are there to be found: {before:?}");
    assert_eq!(files_of(&ran), 4);
    let number = number(&ran, canary);
    let named = traces(&ran, canary, number);
    for table in ["change", "draft", "job", "job_day", "job_key", "search", "金丝雀 in a row"] {
        assert!(named.contains(table), "{table} names the job before: {named:?}");
    }
    photos_sent(&ran, canary);
    // Pieces that were put aside hold the same texts.
    let order = DocId::Order(canary).to_string();
    for sql in [
        "INSERT INTO aside (doc, actor, from_seq, code, piece, at_ms, digest)
         SELECT doc, actor, 9, 'signature_invalid', bytes, 0, hash FROM change WHERE doc = ?1",
        "INSERT INTO stray (doc, actor, seq, hash, in_place) SELECT doc, actor, 9, hash, 1 FROM change WHERE doc = ?1",
    ] {
        assert_eq!(ran.database().execute(sql, [&order]).unwrap(), 1);
    }
    take_away(&mut shop, &mut ran, canary);
    assert_eq!(ran.store().purge_lost().unwrap(), [canary]);
    assert_eq!(found(ran.folder.path(), &CANARIES), Vec::<String>::new());
    assert_eq!(traces(&ran, canary, number), BTreeSet::new());
    assert_eq!(files_of(&ran), 2, "the other job's photo and its thumbnail stay");
    for doc in [DocId::Order(canary), DocId::Sheet(canary)] {
        let rows: u32 = ["change", "run", "paper", "photo", "held_piece", "quarantine", "stray", "aside", "refused"]
            .iter()
            .map(|table| -> u32 {
                let sql = format!("SELECT count(*) FROM {table} WHERE doc = ?1");
                ran.database().query_row(&sql, [doc.to_string()], |row| row.get(0)).unwrap()
            })
            .sum();
        assert_eq!(rows, 0, "{doc}");
    }
    assert!(ran.store().job_row(canary).unwrap().is_none());
    // The other job is as it was.
    assert_eq!(ran.facts(other).sheet.photos.len(), 1);
    assert_eq!(ran.actions.drafts(&format!("job/{other}/")).unwrap().len(), 1);
    assert_eq!(ran.store().purge_lost().unwrap(), []);
    let ran = ran.restart();
    assert_eq!(found(ran.folder.path(), &CANARIES), Vec::<String>::new());
}

#[test]
fn a_packed_job_leaves_nothing_readable_either() {
    let mut shop = Shop::open();
    let (mut ran, canary, _) = worked(&mut shop);
    ran.finish(canary, JobOutcome::Completed).unwrap();
    shop.log.exchange(&mut ran);
    photos_sent(&ran, canary);
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    ran.nature.pass(5 * DAY);
    let now = ran.nature.now_ms();
    assert_eq!(ran.store().pack_some(now, 100).unwrap().packed, 1);
    assert_eq!(ran.rows("pack"), 1);
    let number = number(&ran, canary);
    assert!(traces(&ran, canary, number).contains("pack"));
    take_away(&mut shop, &mut ran, canary);
    assert_eq!(ran.store().purge_lost().unwrap(), [canary]);
    assert_eq!((ran.rows("pack"), files_of(&ran)), (0, 2));
    assert_eq!(found(ran.folder.path(), &CANARIES), Vec::<String>::new());
    assert_eq!(traces(&ran, canary, number), BTreeSet::new());
}

/// The same deletions by a connection that does not overwrite what it frees: the canary test sees them.
#[test]
fn the_canary_test_sees_what_a_careless_deletion_leaves() {
    let mut shop = Shop::open();
    let (mut ran, canary, _) = worked(&mut shop);
    type_something(&ran, canary);
    shop.log.exchange(&mut ran);
    let (db, number) = (ran.database(), number(&ran, canary));
    db.execute_batch("PRAGMA secure_delete = OFF").unwrap();
    for table in ["change", "run", "paper"] {
        let sql = format!("DELETE FROM {table} WHERE doc IN (?1, ?2)");
        db.execute(&sql, [DocId::Order(canary).to_string(), DocId::Sheet(canary).to_string()]).unwrap();
    }
    db.execute("DELETE FROM job WHERE job = ?1", [canary.to_bytes()]).unwrap();
    db.execute("DELETE FROM draft", []).unwrap();
    let left = found(ran.folder.path(), &CANARIES);
    assert!(!left.is_empty(), "freed pages still hold what was in them");
    // Rows that no page search sees, because they are numbers or compressed.
    let left = traces(&ran, canary, number);
    for table in ["job_day", "job_key", "search"] {
        assert!(left.contains(table), "{left:?}");
    }
}

#[test]
fn own_work_stays_until_the_relay_has_it() {
    let mut shop = Shop::open();
    let (mut ran, canary, _) = worked(&mut shop);
    take_away(&mut shop, &mut ran, canary);
    assert_eq!(ran.store().purge_lost().unwrap(), [], "what was done here is only here");
    assert!(ran.store().jobs_of_day(NOON - DAY / 2, ran.nature.now_ms(), Some(member(RAN))).unwrap().len() == 1);
    shop.log.collect(&mut ran);
    assert_eq!(ran.store().purge_lost().unwrap(), [], "its photo is only here");
    photos_sent(&ran, canary);
    assert_eq!(ran.store().purge_lost().unwrap(), [canary]);
}

#[test]
fn an_owners_device_keeps_everything() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    let grant = Grant { job, member: member(OWNER), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.deliver(&mut desk);
    assert_eq!(desk.store().purge_lost().unwrap(), []);
    assert!(desk.store().job_row(job).unwrap().is_some());
}

#[test]
fn a_job_that_is_given_again_comes_back_whole_and_is_worked_on() {
    let mut shop = Shop::open();
    let (mut ran, canary, _) = worked(&mut shop);
    shop.log.exchange(&mut ran);
    photos_sent(&ran, canary);
    let (facts, entries) = (ran.facts(canary), shop.log.entries.clone());
    take_away(&mut shop, &mut ran, canary);
    assert_eq!(ran.store().purge_lost().unwrap(), [canary]);
    // As the relay does at a new grant: everything older comes again.
    let grant = Grant { job: canary, member: member(RAN), access: Access::Write };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    ran.store().absorb(&entries, Some(&shop.log.cursor()), NOON).unwrap();
    shop.log.deliver(&mut ran);
    ran.store().absorb(&shop.log.entries[shop.log.entries.len() - 1..], None, NOON).unwrap();
    assert_eq!(ran.facts(canary), facts);
    let appliance = facts.order.appliances[0].id;
    ran.actions.write_field(&field(canary, appliance, SheetField::Cause, "又来了")).unwrap();
    assert_eq!(shop.log.collect(&mut ran).len(), 1, "the run goes on where it was");
}

/// A finished job with two photos.
fn finished(shop: &mut Shop) -> (Phone, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    ran.shoot(job, pass_everything(&ran, job).appliances[0].id, &[PhotoStage::Before]);
    ran.finish(job, JobOutcome::Completed).unwrap();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    (ran, job)
}

#[test]
fn photos_of_jobs_closed_long_ago_go_and_their_words_stay() {
    let mut shop = Shop::open();
    let (ran, job) = finished(&mut shop);
    let drop_all = |phone: &Phone| {
        let now = phone.nature.now_ms();
        phone.store().drop_old_photos(now, 100).unwrap()
    };
    ran.nature.pass(366 * DAY);
    let first = ran.facts(job).sheet.photos[0].clone();
    for hash in [first.photo, first.thumb] {
        ran.store().note_photo_sent(&hash, 1, true).unwrap();
    }
    assert_eq!(drop_all(&ran), 0, "no owner's device has the work");
    ran.nature.pass(DAY);
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    assert_eq!(drop_all(&ran), 2, "the relay lacks the other one");
    photos_sent(&ran, job);
    assert_eq!(drop_all(&ran), 0, "once a day is enough");
    ran.nature.pass(DAY);
    assert_eq!(drop_all(&ran), 2);
    assert_eq!(files_of(&ran), 0);
    let photo = ran.facts(job).sheet.photos[0].clone();
    assert!(ran.actions.photo_bytes(&photo.photo).is_err());
    assert_eq!(ran.store().photo_to_fetch(true).unwrap(), None, "they don't come back by themselves");
    assert!(ran.store().photo_named(&photo.photo).unwrap().is_some(), "but when somebody asks");
}

#[test]
fn nothing_is_given_up_sooner_than_work_is_kept_and_never_on_an_owners_device() {
    let mut shop = Shop::open();
    let (ran, job) = finished(&mut shop);
    photos_sent(&ran, job);
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    ran.store().set_keep_days(1).unwrap();
    assert_eq!(ran.store().keep_days().unwrap(), 35);
    ran.nature.pass(34 * DAY);
    let now = ran.nature.now_ms();
    assert_eq!(ran.store().drop_old_photos(now, 100).unwrap(), 0);
    assert_eq!(ran.store().drop_old_photos(now + 2 * DAY, 1).unwrap(), 1, "in portions");
    assert_eq!(ran.store().drop_old_photos(now + 2 * DAY, 100).unwrap(), 3);
    let owner = shop.device(OWNER);
    assert_eq!(owner.store().drop_old_photos(now + 999 * DAY, 100).unwrap(), 0);
}

#[test]
fn room_is_made_of_full_pictures_that_the_relay_gives_back() {
    let mut shop = Shop::open();
    let (ran, job) = finished(&mut shop);
    let free = |phone: &Phone| {
        let room = phone.actions.storage().unwrap();
        (room.freeable_photos, phone.actions.free_photos(&mut Unwatched).unwrap().freeable_photos)
    };
    ran.nature.pass(15 * DAY);
    assert_eq!(free(&ran), (0, 0), "nothing of it is on the relay");
    photos_sent(&ran, job);
    assert_eq!(free(&ran), (0, 0), "no owner's device has the work");
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    let files = files_of(&ran);
    assert_eq!(free(&ran), (2, 0));
    assert_eq!(files_of(&ran), files - 2, "thumbnails stay");
    let photo = ran.facts(job).sheet.photos[0].clone();
    assert!(ran.actions.photo_bytes(&photo.thumb).is_ok());
    assert!(ran.actions.photo_bytes(&photo.photo).is_err());
    assert_eq!(ran.store().photo_to_fetch(true).unwrap(), None, "they don't come back by themselves");
    ran.store().note_photo_here(&photo.photo).unwrap();
    assert_eq!(ran.actions.storage().unwrap().freeable_photos, 1, "one that was looked at may go again");
}

#[test]
fn own_pictures_stay_for_a_fortnight_and_others_only_as_long_as_they_are_wanted() {
    let mut shop = Shop::open();
    let (ran, job) = finished(&mut shop);
    photos_sent(&ran, job);
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    ran.nature.pass(13 * DAY);
    assert_eq!(ran.actions.storage().unwrap().freeable_photos, 0);
    let mut owner = shop.device(OWNER);
    shop.log.exchange(&mut owner);
    for photo in owner.facts(job).sheet.photos {
        owner.store().note_photo_here(&photo.photo).unwrap();
    }
    assert_eq!(owner.actions.storage().unwrap().freeable_photos, 2);
}

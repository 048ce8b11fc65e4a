//! Texts that a person edits go into the search when nobody waits, and at the latest when something is looked for.

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{EraseJob, FindJobs, SheetField, WriteField};
use rusqlite::Connection;

use crate::cast::{OWNER, Phone, Shop, leaking_heater, member};

/// Every piece of the index, with its jobs.
fn pieces(db: &Connection) -> Vec<(String, i64)> {
    // A table of this connection alone: what it shows, the index holds.
    db.execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.said USING fts5vocab (main, search, row)").unwrap();
    let mut query = db.prepare("SELECT term, doc FROM temp.said ORDER BY term").unwrap();
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn waiting(phone: &Phone) -> i64 {
    phone.database().query_row("SELECT count(*) FROM search_due", [], |row| row.get(0)).unwrap()
}

fn shop_with_a_job() -> (Shop, Phone, JobId) {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    (shop, desk, job)
}

fn write(phone: &Phone, job: JobId, value: &str) {
    let appliance = phone.facts(job).order.appliances[0].id;
    let field = WriteField { job, appliance, field: SheetField::Fault, value: value.to_owned() };
    phone.actions.write_field(&field).unwrap();
}

fn found(phone: &Phone, typed: &str) -> Vec<JobId> {
    let found = phone.actions.find_jobs(&FindJobs { text: typed.to_owned() }).unwrap();
    found.jobs.into_iter().map(|card| card.job).collect()
}

#[test]
fn many_edits_of_a_job_touch_the_index_once_and_a_search_waits_for_none() {
    let (_shop, desk, job) = shop_with_a_job();
    let before = pieces(&desk.database());
    for text in ["水箱破裂", "水箱破裂，内胆漏", "接头松动"] {
        write(&desk, job, text);
    }
    assert_eq!((waiting(&desk), pieces(&desk.database())), (1, before));
    assert_eq!(found(&desk, "松动"), [job]);
    assert_eq!(waiting(&desk), 0);
    assert_eq!(found(&desk, "破裂"), [], "what was never looked for never went in");
    // As if it had been written so at once.
    let (_other, plain, same) = shop_with_a_job();
    write(&plain, same, "接头松动");
    assert_eq!(plain.store().catch_up_search(16).unwrap(), 1);
    assert_eq!(pieces(&desk.database()), pieces(&plain.database()));
    assert_eq!(plain.store().catch_up_search(16).unwrap(), 0);
}

#[test]
fn texts_that_wait_outlive_a_restart_and_a_change_from_elsewhere() {
    let (mut shop, mut desk, job) = shop_with_a_job();
    shop.log.exchange(&mut desk);
    write(&desk, job, "水箱破裂");
    let mut desk = desk.restart();
    assert_eq!(waiting(&desk), 1);
    shop.log.exchange(&mut desk);
    let mut other = shop.device(OWNER);
    shop.log.exchange(&mut other);
    write(&other, job, "接头松动");
    shop.log.exchange(&mut other);
    write(&desk, job, "水箱又破裂");
    // What comes from elsewhere brings the index up to both.
    shop.log.exchange(&mut desk);
    assert_eq!(waiting(&desk), 0);
    let facts = desk.facts(job);
    let says = facts.field(&facts.order.appliances[0], SheetField::Fault);
    for (text, word) in [("水箱又破裂", "又破"), ("接头松动", "松动")] {
        assert_eq!(found(&desk, word), if says == text { vec![job] } else { vec![] }, "{says}");
    }
    desk.database().execute("INSERT INTO search (search) VALUES ('integrity-check')", []).unwrap();
}

#[test]
fn a_job_that_goes_while_its_texts_wait_leaves_no_piece_and_no_row() {
    let (_shop, desk, job) = shop_with_a_job();
    let stays = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    assert_eq!(found(&desk, "罗桂香").len(), 2);
    let (_other, alone, _) = shop_with_a_job();
    write(&desk, job, "水箱破裂");
    write(&desk, job, "接头松动");
    let number = job.to_string();
    desk.actions.erase_job(&EraseJob { job, number_end: number[number.len() - 4..].to_owned() }).unwrap();
    assert_eq!(waiting(&desk), 0);
    assert_eq!(pieces(&desk.database()), pieces(&alone.database()), "those of the job that stays");
    assert_eq!(found(&desk, "罗桂香"), [stays]);
}

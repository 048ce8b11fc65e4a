//! A job's lines are kept between two looks: what is kept says the same as what is read anew.

use doorstep::store::HistoryRow;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;

use crate::cast::{OWNER, Phone, RAN, Shop, field, leaking_heater, member};

fn told(phone: &Phone, job: JobId) -> Vec<HistoryRow> {
    phone.store().history(job).unwrap()
}

/// What is told, and the phone opened again, so that nothing that was kept is used.
fn as_anew(phone: Phone, job: JobId) -> (Phone, Vec<HistoryRow>) {
    let kept = told(&phone, job);
    let phone = phone.restart();
    assert_eq!(kept, told(&phone, job));
    (phone, kept)
}

#[test]
fn kept_lines_follow_what_is_written_received_and_fetched() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(OWNER)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = ran.facts(job).order.appliances[0].id;

    let before = told(&ran, job);
    ran.actions.write_field(&field(job, appliance, SheetField::Fault, "加热管漏电")).unwrap();
    let written = told(&ran, job);
    assert_eq!((&written[..before.len()], written.len()), (&before[..], before.len() + 1), "a line is added");
    assert!(!written.last().unwrap().received);
    let (mut ran, written) = as_anew(ran, job);

    // The relay confirms it: a line that was kept becomes another.
    assert_eq!(told(&ran, job), written);
    shop.log.exchange(&mut ran);
    let (mut ran, confirmed) = as_anew(ran, job);
    assert!(confirmed.iter().all(|line| line.received));

    // A colleague's line comes in.
    desk.nature.pass(1_000);
    shop.log.exchange(&mut desk);
    desk.actions.write_field(&field(job, appliance, SheetField::Cause, "镁棒耗尽")).unwrap();
    shop.log.exchange(&mut desk);
    assert_eq!(told(&ran, job), confirmed);
    shop.log.exchange(&mut ran);
    let (_, fetched) = as_anew(ran, job);
    assert_eq!(fetched.len(), confirmed.len() + 1);
    assert_eq!(fetched.last().unwrap().member, desk.store().member(member(OWNER)).unwrap().name);
}

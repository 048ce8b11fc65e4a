//! Grants: desired state computed from the orders. An owner's device says the difference, then is quiet.

use doorstep::store::stuck::Stuck;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::Assign;
use doorstep_schemas::view::Remedy;
use doorstep_schemas::wire::{Access, Cursor, Entry, Grant, Outcome, Piece, PieceResult, Role, RoleKind, Status, kind};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, TIAN, entries, leaking_heater, member};
use crate::lists::cancel;

fn due(phone: &Phone) -> Vec<(&'static str, Access)> {
    let name = |grant: &Grant| [OWNER, RAN, TIAN].into_iter().find(|name| member(name) == grant.member).unwrap();
    let mut due: Vec<_> = phone.store().grants_due().unwrap().iter().map(|g| (name(g), g.access)).collect();
    due.sort();
    due
}

fn assign(desk: &Phone, job: JobId, names: &[&str]) {
    let members = names.iter().map(|name| member(name)).collect();
    desk.actions.assign(&Assign { job, members }).unwrap();
}

#[test]
fn an_owners_device_says_the_difference_and_then_is_quiet() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    assert_eq!(due(&desk), [(RAN, Access::Write)]);
    shop.log.exchange(&mut desk);
    assert_eq!(due(&desk), []);
    assert_eq!(shop.log.collect(&mut desk), Vec::new());
    assign(&desk, job, &[TIAN]);
    assert_eq!(due(&desk), [(RAN, Access::None), (TIAN, Access::Write)]);
    // Changed again before anything was said: only the end of it is.
    assign(&desk, job, &[RAN]);
    assert_eq!(due(&desk), []);
    assign(&desk, job, &[]);
    shop.log.exchange(&mut desk);
    assert_eq!(desk.store().access(job, member(RAN)).unwrap(), Access::None);
    let desk = desk.restart();
    assert_eq!((due(&desk), desk.store().outgoing(usize::MAX).unwrap().pieces), (Vec::new(), Vec::new()));
}

#[test]
fn two_owners_devices_agree_without_saying_it_twice() {
    let mut shop = Shop::open();
    let (mut desk, mut car) = (shop.device(OWNER), shop.device(OWNER));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut car);
    assert_eq!(due(&car), []);
    assert_eq!(shop.log.collect(&mut car), Vec::new());
    // Both reassign apart: the merged order decides, and whoever learns of it first says what is missing.
    assign(&desk, job, &[TIAN]);
    assign(&car, job, &[]);
    for phone in [&mut desk, &mut car] {
        shop.log.exchange(phone);
    }
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut car);
    for phone in [&desk, &car] {
        assert_eq!(due(phone), []);
        assert_eq!(phone.store().access(job, member(RAN)).unwrap(), Access::None);
        assert_eq!(phone.store().access(job, member(TIAN)).unwrap(), Access::Write);
    }
    let grants = |shop: &Shop| shop.log.entries.iter().filter(|entry| entry.piece.grant.is_some()).count();
    let said = grants(&shop);
    for _ in 0..3 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut car);
    }
    assert_eq!(grants(&shop), said);
}

#[test]
fn a_technicians_device_says_no_grants() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    // The order arrives before the grant that belongs to it.
    shop.log.collect(&mut desk);
    let order: Vec<_> = shop.log.entries.iter().filter(|entry| entry.piece.grant.is_none()).cloned().collect();
    let absorbed = ran.store().absorb(&order, None, NOON).unwrap();
    assert!(!absorbed.grants_due);
    assert_eq!(due(&ran), []);
    assert!(ran.facts(job).order.assignees.contains_key(&member(RAN)));
    assert_eq!(shop.log.collect(&mut ran), Vec::new());
}

#[test]
fn a_refused_grant_is_not_offered_without_end_and_the_owner_hears_of_it() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    let refuse = || refuse_grants(&shop, &desk);
    refuse();
    assert_eq!((due(&desk), desk.store().outgoing(usize::MAX).unwrap().pieces), (Vec::new(), Vec::new()));
    let told = || {
        let stuck = desk.store().stuck().unwrap();
        let told = |one: Stuck| (one.doc.clone(), one.code, one.by.clone(), one.remedies(true) == [Remedy::Retry]);
        stuck.into_iter().map(told).collect::<Vec<_>>()
    };
    let unopened = |name: &str| vec![(DocId::Order(job), ErrorCode::GrantRefused, name.to_owned(), true)];
    assert_eq!(told(), unopened(RAN));
    desk.actions.retry_stuck().unwrap();
    assert_eq!((due(&desk), told()), (vec![(RAN, Access::Write)], Vec::new()), "by hand it is said once more");
    refuse();
    assign(&desk, job, &[TIAN]);
    assert_eq!(told(), Vec::new(), "who has the job no longer is not missed");
    refuse();
    assert_eq!(told(), unopened(TIAN));
    desk.store().erase_job(job).unwrap();
    assert_eq!(told(), Vec::new());
}

/// The relay takes everything but grants.
fn refuse_grants(shop: &Shop, desk: &Phone) {
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let results = outgoing.pieces.iter().map(|piece| PieceResult {
        outcome: if piece.piece.grant.is_some() { Outcome::Refused } else { Outcome::Accepted },
        log_seq: Some(7),
        want_from: None,
        code: None,
        inbox: None,
    });
    let header = shop.log.header(results.collect());
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
}

fn grant(job: JobId, name: &str, access: Access) -> Piece {
    let grant = Grant { job, member: member(name), access };
    Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() }
}

fn role(name: &str, roles: &[RoleKind], status: Status) -> Piece {
    let role = Role { member: member(name), name: name.to_owned(), roles: roles.to_vec(), status };
    Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() }
}

#[test]
fn a_grant_that_comes_again_from_before_takes_nothing_back() {
    let mut shop = Shop::open();
    let ran = shop.device(RAN);
    let job = JobId::mint(1, [1; 10]);
    let said = [(60, Access::Write), (61, Access::None), (62, Access::Write)];
    let entry = |n: usize| entries(said[n].0, [grant(job, RAN, said[n].1)]);
    for n in [0, 1, 2, 0, 1] {
        ran.store().absorb(&entry(n), None, NOON).unwrap();
    }
    assert_eq!(ran.store().access(job, member(RAN)).unwrap(), Access::Write, "the newest word stands");
    // A restored relay's log is another one: its words are newer, whatever their numbers.
    ran.store().forget_confirmations().unwrap();
    ran.store().absorb(&entry(1), None, NOON).unwrap();
    assert_eq!(ran.store().access(job, member(RAN)).unwrap(), Access::None);
}

#[test]
fn what_this_device_said_itself_is_newer_than_what_it_reads_of_the_log_before_that() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let taken = |log_seq| PieceResult { outcome: Outcome::Accepted, log_seq, want_from: None, code: None, inbox: None };
    let results = (70..).take(outgoing.pieces.len()).map(|seq| taken(Some(seq))).collect();
    let header = shop.log.header(results);
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    assert_eq!(due(&desk), []);
    let other_owner = entries(69, [grant(job, RAN, Access::None)]);
    assert!(!desk.store().absorb(&other_owner, None, NOON).unwrap().grants_due, "said once is said");
    assert_eq!((due(&desk), desk.store().access(job, member(RAN)).unwrap()), (vec![], Access::Write));
}

#[test]
fn who_becomes_an_owner_stays_one_when_the_older_log_is_handed_over() {
    let mut shop = Shop::open();
    let (ran, fresh) = (shop.device(RAN), shop.stranger(RAN));
    const OPENING: u64 = 80;
    let older = [
        role(RAN, &[RoleKind::Technician], Status::Active),
        role(TIAN, &[RoleKind::Technician], Status::Active),
        role(TIAN, &[RoleKind::Technician], Status::Left),
    ];
    // 田 left at 79, and the device of then knows it.
    ran.store().absorb(&entries(79, [older[2].clone()]), None, NOON).unwrap();
    let opening = role(RAN, &[RoleKind::Owner], Status::Active);
    let parts = (1..).zip([opening].into_iter().chain(older));
    let handed: Vec<Entry> =
        parts.map(|(part, piece)| Entry { seq: OPENING, hash: [0; 8], part: part % 4, at_ms: NOON, piece }).collect();
    for (phone, batch) in [(&ran, 1), (&fresh, 1), (&ran, 4), (&fresh, 3)] {
        phone.database().execute("UPDATE member SET rank = 0", []).unwrap();
        for entries in handed.chunks(batch) {
            let last = entries.last().unwrap();
            let cursor = Cursor { epoch: [3; 8], seq: OPENING, hash: last.hash, part: last.part };
            phone.store().absorb(entries, Some(&cursor), NOON).unwrap();
        }
        assert!(phone.store().is_owner(member(RAN)).unwrap());
        assert!(!phone.store().member(member(TIAN)).unwrap().active);
    }
}

#[test]
fn who_is_taken_off_a_job_before_a_restored_log_was_heard_again_is_taken_off_in_it_too() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    desk.store().forget_confirmations().unwrap();
    assert_eq!(due(&desk), [(RAN, Access::Write)]);
    // The log that was put back may give it to him still.
    assign(&desk, job, &[TIAN]);
    assert_eq!(due(&desk), [(RAN, Access::None), (TIAN, Access::Write)]);
    desk.store().forget_confirmations().unwrap();
    assert_eq!(due(&desk), [(RAN, Access::None), (TIAN, Access::Write)]);
}

#[test]
fn a_grant_whose_answer_was_lost_is_taken_back_when_the_job_goes_to_somebody_else() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    let sent = desk.store().grants_due().unwrap();
    desk.store().grants_leave(&sent).unwrap();
    assign(&desk, job, &[TIAN]);
    assert_eq!(due(&desk), [(RAN, Access::None), (TIAN, Access::Write)]);
    // And the other way: taken off, the answer lost, and given back.
    let sent = desk.store().grants_due().unwrap();
    desk.store().grants_leave(&sent).unwrap();
    assign(&desk, job, &[RAN]);
    assert_eq!(due(&desk), [(RAN, Access::Write), (TIAN, Access::None)]);
}

/// An exchange, and what follows from it about past jobs.
fn meet(shop: &mut Shop, phone: &mut Phone, now: i64) {
    shop.log.exchange(phone);
    if phone.store().queue_history(now).unwrap() {
        shop.log.collect(phone);
        shop.log.deliver(phone);
    }
}

fn accesses(phone: &Phone, job: JobId) -> [Access; 2] {
    [RAN, TIAN].map(|name| phone.store().access(job, member(name)).unwrap())
}

const DAY: i64 = 86_400_000;

#[test]
fn who_has_a_job_today_or_tomorrow_reads_the_past_ones_of_the_same_machine_until_the_visit_is_over() {
    let mut shop = Shop::open();
    let (mut desk, mut car) = (shop.device(OWNER), shop.device(OWNER));
    let past = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    meet(&mut shop, &mut desk, NOON);
    cancel(&desk, past);
    meet(&mut shop, &mut desk, NOON);
    assert_eq!(accesses(&desk, past), [Access::Write, Access::None]);

    let mut later = leaking_heater(&[member(TIAN)]);
    // Another phone, the same serial.
    later.customer.phone = "13800007777".to_owned();
    let again = desk.actions.take_order(&later).unwrap().card.job;
    let mut strange = leaking_heater(&[member(TIAN)]);
    (strange.customer.phone, strange.appliances[0].serial) = ("13800008888".to_owned(), "LY85-9999".to_owned());
    desk.actions.take_order(&strange).unwrap();
    // Three days before the visit it is not time yet.
    meet(&mut shop, &mut desk, NOON - 3 * DAY);
    assert_eq!(accesses(&desk, past), [Access::Write, Access::None]);
    meet(&mut shop, &mut desk, NOON - DAY);
    assert_eq!(accesses(&desk, past), [Access::Write, Access::Read]);
    assert_eq!(accesses(&desk, again), [Access::None, Access::Write]);
    // Another owner's device, whose clock is days behind, takes nothing away; both are quiet.
    for _ in 0..3 {
        meet(&mut shop, &mut car, NOON - 3 * DAY);
        meet(&mut shop, &mut desk, NOON);
    }
    let said = shop.log.head();
    meet(&mut shop, &mut car, NOON - 3 * DAY);
    meet(&mut shop, &mut desk, NOON);
    assert_eq!((shop.log.head(), accesses(&car, past)), (said, [Access::Write, Access::Read]));

    // Two owners assign apart: the merged order decides, and history follows it.
    assign(&desk, again, &[RAN]);
    assign(&car, again, &[]);
    for _ in 0..3 {
        meet(&mut shop, &mut desk, NOON);
        meet(&mut shop, &mut car, NOON);
    }
    let said = shop.log.head();
    meet(&mut shop, &mut desk, NOON);
    meet(&mut shop, &mut car, NOON);
    assert_eq!(shop.log.head(), said, "quiet");
    assert_eq!(accesses(&desk, past), accesses(&car, past));
    assert_eq!(accesses(&desk, past)[1], Access::None, "田勇 has no visit there any more");
    assign(&desk, again, &[TIAN]);
    meet(&mut shop, &mut desk, NOON);
    assert_eq!(accesses(&desk, past)[1], Access::Read);
    cancel(&desk, again);
    meet(&mut shop, &mut desk, NOON);
    assert_eq!(accesses(&desk, past)[1], Access::None, "the visit is over");
    let rebuilt = desk.restart();
    assert_eq!(due(&rebuilt), []);
}

#[test]
fn a_visit_that_is_over_before_the_log_could_be_told_of_it_opens_no_past_job() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let past = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    meet(&mut shop, &mut desk, NOON);
    cancel(&desk, past);
    meet(&mut shop, &mut desk, NOON);
    let again = desk.actions.take_order(&leaking_heater(&[member(TIAN)])).unwrap().card.job;
    desk.store().queue_history(NOON).unwrap();
    assert_eq!(due(&desk), [(TIAN, Access::Read), (TIAN, Access::Write)]);
    cancel(&desk, again);
    desk.store().queue_history(NOON).unwrap();
    assert_eq!(due(&desk), [(TIAN, Access::Write)]);
}

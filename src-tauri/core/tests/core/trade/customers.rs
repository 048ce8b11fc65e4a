//! Customers, contracts, reminders, calls and failures at the owner's desk (R9, R36, R37, R46).

use std::collections::BTreeMap;

use doorstep::actions::facts::FactError;
use doorstep::domain::calendar;
use doorstep::nature::Nature;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    CountFailures, DeskFact, EndContract, ExportTable, ListCustomers, ListReminders, NewValue, NoteOnCustomer,
    OneCustomer, OneSetKind, OrderDetails, OrderFact, OrderVisit, ReviseSet, RosterFact, TableFormat, TableWhat,
    TakeOrder, TellReminder,
};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::signature::Beacon;
use doorstep_schemas::view::{
    CallReason, Coverage, CustomerView, Fen, FollowUpKind, FormValue, JobKind, JobOutcome, Language, MayRefer, Millis,
    PaidFor, ReferralReason, ReminderLine, ReminderReason, Segment, Source,
};

use crate::cast::deeds::{detailed, payment};
use crate::cast::{MINUTE, OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything};

const DAY: i64 = 24 * 60;
const PHONE: &str = "13800001099";

fn order(phone: &str, serial: &str) -> TakeOrder {
    let mut order = leaking_heater(&[member(OWNER)]);
    order.customer.phone = phone.to_owned();
    order.appliances[0].serial = serial.to_owned();
    order
}

/// A repair that is done.
fn served(desk: &Phone, phone: &str, serial: &str) -> JobId {
    let job = desk.actions.take_order(&order(phone, serial)).unwrap().card.job;
    pass_everything(desk, job);
    desk.finish(job, JobOutcome::Completed).unwrap();
    job
}

fn phones(desk: &Phone, text: &str) -> Vec<(String, u32)> {
    let found =
        desk.actions.list_customers(&ListCustomers { text: text.to_owned(), segment: None, after: None }).unwrap();
    found.customers.into_iter().map(|line| (line.phone, line.jobs)).collect()
}

fn customer(desk: &Phone, phone: &str) -> CustomerView {
    desk.actions.customer(&OneCustomer { phone: phone.to_owned() }).unwrap()
}

fn written(text: &str, withdraws: Option<ShortId>) -> NoteOnCustomer {
    NoteOnCustomer { phone: PHONE.to_owned(), text: text.to_owned(), withdraws }
}

fn due(desk: &Phone, reason: ReminderReason) -> Vec<ReminderLine> {
    desk.actions.reminders(&ListReminders { reason, after: None }).unwrap().lines
}

#[test]
fn r9_a_customer_is_known_by_the_phone_and_stands_in_the_list_once() {
    let desk = Shop::open().device(OWNER);
    for (phone, serial) in [("13800001099", "LY1"), ("13900002000", "LY2"), ("138 0000 1099", "LY3")] {
        desk.pass(5);
        desk.actions.take_order(&order(phone, serial)).unwrap();
    }
    let all = [("13800001099".to_owned(), 2), ("13900002000".to_owned(), 1)];
    assert_eq!(phones(&desk, ""), all);
    assert_eq!(phones(&desk, "罗桂香"), all);
    assert_eq!(phones(&desk, "2000"), [("13900002000".to_owned(), 1)]);
    let (first, next) = desk.store().customers(None, 1, |_| true).unwrap();
    let (rest, end) = desk.store().customers(next, 5, |_| true).unwrap();
    assert_eq!((first[0].phone.as_str(), rest.len(), rest[0].phone.as_str(), end), (PHONE, 1, "13900002000", None));
    assert_eq!(customer(&desk, "+86 138-0000-1099").jobs.len(), 2);
    assert!(matches!(
        desk.actions.customer(&OneCustomer { phone: "137".to_owned() }),
        Err(FactError::Unknown("customer"))
    ));
}

#[test]
fn r9_the_book_of_customers_is_told_apart_by_segment() {
    let desk = Shop::open().device(OWNER);
    let take = |phone: &str, address: &str, segment| {
        let mut order = detailed(order(phone, ""), OrderDetails { segment, ..OrderDetails::default() });
        order.customer.address = address.to_owned();
        desk.pass(5);
        desk.actions.take_order(&order).unwrap();
    };
    take("13800001099", "南门小区 3-1", None);
    take("13900002000", "大湾乡三组", None);
    take("13900003000", "老街 27 号", Some(Segment::Vip));
    let list = |text: &str, segment: Option<Segment>| {
        let asked = ListCustomers { text: text.to_owned(), segment, after: None };
        let found = desk.actions.list_customers(&asked).unwrap().customers;
        found.into_iter().map(|line| (line.phone, line.segment)).collect::<Vec<_>>()
    };
    let (town, village, vip) = (
        ("13800001099".to_owned(), Segment::Town),
        ("13900002000".to_owned(), Segment::Village),
        ("13900003000".to_owned(), Segment::Vip),
    );
    assert_eq!(list("", None), [vip.clone(), village.clone(), town]);
    assert_eq!(list("", Some(Segment::Village)), std::slice::from_ref(&village));
    assert_eq!(list("罗桂香", Some(Segment::Vip)), [vip]);
    assert_eq!(list("2000", Some(Segment::Vip)), []);
    take("13900002000", "新集镇幸福苑", Some(Segment::Vip));
    assert_eq!(list("", Some(Segment::Village)), [], "the newest job says who they are");
}

#[test]
fn r37_a_repair_that_was_given_up_leads_to_a_sale_that_is_written_down() {
    let desk = Shop::open().device(OWNER);
    served(&desk, PHONE, "LY85-1");
    assert_eq!(customer(&desk, PHONE).may_refer, None, "it works again");
    let job = desk.actions.take_order(&order(PHONE, "LY85-1")).unwrap().card.job;
    pass_everything(&desk, job);
    desk.finish(job, JobOutcome::GivenUp).unwrap();
    let view = customer(&desk, PHONE);
    assert_eq!(view.may_refer, Some(MayRefer { job, why: ReferralReason::GivenUp }));
    let said = |text: &str, sold| DeskFact::Referral {
        job: Some(job),
        text: text.to_owned(),
        member: Some(member(OWNER)),
        sold_fen: Fen(sold),
    };
    assert!(matches!(desk.actions.desk_notes(&said(" ", 0)), Err(FactError::Required("text"))));
    desk.actions.desk_notes(&said("想换 65 升的", 0)).unwrap();
    desk.pass(1);
    desk.actions.desk_notes(&said("买了 ES65H", 189_900)).unwrap();
    let told: Vec<_> =
        customer(&desk, PHONE).referrals.into_iter().map(|one| (one.text, one.sold, one.member)).collect();
    let by = || Some(OWNER.to_owned());
    assert_eq!(told, [("买了 ES65H".to_owned(), Fen(189_900), by()), ("想换 65 升的".to_owned(), Fen(0), by())]);
    served(&desk, "13900002000", "LY85-9");
    assert_eq!(customer(&desk, "13900002000").referrals, [], "another customer's");
}

#[test]
fn r6_r46_direct_jobs_are_listed_for_the_maker_until_it_has_them() {
    let desk = Shop::open().device(OWNER);
    let take = |source, maker_order: &str| {
        let mut order = detailed(order(PHONE, ""), OrderDetails { source, ..OrderDetails::default() });
        order.maker_order = maker_order.to_owned();
        desk.pass(5);
        desk.actions.take_order(&order).unwrap().card.job
    };
    let first = take(Some(Source::Direct), "");
    take(Some(Source::Maker), "");
    take(Some(Source::WalkIn), "LY20261121001");
    let last = take(Some(Source::WalkIn), "");
    let listed = || desk.actions.unreported().unwrap().jobs.into_iter().map(|card| card.job).collect::<Vec<_>>();
    assert_eq!(listed(), [first, last], "oldest first");
    let (what, format, language) = (TableWhat::Unreported, TableFormat::Csv, Language::Zh);
    let file = desk.actions.export_table(&ExportTable { what, format, language, bytes: false }).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert_eq!((file.rows, text.lines().count()), (2, 3));
    assert!(file.name.starts_with("待报厂家-") && text.contains(PHONE) && text.contains("罗桂香"), "{text}");
    desk.actions.note_on_order(first, &OrderFact::Cancel { reason: "重复".to_owned() }).unwrap();
    assert_eq!(listed(), [last]);
    let ran = Shop::open().device(RAN);
    assert!(matches!(ran.actions.unreported(), Err(FactError::OwnerOnly)));
}

#[test]
fn r9_a_customers_page_has_machines_history_and_notes() {
    let desk = Shop::open().device(OWNER);
    let first = served(&desk, PHONE, "LY85-1");
    desk.pass(DAY);
    let again = served(&desk, PHONE, "ly85-1 ");
    let view = customer(&desk, PHONE);
    assert_eq!(view.jobs.iter().map(|card| card.job).collect::<Vec<_>>(), [again, first]);
    assert_eq!((view.machines.len(), view.machines[0].last_job), (1, again), "one machine, seen twice");
    let note = |text: &str| desk.actions.note_on_customer(&written(text, None));
    assert!(matches!(note(" "), Err(FactError::Required("text"))));
    note("院里有狗").unwrap();
    desk.pass(1);
    note("下午在家").unwrap();
    let notes: Vec<String> = customer(&desk, PHONE).notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["下午在家", "院里有狗"]);
    let slip = customer(&desk, PHONE).notes[0].id;
    desk.actions.note_on_customer(&written("", Some(slip))).unwrap();
    let notes: Vec<String> = customer(&desk, PHONE).notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["院里有狗"]);
    let again = desk.actions.note_on_customer(&written("", Some(slip)));
    assert!(matches!(again, Err(FactError::Unknown("note"))));
}

#[test]
fn r37_an_inspection_that_a_contract_promises_becomes_one_order_and_never_two() {
    let desk = Shop::open().device(OWNER);
    served(&desk, PHONE, "LY85-1");
    let contract = desk
        .actions
        .desk_notes(&DeskFact::Contract {
            customer: "罗桂香".to_owned(),
            phone: PHONE.to_owned(),
            appliance: "凌越热水器".to_owned(),
            from: Some(Millis(desk.nature.now_ms())),
            months: 24,
            every: 6,
            fen: Fen(20_000),
            ended: false,
        })
        .unwrap();
    assert_eq!(due(&desk, ReminderReason::Contract), [], "half a year is not over");
    desk.pass(160 * DAY);
    let line = due(&desk, ReminderReason::Contract).remove(0);
    assert_eq!((line.contract, line.ordered, line.phone.as_str()), (Some(contract), None, PHONE));
    let ask = OrderVisit {
        phone: line.phone,
        job: line.job,
        kind: JobKind::Maintenance,
        what: "合同保养".to_owned(),
        contract: line.contract,
    };
    let made = desk.actions.order_visit(&ask).unwrap().card;
    assert_eq!((made.kind, made.customer.as_str(), made.finished_at), (JobKind::Maintenance, "罗桂香", None));
    let order = desk.facts(made.job).order;
    assert!(order.source.is(Source::Contract));
    assert_eq!((order.contract, order.coverage), (contract.to_string(), Coverage::Contract));
    let agreed = order.window.map(|window| (window.from.0 - line.since.0, window.to.0 - line.since.0));
    assert!(agreed.is_some_and(|(from, to)| from < to && to <= DAY * 60_000), "on the contract's day: {agreed:?}");
    assert_eq!(desk.actions.order_visit(&ask).unwrap().card.job, made.job, "asked twice, made once");
    assert_eq!(due(&desk, ReminderReason::Contract)[0].ordered, Some(made.job));
    desk.pass(1);
    desk.actions.end_contract(&EndContract { contract }).unwrap();
    assert_eq!(due(&desk, ReminderReason::Contract), []);
    let contracts = customer(&desk, PHONE).contracts;
    assert_eq!((contracts.len(), contracts[0].ended), (1, true), "one contract, ended");
}

/// A contract of half-yearly visits from today on.
fn contracted(desk: &Phone, phone: &str, appliance: &str) -> ShortId {
    let from = Some(Millis(calendar::day_start(desk.nature.now_ms())));
    let (customer, phone, appliance) = ("罗桂香".to_owned(), phone.to_owned(), appliance.to_owned());
    let fact = DeskFact::Contract { customer, phone, appliance, from, months: 24, every: 6, fen: Fen(0), ended: false };
    desk.actions.desk_notes(&fact).unwrap()
}

fn cancel(desk: &Phone, job: JobId) {
    let fact = OrderFact::Cancel { reason: "用户不要".to_owned() };
    desk.actions.note_on_order(job, &fact).unwrap();
}

/// The relay has just answered, by a clock that goes like this device's.
fn met(shop: &Shop, phone: &Phone) {
    let now = phone.nature.now_ms();
    let mut header = shop.log.header(Vec::new());
    let Beacon { seq, hash, .. } = header.beacon;
    header.beacon = Beacon::sign(shop.outlet, header.epoch, now, seq, hash, &shop.relay);
    phone.store().note_answer(&header, now).unwrap();
}

fn taken(desk: &Phone) -> Vec<JobId> {
    desk.actions.take_due_visits().unwrap()
}

#[test]
fn r37_a_contracts_visit_becomes_an_order_by_itself_once_on_both_owners_devices() {
    let mut shop = Shop::open();
    let (mut desk, mut home) = (shop.device(OWNER), shop.device(OWNER));
    served(&desk, PHONE, "LY85-1");
    let contract = contracted(&desk, PHONE, "凌越热水器");
    let meet = |shop: &mut Shop, desk: &mut Phone, home: &mut Phone| {
        shop.log.exchange(desk);
        shop.log.exchange(home);
        shop.log.exchange(desk);
        met(shop, desk);
        met(shop, home);
    };
    let later = |desk: &Phone, home: &Phone, days: i64| {
        desk.pass(days * DAY);
        home.pass(days * DAY);
    };
    meet(&mut shop, &mut desk, &mut home);
    assert_eq!(taken(&desk), [], "half a year is not over");
    later(&desk, &home, 177);
    assert_eq!(taken(&desk), [], "nobody met the relay for half a year: others may know better");
    meet(&mut shop, &mut desk, &mut home);

    let mut heard = desk.actions.events.subscribe();
    let here = taken(&desk);
    assert!(matches!(heard.try_recv(), Ok(CoreEvent::JobsChanged { .. })));
    assert!(matches!(heard.try_recv(), Ok(CoreEvent::VisitsTaken { jobs }) if jobs == here));
    home.pass(90);
    assert_eq!((here.len(), taken(&home)), (1, here.clone()), "apart, and the same order");
    meet(&mut shop, &mut desk, &mut home);
    for phone in [&desk, &home] {
        assert_eq!((phones(phone, PHONE), taken(phone)), (vec![(PHONE.to_owned(), 2)], vec![]));
        let order = phone.facts(here[0]).order;
        assert_eq!((order.appliances.len(), order.contested.len()), (1, 0), "nothing to decide");
        assert_eq!((order.contract, order.coverage), (contract.to_string(), Coverage::Contract));
        assert_eq!(phone.actions.conflicts(here[0]).unwrap().len(), 0);
        assert_eq!(due(phone, ReminderReason::Contract)[0].ordered, Some(here[0]));
    }

    cancel(&home, here[0]);
    meet(&mut shop, &mut desk, &mut home);
    assert_eq!((taken(&desk), taken(&home)), (vec![], vec![]), "whoever cancels it has decided");
    let line = due(&desk, ReminderReason::Contract).remove(0);
    let what = String::new();
    let ask = OrderVisit { phone: line.phone, job: None, kind: JobKind::Maintenance, what, contract: line.contract };
    let again = desk.actions.order_visit(&ask).unwrap().card.job;
    assert_ne!(again, here[0], "a person may ask for it all the same");
    assert_eq!(customer(&desk, PHONE).contracts[0].ordered, Some(again));
}

#[test]
fn r37_an_outlet_says_itself_when_contracts_are_ordered_and_whom_it_reminds() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    served(&desk, PHONE, "LY85-1");
    contracted(&desk, PHONE, "凌越热水器");
    let form = desk.actions.set_form(&OneSetKind { kind: SetKind::Reminders }).unwrap();
    let fields: Vec<&str> = form.rows.iter().flat_map(|row| &row.fields).map(|field| field.label.zh.as_str()).collect();
    assert!(fields.contains(&"到期前自动下单") && fields.contains(&"刚服务过不提醒"), "{fields:?}");
    let number = |pointer: &str, number| NewValue { pointer: pointer.to_owned(), value: FormValue::Number(number) };
    // From the first month to the last: there is no day without it.
    let values = vec![
        number("/contracts/order_days", 20),
        number("/seasons/1/from_month", 1),
        number("/seasons/1/to_month", 12),
        number("/quiet_months", 1),
    ];
    let drafted = desk.actions.revise_set(&ReviseSet { kind: SetKind::Reminders, values }).unwrap();
    desk.pass(165 * DAY);
    shop.log.exchange(&mut desk);
    met(&shop, &desk);
    assert_eq!((taken(&desk), due(&desk, ReminderReason::Season).len()), (vec![], 0));
    let now = desk.nature.now_ms();
    desk.actions.publish_rule_set(SetKind::Reminders, drafted.file.as_bytes(), now).unwrap();
    desk.pass(1);
    assert_eq!((due(&desk, ReminderReason::Season).len(), taken(&desk).len()), (1, 1));
}

#[test]
fn r37_each_contract_has_its_own_order_and_an_outlet_may_take_them_by_hand() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    served(&desk, PHONE, "LY85-1");
    let heater = contracted(&desk, PHONE, "凌越热水器");
    let cooler = contracted(&desk, PHONE, "北岭空调");
    desk.pass(178 * DAY);
    shop.log.exchange(&mut desk);
    met(&shop, &desk);
    let switch = |value: &str| {
        let fact = RosterFact::About { key: "outlet/contract_visits".to_owned(), value: value.to_owned() };
        desk.actions.note_on_roster(&fact).unwrap();
    };
    switch("off");
    assert_eq!(taken(&desk), []);
    switch("on");
    let jobs = taken(&desk);
    let of_cooler = jobs.iter().find(|job| desk.facts(**job).order.contract == cooler.to_string()).copied().unwrap();
    assert_eq!(jobs.len(), 2, "one for each contract");
    let of_heater = jobs.iter().find(|job| **job != of_cooler).copied();
    let ordered: BTreeMap<ShortId, Option<JobId>> =
        customer(&desk, PHONE).contracts.iter().map(|contract| (contract.id, contract.ordered)).collect();
    assert_eq!(ordered, [(heater, of_heater), (cooler, Some(of_cooler))].into());
}

#[test]
fn r37_reminders_come_from_the_rows_and_a_customer_is_told_once() {
    let desk = Shop::open().device(OWNER);
    let job = served(&desk, PHONE, "LY85-1");
    desk.pass(DAY);
    let other = served(&desk, "13900002000", "LY85-2");
    let season = |desk: &Phone| due(desk, ReminderReason::Season).into_iter().map(|line| line.job).collect::<Vec<_>>();
    assert_eq!(season(&desk), [], "somebody has just been there");
    // Next October.
    desk.pass(330 * DAY);
    assert_eq!(season(&desk), [Some(job), Some(other)], "the longest unserved first");
    assert_eq!(due(&desk, ReminderReason::Age), []);
    let tell = |told| desk.actions.tell_reminder(&TellReminder { job, reason: ReminderReason::Season, told }).unwrap();
    tell(true);
    assert_eq!(season(&desk), [Some(other)]);
    tell(false);
    assert_eq!(season(&desk), [Some(job), Some(other)]);
    let quiet = DeskFact::FollowUp {
        job: other,
        kind: FollowUpKind::Call,
        stars: 0,
        chips: String::new(),
        text: String::new(),
        do_not_contact: true,
        complaint: false,
        handled: false,
    };
    desk.actions.desk_notes(&quiet).unwrap();
    assert_eq!(season(&desk), [Some(job)], "who asked to be left alone is");
    assert!(customer(&desk, "13900002000").quiet);
    let again = served(&desk, PHONE, "LY85-1");
    assert_eq!(season(&desk), [], "served {again:?} a moment ago");
}

#[test]
fn r36_who_paid_more_is_called_and_silence_is_listed_until_somebody_calls() {
    let desk = Shop::open().device(OWNER);
    let job = served(&desk, PHONE, "LY85-1");
    let quiet = served(&desk, "13900002000", "LY85-2");
    desk.note(job, payment(30_001, PaidFor::Work)).unwrap();
    let view = desk.actions.follow_ups().unwrap();
    let calls: Vec<_> = view.calls.iter().map(|line| (line.card.job, line.why.clone())).collect();
    assert_eq!((calls, view.silent.len()), (vec![(job, vec![CallReason::Paid])], 0));
    desk.pass(73 * 60);
    let view = desk.actions.follow_ups().unwrap();
    assert_eq!(view.silent.iter().map(|card| card.job).collect::<Vec<_>>(), [quiet, job]);
    for of in [job, quiet] {
        let call = DeskFact::FollowUp {
            job: of,
            kind: FollowUpKind::Call,
            stars: 5,
            chips: String::new(),
            text: "满意".to_owned(),
            do_not_contact: false,
            complaint: false,
            handled: true,
        };
        desk.actions.desk_notes(&call).unwrap();
    }
    let view = desk.actions.follow_ups().unwrap();
    assert_eq!((view.calls.len(), view.silent.len()), (0, 0));
}

#[test]
fn r46_failures_of_a_period_are_counted_by_model_and_fault() {
    let desk = Shop::open().device(OWNER);
    let before = desk.nature.now_ms();
    let jobs = [served(&desk, PHONE, "LY85-1"), served(&desk, "13900002000", "LY85-2")];
    let count = |from, to| desk.actions.failure_counts(&CountFailures { from: Millis(from), to: Millis(to) }).unwrap();
    let found = count(before, before + DAY * MINUTE);
    assert_eq!((found.repairs, found.lines.len(), found.shortened), (2, 1, false));
    let line = &found.lines[0];
    assert_eq!((line.model.as_str(), line.fault.as_str(), line.count), ("DSK-85", "漏水", 2));
    assert!(jobs.iter().all(|job| line.jobs.contains(job)));
    assert_eq!(count(before - 10 * DAY * MINUTE, before - DAY * MINUTE).repairs, 0);
}

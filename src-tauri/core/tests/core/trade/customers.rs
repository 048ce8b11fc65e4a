//! Customers, contracts, reminders, calls and failures at the owner's desk (R9, R36, R37, R46).

use doorstep::actions::facts::FactError;
use doorstep::nature::Nature;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{
    CountFailures, DeskFact, EndContract, ExportTable, ListCustomers, ListReminders, NoteOnCustomer, OneCustomer,
    OrderDetails, OrderFact, OrderVisit, TableFormat, TableWhat, TakeOrder, TellReminder,
};
use doorstep_schemas::view::{
    CallReason, CustomerView, Fen, FollowUpKind, JobKind, JobOutcome, Language, MayRefer, Millis, PaidFor,
    ReferralReason, ReminderLine, ReminderReason, Segment, Source,
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
    let note =
        |text: &str| desk.actions.note_on_customer(&NoteOnCustomer { phone: PHONE.to_owned(), text: text.to_owned() });
    assert!(matches!(note(" "), Err(FactError::Required("text"))));
    note("院里有狗").unwrap();
    desk.pass(1);
    note("下午在家").unwrap();
    let notes: Vec<String> = customer(&desk, PHONE).notes.into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["下午在家", "院里有狗"]);
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
    assert!(desk.facts(made.job).order.source.is(Source::Contract));
    assert_eq!(desk.actions.order_visit(&ask).unwrap().card.job, made.job, "asked twice, made once");
    assert_eq!(due(&desk, ReminderReason::Contract)[0].ordered, Some(made.job));
    desk.pass(1);
    desk.actions.end_contract(&EndContract { contract }).unwrap();
    assert_eq!(due(&desk, ReminderReason::Contract), []);
    let contracts = customer(&desk, PHONE).contracts;
    assert_eq!((contracts.len(), contracts[0].ended), (1, true), "one contract, ended");
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

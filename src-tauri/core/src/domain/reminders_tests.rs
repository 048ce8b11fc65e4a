//! Machines, reminders and contracts as they come from jobs in any order.

use super::*;
use crate::domain::facts::{FieldValue, Purchase};
use crate::domain::record::At;
use crate::domain::scene::{DAY, NOON, id, job, job_id, member, noted, outcome};
use proptest::prelude::*;

fn at(year: i32, month: u32, day: u32) -> i64 {
    calendar::moment(year, month, day, 0).unwrap()
}

fn machine(kind: ApplianceKind, made: Option<i64>, served: i64) -> Machine {
    let text = String::new;
    Machine {
        kind,
        brand: text(),
        model: text(),
        serial: text(),
        customer: text(),
        phone: text(),
        made,
        served,
        last_job: job_id(1),
    }
}

fn reasons(machine: &Machine, now: i64) -> Vec<ReminderReason> {
    due(machine, &ReminderRules::default(), now).into_iter().map(|r| r.reason).collect()
}

#[test]
fn r37_air_conditioners_are_reminded_before_summer_and_heaters_before_winter() {
    let cool = machine(ApplianceKind::AirConditioner, None, at(2025, 6, 1));
    for (month, day, due) in [(3, 31, false), (4, 1, true), (5, 31, true), (6, 1, false)] {
        assert_eq!(!reasons(&cool, at(2026, month, day)).is_empty(), due, "{month}-{day}");
    }
    let served = Machine { served: at(2026, 3, 1), ..cool };
    assert!(reasons(&served, at(2026, 4, 20)).is_empty(), "somebody has just been there");
    let warm = machine(ApplianceKind::InstantHeater, None, at(2026, 1, 1));
    assert_eq!(reasons(&warm, at(2026, 10, 1)), [ReminderReason::Season]);
}

#[test]
fn r37_a_gas_heater_of_eight_years_and_a_rod_of_two_are_due() {
    let old = machine(ApplianceKind::GasHeater, made_in("2017-04"), at(2026, 6, 1));
    assert_eq!(reasons(&old, at(2025, 3, 31)), []);
    assert_eq!(reasons(&old, at(2026, 7, 1)), [ReminderReason::Age]);
    let tank = machine(ApplianceKind::StorageHeater, None, at(2024, 7, 15));
    assert_eq!(reasons(&tank, at(2026, 7, 14)), []);
    assert_eq!(reasons(&tank, at(2026, 7, 15)), [ReminderReason::Service]);
}

fn served(phone: &str, serial: &str, made: &str, ended: JobOutcome, when: i64) -> Job {
    let mut job = job(JobKind::Repair, &[ApplianceKind::GasHeater]);
    job.order.customer.phone = phone.to_owned();
    job.order.appliances[0].serial = serial.to_owned();
    job.order.purchases.insert(id(1), Purchase { made: made.to_owned(), ..Purchase::default() });
    job.sheet.outcomes = vec![outcome(1, ended, when)];
    job
}

#[test]
fn r37_a_machine_is_known_by_its_serial_and_gone_once_condemned() {
    let done = JobOutcome::Completed;
    let jobs = [
        (job_id(1), served("138", "WQ 25a", "2017-04", done, NOON)),
        (job_id(2), served("139", "wq25A", "", done, NOON + DAY)),
        (job_id(3), served("138 ", "", "", done, NOON)),
        (job_id(4), served("138", "", "2019/05", done, NOON + 1)),
    ];
    let found = machines(jobs.iter().map(|(id, job)| (*id, job)));
    assert_eq!(found.len(), 2);
    let by_serial = found.iter().find(|m| m.phone == "139").unwrap();
    assert_eq!((by_serial.made, by_serial.served), (made_in("2017-04"), NOON + DAY));
    assert_eq!(found.iter().find(|m| m.phone == "138").unwrap().made, made_in("2019-05"));
    let end = (job_id(9), served("139", "WQ25A", "", JobOutcome::Condemned, NOON + 2 * DAY));
    let found = machines(jobs.iter().chain([&end]).map(|(id, job)| (*id, job)));
    assert_eq!(found.len(), 1);
}

#[test]
fn r34_r37_who_asked_to_be_left_alone_gets_no_reminder() {
    let then = at(2026, 6, 1);
    let jobs = [
        (job_id(1), served("138", "", "2017-04", JobOutcome::Completed, then)),
        (job_id(2), served("139", "", "2016-01", JobOutcome::Completed, then)),
        (job_id(3), served("", "", "2016-01", JobOutcome::Completed, then)),
    ];
    let jobs: Vec<(JobId, &Job)> = jobs.iter().map(|(id, job)| (*id, job)).collect();
    let of = |words: &[FollowUp]| {
        let found = list(&jobs, words, &ReminderRules::default(), at(2026, 7, 1));
        found.into_iter().map(|(machine, _)| machine.phone).collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), ["139", "138"], "the older one first");
    let quiet = FollowUp {
        id: id(1),
        job: job_id(2),
        kind: doorstep_schemas::view::FollowUpKind::Rating.into(),
        stars: 4,
        chips: String::new(),
        text: String::new(),
        do_not_contact: true,
        complaint: false,
        handled: false,
        withdraws: None,
        noted: noted(NOON),
    };
    assert_eq!(of(&[quiet]), ["138"]);
}

fn contract(months: i64, every: i64) -> Contract {
    let text = String::new;
    Contract {
        id: id(1),
        customer: text(),
        phone: text(),
        appliance: text(),
        from: Some(At(at(2026, 1, 31))),
        months,
        every,
        fen: 0,
        ended: false,
        noted: noted(NOON),
    }
}

#[test]
fn r37_a_contract_promises_inspections_and_visits_keep_them() {
    let days = |found: Vec<Inspection>| found.iter().map(|i| calendar::day_name(i.due)).collect::<Vec<_>>();
    assert_eq!(days(inspections(&contract(12, 5), &[])), ["2026-06-30", "2026-11-30"]);
    let visits = [at(2026, 7, 9), at(2026, 6, 20)];
    let kept = inspections(&contract(12, 5), &visits);
    assert_eq!((kept[0].done, kept[1].done), (Some(at(2026, 6, 20)), None));
    assert_eq!(next_inspection(&contract(12, 5), &visits), Some(at(2026, 11, 30)));
    assert!(inspections(&contract(12, 0), &[]).is_empty());
    assert!(inspections(&Contract { ended: true, ..contract(12, 5) }, &[]).is_empty());
}

#[test]
fn r37_the_order_of_an_inspection_has_a_name_that_every_device_knows() {
    let heater = contract(12, 5);
    let [first, last] = [at(2026, 6, 30), at(2026, 11, 30)];
    let names: Vec<JobId> = visit_names(&heater, first).collect();
    let again = Contract { id: id(9), phone: " ".to_owned(), ended: true, noted: noted(NOON + 1), ..heater.clone() };
    assert_eq!(visit_names(&again, first).collect::<Vec<_>>(), names, "whoever wrote of the contract last");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for other in [
        Contract { appliance: "空调".to_owned(), ..heater.clone() },
        Contract { phone: "138".to_owned(), ..heater.clone() },
        Contract { from: Some(At(at(2026, 1, 30))), ..heater.clone() },
    ] {
        assert!(visit_names(&other, first).all(|name| !names.contains(&name)));
        assert_eq!(visit_of(&other, names[0]), None);
    }
    assert_eq!((visit_of(&again, names[0]), visit_of(&heater, names[15])), (Some(first), Some(first)));
    assert_eq!(visit_of(&heater, visit_names(&heater, last).next().unwrap()), Some(last));
    assert_eq!(visit_of(&heater, job_id(1)), None);
}

#[test]
fn r37_an_order_is_taken_a_week_before_and_what_was_long_missed_waits_for_a_person() {
    let rules = ReminderRules::default();
    let of = |visits: &[i64], now| to_order(&inspections(&contract(12, 5), visits), &rules, now);
    let [first, last] = [at(2026, 6, 30), at(2026, 11, 30)];
    assert_eq!((of(&[], at(2026, 6, 22)), of(&[], at(2026, 6, 23))), (None, Some(first)));
    assert_eq!((of(&[], at(2026, 7, 30)), of(&[], at(2026, 7, 31))), (Some(first), None));
    assert_eq!(of(&[], at(2026, 11, 24)), Some(last), "one order, though two were missed");
    assert_eq!(of(&[at(2026, 11, 20)], at(2026, 11, 24)), None);
}

#[test]
fn r37_a_contract_is_ended_by_a_later_word_about_it() {
    let begun = contract(12, 6);
    let ended = Contract { id: id(2), ended: true, noted: noted(NOON + 1), ..begun.clone() };
    let other = Contract { id: id(3), appliance: "空调".to_owned(), ..begun.clone() };
    let found = contracts([&ended, &begun, &other]);
    assert_eq!(found.iter().map(|c| (c.id, c.ended)).collect::<Vec<_>>(), [(id(3), false), (id(2), true)]);
}

#[test]
fn r37_reminders_by_rows_know_a_machine_as_reminders_by_jobs_do() {
    let open = job(JobKind::Repair, &[ApplianceKind::GasHeater]);
    assert_eq!(seen(&open), [], "nobody has been there");
    let done = JobOutcome::Completed;
    let first = seen(&served("138", "WQ 25a", "2017-04", done, NOON));
    let again = seen(&served("139", "wq25A", "", JobOutcome::Condemned, NOON + DAY));
    assert_eq!((first[0].machine, first[0].made, first[0].gone), (again[0].machine, made_in("2017-04"), false));
    assert!(again[0].gone);
    let by_phone = |phone| seen(&served(phone, "", "", done, NOON))[0].machine;
    assert_eq!(by_phone("138 0000 0001"), by_phone("13800000001"));
    assert_ne!(by_phone("13800000001"), by_phone("13800000002"));
    assert_ne!(by_phone("13800000001"), first[0].machine);
}

#[test]
fn r37_a_condemned_heater_may_lead_to_a_sale() {
    assert_eq!(may_refer(&served("", "", "", JobOutcome::Condemned, NOON)), Some(ReferralReason::Condemned));
    assert_eq!(may_refer(&served("", "", "", JobOutcome::GivenUp, NOON)), Some(ReferralReason::GivenUp));
    assert_eq!(may_refer(&served("", "", "", JobOutcome::Completed, NOON)), None);
    let referral = |n, by: u8, sold_fen| Referral {
        id: id(n),
        job: None,
        text: String::new(),
        member: Some(member(by)),
        sold_fen,
        noted: noted(NOON),
    };
    let all = [referral(1, 1, 200_000), referral(1, 1, 200_000), referral(2, 1, 0), referral(3, 2, 50_000)];
    assert_eq!(sold(&all, member(1)), (1, 200_000), "doubled facts count once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn r37_no_contract_is_too_broken_to_read(
        from in any::<i64>(), months in any::<i64>(), every in any::<i64>(), visits in proptest::collection::vec(any::<i64>(), 0..5),
    ) {
        let contract = Contract { from: Some(At(from)), ..contract(months, every) };
        prop_assert!(inspections(&contract, &visits).len() <= 600);
    }

    #[test]
    fn r37_machines_do_not_depend_on_the_order_of_jobs(
        facts in proptest::collection::vec((0usize..3, any::<bool>(), 0i64..5), 0..8),
    ) {
        let names = ["", "A1", "B2"];
        let jobs: Vec<(JobId, Job)> = (1..).zip(&facts).map(|(n, (serial, gone, at))| {
            let end = if *gone { JobOutcome::Condemned } else { JobOutcome::Completed };
            let mut job = served("138", names[*serial], "", end, NOON + at);
            let field = FieldValue { value: "X".to_owned(), others: Vec::new() };
            job.sheet.fields.insert((id(1), "model".to_owned()), field);
            (job_id(n), job)
        }).collect();
        let once = machines(jobs.iter().map(|(id, job)| (*id, job)));
        prop_assert_eq!(machines(jobs.iter().rev().map(|(id, job)| (*id, job))), once);
    }
}

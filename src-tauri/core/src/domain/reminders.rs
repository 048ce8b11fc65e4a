//! 提醒: whom to write to, by season, age and last service; inspections of contracts; from repair to sale (R37).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{ApplianceKind, BenchWork, JobKind, JobOutcome, Text};

use super::calendar;
use super::facts::Job;
use super::facts::desk::{Contract, FollowUp, Referral};
use super::obstacle::say;
use super::{intake, nodes, rating, timing};

/// A machine that the outlet knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub customer: String,
    pub phone: String,
    /// The first of the month in which it was made.
    pub made: Option<i64>,
    /// When somebody last worked on it.
    pub served: i64,
    pub last_job: JobId,
}

/// Months of the year in which owners of an appliance are reminded, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    pub appliances: Vec<ApplianceKind>,
    pub from_month: u32,
    pub to_month: u32,
    pub text: Text,
}

/// A reminder so many months after manufacture, or after the last service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub appliance: ApplianceKind,
    pub months: u32,
    pub text: Text,
}

/// An outlet's rule data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderRules {
    pub seasons: Vec<Season>,
    pub ages: Vec<After>,
    pub services: Vec<After>,
    /// Nobody is reminded of the season so soon after a service.
    pub quiet_months: u32,
}

impl Default for ReminderRules {
    fn default() -> Self {
        use ApplianceKind::{AirConditioner, GasHeater, InstantHeater, StorageHeater};
        let after = |appliance, months, zh, en| After { appliance, months, text: say(zh, en) };
        Self {
            seasons: vec![
                Season {
                    appliances: vec![AirConditioner],
                    from_month: 4,
                    to_month: 5,
                    text: say("夏天前清洗保养空调", "Have the air conditioner cleaned before summer"),
                },
                Season {
                    appliances: vec![StorageHeater, InstantHeater, GasHeater],
                    from_month: 10,
                    to_month: 11,
                    text: say("入冬前检查热水器", "Have the water heater checked before winter"),
                },
            ],
            ages: vec![after(
                GasHeater,
                8 * 12,
                "燃气热水器已到使用年限",
                "The gas heater has reached the end of its life",
            )],
            services: vec![after(StorageHeater, 24, "该换镁棒了", "The anode rod is due")],
            quiet_months: 6,
        }
    }
}

/// Why somebody is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReminderReason {
    Age,
    Service,
    Season,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub reason: ReminderReason,
    /// Since when it is due.
    pub since: i64,
    pub text: Text,
}

/// `2017-04` or `2017-04-12`: the first of that month.
pub fn made_in(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(['-', '/', '.', '年', '月']);
    let (year, month) = (parts.next()?.trim().parse().ok()?, parts.next()?.trim().parse().ok()?);
    calendar::moment(year, month, 1, 0)
}

/// The machines behind the outlet's jobs (R37): one a serial number, else one a phone, kind and model. A machine that was
/// condemned, removed or traded in is no longer there.
pub fn machines<'a>(jobs: impl IntoIterator<Item = (JobId, &'a Job)>) -> Vec<Machine> {
    let mut jobs: Vec<(i64, JobId, &Job)> =
        jobs.into_iter().filter_map(|(id, job)| Some((timing::finished(job)?, id, job))).collect();
    jobs.sort_unstable_by_key(|(at, id, _)| (*at, *id));
    let mut known: BTreeMap<(String, ApplianceKind, String), Machine> = BTreeMap::new();
    for (served, last_job, job) in jobs {
        let customer = job.customer();
        let phone = intake::same_phone(&customer.phone);
        let gone = nodes::outcome(job) == Some(JobOutcome::Condemned)
            || matches!(job.order.kind, JobKind::Remove | JobKind::TradeIn);
        for appliance in &job.order.appliances {
            let [brand, model, serial] =
                [SheetField::Brand, SheetField::Model, SheetField::Serial].map(|field| job.field(appliance, field));
            let serial = intake::same_serial(&serial);
            let key = if serial.is_empty() {
                (phone.clone(), appliance.kind, model.clone())
            } else {
                (serial, appliance.kind, String::new())
            };
            if gone {
                known.remove(&key);
                continue;
            }
            let before = known.get(&key).and_then(|machine| machine.made);
            let made = made_in(&job.field(appliance, SheetField::Made)).or(before);
            let (customer, phone) = (customer.name.clone(), phone.clone());
            known.insert(key, Machine { kind: appliance.kind, brand, model, customer, phone, made, served, last_job });
        }
    }
    known.into_values().collect()
}

/// What is due for a machine now (R37).
pub fn due(machine: &Machine, rules: &ReminderRules, now: i64) -> Vec<Reminder> {
    let mut out = Vec::new();
    for rule in rules.ages.iter().filter(|rule| rule.appliance == machine.kind) {
        if let Some(since) = machine.made.map(|made| calendar::months_after(made, rule.months)).filter(|at| *at <= now)
        {
            out.push(Reminder { reason: ReminderReason::Age, since, text: rule.text.clone() });
        }
    }
    for rule in rules.services.iter().filter(|rule| rule.appliance == machine.kind) {
        let since = calendar::months_after(machine.served, rule.months);
        if since <= now {
            out.push(Reminder { reason: ReminderReason::Service, since, text: rule.text.clone() });
        }
    }
    let (year, month, _) = calendar::year_month_day(now);
    let rested = calendar::months_after(machine.served, rules.quiet_months) <= now;
    for season in rules.seasons.iter().filter(|season| rested && season.appliances.contains(&machine.kind)) {
        if (season.from_month..=season.to_month).contains(&month)
            && let Some(since) = calendar::moment(year, season.from_month, 1, 0)
        {
            out.push(Reminder { reason: ReminderReason::Season, since, text: season.text.clone() });
        }
    }
    out
}

/// Whom to write to today, and why (R37), the longest due first. Who asked to be left alone is not on it (R34), whichever of
/// their jobs they said it of.
pub fn list(
    jobs: &[(JobId, &Job)],
    follow_ups: &[FollowUp],
    rules: &ReminderRules,
    now: i64,
) -> Vec<(Machine, Vec<Reminder>)> {
    let quiet: BTreeSet<String> = jobs
        .iter()
        .filter(|(id, _)| rating::do_not_contact(follow_ups, *id))
        .map(|(_, job)| intake::same_phone(&job.customer().phone))
        .collect();
    let machines =
        machines(jobs.iter().copied()).into_iter().filter(|m| !m.phone.is_empty() && !quiet.contains(&m.phone));
    let mut out: Vec<(Machine, Vec<Reminder>)> = machines
        .map(|machine| {
            let due = due(&machine, rules, now);
            (machine, due)
        })
        .collect();
    out.retain(|(_, due)| !due.is_empty());
    out.sort_by_key(|(machine, due)| (due.iter().map(|r| r.since).min(), machine.last_job));
    out
}

/// An inspection that a maintenance contract promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    pub due: i64,
    pub done: Option<i64>,
}

/// The inspections of a contract with the visits that kept them (R37). A visit counts for the inspection that it is
/// nearest to. An ended contract, or one that says nothing of its dates, promises none.
pub fn inspections(contract: &Contract, visits: &[i64]) -> Vec<Inspection> {
    /// Longer than any contract: what a broken record may claim.
    const MOST_MONTHS: i64 = 50 * 12;
    let (Some(from), every) = (contract.from, contract.every.clamp(0, MOST_MONTHS)) else { return Vec::new() };
    let months = contract.months.clamp(0, MOST_MONTHS);
    if contract.ended || every == 0 {
        return Vec::new();
    }
    let dates = (1..=months / every).filter_map(|n| u32::try_from(n * every).ok());
    let mut out: Vec<Inspection> =
        dates.map(|months| Inspection { due: calendar::months_after(from.0, months), done: None }).collect();
    for visit in visits.iter().filter(|visit| **visit > from.0) {
        let nearest = out.iter_mut().min_by_key(|i| i.due.abs_diff(*visit));
        if let Some(nearest) = nearest {
            nearest.done = Some(nearest.done.map_or(*visit, |known| known.min(*visit)));
        }
    }
    out
}

/// The next inspection of a contract that nobody has made (R37).
pub fn next_inspection(contract: &Contract, visits: &[i64]) -> Option<i64> {
    inspections(contract, visits).into_iter().find(|i| i.done.is_none()).map(|i| i.due)
}

/// Why a repair may lead to a sale (R37).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralReason {
    Condemned,
    Unrepairable,
    /// The repair would have cost more than the customer wanted to pay.
    GivenUp,
}

/// Whether somebody of the shop should speak of a new one (R37).
pub fn may_refer(job: &Job) -> Option<ReferralReason> {
    let hopeless = job.sheet.bench.iter().any(|b| b.work.is(BenchWork::Unrepairable));
    match nodes::outcome(job) {
        Some(JobOutcome::Condemned) => Some(ReferralReason::Condemned),
        _ if hopeless => Some(ReferralReason::Unrepairable),
        Some(JobOutcome::GivenUp) => Some(ReferralReason::GivenUp),
        _ => None,
    }
}

/// A member's referrals that became sales, and what they came to in fen (R37).
pub fn sold(referrals: &[Referral], member: doorstep_schemas::ids::MemberId) -> (u32, i64) {
    let mut known: BTreeMap<_, &Referral> = BTreeMap::new();
    for referral in referrals.iter().filter(|r| r.member == Some(member) && r.sold_fen > 0) {
        known.insert(referral.id, referral);
    }
    let sum = known.values().fold(0i64, |sum, r| sum.saturating_add(r.sold_fen));
    (u32::try_from(known.len()).unwrap_or(u32::MAX), sum)
}

#[cfg(test)]
mod tests {
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
}

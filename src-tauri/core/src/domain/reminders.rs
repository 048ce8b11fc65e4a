//! 提醒: whom to write to, by season, age and last service; inspections of contracts; from repair to sale (R37).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{ApplianceKind, BenchWork, JobKind, JobOutcome, ReferralReason, ReminderReason, Text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::calendar;
use super::facts::desk::{Contract, FollowUp, Referral};
use super::facts::outlet::Roster;
use super::facts::{Job, OrderedAppliance};
use super::money::each;
use super::{intake, nodes, rating, timing};

/// A machine that the outlet knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub serial: String,
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
    /// Visits of contracts are listed so long before they are due, and their orders taken.
    pub tell_days: u32,
    pub order_days: u32,
}

/// As the built-in set has them.
#[cfg(test)]
impl Default for ReminderRules {
    fn default() -> Self {
        static BUILT_IN: std::sync::LazyLock<ReminderRules> =
            std::sync::LazyLock::new(|| crate::rules::RuleBook::built_in().unwrap().at(0).reminder_rules());
        BUILT_IN.clone()
    }
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

/// By what a machine is the same in two jobs: its serial number, else phone, kind and model.
fn machine_key(job: &Job, appliance: &OrderedAppliance, phone: &str) -> (String, ApplianceKind, String) {
    let serial = intake::same_serial(&job.field(appliance, SheetField::Serial));
    if serial.is_empty() {
        (phone.to_owned(), appliance.kind, job.field(appliance, SheetField::Model))
    } else {
        (serial, appliance.kind, String::new())
    }
}

/// Whether a job took its machines away for good.
fn took_away(job: &Job) -> bool {
    nodes::outcome(job) == Some(JobOutcome::Condemned) || matches!(job.order.kind, JobKind::Remove | JobKind::TradeIn)
}

/// A machine as one finished job saw it: what reminders need to know of the job without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Seven bytes of a hash of what it is known by.
    pub machine: i64,
    pub kind: ApplianceKind,
    pub made: Option<i64>,
    /// Condemned, removed or traded in.
    pub gone: bool,
}

/// The machines of a finished job; none of an open one.
pub fn seen(job: &Job) -> Vec<Seen> {
    if timing::finished(job).is_none() {
        return Vec::new();
    }
    let phone = intake::same_phone(&job.customer().phone);
    let gone = took_away(job);
    let one = |appliance: &OrderedAppliance| {
        let (name, kind, model) = machine_key(job, appliance, &phone);
        let hash = Sha256::new().chain_update(kind.word()).chain_update([0]).chain_update(name);
        let [a, b, c, d, e, f, g, ..] = <[u8; 32]>::from(hash.chain_update([0]).chain_update(model).finalize());
        Seen {
            machine: i64::from_be_bytes([0, a, b, c, d, e, f, g]),
            kind,
            made: made_in(&job.field(appliance, SheetField::Made)),
            gone,
        }
    };
    job.order.appliances.iter().map(one).collect()
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
        let gone = took_away(job);
        for appliance in &job.order.appliances {
            let [brand, model, serial] =
                [SheetField::Brand, SheetField::Model, SheetField::Serial].map(|field| job.field(appliance, field));
            let key = machine_key(job, appliance, &phone);
            if gone {
                known.remove(&key);
                continue;
            }
            let before = known.get(&key).and_then(|machine| machine.made);
            let made = made_in(&job.field(appliance, SheetField::Made)).or(before);
            let (customer, phone) = (customer.name.clone(), phone.clone());
            let kind = appliance.kind;
            known.insert(key, Machine { kind, brand, model, serial, customer, phone, made, served, last_job });
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

/// Contracts as they stand, newest first: of the words written about one contract the last counts, so that it can be ended by
/// another word. One contract is one customer's for the same machine from the same day.
pub fn contracts<'a>(written: impl IntoIterator<Item = &'a Contract>) -> Vec<&'a Contract> {
    let mut known: BTreeMap<_, &Contract> = BTreeMap::new();
    for contract in each(written) {
        let key = (intake::same_phone(&contract.phone), contract.appliance.trim(), contract.from);
        known.insert(key, contract);
    }
    let mut out: Vec<&Contract> = known.into_values().collect();
    out.sort_by_key(|contract| (contract.ended, std::cmp::Reverse((contract.noted.at_ms, contract.id))));
    out
}

/// Whether a job keeps an inspection of a contract: it was ended with the work done.
pub fn keeps(kind: JobKind, outcome: Option<JobOutcome>) -> bool {
    matches!(kind, JobKind::Maintenance | JobKind::Clean)
        && matches!(outcome, Some(JobOutcome::Completed | JobOutcome::HazardRemaining | JobOutcome::NoFaultFound))
}

/// An inspection that a maintenance contract promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    pub due: i64,
    pub done: Option<i64>,
}

/// When a contract's inspections are due, ended or not.
fn dates(contract: &Contract) -> impl Iterator<Item = i64> {
    /// Longer than any contract: what a broken record may claim.
    const MOST_MONTHS: i64 = 50 * 12;
    let every = contract.every.clamp(0, MOST_MONTHS);
    let months = contract.months.clamp(0, MOST_MONTHS);
    let visits = if every == 0 { 0 } else { months / every };
    let from = contract.from.into_iter();
    from.flat_map(move |from| (1..=visits).map(move |n| (from, n * every)))
        .filter_map(|(from, months)| Some(calendar::months_after(from.0, u32::try_from(months).ok()?)))
}

/// The inspections of a contract with the visits that kept them (R37). A visit counts for the inspection that it is
/// nearest to. An ended contract, or one that says nothing of its dates, promises none.
pub fn inspections(contract: &Contract, visits: &[i64]) -> Vec<Inspection> {
    let Some(from) = contract.from.filter(|_| !contract.ended) else { return Vec::new() };
    let mut out: Vec<Inspection> = dates(contract).map(|due| Inspection { due, done: None }).collect();
    for visit in visits.iter().filter(|visit| **visit > from.0) {
        let nearest = out.iter_mut().min_by_key(|i| i.due.abs_diff(*visit));
        if let Some(nearest) = nearest {
            nearest.done = Some(nearest.done.map_or(*visit, |known| known.min(*visit)));
        }
    }
    out
}

/// So often the order for one inspection is taken again after it was cancelled.
const MOST_TRIES: u8 = 16;

/// The names that the order for one inspection may have, in the order in which they are taken: a cancelled order keeps its
/// name. They follow from the contract and the day, so that two owners' devices that take it apart make one order.
pub fn visit_names(contract: &Contract, due: i64) -> impl Iterator<Item = JobId> {
    let mut hash = Sha256::new().chain_update("doorstep contract visit");
    let from = contract.from.map(|from| from.0).unwrap_or_default();
    for text in [intake::same_phone(&contract.phone).as_str(), contract.appliance.trim()] {
        hash.update([0]);
        hash.update(text);
    }
    hash.update(from.to_be_bytes());
    hash.update(due.to_be_bytes());
    (0..MOST_TRIES).map(move |nth| {
        let [a, b, c, d, e, f, g, h, i, j, ..] = <[u8; 32]>::from(hash.clone().chain_update([nth]).finalize());
        JobId::mint(u64::try_from(due).unwrap_or(0), [a, b, c, d, e, f, g, h, i, j])
    })
}

/// The inspection that this job is the order for, by its name (R37).
pub fn visit_of(contract: &Contract, job: JobId) -> Option<i64> {
    let at = i64::try_from(job.0.timestamp_ms()).ok()?;
    dates(contract).find(|due| *due == at).filter(|due| visit_names(contract, *due).any(|name| name == job))
}

/// The inspection whose order is taken by itself now (R37): the last whose time has come, where nobody made it. What was
/// missed by more than a month waits for a person, as all of an old contract does that came in late.
pub fn to_order(inspections: &[Inspection], rules: &ReminderRules, now: i64) -> Option<i64> {
    const MISSED_DAYS: i64 = 30;
    let soon = now.saturating_add(i64::from(rules.order_days) * calendar::DAY_MS);
    let last = inspections.iter().rfind(|inspection| inspection.due <= soon)?;
    let missed = last.due < now.saturating_sub(MISSED_DAYS * calendar::DAY_MS);
    (last.done.is_none() && !missed).then_some(last.due)
}

/// Whether visits of contracts become orders by themselves at this outlet (R37).
pub fn orders_by_itself(roster: &Roster) -> bool {
    roster.about(CONTRACT_VISITS) != "off"
}

/// The outlet's own switch.
pub const CONTRACT_VISITS: &str = "outlet/contract_visits";

/// The next inspection of a contract that nobody has made (R37).
pub fn next_inspection(contract: &Contract, visits: &[i64]) -> Option<i64> {
    inspections(contract, visits).into_iter().find(|i| i.done.is_none()).map(|i| i.due)
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
#[path = "reminders_tests.rs"]
mod tests;

//! 提醒: whom to write to and which visits are due (R37), page by page from what lies beside the rows.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{ListReminders, TellReminder};
use doorstep_schemas::view::{ApplianceKind, Millis, ReminderLine, ReminderList, ReminderReason, Text};

use super::Actions;
use super::contract_visits;
use super::customers::{follow_ups, open_visit, rows_of};
use super::facts::FactError;
use super::parts::topic_of;
use crate::documents::layout::Edit;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::facts::desk::Desk;
use crate::domain::intake::same_phone;
use crate::domain::reminders::{self, Machine, ReminderRules};
use crate::store::stocks::{Due, KnownMachine, MachinePlace};
use crate::store::{Store, StoreError};

/// Lines of a page, and machines that are looked at for one.
const PAGE: usize = 50;
const MOST_LOOKED_AT: usize = 2_000;
/// A month has so many days at least: what is due is narrowed down by it before the calendar is asked.
const SHORTEST_MONTH: i64 = 28;

/// What the desk knows beside machines.
struct Beside {
    /// Customers who asked to be left alone (R34).
    quiet: BTreeSet<String>,
    told: BTreeMap<(JobId, ReminderReason), i64>,
    rules: ReminderRules,
    now: i64,
}

impl Actions {
    /// A page of what is due for one reason, the longest due first.
    pub fn reminders(&self, asked: &ListReminders) -> Result<ReminderList, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let desks = store.desks()?;
        if asked.reason == ReminderReason::Contract {
            return Ok(ReminderList { lines: contracts_due(&mut store, &desks, now)?, next: None, now: Millis(now) });
        }
        let beside = Beside::read(&store, &desks, now)?;
        let after = asked.after.as_deref().and_then(place_from);
        let (lines, next) = page(&store, &beside, asked.reason, after.as_ref())?;
        Ok(ReminderList { lines, next, now: Millis(now) })
    }

    /// Says that the customer was told; or takes that back.
    pub fn tell_reminder(&self, input: &TellReminder) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let facts = store.job_facts(input.job)?.ok_or(FactError::Unknown("job"))?;
        let key = format!("told/{}/{}", input.job, input.reason.word());
        let value = if input.told { noted.at_ms.to_string() } else { String::new() };
        let doc = DocId::Desk(topic_of("told", &facts));
        let edit = Edit::set("about", key, value);
        store.act(&doc, "tell_reminder", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }
}

impl Beside {
    fn read(store: &Store, desks: &[(String, Desk)], now: i64) -> Result<Self, StoreError> {
        let mut quiet = BTreeSet::new();
        for word in follow_ups(desks).into_iter().filter(|word| word.do_not_contact) {
            if let Some(row) = store.job_row(word.job)? {
                quiet.insert(same_phone(&row.card.phone));
            }
        }
        let mut told = BTreeMap::new();
        for (key, field) in desks.iter().filter(|(topic, _)| topic.starts_with("told/")).flat_map(|(_, d)| &d.about) {
            let mut pieces = key.split('/').skip(1);
            let job = pieces.next().and_then(|job| job.parse::<JobId>().ok());
            let reason = pieces.next().and_then(ReminderReason::from_word);
            if let (Some(job), Some(reason), Ok(at)) = (job, reason, field.value.parse::<i64>()) {
                told.insert((job, reason), at);
            }
        }
        Ok(Self { quiet, told, rules: store.rules().at(now).reminder_rules(), now })
    }

    /// Kinds of appliances that are reminded for this reason now, with the shortest wait.
    fn kinds(&self, reason: ReminderReason) -> BTreeMap<ApplianceKind, u32> {
        let after = |rules: &[reminders::After]| rules.iter().map(|rule| (rule.appliance, rule.months)).collect();
        match reason {
            ReminderReason::Age => after(&self.rules.ages),
            ReminderReason::Service => after(&self.rules.services),
            ReminderReason::Season => {
                let (_, month, _) = calendar::year_month_day(self.now);
                let now =
                    self.rules.seasons.iter().filter(|season| (season.from_month..=season.to_month).contains(&month));
                now.flat_map(|season| season.appliances.iter().map(|kind| (*kind, self.rules.quiet_months))).collect()
            }
            ReminderReason::Contract => BTreeMap::new(),
        }
    }

    /// The line for a machine, where the customer is to be told now.
    fn line(
        &self,
        store: &Store,
        reason: ReminderReason,
        kind: ApplianceKind,
        found: KnownMachine,
    ) -> Result<Option<ReminderLine>, StoreError> {
        let card = found.row.card;
        let phone = same_phone(&card.phone);
        let machine = Machine {
            kind,
            brand: String::new(),
            model: String::new(),
            serial: String::new(),
            customer: card.customer.clone(),
            phone: phone.clone(),
            made: found.made,
            served: found.served,
            last_job: card.job,
        };
        let told = self.told.get(&(card.job, reason));
        let told = told.is_some_and(|at| calendar::months_after(*at, self.rules.quiet_months) > self.now);
        if phone.is_empty() || told || self.quiet.contains(&phone) {
            return Ok(None);
        }
        let due = reminders::due(&machine, &self.rules, self.now).into_iter().find(|due| due.reason == reason);
        let Some(due) = due else { return Ok(None) };
        let (rows, _) = rows_of(store, &phone)?;
        Ok(Some(ReminderLine {
            reason,
            since: Millis(due.since),
            text: due.text,
            customer: card.customer,
            phone,
            township: card.township,
            appliance: if card.appliance_kind == kind { card.appliance } else { String::new() },
            kind: Some(kind),
            made: found.made.map(Millis),
            served: Some(Millis(found.served)),
            job: Some(card.job),
            contract: None,
            ordered: open_visit(&rows),
        }))
    }
}

fn place_from(text: &str) -> Option<(String, MachinePlace)> {
    let mut pieces = text.splitn(3, '.');
    let (kind, at, id) = (pieces.next()?, pieces.next()?.parse().ok()?, pieces.next()?.parse().ok()?);
    Some((kind.to_owned(), MachinePlace { at, id }))
}

/// Kind by kind, each the longest due first.
fn page(
    store: &Store,
    beside: &Beside,
    reason: ReminderReason,
    after: Option<&(String, MachinePlace)>,
) -> Result<(Vec<ReminderLine>, Option<String>), StoreError> {
    let mut lines = Vec::new();
    let mut looked_at = 0;
    let mut passed = after.is_none();
    for (kind, months) in beside.kinds(reason) {
        let mut place = MachinePlace::FIRST;
        if let Some((at, last)) = after.filter(|_| !passed) {
            if at != kind.word() {
                continue;
            }
            place = *last;
        }
        passed = true;
        let until = beside.now.saturating_sub(i64::from(months) * SHORTEST_MONTH * DAY_MS);
        let due = if reason == ReminderReason::Age { Due::Made(until) } else { Due::Served(until) };
        loop {
            let found = store.machines_due(kind, due, place, PAGE)?;
            let whole = found.len() == PAGE;
            for machine in found {
                place = machine.place;
                looked_at += 1;
                lines.extend(beside.line(store, reason, kind, machine)?);
                if lines.len() == PAGE || looked_at == MOST_LOOKED_AT {
                    return Ok((lines, Some(format!("{}.{}.{}", kind.word(), place.at, place.id))));
                }
            }
            if !whole {
                break;
            }
        }
    }
    Ok((lines, None))
}

/// Inspections that contracts promise and nobody made, due by now or soon: contracts are as many as an owner wrote.
fn contracts_due(store: &mut Store, desks: &[(String, Desk)], now: i64) -> Result<Vec<ReminderLine>, StoreError> {
    let ahead = i64::from(store.rules().at(now).reminder_rules().tell_days);
    let soon = now.saturating_add(ahead * DAY_MS);
    let mut out = Vec::new();
    for contract in reminders::contracts(desks.iter().flat_map(|(_, desk)| &desk.contracts)) {
        let phone = same_phone(&contract.phone);
        let (rows, _) = rows_of(store, &phone)?;
        let view = contract_visits::view(store, contract, &contract_visits::of_phone(desks, &phone), &rows)?;
        let Some(due) = view.next_due.filter(|due| due.0 <= soon) else { continue };
        let newest = rows.first().map(|row| &row.card);
        out.push(ReminderLine {
            reason: ReminderReason::Contract,
            since: due,
            text: Text {
                zh: "保养合同约定的检查".to_owned(),
                en: "An inspection that the contract promises".to_owned(),
            },
            customer: view.customer,
            phone: same_phone(&view.phone),
            township: newest.map(|card| card.township.clone()).unwrap_or_default(),
            appliance: view.appliance,
            kind: None,
            made: None,
            served: rows.iter().filter_map(|row| row.figures.finished_at).max().map(Millis),
            job: newest.map(|card| card.job),
            contract: Some(view.id),
            ordered: view.ordered,
        });
    }
    out.sort_by(|a, b| (a.since, &a.phone).cmp(&(b.since, &b.phone)));
    Ok(out)
}

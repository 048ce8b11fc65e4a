//! 客户: who they are, by their phone; a customer with machines, history, contracts and notes (R9, R36, R37). Lists come
//! from the rows; one customer's jobs are opened, a page of them at most.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{DeskFact, EndContract, ListCustomers, NoteOnCustomer, OneCustomer, SheetField};
use doorstep_schemas::view::{
    CustomerLine, CustomerList, CustomerNote, CustomerView, DueReminder, Fen, JobKind, MachineView, MayRefer, Millis,
    ReferralLine, Segment,
};

use super::facts::FactError;
use super::job_view::Names;
use super::{Actions, contract_visits};
use crate::documents::layout;
use crate::domain::facts::desk::{Desk, FollowUp, Referral};
use crate::domain::facts::{Job, Remark};
use crate::domain::find::Query;
use crate::domain::intake::{self, same_phone, same_serial};
use crate::domain::money::warranty;
use crate::domain::rating;
use crate::domain::reminders::{self, Machine};
use crate::rules::InForce;
use crate::store::listed::JobRow;
use crate::store::lists::{ListFilter, MOST_ROWS};
use crate::store::{Store, StoreError};

/// Customers of a page.
const PAGE: usize = 100;
/// Jobs that a search looks at for their customers.
const MOST_FOUND: usize = 200;

impl Actions {
    /// A page of customers, the last visited first; while something is looked for, those of the newest jobs that fit.
    pub fn list_customers(&self, asked: &ListCustomers) -> Result<CustomerList, FactError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let query = Query::parse(&asked.text);
        let of = |row: &JobRow| row.figures.segment.unwrap_or(Segment::Town);
        let fits = |row: &JobRow| asked.segment.is_none_or(|segment| of(row) == segment);
        let line =
            |phone: String, jobs: u32, row: JobRow| CustomerLine { phone, jobs, segment: of(&row), last: row.card };
        if query.is_empty() {
            let before = asked.after.as_deref().and_then(|text| text.parse().ok());
            let (customers, next) = store.customers(before, PAGE, fits)?;
            let customers = customers.into_iter().map(|found| line(found.phone, found.jobs, found.row)).collect();
            return Ok(CustomerList { customers, next: next.map(|next| next.to_string()), more: false });
        }
        let found = store.find(&query, None, MOST_FOUND)?;
        let mut customers: Vec<CustomerLine> = Vec::new();
        for row in found.rows.into_iter().filter(fits) {
            let phone = same_phone(&row.card.phone);
            if !phone.is_empty() && customers.iter().all(|known| known.phone != phone) {
                let jobs = store.jobs_of(&phone)?;
                customers.push(line(phone, jobs, row));
            }
        }
        Ok(CustomerList { customers, next: None, more: found.more })
    }

    /// One customer.
    pub fn customer(&self, asked: &OneCustomer) -> Result<CustomerView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let phone = same_phone(&asked.phone);
        let (rows, more) = rows_of(&store, &phone)?;
        let mut jobs: Vec<(JobId, Arc<Job>)> = Vec::new();
        for row in &rows {
            if let Some(facts) = store.job_facts(row.card.job)? {
                jobs.push((row.card.job, facts));
            }
        }
        let (_, newest) = jobs.first().ok_or(FactError::Unknown("customer"))?;
        let customer = newest.customer().clone();
        let segment = intake::segment(&newest.order, &intake::VILLAGE_MARKS);
        let desks = store.desks()?;
        let words = follow_ups(&desks);
        let notes = store.desk(&topic(&phone)?)?.notes;
        let rules = store.rules().clone();
        let theirs = contract_visits::of_phone(&desks, &phone);
        let views = theirs.iter().map(|contract| contract_visits::view(&mut store, contract, &theirs, &rows));
        let contracts = views.collect::<Result<Vec<_>, _>>()?;
        let names = Names::new(&store);
        Ok(CustomerView {
            name: customer.name,
            township: customer.township,
            address: customer.address,
            segment,
            quiet: jobs.iter().any(|(job, _)| rating::do_not_contact(words.iter().copied(), *job)),
            machines: machines(&jobs, rules.at(now), now),
            jobs: rows.into_iter().map(|row| row.card).collect(),
            more,
            notes: notes
                .iter()
                .rev()
                .map(|note| CustomerNote {
                    id: note.id,
                    text: note.text.clone(),
                    by: names.of(note.noted.by),
                    at: Millis(note.noted.happened_ms()),
                })
                .collect(),
            contracts,
            referrals: referrals(&desks, &jobs, &names),
            may_refer: may_refer(&jobs),
            phone,
            now: Millis(now),
        })
    }

    /// Writes something down about a customer, or takes such a note back.
    pub fn note_on_customer(&self, input: &NoteOnCustomer) -> Result<ShortId, FactError> {
        if let Some(note) = input.withdraws {
            return self.unnote(&topic(&same_phone(&input.phone))?, note);
        }
        self.note_on_desk(&topic(&same_phone(&input.phone))?, &DeskFact::Remark { text: input.text.clone() })
    }

    fn unnote(&self, topic: &str, note: ShortId) -> Result<ShortId, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        if store.desk(topic)?.notes.iter().all(|known| known.id != note) {
            return Err(FactError::Unknown("note"));
        }
        let write = |doc: &mut _| layout::remove_record::<Remark>(doc, note).map(|_found| ());
        store.act(&DocId::Desk(topic.to_owned()), "withdraw", noted.at_ms, write, |_| Ok(()))?;
        self.papers_changed();
        Ok(note)
    }

    /// Ends a contract by another word about it: what was promised before stays to be read.
    pub fn end_contract(&self, input: &EndContract) -> Result<ShortId, FactError> {
        let found = {
            let mut store = self.shelf.store();
            let desks = store.desks()?;
            desks.into_iter().flat_map(|(_, desk)| desk.contracts).find(|contract| contract.id == input.contract)
        };
        let contract = found.ok_or(FactError::Unknown("contract"))?;
        let count = |number: i64| u32::try_from(number).unwrap_or(1);
        self.desk_notes(&DeskFact::Contract {
            customer: contract.customer,
            phone: contract.phone,
            appliance: contract.appliance,
            from: contract.from.map(|at| Millis(at.0)),
            months: count(contract.months),
            every: count(contract.every),
            fen: Fen(contract.fen),
            ended: true,
        })
    }
}

/// What came of this customer's repairs at the shop's counter, newest first (R37).
fn referrals(desks: &[(String, Desk)], jobs: &[(JobId, Arc<Job>)], names: &Names<'_>) -> Vec<ReferralLine> {
    let theirs = |job: Option<JobId>| job.is_some_and(|job| jobs.iter().any(|(known, _)| *known == job));
    let mut found: Vec<_> = desks.iter().flat_map(|(_, desk)| &desk.referrals).filter(|one| theirs(one.job)).collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.noted.true_ms(), one.id)));
    found.dedup_by_key(|one| one.id);
    let line = |one: &Referral| ReferralLine {
        id: one.id,
        job: one.job,
        text: one.text.clone(),
        member: one.member.map(|member| names.of(member)),
        sold: Fen(one.sold_fen),
        at: Millis(one.noted.happened_ms()),
    };
    found.into_iter().map(line).collect()
}

/// A repair of this customer's that may lead to a sale, the newest (R37).
fn may_refer(jobs: &[(JobId, Arc<Job>)]) -> Option<MayRefer> {
    jobs.iter().find_map(|(job, facts)| Some(MayRefer { job: *job, why: reminders::may_refer(facts)? }))
}

/// The topic of notes on one customer.
fn topic(phone: &str) -> Result<String, FactError> {
    let topic = format!("customer/{phone}");
    let fits = !phone.is_empty() && format!("desk:{topic}").parse::<DocId>().is_ok();
    if fits { Ok(topic) } else { Err(FactError::Malformed("phone")) }
}

/// A customer's jobs, newest first, and whether there are more.
pub(super) fn rows_of(store: &Store, phone: &str) -> Result<(Vec<JobRow>, bool), StoreError> {
    if phone.is_empty() {
        return Ok((Vec::new(), false));
    }
    let filter = ListFilter { phone: Some(phone.to_owned()), ..ListFilter::default() };
    let page = store.list(&filter, None, None, MOST_ROWS)?;
    Ok((page.rows, page.next.is_some()))
}

/// A visit for maintenance that is on its way.
pub(super) fn open_visit(rows: &[JobRow]) -> Option<JobId> {
    let open = |row: &&JobRow| row.figures.finished_at.is_none() && !row.figures.cancelled;
    let visit = |row: &&JobRow| matches!(row.card.kind, JobKind::Maintenance | JobKind::Clean);
    rows.iter().filter(open).find(visit).map(|row| row.card.job)
}

pub(super) fn follow_ups(desks: &[(String, Desk)]) -> Vec<&FollowUp> {
    desks.iter().flat_map(|(_, desk)| &desk.follow_ups).collect()
}

/// The machines of one customer, the last served first.
fn machines(jobs: &[(JobId, Arc<Job>)], rules: InForce<'_>, now: i64) -> Vec<MachineView> {
    let by_id: BTreeMap<JobId, &Arc<Job>> = jobs.iter().map(|(id, job)| (*id, job)).collect();
    let (policies, reminder_rules) = (rules.warranty_policies(), rules.reminder_rules());
    let mut found = reminders::machines(jobs.iter().map(|(id, job)| (*id, job.as_ref())));
    found.sort_by_key(|machine| (std::cmp::Reverse(machine.served), machine.last_job));
    let one = |machine: Machine| {
        let job = by_id.get(&machine.last_job)?;
        let serial = same_serial(&machine.serial);
        let same = |a: &&crate::domain::facts::OrderedAppliance| {
            a.kind == machine.kind && same_serial(&job.field(a, SheetField::Serial)) == serial
        };
        let appliance = job.order.appliances.iter().find(same)?;
        let purchase = job.order.purchases.get(&appliance.id).cloned().unwrap_or_default();
        let made = job.field(appliance, SheetField::Made);
        let judged = warranty::coverage(&policies, &machine.brand, machine.kind, &purchase, &made, "", now);
        let due = reminders::due(&machine, &reminder_rules, now);
        Some(MachineView {
            kind: machine.kind,
            made: machine.made.map(Millis),
            served: Millis(machine.served),
            last_job: machine.last_job,
            coverage: judged.coverage,
            until: judged.until,
            why: judged.reason,
            due: due
                .into_iter()
                .map(|due| DueReminder { reason: due.reason, since: Millis(due.since), text: due.text })
                .collect(),
            brand: machine.brand,
            model: machine.model,
            serial: machine.serial,
        })
    };
    found.into_iter().filter_map(one).collect()
}

//! 保养合同: what a contract promised and what was kept of it, and the orders for its visits (R37). They are taken by
//! themselves on owners' devices; each has one name wherever it is taken, so two devices that do it apart make one order.

use std::sync::Arc;

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{ApplianceInput, CustomerInput, OrderDetails, OrderVisit, SheetField, TakeOrder};
use doorstep_schemas::view::{
    ContractView, Coverage, Fen, InspectionView, JobKind, JobView, Millis, Source, Urgency, Window,
};
use sha2::{Digest, Sha256};

use super::customers::{open_visit, rows_of};
use super::orders::OrderError;
use super::{Actions, JobError};
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::facts::desk::{Contract, Desk};
use crate::domain::facts::{Job, OrderedAppliance};
use crate::domain::intake::same_phone;
use crate::domain::reminders::{self, Inspection};
use crate::store::listed::JobRow;
use crate::store::{Store, StoreError};

/// Contracts are looked through when the app starts, and then so often.
const LOOK_MS: i64 = 60 * 60_000;
/// A device that met nobody for so long takes no order by itself: others may have long done it, or ended the contract.
const ALONE_MS: i64 = 3 * DAY_MS;
/// Jobs that are opened to find a contract's machine.
const MOST_OPENED: usize = 20;
/// When a visit on the contract's own day may begin and must have begun.
const DAY_HOURS: (i64, i64) = (8, 18);

impl Actions {
    /// Takes the order for a visit that is due. While one for this contract, or without one for this customer, is open, that
    /// one is shown instead: whoever asks twice, here or on another device that knows of it, makes no second one.
    pub fn order_visit(&self, input: &OrderVisit) -> Result<JobView, OrderError> {
        let mut store = self.shelf.store();
        self.owner(&store)?;
        let phone = same_phone(&input.phone);
        let (rows, _) = rows_of(&store, &phone)?;
        let desks = store.desks()?;
        let contracts = of_phone(&desks, &phone);
        let contract = contracts.iter().find(|contract| Some(contract.id) == input.contract);
        let Some(contract) = contract else {
            if let Some(open) = open_visit(&rows) {
                return Ok(self.view(&mut store, open)?);
            }
            let newest = input.job.or_else(|| rows.first().map(|row| row.card.job));
            let job = newest.ok_or(OrderError::Required("address"))?;
            let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
            let mut order = again(&facts, &facts.order.appliances, input.kind);
            order.symptom.clone_from(&input.what);
            return self.take_order_in(&mut store, &order);
        };
        if let Some(open) = open_of(&mut store, contract, &rows)? {
            return Ok(self.view(&mut store, open)?);
        }
        let next = promised(contract, &contracts, &rows).into_iter().find(|one| one.done.is_none());
        let due = next.map_or(self.nature.now_ms(), |one| one.due);
        self.take_visit(&mut store, contract, &rows, due, Tries::All)
    }

    /// The same for every contract whose visit is due soon (R37), on an owner's device that the outlet has not told to leave
    /// it. Whoever cancels such an order has decided: it is not taken again. Returns what was taken.
    pub fn take_due_visits(&self) -> Result<Vec<JobId>, StoreError> {
        let mut store = self.shelf.store();
        let now = self.nature.now_ms();
        let Some(enrolment) = store.enrolment()? else { return Ok(Vec::new()) };
        let roster = store.roster()?;
        let met = store.last_success()?.is_some_and(|at| at >= now.saturating_sub(ALONE_MS));
        if !met || !store.is_owner(enrolment.member)? || !reminders::orders_by_itself(&roster) {
            return Ok(Vec::new());
        }
        let rules = store.rules().at(now).reminder_rules();
        let desks = store.desks_of(|topic| topic == "customers")?;
        let mut taken = Vec::new();
        for contract in reminders::contracts(desks.iter().flat_map(|(_, desk)| &desk.contracts)) {
            let phone = same_phone(&contract.phone);
            let (rows, _) = rows_of(&store, &phone)?;
            let theirs = of_phone(&desks, &phone);
            let Some(due) = reminders::to_order(&promised(contract, &theirs, &rows), &rules, now) else { continue };
            if open_of(&mut store, contract, &rows)?.is_some() {
                continue;
            }
            match self.take_visit(&mut store, contract, &rows, due, Tries::First) {
                Ok(view) => taken.push(view.card.job),
                // Somebody decided on it, or it lacks what an order needs: the list of what is due shows it.
                Err(OrderError::AlreadyAdopted | OrderError::Required(_)) => {}
                Err(OrderError::Job(JobError::Store(error))) => return Err(error),
                Err(error) => tracing::warn!(%error, "the order for a contract's visit was not taken"),
            }
        }
        drop(store);
        if !taken.is_empty() {
            // Nobody may be listening; the orders are on the board.
            let _ = self.events.send(CoreEvent::VisitsTaken { jobs: taken.clone() });
        }
        Ok(taken)
    }

    /// [`Self::take_due_visits`] as upkeep does it: when the app has started, then once an hour.
    pub(crate) fn look_for_visits(&self) -> Result<bool, StoreError> {
        if self.shelf.look_due(self.nature.now_ms(), LOOK_MS) {
            self.take_due_visits()?;
        }
        Ok(false)
    }

    fn take_visit(
        &self,
        store: &mut Store,
        contract: &Contract,
        rows: &[JobRow],
        due: i64,
        tries: Tries,
    ) -> Result<JobView, OrderError> {
        let (facts, machines) = machines_of(store, contract, rows)?.ok_or(OrderError::Required("address"))?;
        let name = free_name(store, contract, due, tries)?.ok_or(OrderError::AlreadyAdopted)?;
        let mut order = again(&facts, &machines, JobKind::Maintenance);
        order.symptom = contract.appliance.trim().to_owned();
        order.coverage = Coverage::Contract;
        let details = order.details.get_or_insert_default();
        details.source = Some(Source::Contract);
        details.contract = contract.id.to_string();
        // The contract's day is the appointment until another one is made; a day that has passed is none.
        let day = calendar::day_start(due);
        if day >= calendar::day_start(self.nature.now_ms()) {
            let hour = |hours: i64| Millis(day + hours * 60 * 60_000);
            order.window = Some(Window { from: hour(DAY_HOURS.0), to: hour(DAY_HOURS.1) });
        }
        let ids: Vec<ShortId> = (0..order.appliances.len()).map(|place| appliance_name(name, place)).collect();
        self.take_order_as(store, &order, name, &ids)
    }
}

/// Whether an order that was cancelled is taken again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tries {
    First,
    All,
}

/// The first name of a visit's order that nothing has.
fn free_name(store: &Store, contract: &Contract, due: i64, tries: Tries) -> Result<Option<JobId>, StoreError> {
    for name in reminders::visit_names(contract, due) {
        if store.job_row(name)?.is_none() && !store.was_erased(name)? {
            return Ok(Some(name));
        }
        if tries == Tries::First {
            break;
        }
    }
    Ok(None)
}

/// One appliance of a visit's order: the same on every device, so that a merge shows it once.
fn appliance_name(job: JobId, place: usize) -> ShortId {
    let hash = Sha256::new().chain_update(job.to_bytes()).chain_update(place.to_be_bytes()).finalize();
    let [a, b, c, d, e, ..] = <[u8; 32]>::from(hash);
    ShortId::mint([a, b, c, d, e])
}

/// A job that was done, and machines of it.
type Visited = (Arc<Job>, Vec<OrderedAppliance>);

/// The newest job that had the contract's machine, and that machine; else the newest of the customer with all of them.
fn machines_of(store: &mut Store, contract: &Contract, rows: &[JobRow]) -> Result<Option<Visited>, StoreError> {
    let named = squeezed(&contract.appliance);
    let mut newest = None;
    for row in rows.iter().take(MOST_OPENED) {
        let Some(facts) = store.job_facts(row.card.job)? else { continue };
        let is = |appliance: &&OrderedAppliance| {
            let model = squeezed(&facts.field(appliance, SheetField::Model));
            !model.is_empty() && named.contains(&model)
        };
        let found: Vec<OrderedAppliance> = facts.order.appliances.iter().filter(is).cloned().collect();
        if !found.is_empty() {
            return Ok(Some((facts, found)));
        }
        newest.get_or_insert(facts);
    }
    Ok(newest.map(|facts| {
        let all = facts.order.appliances.clone();
        (facts, all)
    }))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

/// An order for the same customer and these machines, as they are known by now.
fn again(facts: &Job, machines: &[OrderedAppliance], kind: JobKind) -> TakeOrder {
    let customer = facts.customer();
    let appliance = |appliance: &OrderedAppliance| {
        let [brand, model, serial] =
            [SheetField::Brand, SheetField::Model, SheetField::Serial].map(|field| facts.field(appliance, field));
        ApplianceInput { kind: appliance.kind, brand, model, serial }
    };
    TakeOrder {
        kind,
        urgency: Urgency::Normal,
        far: facts.order.far,
        customer: CustomerInput {
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            township: customer.township.clone(),
            address: customer.address.clone(),
        },
        appliances: machines.iter().map(appliance).collect(),
        symptom: String::new(),
        window: None,
        coverage: Coverage::OutOfWarranty,
        maker_order: String::new(),
        note: String::new(),
        assignees: Vec::new(),
        details: Some(OrderDetails { source: Some(Source::Call), ..OrderDetails::default() }),
    }
}

/// A customer's contracts as they stand.
pub(super) fn of_phone<'a>(desks: &'a [(String, Desk)], phone: &str) -> Vec<&'a Contract> {
    let contracts = reminders::contracts(desks.iter().flat_map(|(_, desk)| &desk.contracts));
    contracts.into_iter().filter(|contract| same_phone(&contract.phone) == phone).collect()
}

/// What a contract promised, with the visits that kept it: not those that were another contract's.
pub(super) fn promised(contract: &Contract, theirs: &[&Contract], rows: &[JobRow]) -> Vec<Inspection> {
    let others = |job: JobId| {
        let is = |other: &&&Contract| reminders::visit_of(other, job).is_some();
        reminders::visit_of(contract, job).is_none() && theirs.iter().any(|other| is(&other))
    };
    let kept = rows.iter().filter(|row| reminders::keeps(row.card.kind, row.figures.outcome) && !others(row.card.job));
    let visits: Vec<i64> = kept.filter_map(|row| row.figures.finished_at).collect();
    reminders::inspections(contract, &visits)
}

/// The open order of a contract's visit: by its name; an older one that says it came from a contract, without which.
pub(super) fn open_of(store: &mut Store, contract: &Contract, rows: &[JobRow]) -> Result<Option<JobId>, StoreError> {
    let open = |row: &&JobRow| row.figures.finished_at.is_none() && !row.figures.cancelled;
    for row in rows.iter().filter(open) {
        let job = row.card.job;
        if reminders::visit_of(contract, job).is_some() {
            return Ok(Some(job));
        }
        if matches!(row.card.kind, JobKind::Maintenance | JobKind::Clean)
            && let Some(facts) = store.job_facts(job)?
            && facts.order.source.is(Source::Contract)
            && (facts.order.contract.is_empty() || facts.order.contract == contract.id.as_str())
        {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// A contract with what its customer's jobs kept of it.
pub(super) fn view(
    store: &mut Store,
    contract: &Contract,
    theirs: &[&Contract],
    rows: &[JobRow],
) -> Result<ContractView, StoreError> {
    let inspections = promised(contract, theirs, rows);
    let months = u32::try_from(contract.months.clamp(0, 600)).unwrap_or(0);
    Ok(ContractView {
        id: contract.id,
        customer: contract.customer.clone(),
        phone: contract.phone.clone(),
        appliance: contract.appliance.clone(),
        from: contract.from.map(|at| Millis(at.0)),
        until: contract.from.map(|at| Millis(calendar::months_after(at.0, months))),
        every: u32::try_from(contract.every).unwrap_or(0),
        fen: Fen(contract.fen),
        ended: contract.ended,
        next_due: inspections.iter().find(|one| one.done.is_none()).map(|one| Millis(one.due)),
        inspections: inspections
            .into_iter()
            .map(|one| InspectionView { due: Millis(one.due), done: one.done.map(Millis) })
            .collect(),
        ordered: open_of(store, contract, rows)?,
    })
}

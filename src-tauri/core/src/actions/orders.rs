//! Taking and assigning orders: the owner's.

use doorstep_schemas::ids::{DocId, JobId, MemberId, ShortId};
use doorstep_schemas::input::{Assign, TakeOrder};
use doorstep_schemas::view::{Blocker, JobView};

use super::{Actions, JobError, walk_in};
use crate::documents;
use crate::domain::crew;
use crate::domain::facts::Job;
use crate::domain::money::subsidy::looks_like_id_number;
use crate::nature::random;
use crate::store::{Store, StoreError};

/// Longest texts, in characters.
const NAME: usize = 40;
const LINE: usize = 120;
const NOTE: usize = 2_000;
/// A set has this many appliances at most.
const APPLIANCES: usize = 20;

/// Why an order was not taken or assigned.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("only an owner takes and assigns orders")]
    OwnerOnly,
    #[error("{0} must be filled in")]
    Required(&'static str),
    #[error("{field} is longer than {most} characters")]
    TooLong { field: &'static str, most: usize },
    #[error("{0:?} is not a phone number")]
    Phone(String),
    #[error("a text looks like an identity number; those are never kept")]
    IdentityNumber,
    #[error("the job has its order already")]
    AlreadyAdopted,
    #[error("the window ends before it begins")]
    Window,
    #[error("member {0} is not an active member of this outlet")]
    UnknownMember(MemberId),
    /// Certificates or grades, all at once (R7).
    #[error("{} things speak against these members", .0.len())]
    NotFit(Vec<Blocker>),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for OrderError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Takes an order: the job exists from now on, here and, when assigned, on those phones.
    pub fn take_order(&self, input: &TakeOrder) -> Result<JobView, OrderError> {
        self.take_order_in(&mut self.shelf.store(), input)
    }

    /// The same with the store in hand: nothing comes between what was looked up for it and the order.
    pub(super) fn take_order_in(&self, store: &mut Store, input: &TakeOrder) -> Result<JobView, OrderError> {
        let now = u64::try_from(self.nature.now_ms()).unwrap_or(0);
        let job = JobId::mint(now, random(self.nature.as_ref()));
        let ids: Vec<ShortId> = input.appliances.iter().map(|_| self.mint()).collect();
        self.take_order_as(store, input, job, &ids)
    }

    /// The same under names that are given. `ids` names the appliances in their order.
    pub(super) fn take_order_as(
        &self,
        store: &mut Store,
        input: &TakeOrder,
        job: JobId,
        ids: &[ShortId],
    ) -> Result<JobView, OrderError> {
        let input = tidy(input);
        check(&input)?;
        let noted = self.owner(store)?;
        known_members(store, &input.assignees)?;
        let draft = documents::order::draft(&input, noted).map_err(StoreError::from)?;
        may_do(store, draft, &input.assignees, noted.at_ms)?;
        let write = |doc: &mut _| {
            documents::order::write(doc, &input, ids, noted)?;
            documents::order::assign(doc, &input.assignees, noted.at_ms)
        };
        store.act(&DocId::Order(job), "take_order", noted.at_ms, write, |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(store, job)?)
    }

    /// Says who has the job from now on. A walk-in is taken over by it.
    pub fn assign(&self, input: &Assign) -> Result<JobView, OrderError> {
        let mut store = self.shelf.store();
        let noted = self.owner(&store)?;
        known_members(&store, &input.members)?;
        let facts = store.job_facts(input.job)?.ok_or(JobError::NotFound(input.job))?;
        if facts.order.cancelled {
            return Err(JobError::Cancelled.into());
        }
        may_do(&mut store, Job::clone(&facts), &input.members, noted.at_ms)?;
        let sheet = walk_in::not_adopted(&mut store, input.job)?;
        let write = |doc: &mut _| {
            sheet.iter().try_for_each(|sheet| documents::order::adopt(doc, sheet))?;
            documents::order::assign(doc, &input.members, noted.at_ms)
        };
        store.act(&DocId::Order(input.job), "assign", noted.at_ms, write, |_| Ok(()))?;
        self.changed(input.job);
        Ok(self.view(&mut store, input.job)?)
    }

    pub(super) fn owner(&self, store: &Store) -> Result<crate::domain::facts::Noted, OrderError> {
        let me = Self::enrolment(store)?.member;
        if store.is_owner(me)? { Ok(self.noted(store, me)?) } else { Err(OrderError::OwnerOnly) }
    }
}

/// Certificates first, they are law; then grades, unless the owner set them aside for this job with a reason (R7). An
/// outlet that keeps no roster here is not asked.
fn may_do(store: &mut Store, mut job: Job, members: &[MemberId], now: i64) -> Result<(), OrderError> {
    let roster = store.roster()?;
    if members.is_empty() || !crew::kept(&roster) {
        return Ok(());
    }
    job.order.assignees = members.iter().map(|member| (*member, now)).collect();
    let rules = store.rules().clone();
    let mut stops = crew::certificate_stops(&roster, members, &job, now, &rules.at(now).crew_rules());
    stops.extend(crew::grade_stops(&roster, members, &job));
    if stops.is_empty() { Ok(()) } else { Err(OrderError::NotFit(stops.into_iter().map(Blocker::from).collect())) }
}

fn known_members(store: &Store, members: &[MemberId]) -> Result<(), OrderError> {
    for member in members {
        if !store.member(*member)?.active {
            return Err(OrderError::UnknownMember(*member));
        }
    }
    Ok(())
}

pub(super) fn tidy(input: &TakeOrder) -> TakeOrder {
    let mut order = input.clone();
    let customer = &mut order.customer;
    customer.phone.retain(|c| !c.is_whitespace() && c != '-');
    let texts = [
        &mut customer.name,
        &mut customer.township,
        &mut customer.address,
        &mut order.symptom,
        &mut order.maker_order,
        &mut order.note,
    ];
    texts.into_iter().for_each(|text| *text = text.trim().to_owned());
    for appliance in &mut order.appliances {
        for text in [&mut appliance.brand, &mut appliance.model, &mut appliance.serial] {
            *text = text.trim().to_owned();
        }
    }
    order.assignees.dedup();
    order
}

pub(super) fn check(order: &TakeOrder) -> Result<(), OrderError> {
    let customer = &order.customer;
    for (field, text) in [("customer", &customer.name), ("phone", &customer.phone), ("address", &customer.address)] {
        if text.is_empty() {
            return Err(OrderError::Required(field));
        }
    }
    if order.appliances.is_empty() {
        return Err(OrderError::Required("appliances"));
    }
    if order.appliances.len() > APPLIANCES {
        return Err(OrderError::TooLong { field: "appliances", most: APPLIANCES });
    }
    let mut texts = vec![
        ("customer", &customer.name, NAME),
        ("phone", &customer.phone, NAME),
        ("township", &customer.township, NAME),
        ("address", &customer.address, LINE),
        ("symptom", &order.symptom, LINE),
        ("maker_order", &order.maker_order, LINE),
        ("note", &order.note, NOTE),
    ];
    for appliance in &order.appliances {
        texts.extend([
            ("brand", &appliance.brand, NAME),
            ("model", &appliance.model, LINE),
            ("serial", &appliance.serial, LINE),
        ]);
    }
    if let Some((field, _, most)) = texts.iter().find(|(_, text, most)| text.chars().count() > *most) {
        return Err(OrderError::TooLong { field, most: *most });
    }
    if texts.iter().any(|(_, text, _)| looks_like_id_number(text)) {
        return Err(OrderError::IdentityNumber);
    }
    let digits = customer.phone.strip_prefix('+').unwrap_or(&customer.phone);
    if !(5..=20).contains(&digits.len()) || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(OrderError::Phone(customer.phone.clone()));
    }
    match order.window {
        Some(window) if window.to <= window.from => Err(OrderError::Window),
        _ => Ok(()),
    }
}

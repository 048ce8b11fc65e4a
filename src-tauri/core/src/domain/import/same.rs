//! What is here already, and what may be: a file that comes twice makes no job twice.

use std::collections::HashMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::TakeOrder;
use doorstep_schemas::view::{ApplianceKind, Millis, Window};

use crate::domain::calendar::DAY_MS;
use crate::domain::intake::{same_phone, same_serial};

/// A job this old is no reason to doubt a new one of the same customer, *(ours)*.
const RECENT_MS: i64 = 30 * DAY_MS;
/// A job as far as an order is compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub job: JobId,
    pub customer: String,
    pub taken_ms: i64,
    pub maker_order: String,
    pub phones: Vec<String>,
    pub serials: Vec<String>,
    pub kind: ApplianceKind,
    pub symptom: String,
    pub window: Option<Window>,
    pub open: bool,
    pub cancelled: bool,
}

impl Known {
    /// Whether it is a reason to doubt an order of the same customer or machine.
    fn recent(&self, now: i64) -> bool {
        self.open || now.saturating_sub(self.taken_ms) < RECENT_MS
    }
}

/// How an order stands to what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness<T> {
    Same(T),
    /// The same phone, serial or maker's number.
    Alike(T),
}

/// Jobs or rows, found again by what names them: each look costs the same, however many one phone has. Of several that an
/// order is like, it is the one that was added first.
pub struct Here<T> {
    all: Vec<T>,
    /// Those that make one doubt.
    phones: HashMap<String, usize>,
    serials: HashMap<String, usize>,
    orders: HashMap<String, usize>,
    /// Those that may be the same: by the maker's number, else by customer, day and what is wrong.
    by_order: HashMap<String, Machines>,
    by_visit: HashMap<Visit, Machines>,
    /// Of those by visit, the ones without a maker's number.
    by_visit_bare: HashMap<Visit, Machines>,
}

impl<T> Default for Here<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            phones: HashMap::new(),
            serials: HashMap::new(),
            orders: HashMap::new(),
            by_order: HashMap::new(),
            by_visit: HashMap::new(),
            by_visit_bare: HashMap::new(),
        }
    }
}

/// Customer, day and what is wrong.
type Visit = (String, Option<(Millis, Millis)>, String);

/// Machines of one maker's number or visit. That number stands on every machine of a set, so another serial or kind is
/// another order.
#[derive(Default)]
struct Machines {
    serials: HashMap<String, usize>,
    /// By kind: all of them, and those without a serial.
    kinds: HashMap<Option<ApplianceKind>, usize>,
    bare: HashMap<Option<ApplianceKind>, usize>,
}

impl Machines {
    fn add(&mut self, serials: &[String], kind: Option<ApplianceKind>, place: usize) {
        for serial in serials {
            self.serials.entry(serial.clone()).or_insert(place);
        }
        self.kinds.entry(kind).or_insert(place);
        if serials.is_empty() {
            self.bare.entry(kind).or_insert(place);
        }
    }

    fn find(&self, serial: &str, kind: Option<ApplianceKind>) -> Option<usize> {
        if serial.is_empty() {
            return self.kinds.get(&kind).copied();
        }
        let found = [self.serials.get(serial), self.bare.get(&kind)];
        found.into_iter().flatten().min().copied()
    }
}

/// What names one job or row.
struct Named<'a> {
    phones: &'a [String],
    serials: &'a [String],
    order: &'a str,
    kind: Option<ApplianceKind>,
    window: Option<Window>,
    symptom: &'a str,
    doubtful: bool,
}

/// What an order is asked for by.
struct Asked {
    phone: String,
    serial: String,
    order: String,
    kind: Option<ApplianceKind>,
    visit: Visit,
}

impl Asked {
    fn of(order: &TakeOrder) -> Self {
        let appliance = order.appliances.first();
        let phone = same_phone(&order.customer.phone);
        Self {
            serial: appliance.map(|appliance| same_serial(&appliance.serial)).unwrap_or_default(),
            order: same_serial(&order.maker_order),
            kind: appliance.map(|appliance| appliance.kind),
            visit: (phone.clone(), days(order.window), order.symptom.clone()),
            phone,
        }
    }
}

fn days(window: Option<Window>) -> Option<(Millis, Millis)> {
    window.map(|window| (window.from, window.to))
}

impl<T: Clone> Here<T> {
    fn put(&mut self, it: T, named: &Named<'_>) {
        let place = self.all.len();
        self.all.push(it);
        let order = same_serial(named.order);
        if named.doubtful {
            for (map, keys) in [(&mut self.phones, named.phones), (&mut self.serials, named.serials)] {
                for key in keys.iter().filter(|key| !key.is_empty()) {
                    map.entry(key.clone()).or_insert(place);
                }
            }
            if !order.is_empty() {
                self.orders.entry(order.clone()).or_insert(place);
            }
        }
        for phone in named.phones.iter().filter(|phone| !phone.is_empty()) {
            let visit: Visit = (phone.clone(), days(named.window), named.symptom.to_owned());
            if order.is_empty() {
                self.by_visit_bare.entry(visit.clone()).or_default().add(named.serials, named.kind, place);
            }
            self.by_visit.entry(visit).or_default().add(named.serials, named.kind, place);
        }
        if !order.is_empty() {
            self.by_order.entry(order).or_default().add(named.serials, named.kind, place);
        }
    }

    /// How an order stands to all that was added.
    pub fn like(&self, order: &TakeOrder) -> Option<Likeness<T>> {
        let asked = Asked::of(order);
        let find = |machines: Option<&Machines>| machines.and_then(|found| found.find(&asked.serial, asked.kind));
        let by_visit = if asked.order.is_empty() { &self.by_visit } else { &self.by_visit_bare };
        let same = [find(self.by_order.get(&asked.order)), find(by_visit.get(&asked.visit))];
        if let Some(found) = same.into_iter().flatten().min().and_then(|place| self.all.get(place)) {
            return Some(Likeness::Same(found.clone()));
        }
        let alike = [self.phones.get(&asked.phone), self.serials.get(&asked.serial), self.orders.get(&asked.order)];
        let place = alike.into_iter().flatten().min()?;
        self.all.get(*place).cloned().map(Likeness::Alike)
    }
}

impl Here<Known> {
    /// A job that is here. What was cancelled is not.
    pub fn add_job(&mut self, job: &Known, now: i64) {
        if job.cancelled {
            return;
        }
        let named = Named {
            phones: &job.phones,
            serials: &job.serials,
            order: &job.maker_order,
            kind: Some(job.kind),
            window: job.window,
            symptom: &job.symptom,
            doubtful: job.recent(now),
        };
        self.put(job.clone(), &named);
    }
}

impl Here<u32> {
    /// A row of the same table, before the one that is looked at.
    pub fn add_row(&mut self, row: u32, order: &TakeOrder) {
        let Asked { phone, serial, order: maker_order, kind, .. } = Asked::of(order);
        let serials: Vec<String> = Some(serial).filter(|serial| !serial.is_empty()).into_iter().collect();
        let named = Named {
            phones: &[phone],
            serials: &serials,
            order: &maker_order,
            kind,
            window: order.window,
            symptom: &order.symptom,
            doubtful: true,
        };
        self.put(row, &named);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{NOON, job_id};
    use doorstep_schemas::input::{ApplianceInput, CustomerInput};
    use doorstep_schemas::view::{Coverage, JobKind, Urgency};

    fn order(phone: &str, serial: &str, maker_order: &str) -> TakeOrder {
        let text = str::to_owned;
        TakeOrder {
            kind: JobKind::Repair,
            urgency: Urgency::Normal,
            far: false,
            customer: CustomerInput {
                name: text("罗桂香"),
                phone: text(phone),
                township: text(""),
                address: text("南门"),
            },
            appliances: vec![ApplianceInput {
                kind: ApplianceKind::AirConditioner,
                brand: text(""),
                model: text(""),
                serial: text(serial),
            }],
            symptom: text("不制冷"),
            window: None,
            coverage: Coverage::OutOfWarranty,
            maker_order: text(maker_order),
            note: text(""),
            assignees: Vec::new(),
            details: None,
        }
    }

    fn known(order: &TakeOrder) -> Known {
        Known {
            job: job_id(1),
            customer: order.customer.name.clone(),
            taken_ms: NOON,
            maker_order: order.maker_order.clone(),
            phones: vec![same_phone(&order.customer.phone)],
            serials: Some(same_serial(&order.appliances[0].serial)).filter(|s| !s.is_empty()).into_iter().collect(),
            kind: order.appliances[0].kind,
            symptom: order.symptom.clone(),
            window: order.window,
            open: true,
            cancelled: false,
        }
    }

    fn found(order: &TakeOrder, job: &Known, now: i64) -> &'static str {
        let mut here = Here::default();
        here.add_job(job, now);
        match here.like(order) {
            Some(Likeness::Same(_)) => "same",
            Some(Likeness::Alike(_)) => "alike",
            None => "new",
        }
    }

    #[test]
    fn r9_the_same_order_is_known_by_the_makers_number_or_by_customer_machine_and_day() {
        let here = known(&order("13800001001", "BL-1", "CG1"));
        assert_eq!(found(&order("13900000000", "bl-1", "CG1"), &here, NOON), "same", "the number has been corrected");
        assert_eq!(found(&order("13800001001", "BL-2", "CG1"), &here, NOON), "alike", "another machine of the set");
        assert_eq!(found(&order("13800001001", "BL-1", "CG2"), &here, NOON), "alike");
        assert_eq!(
            found(&order("13900000000", "BL-9", "CG1"), &here, NOON),
            "alike",
            "only the maker's number is known"
        );
        let plain = known(&order("13800001001", "", ""));
        assert_eq!(found(&order("138 0000 1001", "", ""), &plain, NOON), "same");
        let mut other = order("13800001001", "", "");
        other.symptom = "漏水".to_owned();
        assert_eq!(found(&other, &plain, NOON), "alike");
        assert_eq!(found(&order("13900000000", "", ""), &plain, NOON), "new");
    }

    #[test]
    fn what_ended_long_ago_or_was_cancelled_is_no_reason_to_doubt() {
        let mut job = known(&order("13800001001", "", "CG1"));
        job.open = false;
        assert_eq!(found(&order("13800001001", "", "CG2"), &job, NOON + RECENT_MS), "new");
        assert_eq!(found(&order("13800001001", "", "CG2"), &job, NOON + RECENT_MS - 1), "alike");
        job.cancelled = true;
        assert_eq!(found(&order("13800001001", "", "CG1"), &job, NOON), "new");
    }

    #[test]
    fn rows_of_one_table_are_compared_with_those_before_them() {
        let mut before = Here::default();
        assert_eq!(before.like(&order("13800001001", "", "")), None);
        before.add_row(2, &order("13800001001", "BL-1", "CG1"));
        assert_eq!(before.like(&order("13800001001", "BL-1", "CG1")), Some(Likeness::Same(2)));
        assert_eq!(before.like(&order("13900000000", "BL-1", "CG9")), Some(Likeness::Alike(2)));
        assert_eq!(before.like(&order("13900000000", "", "")), None);
        assert_eq!(
            before.like(&order("13900000000", "", " cg1 ")),
            Some(Likeness::Same(2)),
            "the maker's number alone"
        );
        let mut other = order("13900000000", "", "CG1");
        other.appliances[0].kind = ApplianceKind::RangeHood;
        assert_eq!(before.like(&other), Some(Likeness::Alike(2)), "another machine of the set, the phone mistyped");
    }

    #[test]
    fn r9_the_last_of_hundreds_of_one_phone_is_known_as_well_as_the_first() {
        let mut before = Here::default();
        for n in 0..300 {
            before.add_row(n, &order("13800001001", &format!("BL-{n}"), &format!("CG{n}")));
        }
        assert_eq!(before.like(&order("13800001001", "BL-299", "CG299")), Some(Likeness::Same(299)));
        assert_eq!(before.like(&order("13800001001", "BL-300", "CG300")), Some(Likeness::Alike(0)));
    }
}

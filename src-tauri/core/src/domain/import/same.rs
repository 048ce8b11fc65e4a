//! What is here already, and what may be: a file that comes twice makes no job twice.

use std::collections::HashMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::TakeOrder;
use doorstep_schemas::view::{ApplianceKind, Millis, Window};

use crate::domain::calendar::DAY_MS;
use crate::domain::intake::{same_phone, same_serial};

/// A job this old is no reason to doubt a new one of the same customer, *(ours)*.
const RECENT_MS: i64 = 30 * DAY_MS;
/// Rows of one customer that are compared with each other: a builder's phone stands on hundreds.
const MOST_COMPARED: usize = 50;

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

/// What an order is known by, as compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marks {
    phone: String,
    serial: String,
    maker_order: String,
    kind: Option<ApplianceKind>,
    symptom: String,
    window: Option<(Millis, Millis)>,
}

impl Marks {
    fn of(order: &TakeOrder) -> Self {
        let appliance = order.appliances.first();
        Self {
            phone: same_phone(&order.customer.phone),
            serial: appliance.map(|appliance| same_serial(&appliance.serial)).unwrap_or_default(),
            maker_order: order.maker_order.trim().to_owned(),
            kind: appliance.map(|appliance| appliance.kind),
            symptom: order.symptom.clone(),
            window: order.window.map(|window| (window.from, window.to)),
        }
    }

    /// The same order: by the maker's number, else by customer, machine, day and what is wrong. A maker's number stands on
    /// every machine of a set, so another serial or kind is another one.
    fn same(&self, phones: &[String], serials: &[String], other: &Self) -> bool {
        let machine = if self.serial.is_empty() || serials.is_empty() {
            self.kind == other.kind
        } else {
            serials.contains(&self.serial)
        };
        if !self.maker_order.is_empty() && !other.maker_order.is_empty() {
            return machine && self.maker_order == other.maker_order;
        }
        machine && phones.contains(&self.phone) && self.window == other.window && self.symptom == other.symptom
    }
}

/// How an order stands to what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness<T> {
    Same(T),
    /// The same phone or serial.
    Alike(T),
}

/// Compares an order with the jobs of its phone and serial. What was cancelled is not here.
pub fn among_jobs<'a>(
    order: &TakeOrder,
    known: impl IntoIterator<Item = &'a Known>,
    now: i64,
) -> Option<Likeness<&'a Known>> {
    let marks = Marks::of(order);
    let mut alike = None;
    for job in known.into_iter().filter(|job| !job.cancelled) {
        let theirs = Marks {
            maker_order: job.maker_order.trim().to_owned(),
            kind: Some(job.kind),
            symptom: job.symptom.clone(),
            window: job.window.map(|window| (window.from, window.to)),
            phone: String::new(),
            serial: String::new(),
        };
        if marks.same(&job.phones, &job.serials, &theirs) {
            return Some(Likeness::Same(job));
        }
        let named =
            job.phones.contains(&marks.phone) || (!marks.serial.is_empty() && job.serials.contains(&marks.serial));
        if named && (job.open || now.saturating_sub(job.taken_ms) < RECENT_MS) {
            alike.get_or_insert(job);
        }
    }
    alike.map(Likeness::Alike)
}

/// The rows of a table before this one.
#[derive(Default)]
pub struct Before {
    rows: Vec<(u32, Marks)>,
    by_phone: HashMap<String, Vec<usize>>,
    by_serial: HashMap<String, Vec<usize>>,
}

impl Before {
    /// Compares an order with the rows before its own.
    pub fn like(&self, order: &TakeOrder) -> Option<Likeness<u32>> {
        let marks = Marks::of(order);
        let of = |map: &HashMap<String, Vec<usize>>, key: &str| map.get(key).cloned().unwrap_or_default();
        let mut places = of(&self.by_phone, &marks.phone);
        if !marks.serial.is_empty() {
            places.extend(of(&self.by_serial, &marks.serial));
        }
        let rows: Vec<&(u32, Marks)> = places.iter().filter_map(|place| self.rows.get(*place)).collect();
        let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        let same = rows.iter().find(|(_, other)| marks.same(&one(&other.phone), &one(&other.serial), other));
        match same {
            Some((row, _)) => Some(Likeness::Same(*row)),
            None => rows.first().map(|(row, _)| Likeness::Alike(*row)),
        }
    }

    pub fn add(&mut self, row: u32, order: &TakeOrder) {
        let marks = Marks::of(order);
        let place = self.rows.len();
        for (map, key) in [(&mut self.by_phone, &marks.phone), (&mut self.by_serial, &marks.serial)] {
            let places = map.entry(key.clone()).or_default();
            if !key.is_empty() && places.len() < MOST_COMPARED {
                places.push(place);
            }
        }
        self.rows.push((row, marks));
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
        match among_jobs(order, [job], now) {
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
        let mut before = Before::default();
        assert_eq!(before.like(&order("13800001001", "", "")), None);
        before.add(2, &order("13800001001", "BL-1", "CG1"));
        assert_eq!(before.like(&order("13800001001", "BL-1", "CG1")), Some(Likeness::Same(2)));
        assert_eq!(before.like(&order("13900000000", "BL-1", "CG9")), Some(Likeness::Alike(2)));
        assert_eq!(before.like(&order("13900000000", "", "")), None);
    }
}

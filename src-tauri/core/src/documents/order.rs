//! 工单: the order document. Only owners write it, so nobody can assign or approve their own work.

use std::collections::BTreeMap;

use automerge::{AutoCommit, ScalarValue};
use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::TakeOrder;
use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind, Millis, Urgency, Window};

use super::layout::{self, WriteError};
use crate::domain::facts::{Customer, Noted, Order, OrderedAppliance};

fn text(value: &str) -> ScalarValue {
    ScalarValue::from(value)
}

/// Writes a new order. `appliance_ids` names the appliances in their order.
pub fn write(doc: &mut AutoCommit, input: &TakeOrder, ids: &[ShortId], noted: Noted) -> Result<(), WriteError> {
    let marks = [
        ("kind", text(input.kind.word())),
        ("urgency", text(input.urgency.word())),
        ("far", ScalarValue::Boolean(input.far)),
        ("symptom", text(&input.symptom)),
        ("coverage", text(input.coverage.word())),
        ("maker_order", text(&input.maker_order)),
        ("note", text(&input.note)),
        ("taken_at", ScalarValue::Timestamp(noted.at_ms)),
        ("taken_by", text(noted.by.as_str())),
    ];
    for (key, value) in marks {
        if value != text("") {
            layout::set(doc, "marks", key, value)?;
        }
    }
    if let Some(offset) = noted.offset_ms {
        layout::set(doc, "marks", "taken_off", ScalarValue::Int(offset))?;
    }
    let customer = &input.customer;
    for (key, value) in [
        ("name", &customer.name),
        ("phone", &customer.phone),
        ("township", &customer.township),
        ("address", &customer.address),
    ] {
        layout::set(doc, "customer", key, text(value))?;
    }
    if let Some(window) = input.window {
        layout::set(doc, "window", "from", ScalarValue::Timestamp(window.from.0))?;
        layout::set(doc, "window", "to", ScalarValue::Timestamp(window.to.0))?;
    }
    for (place, (appliance, id)) in input.appliances.iter().zip(ids).enumerate() {
        let scalars = [
            ("place", ScalarValue::Int(i64::try_from(place).unwrap_or(i64::MAX))),
            ("kind", text(appliance.kind.word())),
            ("brand", text(&appliance.brand)),
            ("model", text(&appliance.model)),
            ("serial", text(&appliance.serial)),
        ];
        layout::add(doc, "appliances", *id, noted, &scalars)?;
    }
    assign(doc, &input.assignees, noted.at_ms)
}

/// Everybody in `members` has the job, nobody else has.
pub fn assign(doc: &mut AutoCommit, members: &[MemberId], at_ms: i64) -> Result<(), WriteError> {
    let held = assignees(doc);
    for member in held.keys().filter(|m| !members.contains(m)) {
        layout::set(doc, "assignees", member.as_str(), ScalarValue::Null)?;
    }
    for member in members.iter().filter(|m| !held.contains_key(m)) {
        layout::set(doc, "assignees", member.as_str(), ScalarValue::Timestamp(at_ms))?;
    }
    Ok(())
}

fn assignees(doc: &AutoCommit) -> BTreeMap<MemberId, i64> {
    layout::scalars(doc, "assignees")
        .into_iter()
        .filter_map(|(key, values)| {
            let member = key.parse().ok()?;
            match values.first() {
                Some(since @ ScalarValue::Timestamp(_)) => Some((member, layout::whole(since)?)),
                _ => None,
            }
        })
        .collect()
}

/// The order as it stands; `None` while nothing was written yet.
pub fn read(doc: &AutoCommit) -> Option<Order> {
    let mark = |key: &str| layout::text(doc, "marks", key);
    let taken_by: MemberId = mark("taken_by").parse().ok()?;
    let taken = Noted {
        at_ms: layout::number(doc, "marks", "taken_at").unwrap_or(0),
        offset_ms: layout::number(doc, "marks", "taken_off"),
        by: taken_by,
    };
    let window = layout::number(doc, "window", "from").zip(layout::number(doc, "window", "to"));
    let mut appliances: Vec<(i64, OrderedAppliance)> = layout::facts(doc, "appliances")
        .iter()
        .map(|fact| {
            let appliance = OrderedAppliance {
                id: fact.id,
                kind: ApplianceKind::from_word(&fact.text("kind")).unwrap_or(ApplianceKind::Other),
                brand: fact.text("brand"),
                model: fact.text("model"),
                serial: fact.text("serial"),
            };
            (fact.number("place").unwrap_or(0), appliance)
        })
        .collect();
    appliances.sort_by_key(|(place, appliance)| (*place, appliance.id));
    Some(Order {
        kind: JobKind::from_word(&mark("kind")).unwrap_or(JobKind::Repair),
        urgency: Urgency::from_word(&mark("urgency")).unwrap_or(Urgency::Normal),
        far: layout::scalar(doc, "marks", "far") == Some(ScalarValue::Boolean(true)),
        customer: Customer {
            name: layout::text(doc, "customer", "name"),
            phone: layout::text(doc, "customer", "phone"),
            township: layout::text(doc, "customer", "township"),
            address: layout::text(doc, "customer", "address"),
        },
        appliances: appliances.into_iter().map(|(_, appliance)| appliance).collect(),
        symptom: mark("symptom"),
        window: window.map(|(from, to)| Window { from: Millis(from), to: Millis(to) }),
        coverage: Coverage::from_word(&mark("coverage")).unwrap_or(Coverage::ToBeAppraised),
        maker_order: mark("maker_order"),
        note: mark("note"),
        taken,
        assignees: assignees(doc),
        cancelled: layout::scalar(doc, "marks", "cancelled") == Some(ScalarValue::Boolean(true)),
    })
}

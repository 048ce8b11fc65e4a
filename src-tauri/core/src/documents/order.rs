//! 工单: the order document. Only owners write it, so nobody can assign or approve their own work.

use std::collections::BTreeMap;

use automerge::{AutoCommit, ScalarValue};
use doorstep_schemas::ids::{DocKind, JobId, MemberId, ShortId};
use doorstep_schemas::input::{OrderDetails, TakeOrder};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, Grade, JobKind, Millis, Segment, Source, Urgency, Window, Worded,
};

use super::layout::{self, WriteError};
use super::paper::Paper;
use super::refound;
use crate::domain::facts::{Customer, FieldValue, Job, Noted, Order, OrderedAppliance, Purchase};
use crate::domain::record::Word;

fn text(value: &str) -> ScalarValue {
    ScalarValue::from(value)
}

/// Writes a new order, into an order document or, for a walk-in, into the sheet. `ids` names the appliances in their
/// order.
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
        set_window(doc, window)?;
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
    if let Some(details) = &input.details {
        describe(doc, details)?;
    }
    Ok(())
}

/// The job as it would stand if this order were taken, by nobody yet.
pub fn draft(input: &TakeOrder, noted: Noted) -> Result<Job, WriteError> {
    let births = super::birth::make(DocKind::Order).concat();
    let mut doc = AutoCommit::load(&births)?;
    let ids: Vec<ShortId> = (0..input.appliances.len()).map(|n| ShortId::mint([0, 0, 0, 0, n as u8])).collect();
    write(&mut doc, input, &ids, noted)?;
    let order = read(&doc).unwrap_or_else(|| Order::blank(input.kind, noted));
    Ok(Job { order, sheet: Default::default() })
}

/// What is said of an order beyond who, where and what.
pub fn describe(doc: &mut AutoCommit, details: &OrderDetails) -> Result<(), WriteError> {
    let texts = [
        ("source", details.source.map(Worded::word)),
        ("segment", details.segment.map(Worded::word)),
        ("difficulty", details.difficulty.map(Worded::word)),
        ("wished", details.wished.as_ref().map(ShortId::as_str)),
        ("contract", Some(details.contract.as_str()).filter(|topic| !topic.is_empty())),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            layout::set(doc, "marks", key, text(value))?;
        }
    }
    if let Some(job) = details.revisit_of {
        layout::set(doc, "marks", "revisit_of", text(&job.to_string()))?;
    }
    if let Some(km) = details.km {
        layout::set(doc, "marks", "km", ScalarValue::Int(i64::from(km)))?;
    }
    let flags = [
        ("subsidised", details.subsidised),
        ("acceptance", details.acceptance),
        ("project", details.project),
        ("at_height", details.at_height),
    ];
    for (key, flag) in flags {
        if flag || layout::scalar(doc, "marks", key).is_some() {
            layout::set(doc, "marks", key, ScalarValue::Boolean(flag))?;
        }
    }
    Ok(())
}

pub fn set_window(doc: &mut AutoCommit, window: Window) -> Result<(), WriteError> {
    layout::set(doc, "window", "from", ScalarValue::Timestamp(window.from.0))?;
    layout::set(doc, "window", "to", ScalarValue::Timestamp(window.to.0))
}

/// A window that the owner agreed anew, and when: a later one than the technician's appointment takes its place.
pub fn move_window(doc: &mut AutoCommit, window: Window, at_ms: i64) -> Result<(), WriteError> {
    set_window(doc, window)?;
    layout::set(doc, "window", "at", ScalarValue::Timestamp(at_ms))
}

pub fn cancel(doc: &mut AutoCommit, reason: &str) -> Result<(), WriteError> {
    layout::set(doc, "marks", "cancelled", ScalarValue::Boolean(true))?;
    layout::set(doc, "marks", "cancel_reason", text(reason))
}

/// 已结算: the maker's money for the job is here.
pub fn settle(doc: &mut AutoCommit, at_ms: i64) -> Result<(), WriteError> {
    layout::set(doc, "marks", "settled_at", ScalarValue::Timestamp(at_ms))
}

/// One proof of purchase of one appliance; an empty text takes it back.
pub fn set_purchase(doc: &mut AutoCommit, appliance: ShortId, key: &str, value: &str) -> Result<(), WriteError> {
    layout::set(doc, "purchase", &format!("{appliance}/{key}"), text(value))
}

/// The owner takes a walk-in's order over as it stands in the sheet, under the same ids.
pub fn adopt(doc: &mut AutoCommit, sheet: &Paper) -> Result<(), WriteError> {
    let sheet = sheet.doc();
    for name in ["marks", "customer", "window", "purchase"] {
        for (key, values) in layout::scalars(sheet, name) {
            if let Some(value) = values.into_iter().next() {
                layout::set(doc, name, &key, value)?;
            }
        }
    }
    layout::copy_facts(doc, sheet, "appliances")
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

/// A walk-in's order as its sheet holds it: assigned to who made it (R6).
pub fn read_walk_in(sheet: &AutoCommit) -> Option<Order> {
    let mut order = read(sheet)?;
    order.assignees.insert(order.taken.by, order.taken.at_ms);
    Some(order)
}

/// The scalars of some containers, read in one pass, and which of them two devices wrote without knowing of each other.
struct Said {
    values: BTreeMap<String, ScalarValue>,
    contested: BTreeMap<String, FieldValue>,
}

impl Said {
    fn read(doc: &AutoCommit) -> Self {
        let mut said = Self { values: BTreeMap::new(), contested: BTreeMap::new() };
        for name in ["marks", "customer", "window", "purchase"] {
            for (key, mut values) in layout::scalars(doc, name) {
                let asked = !layout::goes_with_others(name, &key);
                let key = format!("{name}/{key}");
                if values.len() > 1 && asked {
                    let mut texts = values.iter().map(layout::readable);
                    let value = texts.next().unwrap_or_default();
                    said.contested.insert(key.clone(), FieldValue { value, others: texts.collect() });
                }
                if !values.is_empty() {
                    said.values.insert(key, values.swap_remove(0));
                }
            }
        }
        said
    }

    fn text(&self, key: &str) -> String {
        match self.values.get(key) {
            Some(ScalarValue::Str(text)) => text.to_string(),
            _ => String::new(),
        }
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.values.get(key).and_then(layout::whole)
    }

    fn flag(&self, key: &str) -> bool {
        self.values.get(key) == Some(&ScalarValue::Boolean(true))
    }

    fn purchases(&self) -> BTreeMap<ShortId, Purchase> {
        let mut out: BTreeMap<ShortId, Purchase> = BTreeMap::new();
        for (key, value) in self.values.range("purchase/".to_owned().."purchase0".to_owned()) {
            let ScalarValue::Str(value) = value else { continue };
            let mut parts = key.split('/').skip(1);
            let (Some(Ok(appliance)), Some(field)) = (parts.next().map(str::parse), parts.next()) else { continue };
            let purchase = out.entry(appliance).or_default();
            let place = match field {
                "invoice" => &mut purchase.invoice,
                "card" => &mut purchase.card,
                "installed" => &mut purchase.installed,
                "made" => &mut purchase.made,
                "dealer" => &mut purchase.dealer,
                "part" => &mut purchase.part,
                "voids" => &mut purchase.voids,
                _ => continue,
            };
            *place = value.to_string();
        }
        out
    }
}

fn appliances(doc: &AutoCommit) -> Vec<OrderedAppliance> {
    let mut found: Vec<(i64, OrderedAppliance)> = layout::facts(doc, "appliances")
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
    found.sort_by_key(|(place, appliance)| (*place, appliance.id));
    found.into_iter().map(|(_, appliance)| appliance).collect()
}

/// The order as it stands, of an order document or of a walk-in's sheet; `None` while nothing was written yet.
pub fn read(doc: &AutoCommit) -> Option<Order> {
    let said = Said::read(doc);
    let taken = Noted {
        at_ms: said.number("marks/taken_at").unwrap_or(0),
        offset_ms: said.number("marks/taken_off"),
        claimed_ms: None,
        by: said.text("marks/taken_by").parse().ok()?,
    };
    let window = said.number("window/from").zip(said.number("window/to"));
    let mark = |key: &str| said.text(&format!("marks/{key}"));
    Some(Order {
        kind: JobKind::from_word(&mark("kind")).unwrap_or(JobKind::Repair),
        urgency: Urgency::from_word(&mark("urgency")).unwrap_or(Urgency::Normal),
        far: said.flag("marks/far"),
        customer: Customer {
            name: said.text("customer/name"),
            phone: said.text("customer/phone"),
            township: said.text("customer/township"),
            address: said.text("customer/address"),
        },
        appliances: appliances(doc),
        serials: layout::records(doc),
        purchases: said.purchases(),
        symptom: mark("symptom"),
        window: window.map(|(from, to)| Window { from: Millis(from), to: Millis(to) }),
        window_at: said.number("window/at"),
        coverage: Coverage::from_word(&mark("coverage")).unwrap_or(Coverage::ToBeAppraised),
        maker_order: mark("maker_order"),
        note: mark("note"),
        source: Word::<Source>::read(&mark("source")),
        segment: Word::<Segment>::read(&mark("segment")),
        revisit_of: mark("revisit_of").parse::<JobId>().ok(),
        contract: mark("contract"),
        subsidised: said.flag("marks/subsidised"),
        acceptance: said.flag("marks/acceptance"),
        project: said.flag("marks/project"),
        difficulty: Grade::from_word(&mark("difficulty")),
        at_height: said.flag("marks/at_height"),
        wished: mark("wished").parse::<MemberId>().ok(),
        km: said.number("marks/km"),
        taken,
        assignees: assignees(doc),
        approvals: layout::records(doc),
        overrides: layout::records(doc),
        over_guide: layout::records(doc),
        plan: layout::records(doc),
        cancelled: said.flag("marks/cancelled"),
        cancel_reason: mark("cancel_reason"),
        refounded_as: mark(refound::AS).parse::<JobId>().ok(),
        refounded_from: mark(refound::FROM).parse::<JobId>().ok(),
        settled_at: said.number("marks/settled_at"),
        contested: said.contested,
    })
}

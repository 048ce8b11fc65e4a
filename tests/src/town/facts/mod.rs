//! The facts of a job straight from its course, without a document: what the core reads after somebody played it.

mod bench;
mod money;
mod visit;

use std::collections::BTreeMap;

use doorstep::domain::facts::{
    Approval, Customer, FieldValue, Job, Node, Noted, Order, OrderedAppliance, OutcomeFact, Photo, Purchase, Reading,
    ServiceFact, Sheet, UsedPart,
};
use doorstep::domain::money::fees::{self, Terms};
use doorstep::domain::record::{At, Word};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{OrderFact, ServiceAnswer, SheetFact, Tap};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{ApprovalKind, NodeKind, PartSource, Segment, Source};

use super::Town;
use super::course::{Act, Course, Step, picture_name};
use super::orders::Ordered;
use super::play::SIDE;
use crate::chance::Chance;

/// The facts that are there after the whole course.
pub fn facts(town: &Town, order: &Ordered, course: &Course) -> Job {
    let mut job = Job { order: taken(order), sheet: Sheet::default() };
    for step in &course.steps {
        add(town, &mut job, step, Noted::now(step.at_ms, None, step.member));
    }
    job
}

/// The set that a fact of this moment names.
fn named(town: &Town, kind: SetKind, noted: Noted) -> Vec<u8> {
    town.rules.hash_in_force(kind, noted.at_ms).map(|hash| hash.0.to_vec()).unwrap_or_default()
}

fn word<T>(value: Option<T>) -> Word<T> {
    value.map_or(Word::Other(String::new()), Word::Known)
}

fn at(ms: Option<doorstep_schemas::view::Millis>) -> Option<At> {
    ms.map(|ms| At(ms.0))
}

/// The order as it was taken.
pub(super) fn taken(order: &Ordered) -> Order {
    let input = &order.input;
    let details = input.details.clone().unwrap_or_default();
    let customer = &input.customer;
    Order {
        urgency: input.urgency,
        far: input.far,
        customer: Customer {
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            township: customer.township.clone(),
            address: customer.address.clone(),
        },
        appliances: input
            .appliances
            .iter()
            .zip(&order.units)
            .map(|(said, unit)| OrderedAppliance {
                id: unit.id,
                kind: said.kind,
                brand: said.brand.clone(),
                model: said.model.clone(),
                serial: said.serial.clone(),
            })
            .collect(),
        symptom: input.symptom.clone(),
        window: input.window,
        coverage: input.coverage,
        maker_order: input.maker_order.clone(),
        note: input.note.clone(),
        source: word::<Source>(details.source),
        segment: word::<Segment>(details.segment),
        revisit_of: details.revisit_of,
        contract: details.contract,
        subsidised: details.subsidised,
        acceptance: details.acceptance,
        project: details.project,
        difficulty: details.difficulty,
        at_height: details.at_height,
        wished: details.wished,
        km: details.km.map(i64::from),
        assignees: input.assignees.iter().map(|member| (*member, order.taken_ms)).collect(),
        ..Order::blank(input.kind, Noted::now(order.taken_ms, None, order.taken_by))
    }
}

/// What a step adds.
pub(super) fn add(town: &Town, job: &mut Job, step: &Step, noted: Noted) {
    match &step.act {
        // Assigned by the owner from now on, to the same member.
        Act::Adopt => job.order.assignees = [(job.order.taken.by, step.at_ms)].into(),
        Act::Assign(members) => {
            job.order.assignees.retain(|member, _| members.contains(member));
            for member in members {
                job.order.assignees.entry(*member).or_insert(step.at_ms);
            }
        }
        Act::Tap(tap) => {
            let kind = match tap {
                Tap::Depart => NodeKind::Departed,
                Tap::Arrive => NodeKind::Arrived,
            };
            job.sheet.nodes.push(node(kind, noted));
        }
        Act::Card(_) => job.sheet.nodes.push(node(NodeKind::CardShown, noted)),
        Act::Reading { name, appliance, code, found, unit, method, instrument, rectified } => {
            job.sheet.readings.push(Reading {
                id: *name,
                appliance: *appliance,
                code: code.clone(),
                found: found.clone(),
                unit: unit.clone(),
                method: method.clone(),
                instrument: instrument.clone(),
                calibrated: String::new(),
                rectified: rectified.clone(),
                limits: town.rules.at(step.at_ms).limit_set().to_vec(),
                photo: None,
                noted,
            });
        }
        Act::Field { appliance, field, value } => {
            let said = measured(job, *appliance).map(|a| job.field(&a, *field));
            if said.is_some_and(|said| said != *value) {
                let key = (*appliance, field.word().to_owned());
                job.sheet.fields.insert(key, FieldValue { value: value.clone(), others: Vec::new() });
            }
        }
        Act::Part { name, appliance, code, part, quantity, fen } => job.sheet.parts.push(UsedPart {
            id: *name,
            appliance: *appliance,
            code: code.clone(),
            name: part.clone(),
            quantity: *quantity,
            guide_fen: *fen,
            source: PartSource::OwnStock.into(),
            set: Vec::new(),
            noted,
        }),
        Act::Photo { name, appliance, stage, shade } => job.sheet.photos.push(Photo {
            id: *name,
            appliance: *appliance,
            stage: (*stage).into(),
            photo: picture_name(*shade),
            thumb: picture_name(!*shade),
            width: SIDE.into(),
            height: SIDE.into(),
            bytes: 24_000,
            thumb_bytes: 3_000,
            taken: Some(At(step.at_ms)),
            caption: String::new(),
            in_makers_app: false,
            lat_e6: None,
            lon_e6: None,
            replaces: None,
            drawn_on: None,
            noted,
        }),
        Act::Service { service, answer, .. } => {
            let Some(first) = job.order.appliances.first() else { return };
            let (appliance, service, answer) = (first.id, *service, answer_word(answer));
            job.sheet.services.push(ServiceFact { appliance, service, answer, noted });
        }
        Act::Fact { name, fact, claimed } => {
            let noted = Noted { claimed_ms: claimed.map(|at| at.0), ..noted };
            note(town, &mut job.sheet, *name, noted, fact);
        }
        Act::Order { name, fact } => on_order(&mut job.order, *name, noted, fact),
        Act::Finish { name, outcome } => {
            let outcome = (*outcome).into();
            job.sheet.outcomes.push(OutcomeFact { id: *name, outcome, reason: String::new(), noted });
        }
        Act::Approve { name } => {
            let mut photos: Vec<_> = job.sheet.photos.iter().map(|photo| photo.photo).collect();
            photos.sort();
            let total_fen = fees::totals(job, &Terms::default()).customer_fen;
            job.order.approvals.push(Approval {
                id: *name,
                kind: ApprovalKind::Approved.into(),
                heads: Vec::new(),
                photos,
                total_fen,
                note: String::new(),
                withdraws: None,
                noted,
            });
        }
    }
}

fn node(kind: NodeKind, noted: Noted) -> Node {
    // Nobody refers to a node: its moment draws it a name.
    let id = ShortId::mint(Chance::from_seed(noted.at_ms.cast_unsigned()).bytes());
    Node { id, kind: kind.into(), lat_e6: None, lon_e6: None, noted }
}

/// The appliance of the order, or the loaner as an appliance.
fn measured(job: &Job, id: ShortId) -> Option<OrderedAppliance> {
    if let Some(appliance) = job.order.appliances.iter().find(|a| a.id == id) {
        return Some(appliance.clone());
    }
    let loaner = job.sheet.loaners.iter().find(|l| l.id == id)?;
    let kind = loaner.kind.known()?;
    let (model, serial) = (loaner.model.clone(), loaner.serial.clone());
    Some(OrderedAppliance { id, kind, brand: String::new(), model, serial })
}

fn answer_word(answer: &ServiceAnswer) -> String {
    match answer {
        ServiceAnswer::Done => "done".to_owned(),
        ServiceAnswer::AllNormal => "all_normal".to_owned(),
        ServiceAnswer::NotWanted => "not_wanted".to_owned(),
        ServiceAnswer::NotApplicable { reason } => format!("na:{reason}"),
    }
}

fn note(town: &Town, sheet: &mut Sheet, id: ShortId, noted: Noted, fact: &SheetFact) {
    // Each takes what is its own.
    match fact {
        SheetFact::Fee { .. } => money::note(sheet, id, noted, fact, &named(town, SetKind::Prices, noted)),
        SheetFact::Notice { .. } => {
            visit::note(sheet, id, noted, fact, &named(town, SetKind::Steps, noted));
        }
        _ => {
            if !visit::note(sheet, id, noted, fact, &[]) && !bench::note(sheet, id, noted, fact) {
                money::note(sheet, id, noted, fact, &[]);
            }
        }
    }
}

fn on_order(order: &mut Order, id: ShortId, noted: Noted, fact: &OrderFact) {
    use doorstep::domain::facts::{OverGuide, Override, Plan, Serial};
    match fact {
        OrderFact::Override { of, member, reason } => {
            order.overrides.push(Override { id, of: (*of).into(), member: *member, reason: reason.clone(), noted });
        }
        OrderFact::OverGuide { fee, granted, most_fen, note } => order.over_guide.push(OverGuide {
            id,
            fee: *fee,
            granted: *granted,
            most_fen: most_fen.0,
            note: note.clone(),
            noted,
        }),
        OrderFact::Plan { step, text, passed, photo } => {
            let (step, text) = ((*step).into(), text.clone());
            order.plan.push(Plan { id, step, text, passed: *passed, photo: *photo, noted });
        }
        OrderFact::Purchase { appliance, key, value } => {
            proof(&mut order.purchases, *appliance, key, value);
        }
        OrderFact::Serial { appliance, unit, serial } => {
            let (unit, serial) = ((*unit).into(), serial.clone());
            order.serials.push(Serial { id, appliance: *appliance, unit, serial, photo: None, noted });
        }
        OrderFact::Window { window } => (order.window, order.window_at) = (Some(*window), Some(noted.true_ms())),
        OrderFact::Cancel { reason } => {
            order.cancelled = true;
            order.cancel_reason.clone_from(reason);
        }
        OrderFact::Settled => order.settled_at = Some(noted.at_ms),
    }
}

fn proof(purchases: &mut BTreeMap<ShortId, Purchase>, appliance: ShortId, key: &str, value: &str) {
    let purchase = purchases.entry(appliance).or_default();
    let place = match key {
        "invoice" => &mut purchase.invoice,
        "card" => &mut purchase.card,
        "installed" => &mut purchase.installed,
        "made" => &mut purchase.made,
        "dealer" => &mut purchase.dealer,
        "part" => &mut purchase.part,
        "voids" => &mut purchase.voids,
        _ => return,
    };
    value.clone_into(place);
}

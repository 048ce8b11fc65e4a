//! What a device shows against what the model says it must.

use std::collections::BTreeSet;

use doorstep_schemas::ids::{ChangeHash, JobId, ShortId};
use doorstep_schemas::input::{FindJobs, Found};
use doorstep_schemas::view::NodeKind;

use crate::cast::{OWNER, Phone, TIAN, leaking_heater, member};
use crate::deeds::DESK;
use crate::oracle::{Deed, Field, Node, Oracle, Paper};
use crate::shop::{Shop, sheet_field, value_text};

/// Everything that this device shows.
pub fn device(shop: &Shop, oracle: &Oracle, who: usize) {
    let phone = shop.phone(who);
    let visible: BTreeSet<JobId> = oracle.visible(who).into_iter().map(|job| shop.jobs[job]).collect();
    let listed: BTreeSet<JobId> = phone.store().listed_jobs().unwrap().into_iter().collect();
    assert_eq!(listed, visible, "jobs of device {who}");
    if who == DESK {
        assert_eq!(phone.name, OWNER);
        let orders: BTreeSet<JobId> = phone.actions.orders(None).unwrap().into_iter().map(|card| card.job).collect();
        assert_eq!(orders, visible, "the day's list");
    }
    for job in oracle.visible(who) {
        sheet(shop, oracle, who, job);
        card(shop, oracle, who, job);
        for paper in [Paper::Order, Paper::Sheet] {
            heads(shop, oracle, phone, who, job, paper);
        }
    }
    let (device, store) = (&oracle.devices[who], phone.store());
    let counts = store.counts().unwrap();
    let own = oracle.own(who);
    assert_eq!((counts.on_device as usize, counts.on_relay as usize), (own, own - device.unsent.len()), "counts");
    assert_eq!(store.held().unwrap().changes as usize, device.unsent.len(), "unsent");
    assert!(store.stuck().unwrap().is_empty(), "honest work is stuck nowhere");
    let settled = device.held.is_empty() && device.known == device.received;
    assert_eq!(store.waiting().unwrap() == 0, settled, "what waits");
}

fn sheet(shop: &Shop, oracle: &Oracle, who: usize, job: usize) {
    let facts = shop.phone(who).facts(shop.jobs[job]);
    let appliance = facts.order.appliances[0].id;
    let deeds: Vec<&Deed> = oracle.known(who, job, Paper::Sheet).map(|(_, event)| &event.deed).collect();
    for field in [Field::Fault, Field::Cause, Field::Serial] {
        let held = facts.sheet.fields.get(&(appliance, sheet_field(field).word().to_owned()));
        let shown: BTreeSet<String> = held.iter().flat_map(|f| f.others.iter().chain([&f.value])).cloned().collect();
        let expected: BTreeSet<String> = oracle.values(who, job, field).into_iter().map(value_text).collect();
        assert_eq!(shown, expected, "{field:?}");
    }
    let mut reasons: Vec<String> = facts.sheet.readings.iter().map(|r| reason(&r.found)).collect();
    let expected = deeds.iter().filter_map(|deed| match deed {
        Deed::Measure(reason) => Some(value_text(*reason)),
        _ => None,
    });
    let mut expected: Vec<String> = expected.collect();
    reasons.sort();
    expected.sort();
    assert_eq!(reasons, expected, "readings");
    let parts: BTreeSet<ShortId> = facts.sheet.parts.iter().map(|part| part.id).collect();
    let expected: BTreeSet<ShortId> = oracle.parts(who, job).iter().map(|id| shop.parts[id]).collect();
    assert_eq!(parts, expected, "parts");
    let many = |wanted: &Deed| deeds.iter().filter(|deed| **deed == wanted).count();
    assert_eq!(facts.sheet.services.len(), many(&Deed::Serve), "services");
    assert_eq!(facts.sheet.photos.len(), many(&Deed::Picture), "photos");
    for photo in &facts.sheet.photos {
        let standing = shop.phone(who).store().photo_standing(&photo.photo).unwrap();
        assert!(standing.is_some(), "every photo has its row");
    }
}

fn reason(found: &Found) -> String {
    match found {
        Found::NotMeasured { reason } => reason.clone(),
        other => format!("{other:?}"),
    }
}

/// The list's row: computed when something changed, not when somebody looks.
fn card(shop: &Shop, oracle: &Oracle, who: usize, job: usize) {
    let card = shop.phone(who).store().job_row(shop.jobs[job]).unwrap().unwrap().card;
    let worked = oracle.known(who, job, Paper::Sheet).any(|(_, e)| matches!(e.deed, Deed::Serve | Deed::Picture))
        || !oracle.parts(who, job).is_empty();
    let reached = |node| oracle.reached(who, job, node);
    let status = match () {
        () if worked => NodeKind::Working,
        () if reached(Node::CardShown) => NodeKind::CardShown,
        () if reached(Node::Arrived) => NodeKind::Arrived,
        () if reached(Node::Departed) => NodeKind::Departed,
        () => NodeKind::Accepted,
    };
    assert_eq!(card.status, status, "status of job {job} at device {who}");
    let unsent = oracle.devices[who].unsent.iter().filter(|id| oracle.events[**id].job == job).count();
    assert_eq!(card.unsent as usize, unsent, "unsent of the job");
    let helped = card.assignees.iter().any(|assignee| assignee.id == member(TIAN));
    assert!(oracle.helped(who, job).contains(&helped), "assigned");
    let photos = oracle.known(who, job, Paper::Sheet).filter(|(_, e)| e.deed == Deed::Picture).count();
    assert_eq!(card.photos as usize, photos);
    let fresh = oracle.values(who, job, Field::Fault).len() > 1
        || oracle.values(who, job, Field::Cause).len() > 1
        || oracle.values(who, job, Field::Serial).len() > 1;
    let conflicting = card.findings.iter().any(|f| f.code == doorstep_schemas::view::FindingCode::ConflictingValues);
    assert_eq!(conflicting, fresh, "a conflict is a finding");
}

/// Whatever was written and stands alone is found; by what all orders say, all are.
pub fn found(shop: &Shop, oracle: &Oracle, who: usize, value: u8) {
    let find = |text: String| -> BTreeSet<JobId> {
        let answer = shop.phone(who).actions.find_jobs(&FindJobs { text }).unwrap();
        answer.jobs.into_iter().map(|card| card.job).collect()
    };
    let visible = oracle.visible(who);
    let stands = |job: usize| {
        let fields = [Field::Fault, Field::Cause, Field::Serial];
        fields.into_iter().any(|field| oracle.values(who, job, field) == [value].into())
    };
    let expected: BTreeSet<JobId> = visible.iter().filter(|job| stands(**job)).map(|job| shop.jobs[*job]).collect();
    let shown = find(value_text(value));
    assert!(expected.is_subset(&shown), "写法{value} at device {who}: {expected:?}, found {shown:?}");
    let all: BTreeSet<JobId> = visible.into_iter().map(|job| shop.jobs[job]).collect();
    assert_eq!(find(leaking_heater(&[]).customer.name), all, "by the customer's name");
}

/// A document's heads are the deeds that no other one builds on.
pub fn heads(shop: &Shop, oracle: &Oracle, phone: &Phone, who: usize, job: usize, paper: Paper) {
    let expected: Vec<ChangeHash> = oracle.heads(who, job, paper).iter().map(|id| shop.hashes[id]).collect();
    if expected.is_empty() {
        // Nothing but the birth that all have.
        return;
    }
    let shown = phone.store().heads(&shop.doc(job, paper)).unwrap();
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), expected.into_iter().collect(), "heads of {paper:?}");
}

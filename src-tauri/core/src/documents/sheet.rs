//! 维修单 / 安装单: the sheet document, written by those assigned. Facts are added, not overwritten.

use automerge::{AutoCommit, ScalarValue};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::ServiceAnswer;
use doorstep_schemas::view::ServiceCode;

use super::layout::{self, WriteError};
use crate::domain::facts::{Noted, ServiceFact, Sheet};

/// `svc/<appliance>/<code>/<fact id>` → answer, time, author: one scalar, so that two devices can't hide each other's.
pub fn add_service(doc: &mut AutoCommit, id: ShortId, fact: &ServiceFact) -> Result<(), WriteError> {
    let key = format!("svc/{}/{}/{id}", fact.appliance, fact.service.word());
    let value = format!("{}|{}|{}", fact.noted.at_ms, fact.noted.by, fact.answer);
    layout::set(doc, "services", &key, ScalarValue::from(value))
}

/// The word of an answer in documents.
pub fn answer_word(answer: &ServiceAnswer) -> String {
    match answer {
        ServiceAnswer::Done => "done".to_owned(),
        ServiceAnswer::AllNormal => "all_normal".to_owned(),
        ServiceAnswer::NotWanted => "not_wanted".to_owned(),
        ServiceAnswer::NotApplicable { reason } => format!("na:{reason}"),
    }
}

fn read_service(key: &str, value: &ScalarValue) -> Option<ServiceFact> {
    let mut parts = key.strip_prefix("svc/")?.split('/');
    let appliance = parts.next()?.parse().ok()?;
    let service = ServiceCode::from_word(parts.next()?)?;
    let ScalarValue::Str(value) = value else { return None };
    let mut fields = value.splitn(3, '|');
    let at_ms = layout::whole(&ScalarValue::Int(fields.next()?.parse().ok()?))?;
    let by = fields.next()?.parse().ok()?;
    let answer = fields.next()?.to_owned();
    Some(ServiceFact { appliance, service, answer, noted: Noted::now(at_ms, None, by) })
}

/// A field of one appliance, overwritten in place; concurrent values are both kept.
pub fn set_field(doc: &mut AutoCommit, appliance: ShortId, field: &str, value: &str) -> Result<(), WriteError> {
    layout::set(doc, "fields", &format!("{appliance}/{field}"), ScalarValue::from(value))
}

/// A field about the visit as a whole, as `customer/phone`.
pub fn set_about(doc: &mut AutoCommit, key: &str, value: &str) -> Result<(), WriteError> {
    layout::set(doc, "about", key, ScalarValue::from(value))
}

/// The sheet as it stands. What this version can't read is passed over, never dropped from the document.
pub fn read(doc: &AutoCommit) -> Sheet {
    let mut services: Vec<(String, ServiceFact)> = layout::scalars(doc, "services")
        .into_iter()
        .filter_map(|(key, values)| Some((key.clone(), read_service(&key, values.first()?)?)))
        .collect();
    services.sort_by(|(a_key, a), (b_key, b)| (a.noted.at_ms, a_key).cmp(&(b.noted.at_ms, b_key)));
    Sheet {
        fields: layout::texts(doc, "fields")
            .into_iter()
            .filter_map(|(key, value)| {
                let (appliance, field) = key.split_once('/')?;
                Some(((appliance.parse().ok()?, field.to_owned()), value))
            })
            .collect(),
        about: layout::texts(doc, "about"),
        services: services.into_iter().map(|(_, fact)| fact).collect(),
        nodes: layout::records(doc),
        appointments: layout::records(doc),
        guidance: layout::records(doc),
        goods: layout::records(doc),
        crew: layout::records(doc),
        pauses: layout::records(doc),
        reasons: layout::records(doc),
        readings: layout::records(doc),
        hazards: layout::records(doc),
        notices: layout::records(doc),
        signatures: layout::records(doc),
        charges: layout::records(doc),
        serials: layout::records(doc),
        parts: layout::records(doc),
        old_parts: layout::records(doc),
        photos: layout::records(doc),
        fees: layout::records(doc),
        payments: layout::records(doc),
        damages: layout::records(doc),
        claim_shares: layout::records(doc),
        loaners: layout::records(doc),
        loaner_backs: layout::records(doc),
        without_loaner: layout::records(doc),
        custody: layout::records(doc),
        bench: layout::records(doc),
        diagnoses: layout::records(doc),
        quotes: layout::records(doc),
        consents: layout::records(doc),
        promises: layout::records(doc),
        outcomes: layout::records(doc),
        notes: layout::records(doc),
    }
}

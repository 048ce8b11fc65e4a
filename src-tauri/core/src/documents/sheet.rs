//! 维修单 / 安装单: the sheet document, written by those assigned. Facts are added, not overwritten.

use automerge::{AutoCommit, ScalarValue};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{Found, ServiceAnswer};
use doorstep_schemas::view::{JobOutcome, NodeKind, PhotoStage, ServiceCode, Thousandths};

use super::layout::{self, Fact, WriteError};
use crate::domain::facts::{FieldValue, Node, Noted, OutcomeFact, Photo, Reading, ServiceFact, Sheet, UsedPart};

fn text(value: &str) -> ScalarValue {
    ScalarValue::from(value)
}

fn count(value: u32) -> ScalarValue {
    ScalarValue::Int(i64::from(value))
}

pub fn add_node(doc: &mut AutoCommit, id: ShortId, kind: NodeKind, noted: Noted) -> Result<(), WriteError> {
    layout::add(doc, "nodes", id, noted, &[("kind", text(kind.word()))])
}

pub fn add_reading(doc: &mut AutoCommit, reading: &Reading) -> Result<(), WriteError> {
    let (state, value) = match &reading.found {
        Found::Number { thousandths } => ("num", ScalarValue::Int(thousandths.0)),
        Found::Choice { option } => ("opt", text(option)),
        Found::NotApplicable { reason } => ("na", text(reason)),
        Found::NotMeasured { reason } => ("nm", text(reason)),
    };
    let mut scalars = vec![
        ("app", text(reading.appliance.as_str())),
        ("code", text(&reading.code)),
        ("state", text(state)),
        ("val", value),
        ("set", ScalarValue::Bytes(reading.limits.clone())),
    ];
    for (key, value) in [("method", &reading.method), ("instr", &reading.instrument), ("fixed", &reading.rectified)] {
        if !value.is_empty() {
            scalars.push((key, text(value)));
        }
    }
    layout::add(doc, "readings", reading.id, reading.noted, &scalars)
}

fn read_reading(fact: &Fact) -> Option<Reading> {
    let found = match fact.text("state").as_str() {
        "num" => Found::Number { thousandths: Thousandths(fact.number("val")?) },
        "opt" => Found::Choice { option: fact.text("val") },
        "na" => Found::NotApplicable { reason: fact.text("val") },
        // A state that this version does not know is no measurement.
        _ => Found::NotMeasured { reason: fact.text("val") },
    };
    Some(Reading {
        id: fact.id,
        appliance: fact.parsed("app")?,
        code: fact.text("code"),
        found,
        method: fact.text("method"),
        instrument: fact.text("instr"),
        rectified: fact.text("fixed"),
        limits: fact.bytes("set"),
        noted: fact.noted()?,
    })
}

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
    Some(ServiceFact { appliance, service, answer, noted: Noted { at_ms, offset_ms: None, by } })
}

/// A field of one appliance, overwritten in place; concurrent values are both kept.
pub fn set_field(doc: &mut AutoCommit, appliance: ShortId, field: &str, value: &str) -> Result<(), WriteError> {
    layout::set(doc, "fields", &format!("{appliance}/{field}"), text(value))
}

pub fn add_part(doc: &mut AutoCommit, part: &UsedPart) -> Result<(), WriteError> {
    let scalars = [
        ("app", text(part.appliance.as_str())),
        ("code", text(&part.code)),
        ("name", text(&part.name)),
        ("qty", count(part.quantity)),
        ("guide", ScalarValue::Int(part.guide_fen)),
    ];
    layout::add(doc, "parts", part.id, part.noted, &scalars)
}

/// `false` when there is no such part.
pub fn remove_part(doc: &mut AutoCommit, id: ShortId) -> Result<bool, WriteError> {
    layout::mark(doc, "parts", id, "removed", ScalarValue::Boolean(true))
}

pub fn add_photo(doc: &mut AutoCommit, photo: &Photo) -> Result<(), WriteError> {
    let scalars = [
        ("app", text(photo.appliance.as_str())),
        ("stage", text(photo.stage.word())),
        ("photo", ScalarValue::Bytes(photo.photo.0.to_vec())),
        ("thumb", ScalarValue::Bytes(photo.thumb.0.to_vec())),
        ("w", count(photo.width)),
        ("h", count(photo.height)),
        ("len", count(photo.bytes)),
        ("tlen", count(photo.thumb_bytes)),
        ("taken", ScalarValue::Timestamp(photo.taken_ms)),
    ];
    layout::add(doc, "photos", photo.id, photo.noted, &scalars)
}

fn read_photo(fact: &Fact) -> Option<Photo> {
    let hash = |key| fact.bytes(key).try_into().ok().map(doorstep_schemas::ids::BlobHash);
    Some(Photo {
        id: fact.id,
        photo: hash("photo")?,
        thumb: hash("thumb")?,
        appliance: fact.parsed("app")?,
        stage: PhotoStage::from_word(&fact.text("stage")).unwrap_or(PhotoStage::During),
        width: fact.count("w"),
        height: fact.count("h"),
        bytes: fact.count("len"),
        thumb_bytes: fact.count("tlen"),
        taken_ms: fact.number("taken").unwrap_or(0),
        noted: fact.noted()?,
    })
}

pub fn add_outcome(doc: &mut AutoCommit, id: ShortId, outcome: JobOutcome, noted: Noted) -> Result<(), WriteError> {
    layout::add(doc, "outcomes", id, noted, &[("outcome", text(outcome.word()))])
}

/// The sheet as it stands. What this version can't read is passed over, never dropped from the document.
pub fn read(doc: &AutoCommit) -> Sheet {
    let mut services: Vec<(String, ServiceFact)> = layout::scalars(doc, "services")
        .into_iter()
        .filter_map(|(key, values)| Some((key.clone(), read_service(&key, values.first()?)?)))
        .collect();
    services.sort_by(|(a_key, a), (b_key, b)| (a.noted.at_ms, a_key).cmp(&(b.noted.at_ms, b_key)));
    Sheet {
        fields: layout::scalars(doc, "fields").into_iter().filter_map(read_field).collect(),
        nodes: layout::facts(doc, "nodes")
            .iter()
            .filter_map(|f| Some(Node { kind: NodeKind::from_word(&f.text("kind"))?, noted: f.noted()? }))
            .collect(),
        readings: layout::facts(doc, "readings").iter().filter_map(read_reading).collect(),
        services: services.into_iter().map(|(_, fact)| fact).collect(),
        parts: layout::facts(doc, "parts").iter().filter_map(read_part).collect(),
        photos: layout::facts(doc, "photos").iter().filter_map(read_photo).collect(),
        outcomes: layout::facts(doc, "outcomes")
            .iter()
            .filter_map(|f| {
                Some(OutcomeFact { outcome: JobOutcome::from_word(&f.text("outcome"))?, noted: f.noted()? })
            })
            .collect(),
    }
}

fn read_field((key, values): (String, Vec<ScalarValue>)) -> Option<((ShortId, String), FieldValue)> {
    let (appliance, field) = key.split_once('/')?;
    let appliance = appliance.parse().ok()?;
    let mut texts = values.into_iter().filter_map(|value| match value {
        ScalarValue::Str(text) => Some(text.to_string()),
        _ => None,
    });
    let value = texts.next()?;
    Some(((appliance, field.to_owned()), FieldValue { value, others: texts.collect() }))
}

fn read_part(fact: &Fact) -> Option<UsedPart> {
    Some(UsedPart {
        id: fact.id,
        appliance: fact.parsed("app")?,
        code: fact.text("code"),
        name: fact.text("name"),
        quantity: fact.count("qty"),
        guide_fen: fact.number("guide").unwrap_or(0),
        removed: fact.flag("removed"),
        noted: fact.noted()?,
    })
}

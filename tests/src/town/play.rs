//! Plays a job on a core: the actions that people would take, at their moments, by their hands.
//!
//! One device is passed from hand to hand: before each step it is enrolled as whoever acts. So every fact has its own
//! author, and rules that look at the author are tried.

use std::collections::BTreeMap;

use doorstep::actions::Actions;
use doorstep::actions::facts::FactError;
use doorstep::actions::finish::FinishError;
use doorstep::actions::orders::OrderError;
use doorstep::actions::photos::PhotoError;
use doorstep::actions::readings::ReadingError;
use doorstep::actions::sheet::SheetError;
use doorstep::actions::visit::VisitError;
use doorstep::store::StoreError;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Assign, Finish, NoteFact, RecordReading, ShowCard, TapNode, UsePart, WriteField,
};
use doorstep_schemas::view::{ApprovalKind, Fen, JobView};
use jpeg_encoder::{ColorType, Encoder, EncodingError};
use serde_json::Value;

use super::Town;
use super::clock::Clock;
use super::course::{Act, Course, picture_name};
use super::orders::Ordered;

/// What the core said no to.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Visit(#[from] VisitError),
    #[error(transparent)]
    Reading(#[from] ReadingError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Fact(#[from] FactError),
    #[error(transparent)]
    Finish(#[from] FinishError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a fact could not be renamed")]
    Renamed(#[from] serde_json::Error),
    #[error("a picture could not be encoded")]
    Picture(#[from] EncodingError),
}

/// A course that could not be played to its end.
#[derive(Debug, thiserror::Error)]
#[error("step {step} of the course was refused: {act:?}: {why}")]
pub struct PlayError {
    /// Counted from 0; `None` where the order was not taken.
    pub step: usize,
    pub act: Option<Box<Act>>,
    #[source]
    pub why: Refused,
}

/// Plays an order and its course. The core's own nature must be this clock, its store one that the town founded.
pub fn play(
    town: &Town,
    actions: &Actions,
    clock: &Clock,
    order: &Ordered,
    course: &Course,
) -> Result<JobId, PlayError> {
    let began = begin(town, actions, clock, order).map_err(|why| PlayError { step: 0, act: None, why })?;
    let mut player = Player { actions, job: began.0, names: began.1 };
    for (place, step) in course.steps.iter().enumerate() {
        clock.set(step.at_ms);
        let mut take = || {
            actions.shelf.store().set_enrolment(&town.enrolment(step.member))?;
            player.take(&step.act)
        };
        take().map_err(|why| PlayError { step: place, act: Some(Box::new(step.act.clone())), why })?;
    }
    Ok(player.job)
}

/// What the town calls things, and what the core calls them.
type Names = BTreeMap<String, String>;

fn begin(town: &Town, actions: &Actions, clock: &Clock, order: &Ordered) -> Result<(JobId, Names), Refused> {
    clock.set(order.taken_ms);
    actions.shelf.store().set_enrolment(&town.enrolment(order.taken_by))?;
    let view = if order.walk_in { actions.take_walk_in(&order.input)? } else { actions.take_order(&order.input)? };
    let pairs = order.units.iter().zip(&view.appliances);
    Ok((view.card.job, pairs.map(|(unit, own)| (unit.id.to_string(), own.id.to_string())).collect()))
}

struct Player<'a> {
    actions: &'a Actions,
    job: JobId,
    names: Names,
}

impl Player<'_> {
    fn take(&mut self, act: &Act) -> Result<(), Refused> {
        let (actions, job) = (self.actions, self.job);
        match act {
            Act::Adopt => {
                actions.adopt_walk_in(job)?;
            }
            Act::Assign(members) => {
                actions.assign(&Assign { job, members: members.clone() })?;
            }
            Act::Tap(tap) => {
                actions.tap_node(&TapNode { job, tap: *tap })?;
            }
            Act::Card(shown_ms) => {
                actions.show_card(&ShowCard { job, shown_ms: *shown_ms })?;
            }
            Act::Reading { name, appliance, code, found, unit, method, instrument, rectified } => {
                let appliance = self.own(appliance);
                let view = actions.record_reading(&RecordReading {
                    job,
                    appliance,
                    code: code.clone(),
                    found: found.clone(),
                    unit: unit.clone(),
                    method: method.clone(),
                    instrument: instrument.clone(),
                    calibrated: String::new(),
                    rectified: rectified.clone(),
                    photo: None,
                })?;
                let rows = view.appliances.iter().filter(|a| a.id == appliance).flat_map(|a| &a.readings);
                let newest = rows.filter(|row| row.code == *code).filter_map(|row| row.records.last()).next_back();
                self.call(name, newest.map(|record| record.id));
            }
            Act::Field { appliance, field, value } => {
                let appliance = self.own(appliance);
                actions.write_field(&WriteField { job, appliance, field: *field, value: value.clone() })?;
            }
            Act::Part { name, appliance, code, part, quantity, fen } => {
                let view = actions.use_part(&UsePart {
                    job,
                    appliance: self.own(appliance),
                    code: code.clone(),
                    name: part.clone(),
                    quantity: *quantity,
                    guide_fen: Fen(*fen),
                })?;
                self.call(name, newest_part(&view));
            }
            Act::Photo { name, appliance, stage, shade } => {
                let view = actions.add_photo(job, self.own(appliance), *stage, &picture(*shade)?)?;
                if let Some(photo) = view.photos.last() {
                    self.call(name, Some(photo.id));
                    self.names.insert(picture_name(*shade).to_string(), photo.photo.to_string());
                }
            }
            Act::Service { appliance, service, answer } => {
                let (appliance, answer) = (self.own(appliance), answer.clone());
                actions.answer_service(&AnswerService { job, appliance, service: *service, answer })?;
            }
            Act::Fact { name, fact, claimed } => {
                let fact = serde_json::from_value(self.renamed(serde_json::to_value(fact)?))?;
                let added = actions.note_fact(&NoteFact { job, fact, claimed: *claimed })?;
                self.call(name, Some(added.id));
            }
            Act::Order { name, fact } => {
                let fact = serde_json::from_value(self.renamed(serde_json::to_value(fact)?))?;
                let added = actions.note_on_order(job, &fact)?;
                self.call(name, Some(added.id));
            }
            Act::Finish { outcome, .. } => {
                actions.finish(&Finish { job, outcome: *outcome })?;
            }
            Act::Approve { .. } => {
                actions.answer_sheet(job, ApprovalKind::Approved, "")?;
            }
        }
        Ok(())
    }

    fn call(&mut self, name: &ShortId, own: Option<ShortId>) {
        self.names.extend(own.map(|own| (name.to_string(), own.to_string())));
    }

    /// What the core calls it; a thing that it never made keeps the town's name, and is refused for it.
    fn own(&self, name: &ShortId) -> ShortId {
        self.names.get(name.as_str()).and_then(|own| own.parse().ok()).unwrap_or(*name)
    }

    /// With the core's names in place of the town's, wherever they stand.
    fn renamed(&self, mut fact: Value) -> Value {
        rename(&mut fact, &self.names);
        fact
    }
}

fn newest_part(view: &JobView) -> Option<ShortId> {
    view.parts.last().map(|part| part.id)
}

fn rename(value: &mut Value, names: &Names) {
    match value {
        Value::String(text) => {
            if let Some(own) = names.get(text.as_str()) {
                text.clone_from(own);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, names)),
        Value::Object(fields) => fields.values_mut().for_each(|value| rename(value, names)),
        _ => {}
    }
}

/// Pixels on a side of the town's pictures: enough for no two to be alike.
pub(super) const SIDE: u16 = 48;

/// A small picture that no other shade makes.
fn picture(shade: u64) -> Result<Vec<u8>, EncodingError> {
    let side = u64::from(SIDE);
    let mut pixels = Vec::with_capacity(usize::from(SIDE) * usize::from(SIDE) * 3);
    for place in 0..side * side {
        let (x, y) = (place % side, place / side);
        // One of the shade's 64 bits lights each tile of six by six.
        let lit = shade >> (y / 6 * 8 + x / 6) & 1;
        let level = u8::try_from(40 + lit * 170).unwrap_or(u8::MAX);
        pixels.extend([level, level.saturating_sub(12), level.saturating_sub(30)]);
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(&pixels, SIDE, SIDE, ColorType::Rgb)?;
    Ok(file)
}

//! A technician's visit as the bench plays it: so many edits of one sheet, each an action of the app, minutes apart.
//!
//! Every edit makes exactly one change; photos are counted beside them.

use doorstep::app::Doorstep;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Finish, Found, RecordReading, RemovePart, ServiceAnswer, SheetField, ShowCard, Tap, TapNode,
    UsePart, WriteField,
};
use doorstep_schemas::view::{JobView, PhotoStage, ServiceCode, Thousandths, Verdict};
use jpeg_encoder::{ColorType, Encoder, EncodingError};

use crate::cast::CastError;
use crate::shift::Shift;
use crate::trade;
use doorstep_tests::chance::Chance;

/// One thing that a technician does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Depart,
    Arrive,
    Card,
    Reading,
    Field(SheetField),
    Part,
    TakeBack,
    Service,
    Photo,
    Finish,
}

/// How much happens on one sheet.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// With departure, arrival, card and finish: at least four.
    pub edits: usize,
    pub photos: usize,
    /// Nothing but fields between the taps: an edit is then one operation.
    pub fields_only: bool,
}

/// The visit's order: the taps, the readings first, then the work, photos in between, the outcome last.
fn plan(load: Load) -> Vec<Doing> {
    const WORK: [Doing; 20] = [
        Doing::Field(SheetField::Symptom),
        Doing::Field(SheetField::Fault),
        Doing::Reading,
        Doing::Field(SheetField::Serial),
        Doing::Field(SheetField::Cause),
        Doing::Part,
        Doing::Field(SheetField::Action),
        Doing::Reading,
        Doing::Service,
        Doing::Part,
        Doing::Field(SheetField::Model),
        Doing::Reading,
        Doing::Field(SheetField::Action),
        Doing::Part,
        Doing::TakeBack,
        Doing::Field(SheetField::Fault),
        Doing::Service,
        Doing::Reading,
        Doing::Field(SheetField::Cause),
        Doing::Field(SheetField::Brand),
    ];
    let mut doings = vec![Doing::Depart, Doing::Arrive, Doing::Card];
    if load.fields_only {
        let fields = WORK.into_iter().filter(|doing| matches!(doing, Doing::Field(_)));
        doings.extend(fields.collect::<Vec<_>>().into_iter().cycle().take(load.edits.saturating_sub(4)));
        doings.push(Doing::Finish);
        return doings;
    }
    let first = load.edits.saturating_sub(4).min(4);
    doings.extend(std::iter::repeat_n(Doing::Reading, first));
    let rest = load.edits.saturating_sub(doings.len() + 1);
    doings.extend(WORK.into_iter().cycle().take(rest));
    let edits = doings.len();
    for photo in 0..load.photos {
        // From behind, so that the places before stay where they are.
        let back = load.photos - 1 - photo;
        doings.insert(3 + (edits - 3) * (back + 1) / load.photos, Doing::Photo);
    }
    doings.push(Doing::Finish);
    doings
}

/// One visit in hand.
pub struct Visit<'a> {
    pub app: &'a Doorstep,
    pub shift: &'a Shift,
    pub chance: &'a Chance,
    pub job: JobId,
}

impl Visit<'_> {
    /// Does all of it. The job must be on this device and not begun.
    pub fn play(&self, load: Load) -> Result<(), CastError> {
        self.follow(&plan(load))
    }

    /// The same number of edits, the last of them a field in place of the outcome: the sheet stays open.
    pub fn begin(&self, load: Load) -> Result<(), CastError> {
        let mut doings = plan(load);
        doings.pop();
        doings.push(Doing::Field(SheetField::Action));
        self.follow(&doings)
    }

    fn follow(&self, doings: &[Doing]) -> Result<(), CastError> {
        let view = self.app.actions.job(self.job)?;
        let appliances: Vec<ShortId> = view.appliances.iter().map(|a| a.id).collect();
        let mut takes = 0;
        for doing in doings {
            self.shift.pass(self.chance.between(6_000, 95_000));
            let appliance = trade::appliance(self.chance, &appliances).ok_or(CastError::NoAppliance(self.job))?;
            takes += 1;
            self.act(*doing, appliance, takes)?;
        }
        Ok(())
    }

    fn act(&self, doing: Doing, appliance: ShortId, takes: u32) -> Result<(), CastError> {
        let (actions, job, chance) = (&self.app.actions, self.job, self.chance);
        match doing {
            Doing::Depart => actions.tap_node(&TapNode { job, tap: Tap::Depart })?,
            Doing::Arrive => actions.tap_node(&TapNode { job, tap: Tap::Arrive })?,
            Doing::Card => actions.show_card(&ShowCard { job, shown_ms: chance.between(3_000, 20_000) })?,
            Doing::Reading => actions.record_reading(&self.reading(appliance)?)?,
            Doing::Field(field) => {
                let value = trade::field(chance, field, takes / 20);
                actions.write_field(&self.changed(WriteField { job, appliance, field, value })?)?
            }
            Doing::Part => {
                let (code, name, guide_fen) = trade::part(chance);
                let quantity = chance.between(1, 4);
                actions.use_part(&UsePart { job, appliance, code, name, quantity, guide_fen })?
            }
            Doing::TakeBack => {
                let part = actions.job(job)?.parts.first().map(|part| part.id);
                actions.remove_part(&RemovePart { job, part: part.ok_or(CastError::NoAppliance(job))? })?
            }
            Doing::Service => actions.answer_service(&self.service(appliance))?,
            Doing::Photo => {
                let stage = PhotoStage::ALL[chance.between(0, 5) as usize % PhotoStage::ALL.len()];
                actions.add_photo(job, appliance, stage, &picture(chance)?)?
            }
            Doing::Finish => {
                let outcome = actions.job(job)?.next.outcomes.first().copied();
                actions.finish(&Finish { job, outcome: outcome.ok_or(CastError::NoOutcome(job))? })?
            }
        };
        Ok(())
    }

    /// A text that was there already would be no edit: a number tells them apart, as a second page does.
    fn changed(&self, mut input: WriteField) -> Result<WriteField, CastError> {
        let view = self.app.actions.job(self.job)?;
        if let Some(held) = view.appliances.iter().find(|a| a.id == input.appliance)
            && [&held.brand, &held.model, &held.serial, &held.symptom, &held.fault, &held.cause, &held.action]
                .contains(&&input.value)
        {
            input.value = format!("{}（{}）", input.value, self.chance.between(2, 100));
        }
        Ok(input)
    }

    fn reading(&self, appliance: ShortId) -> Result<RecordReading, CastError> {
        let chance = self.chance;
        let (code, methods) = [
            ("socket_polarity", ["socket_tester", "multimeter", "multimeter"].as_slice()),
            ("earth_present", ["socket_tester", "multimeter", "loop"].as_slice()),
            ("earth_resistance", ["loop", "three_pole", "clamp"].as_slice()),
            ("rcd_button", [].as_slice()),
        ][chance.between(0, 4) as usize];
        let view = self.app.actions.job(self.job)?;
        let found = match code {
            "earth_resistance" => Found::Number { thousandths: Thousandths(i64::from(chance.between(40, 620)) * 10) },
            "rcd_button" => choice(if chance.happens(85) { "trips" } else { "stays" }),
            "socket_polarity" => choice(if chance.happens(85) { "right" } else { "swapped" }),
            _ => choice(if chance.happens(85) { "good" } else { "none" }),
        };
        Ok(RecordReading {
            job: self.job,
            appliance,
            code: code.to_owned(),
            found,
            method: if methods.is_empty() { String::new() } else { chance.pick(methods).to_owned() },
            unit: if code == "earth_resistance" { "Ω".to_owned() } else { String::new() },
            instrument: trade::instrument(chance),
            calibrated: String::new(),
            rectified: if failed(&view, appliance, code) { trade::rectified(chance) } else { String::new() },
            photo: None,
        })
    }

    fn service(&self, appliance: ShortId) -> AnswerService {
        let service =
            [ServiceCode::Explain, ServiceCode::Maintain, ServiceCode::CheckAll][self.chance.between(0, 3) as usize];
        let answer = match self.chance.between(0, 3) {
            0 => ServiceAnswer::NotApplicable { reason: trade::reason(self.chance) },
            1 if service == ServiceCode::CheckAll => ServiceAnswer::AllNormal,
            _ => ServiceAnswer::Done,
        };
        AnswerService { job: self.job, appliance, service, answer }
    }
}

fn choice(option: &str) -> Found {
    Found::Choice { option: option.to_owned() }
}

/// Whether the newest record of a row is a failure.
fn failed(view: &JobView, appliance: ShortId, code: &str) -> bool {
    let rows = view.appliances.iter().filter(|a| a.id == appliance).flat_map(|a| &a.readings);
    let newest = rows.filter(|row| row.code == code).filter_map(|row| row.records.last()).next();
    newest.is_some_and(|record| record.verdict.verdict == Verdict::Fail)
}

/// A picture that no other is like: a wall, a casing, light from one side, and grain.
fn picture(chance: &Chance) -> Result<Vec<u8>, EncodingError> {
    let (width, height) = if chance.happens(70) { (1_200u16, 1_600u16) } else { (1_600, 1_200) };
    let edge = chance.between(200, 900);
    let light = chance.between(20, 60);
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        let grain = chance.draw();
        for x in 0..u32::from(width) {
            let base: [u32; 3] = if x > edge && y > edge { [228, 230, 232] } else { [176, 184, 180] };
            let shade = (x + y) * light / 2_800;
            let speck = u32::try_from(grain >> (x % 48) & 7).unwrap_or(0);
            pixels.extend(base.map(|c| u8::try_from((c + speck).saturating_sub(shade).min(255)).unwrap_or(255)));
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(edits: usize, photos: usize) -> Load {
        Load { edits, photos, fields_only: false }
    }

    #[test]
    fn a_visit_has_as_many_edits_and_photos_as_it_was_asked_for() {
        for load in [load(60, 10), load(60, 0), load(12, 1), Load { fields_only: true, ..load(60, 0) }] {
            let doings = plan(load);
            let photos = doings.iter().filter(|d| **d == Doing::Photo).count();
            assert_eq!((doings.len() - photos, photos), (load.edits, load.photos));
            assert_eq!(doings.last(), Some(&Doing::Finish));
            assert!(doings[..3] == [Doing::Depart, Doing::Arrive, Doing::Card]);
        }
    }
}

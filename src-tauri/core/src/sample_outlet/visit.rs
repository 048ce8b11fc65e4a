//! What a made-up member does at one job, in the words of the trade.

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Finish, Found, NoteFact, RecordReading, ServiceAnswer, SheetFact, SheetField, ShowCard, Tap,
    TapNode, UsePart, WriteField,
};
use doorstep_schemas::rules::limits::Measure;
use doorstep_schemas::view::{
    CustodyStep, FeeKind, Fen, JobOutcome, OldPartStep, PaidFor, PayWay, Payer, PhotoStage, ServiceCode, SignedFor,
    Signer, Thousandths,
};

use super::hand::{Done, Hand};
use super::picture;
use crate::domain::gates::Rules;
use crate::domain::{calendar, safety};

/// Longer than the card has to be shown.
const CARD_MS: u32 = 3_400;

/// How long ago the instrument was looked at.
const CALIBRATED_DAYS: i64 = 120;

/// One member at one job, with the one appliance that it is about.
pub struct Visit<'a> {
    hand: &'a Hand,
    job: JobId,
    appliance: ShortId,
    pictures: u8,
}

impl<'a> Visit<'a> {
    /// No picture of another job may have a number from `pictures` on: the same bytes are one photo.
    pub fn at(hand: &'a Hand, job: JobId, pictures: u8) -> Done<Self> {
        let view = hand.actions.job(job)?;
        let appliance = view.appliances.first().ok_or("a job without an appliance")?.id;
        Ok(Self { hand, job, appliance, pictures })
    }

    pub fn depart(&self) -> Done {
        self.hand.actions.tap_node(&TapNode { job: self.job, tap: Tap::Depart })?;
        Ok(())
    }

    pub fn arrive(&self) -> Done {
        self.hand.actions.tap_node(&TapNode { job: self.job, tap: Tap::Arrive })?;
        self.hand.actions.show_card(&ShowCard { job: self.job, shown_ms: CARD_MS })?;
        Ok(())
    }

    /// A value as people write it, by the row's first method; `rectified` says what was put right before.
    pub fn read(&self, code: &str, value: &str, rectified: &str) -> Done {
        let rules = self.hand.actions.shelf.store().rules().clone();
        let in_force = rules.at(self.hand.actions.nature.now_ms());
        let row = in_force.limit(code).ok_or_else(|| format!("{code} is no row of the limit set"))?;
        let (found, unit) = match &row.measure {
            Measure::Number { unit, .. } => {
                let thousandths = safety::parse_number(value, 3).map_err(|error| error.to_string())?;
                (Found::Number { thousandths }, unit.clone())
            }
            Measure::Choice { .. } => (Found::Choice { option: value.to_owned() }, String::new()),
        };
        self.hand.actions.record_reading(&RecordReading {
            job: self.job,
            appliance: self.appliance,
            code: code.to_owned(),
            found,
            unit,
            method: row.methods.first().map(|method| method.code.clone()).unwrap_or_default(),
            instrument: "VC60B".to_owned(),
            calibrated: calendar::day_name(self.hand.actions.nature.now_ms() - CALIBRATED_DAYS * calendar::DAY_MS),
            rectified: rectified.to_owned(),
            photo: None,
        })?;
        Ok(())
    }

    pub fn fields(&self, fields: &[(SheetField, &str)]) -> Done {
        for (field, value) in fields {
            let (job, appliance, value) = (self.job, self.appliance, (*value).to_owned());
            self.hand.actions.write_field(&WriteField { job, appliance, field: *field, value })?;
        }
        Ok(())
    }

    pub fn photos(&mut self, stages: &[PhotoStage]) -> Done {
        for stage in stages {
            let picture = picture::draw(self.pictures)?;
            self.pictures += 1;
            self.hand.actions.add_photo(self.job, self.appliance, *stage, &picture)?;
        }
        Ok(())
    }

    /// A part from the member's own stock; the customer keeps the old one and pays for it.
    pub fn part(&self, code: &str, name: &str, fen: i64) -> Done {
        let (job, appliance, guide_fen) = (self.job, self.appliance, Fen(fen));
        let (listed, called) = (code.to_owned(), name.to_owned());
        let part = UsePart { job, appliance, code: listed, name: called, quantity: 1, guide_fen };
        let view = self.hand.actions.use_part(&part)?;
        let used = view.parts.iter().rfind(|part| part.code == code).ok_or("a part that was not used")?.id;
        let (tag, batch, courier) = (String::new(), String::new(), String::new());
        let (step, due, deducted_fen) = (OldPartStep::Kept, None, Fen(0));
        self.fact(SheetFact::OldPart { part: used, step, tag, due, batch, courier, deducted_fen })?;
        self.bill(FeeKind::Part, (code, name), fen, (Some(used), None))
    }

    /// One line of the bill at its guide price; the part and the quote that it is of.
    pub fn bill(
        &self,
        kind: FeeKind,
        (code, name): (&str, &str),
        fen: i64,
        (part, quote): (Option<ShortId>, Option<ShortId>),
    ) -> Done {
        self.fact(SheetFact::Fee {
            appliance: Some(self.appliance),
            kind,
            code: code.to_owned(),
            name: name.to_owned(),
            quantity: Thousandths(1_000),
            unit_fen: Fen(fen),
            share: 1_000,
            guide_fen: Some(Fen(fen)),
            payer: Payer::Customer,
            reason: String::new(),
            part,
            adjusts: None,
            quote,
            spoken_code: String::new(),
        })?;
        Ok(())
    }

    /// Adds a fact; its id.
    pub fn fact(&self, fact: SheetFact) -> Done<ShortId> {
        Ok(self.hand.actions.note_fact(&NoteFact { job: self.job, fact, claimed: None })?.id)
    }

    pub fn hand_over(&self, step: CustodyStep, tag: &str, place: &str) -> Done {
        let (tag, place, condition) = (tag.to_owned(), place.to_owned(), "外观完好".to_owned());
        let carried_in = false;
        self.fact(SheetFact::Custody { appliance: self.appliance, step, tag, place, condition, carried_in })?;
        Ok(())
    }

    /// The services that no fact tells, the customer's signature, and the money.
    pub fn close(&self, customer: &str, fen: i64) -> Done {
        for (service, answer) in [
            (ServiceCode::Explain, ServiceAnswer::Done),
            (ServiceCode::Maintain, ServiceAnswer::Done),
            (ServiceCode::CheckAll, ServiceAnswer::AllNormal),
        ] {
            let (job, appliance) = (self.job, self.appliance);
            self.hand.actions.answer_service(&AnswerService { job, appliance, service, answer })?;
        }
        let (signer, name) = (Signer::Customer, customer.to_owned());
        self.fact(SheetFact::Signature { signed_for: SignedFor::Work, subject: None, signer, name, image: None })?;
        let (way, paid_for, reference) = (PayWay::OutletQr, PaidFor::Work, String::new());
        self.fact(SheetFact::Payment { fen: Fen(fen), way, paid_for, subject: None, reference })?;
        Ok(())
    }

    pub fn finish(&self, outcome: JobOutcome) -> Done {
        self.hand.actions.finish(&Finish { job: self.job, outcome })?;
        Ok(())
    }

    pub fn appliance(&self) -> ShortId {
        self.appliance
    }
}

//! What a member does on their phone, in the words of the trade. Each method is one tap, one value, one fact.

use std::collections::BTreeMap;

use doorstep::app::Doorstep;
use doorstep::domain::gates::Rules;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Finish, Found, NoteFact, RecordReading, ServiceAnswer, SheetFact, SheetField, ShowCard, Tap,
    TapNode, UsePart, WriteField,
};
use doorstep_schemas::rules::limits::Measure;
use doorstep_schemas::view::{
    FeeKind, Fen, JobOutcome, JobView, PaidFor, PayWay, Payer, PhotoStage, ServiceCode, SignedFor, Signer, Thousandths,
};

use crate::camera;
use crate::story::StoryError;

/// One member at one job. Facts that later ones name are kept under a name of the script's.
pub struct Play<'a> {
    pub app: &'a Doorstep,
    pub job: JobId,
    pub names: &'a mut BTreeMap<String, ShortId>,
    pub pictures: &'a mut u8,
}

pub type Played = Result<(), StoryError>;

/// One line of a bill: what, at how much, and who pays.
pub struct Bill<'a> {
    pub kind: FeeKind,
    pub code: &'a str,
    pub name: &'a str,
    /// In thousandths: 1.5 m is 1,500.
    pub quantity: i64,
    pub unit_fen: i64,
    pub payer: Payer,
    /// Names of the script's: the part that it bills, the quote that it belongs to.
    pub part: Option<&'a str>,
    pub quote: Option<&'a str>,
}

impl<'a> Bill<'a> {
    /// One of it, paid by the customer.
    pub fn one(kind: FeeKind, code: &'a str, name: &'a str, unit_fen: i64) -> Self {
        Self { kind, code, name, quantity: 1_000, unit_fen, payer: Payer::Customer, part: None, quote: None }
    }
}

impl Play<'_> {
    pub fn view(&self) -> Result<JobView, StoryError> {
        Ok(self.app.actions.job(self.job)?)
    }

    /// The n-th appliance of the order.
    pub fn appliance(&self, n: usize) -> Result<ShortId, StoryError> {
        let view = self.view()?;
        view.appliances.get(n).map(|a| a.id).ok_or_else(|| StoryError::Unexpected(format!("no appliance {n}")))
    }

    pub fn named(&self, name: &str) -> Result<ShortId, StoryError> {
        let found = self.names.get(&format!("{}/{name}", self.job)).copied();
        found.ok_or_else(|| StoryError::Unexpected(format!("nothing is named {name}")))
    }

    /// Goods and parts are here, before anybody sets out.
    pub fn goods_here(&mut self) -> Played {
        self.fact("", SheetFact::Goods { here: true, note: String::new() })
    }

    pub fn depart(&mut self) -> Played {
        self.app.actions.tap_node(&TapNode { job: self.job, tap: Tap::Depart })?;
        Ok(())
    }

    pub fn arrive(&mut self) -> Played {
        self.app.actions.tap_node(&TapNode { job: self.job, tap: Tap::Arrive })?;
        Ok(())
    }

    pub fn card(&mut self) -> Played {
        self.app.actions.show_card(&ShowCard { job: self.job, shown_ms: 3_400 })?;
        Ok(())
    }

    /// Readings of one appliance or loaner, as `code value`: a number in the row's unit, or one of its options. The
    /// row's first method is used; `code value rectified` says what was put right before.
    pub fn measure(&mut self, appliance: ShortId, readings: &[(&str, &str)]) -> Played {
        readings.iter().try_for_each(|(code, value)| self.read(appliance, code, value, ""))
    }

    pub fn read(&mut self, appliance: ShortId, code: &str, value: &str, rectified: &str) -> Played {
        let rules = self.app.actions.shelf.store().rules().clone();
        let in_force = rules.at(self.app.actions.nature.now_ms());
        let row = in_force.limit(code);
        let row = row.ok_or_else(|| StoryError::Unexpected(format!("{code} is no row of the limit set")))?;
        let method = row.methods.first().map(|m| m.code.clone()).unwrap_or_default();
        let (found, unit) = match &row.measure {
            Measure::Number { unit, .. } => {
                let thousandths = doorstep::domain::safety::parse_number(value, 3)
                    .map_err(|error| StoryError::Unexpected(format!("{code} {value}: {error}")))?;
                (Found::Number { thousandths }, unit.clone())
            }
            Measure::Choice { .. } => (Found::Choice { option: value.to_owned() }, String::new()),
        };
        self.app.actions.record_reading(&RecordReading {
            job: self.job,
            appliance,
            code: code.to_owned(),
            found,
            unit,
            method,
            instrument: "VC60B".to_owned(),
            calibrated: "2026-03-01".to_owned(),
            rectified: rectified.to_owned(),
            photo: None,
        })?;
        Ok(())
    }

    pub fn fields(&mut self, appliance: ShortId, fields: &[(SheetField, &str)]) -> Played {
        for (field, value) in fields {
            let (job, value) = (self.job, (*value).to_owned());
            self.app.actions.write_field(&WriteField { job, appliance, field: *field, value })?;
        }
        Ok(())
    }

    /// Takes a picture for each slot; no two pictures of the day are the same.
    pub fn photos(&mut self, appliance: ShortId, stages: &[PhotoStage]) -> Played {
        for stage in stages {
            *self.pictures = self.pictures.wrapping_add(1);
            let picture = camera::small(*self.pictures)?;
            self.app.actions.add_photo(self.job, appliance, *stage, &picture)?;
        }
        Ok(())
    }

    /// A part from the member's own stock, kept under its code.
    pub fn part(&mut self, appliance: ShortId, code: &str, name: &str, quantity: u32, guide_fen: i64) -> Played {
        let (job, guide_fen) = (self.job, Fen(guide_fen));
        let part = UsePart { job, appliance, code: code.to_owned(), name: name.to_owned(), quantity, guide_fen };
        let view = self.app.actions.use_part(&part)?;
        let used = view.parts.iter().rfind(|p| p.code == code).map(|p| p.id);
        let used = used.ok_or_else(|| StoryError::Unexpected(format!("{code} was not used")))?;
        self.names.insert(format!("{}/{code}", self.job), used);
        Ok(())
    }

    /// Adds a fact and keeps it under `name` (unless that is empty).
    pub fn fact(&mut self, name: &str, fact: SheetFact) -> Played {
        let added = self.app.actions.note_fact(&NoteFact { job: self.job, fact, claimed: None })?;
        if !name.is_empty() {
            self.names.insert(format!("{}/{name}", self.job), added.id);
        }
        Ok(())
    }

    /// One line of the bill at its guide price.
    pub fn bill(&mut self, bill: &Bill<'_>) -> Played {
        let appliance = Some(self.appliance(0)?);
        let part = bill.part.map(|name| self.named(name)).transpose()?;
        let quote = bill.quote.map(|name| self.named(name)).transpose()?;
        self.fact(
            "",
            SheetFact::Fee {
                appliance,
                kind: bill.kind,
                code: bill.code.to_owned(),
                name: bill.name.to_owned(),
                quantity: Thousandths(bill.quantity),
                unit_fen: Fen(bill.unit_fen),
                share: 1_000,
                guide_fen: Some(Fen(bill.unit_fen)),
                payer: bill.payer,
                reason: String::new(),
                part,
                adjusts: None,
                quote,
                spoken_code: String::new(),
            },
        )
    }

    pub fn pay(&mut self, fen: i64, way: PayWay, paid_for: PaidFor) -> Played {
        let reference = String::new();
        self.fact("", SheetFact::Payment { fen: Fen(fen), way, paid_for, subject: None, reference })
    }

    pub fn sign(&mut self, name: &str, signed_for: SignedFor, who: &str) -> Played {
        let who = who.to_owned();
        self.fact(
            name,
            SheetFact::Signature { signed_for, subject: None, signer: Signer::Customer, name: who, image: None },
        )
    }

    /// The services that no fact tells: explained, maintained, other appliances all normal.
    pub fn services(&mut self) -> Played {
        let appliance = self.appliance(0)?;
        for (service, answer) in [
            (ServiceCode::Explain, ServiceAnswer::Done),
            (ServiceCode::Maintain, ServiceAnswer::Done),
            (ServiceCode::CheckAll, ServiceAnswer::AllNormal),
        ] {
            self.app.actions.answer_service(&AnswerService { job: self.job, appliance, service, answer })?;
        }
        Ok(())
    }

    pub fn finish(&mut self, outcome: JobOutcome) -> Played {
        match self.app.actions.finish(&Finish { job: self.job, outcome }) {
            Ok(_) => Ok(()),
            Err(error) => {
                let next = self.view()?.next;
                let other = next.others.into_iter().find(|other| other.outcome == outcome);
                let open = other.map_or(next.blockers, |other| other.blockers);
                Err(StoryError::Unexpected(format!("{error}: {open:?}")))
            }
        }
    }

    /// The job can't end like this: something is unsafe or missing.
    pub fn refused(&mut self, outcome: JobOutcome) -> Played {
        match self.app.actions.finish(&Finish { job: self.job, outcome }) {
            Err(_) => Ok(()),
            Ok(_) => Err(StoryError::Unexpected(format!("{outcome:?} was let through"))),
        }
    }
}

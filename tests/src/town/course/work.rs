//! The work itself: card, readings by phase, fields, parts, photos, services, money, signature.

use doorstep::domain::calendar;
use doorstep::domain::safety::Consequence;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{ServiceAnswer, SheetFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, Evacuation, JobKind, JobOutcome, Millis, OldPartStep, PauseReason, Phase, PhotoStage,
    ReasonAbout, Refrigerant, ServiceCode, SignedFor, Signer, UnitOf,
};

use super::{Act, Script, Value};
use crate::town::meter::Row;
use crate::town::orders::Unit;
use crate::town::words::{sayings, services};
use crate::town::{DAY_MS, MINUTE_MS};

/// Installing, mending and so on, in minutes after arrival; several appliances take eight tenths of their sum (R2).
fn limit_minutes(script: &Script<'_>) -> i64 {
    let one: i64 = match script.kind() {
        JobKind::Install | JobKind::Move => 120,
        _ => 60,
    };
    let many = i64::try_from(script.order.units.len()).unwrap_or(1);
    if many > 1 { one * many * 8 / 10 } else { one }
}

impl Script<'_> {
    /// The whole of it, to "completed" or, where the house stays unsafe, "hazard remaining".
    pub(super) fn work(&mut self, hazard: bool) {
        self.open();
        let failing = if hazard { self.failing_row(Consequence::HazardRemainingOnly) } else { None };
        let bad = self.measure_all(&[Phase::BeforeWork], failing.as_ref());
        self.mend();
        self.measure_all(&[Phase::BeforePower, Phase::Trial], None);
        self.close(bad);
    }

    /// Card, nameplates, what it looks like before.
    pub(super) fn open(&mut self) {
        let shown = self.chance.between(3_000, 25_000);
        self.act(Act::Card(shown));
        let order = self.order;
        for unit in &order.units {
            self.nameplate(unit);
            if self.chance.happens(40) {
                self.photo(unit.id, PhotoStage::Before);
            }
        }
        if order.input.assignees.len() == 1 && self.chance.happens(5) {
            let name = super::super::people::person(&self.chance);
            self.fact(SheetFact::Crew { member: None, name, left: false });
        }
    }

    fn nameplate(&mut self, unit: &Unit) {
        let split = unit.owned.model.kind == ApplianceKind::AirConditioner;
        if split && self.kind() == JobKind::Install {
            for (unit_of, stage, end) in
                [(UnitOf::Indoor, PhotoStage::IndoorPlate, "N"), (UnitOf::Outdoor, PhotoStage::OutdoorPlate, "W")]
            {
                let (photo, _) = self.photo(unit.id, stage);
                let serial = format!("{}{end}", unit.owned.serial);
                self.fact(SheetFact::Serial { appliance: unit.id, unit: unit_of, serial, photo: Some(photo) });
            }
        }
        self.field(unit.id, SheetField::Serial, &unit.owned.serial);
        let (year, month) = unit.owned.made;
        self.field(unit.id, SheetField::Made, &format!("{year:04}-{month:02}"));
        if !self.asked(unit).rows.is_empty() {
            for (field, value) in unit.owned.model.plate.fields() {
                self.field(unit.id, field, &value);
            }
        }
    }

    /// The first row of the order's appliances that can fail like this.
    pub(super) fn failing_row(&self, consequence: Consequence) -> Option<(ShortId, String)> {
        self.order.units.iter().find_map(|unit| {
            let asked = self.asked(unit);
            let failing: Vec<&Row> = asked
                .rows
                .iter()
                .filter(|r| r.can_fail(consequence) && r.phase == Phase::BeforeWork && !r.aged())
                .collect();
            let row = failing.get(self.set % failing.len().max(1))?;
            Some((unit.id, row.code.clone()))
        })
    }

    pub(super) fn too_old(&self, unit: &Unit) -> bool {
        let rows = &self.asked(unit).rows;
        rows.iter().filter(|row| row.aged()).any(|row| self.age(unit, &row.code).1)
    }

    /// Judged for the latest day on which somebody may still come.
    fn age(&self, unit: &Unit, code: &str) -> (doorstep_schemas::input::Found, bool) {
        let model = unit.owned.model;
        let day = calendar::day_name(self.order.taken_ms + 20 * DAY_MS);
        self.town.meter.age((self.kind(), model.kind), &model.plate, unit.owned.made, &day, code)
    }

    /// The rows of these phases on every appliance; the name of the failed reading that stands.
    pub(super) fn measure_all(&mut self, phases: &[Phase], failing: Option<&(ShortId, String)>) -> Option<ShortId> {
        let order = self.order;
        let mut stands = None;
        for unit in &order.units {
            let asked = self.asked(unit);
            for row in asked.rows.iter().filter(|row| phases.contains(&row.phase)) {
                let fails = failing.is_some_and(|(id, code)| *id == unit.id && *code == row.code);
                let bad = row.bad(&self.chance, Consequence::HazardRemainingOnly);
                if let Some(bad) = bad.filter(|_| fails) {
                    stands = Some(self.read(unit.id, (&row.code, &row.unit), bad, ""));
                } else {
                    self.measure(unit.id, unit, row);
                }
            }
        }
        stands
    }

    /// One row, well in the end: now and then only after something was put right.
    pub(super) fn measure(&mut self, appliance: ShortId, unit: &Unit, row: &Row) {
        if row.aged() {
            let found = self.age(unit, &row.code).0;
            self.read(appliance, (&row.code, &row.unit), &Value { found, method: String::new() }, "");
            return;
        }
        let Some(good) = row.good(&self.chance, self.set).cloned() else { return };
        let bad = row.bad(&self.chance, Consequence::Stop).or(row.bad(&self.chance, Consequence::HazardRemainingOnly));
        let Some(bad) = bad.filter(|_| row.phase == Phase::BeforeWork && self.chance.happens(2)) else {
            self.read(appliance, (&row.code, &row.unit), &good, "");
            return;
        };
        let before = self.read(appliance, (&row.code, &row.unit), bad, "");
        let pause = |stopped| SheetFact::Pause { stopped, reason: PauseReason::Rectification, note: String::new() };
        self.fact(pause(true));
        let stopped = self.now;
        self.pass(6, 30);
        self.fact(pause(false));
        self.stood_ms += self.now - stopped;
        let rectified = self.pick(sayings::RECTIFIED);
        let after = self.read(appliance, (&row.code, &row.unit), &good, &rectified);
        let text = self.pick(sayings::HAZARDS);
        let households = self.chance.between(1, 4);
        self.fact(SheetFact::Hazard {
            appliance: Some(appliance),
            code: row.code.clone(),
            text,
            action: rectified,
            before: Some(before),
            after: Some(after),
            households,
            remaining: false,
            unplugged: false,
            tagged: false,
            recheck: None,
            replaces: None,
        });
    }

    /// What the job is about: mending, or putting up, or taking down.
    fn mend(&mut self) {
        self.pass(4, 18);
        let order = self.order;
        for unit in &order.units {
            if self.kind() == JobKind::Repair {
                self.diagnose(unit);
                if self.chance.happens(45) || self.parts_were_missing() {
                    self.use_part(unit);
                }
                self.refrigerant(unit);
            } else if self.chance.happens(70) {
                let text = self.pick(services::INSTALLED);
                self.fact(SheetFact::Remark { text });
            }
        }
    }

    pub(super) fn diagnose(&mut self, unit: &Unit) {
        let trouble = self.order.trouble(unit.owned.model.kind);
        self.field(unit.id, SheetField::Symptom, trouble.symptom);
        self.field(unit.id, SheetField::Fault, trouble.fault);
        self.field(unit.id, SheetField::Cause, trouble.cause);
        self.field(unit.id, SheetField::Action, trouble.action);
    }

    fn parts_were_missing(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.act, Act::Finish { outcome: JobOutcome::NeedsPart, .. }))
    }

    pub(super) fn use_part(&mut self, unit: &Unit) {
        let offers = self.town.rules.at(self.now).parts(unit.owned.model.kind, "", "");
        let listed = !offers.is_empty() && self.chance.happens(75);
        let (code, part, fen) = if listed {
            let offer = &offers[self.chance.between(0, offers.len() as u32) as usize];
            (offer.code.clone(), offer.name.zh.clone(), offer.guide_fen.0)
        } else {
            let (part, fen) = sayings::LOOSE_PARTS[self.chance.between(0, sayings::LOOSE_PARTS.len() as u32) as usize];
            (String::new(), part.to_owned(), fen)
        };
        let name = self.name();
        let quantity = if self.chance.happens(12) { 2 } else { 1 };
        self.act(Act::Part { name, appliance: unit.id, code, part, quantity, fen });
        self.old_part(unit.id, name);
    }

    /// 旧件: the maker's goes back, the customer's is offered first (R24).
    fn old_part(&mut self, unit: ShortId, part: ShortId) {
        let (step, tag, due) = match self.order.input.coverage {
            Coverage::InWarranty => {
                let tag = format!("JJ{:06}", self.chance.between(0, 1_000_000));
                (OldPartStep::Tagged, tag, Some(Millis(self.now + 14 * DAY_MS)))
            }
            _ if self.chance.happens(30) => (OldPartStep::Kept, String::new(), None),
            _ => (OldPartStep::Declined, String::new(), None),
        };
        let (batch, courier) = (String::new(), String::new());
        let deducted_fen = doorstep_schemas::view::Fen(0);
        self.fact(SheetFact::OldPart { part, step, tag, due, batch, courier, deducted_fen });
        if step == OldPartStep::Tagged {
            self.photo(unit, PhotoStage::OldPart);
        }
    }

    /// R32: only where the fault is a lost charge; found, welded, pumped out, weighed.
    fn refrigerant(&mut self, unit: &Unit) {
        let Some(gas) = unit.owned.model.plate.refrigerant.filter(|_| self.loses_charge(unit)) else { return };
        let grams = self.chance.between(30, 110) * 10;
        let before = i32::try_from(self.chance.between(20, 45)).unwrap_or(30) * 10;
        self.fact(SheetFact::Charge {
            appliance: unit.id,
            gas: gas.word().to_owned(),
            leak_found: true,
            leak_at: "外机阀门喇叭口".to_owned(),
            welded: gas != Refrigerant::R32,
            grams,
            charged_when_welding: false,
            before_kpa: Some(before),
            after_kpa: Some(before + 500),
            evacuation: Evacuation::Pump,
            minutes: 18,
        });
    }

    /// Photos, services, time, money, signature, and the outcome.
    fn close(&mut self, stands: Option<ShortId>) {
        self.photos();
        self.services();
        let limit = limit_minutes(self);
        let target =
            if self.chance.happens(6) { limit * 16 / 10 } else { limit * i64::from(self.chance.between(45, 86)) / 100 };
        self.now += (target - self.minutes_since_arrival()).max(0) * MINUTE_MS;
        if self.minutes_since_arrival() > limit * 9 / 10 {
            let text = self.pick(sayings::OVERRUN);
            self.fact(SheetFact::Reason { about: ReasonAbout::Overrun, subject: None, text, photo: None });
        }
        if self.chance.happens(25) {
            let pool = if self.chance.happens(8) { services::ENGLISH_REMARKS } else { sayings::REMARKS };
            let text = self.pick(pool);
            self.fact(SheetFact::Remark { text });
        }
        if let Some(before) = stands {
            self.hazard_stays(before);
        }
        if self.chance.happens(1) && matches!(self.kind(), JobKind::Install | JobKind::Repair | JobKind::Move) {
            self.damage();
        }
        self.bill();
        if self.order.input.details.as_ref().is_some_and(|d| d.acceptance) {
            let name = self.pick(sayings::ACCEPTORS);
            self.sign(SignedFor::Acceptance, Signer::Acceptor, name);
        }
        let name = self.customer();
        self.sign(SignedFor::Work, Signer::Customer, name);
        let outcome = if stands.is_some() { JobOutcome::HazardRemaining } else { JobOutcome::Completed };
        self.finish(outcome);
        self.approve();
    }

    pub(super) fn sign(&mut self, signed_for: SignedFor, signer: Signer, name: String) -> ShortId {
        self.fact(SheetFact::Signature { signed_for, subject: None, signer, name, image: None })
    }

    /// Every photo that the job asks for and that was not taken yet, on each appliance.
    pub(super) fn photos(&mut self) {
        let order = self.order;
        for unit in &order.units {
            for stage in self.asked(unit).photos.clone() {
                let taken = self.steps.iter().any(|step| {
                    matches!(&step.act, Act::Photo { appliance, stage: s, .. } if *appliance == unit.id && *s == stage)
                });
                if !taken {
                    self.photo(unit.id, stage);
                }
            }
        }
    }

    pub(super) fn services(&mut self) {
        let appliance = self.order.units[0].id;
        for service in [ServiceCode::Explain, ServiceCode::Maintain, ServiceCode::CheckAll] {
            let answer = match (service, self.chance.between(0, 100)) {
                // One in thirty is forgotten: a gap that the customer's copy shows (R13).
                (_, 0..=2) => continue,
                (ServiceCode::CheckAll, 3..=70) => ServiceAnswer::AllNormal,
                (ServiceCode::CheckAll, 71..=85) => ServiceAnswer::NotWanted,
                (_, 3..=12) => ServiceAnswer::NotApplicable { reason: self.pick(sayings::NOT_APPLICABLE) },
                _ => ServiceAnswer::Done,
            };
            self.act(Act::Service { appliance, service, answer });
        }
    }

    /// The owner looks at most sheets in the evening.
    pub(super) fn approve(&mut self) {
        if self.chance.happens(85) {
            self.now = self.now.max(calendar::day_start(self.now) + 20 * 60 * MINUTE_MS);
            let name = self.name();
            self.by = self.town.owner();
            self.act(Act::Approve { name });
        }
    }
}

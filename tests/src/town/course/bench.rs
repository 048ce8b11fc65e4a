//! 送修: a loaner or none, the unit taken, the bench, the customer's word, and everything back where it belongs.

use doorstep::domain::money::fees::covered;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{
    BenchWork, Channel, CustodyStep, Fen, JobKind, JobOutcome, Millis, NeedWhen, NoLoaner, NoticeKind, PaidFor, PayWay,
    Phase, RepairLevel, SignedFor, Signer,
};
use doorstep_schemas::wire::RoleKind;

use super::{Act, Script};
use crate::town::DAY_MS;
use crate::town::orders::Unit;
use crate::town::words::sayings;

/// 押金, in fen.
const DEPOSIT_FEN: i64 = 20_000;

impl Script<'_> {
    pub(super) fn over_the_bench(&mut self) {
        self.open();
        let order = self.order;
        let unit = &order.units[0];
        let trouble = order.trouble(unit.owned.model.kind);
        self.field(unit.id, doorstep_schemas::input::SheetField::Symptom, trouble.symptom);
        self.field(unit.id, doorstep_schemas::input::SheetField::Fault, trouble.fault);
        let loaner = self.loaner(unit);
        self.photos();
        let tag = format!("X{:05}", self.chance.between(0, 100_000));
        let condition = self.pick(sayings::CONDITIONS);
        self.custody(unit.id, CustodyStep::Taken, &tag, "车上", &condition);
        let name = self.customer();
        self.sign(SignedFor::Handover, Signer::Customer, name);
        self.finish(JobOutcome::TakenToBench);
        let repairer = self.town.first(RoleKind::Repairer);
        let mut members = order.input.assignees.clone();
        members.push(repairer);
        let technician = std::mem::replace(&mut self.by, self.town.owner());
        self.act(Act::Assign(members));
        self.by = repairer;
        let repaired = self.at_the_bench(unit, &tag);
        self.by = technician;
        self.bring_back(unit, &tag, loaner, repaired);
    }

    /// A loaner that stays until the unit is back, or why there is none (R17).
    fn loaner(&mut self, unit: &Unit) -> Option<ShortId> {
        let appliance = unit.id;
        match self.chance.between(0, 100) {
            0..=29 => {
                let model = crate::town::makes::model(&self.chance, unit.owned.model.kind);
                let loaner = self.fact(SheetFact::Loaner {
                    appliance,
                    kind: unit.owned.model.kind,
                    tag: format!("BYJ-{:02}", self.chance.between(1, 20)),
                    model: model.model.to_owned(),
                    serial: crate::town::makes::serial(&self.chance, model, 2023, 3),
                    deposit_fen: Fen(DEPOSIT_FEN),
                    condition: self.pick(sayings::CONDITIONS),
                    photos: Vec::new(),
                });
                let when = vec![NeedWhen::Loaner];
                let asked = self.town.meter.asked(JobKind::Install, model.kind, &model.plate, when);
                for (field, value) in model.plate.fields() {
                    self.field(loaner, field, &value);
                }
                for row in &asked.rows {
                    if let Some(good) = row.good(&self.chance, self.set) {
                        self.read(loaner, (&row.code, &row.unit), good, "");
                    }
                }
                for stage in &asked.photos {
                    self.photo(loaner, *stage);
                }
                let name = self.customer();
                self.sign(SignedFor::Loaner, Signer::Customer, name);
                self.payment(DEPOSIT_FEN, PayWay::OutletQr, PaidFor::Deposit, Some(loaner));
                Some(loaner)
            }
            30..=69 => {
                let name = self.customer();
                let signature = Some(self.sign(SignedFor::LoanerDeclined, Signer::Customer, name));
                self.fact(SheetFact::WithoutLoaner { appliance, why: NoLoaner::Declined, signature, promised: None });
                None
            }
            _ => {
                let promised = Some(Millis(self.now + 4 * DAY_MS));
                let why = NoLoaner::NoneAvailable;
                self.fact(SheetFact::WithoutLoaner { appliance, why, signature: None, promised });
                None
            }
        }
    }

    fn custody(&mut self, appliance: ShortId, step: CustodyStep, tag: &str, place: &str, condition: &str) {
        let (tag, place, condition) = (tag.to_owned(), place.to_owned(), condition.to_owned());
        self.fact(SheetFact::Custody { appliance, step, tag, place, condition, carried_in: false });
    }

    fn log(&mut self, appliance: ShortId, work: BenchWork, text: String, channel: Option<Channel>) {
        self.fact(SheetFact::Bench { appliance, work, text, level: None, channel, part: None });
    }

    /// Diagnosis, quote, consent, repair (R19–R21); how it ends.
    fn at_the_bench(&mut self, unit: &Unit, tag: &str) -> JobOutcome {
        self.pass(60, 240);
        let shelf = self.pick(sayings::SHELVES);
        self.custody(unit.id, CustodyStep::Received, tag, &shelf, "");
        self.pass(60, 900);
        for work in [BenchWork::Test, BenchWork::Finding] {
            let text = self.pick(sayings::BENCH);
            self.log(unit.id, work, text, None);
        }
        let repairable = !self.chance.happens(12);
        let level = if self.chance.happens(65) { RepairLevel::Component } else { RepairLevel::Board };
        let cause = self.pick(if repairable { sayings::DIAGNOSES } else { sayings::UNREPAIRABLE });
        let diagnosis = self.fact(SheetFact::Diagnosis { appliance: unit.id, cause: cause.clone(), level, repairable });
        if !repairable {
            self.log(unit.id, BenchWork::Unrepairable, cause, None);
            self.tell(unit.id);
            return JobOutcome::Condemned;
        }
        if !covered(self.order.input.coverage) && !self.consents(unit.id, diagnosis, level) {
            self.tell(unit.id);
            return JobOutcome::GivenUp;
        }
        self.pass(60, 1_400);
        let text = self.pick(sayings::BENCH);
        self.log(unit.id, BenchWork::Work, text, None);
        self.use_part(unit);
        let text = self.pick(sayings::BENCH);
        self.log(unit.id, BenchWork::Repaired, text, None);
        self.tell(unit.id);
        JobOutcome::Completed
    }

    fn tell(&mut self, appliance: ShortId) {
        self.pass(10, 60);
        let (text, channel) = (self.pick(sayings::TOLD), self.channel());
        self.log(appliance, BenchWork::Informed, text, Some(channel));
        let ready = Some(Millis(self.now + 2 * DAY_MS));
        let next_contact = Some(Millis(self.now + DAY_MS));
        self.fact(SheetFact::Promise { appliance, ready, next_contact, note: String::new() });
    }

    fn consents(&mut self, appliance: ShortId, diagnosis: ShortId, level: RepairLevel) -> bool {
        let total_fen = Fen(i64::from(self.chance.between(8, 40)) * 1_000);
        let (other_level, other_fen) = match level {
            RepairLevel::Component => (Some(RepairLevel::Board), Some(Fen(total_fen.0 * 3))),
            RepairLevel::Board | RepairLevel::Factory => {
                (Some(RepairLevel::Component), Some(Fen(total_fen.0 * 6 / 10)))
            }
        };
        let days = self.chance.between(1, 6);
        let quote =
            self.fact(SheetFact::Quote { appliance, diagnosis, level, total_fen, other_level, other_fen, days });
        self.pass(10, 300);
        let yes = !self.chance.happens(15);
        let (who, channel) = (self.customer(), self.channel());
        let spoken = Some(Millis(self.now));
        self.fact(SheetFact::Consent { quote, yes, who, channel, cost_fen: total_fen, days, spoken });
        yes
    }

    /// The unit goes home, the loaner comes back, the deposit with it.
    fn bring_back(&mut self, unit: &Unit, tag: &str, loaner: Option<ShortId>, outcome: JobOutcome) {
        let window = self.appoint_again((1, 4));
        self.go(window);
        let shown = self.chance.between(3_000, 9_000);
        self.act(Act::Card(shown));
        let address = self.order.input.customer.address.clone();
        self.custody(unit.id, CustodyStep::Returned, tag, &address, "");
        if let Some(loaner) = loaner {
            let kept = self.chance.happens(5);
            let condition = self.pick(sayings::CONDITIONS);
            let (kept_fen, reason) = if kept { (5_000, condition.clone()) } else { (0, String::new()) };
            self.fact(SheetFact::LoanerBack { loaner, condition, kept_fen: Fen(kept_fen), reason });
            self.payment(kept_fen - DEPOSIT_FEN, PayWay::OutletQr, PaidFor::DepositBack, Some(loaner));
        }
        if outcome == JobOutcome::Completed {
            self.diagnose(unit);
            self.measure_all(&[Phase::BeforeWork, Phase::BeforePower, Phase::Trial], None);
            self.services();
            self.bill();
        } else if outcome == JobOutcome::Condemned {
            let text = self.pick(sayings::UNREPAIRABLE);
            self.notice(unit.id, NoticeKind::Condemned, None, text);
        }
        let name = self.customer();
        self.sign(SignedFor::Work, Signer::Customer, name);
        self.finish(outcome);
        self.approve();
    }
}

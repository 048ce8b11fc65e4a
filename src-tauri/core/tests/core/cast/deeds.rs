//! What people of the cast do at a customer's and at the bench, one line a deed; and facts with everything filled in.

use doorstep::actions::facts::FactError;
use doorstep::actions::finish::FinishError;
use doorstep::actions::readings::ReadingError;
use doorstep::domain::gates::Rules;
use doorstep::domain::safety;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    Finish, Found, NoteFact, OrderDetails, RecordReading, SheetFact, SheetField, ShowCard, TakeOrder, Tap, TapNode,
    UsePart,
};
use doorstep_schemas::rules::limits::Measure;
use doorstep_schemas::view::{
    ApplianceKind, Blocker, BlockerCode, Coverage, CustodyStep, FeeKind, Fen, JobKind, JobOutcome, JobView, Millis,
    NoticeKind, PaidFor, PayWay, Payer, PhotoStage, ReasonAbout, SignedFor, Signer, Thousandths, Urgency,
};

use super::orders::{field, leaking_heater, picture};
use super::{MINUTE, NOON, OWNER, Phone, Shop, member};

/// One appliance, nothing urgent, paid by the customer.
pub fn asked(kind: JobKind, appliance: ApplianceKind) -> TakeOrder {
    let mut order = leaking_heater(&[member(OWNER)]);
    (order.kind, order.urgency, order.symptom) = (kind, Urgency::Normal, "不工作".to_owned());
    order.appliances[0].kind = appliance;
    order.appliances[0].model = "65E3".to_owned();
    order
}

pub fn covered(order: TakeOrder, coverage: Coverage) -> TakeOrder {
    TakeOrder { coverage, ..order }
}

pub fn detailed(order: TakeOrder, details: OrderDetails) -> TakeOrder {
    TakeOrder { details: Some(details), ..order }
}

/// A device whose owner does the job themselves.
pub fn alone(order: &TakeOrder) -> (Shop, Phone, JobId, ShortId) {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(order).unwrap();
    (shop, desk, view.card.job, view.appliances[0].id)
}

/// The same, standing at the customer's with the card shown.
pub fn at_home(order: &TakeOrder) -> (Shop, Phone, JobId, ShortId) {
    let (shop, desk, job, appliance) = alone(order);
    desk.come(job);
    (shop, desk, job, appliance)
}

pub fn codes(blockers: &[Blocker]) -> Vec<BlockerCode> {
    blockers.iter().map(|blocker| blocker.code).collect()
}

/// What a refused fact waits for; empty where it was refused for something else or not at all.
pub fn waits_for<T>(refused: &Result<T, FactError>) -> Vec<BlockerCode> {
    match refused {
        Err(FactError::Blocked(blockers)) => codes(blockers),
        _ => Vec::new(),
    }
}

impl Phone {
    pub fn pass(&self, minutes: i64) {
        self.nature.pass(minutes * MINUTE);
    }

    pub fn note(&self, job: JobId, fact: SheetFact) -> Result<ShortId, FactError> {
        self.actions.note_fact(&NoteFact { job, fact, claimed: None }).map(|added| added.id)
    }

    /// 补录: entered now, said to have happened so many minutes after noon.
    pub fn note_late(&self, job: JobId, fact: SheetFact, minute: i64) -> Result<ShortId, FactError> {
        let claimed = Some(Millis(NOON + minute * MINUTE));
        self.actions.note_fact(&NoteFact { job, fact, claimed }).map(|added| added.id)
    }

    /// Departs with the goods, arrives, shows the card.
    pub fn come(&self, job: JobId) -> JobView {
        let kind = self.actions.job(job).unwrap().card.kind;
        if matches!(kind, JobKind::Install | JobKind::Exchange) {
            self.note(job, SheetFact::Goods { here: true, note: String::new() }).unwrap();
        }
        self.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
        self.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
        self.actions.show_card(&ShowCard { job, shown_ms: 3_000 }).unwrap()
    }

    /// A value as people type it, in the row's unit and by its first method.
    pub fn typed(&self, job: JobId, appliance: ShortId, code: &str, value: &str, rectified: &str) -> RecordReading {
        let rules = self.store().rules().clone();
        let in_force = rules.at(NOON);
        let row = in_force.limit(code).expect("a row of the limit set");
        let (found, unit) = match &row.measure {
            Measure::Number { unit, .. } => {
                (Found::Number { thousandths: safety::parse_number(value, 3).unwrap() }, unit.clone())
            }
            Measure::Choice { .. } => (Found::Choice { option: value.to_owned() }, String::new()),
        };
        RecordReading {
            job,
            appliance,
            code: code.to_owned(),
            found,
            unit,
            method: row.methods.first().map(|m| m.code.clone()).unwrap_or_default(),
            instrument: "VC60B".to_owned(),
            calibrated: "2026-03-01".to_owned(),
            rectified: rectified.to_owned(),
            photo: None,
        }
    }

    pub fn measure(&self, job: JobId, of: ShortId, code: &str, value: &str) -> Result<JobView, ReadingError> {
        self.actions.record_reading(&self.typed(job, of, code, value, ""))
    }

    pub fn measure_all(&self, job: JobId, of: ShortId, readings: &[(&str, &str)]) {
        for (code, value) in readings {
            self.measure(job, of, code, value).unwrap();
        }
    }

    pub fn fill(&self, job: JobId, appliance: ShortId, fields: &[(SheetField, &str)]) {
        for (which, value) in fields {
            self.actions.write_field(&field(job, appliance, *which, value)).unwrap();
        }
    }

    /// What a repair's sheet needs beside its readings and the nameplate's numbers.
    pub fn fill_repair(&self, job: JobId, appliance: ShortId) {
        use SheetField::{Action, Cause, Fault, Model, Serial};
        let fields = [(Model, "65E3"), (Serial, "JS65-1"), (Fault, "无图像"), (Cause, "灯条烧坏"), (Action, "换灯条")];
        self.fill(job, appliance, &fields);
    }

    pub fn shoot(&self, job: JobId, appliance: ShortId, stages: &[PhotoStage]) -> JobView {
        let shots = stages.iter().zip(40u8..);
        shots.map(|(s, shade)| self.actions.add_photo(job, appliance, *s, &picture(shade)).unwrap()).last().unwrap()
    }

    /// A part from the member's own stock.
    pub fn use_one(&self, job: JobId, appliance: ShortId, code: &str) -> ShortId {
        let (name, guide_fen) = ("加热管".to_owned(), Fen(9_500));
        let part = UsePart { job, appliance, code: code.to_owned(), name, quantity: 1, guide_fen };
        self.actions.use_part(&part).unwrap().parts.last().unwrap().id
    }

    pub fn sign(&self, job: JobId, signed_for: SignedFor) -> ShortId {
        self.note(job, signature(signed_for, Signer::Customer, "罗桂香")).unwrap()
    }

    pub fn finish(&self, job: JobId, outcome: JobOutcome) -> Result<JobView, FinishError> {
        self.actions.finish(&Finish { job, outcome })
    }

    /// What an outcome still needs; `None` for one that this job can't come to.
    pub fn needs(&self, job: JobId, outcome: JobOutcome) -> Option<Vec<BlockerCode>> {
        let next = self.actions.job(job).unwrap().next;
        if next.outcomes.contains(&outcome) {
            return Some(Vec::new());
        }
        if outcome == JobOutcome::Completed {
            return Some(codes(&next.blockers));
        }
        next.others.iter().find(|other| other.outcome == outcome).map(|other| codes(&other.blockers))
    }
}

/// A television whose repair is done but for its safety check.
pub fn television() -> (Shop, Phone, JobId, ShortId) {
    let (shop, desk, job, tv) = at_home(&asked(JobKind::Repair, ApplianceKind::Television));
    desk.fill_repair(job, tv);
    desk.shoot(job, tv, &[PhotoStage::After]);
    (shop, desk, job, tv)
}

pub fn signature(signed_for: SignedFor, signer: Signer, name: &str) -> SheetFact {
    SheetFact::Signature { signed_for, subject: None, signer, name: name.to_owned(), image: None }
}

/// 安全隐患告知书, signed by this signature, or refused before this witness.
pub fn notice(kind: NoticeKind, signed: Option<ShortId>, witness: &str) -> SheetFact {
    SheetFact::Notice {
        appliance: None,
        kind,
        readings: Vec::new(),
        text: "没有接地".to_owned(),
        signature: signed,
        refused: signed.is_none() && !witness.is_empty(),
        witness: witness.to_owned(),
    }
}

/// 隐患未消除, with what was done about it.
pub fn remains(unplugged: bool, tagged: bool, recheck: Option<Millis>) -> SheetFact {
    SheetFact::Hazard {
        appliance: None,
        code: "socket_polarity".to_owned(),
        text: "零火接反".to_owned(),
        action: "拔下插头".to_owned(),
        before: None,
        after: None,
        households: 1,
        remaining: true,
        unplugged,
        tagged,
        recheck,
        replaces: None,
    }
}

pub fn reason(about: ReasonAbout, text: &str) -> SheetFact {
    SheetFact::Reason { about, subject: None, text: text.to_owned(), photo: None }
}

pub fn custody(appliance: ShortId, step: CustodyStep, tag: &str) -> SheetFact {
    let (tag, place, condition) = (tag.to_owned(), "维修台 1".to_owned(), "外观完好".to_owned());
    SheetFact::Custody { appliance, step, tag, place, condition, carried_in: false }
}

pub fn loaner(appliance: ShortId, kind: ApplianceKind) -> SheetFact {
    SheetFact::Loaner {
        appliance,
        kind,
        tag: "BYJ-03".to_owned(),
        model: "32E1".to_owned(),
        serial: "BY-0003".to_owned(),
        deposit_fen: Fen(10_000),
        condition: "有旧划痕".to_owned(),
        photos: Vec::new(),
    }
}

pub fn payment(fen: i64, paid_for: PaidFor) -> SheetFact {
    SheetFact::Payment { fen: Fen(fen), way: PayWay::Cash, paid_for, subject: None, reference: String::new() }
}

/// A line at this price where the book says another.
pub fn fee(kind: FeeKind, unit_fen: i64, guide_fen: i64, reason: &str) -> SheetFact {
    SheetFact::Fee {
        appliance: None,
        kind,
        code: "labour_element".to_owned(),
        name: "换加热管".to_owned(),
        quantity: Thousandths(1_000),
        unit_fen: Fen(unit_fen),
        share: 1_000,
        guide_fen: Some(Fen(guide_fen)),
        payer: Payer::Customer,
        reason: reason.to_owned(),
        part: None,
        adjusts: None,
        quote: None,
        spoken_code: String::new(),
    }
}

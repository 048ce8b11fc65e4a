//! What came of an order: who did what when, each step as an action that a person takes in the app.

mod bench;
mod danger;
mod journey;
mod money;
mod work;

use std::sync::Arc;

use doorstep_schemas::ids::{BlobHash, MemberId, ShortId};
use doorstep_schemas::input::{Found, OrderDetails, OrderFact, ServiceAnswer, SheetFact, SheetField, Tap};
use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, Millis, NeedWhen, PhotoStage, ServiceCode};

use super::meter::{Asked, Value};
use super::orders::{Ordered, Unit};
use super::{MINUTE_MS, Town, stream};
use crate::chance::Chance;

/// One step. Where an act makes something, `name` is what later steps call it: a core that plays it mints its own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The owner takes a walk-in over.
    Adopt,
    /// Everybody who has the job after this.
    Assign(Vec<MemberId>),
    Tap(Tap),
    /// Shown for so many milliseconds.
    Card(u32),
    Reading {
        name: ShortId,
        appliance: ShortId,
        code: String,
        found: Found,
        unit: String,
        method: String,
        instrument: String,
        rectified: String,
    },
    Field {
        appliance: ShortId,
        field: SheetField,
        value: String,
    },
    Part {
        name: ShortId,
        appliance: ShortId,
        code: String,
        part: String,
        quantity: u32,
        fen: i64,
    },
    /// A picture by its shade: no two are alike.
    Photo {
        name: ShortId,
        appliance: ShortId,
        stage: PhotoStage,
        shade: u64,
    },
    Service {
        appliance: ShortId,
        service: ServiceCode,
        answer: ServiceAnswer,
    },
    Fact {
        name: ShortId,
        fact: SheetFact,
        claimed: Option<Millis>,
    },
    /// The owner, on the order.
    Order {
        name: ShortId,
        fact: OrderFact,
    },
    Finish {
        name: ShortId,
        outcome: JobOutcome,
    },
    /// 审核, by the owner.
    Approve {
        name: ShortId,
    },
}

/// See [`Act`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub at_ms: i64,
    pub member: MemberId,
    pub act: Act,
}

/// All that happened to one job, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub steps: Vec<Step>,
    pub cancelled: bool,
}

impl Course {
    /// Every outcome on the way, the last one last.
    pub fn outcomes(&self) -> Vec<JobOutcome> {
        let finished = self.steps.iter().filter_map(|step| match step.act {
            Act::Finish { outcome, .. } => Some(outcome),
            _ => None,
        });
        finished.collect()
    }

    /// How it stands: the last outcome; none where nobody came.
    pub fn outcome(&self) -> Option<JobOutcome> {
        self.outcomes().last().copied()
    }
}

/// What a picture of this shade is called before anybody has taken it: like a real one's name it can't be compressed.
pub fn picture_name(shade: u64) -> BlobHash {
    BlobHash(Chance::from_seed(shade).bytes())
}

/// How a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    ByPhone,
    HazardRemaining,
    NeedsPart,
    Bench,
    Refused,
    Absent,
    NoGoods,
    GivenUp,
    NoFault,
    Condemned,
    Cancelled,
}

fn fate(chance: &Chance, kind: JobKind) -> Fate {
    use Fate::{
        Absent, Bench, ByPhone, Cancelled, Condemned, Done, GivenUp, HazardRemaining, NeedsPart, NoFault, NoGoods,
        Refused,
    };
    let parts: &[(Fate, u32)] = match kind {
        JobKind::Repair => &[
            (Done, 660),
            (NeedsPart, 90),
            (Bench, 70),
            (ByPhone, 35),
            (Absent, 30),
            (NoFault, 25),
            (GivenUp, 25),
            (HazardRemaining, 25),
            (Refused, 20),
            (Condemned, 8),
            (Cancelled, 12),
        ],
        JobKind::Install | JobKind::Exchange => {
            &[(Done, 860), (NoGoods, 45), (Refused, 45), (Absent, 30), (Cancelled, 20)]
        }
        JobKind::UnitPickup => &[(Bench, 960), (Absent, 30), (Cancelled, 10)],
        _ => &[(Done, 920), (Absent, 35), (Refused, 25), (Cancelled, 20)],
    };
    chance.weighted(parts, |(_, weight)| *weight).0
}

/// One job in hand.
struct Script<'a> {
    town: &'a Town,
    order: &'a Ordered,
    chance: Chance,
    now: i64,
    by: MemberId,
    steps: Vec<Step>,
    /// When somebody arrived last, and what the clock stood still since.
    arrived: i64,
    stood_ms: i64,
    /// Which appliance's rows were drawn from which set.
    set: usize,
}

pub(super) fn of(town: &Town, order: &Ordered) -> Course {
    let chance = Chance::of(order.seed, stream::COURSE, 0);
    let fate = fate(&chance, order.input.kind);
    let by = order.input.assignees[0];
    let set = chance.between(0, 1_000) as usize;
    let now = order.taken_ms;
    let mut script =
        Script { town, order, chance, now, by, steps: Vec::with_capacity(80), arrived: now, stood_ms: 0, set };
    script.intake();
    if fate == Fate::Cancelled {
        script.cancel();
    } else if fate == Fate::ByPhone {
        script.by_phone();
    } else {
        script.come(fate);
    }
    Course { steps: script.steps, cancelled: fate == Fate::Cancelled }
}

impl Script<'_> {
    /// Time goes by: so many minutes.
    fn pass(&mut self, from: u32, to: u32) {
        self.now += i64::from(self.chance.between(from * 60, to * 60)) * 1_000;
    }

    fn act(&mut self, act: Act) {
        self.now += i64::from(self.chance.between(8, 40)) * 1_000;
        self.steps.push(Step { at_ms: self.now, member: self.by, act });
    }

    fn name(&self) -> ShortId {
        ShortId::mint(self.chance.bytes())
    }

    fn fact(&mut self, fact: SheetFact) -> ShortId {
        let name = self.name();
        self.act(Act::Fact { name, fact, claimed: None });
        name
    }

    /// The owner's word on the order, without the visit's clock going on.
    fn by_owner(&mut self, fact: OrderFact) {
        let name = self.name();
        let worker = std::mem::replace(&mut self.by, self.town.owner());
        self.act(Act::Order { name, fact });
        self.by = worker;
    }

    fn photo(&mut self, appliance: ShortId, stage: PhotoStage) -> (ShortId, u64) {
        let (name, shade) = (self.name(), self.chance.draw());
        self.act(Act::Photo { name, appliance, stage, shade });
        (name, shade)
    }

    fn field(&mut self, appliance: ShortId, field: SheetField, value: &str) {
        self.act(Act::Field { appliance, field, value: value.to_owned() });
    }

    fn finish(&mut self, outcome: JobOutcome) {
        let name = self.name();
        self.act(Act::Finish { name, outcome });
    }

    /// What on this job asks for more than its kind does.
    fn circumstances(&self, unit: &Unit) -> Vec<NeedWhen> {
        let details = self.order.input.details.as_ref();
        let says = |holds: fn(&OrderDetails) -> bool| details.is_some_and(holds);
        let holds = [
            (NeedWhen::RefrigerantOpened, self.loses_charge(unit)),
            (NeedWhen::AtHeight, says(|d| d.at_height)),
            (NeedWhen::Subsidised, says(|d| d.subsidised)),
            (NeedWhen::Concealed, says(|d| d.acceptance)),
        ];
        holds.into_iter().filter(|(_, holds)| *holds).map(|(when, _)| when).collect()
    }

    /// Whether the fault is a circuit that lost its charge.
    fn loses_charge(&self, unit: &Unit) -> bool {
        let model = unit.owned.model;
        self.kind() == JobKind::Repair
            && model.plate.refrigerant.is_some()
            && self.order.trouble(model.kind).fault == super::words::faults::LOST_CHARGE
    }

    fn asked(&self, unit: &Unit) -> Arc<Asked> {
        let model = unit.owned.model;
        self.town.meter.asked(self.order.input.kind, model.kind, &model.plate, self.circumstances(unit))
    }

    /// A measurement written down; its name.
    fn read(&mut self, appliance: ShortId, row: (&str, &str), value: &Value, rectified: &str) -> ShortId {
        let name = self.name();
        let choice = matches!(value.found, Found::Choice { .. });
        let instrument =
            if self.chance.happens(60) { self.pick(super::words::sayings::INSTRUMENTS) } else { String::new() };
        self.act(Act::Reading {
            name,
            appliance,
            code: row.0.to_owned(),
            found: value.found.clone(),
            unit: if choice { String::new() } else { row.1.to_owned() },
            method: value.method.clone(),
            instrument,
            rectified: rectified.to_owned(),
        });
        name
    }

    fn pick(&self, pool: &[&'static str]) -> String {
        self.chance.pick(pool).to_owned()
    }

    fn customer(&self) -> String {
        self.order.input.customer.name.clone()
    }

    fn kind(&self) -> JobKind {
        self.order.input.kind
    }

    fn first_kind(&self) -> ApplianceKind {
        self.order.input.appliances[0].kind
    }

    fn minutes_since_arrival(&self) -> i64 {
        (self.now - self.arrived - self.stood_ms) / MINUTE_MS
    }
}

//! One call to the shop: who rings about what, how pressing it is, who pays, and who is sent.

use std::collections::VecDeque;

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::input::{ApplianceInput, CustomerInput, OrderDetails, TakeOrder};
use doorstep_schemas::view::{
    ApplianceKind, CertificateKind, Coverage, Grade, JobKind, Millis, Segment, Source, Urgency, Window,
};
use doorstep_schemas::wire::RoleKind;

use super::base::{Customer, KINDS, Owned, season, wear};
use super::orders::{Ordered, Unit};
use super::words::faults;
use super::words::{sayings, services};
use super::{DAY_MS, FIRST_DAY_MS, MINUTE_MS, Town};
use crate::chance::Chance;

/// What people call for, of a hundred.
const KINDS_OF_WORK: [(JobKind, u32); 12] = [
    (JobKind::Repair, 46),
    (JobKind::Install, 25),
    (JobKind::Clean, 6),
    (JobKind::Maintenance, 5),
    (JobKind::Move, 3),
    (JobKind::Remove, 2),
    (JobKind::Survey, 2),
    (JobKind::Appraisal, 2),
    (JobKind::Exchange, 2),
    (JobKind::TradeIn, 2),
    (JobKind::UnitPickup, 3),
    (JobKind::UnitReturn, 2),
];

/// One call in hand.
pub(super) struct Taking<'a> {
    pub town: &'a Town,
    pub chance: Chance,
    pub day: i64,
    pub month: u32,
    pub taken_ms: i64,
    /// How many customers the town has.
    pub households: u64,
}

impl Taking<'_> {
    pub fn order(&self, repairs: &VecDeque<Ordered>) -> Ordered {
        let chance = &self.chance;
        let back = repairs.iter().find(|earlier| (2..25).contains(&(self.day - earlier.day)));
        let again = chance.happens(3);
        if let Some(earlier) = back.filter(|_| again) {
            return self.revisit(earlier);
        }
        let kind = chance.weighted(&KINDS_OF_WORK, |(_, weight)| *weight).0;
        let project = kind == JobKind::Install && chance.happens(3);
        let (customer, owned) = self.what(kind, project);
        let trouble = chance.between(0, 1_000) as usize;
        let first = owned[0].model.kind;
        let repair = kind == JobKind::Repair;
        let (urgency, emergency, symptom) = self.symptom(kind, first, trouble);
        let set = owned.len() > 1 && !project;
        let coverage = self.coverage(kind, &owned[0]);
        let contract = kind == JobKind::Maintenance && chance.happens(50);
        let source = self.source(coverage, contract);
        let walk_in = source == Source::Direct && urgency == Urgency::Normal && !project && chance.happens(60);
        let at_height = first == ApplianceKind::AirConditioner
            && matches!(kind, JobKind::Install | JobKind::Move | JobKind::Remove)
            && chance.happens(30);
        let levels = [(Grade::C, 50), (Grade::B, 32), (Grade::A, 15), (Grade::APlus, 3)];
        let difficulty = repair.then(|| chance.weighted(&levels, |(_, weight)| *weight).0);
        let crew = self.crew(kind, difficulty, at_height, owned.len());
        let details = OrderDetails {
            source: Some(source),
            segment: Some(match () {
                () if project => Segment::Project,
                () if set => Segment::Set,
                () if chance.happens(4) => Segment::Vip,
                () if customer.town => Segment::Town,
                () => Segment::Village,
            }),
            revisit_of: None,
            contract: if contract { format!("contract/{:05}", customer.number) } else { String::new() },
            subsidised: kind == JobKind::Install && owned.len() == 1 && chance.happens(30),
            acceptance: project || (set && chance.happens(20)),
            project,
            difficulty,
            at_height,
            wished: (!walk_in && chance.happens(3)).then(|| crew[0]),
            km: Some(customer.km),
        };
        let input = TakeOrder {
            kind,
            urgency,
            far: customer.km > 15,
            customer: CustomerInput {
                name: customer.name,
                phone: customer.phone,
                township: customer.township.to_owned(),
                address: customer.address,
            },
            appliances: owned.iter().map(|owned| self.ordered(owned)).collect(),
            symptom: symptom.to_owned(),
            window: (urgency == Urgency::Normal && !chance.happens(8)).then(|| self.window()),
            coverage,
            maker_order: if source == Source::Maker { self.maker_order() } else { String::new() },
            note: self.note(),
            assignees: crew,
            details: Some(details),
        };
        self.taken(input, owned, customer.number, emergency, trouble, walk_in)
    }

    /// The same customer, the same machine, some days later: free, and it counts against the first job (R8).
    fn revisit(&self, earlier: &Ordered) -> Ordered {
        let mut input = earlier.input.clone();
        let details = OrderDetails {
            revisit_of: Some(earlier.job),
            source: Some(Source::Call),
            wished: None,
            ..input.details.unwrap_or_default()
        };
        input.details = Some(details);
        input.urgency = Urgency::Normal;
        input.window = Some(self.window());
        input.maker_order.clear();
        let trouble = self.chance.between(0, 1_000) as usize;
        input.symptom = faults::of(input.appliances[0].kind)[trouble % faults::of(input.appliances[0].kind).len()]
            .symptom
            .to_owned();
        input.note = self.chance.pick(sayings::NOTES).to_owned();
        let owned = earlier.units.iter().map(|unit| unit.owned.clone()).collect();
        self.taken(input, owned, earlier.customer, None, trouble, false)
    }

    fn taken(
        &self,
        input: TakeOrder,
        owned: Vec<Owned>,
        customer: u64,
        emergency: Option<&'static str>,
        trouble: usize,
        walk_in: bool,
    ) -> Ordered {
        let chance = &self.chance;
        let moment = u64::try_from(self.taken_ms).unwrap_or(0);
        Ordered {
            job: JobId::mint(moment, chance.bytes()),
            taken_ms: self.taken_ms,
            taken_by: if walk_in { input.assignees[0] } else { self.town.owner() },
            walk_in,
            units: owned.into_iter().map(|owned| Unit { id: ShortId::mint(chance.bytes()), owned }).collect(),
            input: if walk_in {
                let assignees = vec![input.assignees[0]];
                TakeOrder { assignees, ..input }
            } else {
                input
            },
            customer,
            emergency,
            trouble,
            day: self.day,
            seed: chance.draw(),
        }
    }

    /// Whose and which appliances it is about. What fails is drawn by age and season.
    fn what(&self, kind: JobKind, project: bool) -> (Customer, Vec<Owned>) {
        let chance = &self.chance;
        let somebody = || Customer::of(self.town.seed, chance.draw() % self.households);
        if project {
            let mut customer = somebody();
            while !customer.house {
                customer = somebody();
            }
            let one = Owned::bought_on(chance, ApplianceKind::AirConditioner, self.day - 3);
            let many = chance.between(3, 7);
            let owned = (0..many).map(|_| Owned { serial: self.serial(&one), ..one.clone() }).collect();
            return (customer, owned);
        }
        if matches!(kind, JobKind::Install | JobKind::Exchange) {
            let many = if kind == JobKind::Install && chance.happens(12) { chance.between(2, 5) } else { 1 };
            let mut kinds: Vec<ApplianceKind> = Vec::new();
            while kinds.len() < many as usize {
                let drawn = chance.weighted(&KINDS, |(kind, weight)| weight * season(*kind, self.month)).0;
                if !kinds.contains(&drawn) {
                    kinds.push(drawn);
                }
            }
            return (somebody(), kinds.into_iter().map(|kind| Owned::bought_on(chance, kind, self.day - 3)).collect());
        }
        let mut last = None;
        for _ in 0..40 {
            let customer = somebody();
            let owned = &customer.owned[chance.between(0, customer.owned.len() as u32) as usize];
            let kind_of = owned.model.kind;
            let age = self.day - owned.bought;
            let fits = age > 0 && fits(kind, kind_of, age);
            let likely = match kind {
                JobKind::Repair | JobKind::UnitPickup | JobKind::UnitReturn | JobKind::Appraisal => {
                    wear(age) * season(kind_of, self.month)
                }
                JobKind::Clean | JobKind::Maintenance => 20 * season(kind_of, self.month),
                _ => 100,
            };
            if fits && chance.between(0, 200) < likely {
                let owned = owned.clone();
                return (customer, vec![owned]);
            }
            if fits {
                let owned = owned.clone();
                last = Some((customer, vec![owned]));
            }
        }
        last.unwrap_or_else(|| {
            (somebody(), vec![Owned::bought_on(chance, ApplianceKind::AirConditioner, self.day - 400)])
        })
    }

    fn serial(&self, like: &Owned) -> String {
        super::makes::serial(&self.chance, like.model, like.made.0, like.made.1)
    }

    fn symptom(
        &self,
        kind: JobKind,
        of: ApplianceKind,
        trouble: usize,
    ) -> (Urgency, Option<&'static str>, &'static str) {
        let chance = &self.chance;
        if kind != JobKind::Repair {
            let said: Vec<&str> =
                services::SYMPTOMS_OF_WORK.iter().filter(|(k, _)| *k == kind.word()).map(|(_, text)| *text).collect();
            return (Urgency::Normal, None, chance.pick(&said));
        }
        let fits = |script: &str| match script {
            "gas" => matches!(of, ApplianceKind::GasHeater | ApplianceKind::GasStove),
            "co" => of == ApplianceKind::GasHeater,
            "water" => matches!(
                of,
                ApplianceKind::StorageHeater | ApplianceKind::InstantHeater | ApplianceKind::WashingMachine
            ),
            _ => !matches!(of, ApplianceKind::GasStove),
        };
        if chance.happens(8) {
            let calls: Vec<_> = services::EMERGENCIES.iter().filter(|(script, _)| fits(script)).collect();
            if !calls.is_empty() {
                let (script, said) = calls[chance.between(0, calls.len() as u32) as usize];
                let urgency = if *script == "water" { Urgency::Class2 } else { Urgency::Class1 };
                return (urgency, Some(script), said);
            }
        }
        let troubles = faults::of(of);
        (Urgency::Normal, None, troubles[trouble % troubles.len()].symptom)
    }

    fn coverage(&self, kind: JobKind, owned: &Owned) -> Coverage {
        use Coverage::{Extended, InWarranty, OutOfWarranty, ToBeAppraised};
        let parts = match (kind, (self.day - owned.bought) / 365) {
            (JobKind::Install | JobKind::Exchange, _) => {
                [(InWarranty, 100), (Extended, 0), (OutOfWarranty, 0), (ToBeAppraised, 0)]
            }
            (JobKind::Appraisal, _) => [(InWarranty, 0), (Extended, 0), (OutOfWarranty, 0), (ToBeAppraised, 100)],
            (JobKind::Repair | JobKind::UnitPickup | JobKind::UnitReturn, i64::MIN..=0) => {
                [(InWarranty, 88), (Extended, 2), (OutOfWarranty, 4), (ToBeAppraised, 6)]
            }
            (JobKind::Repair | JobKind::UnitPickup | JobKind::UnitReturn, 1..=3) => {
                [(InWarranty, 20), (Extended, 15), (OutOfWarranty, 60), (ToBeAppraised, 5)]
            }
            _ => [(InWarranty, 0), (Extended, 4), (OutOfWarranty, 96), (ToBeAppraised, 0)],
        };
        self.chance.weighted(&parts, |(_, weight)| *weight).0
    }

    fn source(&self, coverage: Coverage, contract: bool) -> Source {
        if contract {
            return Source::Contract;
        }
        let maker = if coverage == Coverage::InWarranty { 120 } else { 8 };
        let ways = [
            (Source::Maker, maker),
            (Source::Call, 50),
            (Source::WalkIn, 8),
            (Source::Direct, 14),
            (Source::Dealer, 12),
            (Source::Chat, 15),
        ];
        self.chance.weighted(&ways, |(_, weight)| *weight).0
    }

    fn ordered(&self, owned: &Owned) -> ApplianceInput {
        // Half of those who call have the number at hand; makers always send it.
        let serial = if self.chance.happens(50) { owned.serial.clone() } else { String::new() };
        let model = owned.model;
        ApplianceInput { kind: model.kind, brand: model.brand.to_owned(), model: model.model.to_owned(), serial }
    }

    fn maker_order(&self) -> String {
        format!("CJ{}{:06}", self.chance.between(24, 30), self.chance.between(0, 1_000_000))
    }

    fn note(&self) -> String {
        let pool = if self.chance.happens(5) { sayings::ENGLISH_NOTES } else { sayings::NOTES };
        if self.chance.happens(45) { self.chance.pick(pool).to_owned() } else { String::new() }
    }

    /// Two hours of tomorrow, or of this afternoon.
    fn window(&self) -> Window {
        let midnight = FIRST_DAY_MS + self.day * DAY_MS;
        let early = self.taken_ms < midnight + 10 * 60 * MINUTE_MS;
        let from = if early && self.chance.happens(50) {
            midnight + i64::from(self.chance.between(13, 17)) * 60 * MINUTE_MS
        } else {
            midnight + DAY_MS + i64::from(self.chance.between(8, 17)) * 60 * MINUTE_MS
        };
        Window { from: Millis(from), to: Millis(from + 120 * MINUTE_MS) }
    }

    /// Certificates first, then grades (R7); sets and work at height take two.
    fn crew(&self, kind: JobKind, difficulty: Option<Grade>, at_height: bool, appliances: usize) -> Vec<MemberId> {
        let chance = &self.chance;
        let installs = matches!(kind, JobKind::Install | JobKind::Move | JobKind::Remove | JobKind::Exchange);
        let members = &self.town.members;
        let fits = |member: &&super::Member| {
            let grade = member.grade.unwrap_or(Grade::D);
            let high = member.certificates.contains(&CertificateKind::WorkAtHeight);
            matches!(member.role, RoleKind::Technician | RoleKind::Installer)
                && (member.role == RoleKind::Installer) == installs
                && grade >= difficulty.unwrap_or(Grade::C)
                && (high || !at_height)
        };
        let fitting: Vec<MemberId> = members.iter().filter(fits).map(|member| member.id).collect();
        let first = fitting[chance.between(0, fitting.len() as u32) as usize];
        let mut crew = vec![first];
        if appliances > 2 || at_height || chance.happens(6) {
            crew.extend(members.iter().find(|member| member.grade == Some(Grade::D)).map(|member| member.id));
        }
        crew
    }
}

/// Whether this work is done on such an appliance. Gas appliances that are due to be scrapped are only repaired.
fn fits(kind: JobKind, of: ApplianceKind, age_days: i64) -> bool {
    let carried = !matches!(of, ApplianceKind::GasHeater | ApplianceKind::GasStove | ApplianceKind::AirConditioner);
    let gas = matches!(of, ApplianceKind::GasHeater | ApplianceKind::GasStove);
    match kind {
        JobKind::UnitPickup | JobKind::UnitReturn => carried,
        JobKind::Repair => !gas || age_days < 9 * 365,
        _ => !gas || age_days < 4 * 365,
    }
}

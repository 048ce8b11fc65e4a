//! The instruments of the town: what a job asks to be measured, and values that pass, warn or fail.
//!
//! The rows come from the rule book and the values from its own judgement, tried out. Rows that are judged by one
//! another (a voltage under load, a wire beside its breaker) are drawn together in sets that pass as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use doorstep::domain::gates::Rules;
use doorstep::domain::safety::{self, Consequence, Context, Judgement, Month, Taken};
use doorstep::rules::RuleBook;
use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{By, Limit, Measure, Quantity};
use doorstep_schemas::view::{ApplianceKind, JobKind, NeedWhen, Phase, PhotoStage, Thousandths, Verdict};

use super::makes::Plate;
use super::{FIRST_DAY_MS, stream};
use crate::chance::Chance;

/// A value and how it was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub found: Found,
    pub method: String,
}

/// One row that is asked for.
#[derive(Debug)]
pub struct Row {
    pub code: String,
    pub unit: String,
    pub phase: Phase,
    /// Judged with others: the value of the set that was picked, else any.
    together: bool,
    good: Vec<Value>,
    warns: Vec<Value>,
    bad: Vec<(Value, Consequence)>,
    /// The value is the month made.
    aged: bool,
}

impl Row {
    /// A value that passes, or now and then one that warns.
    pub fn good(&self, chance: &Chance, set: usize) -> Option<&Value> {
        if self.together {
            return self.good.get(set % self.good.len().max(1));
        }
        let from = if !self.warns.is_empty() && chance.happens(4) { &self.warns } else { &self.good };
        one(chance, from)
    }

    /// A value that fails with this consequence.
    pub fn bad(&self, chance: &Chance, consequence: Consequence) -> Option<&Value> {
        let fitting: Vec<&Value> = self.bad.iter().filter(|(_, c)| *c == consequence).map(|(v, _)| v).collect();
        one(chance, &fitting).copied()
    }

    pub fn can_fail(&self, consequence: Consequence) -> bool {
        self.bad.iter().any(|(_, c)| *c == consequence)
    }

    pub fn aged(&self) -> bool {
        self.aged
    }
}

fn one<'a, T>(chance: &Chance, things: &'a [T]) -> Option<&'a T> {
    things.get(chance.between(0, u32::try_from(things.len()).unwrap_or(1)) as usize)
}

/// What a job on such an appliance asks for.
#[derive(Debug)]
pub struct Asked {
    /// In the order in which they are measured: dead before live.
    pub rows: Vec<Row>,
    pub photos: Vec<PhotoStage>,
}

type Key = (JobKind, ApplianceKind, Plate, Vec<NeedWhen>);

/// Asks the rules that are in force on the town's first day.
pub struct Meter {
    seed: u64,
    rules: Arc<RuleBook>,
    known: Mutex<BTreeMap<Key, Arc<Asked>>>,
}

/// Sets that are drawn for rows judged together.
const SETS: usize = 4;
/// How often a set is tried before the rows are given up.
const TRIES: usize = 60;

impl Meter {
    pub fn new(seed: u64, rules: Arc<RuleBook>) -> Self {
        Self { seed, rules, known: Mutex::default() }
    }

    /// What such a job asks for on such an appliance, with what its circumstances add.
    pub fn asked(&self, job: JobKind, appliance: ApplianceKind, plate: &Plate, when: Vec<NeedWhen>) -> Arc<Asked> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = known.get(&(job, appliance, *plate, when.clone())) {
            return asked.clone();
        }
        let asked = Arc::new(self.try_out(job, appliance, plate, &when));
        known.insert((job, appliance, *plate, when), asked.clone());
        asked
    }

    /// The reading of the month made, and whether the appliance is too old for it to pass.
    pub fn age(
        &self,
        of: (JobKind, ApplianceKind),
        plate: &Plate,
        made: (i32, u32),
        day: &str,
        code: &str,
    ) -> (Found, bool) {
        let found = Found::Number { thousandths: Thousandths(i64::from(made.0) * 1_000 + i64::from(made.1) * 10) };
        let context =
            context(of.0, of.1, plate).with_made(Some(Month { year: made.0, month: made.1 })).with_job_day(day);
        let failed = self
            .rules
            .at(FIRST_DAY_MS)
            .limit(code)
            .is_some_and(|limit| judged(limit, &found, "", &context).verdict == Verdict::Fail);
        (found, failed)
    }

    fn try_out(&self, job: JobKind, appliance: ApplianceKind, plate: &Plate, when: &[NeedWhen]) -> Asked {
        let needs = self.rules.at(FIRST_DAY_MS).needs_when(job, appliance, when);
        let mut limits = needs.readings;
        limits.sort_by_key(|limit| limit.phase);
        let photos = needs.photos.into_iter().map(|(stage, _)| stage).collect();
        let mixed = job as u64 * 1_000 + appliance as u64 * 50 + u64::try_from(plate.watts).unwrap_or(0) * 100_000;
        let chance = Chance::of(self.seed, stream::METER, mixed);
        let base = context(job, appliance, plate);
        let tangled: Vec<&str> = limits
            .iter()
            .flat_map(|limit| {
                let others = leans_on(limit);
                let own = (!others.is_empty()).then_some(limit.code.as_str());
                others.into_iter().chain(own)
            })
            .collect();
        let (together, alone): (Vec<&Limit>, Vec<&Limit>) =
            limits.iter().copied().partition(|limit| tangled.contains(&limit.code.as_str()));
        let sets = sets(&chance, &together, &base);
        let rows = limits.iter().map(|limit| {
            let mut row = Row {
                code: limit.code.clone(),
                unit: limit.unit().to_owned(),
                phase: limit.phase,
                together: together.iter().any(|other| other.code == limit.code),
                good: Vec::new(),
                warns: Vec::new(),
                bad: Vec::new(),
                aged: matches!(&limit.measure, Measure::Number { by: By::Age { .. }, .. }),
            };
            if row.together {
                row.good = sets.iter().filter_map(|set| set.get(&limit.code).cloned()).collect();
            }
            if alone.iter().any(|other| other.code == limit.code) {
                for value in candidates(limit) {
                    let Judgement { verdict, class, .. } = judged(limit, &value.found, &value.method, &base);
                    match (verdict, class) {
                        (Verdict::Pass, _) => row.good.push(value),
                        (Verdict::Warn, _) => row.warns.push(value),
                        (Verdict::Fail, Some(class)) => {
                            row.bad.push((value, safety::after_failure(class, job, appliance, false)));
                        }
                        _ => {}
                    }
                }
            }
            row
        });
        Asked { rows: rows.collect(), photos }
    }
}

/// What is known of an appliance before anything is measured, on a day when its nameplate's basis holds.
fn context(job: JobKind, appliance: ApplianceKind, plate: &Plate) -> Context {
    Context::new(job, appliance)
        .with_protection(Some(plate.protection))
        .with_rated_watts(Some(plate.watts))
        .with_rated_milliamps(Some(plate.milliamps))
        .with_refrigerant(plate.refrigerant)
        .with_gas(plate.gas)
        .with_wet_room(Some(plate.wet_room))
        .with_made(Some(Month { year: 2023, month: 6 }))
        .with_job_day("2024-06-01")
}

fn judged(limit: &Limit, found: &Found, method: &str, context: &Context) -> Judgement {
    safety::judge(limit, found, method, context)
}

/// Other rows that this one is held against.
fn leans_on(limit: &Limit) -> Vec<&str> {
    match &limit.measure {
        Measure::Number { by: By::Against { of: Quantity::Reading(code), .. }, .. } => vec![code],
        Measure::Number { by: By::Together { with, .. }, .. } => with.iter().map(|w| w.reading.as_str()).collect(),
        Measure::Number { by: By::Circuit(circuit), .. } => circuit.beside.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Sets of values of these rows, each of which passes as a whole.
fn sets(chance: &Chance, limits: &[&Limit], base: &Context) -> Vec<BTreeMap<String, Value>> {
    let offered: Vec<Vec<Value>> = limits.iter().map(|limit| candidates(limit)).collect();
    let mut out = Vec::new();
    for _ in 0..TRIES {
        if limits.is_empty() || out.len() == SETS {
            break;
        }
        let mut set: BTreeMap<String, Value> = BTreeMap::new();
        // Twice through: what was drawn before its partner is drawn again beside it.
        for _ in 0..2 {
            for (limit, values) in limits.iter().zip(&offered) {
                let beside = among(base, &set, &limit.code);
                let verdict = |value: &&Value| judged(limit, &value.found, &value.method, &beside).verdict;
                let passing: Vec<&Value> = values.iter().filter(|v| verdict(v) == Verdict::Pass).collect();
                let open: Vec<&Value> = values.iter().filter(|v| verdict(v) == Verdict::NotMeasured).collect();
                let from = if passing.is_empty() { &open } else { &passing };
                if let Some(value) = one(chance, from) {
                    set.insert(limit.code.clone(), (*value).clone());
                }
            }
        }
        let passes = |limit: &&Limit| {
            set.get(&limit.code).is_some_and(|value| {
                let beside = among(base, &set, &limit.code);
                judged(limit, &value.found, &value.method, &beside).verdict == Verdict::Pass
            })
        };
        if limits.iter().all(passes) {
            out.push(set);
        }
    }
    out
}

fn among(base: &Context, set: &BTreeMap<String, Value>, but: &str) -> Context {
    let others = set.iter().filter(|(code, _)| *code != but);
    others.fold(base.clone(), |context, (code, value)| context.with_reading(code, &value.found))
}

/// First figures of the numbers that instruments show.
const FIGURES: [i64; 14] = [10, 12, 15, 16, 20, 25, 32, 40, 48, 55, 63, 75, 88, 97];
/// Volts of a socket in a county.
const VOLTS: [i64; 14] = [186, 192, 196, 201, 207, 212, 216, 219, 221, 224, 228, 232, 237, 243];

/// Values that this row could be found at, by each method that gives one.
fn candidates(limit: &Limit) -> Vec<Value> {
    let found: Vec<Found> = match &limit.measure {
        Measure::Choice { options } => options.iter().map(|o| Found::Choice { option: o.code.clone() }).collect(),
        Measure::Number { most, .. } => {
            let mut numbers: Vec<i64> = (0..6u32).flat_map(|zeros| FIGURES.map(|f| f * 10i64.pow(zeros))).collect();
            numbers.extend(VOLTS.map(|volts| volts * 1_000));
            numbers.retain(|number| number <= most);
            numbers.into_iter().map(|n| Found::Number { thousandths: Thousandths(n) }).collect()
        }
    };
    let methods: Vec<&str> = match limit.methods.as_slice() {
        [] => vec![""],
        methods => methods.iter().map(|m| m.code.as_str()).collect(),
    };
    let mut out = Vec::new();
    for found in &found {
        for method in &methods {
            let taken = Taken { found, unit: limit.unit(), method, calibrated: "" };
            if safety::accepts(limit, taken).is_ok() {
                out.push(Value { found: found.clone(), method: (*method).to_owned() });
            }
        }
    }
    out
}

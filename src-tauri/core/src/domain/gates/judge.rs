//! The verdicts of one job's readings, each by the set that it names and by what the sheet knows of its appliance.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::rules::limits::{Limit, Span};
use doorstep_schemas::view::{
    ApplianceKind, Build, FailureClass, GasKind, JobKind, Laying, NeedWhen, NodeKind, OldPartStep, ProtectionClass,
    Refrigerant, Verdict,
};

use super::{Needs, Rules};
use crate::domain::calendar;
use crate::domain::crew;
use crate::domain::facts::outlet::Roster;
use crate::domain::facts::{Job, OrderedAppliance, Reading};
use crate::domain::safety::{self, Consequence, Context, Judgement, Month};

/// Judges the readings of a job.
pub struct Judge<'a> {
    pub job: &'a Job,
    pub rules: &'a dyn Rules,
    /// Certificates of those who do the work, where this device keeps a roster (R7).
    pub roster: Option<&'a Roster>,
    contexts: RefCell<BTreeMap<ShortId, Context>>,
    // The gates ask for the same reading and the same rows again and again; asked for each time anew they were most of
    // what a save costs.
    judged: RefCell<BTreeMap<ShortId, (Verdict, Option<FailureClass>)>>,
    rows: RefCell<BTreeMap<ShortId, Vec<Row<'a>>>>,
    measured: Vec<Measured>,
    pub(super) gravest: OnceCell<Option<Consequence>>,
}

/// A row of the limit set, and whether the job asks for it.
pub type Row<'a> = (&'a Limit, bool);

/// What is measured: an appliance of the order, or a loaner that stands in for one.
#[derive(Debug, Clone)]
pub struct Measured {
    pub appliance: OrderedAppliance,
    /// A loaner is an installation whatever the job is (R17).
    pub loaner: bool,
}

impl<'a> Judge<'a> {
    pub fn new(job: &'a Job, rules: &'a dyn Rules) -> Self {
        let ordered = job.order.appliances.iter().map(|a| Measured { appliance: a.clone(), loaner: false });
        let loaners = job.sheet.loaners.iter().map(|placed| Measured { appliance: placed.appliance(), loaner: true });
        Self {
            measured: ordered.chain(loaners).collect(),
            gravest: OnceCell::new(),
            job,
            rules,
            roster: None,
            contexts: RefCell::default(),
            judged: RefCell::default(),
            rows: RefCell::default(),
        }
    }

    /// The law's certificates are asked for as well (R7). A roster that holds none is not kept here.
    pub fn with_roster(mut self, roster: &'a Roster) -> Self {
        self.roster = Some(roster).filter(|roster| crew::kept(roster));
        self
    }

    /// Appliances of the order, then loaners.
    pub fn measured(&self) -> &[Measured] {
        &self.measured
    }

    pub fn loaners(&self) -> impl Iterator<Item = &Measured> {
        self.measured.iter().filter(|measured| measured.loaner)
    }

    /// What this appliance's readings and photos have to be.
    pub fn needs(&self, measured: &Measured) -> Needs<'a> {
        let kind = if measured.loaner { JobKind::Install } else { self.job.order.kind };
        self.rules.needs_when(kind, measured.appliance.kind, &circumstances(self.job, measured))
    }

    pub fn judgement(&self, reading: &Reading) -> Judgement {
        let Some(limit) = self.rules.limit_of(&reading.limits, &reading.code) else { return safety::unknown_set() };
        let mut contexts = self.contexts.borrow_mut();
        let known = contexts.entry(reading.appliance).or_insert_with(|| self.context(reading.appliance));
        let context = known.clone().with_readings_around(&self.job.sheet.readings, reading);
        safety::judge(limit, &reading.found, &reading.method, &context)
    }

    pub fn verdict(&self, reading: &Reading) -> Verdict {
        self.judged(reading).0
    }

    /// A verdict, and the class of a failure, judged once.
    fn judged(&self, reading: &Reading) -> (Verdict, Option<FailureClass>) {
        if let Some(known) = self.judged.borrow().get(&reading.id) {
            return *known;
        }
        let judgement = self.judgement(reading);
        let judged = (judgement.verdict, judgement.class);
        self.judged.borrow_mut().insert(reading.id, judged);
        judged
    }

    /// What is known of a row on an appliance; `None` while nobody measured it.
    pub fn standing(&self, appliance: ShortId, code: &str) -> Option<Verdict> {
        safety::standing(&self.job.sheet.readings, appliance, code, |reading| self.verdict(reading))
    }

    /// The failure that stands on a row: its class is that of the reading that failed.
    pub fn standing_failure(&self, appliance: ShortId, limit: &Limit) -> Option<FailureClass> {
        if self.standing(appliance, &limit.code) != Some(Verdict::Fail) {
            return None;
        }
        let of_row = self.job.sheet.readings.iter().filter(|r| r.appliance == appliance && r.code == limit.code);
        of_row.map(|reading| self.judged(reading)).filter(|(verdict, _)| *verdict == Verdict::Fail).last()?.1
    }

    /// What a failure of this class leads to on this appliance (R12).
    pub fn consequence(&self, class: FailureClass, measured: &Measured) -> Consequence {
        safety::after_failure(class, self.job.order.kind, measured.appliance.kind, measured.loaner)
    }

    /// Rows that are asked for, behind one that failed those that say it in figures, and any other that somebody measured; the
    /// flag says which are asked for.
    pub fn rows(&self, measured: &Measured) -> Vec<Row<'a>> {
        let id = measured.appliance.id;
        if let Some(known) = self.rows.borrow().get(&id) {
            return known.clone();
        }
        let rows = self.rows_of(measured);
        self.rows.borrow_mut().insert(id, rows.clone());
        rows
    }

    fn rows_of(&self, measured: &Measured) -> Vec<Row<'a>> {
        let asked = self.needs(measured).readings;
        let kind = if measured.loaner { JobKind::Install } else { self.job.order.kind };
        let mut rows: Vec<Row<'a>> = Vec::new();
        for limit in &asked {
            rows.push((limit, true));
            if !self.ever_failed(measured.appliance.id, &limit.code) {
                continue;
            }
            for figure in self.rules.figures_of(&limit.code) {
                let listed = asked.iter().chain(rows.iter().map(|(row, _)| row)).any(|row| row.code == figure.code);
                if !listed && figure.applies_to(kind, measured.appliance.kind) {
                    rows.push((figure, false));
                }
            }
        }
        for reading in self.job.sheet.readings.iter().filter(|r| r.appliance == measured.appliance.id) {
            if let Some(limit) = self.rules.limit_of(&reading.limits, &reading.code)
                && !rows.iter().any(|(row, _)| row.code == limit.code)
            {
                rows.push((limit, false));
            }
        }
        rows
    }

    /// Once is enough: the figures of a fault are told beside those of its mending.
    fn ever_failed(&self, appliance: ShortId, code: &str) -> bool {
        let mut of_row = self.job.sheet.readings.iter().filter(|r| r.appliance == appliance && r.code == code);
        of_row.any(|reading| self.verdict(reading) == Verdict::Fail)
    }

    /// What a judgement may depend on: the nameplate, the room, the circuit, the day.
    pub fn context(&self, id: ShortId) -> Context {
        let Some(measured) = self.measured.iter().find(|m| m.appliance.id == id) else {
            return Context::default();
        };
        let field = |field| self.job.field(&measured.appliance, field);
        let number = |of| field(of).trim().parse::<i64>().ok();
        let arrived = self.job.sheet.nodes.iter().find(|n| n.kind.is(NodeKind::Arrived));
        let day = arrived.map_or(self.job.order.taken.at_ms, |node| node.noted.happened_ms());
        Context::new(self.job.order.kind, measured.appliance.kind)
            .with_loaner(measured.loaner)
            .with_protection(ProtectionClass::from_word(&field(SheetField::Protection)))
            .with_build(Build::from_word(&field(SheetField::Build)))
            .with_rated_watts(number(SheetField::RatedWatts))
            .with_rated_milliamps(number(SheetField::RatedMilliamps))
            .with_rcd_milliamps(number(SheetField::RcdMilliamps))
            .with_nameplate_volts(span(&field(SheetField::NameplateVolts)))
            .with_nameplate_pressure(span(&field(SheetField::NameplateMegapascals)))
            .with_refrigerant(refrigerant(self.job, &measured.appliance))
            .with_gas(GasKind::from_word(&field(SheetField::Gas)))
            .with_wet_room(wet_room(&field(SheetField::WetRoom), measured.appliance.kind))
            .with_laying(Laying::from_word(&field(SheetField::Laying)))
            .with_breaker_amps(number(SheetField::BreakerAmps))
            .with_made(Month::parse(&field(SheetField::Made)))
            .with_job_day(&calendar::day_name(day))
    }
}

/// What on a job asks for more than its kind does.
fn circumstances(job: &Job, measured: &Measured) -> Vec<NeedWhen> {
    let id = measured.appliance.id;
    let of_it = |part| job.sheet.parts.iter().any(|used| used.id == part && used.appliance == id);
    let holds = [
        (NeedWhen::Loaner, measured.loaner),
        (NeedWhen::RefrigerantOpened, job.sheet.charges.iter().any(|c| c.appliance == id)),
        (NeedWhen::AtHeight, job.order.at_height && !measured.loaner),
        (NeedWhen::Subsidised, job.order.subsidised && !measured.loaner),
        (NeedWhen::Damage, !job.sheet.damages.is_empty() && !measured.loaner),
        (NeedWhen::Concealed, job.order.acceptance && !measured.loaner),
        (NeedWhen::OldPart, job.sheet.old_parts.iter().any(|old| old.step.is(OldPartStep::Tagged) && of_it(old.part))),
    ];
    holds.into_iter().filter(|(_, holds)| *holds).map(|(when, _)| when).collect()
}

/// As the nameplate has it, else as the one who charged it wrote.
fn refrigerant(job: &Job, appliance: &OrderedAppliance) -> Option<Refrigerant> {
    let read = |text: &str| Refrigerant::from_word(&text.trim().to_lowercase());
    read(&job.field(appliance, SheetField::Refrigerant))
        .or_else(|| read(&job.sheet.charges.iter().rfind(|c| c.appliance == appliance.id)?.gas))
}

/// A water heater hangs where people stand in water, whatever anybody writes.
fn wet_room(text: &str, appliance: ApplianceKind) -> Option<bool> {
    match text {
        _ if safety::is_water_heater(appliance) => Some(true),
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// `220-240` in thousandths.
fn span(text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    let thousandths = |text: &str| safety::parse_number(text, 3).ok().map(|number| number.0);
    Some(Span { from: thousandths(from)?, to: thousandths(to)? })
}

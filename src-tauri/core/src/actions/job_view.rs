//! One job as the screen draws it: verdicts, blockers, the next step, all computed here.

use std::cell::RefCell;
use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{
    ApplianceView, BenchView, CallScript, CardView, ChoiceOption, Fen, HistoryLine, JobCard, JobView, LastTime, Millis,
    NextStep, NodeView, PartRow, PhotoPlace, PhotoSlot, PhotoStage, PhotoView, QuoteView, ReadingInput, ReadingRow,
    RecordView, ServiceRow, Step, TakeAlong, TakePart, Text, Verdict, VerdictView, WorkClock,
};

use super::noted::noted;
use super::parts::carried;
use super::{Actions, JobError, may_write, undo};
use crate::domain::facts::{Job, Photo, Reading};
use crate::domain::gates::{self, Judge, Measured};
use crate::domain::record::last;
use crate::domain::safety;
use crate::domain::{approval, crew, intake, nodes, parts, pictures, services, timing, triage};
use crate::rules::InForce;
use crate::store::{Store, StoreError};
use doorstep_schemas::rules::faults::ListedPart;
use doorstep_schemas::rules::limits::{Limit, Measure, Method};

impl Actions {
    /// The job as it stands on this device.
    pub fn job(&self, job: JobId) -> Result<JobView, JobError> {
        let mut store = self.looking_at(job)?;
        self.view(&mut store, job)
    }

    pub(crate) fn view(&self, store: &mut Store, job: JobId) -> Result<JobView, JobError> {
        store.in_one_look(|store| self.view_in_a_look(store, job))
    }

    fn view_in_a_look(&self, store: &mut Store, job: JobId) -> Result<JobView, JobError> {
        let enrolment = Self::enrolment(store)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let row = store.job_row(job)?.ok_or(JobError::NotFound(job))?;
        let rules = store.rules().clone();
        let now = self.nature.now_ms();
        let in_force = rules.at(nodes::ended(&facts).map_or(now, |(_, noted)| noted.at_ms));
        let roster = store.roster()?;
        let judge = Judge::new(&facts, &in_force).with_roster(&roster);
        let checked = gates::safety_checked(&judge);
        let line = nodes::line(&facts, checked, nodes::Elsewhere::default());
        let next = gates::next(&judge, now.saturating_sub(store.clock_offset()?.unwrap_or(0)));
        let before_going = match next.step {
            Step::Depart => gates::departure_blockers(&judge),
            Step::Arrive => gates::emergency_blockers(&judge),
            _ => Vec::new(),
        };
        let serials: Vec<String> = facts.order.appliances.iter().map(|a| facts.field(a, SheetField::Serial)).collect();
        let may_write = (nodes::ended(&facts).is_none() || approval::reopened(&facts, enrolment.member))
            && !facts.order.cancelled
            && may_write(store, &facts, job, enrolment.member)?;
        let earlier = store.earlier(job, &facts.order.customer.phone, &serials)?;
        let earlier: Vec<JobCard> = earlier.into_iter().map(|row| row.card).collect();
        let mut last = if may_write { last_times(store, &facts, &earlier)? } else { BTreeMap::new() };
        let take_along = take_along(store, &facts, in_force, enrolment.member)?;
        let names = Names::new(store);
        Ok(JobView {
            note: facts.order.note.clone(),
            nodes: line
                .into_iter()
                .map(|node| NodeView {
                    kind: node.kind,
                    at: node.at.map(|(at, _)| Millis(at)),
                    by: node.at.map(|(_, by)| names.of(by)).unwrap_or_default(),
                    derived: node.derived,
                    entered: node.entered_at.map(Millis),
                })
                .collect(),
            next: NextStep {
                step: next.step,
                before_going,
                blockers: next.blockers,
                outcomes: next.outcomes,
                others: next.others,
            },
            appliances: judge
                .measured()
                .iter()
                .filter(|m| !m.loaner)
                .map(|m| ApplianceView { last: last.remove(&m.appliance.id), ..appliance(&judge, m, in_force, &names) })
                .collect(),
            loaners: judge
                .loaners()
                .filter(|m| out(&facts, m.appliance.id))
                .map(|m| appliance(&judge, m, in_force, &names))
                .collect(),
            bench: facts.order.appliances.iter().map(|a| bench(&facts, a.id)).collect(),
            services: five(&facts, checked.is_some(), in_force),
            parts: facts.sheet.parts.iter().map(|part| part_row(part, &names)).collect(),
            photos: facts.sheet.photos.iter().map(|p| photo(&facts, p, &names)).collect::<Result<_, _>>()?,
            noted: noted(store, &facts, &names, now)?,
            service_card: CardView {
                outlet: enrolment.outlet_name.clone(),
                member: names.of(enrolment.member),
                services: services_names(in_force),
                numbers: in_force.card_numbers(&facts, &roster),
            },
            take_along,
            scripts: scripts(&facts, in_force),
            clock: clock(&facts, in_force, now.saturating_sub(store.clock_offset()?.unwrap_or(0))),
            may_write,
            earlier,
            history: history(store, job)?,
            now: Millis(now),
            card: row.card,
        })
    }
}

/// Earlier jobs that are read for what they say of a machine.
const MOST_READ: usize = 3;

/// What the newest earlier job says of each unit (R9).
fn last_times(store: &mut Store, job: &Job, earlier: &[JobCard]) -> Result<BTreeMap<ShortId, LastTime>, StoreError> {
    let mut out = BTreeMap::new();
    for card in earlier.iter().take(MOST_READ) {
        let Some(facts) = store.job_facts(card.job)? else { continue };
        for unit in &job.order.appliances {
            if out.contains_key(&unit.id) {
                continue;
            }
            if let Some(fields) = intake::last_time(job, unit, &facts) {
                out.insert(unit.id, LastTime { job: card.job, at: card.taken_at, fields });
            }
        }
    }
    Ok(out)
}

/// What to bring, with what this member has of it; nothing once somebody has arrived (R8, R22).
fn take_along(store: &mut Store, job: &Job, rules: InForce<'_>, me: MemberId) -> Result<TakeAlong, StoreError> {
    if nodes::ended(job).is_some() || nodes::arrived_now(job).is_some() || job.order.cancelled {
        return Ok(TakeAlong::default());
    }
    let bring = rules.take_along(job);
    let crew = crew::crew(job).contains(&me) && !bring.parts.is_empty();
    let held = if crew {
        let moves = store.stock(me)?.moves;
        carried(store, me, &moves)?
    } else {
        BTreeMap::new()
    };
    let of = |part: &ListedPart| {
        let quantity = held.get(&parts::key(&part.code, &part.name.zh)).map_or(0, |held| held.quantity);
        (!held.is_empty()).then(|| i32::try_from(quantity).unwrap_or(i32::MAX))
    };
    let part = |part: &&ListedPart| TakePart { code: part.code.clone(), name: part.name.clone(), carried: of(part) };
    Ok(TakeAlong { parts: bring.parts.iter().map(part).collect(), tools: bring.tools.into_iter().cloned().collect() })
}

/// What is read out for this job, as long as it is open (R3).
fn scripts(job: &Job, rules: InForce<'_>) -> Vec<CallScript> {
    if nodes::ended(job).is_some() || job.order.cancelled {
        return Vec::new();
    }
    let found = triage::of_job(job, &rules.triggers());
    found.dangers.iter().filter_map(|named| rules.call_script(&named.script)).collect()
}

/// `now` in true time (R2).
fn clock(job: &Job, rules: InForce<'_>, now: i64) -> Option<WorkClock> {
    let limits = rules.time_limits();
    let work = timing::work(job, now, &limits)?;
    // A visit that ended and left the job open has no clock that runs.
    let under_way = nodes::arrived_now(job).is_some() || nodes::ended(job).is_some();
    let reason = || last(job.sheet.pauses.iter().filter(|pause| pause.stopped)).and_then(|pause| pause.reason.known());
    under_way.then(|| WorkClock {
        limit_minutes: timing::limit_of(job, &limits),
        worked_s: u32::try_from(work.worked_ms / 1_000).unwrap_or(0),
        stopped: work.stopped.then(reason).flatten(),
        ended: work.ended.is_some(),
    })
}

/// A loaner that is still at the customer's.
fn out(job: &Job, loaner: ShortId) -> bool {
    !job.sheet.loaner_backs.iter().any(|back| back.loaner == loaner)
}

/// Members' names, as the relay told them, each asked for once.
pub(super) struct Names<'a> {
    store: &'a Store,
    known: RefCell<BTreeMap<MemberId, String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, known: RefCell::default() }
    }

    pub(super) fn of(&self, member: MemberId) -> String {
        let name = || self.store.member(member).map_or_else(|_| member.to_string(), |view| view.name);
        self.known.borrow_mut().entry(member).or_insert_with(name).clone()
    }
}

fn appliance(judge: &Judge<'_>, measured: &Measured, rules: InForce<'_>, names: &Names<'_>) -> ApplianceView {
    let appliance = &measured.appliance;
    let field = |field| judge.job.field(appliance, field);
    let rows = judge
        .rows(measured)
        .into_iter()
        .map(|(limit, asked)| ReadingRow { required: asked, ..reading_row(judge, measured, limit, rules, names) })
        .collect();
    ApplianceView {
        id: appliance.id,
        kind: appliance.kind,
        brand: field(SheetField::Brand),
        model: field(SheetField::Model),
        serial: field(SheetField::Serial),
        symptom: field(SheetField::Symptom),
        fault: field(SheetField::Fault),
        cause: field(SheetField::Cause),
        action: field(SheetField::Action),
        plate: PLATE.iter().map(|of| (*of, field(*of))).filter(|(_, text)| !text.is_empty()).collect(),
        readings: rows,
        slots: slots(judge, measured, rules),
        likely: rules.likely_faults(appliance.kind, &field(SheetField::Symptom)),
        part_offers: rules.parts(appliance.kind, &field(SheetField::Symptom), &field(SheetField::Fault)),
        last: None,
        next_photo: pictures::next(judge, measured, None),
    }
}

/// Fields that a judgement may depend on.
const PLATE: [SheetField; 14] = [
    SheetField::FaultCode,
    SheetField::Made,
    SheetField::RatedWatts,
    SheetField::RatedMilliamps,
    SheetField::Protection,
    SheetField::Refrigerant,
    SheetField::Gas,
    SheetField::WetRoom,
    SheetField::Laying,
    SheetField::BreakerAmps,
    SheetField::Build,
    SheetField::RcdMilliamps,
    SheetField::NameplateVolts,
    SheetField::NameplateMegapascals,
];

fn bench(job: &Job, appliance: ShortId) -> BenchView {
    let quote = last(job.sheet.quotes.iter().filter(|q| q.appliance == appliance));
    BenchView {
        appliance,
        diagnosis: last(job.sheet.diagnoses.iter().filter(|d| d.appliance == appliance)).map(|d| d.id),
        quote: quote.map(|q| QuoteView {
            id: q.id,
            total_fen: Fen(q.total_fen),
            days: u32::try_from(q.days).unwrap_or(0),
        }),
    }
}

fn reading_row(
    judge: &Judge<'_>,
    measured: &Measured,
    limit: &Limit,
    rules: InForce<'_>,
    names: &Names<'_>,
) -> ReadingRow {
    let appliance = &measured.appliance;
    let mending = rules.mending_of(&limit.code);
    let readings = judge.job.sheet.readings.iter();
    let records = readings.filter(|r| r.appliance == appliance.id && r.code == limit.code);
    ReadingRow {
        appliance: appliance.id,
        code: limit.code.clone(),
        name: limit.name.clone(),
        phase: limit.phase,
        required: false,
        input: match &limit.measure {
            Measure::Number { unit, decimals, .. } => ReadingInput::Number { unit: unit.clone(), decimals: *decimals },
            Measure::Choice { options } => ReadingInput::Choice {
                options: options
                    .iter()
                    .map(|o| ChoiceOption { code: o.code.clone(), label: o.label.clone() })
                    .collect(),
            },
        },
        methods: limit.offered_methods(),
        limit: limit.limit.clone(),
        place: limit.place.clone(),
        basis: limit.basis.clone(),
        class: safety::class(limit, appliance.kind),
        fixes: mending.map(|mending| mending.fixes.clone()).unwrap_or_default(),
        mended_by_repair: mending.is_some_and(|mending| mending.by_repair),
        records: records.map(|r| record(judge, r, limit, names)).collect(),
    }
}

fn record(judge: &Judge<'_>, reading: &Reading, limit: &Limit, names: &Names<'_>) -> RecordView {
    let judged = judge.judgement(reading);
    let text = match judged.verdict {
        Verdict::Fail => limit.on_fail.clone(),
        Verdict::Warn => limit.on_warn.clone(),
        _ => Text::default(),
    };
    RecordView {
        id: reading.id,
        found: reading.found.clone(),
        method: limit.methods.iter().find(|m| m.code == reading.method).map(Method::offered),
        instrument: reading.instrument.clone(),
        rectified: reading.rectified.clone(),
        at: Millis(reading.noted.at_ms),
        by: names.of(reading.noted.by),
        verdict: VerdictView { verdict: judged.verdict, class: judged.class, reason: judged.reason, text },
    }
}

fn five(facts: &Job, checked: bool, rules: InForce<'_>) -> Vec<ServiceRow> {
    services::five(facts, checked)
        .into_iter()
        .map(|service| {
            let (name, script) = rules.service_words(service.service);
            ServiceRow {
                service: service.service,
                name,
                script,
                state: service.state,
                derived: service.derived,
                reason: service.reason,
            }
        })
        .collect()
}

fn services_names(rules: InForce<'_>) -> Vec<Text> {
    doorstep_schemas::view::ServiceCode::ALL.iter().map(|service| rules.service_words(*service).0).collect()
}

fn part_row(part: &crate::domain::facts::UsedPart, names: &Names<'_>) -> PartRow {
    PartRow {
        id: part.id,
        appliance: part.appliance,
        code: part.code.clone(),
        name: part.name.clone(),
        quantity: part.quantity,
        guide_fen: Fen(part.guide_fen),
        by: names.of(part.noted.by),
    }
}

fn photo(job: &Job, photo: &Photo, names: &Names<'_>) -> Result<PhotoView, StoreError> {
    let standing = names.store.photo_standing(&photo.photo)?;
    let thumb = names.store.photo_standing(&photo.thumb)?;
    Ok(PhotoView {
        id: photo.id,
        photo: photo.photo,
        thumb: photo.thumb,
        appliance: photo.appliance,
        stage: photo.stage.known().unwrap_or(PhotoStage::During),
        width: photo.width,
        height: photo.height,
        bytes: photo.bytes,
        taken_at: Millis(photo.taken_ms()),
        by: names.of(photo.noted.by),
        place: if standing.is_some_and(|s| s.on_relay) { PhotoPlace::OnRelay } else { PhotoPlace::OnDevice },
        photo_here: standing.is_some_and(|s| s.here),
        thumb_here: thumb.is_some_and(|s| s.here),
        caption: pictures::caption(job, photo).to_owned(),
        retaken: pictures::retaken(job, photo),
        drawn_on: photo.drawn_on,
    })
}

/// Stages that any job may fill.
const ANY_JOB: [PhotoStage; 5] =
    [PhotoStage::Nameplate, PhotoStage::Before, PhotoStage::During, PhotoStage::After, PhotoStage::Reading];

/// Of one unit: required slots first, then the stages that may be filled as well, and those that somebody filled.
fn slots(judge: &Judge<'_>, measured: &Measured, rules: InForce<'_>) -> Vec<PhotoSlot> {
    let required: Vec<PhotoStage> = judge.needs(measured).photos.into_iter().map(|(stage, _)| stage).collect();
    let own = || judge.job.sheet.photos.iter().filter(|photo| photo.appliance == measured.appliance.id);
    let shown = |stage: &&PhotoStage| {
        required.contains(stage) || ANY_JOB.contains(stage) || own().any(|photo| photo.stage.is(**stage))
    };
    let mut slots: Vec<PhotoSlot> = PhotoStage::ALL
        .iter()
        .filter(shown)
        .map(|stage| PhotoSlot {
            stage: *stage,
            name: rules.photo_name(*stage),
            required: required.contains(stage),
            taken: u32::try_from(own().filter(|photo| photo.stage.is(*stage)).count()).unwrap_or(u32::MAX),
        })
        .collect();
    slots.sort_by_key(|slot| !slot.required);
    slots
}

fn history(store: &Store, job: JobId) -> Result<Vec<HistoryLine>, StoreError> {
    let rows = store.history(job)?;
    let here = store.actor().device();
    Ok(rows
        .into_iter()
        .map(|row| HistoryLine {
            at: Millis(row.made_ms),
            by: row.member,
            device: row.device,
            undoable: row.device == here && undo::may_be(&row.action),
            id: row.id.to_string(),
            action: row.action,
            received: row.received,
        })
        .collect())
}

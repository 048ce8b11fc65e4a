//! What a person does on their device, of every kind of document. What the trade forbids at this moment is refused, and
//! that is as good as anything: here it only matters that what was accepted stays.

use std::error::Error;

use doorstep::actions::Actions;
use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::input::{
    AnswerService, ApplianceInput, Assign, CustomerInput, DeskFact, Finish, Found, NoteFact, OrderFact, RecordReading,
    RemovePart, RequestFact, RosterFact, ServiceAnswer, SheetFact, SheetField, ShowCard, StockFact, TakeOrder, Tap,
    TapNode, Undo, UsePart, WriteField,
};
use doorstep_schemas::view::{
    ApplianceKind, ApprovalKind, Coverage, Fen, Grade, JobKind, JobOutcome, JobView, ReasonAbout, RequestStep,
    ServiceCode, StockMove, Urgency,
};
use doorstep_tests::chance::Chance;

type Refusal = Box<dyn Error>;

const FIELDS: [SheetField; 5] =
    [SheetField::Fault, SheetField::Cause, SheetField::Action, SheetField::Serial, SheetField::Model];

/// An order that somebody calls in.
fn order(chance: &Chance, assignees: Vec<MemberId>) -> TakeOrder {
    TakeOrder {
        kind: *chance.pick(&[&JobKind::Repair, &JobKind::Install, &JobKind::Clean]),
        urgency: Urgency::Normal,
        far: chance.happens(20),
        customer: CustomerInput {
            name: chance.pick(&["罗桂香", "田有福", "彭秀兰"]).to_owned(),
            phone: format!("1380000{:04}", chance.between(0, 9_999)),
            township: "城关镇".to_owned(),
            address: format!("南门小区 {} 号", chance.between(1, 99)),
        },
        appliances: vec![ApplianceInput {
            kind: *chance.pick(&[&ApplianceKind::Television, &ApplianceKind::StorageHeater, &ApplianceKind::RangeHood]),
            brand: "安泉".to_owned(),
            model: String::new(),
            serial: format!("AQ-{}", chance.between(0, 999)),
        }],
        symptom: "不工作".to_owned(),
        window: None,
        coverage: Coverage::OutOfWarranty,
        maker_order: String::new(),
        note: String::new(),
        assignees,
        details: None,
    }
}

/// Some of the outlet's people, two of them in a quarter of cases, nobody in a tenth.
fn some(people: &[MemberId], chance: &Chance) -> Vec<MemberId> {
    if people.is_empty() || chance.happens(10) {
        return Vec::new();
    }
    let first = chance.draw() as usize % people.len();
    let mut out = vec![people[first]];
    if people.len() > 1 && chance.happens(25) {
        out.push(people[(first + 1) % people.len()]);
    }
    out
}

/// One deed of an owner's or a technician's, by name. `people` are those who may be given a job.
pub fn do_one(actions: &Actions, owner: bool, people: &[MemberId], chance: &Chance) -> Result<&'static str, Refusal> {
    let jobs = actions.shelf.store().listed_jobs()?;
    let turn = chance.between(0, 100);
    if owner && (jobs.is_empty() || turn < 15) {
        actions.take_order(&order(chance, some(people, chance)))?;
        return Ok("take_order");
    }
    if jobs.is_empty() || (!owner && turn < 4) {
        return aside(actions, owner, people, chance);
    }
    let job = jobs[chance.draw() as usize % jobs.len()];
    if turn >= 90 {
        return aside(actions, owner, people, chance);
    }
    if owner && turn < 60 {
        return of_order(actions, job, people, chance);
    }
    of_sheet(actions, job, chance)
}

/// What concerns no job, and a technician's walk-in.
fn aside(actions: &Actions, owner: bool, people: &[MemberId], chance: &Chance) -> Result<&'static str, Refusal> {
    let someone = people.get(chance.draw() as usize % people.len().max(1)).copied();
    if !owner {
        if chance.happens(50) {
            actions.take_walk_in(&order(chance, Vec::new()))?;
            return Ok("take_walk_in");
        }
        let text = format!("要一根加热管 {}", chance.between(0, 999));
        actions.ask(&RequestFact::Note { job: None, text })?;
        return Ok("ask");
    }
    let Some(member) = someone else { return Ok("nothing") };
    match chance.between(0, 3) {
        0 => {
            let note = format!("{}", chance.between(0, 999));
            // The lowest grade would forbid most work.
            actions.note_on_roster(&RosterFact::Grade { member, grade: Grade::APlus, years: 9, note })?;
            Ok("note_on_roster")
        }
        1 => {
            let fact = StockFact {
                movement: StockMove::Issue,
                code: "heat".to_owned(),
                name: "加热管".to_owned(),
                quantity: 3,
                request: None,
                note: String::new(),
            };
            actions.move_stock(member, &fact)?;
            Ok("move_stock")
        }
        _ => {
            let request = ShortId::mint(chance.bytes());
            let fact = DeskFact::Answer { request, step: RequestStep::Approved, promised: None, note: String::new() };
            actions.note_on_desk("requests", &fact)?;
            Ok("note_on_desk")
        }
    }
}

fn of_order(actions: &Actions, job: JobId, people: &[MemberId], chance: &Chance) -> Result<&'static str, Refusal> {
    match chance.between(0, 10) {
        0..6 => {
            actions.assign(&Assign { job, members: some(people, chance) })?;
            Ok("assign")
        }
        6 => {
            actions.answer_sheet(job, ApprovalKind::Returned, "再看看")?;
            Ok("answer_sheet")
        }
        7 => {
            actions.adopt_walk_in(job)?;
            Ok("adopt_walk_in")
        }
        8 if chance.happens(30) => {
            actions.note_on_order(job, &OrderFact::Cancel { reason: "顾客不修了".to_owned() })?;
            Ok("cancel")
        }
        _ => {
            let view = actions.job(job)?;
            let Some(appliance) = view.appliances.first() else { return Ok("nothing") };
            let (key, value) = ("invoice".to_owned(), format!("FP-{}", chance.between(0, 99)));
            actions.note_on_order(job, &OrderFact::Purchase { appliance: appliance.id, key, value })?;
            Ok("note_on_order")
        }
    }
}

fn of_sheet(actions: &Actions, job: JobId, chance: &Chance) -> Result<&'static str, Refusal> {
    let view = actions.job(job)?;
    let Some(first) = view.appliances.first() else { return Ok("nothing") };
    let appliance = first.id;
    match chance.between(0, 100) {
        0..12 => {
            let tap = if view.card.arrived_at.is_none() && chance.happens(60) { Tap::Arrive } else { Tap::Depart };
            actions.tap_node(&TapNode { job, tap })?;
            Ok("tap_node")
        }
        12..16 => {
            actions.show_card(&ShowCard { job, shown_ms: 3_000 })?;
            Ok("show_card")
        }
        16..50 => {
            let field = FIELDS[chance.draw() as usize % FIELDS.len()];
            let value = format!("{}-{}", field.word(), chance.between(0, 9_999));
            actions.write_field(&WriteField { job, appliance, field, value })?;
            Ok("write_field")
        }
        50..60 => {
            let (code, name) = ("heat".to_owned(), "加热管".to_owned());
            actions.use_part(&UsePart { job, appliance, code, name, quantity: 1, guide_fen: Fen(9_500) })?;
            Ok("use_part")
        }
        60..65 => {
            let Some(part) = view.parts.last() else { return Ok("nothing") };
            actions.remove_part(&RemovePart { job, part: part.id })?;
            Ok("remove_part")
        }
        65..75 => measure(actions, &view, appliance, chance),
        75..82 => {
            let service = if chance.happens(50) { ServiceCode::CheckAll } else { ServiceCode::CleanUp };
            let answer = ServiceAnswer::NotApplicable { reason: "顾客不在".to_owned() };
            actions.answer_service(&AnswerService { job, appliance, service, answer })?;
            Ok("answer_service")
        }
        82..88 => {
            let Some(deed) = actions.deeds(job)?.pop() else { return Ok("nothing") };
            actions.undo(&Undo { job, action: deed.action })?;
            Ok("undo")
        }
        88..92 => {
            actions.finish(&Finish { job, outcome: JobOutcome::CustomerAbsent })?;
            Ok("finish")
        }
        _ => {
            let text = format!("说明 {}", chance.between(0, 999));
            let fact = SheetFact::Reason { about: ReasonAbout::Late, subject: None, text, photo: None };
            actions.note_fact(&NoteFact { job, fact, claimed: None })?;
            Ok("note_fact")
        }
    }
}

fn measure(actions: &Actions, view: &JobView, of: ShortId, chance: &Chance) -> Result<&'static str, Refusal> {
    let rows = view.appliances.iter().filter(|a| a.id == of).flat_map(|a| &a.readings);
    let codes: Vec<&String> = rows.map(|row| &row.code).collect();
    if codes.is_empty() {
        return Ok("nothing");
    }
    let reason = format!("没有仪表 {}", chance.between(0, 99));
    actions.record_reading(&RecordReading {
        job: view.card.job,
        appliance: of,
        code: codes[chance.draw() as usize % codes.len()].clone(),
        found: Found::NotMeasured { reason },
        unit: String::new(),
        method: String::new(),
        instrument: String::new(),
        calibrated: String::new(),
        rectified: String::new(),
        photo: None,
    })?;
    Ok("record_reading")
}

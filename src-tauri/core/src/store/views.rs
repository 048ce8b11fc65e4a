//! Read models: one row a job, computed from its documents whenever they change, so that a list opens none.

use std::sync::Arc;

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::view::{Fen, Finding, FindingCode, JobCard, Millis};
use rusqlite::Connection;

use super::index::Texts;
use super::listed::JobRow;
use super::papers::Papers;
use super::{Store, StoreError, index, packs, rule_sets, team};
use crate::documents;
use crate::documents::paper::Paper;
use crate::domain::day::JobFigures;
use crate::domain::facts::{Job, Order, Sheet};
use crate::domain::find::Found;
use crate::domain::gates::{self, Judge};
use crate::domain::{hazards, nodes, services, timing};
use crate::rules::RuleBook;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{BlockerCode, ServiceState};

pub(super) fn exists(db: &Connection, doc: &DocId) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM paper WHERE doc = ?1)")?;
    Ok(query.query_row([doc.to_string()], |row| row.get(0))? || packs::has(db, doc)?)
}

/// The order as it stands; `None` while it is not here.
pub(super) fn order(db: &Connection, papers: &mut Papers, job: JobId) -> Result<Option<Order>, StoreError> {
    let doc = team::order_of(job);
    if !exists(db, &doc)? {
        return Ok(None);
    }
    Ok(documents::order::read(papers.read(db, &doc)?.doc()))
}

/// Order and sheet together; `None` while the order is not here. A walk-in's order lies in its sheet until adopted (R6).
pub(super) fn facts(db: &Connection, papers: &mut Papers, job: JobId) -> Result<Option<Arc<Job>>, StoreError> {
    if let Some(known) = papers.known_facts(job) {
        return Ok(Some(known));
    }
    let paper = papers.read(db, &DocId::Sheet(job))?;
    let sheet = documents::sheet::read(paper.doc());
    let walk_in = documents::order::read_walk_in(paper.doc());
    let Some(facts) = together(order(db, papers, job)?.or(walk_in), sheet).map(Arc::new) else { return Ok(None) };
    papers.keep_facts(job, &facts);
    Ok(Some(facts))
}

/// The same of documents in hand.
pub(super) fn facts_of(order: Option<&Paper>, sheet: &Paper) -> Option<Job> {
    let walk_in = || documents::order::read_walk_in(sheet.doc());
    let order = order.and_then(|order| documents::order::read(order.doc())).or_else(walk_in);
    together(order, documents::sheet::read(sheet.doc()))
}

fn together(order: Option<Order>, mut sheet: Sheet) -> Option<Job> {
    let order = order?;
    if order.refounded_as.is_some() {
        // The same facts stand in the job that goes on in its place: they count there, and once.
        sheet = Default::default();
    }
    Some(Job { order, sheet })
}

/// Computes a job's row anew; without an order there is none. `texts`: when the search hears of others.
pub(super) fn refresh(
    db: &Connection,
    papers: &mut Papers,
    rules: &RuleBook,
    job: JobId,
    now: i64,
    texts: Texts,
) -> Result<(), StoreError> {
    let Some(facts) = facts(db, papers, job)? else { return index::remove(db, job) };
    rule_sets::note_lacking(db, rules, job, &facts)?;
    index::put(db, &row_of(rules, job, &facts, now), texts)
}

/// A job's row, from its facts alone.
pub fn row_of(rules: &RuleBook, job: JobId, facts: &Job, now: i64) -> JobRow {
    // A finished job is judged by the sets of its last day, an open one by those of now.
    let in_force = rules.at(nodes::ended(facts).map_or(now, |(_, noted)| noted.at_ms));
    let judge = Judge::new(facts, &in_force);
    let figures = JobFigures::by(&judge);
    let card = card(job, &judge, &figures);
    JobRow { card, figures, found: Found::of(facts) }
}

/// The card, but for what changes without the documents: names, and what is unsent.
fn card(job: JobId, judge: &Judge<'_>, figures: &JobFigures) -> JobCard {
    let facts = judge.job;
    let customer = facts.customer();
    let appliances = &facts.order.appliances;
    let checked = gates::safety_checked(judge);
    let status = nodes::status(facts, &nodes::line(facts, checked, nodes::Elsewhere::default()));
    let first = appliances.first();
    let name = |field| first.map(|a| facts.field(a, field)).unwrap_or_default();
    let required: Vec<_> = judge
        .measured()
        .iter()
        .filter(|measured| !measured.loaner)
        .flat_map(|m| {
            judge.rows(m).into_iter().filter(|(_, asked)| *asked).map(|(l, _)| (m.appliance.id, l.code.as_str()))
        })
        .collect();
    let taken = required
        .iter()
        .filter(|(appliance, code)| {
            crate::domain::safety::latest(&facts.sheet.readings, *appliance, code)
                .is_some_and(|r| judge.verdict(r) != doorstep_schemas::view::Verdict::NotMeasured)
        })
        .count();
    let five = services::five(facts, checked.is_some());
    JobCard {
        job,
        kind: facts.order.kind,
        urgency: facts.order.urgency,
        customer: customer.name.clone(),
        phone: customer.phone.clone(),
        township: customer.township.clone(),
        address: customer.address.clone(),
        appliance_kind: first.map_or(doorstep_schemas::view::ApplianceKind::Other, |a| a.kind),
        appliance: [name(SheetField::Brand), name(SheetField::Model)].join(" ").trim().to_owned(),
        appliances: count(appliances.len()),
        symptom: facts.order.symptom.clone(),
        coverage: facts.order.coverage,
        maker_order: facts.order.maker_order.clone(),
        window: timing::window(facts, i64::MAX),
        arrive_by: Some(Millis(figures.arrive_by)),
        taken_at: Millis(facts.order.taken.at_ms),
        status,
        arrived_at: figures.arrived_at.map(Millis),
        finished_at: figures.finished_at.map(Millis),
        limit_minutes: timing::limit_of(facts, &judge.rules.time_limits()),
        outcome: figures.outcome,
        assignees: facts
            .order
            .assignees
            .keys()
            .map(|id| doorstep_schemas::view::MemberView {
                id: *id,
                name: String::new(),
                roles: Vec::new(),
                active: true,
            })
            .collect(),
        findings: findings(judge, figures),
        parts_fen: Fen(figures.parts_fen),
        billed_fen: Fen(figures.money.billed_fen),
        photos: figures.photos,
        readings_done: count(taken),
        readings_required: count(required.len()),
        refounded_as: facts.order.refounded_as,
        refounded_from: facts.order.refounded_from,
        services_done: count(five.iter().filter(|s| s.state != ServiceState::Missing).count()),
        unsent: 0,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What the owner should look at. Gaps count once the sheet says it is finished.
fn findings(judge: &Judge<'_>, figures: &JobFigures) -> Vec<Finding> {
    let facts = judge.job;
    let plain = |code| Finding { code, params: Default::default() };
    let counted = |code, n: u32| Finding { code, params: [("count".to_owned(), n.to_string())].into() };
    let mut out = Vec::new();
    let open_failures = figures.failed - figures.rectified;
    if open_failures > 0 {
        out.push(counted(FindingCode::ReadingFailed, open_failures));
    }
    if figures.rectified > 0 {
        out.push(counted(FindingCode::Rectified, figures.rectified));
    }
    match figures.outcome {
        Some(doorstep_schemas::view::JobOutcome::RefusedUnsafe) => out.push(plain(FindingCode::Refused)),
        Some(doorstep_schemas::view::JobOutcome::HazardRemaining) => out.push(plain(FindingCode::HazardRemaining)),
        _ => {}
    }
    if figures.arrived_at.is_some_and(|at| at > figures.arrive_by) {
        out.push(plain(FindingCode::Late));
    }
    if figures.in_limit == Some(false) {
        out.push(plain(FindingCode::Overrun));
    }
    if facts.sheet.fields.values().any(|field| !field.others.is_empty()) {
        out.push(plain(FindingCode::ConflictingValues));
    }
    if figures.finished_at.is_some() {
        let unshown = hazards::unshown(facts).len();
        if figures.worked() && unshown > 0 {
            out.push(counted(FindingCode::HazardUnshown, count(unshown)));
        }
        if figures.worked() && !figures.five_services {
            out.push(plain(FindingCode::ServiceMissing));
        }
        // A merge of two devices' edits can break a gate that each kept: judged again, it is a finding.
        if figures.outcome == Some(doorstep_schemas::view::JobOutcome::Completed) {
            let open = gates::blockers(judge);
            for (blocker, finding) in [
                (BlockerCode::ReadingMissing, FindingCode::ReadingMissing),
                (BlockerCode::PhotoMissing, FindingCode::PhotoMissing),
                (BlockerCode::FieldMissing, FindingCode::FieldMissing),
            ] {
                let n = open.iter().filter(|b| b.code == blocker).count();
                if n > 0 {
                    out.push(counted(finding, count(n)));
                }
            }
        }
    }
    out
}

impl Store {
    /// For a bench of lists alone: rows of jobs that have no documents. No shell calls this.
    #[doc(hidden)]
    pub fn list_without_documents(&mut self, jobs: &[(JobId, Job)], now: i64) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        for (job, facts) in jobs {
            index::put(&tx, &row_of(&self.rules, *job, facts, now), Texts::Now)?;
        }
        Ok(tx.commit()?)
    }
}

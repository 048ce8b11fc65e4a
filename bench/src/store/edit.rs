//! What a person waits for who works, and what others' work costs: a field saved, a batch taken in.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use doorstep::app::Doorstep;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{SheetField, WriteField};
use doorstep_schemas::wire::RunHeld;
use doorstep_tests::chance::Chance;
use doorstep_tests::town::Pens;
use tokio::runtime::Handle;

use super::asks::Asks;
use super::build::{Log, Story};
use super::{Plan, StoreBenchError};
use crate::cast::CastError;
use crate::figures::{Figures, millis, percentile};
use crate::fsync::FsyncFloor;
use crate::save::rest;
use crate::shift::Shift;
use crate::trade;
use crate::visit::{Load, Visit};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Sheets in work.
    pub sheets: usize,
    /// On each before measuring begins.
    pub edits: usize,
    /// Measured on each.
    pub measured: usize,
    /// Batches of a thousand changes.
    pub batches: usize,
}

impl Size {
    pub const FULL: Self = Self { sheets: 20, edits: 60, measured: 15, batches: 7 };
}

const FIELDS: [SheetField; 4] = [SheetField::Fault, SheetField::Cause, SheetField::Action, SheetField::Symptom];
/// Changes of a batch.
const BATCH: usize = 1_000;
const WHO: &str = "the store's bench";

/// Measures a folder in this process. It is another one afterwards.
pub async fn edit(
    folder: &Path,
    plan: Plan,
    size: Size,
    case: &str,
    out: &mut dyn Write,
) -> Result<(), StoreBenchError> {
    let asks = Asks::of(folder)?;
    let mut figures = Figures::of("store", out);
    let shift = Arc::new(Shift::at(asks.now_ms, 2));
    let app = Doorstep::open(folder, shift.clone(), &Handle::current())?;
    let batches = absorb(&app, plan, &asks, size.batches)?;
    let round = |ms: f64| (ms * 1_000.0).round() / 1_000.0;
    figures.say(case, "absorb_1000_ms", round(percentile(&batches, 50)), "ms")?;
    let saved = save(&app, folder, &shift, size).await?;
    for percent in [50, 99] {
        let over = percentile(&saved.over, percent);
        figures.say(case, &format!("save_p{percent}_ms"), round(percentile(&saved.whole, percent)), "ms")?;
        figures.say(case, &format!("save_p{percent}_over_fsync_ms"), round(over), "ms")?;
    }
    let begun = Instant::now();
    let rebuilt = app.actions.shelf.store().rebuild(app.actions.nature.now_ms(), &mut Unwatched)?;
    let per_1000 = millis(begun.elapsed()) * 1_000.0 / f64::from(rebuilt.jobs.max(1));
    Ok(figures.say(case, "rebuild_ms_per_1000", round(per_1000), "ms")?)
}

/// Milliseconds of each saved field, and of each beyond the disk's own price.
#[derive(Default)]
struct Saved {
    whole: Vec<f64>,
    over: Vec<f64>,
}

/// What others made after the folder's last moment, a thousand changes at once: new orders with all that came of them.
/// Milliseconds of each batch.
fn absorb(app: &Doorstep, plan: Plan, asks: &Asks, batches: usize) -> Result<Vec<f64>, StoreBenchError> {
    let story = Story::of(plan)?;
    let pens = Pens::new(&story.town);
    let mut log = Log::from(asks.head);
    let mut coming = story.orders().skip(plan.jobs);
    let mut taken = Vec::new();
    for _ in 0..batches {
        let (mut pieces, mut changes) = (Vec::new(), 0);
        while changes < BATCH {
            let Some((ordered, course)) = coming.next() else { break };
            let written = pens.write(&ordered, &course)?;
            changes += written.changes;
            pieces.extend(written.pieces.into_iter().filter(|(_, piece)| story.hears(piece)));
        }
        let entries = log.entries(pieces);
        let begun = Instant::now();
        let absorbed = app.actions.shelf.store().absorb(&entries, Some(&log.cursor()), asks.now_ms)?;
        taken.push(millis(begun.elapsed()) * BATCH as f64 / changes as f64);
        let adopted = absorbed.adopted as usize;
        if adopted != changes {
            return Err(StoreBenchError::Lost { sent: changes, adopted });
        }
    }
    Ok(taken)
}

/// Fields written one after another on sheets in work, beside the disk's own price.
async fn save(app: &Doorstep, folder: &Path, shift: &Shift, size: Size) -> Result<Saved, StoreBenchError> {
    let chance = Chance::from_seed(3);
    let me = app.session()?.member.map(|member| member.id).ok_or(CastError::NoMember("me"))?;
    let mut jobs: Vec<JobId> = Vec::new();
    for _ in 0..size.sheets {
        let order = trade::order(&chance, app.actions.nature.now_ms(), me);
        let taken =
            if app.session()?.owner { app.actions.take_order(&order) } else { app.actions.take_walk_in(&order) };
        let job = taken.map_err(CastError::from)?.card.job;
        Visit { app, shift, chance: &chance, job }.begin(Load { edits: size.edits, photos: 0, fields_only: false })?;
        jobs.push(job);
        hand_over(app)?;
    }
    let mut floor = FsyncFloor::in_folder(folder)?;
    let mut events = app.listen();
    let mut saved = Saved::default();
    for n in 0..size.measured * size.sheets {
        let job = jobs[n % jobs.len()];
        let appliance = app.actions.job(job).map_err(CastError::from)?.appliances.first().map(|a| a.id);
        let appliance = appliance.ok_or(CastError::NoAppliance(job))?;
        let field = FIELDS[n % FIELDS.len()];
        let text = trade::field(&chance, field, u32::try_from(n).unwrap_or(0));
        shift.pass(chance.between(6_000, 95_000));
        let edit = WriteField { job, appliance, field, value: format!("{text}。第 {n} 次写") };
        let fsync = millis(floor.once()?);
        let begun = Instant::now();
        app.actions.write_field(&edit).map_err(CastError::from)?;
        let taken = millis(begun.elapsed());
        saved.over.push(taken - fsync);
        saved.whole.push(taken);
        rest(&mut events, WHO).await?;
    }
    Ok(saved)
}

/// The relay's word that it holds everything made here: what is measured begins with nothing unsent, as a day does.
fn hand_over(app: &Doorstep) -> Result<(), StoreBenchError> {
    let mut store = app.actions.shelf.store();
    let asked = store.unsent_runs()?;
    let log_seq = store.cursor()?.map_or(0, |cursor| cursor.seq);
    let held: Vec<RunHeld> =
        asked.iter().map(|run| RunHeld { doc: run.doc.clone(), actor: run.actor, seq: u64::MAX, log_seq }).collect();
    store.settle_runs(&asked, &held)?;
    let left = store.held()?.changes;
    if left == 0 {
        Ok(())
    } else {
        Err(CastError::Miscounted { what: "unsent changes", expected: 0, found: left }.into())
    }
}

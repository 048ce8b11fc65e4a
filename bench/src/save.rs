//! One edit, saved for good: what it costs beyond the disk's own price.
//!
//! Measured at the action, as the shell calls it, so that signing, admission, read models and the whole view that is
//! handed back are in it. Before each edit the app has come to rest, as it has between two fields of a person; what
//! edits cost that come on each other's heels is a case of its own. Sheets follow one another as they do in a day: the
//! first edit of each opens its documents.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{SheetField, WriteField};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::cast::{Cast, CastError};
use crate::figures::{Figures, millis, percentile};
use crate::fsync::FsyncFloor;
use crate::trade;
use crate::visit::Load;

const SEED: u64 = 20_261_122;
/// Long enough for anything that an edit may still set off.
const REST: Duration = Duration::from_secs(60);
const FIELDS: [SheetField; 4] = [SheetField::Fault, SheetField::Cause, SheetField::Action, SheetField::Symptom];

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub sheets: usize,
    /// On each sheet before measuring begins.
    pub edits: usize,
    /// Measured on each sheet: few, so that it stays about as long.
    pub measured: usize,
}

impl Size {
    pub const FULL: Self = Self { sheets: 60, edits: 60, measured: 10 };
}

/// Milliseconds of each measured edit.
#[derive(Default)]
struct Taken {
    edit: Vec<f64>,
    fsync: Vec<f64>,
    over: Vec<f64>,
    read: Vec<f64>,
}

/// A job and an appliance of it.
type Open = (JobId, ShortId);

pub async fn measure(folder: &Path, size: Size, out: &mut dyn Write) -> Result<(), CastError> {
    let mut figures = Figures::of("save", out);
    let (cast, _carrier) = Cast::on_stage(folder, SEED).await?;
    let jobs = cast.orders(2 * size.sheets).await?;
    eprintln!("save: {} sheets of {} edits", jobs.len(), size.edits);
    let open = jobs.iter().map(|job| fill(&cast, *job, size)).collect::<Result<Vec<_>, _>>()?;
    // What is measured begins with nothing unsent, as a day does, and no exchange runs beside it.
    cast.settled().await?;
    cast.phone.network(false)?;
    let (calm, rushed) = open.split_at(size.sheets);

    let mut floor = FsyncFloor::in_folder(folder)?;
    let taken = at_rest(&cast, calm, size, &mut floor).await?;
    figures.say("60-edits", "edits_measured", taken.edit.len(), "count")?;
    for (case, percent) in [("p50", 50), ("p99", 99)] {
        figures.say("60-edits", &format!("ms_{case}"), round(percentile(&taken.edit, percent)), "ms")?;
        figures.say("60-edits", &format!("fdatasync_ms_{case}"), round(percentile(&taken.fsync, percent)), "ms")?;
        figures.say("60-edits", &format!("read_ms_{case}"), round(percentile(&taken.read, percent)), "ms")?;
        figures.say(case, "ms_over_fsync", round(percentile(&taken.over, percent)), "ms")?;
    }
    let rushed = on_heels(&cast, rushed, size)?;
    for (case, percent) in [("p50", 50), ("p99", 99)] {
        figures.say("on-each-others-heels", &format!("ms_{case}"), round(percentile(&rushed, percent)), "ms")?;
    }
    Ok(())
}

fn round(ms: f64) -> f64 {
    (ms * 1_000.0).round() / 1_000.0
}

fn fill(cast: &Cast, job: JobId, size: Size) -> Result<Open, CastError> {
    cast.begin_visit(job, Load { edits: size.edits, photos: 0, fields_only: false })?;
    let view = cast.phone.app.actions.job(job)?;
    Ok((job, view.appliances.first().map(|a| a.id).ok_or(CastError::NoAppliance(job))?))
}

async fn at_rest(cast: &Cast, open: &[Open], size: Size, floor: &mut FsyncFloor) -> Result<Taken, CastError> {
    let mut taken = Taken::default();
    let mut events = cast.phone.app.listen();
    for (job, appliance) in open {
        for place in 0..size.measured {
            let input = edit(cast, *job, *appliance, place);
            let fsync = millis(floor.once()?);
            let edit_ms = save(cast, &input)?;
            // Both in the same breath: a disk that is busy for a moment is busy for both.
            taken.over.push(edit_ms - fsync);
            taken.edit.push(edit_ms);
            taken.fsync.push(fsync);
            rest(&mut events, cast.phone.name).await?;
            let begun = Instant::now();
            cast.phone.app.actions.job(*job)?;
            taken.read.push(millis(begun.elapsed()));
        }
    }
    Ok(taken)
}

/// The runner has heard of an edit when it tells the new sync state.
pub async fn rest(events: &mut Receiver<CoreEvent>, who: &'static str) -> Result<(), CastError> {
    let told = timeout(REST, async {
        loop {
            match events.recv().await {
                Ok(CoreEvent::SyncChanged { .. }) | Err(RecvError::Closed) => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            }
        }
    });
    told.await.or(Err(CastError::InVain { who, what: "the app comes to rest after an edit" }))
}

fn on_heels(cast: &Cast, open: &[Open], size: Size) -> Result<Vec<f64>, CastError> {
    let mut taken = Vec::new();
    for (job, appliance) in open {
        for place in 0..size.measured {
            taken.push(save(cast, &edit(cast, *job, *appliance, place))?);
        }
    }
    Ok(taken)
}

fn edit(cast: &Cast, job: JobId, appliance: ShortId, place: usize) -> WriteField {
    let field = FIELDS[place % FIELDS.len()];
    let text = trade::field(&cast.chance, field, u32::try_from(place).unwrap_or(0));
    // A text that is there already would not be saved again.
    WriteField { job, appliance, field, value: format!("{text}。第 {} 次写", place + 1) }
}

fn save(cast: &Cast, input: &WriteField) -> Result<f64, CastError> {
    cast.shift.pass(cast.chance.between(6_000, 95_000));
    let before = cast.phone.app.actions.shelf.store().held()?.changes;
    let begun = Instant::now();
    cast.phone.app.actions.write_field(input)?;
    let taken = millis(begun.elapsed());
    let found = cast.phone.app.actions.shelf.store().held()?.changes;
    if found == before + 1 {
        Ok(taken)
    } else {
        Err(CastError::Miscounted { what: "changes after one more edit", expected: before + 1, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_measured_edit_was_saved_and_every_line_is_a_figure() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        measure(folder.path(), Size { sheets: 1, edits: 12, measured: 3 }, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() == 11 && text.lines().all(is_figure), "{text}");
        assert!(text.contains(r#""case":"p50","figure":"ms_over_fsync""#), "{text}");
    }
}

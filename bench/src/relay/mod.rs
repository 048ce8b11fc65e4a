//! What the relay takes in: durable pushes over HTTP with access, admission and signatures.
//!
//! The relay is a process of its own on the disk that is measured, and whoever pushes is on the same cores. Everything
//! is signed before the clock starts. Each device keeps one connection and has one push under way, as a phone does.

pub mod crowd;
pub mod line;
pub mod load;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use doorstep::documents::paper::PaperError;
use doorstep::rules::MalformedSet;
use doorstep_relay::storage::StorageError;
use doorstep_schemas::change::MalformedChange;
use doorstep_schemas::frame::FrameError;
use doorstep_schemas::ids::{Actor, DocId, JobId, MemberId};
use doorstep_schemas::segment::SegmentError;
use doorstep_schemas::terse::TerseError;
use doorstep_schemas::wire::{Cursor, Outcome};
use doorstep_tests::stage::{Relay, StageError};
use doorstep_tests::town::WrittenError;
use tokio::task::JoinSet;

use crate::figures::{Figures, millis, percentile};
use crate::machine;
use crowd::{Crowd, Fellow};
use line::Line;
use load::{Templates, framed};

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum RelayBenchError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Written(#[from] WrittenError),
    #[error(transparent)]
    Paper(#[from] PaperError),
    #[error(transparent)]
    Change(#[from] MalformedChange),
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error(transparent)]
    Terse(#[from] TerseError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("no technician of the town wrote {0} changes of one sheet without a break")]
    NoSheet(usize),
    #[error("the relay refused what it should take")]
    Refused,
    #[error("a device's task ended early")]
    Task(#[from] tokio::task::JoinError),
    #[error("a file or a socket failed")]
    Io(#[from] io::Error),
}

/// How much is pushed.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub devices: usize,
    /// Sheets that each device pushes.
    pub sheets: usize,
    /// Changes of a sheet.
    pub edits: usize,
}

impl Size {
    pub const FULL: Self = Self { devices: 64, sheets: 120, edits: 60 };
}

struct Case {
    name: &'static str,
    /// Changes of one push; nought for a whole sheet.
    changes: usize,
    parcels: bool,
    /// Of the sheets, one in so many is pushed.
    one_in: usize,
}

const CASES: [Case; 3] = [
    Case { name: "60", changes: 0, parcels: false, one_in: 1 },
    Case { name: "60-parcels", changes: 0, parcels: true, one_in: 4 },
    Case { name: "1", changes: 1, parcels: false, one_in: 30 },
];

/// The names of the cases.
pub fn cases() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name).collect()
}

/// Measures the cases whose name is `only`, or all.
pub async fn measure(
    folder: &Path,
    size: Size,
    only: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), RelayBenchError> {
    let mut figures = Figures::of("relay", out);
    let templates = Templates::of(size.edits)?;
    for case in CASES.iter().filter(|case| only.is_none_or(|only| only == case.name)) {
        eprintln!("relay/{}: signing", case.name);
        play(&folder.join(case.name), case, size, &templates, &mut figures).await?;
    }
    Ok(())
}

/// One device's pushes.
struct Pushes {
    token: String,
    actor: Actor,
    bodies: Vec<(usize, Vec<u8>)>,
}

async fn play(
    folder: &Path,
    case: &Case,
    size: Size,
    templates: &Templates,
    figures: &mut Figures<'_>,
) -> Result<(), RelayBenchError> {
    let crowd = Crowd::found(folder, size.devices).await?;
    let sheets = size.sheets.div_ceil(case.one_in);
    let (mut jobs, mut all) = (Vec::new(), Vec::new());
    for (place, fellow) in crowd.fellows.iter().enumerate().skip(1) {
        all.push(prepare(case, sheets, templates, fellow, place, &mut jobs)?);
    }
    crowd.give(&jobs).await?;
    let cursor = crowd.cursor()?;
    drop(crowd);

    let relay = Relay::start(folder)?;
    let spent = machine::processor_time(relay.id());
    let (pushes, changes) =
        all.iter().flat_map(|of| &of.bodies).fold((0, 0), |(n, sum), (count, _)| (n + 1, sum + count));
    eprintln!("relay/{}: {pushes} pushes of {changes} changes", case.name);
    let begun = Instant::now();
    let mut devices = JoinSet::new();
    for of in all {
        devices.spawn(push_all(relay.address.clone(), of, cursor));
    }
    let mut took = Vec::with_capacity(pushes);
    while let Some(done) = devices.join_next().await {
        took.extend(done??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let processor = machine::processor_time(relay.id()).zip(spent).map(|(now, then)| (now - then).as_secs_f64());

    let name = case.name;
    figures.say(name, "changes_per_s", (changes as f64 / seconds).round(), "1/s")?;
    figures.say(name, "pushes_per_s", (pushes as f64 / seconds).round(), "1/s")?;
    figures.say(name, "p50_ms", percentile(&took, 50), "ms")?;
    figures.say(name, "p99_ms", percentile(&took, 99), "ms")?;
    if let Some(processor) = processor {
        figures.say(name, "relay_us_per_push", (processor * 1e6 / pushes as f64).round(), "us")?;
    }
    if let Some(peak) = machine::peak_memory_mb(relay.id()) {
        figures.say(name, "rss_mb", peak, "MB")?;
    }
    Ok(())
}

fn prepare(
    case: &Case,
    sheets: usize,
    templates: &Templates,
    fellow: &Fellow,
    place: usize,
    jobs: &mut Vec<(JobId, MemberId)>,
) -> Result<Pushes, RelayBenchError> {
    let start = (place as u64).to_be_bytes();
    let (mut bodies, mut actor) = (Vec::new(), Actor([0; 16]));
    for n in 0..sheets {
        let number = (place * sheets + n) as u128 + (1 << 90);
        let job = JobId::from_bytes(number.to_be_bytes());
        jobs.push((job, fellow.member));
        let run = templates.run(place + n, &fellow.author, DocId::Sheet(job), start)?;
        actor = run.actor;
        let step = if case.changes == 0 { run.len() } else { case.changes };
        for from in (0..run.len()).step_by(step) {
            let to = (from + step).min(run.len());
            bodies.push((to - from, framed(&run.piece(&fellow.author, from, to, case.parcels)?)));
        }
    }
    Ok(Pushes { token: fellow.token.clone(), actor, bodies })
}

/// Pushes one body after the other; milliseconds of each.
async fn push_all(relay: String, of: Pushes, cursor: Cursor) -> Result<Vec<f64>, RelayBenchError> {
    let mut line = Line::to(&relay, &of.token).await?;
    let (mut cursor, mut took) = (cursor, Vec::with_capacity(of.bodies.len()));
    for (_, body) in &of.bodies {
        let begun = Instant::now();
        let answer = line.exchange(&line::up(of.actor, Some(cursor)), body).await?;
        let elapsed: Duration = begun.elapsed();
        took.push(millis(elapsed));
        if answer.status != 200 {
            return Err(RelayBenchError::Refused);
        }
        let (header, _, trailer) = line::read(&answer.body)?;
        if header.results.iter().any(|result| result.outcome != Outcome::Accepted) {
            return Err(RelayBenchError::Refused);
        }
        cursor = trailer.cursor;
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_few_pushes_in_each_manner_are_taken_and_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        measure(folder.path(), Size { devices: 2, sheets: 1, edits: 20 }, None, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(is_figure), "{text}");
        for case in cases() {
            assert!(text.contains(&format!(r#""case":"{case}","figure":"changes_per_s""#)), "{text}");
        }
    }
}

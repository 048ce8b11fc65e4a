//! A new device: an owner's desk that joins an outlet of years and fetches all of it.
//!
//! The relay is a process of its own on loopback, the device another one, so that its memory is its own. The clock runs
//! from the enrolment until the device stands at the head of the log; then every document is compared with what was
//! written.

mod log;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorstep::app::{Doorstep, OpenError};
use doorstep::nature::Machine;
use doorstep::store::StoreError;
use doorstep::sync::admin::AdminError;
use doorstep_relay::packing;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{self, PackTotals};
use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::Enrol;
use doorstep_schemas::view::SyncState;
use doorstep_tests::carrier::{Carrier, Weather};
use doorstep_tests::stage::{Device, Relay, StageError};
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::figures::Figures;
use crate::machine;
use crate::relay::RelayBenchError;
use crate::store::build::Story;
use crate::store::{self, Plan, StoreBenchError, Whose};

/// What the new device says when it is a device of the outlet and has fetched nothing yet.
const JOINED: &str = "joined";
/// Longer than anything here should take.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    #[error(transparent)]
    Relay(#[from] RelayBenchError),
    #[error(transparent)]
    Stories(#[from] StoreBenchError),
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Enrol(#[from] AdminError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file failed")]
    Io(#[from] io::Error),
    #[error("the list of what is expected can't be read")]
    Expected,
    #[error("the new device was not done in {} s", PATIENCE.as_secs())]
    InVain,
    #[error("{0} is not here as it was written")]
    Differs(DocId),
    #[error("the process that joins ended without figures")]
    Silent,
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub jobs: usize,
    /// The relay's log is made again.
    pub anew: bool,
    /// The relay has put all jobs together before.
    pub packs: bool,
}

impl Asked {
    fn case(self) -> String {
        if self.packs { self.jobs.to_string() } else { format!("{} by entries", self.jobs) }
    }
}

/// What a new device is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Join {
    /// Where its data are to lie.
    #[arg(long)]
    pub data: PathBuf,
    /// The relay's folder, for what is expected in the end.
    #[arg(long)]
    pub expected: PathBuf,
    #[arg(long)]
    pub link: String,
    #[arg(long)]
    pub jobs: usize,
    /// How the figures are called.
    #[arg(long)]
    pub case: String,
}

/// Measures a device that fetches so many jobs.
pub async fn measure(beside: &Path, scratch: &Path, asked: Asked, out: &mut dyn Write) -> Result<(), BootstrapError> {
    let (relay, carrier, join) = stage(beside, scratch, asked, out).await?;
    let spent = machine::processor_time(relay.id());
    let arguments = [("--data", &join.data), ("--expected", &join.expected)];
    let mut process = Command::new(std::env::current_exe()?)
        .arg("bootstrap-join")
        .args(arguments.iter().flat_map(|(name, path)| [name.as_ref(), path.as_os_str()]))
        .args(["--link", &join.link, "--jobs", &join.jobs.to_string(), "--case", &join.case])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (mut said, answer) = (process.stdout.take().map(BufReader::new), process.stdin.take());
    // The carrier runs here meanwhile.
    let begins = carrier.clone();
    let lines = tokio::task::spawn_blocking(move || {
        let mut lines = said.as_mut().into_iter().flat_map(BufRead::lines);
        if lines.next().transpose()?.is_some_and(|line| line == JOINED) {
            begins.begin(Weather::CLEAR);
            // It waits for the end of its input.
            drop(answer);
        }
        let lines = lines.collect::<io::Result<Vec<_>>>();
        lines.and_then(|lines| Ok::<_, io::Error>((lines, process.wait()?)))
    });
    let (lines, ended) = lines.await.map_err(RelayBenchError::Task)??;
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    if !ended.success() || lines.is_empty() {
        return Err(BootstrapError::Silent);
    }
    say_passed(&carrier, asked, out)?;
    if let Some(spent) = machine::processor_time(relay.id()).zip(spent).map(|(now, then)| now - then) {
        Figures::of("bootstrap", out).say(&join.case, "relay_s", spent.as_secs_f64(), "s")?;
    }
    Ok(())
}

async fn stage(
    beside: &Path,
    scratch: &Path,
    asked: Asked,
    out: &mut dyn Write,
) -> Result<(Relay, Arc<Carrier>, Join), BootstrapError> {
    let Asked { jobs, anew, packs } = asked;
    let kept = log::ready(beside, jobs, anew).await?;
    // Who joins stands in the log: what is kept stays as it is.
    let folder = scratch.join("relay");
    std::fs::create_dir(&folder)?;
    store::copy(&kept, &folder)?;
    if packs {
        let (folder, case) = (folder.clone(), asked.case());
        // The writer is waited for there.
        let packed = tokio::task::spawn_blocking(move || put_together(&folder)).await;
        say_packed(packed.map_err(RelayBenchError::Task)??, &case, out)?;
    }
    let mut relay = Relay::without_packing(&folder)?;
    let carrier = Carrier::to(&relay.address).await?;
    carrier.address.clone_into(&mut relay.address);
    let owner = Story::of(Plan { jobs, whose: Whose::Owner })?.town.members[0].name.clone();
    let link = relay.invite(&owner)?;
    Ok((relay, Arc::new(carrier), Join { data: scratch.join("desk"), expected: kept, link, jobs, case: asked.case() }))
}

/// All jobs of the log are put together, as if each had been quiet for long.
fn put_together(folder: &Path) -> Result<(PackTotals, Duration), RelayBenchError> {
    let storage = Sqlite::open(folder).map_err(RelayBenchError::Storage)?;
    let outlets = storage::look(&storage, |shelf| shelf.outlets()).map_err(RelayBenchError::Storage)?;
    let begun = Instant::now();
    let mut totals = PackTotals::default();
    for outlet in outlets {
        while !packing::portion(&storage, outlet.id, i64::MAX).map_err(RelayBenchError::Storage)? {}
        totals = storage::look(&storage, |shelf| shelf.pack_totals(outlet.id)).map_err(RelayBenchError::Storage)?;
    }
    Ok((totals, begun.elapsed()))
}

fn say_packed((totals, time): (PackTotals, Duration), case: &str, out: &mut dyn Write) -> io::Result<()> {
    let each = totals.packs.max(1) as f64;
    let mut figures = Figures::of("bootstrap", out);
    figures.say(case, "packed_jobs", totals.packs, "count")?;
    figures.say(case, "ms_to_pack_a_job", (time.as_secs_f64() * 1e5 / each).round() / 100.0, "ms")?;
    figures.say(case, "bytes_of_a_pack", (totals.bytes as f64 / each).round(), "bytes")
}

fn say_passed(carrier: &Carrier, asked: Asked, out: &mut dyn Write) -> io::Result<()> {
    let (passed, case) = (carrier.passed(), asked.case());
    let mut figures = Figures::of("bootstrap", out);
    figures.say(&case, "bytes_per_job", (passed.bytes_down as f64 / asked.jobs as f64).round(), "bytes")?;
    figures.say(&case, "bytes_up", passed.bytes_up, "bytes")?;
    figures.say(&case, "round_trips", passed.round_trips, "count")
}

/// The new device as a process: it begins when it has been heard.
pub async fn join_when_told(told: &Join, out: &mut dyn Write) -> Result<(), BootstrapError> {
    let heard = || {
        println!("{JOINED}");
        io::stdin().read_to_end(&mut Vec::new()).map(drop)
    };
    join(told, heard, out).await
}

/// The new device in this process; `begins` is called when it has joined, and then its network is on.
async fn join(join: &Join, begins: impl FnOnce() -> io::Result<()>, out: &mut dyn Write) -> Result<(), BootstrapError> {
    let (head, expected) = log::expected(&join.expected)?;
    let app = Doorstep::open(&join.data, Arc::new(Machine), &Handle::current())?;
    let enrol = Enrol { relay: join.link.clone(), code: String::new(), device_name: "新电脑".to_owned() };
    let device = Device { app, name: "新电脑" };
    device.network(false)?;
    device.app.enrol(&enrol).await?;
    begins()?;
    let app = &device.app;
    let mut events = app.listen();
    let begun = Instant::now();
    device.network(true)?;
    let caught_up = async {
        let behind = || Ok::<_, StoreError>(app.actions.shelf.store().cursor()?.is_none_or(|at| at.seq < head));
        while behind()? || app.sync_chip()?.state == SyncState::Working {
            if let Err(RecvError::Closed) = events.recv().await {
                return Err(BootstrapError::InVain);
            }
        }
        Ok(())
    };
    timeout(PATIENCE, caught_up).await.unwrap_or(Err(BootstrapError::InVain))?;
    let seconds = begun.elapsed().as_secs_f64();
    let processor = machine::processor_time(std::process::id());
    let peak = machine::peak_memory_mb(std::process::id());

    for (doc, heads) in &expected {
        let mut store = app.actions.shelf.store();
        let shown = match doc {
            DocId::Order(job) => store.job_row(*job)?.is_some(),
            _ => true,
        };
        if !shown || store.heads(doc)? != *heads {
            return Err(BootstrapError::Differs(doc.clone()));
        }
    }
    let mut figures = Figures::of("bootstrap", out);
    let case = &join.case;
    figures.say(case, "jobs_per_s", (join.jobs as f64 / seconds * 10.0).round() / 10.0, "1/s")?;
    figures.say(case, "seconds", (seconds * 1_000.0).round() / 1_000.0, "s")?;
    figures.say(case, "documents_verified", expected.len(), "count")?;
    if let Some(processor) = processor {
        figures.say(case, "device_s", processor.as_secs_f64(), "s")?;
    }
    if let Some(peak) = peak {
        figures.say(case, "rss_mb", peak, "MB")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_new_device_fetches_a_small_outlet_and_what_differs_is_seen() {
        let (beside, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let asked = Asked { jobs: 25, anew: false, packs: true };
        let mut out = Vec::new();
        let (_relay, carrier, told) = stage(beside.path(), scratch.path(), asked, &mut out).await.unwrap();
        let begins = || {
            carrier.begin(Weather::CLEAR);
            Ok(())
        };
        join(&told, begins, &mut out).await.unwrap();
        say_passed(&carrier, asked, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(is_figure), "{text}");
        for figure in ["jobs_per_s", "bytes_per_job", "rss_mb", "bytes_of_a_pack"] {
            assert!(text.contains(&format!(r#""figure":"{figure}""#)), "{figure}: {text}");
        }

        let written = std::fs::read_to_string(told.expected.join("expected")).unwrap();
        let mut lines = written.lines();
        let (head, (doc, heads)) = (lines.next().unwrap(), lines.next().unwrap().split_once(' ').unwrap());
        let other: String = heads.chars().map(|digit| if digit == '0' { '1' } else { digit }).collect();
        std::fs::write(told.expected.join("expected"), format!("{head}\n{doc} {other}\n")).unwrap();
        // A carrier that has begun carries exchanges alone: who joins next needs another one.
        let (scratch, asked) = (tempfile::tempdir().unwrap(), Asked { packs: false, ..asked });
        let (_relay, carrier, told) = stage(beside.path(), scratch.path(), asked, &mut Vec::new()).await.unwrap();
        let begins = || {
            carrier.begin(Weather::CLEAR);
            Ok(())
        };
        let found = join(&told, begins, &mut Vec::new()).await;
        assert!(matches!(found, Err(BootstrapError::Differs(_))), "{found:?}");
    }
}

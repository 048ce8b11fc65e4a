//! Years of work in a pocket: what a store of 2,000 or 100,000 jobs costs to open, to look at, to search, to write.
//!
//! Each case is measured in a process of its own, so that its memory is its own. `cold` is the first process after the
//! system's page cache was emptied, `warm` the next one.

pub(crate) mod ask;
mod asks;
pub(crate) mod build;
mod edit;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

use doorstep::app::OpenError;
use doorstep::rules::MalformedSet;
use doorstep::store::StoreError;
use doorstep::store::key::KeyError;
use doorstep::store::rebuild::RebuildError;
use doorstep_tests::town::WrittenError;
use serde_json::Value;

use crate::cast::CastError;
use crate::figures::Figures;
pub use ask::ask;
pub(crate) use build::{Story, open as open_folder, ready};
pub use edit::{Size, edit};
pub(crate) use tables::granted;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum StoreBenchError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    #[error(transparent)]
    Written(#[from] WrittenError),
    #[error(transparent)]
    Cast(#[from] Box<CastError>),
    #[error("a file failed")]
    Io(#[from] io::Error),
    #[error("the folder's list of questions can't be read")]
    Json(#[from] serde_json::Error),
    #[error("the database can't be looked at from beside")]
    Sqlite(#[from] rusqlite::Error),
    #[error("whoever writes the jobs stopped")]
    Writer,
    #[error("of {sent} changes {adopted} were adopted")]
    Lost { sent: usize, adopted: usize },
    #[error("{case}: the process that measures ended without figures")]
    Silent { case: String },
    #[error("{0:?} is not a number of jobs, or one with \":phone\" behind it")]
    Plan(String),
}

impl From<CastError> for StoreBenchError {
    fn from(error: CastError) -> Self {
        Self::Cast(Box::new(error))
    }
}

/// Whose device holds the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// All of the outlet's.
    Owner,
    /// A technician's own.
    Phone,
}

impl Whose {
    fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Phone => "phone",
        }
    }
}

/// One folder to measure: `100000` for the owner's, `2000:phone` for a technician's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub jobs: usize,
    pub whose: Whose,
}

impl FromStr for Plan {
    type Err = StoreBenchError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (jobs, whose) = match text.strip_suffix(":phone") {
            Some(jobs) => (jobs, Whose::Phone),
            None => (text, Whose::Owner),
        };
        let jobs = jobs.parse().ok().filter(|jobs| *jobs > 0);
        jobs.map(|jobs| Self { jobs, whose }).ok_or_else(|| StoreBenchError::Plan(text.to_owned()))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.jobs, if self.whose == Whose::Phone { ":phone" } else { "" })
    }
}

/// Measures each plan; `anew` makes its folder again.
pub fn measure(beside: &Path, plans: &[Plan], anew: bool, out: &mut dyn Write) -> Result<(), StoreBenchError> {
    let mut growth = Growth::default();
    for plan in plans {
        let folder = ready(beside, *plan, anew)?;
        rest(&folder, *plan, out, &mut growth)?;
        // What is measured is not what is kept: asking changes the folder.
        let work = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
        copy(&folder, work.path())?;
        if empty_page_cache()? {
            child(("store-ask", &[]), "cold", work.path(), *plan, out, &mut growth)?;
        }
        child(("store-ask", &[]), "warm", work.path(), *plan, out, &mut growth)?;
        child(("store-edit", &["--plan".to_owned(), plan.to_string()]), "warm", work.path(), *plan, out, &mut growth)?;
    }
    Ok(growth.say(&mut Figures::of("store", out))?)
}

/// What lies on the disk.
fn rest(folder: &Path, plan: Plan, out: &mut dyn Write, growth: &mut Growth) -> Result<(), StoreBenchError> {
    let sizes = tables::sizes(folder)?;
    let jobs = plan.jobs as f64;
    let case = plan.jobs.to_string();
    let mut figures = Figures::of("store", out);
    let per_job = |bytes: u64| (bytes as f64 / jobs).round();
    growth.note("bytes_per_job", &case, per_job(sizes.file));
    figures.say(&case, "bytes_per_job", per_job(sizes.file), "bytes")?;
    figures.say(&case, "bytes_per_job_unused", per_job(sizes.free), "bytes")?;
    for (name, bytes) in sizes.tables.iter().take_while(|(_, bytes)| per_job(*bytes) >= 1.0) {
        figures.say(&format!("{case}-{name}"), "bytes_per_job", per_job(*bytes), "bytes")?;
    }
    Ok(())
}

pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
            fs::File::open(to.join(entry.file_name()))?.sync_all()?;
        }
    }
    Ok(())
}

/// Empties the system's page cache, where that is allowed.
fn empty_page_cache() -> io::Result<bool> {
    match fs::write("/proc/sys/vm/drop_caches", "3") {
        Ok(()) => Ok(true),
        Err(error) => {
            eprintln!("store: no cold figures, the page cache can't be emptied here: {error}");
            Ok(false)
        }
    }
}

/// Measures in a process of its own and passes its lines on.
fn child(
    (what, more): (&str, &[String]),
    state: &str,
    folder: &Path,
    plan: Plan,
    out: &mut dyn Write,
    growth: &mut Growth,
) -> Result<(), StoreBenchError> {
    let case = format!("{}-{state}", plan.jobs);
    let mut process = Command::new(std::env::current_exe()?)
        .arg(what)
        .args(["--data".as_ref(), folder.as_os_str()])
        .args(["--case", &case])
        .args(more)
        .stdout(Stdio::piped())
        .spawn()?;
    let said = process.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    let mut lines = 0;
    for line in said {
        let line = line?;
        writeln!(out, "{line}")?;
        growth.hear(&line, &case);
        lines += 1;
    }
    if process.wait()?.success() && lines > 0 { Ok(()) } else { Err(StoreBenchError::Silent { case }) }
}

/// How figures grow with the number of jobs.
#[derive(Default)]
struct Growth(Vec<(String, String, f64)>);

impl Growth {
    fn note(&mut self, figure: &str, case: &str, value: f64) {
        self.0.push((figure.to_owned(), case.to_owned(), value));
    }

    fn hear(&mut self, line: &str, case: &str) {
        let Ok(said) = serde_json::from_str::<Value>(line) else { return };
        if let (Some(figure), true, Some(value)) =
            (said["figure"].as_str(), said["case"] == *case, said["value"].as_f64())
        {
            self.note(figure, case, value);
        }
    }

    /// The factor by which each figure grows when there are ten times as many jobs: 1 for what does not grow at all, 10
    /// for what grows with them. From the smallest to the largest number that was measured.
    fn say(&self, figures: &mut Figures<'_>) -> io::Result<()> {
        let mut said: Vec<(&str, &str)> = Vec::new();
        for (figure, case, _) in &self.0 {
            let state = case.split_once('-').map_or("rest", |(_, state)| state);
            if said.contains(&(figure.as_str(), state)) {
                continue;
            }
            said.push((figure, state));
            let mut of: Vec<(f64, f64)> = self
                .0
                .iter()
                .filter(|(f, c, _)| f == figure && c.split_once('-').map_or("rest", |(_, state)| state) == state)
                .filter_map(|(_, c, value)| Some((c.split('-').next()?.parse().ok()?, *value)))
                .collect();
            of.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (Some(first), Some(last)) = (of.first(), of.last()) else { continue };
            if last.0 > first.0 && first.1 > 0.0 {
                let tens = (last.0 / first.0).log10();
                let factor = (last.1 / first.1).powf(1.0 / tens);
                figures.say(state, &format!("{figure}_growth_by_ten"), (factor * 100.0).round() / 100.0, "ratio")?;
            }
        }
        Ok(())
    }
}

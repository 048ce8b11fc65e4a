//! A data folder that exists, opened for one command, and how far it is on standard error.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use doorstep::app::{Opened, open_store};
use doorstep::nature::Machine;
use doorstep::store;
use doorstep::tasks::{Cancelled, Step, Watcher};

#[derive(Args)]
pub struct DataFolder {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

impl DataFolder {
    /// Opens it. A folder without a database is refused: a slip of the pen must not make one.
    pub fn open(&self) -> Result<Opened, Box<dyn Error>> {
        if !store::database(&self.data).exists() {
            return Err(format!("{} holds no database", self.data.display()).into());
        }
        Ok(open_store(&self.data, &Machine)?)
    }
}

/// One line on standard error, written anew.
pub struct Said {
    what: &'static str,
    at: Option<Instant>,
}

impl Said {
    pub fn new(what: &'static str) -> Self {
        Self { what, at: None }
    }
}

impl Watcher for Said {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        let last = step.of == Some(step.done);
        if last || self.at.is_none_or(|at| at.elapsed() > Duration::from_millis(200)) {
            self.at = Some(Instant::now());
            let of = step.of.map(|of| format!("/{of}")).unwrap_or_default();
            eprint!("\r{} {}{of}, {} kB{}", self.what, step.done, step.bytes / 1000, if last { "\n" } else { "" });
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = std::fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)
}

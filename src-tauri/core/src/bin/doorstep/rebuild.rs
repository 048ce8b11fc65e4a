//! `doorstep rebuild`.

use std::error::Error;

use clap::Args;
use doorstep::nature::{Machine, Nature};

use super::Ended;
use super::folder::DataFolder;
use super::progress::Line;

#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(flatten)]
    folder: DataFolder,
}

impl Rebuild {
    pub fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let mut opened = self.folder.open()?;
        let rebuilt = opened.store.rebuild(Machine.now_ms(), &mut Line::new("jobs"))?;
        println!("jobs {}\npapers {}", rebuilt.jobs, rebuilt.papers);
        Ok(Ended::Well)
    }
}

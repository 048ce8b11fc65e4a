//! `doorstep import`: a bundle file into a data folder.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use doorstep::nature::Machine;
use doorstep::store::{Absorbed, bundle};

use crate::folder::DataFolder;
use crate::progress::Line;

#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    folder: DataFolder,
    /// The bundle file, or a file of the folder's own exports
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

impl Import {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut folder = self.folder.open()?;
        let mut absorbed = Absorbed::default();
        let taken = bundle::import(&mut folder.store, &self.from, &Machine, &mut Line::new("parts"), &mut absorbed)?;
        println!("from device {}", taken.label.device);
        println!("{} changes were new, {} are in use", absorbed.received, absorbed.adopted);
        println!("{} photos, {} rule sets, {} jobs touched", taken.photos, taken.sets, absorbed.jobs.len());
        if taken.closed > 0 {
            println!("parts that are not for this device: {}", taken.closed);
        }
        if taken.damaged > 0 || !taken.whole {
            // What was taken stays; another copy of the file may hold the rest.
            return Err(format!("the file is damaged: {} parts, {}", taken.damaged, end_of(taken.whole)).into());
        }
        Ok(())
    }
}

fn end_of(whole: bool) -> &'static str {
    if whole { "its end is there" } else { "it stops early" }
}

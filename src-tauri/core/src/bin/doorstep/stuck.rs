//! `doorstep stuck export`, `doorstep stuck retry`.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use doorstep::nature::{Machine, Nature};

use super::Ended;
use super::folder::DataFolder;

#[derive(Debug, Args)]
pub struct Stuck {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes everything that is stuck into one file, a line of JSON each. It holds customers' data and no key.
    Export {
        #[command(flatten)]
        folder: DataFolder,
        /// The file; one that is there is replaced.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Judges everything that is stuck again and takes what passes.
    Retry {
        #[command(flatten)]
        folder: DataFolder,
    },
}

impl Stuck {
    pub fn run(&self) -> Result<Ended, Box<dyn Error>> {
        match &self.what {
            What::Export { folder, to } => {
                let mut bytes = Vec::new();
                let lines = folder.open()?.store.write_stuck(None, Machine.now_ms(), &mut bytes)?;
                doorstep::store::files::write_whole(to, &bytes)?;
                println!("written {lines}");
            }
            What::Retry { folder } => {
                let absorbed = folder.open()?.store.retry_stuck(Machine.now_ms())?;
                println!("adopted {}", absorbed.adopted);
            }
        }
        Ok(Ended::Well)
    }
}

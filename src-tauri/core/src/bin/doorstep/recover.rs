//! `doorstep recover`: the printed recovery key opens a data folder whose own key is gone.

use std::error::Error;
use std::fs::File;
use std::io::{Read, stdin};
use std::path::PathBuf;

use clap::Args;
use doorstep::actions::keys;
use doorstep::nature::Machine;
use doorstep::store::recovery_key::RecoverySecret;

/// Far more than a printed key has.
const LONGEST: u64 = 1_000;

#[derive(Debug, Args)]
pub struct Recover {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// A file with the printed recovery key, or - for standard input
    #[arg(long, value_name = "FILE")]
    recovery_key: PathBuf,
}

impl Recover {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut text = String::new();
        if self.recovery_key.as_os_str() == "-" {
            stdin().take(LONGEST).read_to_string(&mut text)?;
        } else {
            File::open(&self.recovery_key)?.take(LONGEST).read_to_string(&mut text)?;
        }
        let found = keys::recover(&self.data, &RecoverySecret::parse(&text)?, &Machine)?;
        println!("opened: {} {}", found.outlet, found.device_name);
        println!("not on the relay: {} changes of {} jobs", found.unsent, found.unsent_jobs);
        println!("the key is in store.key of the folder; the app opens it with --data-dir");
        Ok(())
    }
}

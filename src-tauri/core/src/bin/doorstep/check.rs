//! `doorstep check`.

use std::error::Error;

use clap::Args;
use doorstep::store::rebuild::Verdicts;

use super::Ended;
use super::folder::DataFolder;

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    folder: DataFolder,
}

impl Check {
    pub fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let opened = self.folder.open()?;
        let Verdicts { documents, adopted, waiting, quarantined, aside, refused } = opened.store.verdicts()?;
        println!("documents {documents}\nadopted {adopted}\nwaiting {waiting}\nquarantined {quarantined}");
        println!("aside {aside}\nrefused {refused}");
        for stuck in opened.store.stuck()? {
            println!("stuck {} {} {}", stuck.doc, stuck.code.wire(), stuck.changes);
        }
        Ok(if quarantined + aside + refused > 0 { Ended::Found } else { Ended::Well })
    }
}

//! `pack`: puts quiet jobs together now, or throws the cache away.

use clap::Args;

use super::folder::say;
use super::{CliError, DataFolder, folder};
use crate::clock::{Clock, SystemClock};
use crate::engine::pack;
use crate::packing;
use crate::storage;

#[derive(Debug, Args)]
pub struct PackCommand {
    #[command(flatten)]
    data: DataFolder,
    /// Jobs to which nothing came for so many days.
    #[arg(long, default_value_t = pack::QUIET_DAYS, conflicts_with = "drop")]
    quiet_days: u32,
    /// Throw all packs away. Nothing is lost: they are made of the log, which stays.
    #[arg(long)]
    drop: bool,
}

pub fn run(command: &PackCommand) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let outlets = storage::look(&storage, |shelf| shelf.outlets())?;
    for outlet in outlets {
        if command.drop {
            storage::write(&storage, move |ledger| ledger.drop_packs(outlet.id)).wait()?;
        } else {
            let quiet_ms = SystemClock.now_ms().saturating_sub(pack::days_ms(command.quiet_days));
            while !packing::portion(&storage, outlet.id, quiet_ms)? {}
        }
        let totals = storage::look(&storage, |shelf| shelf.pack_totals(outlet.id))?;
        say(&format!("{} {}: {} jobs, {} bytes", outlet.id, outlet.name, totals.packs, totals.bytes))?;
    }
    Ok(())
}

//! `outlet quota`: the most that may be brought in a day.

use clap::Args;
use serde_json::json;

use super::folder::say;
use super::{CliError, DataFolder, folder};
use crate::storage::{self, DayUse, Quota};

const MB: u64 = 1_000_000;

/// What is not named stays as it is; a running relay goes by it at once.
#[derive(Debug, Args)]
pub struct QuotaCommand {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    outlet: Option<String>,
    /// Entries that one device may bring in a day; an owner's device as many as the outlet.
    #[arg(long, value_name = "N")]
    device_entries: Option<u64>,
    /// Megabytes of them.
    #[arg(long, value_name = "MB")]
    device_mb: Option<u64>,
    /// Megabytes of photos that one device may bring in a day.
    #[arg(long, value_name = "MB")]
    device_photo_mb: Option<u64>,
    /// Entries that all devices of the outlet may bring in a day.
    #[arg(long, value_name = "N")]
    entries: Option<u64>,
    /// Megabytes of them.
    #[arg(long, value_name = "MB")]
    mb: Option<u64>,
    /// Megabytes of photos that all devices may bring in a day.
    #[arg(long, value_name = "MB")]
    photo_mb: Option<u64>,
    #[arg(long)]
    json: bool,
}

impl QuotaCommand {
    fn changes(&self, before: Quota) -> Quota {
        let most = |entries: Option<u64>, mb: Option<u64>, photo_mb: Option<u64>, before: DayUse| DayUse {
            entries: entries.unwrap_or(before.entries),
            bytes: mb.map_or(before.bytes, |mb| mb.saturating_mul(MB)),
            photo_bytes: photo_mb.map_or(before.photo_bytes, |mb| mb.saturating_mul(MB)),
        };
        Quota {
            device: most(self.device_entries, self.device_mb, self.device_photo_mb, before.device),
            outlet: most(self.entries, self.mb, self.photo_mb, before.outlet),
        }
    }
}

pub fn run(command: &QuotaCommand) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let id = folder::outlet(&storage, command.outlet.as_deref())?.id;
    let before = storage::look(&storage, |shelf| shelf.quota(id))?;
    let now = command.changes(before);
    if now != before {
        folder::decide(&storage, move |ledger| Ok(ledger.put_quota(id, now)?))?;
    }
    if command.json {
        return folder::print_json(&json!({ "device": as_json(now.device), "outlet": as_json(now.outlet) }));
    }
    for (whose, most) in [("one device", now.device), ("the outlet", now.outlet)] {
        let (mb, photo_mb) = (most.bytes / MB, most.photo_bytes / MB);
        say(&format!("{whose} in a day: {} entries, {mb} MB of them, {photo_mb} MB of photos", most.entries))?;
    }
    Ok(())
}

pub fn as_json(used: DayUse) -> serde_json::Value {
    json!({ "entries": used.entries, "bytes": used.bytes, "photo_bytes": used.photo_bytes })
}

//! `stats`: what each outlet takes, and how far its devices are.

use std::collections::HashMap;

use clap::Args;
use doorstep_schemas::ids::DeviceId;
use doorstep_schemas::quota::day_of;
use serde_json::json;

use super::folder::say;
use super::{CliError, DataFolder, folder, quota};
use crate::clock::{Clock, SystemClock};
use crate::storage::{self, DayUse, Device, Outlet, PackTotals, Totals};

#[derive(Debug, Args)]
pub struct Stats {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Stats) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let now_ms = SystemClock.now_ms();
    let day = day_of(now_ms);
    let rows = storage::look(&storage, |shelf| {
        let row = |outlet: Outlet| {
            let (totals, members) = (shelf.totals(outlet.id)?, shelf.members(outlet.id)?.len());
            let devices = shelf.devices(outlet.id)?;
            let packs = shelf.pack_totals(outlet.id)?;
            let today: HashMap<_, _> = shelf.uses(outlet.id, day)?.into_iter().collect();
            Ok(Row { outlet, totals, packs, members, devices, today })
        };
        shelf.outlets()?.into_iter().map(row).collect::<Result<Vec<_>, _>>()
    })?;
    let database_bytes = std::fs::metadata(command.data.path.join("relay.db")).map_or(0, |file| file.len());
    if command.json {
        let outlets: Vec<_> = rows.iter().map(Row::json).collect();
        return folder::print_json(&json!({ "database_bytes": database_bytes, "outlets": outlets }));
    }
    say(&format!("database {}", size(database_bytes)))?;
    for row in &rows {
        let Row { outlet, totals, packs, members, devices, .. } = row;
        let today = row.all_today();
        say(&format!("\n{} {}", outlet.id, outlet.name))?;
        let table = [
            ("entries", outlet.head.to_string()),
            ("of them in the newest backup", outlet.backed_up_to.to_string()),
            ("of them with the owner", outlet.owner_seq.to_string()),
            ("bytes of entries", size(totals.bytes)),
            ("documents", totals.documents.to_string()),
            ("jobs in one piece", format!("{} ({})", packs.packs, size(packs.bytes))),
            ("photos", format!("{} ({})", totals.blobs, size(totals.blob_bytes))),
            ("brought today", brought(today)),
            ("members", members.to_string()),
            ("devices", devices.len().to_string()),
        ];
        for (name, value) in table {
            say(&format!("  {name:<30} {value}"))?;
        }
        for device in devices {
            let (seen, behind) = (ago(device, now_ms), behind(outlet, device));
            let (status, held) = (super::people::state_word(device), device.held);
            let (changes, photos) = (held.changes, held.photos);
            say(&format!(
                "  {} {status:<8} {seen:<12} {behind} entries behind, holds {changes} changes and {photos} photos; \
                 today {}",
                device.id,
                brought(row.today(device))
            ))?;
        }
    }
    Ok(())
}

struct Row {
    outlet: Outlet,
    totals: Totals,
    packs: PackTotals,
    members: usize,
    devices: Vec<Device>,
    /// What each has brought.
    today: HashMap<DeviceId, DayUse>,
}

impl Row {
    fn today(&self, device: &Device) -> DayUse {
        self.today.get(&device.id).copied().unwrap_or_default()
    }

    fn all_today(&self) -> DayUse {
        self.today.values().copied().fold(DayUse::default(), DayUse::and)
    }

    fn json(&self) -> serde_json::Value {
        let Self { outlet, totals, packs, members, devices, .. } = self;
        let device = |device: &Device| {
            let held = device.held;
            json!({
                "id": device.id, "status": super::people::state_word(device), "seen_ms": device.seen_ms,
                "behind": behind(outlet, device), "held_changes": held.changes, "held_photos": held.photos,
                "today": quota::as_json(self.today(device)),
            })
        };
        json!({
            "id": outlet.id, "name": outlet.name, "entries": outlet.head, "backed_up_to": outlet.backed_up_to,
            "owner_seq": outlet.owner_seq, "entry_bytes": totals.bytes, "documents": totals.documents,
            "packs": packs.packs, "pack_bytes": packs.bytes,
            "photos": totals.blobs, "photo_bytes": totals.blob_bytes, "members": members,
            "today": quota::as_json(self.all_today()),
            "devices": devices.iter().map(device).collect::<Vec<_>>(),
        })
    }
}

fn brought(today: DayUse) -> String {
    format!("{} entries ({}), photos {}", today.entries, size(today.bytes), size(today.photo_bytes))
}

/// Entries that the device has not passed yet.
fn behind(outlet: &Outlet, device: &Device) -> u64 {
    outlet.head.saturating_sub(device.cursor_seq)
}

fn ago(device: &Device, now_ms: i64) -> String {
    let minutes = now_ms.saturating_sub(device.seen_ms).max(0) / 60_000;
    match minutes {
        _ if device.seen_ms == 0 => "never seen".into(),
        0..60 => format!("{minutes} min ago"),
        60..2_880 => format!("{} h ago", minutes / 60),
        _ => format!("{} d ago", minutes / 1_440),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

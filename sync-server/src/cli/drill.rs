//! `drill`: whether a backup could be restored. It is restored into a folder of its own, walked, and held against the log
//! that is served; the folder goes afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use doorstep_schemas::ids::OutletId;
use doorstep_schemas::upkeep::DrillOutcome;
use serde_json::json;

use super::folder::say;
use super::{CliError, DataFolder, Photos, backup, check, folder, restore, with_causes};
use crate::clock::{Clock, SystemClock};
use crate::drill::{self, Held, Record};
use crate::storage::{self, sqlite::Sqlite};

/// In the backup's folder, and nobody else's.
const SCRATCH: &str = "drill-scratch";
/// What a restored folder needs beyond what it holds.
const SPARE: u64 = 64_000_000;

#[derive(Debug, Args)]
pub struct Drill {
    #[command(flatten)]
    data: DataFolder,
    /// The folder that `backup` wrote; it needs room for a second copy while the drill runs.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Drill) -> Result<(), CliError> {
    let record = rehearse(&command.data, &command.from, || Ok(()));
    drill::write(&command.data.path, &record).map_err(|cause| CliError::Drill(cause.to_string()))?;
    if record.outcome != DrillOutcome::Same {
        return Err(CliError::Drill(record.reason));
    }
    let (entries, photos) = record.outlets.values().fold((0, 0), |(e, p), held| (e + held.entries, p + held.photos));
    if command.json {
        return folder::print_json(&json!({
            "began_ms": record.began_ms, "ended_ms": record.ended_ms, "entries": entries, "photos": photos,
        }));
    }
    say(&format!("restored {entries} entries and {photos} photos, all as written; the copy is gone again"))
}

/// What a serving relay does when an owner asks: a backup first, then the drill of it.
pub fn asked(data: DataFolder, photos: Photos, to: PathBuf) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        let record = rehearse(&data, &to, || backup::make(&data, &photos, &to).map(drop));
        tracing::info!(outcome = ?record.outcome, reason = record.reason, "a backup was rehearsed");
        if let Err(cause) = drill::write(&data.path, &record) {
            tracing::warn!(%cause, "the drill's outcome could not be kept");
        }
    })
}

fn rehearse(data: &DataFolder, from: &Path, first: impl FnOnce() -> Result<(), CliError>) -> Record {
    let began_ms = SystemClock.now_ms();
    let scratch = from.join(SCRATCH);
    let done = first().and_then(|()| {
        put_away(&scratch)?;
        let compared = compared(data, from, &scratch);
        put_away(&scratch)?;
        compared
    });
    let (outcome, reason, outlets) = match done {
        Ok(outlets) => (DrillOutcome::Same, String::new(), outlets),
        Err(cause) => {
            let differs =
                matches!(cause, CliError::LogBroken { .. } | CliError::PhotosBroken { .. } | CliError::Other(_));
            let outcome = if differs { DrillOutcome::Differs } else { DrillOutcome::Failed };
            (outcome, with_causes(&cause), BTreeMap::new())
        }
    };
    Record { began_ms, ended_ms: SystemClock.now_ms(), outcome, reason, outlets }
}

fn put_away(scratch: &Path) -> Result<(), CliError> {
    match fs::remove_dir_all(scratch) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(CliError::Restore(scratch.to_owned(), cause)),
        _ => Ok(()),
    }
}

fn compared(data: &DataFolder, from: &Path, scratch: &Path) -> Result<BTreeMap<String, Held>, CliError> {
    let live = folder::open(data)?;
    room(from, &live)?;
    let key_file = data.key_file().map_or_else(|| data.path.join("relay.key"), Path::to_owned);
    let nowhere = Photos { s3: None };
    restore::make(&restore::Restore::into_scratch(from, scratch, &key_file))?;
    let copy = DataFolder { path: scratch.to_owned(), key_file: Some(key_file) };
    let restored = folder::open(&copy)?;
    let (blobs, runtime) = (folder::blobs(&copy, &nowhere, &restored)?, folder::runtime()?);
    let mut out = BTreeMap::new();
    for outlet in storage::look(&restored, |shelf| shelf.outlets())? {
        // Restoring walked the chain from its start; what is left is whether it is the chain that is served.
        if !same_chain(&live, outlet.id, outlet.head, outlet.hash)? {
            return Err(CliError::Other(outlet.id));
        }
        let (photos, harmed) = check::photos(&restored, &blobs, &runtime, outlet.id, |_| Ok(()))?;
        if harmed > 0 {
            return Err(CliError::PhotosBroken { outlet: outlet.id, harmed });
        }
        out.insert(outlet.id.to_string(), Held { entries: outlet.head, photos });
    }
    Ok(out)
}

/// Whether the log that is served had this running hash after so many entries.
fn same_chain(live: &Sqlite, outlet: OutletId, head: u64, hash: [u8; 32]) -> Result<bool, CliError> {
    let found = storage::look(live, |shelf| {
        let Some(row) = shelf.outlet(outlet)? else { return Ok(None) };
        if row.head == head {
            return Ok(Some(row.hash));
        }
        let there = shelf.entries_after(outlet, head.saturating_sub(1), 1)?;
        Ok(there.first().filter(|entry| entry.seq == head).map(|entry| entry.hash))
    })?;
    Ok(found == Some(hash))
}

/// A full disk would stop the relay: better no drill.
fn room(from: &Path, live: &Sqlite) -> Result<(), CliError> {
    let database = fs::metadata(from.join("relay.db")).map_or(0, |file| file.len());
    let photos = storage::look(live, |shelf| {
        let outlets = shelf.outlets()?;
        outlets.iter().map(|outlet| Ok(shelf.totals(outlet.id)?.blob_bytes)).sum::<Result<u64, _>>()
    })?;
    let needed = database.saturating_mul(2).saturating_add(photos).saturating_add(SPARE);
    let free = fs4::available_space(from).map_err(|cause| CliError::Restore(from.to_owned(), cause))?;
    if free < needed { Err(CliError::NoRoom { needed, free }) } else { Ok(()) }
}

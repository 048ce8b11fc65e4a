//! `check`: whether logs and photos are as they were written.

use clap::Args;
use doorstep_schemas::ids::{BlobHash, OutletId};
use tokio::runtime::Runtime;

use super::folder::say;
use super::{CliError, DataFolder, Photos, folder};
use crate::blobs::Blobs;
use crate::engine::audit;
use crate::storage::sqlite::Sqlite;
use crate::storage::{self, StorageError};

/// Rows looked at in one go.
const BATCH: usize = 512;

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    photos: Photos,
    /// Leave the photos out: they take the longest.
    #[arg(long)]
    log_only: bool,
}

pub fn run(command: &Check) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let (blobs, runtime) = (folder::blobs(&command.data, &command.photos, &storage)?, folder::runtime()?);
    let mut broken = None;
    for outlet in storage::look(&storage, |shelf| shelf.outlets())? {
        let audit = storage::look(&storage, |shelf| audit::audit(shelf, outlet.id))?;
        match &audit.finding {
            None => say(&format!("{} {}: {} entries, all as written", outlet.id, outlet.name, audit.entries))?,
            Some(finding) => say(&format!("{} {}: {finding}", outlet.id, outlet.name))?,
        }
        broken = broken.or(audit.finding.map(|finding| CliError::LogBroken { outlet: outlet.id, finding }));
        if !command.log_only {
            let (seen, harmed) = photos(&storage, &blobs, &runtime, outlet.id, say)?;
            say(&format!("{}: {} of {seen} photos as written", outlet.id, seen - harmed))?;
            broken = broken.or((harmed > 0).then_some(CliError::PhotosBroken { outlet: outlet.id, harmed }));
        }
    }
    broken.map_or(Ok(()), Err)
}

/// Looks at each photo and tells what is wrong; how many there are, and how many are harmed.
pub fn photos(
    storage: &Sqlite,
    blobs: &Blobs,
    runtime: &Runtime,
    outlet: OutletId,
    tell: impl Fn(&str) -> Result<(), CliError>,
) -> Result<(u64, u64), CliError> {
    let (mut seen, mut harmed) = (0u64, 0);
    each(storage, outlet, |hash, size| {
        seen += 1;
        let looked = runtime.block_on(async {
            let Some(whole) = blobs.open(outlet, &hash).await? else { return Ok(None) };
            Ok(Some(whole.size == size && whole.hash().await? == hash))
        });
        let wrong = match looked {
            Ok(Some(true)) => return Ok(()),
            Ok(None) => "is missing",
            // A bucket that can't be reached says nothing of what is in it.
            Err(cause @ StorageError::Depot(_)) => return Err(cause.into()),
            Ok(Some(false)) | Err(_) => "is not what was written",
        };
        harmed += 1;
        tell(&format!("photo {hash} {wrong}"))
    })?;
    Ok((seen, harmed))
}

/// Goes through an outlet's finished photos.
pub fn each(
    storage: &Sqlite,
    outlet: OutletId,
    mut look: impl FnMut(BlobHash, u64) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let batch = storage::look(storage, |shelf| shelf.blobs_after(outlet, after, BATCH))?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after = Some(*last);
        for (hash, size) in batch {
            look(hash, size)?;
        }
    }
}

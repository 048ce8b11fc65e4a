//! `backup`: everything but the key, into another folder, while the relay serves.
//!
//! The copy is as encrypted as the folder itself, and the key is deliberately not beside it: who finds the stick reads
//! nothing. Photos that the folder holds from the last time are left there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use doorstep_schemas::ids::{BlobHash, OutletId};
use serde_json::json;
use tokio::runtime::Runtime;

use super::folder::say;
use super::{CliError, DataFolder, Photos, check, folder};
use crate::blobs::Blobs;
use crate::clock::{Clock, SystemClock};
use crate::storage::sqlite::{self, Sqlite};
use crate::storage::{self, Outlet};

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    photos: Photos,
    /// A folder of its own, best on another disk: new, or of the last backup.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[arg(long)]
    json: bool,
}

/// Photos as a backup went over them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Copied {
    all: u64,
    copied: u64,
    bytes: u64,
    missing: u64,
}

pub fn run(command: &Backup) -> Result<(), CliError> {
    let (kept, photos) = make(&command.data, &command.photos, &command.to)?;
    report(command, &kept, photos)
}

/// Makes one: the outlets that it holds, and what was copied of their photos.
pub fn make(data: &DataFolder, where_photos: &Photos, to: &Path) -> Result<(Vec<Outlet>, Copied), CliError> {
    let live = folder::open(data)?;
    let _lock = folder::lock(to)?;
    let failed = |cause| CliError::Backup(to.to_owned(), cause);
    let (draft, place) = (to.join("relay.db.part"), to.join("relay.db"));
    remove(&draft).map_err(failed)?;
    live.copy_to(&draft)?;
    File::open(&draft).and_then(|file| file.sync_all()).map_err(failed)?;
    // Photos that are named in the copy were whole when it was made, and none is ever deleted.
    let outlets = storage::look(&live, |shelf| shelf.outlets())?;
    let copy = Sqlite::open_copy(&draft, &data.path, data.key_file())?;
    let kept = storage::look(&copy, |shelf| shelf.outlets())?;
    let mut photos = Copied::default();
    let (blobs, runtime) = (folder::blobs(data, where_photos, &live)?, folder::runtime()?);
    for outlet in &kept {
        copy_photos((&copy, outlet.id), (&blobs, &runtime), to, &mut photos)?;
    }
    drop(copy);
    for left in ["relay.db.part-wal", "relay.db.part-shm"] {
        remove(&to.join(left)).map_err(failed)?;
    }
    fs::rename(&draft, &place).map_err(failed)?;
    File::open(to).and_then(|folder| folder.sync_all()).map_err(failed)?;
    if photos.missing > 0 {
        return Err(CliError::BackupLacks { missing: photos.missing });
    }
    note(&live, &outlets, &kept)?;
    Ok((kept, photos))
}

/// Devices are told how far the backup goes: only now, when all of it is on the other disk.
fn note(live: &Sqlite, before: &[Outlet], kept: &[Outlet]) -> Result<(), CliError> {
    for copied in kept {
        let same = |outlet: &&Outlet| outlet.id == copied.id && outlet.epoch == copied.epoch;
        if !before.iter().any(|outlet| same(&outlet)) {
            continue;
        }
        let (id, head) = (copied.id, copied.head);
        folder::decide(live, move |ledger| {
            if let Some(mut row) = ledger.outlet(id)? {
                row.backed_up_to = row.backed_up_to.max(head).min(row.head);
                ledger.put_outlet(&row)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn report(command: &Backup, kept: &[Outlet], photos: Copied) -> Result<(), CliError> {
    let entries: u64 = kept.iter().map(|outlet| outlet.head).sum();
    if command.json {
        let outlets: Vec<_> = kept.iter().map(|o| json!({ "id": o.id, "entries": o.head })).collect();
        return folder::print_json(&json!({
            "made_ms": SystemClock.now_ms(), "outlets": outlets, "photos": photos.all,
            "photos_copied": photos.copied, "bytes_copied": photos.bytes,
        }));
    }
    let Copied { all, copied, .. } = photos;
    say(&format!("backed up {entries} entries and {all} photos, {copied} of them new"))?;
    say("the key is not in it: keep a copy of relay.key in another place")
}

fn copy_photos(
    (copy, outlet): (&Sqlite, OutletId),
    (blobs, runtime): (&Blobs, &Runtime),
    to: &Path,
    photos: &mut Copied,
) -> Result<(), CliError> {
    check::each(copy, outlet, |hash, _| {
        photos.all += 1;
        let place = to.join(photo_place(outlet, &hash));
        let length = runtime.block_on(blobs.sealed_size(outlet, &hash))?;
        if fs::metadata(&place).is_ok_and(|there| Some(there.len()) == length) {
            return Ok(());
        }
        let Some(sealed) = runtime.block_on(blobs.sealed(outlet, &hash))? else {
            photos.missing += 1;
            // A relay that serves has nobody who reads its output; the count says it again at the end.
            let _ = say(&format!("photo {hash} is missing"));
            return Ok(());
        };
        photos.copied += 1;
        photos.bytes += sealed.len() as u64;
        write_file(&place, &sealed).map_err(|cause| CliError::Backup(place, cause))
    })
}

/// Where a photo lies in a backup.
pub fn photo_place(outlet: OutletId, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    Path::new("blobs").join(outlet.to_string()).join(&name[..2]).join(&name)
}

/// Writes a file, whole or not at all.
fn write_file(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    sqlite::make_folder(folder).map_err(io::Error::other)?;
    let draft = to.with_extension("part");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, to)?;
    // A new folder is itself an entry of the one above.
    for folder in to.ancestors().skip(1).take(3) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes what an interrupted run left.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

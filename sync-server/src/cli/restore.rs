//! `restore`: a data folder made of a backup.
//!
//! Each log gets a new epoch, so that devices notice and hand in again what the backup lacks. The database comes last:
//! a folder without it was not restored to the end.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::backup::{photo_place, remove};
use super::folder::say;
use super::{CliError, DataFolder, Photos, check, folder};
use crate::engine::audit;
use crate::identity;
use crate::storage;
use crate::storage::sqlite::Sqlite;

#[derive(Debug, Args)]
pub struct Restore {
    /// The folder that `backup` wrote.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The new data folder: empty, or not there.
    #[arg(long = "data", value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    photos: Photos,
    /// The key that the relay had, from where its copy is kept.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Don't put the key into the new folder: `serve` will be given the file.
    #[arg(long)]
    key_stays: bool,
}

impl Restore {
    /// Into a folder that goes again, with the key left where it is.
    pub fn into_scratch(from: &Path, scratch: &Path, key_file: &Path) -> Self {
        let (from, data, key_file) = (from.to_owned(), scratch.to_owned(), key_file.to_owned());
        Self { from, data, photos: Photos { s3: None }, key_file, key_stays: true }
    }
}

pub fn run(command: &Restore) -> Result<(), CliError> {
    let (entries, photos) = make(command)?;
    say(&format!("restored {entries} entries and {photos} photos"))?;
    say("serve it: devices notice that it is a copy and hand in what it lacks; who joined since then joins again")
}

/// How many entries and photos came out of it.
pub fn make(command: &Restore) -> Result<(u64, u64), CliError> {
    let failed = |cause| CliError::Restore(command.data.clone(), cause);
    let source = command.from.join("relay.db");
    if !source.exists() {
        return Err(CliError::NoBackup(command.from.clone()));
    }
    let _lock = folder::lock(&command.data)?;
    let others = fs::read_dir(&command.data).map_err(failed)?.filter_map(Result::ok);
    if others.into_iter().any(|entry| entry.file_name() != "relay.lock") {
        return Err(CliError::NotEmpty(command.data.clone()));
    }
    let (draft, place) = (command.data.join("relay.db.part"), command.data.join("relay.db"));
    fs::copy(&source, &draft).map_err(failed)?;
    let copy = Sqlite::open_copy(&draft, &command.data, Some(&command.key_file)).inspect_err(|_| {
        // So that the next try, with the right key, finds an empty folder.
        for file in ["relay.db.part", "relay.db.part-wal", "relay.db.part-shm"] {
            let _ = remove(&command.data.join(file));
        }
    })?;
    let (entries, photos) = fill(command, &copy)?;
    drop(copy);
    File::open(&draft).and_then(|file| file.sync_all()).map_err(failed)?;
    if !command.key_stays {
        put_key(&command.key_file, &command.data.join("relay.key")).map_err(failed)?;
    }
    for left in ["relay.db.part-wal", "relay.db.part-shm"] {
        remove(&command.data.join(left)).map_err(failed)?;
    }
    fs::rename(&draft, &place).map_err(failed)?;
    File::open(&command.data).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok((entries, photos))
}

/// Looks at the logs, brings the photos, draws the epochs.
fn fill(command: &Restore, copy: &Sqlite) -> Result<(u64, u64), CliError> {
    let (mut entries, mut photos) = (0, 0);
    let data = DataFolder { path: command.data.clone(), key_file: Some(command.key_file.clone()) };
    let (blobs, runtime) = (folder::blobs(&data, &command.photos, copy)?, folder::runtime()?);
    for mut outlet in storage::look(copy, |shelf| shelf.outlets())? {
        let audit = storage::look(copy, |shelf| audit::audit(shelf, outlet.id))?;
        if let Some(finding) = audit.finding {
            return Err(CliError::LogBroken { outlet: outlet.id, finding });
        }
        entries += audit.entries;
        check::each(copy, outlet.id, |hash, _| {
            let from = command.from.join(photo_place(outlet.id, &hash));
            let failed = |cause| CliError::Restore(from.clone(), cause);
            let length = fs::metadata(&from).map_err(failed)?.len();
            // A bucket that outlived its relay has it already.
            if runtime.block_on(blobs.sealed_size(outlet.id, &hash))? != Some(length) {
                let sealed = fs::read(&from).map_err(failed)?;
                runtime.block_on(blobs.put_sealed(outlet.id, &hash, sealed))?;
            }
            photos += 1;
            Ok(())
        })?;
        outlet.epoch = identity::random()?;
        outlet.backed_up_to = outlet.head;
        folder::decide(copy, move |ledger| Ok(ledger.put_outlet(&outlet)?))?;
    }
    Ok((entries, photos))
}

fn put_key(from: &Path, to: &Path) -> std::io::Result<()> {
    let key = fs::read(from)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    file.write_all(&key)?;
    file.sync_all()
}

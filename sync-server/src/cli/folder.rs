//! The data folder as commands see it: the lock, the log, and who is meant by a name.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;

use doorstep_schemas::ids::{MemberId, OutletId};
use tokio::runtime::Runtime;

use super::{CliError, DataFolder, Photos};
use crate::blobs::{Blobs, Bucket, Depot, may_be_spoken_to};
use crate::engine::team::TeamError;
use crate::identity;
use crate::storage::sqlite::{self, Sqlite};
use crate::storage::{self, Ledger, Member, Outlet, Storage};

/// Held while a relay serves the folder; the system lets go of it however the program ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

pub fn lock(folder: &Path) -> Result<Lock, CliError> {
    let path = folder.join("relay.lock");
    let busy = |cause| CliError::Lock(folder.to_owned(), cause);
    sqlite::make_folder(folder)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(busy)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(CliError::FolderBusy(folder.to_owned())),
        Err(TryLockError::Error(cause)) => Err(busy(cause)),
    }
}

/// Opens a log that is already there.
pub fn open(data: &DataFolder) -> Result<Sqlite, CliError> {
    if !data.path.join("relay.db").exists() {
        return Err(CliError::NoRelay(data.path.clone()));
    }
    Ok(Sqlite::open_by(&data.path, data.key_file())?)
}

/// The bucket that photos lie in, if that is what the operator said. What was said once has to be said again: a relay that
/// forgot it would miss all photos.
pub fn bucket(data: &DataFolder, photos: &Photos) -> Result<Option<Depot>, CliError> {
    let mark = data.path.join("photos.elsewhere");
    let Some(file) = &photos.s3 else {
        return match std::fs::read_to_string(&mark) {
            Ok(place) => Err(CliError::PhotosElsewhere(place.trim().to_owned())),
            Err(_) => Ok(None),
        };
    };
    let unread = |cause| CliError::Bucket(file.clone(), cause);
    let said: Bucket = serde_json::from_slice(&std::fs::read(file).map_err(unread)?)
        .map_err(|cause| CliError::BucketMalformed(file.clone(), cause))?;
    if let Some(endpoint) = said.endpoint.as_ref().filter(|endpoint| !may_be_spoken_to(endpoint)) {
        return Err(CliError::BucketAddress(endpoint.clone()));
    }
    let place = said.endpoint.as_deref().unwrap_or("Amazon S3");
    sqlite::make_folder(&data.path)?;
    std::fs::write(&mark, format!("{} at {place}\n", said.bucket)).map_err(unread)?;
    Ok(Some(Depot::bucket(&said)?))
}

/// The photos of a log.
pub fn blobs(data: &DataFolder, photos: &Photos, storage: &dyn Storage) -> Result<Blobs, CliError> {
    let blobs = Blobs::at(&data.path.join("blobs"), identity::seal(storage)?)?;
    Ok(match bucket(data, photos)? {
        Some(bucket) => blobs.with_bucket(bucket),
        None => blobs,
    })
}

/// What commands wait on while they look at photos.
pub fn runtime() -> Result<Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(CliError::Start)
}

/// Writes one decision.
pub fn decide<T: Send + 'static>(
    storage: &dyn Storage,
    decide: impl FnOnce(&mut dyn Ledger) -> Result<T, TeamError> + Send + 'static,
) -> Result<T, CliError> {
    let job = move |ledger: &mut dyn Ledger| match decide(ledger) {
        Err(TeamError::Storage(cause)) => Err(cause),
        outcome => Ok(outcome),
    };
    Ok(storage::write(storage, job).wait()??)
}

/// The outlet that is meant: by id, or the only one.
pub fn outlet(storage: &dyn Storage, said: Option<&str>) -> Result<Outlet, CliError> {
    let mut outlets = storage::look(storage, |shelf| shelf.outlets())?;
    match said {
        None | Some("only") => match outlets.len() {
            0 => Err(CliError::NoOutlet),
            1 => Ok(outlets.remove(0)),
            _ => Err(CliError::WhichOutlet),
        },
        Some(text) => {
            let id: OutletId = text.parse().ok().ok_or_else(|| CliError::OutletId(text.to_owned()))?;
            outlets.into_iter().find(|outlet| outlet.id == id).ok_or(CliError::UnknownOutlet(id))
        }
    }
}

/// The member that is meant: by id or by name.
pub fn member(storage: &dyn Storage, outlet: OutletId, said: &str) -> Result<Member, CliError> {
    let members = storage::look(storage, |shelf| shelf.members(outlet))?;
    let id: Option<MemberId> = said.parse().ok();
    if let Some(member) = members.iter().find(|member| Some(member.id) == id) {
        return Ok(member.clone());
    }
    let mut named = members.into_iter().filter(|member| member.name == said);
    match (named.next(), named.next()) {
        (Some(member), None) => Ok(member),
        (None, _) => Err(CliError::UnknownMember(said.to_owned())),
        (Some(_), Some(_)) => Err(CliError::WhichMember(said.to_owned())),
    }
}

/// One line for the operator.
pub fn say(line: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(CliError::Output)
}

/// Prints one JSON object.
pub fn print_json(value: &serde_json::Value) -> Result<(), CliError> {
    say(&serde_json::to_string_pretty(value).map_err(CliError::Json)?)
}

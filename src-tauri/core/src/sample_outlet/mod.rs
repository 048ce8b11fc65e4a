//! The sample outlet: made up on this device for whoever wants to look before joining an outlet.
//!
//! It lies in a folder of its own inside the data folder, under a key of its own, and its enrolment names no relay
//! (decision 0059). What stands in it was done by made-up members, each with a device of their own while it is made, by the
//! same actions as everywhere, and brought to the person's device by bundles.

mod hand;
mod orders;
mod picture;
mod story;
mod visit;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::make_private;
use crate::nature::Nature;
use crate::rules::{MalformedSet, RuleBook};
use crate::store::erase::{self, EraseError};
use crate::store::files;
use crate::store::key::{Kept, KeyError, KeyKeeper, Keyring};
use crate::store::{Chosen, Store, StoreError};

/// Inside the data folder.
const FOLDER: &str = "sample";
/// Says that all of the sample is there.
const READY: &str = "ready";
/// The made-up members' devices, while the sample is made.
const MAKING: &str = "making";

/// Why there is no sample outlet. What was begun of it is erased.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("this device belongs to an outlet already")]
    AlreadyEnrolled,
    #[error("the folder of the sample can't be used")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A made-up member was refused what they did.
    #[error("the sample's story does not go on at {0}")]
    Story(&'static str, #[source] Box<dyn Error + Send + Sync>),
}

fn place(folder: &Path) -> PathBuf {
    folder.join(FOLDER)
}

/// Makes the sample inside a data folder: whole, or not at all.
pub fn make(
    folder: &Path,
    keyring: &Keyring,
    nature: &Arc<dyn Nature>,
    chosen: &Chosen,
    as_owner: bool,
) -> Result<(), SampleError> {
    remove(folder, keyring)?;
    let made = make_all(&place(folder), keyring, nature, chosen, as_owner);
    if made.is_err()
        && let Err(error) = remove(folder, keyring)
    {
        tracing::warn!(%error, "what was begun of a sample is erased at the next start");
    }
    made
}

fn make_all(
    place: &Path,
    keyring: &Keyring,
    nature: &Arc<dyn Nature>,
    chosen: &Chosen,
    as_owner: bool,
) -> Result<(), SampleError> {
    make_private(place)?;
    let key = Kept::find(place, keyring, nature.as_ref())?.key;
    let making = place.join(MAKING);
    story::play(&story::Places { own: place, key, making: &making }, nature, as_owner)?;
    fs::remove_dir_all(&making)?;
    let mut own = Store::open(place, &key, Arc::new(RuleBook::built_in()?), nature.as_ref())?;
    own.set_chosen(chosen)?;
    drop(own);
    files::write_whole(&place.join(READY), b"")?;
    Ok(())
}

/// A sample's store, and who keeps its key.
type Opened = (Store, Arc<dyn KeyKeeper>);

/// The sample's store, where a whole sample stands; what is not whole, or can't be opened, is erased. Nothing in it is worth
/// keeping anybody from their app.
pub fn reopen(folder: &Path, keyring: &Keyring, nature: &dyn Nature) -> Option<Opened> {
    let place = place(folder);
    if place.join(READY).exists() {
        match open(&place, keyring, nature) {
            Ok(opened) => return Some(opened),
            Err(error) => tracing::error!(%error, "the sample can't be opened and is erased"),
        }
    }
    if let Err(error) = remove(folder, keyring) {
        tracing::error!(%error, "what is left of a sample is erased at the next start");
    }
    None
}

fn open(place: &Path, keyring: &Keyring, nature: &dyn Nature) -> Result<Opened, SampleError> {
    let kept = Kept::find(place, keyring, nature)?;
    let store = Store::open(place, &kept.key, Arc::new(RuleBook::built_in()?), nature)?;
    Ok((store, kept.keeper))
}

/// Erases a sample that no store has open, key first. Stopped in between, the next start goes on.
pub fn remove(folder: &Path, keyring: &Keyring) -> Result<(), EraseError> {
    let place = place(folder);
    if !place.exists() {
        return Ok(());
    }
    files::remove(&place.join(READY))?;
    erase::erase_unheld(&place, keyring)?;
    fs::remove_dir_all(&place)?;
    files::sync_folder(folder)?;
    Ok(())
}

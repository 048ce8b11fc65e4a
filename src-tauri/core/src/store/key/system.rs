//! The system's key store: Secret Service, Windows' Credential Manager, macOS' Keychain, Android's Keystore.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use super::{FolderId, KeyError, KeyKeeper, Keys};
use crate::nature::Nature;

/// The name of this program's entries.
const SERVICE: &str = "doorstep";

/// Which key store a program may talk to.
#[derive(Debug, Clone)]
pub enum Keyring {
    /// The system's, where there is one.
    System,
    /// None: the key lies in a file. For tests, for a program without a desktop, and by a person's wish.
    File,
    /// This one.
    Given(Arc<CredentialStore>),
}

impl Keyring {
    pub(super) fn store(&self) -> Option<Arc<CredentialStore>> {
        match self {
            Self::System => apart(HELLO, systems_own).ok().flatten(),
            Self::File => None,
            Self::Given(store) => Some(store.clone()),
        }
    }
}

/// The key store of this system; `None` where none answers.
#[cfg(target_os = "linux")]
fn systems_own() -> Option<Arc<CredentialStore>> {
    let store = zbus_secret_service_keyring_store::Store::new();
    store.map(|store| store as Arc<CredentialStore>).map_err(|error| note_absent(&error)).ok()
}

#[cfg(target_os = "windows")]
fn systems_own() -> Option<Arc<CredentialStore>> {
    let store = windows_native_keyring_store::Store::new();
    store.map(|store| store as Arc<CredentialStore>).map_err(|error| note_absent(&error)).ok()
}

#[cfg(target_os = "macos")]
fn systems_own() -> Option<Arc<CredentialStore>> {
    let store = apple_native_keyring_store::keychain::Store::new();
    store.map(|store| store as Arc<CredentialStore>).map_err(|error| note_absent(&error)).ok()
}

#[cfg(target_os = "android")]
fn systems_own() -> Option<Arc<CredentialStore>> {
    let store = android_native_keyring_store::Store::new();
    store.map(|store| store as Arc<CredentialStore>).map_err(|error| note_absent(&error)).ok()
}

#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos", target_os = "android")))]
fn systems_own() -> Option<Arc<CredentialStore>> {
    None
}

#[cfg(any(target_os = "linux", target_os = "windows", target_os = "macos", target_os = "android"))]
fn note_absent(error: &Error) {
    tracing::info!(%error, "the system has no key store");
}

/// A key store says so soon whether it is there; a bus that answers nobody has none.
const HELLO: Duration = Duration::from_secs(10);
/// Somebody may have to find their password first.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a call of a key store on a thread of its own: one that blocks on D-Bus must not run inside an async runtime, one
/// that panics (Android's, where the system was not made known to it) is one that is not there, and one that never answers
/// must not keep the app from saying so. Such a call is left to itself.
fn apart<T: Send + 'static>(patience: Duration, call: impl FnOnce() -> T + Send + 'static) -> Result<T, KeyError> {
    let (tell, told) = mpsc::sync_channel(1);
    thread::spawn(move || tell.send(call()));
    told.recv_timeout(patience).map_err(|silent| {
        let why = match silent {
            RecvTimeoutError::Timeout => "the key store does not answer",
            RecvTimeoutError::Disconnected => "the key store panicked",
        };
        KeyError::Refused(Error::PlatformFailure(why.into()))
    })
}

/// Keeps the keys of one folder as one entry of a key store.
#[derive(Debug, Clone)]
pub struct SystemKeys {
    folder: PathBuf,
    store: Arc<CredentialStore>,
}

impl SystemKeys {
    pub fn new(folder: &Path, store: Arc<CredentialStore>) -> Self {
        Self { folder: folder.to_owned(), store }
    }

    /// Writes the keys, naming the folder first where it has no name.
    pub(super) fn make(&self, keys: &Keys, nature: &dyn Nature) -> Result<(), KeyError> {
        FolderId::ensure(&self.folder, nature)?;
        self.write(keys)
    }

    fn with<T: Send + 'static>(
        &self,
        id: &FolderId,
        call: impl FnOnce(&Entry) -> T + Send + 'static,
    ) -> Result<T, KeyError> {
        let (store, name) = (self.store.clone(), id.as_str().to_owned());
        let built = move || store.build(SERVICE, &name, None).map(|entry| call(&entry));
        apart(PATIENCE, built)?.map_err(KeyError::Refused)
    }
}

impl KeyKeeper for SystemKeys {
    fn read(&self) -> Result<Option<Keys>, KeyError> {
        // A folder without a name has no entry.
        let Some(id) = FolderId::of(&self.folder)? else { return Ok(None) };
        match self.with(&id, Entry::get_secret)? {
            Ok(bytes) => Keys::read(&bytes).map(Some),
            Err(Error::NoEntry) => Ok(None),
            Err(refused) => Err(KeyError::Refused(refused)),
        }
    }

    fn write(&self, keys: &Keys) -> Result<(), KeyError> {
        let id = FolderId::of(&self.folder)?.ok_or(KeyError::Missing)?;
        let bytes = keys.to_bytes();
        self.with(&id, move |entry| entry.set_secret(&bytes))?.map_err(KeyError::Refused)?;
        // A store that takes a key and does not give it back would lose the folder at the next start.
        if self.read()? != Some(*keys) {
            return Err(KeyError::Refused(Error::BadStoreFormat("it did not give back what it took".to_owned())));
        }
        if FolderId::in_system(&self.folder)? { Ok(()) } else { id.note(&self.folder, true) }
    }

    fn erase(&self) -> Result<(), KeyError> {
        let Some(id) = FolderId::of(&self.folder)? else { return Ok(()) };
        match self.with(&id, Entry::delete_credential)? {
            Ok(()) | Err(Error::NoEntry) => id.note(&self.folder, false),
            Err(refused) => Err(KeyError::Refused(refused)),
        }
    }

    fn in_plain_file(&self) -> bool {
        false
    }
}

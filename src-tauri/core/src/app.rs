//! The whole core as a shell holds it: one data folder, opened once.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::enrol::DeviceStatus;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{BlobHash, DeviceId, MemberId};
use doorstep_schemas::input::{AddMember, Enrol, Preferences};
use doorstep_schemas::view::{InviteView, SessionView, SyncChip, SyncView, TeamView};
use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::actions::{Actions, Shelf};
use crate::nature::Nature;
use crate::rules::{MalformedSet, RuleBook};
use crate::store::key::{KeyError, KeyFile, KeyKeeper};
use crate::store::{self, Store, StoreError};
use crate::sync::admin::{self, AdminError};
use crate::sync::fault::Fault;
use crate::sync::runner::{self, Runner};
use crate::sync::status;
use crate::tasks::{Unwatched, Watcher};

/// Events that a slow listener may fall behind by before it has to look at everything anew.
const EVENTS: usize = 256;

/// Why a data folder can't be opened. Nothing in it was touched.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another program has {0} open")]
    Busy(PathBuf),
    #[error("the data folder can't be used")]
    Folder(#[source] std::io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One opened data folder with its sync running.
pub struct Doorstep {
    pub actions: Actions,
    runner: Runner,
    key_in_file: bool,
    /// Held for as long as the folder is open.
    _lock: File,
}

impl Doorstep {
    /// Opens or creates the data folder and starts to sync on `runtime`.
    pub fn open(folder: &Path, nature: Arc<dyn Nature>, runtime: &Handle) -> Result<Self, OpenError> {
        Self::open_watched(folder, nature, runtime, &mut Unwatched)
    }

    /// The same, telling how far it is where a database is brought to a newer shape or repaired first.
    pub fn open_watched(
        folder: &Path,
        nature: Arc<dyn Nature>,
        runtime: &Handle,
        watcher: &mut dyn Watcher,
    ) -> Result<Self, OpenError> {
        make_private(folder).map_err(OpenError::Folder)?;
        let lock = lock(folder)?;
        let keeper = KeyFile::in_folder(folder);
        let key = keeper.key(!store::files::is_founded(folder), nature.as_ref())?;
        let rules = Arc::new(RuleBook::built_in()?);
        let store = Store::open_watched(folder, &key, rules, nature.as_ref(), watcher)?;
        let (events, _) = broadcast::channel(EVENTS);
        let actions = Actions { shelf: Shelf::new(store), nature, events };
        let runner = Runner::start(runtime, &actions)?;
        Ok(Self { actions, runner, key_in_file: keeper.in_plain_file(), _lock: lock })
    }

    /// Events from now on.
    pub fn listen(&self) -> broadcast::Receiver<CoreEvent> {
        self.actions.events.subscribe()
    }

    pub fn session(&self) -> Result<SessionView, StoreError> {
        let store = self.actions.shelf.store();
        let chosen = store.chosen()?;
        let enrolment = store.enrolment()?;
        let member = enrolment.as_ref().map(|e| store.member(e.member)).transpose()?;
        Ok(SessionView {
            enrolled: enrolment.is_some(),
            owner: enrolment.as_ref().map(|e| store.is_owner(e.member)).transpose()?.unwrap_or(false),
            outlet: enrolment.as_ref().map(|e| e.outlet_name.clone()).unwrap_or_default(),
            device_name: enrolment.as_ref().map(|e| e.device_name.clone()).unwrap_or_default(),
            relay: enrolment.map(|e| e.relay).unwrap_or_default(),
            member,
            device: store.device(),
            language: chosen.language,
            shell: chosen.shell,
            no_network: chosen.no_network,
            key_in_file: self.key_in_file,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Joins an outlet and fetches what there is.
    pub async fn enrol(&self, input: &Enrol) -> Result<SessionView, AdminError> {
        admin::enrol(&self.actions, input).await?;
        self.runner.settings_changed()?;
        // The first exchange brings the members and jobs; when it fails the app is enrolled all the same.
        let _ = self.runner.by_hand().await;
        Ok(self.session()?)
    }

    pub fn set_preferences(&self, input: &Preferences) -> Result<SessionView, StoreError> {
        {
            let mut store = self.actions.shelf.store();
            let mut chosen = store.chosen()?;
            chosen.language = input.language.unwrap_or(chosen.language);
            chosen.shell = input.shell.or(chosen.shell);
            chosen.no_network = input.no_network.unwrap_or(chosen.no_network);
            store.set_chosen(&chosen)?;
        }
        if input.no_network.is_some() {
            self.runner.settings_changed()?;
        }
        self.session()
    }

    pub fn sync_chip(&self) -> Result<SyncChip, StoreError> {
        status::chip(&self.actions.shelf.store(), &self.runner.now())
    }

    pub fn sync_view(&self) -> Result<SyncView, StoreError> {
        status::view(&self.actions.shelf.store(), &self.runner.now(), self.actions.nature.now_ms())
    }

    /// A new person; they appear in the team with the next exchange.
    pub async fn add_member(&self, input: &AddMember) -> Result<TeamView, AdminError> {
        admin::add_member(&self.actions, input).await?;
        self.fresh_team().await
    }

    pub async fn invite(&self, member: MemberId) -> Result<InviteView, AdminError> {
        admin::invite(&self.actions, member).await
    }

    pub async fn set_device_status(&self, device: DeviceId, status: DeviceStatus) -> Result<TeamView, AdminError> {
        admin::set_device_status(&self.actions, device, status).await?;
        self.fresh_team().await
    }

    async fn fresh_team(&self) -> Result<TeamView, AdminError> {
        // The relay has it; an exchange that fails now brings it later.
        let _ = self.runner.by_hand().await;
        Ok(self.actions.team()?)
    }

    /// Brings a photo's bytes here; `false` when no sheet here names it.
    pub async fn fetch_photo(&self, hash: &BlobHash) -> Result<bool, Fault> {
        runner::fetch_named(&self.actions, hash).await
    }

    /// Exchanges now and waits for that attempt's end.
    pub async fn sync_now(&self) -> Result<SyncView, Fault> {
        self.runner.by_hand().await?;
        Ok(self.sync_view()?)
    }
}

/// The data folder, for this user alone where the system knows such a thing.
fn make_private(folder: &Path) -> Result<(), std::io::Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// One process a data folder: two would each believe the other's work to be their own.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(OpenError::Folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Busy(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Folder(error)),
    }
}

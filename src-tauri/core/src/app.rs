//! The whole core as a shell holds it: one data folder, opened once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::enrol::DeviceStatus;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::{BlobHash, DeviceId, MemberId};
use doorstep_schemas::input::NetworkNote;
use doorstep_schemas::input::{AddMember, Enrol, EraseDevice, MakeClaimPack, OpenSample, Preferences, SetMember};
use doorstep_schemas::receipt::Receipt;
use doorstep_schemas::view::{
    CollectionCode, InviteView, KeyView, RelayView, SessionView, SyncChip, SyncView, TeamView,
};
use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::actions::claim::ClaimError;
use crate::actions::{Actions, Shelf};
use crate::domain::money::cash;
use crate::nature::Nature;
use crate::qr;
use crate::rules::{MalformedSet, RuleBook};
use crate::sample_outlet::{self, SampleError};
use crate::store::erase::{self, EraseError, OnlyHere};
use crate::store::key::{Kept, KeyError, KeyKeeper, Keyring, Vault};
use crate::store::lock::{FolderLock, LockError};
use crate::store::rotate::RotateError;
use crate::store::{Store, StoreError};
use crate::sync::admin::{self, AdminError};
use crate::sync::fault::Fault;
use crate::sync::nearby::{Lookout, Mdns, Nobody};
use crate::sync::runner::Runner;
use crate::sync::status;
use crate::sync::{photos, receipts};
use crate::tasks::{Tasks, Unwatched, Watcher};
use crate::upkeep::Upkeep;

/// Events that a slow listener may fall behind by before it has to look at everything anew.
const EVENTS: usize = 256;
/// Characters of the device's number that whoever erases it has to type.
const NUMBER_END: usize = 4;

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
    Erase(#[from] EraseError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a device's data was not erased.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    #[error("that is not the end of this device's number")]
    NotConfirmed,
    #[error("{} records and {} photos are only here", .0.changes + .0.carried, .0.photos)]
    Unsent(OnlyHere),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LockError> for OpenError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy(folder) => Self::Busy(folder),
            LockError::Folder(error) => Self::Folder(error),
        }
    }
}

/// One opened data folder with its sync running.
pub struct Doorstep {
    pub actions: Actions,
    /// Long work that a person asked for.
    pub tasks: Tasks,
    runner: Runner,
    /// Ends with what holds it.
    _upkeep: Upkeep,
    vault: Arc<Vault>,
    folder: PathBuf,
    /// Held for as long as the folder is open.
    _lock: FolderLock,
}

/// A data folder's store, opened by this program alone.
pub struct OpenFolder {
    pub store: Store,
    pub keeper: Arc<dyn KeyKeeper>,
    pub lock: FolderLock,
}

impl OpenFolder {
    /// Opens or creates the data folder, its key by `keyring`.
    pub fn open(
        folder: &Path,
        keyring: &Keyring,
        nature: &dyn Nature,
        watcher: &mut dyn Watcher,
    ) -> Result<Self, OpenError> {
        make_private(folder).map_err(OpenError::Folder)?;
        let lock = FolderLock::take(folder)?;
        erase::finish(folder, keyring)?;
        let Kept { key, keeper } = Kept::find(folder, keyring, nature)?;
        let rules = Arc::new(RuleBook::built_in()?);
        let store = Store::open_watched(folder, &key, rules, nature, watcher)?;
        Ok(Self { store, keeper, lock })
    }
}

impl Doorstep {
    /// Opens or creates the data folder and starts to sync on `runtime`. Its key lies in a file, as for tests and for
    /// programs without a desktop, and nobody looks for the relay nearby.
    pub fn open(folder: &Path, nature: Arc<dyn Nature>, runtime: &Handle) -> Result<Self, OpenError> {
        Self::open_looking(folder, &Keyring::File, nature, runtime, &mut Unwatched, Arc::new(Nobody))
    }

    /// The same with the key store of choice, telling how far it is where a database is brought to a newer shape or
    /// repaired first.
    pub fn open_with(
        folder: &Path,
        keyring: &Keyring,
        nature: Arc<dyn Nature>,
        runtime: &Handle,
        watcher: &mut dyn Watcher,
    ) -> Result<Self, OpenError> {
        Self::open_looking(folder, keyring, nature, runtime, watcher, Arc::new(Mdns))
    }

    /// The same with somebody else who looks for the relay nearby.
    pub fn open_looking(
        folder: &Path,
        keyring: &Keyring,
        nature: Arc<dyn Nature>,
        runtime: &Handle,
        watcher: &mut dyn Watcher,
        lookout: Arc<dyn Lookout>,
    ) -> Result<Self, OpenError> {
        let OpenFolder { mut store, mut keeper, lock } = OpenFolder::open(folder, keyring, nature.as_ref(), watcher)?;
        if let Some(sample) = sample_outlet::reopen(folder, keyring, nature.as_ref()) {
            (store, keeper) = sample;
        }
        let (events, _) = broadcast::channel(EVENTS);
        let actions = Actions { shelf: Shelf::new(store), nature, events };
        let tasks = Tasks::new(actions.events.clone());
        let vault = Arc::new(Vault::new(keeper, keyring.clone()));
        let runner = Runner::start(runtime, &actions, &tasks, lookout, vault.clone())?;
        let upkeep = Upkeep::start(runtime, &actions, runner.resting());
        Ok(Self { actions, tasks, runner, _upkeep: upkeep, vault, folder: folder.to_owned(), _lock: lock })
    }

    /// Events from now on.
    pub fn listen(&self) -> broadcast::Receiver<CoreEvent> {
        self.actions.events.subscribe()
    }

    pub fn session(&self) -> Result<SessionView, StoreError> {
        let mut store = self.actions.shelf.store();
        let chosen = store.chosen()?;
        let pictures = self.actions.pictures(&mut store)?;
        let roster = store.roster()?;
        let collection = cash::collection_code(&roster)
            .map(|text| CollectionCode { text: text.to_owned(), svg: qr::svg(text).ok() });
        let enrolment = store.enrolment()?;
        let member = enrolment.as_ref().map(|e| store.member(e.member)).transpose()?;
        Ok(SessionView {
            enrolled: enrolment.is_some(),
            sample: store.is_sample(),
            owner: enrolment.as_ref().map(|e| store.is_owner(e.member)).transpose()?.unwrap_or(false),
            outlet: enrolment.as_ref().map(|e| e.outlet_name.clone()).unwrap_or_default(),
            device_name: enrolment.as_ref().map(|e| e.device_name.clone()).unwrap_or_default(),
            relay: enrolment.map(|e| e.relay).unwrap_or_default(),
            member,
            device: store.device(),
            language: chosen.language,
            shell: chosen.shell,
            no_network: chosen.no_network,
            wifi_only: chosen.wifi_only,
            photo_position: chosen.photo_position,
            picture_side: pictures.side,
            pictures_stamped: pictures.stamped,
            collection,
            key_in_file: self.vault.keeper().in_plain_file(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// How this device's data is locked.
    pub fn key_view(&self) -> Result<KeyView, StoreError> {
        self.actions.key_view(self.vault.keeper().in_plain_file())
    }

    /// Brings everything here under a new key. Holds the store for as long as the database takes to be written once.
    pub fn rotate_key(&self, watcher: &mut dyn Watcher) -> Result<KeyView, RotateError> {
        let nature = self.actions.nature.as_ref();
        self.actions.shelf.store().rotate_key(self.vault.keeper().as_ref(), nature, watcher)?;
        Ok(self.key_view()?)
    }

    /// Erases everything on this device, key first, and begins anew as a device that no outlet knows. Refused while
    /// something is only here, unless the person says that it may go.
    pub fn erase(&self, input: &EraseDevice) -> Result<(), LeaveError> {
        let store = self.actions.shelf.store();
        let number = store.device().to_string();
        let typed = input.number_end.trim().to_lowercase();
        if typed.chars().count() != NUMBER_END || !number.to_lowercase().ends_with(&typed) {
            return Err(LeaveError::NotConfirmed);
        }
        let only_here = store.only_here()?;
        if !(only_here.is_nothing() || input.unsent_too) {
            return Err(LeaveError::Unsent(only_here));
        }
        let sample = store.is_sample();
        drop(store);
        if sample {
            return self.leave_sample().map(|_session| ());
        }
        // What is on its way to or from the relay belongs to the device that ends here.
        self.runner.hang_up();
        let nature = self.actions.nature.as_ref();
        let erased = self.vault.erase(&mut self.actions.shelf.store(), nature);
        self.runner.settings_changed()?;
        erased?;
        tracing::info!("this device was erased and begins anew");
        // Nobody may be listening.
        let _ = self.actions.events.send(CoreEvent::TeamChanged);
        let _ = self.actions.events.send(CoreEvent::StorageChanged);
        Ok(())
    }

    /// Makes a sample outlet in a folder of its own and goes on in it, from the next start as well, until it is left. Takes
    /// some seconds.
    pub fn open_sample(&self, input: &OpenSample) -> Result<SessionView, SampleError> {
        {
            let mut store = self.actions.shelf.store();
            if store.enrolment()?.is_some() {
                return Err(SampleError::AlreadyEnrolled);
            }
            let keyring = self.vault.keyring();
            sample_outlet::make(&self.folder, keyring, &self.actions.nature, &store.chosen()?, input.as_owner)?;
            let made = sample_outlet::reopen(&self.folder, keyring, self.actions.nature.as_ref());
            if let Some((sample, keeper)) = made {
                *store = sample;
                self.vault.hand_to(keeper);
            }
        }
        self.another_folder()?;
        Ok(self.session()?)
    }

    /// Erases the sample outlet, key first; this is a device that no outlet knows again. Elsewhere it does nothing.
    pub fn leave_sample(&self) -> Result<SessionView, LeaveError> {
        let mut store = self.actions.shelf.store();
        if store.is_sample() {
            let nature = self.actions.nature.as_ref();
            let kept = Kept::find(&self.folder, self.vault.keyring(), nature).map_err(EraseError::from)?;
            let mut own = Store::open(&self.folder, &kept.key, store.built_in().clone(), nature)?;
            own.set_chosen(&store.chosen()?)?;
            *store = own;
            drop(store);
            self.vault.hand_to(kept.keeper);
            sample_outlet::remove(&self.folder, self.vault.keyring())?;
            self.another_folder()?;
        } else {
            drop(store);
        }
        Ok(self.session()?)
    }

    /// Another folder's work is shown from now on.
    fn another_folder(&self) -> Result<(), StoreError> {
        self.runner.settings_changed()?;
        // Nobody may be listening.
        let _ = self.actions.events.send(CoreEvent::TeamChanged);
        let _ = self.actions.events.send(CoreEvent::StorageChanged);
        Ok(())
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
            chosen.wifi_only = input.wifi_only.unwrap_or(chosen.wifi_only);
            chosen.photo_position = input.photo_position.unwrap_or(chosen.photo_position);
            store.set_chosen(&chosen)?;
        }
        if input.no_network.is_some() || input.wifi_only.is_some() {
            self.runner.settings_changed()?;
        }
        self.session()
    }

    pub fn sync_chip(&self) -> Result<SyncChip, StoreError> {
        status::chip(&self.actions.shelf.store(), &self.runner.now())
    }

    pub fn sync_view(&self) -> Result<SyncView, StoreError> {
        let waits = |wifi_only| !self.runner.purse().full_pictures(wifi_only);
        status::view(&self.actions.shelf.store(), &self.runner.now(), waits, self.actions.nature.now_ms())
    }

    /// What the screens' system says of the network.
    pub fn tell_network(&self, note: NetworkNote) {
        self.runner.tell_network(note);
    }

    /// Exchanges now, comparing all that is here with what the relay holds: holes on either side are found and filled.
    pub async fn compare_now(&self) -> Result<SyncView, Fault> {
        self.actions.shelf.store().compare_soon()?;
        self.sync_now().await
    }

    /// Moves full pictures now, though bytes cost money here.
    pub fn photos_anyway(&self) {
        self.runner.photos_anyway();
    }

    /// A new person; they appear in the team with the next exchange.
    pub async fn add_member(&self, input: &AddMember) -> Result<TeamView, AdminError> {
        admin::add_member(self.runner.ways(), &self.actions, input).await?;
        self.fresh_team().await
    }

    pub async fn invite(&self, member: MemberId) -> Result<InviteView, AdminError> {
        admin::invite(self.runner.ways(), &self.actions, member).await
    }

    /// The relay as it is now; `drill`: a backup is to be made and tried.
    pub async fn relay(&self, drill: bool) -> Result<RelayView, AdminError> {
        admin::relay(self.runner.ways(), &self.actions, drill).await
    }

    /// Roles, leaving and coming back; with the relay's word, as joining and reporting lost are.
    pub async fn set_member(&self, input: &SetMember) -> Result<TeamView, AdminError> {
        admin::set_member(self.runner.ways(), &self.actions, input).await?;
        self.fresh_team().await
    }

    pub async fn set_device_status(&self, device: DeviceId, status: DeviceStatus) -> Result<TeamView, AdminError> {
        admin::set_device_status(self.runner.ways(), &self.actions, device, status).await?;
        self.fresh_team().await
    }

    async fn fresh_team(&self) -> Result<TeamView, AdminError> {
        // The relay has it; an exchange that fails now brings it later.
        let _ = self.runner.by_hand().await;
        Ok(self.actions.team()?)
    }

    /// Brings a photo's bytes here; `false` when no sheet here names it.
    pub async fn fetch_photo(&self, hash: &BlobHash) -> Result<bool, Fault> {
        photos::fetch_named(self.runner.ways(), &self.actions, hash).await
    }

    /// What a claim pack needs of the relay: what is new, the chosen pictures that are not here, and receipts. Where it can't
    /// be reached there are none, and the file says so.
    pub async fn claim_receipts(&self, input: &MakeClaimPack) -> Result<Vec<Receipt>, ClaimError> {
        let reached = self.runner.by_hand().await.is_ok();
        let (runs, photos) = self.actions.claim_asks(input)?;
        if !reached {
            return Ok(Vec::new());
        }
        for photo in &photos {
            if self.actions.photo_bytes(photo).is_err()
                && let Err(fault) = self.fetch_photo(photo).await
            {
                tracing::info!(code = fault.code().wire(), "a picture for a claim pack did not come");
            }
        }
        match receipts::fetch(self.runner.ways(), &self.actions, input.job, runs, photos).await {
            Ok(receipts) => Ok(receipts),
            Err(fault) => {
                tracing::info!(code = fault.code().wire(), "no receipts for a claim pack");
                Ok(Vec::new())
            }
        }
    }

    /// Exchanges now and waits for that attempt's end.
    pub async fn sync_now(&self) -> Result<SyncView, Fault> {
        self.runner.by_hand().await?;
        Ok(self.sync_view()?)
    }
}

/// Makes the data folder where there is none, for this user alone where the system knows such a thing.
pub fn make_private(folder: &Path) -> Result<(), std::io::Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

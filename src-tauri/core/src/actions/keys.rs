//! The outlet's recovery key, and what it opens.
//!
//! The public half stands on the roster, where every device finds it. The private half is shown once, to be printed, and
//! kept at the owner's desk: it opens the data folders of phones that broke, so it may not hang on one sheet of paper.

use std::path::Path;
use std::sync::Arc;

use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle, RecoverFolder};
use doorstep_schemas::view::{KeyView, Millis, RecoveredView, RecoveryPage, RecoveryView};

use super::Actions;
use super::facts::FactError;
use crate::documents::layout::Edit;
use crate::domain::facts::Noted;
use crate::domain::facts::outlet::RecoveryKey;
use crate::nature::Nature;
use crate::qr;
use crate::rules::{MalformedSet, RuleBook};
use crate::store::bundle::{self, BundleError};
use crate::store::lock::FolderLock;
use crate::store::recovery::{self, RecoveryError};
use crate::store::recovery_key::{NotARecoveryKey, RecoveryId, RecoveryPublic, RecoverySecret};
use crate::store::{Store, StoreError};
use crate::tasks::Watcher;

/// The topic of the owner's desk that has private halves.
const TOPIC: &str = "recovery";

/// Why no recovery key was made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryKeyError {
    #[error("the recovery key could not be drawn as a QR code")]
    Qr(#[from] qrcode::types::QrError),
    #[error(transparent)]
    Fact(#[from] FactError),
}

impl From<StoreError> for RecoveryKeyError {
    fn from(error: StoreError) -> Self {
        Self::Fact(error.into())
    }
}

/// Why an orphaned folder was not opened. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error(transparent)]
    Typed(#[from] NotARecoveryKey),
    #[error("the desk has no private half of the recovery key {0}")]
    NotAtDesk(RecoveryId),
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Fact(#[from] FactError),
    /// It is open now; what it holds of unsent work was not brought over.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl From<StoreError> for RecoverError {
    fn from(error: StoreError) -> Self {
        Self::Recovery(error.into())
    }
}

impl Actions {
    /// Makes the outlet's recovery key, or a newer one that replaces it: devices seal their keys to it as they hear of
    /// it. What comes back is shown once.
    pub fn make_recovery_key(&self) -> Result<RecoveryPage, RecoveryKeyError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        // The last one counts: a device whose clock was ahead must not keep the older one in force.
        let newest = store.roster()?.recovery_key().map(|(key, _)| key.noted.at_ms);
        let noted = Noted { at_ms: noted.at_ms.max(newest.map_or(i64::MIN, |at| at.saturating_add(1))), ..noted };
        let secret = RecoverySecret::make(self.nature.as_ref());
        let public = secret.public();
        let page = page(&secret)?;
        let on_roster = Edit::add(RecoveryKey { id: self.mint(), public: public.0.to_vec(), noted });
        let at_desk = Edit::set("about", key_of(public.id()), secret.text());
        let desk = DocId::Desk(TOPIC.to_owned());
        store.act_many(
            vec![(DocId::Roster, Box::new(|doc| on_roster.apply(doc))), (desk, Box::new(|doc| at_desk.apply(doc)))],
            ("recovery_key", self.mint()),
            noted.at_ms,
            |_| Ok(()),
        )?;
        self.seal_key(&mut store);
        self.papers_changed();
        Ok(page)
    }

    /// Seals this device's key to the recovery key that the roster names now. For whenever the outlet's papers changed;
    /// what fails (a disk without room) is said in the key's view and tried again.
    pub fn renew_recovery(&self) {
        self.seal_key(&mut self.shelf.store());
    }

    fn seal_key(&self, store: &mut Store) {
        if let Err(error) = store.renew_recovery(self.nature.as_ref()) {
            tracing::warn!(%error, "the key was not sealed");
        }
    }

    /// How this device's data is locked. `in_file`: as the key's keeper says.
    pub(crate) fn key_view(&self, in_file: bool) -> Result<KeyView, StoreError> {
        let mut store = self.shelf.store();
        let roster = store.roster()?;
        let recovery = match roster.recovery_key() {
            None => None,
            Some((key, public)) => {
                let public = RecoveryPublic(public);
                Some(RecoveryView {
                    id: public.id().to_string(),
                    made_at: Millis(key.noted.at_ms),
                    by: key.noted.by,
                    sealed: store.is_sealed_to(&public)?,
                    at_desk: at_desk(&mut store, public.id())?.is_some(),
                })
            }
        };
        Ok(KeyView {
            in_file,
            rotated_at: store.key_rotated_ms()?.map(Millis),
            photos_resealed: store.photos_to_reseal()?,
            recovery,
        })
    }

    /// Opens an orphaned data folder with the private half that was typed, or with the one at the desk, gives it a key
    /// file, so that the app opens it again, and brings what the relay has not confirmed of it over to this device, by a
    /// bundle that lies at `scratch` meanwhile.
    pub fn recover_folder(
        &self,
        input: &RecoverFolder,
        scratch: &Path,
        watcher: &mut dyn Watcher,
    ) -> Result<RecoveredView, RecoverError> {
        let folder = Path::new(&input.path);
        let secret = {
            let mut store = self.shelf.store();
            self.as_owner(&store)?;
            if input.recovery_key.trim().is_empty() {
                let id = recovery::opened_by(folder)?;
                at_desk(&mut store, id)?.ok_or(RecoverError::NotAtDesk(id))?
            } else {
                RecoverySecret::parse(&input.recovery_key)?
            }
        };
        let (mut store, _lock, found) = opened(folder, &secret, self.nature.as_ref())?;
        if found.unsent == 0 {
            return Ok(found);
        }
        let unsent = ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::All };
        bundle::export(&mut store, &unsent, scratch, self.nature.as_ref(), watcher)?;
        match self.import_bundle(scratch, watcher) {
            Ok(taken) => Ok(RecoveredView { taken: Some(taken), ..found }),
            // Whose device was reported lost is not believed by a file alone; the folder is open all the same.
            Err(BundleError::SenderRefused(_) | BundleError::SenderUnknown(_) | BundleError::OtherOutlet) => Ok(found),
            Err(error) => Err(error.into()),
        }
    }
}

/// Opens an orphaned data folder, gives it a key file, and says what is in it.
pub fn recover(folder: &Path, secret: &RecoverySecret, nature: &dyn Nature) -> Result<RecoveredView, RecoverError> {
    Ok(opened(folder, secret, nature)?.2)
}

fn opened(
    folder: &Path,
    secret: &RecoverySecret,
    nature: &dyn Nature,
) -> Result<(Store, FolderLock, RecoveredView), RecoverError> {
    let (key, lock) = recovery::adopt(folder, secret)?;
    let store = Store::open(folder, &key, Arc::new(RuleBook::built_in()?), nature)?;
    let enrolment = store.enrolment()?;
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let found = RecoveredView {
        outlet: enrolment.as_ref().map(|e| e.outlet_name.clone()).unwrap_or_default(),
        device_name: enrolment.as_ref().map(|e| e.device_name.clone()).unwrap_or_default(),
        member: enrolment.map(|e| e.member),
        unsent: u32::try_from(store.held()?.changes).unwrap_or(u32::MAX),
        unsent_jobs: small(store.unsent_jobs()?.len()),
        taken: None,
    };
    Ok((store, lock, found))
}

/// The private half of this recovery key, where the desk here has it.
fn at_desk(store: &mut Store, id: RecoveryId) -> Result<Option<RecoverySecret>, StoreError> {
    let desks = store.desks()?;
    let about = desks.iter().find(|(topic, _)| topic == TOPIC).and_then(|(_, desk)| desk.about.get(&key_of(id)));
    Ok(about.and_then(|kept| RecoverySecret::parse(&kept.value).ok()).filter(|secret| secret.public().id() == id))
}

fn key_of(id: RecoveryId) -> String {
    format!("key/{id}")
}

fn page(secret: &RecoverySecret) -> Result<RecoveryPage, RecoveryKeyError> {
    let text = secret.text();
    let qr_svg = qr::svg(&text)?;
    Ok(RecoveryPage { id: secret.public().id().to_string(), text, qr_svg })
}

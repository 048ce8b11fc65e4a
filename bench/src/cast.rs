//! Who is on the bench's stage: a relay of its own process, the owner's desk beside it, and a technician's phone that
//! reaches it only through the carrier.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use doorstep::actions::JobError;
use doorstep::actions::finish::FinishError;
use doorstep::actions::orders::OrderError;
use doorstep::actions::photos::PhotoError;
use doorstep::actions::readings::ReadingError;
use doorstep::actions::sheet::SheetError;
use doorstep::actions::visit::VisitError;
use doorstep::app::{Doorstep, OpenError};
use doorstep::store::StoreError;
use doorstep::store::key::Keyring;
use doorstep::sync::nearby::{Lookout, Mdns, Nobody};
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::segment::SegmentError;
use doorstep_schemas::view::{MemberView, SyncState};
use doorstep_schemas::wire::Access;
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay, StageError};
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::shift::Shift;
use crate::trade;
use crate::visit::{Load, Visit};
use doorstep_tests::carrier::Carrier;
use doorstep_tests::chance::Chance;

/// Longer than anything here should take, a slow line's day included.
const PATIENCE: Duration = Duration::from_secs(180);

/// Why a bench came to no figure.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Visit(#[from] VisitError),
    #[error(transparent)]
    Reading(#[from] ReadingError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Finish(#[from] FinishError),
    #[error(transparent)]
    Job(#[from] JobError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a picture could not be encoded")]
    Picture(#[from] jpeg_encoder::EncodingError),
    #[error("a piece that was to be sent can't be read")]
    Segment(#[from] SegmentError),
    #[error("a file or a socket failed")]
    Io(#[from] io::Error),
    #[error("{who} waited {} s in vain: {what}", PATIENCE.as_secs())]
    InVain { who: &'static str, what: &'static str },
    #[error("{0} is not a member of the outlet")]
    NoMember(&'static str),
    #[error("job {0} has nothing to work on")]
    NoAppliance(JobId),
    #[error("no outcome is open for job {0}")]
    NoOutcome(JobId),
    #[error("{what}: {expected} were expected, {found} found")]
    Miscounted { what: &'static str, expected: u64, found: u64 },
}

/// See the module.
pub struct Cast {
    pub owner: Device,
    pub phone: Device,
    pub shift: Arc<Shift>,
    pub chance: Chance,
    /// Whose phone it is.
    pub me: MemberId,
    team: Vec<MemberView>,
    relay: Relay,
}

impl Cast {
    /// Sets the stage in a new folder; the phone knows the relay only by the carrier.
    pub async fn on_stage(folder: &Path, seed: u64) -> Result<(Self, Carrier), CastError> {
        let data = folder.join("relay");
        outlet::found(&data)?;
        let relay = Relay::start(&data)?;
        let carrier = Carrier::to(&relay.address).await?;
        let through = carrier.address.clone();
        Ok((Self::set(folder, seed, relay, &through, Arc::new(Nobody)).await?, carrier))
    }

    /// The same at the shop: the relay speaks TLS and tells the network where it is, and the phone looks around.
    pub async fn in_the_shop(folder: &Path, seed: u64) -> Result<Self, CastError> {
        let data = folder.join("relay");
        outlet::found(&data)?;
        let relay = Relay::secured(&data)?;
        let address = relay.address.clone();
        Self::set(folder, seed, relay, &address, Arc::new(Mdns)).await
    }

    /// The relay goes on at another place; the one that the phone was enrolled by leads nowhere.
    pub fn relay_moves(mut self) -> Result<Self, CastError> {
        let data = self.relay.kill()?;
        self.relay = Relay::secured(&data)?;
        Ok(self)
    }

    async fn set(
        folder: &Path,
        seed: u64,
        mut relay: Relay,
        through: &str,
        lookout: Arc<dyn Lookout>,
    ) -> Result<Self, CastError> {
        let owner = Device::enrolled("店里电脑", &folder.join("desk"), &relay, OWNER).await?;
        let shift = Arc::new(Shift::from_seed(seed));
        let (runtime, data) = (Handle::current(), folder.join("phone"));
        let app = Doorstep::open_looking(&data, &Keyring::File, shift.clone(), &runtime, &mut Unwatched, lookout)?;
        let phone = Device { app, name: "小军手机" };
        // The link that the phone is enrolled by names no other way.
        through.clone_into(&mut relay.address);
        phone.enrol(&relay, TECHNICIAN).await?;
        until(&owner, "the team is known", |app| Ok(app.actions.team()?.members.len() >= 6)).await?;
        let team = owner.app.actions.team()?.members;
        let me = team.iter().find(|m| m.name == TECHNICIAN).map(|m| m.id).ok_or(CastError::NoMember(TECHNICIAN))?;
        Ok(Self { owner, phone, shift, chance: Chance::from_seed(seed), me, team, relay })
    }

    /// Colleagues who can be sent along.
    pub fn colleagues(&self) -> Vec<MemberId> {
        let others = self.team.iter().filter(|m| m.id != self.me && m.name != OWNER);
        others.map(|m| m.id).collect()
    }

    /// Takes so many orders for the phone's technician and waits until they are on the phone.
    pub async fn orders(&self, count: usize) -> Result<Vec<JobId>, CastError> {
        let mut jobs = Vec::with_capacity(count);
        for _ in 0..count {
            let order = trade::order(&self.chance, self.owner.app.actions.nature.now_ms(), self.me);
            jobs.push(self.owner.app.actions.take_order(&order)?.card.job);
        }
        let mut missing = jobs.clone();
        until(&self.phone, "the orders are on the phone", |app| {
            let mut store = app.actions.shelf.store();
            while let Some(job) = missing.last() {
                if store.job_facts(*job)?.is_none() || store.access(*job, self.me)? < Access::Write {
                    return Ok(false);
                }
                missing.pop();
            }
            Ok(true)
        })
        .await?;
        Ok(jobs)
    }

    /// Works on one job on the phone.
    pub fn visit(&self, job: JobId, load: Load) -> Result<(), CastError> {
        Visit { app: &self.phone.app, shift: &self.shift, chance: &self.chance, job }.play(load)
    }

    /// Works on one job on the phone and leaves the outcome open.
    pub fn begin_visit(&self, job: JobId, load: Load) -> Result<(), CastError> {
        Visit { app: &self.phone.app, shift: &self.shift, chance: &self.chance, job }.begin(load)
    }

    /// Waits until the phone has handed everything over and the owner's desk has all of it.
    pub async fn settled(&self) -> Result<(), CastError> {
        drained(&self.owner).await?;
        drained(&self.phone).await?;
        until(&self.phone, "the owner's desk has it all", |app| {
            let view = app.sync_view()?;
            Ok(view.on_owner == view.on_device)
        })
        .await
    }
}

/// Waits until nothing of this device's own is unsent and no exchange is running. Photo bytes are not waited for.
pub async fn drained(device: &Device) -> Result<(), CastError> {
    until(device, "everything is on the relay", |app| {
        let grants = app.actions.shelf.store().grants_due()?.len();
        let chip = app.sync_chip()?;
        Ok(chip.changes == 0 && grants == 0 && chip.state != SyncState::Working)
    })
    .await
}

/// Waits for a condition; looks whenever something changed on the device.
pub async fn until(
    device: &Device,
    what: &'static str,
    mut holds: impl FnMut(&Doorstep) -> Result<bool, CastError>,
) -> Result<(), CastError> {
    let mut events = device.app.listen();
    let waited = timeout(PATIENCE, async {
        while !holds(&device.app)? {
            match events.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(CastError::InVain { who: device.name, what }),
            }
        }
        Ok(())
    });
    waited.await.unwrap_or(Err(CastError::InVain { who: device.name, what }))
}
